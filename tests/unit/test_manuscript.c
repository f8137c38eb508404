/* test_manuscript.c - sentences, what is a number and what is none, and the four readers
 * with files that mean no good.
 */
#include "check.h"
#include "docx_file.h"
#include "faulty_heap.h"

#include "claims/manuscript/manuscript_builder.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- sentences -------------------------------------------------------------------- */

static void test_sentences_end_where_they_do(void)
{
    static const struct {
        const char *text;
        const char *first; /* the first sentence */
    } cases[] = {
        {"See Fig. 3 for it. Next.", "See Fig. 3 for it."},
        {"Some, e.g. Kim, agree. Others do not.", "Some, e.g. Kim, agree."},
        {"A mass of 5.3 cm was seen. It grew.", "A mass of 5.3 cm was seen."},
        {"This differed (p = 0.03). It held.", "This differed (p = 0.03)."},
        {"Men vs. Women were compared. Twice.", "Men vs. Women were compared."},
        {"Kim et al. Found it. Twice.", "Kim et al. Found it."},
        {"By J. Smith. Twice.", "By J. Smith."},
        {"At most 103 mg/L. Bone was affected.", "At most 103 mg/L."},
        {"J. Smith did. So did K.", "J. Smith did."},
        {"Was it so? Yes.", "Was it so?"},
        {"It was high.¹² Later it fell.", "It was high.¹²"},
        {"It ended in 2010. 12 patients died.", "It ended in 2010."},
        {"Patient no. 5 died. Others lived.", "Patient no. 5 died."},
        {"They said no. It was so.", "They said no."},
        {"He said \"stop.\" She did.", "He said \"stop.\""},
        {"No end at all", "No end at all"},
        {"Jan. 2010 was cold. May was not.", "Jan. 2010 was cold."},
        {"", ""},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const size_t end = cbk_sentence_end(cases[i].text, 0);
        if (end != strlen(cases[i].first)) {
            printf("# \"%s\" ends at \"%.*s\"\n", cases[i].text, (int)end, cases[i].text);
        }
        CHECK(end == strlen(cases[i].first));
    }
}

/* ---- numbers ---------------------------------------------------------------------- */

/* The numbers of a text joined by "|". */
static void numbers_of(const char *text, char *out, size_t size)
{
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 24);
    const cbk_manuscript *m = NULL;
    out[0] = '\0';
    if (arena != NULL && cbk_manuscript_parse("t.txt", CBK_MANUSCRIPT_TEXT, text,
                                              strlen(text), arena, &m, NULL) == CBK_OK) {
        for (size_t i = 0; i < m->n_numbers; i++) {
            const size_t used = strlen(out);
            (void)snprintf(out + used, size - used, "%s%s", i > 0 ? "|" : "",
                           m->numbers[i].text);
        }
    }
    cbk_arena_destroy(arena);
}

static bool has_numbers(const char *text, const char *expected)
{
    char found[256];
    numbers_of(text, found, sizeof found);
    const bool is_right = strcmp(found, expected) == 0;
    if (!is_right) {
        (void)fprintf(stdout, "# \"%s\" has %s, expected %s\n", text, found, expected);
    }
    return is_right;
}

