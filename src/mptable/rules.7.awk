# SPDX-License-Identifier: ISC
# rules.7.awk search.c RS=@ WORDS: mptable-rules(7), of the consumers' rows in search.c and what rules.7.in makes of rules.def
function text(words, all, part)
{
    all = ""
    for (part = 2; part <= split(words, strings, "\""); part += 2)
        all = all strings[part]
    return all
}
function effect_word(word)
{
    gsub("_", "-", word)
    return tolower(word)
}
function part_name(part)
{
    if (part == "IOAPIC")
        return "io_apic"
    sub(/FLOATING/, "floating_pointer", part)
    sub(/_INT/, "_interrupt", part)
    return tolower(part)
}
function page_ends()
{
    print ".El"
    print ".Sh SEE ALSO\n.Xr mptablectl 1 ,\n.Xr mpt_check 3 ,\n.Xr mptable 5 ,\n.Xr mptabled 8"
}
RS == "\n" {
    if (match($0, /\[CONSUMER_[A-Z0-9_]+\] = \{ "[^"]+"/)) {
        split(substr($0, RSTART, RLENGTH), parts, "\"")
        key = parts[1]
        gsub(/\[CONSUMER_|\].*/, "", key)
        names[key] = parts[2]
    }
    next
}
FNR == 1 {
    print ".\\\" SPDX-License-Identifier: ISC\n.Dd November 29, 2026\n.Dt MPTABLE-RULES 7\n.Os"
    print ".Sh NAME\n.Nm mptable-rules\n.Nd what MP tables are judged by, and what a broken rule does on which system"
    print ".Sh DESCRIPTION"
    print "Each rule of\n.Ic mptablectl lint\nand of the daemon has here its name, in parentheses the structure or type of entry and"
    print "the member that is wrong, then what is wrong and what would be right, and for each effect the systems that suffer it."
    print "An asterisk says that the effect was seen on the running system or on its compiled parser;"
    print "the others are known from its source."
    print "In parentheses behind a system stand how or in which versions it happens;"
    print ".Dq if\nsays that it depends on what else the table or the machine has."
    print "Effects, the worst first:"
    print ".Bl -tag -width interrupt-lost -compact"
    print ".It Cm not-found\nThe system's search passes the table by."
    print ".It Cm refuses\nIt finds the table, and throws it away."
    print ".It Cm crashes\nIt panics, hangs, or follows a null pointer."
    print ".It Cm cpu-lost\nA processor that is there does not start."
    print ".It Cm interrupt-lost\nA device, the timer or an NMI gets no interrupt, or the wrong one."
    print ".It Cm degraded\nIt works after a fallback, a time-out, or with a rewritten ID."
    print ".It Cm message\nIt complains, and nothing else changes."
    print ".El"
    print ".Sh RULES\nThey are in the order of findings."
    print ".Bl -tag -width Ds"
}
$1 == "rule" { id = text($0); order = ""; split("", lists) }
$1 == "part" { part = part_name($2) }
$1 == "field" { field = text($0) }
$1 == "expected" { expected = text($0) }
$1 == "detail" { detail = text($0) }
$1 == "harm" {
    effect = effect_word($3)
    item = names[$2] ($4 == 1 ? "*" : "")
    versions = text($0)
}
$1 == "if" {
    if ($2 != "true" || NF > 2)
        versions = "if" (versions ? ": " versions : "")
    if (!(effect in lists))
        order = order " " effect
    lists[effect] = lists[effect] (effect in lists && lists[effect] ? ", " : "") item (versions ? " (" versions ")" : "")
}
$1 == "end" {
    print ".It Sy " id " Pq " part (field ? " Va " field : "")
    print toupper(substr(detail, 1, 1)) substr(detail, 2) "."
    if (expected)
        print "Right is: " expected "."
    if (order) {
        print ".Bl -tag -width interrupt-lost -compact"
        count = split(order, effects, " ")
        for (i = 1; i <= count; i++)
            print ".It Cm " effects[i] "\n" lists[effects[i]]
        print ".El"
    } else {
        print "No system is known to suffer."
    }
}
END { page_ends() }
