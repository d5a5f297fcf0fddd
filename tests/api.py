# SPDX-License-Identifier: ISC
"""The API documents against the daemon: the schema accepts and refuses what the daemon does, the replies are as the
document says, and every operation in it answers with a status that it lists."""
import glob
import json
import os

from daemon import SRCDIR, Daemon, Tap

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print("1..0 # SKIP %s" % missing)
    raise SystemExit(0)

tap = Tap()
# Bodies that the schema can judge, and whether they are topologies.
CORPUS = (
    ({"cpus": 1}, True), ({"cpus": 255}, True), ({"cpus": 0}, False), ({"cpus": 256}, False), ({"cpus": 1.5}, False),
    ({"cpus": 2.0}, True), ({"cpus": "1"}, False), ({"cpus": None}, False), ({"cpus": True}, False), ({}, False), ([], False),
    ({"cpus": 1, "more": 1}, False), ({"cpus": 1, "profile": "kvm"}, True), ({"cpus": 1, "profile": "KVM"}, False),
    ({"cpus": 1, "profile": 1}, False), ({"cpus": 1, "irqs": 16}, True), ({"cpus": 1, "irqs": 24}, True),
    ({"cpus": 1, "irqs": 15}, False), ({"cpus": 1, "irqs": 25}, False), ({"cpus": 1, "oem_id": ""}, True),
    ({"cpus": 1, "oem_id": "12345678"}, True), ({"cpus": 1, "oem_id": "123456789"}, False),
    ({"cpus": 1, "oem_id": "\t"}, False), ({"cpus": 1, "oem_id": "\u00e9"}, False), ({"cpus": 1, "oem_id": 8}, False),
    ({"cpus": 1, "product_id": "123456789012"}, True), ({"cpus": 1, "product_id": "1234567890123"}, False),
    ({"cpus": 1, "memory_size": 1 << 20}, True), ({"cpus": 1, "memory_size": 0}, False),
    ({"cpus": 1, "memory_size": 1 << 52}, True), ({"cpus": 1, "memory_size": (1 << 52) + 1}, False),
    ({"cpus": 1, "memory_size": 1e400}, False), ({"cpus": 1, "context": "a"}, True), ({"cpus": 1, "context": ""}, False),
    ({"cpus": 1, "context": "-"}, False), ({"cpus": 1, "context": "a" * 64}, True), ({"cpus": 1, "context": "a" * 65}, False),
    ({"cpus": 1, "context": "a/b"}, False), ({"cpus": 1, "context": "a\n"}, False),
    ({"cpus": 4, "topology": {"cores": 4}}, True), ({"cpus": 1, "topology": {}}, True),
    ({"cpus": 1, "topology": {"cores": 0}}, False), ({"cpus": 1, "topology": {"sockets": 1}}, False),
    ({"cpus": 1, "topology": 1}, False), ({"topology": {"cores": 4}}, False),
    ({"processors": [{"apic_id": 0}]}, True), ({"processors": []}, False), ({"processors": [{}]}, False),
    ({"processors": [{"apic_id": i} for i in range(255)]}, True), ({"processors": [0]}, False),
    ({"processors": [{"apic_id": 254}]}, True), ({"processors": [{"apic_id": 255}]}, False),
    ({"processors": [{"apic_id": 0, "bsp": 1}]}, False), ({"processors": [{"apic_id": 0, "enabled": True}]}, True),
    ({"processors": [{"apic_id": 0, "apic_version": 255}]}, True), ({"processors": [{"apic_id": 0, "apic_version": 256}]}, False),
    ({"processors": [{"apic_id": 0, "signature": "0x6F1"}]}, True), ({"processors": [{"apic_id": 0, "signature": "0x"}]}, False),
    ({"processors": [{"apic_id": 0, "signature": 4294967295}]}, True),
    ({"processors": [{"apic_id": 0, "features": 4294967296}]}, False),
    ({"processors": [{"apic_id": 0, "features": "0x123456789"}]}, False),
    ({"processors": [{"apic_id": 0, "more": 1}]}, False), ({"cpus": 1, "processors": [{"apic_id": 0}]}, False),
    ({"processors": [{"apic_id": 0}], "topology": {"cores": 1}}, False),
)


def text(body):
    return json.dumps(body).replace("Infinity", "1e400")


def schema_and_daemon(daemon, schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for body, good in CORPUS:
        name = text(body)[:80]
        tap.equal((validator.is_valid(body), daemon.post(text(body)).status), (good, 200 if good else 422),
                  "schema and daemon: " + name)
    for path in sorted(glob.glob(os.path.join(SRCDIR, "api", "examples", "*.json"))):
        with open(path, encoding="ascii") as file:
            tap.ok(validator.is_valid(json.load(file)), "schema accepts " + os.path.basename(path))


def operations(daemon, document):
    """Every operation once well and, where it can be had, once badly: the statuses are documented, replies validate."""
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
    """Decode replies of whole and of broken tables are as the document says, the topology in them too."""
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


def main():
    with open(os.path.join(SRCDIR, "api", "topology.schema.json"), encoding="ascii") as file:
        schema = json.load(file)
    with open(os.path.join(SRCDIR, "api", "openapi.yaml"), encoding="ascii") as file:
        source = yaml.safe_load(file)
    with Daemon() as daemon:
        document = json.loads(daemon.curl("/openapi.json").body)
        tap.equal(document["paths"], source["paths"], "the daemon serves the document")
        topology = document["components"]["schemas"]["Topology"]
        tap.equal(topology, {k: v for k, v in schema.items() if k != "$schema"}, "with the schema of the request in it")
        version = json.loads(daemon.curl("/v1/version").body)["version"]
        tap.equal(version, document["info"]["version"], "of the daemon's version")
        profiles = [p["name"] for p in json.loads(daemon.curl("/v1/profiles").body)["profiles"]]
        tap.equal(profiles, topology["properties"]["profile"]["enum"], "and with its profiles")
        schema_and_daemon(daemon, schema)
        operations(daemon, document)
        readings(daemon, document)
    tap.done()


main()
