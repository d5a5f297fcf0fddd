# SPDX-License-Identifier: ISC
"""A live daemon driven with curl: every example, every status, every representation. minisign and openssl verify the
signatures; a reader in this file reads the images."""
import base64
import glob
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import time

from daemon import SRCDIR, Daemon, Tap

tap = Tap()
FOUR = b'{"cpus":4}'
TEXT = "text/plain; charset=utf-8"
FORMATS = {"json": "application/json", "bin": "application/octet-stream", "hex": TEXT, "elf": "application/x-elf",
           "minisig": TEXT}
ALLOW = {"/v1/images": "POST, GET, HEAD, OPTIONS"}
PATHS = ("/", "/v1/images", "/v1/profiles", "/v1/rules", "/v1/structures",
         "/v1/keys", "/v1/keys/minisign.pub", "/v1/version", "/openapi.json", "/livez",
         "/readyz", "/healthz")


def read_table(image, base, fp):
    """Walks an image as an operating system does. Returns the processors as (APIC ID, flags), or what is wrong with the
    image."""
    pointer = image[fp - base:fp - base + 16]
    signature, table, length, revision, _, feature1 = struct.unpack_from("<4sIBBBB", pointer)
    if signature != b"_MP_" or sum(pointer) & 0xFF or (length, revision, feature1) != (1, 4, 0) or fp % 16:
        return "floating pointer"
    header = image[table - base:]
    signature, size, revision = struct.unpack_from("<4sHB", header)
    count, local_apic = struct.unpack_from("<HI", header, 34)
    if signature != b"PCMP" or sum(header[:size]) & 0xFF or revision != 4 or local_apic != 0xFEE00000:
        return "header"
    at, entries, processors, last_type = 44, 0, [], 0
    while at < size:
        kind = header[at]
        if kind < last_type or kind > 4:
            return "entry type %d at %d" % (kind, at)
        if kind == 0:
            processors.append((header[at + 1], header[at + 3]))
        last_type, entries, at = kind, entries + 1, at + (8 if kind else 20)
    return processors if at == size and entries == count else "length or count"


WINDOWS = ((0x9FC00, 0xA0000), (0xF0000, 0x100000))


def in_window(fp, words):
    """Does the floating pointer lie where a kernel looks? words: the BIOS data words in the image, or None"""
    windows = WINDOWS + (((words[0] << 4, (words[0] << 4) + 1024),) if words and words[0] else ())
    return any(begin <= fp and fp + 16 <= end for begin, end in windows)


def check_bytes(request, memory, fp, name):
    """Compares what a guest finds with what the request asks for. memory: the segments as {address: bytes}"""
    pointer = next(data[fp - at:][:16] for at, data in memory.items() if at <= fp < at + len(data))
    table, configuration, imcr = struct.unpack_from("<I", pointer, 4)[0], pointer[11], pointer[12]
    tap.ok(pointer[:4] == b"_MP_" and sum(pointer) & 0xFF == 0 and fp % 16 == 0, name + ": the pointer reads", pointer)
    tap.equal((configuration, pointer[9], imcr), (request.get("default_configuration", 0), request.get("spec_revision", 4),
                                                  0x80 if request.get("imcr") else imcr & 0x80),
              name + ": configuration, revision and IMCR")
    if configuration:
        tap.equal(table, 0, name + ": no table")
        return
    header = next(data[table - at:] for at, data in memory.items() if at <= table < at + len(data))
    size, count = struct.unpack_from("<H", header, 4)[0], struct.unpack_from("<H", header, 34)[0]
    tap.ok(header[:4] == b"PCMP" and sum(header[:size]) & 0xFF == 0, name + ": the table reads", header[:44])
    kinds, processors, at = [], [], 44
    while at < size:
        kinds.append(header[at])
        if header[at] == 0:
            processors.append((header[at + 1], header[at + 3] & 3))
        at += 8 if header[at] else 20
    right = count == request.get("entry_count", len(kinds)) or request.get("profile") == "firecracker"
    tap.ok(at == size and right, name + ": length and count", at, size, count, len(kinds))
    tap.ok("entries" in request or kinds == sorted(kinds), name + ": ascending types", kinds)
    tap.equal([flags for _, flags in processors].count(3), 1, name + ": one bootstrap processor")
    tap.equal(len({apic_id for apic_id, _ in processors}), len(processors), name + ": APIC IDs differ")
    if "processors" in request:
        tap.equal([apic_id for apic_id, _ in processors], [cpu["apic_id"] for cpu in request["processors"]],
                  name + ": they are the processors")
    if "cpus" in request:
        tap.equal(len(processors), request["cpus"], name + ": the processors that were asked for")
    for member, kind in (("buses", 1), ("io_apics", 2), ("local_interrupts", 4)):
        if member in request:
            tap.equal(kinds.count(kind), len(request[member]), name + ": all " + member)
    extended = [entry["entry"] for entry in request.get("extended", request.get("entries", ()))]
    length = sum({"address_space": 20, "bus_hierarchy": 8, "address_space_modifier": 8}.get(kind, 0) for kind in extended)
    tap.equal(struct.unpack_from("<H", header, 40)[0], length, name + ": length of the extended table")
    tap.equal((sum(header[size:size + length]) + header[42]) & 0xFF, 0, name + ": its checksum")


