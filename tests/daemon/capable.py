# SPDX-License-Identifier: ISC
"""--print-capabilities of daemon and tool: what the API, the API document and the help say, and nothing else."""
import json
import re
import subprocess

from daemon import MPTABLECTL, MPTABLED, Daemon, Tap

tap = Tap()


def run(*command):
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def printed(*command):
    status, out, err = run(*command)
    tap.equal((status, err), (0, ""), "%s: status 0, and nothing on standard error" % command[0].rpartition("/")[2])
    return json.loads(out)


def helped(*command):
    return re.findall(r"^  (?:-., )?--([a-z0-9-]+)", run(*command)[1], re.M)


def document_formats(document):
    """Names that format= may have, and the media types of an image."""
    operation = document["paths"]["/v1/images"]["get"]
    parameters = [p if "$ref" not in p else document["components"]["parameters"][p["$ref"].rpartition("/")[2]]
                  for p in operation["parameters"]]
    reply = operation["responses"]["200"]
    reply = document["components"]["responses"][reply["$ref"].rpartition("/")[2]] if "$ref" in reply else reply
    return next(p["schema"]["enum"] for p in parameters if p["name"] == "format"), set(reply["content"])


def api(daemon, path):
    return json.loads(daemon.curl(path).body)


def same(capable, daemon, name):
    version, document = api(daemon, "/v1/version"), api(daemon, "/openapi.json")
    tap.equal((capable["version"], capable["specification"]), (version["version"], version["specification"]), name + ": version")
    profiles = api(daemon, "/v1/profiles")["profiles"]
    tap.equal(capable["profiles"], [{k: v for k, v in p.items() if k not in ("base", "findings", "verdicts")} for p in profiles],
              "%s: the %d profiles" % (name, len(profiles)))
    tap.equal(capable["consumers"], api(daemon, "/v1/rules")["consumers"], name + ": consumers")
    names, media = document_formats(document)
    tap.equal([f["name"] for f in capable["formats"]], names, name + ": formats")
    tap.equal({f["media_type"] for f in capable["formats"]}, media, name + ": their media types")
    return version, document


def main():
    with Daemon("--max-body", "2000000") as daemon:
        capable = printed(MPTABLED, "--max-body", "2000000", "--print-capabilities")
        tap.equal(list(capable), ["name", "version", "specification", "formats", "profiles", "consumers", "limits", "features"],
                  "daemon: members")
        version, document = same(capable, daemon, "daemon")
        tap.equal((capable["name"], capable["limits"]), (version["name"], version["limits"]), "daemon: name and limits")
        tap.equal(set(capable["features"]["paths"]), set(document["paths"]), "daemon: paths are those of the API document")
        tap.equal(capable["features"]["options"], helped(MPTABLED, "--help"), "daemon: options are those of its help")
        for format_ in capable["formats"]:
            got = daemon.curl("/v1/images?cpus=2&format=" + format_["name"]).headers["content-type"]
            tap.equal(got.partition(";")[0], format_["media_type"], "daemon: is served as the media type of " + format_["name"])

        tool = printed(MPTABLECTL, "--print-capabilities")
        tap.equal(list(tool), list(capable), "tool: members")
        same(tool, daemon, "tool")
        tap.equal((tool["name"], tool["limits"]), ("mptablectl", {k: version["limits"][k] for k in ("cpus", "irqs")}),
                  "tool: name and limits")
        commands = re.search(r"^commands:\n(.*?)\n\n", run(MPTABLECTL, "--help")[1], re.M | re.S).group(1)
        tap.equal([c["name"] for c in tool["features"]["commands"]], re.findall(r"^  ([a-z]+)", commands, re.M), "tool: commands")
        for command in tool["features"]["commands"]:
            tap.equal(command["options"], helped(MPTABLECTL, command["name"], "--help"), "tool: options of " + command["name"])
    for option in ("--print-capabilities", "--version", "--help"):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([MPTABLED, option], stdout=full, stderr=subprocess.PIPE, check=False)
        tap.ok(done.returncode == 1 and b"standard output: No space" in done.stderr, "daemon: a full disk, " + option, done.stderr)
    tap.equal(run(MPTABLECTL, "--print-capabilities", "x")[0], 2, "tool: with another word that is wrong usage")
    tap.done()


main()
