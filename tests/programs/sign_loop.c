/* SPDX-License-Identifier: ISC */
/* sign_loop CALLS: signs 96 bytes CALLS times and prints the CPU us of one signature */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sodium.h>

static double cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
    const int calls = argc > 1 ? atoi(argv[1]) : 0;
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES];
    uint8_t message[96] = { 0 }, signature[crypto_sign_BYTES];
    double start;

    if (calls < 1 || sodium_init() < 0)
        return 2;
    crypto_sign_keypair(public_key, secret_key);
    start = cpu_us();
    for (int i = 0; i < calls; i++) {
        crypto_sign_detached(signature, NULL, message, sizeof(message), secret_key);
        message[0] = signature[0]; /* the next message is another one */
    }
    printf("%.3f\n", (cpu_us() - start) / calls);
    return 0;
}
