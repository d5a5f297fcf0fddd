# SPDX-License-Identifier: ISC
"""Memory that runs out: each allocation of a request fails, one by one, then all from each one on; then each call on its
socket. No crash, no leak, no wrong image, and the next request is answered as ever."""
import mmap
import os
import shlex
import struct
import subprocess
import tempfile
import time

from daemon import MPTABLED, SRCDIR, Daemon, Tap
from wire import Wire, get, post, wait_until

tap = Tap()
WORK = tempfile.mkdtemp(prefix="mptabled-")


class Faults:
    """What faults.c maps."""

    def __init__(self, path):
        with open(path, "wb") as file:
            file.write(bytes(48))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 48)

    def numbers(self):
        return struct.unpack("6q", self.map[:48])

    def arm(self, left, every, calls):
        self.map[8:24] = struct.pack("2q", every, 0)
        self.map[40:48] = struct.pack("q", calls)
        self.map[0:8] = struct.pack("q", left)

    def disarm(self):
        """How many allocations failed."""
        self.map[0:8] = bytes(8)
        return self.numbers()[2]


def attempt(where, data):
    """The answer, None when the connection ends or is not had, "silence" when nothing comes."""
    try:
        with Wire(where, timeout=2) as wire:
            return wire.send(data).reply()
    except TimeoutError:
        return "silence"
    except OSError:
        return None


def sweep(daemon, faults, where, name, data, every, calls=0):
    """Fails the first allocation, then the second, and so on, until the request takes place with none failing."""
    truth = attempt(where, data)
    outcomes, wrong, point = {}, [], 0
    while True:
        point += 1
        faults.arm(point, every, calls)
        answer = attempt(where, data)
        failed = faults.disarm()
        control = attempt(where, data)
        if answer == "silence" or daemon.process.poll() is not None or control in (None, "silence") or \
                control.status != truth.status:
            wrong.append((point, answer, control))
            break
        kind = answer.status if answer else "closed"
        outcomes[kind] = outcomes.get(kind, 0) + 1
        if kind not in (truth.status, 503, "closed"):
            wrong.append((point, kind, answer.body[:200]))
        if kind == truth.status == 200 and "metrics" not in name and answer.body != truth.body:
            wrong.append((point, "another body", answer.body[:200]))
        if not failed or point > 3000:
            break
    tap.ok(not wrong and point > 3, "%s: %d %s fail, %s: %s" %
           (name, point - 1, "calls" if calls else "allocations", "and all behind" if every else "one by one", outcomes), wrong)
    return point - 1


def main():
    with open(MPTABLED, "rb") as program:
        text = program.read()
    if b"__asan_init" in text or b"__tsan_init" in text:
        print("1..0 # SKIP sanitizers have an allocator of their own")
        return
    library, path = os.path.join(WORK, "faults.so"), os.path.join(WORK, "faults")
    done = subprocess.run([*shlex.split(os.environ.get("CC", "cc")), "-std=gnu11", "-O1", "-shared", "-fPIC", "-o", library,
                           os.path.join(SRCDIR, "tests", "lib", "faults.c")], capture_output=True)
    if not tap.ok(done.returncode == 0, "the faults compile", done.stderr):
        tap.done()
        return
    faults = Faults(path)
    os.environ.update(LD_PRELOAD=library, FAULTS=path)
    with Daemon("--threads", "1", "--signature-memory", "0") as daemon:  # each request is worked for
        del os.environ["LD_PRELOAD"]
        where = ("127.0.0.1", daemon.port)
        for data in (post(), get(b"/metrics")):
            attempt(where, data)
        time.sleep(1.5)
        before, total = faults.numbers()[3:5], 0
        tap.ok(before[0] > 5, "what is in use is counted", before)
        for every in (0, 1):
            for name, data in (("image", post()), ("image as bytes", post(target=b"/v1/images?format=bin")),
                               ("image of explicit processors", post(b'{"processors":[{"apic_id":0},{"apic_id":9}]}')),
                               ("query", get(b"/v1/images?cpus=9")), ("refusal", post(b'{"cpus":0,"x":1}')),
                               ("refusal as text", post(b'{"cpus":0}', head=b"Accept: text/plain\r\n")),
                               ("profiles", get(b"/v1/profiles")), ("metrics", get(b"/metrics")),
                               ("a body in chunks", post(b"a\r\n{\"cpus\":4}\r\n0\r\n\r\n", length=b"Transfer-Encoding: chunked\r\n")),
                               ("a large head", get(b"/livez", b"Cookie: " + b"a=b;" * 500 + b"\r\n"))):
                total += sweep(daemon, faults, where, name, data, every)
        calls = 0
        for name, address in (("TCP", where), ("UNIX", daemon.socket)):
            for kind, data in (("image", post()), ("no HTTP", b"\0" * 80), ("a refusal that lingers", post(b" " * 90000))):
                calls += sweep(daemon, faults, address, "%s, %s" % (kind, name), data, 0, calls=1)
        after = wait_until(lambda: abs(faults.numbers()[3] - before[0]) <= 2 and faults.numbers()[4] - before[1] < 8192, 4)
        tap.ok(after is not None, "%d allocations and %d calls failed, nothing is left behind" % (total, calls), before,
               faults.numbers()[3:5])
        tap.equal(daemon.stop(), 0, "and the daemon ends with status 0")
    tap.done()


main()