static void test_what_counts_as_a_number(void)
{
    static const struct {
        const char *text;
        const char *numbers;
    } cases[] = {
        {"The mean was 9.3 cm, the range 5–20 cm.", "9.3|5|20"},
        {"It was 9·3 cm in 1,234 patients.", "9·3|1,234"},
        {"Five of 6 patients (83%) lived, 5/6 in all.", "Five|6|83%|5|6"},
        {"A change of −0.5 (SD 44.5 ± 16.2).", "−0.5|44.5|16.2"},
        {"It differed (p < 0.001, p=.05, P ≤ 0.1).", "< 0.001|.05|≤ 0.1"},
        {"From August 1998 to 31 August 2010, and 1998-08-31.",
         "August 1998|31 August 2010|1998-08-31"},
        {"One patient died and none was lost; no deaths, no difference.", "One|none|no"},
        {"One of the largest; one of six; in one (17%).", "one|six|one|17%"},
        {"Twenty-five men, two-thirds of all.", "Twenty-five|two-thirds"},
        {"A 55-year-old woman with a 5-year survival of 60%.", "55|60%"},
        {"The 3- and 5-year overall survival was 80% and 60%.", "80%|60%"},
        {"Survival was 60% at 5 years; he died at 36 months.", "60%|36"},
        {"It was 80% (95% CI 52 to 99%).", "80%|52|99%"},
        {"As shown [12], in [3, 5–8] and by Kim et al. 1999.", ""},
        {"The age was 44 [25–64] years, as in (Kim, 1999).", "44|25|64"},
        {"Tables 1 and 2, Fig. 3a, Figs. 4–6, patient 3, grade 3 or 4.", ""},
        {"Table 2 holds 5 patients and Figs. 1, 2 and 3 hold 12%.", "5|12%"},
        {"G2, IL-6, COVID-19, CD34, 5-FU, 3D and R 4.2.2 are names.", ""},
        {"CA 19-9 was 37, CA 19–9 above 40, CA 125 35 and CA 1250.", "37|40|35|1250"},
        {"The 2nd and the 10th were 3 years old.", "3"},
        {"An area of 5 cm² and text¹² and 10⁻³.", "5|10"},
        {"About 1.5 × 10⁹/L and 2e-5.", "1.5 × 10⁹|2e-5"},
        {"See https://example.org/12/34 or doi:10.4174/jkss.2012.82.2.101.", ""},
        {"J Surg 2012;82(2):101-109 says so.", ""},
        {"Mitoses: 3 per 10 HPF, at 5400cGy in 12Gy.", "3|5400|12"},
        {"The ratio was 1:2 and n=6, x2 and version 26.", "1|2|6"},
        {"Of both patients neither died, nobody else.", ""},
        {"It was found in five and in one.", "five|one"},
        {"A two-stage operation lasted two hours.", "two"},
        {"Values of 20–30% and −3 to -1.", "20|30%|−3|-1"},
        {"", ""},
    };
    for (size_t i = 0; i < N(cases); i++) {
        CHECK(has_numbers(cases[i].text, cases[i].numbers));
    }
}

/* Every digit of a text is in a number, or left out with a reason, or behind a unit. */
static void test_left_out_digits_are_named(void)
{
    static const char text[] =
        "Title\n\nSee [12] and Table 2, G2, 2nd, PMID: 1234, 95% CI, "
        "text¹².\n\nPage 3 of 9\n\nReferences\n\n1. Kim 2012.\n";
    static const cbk_left_out_reason expected[] = {
        CBK_LEFT_OUT_CITATION,       CBK_LEFT_OUT_LABEL,
        CBK_LEFT_OUT_NAME,           CBK_LEFT_OUT_ORDINAL,
        CBK_LEFT_OUT_ADDRESS,        CBK_LEFT_OUT_QUANTITY_NAME,
        CBK_LEFT_OUT_RAISED,         CBK_LEFT_OUT_PAGE,
        CBK_LEFT_OUT_PAGE,           CBK_LEFT_OUT_REFERENCE_LIST,
        CBK_LEFT_OUT_REFERENCE_LIST,
    };
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 24);
    const cbk_manuscript *m = NULL;
    CHECK(cbk_manuscript_parse("t.txt", CBK_MANUSCRIPT_TEXT, text, sizeof text - 1, arena,
                               &m, NULL) == CBK_OK);
    CHECK(m->n_numbers == 0);
    CHECK(m->n_left_out == N(expected));
    for (size_t i = 0; i < N(expected); i++) {
        CHECK(m->left_out[i].reason == expected[i]);
    }
    cbk_arena_destroy(arena);
}

/* ---- readers ---------------------------------------------------------------------- */

static const char kinds[] = "HPIC";

