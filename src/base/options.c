/* SPDX-License-Identifier: ISC */
/* getopt_long finds the options and their values; what they mean is in the rows. */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "near.h"
#include "number.h"

/* VALUE_FIRST is getopt's value of row 0, above every letter. */
enum { VALUE_FIRST = 0x100, HELP_COLUMN = 30, LINE_WIDTH = 80 };

bool options_takes(const struct options *o, const struct option_row *row)
{
    return !row->commands || !o->command || row->commands & o->command;
}

/* The command's options for getopt; the first colon makes it return ':' for a missing value. */
static void list(const struct options *o, struct option longs[OPTIONS_MAX + 1],
                 char letters[2 * OPTIONS_MAX + 2])
{
    char *letter = letters;
    size_t n = 0;

    *letter++ = ':';
    for (size_t i = 0; i < o->count && n < OPTIONS_MAX; i++) {
        const struct option_row *const row = &o->rows[i];

        if (!options_takes(o, row))
            continue;
        longs[n++] = (struct option){ row->name, row->argument ? required_argument : no_argument,
                                      NULL, VALUE_FIRST + (int)i };
        if (row->letter) {
            *letter++ = row->letter;
            if (row->argument)
                *letter++ = ':';
        }
    }
    longs[n] = (struct option){ NULL, 0, NULL, 0 };
    *letter = '\0';
}

static const struct option_row *find(const struct options *o, int value)
{
    if (value >= VALUE_FIRST)
        return &o->rows[value - VALUE_FIRST];
    for (size_t i = 0; value && i < o->count; i++)
        if (o->rows[i].letter == value && options_takes(o, &o->rows[i]))
            return &o->rows[i];
    return NULL;
}

/* @word: an option whose name no row has, or several rows begin with */
static int refuse_name(const struct options *o, const char *word, struct err *err)
{
    const size_t size = strcspn(word, "="), length = size - strlen("--");
    char several[ERR_DETAIL_SIZE / 2] = "", hint[NEAR_HINT_SIZE];
    size_t used = 0;
    struct near near;

    near_start(&near, word + strlen("--"), length);
    for (size_t i = 0; i < o->count; i++) {
        const char *const name = o->rows[i].name;

        if (!options_takes(o, &o->rows[i]))
            continue;
        near_try(&near, name);
        if (strncmp(name, near.word, length) == 0 && used < sizeof(several))
            used += (size_t)snprintf(several + used, sizeof(several) - used, "%s--%s",
                                     used ? ", " : "", name);
    }
    if (used > 0)
        return err_at(err, ERR_INVALID, NULL, "%.*s: ambiguous: %s", (int)size, word, several);
    return err_at(err, ERR_INVALID, NULL, "%.*s: %s has no such option%s", (int)size, word, o->what,
                  near_hint(&near, "--", hint));
}

/* getopt has refused @word: optopt is the option if getopt knows it, else 0 or a letter. */
static int refuse(const struct options *o, int why, const char *word, struct err *err)
{
    const struct option_row *const row = find(o, optopt);

    if (row && why == ':')
        return err_at(err, ERR_INVALID, NULL, "--%s: the value is missing: --%s %s", row->name,
                      row->name, row->argument);
    if (row)
        return err_at(err, ERR_INVALID, NULL, "--%s: takes no value", row->name);
    if (optopt)
        return err_at(err, ERR_INVALID, NULL, "-%c: %s has no such option", optopt, o->what);
    return refuse_name(o, word, err);
}

static int add(struct option_list *l, const struct option_row *row, const char *text,
               struct err *err)
{
    if (l->count == OPTIONS_LIST_MAX)
        return err_at(err, ERR_INVALID, NULL, "--%s: at most %d times", row->name,
                      OPTIONS_LIST_MAX);
    l->values[l->count++] = text;
    return 0;
}

static int set_number(unsigned *number, const struct option_row *row, const char *text,
                      struct err *err)
{
    uint64_t value;

    if (!number_parse(text, row->lowest, row->highest, &value))
        return err_at(err, ERR_INVALID, NULL, "--%s: must be a number from %u to %u", row->name,
                      row->lowest, row->highest);
    *number = (unsigned)value;
    return 0;
}

/* The words of a row as a list for people: "bin, json or elf" */
static void list_words(const char *words, char *list, size_t size)
{
    size_t used = 0;

    for (const char *next; words && used < size; words = next) {
        const int length = (int)strcspn(words, " ");

        next = words[length] ? words + length + 1 : NULL;
        used += (size_t)snprintf(list + used, size - used, "%.*s%s", length, words,
                                 !next               ? ""
                                 : strchr(next, ' ') ? ", "
                                                     : " or ");
    }
}

bool options_is_word(const char *words, const char *text)
{
    const size_t size = strlen(text);

    for (; words; words = strchr(words, ' ') ? strchr(words, ' ') + 1 : NULL)
        if (strcspn(words, " ") == size && memcmp(words, text, size) == 0)
            return true;
    return false;
}

static int set_text(const char **member, const struct option_row *row, const char *text,
                    struct err *err)
{
    char list[ERR_DETAIL_SIZE / 2];

