/* claims/suggest/suggest.h - the parts of a search for suggestions.  For suggest*.c. */
#ifndef CLAIMS_SUGGEST_H
#define CLAIMS_SUGGEST_H

#include "claims/binding.h"
#include "claims/manuscript/lexicon.h"
#include "claims/suggest/suggest_clause.h"

enum { CBK_OFFERS_MAX = 12 };

/* A question, and how well the words fit. */
typedef struct cbk_offer {
    const char *of;
    const char *from;
    const char *among;
    const char *words;
    double fit;
} cbk_offer;

typedef struct cbk_suggesting {
    cbk_binding *b;
    const cbk_lexicon *lexicon;
    const cbk_found_number *number;
    cbk_clause clause;
    bool is_percent;
    cbk_offer offers[CBK_OFFERS_MAX];
    size_t n_offers;
} cbk_suggesting;

typedef struct cbk_statistic {
    const char *word; /* canonical */
    const char *function;
} cbk_statistic;

/* ---- words of the clause (suggest_words.c) ------------------------------------------
 */

bool cbk_clause_has(const cbk_suggesting *s, const char *word);
/* The share of a label's words that the clause has, in [0, 1]. */
double cbk_clause_share(const cbk_suggesting *s, const cbk_words *label);
/* How far from the number the nearest word of the label stands, in bytes. */
double cbk_clause_distance(const cbk_suggesting *s, const cbk_words *label);
/* The words of the clause that are words of the label, as they are written. */
const char *cbk_clause_label(const cbk_suggesting *s, const cbk_words *label);
/* The category that the clause speaks of best; NULL: of none.  is_of_patients: of the
 * patients alone, not of repeating forms; but: not this one (NULL: any), nor what shares
 * a word with it. */
const cbk_category *cbk_clause_category(const cbk_suggesting *s, bool is_of_patients,
                                        const cbk_category *but, double *fit);
/* The statistic that the clause names nearest to the number; NULL: none. */
const cbk_statistic *cbk_clause_statistic(const cbk_suggesting *s);
/* Whether a unit stands behind the number that is not this one (NULL: none). */
bool cbk_clause_has_other_unit(const cbk_suggesting *s, const char *unit);
/* Bytes of a word for patients at text; 0: none. */
size_t cbk_patients_length(const char *text);

/* Whom a number counts, by the words behind it. */
typedef struct cbk_group {
    const cbk_category *of; /* "three men", "of the four who received interferon"; NULL */
    bool is_part;           /* "of the four": the number is of a part of them */
    bool is_narrowed;       /* "who", "with": not all patients, known or not */
    bool has_verb;          /* "three men died": something is said of them */
} cbk_group;

cbk_group cbk_clause_group(const cbk_suggesting *s); /* suggest_group.c */

/* ---- questions ----------------------------------------------------------------------
 */

/* Adds a question that is not there yet; one without words or text is dropped. */
void cbk_offer_add(cbk_suggesting *s, cbk_offer one);
/* Adds the question, and the question among a category that the clause names with words
 * that are not those of the question itself. */
void cbk_offer_both(cbk_suggesting *s, const cbk_words *label, cbk_offer one);

void cbk_offer_survival(cbk_suggesting *s); /* suggest_times.c */
void cbk_offer_times(cbk_suggesting *s);
void cbk_offer_counts(cbk_suggesting *s); /* suggest_counts.c */
bool cbk_clause_is_of_patients(const cbk_suggesting *s);
bool cbk_clause_is_size(const cbk_suggesting *s); /* "(n = 6)" */

#endif
