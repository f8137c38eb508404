/* functions.c - SQL functions from callbacks over columns of values. */
#include "registry/internal.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What SQLite hands back to us at every call; freed with the function. */
typedef struct function {
    cbk_aggregate_fn aggregate;
    cbk_scalar_fn scalar;
    size_t n_arguments; /* of an aggregate */
    void *context;
} function;

/* The rows of one aggregate so far: a column of values for each argument. */
typedef struct rows {
    cbk_arena *arena; /* texts */
    size_t n;
    size_t capacity;
    cbk_value *column[CBK_ARGUMENTS_MAX];
} rows;

cbk_value cbk_registry_value(sqlite3_value *value, cbk_arena *arena)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
    case SQLITE_FLOAT: {
        const double number = sqlite3_value_double(value);
        return isfinite(number) ? (cbk_value){.kind = CBK_VALUE_NUMBER, .number = number}
                                : (cbk_value){.kind = CBK_VALUE_ABSENT};
    }
    case SQLITE_TEXT:
    case SQLITE_BLOB: {
        const char *text = (const char *)sqlite3_value_text(value);
        return (cbk_value){.kind = CBK_VALUE_TEXT,
                           .text = cbk_text_copy(arena, text != NULL ? text : "")};
    }
    default:
        return (cbk_value){.kind = CBK_VALUE_ABSENT};
    }
}

static void answer(sqlite3_context *call, cbk_status status, const cbk_value *value,
                   const cbk_error *err)
{
    if (status == CBK_ENOMEM) {
        sqlite3_result_error_nomem(call);
    } else if (status != CBK_OK) {
        sqlite3_result_error(call, err->message, -1);
    } else if (value->kind == CBK_VALUE_NUMBER) {
        sqlite3_result_double(call, value->number);
    } else if (value->kind == CBK_VALUE_TEXT) {
        sqlite3_result_text(call, value->text, -1, SQLITE_TRANSIENT);
    } else {
        sqlite3_result_null(call);
    }
}

static void scalar_call(sqlite3_context *call, int n, sqlite3_value **arguments)
{
    const function *self = sqlite3_user_data(call);
    cbk_arena *arena = cbk_arena_create(NULL, CBK_QUERY_HEAP_BYTES);
    if (arena == NULL) {
        sqlite3_result_error_nomem(call);
        return;
    }
    cbk_value values[CBK_ARGUMENTS_MAX];
    for (int i = 0; i < n && i < CBK_ARGUMENTS_MAX; i++) {
        values[i] = cbk_registry_value(arguments[i], arena);
    }
    cbk_error err = {.message = ""};
    cbk_value out = {.kind = CBK_VALUE_ABSENT};
    const cbk_status status =
        cbk_arena_has_failed(arena)
            ? CBK_ENOMEM
            : self->scalar(values, (size_t)n, self->context, arena, &out, &err);
    answer(call, status, &out, &err);
    cbk_arena_destroy(arena);
}

static bool rows_grow(rows *kept, size_t n_columns)
{
    const size_t capacity = kept->capacity == 0 ? 64 : kept->capacity * 2;
    for (size_t i = 0; i < n_columns; i++) {
        cbk_value *larger = realloc(kept->column[i], capacity * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        kept->column[i] = larger;
    }
    kept->capacity = capacity;
    return true;
}

static void rows_free(rows *kept)
{
    for (size_t i = 0; i < CBK_ARGUMENTS_MAX; i++) {
        free(kept->column[i]);
    }
    cbk_arena_destroy(kept->arena);
    free(kept);
}

static void aggregate_step(sqlite3_context *call, int n, sqlite3_value **arguments)
{
    rows **slot = sqlite3_aggregate_context(call, sizeof *slot);
    if (slot == NULL) {
        sqlite3_result_error_nomem(call);
        return;
    }
    if (*slot == NULL) {
        *slot = calloc(1, sizeof **slot);
        if (*slot != NULL) {
            (*slot)->arena = cbk_arena_create(NULL, CBK_QUERY_HEAP_BYTES);
        }
    }
    rows *kept = *slot;
    if (kept == NULL || kept->arena == NULL ||
        (kept->n == kept->capacity && !rows_grow(kept, (size_t)n))) {
        sqlite3_result_error_nomem(call);
        return;
    }
    for (int i = 0; i < n; i++) {
        kept->column[i][kept->n] = cbk_registry_value(arguments[i], kept->arena);
    }
    kept->n++;
    if (cbk_arena_has_failed(kept->arena)) {
        sqlite3_result_error_nomem(call);
    }
}

static void aggregate_final(sqlite3_context *call)
{
    const function *self = sqlite3_user_data(call);
    rows **slot = sqlite3_aggregate_context(call, 0);
    rows *kept = slot != NULL ? *slot : NULL;
    cbk_arena *arena = cbk_arena_create(NULL, CBK_QUERY_HEAP_BYTES);
    if (arena == NULL) {
        sqlite3_result_error_nomem(call);
    } else {
        static const cbk_value *const no_columns[CBK_ARGUMENTS_MAX] = {NULL};
        const cbk_value *columns[CBK_ARGUMENTS_MAX];
        for (size_t i = 0; kept != NULL && i < CBK_ARGUMENTS_MAX; i++) {
            columns[i] = kept->column[i];
        }
        cbk_error err = {.message = ""};
        cbk_value out = {.kind = CBK_VALUE_ABSENT};
        const cbk_status status =
            self->aggregate(kept != NULL ? columns : no_columns, self->n_arguments,
                            kept != NULL ? kept->n : 0, self->context, arena, &out, &err);
        answer(call, status, &out, &err);
        cbk_arena_destroy(arena);
    }
    if (kept != NULL) {
        rows_free(kept);
        *slot = NULL;
    }
}

static cbk_status add(cbk_registry *registry, const char *name, int n_arguments,
                      const function *what, cbk_error *err)
{
    assert(n_arguments <= CBK_ARGUMENTS_MAX);
    function *kept = malloc(sizeof *kept);
    if (kept == NULL) {
        return cbk_fail_memory(err);
    }
    *kept = *what;
    const bool is_scalar = what->scalar != NULL;
    const int flags =
        SQLITE_UTF8 | SQLITE_INNOCUOUS | (is_scalar ? SQLITE_DETERMINISTIC : 0);
    const int code = sqlite3_create_function_v2(
        registry->database, name, n_arguments, flags, kept,
        is_scalar ? scalar_call : NULL, is_scalar ? NULL : aggregate_step,
        is_scalar ? NULL : aggregate_final, free);
    return code == SQLITE_OK
               ? CBK_OK
               : cbk_registry_fail(registry, code, "adding a function", err);
}

cbk_status cbk_registry_add_aggregate(cbk_registry *registry, const char *name,
                                      int n_arguments, cbk_aggregate_fn fn, void *context,
                                      cbk_error *err)
{
    return add(registry, name, n_arguments,
               &(function){.aggregate = fn,
                           .n_arguments = (size_t)n_arguments,
                           .context = context},
               err);
}

cbk_status cbk_registry_add_scalar(cbk_registry *registry, const char *name,
                                   int n_arguments, cbk_scalar_fn fn, void *context,
                                   cbk_error *err)
{
    return add(registry, name, n_arguments, &(function){.scalar = fn, .context = context},
               err);
}