def check_image(reply, body, name):
    """Compares the members of a JSON reply with each other, with the request and with the bytes in it."""
    json_reply = json.loads(reply.body)
    request = json.loads(body)
    image = base64.b64decode(json_reply["image"], validate=True)
    fp, offset, memory = int(json_reply["floating_pointer"], 16), 0, {}
    tap.equal(hashlib.sha256(image).hexdigest(), json_reply["sha256"], name + ": sha256")
    for segment in json_reply["segments"]:
        tap.equal(segment["offset"], offset, name + ": segments follow each other")
        memory[int(segment["base"], 16)] = image[offset:offset + segment["size"]]
        offset += segment["size"]
    tap.equal((offset, json_reply["size"], json_reply["segments"][0]["base"]), (len(image), len(image), json_reply["base"]),
              name + ": segments are the image")
    words = struct.unpack("<HH", memory[0x40E] + memory[0x413]) if 0x40E in memory else None
    tap.equal(words is not None, request.get("bios_data_area", False), name + ": BIOS data words, if they are wanted")
    tap.ok(in_window(fp, words), name + ": the pointer is where kernels look", hex(fp), words)
    tap.ok(all(at >= 0x500 and at + len(data) <= 0xA0000 or at >= 0xC0000 or (at, len(data)) in ((0x40E, 2), (0x413, 2))
               for at, data in memory.items()), name + ": all of it is in memory")
    check_bytes(request, memory, fp, name)


def members(daemon):
    reply = daemon.post(FOUR)
    got = json.loads(reply.body)
    tap.equal(list(got), ["profile", "cpus", "base", "size", "floating_pointer", "configuration_table", "entries",
                          "sha256", "image", "segments", "signature", "findings", "verdicts"], "members of the image reply")
    tap.equal((got["profile"], got["cpus"], got["base"], got["configuration_table"], got["size"], got["entries"]),
              ("kvm", 4, "0x9fc00", "0x9fc10", 292, 23), "values of the image reply")
    tap.equal(got["findings"], [], "kvm has no findings")
    tap.equal(json.loads(daemon.post('{"profile":"qemu","cpus":4}').body)["findings"], [], "qemu has no findings")
    volt = json.loads(daemon.post('{"profile":"volt","cpus":4}').body)["findings"]
    tap.ok({"rule": "irq0-extint-only", "severity": "error", "pointer": "/io_interrupts/0"}.items() <=
           next(f for f in volt if f["rule"].startswith("irq0")).items(), "volt says that Linux crashes on it", volt)
    tap.equal(sorted(f["rule"] for f in volt), ["extint-io", "irq0-extint-only", "irq2-entry"], "all findings of volt for Linux")


def examples(daemon):
    for path in sorted(glob.glob(os.path.join(SRCDIR, "api", "examples", "*.json"))):
        with open(path, "rb") as file:
            body = file.read()
        reply = daemon.post(body)
        if tap.equal(reply.status, 200, "example " + os.path.basename(path)):
            check_image(reply, body, os.path.basename(path))


def counts(daemon):
    wrong = []
    for cpus in (1, 2, 39, 40, 41, 64, 127, 128, 254, 255):
        for profile in ("kvm", "qemu"):
            got = json.loads(daemon.curl("/v1/images?cpus=%d&profile=%s" % (cpus, profile)).body)
            processors = read_table(base64.b64decode(got["image"]), int(got["base"], 16), 0x9FC00)
            if not isinstance(processors, list) or [p[0] for p in processors] != list(range(cpus)) or \
                    (cpus <= 40) != (got["base"] == "0x9fc00"):
                wrong.append((profile, cpus, processors))
    tap.equal(wrong, [], "kvm and qemu up to 255 processors")


