/* test_escape.c - hostile text in each kind of output. */
#include "check.h"

#include "render/escape.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define LOST "\xEF\xBF\xBD" /* what stands for a character that may not be shown */

typedef struct escape_case {
    const char *in;
    const char *out;
} escape_case;

static bool escapes_to(void (*escape)(cbk_buffer *, const char *), const char *in,
                       const char *expected)
{
    cbk_buffer out = {0};
    escape(&out, in);
    const char *actual = out.bytes != NULL ? out.bytes : "";
    const bool is_same = !out.is_failed && strcmp(actual, expected) == 0;
    if (!is_same) {
        printf("# got \"%s\", expected \"%s\"\n", actual, expected);
    }
    cbk_buffer_free(&out);
    return is_same;
}

static void check_all(void (*escape)(cbk_buffer *, const char *),
                      const escape_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        CHECK(escapes_to(escape, cases[i].in, cases[i].out));
    }
}

static void xml(void)
{
    static const escape_case cases[] = {
        {"", ""},
        {"plain ä 生", "plain ä 生"},
        {"</script><script>", "&lt;/script&gt;&lt;script&gt;"},
        {"&<>\"'", "&amp;&lt;&gt;&quot;&#39;"},
        {"&amp;", "&amp;amp;"},
        {"a\x01\x1B\x7F\xC2\x80z", "a" LOST LOST LOST LOST "z"},
        {"\xEF\xBF\xBF\xED\xA0\x80", LOST LOST LOST LOST},
        {"\xE2\x80\xAEtxt", LOST "txt"}, /* turns what follows around */
        {"a\r\nb\rc\td", "a\nb\nc\td"},
        {"bad \xC3", "bad " LOST},
    };
    check_all(cbk_escape_xml, cases, N(cases));
}

static void plain(void)
{
    static const escape_case cases[] = {
        {"a\tb\nc", "a b\nc"},
        {"\x1B[31mred", LOST "[31mred"},
        {"\xC2\x9B"
         "31m",
         LOST "31m"},
        {"<&>", "<&>"},
        {"שלום", "שלום"},
    };
    check_all(cbk_escape_plain, cases, N(cases));
}

static void identifiers(void)
{
    static const escape_case cases[] = {
        {"table-4", "table-4"},
        {"my table\"4", "my-table-4"},
        {"größe", "größe"},
        {"a<b>&'\n", "a-b----"},
    };
    check_all(cbk_escape_id, cases, N(cases));
}

static void inside(cbk_buffer *out, const char *text)
{
    cbk_escape_markdown(out, text, false);
}

static void at_start(cbk_buffer *out, const char *text)
{
    cbk_escape_markdown(out, text, true);
}

static void code_in_cell(cbk_buffer *out, const char *text)
{
    cbk_escape_markdown_code(out, text, true);
}

static void markdown(void)
{
    static const escape_case within[] = {
        {"a|b", "a\\|b"},
        {"<img src=x>", "\\<img src=x\\>"},
        {"*_`[x](y)~\\&$", "\\*\\_\\`\\[x\\](y)\\~\\\\\\&\\$"},
        {"two\nlines", "two lines"},
        {"# no heading 1.", "# no heading 1."},
        {"\x01", LOST},
    };
    static const escape_case first[] = {
        {"# heading", "\\# heading"},
        {"- item", "\\- item"},
        {"+ item", "\\+ item"},
        {"=====", "\\====="},
        {"12. item", "12\\. item"},
        {"12) item", "12\\) item"},
        {"12 patients", "12 patients"},
        {"9.53", "9.53"},
        {"7.", "7\\."},
        {"> quote", "\\> quote"},
        {"", ""},
    };
    static const escape_case code[] = {
        {"os | dfs", "`os \\| dfs`"},
        {"a`b", "`` a`b ``"},
        {"a``b`c\nd", "``` a``b`c d ```"},
        {"", ""},
    };
    check_all(inside, within, N(within));
    check_all(at_start, first, N(first));
    check_all(code_in_cell, code, N(code));
}

static void csv(void)
{
    static const escape_case cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"a,b", "\"a,b\""},
        {"a;b", "\"a;b\""},
        {"say \"so\"", "\"say \"\"so\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {" padded", "\" padded\""},
        {"=1+1", "'=1+1"},
        {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
        {"+SUM(A1)", "'+SUM(A1)"},
        {"-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"},
        {"@SUM(1,1)", "\"'@SUM(1,1)\""},
        {"\t=1", "\"'\t=1\""},
        {"\r=1", "\"'\r=1\""},
        {"\n=1", "\"'\n=1\""},
        {"-1.5", "-1.5"},
        {"+3", "+3"},
        {"-1e-5", "-1e-5"},
        {"-0.5 to 0.3", "'-0.5 to 0.3"},
        {"-", "'-"},
        {"a=1", "a=1"},
        {"  =1+1", "\"'  =1+1\""},
        {" -1.5", "\" -1.5\""},
        {"\uff1d1+1", "'\uff1d1+1"},
        {"\uff20SUM(A1)", "'\uff20SUM(A1)"},
        {"\uff21", "\uff21"},
    };
    check_all(cbk_escape_csv, cases, N(cases));
}

static void links(void)
{
    static const char *const safe[] = {"#n1", "https://doi.org/10.1", "http://a",
                                       "mailto:a@b"};
    static const char *const unsafe[] = {"javascript:alert(1)",
                                         "data:text/html,x",
                                         "JAVASCRIPT:x",
                                         " https://a",
                                         "//host",
                                         "#",
                                         "",
                                         "file:///etc/passwd"};
    for (size_t i = 0; i < N(safe); i++) {
        CHECK(cbk_link_is_safe(safe[i]));
    }
    for (size_t i = 0; i < N(unsafe); i++) {
        CHECK(!cbk_link_is_safe(unsafe[i]));
    }
    CHECK(!cbk_link_is_safe(NULL));
}

int main(void)
{
    static const check_test tests[] = {
        {"HTML and XML, text and attributes", xml},
        {"a terminal", plain},
        {"identifiers", identifiers},
        {"Markdown: text, starts of lines, code", markdown},
        {"CSV: quotes and formulas", csv},
        {"links that may be followed", links},
    };
    return check_main(tests, N(tests));
}
