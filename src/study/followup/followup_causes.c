/* followup_causes.c - which of several kinds of event each row had.  Contract:
 * study/followup/followup.h.
 */
#include "study/followup/followup.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* The names of causes, each once. */
typedef struct name_list {
    size_t n;
    const char **name;
} name_list;

static bool is_same(const char *a, const char *b)
{
    double x = 0.0;
    double y = 0.0;
    return strcmp(a, b) == 0 ||
           (cbk_number_parse(a, false, &x) && cbk_number_parse(b, false, &y) && x == y);
}

/* The place of name, or n. */
static size_t place_of(const name_list *list, const char *name)
{
    size_t i = 0;
    while (i < list->n && !is_same(list->name[i], name)) {
        i++;
    }
    return i;
}

static void add_name(name_list *list, const char *name)
{
    if (place_of(list, name) == list->n) {
        list->name[list->n++] = name;
    }
}

static int by_number(const void *lhs, const void *rhs)
{
    double a = 0.0;
    double b = 0.0;
    (void)cbk_number_parse(*(const char *const *)lhs, false, &a);
    (void)cbk_number_parse(*(const char *const *)rhs, false, &b);
    return (a > b) - (a < b);
}

static int by_bytes(const void *lhs, const void *rhs)
{
    return strcmp(*(const char *const *)lhs, *(const char *const *)rhs);
}

static bool are_numbers(const name_list *list)
{
    bool is_numeric = true;
    double number = 0.0;
    for (size_t i = 0; i < list->n; i++) {
        is_numeric = is_numeric && cbk_number_parse(list->name[i], false, &number);
    }
    return is_numeric;
}

static void sort_names(name_list *list)
{
    qsort(list->name, list->n, sizeof *list->name,
          are_numbers(list) ? by_number : by_bytes);
}

/* A number says nothing by itself: "status = 2". */
static const char *const *label_names(const name_list *list, const char *column,
                                      cbk_arena *arena)
{
    const char **label = CBK_NEW(arena, const char *, list->n + 1);
    for (size_t i = 0; label != NULL && i < list->n; i++) {
        label[i] = cbk_text_format(arena, "%s = %s", column, list->name[i]);
    }
    return are_numbers(list) ? label : list->name;
}

/* A word that is no cause is a slip of the pen; a number may just have no events. */
static cbk_status add_asked(const cbk_followup_data *data, name_list *list,
                            cbk_error *err)
{
    const char *asked = data->request->cause;
    double number = 0.0;
    if (asked != NULL && list->n > 0 && place_of(list, asked) == list->n &&
        !cbk_number_parse(asked, false, &number)) {
        char hint[CBK_HINT_SIZE];
        cbk_buffer names = {0};
        for (size_t i = 0; i < list->n; i++) {
            cbk_buffer_addf(&names, "%s%.40s", i > 0 ? ", " : "", list->name[i]);
        }
        const cbk_status status =
            cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                     "No event has the cause \"%.60s\"; there are %s%s", asked,
                     names.bytes != NULL ? names.bytes : "",
                     cbk_spelling_hint(asked, list->name, list->n, hint));
        cbk_buffer_free(&names);
        return status;
    }
    if (asked != NULL) {
        add_name(list, asked);
    }
    return CBK_OK;
}

/* The kept rows' causes as groups; who is censored is in none. */
static cbk_status group_causes(const cbk_followup_draft *draft, const size_t *kept,
                               size_t n, cbk_arena *arena, const cbk_groups **out,
                               cbk_error *err)
{
    const char **text = CBK_NEW(arena, const char *, n + 1);
    if (text == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t k = 0; k < n; k++) {
        text[k] = draft->cause->text[kept[k]];
    }
    const cbk_column column = {
        .name = draft->cause->name, .type = CBK_COLUMN_TEXT, .text = text};
    const cbk_column *by[] = {&column};
    return cbk_table_group(by, 1, n, arena, out, err);
}

/* Each row's cause and how many there are of each. */
static cbk_status number_rows(const cbk_groups *groups, const name_list *list, size_t n,
                              cbk_arena *arena, cbk_followup_data *out, cbk_error *err)
{
    uint8_t *cause = CBK_NEW(arena, uint8_t, n + 1);
    uint8_t *of_group = CBK_NEW(arena, uint8_t, groups->n_groups + 1);
    size_t *counts = CBK_NEW(arena, size_t, list->n + 1);
    if (counts == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t g = 0; g < groups->n_groups; g++) {
        of_group[g] = (uint8_t)(place_of(list, groups->level[g]) + 1);
    }
    for (size_t k = 0; k < n; k++) {
        const uint32_t group = groups->of_row[k];
        cause[k] = group == CBK_GROUP_NONE ? 0 : of_group[group];
        counts[cause[k]]++;
    }
    out->cause = cause;
    out->n_of_cause = counts;
    out->n_causes = list->n;
    out->cause_name = list->name;
    return CBK_OK;
}

cbk_status cbk_followup_number_causes(const cbk_followup_draft *draft, const size_t *kept,
                                      cbk_arena *arena, cbk_followup_data *out,
                                      cbk_error *err)
{
    const cbk_groups *groups = NULL;
    const size_t n = out->source.used;
    CBK_TRY(group_causes(draft, kept, n, arena, &groups, err));
    const size_t n_most = groups->n_groups + draft->n_declared + 1;
    name_list list = {.name = CBK_NEW(arena, const char *, n_most)};
    if (list.name == NULL) {
        return cbk_fail_memory(err);
    }
    if (n_most > CBK_CAUSES_MAX) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The column `%s` holds %zu kinds of event; at most %d can be "
                        "told apart.  Is it the column of the event?",
                        draft->cause->name, groups->n_groups, CBK_CAUSES_MAX - 1);
    }
    for (size_t i = 0; i < draft->n_declared; i++) {
        add_name(&list, draft->declared[i]);
    }
    for (size_t g = 0; g < groups->n_groups; g++) {
        add_name(&list, groups->level[g]);
    }
    CBK_TRY(add_asked(out, &list, err));
    sort_names(&list);
    if (out->request->cause != NULL) {
        out->asked_cause = place_of(&list, out->request->cause) + 1;
    }
    if (draft->n_declared > 0) {
        out->own_cause = place_of(&list, draft->declared[0]) + 1;
    }
    out->cause_label = label_names(&list, draft->cause->name, arena);
    CBK_TRY(number_rows(groups, &list, n, arena, out, err));
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}
