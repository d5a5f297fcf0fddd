/* SPDX-License-Identifier: ISC */
/*
 * The log: one key=value line an event on standard error.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>

#include "cleanup.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG }; /* named error, warning, info, debug */

/* log_set_level - what is written from now on; call it before the second thread starts */
void log_set_level(enum log_level level);

/* log_level_named - the level of that name, or -1 */
int log_level_named(const char *name);

/*
 * log_event - write one line: event=NAME and what @format makes
 * @format: printf format of further " key=value" pairs, or NULL. Values that may hold blanks, quotes or
 *          foreign bytes are given through log_quote
 *
 * The line goes out in one write of at most 1024 bytes, whose failure is nobody's. Under systemd
 * (JOURNAL_STREAM set) it carries the <N> priority prefix.
 */
void log_event(enum log_level level, const char *name, const char *format, ...) FORMAT(3, 4);

/*
 * log_quote - a value as it may stand in a log line: bare when it needs nothing, else in double quotes with
 *             ", \ and bytes outside printable ASCII as \xNN; cut to fit
 * @size: of @out, at least 16
 * Return: @out
 */
const char *log_quote(const char *value, char *out, size_t size);

#endif
