/* study/yaml/yaml_mend.h - mistakes of a tree that leave it readable: each is reported,
 * and the tree is left as it was meant.  For yaml_tree.c.
 */
#ifndef STUDY_YAML_MEND_H
#define STUDY_YAML_MEND_H

#include "study/yaml/yaml_tree.h"

/* The same rule inside a sentence and as its end. */
#define CBK_YAML_QUOTE_RULE                                                              \
    "SQL or text with a comma, a brace, a colon or a leading * needs quotes"
#define CBK_YAML_QUOTE_HINT CBK_YAML_QUOTE_RULE "."

/* Children of the node being read. */
typedef struct cbk_yaml_children {
    cbk_arena *arena;
    cbk_problems *problems;
    cbk_yaml **item;
    const char **key;
    cbk_place *key_place;
    size_t n;
    size_t capacity;
} cbk_yaml_children;

/* What stood in { } without a colon after the entry before it. */
typedef struct cbk_yaml_cut {
    const char *text; /* NULL: nothing */
    cbk_place place;
} cbk_yaml_cut;

/* "a, b"; a alone where that is long already, so that hostile input costs little. */
const char *cbk_yaml_joined(cbk_arena *arena, const char *a, const char *b);

/* In [f(a, b), c] the comma cuts f(a, b) in two.  Reports it and puts the text together
 * again, so that nothing else is reported because of it. */
void cbk_yaml_mend_list(cbk_yaml_children *all);

/* Reports what was found, if anything, as cut off the last of the children; forgets it.
 */
void cbk_yaml_report_cut(cbk_yaml_children *all, cbk_yaml_cut *found);

/* Reports keys that stand twice, and leaves the first of each. */
void cbk_yaml_drop_duplicates(cbk_yaml_children *all);

#endif
