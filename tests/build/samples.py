# SPDX-License-Identifier: ISC
"""The samples of README are run, at the top of a tree that has been built, and print what README says.

A block marked console has commands after "$ ", continued by "> ", and what they print. A line "..." stands for any
lines, and "..." at a line's end for the rest of it. Key ids and the port of the daemon may differ. README's other
commands after "$ " are those of a host with systemd, which tests/host runs. $BOOT_KERNEL names the kernel."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile

from daemon import SRCDIR, Tap
from wire import free_port

KERNEL = os.environ.get("BOOT_KERNEL", "")
BUILD = os.path.dirname(os.path.abspath(os.environ["MPTABLECTL"]))
PORT, END = "8640", "== end of a command =="
DEBIAN_QEMU = "version 7.2."  # whose SeaBIOS made the table in README


def blocks(text):
    """(section, mark, lines) of each fenced block"""
    section, mark, lines = "", None, []
    for line in text.splitlines():
        if line.startswith("```") and mark is None:
            mark, lines = line[3:], []
        elif line.startswith("```"):
            yield section, mark, lines
            mark = None
        elif mark is not None:
            lines.append(line)
        elif line.startswith("#"):
            section = line.lstrip("# ")


def samples(lines):
    """[(command, lines that it prints)] of a block"""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.startswith("> ") and not found[-1][1]:
            found[-1] = (found[-1][0] + "\n" + line[2:], [])
        else:
            found[-1][1].append(line)
    return found


def pattern(lines):
    words = ""
    for line in lines:
        if line == "...":
            words += r"(?:.*\n)*?"
        elif line.endswith(" ..."):
            words += re.escape(line[:-3]) + r".*\n"
        else:
            words += re.escape(line) + r"\n"
    return words


def masked(text):
    lines = [line.rstrip() for line in re.sub(r"\b[0-9A-F]{16}\b", "KEY", text).splitlines()]
    return "".join(line + "\n" for line in lines)


def prints(wanted, got):
    return re.fullmatch(pattern(masked("\n".join(wanted)).splitlines()), masked(got)) is not None


def run(work, commands, port):
    """What each command prints. After one that stays in the background the daemon is waited for."""
    script = ""
    for command in commands:
        script += command.replace(PORT, port) + "\n"
        if command.endswith("&"):
            script += "curl -s -o /dev/null --retry 60 --retry-connrefused --retry-delay 1 localhost:%s/livez\n" % port
        script += "echo '%s'\n" % END
    with subprocess.Popen(["timeout", "-k", "5", "300", "bash", "-c", script], cwd=work, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as process:
        text = process.communicate()[0].decode("utf-8", "replace")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what a block that failed has left
    return text.replace(port, PORT).split(END + "\n")


def lacking(commands):
    """Why these commands cannot be run here, or nothing"""
    text = "\n".join(commands)
    for program in ("qemu-system-x86_64", "jq", "minisign", "curl"):
        if program in text and not shutil.which(program):
            return program + " is not installed"
    if "vmlinuz" in text and not KERNEL:
        return "BOOT_KERNEL names no kernel"
    if "mptable.rom" in text and not os.path.exists(os.path.join(BUILD, "src", "rom", "mptable.rom")):
        return "the boot ROM is not built"
    if "-M pc" in text and DEBIAN_QEMU not in subprocess.getoutput("qemu-system-x86_64 --version"):
        return "another QEMU than that of Debian 12"
    return ""


def run_all(work, commands, port):
    """What each command printed. Where one hangs, the block ends with it, and nothing of it or behind it counts."""
    printed = run(work, commands, port)
    ended = len(printed) - 1  # the last piece stands behind the last command that ended
    return printed[:ended] + ["== it did not end\n"] * (len(commands) - ended)


def judge(tap, work, lines, port):
    cases = samples(lines)
    commands = [command for command, _ in cases]
    reason = lacking(commands)
    if reason:
        for command in commands:
            tap.skip(command.split("\n")[0], reason)
        return
    printed = run_all(work, commands, port)
    if not all(map(prints, [wanted for _, wanted in cases], printed)) and "sleep" in commands[0]:
        slower = [command.replace("sleep 3", "sleep 60") for command in commands]  # for a busy host
        printed = run_all(work, slower, port)
    for (command, wanted), got in zip(cases, printed):
        tap.ok(prints(wanted, got), command.split("\n")[0], "prints", got, "README has", "\n".join(wanted))


def main():
    tap = Tap()
    with open(os.path.join(SRCDIR, "README.md"), encoding="utf-8") as file:
        text = file.read()
    found = list(blocks(text))
    tap.ok(text.count("\n") <= 300, "README has at most 300 lines", text.count("\n"))
    others = [section for section, mark, lines in found if mark != "console" and samples(["$ "] + lines)[1:]]
    tap.equal(others, ["As a service of the host"], "all sessions are run, here or by tests/host")
    paths = re.findall(r"\]\(([^)]+)\)", text)
    tap.equal([path for path in paths if not os.path.exists(os.path.join(SRCDIR, path))], [], "linked files exist")
    tap.ok(prints(["a ...", "...", "key 0123456789ABCDEF"], "a b\nc\nd\nkey FEDCBA9876543210\n") and
           not prints(["a"], "a\nb\n") and not prints(["a ...", "c"], "a b\nb\n"), "only what is left out may differ")
    work = tempfile.mkdtemp(prefix="samples-")
    for name in os.listdir(SRCDIR):
        if not name.startswith("build"):
            os.symlink(os.path.abspath(os.path.join(SRCDIR, name)), os.path.join(work, name))
    os.symlink(BUILD, os.path.join(work, "build"))
    if KERNEL:
        os.symlink(os.path.abspath(KERNEL), os.path.join(work, "vmlinuz"))
    try:
        for _, mark, lines in found:
            if mark == "console":
                judge(tap, work, lines, str(free_port()))
    finally:
        shutil.rmtree(work)
    tap.done()


main()
