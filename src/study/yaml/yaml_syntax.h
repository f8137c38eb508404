/* study/yaml/yaml_syntax.h - libyaml's complaints in our words.  For yaml_tree.c and
 * yaml_syntax.c, the only files that see libyaml.
 */
#ifndef STUDY_YAML_SYNTAX_H
#define STUDY_YAML_SYNTAX_H

#include "study/yaml/yaml_tree.h"

#include <yaml.h>

/* Reports the parser's error; problem_byte is where its problem_mark stands in bytes. */
void cbk_yaml_report_syntax(const yaml_parser_t *parser, const char *file,
                            const char *bytes, size_t size, size_t problem_byte,
                            cbk_problems *problems);

/* Line and column of a byte. */
cbk_place cbk_yaml_place_of_byte(const char *file, const char *bytes, size_t at);

#endif
