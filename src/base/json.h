/* base/json.h - a JSON writer: two-space indent, doubles that read back exactly. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/text.h"

/* Writes into a buffer; commas and indentation are the writer's business.  Start with
 * {.out = &buffer}.  Nesting up to 64. */
typedef struct cbk_json {
    cbk_buffer *out;
    int depth;
    uint64_t has_items; /* bit d: the container at depth d is not empty */
    bool is_after_key;
} cbk_json;

void cbk_json_open_object(cbk_json *json);
void cbk_json_close_object(cbk_json *json);
void cbk_json_open_array(cbk_json *json);
void cbk_json_close_array(cbk_json *json);
void cbk_json_key(cbk_json *json, const char *key);
void cbk_json_text(cbk_json *json, const char *text); /* NULL writes null */
void cbk_json_number(cbk_json *json, double value);   /* not finite writes null */
void cbk_json_integer(cbk_json *json, int64_t value);
void cbk_json_boolean(cbk_json *json, bool value);
void cbk_json_null(cbk_json *json);

/* Key and value in one step. */
void cbk_json_key_text(cbk_json *json, const char *key, const char *text);
void cbk_json_key_number(cbk_json *json, const char *key, double value);
void cbk_json_key_integer(cbk_json *json, const char *key, int64_t value);
void cbk_json_key_boolean(cbk_json *json, const char *key, bool value);

/* An array of texts. */
void cbk_json_key_texts(cbk_json *json, const char *key, const char *const *text,
                        size_t n);

/* An array of the stable names of a set of notes. */
void cbk_json_key_notes(cbk_json *json, const char *key, cbk_notes notes);

#endif
