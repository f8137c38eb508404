/* cli/listing.h - a table of texts as a command's output, in every format. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "cli/session.h"

typedef struct cbk_listing {
    const char *analysis; /* "log": in JSON */
    const char *title;
    const char *sentence; /* above the table */
    size_t n_columns;
    const char *const *names; /* [n_columns] */
    size_t n_rows;
    const cbk_value *values; /* [n_rows * n_columns] */
} cbk_listing;

/* Prints it as --format says; returns an exit code. */
int cbk_listing_write(cbk_session *session, const cbk_arguments *arguments,
                      const cbk_listing *listing);

#endif
