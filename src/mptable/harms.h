/* SPDX-License-Identifier: ISC */
/*
 * How a row of rules.def writes its harms. Each harm expands to HARM(consumer, effect, versions,
 * run, condition), which check.c defines as data and as code, and rules.7.in as text of the manual
 * page.
 */
#ifndef MPT_HARMS_H
#define MPT_HARMS_H

#define NOBODY
#define WHO(C, E, versions)               HARM(C, E, versions, 0, true)
#define RAN(C, E, versions)               HARM(C, E, versions, 1, true)
#define WHO_IF(C, E, versions, condition) HARM(C, E, versions, 0, condition)
#define RAN_IF(C, E, versions, condition) HARM(C, E, versions, 1, condition)
#define EVERY_READER(E, versions)         EVERY_READER_IF(E, versions, true, true, true)
/* @counted: for the readers that walk by the entry count; @all: for those that start disabled
   processors, too */
#define EVERY_READER_IF(E, V, condition, counted, all) \
    HARM(LINUX, E, V, 0, condition)                    \
    HARM(LINUX_32, E, V, 0, condition)                 \
    HARM(FREEBSD, E, V, 0, counted)                    \
    HARM(OPENBSD, E, V, 0, condition)                  \
    HARM(NETBSD, E, V, 0, condition)                   \
    HARM(ILLUMOS, E, V, 0, condition)                  \
    HARM(DRAGONFLY, E, V, 0, condition)                \
    HARM(MEMTEST, E, V, 0, all)                        \
    HARM(XEN, E, V, 0, condition)                      \
    HARM(MPTABLE, E, V, 0, counted)                    \
    HARM(XV6, E, V, 0, all)                            \
    HARM(PLAN9, E, V, 0, condition)                    \
    HARM(NINEFRONT, E, V, 0, condition)                \
    HARM(HAIKU, E, V, 0, counted)                      \
    HARM(HELENOS, E, V, 0, counted)                    \
    HARM(SERENITY, E, V, 0, counted)                   \
    HARM(HERMIT, E, V, 0, counted)

/* In the order of the consumers */
#define EACH_OF(set, E, V)                                     \
    HARM(LINUX, E, V, 0, s->set >> CONSUMER_LINUX & 1)         \
    HARM(LINUX_32, E, V, 0, s->set >> CONSUMER_LINUX_32 & 1)   \
    HARM(FREEBSD, E, V, 0, s->set >> CONSUMER_FREEBSD & 1)     \
    HARM(OPENBSD, E, V, 0, s->set >> CONSUMER_OPENBSD & 1)     \
    HARM(NETBSD, E, V, 0, s->set >> CONSUMER_NETBSD & 1)       \
    HARM(ILLUMOS, E, V, 0, s->set >> CONSUMER_ILLUMOS & 1)     \
    HARM(DRAGONFLY, E, V, 0, s->set >> CONSUMER_DRAGONFLY & 1) \
    HARM(MEMTEST, E, V, 0, s->set >> CONSUMER_MEMTEST & 1)     \
    HARM(XEN, E, V, 0, s->set >> CONSUMER_XEN & 1)             \
    HARM(HDT, E, V, 0, s->set >> CONSUMER_HDT & 1)             \
    HARM(MPTABLE, E, V, 0, s->set >> CONSUMER_MPTABLE & 1)     \
    HARM(XV6, E, V, 0, s->set >> CONSUMER_XV6 & 1)             \
    HARM(PLAN9, E, V, 0, s->set >> CONSUMER_PLAN9 & 1)         \
    HARM(NINEFRONT, E, V, 0, s->set >> CONSUMER_NINEFRONT & 1) \
    HARM(HAIKU, E, V, 0, s->set >> CONSUMER_HAIKU & 1)         \
    HARM(HELENOS, E, V, 0, s->set >> CONSUMER_HELENOS & 1)     \
    HARM(SERENITY, E, V, 0, s->set >> CONSUMER_SERENITY & 1)   \
    HARM(HERMIT, E, V, 0, s->set >> CONSUMER_HERMIT & 1)

#endif
