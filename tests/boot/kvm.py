# SPDX-License-Identifier: ISC
"""The installed example, a monitor of KVM, at work: it gets signed images from a daemon, and its guests find on the
interrupt chips and the timer of Linux's KVM what profile kvm says of them. KVM is that of this host, where there is a
/dev/kvm; and that of a Debian that QEMU emulates with AMD's SVM, whose kernel and modules are those of $BOOT_KERNEL.
There the monitor boots the same Debian kernel, too.

kvm.py host      what the host has, and its console, alone
kvm.py emulated  the same for the emulated host"""
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import guest
import stock
from daemon import MPTABLED, Tap
from installed import Installed, need_guest
from tool import MPTABLECTL

GUEST = os.environ.get("MPTABLE_GUEST", "")
KERNEL = os.environ.get("BOOT_KERNEL", "")
KVM = "/dev/kvm"
CPU = "Opteron_G3"  # the newest that Linux's KVM on it gives to a guest without a warning of Linux
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "kvm_amd")
CPUS, WRONG, LINUX_CPUS = (1, 2, 4, 16), "qemu", 2
APPEND = "console=ttyS0 acpi=off apic=debug panic=-1 reboot=k lpj=4000000"
END = "== end"

# Runs on the host, or on the emulated one. Prints a head before each machine's console, and its exit status behind it.
SCRIPT = r"""
cd "$(mktemp -d)"
%(tool)s keygen -s key -p pub >log 2>&1
%(daemon)s --key key --listen "unix:$PWD/api.sock" 2>>log &
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -S api.sock ] || sleep 1; done
monitor()
{
    echo "== $1"
    shift
    timeout "$@" 2>&1 </dev/null
    echo "== status $?"
}
for cpus in %(cpus)s; do
    monitor "$cpus" 300 %(monitor)s -s api.sock -k "$(tail -n 1 pub)" -n "$cpus" -m 16 %(guest)s
done
monitor wrong 300 %(monitor)s -p %(wrong)s -m 16 %(guest)s
linux()
{
    monitor Linux 300 %(monitor)s -s api.sock -k "$(tail -n 1 pub)" -n %(linux_cpus)s -m 256 -a %(append)s %(kernel)s |
        tee console
}
if [ -n %(kernel)s ]; then
    linux
    ! grep -q 'MP-BIOS bug' console || linux # on a busy host Linux may miss ticks; with a wrong table it always does
fi
kill $!
wait
cat log
rm -r "$PWD"
echo %(end)s
"""


def write_script(work, libraries, kernel):
    """The script, as a file; kernel: "" for none"""
    words = {"tool": MPTABLECTL, "daemon": os.path.abspath(MPTABLED), "monitor": os.path.join(work, "monitor"),
             "guest": GUEST, "kernel": kernel, "append": APPEND, "wrong": WRONG, "linux_cpus": str(LINUX_CPUS), "end": END}
    values = {name: shlex.quote(word) for name, word in words.items()}
    path = os.path.join(work, "script")
    with open(path, "w", encoding="ascii") as file:
        file.write("export LD_LIBRARY_PATH=%s PATH=%s" % (shlex.quote(libraries.libdir), os.defpath))
        file.write(SCRIPT % {**values, "cpus": " ".join(map(str, CPUS))})
    return path


def modules(folder, names):
    """The files of these modules and of those that they need, in the order of loading. What is not there as a module is
    part of the kernel."""
    paths = {os.path.basename(path)[:-len(".ko")].replace("-", "_"): path
             for path in glob.glob(folder + "/**/*.ko", recursive=True)}
    order = []

    def add(name):
        if name not in paths or paths[name] in order:
            return
        with open(paths[name], "rb") as file:
            needed = re.search(rb"\0depends=([^\0]*)\0", file.read()).group(1).decode()
        for other in filter(None, needed.split(",")):
            add(other.replace("-", "_"))
        order.append(paths[name])

    for name in names:
        add(name)
    return order


