/* claims/claims_file.h - a claims file from its bytes. */
#ifndef CLAIMS_CLAIMS_FILE_H
#define CLAIMS_CLAIMS_FILE_H

#include <casebook/claims.h>

/* As cbk_claims_read(), of bytes that have been read; `file` is the name for messages. */
cbk_status cbk_claims_parse(const char *file, const char *bytes, size_t size,
                            cbk_arena *arena, cbk_problems *problems,
                            const cbk_claims **out, cbk_error *err);

#endif
