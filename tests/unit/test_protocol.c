/* test_protocol.c - protocol.yaml read into structs, and each mistake with its place. */
#include "check.h"
#include "faulty_heap.h"

#include "study/protocol/protocol.h"

#include "base/date.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

typedef struct parsed {
    cbk_arena *arena;
    cbk_problems problems;
    const cbk_protocol *protocol;
    cbk_status status;
    cbk_error err;
} parsed;

static void parse(parsed *p, const char *text)
{
    *p = (parsed){.arena = cbk_arena_create(NULL, (size_t)1 << 28)};
    p->problems.arena = p->arena;
    p->status = cbk_protocol_parse("p.yaml", text, strlen(text), p->arena, &p->problems,
                                   &p->protocol, &p->err);
}

static void forget(parsed *p)
{
    cbk_arena_destroy(p->arena);
}

static void print_problems(const parsed *p)
{
    for (size_t i = 0; i < p->problems.n_found && i < CBK_PROBLEMS_MAX; i++) {
        const cbk_problem *found = &p->problems.kept[i];
        printf("# %zu:%zu %s\n", found->place.line, found->place.column, found->message);
    }
}

static bool is_text(const char *a, const char *b)
{
    return a != NULL && strcmp(a, b) == 0;
}

/* ---- a good one ---------------------------------------------------------------- */

static const char good[] =
    "casebook: 1\n"
    "study:\n"
    "  id: ivc-lms\n"
    "  title: Six patients\n"
    "  design: {kind: case series, direction: retrospective, centres: 1, consecutive: "
    "true}\n"
    "  period: {from: 1999-08, to: 2010-02}\n"
    "  follow_up_until: 2011\n"
    "  citation: \"A, B: C\"\n"
    "missing: {NA: not applicable, ND: not done}\n"
    "forms:\n"
    "  patient:\n"
    "    key: patient\n"
    "    fields:\n"
    "      age_years: {type: integer, unit: years, range: [0, 120], required: true}\n"
    "      size_cm: {label: Tumour size, type: number, unit: cm, range: [\"\", 60.5]}\n"
    "      sex: {type: choice, choices: {F: Female, M: {label: Male, definition: d}}}\n"
    "      signs: {type: choices, choices: [leg_pain, mass], missing: {ND: unknown, X: "
    "y}}\n"
    "      operated_on: {type: date}\n"
    "      recurred_on: {type: date}\n"
    "      died_on: {type: date}\n"
    "      seen_on: {type: date}\n"
    "      os_months: {type: number, unit: months}\n"
    "      status: {type: choice, choices: {alive: Alive, dead: }}\n"
    "      größe: {type: text}\n"
    "  recurrence:\n"
    "    label: Recurrences\n"
    "    repeats: patient\n"
    "    fields: {month: {type: number, unit: months}, site: {type: text},"
    " side: {type: text}}\n"
    "  treatment:\n"
    "    repeats: patient\n"
    "    fields:\n"
    "      given_on: {type: date}\n"
    "      what: {type: text}\n"
    "derive:\n"
    "  is_old: \"age_years > 60\"\n"
    "  class: {label: Class, type: choice, choices: {lo: Low, hi: High}, sql: \"'lo'\"}\n"
    "endpoints:\n"
    "  os: {label: Overall survival, unit: months, time: os_months, event: status = "
    "'dead',\n"
    "       competing: {other: \"cause = 'x'\"}}\n"
    "  efs: {unit: years, from: operated_on, event_on: [recurred_on, died_on],"
    " censor_on: seen_on}\n"
    "checks:\n"
    "  - {id: order, rule: died_on >= operated_on, says: Died before}\n"
    "  - {id: month, from: recurrence, rule: month > 0, says: No month}\n"
    "tables:\n"
    "  - {id: \"1\", title: T1, kind: listing, notes: [one, two], abbreviations: {DFS: "
    "d},\n"
    "     columns: [patient, {join: [age_years, sex], with: /},\n"
    "       {list: site, from: recurrence, among: \"side = 'l'\", empty: \"No\", label: "
    "L},\n"
    "       {field: size_cm, digits: 1, show: code}, class]}\n"
    "  - {id: rec, title: T2, kind: listing, from: recurrence, columns: [patient, n, "
    "month]}\n"
    "  - {id: sum, title: T3, kind: summary, by: sex, rows: [age_years, {field: "
    "class}, os],\n"
    "     test: mean, interval: clopper-pearson}\n"
    "figures:\n"
    "  - {id: \"3\", kind: km, endpoint: os, by: class, among: age_years > 1, marks: "
    "[36, 60]}\n"
    "  - {id: all, title: Every patient, kind: swimmer, endpoint: efs,\n"
    "     events: [treatment, {form: treatment, at: given_on, label: what}]}\n"
    "  - {id: sw, kind: swimmer, endpoint: os, events: [recurrence]}\n";

