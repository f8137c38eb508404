/* test_yaml_tree.c - YAML read strictly: trees with places, and what is refused where. */
#include "check.h"
#include "faulty_heap.h"

#include "study/yaml/yaml_tree.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

typedef struct parsed {
    cbk_arena *arena;
    cbk_problems problems;
    cbk_yaml *root;
    cbk_status status;
    cbk_error err;
} parsed;

static void parse_bytes(parsed *p, const char *bytes, size_t size)
{
    *p = (parsed){.arena = cbk_arena_create(NULL, (size_t)1 << 28)};
    p->problems.arena = p->arena;
    p->status =
        cbk_yaml_parse("t.yaml", bytes, size, p->arena, &p->problems, &p->root, &p->err);
}

static void parse(parsed *p, const char *text)
{
    parse_bytes(p, text, strlen(text));
}

static void forget(parsed *p)
{
    cbk_arena_destroy(p->arena);
}

/* Whether problem i is at line:column and contains the fragment; prints it if not. */
static bool has_problem(const parsed *p, size_t i, size_t line, size_t column,
                        const char *fragment)
{
    if (i >= p->problems.n_found) {
        printf("# only %zu problems\n", p->problems.n_found);
        return false;
    }
    const cbk_problem *found = &p->problems.kept[i];
    if (found->place.line == line && found->place.column == column &&
        strstr(found->message, fragment) != NULL) {
        return true;
    }
    printf("# %zu:%zu %s\n", found->place.line, found->place.column, found->message);
    return false;
}

static void tree_with_places(void)
{
    parsed p;
    parse(&p, "\xEF\xBB\xBF"
              "a: 1\n"
              "größe: {b: 'x, y', c: [NO, 010, \"1\"]}\n"
              "d:\n"
              "  - é: z\n"
              "  -\n");
    CHECK(p.status == CBK_OK && p.problems.n_found == 0);
    CHECK(p.root->kind == CBK_YAML_MAP && p.root->n == 3);
    CHECK(strcmp(p.root->key[1], "größe") == 0);
    const cbk_yaml *map = p.root->item[1];
    CHECK(map->place.line == 2 && map->place.column == 8); /* of characters */
    CHECK(strcmp(cbk_yaml_get(map, "b")->scalar, "x, y") == 0);
    CHECK(cbk_yaml_get(map, "b")->is_quoted);
    const cbk_yaml *list = cbk_yaml_get(map, "c");
    CHECK(list->kind == CBK_YAML_LIST && list->n == 3);
    CHECK(strcmp(list->item[0]->scalar, "NO") == 0 && !list->item[0]->is_quoted);
    CHECK(strcmp(list->item[1]->scalar, "010") == 0);
    CHECK(map->key_place[1].line == 2 && map->key_place[1].column == 20);
    const cbk_yaml *last = p.root->item[2];
    CHECK(strcmp(last->item[1]->scalar, "") == 0);
    CHECK(strcmp(last->item[0]->key[0], "é") == 0);
    CHECK(cbk_yaml_get(p.root, "zz") == NULL);
    forget(&p);
}

typedef struct refused {
    const char *text;
    size_t line, column;
    const char *fragment;
} refused;

