# SPDX-License-Identifier: ISC
"""libvirt's hook, systemd/libvirt-hook: alone with odd domains, then called by a libvirtd of this test, which has its
folders to itself in a mount namespace. Domains of two sizes boot Debian's Linux, which $BOOT_KERNEL names, each with an
image of its own; and an image is injected into a paused domain, whose dump shows it."""
import contextlib
import glob
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET

import stock
from daemon import Daemon, MPTABLECTL, SRCDIR

KERNEL = os.environ.get("BOOT_KERNEL", "")
HOOK = os.path.join(SRCDIR, "systemd", "libvirt-hook")
PAGE = os.path.join(SRCDIR, "src", "rom", "mptable-boot.7")
QEMU_USER = 64055
FIRST, SECOND, THIRD = ("%08d-1111-2222-3333-444455556666" % i for i in range(3))
APPEND = "console=ttyS0 acpi=off panic=-1 lpj=4000000"

# libvirtd's state, in memory; its configuration, and a system that has the user of Debian's libvirt-daemon-system
NAMESPACE = """
for folder in /run /var/lib /var/log /var/cache; do mount -t tmpfs tmpfs $folder || exit; done
for file in passwd group; do mount --bind "$1/$file" /etc/$file || exit; done
mount --bind "$1/etc" /etc/libvirt && exec libvirtd
"""
QEMU_CONF = """
security_driver = "none"
stdio_handler = "file"
namespaces = [ ]
cgroup_controllers = [ ]
"""


def page_domain():
    """The domain of the manual page, as text"""
    with open(PAGE, encoding="utf-8") as page:
        return re.search("^<domain .*?^</domain>$", page.read(), re.M | re.S).group() + "\n"


def domain(name, uuid, cpus, **paths):
    """The manual's domain with other values; paths: those of <os>"""
    tree = ET.fromstring(page_domain())
    tree.find("name").text = name
    tree.find("vcpu").text = str(cpus)
    ET.SubElement(tree, "uuid").text = uuid
    tree.find("sysinfo/entry").set("file", "/run/mptabled/images/%s.elf" % name)
    system = tree.find("os")
    for path, value in paths.items():
        system.find(path).text = value
    return tree


def text(tree):
    return ET.tostring(tree, encoding="unicode")


def as_libvirt(xml):
    """What libvirt makes of the memory's unit and of the machine's name before a hook sees them"""
    return xml.replace("<memory unit=\"MiB\">512", "<memory unit=\"KiB\">524288").replace("\"q35\"", "\"pc-q35-7.2\"")


def with_topology(xml, attributes):
    return xml.replace("</vcpu>", "</vcpu><cpu><topology %s/></cpu>" % attributes)


class Hook:
    """The hook without libvirt, for a user that may be any"""

    def __init__(self, work, daemon):
        self.images = os.path.join(work, "images")
        os.mkdir(os.path.join(work, "bin"))
        os.symlink(os.path.abspath(MPTABLECTL), os.path.join(work, "bin", "mptablectl"))
        self.environment = dict(os.environ, PATH="%s/bin:%s" % (work, os.environ["PATH"]), MPTABLED_IMAGES=self.images,
                                MPTABLED_SERVER="unix:" + daemon.socket, MPTABLED_QEMU_USER=pwd.getpwuid(os.getuid()).pw_name,
                                MPTABLED_PUBLIC_KEYS=os.path.join(daemon.state, "mptabled", "mptabled.pub"))

    def run(self, xml, *operation, **environment):
        return subprocess.run([sys.executable, "-I", HOOK, "guest1", *(operation or ("prepare", "begin")), "-"],
                              input=xml.replace("/run/mptabled/images", self.images), text=True, capture_output=True,
                              env={**self.environment, **environment})

    def files(self):
        return os.listdir(self.images) if os.path.isdir(self.images) else []


def processors(elf):
    done = subprocess.run([MPTABLECTL, "decode", elf], capture_output=True, text=True)
    entries = json.loads(done.stdout)["topology"]["entries"]
    return [entry["apic_id"] for entry in entries if entry["entry"] == "processor"]


