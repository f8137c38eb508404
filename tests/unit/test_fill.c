/* test_fill.c - placeholders as authors write them, what is filled and what stays, and
 * files that mean no good.
 */
#include "check.h"
#include "docx_file.h"
#include "faulty_heap.h"
#include "study_folder.h"

#include "fill/fill.h"
#include "package/zip_reader.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define LDQ "\xe2\x80\x98" /* curly quotation marks */
#define RDQ "\xe2\x80\x99"

/* ---- the syntax ------------------------------------------------------------------- */

static const struct {
    const char *text;
    const char *of, *from, *among;
    cbk_placeholder_format format;
    int decimals;
} right[] = {
    {"median(age)", "median(age)", NULL, NULL, CBK_PLACEHOLDER_AS_IS, 0},
    {"  median(age)\n | 1 ", "median(age)", NULL, NULL, CBK_PLACEHOLDER_DECIMALS, 1},
    {"mean(x) | 15", "mean(x)", NULL, NULL, CBK_PLACEHOLDER_DECIMALS, 15},
    {"a || b | text", "a || b", NULL, NULL, CBK_PLACEHOLDER_TEXT, 0},
    {"a || b", "a || b", NULL, NULL, CBK_PLACEHOLDER_AS_IS, 0},
    {"(a | b) | 0", "(a | b)", NULL, NULL, CBK_PLACEHOLDER_DECIMALS, 0},
    {"'a|b' | text", "'a|b'", NULL, NULL, CBK_PLACEHOLDER_TEXT, 0},
    {"logrank_p(os, g) | p", "logrank_p(os, g)", NULL, NULL, CBK_PLACEHOLDER_P, 0},
    {"count(*) from visit", "count(*)", "visit", NULL, CBK_PLACEHOLDER_AS_IS, 0},
    {"count(*) FROM visit AMONG a = 1 | 0", "count(*)", "visit", "a = 1",
     CBK_PLACEHOLDER_DECIMALS, 0},
    {"count(*) among x = 'from | among'", "count(*)", NULL, "x = 'from | among'",
     CBK_PLACEHOLDER_AS_IS, 0},
    {"(SELECT count(*) FROM visit)", "(SELECT count(*) FROM visit)", NULL, NULL,
     CBK_PLACEHOLDER_AS_IS, 0},
    {"count(*) among a IS NOT DISTINCT FROM b", "count(*)", NULL,
     "a IS NOT DISTINCT FROM b", CBK_PLACEHOLDER_AS_IS, 0},
    {"from_here + among_them", "from_here + among_them", NULL, NULL,
     CBK_PLACEHOLDER_AS_IS, 0},
    {"count(*) among x = " LDQ "a" RDQ " \\| 0", "count(*)", NULL, "x = 'a'",
     CBK_PLACEHOLDER_DECIMALS, 0},
    {"count(*) among x = '6\xe2\x80\x93"
     "20'",
     "count(*)", NULL,
     "x = '6\xe2\x80\x93"
     "20'",
     CBK_PLACEHOLDER_AS_IS, 0},
    {"a\xc2\xa0\xe2\x80\x93 b", "a - b", NULL, NULL, CBK_PLACEHOLDER_AS_IS, 0},
    {"km_survival(os, 60) | percent", "100 * (km_survival(os, 60))", NULL, NULL,
     CBK_PLACEHOLDER_PERCENT, 0},
    {"100 * km_survival(os, 60) | percent 1", "100 * km_survival(os, 60)", NULL, NULL,
     CBK_PLACEHOLDER_PERCENT, 1},
    {"100.0*x | percent", "100.0*x", NULL, NULL, CBK_PLACEHOLDER_PERCENT, 0},
    {"1000 * x | percent", "100 * (1000 * x)", NULL, NULL, CBK_PLACEHOLDER_PERCENT, 0},
    {"sex | code", "sex", NULL, NULL, CBK_PLACEHOLDER_CODE, 0},
    {"sex | lower", "sex", NULL, NULL, CBK_PLACEHOLDER_LOWER, 0},
    {"n | words", "n", NULL, NULL, CBK_PLACEHOLDER_WORDS, 0},
    {"n | cycle, cycles", "n", NULL, NULL, CBK_PLACEHOLDER_NOUN, 0},
    {"percent(a) | percent", "percent(a)", NULL, NULL, CBK_PLACEHOLDER_PERCENT, 0},
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

/* ---- Word -------------------------------------------------------------------------- */

#define T(text) "<w:t xml:space=\"preserve\">" text "</w:t>"
#define R(inside) "<w:r>" inside "</w:r>"
#define MARK(properties, kind) R(properties "<w:fldChar w:fldCharType=\"" kind "\"/>")
#define FIELD(p, code, text)                                                             \
    MARK(p, "begin")                                                                     \
    R(p "<w:instrText xml:space=\"preserve\"> ADDIN casebook " code " </w:instrText>")   \
    MARK(p, "separate") R(p T(text)) MARK(p, "end")
#define BOLD "<w:rPr><w:b/></w:rPr>"
#define P(inside) "<w:p>" inside "</w:p>"

/* The body, filled, between DOCX_HEAD and DOCX_TAIL in the arena; NULL: another status.
 */
static const char *fill_word(filling *f, const char *body, cbk_status wanted)
{
    const char *xml = cbk_text_format(f->arena, "%s%s%s", DOCX_HEAD, body, DOCX_TAIL);
    size_t size = 0;
    const docx_part parts[] = {{"word/document.xml", xml, strlen(xml), false},
                               {"word/media/x.bin", "\0\1{{x", 6, false}};
    char *docx = docx_make(parts, N(parts), &size);
    f->problems.n_found = 0;
    f->fill = (cbk_fill){.study = f->study,
                         .conventions = cbk_conventions_of(CBK_PROFILE_R),
                         .arena = f->arena,
                         .problems = &f->problems,
                         .file = "t.docx"};
    cbk_buffer out = {0};
    const cbk_status status = cbk_fill_docx(&f->fill, docx, size, &out, NULL);
    cbk_zip *zip = NULL;
    const char *document = NULL;
    const char *other = NULL;
    size_t n = 0;
    if (status == CBK_OK && wanted == CBK_OK &&
        cbk_zip_open("t", out.bytes, out.size, &zip, NULL) == CBK_OK &&
        cbk_zip_read(zip, "word/media/x.bin", 100, f->arena, &other, &n, NULL) ==
            CBK_OK &&
        n == 6 && memcmp(other, "\0\1{{x", 6) == 0 &&
        cbk_zip_read(zip, "word/document.xml", 1 << 20, f->arena, &document, &n, NULL) ==
            CBK_OK) {
        document = cbk_text_copy_bytes(f->arena, document + strlen(DOCX_HEAD),
                                       n - strlen(DOCX_HEAD) - strlen(DOCX_TAIL));
    }
    cbk_zip_close(zip);
    cbk_buffer_free(&out);
    free(docx);
    return wanted == CBK_OK ? document : status == wanted ? "" : NULL;
}

static void test_word_is_filled(void)
{
    static const char *const cases[][2] = {
        {P(R("<w:t>No { {placeholder} }.</w:t>")),
         P(R("<w:t>No { {placeholder} }.</w:t>"))},
        {P(R("<w:t>a {{median(age)}} b</w:t><w:tab/>")),
         P(R(T("a ")) FIELD("", "median(age)", "45.5") R(T(" b") "<w:tab/>"))},
        /* Word parts it; the first letter gives the form, the others stay as they are. */
        {P(R("<w:t>x{</w:t>") R(BOLD "<w:t>{max(</w:t>") "<w:proofErr/>" R(
             "<w:t>age</w:t>") R("<w:t>)}}y</w:t>")),
         P(R(T("x")) FIELD("", "max(age)", "51") R(T(""))
               R(BOLD "<w:t></w:t>") "<w:proofErr/>" R("<w:t></w:t>") R(T("y")))},
        {P(R(BOLD "<w:t>{{min(age)}}{{max(age)}}</w:t>")),
         P(R(BOLD T("")) FIELD(BOLD, "min(age)", "40") R(BOLD T(""))
               FIELD(BOLD, "max(age)", "51") R(BOLD T("")))},
        {P(R("<w:t>{{count(*) among age &lt; 50 }}</w:t>")),
         P(R(T("")) FIELD("", "count(*) among age &lt; 50", "1") R(T("")))},
        {P(R("<w:t>{{note among patient = " LDQ "1" RDQ "}}</w:t>")),
         P(R(T("")) FIELD("", "note among patient = &#39;1&#39;",
                          "&lt;/span&gt; "
                          "&lt;b&gt; |") R(T("")))},
        {P(R("<w:t>{{table:u}}</w:t>")),
         P(R(T("")) FIELD("", "table:u", "[not computed: table:u]") R(T("")))},
        /* What is deleted is no text, and stays as it is. */
        {P("<w:del>" R("<w:t>{{max(age)</w:t>") "</w:del>"),
         P("<w:del>" R("<w:t>{{max(age)</w:t>") "</w:del>")},
        /* Fields: a new number in the form that the result has, or none yet. */
        {P(FIELD(BOLD, "median(age)", "7")), P(FIELD(BOLD, "median(age)", "45.5"))},
        {P(MARK(BOLD, "begin") R("<w:instrText>ADDIN case</w:instrText>")
               R("<w:instrText>book min(age)</w:instrText>") MARK("", "separate")
                   MARK("", "end")),
         P(MARK(BOLD, "begin") R("<w:instrText>ADDIN case</w:instrText>")
               R("<w:instrText>book min(age)</w:instrText>") MARK("", "separate")
                   R(BOLD T("40")) MARK("", "end"))},
        {P(MARK("", "begin") R("<w:instrText>ADDIN other {{x}}</w:instrText>")
               MARK("", "separate") R("<w:t>7</w:t>") MARK("", "end")),
         P(MARK("", "begin") R("<w:instrText>ADDIN other {{x}}</w:instrText>")
               MARK("", "separate") R("<w:t>7</w:t>") MARK("", "end"))},
        /* One field of ours inside another. */
        {P(MARK("", "begin") R("<w:instrText>ADDIN casebook min(age)</w:instrText>")
               MARK("", "separate") R("<w:t>a</w:t>") FIELD("", "max(age)", "b")
                   R("<w:t>c</w:t>") MARK("", "end")),
         P(MARK("", "begin") R("<w:instrText>ADDIN casebook min(age)</w:instrText>")
               MARK("", "separate") R(T("40")) FIELD("", "max(age)", "51") R(T(""))
                   MARK("", "end"))},
        /* A text box inside a paragraph. */
        {P(R("<w:t>{{min(</w:t>") R("<w:pict><w:txbxContent>" P(
             R("<w:t>{{max(age)}}</w:t>")) "</w:txbxContent></w:pict>")
               R("<w:t>age)}}</w:t>")),
         P(R(T("")) FIELD("", "min(age)", "40") R(T("")) R("<w:pict><w:txbxContent>" P(
             R(T("")) FIELD("", "max(age)", "51") R(T(""))) "</w:txbxContent></w:pict>")
               R(T("")))},
        {P("<w:moveFrom>" R("<w:t>{{max(age)</w:t>") "</w:moveFrom>"),
         P("<w:moveFrom>" R("<w:t>{{max(age)</w:t>") "</w:moveFrom>")},
    };
    filling f;
    const bool is_ready = start(&f);
    const char *wrong = NULL;
    for (size_t i = 0; is_ready && i < N(cases) && wrong == NULL; i++) {
        const char *out = cases[i][0];
        for (int run = 0; run < 2 && wrong == NULL; run++) {
            out = fill_word(&f, out, CBK_OK);
            wrong = out != NULL && strcmp(out, cases[i][1]) == 0 ? NULL : cases[i][0];
        }
        if (wrong != NULL) {
            printf("# %s\n# gives %s\n# not   %s\n", wrong, out != NULL ? out : "nothing",
                   cases[i][1]);
        }
    }
    stop(&f);
    CHECK(is_ready);
    CHECK(wrong == NULL);
}

static void test_word_files_that_are_refused(void)
{
    static const char *const bodies[] = {
        P(R("<w:t>{{a</w:t>")) P(R("<w:t>b}}</w:t>")), P(R("<w:t>{{ {{a}}</w:t>")),
        P(R("<w:t>{{a</w:t>") FIELD("", "max(age)", "1") R("<w:t>}}</w:t>")), "<w:p>",
        P(R("<w:t>&lol;</w:t>"))};
    static const char *const files[] = {"", "no zip at all", "\xd0\xcf\x11\xe0 old Word",
                                        "PK\3\4"};
    filling f;
    const bool is_ready = start(&f);
    const char *wrong = NULL;
    for (size_t i = 0; is_ready && i < N(bodies); i++) {
        wrong = fill_word(&f, bodies[i], CBK_EDATA) == NULL ? bodies[i] : wrong;
    }
    for (size_t i = 0; is_ready && i < N(files); i++) {
        cbk_buffer out = {0};
        wrong =
            cbk_fill_docx(&f.fill, files[i], strlen(files[i]), &out, NULL) == CBK_EDATA
                ? wrong
                : files[i];
        cbk_buffer_free(&out);
    }
    if (wrong != NULL) {
        printf("# taken: %s\n", wrong);
    }
    stop(&f);
    CHECK(is_ready);
    CHECK(wrong == NULL);
}

/* ---- claims ------------------------------------------------------------------------ */

static void test_numbers_are_claims(void)
{
    static const char text[] = "# Results\n\nThe median was {{median(age)}} years. There "
                               "were {{count(*) among age < 50}}, {{medain(age)}}.\n";
    static const char expected[] =
        "claims:\n  - id: fill-1\n    place: \"Results\"\n    says: \"The median was "
        "45.5 years.\"\n    stated: \"45.5\"\n    of: \"median(age)\"\n  - id: fill-2\n  "
        "  place: \"Results\"\n    says: \"There were 1, [not computed: "
        "medain(age)].\"\n    stated: "
        "\"1\"\n    of: \"count(*)\"\n    among: \"age < 50\"\n";
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

static void test_every_failed_allocation_is_returned_of_word(void)
{
    static const char xml[] = DOCX_HEAD P(R("<w:t>{{median(age)}} {{x | y}}</w:t>"))
        P(FIELD(BOLD, "max(age)", "1")) DOCX_TAIL;
    filling f;
    const bool is_ready = start(&f);
    size_t size = 0;
    char *docx = docx_of_xml(xml, strlen(xml), &size);
    cbk_status status = CBK_ENOMEM;
    int n = 0;
    bool is_kept = false;
    for (; is_ready && docx != NULL && status == CBK_ENOMEM && n < 500 && !is_kept; n++) {
        faulty_heap heap;
        cbk_arena *arena = faulty_arena(&heap, n);
        cbk_buffer out = {0};
        cbk_fill of = {.study = f.study,
                       .conventions = cbk_conventions_of(CBK_PROFILE_R),
                       .arena = arena,
                       .problems = &f.problems,
                       .file = "t.docx"};
        if (arena != NULL) {
            status = cbk_fill_docx(&of, docx, size, &out, NULL);
        }
        cbk_arena_destroy(arena);
        cbk_buffer_free(&out);
        is_kept = heap.n_live != 0;
    }
    free(docx);
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
        {"what is filled in Word, and what stays", test_word_is_filled},
        {"Word files that are refused", test_word_files_that_are_refused},
        {"numbers are claims", test_numbers_are_claims},
        {"failed allocations are returned", test_every_failed_allocation_is_returned},
        {"the same of Word", test_every_failed_allocation_is_returned_of_word},
    };
    return check_main(tests, N(tests));
}
