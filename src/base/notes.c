/* notes.c - what each note is called and says.  Contract: casebook/base.h. */
#include <casebook/base.h>

#include <assert.h>

typedef struct note_text {
    const char *name;
    const char *sentence;
} note_text;

/* In the order of the bits. */
static const note_text texts[CBK_NOTE_COUNT] = {
    {"no-rows", "There are no rows to estimate from."},
    {"no-events", "Nobody had the event: every row is censored."},
    {"one-subject", "The series is a single subject."},
    {"not-reached", "Not reached: the curve stays above the quantile."},
    {"limit-not-reached", "The interval is open on one side: that limit is not reached."},
    {"beyond-follow-up",
     "The time lies after the last observation, so the data say nothing there."},
    {"interval-undefined", "This interval does not exist where survival is 0 or 1."},
    {"rows-left-out", "Rows with missing values were left out."},
    {"event-at-zero", "Somebody had the event at time 0."},
    {"zero-before-entries",
     "The curve fell to 0 before everybody had entered, and cannot rise again."},
    {"sd-undefined", "A standard deviation needs at least two values."},
    {"no-groups", "A comparison needs at least two groups."},
    {"no-spread", "All values are the same, so there is nothing to test."},
    {"too-large-for-exact",
     "Fisher's exact test was too large to compute; the chi-squared test stands in its "
     "place although expected counts are small."},
    {"error-zero",
     "A standard error is 0 or does not exist here, as where survival is 0 or 1: an "
     "interval and a test are missing or too narrow."},
    {"zero-variance", "The statistic can take one value only, so there is no p value."},
    {"df-reduced",
     "A group is at risk at no time of an event together with others, so the test has "
     "fewer degrees of freedom."},
    {"monotone",
     "The likelihood rises for ever with a coefficient, which has no finite estimate and "
     "no Wald test."},
    {"covariate-dropped",
     "A covariate that is constant, or that the ones before it determine, was dropped."},
    {"few-events", "There are fewer events than coefficients."},
    {"not-converged", "The iteration did not reach its end: do not use the estimates."},
    {"negative-variance",
     "The formula gives a negative variance here, as it can in small groups with many "
     "events at one time, so there is no p value."},
};

static const note_text *text_of(cbk_note note)
{
    const cbk_notes bits = (cbk_notes)note;
    assert(bits != 0 && (bits & (bits - 1)) == 0 && bits >> CBK_NOTE_COUNT == 0);
    size_t i = 0;
    while (bits >> i > 1) {
        i++;
    }
    return &texts[i];
}

const char *cbk_note_name(cbk_note note)
{
    return text_of(note)->name;
}

const char *cbk_note_sentence(cbk_note note)
{
    return text_of(note)->sentence;
}

bool cbk_notes_forbid_print(cbk_notes notes)
{
    return (notes & (CBK_NOTE_BEYOND_FOLLOW_UP | CBK_NOTE_NO_ROWS)) != 0;
}
