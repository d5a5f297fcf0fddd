# SPDX-License-Identifier: ISC
"""The libraries as other programs get them: installed into a folder, with the flags that pkg-config has for them."""
import os
import subprocess


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


class Installed:
    """pkgconfig and libdir: folders, "" when the installation failed; said: what make printed"""

    def __init__(self, work):
        done = run("make", "-s", "install-libLTLIBRARIES", "install-includeHEADERS", "install-pkgconfigDATA",
                   "DESTDIR=" + work, env={**os.environ, "MAKEFLAGS": ""})
        found = [folder for folder, _, names in os.walk(work) if "libmptmachine.pc" in names]
        self.work, self.said = work, done.stdout + done.stderr
        self.pkgconfig = found[0] if found and done.returncode == 0 else ""
        self.libdir = os.path.dirname(self.pkgconfig)
        self.environment = {**os.environ, "LD_LIBRARY_PATH": self.libdir}  # of programs that are linked with them

    def flags(self, *packages):
        done = run("pkg-config", "--cflags", "--libs", *packages,
                   env={**os.environ, "PKG_CONFIG_PATH": self.pkgconfig, "PKG_CONFIG_SYSROOT_DIR": self.work})
        return done.stdout.split()


def sanitized(program):
    """Is a program built with the sanitizers? They are no part of an installed library."""
    return "__asan_init" in run("nm", program).stdout
