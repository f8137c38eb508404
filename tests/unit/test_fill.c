/* test_fill.c - placeholders as authors write them, what is filled and what stays, and
 * files that mean no good.
 */
#include "check.h"
#include "faulty_heap.h"
#include "study_folder.h"

#include "fill/fill.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define LDQ "\xe2\x80\x98" /* curly quotation marks */
#define RDQ "\xe2\x80\x99"

/* ---- the syntax ------------------------------------------------------------------- */

static const struct {
    const char *text;
    const char *of, *from, *among;
    cbk_fill_format format;
    int decimals;
} right[] = {
    {"median(age)", "median(age)", NULL, NULL, CBK_FILL_AS_IS, 0},
    {"  median(age)\n | 1 ", "median(age)", NULL, NULL, CBK_FILL_DECIMALS, 1},
    {"mean(x) | 15", "mean(x)", NULL, NULL, CBK_FILL_DECIMALS, 15},
    {"a || b | text", "a || b", NULL, NULL, CBK_FILL_TEXT, 0},
    {"a || b", "a || b", NULL, NULL, CBK_FILL_AS_IS, 0},
    {"(a | b) | 0", "(a | b)", NULL, NULL, CBK_FILL_DECIMALS, 0},
    {"'a|b' | text", "'a|b'", NULL, NULL, CBK_FILL_TEXT, 0},
    {"logrank_p(os, g) | p", "logrank_p(os, g)", NULL, NULL, CBK_FILL_P, 0},
    {"count(*) from visit", "count(*)", "visit", NULL, CBK_FILL_AS_IS, 0},
    {"count(*) FROM visit AMONG a = 1 | 0", "count(*)", "visit", "a = 1",
     CBK_FILL_DECIMALS, 0},
    {"count(*) among x = 'from | among'", "count(*)", NULL, "x = 'from | among'",
     CBK_FILL_AS_IS, 0},
    {"(SELECT count(*) FROM visit)", "(SELECT count(*) FROM visit)", NULL, NULL,
     CBK_FILL_AS_IS, 0},
    {"count(*) among a IS NOT DISTINCT FROM b", "count(*)", NULL,
     "a IS NOT DISTINCT FROM b", CBK_FILL_AS_IS, 0},
    {"from_here + among_them", "from_here + among_them", NULL, NULL, CBK_FILL_AS_IS, 0},
    {"count(*) among x = " LDQ "a" RDQ " \\| 0", "count(*)", NULL, "x = 'a'",
     CBK_FILL_DECIMALS, 0},
    {"count(*) among x = '6\xe2\x80\x93"
     "20'",
     "count(*)", NULL,
     "x = '6\xe2\x80\x93"
     "20'",
     CBK_FILL_AS_IS, 0},
    {"a\xc2\xa0\xe2\x80\x93 b", "a - b", NULL, NULL, CBK_FILL_AS_IS, 0},
    {"km_survival(os, 60) | percent", "100 * (km_survival(os, 60))", NULL, NULL,
     CBK_FILL_PERCENT, 0},
    {"100 * km_survival(os, 60) | percent 1", "100 * km_survival(os, 60)", NULL, NULL,
     CBK_FILL_PERCENT, 1},
    {"100.0*x | percent", "100.0*x", NULL, NULL, CBK_FILL_PERCENT, 0},
    {"1000 * x | percent", "100 * (1000 * x)", NULL, NULL, CBK_FILL_PERCENT, 0},
    {"percent(a) | percent", "percent(a)", NULL, NULL, CBK_FILL_PERCENT, 0},
};

static bool is_same(const char *a, const char *b)
{
    return cbk_text_is_equal(a, b);
}

static void test_parts_are_found(void)
{
    for (size_t i = 0; i < N(right); i++) {
        cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 20);
        cbk_placeholder p;
        const cbk_status status =
            cbk_placeholder_read(right[i].text, strlen(right[i].text), arena, &p, NULL);
        const bool is_right =
            status == CBK_OK && p.kind == CBK_PLACEHOLDER_NUMBER &&
            is_same(p.of, right[i].of) && is_same(p.from, right[i].from) &&
            is_same(p.among, right[i].among) && p.format == right[i].format &&
            p.decimals == right[i].decimals;
        if (!is_right) {
            printf("# {{%s}}: of %s, from %s, among %s\n", right[i].text,
                   p.of != NULL ? p.of : "-", p.from != NULL ? p.from : "-",
                   p.among != NULL ? p.among : "-");
        }
        cbk_arena_destroy(arena);
        CHECK(is_right);
    }
}

