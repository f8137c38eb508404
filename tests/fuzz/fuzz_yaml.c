/* fuzz_yaml.c - any bytes as a protocol and as a claims file: no crash, no leak, and what
 * is refused is refused with a message that has a place; any text as what is stated. */
#include "claims/claims_file.h"
#include "claims/stated/stated.h"
#include "study/protocol/protocol.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* A failure says something; a mistake in the file says where. */
static void check_outcome(cbk_status status, const cbk_error *err,
                          const cbk_problems *problems, bool has_result)
{
    require(has_result == (status == CBK_OK));
    require((status == CBK_EDATA) == (problems->n_found > 0));
    if (status == CBK_OK) {
        return;
    }
    require(status == CBK_EDATA || status == CBK_ENOMEM);
    require(err->status == status && err->message[0] != '\0');
    for (size_t i = 0; i < problems->n_found && i < CBK_PROBLEMS_MAX; i++) {
        require(problems->kept[i].message[0] != '\0');
        require(strcmp(problems->kept[i].place.file, "f.yaml") == 0);
    }
}

static void check_protocol(const cbk_protocol *protocol)
{
    require(protocol->n_forms > 0 && protocol->forms[0].key != NULL);
    require(protocol->n_sections > 0 && protocol->title != NULL);
    for (size_t i = 0; i < protocol->n_tables; i++) {
        const cbk_table_spec *table = &protocol->tables[i];
        require(cbk_protocol_table(protocol, table->id) == table);
        require(table->from == NULL || cbk_protocol_form(protocol, table->from) != NULL);
    }
    for (size_t i = 0; i < protocol->n_figures; i++) {
        const cbk_figure_spec *figure = &protocol->figures[i];
        require(cbk_protocol_endpoint(protocol, figure->endpoint) != NULL);
        for (size_t k = 0; k < figure->n_lanes; k++) {
            const cbk_form *form = cbk_protocol_form(protocol, figure->lanes[k].form);
            require(form != NULL && cbk_form_field(form, figure->lanes[k].at) != NULL);
            require(cbk_form_field(form, figure->lanes[k].label) != NULL);
        }
    }
}

static void check_claims(const cbk_claim *claims, size_t n, cbk_arena *arena)
{
    for (size_t i = 0; i < n; i++) {
        cbk_stated stated;
        require(cbk_stated_read(claims[i].stated, arena, &stated));
        for (size_t k = 0; k < stated.n; k++) {
            require(stated.numbers[k].value - stated.numbers[k].value == 0.0);
            require(!cbk_stated_numbers_differ(&stated.numbers[k], &stated.numbers[k]));
        }
        require(claims[i].id[0] != '\0' && claims[i].stated[0] != '\0');
        require(claims[i].n_of == 0 || claims[i].of[claims[i].n_of - 1][0] != '\0');
    }
}

/* What needs no records runs on every file that is read. */
static void check_paper(const cbk_claims *claims, cbk_arena *arena)
{
    cbk_problems problems = {.arena = arena};
    cbk_error err = {0};
    const cbk_audit *audit = NULL;
    const cbk_status status = cbk_audit_run(NULL, claims, arena, &problems, &audit, &err);
    check_outcome(status, &err, &problems, audit != NULL);
    for (size_t i = 0; audit != NULL && i < audit->n_checks; i++) {
        const cbk_check_result *check = &audit->checks[i];
        require(check->stated != NULL && check->explanation[0] != '\0');
        for (size_t k = 0; k < check->n_nearest; k++) {
            require(check->nearest[k] - check->nearest[k] == 0.0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 26);
    if (arena == NULL) {
        return 0;
    }
    cbk_problems problems = {.arena = arena};
    cbk_error err = {0};
    const cbk_protocol *protocol = NULL;
    cbk_status status =
        cbk_protocol_parse("f.yaml", text, size, arena, &problems, &protocol, &err);
    check_outcome(status, &err, &problems, protocol != NULL);
    if (protocol != NULL) {
        check_protocol(protocol);
    }
    cbk_arena_destroy(arena);

    arena = cbk_arena_create(NULL, (size_t)1 << 26);
    if (arena == NULL) {
        return 0;
    }
    problems = (cbk_problems){.arena = arena};
    const cbk_claims *claims = NULL;
    status = cbk_claims_parse("f.yaml", text, size, arena, &problems, &claims, &err);
    check_outcome(status, &err, &problems, claims != NULL);
    if (claims != NULL) {
        check_claims(claims->claims, claims->n, arena);
        check_paper(claims, arena);
    }
    cbk_arena_destroy(arena);
    return 0;
}
