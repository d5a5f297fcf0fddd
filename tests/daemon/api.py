# SPDX-License-Identifier: ISC
"""The API documents, compared with the daemon: it takes and refuses the topologies that the corpus says, its replies match
the document, and every operation in the document answers with statuses that it lists."""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
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
    for template, item in document["paths"].items():
        path = template.replace("{type}", "busy")
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
    """The topology that decode makes of any bytes is signed only if it has no patches and no OEM table's bytes."""
    given = sorted({"patches", "oem_table_bytes"} & set(reading["topology"]))
    reply = daemon.post(json.dumps(reading["topology"]))
    tap.ok(reading["exact"] and ("difference" in reading) == ("patches" in given), name + ": exact, and says why not plainly")
    tap.equal((reply.status, sorted(e["pointer"] for e in json.loads(reply.body).get("errors", []))),
              (422 if given else 200, sorted("#/" + member for member in given)), name + ": signed only without patches")


# Refusals that any operation can give: the status, and options of curl that cause it
ANYWHERE = ((400, ["-X", "GET", "--request-target", "/%zz"]), (421, ["-H", "Host: other"]), (417, ["-H", "Expect: more"]),
            (414, ["--request-target", "/?" + "a" * 3000]), (413, ["-H", "Content-Length: 99999999", "-H", "Expect: 100-continue"]))


def refusals(daemon, document):
    """What is refused on any path, in both forms of a problem."""
    for template, item in document["paths"].items():
        path = template.replace("{type}", "busy")
        for method, operation in item.items():
            for status, options in ANYWHERE:
                options = ["-X", method.upper(), "-H", "Content-Length: 1"] + options if status == 421 else options
                reply = daemon.curl(path, *options, data=b"x" if status == 421 else None)
                tap.equal(reply.status, status, "%s %s: %d" % (method.upper(), path, status))
                check_reply(document, operation, reply, "%s %s: %d" % (method.upper(), path, status))
            plain = daemon.curl(path + "?nonsense=1", "-X", method.upper(), "-H", "Accept: text/plain", "-H", "Content-Type: " + (
                list(operation.get("requestBody", {}).get("content", ["a/b"]))[0]), data=b"{}")
            check_reply(document, operation, plain, "%s %s as text" % (method.upper(), path))
            tap.ok(operation["description"] and operation["tags"], "%s %s is described" % (method.upper(), path))


# Faults of the API document that embed.py must refuse: the right text, the wrong one, words of the error
FAULTS = (("'304': { $ref: '#/components/responses/NotModified' }", "'304': { description: a, b. C }", "null"),
          ("'#/components/responses/NotModified'", "'#/components/responses/NotThere'", "does not exist"),
          ("'topology.schema.json#/$defs/irqs'", "'#/components/schemas/Topology/properties/irqs'", "not the name of a component"))


def faults(source):
    """embed.py refuses what no generator would understand."""
    program = os.path.join(SRCDIR, "src", "service", "embed.py")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(os.path.join(SRCDIR, "api", "topology.schema.json"), folder)
        path = os.path.join(folder, "openapi.yaml")
        for right, wrong, words in FAULTS:
            with open(path, "w", encoding="ascii") as file:
                file.write(source.replace(right, wrong))
            done = subprocess.run([sys.executable, program, path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            tap.ok(right in source and done.returncode == 1 and words in done.stderr.decode(), "refused: " + wrong, done.stderr)


def references(node):
    """Every reference of a document."""
    for name, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if name == "$ref":
            yield value
        yield from references(value)


def main():
    with open(os.path.join(SRCDIR, "api", "topology.schema.json"), encoding="ascii") as file:
        schema = json.load(file)
    with open(os.path.join(SRCDIR, "api", "openapi.yaml"), encoding="ascii") as file:
        text = file.read()
    source = yaml.safe_load(text)
    with Daemon() as daemon:
        document = json.loads(daemon.curl("/openapi.json").body)
        tap.equal({path: list(item) for path, item in document["paths"].items()},
                  {path: list(item) for path, item in source["paths"].items()}, "the daemon serves the document")
        schemas = document["components"]["schemas"]
        tap.equal(list(schemas["Topology"]["properties"]), list(schema["properties"]), "with the schema of the request in it")
        tap.ok(len(schemas) > len(schema["$defs"]) + len(source["components"]["schemas"]), "and each part of it by a name")
        tap.equal({r.count("/") for r in references(document)}, {3}, "every reference is the name of a component")
        version = json.loads(daemon.curl("/v1/version").body)["version"]
        tap.equal(version, document["info"]["version"], "of the daemon's version")
        profiles = [p["name"] for p in json.loads(daemon.curl("/v1/profiles").body)["profiles"]]
        tap.equal(profiles, schemas["ProfileName"]["enum"], "and with its profiles")
        examples(schema)
        faults(text)
        rows_and_daemon(daemon)
        unsigned(daemon)
        operations(daemon, document)
        refusals(daemon, document)
        readings(daemon, document)
    tap.done()


main()
