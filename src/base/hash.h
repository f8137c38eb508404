/* base/hash.h - SHA-256, hexadecimal digits and random bytes. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <casebook/base.h>

enum { CBK_HASH_SIZE = 32, CBK_HASH_HEX_SIZE = 65 };

void cbk_sha256(const void *bytes, size_t size, unsigned char out[CBK_HASH_SIZE]);

/* Lower-case digits and a NUL: out holds 2 * size + 1. */
void cbk_hex(const unsigned char *bytes, size_t size, char *out);

/* Bytes nobody can guess; false when the system has none. */
bool cbk_random_bytes(void *out, size_t size);

#endif
