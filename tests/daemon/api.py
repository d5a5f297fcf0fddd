# SPDX-License-Identifier: ISC
"""The API documents, compared with the daemon: it takes and refuses the topologies that the corpus says, its replies match
the document, and every operation in the document answers with a status that it lists."""
import glob
import json
import os
import urllib.parse

from corpus import ROWS, UNSIGNED
from daemon import SRCDIR, Daemon, Tap

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print("1..0 # SKIP %s" % missing)
    raise SystemExit(0)

tap = Tap()


def rows_and_daemon(daemon):
    """The hand-written rows of the corpus; tests/daemon/schema.py checks all of it against the reader."""
    for name, body, _, builds, pointer in ROWS:
        if len(body) > 65536:  # not read at all
            continue
        reply = daemon.post(body)
        got = None if reply.status == 200 else json.loads(reply.body)["errors"][0]["pointer"]
        tap.equal((reply.status, got), (200 if builds else 422, None if builds else "#" + quote(pointer)), "daemon: " + name)


def unsigned(daemon):
    """Bytes of a client's choice are refused with the members that give them, whatever else the request says."""
    for name, body, _, builds, _ in UNSIGNED:
        if len(body) > 65536:
            continue
        reply = daemon.post(body)
        problem = json.loads(reply.body)
        tap.equal(reply.status, 422, "bytes of a client's choice: " + name)
        tap.ok(not builds or {e["pointer"] for e in problem["errors"]} <= {"#/patches", "#/oem_table_bytes"}, name + ": where", problem)
        tap.ok("mptable-signature" not in reply.headers and "signature" not in problem, name + ": no signature")


def quote(pointer):
    return urllib.parse.quote(pointer, safe="/~!$&'()*+,;=:@?-._")


def examples(schema):
    validator = jsonschema.Draft202012Validator(schema)
    for path in sorted(glob.glob(os.path.join(SRCDIR, "api", "examples", "*.json"))):
        with open(path, encoding="ascii") as file:
            tap.ok(validator.is_valid(json.load(file)), "schema accepts " + os.path.basename(path))


def operations(daemon, document):
    """Every operation, once with a good request and where possible once with a bad one: the statuses are documented and the
    replies validate."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            bad_query = path + "?nonsense=1"
            good = path + ("?cpus=4" if (method, path) == ("get", "/v1/images") else "")
            media = list(operation.get("requestBody", {}).get("content", [None]))[0]
            body = {"application/json": b'{"cpus":4}',
                    "application/octet-stream": daemon.curl("/v1/images?cpus=4&format=bin").body}.get(media)
            options = ["-H", "Content-Type: " + media] if media else []
            for target in (good, bad_query):
                reply = daemon.curl(target, *options, data=body)
                check_reply(document, operation, reply, "%s %s" % (method.upper(), target))


def check_reply(document, operation, reply, name):
    documented = operation["responses"].get(str(reply.status))
    if not tap.ok(documented, "%s: status %d is documented" % (name, reply.status)):
        return
    while "$ref" in documented:
        documented = document["components"]["responses"][documented["$ref"].split("/")[-1]]
    media = reply.headers["content-type"].split(";")[0]
    tap.ok(media in documented["content"], "%s: %s is documented" % (name, media))
    if media.endswith("json"):
        schema = dict(documented["content"][media]["schema"], components=document["components"])
        errors = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(json.loads(reply.body))]
        tap.equal(errors, [], name + ": the reply validates")


def readings(daemon, document):
    """Replies of decode, for whole and for broken tables, match the document, and so does the topology in them."""
    operation = document["paths"]["/v1/decode"]["post"]
    peers = os.path.join(SRCDIR, "tests", "vectors", "peers")
    with open(os.path.join(peers, "index"), encoding="ascii") as file:
        rows = [line.split() for line in file]
    for _, cpus, part, base, name in (row for row in rows if len(row) == 5 and row[0] != "#"):
        if cpus != "4" or part != "all":
            continue
        with open(os.path.join(peers, name), "rb") as file:
            whole = file.read()
        for change, image in (("whole", whole), ("cut", whole[:-7]), ("length", whole[:20] + b"\xff" + whole[21:]),
                              ("type", whole[:60] + b"\x09" + whole[61:]), ("zeros", whole[:16] + bytes(len(whole) - 16))):
            reply = daemon.curl("/v1/decode?base=" + base, "-H", "Content-Type: application/octet-stream", data=image)
            check_reply(document, operation, reply, "%s, %s" % (name, change))
            if reply.status == 200:
                sign_again(daemon, json.loads(reply.body), "%s, %s" % (name, change))


def sign_again(daemon, reading, name):
    """What decode makes of any bytes is signed only if no other member than entries says them."""
    given = sorted({"patches", "oem_table_bytes"} & set(reading["topology"]))
    reply = daemon.post(json.dumps(reading["topology"]))
    tap.ok(reading["exact"] and ("difference" in reading) == ("patches" in given), name + ": exact, and says why not plainly")
    tap.equal((reply.status, sorted(e["pointer"] for e in json.loads(reply.body).get("errors", []))),
              (422 if given else 200, sorted("#/" + member for member in given)), name + ": signed only without patches")


def main():
    with open(os.path.join(SRCDIR, "api", "topology.schema.json"), encoding="ascii") as file:
        schema = json.load(file)
    with open(os.path.join(SRCDIR, "api", "openapi.yaml"), encoding="ascii") as file:
        source = yaml.safe_load(file)
    with Daemon() as daemon:
        document = json.loads(daemon.curl("/openapi.json").body)
        tap.equal(document["paths"], source["paths"], "the daemon serves the document")
        topology = document["components"]["schemas"]["Topology"]
        here = json.loads(json.dumps(schema).replace('"#/$defs/', '"#/components/schemas/Topology/$defs/'))
        tap.equal(topology, {k: v for k, v in here.items() if k != "$schema"}, "with the schema of the request in it")
        version = json.loads(daemon.curl("/v1/version").body)["version"]
        tap.equal(version, document["info"]["version"], "of the daemon's version")
        profiles = [p["name"] for p in json.loads(daemon.curl("/v1/profiles").body)["profiles"]]
        tap.equal(profiles, topology["properties"]["profile"]["enum"], "and with its profiles")
        examples(schema)
        rows_and_daemon(daemon)
        unsigned(daemon)
        operations(daemon, document)
        readings(daemon, document)
    tap.done()


main()