def judge_alone(tap, work):
    with Daemon() as daemon:
        hook, loader = Hook(work, daemon), {"loader": stock.ROM}
        good = as_libvirt(text(domain("guest1", FIRST, 4, **loader)))
        image = os.path.join(hook.images, "guest1.elf")
        done = hook.run(good)
        tap.ok(done.returncode == 0 and done.stderr == "" and hook.files() == ["guest1.elf"], "alone: an image is made",
               done)
        tap.equal((processors(image), os.stat(image).st_mode & 0o777), ([0, 1, 2, 3], 0o400),
                  "alone: for the user of QEMU alone")
        for name, xml, ids in (
                ("current", good.replace("<vcpu>4", "<vcpu current='2'>4"), [0, 1]),
                ("topology",
                 with_topology(good.replace("<vcpu>4", "<vcpu>12"), "sockets='2' dies='1' cores='3' threads='2'"),
                 [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13])):
            done = hook.run(xml)
            tap.ok(done.returncode == 0 and processors(image) == ids, "alone: the processors follow " + name, done)
        done = hook.run(good, "started", "begin", MPTABLED_SERVER="unix:/none")
        tap.ok(done.returncode == 0 and hook.files(), "alone: nothing is done at other times", done)
        done = hook.run(good, "release", "end")
        tap.ok(done.returncode == 0 and hook.files() == [], "alone: the image goes when the domain has ended", done)
        done = hook.run(good.replace("opt/org.mptabled/image", "opt/other"), MPTABLED_SERVER="unix:/none")
        tap.ok(done.returncode == 0 and done.stderr == "", "alone: a domain without the entry is left alone", done)
        judge_odd(tap, hook, good)


def judge_odd(tap, hook, good):
    entry = "<entry name=\"opt/org.mptabled/image\" file=\"/run/mptabled/images/guest1.elf\" />"
    assert entry in good
    off_on = "<vcpus><vcpu id='0' enabled='no'/><vcpu id='1' enabled='yes'/></vcpus>"
    for name, xml, says in (
            ("no XML", "", "no XML of a domain"),
            ("other XML", "<network/>", "no XML of a domain"),
            ("XML cut short", good[:-9], "no XML"),
            ("an encoding", "<?xml version='1.0' encoding='utf-9'?>" + good, "no XML"),
            ("entities", "<!DOCTYPE d [<!ENTITY a 'b'>]>" + good.replace("guest1<", "&a;<"), "has a document type"),
            ("a file elsewhere", good.replace("/images/guest1", "/images/../guest1"), "must be there once"),
            ("the file of another domain", good.replace("/guest1.elf", "/guest2.elf"), "must be there once"),
            ("a name that is a path", good.replace("guest1", "../guest1"), "its name is not a file name"),
            ("no file", good.replace("file=", "data="), "must be there once"),
            ("two entries", good.replace(entry, entry * 2), "must be there once"),
            ("no UUID", good.replace(FIRST, ""), "it has no UUID"),
            ("a UUID with more", good.replace(FIRST, FIRST + "\nx"), "it has no UUID"),
            ("vCPUs", good.replace("<vcpu>4", "<vcpu>4x"), "<vcpu> is no number"),
            ("too many vCPUs", good.replace("<vcpu>4", "<vcpu>256"), "/cpus: must be an integer from 1 to 255"),
            ("gaps in vCPUs", good.replace("</vcpu>", "</vcpu>" + off_on), "must enable the first 4"),
            ("a topology", with_topology(good, "sockets='1,maxcpus=2'"), "<topology sockets=> is no number"),
            ("clusters", with_topology(good, "sockets='2' clusters='2'"), "<topology clusters=> must be 1"),
            ("memory", good.replace("KiB", "furlongs"), "<memory unit='KiB'>"),
            ("another machine", good.replace("pc-q35-7.2", "isapc"), "isapc"),
            ("no ROM", good.replace("loader", "loafer"), "its <loader> is not mptable.rom"),
            ("other firmware", re.sub("<loader(.*)>.*</loader>", r"<loader\1>/usr/share/seabios/bios.bin</loader>", good),
             "its <loader> is not mptable.rom"),
            ("no kernel", good.replace("kernel", "colonel"), "no -kernel")):
        done = hook.run(xml)
        refused(tap, hook, done, says, "alone: refused: " + name)
    for name, environment, says in (
            ("a dead daemon", {"MPTABLED_SERVER": "unix:/none"}, "unix:/none: "),
            ("no key", {"MPTABLED_PUBLIC_KEYS": "/none"}, "/none"),
            ("no such user", {"MPTABLED_QEMU_USER": "nobody:at:all"}, "nobody:at:all"),
            ("no mptablectl", {"PATH": "/none"}, "mptablectl")):
        refused(tap, hook, hook.run(good, **environment), says, "alone: refused: " + name)
    done = hook.run(good, MPTABLED_SERVER=" ", MPTABLED_PUBLIC_KEYS="/none")
    refused(tap, hook, done, "", "alone: refused: servers that are blank, and never an image without a daemon")


def refused(tap, hook, done, says, name):
    """One line that says why, and nothing is left"""
    tap.ok(done.returncode == 1 and done.stderr.startswith("mptabled: domain guest1: ") and says in done.stderr and
           done.stderr.count("\n") == 1 and hook.files() == [], name, done, hook.files())