static void good_forms(void)
{
    parsed p;
    parse(&p, good);
    print_problems(&p);
    CHECK(p.status == CBK_OK && p.problems.n_found == 0);
    const cbk_protocol *protocol = p.protocol;
    CHECK(protocol->n_forms == 3 && is_text(protocol->forms[0].key, "patient"));
    CHECK(is_text(protocol->forms[0].label, "Patient"));
    CHECK(is_text(protocol->forms[1].label, "Recurrences"));
    CHECK(is_text(protocol->forms[1].repeats, "patient"));
    CHECK(protocol->forms[1].key == NULL && protocol->forms[0].repeats == NULL);
    const cbk_field *age = cbk_protocol_variable(protocol, "age_years");
    CHECK(age->type == CBK_FIELD_INTEGER && is_text(age->label, "Age years"));
    CHECK(is_text(age->unit, "years") && age->is_required);
    CHECK(age->has_minimum && age->minimum == 0 && age->has_maximum &&
          age->maximum == 120);
    CHECK(age->n_missing == 2 && age->place.line == 14 && age->place.column == 7);
    const cbk_field *size = cbk_protocol_variable(protocol, "size_cm");
    CHECK(is_text(size->label, "Tumour size") && !size->is_required);
    CHECK(!size->has_minimum && size->has_maximum && size->maximum == 60.5);
    const cbk_field *sex = cbk_protocol_variable(protocol, "sex");
    CHECK(sex->n_choices == 2 && is_text(sex->choices[1].definition, "d"));
    CHECK(is_text(cbk_code_label(sex->choices, sex->n_choices, "F"), "Female"));
    CHECK(cbk_code_label(sex->choices, sex->n_choices, "x") == NULL);
    const cbk_field *signs = cbk_protocol_variable(protocol, "signs");
    CHECK(is_text(signs->choices[0].label, "Leg pain"));
    CHECK(signs->n_missing == 3); /* ND is its own */
    CHECK(is_text(cbk_code_label(signs->missing, 3, "ND"), "unknown"));
    CHECK(is_text(cbk_code_label(signs->missing, 3, "NA"), "not applicable"));
    const cbk_field *status = cbk_protocol_variable(protocol, "status");
    CHECK(is_text(status->choices[1].label, "Dead"));
    CHECK(cbk_protocol_variable(protocol, "größe")->type == CBK_FIELD_TEXT);
    const cbk_field *is_old = cbk_protocol_variable(protocol, "is_old");
    CHECK(is_old->is_derived && is_text(is_old->sql, "age_years > 60"));
    CHECK(is_old->type == CBK_FIELD_TEXT && is_text(is_old->label, "Is old"));
    CHECK(cbk_protocol_variable(protocol, "class")->n_choices == 2);
    CHECK(cbk_protocol_variable(protocol, "month") == NULL);
    CHECK(cbk_form_field(cbk_protocol_form(protocol, "recurrence"), "month") != NULL);
    CHECK(cbk_protocol_form(protocol, "none") == NULL);
    forget(&p);
}