def representations(daemon):
    by_format = {}
    for name, media in FORMATS.items():
        reply = daemon.post(FOUR, query="?format=" + name)
        by_format[name] = reply
        tap.equal((reply.status, reply.headers.get("content-type")), (200, media), "format=" + name)
        accept = media.split(";")[0]
        wanted = daemon.post(FOUR, query="?format=hex") if media == TEXT else reply
        tap.equal(daemon.post(FOUR, "-H", "Accept: " + accept).body, wanted.body, "Accept: " + accept)
        tap.equal(daemon.curl("/v1/images?cpus=4&format=" + name).body, reply.body, "GET gives the same " + name)
        digest = base64.b64encode(hashlib.sha256(reply.body).digest()).decode()
        tap.equal(reply.headers.get("content-digest"), "sha-256=:%s:" % digest, name + ": Content-Digest")
        tap.equal((reply.headers.get("vary"), reply.headers.get("mptable-base"),
                   reply.headers.get("x-content-type-options")), ("Accept", "0x9fc00", "nosniff"), name + ": headers")
        tap.equal(base64.b64decode(reply.headers.get("mptable-signature", "")),
                  daemon.post(FOUR, query="?format=minisig").body, name + ": Mptable-Signature")
        tag = reply.headers.get("etag", "")
        tap.ok(len(tag) == 34 and tag[0] == tag[-1] == '"', name + ": a strong entity tag", tag)
        for given, status in ((tag, 304), ('"x", ' + tag, 304), ("*", 304), ("W/" + tag, 304), ('"x"', 200)):
            again = daemon.curl("/v1/images?cpus=4&format=" + name, "-H", "If-None-Match: " + given)
            tap.equal((again.status, again.headers.get("etag"), again.headers.get("vary"), len(again.body)),
                      (status, tag, "Accept", len(reply.body) if status == 200 else 0),
                      "%s: If-None-Match: %s" % (name, given.replace(tag, "TAG")))
        for header, given, get, post in (("If-None-Match", tag, 304, 412), ("If-Match", tag, 200, 200),
                                         ("If-Match", "W/" + tag, 412, 412), ("If-Match", '"x"', 412, 412)):
            condition = ("-H", "%s: %s" % (header, given))
            tap.equal((daemon.curl("/v1/images?cpus=4&format=" + name, *condition).status,
                       daemon.post(FOUR, *condition, query="?format=" + name).status), (get, post),
                      "%s: %s: %s" % (name, header, given.replace(tag, "TAG")))
    tap.equal(len({reply.headers["etag"] for reply in by_format.values()}), len(FORMATS), "each representation has its own tag")
    tap.equal(base64.b64decode(json.loads(by_format["json"].body)["image"]), by_format["bin"].body, "json and bin agree")
    tap.equal(by_format["bin"].headers.get("content-disposition"), 'attachment; filename="mptable-9fc00.bin"',
              "bin is a file")
    tap.equal(by_format["elf"].headers.get("content-disposition"), 'attachment; filename="mptable-9fc00.elf"',
              "elf is a file")
    hexdump = subprocess.run(["xxd", "-o", "0x9fc00"], input=by_format["bin"].body, capture_output=True).stdout
    tap.equal(by_format["hex"].body, hexdump, "hex looks as xxd writes it")


def negotiation(daemon):
    rows = (("text/plain;q=0.5, application/octet-stream", "bin"), ("*/*", "json"), ("", "json"),
            ("application/*;q=0.2, application/json;q=0", "bin"), ("*/*;q=0.1, text/plain", "hex"), ("application/x-elf", "elf"),
            ("image/png", None), ("application/json;q=0", None), ("nonsense", "json"))
    for accept, wanted in rows:
        reply = daemon.post(FOUR, "-H", "Accept: " + accept if accept else "Accept;")
        tap.equal(reply.headers.get("content-type"), FORMATS.get(wanted, "application/problem+json"),
                  "Accept: " + accept)
    tap.equal(daemon.post(FOUR, "-H", "Accept: image/png", query="?format=bin").status, 200, "format= wins over Accept")
    tap.equal(daemon.post(FOUR, query="?format=png").status, 406, "unknown format")


def methods(daemon):
    for path in PATHS:
        allow = ALLOW.get(path, "GET, HEAD, OPTIONS")
        query = "?cpus=4" if path == "/v1/images" else ""
        options = daemon.curl(path, "-X", "OPTIONS")
        tap.equal((options.status, options.headers.get("allow"), options.body), (204, allow, b""), "OPTIONS " + path)
        get, head = daemon.curl(path + query), daemon.curl(path + query, "-I")
        tap.equal((get.status, head.status), (200, 200), "GET and HEAD " + path)
        tap.equal(head.headers.get("content-length"), str(len(get.body)), "HEAD %s has the length" % path)
        for method in ("PUT", "DELETE", "TRACE"):
            wrong = daemon.curl(path, "-X", method)
            tap.equal((wrong.status, wrong.headers.get("allow")), (405, allow), "%s %s" % (method, path))
        tap.equal(daemon.curl(path + "/").status, 404, path + "/")
        tap.equal(daemon.curl(path + "%00").status, 400, path + "%00")
    tap.equal(daemon.curl("/livez").body, b"ok\n", "livez says ok")
    tap.equal(daemon.curl("/v1/images", "-X", "OPTIONS").headers.get("accept-post"), "application/json", "Accept-Post")


def problem(reply):
    return json.loads(reply.body) if reply.headers.get("content-type") == "application/problem+json" else {}


