/* protocol_report.c - the sections of the report in protocol.yaml.  Contract:
 * protocol_reader.h; the format: docs/formats/protocol.md.
 */
#include "study/protocol/protocol_reader.h"

#include "base/text.h"

#include <string.h>

typedef cbk_protocol_reader reader;

/* Sections as a word names them: all tables and all figures; a map, {table: ID} or
 * {figure: ID}, names one. */
static const char *const words[] = {
    [CBK_SECTION_COHORT] = "cohort",
    [CBK_SECTION_RESULTS] = "results",
    [CBK_SECTION_TABLE] = "tables",
    [CBK_SECTION_FIGURE] = "figures",
    [CBK_SECTION_SURVIVAL] = "survival",
    [CBK_SECTION_CASES] = "cases",
    [CBK_SECTION_CONVENTIONS] = "conventions",
    [CBK_SECTION_FINDINGS] = "findings",
    [CBK_SECTION_CONFLICTS] = "conflicts",
    [CBK_SECTION_AUDIT] = "audit",
    [CBK_SECTION_METHODS] = "methods",
};

enum { N_KINDS = sizeof words / sizeof words[0], SECTIONS_MAX = 200 };

/* A table or figure stands in a report once: where it is named first. */
static void add_printed(cbk_section *sections, size_t *n, cbk_section_kind kind,
                        const char *id)
{
    for (size_t i = 0; i < *n; i++) {
        if (sections[i].kind == kind && cbk_text_is_equal(sections[i].id, id)) {
            return;
        }
    }
    sections[(*n)++] = (cbk_section){.kind = kind, .id = id};
}

/* Adds one section, or, for a table or figure without an id, all of them. */
static void add_section(reader *r, cbk_section *sections, size_t *n, cbk_section section)
{
    const cbk_protocol *protocol = r->protocol;
    if (section.kind == CBK_SECTION_TABLE && section.id == NULL) {
        for (size_t i = 0; i < protocol->n_tables; i++) {
            add_printed(sections, n, CBK_SECTION_TABLE, protocol->tables[i].id);
        }
    } else if (section.kind == CBK_SECTION_FIGURE && section.id == NULL) {
        for (size_t i = 0; i < protocol->n_figures; i++) {
            add_printed(sections, n, CBK_SECTION_FIGURE, protocol->figures[i].id);
        }
    } else {
        add_printed(sections, n, section.kind, section.id);
    }
}

/* The word, as a section; after a problem, methods. */
static cbk_section section_of_word(reader *r, const cbk_yaml *node)
{
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        if (strcmp(words[kind], node->scalar) == 0) {
            return (cbk_section){.kind = (cbk_section_kind)kind};
        }
    }
    const bool is_print =
        strcmp(node->scalar, "table") == 0 || strcmp(node->scalar, "figure") == 0;
    if (is_print) {
        cbk_problems_add(r->problems, node->place,
                         "Which %s? Write {%s: ID}, or `%ss` for all of them.",
                         node->scalar, node->scalar, node->scalar);
    } else {
        cbk_yaml_report_unknown(r->problems, node->place, "a section of the report",
                                node->scalar, words, N_KINDS);
    }
    return (cbk_section){.kind = CBK_SECTION_METHODS};
}

/* The id of a table or figure that must exist. */
static void need_printed(reader *r, const cbk_yaml *node, bool is_table, const char *id)
{
    const cbk_protocol *protocol = r->protocol;
    const bool is_found = is_table ? cbk_protocol_table(protocol, id) != NULL
                                   : cbk_protocol_figure(protocol, id) != NULL;
    if (is_found) {
        return;
    }
    const size_t n = is_table ? protocol->n_tables : protocol->n_figures;
    const char **ids = CBK_NEW(r->arena, const char *, n);
    for (size_t i = 0; ids != NULL && i < n; i++) {
        ids[i] = is_table ? protocol->tables[i].id : protocol->figures[i].id;
    }
    cbk_yaml_report_unknown(r->problems, node->place,
                            is_table ? "the id of a table" : "the id of a figure", id,
                            ids, ids == NULL ? 0 : n);
}

