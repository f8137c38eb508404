/* well_formed_json.h - whether a text is one JSON value, for tests of what we write. */
#ifndef WELL_FORMED_JSON_H
#define WELL_FORMED_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A reader that knows only whether JSON is well formed: past the value, or NULL. */
static inline const char *skip_value(const char *at, int depth);

static inline const char *skip_space(const char *at)
{
    return at + strspn(at, " \n");
}

static inline const char *skip_string(const char *at)
{
    for (at++; *at != '"'; at++) {
        if (*at == '\0' || (unsigned char)*at < 0x20) {
            return NULL;
        }
        at += *at == '\\';
    }
    return at + 1;
}

static inline const char *skip_members(const char *at, int depth, bool is_object)
{
    const char close = is_object ? '}' : ']';
    at = skip_space(at + 1);
    while (at != NULL && *at != close) {
        if (is_object) {
            at = *at == '"' ? skip_string(at) : NULL;
            at = at != NULL ? skip_space(at) : NULL;
            at = at != NULL && *at == ':' ? at + 1 : NULL;
        }
        at = at != NULL ? skip_value(skip_space(at), depth + 1) : NULL;
        at = at != NULL ? skip_space(at) : NULL;
        if (at != NULL && *at == ',') {
            at = skip_space(at + 1);
            at = *at == close ? NULL : at;
        } else if (at != NULL && *at != close) {
            at = NULL;
        }
    }
    return at != NULL ? at + 1 : NULL;
}

static inline const char *skip_value(const char *at, int depth)
{
    static const char *const words[] = {"null", "true", "false"};
    if (depth > 20) {
        return NULL;
    }
    if (*at == '{' || *at == '[') {
        return skip_members(at, depth, *at == '{');
    }
    if (*at == '"') {
        return skip_string(at);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(at, words[i], strlen(words[i])) == 0) {
            return at + strlen(words[i]);
        }
    }
    const size_t length = strspn(at, "+-.0123456789eE");
    return length > 0 ? at + length : NULL;
}

#endif