# name, body, pointer: a row for each member
MEANING = (
    ("nothing asked for", "{}", "#"), ("unknown member", '{"cpus":1,"cpu":1}', "#/cpu"),
    ("a blank in a name", '{"cpus":1,"a b":1}', "#/a%20b"), ("twice", '{"cpus":1,"cpus":2}', "#/cpus"),
    ("profile", '{"cpus":1,"profile":"xen"}', "#/profile"), ("cpus", '{"cpus":0}', "#/cpus"),
    ("cpus of volt", '{"cpus":42,"profile":"volt"}', "#/cpus"),
    ("processors", '{"processors":{}}', "#/processors"),
    ("apic_id", '{"processors":[{"apic_id":0},{"apic_id":255}]}', "#/processors/1/apic_id"),
    ("apic_id twice", '{"processors":[{"apic_id":7},{"apic_id":7}]}', "#/processors/1/apic_id"),
    ("bsp", '{"processors":[{"apic_id":0,"bsp":"yes"}]}', "#/processors/0/bsp"),
    ("enabled", '{"processors":[{"apic_id":0,"enabled":0}]}', "#/processors/0/enabled"),
    ("apic_version", '{"processors":[{"apic_id":0,"apic_version":"0x14"}]}', "#/processors/0/apic_version"),
    ("signature", '{"processors":[{"apic_id":0,"signature":"600"}]}', "#/processors/0/signature"),
    ("features", '{"processors":[{"apic_id":0,"features":-1}]}', "#/processors/0/features"),
    ("topology", '{"cpus":4,"topology":{"cores":3}}', "#/topology"),
    ("packages", '{"cpus":4,"topology":{"packages":0}}', "#/topology/packages"),
    ("dies", '{"cpus":4,"topology":{"dies":256}}', "#/topology/dies"),
    ("cores", '{"cpus":4,"topology":{"cores":"4"}}', "#/topology/cores"),
    ("threads", '{"cpus":4,"topology":{"threads":null}}', "#/topology/threads"),
    ("irqs", '{"cpus":4,"irqs":25}', "#/irqs"), ("oem_id", '{"cpus":4,"oem_id":"123456789"}', "#/oem_id"),
    ("product_id", '{"cpus":4,"product_id":"\\u00e9"}', "#/product_id"),
    ("memory_size", '{"cpus":4,"memory_size":4096}', "#/memory_size"),
    ("context", '{"cpus":4,"context":"vm1 sha256=00"}', "#/context"),
)
SYNTAX = (("no body", "", 0, 1, 1), ("cut", '{"cpus":4', 9, 1, 10), ("leading zero", '{"cpus":\n04}', 10, 2, 2),
          ("text behind", '{"cpus":4} x', 11, 1, 12), ("comment", '{"cpus":4/**/}', 9, 1, 10))
QUERIES = (("cpus=04", 422, "#/cpus"), ("cpus=%2b4", 422, "#/cpus"), ("cpus=4.0", 422, "#/cpus"), ("cpus=", 422, "#/cpus"),
           ("cpus=256", 422, "#/cpus"), ("cpus=4&cpus=4", 422, "#/cpus"), ("profile=kvm", 422, "#"),
           ("cpus=4&irqs=3", 422, "#/irqs"), ("cpus=4&memory_size=1", 422, "#/memory_size"),
           ("cpus=4&context=a%20b", 422, "#/context"), ("cpus=4&profile=x", 422, "#/profile"),
           ("cpus=4&oem_id=X", 422, "#/oem_id"), ("cpus=4&format=bin&format=bin", 422, "#/format"),
           ("cpus=4&placement=x", 422, "#/placement"), ("cpus=4&a/b~=1", 422, "#/a/b~"),
           ("cpus=%zz", 400, None), ("cpus=4%00", 400, None), ("cpus", 400, None))


def refusals(daemon):
    for name, body, pointer in MEANING:
        reply = daemon.post(body)
        found = problem(reply)
        tap.equal((reply.status, found.get("type"), [e["pointer"] for e in found.get("errors", [])]),
                  (422, "/problems/not-buildable", [pointer]), "refused: " + name)
    for name, body, offset, line, column in SYNTAX:
        reply = daemon.post(body)
        found = problem(reply)
        tap.equal((reply.status, found.get("type"), found.get("offset"), found.get("line"), found.get("column")),
                  (400, "/problems/not-json", offset, line, column), "not JSON: " + name)
    for query, status, pointer in QUERIES:
        reply = daemon.curl("/v1/images?" + query)
        found = problem(reply)
        wanted = [] if pointer is None else [("pointer", "#")] if pointer == "#" else [("parameter", pointer[2:])]
        tap.equal((reply.status, [next(iter(e.items())) for e in found.get("errors", [])]), (status, wanted), "query " + query)
    several = problem(daemon.post('{"cpus":0,"irqs":99,"nonsense":1}'))
    tap.equal([e["pointer"] for e in several["errors"]], ["#/cpus", "#/irqs", "#/nonsense"], "several errors at once")
    reply = daemon.curl("/v1/decode?base=x", "-H", "Content-Type: application/octet-stream", data=b"no table\0")
    tap.equal([e.get("parameter") for e in problem(reply)["errors"]], ["base"], "a parameter of decode")
    reply = daemon.curl("/v1/decode", "-H", "Content-Type: application/octet-stream", data=b"no table\0")
    tap.equal([e.get("pointer") for e in problem(reply)["errors"]], ["#"], "bytes have no parameter and no members")
    reply = daemon.curl("/nowhere", "-H", "X-Request-Id: my-id.7")
    found = problem(reply)
    tap.equal((reply.status, found["status"], found["type"], found["instance"], reply.headers.get("x-request-id")),
              (404, 404, "/problems/not-found", "my-id.7", "my-id.7"), "404 with the client's request id")
    tap.ok(len(daemon.curl("/livez", "-H", "X-Request-Id: a b").headers["x-request-id"]) == 32, "another id is replaced")
    tap.equal(daemon.curl("/livez?x=1").status, 422, "a query where none is understood")


def problem_types(daemon):
    """The type of every problem leads to a page about it, and no other path below does."""
    document = json.loads(daemon.curl("/openapi.json").body)
    types = document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    for path in types:
        page = daemon.curl(path)
        tap.equal((page.status, page.headers["content-type"]), (200, TEXT), path)
        tap.ok(re.match(rb"%s: .*\nstatus [45]\d\d\n\n.{20}" % path.split("/")[-1].encode(), page.body), "a page of " + path, page.body)
    for path in ("/problems/", "/problems/no", "/problems", "/problems/busy/", "/problems/busy/x", "/problems/bus"):
        tap.equal(daemon.curl(path).status, 404, path)