static void good_study_and_endpoints(void)
{
    parsed p;
    parse(&p, good);
    CHECK(p.status == CBK_OK);
    const cbk_protocol *protocol = p.protocol;
    CHECK(is_text(protocol->file, "p.yaml") && is_text(protocol->id, "ivc-lms"));
    CHECK(is_text(protocol->design_kind, "case series") && protocol->is_consecutive);
    CHECK(is_text(protocol->design_centres, "1") &&
          is_text(protocol->citation, "A, B: C"));
    char day[11];
    cbk_date_format(protocol->period_first_day, day);
    CHECK(protocol->has_period && is_text(day, "1999-08-01"));
    cbk_date_format(protocol->period_last_day, day);
    CHECK(is_text(day, "2010-02-28"));
    cbk_date_format(protocol->follow_up_last_day, day);
    CHECK(is_text(day, "2011-12-31"));
    const cbk_endpoint *os = cbk_protocol_endpoint(protocol, "os");
    CHECK(is_text(os->time, "os_months") && is_text(os->event, "status = 'dead'"));
    CHECK(os->from == NULL && os->n_competing == 1 && os->entry == NULL);
    CHECK(is_text(os->competing[0].label, "cause = 'x'"));
    const cbk_endpoint *efs = cbk_protocol_endpoint(protocol, "efs");
    CHECK(is_text(efs->label, "Efs") && efs->n_event_on == 2 && efs->time == NULL);
    CHECK(is_text(efs->event_on[1], "died_on") && is_text(efs->censor_on, "seen_on"));
    CHECK(protocol->n_checks == 2 && protocol->checks[0].from == NULL);
    CHECK(is_text(protocol->checks[1].from, "recurrence"));
    forget(&p);
}

static void good_print(void)
{
    parsed p;
    parse(&p, good);
    CHECK(p.status == CBK_OK);
    const cbk_table_spec *one = cbk_protocol_table(p.protocol, "1");
    CHECK(one->n_columns == 5 && one->n_notes == 2 && one->n_abbreviations == 1);
    CHECK(one->columns[0].kind == CBK_TABLE_COLUMN_FIELD && one->columns[0].digits == -1);
    CHECK(one->columns[1].kind == CBK_TABLE_COLUMN_JOIN && one->columns[1].is_code);
    CHECK(one->columns[1].n_fields == 2 && is_text(one->columns[1].with, "/"));
    const cbk_table_column_spec *list = &one->columns[2];
    CHECK(list->kind == CBK_TABLE_COLUMN_LIST && is_text(list->from, "recurrence"));
    CHECK(is_text(list->with, ", ") && is_text(list->empty, "No") && !list->is_code);
    CHECK(is_text(list->among, "side = 'l'") && list->n_fields == 1);
    CHECK(one->columns[3].is_code && one->columns[3].digits == 1);
    const cbk_table_spec *sum = cbk_protocol_table(p.protocol, "sum");
    CHECK(sum->kind == CBK_TABLE_SUMMARY && is_text(sum->by, "sex") &&
          sum->n_columns == 3 && sum->test == CBK_SUMMARY_BY_MEANS &&
          is_text(sum->interval, "clopper-pearson"));
    CHECK(is_text(sum->columns[2].fields[0], "os")); /* an endpoint is a row, too */
    CHECK(is_text(sum->columns[1].fields[0], "class"));
    const cbk_figure_spec *km = cbk_protocol_figure(p.protocol, "3");
    CHECK(km->kind == CBK_FIGURE_KM && km->n_marks == 2 && km->marks[1] == 60);
    CHECK(is_text(km->title, "Overall survival") && is_text(km->by, "class"));
    const cbk_figure_spec *all = cbk_protocol_figure(p.protocol, "all");
    CHECK(all->kind == CBK_FIGURE_SWIMMER && all->n_lanes == 2);
    CHECK(is_text(all->lanes[0].at, "given_on") && is_text(all->lanes[0].label, "what"));
    const cbk_figure_spec *sw = cbk_protocol_figure(p.protocol, "sw");
    CHECK(is_text(sw->lanes[0].at, "month") && is_text(sw->lanes[0].label, "site"));
    CHECK(p.protocol->n_sections == 1 + 3 + 3 + 6);
    CHECK(p.protocol->sections[0].kind == CBK_SECTION_RESULTS);
    CHECK(is_text(p.protocol->sections[4].id, "3"));
    CHECK(p.protocol->sections[12].kind == CBK_SECTION_METHODS);
    CHECK(cbk_protocol_table(p.protocol, "9") == NULL);
    CHECK(cbk_protocol_figure(p.protocol, "9") == NULL);
    forget(&p);
}

