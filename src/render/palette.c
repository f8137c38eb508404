/* palette.c - the colours that a drawing's inks stand for.  Contract: render/palette.h.
 */
#include "render/palette.h"

/* Every ink but the grid's has a contrast of at least 4.5 to 1 on its background, so that
 * it can be text.  Series differ from each other by 14 or more units of CIELAB for normal
 * and for red-, green- and blue-blind eyes (simulation of Machado et al. 2009,
 * doi:10.1109/TVCG.2009.113), and by 3 or more in lightness, which is what grey shows. */
static const cbk_ink_colours inks[CBK_N_INKS] = {
    [CBK_INK_FOREGROUND] = {"foreground", "#1b1f24", "#e6e8ea"},
    [CBK_INK_MUTED] = {"muted", "#59606a", "#a4acb5"},
    [CBK_INK_GRID] = {"grid", "#d8dadc", "#3a4047"},
    [CBK_INK_BACKGROUND] = {"background", "#fdfdfb", "#15181b"},
    [CBK_INK_NONE] = {"none", "none", "none"},
    [CBK_INK_SERIES_1] = {"series-1", "#0a57c2", "#5fb6f2"},
    [CBK_INK_SERIES_2] = {"series-2", "#c4471c", "#ee5f3c"},
    [CBK_INK_SERIES_3] = {"series-3", "#053732", "#b4f7e0"},
    [CBK_INK_SERIES_4] = {"series-4", "#7d3079", "#dbb288"},
    [CBK_INK_SERIES_5] = {"series-5", "#310376", "#3fe04a"},
    [CBK_INK_SERIES_6] = {"series-6", "#240130", "#f5fc8f"},
};

const cbk_ink_colours *cbk_ink_colours_of(cbk_ink ink)
{
    return &inks[ink];
}

cbk_ink cbk_ink_of_tone(cbk_tone tone)
{
    static const cbk_ink of_tone[] = {[CBK_TONE_PLAIN] = CBK_INK_FOREGROUND,
                                      [CBK_TONE_GOOD] = CBK_INK_SERIES_3,
                                      [CBK_TONE_WARN] = CBK_INK_SERIES_4,
                                      [CBK_TONE_BAD] = CBK_INK_SERIES_2,
                                      [CBK_TONE_ASK] = CBK_INK_SERIES_1};
    return of_tone[tone];
}
