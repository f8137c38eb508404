/* cli/options.h - options that several commands share, written once. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#define CBK_OPTION_FORMAT                                                                \
    {                                                                                    \
        .name = "format", .argument = "FORMAT",                                          \
        .help = "how to print the result; text when not given",                          \
        .values = "text json csv md html"                                                \
    }

#define CBK_OPTION_PROFILE                                                               \
    {                                                                                    \
        .name = "profile", .argument = "NAME",                                           \
        .help = "conventions of another program; r when not given",                      \
        .values = "r sas spss"                                                           \
    }

#define CBK_OPTION_CONF_TYPE                                                             \
    {                                                                                    \
        .name = "conf-type", .argument = "NAME",                                         \
        .help = "interval of S(t); the profile's when not given",                        \
        .values = "log log-log plain logit arcsin"                                       \
    }

#define CBK_OPTION_LEVEL                                                                 \
    {                                                                                    \
        .name = "level", .argument = "P",                                                \
        .help = "confidence level; 0.95 when not given"                                  \
    }

#define CBK_OPTION_BY                                                                    \
    {                                                                                    \
        .name = "by", .argument = "A,B",                                                 \
        .help = "a result for each group of these variables"                             \
    }

#define CBK_OPTION_WHERE                                                                 \
    {                                                                                    \
        .name = "where", .argument = "SQL",                                              \
        .help = "only the rows for which this is true"                                   \
    }

#define CBK_OPTION_OUTPUT                                                                \
    {                                                                                    \
        .name = "output", .letter = 'o', .argument = "FILE",                             \
        .help = "write to this file instead of standard output"                          \
    }

#define CBK_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
