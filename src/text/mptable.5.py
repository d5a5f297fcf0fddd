# SPDX-License-Identifier: ISC
"""mptable.5.py SCHEMA PAGE.IN: writes mptable(5). The lines @MEMBERS@ and @ELEMENTS@ of the second file become what the
schema has of each member: form, range, default, description, and the section of MPS 1.4 (x-mps)."""
import json
import re
import sys

with open(sys.argv[1], encoding="ascii") as file:
    SCHEMA = json.load(file)
BITS = re.compile(r"^#/\$defs/bits(\d+)$")


def resolved(schema):
    """A copy without its $ref, whose members count where the schema has none of its own."""
    reference = schema.get("$ref", "")
    if not reference:
        return schema
    copy = dict(resolved(SCHEMA["$defs"][reference.rpartition("/")[2]]))
    copy.update({name: value for name, value in schema.items() if name != "$ref"})
    if BITS.match(reference):
        copy["bits"] = int(BITS.match(reference).group(1))
        copy["description"] = schema.get("description", "")
    return copy


def quoted(value):
    return json.dumps(value) if isinstance(value, str) else str(value)


def listed(values):
    words = [quoted(value) for value in values]
    return " or ".join([", ".join(words[:-1])] * (len(words) > 1) + words[-1:])


def number(schema):
    return "integer from %d to %d" % (schema["minimum"], schema["maximum"])


def string(schema):
    if "pattern" in schema:  # bytes
        most = schema.get("maxLength", 0) // 2
        return "hexadecimal digits" + (" of at most %d bytes" % most if most else "")
    least, most, text = schema.get("minLength", 0), schema["maxLength"], json.dumps(schema["not"])
    if "[^ -~]" in text:
        return "printable ASCII of at most %d characters" % most
    return "%d to %d of the characters %s" % (least, most, re.search(r'\[\^([^"]+)\]"', text).group(1))


def array(schema):
    if resolved(schema["items"]).get("type") == "integer":
        return "array of %d bytes" % schema["maxItems"]
    if "maxItems" not in schema:
        return "array of one or more of " + listed(schema["items"]["enum"])
    return "array of %d to %d objects" % (schema.get("minItems", 0), schema["maxItems"])


def form(schema):
    """What the value may be, in words"""
    schema = resolved(schema)
    if "bits" in schema:
        return "%d bits" % schema["bits"]
    if "anyOf" in schema:
        return " or ".join(form(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return listed(schema["enum"])
    if "const" in schema:
        return quoted(schema["const"])
    return {"integer": number, "string": string, "array": array, "boolean": lambda _: "true or false",
            "object": lambda _: "object"}[schema["type"]](schema)


def default(schema):
    value = resolved(schema).get("default")
    return "" if value is None else "; default %s" % json.dumps(value)


def item(name, schema, required, note=""):
    """A member of the page"""
    schema = resolved(schema)
    kind = form(schema)
    print(".It Va %s%s" % (name, " Pq required" if required else ""))
    print(roff(kind[0].upper() + kind[1:] + note + default(schema) + "."))
    if schema.get("description"):
        print(roff(schema["description"]))
    if "x-mps" in schema:
        print("(MPS 1.4: %s.)" % schema["x-mps"])


def roff(text):
    """Running text for mdoc: a line for each sentence"""
    text = text.replace("\\", "\\e")
    return "\n".join(("\\&" if line[0] in ".'" else "") + line for line in re.split(r"(?<=[.?])\s+(?=[A-Z0-9])", text))


def members(owner, strict, lenient=None):
    """A list of an object's members: as they are in lists of their own, and what differs in entries"""
    lenient = lenient or {"properties": {}}
    print(".Ss " + owner)
    if "x-mps" in strict:
        print("Section %s of MPS 1.4." % strict["x-mps"])
    print(".Bl -tag -width Ds -compact")
    for name, schema in list(strict["properties"].items()) + list(lenient["properties"].items()):
        there, here = lenient["properties"].get(name), strict["properties"].get(name)
        if name == "entry":
            continue
        if here is None:
            item(name, schema, False, "; only in entries")
        elif schema is here:
            differs = there is not None and form(there) != form(here)
            item(name, schema, name in strict.get("required", ()), "; in entries " + form(there) if differs else "")
    print(".El")


def kinds(schema):
    return {kind["properties"]["entry"]["const"]: kind for kind in resolved(schema)["oneOf"]}


def elements():
    top, entries = SCHEMA["properties"], kinds(SCHEMA["properties"]["entries"]["items"])
    for name in ("topology", "placement"):
        members("Members of " + name, top[name])
    for name, schema in top.items():
        element = resolved(schema.get("items", {}))
        if "properties" in element:
            kind = next((kind for kind in entries if schema["items"].get("$ref") == "#/$defs/" + kind), None)
            members("Elements of " + name + (", entry %s" % kind if kind else ""), element, entries.get(kind))
    for kind, element in kinds(top["extended"]["items"]).items():
        members("Elements of extended, entry " + kind, element, entries[kind])


def main():
    with open(sys.argv[2], encoding="ascii") as page:
        for line in page:
            if line == "@MEMBERS@\n":
                print(".Bl -tag -width Ds")
                for name, schema in SCHEMA["properties"].items():
                    item(name, schema, False)
                print(".El")
            elif line == "@ELEMENTS@\n":
                elements()
            else:
                print(line, end="")


main()