def emulated_host(work, script):
    """The command line of a machine that runs the script on this host's files"""
    files = [(folder, 0o40755, 0, 0, b"") for folder in ("dev", "host", "layer", "root")]
    files.append(("dev/console", 0o20600, 5, 1, b""))
    version = os.path.basename(KERNEL).split("-", 1)[1]
    order = modules(os.path.join(os.path.dirname(KERNEL), "..", "lib", "modules", version), MODULES)
    for number, path in enumerate(order):
        with open(path, "rb") as file:
            files.append(("%d.ko" % number, 0o100644, 0, 0, file.read()))
    initrd = os.path.join(work, "initrd")
    with open(initrd, "wb") as file:
        file.write(guest.archive(files + [("init", 0o100755, 0, 0, guest.compiled(work, "host.c"))]))
    return [stock.PROGRAM, "-M", "q35", "-cpu", CPU, "-smp", "2", "-m", "2048", *stock.QUIET, "-serial", "stdio",
            "-kernel", KERNEL, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1 -- /bin/sh " + script,
            "-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap",
            "-device", "virtio-9p-pci,fsdev=host,mount_tag=host"]


def judge(tap, host, console, has_linux):
    """What machines print on a host"""
    if sys.argv[1:]:
        print("# " + console.replace("\n", "\n# "))
    found = {name: text for name, text in re.findall(r"^== (\w+)\r?\n(.*?)^== status", console, re.M | re.S)}
    ended = re.findall(r"^== status (\d+)", console, re.M)
    for cpus in CPUS:
        name, text = "%s, %d processors: " % (host, cpus), found.get(str(cpus), console[-1500:])
        tap.ok("%d processors are listed, %d answer" % (cpus, cpus) in text, name + "all answer", text)
        tap.ok("a tick arrives on input 0" in text, name + "a tick arrives where profile kvm says", text)
    tap.ok("no tick arrives on input 2" in found.get("wrong", ""), host + ": IRQ 0 on a wrong input: no tick", console[-1500:])
    tap.equal(ended[:len(CPUS) + 1], ["0"] * (len(CPUS) + 1), host + ": the guest ends the machine")
    tap.ok(END in console, host + ": the daemon ends", console[-1500:])
    if not has_linux:
        return
    text = found.get("Linux", "")
    tap.ok(re.search("MPTABLE: Product ID: KVM", text), host + ": Linux takes our table", text[-1500:])
    tap.ok("smp: Brought up 1 node, %d CPUs" % LINUX_CPUS in text, host + ": all CPUs are up", text[-1500:])
    tap.ok("..TIMER: vector=0x30 apic1=0 pin1=0 apic2=-1" in text, host + ": IRQ 0 is on input 0, without a second try", text)
    tap.equal([fault for fault in (*stock.COMPLAINTS, "WARNING") if fault in text] if text else "nothing", [],
              host + ": no complaint of Linux")
    tap.ok("Unable to mount root fs" in text, host + ": Linux boots up to the file system, which it has none of", text[-1500:])


def main():
    need_guest(GUEST)
    tap, wanted = Tap(), sys.argv[1:] or ["host", "emulated"]
    with tempfile.TemporaryDirectory(prefix="mptabled-kvm-") as work:
        libraries = Installed(work)
        if not tap.equal(libraries.build_monitor(os.path.join(work, "monitor")), "", "the monitor builds"):
            tap.done()
            return
        if os.access(KVM, os.R_OK | os.W_OK) and "host" in wanted:
            done = subprocess.run(["sh", write_script(work, libraries, "")], capture_output=True, text=True, check=False)
            judge(tap, "KVM", done.stdout, False)
        else:
            tap.skip("profile kvm on this host's KVM", "there is no " + KVM)
        if KERNEL and shutil.which(stock.PROGRAM) and "emulated" in wanted:
            command = emulated_host(work, write_script(work, libraries, KERNEL))
            judge(tap, "emulated KVM", stock.run(command, END, 900), True)
        else:
            tap.skip("profile kvm on an emulated KVM", "no QEMU, or no kernel in $BOOT_KERNEL; ./dev test and ./dev boot fetch it")
    tap.done()


main()