def segments(daemon):
    """Mptable-Segments tells where the bytes of a raw download belong, and the claims are those of the comment."""
    body = '{"cpus":4,"bios_data_area":true,"context":"vm:1","nonce":"abcdefgh","ttl":60}'
    reply = daemon.post(body)
    image, said = json.loads(reply.body), reply.headers["mptable-segments"]
    tap.equal(said, "0x9fc00+292, 0x40e+2, 0x413+2", "Mptable-Segments")
    tap.equal(said, ", ".join("%s+%d" % (s["base"], s["size"]) for s in image["segments"]), "as in the reply")
    for name in FORMATS:
        tap.equal(daemon.post(body, query="?format=" + name).headers["mptable-segments"], said, "the same of " + name)
    claims = image["signature"]["claims"]
    words = ["mptabled/1"]
    for name in ("sha256", "size", "load", "fp", "ctx", "nonce", "iat", "exp"):
        value = claims.get(name, "-")
        words.append("%s=%s" % (name, ",".join(map(str, value)) if isinstance(value, list) else value))
    tap.equal(" ".join(words), image["signature"]["trusted_comment"], "the claims are the comment")
    tap.equal(claims["exp"] - claims["iat"], 60, "numbers are numbers")
    tap.equal(sorted(json.loads(daemon.post(FOUR).body)["signature"]["claims"]), ["fp", "load", "sha256", "size"],
              "what is not claimed is absent")
    tap.equal(json.loads(daemon.curl("/v1/keys").body)["signatures"], "minisign", "the keys say what they are for")


def media(daemon):
    rows = ((("-H", "Content-Type: text/plain"), 415), (("-H", "Content-Type:"), 415),
            (("-H", "Content-Type: application/jsonx"), 415), (("-H", "Content-Type: application/json; charset=utf-8"), 200),
            (("-H", "Content-Type: application/json;charset=latin1"), 415),
            (("-H", "Content-Type: application/json", "-H", "Content-Encoding: gzip"), 415))
    for options, status in rows:
        reply = daemon.curl("/v1/images", *options, data=FOUR)
        tap.equal(reply.status, status, "POST with " + options[-1])
        if status == 415:
            tap.equal(reply.headers.get("accept-post"), "application/json", "and Accept-Post")
    large = b" " * 65533 + b"[]{"
    tap.equal(daemon.post(large[:65535]).status, 422, "a body at the limit is read")
    for options in ((), ("-H", "Transfer-Encoding: chunked")):
        reply = daemon.post(large + b"}", *options)
        tap.equal((reply.status, problem(reply).get("type"), reply.headers.get("connection")),
                  (413, "/problems/body-too-large", "close"), "a body over the limit %s" % (options[1:],))
    twice = daemon.curl("/livez", "-H", "Host: a", "-H", "Content-Type: a", "-H", "Content-Type: b")
    tap.equal((twice.status, twice.headers.get("connection")), (400, "close"), "a header twice ends the connection")


def minisign(work, public, *verify):
    return subprocess.run(["minisign", "-VHm", "image.bin", "-p", public, *verify], cwd=work,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def write(work, name, data):
    with open(os.path.join(work, name), "wb") as file:
        file.write(data)


def signatures(daemon):
    if not shutil.which("minisign"):
        tap.skip("minisign verifies", "minisign is not installed")
        return
    work = daemon.work
    topology = b'{"cpus":4,"context":"vm:7f3a"}'
    image = daemon.post(topology, query="?format=bin")
    text = daemon.post(topology, query="?format=minisig").body.decode()
    comment = "mptabled/1 sha256=%s size=%d load=0x9fc00 fp=0x9fc00 ctx=vm:7f3a nonce=- iat=- exp=-" % (
        hashlib.sha256(image.body).hexdigest(), len(image.body))
    write(work, "image.bin", image.body)
    write(work, "image.bin.minisig", text.encode())
    write(work, "right.pub", daemon.curl("/v1/keys/minisign.pub").body)
    tap.equal(minisign(work, "right.pub"), 0, "minisign accepts image and comment")
    said = subprocess.run(["minisign", "-VHQm", "image.bin", "-p", "right.pub"], cwd=work, capture_output=True).stdout
    tap.equal(said.decode().strip(), comment, "the trusted comment is that of the contract")
    write(work, "header.minisig", base64.b64decode(image.headers["mptable-signature"]))
    tap.equal(minisign(work, "right.pub", "-x", "header.minisig"), 0, "minisign accepts the signature in the header")
    write(work, "image.bin", image.body[:-1] + bytes([image.body[-1] ^ 1]))
    tap.ok(minisign(work, "right.pub") != 0, "minisign refuses a flipped bit")
    write(work, "image.bin", image.body)
    write(work, "image.bin.minisig", text.replace("vm:7f3a", "vm:7f3b").encode())
    tap.ok(minisign(work, "right.pub") != 0, "minisign refuses a changed comment")
    write(work, "image.bin.minisig", text.encode())
    subprocess.run(["minisign", "-GW", "-p", "other.pub", "-s", "other.key"], cwd=work, stdout=subprocess.DEVNULL,
                   stdin=subprocess.DEVNULL, check=True)
    tap.ok(minisign(work, "other.pub") != 0, "minisign refuses another key")
    openssl(work, image.body, text.splitlines(), comment)


def openssl(work, image, lines, comment):
    """Verifies both signatures without minisign: the file is parsed here, and the key is given as SPKI (RFC 8410)."""
    with open(os.path.join(work, "right.pub"), encoding="ascii") as file:
        key = base64.b64decode(file.read().splitlines()[1])[10:]
    write(work, "key.der", bytes.fromhex("302a300506032b6570032100") + key)
    first = base64.b64decode(lines[1])[10:]
    for name, message, signature in (("image", hashlib.blake2b(image).digest(), first),
                                     ("comment", first + comment.encode(), base64.b64decode(lines[3]))):
        write(work, "message", message)
        write(work, "signature", signature)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin",
                               "-in", "message", "-sigfile", "signature"], cwd=work, capture_output=True)
        tap.equal(done.returncode, 0, "openssl verifies the signature of the " + name)


