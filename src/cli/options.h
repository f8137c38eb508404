/* cli/options.h - options that several commands share, written once. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/style.h"

#define CBK_OPTION_OUTPUT                                                                \
    {                                                                                    \
        .name = "output", .letter = 'o', .argument = "FILE",                             \
        .help = "write to this file instead of standard output"                          \
    }

/* Of commands that print a document; without --format the ending of --output's file says
 * it (cli/arguments.h). */
#define CBK_OPTIONS_PRINTED                                                              \
    CBK_OPTION_OUTPUT,                                                                   \
    {                                                                                    \
        .name = "format", .argument = "FORMAT",                                          \
        .help = "how to print it; the ending of --output when not given, else text",     \
        .values = "text json csv md html latex docx pdf xlsx"                            \
    }

/* How a journal prints numbers; CSV and JSON have them as they are. */
#define CBK_OPTION_STYLE                                                                 \
    {                                                                                    \
        .name = "style", .argument = "NAME",                                             \
        .help = "print numbers as this journal does; else as the protocol says",         \
        .values = CBK_STYLE_NAMES                                                        \
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
        .values = "log log-log plain logit arcsin bpcp"                                  \
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

#define CBK_OPTION_ENDPOINT                                                              \
    {                                                                                    \
        .name = "endpoint", .argument = "NAME",                                          \
        .help = "of a study: which of its endpoints"                                     \
    }

#define CBK_OPTION_TIME                                                                  \
    {                                                                                    \
        .name = "time", .argument = "COLUMN", .help = "of a data file: follow-up time"   \
    }

/* Which rows an analysis of time to event reads (cli/followup.h). */
#define CBK_OPTIONS_ROWS                                                                 \
    CBK_OPTION_ENDPOINT, CBK_OPTION_TIME,                                                \
        {.name = "event",                                                                \
         .argument = "COLUMN",                                                           \
         .help = "of a data file: event, a column of 0 and 1, or COLUMN=VALUE"},         \
    {                                                                                    \
        .name = "entry", .argument = "COLUMN", .help = "of a data file: late entry"      \
    }

/* Of commands that tell events of several kinds apart. */
#define CBK_OPTIONS_CAUSES                                                               \
    {.name = "censor",                                                                   \
     .argument = "VALUE",                                                                \
     .help = "of a data file: the value of the event column that says censored"},        \
    {                                                                                    \
        .name = "cause", .argument = "VALUE",                                            \
        .help = "the kind of event that is asked for"                                    \
    }

/* Of regressions. */
#define CBK_OPTIONS_COVARIATES                                                           \
    {.name = "on",                                                                       \
     .argument = "A,B",                                                                  \
     .help = "the covariates; A:B is the interaction of A and B"},                       \
        {.name = "categorical",                                                          \
         .argument = "A,B",                                                              \
         .help = "of these, the ones whose values are categories"},                      \
    {                                                                                    \
        .name = "reference", .argument = "A=X,B=Y",                                      \
        .help = "what the other categories are compared with; the first when not given"  \
    }

#define CBK_OPTIONS_READING                                                              \
    CBK_OPTION_WHERE,                                                                    \
        {.name = "no-timefix", .help = "only times that are equal are tied"},            \
    {                                                                                    \
        .name = "fingerprint", .help = "of a data file: print its SHA-256 in JSON"       \
    }

#define CBK_OPTIONS_FOLLOWUP CBK_OPTIONS_ROWS, CBK_OPTION_BY, CBK_OPTIONS_READING

#define CBK_OPTION_PAPER                                                                 \
    {                                                                                    \
        .name = "paper", .argument = "SIZE",                                             \
        .help = "the sheet of pdf and docx, and of html in print; a4 when not given",    \
        .values = "a4 letter"                                                            \
    }

#define CBK_OPTION_REASON                                                                \
    {                                                                                    \
        .name = "reason", .argument = "TEXT", .help = "why, for the audit trail"         \
    }

#define CBK_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