static void test_tables_and_figures_have_ids(void)
{
    static const struct {
        const char *text;
        cbk_placeholder_kind kind;
        const char *id;
    } cases[] = {{"table:4", CBK_PLACEHOLDER_TABLE, "4"},
                 {" Figure : timeline ", CBK_PLACEHOLDER_FIGURE, "timeline"}};
    for (size_t i = 0; i < N(cases); i++) {
        cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 20);
        cbk_placeholder p;
        const cbk_status status =
            cbk_placeholder_read(cases[i].text, strlen(cases[i].text), arena, &p, NULL);
        const bool is_right =
            status == CBK_OK && p.kind == cases[i].kind && is_same(p.id, cases[i].id);
        cbk_arena_destroy(arena);
        CHECK(is_right);
    }
}

static void test_mistakes_say_what_is_meant(void)
{
    static const char *const cases[][2] = {
        {"", "expression is missing"},           {"a |", "format behind the bar"},
        {"a | precent", "mean \"percent\""},     {"a | 16", "no format \"16\""},
        {"a | percent x", "\"percent x\""},      {"a from", "form behind `from`"},
        {"a among | 1", "behind `among`"},       {"| 1", "expression is missing"},
        {"tabel:1", "mean \"table\""},           {"figure:", "id behind the colon"},
        {"from visit", "expression is missing"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 20);
        cbk_placeholder p;
        cbk_error err = {.message = ""};
        const cbk_status status =
            cbk_placeholder_read(cases[i][0], strlen(cases[i][0]), arena, &p, &err);
        cbk_arena_destroy(arena);
        if (status != CBK_EINVAL || strstr(err.message, cases[i][1]) == NULL) {
            printf("# {{%s}}: %s\n", cases[i][0], err.message);
        }
        CHECK(status == CBK_EINVAL);
        CHECK(strstr(err.message, cases[i][1]) != NULL);
    }
}

static void test_xml_is_decoded(void)
{
    static const char *const cases[][2] = {
        {"a &lt; b &amp;&amp; c &gt; &quot;d&quot;", "a < b && c > \"d\""},
        {"&#124;&#x7c;&apos;", "||'"},
        {"&#8211;&#x1F600;&#233;", "\xe2\x80\x93\xf0\x9f\x98\x80\xc3\xa9"},
        {"&nbsp; & &#; &#x; &#xd800; &", "&nbsp; & &#; &#x; \xef\xbf\xbd &"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 20);
        const char *out = cbk_fill_unescape(arena, cases[i][0], strlen(cases[i][0]));
        const bool is_right = is_same(out, cases[i][1]);
        cbk_arena_destroy(arena);
        CHECK(is_right);
    }
}

/* ---- whole files ------------------------------------------------------------------- */

static const char protocol[] =
    "casebook: 1\nstudy: {id: f, title: Fill}\nforms:\n  patient:\n    key: patient\n"
    "    fields:\n      age: {label: Age, type: integer}\n"
    "      note: {label: Note, type: text}\n"
    "tables:\n  - {id: t, title: Ages, kind: listing, columns: [patient, age]}\n";

typedef struct filling {
    study_folder folder;
    cbk_arena *arena;
    cbk_study *study;
    cbk_problems problems;
    cbk_fill fill;
    cbk_buffer out;
} filling;

static bool start(filling *f)
{
    *f = (filling){.arena = cbk_arena_create(NULL, (size_t)1 << 28)};
    f->problems.arena = f->arena;
    return study_folder_make(&f->folder) &&
           study_folder_write(&f->folder, "protocol.yaml", protocol) &&
           study_folder_write(&f->folder, "patient.csv",
                              "patient,age,note\n1,40,</span> <b> |\n2,51,x\n") &&
           cbk_study_open(f->folder.path, f->arena, &f->problems, &f->study, NULL) ==
               CBK_OK;
}