def decode(daemon, body, query="", *options):
    return daemon.curl("/v1/decode" + query, "-H", "Content-Type: application/octet-stream", *options, data=body)


def there_and_back(daemon, name, reply, bases, sizes):
    """Decodes an image to a topology and builds the image again: the segments of an image reply, without the BIOS data
    words."""
    image = base64.b64decode(reply["image"])
    decoded = decode(daemon, image, "?base=%s&size=%s" % (bases, sizes))
    if not tap.equal(decoded.status, 200, name + ": decoded"):
        return
    got = json.loads(decoded.body)
    again = daemon.post(json.dumps(got["topology"]), query="?format=bin")
    tables = sum(segment["size"] for segment in reply["segments"] if segment["base"] not in ("0x40e", "0x413"))
    tap.equal((got["exact"], again.status, again.body), (True, 200, image[:tables]), name + ": and the same bytes again")
    tap.ok("linux" in got["found_by"] or any(f["rule"].startswith("fp-") for f in got["findings"]),
           name + ": Linux finds it, or a finding says why not", got["found_by"])


def decoding(daemon):
    bodies = [(os.path.basename(path), open(path, "rb").read())
              for path in sorted(glob.glob(os.path.join(SRCDIR, "api", "examples", "*.json")))]
    bodies += [(p["name"], json.dumps({"profile": p["name"], "cpus": min(4 * p.get("multiple_of", 1), p["max_cpus"])}).encode())
               for p in json.loads(daemon.curl("/v1/profiles").body)["profiles"]]
    bodies += [("words at 0x40e", b'{"cpus":4,"bios_data_area":true}')]
    for name, body in bodies:
        reply = json.loads(daemon.post(body).body)
        segments = reply["segments"]
        there_and_back(daemon, name, reply, ",".join(s["base"] for s in segments),
                       ",".join(str(s["size"]) for s in segments))
    image = daemon.post(FOUR, query="?format=bin").body
    got = json.loads(decode(daemon, image).body)
    tap.equal([key for key in got if key != "topology"],
              ["exact", "floating_pointer", "configuration_table", "found_by", "layout", "findings", "verdicts",
               "routing"],
              "members of decode")
    tap.equal(got["layout"][:3], [
        {"name": "floating_pointer", "address": "0x9fc00", "offset": 0, "size": 16},
        {"name": "configuration_table", "address": "0x9fc10", "offset": 16, "size": 44},
        {"name": "processor", "address": "0x9fc3c", "offset": 60, "size": 20, "index": 0, "type": 0}], "its layout")
    tap.equal(sum(item["size"] for item in got["layout"]), len(image), "the layout covers the image")
    short = json.loads(decode(daemon, image, "?layout=no").body)
    tap.equal(short, {key: got[key] for key in got if key != "layout"}, "layout=no leaves out the layout alone")
    tap.equal(decode(daemon, image, "?layout=yes").status, 422, "layout takes no other word")
    decode_facts(daemon, image)
    decode_refusals(daemon, image)
    decode_kinds(daemon, image, got)


