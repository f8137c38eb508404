/* claims/manuscript/manuscript_builder.h - how a reader of one format says what it has
 * read: text in pieces, then what it was.  White space is collapsed here, raised digits
 * become characters, headings give their places.
 */
#ifndef CLAIMS_MANUSCRIPT_BUILDER_H
#define CLAIMS_MANUSCRIPT_BUILDER_H

#include <casebook/manuscript.h>

#include "base/text.h"

typedef enum cbk_script {
    CBK_SCRIPT_NORMAL,
    CBK_SCRIPT_RAISED,
    CBK_SCRIPT_LOWERED
} cbk_script;

/* What no manuscript has; a hostile file might. */
enum {
    CBK_MANUSCRIPT_BYTES_MAX = 64 << 20,      /* of the file */
    CBK_MANUSCRIPT_TEXT_BYTES_MAX = 16 << 20, /* of its text */
    CBK_MANUSCRIPT_PASSAGES_MAX = 200000
};

/* A list that grows in an arena. */
typedef struct cbk_growing {
    void *items;
    size_t n;
    size_t room;
} cbk_growing;

/* Room for one more item of that size; NULL when the arena failed. */
void *cbk_growing_add(cbk_growing *list, size_t item_size, cbk_arena *arena);

typedef struct cbk_manuscript_builder {
    cbk_arena *arena;
    cbk_buffer text; /* of the passage being read */
    cbk_growing passages;
    size_t n_tables; /* begun so far */
    size_t row, column;
    bool is_in_table;
    bool is_too_large;
    size_t n_bytes;
} cbk_manuscript_builder;

void cbk_builder_text(cbk_manuscript_builder *b, const char *bytes, size_t size,
                      cbk_script script);
/* One code point. */
void cbk_builder_character(cbk_manuscript_builder *b, uint32_t code_point,
                           cbk_script script);
/* Ends the passage that was read; one without text is dropped. */
void cbk_builder_end(cbk_manuscript_builder *b, cbk_passage_kind kind, int level);

/* A table's cells row after row; every cell is kept, empty ones too. */
void cbk_builder_table(cbk_manuscript_builder *b);
void cbk_builder_row(cbk_manuscript_builder *b);
void cbk_builder_cell(cbk_manuscript_builder *b);
void cbk_builder_table_end(cbk_manuscript_builder *b);

/* Bytes of text, at most so many, without a part of a character. */
size_t cbk_cut_length(const char *text, size_t n_max);
enum { CBK_HEADER_BYTES_MAX = 200 }; /* of a table's header where it is repeated */

/* One reader a format; bytes are UTF-8 without a byte order mark, but for DOCX. */
void cbk_manuscript_markdown(cbk_manuscript_builder *b, const char *bytes, size_t size);
void cbk_manuscript_plain(cbk_manuscript_builder *b, const char *bytes, size_t size);
void cbk_manuscript_html(cbk_manuscript_builder *b, const char *bytes, size_t size);
cbk_status cbk_manuscript_docx(cbk_manuscript_builder *b, const char *file,
                               const char *bytes, size_t size, cbk_error *err);

/* CBK_EDATA for Word's old format and for encrypted files: both are in a container that
 * is no zip. */
cbk_status cbk_docx_refuse_compound(const char *file, const char *bytes, size_t size,
                                    cbk_error *err);

/* The code point of a named character reference, "plusmn"; 0: not known. */
uint32_t cbk_entity(const char *name, size_t size);

/* A manuscript from bytes that have been read; `file` is the name for messages. */
cbk_status cbk_manuscript_parse(const char *file, cbk_manuscript_kind kind,
                                const char *bytes, size_t size, cbk_arena *arena,
                                const cbk_manuscript **out, cbk_error *err);

/* Fills sentences, numbers and left_out of a manuscript that has its passages
 * (sentences.c, numbers.c). */
cbk_status cbk_manuscript_find(cbk_manuscript *manuscript, cbk_arena *arena,
                               cbk_error *err);

/* The numbers of a text that is one sentence. */
cbk_status cbk_numbers_of(const char *text, cbk_arena *arena,
                          const cbk_found_number **numbers, size_t *n, cbk_error *err);

/* The end of the sentence that starts at text[start]; past the blanks before the next is
 * the next start.  What is longer than any sentence of a paper is cut at a blank, so that
 * the work on each of its numbers stays small (sentences.c). */
enum { CBK_SENTENCE_BYTES_MAX = 2000 };
size_t cbk_sentence_end(const char *text, size_t start);

#endif