static void stop(filling *f)
{
    cbk_buffer_free(&f->out);
    cbk_study_close(f->study);
    cbk_arena_destroy(f->arena);
    study_folder_remove(&f->folder);
}

static cbk_status fill(filling *f, const char *text)
{
    cbk_buffer_free(&f->out);
    f->out = (cbk_buffer){0};
    f->problems.n_found = 0;
    f->fill = (cbk_fill){.study = f->study,
                         .conventions = cbk_conventions_of(CBK_PROFILE_R),
                         .arena = f->arena,
                         .problems = &f->problems,
                         .stem = "t",
                         .file = "t.md"};
    return cbk_fill_markdown(&f->fill, text, strlen(text), &f->out, NULL);
}

static void test_what_is_filled(void)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"{{median(age)}}", "<span data-casebook=\"median(age)\">45.5</span>"},
        {"a{{count(*)}}b{{max(age) | 1}}\r\n",
         "a<span data-casebook=\"count(*)\">2</span>b"
         "<span data-casebook=\"max(age) &#124; 1\">51.0</span>\r\n"},
        {"{ {x} \\{{y}} }} <span>&amp;</span> <div>\t\\",
         "{ {x} \\{{y}} }} <span>&amp;</span> <div>\t\\"},
        {"{{note among patient = '1'}}",
         "<span data-casebook=\"note among patient = '1'\">\\</span\\> \\<b\\> "
         "\\|</span>"},
        {"{{count(*) among age < 50 and \"note\" <> 'x'}}",
         "<span data-casebook=\"count(*) among age &lt; 50 and &quot;note&quot; &lt;&gt; "
         "'x'\">1</span>"},
        {"{{table:t}}",
         "<div data-casebook=\"table:t\">\n\n**Ages**\n\n| Patient | Age |\n| :--- | "
         "---: |\n| 1 | 40 |\n| 2 | 51 |\n\n</div>"},
    };
    filling f;
    const bool is_ready = start(&f);
    const char *wrong = NULL;
    for (size_t i = 0; is_ready && i < N(cases) && wrong == NULL; i++) {
        const char *out = "";
        for (int run = 0; run < 3 && wrong == NULL; run++) { /* the second run too */
            const char *again = run > 0 ? cbk_text_copy(f.arena, out) : cases[i][0];
            const bool is_right = fill(&f, again) == CBK_OK;
            out = f.out.bytes != NULL ? f.out.bytes : "";
            wrong = is_right && strcmp(out, cases[i][1]) == 0 ? NULL : cases[i][0];
        }
        if (wrong != NULL) {
            printf("# %s gives %s\n", wrong, out);
        }
    }
    stop(&f);
    CHECK(is_ready);
    CHECK(wrong == NULL);
}

static void test_lost_ends_are_mistakes(void)
{
    static const char *const cases[] = {
        "{{",
        "a {{b",
        "{{a\n\nb}}",
        "{{a\r\n\r\nb}}",
        "{{a {{count(*)}}",
        "<span data-casebook=\"",
        "<span data-casebook=\"a\">",
        "<div data-casebook=\"a",
        "<span data-casebook=\"a\"> <span data-casebook=\"b\">2</span>",
        "<div data-casebook=\"table:t\">\n\n<span data-casebook=\"b\">2</span>\n</div>"};
    filling f;
    const bool is_ready = start(&f);
    const char *wrong = NULL;
    for (size_t i = 0; is_ready && i < N(cases); i++) {
        if (fill(&f, cases[i]) != CBK_EDATA || f.problems.n_found == 0) {
            wrong = cases[i];
            printf("# taken: %s\n", wrong);
        }
    }
    stop(&f);
    CHECK(is_ready);
    CHECK(wrong == NULL);
}

