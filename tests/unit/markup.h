/* markup.h - whether a text is well-formed markup: XML as it is, or HTML as we write it
 * (void elements, a style sheet without markup in it). */
#ifndef MARKUP_H
#define MARKUP_H

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MARKUP_DEPTH_MAX = 64, MARKUP_NAME_SIZE = 32 };

typedef struct markup {
    const char *at;
    char open[MARKUP_DEPTH_MAX][MARKUP_NAME_SIZE];
    size_t depth;
} markup;

static inline bool markup_fail(const markup *m, const char *what)
{
    printf("# not well-formed: %s at \"%.60s\"\n", what, m->at);
    return false;
}

static inline size_t markup_name_length(const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) ||
           (n > 0 && strchr(":-", text[n]) != NULL && text[n] != '\0')) {
        n++;
    }
    return n;
}

/* "&name;" or "&#39;" */
static inline bool markup_entity(markup *m)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strncmp(m->at, known[i], strlen(known[i])) == 0) {
            m->at += strlen(known[i]);
            return true;
        }
    }
    return markup_fail(m, "an ampersand of no entity");
}

/* Text up to one of the ending characters, which is not consumed. */
static inline bool markup_text(markup *m, const char *endings)
{
    while (*m->at != '\0' && strchr(endings, *m->at) == NULL) {
        const unsigned char c = (unsigned char)*m->at;
        if (c < 0x20 && c != '\n' && c != '\t') {
            return markup_fail(m, "a control character");
        }
        if (c == '<') {
            return markup_fail(m, "a bare <");
        }
        if (c == '&') {
            if (!markup_entity(m)) {
                return false;
            }
        } else {
            m->at++;
        }
    }
    return true;
}

/* name="value", each name once in its tag. */
static inline bool markup_attributes(markup *m)
{
    char seen[16][MARKUP_NAME_SIZE];
    size_t n_seen = 0;
    while (*m->at == ' ') {
        m->at++;
        const size_t n = markup_name_length(m->at);
        if (n == 0 || n >= MARKUP_NAME_SIZE || n_seen == 16 ||
            strncmp(m->at + n, "=\"", 2) != 0) {
            return markup_fail(m, "an attribute without a quoted value");
        }
        memcpy(seen[n_seen], m->at, n);
        seen[n_seen][n] = '\0';
        for (size_t i = 0; i < n_seen; i++) {
            if (strcmp(seen[i], seen[n_seen]) == 0) {
                return markup_fail(m, "an attribute twice");
            }
        }
        n_seen++;
        m->at += n + 2;
        if (!markup_text(m, "\"") || *m->at != '"') {
            return markup_fail(m, "an attribute without an end");
        }
        m->at++;
    }
    return true;
}

static inline bool markup_is_void(const char *name, size_t n)
{
    return (n == 2 && memcmp(name, "br", 2) == 0) ||
           (n == 4 && memcmp(name, "meta", 4) == 0);
}

static inline bool markup_close(markup *m)
{
    m->at += 2;
    const size_t n = markup_name_length(m->at);
    if (m->depth == 0 || strlen(m->open[m->depth - 1]) != n ||
        memcmp(m->open[m->depth - 1], m->at, n) != 0 || m->at[n] != '>') {
        return markup_fail(m, "an end tag that closes nothing");
    }
    m->depth--;
    m->at += n + 1;
    return true;
}

static inline bool markup_tag(markup *m, bool is_html)
{
    if (m->at[1] == '/') {
        return markup_close(m);
    }
    const char *name = ++m->at;
    const size_t n = markup_name_length(name);
    m->at += n;
    if (n == 0 || n >= MARKUP_NAME_SIZE || !markup_attributes(m)) {
        return markup_fail(m, "a tag");
    }
    if (strncmp(m->at, "/>", 2) == 0) {
        m->at += 2;
        return true;
    }
    if (*m->at != '>' || m->depth == MARKUP_DEPTH_MAX) {
        return markup_fail(m, "a tag without an end");
    }
    m->at++;
    if (is_html && markup_is_void(name, n)) {
        return true;
    }
    memcpy(m->open[m->depth], name, n);
    m->open[m->depth++][n] = '\0';
    if (is_html && n == 5 && memcmp(name, "style", 5) == 0) {
        m->at = strstr(m->at, "</style>");
        return m->at != NULL;
    }
    return true;
}

static inline bool markup_is_well_formed(const char *text, bool is_html)
{
    static const char xml[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    static const char html[] = "<!DOCTYPE html>";
    const char *prologue = is_html ? html : xml;
    markup m = {.at = text};
    if (strncmp(text, prologue, strlen(prologue)) != 0) {
        return markup_fail(&m, "no prologue");
    }
    m.at += strlen(prologue);
    while (*m.at != '\0') {
        if (*m.at == '<' ? !markup_tag(&m, is_html) : !markup_text(&m, "<")) {
            return false;
        }
    }
    return m.depth == 0 || markup_fail(&m, "an element left open");
}

#endif
