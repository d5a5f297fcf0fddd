# SPDX-License-Identifier: ISC
"""Each case that the table of tests/README.md names exists: `file` words, words; the words are in a text of that file. And
each function of a test script is called, since the words of one that is not are found all the same."""
import ast
import glob
import os
import re

from daemon import SRCDIR, Tap

TESTS = os.path.join(SRCDIR, "tests")


def plain(text):
    return " ".join(re.findall(r"[a-z0-9_.%*]+", text.lower()))


def texts(path):
    """What a case can be called: the string literals of a file, those that follow one another as one, and the names of a
    script's functions."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    literals = re.findall(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+', source) + re.findall(r"'[^'\n]*'", source)
    names = re.findall(r"^def (\w+)", source, re.M)
    return " | ".join(plain(re.sub(r'"\s*"', "", text)) for text in literals + names)


def named(line):
    """Pairs of a row's last column: a file, and the words behind it, which may be none."""
    for path, words in re.findall(r"`([^`]+)`([^`;|]*)", line.rstrip("| \n").split("|")[-1]):
        for case in words.strip(" ,").split(", "):
            yield path, case


def missing(lines):
    wrong, count = [], 0
    for line in lines:
        for path, case in named(line):
            count += 1
            there = os.path.isfile(os.path.join(TESTS, path))
            found = there and all(plain(part) in texts(os.path.join(TESTS, path)) for part in case.split(": "))
            if not found:
                wrong.append((path, case if there else "no such file"))
    return wrong, count


def names(tree, kind, member):
    return {getattr(node, member) for node in ast.walk(tree) if isinstance(node, kind)}


def uncalled(sources):
    """The functions at the top of scripts that neither their own script nor an import of another one names"""
    trees = {path: ast.parse(source) for path, source in sources.items()}
    shared = set().union(*(names(tree, ast.alias, "name") | names(tree, ast.Attribute, "attr") for tree in trees.values()))
    return [(path, node.name) for path, tree in trees.items() for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name not in shared | names(tree, ast.Name, "id")]


def scripts():
    for path in sorted(glob.glob(os.path.join(TESTS, "**", "*.py"), recursive=True)):
        with open(path, encoding="utf-8") as file:
            yield os.path.relpath(path, TESTS), file.read()


def main():
    tap = Tap()
    with open(os.path.join(TESTS, "README.md"), encoding="utf-8") as file:
        rows = [line for line in file if re.match(r"\| (?!\*\*|---|fault )", line)]
    wrong, count = missing(rows)
    tap.equal(wrong, [], "each of %d cases in %d rows exists" % (count, len(rows)))
    tap.ok(count > 150, "the table was read", count)
    bad = "| f | o | `build/rooms.py` no circle of includes, no such words; `base/none.c` |"
    tap.equal(missing([bad]), ([("build/rooms.py", "no such words"), ("base/none.c", "no such file")], 3), "and others are missed")
    tap.equal(uncalled(dict(scripts())), [], "each function of the scripts is called")
    tap.equal(uncalled({"a": "from b import two\ndef one(): two()", "b": "def two(): pass\none()"}), [("a", "one")],
              "and one that is not is missed")
    tap.done()


main()
