/* package/xml_reader.h - an XML part read element by element.  No document type is
 * accepted, so there are no entities to expand; depth is limited.
 */
#ifndef PACKAGE_XML_READER_H
#define PACKAGE_XML_READER_H

#include <casebook/base.h>

enum { CBK_XML_DEPTH_MAX = 256 };

/* Names come as space, the namespace's address ("" for none), and local name. */
typedef struct cbk_xml_handler {
    void *context;
    /* attributes: name, value, name, value, ..., NULL; a name with a namespace is
     * "address|local". */
    void (*open)(void *context, const char *space, const char *local,
                 const char *const *attributes);
    void (*close)(void *context, const char *space, const char *local);
    void (*text)(void *context, const char *text, size_t size);
} cbk_xml_handler;

/* The value of the attribute with that local name, in any namespace; NULL: absent. */
const char *cbk_xml_attribute(const char *const *attributes, const char *local);

/* Where the event that a handler is told of stands in the bytes: [start, end).  An empty
 * element, "<w:t/>", closes where it ends. */
typedef struct cbk_xml_place {
    size_t start;
    size_t end;
} cbk_xml_place;

/* `name` is for messages.  Errors: CBK_EDATA (not well-formed, with line; a document
 * type; too deep), CBK_ENOMEM. */
CBK_MUST_USE cbk_status cbk_xml_read(const char *name, const char *bytes, size_t size,
                                     const cbk_xml_handler *handler, cbk_error *err);
/* The same of UTF-8; *place is set before each call of the handler. */
CBK_MUST_USE cbk_status cbk_xml_read_placed(const char *name, const char *bytes,
                                            size_t size, const cbk_xml_handler *handler,
                                            cbk_xml_place *place, cbk_error *err);

#endif
