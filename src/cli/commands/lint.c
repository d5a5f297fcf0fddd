/* SPDX-License-Identifier: ISC */
/* mptablectl lint: a line for each consumer with its verdict, then a line for each finding. */
#include <string.h>

#include "../../text/verdict.h"
#include "../../text/finding.h"
#include "../../text/routing.h"
#include "../input.h"
#include "../scan.h"

/* "openbsd      unknown     -  interrupt-lost  lint-missing needs ebda base_memory_kib" */
static void print_verdict(const struct mpt_verdict *v)
{
    const char *const worst = v->worst == MPT_HARMLESS ? "-" : mpt_effect_name(v->worst);
    const char *rule;
    size_t next = 0;
    char processors[16] = "-";
    int blanks = 16 - (int)strlen(worst); /* before the next word */

    if (!v->unknown)
        snprintf(processors, sizeof(processors), "%u", v->processors);
    printf("%-11s %-10s %10s  %s", mpt_consumer_name(v->consumer), mpt_verdict_name(v), processors,
           worst);
    for (; (rule = verdicts_next_rule(v, &next)); blanks = 1)
        printf("%*s%s", blanks, "", rule);
    if (v->needs)
        printf("%*sneeds", blanks, "");
    for (size_t i = 0; i < fact_count; i++)
        if (v->needs & facts[i].bit)
            printf(" %s", facts[i].name);
    putchar('\n');
}

static void print_verdicts(const struct mpt_report *report)
{
    puts("consumer    verdict    processors  worst           rules");
    for (size_t i = 0; i < MPT_CONSUMERS; i++)
        if (report->verdicts[i].consumer)
            print_verdict(&report->verdicts[i]);
}

/* Is it one of the rules of --ignore? */
static bool is_ignored(const struct cli *cli, const struct mpt_rule *rule)
{
    for (unsigned i = 0; i < cli->ignore.count; i++)
        if (strcmp(cli->ignore.values[i], rule->id) == 0)
            return true;
    return false;
}

/* A misspelt rule is an error: its findings would stay, and the user would not know why. */
static int check_ignored(struct cli *cli)
{
    for (unsigned i = 0; i < cli->ignore.count; i++)
        if (!rules_find(cli->ignore.values[i]))
            return cli_refuse_option(cli, "ignore",
                                     "must be the id of a rule; mptablectl rules lists them");
    return CLI_DONE;
}

static void print_value(const char *before, const struct mpt_finding *f, uint64_t value)
{
    char text[FINDING_TEXT_SIZE];

    if (f->show == MPT_VALUE_TEXT)
        printf("%s\"%s\"", before, finding_text(f, text));
    else if (f->show == MPT_VALUE_BOOL)
        printf("%s%s", before, value ? "true" : "false");
    else
        printf(f->show == MPT_VALUE_HEX ? "%s0x%llx" : "%s%llu", before, (unsigned long long)value);
}

/* ": at 0x9fc98 (offset 152), entry 6, type is 3, expected 0" */
static void print_place(const struct cli *cli, const struct mpt_finding *f)
{
    uint64_t offset;
    const struct mpt_rule *const rule = f->rule;

    printf(": at 0x%x", f->address);
    if (memory_offset(&cli->source, f->address, &offset))
        printf(" (offset %llu)", (unsigned long long)offset);
    if (f->entry >= 0)
        printf(", entry %d", f->entry);
    if (rule->field[0])
        printf(", %s", rule->field);
    if (f->show != MPT_VALUE_NONE)
        print_value(rule->field[0] ? " is " : ", value ", f, f->value);
    if (f->has_expected)
        print_value(", expected ", f, f->expected);
    else if (rule->expected[0])
        printf(", expected %s", rule->expected);
    if (f->count > 1)
        printf(", and %u more", f->count - 1);
}

/* " (linux interrupt-lost: asks by PCI bus number; freebsd crashes)" */
static void print_harms(const struct mpt_finding *f)
{
    const struct mpt_harm *const harms = f->rule->harms;
    const char *before = " (";

    for (unsigned i = 0; harms[i].consumer; i++) {
        if (!(f->harms >> i & 1))
            continue;
        printf("%s%s %s", before, mpt_consumer_name(harms[i].consumer),
               mpt_effect_name(harms[i].effect));
        if (harms[i].versions[0])
            printf(": %s", harms[i].versions);
        before = "; ";
    }
    puts(f->harms ? ")" : "");
}

static int print_findings(const struct cli *cli, const struct mpt_report *report)
{
    int status = CLI_DONE;

    print_verdicts(report);
    for (unsigned i = 0; i < report->finding_count; i++) {
        const struct mpt_finding *const f = &report->findings[i];

        if (is_ignored(cli, f->rule))
            continue;
        printf("%s: %s: %s", cli->operand, finding_severities[f->severity], f->rule->id);
        if (cli->reading.memory)
            print_place(cli, f);
        printf(": %s", f->rule->detail);
        print_harms(f);
        if (f->severity == MPT_ERROR)
            status = CLI_REFUSED;
    }
    return status;
}

/* The only finding of a file without a table is that it has none. */
static int lint_nothing(struct cli *cli)
{
    struct mpt_report *const report = &cli->reading.report;

    if (input_explain_nothing(cli) == CLI_IO)
        return CLI_IO;
    mpt_check(&cli->source.guest, NULL, &cli->facts.known, facts_asked(&cli->facts), report);
    return print_findings(cli, report);
}

static void print_routing(const struct cli *cli)
{
    char text[ROUTING_LINE_SIZE];
    struct routing routing;

    if (!topology_has_table(&cli->topology))
        return;
    routing_make(&cli->topology, cli->reading.facts, &routing);
    for (unsigned i = 0; routing_line(&routing, i, text); i++)
        printf("%s: linux: %s\n", cli->operand, text);
}

static int print_table(const struct cli *cli)
{
    if (cli->routing)
        print_routing(cli);
    return print_findings(cli, &cli->reading.report);
}

/* Each table that a system takes. Return: the worst exit status */
static int lint_all(struct cli *cli)
{
    struct scan scan;
    int worst = scan_memory(cli, &scan);

    if (worst == CLI_DONE && scan.count == 0)
        return lint_nothing(cli);
    for (unsigned i = 0; worst != CLI_USAGE && worst != CLI_IO && i < scan.count; i++) {
        int status = input_read(cli, scan.taken[i]);

        printf("%s%s: floating pointer at 0x%x\n", i > 0 ? "\n" : "", cli->operand, scan.taken[i]);
        status = status == CLI_DONE ? print_table(cli) : status;
        worst = status > worst ? status : worst;
    }
    return worst;
}

int cli_lint(struct cli *cli)
{
    int status = check_ignored(cli);
    uint32_t address;

    cli->takes_topology = true;
    if (status == CLI_DONE && cli->scan)
        return lint_all(cli);
    if (status == CLI_DONE)
        status = input_memory(cli, NULL);
    if (status != CLI_DONE)
        return status;
    if (cli->floating_pointer || cli->table)
        status = input_table(cli);
    else if (found_choose(&cli->source.guest, &cli->facts.known, &address, &cli->err) < 0)
        return lint_nothing(cli);
    else
        status = input_read(cli, address);
    return status == CLI_DONE ? print_table(cli) : status;
}
