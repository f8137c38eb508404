/* render/palette.h - the colours that a drawing's inks stand for. */
#ifndef RENDER_PALETTE_H
#define RENDER_PALETTE_H

#include <casebook/document.h>

/* Hexadecimal, "#0a57c2"; "none" for CBK_INK_NONE. */
typedef struct cbk_ink_colours {
    const char *name;  /* "series-1" */
    const char *light; /* on white paper */
    const char *dark;  /* on a dark screen */
} cbk_ink_colours;

enum { CBK_N_INKS = CBK_INK_SERIES_6 + 1 };

const cbk_ink_colours *cbk_ink_colours_of(cbk_ink ink);

/* The ink of a verdict on paper. */
cbk_ink cbk_ink_of_tone(cbk_tone tone);

#endif