/* The passages of a manuscript as "H1:title|P:text|C0,1:cell", in out. */
static cbk_status outline(cbk_manuscript_kind kind, const char *bytes, size_t size,
                          char *out, size_t room, cbk_error *err)
{
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 28);
    const cbk_manuscript *m = NULL;
    const cbk_status status =
        cbk_manuscript_parse("m", kind, bytes, size, arena, &m, err);
    out[0] = '\0';
    for (size_t i = 0; status == CBK_OK && i < m->n_passages; i++) {
        const cbk_passage *passage = &m->passages[i];
        const size_t used = strlen(out);
        const char kind_name = kinds[passage->kind];
        if (passage->kind == CBK_PASSAGE_CELL) {
            (void)snprintf(out + used, room - used, "%sC%zu,%zu:%s", i > 0 ? "|" : "",
                           passage->row, passage->column, passage->text);
        } else {
            (void)snprintf(out + used, room - used, "%s%c%.*d:%s", i > 0 ? "|" : "",
                           kind_name, passage->kind == CBK_PASSAGE_HEADING ? 1 : 0,
                           passage->level, passage->text);
        }
    }
    cbk_arena_destroy(arena);
    return status;
}

static bool reads_as(cbk_manuscript_kind kind, const char *text, const char *expected)
{
    char found[1024];
    cbk_error err = {0};
    const cbk_status status =
        outline(kind, text, strlen(text), found, sizeof found, &err);
    if (status != CBK_OK || strcmp(found, expected) != 0) {
        printf("# %s: %s\n# expected %s\n", status == CBK_OK ? "read" : err.message,
               found, expected);
        return false;
    }
    return true;
}

static void test_markdown(void)
{
    CHECK(reads_as(CBK_MANUSCRIPT_MARKDOWN,
                   "---\ntitle: no text\n---\n# A *title* #\n\nLine one\nline **two**, "
                   "see [it](x(y.md) and `code` \\* &plusmn; 2 ![no](f.png)[^1].\n\n"
                   "- item 1\n- item_2 cm<sup>2</sup>\n\n1. first\n\n```\nno 5\n```\n"
                   "> quoted\n\n<!-- no -->\nUnder\n=====\n",
                   "H1:A title|P:Line one line two, see it and code * ± 2 .|"
                   "I:item 1|I:item_2 cm²|I:first|P:quoted|H1:Under"));
    CHECK(reads_as(CBK_MANUSCRIPT_MARKDOWN,
                   "| a | b |\n|---|:-:|\n| 1 | 2\\|3 |\n|  | 4 |\nend",
                   "C0,0:a|C0,1:b|C1,0:1|C1,1:2|3|C2,0:|C2,1:4|P:end"));
    CHECK(reads_as(CBK_MANUSCRIPT_MARKDOWN, "10^9^ and H~2~O, a ~ b ~ c",
                   "P:10⁹ and H₂O, a ~ b ~ c"));
    CHECK(reads_as(CBK_MANUSCRIPT_MARKDOWN, "\xef\xbb\xbf# BOM\r\n\r\ntext\r\n",
                   "H1:BOM|P:text"));
    CHECK(reads_as(CBK_MANUSCRIPT_MARKDOWN, "", ""));
}

static void test_plain_text(void)
{
    CHECK(reads_as(CBK_MANUSCRIPT_TEXT,
                   "A title of six patients\n\nABSTRACT\nIt was\nso.\n\n2. "
                   "Results\n\na\tb\n1\t2\n\nEnd.",
                   "H1:A title of six patients|H2:ABSTRACT|P:It was so.|H2:2. Results|"
                   "C0,0:a|C0,1:b|C1,0:1|C1,1:2|P:End."));
    CHECK(reads_as(CBK_MANUSCRIPT_TEXT, "One sentence only.", "P:One sentence only."));
}

