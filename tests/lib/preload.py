# SPDX-License-Identifier: ISC
"""Makes calls fail in a program under test, by preload.c."""
import ctypes
import mmap
import os
import subprocess

from daemon import SRCDIR

KINDS = ("allocate", "read", "receive", "write", "send", "accept", "option", "close", "fsync", "name", "open", "watch",
         "poll", "lookup")
MANNERS = ("fail", "hang", "nothing")
ALL = (1 << len(KINDS)) - 1
OPTION = 1 << KINDS.index("option")  # not armed by default: a program makes many of these calls when it starts


class Page(ctypes.Structure):
    """The shared memory that preload.c calls struct page"""
    _fields_ = [("armed", ctypes.c_uint32), ("countdown", ctypes.c_int32), ("lasting", ctypes.c_uint32),
                ("fired", ctypes.c_uint32), ("last_kind", ctypes.c_uint32), ("live", ctypes.c_int32),
                ("bytes", ctypes.c_int64), ("manner", ctypes.c_uint32), ("now", ctypes.c_int64)]


class Faults:
    def __init__(self, work):
        self.library, self.path = os.path.join(work, "preload.so"), os.path.join(work, "page")
        subprocess.run([os.environ.get("CC", "cc").split()[0], "-std=c11", "-O1", "-shared", "-fPIC", "-fno-builtin", "-o",
                        self.library, os.path.join(SRCDIR, "tests", "lib", "preload.c"), "-ldl"], check=True)
        with open(self.path, "wb") as file:
            file.write(bytes(mmap.PAGESIZE))
        with open(self.path, "r+b") as file:
            self.page = Page.from_buffer(mmap.mmap(file.fileno(), mmap.PAGESIZE))
        self.environment = {"LD_PRELOAD": self.library, "FAULTS_PAGE": self.path}

    def arm(self, number, lasting=False, kinds=ALL & ~OPTION, manner="fail"):
        self.page.fired, self.page.lasting, self.page.countdown = 0, lasting, number
        self.page.manner = MANNERS.index(manner)
        self.page.armed = kinds

    def disarm(self):
        self.page.armed = 0
        return self.page.fired