/* ---- mistakes ------------------------------------------------------------------ */

/* Lines 1 to 10; what follows starts in line 11, at the level of `forms`. */
#define HEAD                                                                             \
    "casebook: 1\n"                                                                      \
    "study: {id: s, title: T}\n"                                                         \
    "forms:\n"                                                                           \
    "  patient:\n"                                                                       \
    "    key: id\n"                                                                      \
    "    fields:\n"                                                                      \
    "      age: {type: integer, unit: years}\n"                                          \
    "      born: {type: date}\n"                                                         \
    "      os_m: {type: number, unit: months}\n"                                         \
    "  event: {repeats: patient, fields: {month: {type: number}, s: {type: text}}}\n"
/* A first field, in line 7. */
#define FIELD(name_and_map)                                                              \
    "casebook: 1\n"                                                                      \
    "study: {id: s, title: T}\n"                                                         \
    "forms:\n"                                                                           \
    "  p:\n"                                                                             \
    "    key: id\n"                                                                      \
    "    fields:\n"                                                                      \
    "      " name_and_map "\n"
#define STUDY(map)                                                                       \
    "casebook: 1\nforms: {p: {key: id, fields: {a: {type: text}}}}\nstudy: " map "\n"

typedef struct broken {
    const char *text;
    size_t line, column;
    const char *fragment;
} broken;