static void test_html(void)
{
    CHECK(reads_as(
        CBK_MANUSCRIPT_HTML,
        "<!DOCTYPE html><head><title>no 1</title><style>p{margin:2}</style></head>"
        "<h2 class='a>b'>Res&amp;ults</h2><p>5 &plusmn; 2&nbsp;cm<sup>2</sup> "
        "<del>9</del><ins>8</ins><br>&#177;&#xb1; a < b &bogus; </p>"
        "<script>var x = 7;</script><ul><li>one<li>two</ul>tail",
        "H2:Res&ults|P:5 ± 2\u00a0cm² 8 ±± a < b &bogus;|I:one|I:two|P:tail"));
    CHECK(
        reads_as(CBK_MANUSCRIPT_HTML,
                 "<table><caption>Table 1. It</caption><tr><th>a<th>b</tr><tr><td>1</td>"
                 "<td><table><tr><td>x</td></tr></table></td></tr></table>",
                 "P:Table 1. It|C0,0:a|C0,1:b|C1,0:1|C1,1:x"));
    CHECK(reads_as(CBK_MANUSCRIPT_HTML, "<p>open <b", "P:open"));
}

static bool docx_reads_as(const char *body, const char *expected)
{
    char xml[4096];
    (void)snprintf(xml, sizeof xml, DOCX_HEAD "%s" DOCX_TAIL, body);
    size_t size = 0;
    char *bytes = docx_of_xml(xml, strlen(xml), &size);
    char found[1024];
    cbk_error err = {0};
    const bool is_read = bytes != NULL && outline(CBK_MANUSCRIPT_DOCX, bytes, size, found,
                                                  sizeof found, &err) == CBK_OK;
    free(bytes);
    if (!is_read || strcmp(found, expected) != 0) {
        printf("# %s%s\n# expected %s\n", err.message, is_read ? found : "", expected);
        return false;
    }
    return true;
}

static void test_docx(void)
{
    CHECK(docx_reads_as(
        "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Re</w:t>"
        "</w:r><w:r><w:t>sults</w:t></w:r></w:p><w:p><w:r><w:t>5</w:t><w:tab/>"
        "<w:t>of 6 cm</w:t></w:r><w:r><w:rPr><w:vertAlign "
        "w:val=\"superscript\"/></w:rPr><w:t>2</w:t></w:r></w:p>",
        "H1:Results|P:5 of 6 cm²"));
    CHECK(docx_reads_as(
        "<w:p><w:del><w:r><w:delText>9</w:delText><w:t>9</w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>8</w:t></w:r></w:ins><w:r><w:instrText>PAGE 7"
        "</w:instrText></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>6</w:t></w:r>"
        "<m:oMath><m:r><m:t>p=5</m:t></m:r></m:oMath></w:p>",
        "P:8p=5"));
    CHECK(docx_reads_as(
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc>"
        "<w:p><w:r><w:t>b</w:t></w:r></w:p><w:p><w:r><w:t>c</w:t></w:r></w:p>"
        "</w:tc></w:tr><w:tr><w:tc><w:tbl><w:tr><w:tc><w:p><w:r><w:t>1</w:t>"
        "</w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>",
        "C0,0:a|C0,1:b c|C1,0:1"));
    CHECK(
        docx_reads_as("<w:p><w:r><w:t>a</w:t><mc:AlternateContent><mc:Choice><w:t>b</w:t>"
                      "</mc:Choice><mc:Fallback><w:t>c</w:t></mc:Fallback>"
                      "</mc:AlternateContent></w:r></w:p>",
                      "P:ab"));
    CHECK(docx_reads_as("", ""));
}

