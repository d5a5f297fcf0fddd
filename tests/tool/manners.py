# SPDX-License-Identifier: ISC
"""mptablectl for people: help, defaults, misspelt words, files that are replaced whole, and a session in a terminal."""
import json
import os
import re
import shutil
import subprocess

from daemon import Tap
from terminal import COLUMNS, Terminal
from tool import DONE, IO, MPTABLECTL, REFUSED, USAGE, Tool, refused

tap = Tap()


def commands(tool):
    """Name and operands of each command."""
    text = tool.run("help").stdout.decode()
    return re.findall(r"^  (\w+)  ? *((?:\[?[A-Z]+\]? ?)*)  ", text.split("commands:")[1].split("\n\n")[0], re.M)


def helps(tool):
    whole = tool.run("help").stdout
    names = [name for name, _ in commands(tool)]
    tap.ok(len(names) > 10 and "help" in names, "help lists the commands", names)
    for arguments in (("-h",), ("--help",)):
        tap.equal(tool.run(*arguments).stdout, whole, "%s is help" % arguments)
    for name in names:
        done = tool.run("help", name)
        text = done.stdout.decode()
        same = [tool.run(name, option).stdout.decode() for option in ("-h", "--help")]
        options = re.findall(r"^  (?:-\w, )?--([\w-]+)", text, re.M)
        tap.ok(done.returncode == DONE and same == [text, text] and text.startswith("usage: mptablectl %s " % name) and
               max(map(len, text.split("\n"))) <= COLUMNS and len(set(options)) == len(options) and options[-2:] == ["help", "version"],
               "help %s is %s -h, in %d columns, each option once" % (name, name, COLUMNS), text)
        tap.equal(sorted(set(re.findall(r"^(\w[\w' ]*):$", text, re.M))), sorted(re.findall(r"^(\w[\w' ]*):$", text, re.M)),
                  "help %s: a heading a group" % name)
    tap.ok("--vcpus" not in tool.run("help", "get").stdout.decode(), "and no option of another command")
    version = tool.run("--version").stdout
    tap.equal([tool.run(*arguments).stdout for arguments in (("-V",), ("get", "-V"))], [version] * 2, "-V is --version")


def words(tool):
    rows = ((("encdoe",), "no such command: encdoe; did you mean encode?"), (("help", "lnit"), "did you mean lint?"),
            (("frobnicate",), "no such command: frobnicate; see mptablectl help"),
            (("--format",), "the first argument must be a command"),
            (("lint", "--vcpu", "1", "--vcp=1"), "--vcpus: "), (("lint", "--vcups", "4"), "--vcups: lint has no such option; did you mean --vcpus?"),
            (("lint", "--for", "linux,netbds"), "--for: no such consumer; did you mean netbsd?"),
            (("lint", "--io", "4"), "--io: ambiguous: --io-apic-id, --io-apic-inputs, --ioapics"),
            (("encode", "--format", "elv"), "--format: must be bin, json, hex or elf"),
            (("decode", "--base", "0", "--base", "1"), "--base: at most once"),
            (("encode", "--cpus", "1", "--memory-size", "1GiB"), "must be a number of bytes, or a number with K, M or G"),
            (("encode", "--cpus", "1", "-o", ""), "--output: the name of the file is empty"),
            (("lint", "--memory-size", "1T"), "must be a number of bytes, or a number with K, M or G"),
            (("help", "a", "b"), "help takes one name"), (("decode", ""), "decode: argument 1 is empty"), (("diff", "a"), "diff takes two files"))
    for arguments, says in rows:
        refused(tap, tool.run(*arguments), USAGE, says, "usage: " + " ".join(arguments))
    rows = (('{"cpu":4}', "/cpu: unknown member; did you mean cpus?"), ('{"cpus":4,"IRQS":16}', "did you mean irqs?"),
            ('{"cpus":4,"profile":"kvn"}', "/profile: no such profile; did you mean kvm?"),
            ('{"cpus":4,"profile":"frobnicate"}', "/profile: no such profile; see the list of profiles"),
            ('{"cpus":"4"}', "/cpus: must be an integer from 1 to 255"), ('{"cpus":4.5}', "/cpus: must be an integer from 1 to 255"),
            ('{"processors":[{"apicid":1,"apic_id":0}]}', "/processors/0/apicid: unknown member; did you mean apic_id?"))
    for topology, says in rows:
        done = tool.run("encode", data=topology)
        tap.ok(done.returncode == REFUSED and says in done.stderr.decode(), "encode %s" % topology, done.stderr)


def input_and_output(tool):
    image = tool.run("encode", "-", data='{"cpus":4}').stdout
    tool.write("four.bin", image)
    tool.write("four.json", '{"cpus":4}')
    tap.equal(tool.run("encode", data='{"cpus":4}').stdout, image, "no file is standard input")
    tap.equal(tool.run("encode", "-o", "-", "four.json").stdout, image, "-o - is standard output")
    tap.ok("-" not in tool.files(), "and no file of that name")
    for command in ("decode", "lint"):
        named = tool.run(command, "four.bin").stdout.replace(b"four.bin", b"-")
        tap.equal(tool.run(command, data=image).stdout, named, "%s reads standard input" % command)
    tap.equal([tool.run("lint", "--memory-size", size, "four.bin").returncode for size in ("1M", "0x100000", "640K", "639K")],
              [DONE, DONE, DONE, REFUSED], "sizes in K and M")


