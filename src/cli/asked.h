/* SPDX-License-Identifier: ISC */
/* The topology that encode and get build: a JSON document, members as options, or both. */
#ifndef CLI_ASKED_H
#define CLI_ASKED_H

#include "../json/build.h"
#include "cli.h"

/* How the value of a member is written. */
enum asked_form {
    ASKED_NUMBER,
    ASKED_SIZE, /* with K, M or G */
    ASKED_FLAG,
    ASKED_TEXT,
    ASKED_WINDOW /* of a placement */
};

/* A member of a topology that is an option too, of the same name with '-' for '_' */
struct asked_member {
    const char *name;
    enum asked_form form;
    const char *argument, *words, *help; /* as a row of options has them */
};

extern const struct asked_member asked_members[ASKED_MEMBERS];

/*
 * asked_take - note the value of a member's option
 *
 * Return: 0; -1 and ERR_INVALID at the member's name: given twice, or not printable ASCII.
 */
int asked_take(struct cli *cli, size_t member, const char *value, struct err *err) MUST_USE;

/* asked_alone - is no document needed, because options give the processors? */
bool asked_alone(const struct cli *cli);

/*
 * asked_read - the text of the topology: the operand's, if there is one, with the options' members
 * behind its own
 *
 * Return: the text, to be released by free; NULL with cli->err filled.
 */
char *asked_read(struct cli *cli, size_t *size) MUST_USE;

/*
 * asked_merge - put the members of the object built in @b at the end of a text that is an object
 * @b: released
 *
 * Return: the new text; NULL with cli->err filled. @text is released.
 */
char *asked_merge(struct cli *cli, char *text, size_t *size, struct build *b) MUST_USE;

/*
 * asked_insert - put one more member, a string, at the end of a text that is an object
 *
 * Return: the new text; NULL with cli->err filled. @text is released.
 */
char *asked_insert(struct cli *cli, char *text, size_t *size, const char *name,
                   const char *value) MUST_USE;

/*
 * asked_complain - cli_complain for errors of the topology, which names a member that came as an
 * option as that option
 *
 * Return: CLI_USAGE if only such members are wrong, else CLI_REFUSED.
 */
int asked_complain(struct cli *cli);

#endif
