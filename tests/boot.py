# SPDX-License-Identifier: ISC
"""Linux boots from an image that the running daemon made.

boot.py                                     the suite: the rows below, with the kernel of $BOOT_KERNEL
boot.py PROFILE CPUS                        one machine, its console shown

A machine without ACPI and without firmware: the ROM of tests/boot enters the kernel, which finds nothing in low memory
but the image. There is no root file system, so a good boot ends in the panic about that."""
import os
import sys
import tempfile
import time

import guest
from daemon import Daemon, Tap

OEM = {"kvm": ("MPTABLED", "KVM"), "qemu": ("MPTABLED", "QEMU"), "volt": ("NOVAFLAR", "VOLT VM")}
ROWS = (("kvm", 4), ("qemu", 4), ("qemu", 64), ("volt", 4))
TIMER_COMPLAINTS = ("8254 timer not connected", "trying to set up timer")


def fetch(daemon, profile, cpus, path):
    reply = daemon.curl("/v1/images?profile=%s&cpus=%d&format=bin" % (profile, cpus))
    if reply.status != 200:
        raise SystemExit(reply.body.decode())
    with open(path, "wb") as file:
        file.write(reply.body)
    return reply.headers["mptable-base"]


def judge(tap, console, profile, cpus):
    name = "%s, %d CPUs: " % (profile, cpus)
    oem, product = OEM[profile]
    lines = [line.split("] ", 1)[-1].rstrip() for line in console.splitlines()]
    tap.ok("found SMP MP-table at [mem 0x0009fc00-0x0009fc0f]" in lines, name + "the table is found", console[-2000:])
    tap.ok("MPTABLE: OEM ID: " + oem in lines, name + "our OEM ID")
    tap.ok("MPTABLE: Product ID: " + product in lines, name + "our product ID")
    tap.equal([n for n in range(cpus) if not any(line.startswith("Processor #%d" % n) and
              line.split()[1] == "#%d" % n for line in lines)], [], name + "every processor is registered")
    tap.ok(not any(line.startswith("BIOS bug") or "tell your hw vendor" in line for line in lines),
           name + "no BIOS bug")
    if profile == "volt":
        tap.ok(any("NULL pointer dereference" in line for line in lines), name + "Linux dereferences a NULL pointer")
        tap.ok(any(line.startswith("RIP: ") and "setup_IO_APIC" in line for line in lines), name + "in setup_IO_APIC")
        tap.ok(any("Attempted to kill the idle task" in line for line in lines), name + "and panics")
        return
    tap.ok("smp: Brought up 1 node, %d CPUs" % cpus in lines, name + "all CPUs are brought up",
           [line for line in lines if "Brought up" in line])
    if profile == "qemu":
        tap.equal([line for line in lines if any(c in line for c in TIMER_COMPLAINTS)], [],
                  name + "no complaint about the timer")


def boot(tap, daemon, kernel, profile, cpus, show=False):
    with tempfile.TemporaryDirectory(prefix="mptabled-boot-") as work:
        image = os.path.join(work, "image")
        base = fetch(daemon, profile, cpus, image)
        begin = time.monotonic()
        console = guest.run(work, kernel, [(image, base)], str(cpus), cpus, show)
        print("# %s, %d CPUs: %.0f seconds" % (profile, cpus, time.monotonic() - begin))
    judge(tap, console, profile, cpus)


def main():
    kernel = os.environ.get("BOOT_KERNEL")
    tap = Tap()
    if not kernel:
        print("1..0 # SKIP no kernel in $BOOT_KERNEL; ./dev test and ./dev boot fetch one")
        return
    with Daemon() as daemon:
        if len(sys.argv) == 3:
            boot(tap, daemon, kernel, sys.argv[1], int(sys.argv[2]), show=True)
        else:
            for profile, cpus in ROWS:
                boot(tap, daemon, kernel, profile, cpus)
    tap.done()


main()