static const broken mistakes[] = {
    /* the file */
    {"study: {id: s, title: T}\nforms: {p: {key: id, fields: {a: {type: text}}}}\n", 1, 1,
     "needs `casebook: 1`"},
    {"casebook: 2\nwhatever: x\n", 1, 11, "version `2`; this program reads version 1"},
    {"casebook: 1\nstudy: {id: s, title: T}\n", 1, 1, "needs `forms`"},
    {HEAD "endpoint: {}\n", 11, 1, "did you mean `endpoints`?"},
    {HEAD "derive: [a]\n", 11, 9, "`derive` is a map"},
    {HEAD "tables: {id: a}\n", 11, 9, "`tables` must be a list"},
    /* study */
    {STUDY("{title: T}"), 3, 8, "The study needs `id`"},
    {STUDY("{id: a b, title: T}"), 3, 13, "without spaces"},
    {STUDY("{id: a, title: T, period: {from: 1999-13, to: 2000}}"), 3, 41, "1999-13"},
    {STUDY("{id: a, title: T, period: {from: 2001, to: 2000}}"), 3, 51,
     "before it starts"},
    {STUDY("{id: a, title: T, period: {from: 2001}}"), 3, 34, "needs `to`"},
    {STUDY("{id: a, title: T, follow_up_until: 2001}"), 3, 43, "needs `period`"},
    {STUDY("{id: a, title: T, period: {from: 2001, to: 2003}, follow_up_until: 2002}"), 3,
     75, "before the period does"},
    {STUDY("{id: a, title: T, design: {consecutive: maybe}}"), 3, 48, "true or false"},
    {STUDY("{id: a, title: T, citaton: C}"), 3, 26, "did you mean `citation`?"},
    /* forms */
    {"casebook: 1\nstudy: {id: s, title: T}\nforms: {}\n", 3, 8, "at least one form"},
    {"casebook: 1\nstudy: {id: s, title: T}\nforms: {p: {fields: {a: {type: text}}}}\n",
     3, 9, "needs `key`"},
    {"casebook: 1\nstudy: {id: s, title: T}\nforms: {p: {key: id}}\n", 3, 9,
     "needs `fields`"},
    {"casebook: 1\nstudy: {id: s, title: T}\n"
     "forms: {analysis: {key: id, fields: {a: {type: text}}}}\n",
     3, 9, "taken by the program"},
    {"casebook: 1\nstudy: {id: s, title: T}\n"
     "forms: {SQLite_x: {key: id, fields: {a: {type: text}}}}\n",
     3, 9, "taken by the program"},
    {HEAD "  Event: {repeats: patient, fields: {a: {type: text}}}\n", 11, 3,
     "same name as a form in line 10 (upper and lower case count as equal)"},
    {HEAD "  x: {key: id, fields: {a: {type: text}}}\n", 11, 12, "Only the first form"},
    {HEAD "  x: {fields: {a: {type: text}}}\n", 11, 3, "needs `repeats: patient`"},
    {HEAD "  x: {repeats: event, fields: {a: {type: text}}}\n", 11, 16,
     "`event` is not the first form"},
    {HEAD "  x: {repeats: patien, fields: {a: {type: text}}}\n", 11, 16,
     "did you mean `patient`?"},
    {HEAD "  x: {repeats: patient, fields: {n: {type: text}}}\n", 11, 34,
     "same name as the running number"},
    {HEAD "  x: {repeats: patient, fields: {ID: {type: text}}}\n", 11, 34,
     "same name as the key column"},
    /* fields */
    {FIELD("a: {type: text, lable: A}"), 7, 23, "did you mean `label`?"},
    {FIELD("a: {label: A}"), 7, 10, "A field needs `type`"},
    {FIELD("a: text"), 7, 10, "a field is a map"},
    {FIELD("a: {type: numbr}"), 7, 17, "did you mean `number`?"},
    {FIELD("a: {type: boolian}"), 7, 17, "did you mean `boolean`?"},
    {FIELD("1a: {type: text}"), 7, 7, "a name is a letter"},
    {FIELD("a-b: {type: text}"), 7, 7, "a name is a letter"},
    {FIELD("a→b: {type: text}"), 7, 7, "a name is a letter"},
    {FIELD("a: {type: text}\n      A: {type: text}"), 8, 7,
     "same name as a field in line 7"},
    {FIELD("id: {type: text}"), 7, 7, "same name as the key column"},
    {FIELD("a: {type: number, range: [5, 1]}"), 7, 32, "starts at 5, above its end 1"},
    {FIELD("a: {type: number, range: [5]}"), 7, 32, "[lowest, highest]"},
    {FIELD("a: {type: number, range: [0, many]}"), 7, 36, "not `many`"},
    {FIELD("a: {type: text, range: [0, 1]}"), 7, 30, "type text has no `range`"},
    {FIELD("a: {type: choice}"), 7, 10, "needs `choices`"},
    {FIELD("a: {type: choice, choices: {}}"), 7, 34, "not empty"},
    {FIELD("a: {type: choice, choices: []}"), 7, 34, "not empty"},
    {FIELD("a: {type: choice, choices: [x, y, X]}"), 7, 41, "same name as a code"},
    {FIELD("a: {type: choices, choices: {\"a|b\": A}}"), 7, 36, "separates several"},
    {FIELD("a: {type: text, choices: [x]}"), 7, 32, "type text has no `choices`"},
    {FIELD("a: {type: choice, choices: [NA, x], missing: {NA: none}}"), 7, 34,
     "a choice of `a` and a code for a missing value"},
    {FIELD("a: {type: choice, choices: {x: {lable: X}}}"), 7, 39,
     "did you mean `label`?"},
    {FIELD("a: {type: text, identifier: true}"), 7, 35, "does not keep identifiers"},
    {FIELD("a: {type: text, required: sometimes}"), 7, 33, "true or false"},
    /* derived variables */
    {HEAD "derive: {b: {label: B}}\n", 11, 13, "A derived variable needs `sql`"},
    {HEAD "derive: {b: ''}\n", 11, 13, "a derived variable is a map"},
    {HEAD "derive: {age: 1}\n", 11, 10, "`age`, a derived variable, has the same name"},
    /* endpoints */
    {HEAD "endpoints: {os: {time: os_m + 0, event: x}}\n", 11, 24, "needs `unit`"},
    {HEAD "endpoints: {os: {unit: month, time: os_m, event: x}}\n", 11, 24,
     "did you mean `months`?"},
    {HEAD "endpoints: {os: {unit: years, time: os_m, event: x}}\n", 11, 24,
     "in years, but its time `os_m` is in months"},
    {HEAD "endpoints: {os: {unit: months, time: os_m}}\n", 11, 17, "needs `event`"},
    {HEAD "endpoints: {os: {unit: months}}\n", 11, 13, "either `time` and `event`"},
    {HEAD "endpoints: {os: {unit: days, time: os_m, event: x, from: born}}\n", 11, 13,
     "not both"},
    {HEAD "endpoints: {os: {unit: days, from: born, event_on: born}}\n", 11, 17,
     "needs `censor_on`"},
    {HEAD "endpoints: {os: {unit: days, from: age, event_on: born, censor_on: born}}\n",
     11, 36, "type integer; a date is needed"},
    {HEAD "endpoints: {os: {unit: days, from: born, event_on: [born, bron], censor_on: "
          "born}}\n",
     11, 59, "did you mean `born`?"},
    {HEAD "endpoints: {age: {unit: days, from: born, event_on: born, censor_on: born}}\n",
     11, 13, "`age`, an endpoint, has the same name as a field in line 7"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x, competing: {y: }}}\n", 11,
     69, "empty"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x, competing: {os: y}}}\n",
     11, 66, "has the name of its endpoint"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x, competing: {dead: y}}}\n"
          "figures:\n  - {id: f, kind: cuminc, endpoint: os, causes: [os, daed]}\n",
     13, 49, "did you mean `dead`?"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x}}\n"
          "figures:\n  - {id: f, kind: cuminc, endpoint: os, events: [event]}\n",
     13, 49, "A figure of kind cuminc"},
    /* checks */
    {HEAD "checks:\n  - {id: c, says: S}\n", 12, 5, "A check needs `rule`"},
    {HEAD "checks:\n  - {id: c, says: S, rule: r}\n  - {id: c, says: S, rule: r}\n", 13,
     10, "same name as a check in line 12"},
    {HEAD "checks:\n  - {id: c, says: S, rule: r, from: evnt}\n", 12, 37,
     "did you mean `event`?"},
    {HEAD "checks:\n  - {id: c, rule: age in (1, 2), says: S}\n", 12, 30,
     "as in rule: \"age in (1, 2)\""},
    /* tables */
    {HEAD "tables:\n  - {id: t, kind: listing, columns: [age]}\n", 12, 5,
     "needs `title`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: list, columns: [age]}\n", 12, 29,
     "there is `listing`, `summary`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: listing}\n", 12, 5, "needs `columns`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: listing, columns: [id, agee]}\n", 12, 52,
     "did you mean `age`?"},
    {HEAD "tables:\n  - {id: t, title: T, kind: listing, rows: [age], columns: [id]}\n",
     12, 44, "A listing has no `rows`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: summary, rows: [id]}\n", 12, 45,
     "`id` is not a field or derived variable of `patient`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: summary, by: sex, rows: [age]}\n", 12, 42,
     "`sex` is not a field"},
    {HEAD "tables:\n  - {id: t, title: T, kind: listing, from: events, columns: [n]}\n",
     12, 44, "did you mean `event`?"},
    {HEAD "tables:\n  - {id: t, title: T, kind: listing, from: event, columns: [age]}\n",
     12, 61, "`age` is not a field of `event`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: listing, columns: [{list: s}]}\n", 12, 48,
     "needs `from`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: listing, columns: [{list: s, from: "
          "patient}]}\n",
     12, 64, "not a repeating form"},
    {HEAD "tables:\n  - {id: t, title: T, kind: listing, columns: [{label: L}]}\n", 12,
     48, "one of `field`, `join` and `list`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: listing, columns: [{field: age, digits: "
          "1.5}]}\n",
     12, 69, "whole number"},
    {HEAD
     "tables:\n  - {id: t, title: T, kind: listing, columns: [{field: age, with: x}]}\n",
     12, 67, "has no `with`"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x}}\n"
          "tables:\n  - {id: t, title: T, kind: summary, by: os, rows: [age]}\n",
     13, 42, "`os` is an endpoint"},
    {HEAD "tables:\n  - {id: t, title: T, kind: summary, rows: [age], test: true}\n", 12,
     57, "say which with `by`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: summary, by: age, rows: [age], test: "
          "maybe}\n",
     12, 66, "there is `false`, `true`, `mean`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: summary, rows: [age], interval: wald}\n",
     12, 61, "there is `wilson`, `clopper-pearson`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: listing, columns: [age], test: true}\n",
     12, 60, "A listing has no `test`"},
    {HEAD "tables:\n  - {id: t, title: T, kind: summary, rows: [age]}\n"
          "  - {id: t, title: T, kind: summary, rows: [age]}\n",
     13, 10, "same name as a table in line 12"},
    /* figures */
    {HEAD "figures:\n  - {id: f, kind: km, endpoint: os}\n", 12, 33,
     "`os` is not an endpoint"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x}}\n"
          "figures:\n  - {id: f, kind: km, endpoint: oss}\n",
     13, 33, "did you mean `os`?"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x}}\n"
          "figures:\n  - {id: f, kind: km, endpoint: os, by: sexx}\n",
     13, 41, "`sexx` is not a field"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x}}\n"
          "figures:\n  - {id: f, kind: km, endpoint: os, marks: [-1]}\n",
     13, 45, "A mark is a time"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x}}\n"
          "figures:\n  - {id: f, kind: km, endpoint: os, events: [event]}\n",
     13, 45, "km has no `events`"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x}}\n"
          "figures:\n  - {id: f, kind: swimmer, endpoint: os, events: [evnt]}\n",
     13, 51, "did you mean `event`?"},
    {HEAD "endpoints: {os: {unit: months, time: os_m, event: x}}\n"
          "figures:\n  - {id: f, kind: swimmer, endpoint: os, events: [{form: event, at: "
          "s}]}\n",
     13, 58, "time of an event is a number or a date"},
    {HEAD "  t: {repeats: patient, fields: {d: {type: date}, w: {type: text}}}\n"
          "endpoints: {os: {unit: months, time: os_m, event: x}}\n"
          "figures:\n  - {id: f, kind: swimmer, endpoint: os, events: [t]}\n",
     14, 51, "no date `from`"},
    {HEAD "  t: {repeats: patient, fields: {d: {type: number}}}\n"
          "endpoints: {os: {unit: months, time: os_m, event: x}}\n"
          "figures:\n  - {id: f, kind: swimmer, endpoint: os, events: [t]}\n",
     14, 51, "no choice or text field"},
    /* the report */
    {HEAD "report: {sections: [cohrt]}\n", 11, 21, "did you mean `cohort`?"},
    {HEAD "report: {sections: [table]}\n", 11, 21, "Write {table: ID}"},
    {HEAD "report: {sections: [{table: \"9\"}]}\n", 11, 29,
     "`9` is not the id of a table"},
    {HEAD "report: {section: [cohort]}\n", 11, 10, "did you mean `sections`?"},
    {HEAD "report: {sections: cohort}\n", 11, 20, "`sections` is a list"},
};