def members(tool):
    """Members of a topology as options, alone, beside a document and beside a MADT."""
    rows = (('{"cpus":4,"profile":"qemu"}', ("--cpus", "4", "--profile", "qemu")),
            ('{"cpus":2,"irqs":24,"memory_size":536870912}', ("--cpus=2", "--irqs=24", "--memory-size=512M")),
            ('{"cpus":1,"bios_data_area":true,"placement":{"window":"bios"}}', ("--cpus", "1", "--bios-data-area", "--placement", "bios")),
            ('{"cpus":3,"context":"vm:1","nonce":"fresh-fresh"}', ("--cpus", "3", "--context", "vm:1", "--nonce", "fresh-fresh")))
    for topology, options in rows:
        done, wanted = (tool.run("encode", "--format", "json", *more, data=data)
                        for more, data in ((options, ""), (("-",), topology)))
        tap.equal((done.returncode, done.stdout, done.stderr), (DONE, wanted.stdout, b""), "encode " + " ".join(options))
    wanted = tool.run("encode", data='{"cpus":4,"profile":"qemu"}').stdout
    for text in ('{"cpus":4}', '{ "cpus": 4 }\n\n', '{"cpus":4,"processors":[]}', '[{"cpus":4}]', '{"cpus":4', '{"cpus":4}}', ""):
        done = tool.run("encode", "--profile", "qemu", data=text)
        good = text.strip().replace(" ", "") == '{"cpus":4}'
        tap.equal((done.returncode, done.stdout), (DONE, wanted) if good else (REFUSED, b""), "beside %r" % text)
    tap.equal(tool.run("encode", "--profile", "qemu", "--cpus", "4", "-", data=" {} ").stdout, wanted, "beside an empty object")
    tap.ok(b":2:2: " in tool.run("encode", "--profile", "qemu", data='{"cpus":\n04}').stderr, "places in the document are its own")
    rows = ((("--cpus", "four"), "", "--cpus: must be an integer from 1 to 255"), (("--cpus", "300"), "", "--cpus: must be an integer from 1 to 255"),
            (("--cpus", "0x4"), "", "--cpus: must be an integer"), (("--profile", "kvn"), '{"cpus":1}', "--profile: no such profile; did you mean kvm?"),
            (("--cpus", "4"), '{"cpus":4}', "--cpus: given twice"), (("--cpus", "4", "--cpus", "4"), "", "--cpus: at most once"),
            (("--placement", "attic"), '{"cpus":1}', '--placement: must be one of "base-memory"'),
            (("--context", "\x1b[0m"), '{"cpus":1}', "--context: must be printable ASCII"),
            (("--context", '","cpus":9,"x":"'), '{"cpus":1}', "--context: must be 1 to 64 characters"),
            (("--cpus", "4", "--memory-size", "4K"), "", "--memory-size: "))
    for options, text, says in rows:
        refused(tap, tool.run("encode", *options, *(["-"] if text else []), data=text), USAGE, says, "encode " + " ".join(options))
    done = tool.run("encode", "--cpus", "300", "-", data='{"irqs":1}')
    tap.ok(done.returncode == REFUSED and [line.split(": ")[1] for line in done.stderr.decode().splitlines()] ==
           ["standard input", "--cpus"], "each by the name that it came by", done.stderr)


def profiles(tool):
    lines = tool.run("profiles").stdout.decode().splitlines()
    heads = lines[0].split()
    starts = [lines[0].index(head) for head in heads]
    names = [line.split()[0] for line in lines[1:] if line[0] != " "]
    tap.equal(heads, ["PROFILE", "CPUS", "BASE", "DESCRIPTION"], "profiles has heads")
    tap.ok(len(names) > 20 and all(line[starts[3] - 1] == " " and line[starts[3]] != " " for line in lines[1:]),
           "and columns under them", lines[:4])
    listed = json.loads(tool.run("profiles", "--format", "json").stdout)["profiles"]
    for profile in listed:
        image = json.loads(tool.run("encode", "--cpus", str(min(4 * profile.get("multiple_of", 1), profile["max_cpus"])) if
                                    profile.get("multiple_of", 1) == 1 else str(profile["multiple_of"]), "--profile",
                                    profile["name"], "--format", "json").stdout)
        text = tool.run("profiles", profile["name"]).stdout.decode()
        if not (profile["base"] == image["base"] and text.startswith("%s: %s\n" % (profile["name"], profile["description"])) and
                profile["base"] in text and all(f["rule"] in text for f in profile["findings"])):
            tap.ok(False, "profiles " + profile["name"], text, profile["base"], image["base"])
    tap.equal([p["name"] for p in listed], names, "profiles NAME tells base and findings of each")
    tap.equal(json.loads(tool.run("profiles", "--format=json", "volt").stdout)["profiles"], [p for p in listed if p["name"] == "volt"],
              "as JSON, too")
    refused(tap, tool.run("rules", "irq0-extint"), REFUSED, "no such rule; did you mean irq0-extint-only?", "a misspelt rule")
    refused(tap, tool.run("profiles", "vlot"), REFUSED, "vlot: no such profile; did you mean volt?", "a misspelt profile")


