/* SPDX-License-Identifier: ISC */
/*
 * The key of the seed 00 01 .. 1f, and a signature of the bytes 00 .. ff, four times over, that
 * minisign 0.11 accepts.
 */
#ifndef TESTS_VECTOR_H
#define TESTS_VECTOR_H

#define PUBLIC_COMMENT "untrusted comment: minisign public key 97B0D2F9EAA4BC40\n"
#define PUBLIC_LINE    "RWRAvKTq+dKwlwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define UNTRUSTED      "untrusted comment: signature from mptabled\n"
#define SIGNATURE \
    "RURAvKTq+dKwlz+lP9qCkDFfjM6Hso6/IzSOLxJE0kCaazbQETu37aCqPjIzbsYYYux/DDZs2cHQCoISH+6KJ1p57kspjqoaSg8="
#define COMMENT "timestamp:1700000000\tfile:image.bin\thashed"
#define TRUSTED "trusted comment: " COMMENT "\n"
#define GLOBAL \
    "NCfC1+fl+i2ltSvbhm0OLLbOZItwsblyMRJ1r7X+bxvH0baHRM3U4/TlXQ/WyC5OvjYFKcnyDmWUNm/+Wp6WCQ=="
#define VECTOR        UNTRUSTED SIGNATURE "\n" TRUSTED GLOBAL "\n"
#define VECTOR_SHA256 "785b0751fc2c53dc14a4ce3d800e69ef9ce1009eb327ccf458afe09c242c26c9"
#define SECRET_FILE                                         \
    "untrusted comment: unencrypted secret key\n"           \
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
    "AAAAAAAAAAAAAAAAAAAQLyk6vnSsJcAAQIDBAUGBwgJCgsMDQ4PEB" \
    "ESExQVFhcYGRobHB0eHwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3" \
    "chmQSVTG4Vy2snkZ/s2s6X4bW7LGl0jT9gXOGoZn71Y56lNvb6SA=\n"

#endif