/* Whether the problem is reported, and nothing beside it. */
static bool is_reported(const parsed *p, const broken *row)
{
    const cbk_problem *found = &p->problems.kept[0];
    return p->status == CBK_EDATA && p->protocol == NULL && p->problems.n_found == 1 &&
           found->place.line == row->line && found->place.column == row->column &&
           strstr(found->message, row->fragment) != NULL &&
           is_text(found->place.file, "p.yaml") && p->err.message[0] != '\0';
}

static void each_mistake_alone(void)
{
    bool is_all_good = true;
    for (size_t i = 0; i < N(mistakes); i++) {
        parsed p;
        parse(&p, mistakes[i].text);
        if (!is_reported(&p, &mistakes[i])) {
            printf("# expected %zu:%zu %s; got %zu:\n", mistakes[i].line,
                   mistakes[i].column, mistakes[i].fragment, p.problems.n_found);
            print_problems(&p);
            is_all_good = false;
        }
        forget(&p);
    }
    CHECK(is_all_good);
}

static void all_mistakes_at_once(void)
{
    parsed p;
    parse(&p, HEAD "endpoints: {os: {unit: month, time: os_m, event: x}}\n"
                   "checks:\n  - {id: c, rule: f(1, 2), says: S}\n  - {id: d}\n"
                   "tables:\n  - {id: t, kind: summary, rows: [aeg]}\n");
    CHECK(p.status == CBK_EDATA && p.problems.n_found == 6);
    forget(&p);
}

