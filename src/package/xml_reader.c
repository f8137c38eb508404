/* xml_reader.c - XML through expat, kept harmless.  Contract: xml_reader.h. */
#include "package/xml_reader.h"

#include <expat.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 256 };

typedef enum stopped { STOPPED_NOT, STOPPED_DOCTYPE, STOPPED_DEPTH } stopped;

typedef struct reading {
    XML_Parser parser;
    const cbk_xml_handler *handler;
    cbk_xml_place *place; /* or NULL */
    size_t depth;
    stopped why;
} reading;

/* "address|local" taken apart; what does not fit is cut, and so matches nothing. */
static void split(const char *name, char space[NAME_SIZE], const char **local)
{
    const char *bar = strrchr(name, '|');
    const size_t size = bar != NULL ? (size_t)(bar - name) : 0;
    (void)snprintf(space, NAME_SIZE, "%.*s", (int)(size < NAME_SIZE ? size : 0), name);
    *local = bar != NULL ? bar + 1 : name;
}

static void note_place(const reading *r)
{
    if (r->place != NULL) {
        r->place->start = (size_t)XML_GetCurrentByteIndex(r->parser);
        r->place->end = r->place->start + (size_t)XML_GetCurrentByteCount(r->parser);
    }
}

static void XMLCALL on_open(void *user, const XML_Char *name, const XML_Char **attributes)
{
    reading *r = user;
    if (++r->depth > CBK_XML_DEPTH_MAX) {
        r->why = STOPPED_DEPTH;
        (void)XML_StopParser(r->parser, XML_FALSE);
        return;
    }
    char space[NAME_SIZE];
    const char *local = NULL;
    split(name, space, &local);
    note_place(r);
    r->handler->open(r->handler->context, space, local, (const char *const *)attributes);
}

static void XMLCALL on_close(void *user, const XML_Char *name)
{
    reading *r = user;
    char space[NAME_SIZE];
    const char *local = NULL;
    split(name, space, &local);
    r->depth--;
    note_place(r);
    r->handler->close(r->handler->context, space, local);
}

static void XMLCALL on_text(void *user, const XML_Char *text, int size)
{
    const reading *r = user;
    note_place(r);
    r->handler->text(r->handler->context, text, (size_t)size);
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal;
    reading *r = user;
    r->why = STOPPED_DOCTYPE;
    (void)XML_StopParser(r->parser, XML_FALSE);
}

const char *cbk_xml_attribute(const char *const *attributes, const char *local)
{
    for (; attributes[0] != NULL; attributes += 2) {
        const char *bar = strrchr(attributes[0], '|');
        if (strcmp(bar != NULL ? bar + 1 : attributes[0], local) == 0) {
            return attributes[1];
        }
    }
    return NULL;
}

static cbk_status say_failure(const reading *r, const char *name, cbk_error *err)
{
    const enum XML_Error code = XML_GetErrorCode(r->parser);
    if (code == XML_ERROR_NO_MEMORY) {
        return cbk_fail_memory(err);
    }
    if (r->why == STOPPED_DOCTYPE) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s declares a document type, which no such document does.",
                        name);
    }
    if (r->why == STOPPED_DEPTH) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s nests elements deeper than %d levels.", name,
                        (int)CBK_XML_DEPTH_MAX);
    }
    return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s is damaged: %s in line %lu.", name,
                    XML_ErrorString(code),
                    (unsigned long)XML_GetCurrentLineNumber(r->parser));
}

cbk_status cbk_xml_read(const char *name, const char *bytes, size_t size,
                        const cbk_xml_handler *handler, cbk_error *err)
{
    return cbk_xml_read_placed(name, bytes, size, handler, NULL, err);
}

cbk_status cbk_xml_read_placed(const char *name, const char *bytes, size_t size,
                               const cbk_xml_handler *handler, cbk_xml_place *place,
                               cbk_error *err)
{
    if (size > INT32_MAX) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s is larger than 2 GB.", name);
    }
    reading r = {
        .parser = XML_ParserCreateNS(NULL, '|'), .handler = handler, .place = place};
    if (r.parser == NULL) {
        return cbk_fail_memory(err);
    }
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_open, on_close);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    const bool is_read = XML_Parse(r.parser, bytes, (int)size, XML_TRUE) == XML_STATUS_OK;
    const cbk_status status = is_read ? CBK_OK : say_failure(&r, name, err);
    XML_ParserFree(r.parser);
    return status;
}