static cbk_section section_of_map(reader *r, const cbk_yaml *map)
{
    static const char *const keys[] = {"table", "figure"};
    cbk_section section = {.kind = CBK_SECTION_METHODS};
    if (!cbk_yaml_check_keys(map, "a section", keys, 2, r->problems)) {
        return section;
    }
    const bool is_table = cbk_yaml_get(map, "table") != NULL;
    if (map->n != 1) {
        cbk_problems_add(r->problems, map->place,
                         "A section is a word, {table: ID} or {figure: ID}.");
        return section;
    }
    const char *key = is_table ? "table" : "figure";
    const char *id = cbk_protocol_text(r, map, key);
    if (id != NULL) {
        section.kind = is_table ? CBK_SECTION_TABLE : CBK_SECTION_FIGURE;
        section.id = id;
        need_printed(r, cbk_yaml_get(map, key), is_table, id);
    }
    return section;
}

/* Room for n_items sections, each of which may stand for all tables or figures. */
static cbk_section *new_sections(reader *r, size_t n_items)
{
    const size_t n_all = r->protocol->n_tables + r->protocol->n_figures;
    return CBK_NEW(r->arena, cbk_section, n_items * (1 + n_all));
}

/* Not the cohort, with which the results begin; and no rows of patients unless somebody
 * has written how to tell them. */
static bool is_default(const reader *r, cbk_section_kind kind)
{
    return kind != CBK_SECTION_COHORT &&
           (kind != CBK_SECTION_CASES || r->protocol->cases.n_sentences > 0);
}

/* The results in words, the tables, the figures, then what the program says of the study.
 */
static void use_default_sections(reader *r)
{
    cbk_section *sections = new_sections(r, N_KINDS);
    size_t n = 0;
    for (int kind = 0; sections != NULL && kind < N_KINDS; kind++) {
        if (!is_default(r, (cbk_section_kind)kind)) {
            continue;
        }
        add_section(r, sections, &n, (cbk_section){.kind = (cbk_section_kind)kind});
    }
    r->protocol->sections = sections;
    r->protocol->n_sections = n;
}

static void read_sections(reader *r, const cbk_yaml *list)
{
    cbk_section *sections = new_sections(r, list->n);
    size_t n = 0;
    for (size_t i = 0; sections != NULL && i < list->n; i++) {
        const cbk_yaml *item = list->item[i];
        add_section(r, sections, &n,
                    item->kind == CBK_YAML_SCALAR ? section_of_word(r, item)
                                                  : section_of_map(r, item));
    }
    r->protocol->sections = sections;
    r->protocol->n_sections = n;
}

static void read_style(reader *r, const cbk_yaml *node)
{
    const cbk_yaml *style = cbk_yaml_get(node, "style");
    const char **names = CBK_NEW(r->arena, const char *, cbk_n_styles);
    if (style == NULL || names == NULL ||
        cbk_yaml_get_text(node, "style", r->problems) == NULL) {
        return;
    }
    for (size_t i = 0; i < cbk_n_styles; i++) {
        names[i] = cbk_styles[i].name;
    }
    const size_t chosen = cbk_yaml_choose(style, "the style of a journal", names,
                                          cbk_n_styles, r->problems);
    r->protocol->style = chosen == SIZE_MAX ? NULL : &cbk_styles[chosen];
}

void cbk_protocol_read_report(reader *r, const cbk_yaml *node)
{
    static const char *const keys[] = {"sections", "style"};
    if (node != NULL && !cbk_yaml_check_keys(node, "the report", keys, 2, r->problems)) {
        return;
    }
    read_style(r, node);
    const cbk_yaml *list = cbk_yaml_get(node, "sections");
    if (list == NULL) {
        use_default_sections(r);
    } else if (list->kind != CBK_YAML_LIST || list->n == 0 || list->n > SECTIONS_MAX) {
        cbk_problems_add(r->problems, list->place,
                         "`sections` is a list of at most %d, as in [cohort, {table: "
                         "\"1\"}, methods].",
                         SECTIONS_MAX);
    } else {
        read_sections(r, list);
    }
}