static void too_many_fields(void)
{
    static char text[64 * 1024] = "casebook: 1\nstudy: {id: s, title: T}\n"
                                  "forms: {p: {key: id, fields: {";
    size_t n = strlen(text);
    for (int i = 0; i < 1901; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "f%d: {type: text},", i);
    }
    (void)snprintf(text + n, sizeof text - n, "}}}\n");
    parsed p;
    parse(&p, text);
    CHECK(p.status == CBK_EDATA && p.problems.n_found == 1);
    CHECK(strstr(p.problems.kept[0].message, "1901 fields") != NULL);
    forget(&p);
}

/* ---- case histories -------------------------------------------------------------- */

static const char told[] =
    "casebook: 1\n"
    "study: {id: s, title: T}\n"
    "forms:\n"
    "  patient: {key: patient, fields: {age: {type: integer}}}\n"
    "  visit: {repeats: patient, fields: {month: {type: number}, site: {type: text}}}\n"
    "cases:\n"
    "  title: \"Case {{patient}}\"\n"
    "  sentences:\n"
    "    - \"A {{age}}-year-old had \\\\{{ {{site from visit | lower}}.\"\n"
    "    - {each: visit, among: month > 0, order: month, says: \"{{month | month, "
    "months}}\", missing: M, none: N}\n"
    "    - {when: age > 60, says: Old.}\n";