static const refused refusals[] = {
    {"", 1, 1, "empty"},
    {"# only a comment\n", 1, 1, "empty"},
    {"just text\n", 1, 1, "must be a map"},
    {"- a\n- b\n", 1, 1, "must be a map"},
    {"a: &x 1\n", 1, 4, "`&x` is an anchor"},
    {"a: &x 1\nb: *x\n", 1, 4, "anchor"},
    {"a: *x\n", 1, 4, "leading * needs quotes"},
    {"a: !!str 1\n", 1, 4, "is a tag"},
    {"a: 1\nb: 2\na: 3\n", 3, 1, "`a` stands twice: first in line 1"},
    {"a: 1\n---\nb: 2\n", 2, 1, "second document"},
    {"a: 1\n...\nb: 2\n", 3, 1, "end of the document"},
    {"a: \xff\n", 1, 4, "0xFF is not UTF-8"},
    {"é: \xc3(\n", 1, 4, "0xC3 is not UTF-8"},
    {"a: \"\\0\"\n", 1, 4, "control character"},
    {"a: \x01\n", 1, 4, "U+0001"},
    {"a:\n\tb: 1\n", 2, 1, "tab"},
    {"a:\n  b: 1\n \tc: 1\n", 3, 2, "tab"},
    {"a: b: c\n", 1, 5, "colon"},
    {"a: 1\n  b: 2\n", 2, 4, "indented"},
    {"a: \"x\" || y\n", 1, 9, "closing quote"},
    {"a: 'x' = b\n", 1, 8, "closing quote"},
    {"a: \"open\nb: 1\n", 1, 4, "never closed"},
    {"a: >5%\n", 1, 6, "bare > or |"},
    {"a: {b: 1\nc: 2\n", 2, 2, "{ }"},
    {"a: [1, 2\nb: 2\n", 2, 2, "[ ]"},
    {"a: `x`\n", 1, 4, "bare `"},
    {"a: \"\\q\"\n", 1, 5, "backslash"},
    {"{[1, 2]: x}\n", 1, 2, "must be text"},
    {"a: [, 120]\n", 1, 5, "written \"\""},
    {"a: {b: count(x{1})}\n", 1, 15, "{ }"},
    /* SQL that a comma cuts, without a syntax error of YAML */
    {"a: {of: 100 * km_survival(os, 60)}\n", 1, 31,
     "as in of: \"100 * km_survival(os, 60)\""},
    {"a: {id: x, rule: a <= b, says: Foo, bar}\n", 1, 37, "as in says: \"Foo, bar\""},
    {"a: {says: one, two, three, id: x}\n", 1, 16, "\"one, two, three\""},
    {"a: {b:c}\n", 1, 5, "`b:c` has no value"},
    {"a: {sql: f(\"x\", y)}\n", 1, 17, "sql: 'f(\"x\", y)'"},
    {"of: [km_survival(os, 60), x]\n", 1, 6, "as in \"km_survival(os, 60)\""},
};

static void refused_with_place(void)
{
    bool is_all_good = true;
    for (size_t i = 0; i < N(refusals); i++) {
        const refused *row = &refusals[i];
        parsed p;
        parse(&p, row->text);
        const bool is_good = has_problem(&p, 0, row->line, row->column, row->fragment);
        if (!is_good) {
            printf("# in: %s\n", row->text);
        }
        is_all_good = is_all_good && is_good;
        /* no tree only together with an error that says something */
        CHECK((p.root != NULL) == (p.status == CBK_OK));
        CHECK(p.root != NULL || p.err.message[0] != '\0');
        forget(&p);
    }
    CHECK(is_all_good);
}

/* What a comma has cut is put together again, so that nothing follows from it. */
static void cut_text_is_mended(void)
{
    parsed p;
    parse(&p, "a: {of: f(x, 60), says: y}\nb: [f(x, 60), z]\n");
    CHECK(p.status == CBK_OK && p.problems.n_found == 2);
    const cbk_yaml *map = cbk_yaml_get(p.root, "a");
    CHECK(map->n == 2 && strcmp(cbk_yaml_get(map, "of")->scalar, "f(x, 60)") == 0);
    const cbk_yaml *list = cbk_yaml_get(p.root, "b");
    CHECK(list->n == 2 && strcmp(list->item[0]->scalar, "f(x, 60)") == 0);
    CHECK(strcmp(list->item[1]->scalar, "z") == 0);
    forget(&p);
    parse(&p, "a: {b: , c: }\n"); /* empty values have their colon: no mistake */
    CHECK(p.status == CBK_OK && p.problems.n_found == 0);
    CHECK(cbk_yaml_get(p.root, "a")->n == 2);
    forget(&p);
}

static void depth_is_limited(void)
{
    char text[64] = "a: ";
    memset(text + 3, '[', 19);
    memset(text + 22, ']', 19);
    parsed p;
    parse(&p, text); /* the map and 19 lists */
    CHECK(p.status == CBK_OK && p.problems.n_found == 0);
    forget(&p);
    memset(text + 3, '[', 20);
    memset(text + 23, ']', 20);
    parse(&p, text);
    CHECK(p.status == CBK_EDATA);
    CHECK(has_problem(&p, 0, 1, 23, "deeper than 20"));
    forget(&p);
}

static void size_is_limited(void)
{
    const size_t size = CBK_YAML_BYTES_MAX + 1;
    char *bytes = malloc(size);
    CHECK(bytes != NULL);
    memset(bytes, ' ', size);
    memcpy(bytes, "a: 1 #", 6);
    parsed p;
    parse_bytes(&p, bytes, size);
    CHECK(p.status == CBK_EDATA && has_problem(&p, 0, 0, 0, "1048577 bytes"));
    forget(&p);
    parse_bytes(&p, bytes, size - 1);
    CHECK(p.status == CBK_OK && p.problems.n_found == 0);
    forget(&p);
    free(bytes);
}

