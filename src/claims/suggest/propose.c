/* propose.c - a claims file for the numbers that no claim covers.  Contract:
 * casebook/manuscript.h.
 *
 * Suggestions are comments: a claim is bound only when somebody takes the # away.
 */
#include <casebook/manuscript.h>

#include "base/file.h"
#include "base/text.h"
#include "claims/claims_file.h"
#include "claims/manuscript/manuscript_builder.h"
#include "study/yaml/yaml_tree.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void cbk_claims_add_escaped(cbk_buffer *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const char c = text[i];
        if (c == '"' || c == '\\') {
            cbk_buffer_add(out, "\\");
        }
        cbk_buffer_add_bytes(out, (unsigned char)c < 0x20 ? " " : &c, 1);
    }
}

void cbk_claims_add_key(cbk_buffer *out, size_t indent, const char *key, const char *text,
                        size_t size)
{
    cbk_buffer_addf(out, "%*s%s: \"", (int)indent, "", key);
    cbk_claims_add_escaped(out, text, size);
    cbk_buffer_add(out, "\"\n");
}

static void value_words(const cbk_suggestion *one, char out[CBK_NUMBER_SIZE])
{
    (void)snprintf(out, CBK_NUMBER_SIZE, "nothing");
    if (one->quantity.value.kind == CBK_VALUE_NUMBER) {
        cbk_number_shortest(one->quantity.value.number, out);
    }
}

/* The best suggestion, each of its keys behind a #. */
static void add_suggestion(cbk_buffer *out, size_t indent, const cbk_suggestion *one)
{
    char value[CBK_NUMBER_SIZE];
    value_words(one, value);
    cbk_buffer_addf(out, "%*s# gives %s%s (words: %s)\n", (int)indent, "", value,
                    one->is_met ? ", as printed" : "", one->words);
    const char *const keys[] = {"# of", "# from", "# among"};
    const char *const texts[] = {one->of, one->from, one->among};
    for (size_t i = 0; i < 3; i++) {
        if (texts[i] != NULL) {
            cbk_claims_add_key(out, indent, keys[i], texts[i], strlen(texts[i]));
        }
    }
}

/* Another one, in one line. */
static void add_alternative(cbk_buffer *out, size_t indent, const cbk_suggestion *one)
{
    char value[CBK_NUMBER_SIZE];
    value_words(one, value);
    cbk_buffer_addf(
        out, "%*s# or %s%s%s%s%s, which gives %s%s\n", (int)indent, "", one->of,
        one->from != NULL ? ", from " : "", one->from != NULL ? one->from : "",
        one->among != NULL ? ", among " : "", one->among != NULL ? one->among : "", value,
        one->is_met ? ", as printed" : "");
}

/* An id that no claim has. */
static void add_id(cbk_buffer *out, const cbk_audit *audit, size_t *n)
{
    char id[32];
    bool is_taken = true;
    while (is_taken) {
        (void)snprintf(id, sizeof id, "m%03zu", ++*n);
        is_taken = false;
        for (size_t i = 0; audit != NULL && i < audit->n; i++) {
            is_taken = is_taken || strcmp(audit->results[i].claim->id, id) == 0;
        }
    }
    cbk_buffer_add(out, id);
}

void cbk_claims_add_place(cbk_buffer *out, size_t indent, const cbk_manuscript *m,
                          const cbk_sentence *sentence)
{
    const cbk_passage *passage = &m->passages[sentence->passage];
    if (passage->place[0] != '\0') {
        cbk_claims_add_key(out, indent, "place", passage->place, strlen(passage->place));
    }
    cbk_buffer says = {0};
    if (passage->kind == CBK_PASSAGE_CELL && passage->column > 0) {
        const char *row = m->passages[sentence->passage - passage->column].text;
        cbk_buffer_add_bytes(&says, row, cbk_cut_length(row, CBK_HEADER_BYTES_MAX));
        cbk_buffer_add(&says, ": ");
    }
    cbk_buffer_add_bytes(&says, passage->text + sentence->start,
                         sentence->end - sentence->start);
    out->is_failed = out->is_failed || says.is_failed;
    cbk_claims_add_key(out, indent, "says", says.bytes != NULL ? says.bytes : "",
                       says.size);
    cbk_buffer_free(&says);
}

