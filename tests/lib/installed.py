# SPDX-License-Identifier: ISC
"""The libraries as other programs get them: installed into a folder, with the flags that pkg-config has for them; and the
example monitor, built with these."""
import fcntl
import os
import subprocess

from daemon import MPTABLECTL, SRCDIR

MONITOR = os.path.join(SRCDIR, "tests", "example", "monitor.c")
CC = os.environ.get("CC", "cc").split() + ["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra",
                                           "-Wconversion", "-Wcast-qual", "-Wshadow", "-Werror"]


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


class Installed:
    """pkgconfig and libdir: folders, "" when the installation failed; said: what make printed"""

    def __init__(self, work):
        tree = os.path.dirname(os.path.abspath(MPTABLECTL))
        with open(os.path.join(tree, "Makefile"), encoding="utf-8") as lock:  # of two installations at once, one fails
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = run("make", "-s", "-C", tree, "install-libLTLIBRARIES", "install-includeHEADERS",
                       "install-pkgconfigDATA", "DESTDIR=" + work, env={**os.environ, "MAKEFLAGS": ""})
        found = [folder for folder, _, names in os.walk(work) if "libmptmachine.pc" in names]
        self.work, self.said = work, done.stdout + done.stderr
        self.pkgconfig = found[0] if found and done.returncode == 0 else ""
        self.libdir = os.path.dirname(self.pkgconfig)
        self.environment = {**os.environ, "LD_LIBRARY_PATH": self.libdir}  # of programs that are linked with them

    def flags(self, *packages):
        done = run("pkg-config", "--cflags", "--libs", *packages,
                   env={**os.environ, "PKG_CONFIG_PATH": self.pkgconfig, "PKG_CONFIG_SYSROOT_DIR": self.work})
        return done.stdout.split()

    def build_monitor(self, program):
        """What the compiler complains of: "" when the monitor was built as the file @program"""
        done = run(*CC, "-o", program, MONITOR, *self.flags("libmptmachine", "libcurl", "libsodium"), "-pthread")
        return done.stderr if done.returncode == 0 else done.stderr or "the compiler failed"


def sanitized(program):
    """Is a program built with the sanitizers? They are no part of an installed library."""
    return "__asan_init" in run("nm", program).stdout


def need_guest(guest):
    """Skips a test of the example monitor, and ends the program, where it cannot be built or has no guest program."""
    if sanitized(MPTABLECTL):
        print("1..0 # SKIP the sanitizers are no part of an installed library")
    elif not os.path.exists(guest):
        print("1..0 # SKIP no guest program was built: the compiler makes no 32-bit x86 code")
    else:
        return
    raise SystemExit(0)
