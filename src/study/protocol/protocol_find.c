/* protocol_find.c - looking things up in a protocol by their names.  Contract:
 * protocol.h.
 */
#include "study/protocol/protocol.h"

#include <string.h>

const char *const cbk_field_type_names[CBK_FIELD_TYPES] = {
    "text", "integer", "number", "date", "datetime", "boolean", "choice", "choices"};

const char *cbk_field_type_name(cbk_field_type type)
{
    return cbk_field_type_names[type];
}

const cbk_form *cbk_protocol_form(const cbk_protocol *protocol, const char *name)
{
    for (size_t i = 0; i < protocol->n_forms; i++) {
        if (strcmp(protocol->forms[i].name, name) == 0) {
            return &protocol->forms[i];
        }
    }
    return NULL;
}

static const cbk_field *find_field(const cbk_field *fields, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

const cbk_field *cbk_form_field(const cbk_form *form, const char *name)
{
    return find_field(form->fields, form->n_fields, name);
}

const cbk_field *cbk_protocol_variable(const cbk_protocol *protocol, const char *name)
{
    const cbk_field *field =
        protocol->n_forms == 0 ? NULL : cbk_form_field(&protocol->forms[0], name);
    return field != NULL ? field
                         : find_field(protocol->derived, protocol->n_derived, name);
}

const cbk_endpoint *cbk_protocol_endpoint(const cbk_protocol *protocol, const char *name)
{
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        if (strcmp(protocol->endpoints[i].name, name) == 0) {
            return &protocol->endpoints[i];
        }
    }
    return NULL;
}

const cbk_table_spec *cbk_protocol_table(const cbk_protocol *protocol, const char *id)
{
    for (size_t i = 0; i < protocol->n_tables; i++) {
        if (strcmp(protocol->tables[i].id, id) == 0) {
            return &protocol->tables[i];
        }
    }
    return NULL;
}

const cbk_figure_spec *cbk_protocol_figure(const cbk_protocol *protocol, const char *id)
{
    for (size_t i = 0; i < protocol->n_figures; i++) {
        if (strcmp(protocol->figures[i].id, id) == 0) {
            return &protocol->figures[i];
        }
    }
    return NULL;
}

const char *cbk_code_label(const cbk_code *codes, size_t n, const char *code)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(codes[i].code, code) == 0) {
            return codes[i].label;
        }
    }
    return NULL;
}
