# SPDX-License-Identifier: ISC
"""How mptablectl meets people: help, what it takes for granted, misspelt words, and a session in a terminal."""
import re
import shutil

from daemon import Tap
from terminal import COLUMNS, Terminal
from tool import DONE, MPTABLECTL, REFUSED, USAGE, Tool, refused

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
            (("lint", "--io", "4"), "several options begin so: --io-apic-id, --io-apic-inputs, --ioapics"),
            (("encode", "--format", "elv"), "--format: must be bin, json, hex or elf"),
            (("decode", "--base", "0", "--base", "1"), "--base: at most once"),
            (("lint", "--memory-size", "1T"), "must be a number of bytes, or of K, M or G of them"),
            (("help", "a", "b"), "help takes one file"), (("diff", "a"), "diff takes two files"))
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
            tap.ok(status == USAGE and "these bytes are nothing for a terminal" in text.replace("\n", " "),
                   "no bytes for a terminal: encode " + options, text)
        text, status = terminal.run("%s encode --format hex four.json | %s -V; %s encode --format hex four.json" %
                                    (MPTABLECTL, MPTABLECTL, MPTABLECTL))
        tap.ok(status == DONE and "0009fc00: 5f4d 505f" in text, "but a hexdump is", text)


def main():
    with Tool() as tool:
        for part in (helps, words, input_and_output, session):
            part(tool)
    tap.done()


main()
