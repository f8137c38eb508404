/* study/yaml/yaml_tree.h - a YAML file as a tree with places, read strictly.  Only
 * yaml_tree.c and yaml_syntax.c see libyaml.
 *
 * Every scalar is text; the reader of a key decides what it means (no "Norway problem").
 * Refused with a problem: aliases and anchors, duplicate keys, tags, a second document,
 * nesting deeper than 20, a file over 1 MiB, bytes that are not UTF-8, control
 * characters, and a key in { } without a value (the mark of an unquoted comma).
 */
#ifndef STUDY_YAML_TREE_H
#define STUDY_YAML_TREE_H

#include <casebook/base.h>

typedef enum cbk_yaml_kind { CBK_YAML_SCALAR, CBK_YAML_LIST, CBK_YAML_MAP } cbk_yaml_kind;

typedef struct cbk_yaml {
    cbk_yaml_kind kind;
    cbk_place place;        /* where the node starts */
    const char *scalar;     /* SCALAR: its text; "" for an empty value */
    bool is_quoted;         /* SCALAR */
    size_t n;               /* LIST: items; MAP: entries */
    struct cbk_yaml **item; /* [n] LIST: items; MAP: values */
    const char **key;       /* [n] MAP: keys, in file order */
    cbk_place *key_place;   /* [n] MAP */
} cbk_yaml;

enum { CBK_YAML_BYTES_MAX = 1024 * 1024, CBK_YAML_DEPTH_MAX = 20 };

/* bytes of `file` (the name for messages) as a tree whose root is a map.  Mistakes go to
 * problems.  CBK_EDATA where they leave no tree.  Where they leave one (a key twice, an
 * anchor, an unquoted comma) the status is CBK_OK, so that the reader of the tree can add
 * its own: look at problems->n_found when all is read.  What comes from SQL with an
 * unquoted comma, brace, colon or leading * says so. */
cbk_status cbk_yaml_parse(const char *file, const char *bytes, size_t size,
                          cbk_arena *arena, cbk_problems *problems, cbk_yaml **out,
                          cbk_error *err);

const char *cbk_yaml_kind_name(cbk_yaml_kind kind); /* "text", "a list", "a map" */

/* Text as a message shows it: one line, at most 60 characters; in the problems' arena. */
const char *cbk_yaml_shown(cbk_problems *problems, const char *text);

/* "`word` is not <what>", with the nearest spelling or, without one, the names. */
void cbk_yaml_report_unknown(cbk_problems *problems, cbk_place place, const char *what,
                             const char *word, const char *const *names, size_t n);

/* A map read against the keys it may have.  All of these report to problems and go on, so
 * that one reading shows all mistakes; a getter gives NULL or the default when the key is
 * absent or wrong. */

/* Reports every key that is not in keys[n], with the nearest spelling.  Anything but a
 * map is reported and false returned. */
bool cbk_yaml_check_keys(const cbk_yaml *map, const char *what, const char *const *keys,
                         size_t n, cbk_problems *problems);

const cbk_yaml *cbk_yaml_get(const cbk_yaml *map, const char *key); /* NULL: absent */
const cbk_yaml *cbk_yaml_get_map(const cbk_yaml *map, const char *key,
                                 cbk_problems *problems);
const cbk_yaml *cbk_yaml_get_list(const cbk_yaml *map, const char *key,
                                  cbk_problems *problems);
const char *cbk_yaml_get_text(const cbk_yaml *map, const char *key,
                              cbk_problems *problems);
/* As get_text, and reports an absent or empty value: "<what> needs `key`". */
const char *cbk_yaml_need_text(const cbk_yaml *map, const char *key, const char *what,
                               cbk_problems *problems);
bool cbk_yaml_get_boolean(const cbk_yaml *map, const char *key, bool fallback,
                          cbk_problems *problems); /* true/false/yes/no */
bool cbk_yaml_get_number(const cbk_yaml *map, const char *key, double *out,
                         cbk_problems *problems); /* false: absent or wrong */

/* The index of the scalar in names[n], or SIZE_MAX after reporting what was found, what
 * is allowed and the nearest spelling. */
size_t cbk_yaml_choose(const cbk_yaml *scalar, const char *what, const char *const *names,
                       size_t n, cbk_problems *problems);

#endif
