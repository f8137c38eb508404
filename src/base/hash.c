/* hash.c - SHA-256, hexadecimal digits and random bytes, by libsodium. */
#include "base/hash.h"

#include <sodium.h>

void cbk_sha256(const void *bytes, size_t size, unsigned char out[CBK_HASH_SIZE])
{
    (void)crypto_hash_sha256(out, bytes, size); /* always 0 */
}

void cbk_hex(const unsigned char *bytes, size_t size, char *out)
{
    (void)sodium_bin2hex(out, 2 * size + 1, bytes, size);
}

bool cbk_random_bytes(void *out, size_t size)
{
    if (sodium_init() < 0) {
        return false;
    }
    randombytes_buf(out, size);
    return true;
}
