# SPDX-License-Identifier: ISC
"""Instruction counts by callgrind: what it wrote, read as the calls between functions."""
import os
import re

CALLGRIND = ["valgrind", "--tool=callgrind", "--compress-pos=no", "--compress-strings=yes"]


class Counts:
    """Instructions in all, and of each call edge: (object, function, object called, function called) -> [calls, instructions
    inside]. Recursion is not told apart."""

    def __init__(self, path):
        self.total, self.edges = 0, {}
        names = {"ob": {}, "fn": {}}
        here = {"ob": "", "fn": ""}
        called, calls = {}, 0
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                found = re.match(r"(c?)(ob|fn)=(\(\d+\))(?: (.*))?$", line)
                if found:
                    callee, kind, number, name = found.groups()
                    if name:
                        names[kind][number] = name
                    (called if callee else here)[kind] = names[kind][number]
                elif line.startswith("calls="):
                    calls = int(line[6:].split()[0])
                elif calls:
                    edge = (here["ob"], here["fn"], called.get("ob", here["ob"]), called["fn"])
                    sums = self.edges.setdefault(edge, [0, 0])
                    sums[0] += calls
                    sums[1] += int(line.split()[1])
                    called, calls = {}, 0
                elif line.startswith(("totals:", "summary:")):
                    self.total = int(line.split()[1])

    def entered(self, library, function, caller=""):
        """(calls, instructions inside) of a library's functions, both regular expressions, called from another object, whose
        name caller must match. A call that the dynamic linker routes or that a library makes to itself does not count again."""
        calls = inside = 0
        for (ob, _, called_ob, called), (n, cost) in self.edges.items():
            if ob != called_ob and re.search(library, called_ob) and re.search(caller, ob) and re.match(function, called):
                calls += n
                inside += cost
        return calls, inside


def count(children, work, command, limit=60):
    """Counts of a command that ends by itself."""
    out = os.path.join(work, "callgrind.out")
    children.run(CALLGRIND + ["--callgrind-out-file=" + out, *command], limit)
    return Counts(out)


def per_call(children, work, command, few=10, many=30):
    """Instructions and allocations of one call of what command(CALLS) does so many times."""
    first, second = (count(children, work, command(calls)) for calls in (few, many))
    allocations = [c.entered(r"libc\.so|vgpreload", r"(malloc|calloc|realloc|posix_memalign|aligned_alloc)$")[0]
                   for c in (first, second)]
    return (second.total - first.total) / (many - few), (allocations[1] - allocations[0]) / (many - few)