    if (*member)
        return err_at(err, ERR_INVALID, NULL, "--%s: at most once", row->name);
    if (row->words && !options_is_word(row->words, text)) {
        list_words(row->words, list, sizeof(list));
        return err_at(err, ERR_INVALID, NULL, "--%s: must be %s", row->name, list);
    }
    *member = text;
    return 0;
}

static int store(void *target, const struct option_row *row, const char *text, struct err *err)
{
    void *const member = (char *)target + row->member;

    if (row->take)
        return row->take(target, row, text ? text : "true", err);
    if (text && !*text && strcmp(row->argument, "FILE") == 0)
        return err_at(err, ERR_INVALID, NULL, "--%s: the name of the file is empty", row->name);
    switch (row->kind) {
    case OPTION_FLAG:
    case OPTION_LAST:
        *(bool *)member = true;
        return 0;
    case OPTION_LIST:
        return add(member, row, text, err);
    case OPTION_NUMBER:
        return set_number(member, row, text, err);
    case OPTION_TEXT:
        break;
    }
    return set_text(member, row, text, err);
}

static void set_initial(const struct options *o, void *target)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->rows[i].kind == OPTION_NUMBER)
            *(unsigned *)(void *)((char *)target + o->rows[i].member) = o->rows[i].initial;
}

/* Checks that the options which the command needs are given; they are texts. */
static int check_needed(const struct options *o, const void *target, struct err *err)
{
    for (size_t i = 0; i < o->count; i++) {
        const struct option_row *const row = &o->rows[i];
        const char *text;

        if (!(row->needed_by & o->command))
            continue;
        memcpy(&text, (const char *)target + row->member, sizeof(text));
        if (!text)
            return err_at(err, ERR_INVALID, NULL, "%s needs --%s %s", o->what, row->name,
                          row->argument);
    }
    return 0;
}

int options_parse(const struct options *o, int argc, char **argv, void *target, struct err *err)
{
    struct option longs[OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 2];
    bool given[OPTIONS_MAX] = { false }; /* numbers: a text tells it by its member */
    int value;

    list(o, longs, letters);
    set_initial(o, target);
    optind = 0; /* glibc: as if for the first time */
    opterr = 0;
    while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct option_row *const row = find(o, value);

        if (value == '?' || value == ':')
            return refuse(o, value, argv[optind - 1], err);
        if (row->kind == OPTION_NUMBER && given[row - o->rows])
            return err_at(err, ERR_INVALID, NULL, "--%s: at most once", row->name);
        given[row - o->rows] = true;
        if (store(target, row, optarg, err) < 0)
            return -1;
        if (row->kind == OPTION_LAST)
            return optind;
    }
    return check_needed(o, target, err) < 0 ? -1 : optind;
}

/* The help that follows from the row: a number's range, how often a list may be given */
static void describe_limits(const struct option_row *row, char *text, size_t size)
{
    const bool shown = row->initial >= row->lowest && row->initial <= row->highest;

    text[0] = '\0';
    if (row->kind == OPTION_LIST)
        snprintf(text, size, "(up to %d times)", OPTIONS_LIST_MAX);
    else if (row->kind == OPTION_NUMBER && shown)
        snprintf(text, size, "(%u to %u, default %u)", row->lowest, row->highest, row->initial);
    else if (row->kind == OPTION_NUMBER)
        snprintf(text, size, "(%u to %u)", row->lowest, row->highest);
}

/* Prints the lines of a help text at HELP_COLUMN; @at: the column that the output has reached */
static void print_lines(const char *text, int at)
{
    while (*text) {
        const int length = (int)strcspn(text, "\n");

        if (at > HELP_COLUMN - 2) { /* a word there would look like an argument */
            putchar('\n');
            at = 0;
        }
        printf("%*s%.*s", HELP_COLUMN - at, "", length, text);
        text += length + (text[length] == '\n');
        at = LINE_WIDTH;
    }
}

static void print_row(const struct option_row *row)
{
    char letter[] = { '-', row->letter, ',', ' ', '\0' }, limits[64];
    const char *const last = strrchr(row->help, '\n');
    const size_t width = strlen(last ? last + 1 : row->help);

    print_lines(row->help, printf("  %s--%s%s%s", row->letter ? letter : "", row->name,
                                  row->argument ? " " : "", row->argument ? row->argument : ""));
    describe_limits(row, limits, sizeof(limits));
    if (limits[0] && HELP_COLUMN + width + 1 + strlen(limits) < LINE_WIDTH)
        printf(" %s", limits);
    else
        print_lines(limits, LINE_WIDTH);
    putchar('\n');
}

void options_help(const struct options *o)
{
    const char *group = NULL;

    for (size_t i = 0; i < o->count; i++) {
        const struct option_row *const row = &o->rows[i];

        if (!options_takes(o, row))
            continue;
        if (row->group && row->group != group)
            printf("%s%s:\n", group ? "\n" : "", row->group);
        group = row->group;
        print_row(row);
    }
}
