/* SPDX-License-Identifier: ISC */
/*
 * Command lines. An option is a row: its name, the values that it may have, the member that gets
 * the value, the commands that take it, and its help. Several rows may have one name when no
 * command takes two of them.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

enum { OPTIONS_MAX = 96, OPTIONS_LIST_MAX = 16 }; /* rows; values of one option */

enum option_kind {
    OPTION_FLAG,  /* no value; sets a bool */
    OPTION_LAST,  /* the same, and the rest of the line is not read: --help */
    OPTION_TEXT,  /* sets a const char *; refused when given twice */
    OPTION_LIST,  /* adds to a struct option_list */
    OPTION_NUMBER /* sets an unsigned; the last one counts */
};

/* The values of an option that may be given several times, borrowed from the arguments. */
struct option_list {
    const char *values[OPTIONS_LIST_MAX];
    unsigned count;
};

struct option_row {
    const char *name; /* --name */
    char letter;      /* -l, 0 = none */
    enum option_kind kind;
    const char *argument;              /* what help calls the value, NULL = it has none */
    size_t member;                     /* offset in the caller's struct */
    unsigned lowest, highest, initial; /* of a number; an initial one out of range is not shown */
    unsigned commands;                 /* a bit for each command that takes it, 0 = all do */
    unsigned needed_by;                /* the commands that need it */
    /* called in place of storing by kind; for an option without argument @text is "true" */
    int (*take)(void *target, const struct option_row *row, const char *text, struct err *err);
    const char *words; /* values that a text may have, with blanks between; NULL = any */
    const char *group; /* the heading in the help; the rows of a group follow one another */
    const char *help;  /* lines of at most 50 characters, with newlines between */
};

struct options {
    const struct option_row *rows;
    size_t count;
    unsigned command; /* its bit; 0: there are no commands */
    const char *what; /* for messages: "mptablectl encode" */
};

/* options_is_word - is this one of the words of a list, which has blanks between them? */
bool options_is_word(const char *words, const char *text);

/* options_takes - is this row an option of the command? Without a command, every row is */
bool options_takes(const struct options *options, const struct option_row *row);

/*
 * options_parse - read a command line
 * @argv:   argv[0] is skipped; operands are moved behind the options
 * @target: the struct that members are offsets in; numbers are set to their initial values first
 *
 * Return: the index of the first operand, or of what follows an OPTION_LAST; -1 with ERR_INVALID:
 * an unknown option, a value that is missing, not taken, out of range, none of the words or given
 * too often, or an option that the command needs and that is not given.
 */
int options_parse(const struct options *options, int argc, char **argv, void *target,
                  struct err *err) MUST_USE;

/*
 * options_help - print the help of the command's options, or without a command of all options, with
 * its heading before each group
 */
void options_help(const struct options *options);

#endif
