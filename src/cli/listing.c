/* listing.c - a table of texts as a command's output.  Contract: listing.h. */
#include "cli/listing.h"

#include <stdlib.h>

static const char *printed(const cbk_value *value, cbk_arena *arena)
{
    char number[CBK_NUMBER_SIZE];
    switch (value->kind) {
    case CBK_VALUE_NUMBER:
        cbk_number_shortest(value->number, number);
        return cbk_text_copy(arena, number);
    case CBK_VALUE_TEXT:
        return value->text;
    case CBK_VALUE_ABSENT:
        break;
    }
    return "";
}

static void fill(const cbk_listing *listing, cbk_table_builder *builder, cbk_arena *arena)
{
    for (size_t k = 0; k < listing->n_columns; k++) {
        cbk_run_text(&builder->header[k].run, arena, listing->names[k]);
    }
    for (size_t i = 0; i < listing->n_rows; i++) {
        for (size_t k = 0; k < listing->n_columns; k++) {
            cbk_run_text(&cbk_table_builder_cell(builder, i, k)->run, arena,
                         printed(&listing->values[i * listing->n_columns + k], arena));
        }
    }
}

static const cbk_document *document_of(const cbk_listing *listing, cbk_arena *arena)
{
    cbk_document *document = cbk_document_create(arena, listing->title);
    if (document == NULL) {
        return NULL;
    }
    cbk_text_run sentence = {0};
    cbk_run_text(&sentence, arena, listing->sentence);
    cbk_document_paragraph(document, sentence);
    cbk_table_builder *builder =
        listing->n_rows > 0
            ? cbk_table_builder_create(arena, listing->n_columns, listing->n_rows)
            : NULL;
    if (builder != NULL) {
        fill(listing, builder, arena);
        builder->block.id = listing->analysis;
        builder->block.title = listing->title;
        cbk_document_table(document, &builder->block);
    }
    return cbk_arena_has_failed(arena) ? NULL : document;
}

static int write_json(cbk_session *session, const cbk_arguments *arguments,
                      const cbk_listing *listing)
{
    cbk_buffer buffer = {0};
    cbk_json json = {.out = &buffer};
    cbk_json_open_object(&json);
    cbk_json_key_text(&json, "casebook", CASEBOOK_VERSION);
    cbk_json_key_text(&json, "analysis", listing->analysis);
    cbk_json_key(&json, "rows");
    cbk_json_open_array(&json);
    for (size_t i = 0; i < listing->n_rows; i++) {
        cbk_json_open_object(&json);
        for (size_t k = 0; k < listing->n_columns; k++) {
            const cbk_value *value = &listing->values[i * listing->n_columns + k];
            cbk_json_key(&json, listing->names[k]);
            switch (value->kind) {
            case CBK_VALUE_NUMBER:
                cbk_json_number(&json, value->number);
                break;
            case CBK_VALUE_TEXT:
                cbk_json_text(&json, value->text);
                break;
            case CBK_VALUE_ABSENT:
                cbk_json_null(&json);
                break;
            }
        }
        cbk_json_close_object(&json);
    }
    cbk_json_close_array(&json);
    cbk_json_close_object(&json);
    return cbk_session_write_json(session, cbk_argument(arguments, "output"), &buffer);
}

int cbk_listing_write(cbk_session *session, const cbk_arguments *arguments,
                      const cbk_listing *listing)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        return write_json(session, arguments, listing);
    }
    return cbk_session_print(session, arguments, document_of(listing, session->arena));
}