/* Files that could make a careless reader quadratic. */
static void hostile_files_are_cheap(void)
{
    static const struct {
        const char *start, *unit, *end;
    } shapes[] = {
        {"a: {b: x", ", y", "}"}, {"a: [f(", ", y", "]"}, {"a: {", "b: ,", "}"},
        {"", "k:\n", ""},         {"", "? ", ""},         {"a: ", "- ", ""},
    };
    char *bytes = malloc(CBK_YAML_BYTES_MAX);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < N(shapes); i++) {
        const size_t unit = strlen(shapes[i].unit);
        size_t n = strlen(shapes[i].start);
        memcpy(bytes, shapes[i].start, n);
        for (; n + unit + 1 < CBK_YAML_BYTES_MAX / 4; n += unit) {
            memcpy(bytes + n, shapes[i].unit, unit);
        }
        memcpy(bytes + n, shapes[i].end, strlen(shapes[i].end));
        parsed p;
        parse_bytes(&p, bytes, n + strlen(shapes[i].end));
        CHECK(p.status != CBK_ENOMEM && p.problems.n_found > 0);
        forget(&p);
    }
    free(bytes);
}

static void getters_report(void)
{
    static const char *const keys[] = {"label", "type", "unit"};
    static const char *const types[] = {"number", "date"};
    parsed p;
    parse(&p, "lable: x\ntype: numbr\nunit: [a]\nyes: maybe\nn: 1.5\nm: x\ne: ''\n");
    CHECK(p.status == CBK_OK && p.problems.n_found == 0);
    CHECK(cbk_yaml_check_keys(p.root, "a field", keys, N(keys), &p.problems));
    CHECK(has_problem(&p, 0, 1, 1,
                      "`lable` is not a key of a field; did you mean `label`?"));
    CHECK(has_problem(&p, 1, 4, 1, "there is `label`, `type`, `unit`"));
    p.problems.n_found = 0;
    CHECK(cbk_yaml_get_text(p.root, "unit", &p.problems) == NULL);
    CHECK(has_problem(&p, 0, 3, 7, "`unit` must be text, not a list"));
    CHECK(cbk_yaml_choose(cbk_yaml_get(p.root, "type"), "a type", types, N(types),
                          &p.problems) == SIZE_MAX);
    CHECK(has_problem(&p, 1, 2, 7, "`numbr` is not a type; did you mean `number`?"));
    CHECK(cbk_yaml_get_boolean(p.root, "yes", true, &p.problems));
    CHECK(has_problem(&p, 2, 4, 6, "true or false"));
    double number = 0.0;
    CHECK(cbk_yaml_get_number(p.root, "n", &number, &p.problems) && number == 1.5);
    CHECK(!cbk_yaml_get_number(p.root, "m", &number, &p.problems));
    CHECK(has_problem(&p, 3, 6, 4, "`m` must be a number, not `x`"));
    CHECK(cbk_yaml_need_text(p.root, "e", "A field", &p.problems) == NULL);
    CHECK(has_problem(&p, 4, 7, 4, "empty"));
    CHECK(cbk_yaml_need_text(p.root, "q", "A field", &p.problems) == NULL);
    CHECK(has_problem(&p, 5, 1, 1, "A field needs `q`"));
    CHECK(!cbk_yaml_get_boolean(p.root, "absent", false, &p.problems));
    CHECK(p.problems.n_found == 6);
    forget(&p);
}

static void long_text_is_shown_short(void)
{
    parsed p;
    parse(&p, "a: 1\n");
    char text[400];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text + 3, "\n", 1);
    memcpy(text + 59, "é", 2);
    const char *shown = cbk_yaml_shown(&p.problems, text);
    CHECK(strlen(shown) == 61 + 1 + 3); /* 61 characters, one of two bytes, and "…" */
    CHECK(shown[3] == ' ' && strcmp(shown + strlen(shown) - 3, "…") == 0);
    CHECK(strcmp(cbk_yaml_shown(&p.problems, "short"), "short") == 0);
    forget(&p);
}

int main(void)
{
    static const check_test tests[] = {
        {"a tree with places", tree_with_places},
        {"what is refused, where", refused_with_place},
        {"text cut by a comma is mended", cut_text_is_mended},
        {"depth is limited", depth_is_limited},
        {"size is limited", size_is_limited},
        {"hostile files are cheap", hostile_files_are_cheap},
        {"getters report what is wrong", getters_report},
        {"long text is shown short", long_text_is_shown_short},
    };
    return check_main(tests, N(tests));
}
