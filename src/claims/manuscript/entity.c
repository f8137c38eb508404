/* entity.c - the named characters of HTML that a paper uses.  Contract:
 * manuscript_builder.h.
 */
#include "claims/manuscript/manuscript_builder.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Names and code points as in HTML 4.01, section 24. */
static const struct {
    const char *name;
    uint32_t code_point;
} entities[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},       {"quot", '"'},
    {"apos", '\''},     {"nbsp", 0xa0},     {"plusmn", 0xb1},  {"middot", 0xb7},
    {"deg", 0xb0},      {"micro", 0xb5},    {"sup1", 0xb9},    {"sup2", 0xb2},
    {"sup3", 0xb3},     {"frac14", 0xbc},   {"frac12", 0xbd},  {"frac34", 0xbe},
    {"times", 0xd7},    {"divide", 0xf7},   {"ndash", 0x2013}, {"mdash", 0x2014},
    {"lsquo", 0x2018},  {"rsquo", 0x2019},  {"ldquo", 0x201c}, {"rdquo", 0x201d},
    {"bull", 0x2022},   {"hellip", 0x2026}, {"prime", 0x2032}, {"minus", 0x2212},
    {"le", 0x2264},     {"ge", 0x2265},     {"ne", 0x2260},    {"asymp", 0x2248},
    {"thinsp", 0x2009}, {"ensp", 0x2002},   {"emsp", 0x2003},  {"shy", 0xad},
    {"alpha", 0x3b1},   {"beta", 0x3b2},    {"gamma", 0x3b3},  {"chi", 0x3c7},
    {"kappa", 0x3ba},   {"mu", 0x3bc},      {"sect", 0xa7},    {"para", 0xb6},
    {"dagger", 0x2020}, {"Dagger", 0x2021}, {"eacute", 0xe9},  {"egrave", 0xe8},
    {"auml", 0xe4},     {"ouml", 0xf6},     {"uuml", 0xfc},    {"Auml", 0xc4},
    {"Ouml", 0xd6},     {"Uuml", 0xdc},     {"szlig", 0xdf},   {"copy", 0xa9},
    {"reg", 0xae},      {"trade", 0x2122},  {"laquo", 0xab},   {"raquo", 0xbb},
};

uint32_t cbk_entity(const char *name, size_t size)
{
    for (size_t i = 0; i < N(entities); i++) {
        if (strlen(entities[i].name) == size &&
            strncmp(entities[i].name, name, size) == 0) {
            return entities[i].code_point;
        }
    }
    return 0;
}
