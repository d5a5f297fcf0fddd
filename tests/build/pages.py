# SPDX-License-Identifier: ISC
"""The manual pages as a whole: mptable(5) has the members of the schema and their bounds, its examples are topologies,
and each reference from a page to another leads to one."""
import glob
import json
import os
import re
import subprocess

from daemon import SRCDIR, Tap
from tool import MPTABLECTL

# Pages of other projects that ours refer to
FOREIGN = {"bwrap.1", "curl.1", "hexdump.1", "minisign.1", "xxd.1", "memfd_create.2", "pwrite.2", "memcmp.3",
           "memcpy.3", "memmove.3", "memset.3", "systemd.exec.5"}
MADE = ("src/mptable/mptable-rules.7", "src/text/mptable.5")


def made(name):
    """A page that make makes lies in the build's folder, or came with a release."""
    return name if os.path.exists(name) else os.path.join(SRCDIR, name)


def read(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


def sources():
    """Our pages, as name.section: text"""
    pattern = os.path.join(SRCDIR, "src", "**", "*.[13578]")
    found = glob.glob(pattern, recursive=True)
    return {os.path.basename(page): read(page) for page in {*found, *map(made, MADE)}}


class Schema:
    """Its members as {(list or object, member): schema}; those of the topology itself have no list."""

    def __init__(self):
        self.document = json.loads(read(os.path.join(SRCDIR, "api", "topology.schema.json")))
        self.members, self.lists = {}, {}
        self.walk("", self.document)

    def meant(self, schema):
        while "$ref" in schema:
            schema = self.document["$defs"][schema["$ref"].rpartition("/")[2]]
        return schema

    def walk(self, owner, schema):
        """Elements of lists that name their kind belong to the list of that kind, or else to one of the kind's name."""
        for name, member in schema["properties"].items():
            if name != "entry":
                self.members.setdefault((owner, name), []).append(self.meant(member))
            here = self.meant(member)
            element = self.meant(here.get("items", here))
            for element in [element] if "properties" in element else element.get("oneOf", ()):
                kind = element["properties"].get("entry", {}).get("const")
                if kind is None:
                    self.lists[member.get("items", {}).get("$ref", "").rpartition("/")[2]] = name
                self.walk(self.lists.get(kind, kind) if kind else name, element)


def paragraphs(page):
    """{(list or object, member): text} of mptable(5)"""
    found, owner = {}, ""
    for part in re.split(r"^(?=\.Ss |\.It Va |\.El|\.Sh )", page, flags=re.M):
        head = part.split("\n", 1)[0]
        if head.startswith(".Ss "):
            words = head.split()
            owner = words[-1] if words[3].endswith(",") and words[3] == "extended," else words[3].rstrip(",")
        elif head.startswith(".It Va "):
            found[owner, head.split()[2]] = part
    return found


def bounds(schema):
    """What a member's paragraph must have: numbers, words, the default"""
    for key in ("minimum", "maximum") + ("minItems", "maxItems") * ("maxItems" in schema):
        if key in schema:
            yield r"\b%s\b" % schema.get(key, 0)
    if "default" in schema:
        yield re.escape("; default %s." % json.dumps(schema["default"]))
    yield from (re.escape(json.dumps(word)) for word in schema.get("enum", ()))
    for choice in schema.get("anyOf", ()):
        if choice.get("maximum", 0) not in (0xff, 0xffff, 0xffffffff, (1 << 53) - 1):
            yield from bounds(choice)


def lacking(schema, texts):
    """Members without a text, texts without a member, and bounds that a text has not"""
    wrong = ["%s/%s" % name for name in set(schema.members) ^ set(texts)]
    for name, forms in schema.members.items():
        for form in forms:
            wrong += ["%s/%s: %s" % (*name, bound) for bound in bounds(form)
                      if not re.search(bound, texts.get(name, ""))]
    return sorted(wrong)


def references(pages):
    """Each .Xr of each page that leads nowhere"""
    targets = {re.sub(r"^\.Dt (\S+) (\d)$", r"\1.\2", line).lower() for text in pages.values()
               for line in re.findall(r"^\.Dt .*$", text, re.M)}
    for page, text in pages.items():
        targets |= {"%s.3" % name for name in re.findall(r"^\.Nm (\w+)", text, re.M) if page.endswith(".3")}
    for page, text in pages.items():
        for name, section in re.findall(r"\bXr (\S+) (\d)", text):
            if "%s.%s" % (name, section) not in targets | FOREIGN:
                yield page, "%s(%s)" % (name, section)


def main():
    tap = Tap()
    pages, schema = sources(), Schema()
    page = pages["mptable.5"]
    texts = paragraphs(page)
    tap.equal(lacking(schema, texts), [], "mptable(5) has each member with its bounds, and no other")
    tap.ok(len(schema.members) > 80, "the schema was read", len(schema.members))
    del texts["patches", "bytes"]
    texts["", "extra"] = ""
    texts["", "irqs"] = texts["", "irqs"].replace("24", "25").replace("default 16", "default 17")
    tap.equal(lacking(schema, texts), ["/extra", r"/irqs: ;\ default\ 16\.", r"/irqs: \b24\b", "patches/bytes"],
              "a member that is missing, one too many, and wrong bounds are noticed")
    examples = re.findall(r"^\.Bd -literal.*?\n(\{.*?)^\.Ed", page, re.M | re.S)
    tap.ok(len(examples) > 3, "mptable(5) has examples", len(examples))
    for number, text in enumerate(examples):
        done = subprocess.run([MPTABLECTL, "encode", "-o", "/dev/null", "-"], input=text, capture_output=True,
                              text=True, check=False)
        tap.equal((done.returncode, done.stderr), (0, ""), "example %d is a topology" % (number + 1))
    tap.equal(list(references(pages)), [], "each reference from a page leads to one")
    tap.equal(list(references({"a.1": ".Dt A 1\n.Xr mptabled 7 ,\nsee Xr a 1\n"})), [("a.1", "mptabled(7)")],
              "and others are noticed")
    readme = read(os.path.join(SRCDIR, "README.md"))
    named = {"README": re.sub(r"`([\w-]+)\((\d)\)`", r"Xr \1 \2", readme)}
    lost = list(references({**pages, **named}))
    tap.ok(named["README"].count("Xr ") > 5 and not lost, "README names pages that exist", lost)
    alone = [name for name in pages
             if not any("Xr " + name.replace(".", " ") in text for other, text in pages.items() if other != name)]
    tap.equal(alone, [], "each page is named by another")
    tap.done()


main()