static void test_docx_styles_and_notes(void)
{
    static const char styles[] =
        "<w:styles "
        "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">"
        "<w:style w:styleId=\"berschrift2\"><w:name w:val=\"heading "
        "2\"/></w:style></w:styles>";
    static const char document[] =
        DOCX_HEAD "<w:p><w:pPr><w:pStyle "
                  "w:val=\"berschrift2\"/></w:pPr><w:r><w:t>Ergebnisse</w:t></w:r>"
                  "</w:p>" DOCX_TAIL;
    static const char notes[] =
        "<w:footnotes "
        "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">"
        "<w:footnote "
        "w:type=\"separator\"><w:p><w:r><w:t>no</w:t></w:r></w:p></w:footnote>"
        "<w:footnote w:id=\"1\"><w:p><w:r><w:t>Seen in 5.</w:t></w:r></w:p></w:footnote>"
        "</w:footnotes>";
    const docx_part parts[] = {
        {"word/document.xml", document, sizeof document - 1, false},
        {"word/styles.xml", styles, sizeof styles - 1, false},
        {"word/footnotes.xml", notes, sizeof notes - 1, false}};
    size_t size = 0;
    char *bytes = docx_make(parts, 3, &size);
    char found[256];
    CHECK(bytes != NULL);
    const cbk_status status =
        outline(CBK_MANUSCRIPT_DOCX, bytes, size, found, sizeof found, NULL);
    free(bytes);
    CHECK(status == CBK_OK);
    CHECK(strcmp(found, "H2:Ergebnisse|H2:Footnotes|P:Seen in 5.") == 0);
}

/* ---- files that mean no good ------------------------------------------------------ */

/* Refused with a sentence that has `fragment`. */
static bool is_refused(cbk_manuscript_kind kind, const char *bytes, size_t size,
                       const char *fragment)
{
    char found[256];
    cbk_error err = {0};
    const cbk_status status = outline(kind, bytes, size, found, sizeof found, &err);
    const bool is_right = status == CBK_EDATA && strstr(err.message, fragment) != NULL;
    if (!is_right) {
        printf("# status %d: %s\n", (int)status, err.message);
    }
    return is_right;
}

static bool is_docx_refused(const docx_part *part, const char *fragment)
{
    size_t size = 0;
    char *bytes = docx_make(part, 1, &size);
    const bool is_right =
        bytes != NULL && is_refused(CBK_MANUSCRIPT_DOCX, bytes, size, fragment);
    free(bytes);
    return is_right;
}

static void test_no_documents(void)
{
    CHECK(is_refused(CBK_MANUSCRIPT_DOCX, "text", 4, "no zip file"));
    CHECK(is_refused(CBK_MANUSCRIPT_DOCX, "", 0, "no zip file"));
    CHECK(is_refused(CBK_MANUSCRIPT_DOCX, "\xd0\xcf\x11\xe0\xa1\xb1", 6, "encrypted"));
    CHECK(is_refused(CBK_MANUSCRIPT_TEXT, "caf\xe9", 4, "not UTF-8 text (byte 4)"));
    CHECK(is_refused(CBK_MANUSCRIPT_TEXT, "a\0b", 3, "zero bytes"));
    const docx_part other = {"xl/workbook.xml", "<x/>", 4, false};
    CHECK(is_docx_refused(&other, "no Word document"));
    const docx_part broken = {"word/document.xml", "<w:p>", 5, false};
    CHECK(is_docx_refused(&broken, "is damaged"));
    const docx_part locked = {"word/document.xml", "<w:p/>", 6, true};
    CHECK(is_docx_refused(&locked, "encrypted"));
}

static void test_entities_are_not_expanded(void)
{
    static const char laughs[] =
        "<?xml version=\"1.0\"?><!DOCTYPE w [<!ENTITY a \"ha\"><!ENTITY b "
        "\"&a;&a;&a;&a;\">]><w>&b;</w>";
    const docx_part part = {"word/document.xml", laughs, sizeof laughs - 1, false};
    CHECK(is_docx_refused(&part, "document type"));
}

static void test_depth_is_limited(void)
{
    enum { DEEP = 100000 };
    char *xml = malloc(3 * DEEP);
    CHECK(xml != NULL);
    for (size_t i = 0; i < DEEP; i++) {
        memcpy(xml + 3 * i, "<a>", 3);
    }
    const docx_part part = {"word/document.xml", xml, 3 * (size_t)DEEP, false};
    const bool is_right = is_docx_refused(&part, "deeper than 256");
    free(xml);
    CHECK(is_right);
}

