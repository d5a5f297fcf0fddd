# SPDX-License-Identifier: ISC
"""embed.py [--json] OPENAPI.YAML: writes the API document's JSON as a C array, or with --json as it is.

The schema of requests is a file of its own, which is used without this document too. Here it becomes components: the file
itself is one, and so is each of its $defs, io_apic as IoApic. Every reference of the document then names a component, which
is all that generators of clients understand. Members that begin with x- are for anchors and are left out. A default of a
request's member becomes a word of its description, since generators take a member with a default for one that must be there."""
import json
import os
import sys

import yaml

SOURCE = sys.argv[-1]
FILE, LOCAL = "topology.schema.json", "#/$defs/"


def fail(place, what):
    sys.exit("%s: #%s: %s" % (SOURCE, place, what))


def component(reference, place):
    """The component that a reference means."""
    name = reference.removeprefix(FILE)
    if name.startswith(LOCAL):
        return "#/components/schemas/" + "".join(word.capitalize() for word in name[len(LOCAL):].split("_"))
    if reference == FILE:
        return "#/components/schemas/Topology"
    if not reference.startswith("#/components/") or reference.count("/") != 3:
        fail(place, reference + " is not the name of a component")
    return reference


def resolved(node, place=""):
    """A copy in which every reference names a component. YAML reads a value that was forgotten as null, so none is taken."""
    if node is None:
        fail(place, "null")
    if isinstance(node, list):
        return [resolved(item, "%s/%d" % (place, index)) for index, item in enumerate(node)]
    if not isinstance(node, dict):
        return node
    return {name: component(value, place) if name == "$ref" else resolved(value, "%s/%s" % (place, name))
            for name, value in node.items() if not name.startswith("x-")}


def find(document, reference):
    for step in reference[2:].split("/"):
        document = document.get(step, {})
    return document


def told(node):
    """A copy in which descriptions tell the defaults."""
    if isinstance(node, list):
        return [told(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {name: told(value) for name, value in node.items() if name != "default"}
    if "default" in node:
        copy["description"] = ("%s Default: %s." % (node.get("description", ""), json.dumps(node["default"]))).lstrip()
    return copy


def check_references(document, node):
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        check_references(document, value)
    if isinstance(node, dict) and not find(document, node.get("$ref", "#/info")):
        fail("", node["$ref"] + " does not exist")


def read():
    with open(SOURCE, encoding="utf-8") as file:
        document = resolved(yaml.safe_load(file))
    with open(os.path.join(os.path.dirname(SOURCE), FILE), encoding="utf-8") as file:
        topology = json.load(file)
    schemas = document["components"]["schemas"]
    definitions = topology.pop("$defs")
    del topology["$schema"]
    for name, schema in [(FILE, topology)] + [(LOCAL + name, schema) for name, schema in definitions.items()]:
        name = component(name, "").rpartition("/")[2]
        if name in schemas:
            fail("/components/schemas", "%s is both here and in %s" % (name, FILE))
        schemas[name] = resolved(told(schema), "/components/schemas/" + name)
    check_references(document, document)
    return json.dumps(document, indent=1)


def main():
    text = read()
    if sys.argv[1] == "--json":
        print(text)
        return
    print("static const unsigned char openapi_json[] = {")
    for start in range(0, len(text), 20):
        print(", ".join(str(byte) for byte in text[start:start + 20].encode()) + ",")
    print("};")


main()
