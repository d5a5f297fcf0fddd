# SPDX-License-Identifier: ISC
"""Completion: what the tool offers for a line, and what bash and zsh make of it in a terminal."""
import os
import re
import shutil

from daemon import SRCDIR, Tap
from terminal import Terminal
from tool import DONE, MPTABLECTL, Tool

tap = Tap()
SCRIPTS = os.path.join(os.path.abspath(SRCDIR), "src", "cli", "completions")


def offered(tool, *words):
    done = tool.run("--complete", *words)
    if done.returncode != DONE or done.stderr:
        raise RuntimeError("--complete %s: %s" % (words, done))
    return [line.split("\t")[0] for line in done.stdout.decode().splitlines()]


def offers(tool):
    """Commands, options and words are those of the help."""
    text = tool.run("help").stdout.decode().split("commands:")[1].split("\n\n")[0]
    names = re.findall(r"^  (\w+)", text, re.M)
    tap.equal(offered(tool, ""), names, "all commands")
    for name in names:
        said = tool.run("help", name).stdout.decode()
        options = re.findall(r"^  (?:-\w, )?--([\w-]+)", said, re.M)
        tap.equal(offered(tool, name, "-"), ["--" + option for option in options], "the options of %s are those of its help" % name)
        files = re.findall(r"^  (?:(-\w), )?(--[\w-]+) (?:FILE|FILE\|FOLDER)(?: |$)", said, re.M)
        tap.equal([offered(tool, name, option, "x") for pair in files for option in pair if option],
                  [[":files"]] * sum(1 for pair in files for option in pair if option), "files where %s takes files" % name)
    profiles = [line.split()[0] for line in tool.run("profiles").stdout.decode().splitlines()[1:] if line[0] != " "]
    rows = ((("de",), ["decode"]), (("-",), ["--help", "--version"]), (("nothing", ""), []), (("help", "en"), ["encode"]),
            (("encode", "--format", ""), ["bin", "json", "hex", "elf"]), (("encode", "--format=h"), ["--format=hex"]),
            (("encode", "--format", "=", "h"), ["hex"]), (("encode", "--format", "="), ["bin", "json", "hex", "elf"]),
            (("encode", "--profile", ""), profiles), (("profiles", "vo"), ["volt"]), (("encode", ""), [":files"]), (("keygen", ""), []),
            (("lint", "--for", "linux,fre"), ["linux,freebsd"]), (("lint", "--for=linux,fre"), ["--for=linux,freebsd"]),
            (("lint", "--ignore", "irq0-e"), ["irq0-extint-only"]), (("lint", "--v"), ["--vcpus", "--version"]), (("diff", "a", "b"), [":files"]))
    for words, wanted in rows:
        tap.equal(offered(tool, *words), wanted, "offered for " + " ".join(words))
    tap.ok("\tprocessors; in place of TOPOLOGY\n" in tool.run("--complete", "encode", "--cpu").stdout.decode(), "with its help")


# What is typed, ending in a tab; what the line then is
LINES = (("mptablectl enc", "mptablectl encode"), ("mptablectl encode --prof", "mptablectl encode --profile"),
         ("mptablectl encode --profile vo", "mptablectl encode --profile volt"), ("mptablectl encode --format h", "mptablectl encode --format hex"),
         ("mptablectl lint long", "mptablectl lint longname.bin"), ("mptablectl sign -s long", "mptablectl sign -s longname.bin"),
         ("mptablectl lint --for linux,ope", "mptablectl lint --for linux,openbsd"), ("mptablectl encode --format=h", "mptablectl encode --format=hex"))


def shell(tool, name, arguments, script):
    if not shutil.which("tmux") or not shutil.which(name):
        tap.skip("completion in " + name, "tmux or %s is not installed" % name)
        return
    folder = os.path.dirname(MPTABLECTL)
    with Terminal(name, *arguments, folder=tool.work, environment={"HOME": tool.work, "PATH": folder + ":" + os.environ["PATH"]}) as terminal:
        for line in script:
            terminal.run(line)
        for typed, wanted in LINES:
            terminal.keys("C-u")
            terminal.keys("C-l")
            terminal.keys("-l", typed)
            terminal.wait(lambda text: typed in text)
            terminal.keys("Tab")
            screen = terminal.wait(lambda text: wanted in text)
            tap.ok(wanted in screen, "%s: %s TAB" % (name, typed), screen)
        terminal.keys("C-u")
        terminal.keys("C-l")
        terminal.keys("-l", "mptablectl ")
        terminal.keys("Tab")
        terminal.keys("Tab")
        screen = terminal.wait(lambda text: "decode" in text and "verify" in text)
        tap.ok(all(command in screen for command in offered(tool, "")), "%s lists the commands" % name, screen)


def main():
    with Tool() as tool:
        tool.write("longname.bin", "x")
        offers(tool)
        shell(tool, "bash", ("--norc", "--noprofile"), (". %s/mptablectl" % SCRIPTS,))
        shell(tool, "zsh", ("-f",), ("fpath=(%s $fpath)" % SCRIPTS, "autoload -Uz compinit", "compinit -u -D"))
    tap.done()


main()