/* 80 MB of blanks shrink to 80 kB in the file: the limit counts what comes out. */
static void test_a_bomb_stops_at_the_limit(void)
{
    const size_t size = (size_t)80 << 20;
    char *blanks = malloc(size);
    CHECK(blanks != NULL);
    memset(blanks, ' ', size);
    const docx_part part = {"word/document.xml", blanks, size, false};
    const bool is_right = is_docx_refused(&part, "inflates to more than 64 MB");
    free(blanks);
    CHECK(is_right);
}

static void test_utf16(void)
{
    char found[64];
    static const char little[] = "\xff\xfe"
                                 "5\0 \0o\0f\0 \0\x36\0\xb1\0";
    CHECK(outline(CBK_MANUSCRIPT_TEXT, little, sizeof little - 1, found, sizeof found,
                  NULL) == CBK_OK);
    CHECK(strcmp(found, "H1:5 of 6±") == 0);
    static const char big[] = "\xfe\xff\0"
                              "5\0.";
    CHECK(outline(CBK_MANUSCRIPT_TEXT, big, sizeof big - 1, found, sizeof found, NULL) ==
          CBK_OK);
    CHECK(strcmp(found, "P:5.") == 0);
}

/* Text in which each character could begin something long is read in time. */
static void test_lines_of_brackets(void)
{
    static const char *const pieces[] = {"[", "*",   "<a", "&",   "one of ", "Table 1, ",
                                         "^", "1, ", "(",  "a.b", "<!--",    "`"};
    enum { PIECES = 20000 };
    char found[64];
    for (size_t i = 0; i < N(pieces); i++) {
        const size_t size = strlen(pieces[i]);
        char *text = malloc(size * PIECES + 1);
        CHECK(text != NULL);
        for (size_t k = 0; k < PIECES; k++) {
            memcpy(text + k * size, pieces[i], size);
        }
        for (int kind = 0; kind < CBK_MANUSCRIPT_DOCX; kind++) {
            (void)outline((cbk_manuscript_kind)kind, text, size * PIECES, found,
                          sizeof found, NULL);
        }
        free(text);
    }
    CHECK(true);
}

static void test_out_of_memory(void)
{
    static const char text[] = "# T\n\n5 of 6 (83%).\n\n| a |\n|---|\n| 1 |\n";
    for (int k = 0; k < 40; k++) {
        faulty_heap heap;
        cbk_arena *arena = faulty_arena(&heap, k);
        if (arena == NULL) {
            continue;
        }
        const cbk_manuscript *m = NULL;
        cbk_error err = {0};
        const cbk_status status = cbk_manuscript_parse(
            "t.md", CBK_MANUSCRIPT_MARKDOWN, text, sizeof text - 1, arena, &m, &err);
        CHECK(status == CBK_OK || status == CBK_ENOMEM);
        CHECK((m != NULL) == (status == CBK_OK));
        cbk_arena_destroy(arena);
        CHECK(heap.n_live == 0);
    }
}

int main(void)
{
    static const check_test tests[] = {
        {"sentences end where they do", test_sentences_end_where_they_do},
        {"what counts as a number", test_what_counts_as_a_number},
        {"left out digits are named", test_left_out_digits_are_named},
        {"Markdown", test_markdown},
        {"plain text", test_plain_text},
        {"HTML", test_html},
        {"DOCX", test_docx},
        {"DOCX: styles and footnotes", test_docx_styles_and_notes},
        {"files that are no documents", test_no_documents},
        {"entities are not expanded", test_entities_are_not_expanded},
        {"depth is limited", test_depth_is_limited},
        {"a bomb stops at the limit", test_a_bomb_stops_at_the_limit},
        {"UTF-16", test_utf16},
        {"lines of brackets", test_lines_of_brackets},
        {"out of memory", test_out_of_memory},
    };
    return check_main(tests, N(tests));
}