static void sentences_of_cases(void)
{
    parsed p;
    parse(&p, told);
    CHECK(p.status == CBK_OK);
    const cbk_cases_spec *cases = &p.protocol->cases;
    CHECK(cases->title.n == 2 && cases->n_sentences == 3);
    const cbk_template *says = &cases->sentences[0].says;
    CHECK(says->n == 7 && is_text(says->parts[3].text, "{{"));
    CHECK(is_text(says->parts[5].placeholder->from, "visit"));
    CHECK(is_text(cases->sentences[1].form, "visit"));
    CHECK(is_text(cases->sentences[1].order, "month"));
    CHECK(cases->sentences[1].missing.n == 1 && cases->sentences[1].none.n == 1);
    CHECK(is_text(cases->sentences[2].when, "age > 60"));
    /* results, survival, cases, conventions, findings, conflicts, audit, methods */
    CHECK(p.protocol->n_sections == 8);
    CHECK(p.protocol->sections[2].kind == CBK_SECTION_CASES);
    forget(&p);
}

/* ---- out of memory ------------------------------------------------------------- */

enum { BLOCK_BYTES = 64 * 1024 }; /* of an arena: a smaller rest of it makes k smaller */

/* Every allocation fails once: the arena has one block, and of it only the last `room`
 * bytes are free. */
static void fail_allocations(const char *text)
{
    size_t room = 0;
    for (cbk_status status = CBK_ENOMEM; status != CBK_OK; room += 16) {
        CHECK(room < BLOCK_BYTES);
        faulty_heap heap;
        cbk_arena *arena = faulty_arena(&heap, 2);
        cbk_arena *messages = cbk_arena_create(NULL, (size_t)1 << 20);
        CHECK(arena != NULL && messages != NULL);
        CHECK(CBK_NEW(arena, char, BLOCK_BYTES - room) != NULL);
        cbk_problems problems = {.arena = messages};
        const cbk_protocol *protocol = NULL;
        cbk_error err = {0};
        status = cbk_protocol_parse("p.yaml", text, strlen(text), arena, &problems,
                                    &protocol, &err);
        CHECK(status == CBK_OK || (status == CBK_ENOMEM && err.message[0] != '\0'));
        CHECK((protocol != NULL) == (status == CBK_OK));
        cbk_arena_destroy(messages);
        cbk_arena_destroy(arena);
        CHECK(heap.n_live == 0);
    }
    CHECK(room > 1024);
}

static void every_failed_allocation(void)
{
    fail_allocations(good);
    fail_allocations(told);
}

int main(void)
{
    static const check_test tests[] = {
        {"a good protocol: forms and fields", good_forms},
        {"a good protocol: study and endpoints", good_study_and_endpoints},
        {"a good protocol: tables, figures, sections", good_print},
        {"each mistake alone, with its place", each_mistake_alone},
        {"all mistakes at once", all_mistakes_at_once},
        {"too many fields", too_many_fields},
        {"sentences of cases", sentences_of_cases},
        {"every failed allocation", every_failed_allocation},
    };
    return check_main(tests, N(tests));
}
