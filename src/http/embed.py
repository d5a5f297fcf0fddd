# SPDX-License-Identifier: ISC
"""embed.py OPENAPI.YAML: the API document as a C array of its JSON. Schemas that stand in files of their own beside it
are put in place of the references to them."""
import json
import os
import sys

import yaml

SOURCE = sys.argv[1]


def resolved(node):
    if isinstance(node, list):
        return [resolved(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("$ref", "").endswith(".json"):
        with open(os.path.join(os.path.dirname(SOURCE), node["$ref"]), encoding="utf-8") as file:
            return {name: value for name, value in json.load(file).items() if name != "$schema"}
    return {name: resolved(value) for name, value in node.items()}


with open(SOURCE, encoding="utf-8") as file:
    text = json.dumps(resolved(yaml.safe_load(file)), indent=1)
print("static const unsigned char openapi_json[] = {")
for start in range(0, len(text), 20):
    print(", ".join(str(byte) for byte in text[start:start + 20].encode()) + ",")
print("};")
