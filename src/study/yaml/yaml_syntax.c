/* yaml_syntax.c - libyaml's complaints in our words.  Contract: yaml_syntax.h. */
#include "study/yaml/yaml_syntax.h"

#include "study/yaml/yaml_mend.h"

#include <string.h>

/* The first row whose two fragments are found in what libyaml says is the answer. */
typedef struct complaint {
    const char *problem; /* of parser.problem */
    const char *context; /* of parser.context; NULL: any */
    bool is_at_context;  /* the place is where it began, not where it was noticed */
    const char *sentence;
} complaint;

static const complaint complaints[] = {
    {"mapping values are not allowed", NULL, false,
     "A colon that is followed by a space stands inside a value, or the line is indented "
     "too far: " CBK_YAML_QUOTE_HINT},
    {"did not find expected ',' or '}'", NULL, false,
     "Inside { } a comma or the closing brace is expected here: " CBK_YAML_QUOTE_HINT},
    {"did not find expected ',' or ']'", NULL, false,
     "Inside [ ] a comma or the closing bracket is expected here: " CBK_YAML_QUOTE_HINT},
    {"alphabetic or numeric character", "alias", false,
     "Text must not start with a bare *: " CBK_YAML_QUOTE_HINT},
    {"alphabetic or numeric character", "anchor", false,
     "Text must not start with a bare &: it needs quotes."},
    {"found unexpected end of stream", "quoted scalar", true,
     "The quote that opens here is never closed."},
    {"found unexpected document indicator", "quoted scalar", true,
     "The quote that opens here is not closed before the document ends."},
    {"found unknown escape character", NULL, false,
     "A backslash inside double quotes starts an escape that YAML does not know; double "
     "the backslash, or use single quotes."},
    {"expected comment or line break", "block scalar", false,
     "A bare > or | stands here; text that starts with it, or goes on after a closing "
     "quote, needs quotes as a whole."},
    {"did not find expected key", "block mapping", false,
     "A key is expected here: either the line is indented differently from the keys "
     "above "
     "it, or text goes on after a closing quote or brace; " CBK_YAML_QUOTE_HINT},
    {"did not find expected '-' indicator", NULL, false,
     "An item that starts with - is expected here, indented like the items above it."},
    {"block sequence entries are not allowed", NULL, false,
     "A list item (-) cannot stand here; start it on a line of its own, indented under "
     "its "
     "key."},
    {"mapping keys are not allowed", NULL, false,
     "Text must not start with a question mark and a space: it needs quotes."},
    {"could not find expected ':'", NULL, true,
     "A key without a colon: each key is followed by a colon and a space, in one "
     "line; " CBK_YAML_QUOTE_HINT},
    {"did not find expected node content", NULL, false,
     "A value is expected here; an empty one is written \"\"."},
    {"found a tab character", NULL, false,
     "A tab stands where spaces should indent; YAML is indented with spaces."},
    {"did not find expected <document start>", NULL, false,
     "Text goes on after the end of the document; the file must be one map."},
};

static const complaint *complaint_of(const yaml_parser_t *parser)
{
    const char *problem = parser->problem == NULL ? "" : parser->problem;
    const char *context = parser->context == NULL ? "" : parser->context;
    for (size_t i = 0; i < sizeof complaints / sizeof complaints[0]; i++) {
        const complaint *row = &complaints[i];
        if (strstr(problem, row->problem) != NULL &&
            (row->context == NULL || strstr(context, row->context) != NULL)) {
            return row;
        }
    }
    return NULL;
}

cbk_place cbk_yaml_place_of_byte(const char *file, const char *bytes, size_t at)
{
    cbk_place place = {.file = file, .line = 1, .column = 1};
    for (size_t i = 0; i < at; i++) {
        if (bytes[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)bytes[i] >> 6) != 2) { /* not inside a character */
            place.column++;
        }
    }
    return place;
}

static void report_bad_start(cbk_place place, char found, cbk_problems *problems)
{
    if (found == '\t') {
        cbk_problems_add(problems, place,
                         "A tab stands where spaces should indent; YAML is indented with "
                         "spaces.");
    } else {
        cbk_problems_add(problems, place,
                         "Text must not start with a bare %c: it needs "
                         "quotes.",
                         found);
    }
}

void cbk_yaml_report_syntax(const yaml_parser_t *parser, const char *file,
                            const char *bytes, size_t size, size_t problem_byte,
                            cbk_problems *problems)
{
    if (parser->error == YAML_READER_ERROR) {
        const size_t at = parser->problem_offset < size ? parser->problem_offset : size;
        cbk_problems_add(problems, cbk_yaml_place_of_byte(file, bytes, at),
                         "The character U+%04X is not allowed in YAML.",
                         (unsigned)parser->problem_value);
        return;
    }
    const complaint *row = complaint_of(parser);
    const yaml_mark_t mark =
        row != NULL && row->is_at_context ? parser->context_mark : parser->problem_mark;
    const cbk_place place = {
        .file = file, .line = mark.line + 1, .column = mark.column + 1};
    if (row != NULL) {
        cbk_problems_add(problems, place, "%s", row->sentence);
    } else if (parser->problem != NULL && problem_byte < size &&
               strstr(parser->problem, "cannot start any token") != NULL) {
        report_bad_start(place, bytes[problem_byte], problems);
    } else {
        cbk_problems_add(problems, place, "This is not YAML as it is read here: %s.",
                         parser->problem == NULL ? "no reason known" : parser->problem);
    }
}