class Libvirt:
    """A libvirtd of its own, with the hook as the manual page installs it"""

    def __init__(self, work, daemon):
        self.work, self.log = work, os.path.join(work, "libvirtd.log")
        self.keys = os.path.join(work, "keys")
        os.mkdir(self.keys)
        shutil.copy(os.path.join(daemon.state, "mptabled", "mptabled.pub"), self.keys)
        for name, file in (("mptable.rom", stock.ROM), ("kernel", KERNEL)):  # libvirt makes them belong to QEMU's user
            shutil.copy(file, os.path.join(work, name))
        for name, line in (("passwd", "%d:%d::/:/bin/false" % (QEMU_USER, QEMU_USER)), ("group", "%d:" % QEMU_USER)):
            with open("/etc/" + name, encoding="utf-8") as file:
                rows = [row for row in file if not row.startswith("libvirt-qemu:")]
            self.write(name, "".join(rows) + "libvirt-qemu:x:%s\n" % line)
        os.makedirs(os.path.join(work, "etc", "hooks", "qemu.d"))
        self.write("etc/libvirtd.conf", 'unix_sock_dir = "%s"\nauth_unix_rw = "none"\n' % work)
        self.write("etc/qemu.conf", QEMU_CONF)
        self.write("etc/hooks/qemu.d/mptabled", "#!/bin/sh\nPATH=%s/bin:$PATH\nexport MPTABLED_SERVER=unix:%s "
                   "MPTABLED_PUBLIC_KEYS=%s\nexec /usr/bin/python3 -I %s \"$@\"\n" %
                   (work, daemon.socket, self.keys, os.path.abspath(HOOK)))
        os.chmod(os.path.join(work, "etc/hooks/qemu.d/mptabled"), 0o755)

    def write(self, name, content):
        with open(os.path.join(self.work, name), "w", encoding="utf-8") as file:
            file.write(content)
        return os.path.join(self.work, name)

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["unshare", "-m", "sh", "-c", NAMESPACE, "sh", self.work], stdout=log,
                                            stderr=log)
        end = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < end and self.virsh("list").returncode != 0:
            time.sleep(0.2)
        return self

    def lacks(self):
        """Why it does not serve, or None"""
        if self.virsh("list").returncode == 0:
            return None
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "libvirtd does not run here: " + (log.read().strip().splitlines() or ["it says nothing"])[-1]

    def virsh(self, *words):
        socket = "qemu+unix:///system?socket=%s/libvirt-sock" % self.work
        return subprocess.run(["virsh", "-q", "-c", socket, *words], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)

    def __exit__(self, *_):
        for name in self.virsh("list", "--name").stdout.split():
            self.virsh("destroy", name)
        self.process.terminate()
        self.process.wait()

    def image(self, name):
        return "/proc/%d/root/run/mptabled/images/%s.elf" % (self.process.pid, name)

    def xml(self, name, uuid, cpus):
        """A small domain that boots Linux and writes its console to a file"""
        tree = domain(name, uuid, cpus, kernel=os.path.join(self.work, "kernel"), cmdline=APPEND,
                      loader=os.path.join(self.work, "mptable.rom"))
        tree.set("type", "qemu")
        tree.find("memory").text = "256"
        tree.find("os").remove(tree.find("os/initrd"))
        console = tree.find("devices/console")
        console.set("type", "file")
        ET.SubElement(console, "source", path=self.console(name))
        return tree

    def console(self, name):
        return os.path.join(self.work, name + ".console")

    def create(self, tree, *words):
        return self.virsh("create", *words, self.write(tree.findtext("name") + ".xml", text(tree)))

    def waits_for(self, name, line, limit=120):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            with contextlib.suppress(FileNotFoundError), open(self.console(name), encoding="latin-1") as console:
                shown = console.read()
                if line in shown:
                    return shown
            time.sleep(0.2)
        return None


def up(cpus):
    return "smp: Brought up 1 node, %d CPU" % cpus


def judge_boots(tap, libvirt):
    rows = (("guest-a", FIRST, 1), ("guest-b", SECOND, 3))
    for name, uuid, cpus in rows:
        done = libvirt.create(libvirt.xml(name, uuid, cpus))
        tap.ok(done.returncode == 0, name + ": starts", done)
    for name, uuid, cpus in rows:
        shown = libvirt.waits_for(name, up(cpus))
        tap.ok(shown and "MPTABLE: Product ID: QEMU" in shown,
               "%s: Linux takes the image for %d processors" % (name, cpus), shown)
        there = os.stat(libvirt.image(name))
        tap.equal((there.st_uid, there.st_mode & 0o777), (QEMU_USER, 0o400), name + ": its image is QEMU's alone")
        tap.equal(processors(libvirt.image(name)), list(range(cpus)), name + ": and has its processors")
        libvirt.virsh("destroy", name)
        tap.ok(not os.path.exists(libvirt.image(name)), name + ": the image goes with it")


