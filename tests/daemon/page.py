# SPDX-License-Identifier: ISC
"""GET /: a page for browsers, an index for others; what the page may do; the structures that it draws by."""
import base64
import hashlib
import json
import os
import re

from daemon import Daemon, Tap

tap = Tap()
TOKEN = "a-token-of-this-test"
HTML = ("-H", "Accept: text/html,application/xhtml+xml,*/*;q=0.8")


def digest(text):
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def policy(daemon):
    reply = daemon.curl("/", *HTML)
    page = reply.body.decode()
    tap.ok(reply.status == 200 and reply.headers["content-type"] == "text/html; charset=utf-8" and len(page) <= 65536,
           "a browser gets a page of at most 64 KiB", reply.status, reply.headers, len(page))
    rules = dict(rule.split(" ", 1) for rule in reply.headers["content-security-policy"].split("; "))
    styles, scripts = re.findall(r"<style>(.*?)</style>", page, re.S), re.findall(r"<script>(.*?)</script>", page, re.S)
    tap.equal(rules, {"default-src": "'none'", "script-src": digest(*scripts), "style-src": digest(*styles), "img-src": "data:",
                      "connect-src": "'self'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"},
              "policy: its own script and style, requests to its own daemon")
    outside = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    tap.equal(re.findall(r'(?:src|href|action|style|\bon\w+)="(?!#|data:,")[^"]*"|https?://', outside), [],
              "nothing from elsewhere, no style or script in an attribute")
    tap.equal(re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage|sessionStorage|cookie",
                         scripts[0]), [], "no text becomes markup, nothing is stored")


def index(daemon):
    for accept in ("*/*", "application/json", "image/png"):
        reply = daemon.curl("/", "-H", "Accept: " + accept)
        tap.equal((reply.status, reply.headers["content-type"], reply.headers["vary"]), (200, "application/json", "Accept"),
                  "Accept: %s gets the index" % accept)
    links = json.loads(reply.body)["links"]
    paths = json.loads(daemon.curl("/openapi.json").body)["paths"]
    tap.ok(len(links) > 8 and set(links.values()) - {"/openapi.json"} <= set(paths), "links to paths that there are", links)


def structures(daemon):
    """A few places, by the tables of MPS 1.4"""
    known = {s["name"]: s for s in json.loads(daemon.curl("/v1/structures").body)["structures"]}
    places = {(name, f["name"]): (f["offset"], f["size"]) for name, s in known.items() for f in s["fields"]}
    wanted = {("floating_pointer", "checksum"): (10, 1), ("floating_pointer", "features"): (12, 1),
              ("configuration_table", "checksum"): (7, 1), ("configuration_table", "product_id"): (16, 12),
              ("configuration_table", "local_apic_address"): (36, 4), ("processor", "flags"): (3, 1),
              ("processor", "features"): (8, 4), ("bus", "bus_type"): (2, 6), ("io_apic", "address"): (4, 4),
              ("io_interrupt", "intin"): (7, 1), ("local_interrupt", "apic_id"): (6, 1), ("address_space", "length"): (12, 8),
              ("bus_hierarchy", "parent_bus"): (4, 1), ("address_space_modifier", "range_list"): (4, 4)}
    tap.equal({key: places.get(key) for key in wanted}, wanted, "places of fields")
    tap.equal([name for name, s in known.items() if sum(f["size"] for f in s["fields"]) != s["size"]], [],
              "the fields of a structure fill it")


def guarded(daemon):
    tap.equal((daemon.curl("/", *HTML).status, daemon.curl("/").status, daemon.curl("/v1/structures").status), (200, 200, 401),
              "token: page and index need none")
    tap.equal(daemon.curl("/", *HTML, "-H", "Host: other.example").status, 421, "host: another one is refused")


with Daemon() as running:
    policy(running)
    index(running)
    structures(running)
with Daemon("--no-page") as running:
    got = running.curl("/", *HTML)
    tap.equal((got.status, got.headers["content-type"]), (200, "application/json"), "--no-page leaves the index")
tokens = os.path.join(os.environ.get("TMPDIR", "/tmp"), "mptabled-page-%d" % os.getpid())
with open(tokens, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
    file.write(TOKEN + "\n")
try:
    with Daemon("--token-file", tokens) as running:
        guarded(running)
finally:
    os.unlink(tokens)
tap.done()
