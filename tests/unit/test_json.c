/* test_json.c - the JSON writer: layout, escapes, numbers. */
#include "check.h"

#include "base/json.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void a_document(void)
{
    cbk_buffer out = {0};
    cbk_json json = {.out = &out};
    cbk_json_open_object(&json);
    cbk_json_key_text(&json, "title", "IVC");
    cbk_json_key_text(&json, "none", NULL);
    cbk_json_key(&json, "rows");
    cbk_json_open_array(&json);
    cbk_json_integer(&json, 1);
    cbk_json_open_object(&json);
    cbk_json_close_object(&json);
    cbk_json_open_array(&json);
    cbk_json_close_array(&json);
    cbk_json_null(&json);
    cbk_json_close_array(&json);
    cbk_json_key_number(&json, "survival", 0.8);
    cbk_json_key_number(&json, "undefined", (double)NAN);
    cbk_json_key_integer(&json, "least", INT64_MIN);
    cbk_json_key_boolean(&json, "yes", true);
    cbk_json_key_boolean(&json, "no", false);
    cbk_json_key_notes(&json, "notes", CBK_NOTE_NOT_REACHED | CBK_NOTE_NO_ROWS);
    cbk_json_key_notes(&json, "no_notes", 0);
    cbk_json_close_object(&json);
    static const char expected[] = "{\n"
                                   "  \"title\": \"IVC\",\n"
                                   "  \"none\": null,\n"
                                   "  \"rows\": [\n"
                                   "    1,\n"
                                   "    {},\n"
                                   "    [],\n"
                                   "    null\n"
                                   "  ],\n"
                                   "  \"survival\": 0.8,\n"
                                   "  \"undefined\": null,\n"
                                   "  \"least\": -9223372036854775808,\n"
                                   "  \"yes\": true,\n"
                                   "  \"no\": false,\n"
                                   "  \"notes\": [\n"
                                   "    \"no-rows\",\n"
                                   "    \"not-reached\"\n"
                                   "  ],\n"
                                   "  \"no_notes\": []\n"
                                   "}";
    printf("# %zu bytes, expected %zu\n", out.size, sizeof expected - 1);
    CHECK(!out.is_failed && strcmp(out.bytes, expected) == 0);
    CHECK(json.depth == 0);
    cbk_buffer_free(&out);
}

static void strings_are_escaped(void)
{
    static const struct {
        const char *text;
        const char *json;
    } cases[] = {
        {"", "\"\""},
        {"say \"no\"", "\"say \\\"no\\\"\""},
        {"C:\\x", "\"C:\\\\x\""},
        {"a\nb\tc\rd\x01", "\"a\\nb\\tc\\u000dd\\u0001\""},
        {"\xe2\x89\xa4"
         "5 cm",
         "\"\xe2\x89\xa4"
         "5 cm\""},
        {"caf\xe9!", "\"caf\\ufffd!\""},
    };
    for (size_t i = 0; i < N(cases); i++) {
        cbk_buffer out = {0};
        cbk_json json = {.out = &out};
        cbk_json_text(&json, cases[i].text);
        printf("# %s\n", out.bytes);
        CHECK(strcmp(out.bytes, cases[i].json) == 0);
        cbk_buffer_free(&out);
    }
}

static void sixty_four_levels(void)
{
    cbk_buffer out = {0};
    cbk_json json = {.out = &out};
    for (int i = 0; i < 64; i++) {
        cbk_json_open_array(&json);
    }
    cbk_json_integer(&json, 1);
    cbk_json_integer(&json, 2);
    for (int i = 0; i < 64; i++) {
        cbk_json_close_array(&json);
    }
    size_t n_open = 0;
    size_t n_comma = 0;
    for (size_t i = 0; i < out.size; i++) {
        n_open += out.bytes[i] == '[';
        n_comma += out.bytes[i] == ',';
    }
    CHECK(n_open == 64 && n_comma == 1 && out.bytes[out.size - 1] == ']');
    cbk_buffer_free(&out);
}

int main(void)
{
    static const check_test tests[] = {
        {"a document", a_document},
        {"strings are escaped", strings_are_escaped},
        {"sixty-four levels", sixty_four_levels},
    };
    return check_main(tests, N(tests));
}
