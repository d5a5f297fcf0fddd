/* SPDX-License-Identifier: ISC */
/*
 * The log: one key=value line an event on standard error.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

/* Their names are error, warning, info, debug. LOG_ALWAYS is written whatever level is set. */
enum log_level { LOG_ALWAYS, LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/*
 * log_open - make standard error safe to write to: it must not block, and no other file may take its
 * number
 *
 * Call it before anything else is opened. Without it lines are written all the same.
 */
void log_open(void);

/* log_dropped - lines lost because the reader stopped, or standard error is closed */
unsigned long long log_dropped(void);

/* log_wants - is an event of that level written at all? */
bool log_wants(enum log_level level);

/* log_set_level - what is written from now on; call it before the second thread starts */
void log_set_level(enum log_level level);

/* log_level_named - the level of that name, or -1 */
int log_level_named(const char *name);

/*
 * log_event - write one line: event=NAME and what @format makes
 * @format: printf format of further " key=value" pairs, or NULL. Values that may hold blanks,
 *          quotes or foreign bytes are given through log_quote
 *
 * The line goes out in one write of at most 1024 bytes; one that would have to wait is dropped and
 * counted. When standard error is the journal (JOURNAL_STREAM) it carries the <N> priority prefix.
 */
void log_event(enum log_level level, const char *name, const char *format, ...) FORMAT(3, 4);

/*
 * log_quote - a value as it may stand in a log line
 * @size: of @out, at least 16; a longer value is cut
 *
 * A value that needs no quotes stays bare. Others are put into double quotes, with a backslash
 * before " and \, and bytes outside printable ASCII as \xNN.
 *
 * Return: @out.
 */
const char *log_quote(const char *value, char *out, size_t size);

#endif
