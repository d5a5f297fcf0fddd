# SPDX-License-Identifier: ISC
"""The schema of requests and the reader of requests, checked against one corpus: both judge every document as the corpus
says, and agree wherever a schema can express the rule."""
import json
import os
import subprocess
import sys

from corpus import corpus
from daemon import SRCDIR, Tap

try:
    import jsonschema
except ImportError as missing:
    print("1..0 # SKIP %s" % missing)
    raise SystemExit(0)

tap = Tap()


def verdicts(texts):
    """What tests/programs/build_image prints for each document: None when it builds, else the pointers of its errors"""
    lines = b"\n".join(text.replace("\n", " ").encode() for text in texts) + b"\n"
    done = subprocess.run(["./tests/programs/build_image"], input=lines, stdout=subprocess.PIPE, check=True)
    for line in done.stdout.decode().splitlines():
        yield line.split(" /", 1)[1].split(" /") if line.startswith("refused /") else [] if line.startswith("refused") else None


def main():
    sys.set_int_max_str_digits(0)
    with open(os.path.join(SRCDIR, "api", "topology.schema.json"), encoding="ascii") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    rows = corpus()
    disagreements = 0
    for (name, text, in_schema, builds, pointer), errors in zip(rows, verdicts(row[1] for row in rows)):
        valid = validator.is_valid(json.loads(text))
        disagreements += valid != (errors is None)
        got = (valid, errors is None, None if errors is None else "/" + errors[0] if errors else "")
        if not tap.equal(got, (in_schema, builds, pointer), name):
            print("# " + text[:300])
    print("# %d documents; of %d that are refused the schema cannot say why" % (len(rows), disagreements))
    tap.done()


main()
