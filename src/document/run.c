/* run.c - runs of spans.  Contract: casebook/document.h. */
#include <casebook/document.h>

#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cbk_run_span(cbk_text_run *run, cbk_arena *arena, cbk_span span)
{
    assert(run != NULL);
    assert(span.kind != CBK_SPAN_NUMBER || span.provenance != NULL ||
           cbk_arena_has_failed(arena));
    if (span.kind == CBK_SPAN_TEXT && (span.text == NULL || span.text[0] == '\0')) {
        return; /* a run that holds nothing is one that is empty */
    }
    const char *text = cbk_text_copy(arena, span.text != NULL ? span.text : "");
    const char *target = span.target != NULL ? cbk_text_copy(arena, span.target) : NULL;
    const char *sign = span.sign != NULL ? cbk_text_copy(arena, span.sign) : NULL;
    cbk_span *copy = CBK_NEW(arena, cbk_span, 1);
    if (copy == NULL) {
        return;
    }
    *copy = span;
    copy->text = text;
    copy->target = target;
    copy->sign = sign;
    copy->next = NULL;
    if (run->last == NULL) {
        run->first = copy;
    } else {
        run->last->next = copy;
    }
    run->last = copy;
}

void cbk_run_text(cbk_text_run *run, cbk_arena *arena, const char *text)
{
    cbk_run_span(run, arena, (cbk_span){.kind = CBK_SPAN_TEXT, .text = text});
}

void cbk_run_textf(cbk_text_run *run, cbk_arena *arena, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    const size_t size = (size_t)length + 1;
    char *text = CBK_NEW(arena, char, size);
    if (text != NULL) {
        (void)vsnprintf(text, size, format, again);
        cbk_run_text(run, arena, text);
    }
    va_end(again);
}

void cbk_run_number(cbk_text_run *run, cbk_arena *arena, const char *text,
                    const cbk_provenance *provenance)
{
    cbk_run_span(
        run, arena,
        (cbk_span){.kind = CBK_SPAN_NUMBER, .text = text, .provenance = provenance});
}

void cbk_run_append(cbk_text_run *run, const cbk_text_run *tail)
{
    assert(run != NULL && tail != NULL && run != tail);
    if (tail->first == NULL) {
        return;
    }
    if (run->last == NULL) {
        run->first = tail->first;
    } else {
        run->last->next = tail->first;
    }
    run->last = tail->last;
}

static const char *span_plain(const cbk_span *span)
{
    return span->kind == CBK_SPAN_BREAK ? "\n" : span->text;
}

static const char *span_sign(const cbk_span *span)
{
    return span->kind == CBK_SPAN_FLAG && span->sign != NULL ? span->sign : "";
}

const char *cbk_run_plain(const cbk_text_run *run, cbk_arena *arena)
{
    assert(run != NULL);
    size_t size = 0;
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        size += strlen(span_plain(span)) + strlen(span_sign(span));
    }
    char *plain = CBK_NEW(arena, char, size + 1);
    if (plain == NULL) {
        return NULL;
    }
    char *end = plain;
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        const char *const parts[] = {span_plain(span), span_sign(span)};
        for (size_t i = 0; i < 2; i++) {
            const size_t length = strlen(parts[i]);
            memcpy(end, parts[i], length);
            end += length;
        }
    }
    return plain; /* the arena's memory is zero: the NUL is there */
}