static void test_what_is_not_computed_stays_to_be_computed(void)
{
    filling f;
    const bool is_ready = start(&f);
    const bool is_marked =
        is_ready && fill(&f, "x {{median(agee)}} y") == CBK_OK && f.fill.n_failed == 1 &&
        strstr(f.out.bytes, "\\[not computed: median(agee)\\]") != NULL;
    char *mended = is_marked ? cbk_text_copy(f.arena, f.out.bytes) : NULL;
    char *slip = mended != NULL ? strstr(mended, "agee") : NULL;
    bool is_mended = false;
    if (slip != NULL) {
        memmove(slip + 3, slip + 4, strlen(slip + 4) + 1);
        is_mended = fill(&f, mended) == CBK_OK && f.fill.n_failed == 0 &&
                    strcmp(f.out.bytes,
                           "x <span data-casebook=\"median(age)\">45.5</span> y") == 0;
    }
    stop(&f);
    CHECK(is_marked);
    CHECK(is_mended);
}

/* ---- claims ------------------------------------------------------------------------ */

static void test_numbers_are_claims(void)
{
    static const char text[] = "# Results\n\nThe median was {{median(age)}} years. There "
                               "were {{count(*) among age < 50}}, {{medain(age)}}.\n";
    static const char expected[] =
        "claims:\n  - id: fill-1\n    place: \"Results\"\n    says: \"The median was "
        "45.5 years.\"\n    stated: \"45.5\"\n    of: \"median(age)\"\n  - id: fill-2\n  "
        "  place: \"Results\"\n    says: \"There were 1, .\"\n    stated: \"1\"\n    of: "
        "\"count(*)\"\n    among: \"age < 50\"\n";
    filling f;
    const char *claims = "";
    const bool is_done = start(&f) && fill(&f, text) == CBK_OK &&
                         cbk_fill_claims(&f.fill, CBK_MANUSCRIPT_MARKDOWN, text,
                                         strlen(text), &claims, NULL) == CBK_OK;
    const bool is_made = is_done && cbk_fill_made_claims(claims, strlen(claims));
    const bool is_right = is_done && strstr(claims, expected) != NULL;
    if (is_done && !is_right) {
        printf("# %s\n", claims);
    }
    stop(&f);
    CHECK(is_done);
    CHECK(is_made);
    CHECK(is_right);
}

/* ---- memory ------------------------------------------------------------------------ */

static void test_every_failed_allocation_is_returned(void)
{
    static const char text[] =
        "{{median(age) | 1}} {{x | y}} {{table:t}}\n\n{{table:t}}\n";
    filling f;
    const bool is_ready = start(&f);
    cbk_status status = CBK_ENOMEM;
    int n = 0;
    bool is_kept = false;
    for (; is_ready && status == CBK_ENOMEM && n < 500 && !is_kept; n++) {
        faulty_heap heap;
        cbk_arena *arena = faulty_arena(&heap, n);
        cbk_buffer out = {0};
        cbk_fill of = {.study = f.study,
                       .conventions = cbk_conventions_of(CBK_PROFILE_R),
                       .arena = arena,
                       .problems = &f.problems,
                       .stem = "t",
                       .file = "t.md"};
        if (arena != NULL) {
            status = cbk_fill_markdown(&of, text, strlen(text), &out, NULL);
        }
        cbk_arena_destroy(arena);
        cbk_buffer_free(&out);
        is_kept = heap.n_live != 0;
    }
    stop(&f);
    CHECK(is_ready);
    CHECK(!is_kept);
    CHECK(status == CBK_OK);
    CHECK(n > 2);
}

int main(void)
{
    static const check_test tests[] = {
        {"the parts of a placeholder", test_parts_are_found},
        {"tables and figures have ids", test_tables_and_figures_have_ids},
        {"mistakes say what is meant", test_mistakes_say_what_is_meant},
        {"XML is decoded", test_xml_is_decoded},
        {"what is filled, and what stays, in every run", test_what_is_filled},
        {"lost ends are mistakes of the file", test_lost_ends_are_mistakes},
        {"what is not computed is computed later",
         test_what_is_not_computed_stays_to_be_computed},
        {"numbers are claims", test_numbers_are_claims},
        {"failed allocations are returned", test_every_failed_allocation_is_returned},
    };
    return check_main(tests, N(tests));
}
