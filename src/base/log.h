/* SPDX-License-Identifier: ISC */
/*
 * The log: each event is one line of key=value pairs on standard error.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

/* The names are error, warning, info, debug. LOG_ALWAYS is written at every level. */
enum log_level { LOG_ALWAYS, LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/*
 * log_open - make standard error safe: writing must not block, and no other file may get descriptor
 * 2
 *
 * It is called before any other file is opened. Without it lines are written, but may block.
 *
 * Return: 0; -1 and errno: standard error may block, and no thread could be started to wait in our
 * place.
 */
int log_open(void) MUST_USE;

/*
 * log_close - wait until the last lines are written, a second at most; for the end of the program
 */
void log_close(void);

/* log_dropped - lines lost because the reader stopped, or standard error is closed */
unsigned long long log_dropped(void);

/* log_wants - are events of that level written? */
bool log_wants(enum log_level level);

/* log_set_level - choose the level; called before the second thread starts */
void log_set_level(enum log_level level);

/* log_level_named - the level of that name, or -1 */
int log_level_named(const char *name);

/*
 * log_event - write one line: event=NAME, then the pairs of @format
 * @format: printf format of further " key=value" pairs, or NULL. A value that may have blanks,
 *          quotes or bytes outside ASCII is passed through log_quote
 *
 * The line goes out in one write of at most 1024 bytes; one that would have to wait is dropped and
 * counted. When standard error is the journal (JOURNAL_STREAM) it carries the <N> priority prefix.
 */
void log_event(enum log_level level, const char *name, const char *format, ...) FORMAT(3, 4);

/*
 * log_quote - a value in the form that a log line needs
 * @size: of @out, at least 16; a longer value is cut
 *
 * A value that needs no quotes stays as it is. Others get double quotes, a backslash before " and
 * \, and \xNN for each byte outside printable ASCII.
 *
 * Return: @out.
 */
const char *log_quote(const char *value, char *out, size_t size);

#endif
