/* SPDX-License-Identifier: ISC */
/*
 * mptablectl --complete: the scripts for bash and zsh ask the program itself, so what they offer
 * comes from its rows: commands, options, profiles, rules and consumers.
 *
 * bash takes "--format=elf" for three words, zsh for one. What is printed replaces the last word.
 */
#include "complete.h"

#include <string.h>

#include "../topo/profiles.h"
#include "rows.h"

/* A word that is being typed: what is printed begins with @kept, which is no part of the value. */
struct typed {
    const char *kept;
    size_t kept_size;
    const char *value;
};

static void offer(const struct typed *t, const char *word, size_t size, const char *help)
{
    const size_t length = strlen(t->value);

    if (length > size || memcmp(word, t->value, length) != 0)
        return;
    printf("%.*s%.*s\t", (int)t->kept_size, t->kept, (int)size, word);
    for (; *help; help++)
        putchar(*help == '\n' ? ' ' : *help);
    putchar('\n');
}

static void offer_words(const struct typed *t, const char *words)
{
    while (*words) {
        const size_t size = strcspn(words, " ");

        offer(t, words, size, "");
        words += size + (words[size] == ' ');
    }
}

static void offer_commands(const struct typed *t)
{
    for (size_t i = 0; i < command_count; i++)
        offer(t, commands[i].name, strlen(commands[i].name), commands[i].help);
}

static void offer_profiles(const struct typed *t)
{
    for (size_t i = 0; i < profile_count; i++)
        offer(t, profiles[i].name, strlen(profiles[i].name), profiles[i].description);
}

static void offer_rules(const struct typed *t)
{
    const struct mpt_rule *rule;

    for (size_t i = 0; (rule = mpt_rule_at(i)); i++)
        offer(t, rule->id, strlen(rule->id), rule->detail);
}

/* The last name of a list with commas */
static void offer_consumers(const struct typed *t)
{
    const char *const comma = strrchr(t->value, ',');
    const size_t before = comma ? (size_t)(comma + 1 - t->value) : 0;
    const struct typed last = { t->kept_size ? t->kept : t->value, t->kept_size + before,
                                t->value + before };

    for (size_t i = 0; i < MPT_CONSUMERS; i++) {
        const char *const name = mpt_consumer_name(mpt_consumer_at(i));

        offer(&last, name, strlen(name), "");
    }
    offer(&last, "all", strlen("all"), "");
}

/* Offers values of a kind, which is the word that help has for a value or an operand. */
static void offer_kind(const struct typed *t, const char *kind)
{
    static const struct {
        const char *word;
        void (*offer)(const struct typed *typed);
    } kinds[] = { { "PROFILE", offer_profiles },
                  { "RULE", offer_rules },
                  { "COMMAND", offer_commands },
                  { "NAME[,NAME]...", offer_consumers } };
    static const char *const files[] = { "FILE", "FOLDER", "IMAGE", "TOPOLOGY" };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kind, kinds[i].word) == 0)
            kinds[i].offer(t);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (strncmp(kind, files[i], strlen(files[i])) == 0) { /* "FILE|FOLDER", too */
            puts(":files");
            return;
        }
}

static void offer_value(const struct typed *t, const struct option_row *row)
{
    if (row->words)
        offer_words(t, row->words);
    else
        offer_kind(t, row->argument);
}

/* The option that @word is, such as "--format" or "-o"; NULL: none, or one without a value */
static const struct option_row *find_option(const struct options *o, const char *word, size_t size)
{
    for (size_t i = 0; i < o->count; i++) {
        const struct option_row *const row = &o->rows[i];

        if (!options_takes(o, row) || !row->argument)
            continue;
        if ((size > 2 && strlen(row->name) == size - 2 && memcmp(word, "--", 2) == 0 &&
             memcmp(word + 2, row->name, size - 2) == 0) ||
            (size == 2 && word[0] == '-' && row->letter && word[1] == row->letter))
            return row;
    }
    return NULL;
}

static void offer_options(const struct options *o, const struct typed *t)
{
    const struct typed name = { "--", 2, t->value + 2 };

    if (t->value[1] && t->value[1] != '-')
        return;
    for (size_t i = 0; i < o->count; i++)
        if (options_takes(o, &o->rows[i]))
            offer(t->value[1] ? &name : &(struct typed){ "--", 2, "" }, o->rows[i].name,
                  strlen(o->rows[i].name), o->rows[i].help);
}

/* The operand of a command without its brackets; of "FILE FILE" the first word is enough. */
static void offer_operand(const struct command *command, const struct typed *t)
{
    const char *const operand = command->operands + (command->operands[0] == '[');
    char kind[16];

    snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(operand, "] "), operand);
    offer_kind(t, kind);
}

static void offer_argument(const struct command *command, int count, char **words)
{
    const struct options o = rows_options(command);
    const char *last = words[count - 1], *before = count > 1 ? words[count - 2] : "";
    const char *const equals = strncmp(last, "--", 2) == 0 ? strchr(last, '=') : NULL;
    const struct option_row *row;

    if (equals) {
        row = find_option(&o, last, (size_t)(equals - last));
        if (row)
            offer_value(&(struct typed){ last, (size_t)(equals + 1 - last), equals + 1 }, row);
        return;
    }
    if (strcmp(last, "=") == 0)
        last = "";
    else if (strcmp(before, "=") == 0 && count > 2)
        before = words[count - 3];
    row = find_option(&o, before, strlen(before));
    if (row)
        offer_value(&(struct typed){ "", 0, last }, row);
    else if (last[0] == '-')
        offer_options(&o, &(struct typed){ "", 0, last });
    else
        offer_operand(command, &(struct typed){ "", 0, last });
}

int complete(int count, char **words)
{
    const struct command *const command = count > 1 ? rows_command(words[0]) : NULL;

    if (count == 1 && words[0][0] == '-')
        offer_words(&(struct typed){ "", 0, words[0] }, "--help --version");
    else if (count == 1)
        offer_commands(&(struct typed){ "", 0, words[0] });
    else if (command)
        offer_argument(command, count - 1, words + 1);
    return CLI_DONE;
}
