/* SPDX-License-Identifier: ISC */
/* mptablectl rules: the rules for a table, and which consumer a broken rule harms, and how. */
#include <string.h>

#include "../../base/near.h"
#include "../../text/verdict.h"
#include "../files.h"

static void print_rule(const struct mpt_rule *rule)
{
    printf("%s: %s\n", rule->id, rule->detail);
    printf("    %s%s%s%s%s\n", rules_part(rule), rule->field[0] ? " " : "", rule->field,
           rule->expected[0] ? ": " : "", rule->expected);
    for (const struct mpt_harm *harm = rule->harms; harm->consumer; harm++)
        printf("    %-11s %-14s %-7s%s%s\n", mpt_consumer_name(harm->consumer),
               mpt_effect_name(harm->effect), rules_known(harm), harm->versions[0] ? " " : "",
               harm->versions);
}

/* All rows of one rule */
static void print_named(const char *id)
{
    const struct mpt_rule *rule;

    for (size_t i = 0; (rule = mpt_rule_at(i)); i++)
        if (strcmp(rule->id, id) == 0)
            print_rule(rule);
}

static int refuse_name(struct cli *cli)
{
    const struct mpt_rule *rule;
    char hint[NEAR_HINT_SIZE];
    struct near near;

    near_start(&near, cli->operand, strlen(cli->operand));
    for (size_t i = 0; (rule = mpt_rule_at(i)); i++)
        near_try(&near, rule->id);
    err_at(&cli->err, ERR_INVALID, NULL, "no such rule%s",
           near.best ? near_hint(&near, "", hint) : "; without one, all are listed");
    return cli_complain(cli, cli->operand, CLI_REFUSED);
}

/* Of the rows of one rule, the first */
static void print_all(void)
{
    const struct mpt_rule *rule;

    for (size_t i = 0; (rule = mpt_rule_at(i)); i++)
        if (rules_find(rule->id) == rule)
            printf("%-28s %s\n", rule->id, rule->detail);
}

int cli_rules(struct cli *cli)
{
    struct build b;

    if (cli->operand && !rules_find(cli->operand))
        return refuse_name(cli);
    if (cli->format && strcmp(cli->format, "json") == 0) {
        build_start(&b);
        rules_render(&b, cli->operand);
        return files_print_json(cli, &b);
    }
    if (cli->operand)
        print_named(cli->operand);
    else
        print_all();
    return CLI_DONE;
}
