# SPDX-License-Identifier: ISC
"""embed.py OPENAPI.YAML: writes the API document's JSON as a C array. A reference to a schema in another file is replaced
by that schema."""
import json
import os
import sys

import yaml

SOURCE = sys.argv[1]


def moved(node, place):
    """A schema that is put at @place of another document: its references into itself are made to point there."""
    if isinstance(node, list):
        return [moved(item, place) for item in node]
    if not isinstance(node, dict):
        return node
    return {name: place + value[1:] if name == "$ref" else moved(value, place) for name, value in node.items()}


def resolved(node, place="#"):
    if isinstance(node, list):
        return [resolved(item, "%s/%d" % (place, index)) for index, item in enumerate(node)]
    if not isinstance(node, dict):
        return node
    if node.get("$ref", "").endswith(".json"):
        with open(os.path.join(os.path.dirname(SOURCE), node["$ref"]), encoding="utf-8") as file:
            return moved({name: value for name, value in json.load(file).items() if name != "$schema"}, place)
    return {name: resolved(value, "%s/%s" % (place, name)) for name, value in node.items()}


with open(SOURCE, encoding="utf-8") as file:
    text = json.dumps(resolved(yaml.safe_load(file)), indent=1)
print("static const unsigned char openapi_json[] = {")
for start in range(0, len(text), 20):
    print(", ".join(str(byte) for byte in text[start:start + 20].encode()) + ",")
print("};")