FULL = """set -e
mount -t tmpfs -o size=64k none full
cp four.bin old.minisig full/
cp four.bin full/image
cp old.minisig full/image.minisig
cat /dev/zero >full/filler 2>/dev/null || :
"""


def whole_files(tool):
    """A file is replaced whole, or stays as it was."""
    image = tool.run("encode", "--cpus", "4").stdout
    tool.write("four.bin", image)
    tool.write("old.minisig", b"old")
    tool.run("keygen", "-s", "k")
    tap.equal(tool.run("encode", "--cpus=2", "-o", "new").returncode, DONE, "a new file")
    for mode in (0o600, 0o644):
        tool.write("new", b"old", mode)
        os.symlink("new", tool.path("link"))
        before = os.stat(tool.path("new")).st_ino
        done = tool.run("encode", "--cpus", "4", "-o", "link")
        tap.equal((done.returncode, tool.read("new"), os.path.islink(tool.path("link")), os.stat(tool.path("new")).st_mode & 0o777,
                   os.stat(tool.path("new")).st_ino != before), (DONE, image, True, mode, True), "a link's file is replaced, of mode %o" % mode)
        os.unlink(tool.path("link"))
    with open(tool.path("stream"), "wb") as file:
        file.write(b"before ")
        file.flush()
        subprocess.run([MPTABLECTL, "encode", "--cpus", "4", "-o", "/dev/stdout"], stdout=file, check=True)
    tap.equal((tool.read("stream")[-len(image):], tool.run("encode", "--cpus", "4", "-o", "/dev/null").returncode), (image, DONE),
              "devices and descriptors are written to")
    refused(tap, tool.limited(64, "encode", "--cpus", "2", "-o", "four.bin"), IO, "four.bin: cannot write the file", "a file that is too long")
    tap.equal((tool.read("four.bin"), [name for name in tool.files() if ".tmp" in name]), (image, []), "leaves the old one, and nothing else")
    os.mkdir(tool.path("full"))
    if tool.in_namespace("mount --version").returncode:
        tap.skip("a full file system", "no mount namespace can be had, or there is no mount(8)")
        return
    rows = (("encode", "encode --cpus 40 -o full/image"), ("encode with a key", "encode --cpus 40 -s k -o full/image"),
            ("sign", "sign -s k four.bin -x full/image.minisig"), ("encode of a new file", "encode --cpus 40 -o full/new"))
    for name, line in rows:
        done = tool.in_namespace(FULL + "set +e; %s %s; echo status $?; ls -A full; cat full/image full/image.minisig" % (MPTABLECTL, line))
        tap.ok(done.stdout == b"status 3\nfiller\nfour.bin\nimage\nimage.minisig\nold.minisig\n" + image + b"old" and
               b"No space left on device" in done.stderr, "a full file system: %s leaves the old files" % name, done)


def session(tool):
    if not shutil.which("tmux"):
        tap.skip("a session in a terminal", "tmux is not installed")
        return
    with Terminal("sh", folder=tool.work) as terminal:
        text, status = terminal.run(MPTABLECTL + " help lint")
        tap.equal((text, status), (tool.run("help", "lint").stdout.decode().strip("\n"), DONE), "help in a terminal, no line broken")
        for line in ("encode", "decode", "lint", "sign -s k", "encode -V -V -V"):
            text, status = terminal.run("%s %s" % (MPTABLECTL, line))
            if "-V" in line:
                tap.equal(status, DONE, "a session: " + line)
            else:
                tap.ok(status == USAGE and "needs a file, or - for standard input" in text.replace("\n", " "),
                       "nothing is read from a terminal unasked: " + line, text)
        for options in ("", "-o -", "--format elf", "--format bin -o -"):
            text, status = terminal.run("%s encode %s four.json" % (MPTABLECTL, options))
            tap.ok(status == USAGE and "these bytes are not for a terminal" in text.replace("\n", " "),
                   "no bytes for a terminal: encode " + options, text)
        text, status = terminal.run("%s encode --format hex four.json | %s -V; %s encode --format hex four.json" %
                                    (MPTABLECTL, MPTABLECTL, MPTABLECTL))
        tap.ok(status == DONE and "0009fc00: 5f4d 505f" in text, "but a hexdump is", text)


def main():
    with Tool() as tool:
        for part in (helps, words, input_and_output, members, profiles, whole_files, session):
            part(tool)
    tap.done()


main()
