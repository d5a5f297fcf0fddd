# SPDX-License-Identifier: ISC
"""The rooms of src/: an include goes from a room to one that ARROWS allows it, no files include one another in a circle,
and neither files nor functions are long."""
import os
import re

from daemon import SRCDIR, Tap

# A row for each room, and the rooms whose headers it may include. A new room gets a row, and a word in the rows of those
# above it. The last row is the daemon: the files that lie in src/ itself.
ARROWS = {
    "base": "",
    "mptable": "",
    "madt": "",
    "json": "base",
    "topo": "base mptable madt",
    "machine": "base mptable topo",
    "text": "base mptable json topo",
    "seal": "base",
    "signed": "base mptable json topo text seal",
    "http": "base",
    "service": "base mptable json topo text seal signed http",
    "net": "base mptable json topo text seal signed http service",
    "cli": "base mptable json topo text seal signed http",
    "rom": "mptable",
    "": "base mptable json topo text seal signed http service net",
}
# Headers of other projects that only these rooms include.
LIBRARIES = {"cjson/cJSON.h": "json cli", "curl/curl.h": "cli", "microhttpd.h": "net", "sodium.h": "seal"}
GENERATED = {"openapi_json.h", "page_html.h"}
FILE_LINES, FUNCTION_LINES = 700, 60
CONTRACT_LINES = 300  # in all; they do not count as lines of their file, so that they can stand beside what they repeat
ROWS_OF_DATA = {"mptable/rules.def", "topo/profiles.c"}


def tree(top):
    """Path in the tree -> text."""
    files = {}
    for folder, _, names in os.walk(top):
        for name in names:
            if name.endswith((".c", ".h", ".def")) and name not in GENERATED:  # a release carries them
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    files[os.path.relpath(path, top)] = file.read()
    return files


def room(path):
    return os.path.dirname(path).partition("/")[0]


def module(path):
    """A header and the source of the same name are one."""
    return os.path.splitext(path)[0]


def includes(files):
    """Pairs of paths: what includes, what is included. The second is None for a file that does not exist."""
    for path, text in files.items():
        for name in re.findall(r'^\s*#\s*include "([^"]+)"', text, re.M):
            places = os.path.normpath(os.path.join(os.path.dirname(path), name)), name
            found = [place for place in places if place in files]
            if found or name not in GENERATED:
                yield path, found[0] if found else None


def arrows(files):
    """What ARROWS does not allow."""
    wrong = set()
    for path, other in includes(files):
        if other is None or room(path) not in ARROWS or room(other) not in ARROWS:
            wrong.add("%s includes a file or lies in a room that is not known" % path)
        elif room(path) != room(other) and room(other) not in ARROWS[room(path)].split():
            wrong.add("%s -> %s" % (room(path) or "mptabled", room(other) or "mptabled"))
    for path, text in files.items():
        for name in re.findall(r"^\s*#\s*include <([^>]+)>", text, re.M):
            if name in LIBRARIES and room(path) not in LIBRARIES[name].split():
                wrong.add("%s -> <%s>" % (room(path) or "mptabled", name))
    return wrong


def rings(leads):
    """Sets of names each of which leads to every other, in any number of steps."""
    changed = True
    while changed:
        further = {name: to.union(*(leads[other] for other in to)) for name, to in leads.items()}
        changed, leads = further != leads, further
    return {frozenset(other for other in to if name in leads[other]) for name, to in leads.items() if name in to}


def circles(files):
    """Headers that lead back to themselves, and modules whose sources need one another. A header without a source of its
    own, which its one user keeps apart, makes no circle with that user."""
    headers = {path: set() for path in files}
    modules = {module(path): set() for path in files}
    for path, other in includes(files):
        if other:
            headers[path].add(other)
        if other and module(path) != module(other):
            modules[module(path)].add(module(other))
    found = {ring for ring in rings(modules) if sum(name + ".c" in files for name in ring) > 1} | rings(headers)
    return {" <-> ".join(sorted(ring)) for ring in found}


def contract(text):
    """The lines that a prover reads: comments that begin with an @, and the arguments of PROVE."""
    lines, inside = [], False
    for line in text.split("\n"):
        inside = inside or line.lstrip().startswith(("/*@", "PROVE("))
        if inside:
            lines.append(line)
            inside = not line.rstrip(" \\").endswith(("*/", ";)"))
    return lines


def long_files(files):
    return {"%s is long" % path for path, text in files.items()
            if text.count("\n") - len(contract(text)) > FILE_LINES and path not in ROWS_OF_DATA}


def contract_lines(files):
    return sum(len(contract(text)) for text in files.values())


def long_functions(files):
    """The body of a function is between braces that stand alone at the start of a line, its name before the first
    parenthesis of the lines above."""
    wrong = set()
    for path, text in files.items():
        name, start = None, None
        for number, line in enumerate(text.split("\n")):
            head = re.match(r"\w.*?(\w+)\(", line)
            if head:
                name = head.group(1)
            if line == "{":
                start = number
            elif line == "}" and start is not None:
                if number - start + 1 > FUNCTION_LINES:
                    wrong.add("%s: %s is long" % (path, name))
                start = None
    return wrong


BAD = {
    "base/a.c": '#include "../topo/b.h"\n' + "int\n" * FILE_LINES,
    "topo/b.h": '#include "c.h"\n#include "d.h"\n#include <sodium.h>\n',
    "topo/c.c": '#include "d.h"\n\nint f(int a,\n      int b)\n{\n' + "    g();\n" * (FUNCTION_LINES - 1) + "}\n",
    "topo/c.h": "",
    "topo/d.h": '#include "b.h"\n',
    "topo/x.c": '#include "y.h"\n',
    "topo/x.h": "",
    "topo/y.c": '#include "z.h"\n',
    "topo/y.h": "",
    "topo/z.h": '#include "x.h"\n',
    "cellar/e.c": '#include "e.h"\n',
}


def main():
    tap, files = Tap(), tree(os.path.join(SRCDIR, "src"))
    for name, check in (("every include is an arrow of the list", arrows), ("no circle of includes", circles),
                        ("no file of more than %d lines" % FILE_LINES, long_files),
                        ("no function of more than %d lines" % FUNCTION_LINES, long_functions)):
        tap.equal(sorted(check(files)), [], name)
    tap.ok(0 < contract_lines(files) <= CONTRACT_LINES, "at most %d lines of contracts" % CONTRACT_LINES, contract_lines(files))
    tap.equal([sorted(check(BAD)) for check in (arrows, circles, long_files, long_functions)],
              [["base -> topo", "cellar/e.c includes a file or lies in a room that is not known", "topo -> <sodium.h>"],
               ["topo/b.h <-> topo/d.h", "topo/x <-> topo/y <-> topo/z"], ["base/a.c is long"], ["topo/c.c: f is long"]],
              "each of these faults is found in a tree that has it")
    tap.ok(len(files) > 80 and len(list(includes(files))) > 200, "the tree was read", len(files), len(list(includes(files))))
    tap.done()


main()