def judge_no_start(tap, libvirt, daemon):
    def no_start(name, tree, says):
        done = libvirt.create(tree)
        tap.ok(done.returncode == 1 and "mptabled: domain guest-c: " in done.stderr and says in done.stderr and
               not os.path.exists(libvirt.image("guest-c")) and libvirt.virsh("list", "--name").stdout.strip() == "",
               "no start: " + name, done.stderr[-300:])

    no_start("another context than the policy has", libvirt.xml("guest-c", THIRD, 2), "context")
    elsewhere = libvirt.xml("guest-c", FIRST, 2)
    elsewhere.find("sysinfo/entry").set("file", "/etc/passwd")
    no_start("a file elsewhere", elsewhere, "must be there once")
    tree = libvirt.xml("guest-c", FIRST, 2)
    other = os.path.join(libvirt.work, "other.key")
    subprocess.run([MPTABLECTL, "keygen", "-s", other, "-p", os.path.join(libvirt.keys, "mptabled.pub"), "--force"],
                   check=True, capture_output=True)
    no_start("a key that is not trusted", tree, "which you do not trust")
    daemon.stop()
    no_start("a dead daemon", tree, daemon.socket + ": ")


def judge_paused(tap, libvirt, daemon):
    """A paused domain gets its image through the file that is its memory."""
    public, image = os.path.join(libvirt.keys, "mptabled.pub"), os.path.join(libvirt.work, "image.bin")
    tree = libvirt.xml("guest-d", FIRST, 2)
    tree.remove(tree.find("sysinfo"))
    tree.append(ET.fromstring("<memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>"))
    done = libvirt.create(tree, "--paused")
    tap.ok(done.returncode == 0, "paused: the domain is there", done)
    subprocess.run([MPTABLECTL, "get", "--server", "unix:" + daemon.socket, "-p", public, "--profile", "qemu",
                    "--cpus", "2", "--context", FIRST, "-o", image], check=True)
    memory = glob.glob("/proc/%d/root/var/lib/libvirt/qemu/ram/*-guest-d/pc.ram" % libvirt.process.pid)
    done = subprocess.run([MPTABLECTL, "inject", "-p", public, "--context", FIRST, "--memory", *memory, image],
                          capture_output=True)
    tap.ok(done.returncode == 0, "paused: the image is injected", memory, done)
    libvirt.virsh("resume", "guest-d")
    shown = libvirt.waits_for("guest-d", up(2))
    tap.ok(shown and "MPTABLE: Product ID: QEMU" in shown, "paused: Linux takes it", shown)
    dump = os.path.join(libvirt.work, "dump")
    done = libvirt.virsh("dump", "--memory-only", "guest-d", dump)
    topology = subprocess.run([MPTABLECTL, "decode", dump], capture_output=True)
    again = subprocess.run([MPTABLECTL, "encode", "-"], capture_output=True,
                           input=json.dumps(json.loads(topology.stdout or "{}").get("topology")).encode())
    with open(image, "rb") as file:
        tap.equal(again.stdout, file.read(), "paused: virsh dump --memory-only has the bytes that were injected")
    libvirt.virsh("destroy", "guest-d")


def lacks():
    """Why libvirtd cannot be started, or None"""
    if os.getuid() != 0:
        return "libvirtd is started as root, in a mount namespace"
    for program in ("libvirtd", "virsh", "unshare"):
        if not shutil.which(program):
            return program + " is not installed"
    return None if KERNEL else "no program in $BOOT_KERNEL; ./dev test and ./dev boot fetch one"


def judge_libvirt(tap, work):
    with open(os.path.join(work, "policy"), "w", encoding="utf-8") as file:
        file.write("uid:0 %s\nuid:0 %s\n" % (FIRST, SECOND))
    with Daemon("--policy", file.name) as daemon, Libvirt(work, daemon) as libvirt:
        if libvirt.lacks():
            tap.skip("libvirt", libvirt.lacks())
            return
        judge_boots(tap, libvirt)
        judge_paused(tap, libvirt, daemon)
        judge_no_start(tap, libvirt, daemon)


def judge_page(tap, work):
    path = os.path.join(work, "page.xml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(page_domain())
    if not (shutil.which("virt-xml-validate") and shutil.which("xmllint")):
        tap.skip("the manual's domain", "virt-xml-validate or xmllint is not installed")
        return
    done = subprocess.run(["virt-xml-validate", path, "domain"], capture_output=True, text=True)
    tap.ok(done.returncode == 0, "virt-xml-validate accepts the manual's domain", done)


def main():
    tap = stock.start()
    with tempfile.TemporaryDirectory(prefix="mptabled-libvirt-") as work:
        os.chmod(work, 0o755)
        judge_page(tap, work)
        judge_alone(tap, work)
        if lacks():
            tap.skip("libvirt", lacks())
        else:
            judge_libvirt(tap, work)
    tap.done()


main()