def decode_kinds(daemon, image, wanted):
    """Dumps are read by their own addresses. For a kind that is not read, the error names a way to one that is."""
    def topology(reply):
        return json.loads(reply.body)["topology"] if reply.status == 200 else (reply.status, reply.body)
    base = 0x9FC00
    low = bytes(base) + image + bytes(1024 - len(image))
    program = daemon.post(FOUR, query="?format=elf").body
    core = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0) + \
        b"".join(struct.pack("<IIQQQQQQ", 1, 4, *segment, 0) for segment in (
            (176, 0, 0x100000000, 16, 16), (192, 0, base, len(image), len(image)))) + bytes(16) + image
    lime = b"".join(struct.pack("<IIQQ8x", 0x4C694D45, 1, first, first + len(data) - 1) + data
                    for first, data in ((0, low), (0xF0000, bytes(4096))))
    offsets = subprocess.run(["xxd"], input=image, capture_output=True, check=True).stdout
    pc = json.loads(daemon.post('{"cpus":4,"profile":"bochs"}').body)
    for name, body in (("an executable, ELF of 32 bits", program), ("a core, ELF of 64 bits", core), ("LiME", lime),
                       ("a hexdump", daemon.post(FOUR, query="?format=hex").body), ("a hexdump with offsets", offsets), ("memory", low),
                       ("1 MiB of memory", low + bytes((1 << 20) - len(low)))):
        tap.equal(topology(decode(daemon, body)), wanted["topology"], "decode of " + name)
    there = json.loads(decode(daemon, base64.b64decode(pc["image"])).body)
    tap.equal((there["floating_pointer"], there["exact"]), (pc["floating_pointer"], True), "an image elsewhere finds its address")
    tap.equal([s.get("offset") for s in json.loads(decode(daemon, offsets).body)["layout"][:2]], [None, None],
              "a text has no offsets of bytes")
    tap.equal(topology(decode(daemon, core, "?as=elf")), wanted["topology"], "as=elf")
    tap.equal(topology(decode(daemon, offsets, "?base=0x9fc00")), wanted["topology"], "a hexdump with offsets at a base")
    tap.equal((decode(daemon, image, "?as=elf").status, decode(daemon, program, "?as=raw&base=0x1000").status,
               decode(daemon, image, "?as=vmdk").status), (422, 200, 422), "as insists")
    for query, body, word in (("?base=0x9fc00", core, "has its own addresses"), ("", b"KDUMP   " + image, "dump-guest-memory"),
                              ("", b"QEVM" + image, "dump-guest-memory"), ("", FOUR, "mptablectl encode"),
                              ("", program[:90], "cut")):
        reply = decode(daemon, body, query)
        tap.ok(reply.status == 422 and word in reply.body.decode(), "refused: " + word, reply.status, reply.body)
    reply = decode(daemon, bytes((1 << 20) + 1))
    tap.equal(reply.status, 413, "more than 1 MiB")
    tap.ok(decode(daemon, low, "", "-H", "Transfer-Encoding: chunked").status == 200, "in chunks")
    reply = daemon.curl("/v1/decode", "-H", "Content-Type: text/plain", data=low)
    tap.equal(reply.status, 415, "a long body of another type is refused before it is sent")
    tap.equal(daemon.curl("/v1/images", "-H", "Content-Type: application/json", data=FOUR + b" " * 65536).status, 413,
              "other paths keep their limit")
    tap.equal(json.loads(daemon.curl("/v1/version").body)["limits"]["decode_body_bytes"], 1 << 20, "the limit is told")


def rules(reply):
    return {finding["rule"] for finding in json.loads(reply.body)["findings"]}


def decode_facts(daemon, image):
    """Rules that need a fact about the machine are checked only when the fact is given."""
    for query, rule in (("vcpus=3", "cpu-count-mismatch"), ("irq0_pin=2", "irq0-pin"), ("bsp_apic_id=1", "bsp-id-mismatch"),
                        ("apic_version=0x15", "cpu-version-mismatch"), ("acpi=true", "acpi-present"),
                        ("no_mpparse=true", "kernel-no-mpparse"), ("usable=0x0-0xa0000", "e820-usable"),
                        ("occupied=0x9fc80-0x9fc81", "low-memory-collision"), ("io_apic_inputs=8", "int-pin-range")):
        tap.ok(rule in rules(decode(daemon, image, "?" + query)), query + " gives " + rule)
    tap.equal(rules(decode(daemon, image, "?vcpus=4&irq0_pin=0&bsp_apic_id=0&acpi=false&io_apic_inputs=24"
                                          "&usable=0x0-0x9fc00&ebda=0x9fc00&base_memory_kib=639")), set(),
              "facts that agree give nothing")
    for query, rule in (("ebda=0&base_memory_kib=0", "bda-not-set"), ("io_apic_id=9", "ioapic-id-mismatch"),
                        ("x2apic=true", "x2apic-mode"), ("xen=true", "xen-guest")):
        tap.ok(rule not in rules(decode(daemon, image, "?" + query)), query + ": Linux does not mind")
        tap.ok(rule in rules(decode(daemon, image, "?for=all&" + query)), query + " gives " + rule + " for all")