/* `indent`: columns before the dash of an item. */
static void add_claims(cbk_buffer *out, const cbk_manuscript_audit *bound, size_t indent)
{
    const cbk_manuscript *m = bound->manuscript;
    size_t n_ids = 0;
    for (size_t i = 0; i < m->n_numbers; i++) {
        const cbk_standing *standing = &bound->standing[i];
        const cbk_found_number *number = &m->numbers[i];
        const cbk_sentence *sentence = &m->sentences[number->sentence];
        if (standing->n_covers > 0) {
            continue;
        }
        cbk_buffer_addf(out, "%*s- id: ", (int)indent, "");
        add_id(out, bound->audit, &n_ids);
        cbk_buffer_add(out, "\n");
        cbk_claims_add_place(out, indent + 2, m, sentence);
        cbk_claims_add_key(out, indent + 2, "stated", number->text, strlen(number->text));
        for (size_t k = 0; k < standing->n_suggestions; k++) {
            const cbk_suggestion *one = &standing->suggestions[k];
            if (k == 0) {
                add_suggestion(out, indent + 2, one);
            } else {
                add_alternative(out, indent + 2, one);
            }
        }
    }
}

static const char heading[] = "# Proposed by casebook audit: a claim for each number "
                              "that no claim covered.  What is\n"
                              "# suggested is a guess by words: take the # away where it "
                              "asks what the sentence says.\n";

static size_t n_open(const cbk_manuscript_audit *bound)
{
    return bound->n_suggested + bound->n_unbound;
}

/* The columns before the dash of the file's items, from where its first claim stands. */
static size_t item_indent(const cbk_manuscript_audit *bound)
{
    const size_t column = bound->audit != NULL && bound->audit->n > 0
                              ? bound->audit->results[0].claim->file_place.column
                              : 0;
    return column >= 3 ? column - 3 : 2;
}

/* Whether the text reads as a claims file with that many claims. */
static bool has_claims(const cbk_buffer *text, size_t n, cbk_arena *arena)
{
    cbk_problems problems = {.arena = arena};
    const cbk_claims *claims = NULL;
    return !text->is_failed &&
           cbk_claims_parse("proposed", text->bytes, text->size, arena, &problems,
                            &claims, NULL) == CBK_OK &&
           claims->n == n;
}

/* Where the list of claims ends: before the next key of the file, or at its end. */
static size_t end_of_claims(const char *bytes, size_t size)
{
    bool is_in_list = false;
    for (size_t at = 0; at < size;) {
        const char *line = bytes + at;
        if (is_in_list && strchr(" -#\t\r\n", *line) == NULL) {
            return at;
        }
        is_in_list = is_in_list || strncmp(line, "claims:", 7) == 0;
        const char *next = memchr(line, '\n', size - at);
        at = next != NULL ? (size_t)(next - bytes) + 1 : size;
    }
    return size;
}

/* The file with the new claims behind its own. */
static void add_to_file(cbk_buffer *out, const cbk_manuscript_audit *bound,
                        const char *bytes, size_t size)
{
    const size_t end = end_of_claims(bytes, size);
    cbk_buffer_add_bytes(out, bytes, end);
    cbk_buffer_add(out, end > 0 && bytes[end - 1] == '\n' ? "" : "\n");
    cbk_buffer_add(out, n_open(bound) > 0 ? heading : "");
    add_claims(out, bound, item_indent(bound));
    cbk_buffer_add_bytes(out, bytes + end, size - end);
}

cbk_status cbk_manuscript_propose(const cbk_manuscript_audit *bound,
                                  const char *claims_file, cbk_arena *arena,
                                  const char **text, bool *is_alone, cbk_error *err)
{
    assert(bound != NULL && text != NULL && is_alone != NULL);
    const size_t n_claims = bound->audit != NULL ? bound->audit->n : 0;
    cbk_buffer out = {0};
    *is_alone = claims_file == NULL;
    if (claims_file != NULL) {
        const char *bytes = NULL;
        size_t size = 0;
        CBK_TRY(
            cbk_file_read(claims_file, CBK_YAML_BYTES_MAX, arena, &bytes, &size, err));
        add_to_file(&out, bound, bytes, size);
        *is_alone = !has_claims(&out, n_claims + n_open(bound), arena);
    }
    if (*is_alone) {
        out.size = 0;
        cbk_buffer_add(&out, heading);
        cbk_buffer_add(&out, n_open(bound) > 0 ? "claims:\n" : "claims: []\n");
        add_claims(&out, bound, 2);
    }
    *text = out.is_failed ? NULL : cbk_text_copy_bytes(arena, out.bytes, out.size);
    cbk_buffer_free(&out);
    return *text != NULL ? CBK_OK : cbk_fail_memory(err);
}