def verdicts(daemon):
    """What a table does to each system. The systems that are asked for change findings, and nothing that is signed."""
    said = {v["consumer"]: v for v in json.loads(daemon.post(FOUR).body)["verdicts"]}
    tap.equal(list(said), ["linux", "linux-32", "freebsd", "openbsd", "netbsd", "illumos", "dragonfly", "memtest86+"],
              "a verdict for each system in current use")
    tap.equal(said["linux"], {"consumer": "linux", "verdict": "takes", "processors": 4, "rules": []}, "Linux takes it")
    tap.equal((said["openbsd"]["verdict"], said["openbsd"]["needs"]), ("unknown", ["ebda", "base_memory_kib"]),
              "OpenBSD may not find it")
    with_words = json.loads(daemon.post('{"cpus":4,"bios_data_area":true}').body)
    tap.equal({(v["verdict"], v["processors"]) for v in with_words["verdicts"]}, {("takes", 4)}, "with the words all do")
    volt, asked = ('{"profile":"volt","cpus":4%s}' % more for more in ("", ',"for":["openbsd","xen"]'))
    plain, other = json.loads(daemon.post(volt).body), json.loads(daemon.post(asked).body)
    tap.equal([plain[key] for key in ("image", "signature")], [other[key] for key in ("image", "signature")],
              "equal bytes and signatures whoever is asked for")
    tap.equal(({f["rule"] for f in other["findings"]}, [v["consumer"] for v in other["verdicts"]][-1]),
              ({"imcr-set", "irq2-entry", "lint-missing"}, "xen"), "findings and verdicts are of those that are asked for")
    tap.ok(daemon.post(volt).headers["etag"] != daemon.post(asked).headers["etag"], "another entity tag of json")
    tap.equal(daemon.post(volt, query="?format=bin").headers["etag"], daemon.post(asked, query="?format=bin").headers["etag"],
              "the same of the bytes")
    for value in ('"linux"', "[]", '["linux","linus"]', "[1]", '[["linux"]]'):
        answer = daemon.post('{"cpus":1,"for":%s}' % value)
        tap.equal((answer.status, [e["pointer"] for e in json.loads(answer.body).get("errors", [])]), (422, ["#/for"]), "for " + value)
    known = json.loads(daemon.curl("/v1/rules").body)
    tap.ok({"linux", "xv6"} < {c["name"] for c in known["consumers"]} and
           {h["known"] for rule in known["rules"] for h in rule["consumers"]} == {"run", "source"}, "all rules are told")


def decode_refusals(daemon, image):
    for query, names in (("base=x", ["base"]), ("base=0xffffffff", ["base"]), ("base=0x1000,0x9fc00", ["size"]), ("for=", ["for"]),
                         ("for=linux,beos", ["for"]), ("size=1", ["size"]), ("vcpus=no&irq0_pin=-1", ["vcpus", "irq0_pin"]),
                         ("ebda=0x9fc01", ["ebda"]), ("usable=5", ["usable"]), ("acpi=1", ["acpi"]), ("cpus=4", ["cpus"]),
                         ("vcpus=3&apic_ids=0,1", ["vcpus"]), ("floating_pointer=y", ["floating_pointer"])):
        reply = decode(daemon, image, "?" + query)
        tap.equal((reply.status, [e.get("parameter") for e in problem(reply).get("errors", [])]), (422, names), "decode?" + query)
    tap.equal([e.get("pointer") for e in problem(decode(daemon, image, "?floating_pointer=0x9fc10"))["errors"]], ["#"],
              "bytes without a floating pointer there")
    for name, body in (("nothing", b""), ("zeros", bytes(4096)), ("a cut pointer", image[:15])):
        tap.equal(decode(daemon, body).status, 422, "no table in " + name)
    lies = (b"_MP_" + bytes(12)) * 4000
    begin = time.monotonic()
    tap.equal((decode(daemon, lies).status, time.monotonic() - begin < 5), (200, True), "64000 bytes of _MP_")
    for options in (("-H", "Content-Type: application/json"), ("-H", "Content-Type:")):
        reply = daemon.curl("/v1/decode", *options, data=image)
        tap.equal((reply.status, reply.headers.get("accept-post")), (415, "application/octet-stream"),
                  "decode with " + options[1])


def stability(daemon):
    for body in (FOUR, b'{"profile":"qemu","cpus":254,"context":"a"}'):
        tap.equal(len({daemon.post(body).body for _ in range(3)}), 1, "equal requests get equal bytes")
    tap.ok(daemon.post('{"cpus":4,"context":"a"}').headers["mptable-signature"] !=
           daemon.post('{"cpus":4,"context":"b"}').headers["mptable-signature"], "a context is bound into the signature")
    unix = subprocess.run(["curl", "-s", "--unix-socket", daemon.socket, "http://localhost/v1/images?cpus=4"],
                          capture_output=True)
    tap.equal(unix.stdout, daemon.post(FOUR).body, "the UNIX socket serves the same")
    tap.equal(os.stat(daemon.socket).st_mode & 0o777, 0o660, "the UNIX socket has mode 0660")


def key_file(state):
    path = os.path.join(state, "mptabled", "mptabled.key")
    tap.equal(os.stat(path).st_mode & 0o777, 0o600, "the key file has mode 0600")
    with open(path[:-4] + ".pub", "rb") as file:
        return file.read()


def main():
    with Daemon() as daemon:
        for part in (members, examples, counts, representations, negotiation, methods, refusals, problem_types, segments, media,
                     signatures, decoding, verdicts, stability):
            part(daemon)
        before, public = daemon.post(FOUR), key_file(daemon.state)
        tap.equal(daemon.curl("/v1/keys/minisign.pub").body, public, "the public key lies beside the key")
        secret = open(os.path.join(daemon.state, "mptabled", "mptabled.key"), "rb").read().splitlines()[1][80:200]
        shutil.move(daemon.state, daemon.work + "-state")
        tap.equal(daemon.stop(), 0, "SIGTERM ends it with status 0")
        tap.ok(secret not in daemon.text().encode() and "event=stop" in daemon.text(), "the log ends well, without a secret")
        state = daemon.work + "-state"
    try:
        with Daemon(state=state) as again:
            tap.equal(again.post(FOUR).body, before.body, "after a restart the same key signs the same bytes")
    finally:
        shutil.rmtree(state)
    tap.done()


main()
