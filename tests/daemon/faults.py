# SPDX-License-Identifier: ISC
"""Each call fails once, for every n: in the daemon while it starts and makes its key, through reloads and whole requests;
and in the tool. For allocations of a request, also all from the n-th on. There is no crash, no leak and no wrong image, and
afterwards the daemon serves as before."""
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import ed25519
from daemon import MPTABLED, Daemon, Tap
from preload import KINDS, Faults
from tool import Tool
from wire import get, post, wait_until

tap = Tap()
NO_MEMORY = ("--signature-memory", "0")  # each request is worked for
ALLOCATE = 1
SOCKET = sum(1 << KINDS.index(kind) for kind in ("receive", "send", "accept", "option", "watch"))
CLOSE = b"Connection: close\r\n"
FOUR = b'{"cpus":4,"context":"vm"}'
MIB = 1 << 20


def start_and_stop(faults, place, work):
    """Runs the daemon until it listens or gives up. Returns its exit status and its log."""
    log = os.path.join(work, "start.log")
    environment = dict(os.environ, STATE_DIRECTORY=place, **faults.environment)
    environment.pop("CREDENTIALS_DIRECTORY", None)
    with open(log, "wb") as file:
        process = subprocess.Popen([MPTABLED, "--listen", "unix:" + os.path.join(work, "start.sock")], stderr=file,
                                   env=environment)
    deadline, served = time.monotonic() + 20, False
    while process.poll() is None and time.monotonic() < deadline:
        if not served and answers(os.path.join(work, "start.sock")):
            served = True
            process.send_signal(signal.SIGTERM)
        time.sleep(0.002)
    if process.poll() is None:
        process.kill()
    with open(log, encoding="ascii", errors="replace") as file:
        return process.wait(), served, file.read()


def answers(path):
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(path)
            client.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return client.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def whole(text):
    return text.count(b"\n") == 2 and len(text.split(b"\n")[1]) == 212


def read_if_there(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def starts(faults, work):
    """Calls fail between the first instruction and the first answer, which includes making the key."""
    number, refused, kinds, wrong = 0, 0, set(), []
    while number < 2000 and len(wrong) < 4:
        number += 1
        place = os.path.join(work, "state%d" % number)
        os.mkdir(place, 0o700)
        faults.arm(number)
        status, served, said = start_and_stop(faults, place, work)
        if not faults.disarm():
            break
        kinds.add(KINDS[faults.page.last_kind])
        key = read_if_there(os.path.join(place, "mptabled.key"))
        refused += status == 1
        early = status == 1 and "cannot start thread" in said  # the first thread may already have answered
        if status not in (0, 1) or ((status == 0) != served and not early) or (status == 1 and said.count("event=failed") > 1) or \
                (key is not None and not whole(key)):
            wrong.append((number, KINDS[faults.page.last_kind], status, served, said, key))
        if status == 1:  # the next start works, with the same key
            status, served, said = start_and_stop(faults, place, work)
            after = read_if_there(os.path.join(place, "mptabled.key"))
            if (status, served) != (0, True) or (key is not None and after != key) or \
                    sorted(os.listdir(place)) != ["mptabled.key", "mptabled.pub"]:
                wrong.append((number, "next start", status, said, sorted(os.listdir(place))))
        shutil.rmtree(place)
    tap.equal(wrong, [], "start and key creation: %d points failed one by one, %d starts refused" % (number - 1, refused))
    tap.ok(50 < number < 2000 and {"allocate", "read", "write", "close", "fsync", "name", "open"} <= kinds,
           "of every kind", number, kinds)


def reloads(faults, work):
    """Calls fail during a reload: afterwards either the old key or the new one signs, the key in use is undamaged, and the
    other one is released."""
    lines, texts = [], []
    for name in ("a", "b"):
        with Daemon(state=os.path.join(work, name)) as daemon:
            lines.append(daemon.curl("/v1/keys/minisign.pub").body.decode().split("\n")[1])
            texts.append(read_if_there(os.path.join(work, name, "mptabled", "mptabled.key")))
            shutil.move(daemon.state, os.path.join(work, name + "-kept"))
    path, number, wrong, taken = os.path.join(work, "r.key"), 0, [], 0
    replace(path, texts[0])
    with Daemon("--key", path, "--threads", "1", *NO_MEMORY, environment=faults.environment) as daemon:
        right = [request(daemon, image())]
        for text in (texts[1], texts[0]):
            replace(path, text)
            daemon.reload(0.3)  # writing the line may fail too
            right.append(request(daemon, image()))
        blocks, fired = settle_to_rest(faults), True
        while fired and number < 1000 and not wrong:
            number += 1
            replace(path, texts[1])
            faults.arm(number)
            daemon.reload(0.3)  # writing the line may fail too
            fired = faults.disarm()
            answer = request(daemon, image())
            taken += answer == right[1]
            replace(path, texts[0])
            daemon.reload(0.3)  # writing the line may fail too
            leaked = settle(faults, blocks)
            if answer not in right[:2] or leaked > 0 or request(daemon, image()) != right[0]:
                wrong.append((number, KINDS[faults.page.last_kind], answer, leaked))
        tap.equal(wrong, [], "reload: %d points failed one by one, the new key taken %d times" % (number - 1, taken))
        tap.ok(number > 10 and right[0] == right[2] != right[1] and 0 < taken < number, "some are refused, some not",
               number, taken)


def replace(path, data):
    with open(os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    os.rename(path + ".new", path)


def request(daemon, text, address=None, timeout=8):
    """Returns status and body of the answer, once the connection has ended; None for no answer, "late" when the connection
    does not end."""
    head, received = b"", b""
    address = address or daemon.address
    with socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET) as client:
        client.settimeout(timeout)
        try:
            client.connect(address)
            try:
                client.sendall(text)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all was sent: the answer can still be read
            while True:
                part = client.recv(65536)
                if not part:
                    break
                received += part
        except TimeoutError:
            return "late", received
        except OSError:
            pass
    if b"\r\n\r\n" not in received:
        return None, received
    head, body = received.split(b"\r\n\r\n", 1)
    length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return (int(head.split()[1]) if length in ([], [len(body)]) else None), body


def image(body=FOUR, head=b"", query=b"", **more):
    return post(body, CLOSE + head, b"/v1/images" + query, **more)


def fetch(path, head=b""):
    return get(path, CLOSE + head)


def settle(faults, blocks):
    """Waits until the daemon has released the last connection. Returns how much is allocated beyond @blocks."""
    deadline = time.monotonic() + 1
    while faults.page.live > blocks and time.monotonic() < deadline:
        time.sleep(0.002)
    return faults.page.live - blocks


def judge(line, status, body, wanted, control):
    """Is an answer under faults the right one, a refusal for lack of resources, or the end of the connection?"""
    if status is None or status == 503:
        return True
    if status != wanted:
        return False
    if wanted == 200 and body.startswith(b'{"profile"'):
        got, right = json.loads(body), json.loads(control)
        image = got["image"]
        return image == right["image"] and body == control and \
            ed25519.minisign(line, base64.b64decode(image), got["signature"]["minisign"]) is not None
    return body == control or wanted != 200


def leaks(faults, daemon, text, number, kinds):
    """Does the same fault cost a block each time? Memory that is kept for later requests is only allocated once."""
    before = settle_to_rest(faults)
    for _ in range(6):
        faults.arm(number, kinds=kinds)
        request(daemon, text)
        faults.disarm()
    return settle_to_rest(faults) - before > 2


def points(faults, daemon, line, text, wanted):
    """Makes the n-th call of each kind fail, for every n that a request reaches. Returns the number of calls by kind, the
    number of answers by status, and the errors found. Kinds are counted apart, because calls of different kinds are not
    always made in the same order."""
    control, count, busy, lost, wrong = request(daemon, text)[1], {}, 0, 0, []
    blocks = settle_to_rest(faults)
    for bit, kind in enumerate(KINDS):
        for number in range(1, 1000):
            faults.arm(number, kinds=1 << bit)
            status, body = request(daemon, text)
            if not faults.disarm():
                break
            count[kind] = number
            busy, lost = busy + (status == 503), lost + (status is None)
            leaked = settle(faults, blocks) > 0 and leaks(faults, daemon, text, number, 1 << bit)
            blocks = max(blocks, settle_to_rest(faults)) if faults.page.live > blocks else blocks
            after = request(daemon, text)
            if not judge(line, status, body, wanted, control) or after != (wanted, control if wanted == 200 else after[1]) or \
                    leaked or daemon.process.poll() is not None:
                wrong.append((kind, number, status, body[:200], leaked, after[0]))
            settle(faults, blocks)
            if len(wrong) > 3:
                return count, busy, lost, wrong
    return count, busy, lost, wrong


def requests(faults):
    with Daemon("--timeout", "3", "--threads", "1", *NO_MEMORY, environment=faults.environment) as daemon:
        line = daemon.curl("/v1/keys/minisign.pub").body.decode().split("\n")[1]
        rows = (("POST json", image(), 200), ("GET minisig", fetch(b"/v1/images?cpus=4&format=minisig"), 200),
                ("keys", fetch(b"/v1/keys"), 200), ("refused", image(b'{"cpus":0,"irqs":99,"x":1}'), 422))
        total = 0
        for name, text, wanted in rows:
            request(daemon, text)
            count, busy, lost, wrong = points(faults, daemon, line, text, wanted)
            total += sum(count.values())
            tap.equal(wrong, [], "%s: %d points failed one by one, %d answered 503, %d cut" %
                      (name, sum(count.values()), busy, lost))
            tap.ok({"allocate", "receive", "write", "send", "accept"} <= set(count), name + ": of every kind", count)
        print("# %d points failed one by one through whole requests" % total)
        tap.equal(daemon.stop(), 0, "and it ends well")


def settle_to_rest(faults):
    """The number of allocated blocks, once it has stayed the same for a while."""
    before = None
    while before != faults.page.live:
        before = faults.page.live
        time.sleep(0.05)
    return before


def sweep(faults, daemon, name, text, kinds, lasting, address=None):
    """Makes the n-th call of these kinds fail for every n, alone or with all later ones, until a request is answered
    without a failed call. The daemon must answer or end the connection within two seconds, and answer the next request
    correctly."""
    control, outcomes, wrong, number, fired = request(daemon, text, address), {}, [], 0, 1
    while fired and number < 3000 and len(wrong) < 4:
        number += 1
        faults.arm(number, lasting, kinds)
        status, body = request(daemon, text, address, 2)
        fired = faults.disarm()
        after = request(daemon, text, address, 2)
        outcomes[status] = outcomes.get(status, 0) + 1
        if status not in (control[0], 503, None) or after[0] != control[0] or daemon.process.poll() is not None or \
                (status == control[0] == 200 and "metrics" not in name and body != control[1]):
            wrong.append((number, status, body[:200], after[0]))
    what = "allocations" if kinds == ALLOCATE else "calls"
    tap.ok(not wrong and number > 3 and control[0] is not None, "%s: %d %s fail, %s: %s" %
           (name, number - 1, what, "and all behind" if lasting else "one by one", outcomes), wrong, control)
    return number - 1


def sweeps(faults):
    rows = (("image as bytes", image(query=b"?format=bin")),
            ("image of explicit processors", image(b'{"processors":[{"apic_id":0},{"apic_id":9}]}')),
            ("query", fetch(b"/v1/images?cpus=9")), ("refusal as text", image(b'{"cpus":0}', b"Accept: text/plain\r\n")),
            ("profiles", fetch(b"/v1/profiles")), ("metrics", fetch(b"/metrics")),
            ("a body in chunks", image(b"a\r\n{\"cpus\":4}\r\n0\r\n\r\n", length=b"Transfer-Encoding: chunked\r\n")),
            ("a large head", fetch(b"/livez", b"Cookie: " + b"a=b;" * 500 + b"\r\n")))
    faults.page.live = faults.page.bytes = 0
    with Daemon("--threads", "1", *NO_MEMORY, environment=faults.environment) as daemon:
        for text in (image(), fetch(b"/metrics")):
            request(daemon, text)
        settle_to_rest(faults)
        before = faults.page.live, faults.page.bytes
        tap.ok(before[0] > 5 and before[1] > 1000, "what is in use is counted", before)
        total = sum(sweep(faults, daemon, name, text, ALLOCATE, False) for name, text in rows)
        total += sum(sweep(faults, daemon, name, text, ALLOCATE, True) for name, text in
                     (("image", image()), ("refusal", image(b'{"cpus":0,"x":1}')), *rows))
        calls = 0
        for place, address in (("TCP", None), ("UNIX", daemon.socket)):
            for name, text in (("image", image()), ("no HTTP", b"\0" * 80), ("a refusal that lingers", image(b" " * 90000))):
                calls += sweep(faults, daemon, "%s, %s" % (name, place), text, SOCKET, False, address)
        after = wait_until(lambda: abs(faults.page.live - before[0]) <= 2 and faults.page.bytes - before[1] < 8192, 4)
        tap.ok(after is not None, "%d allocations and %d calls failed, nothing is left behind" % (total, calls), before,
               (faults.page.live, faults.page.bytes))
        tap.equal(daemon.stop(), 0, "and the daemon ends with status 0")


def commands(faults):
    """Calls fail in the tool: it does its work or prints an error, and no file is half written."""
    with Tool() as tool, Daemon() as daemon:
        shutil.copy(os.path.join(daemon.state, "mptabled", "mptabled.pub"), tool.path("daemon.pub"))
        tool.run("keygen", "-s", "k.key")
        tool.write("four.json", FOUR)
        tool.run("encode", "-s", "k.key", "-o", "image.bin", "four.json")
        image, blank = tool.read("image.bin"), bytes(MIB)
        memory = blank[:0x9FC00] + image + blank[0x9FC00 + len(image):]
        good = {"new.sig": (tool.read("image.bin.minisig"),), "got.bin": (image,), "memory": (blank, memory)}
        rows = (("verify", 1, "-p", "k.pub", "image.bin"), ("keygen", 1, "-s", "new.key"),
                ("sign", 1, "-s", "k.key", "--context", "vm", "-x", "new.sig", "image.bin"),
                ("inject", 1, "-p", "k.pub", "--memory", "memory", "image.bin"),
                ("get", 7, "-p", "daemon.pub", "--server", "unix:" + daemon.socket, "-o", "got.bin", "four.json"))
        for name, step, *arguments in rows:
            number, wrong, statuses, fired = 1 - step, [], set(), 1
            while fired and number < 3000 and len(wrong) < 4:
                number += step
                for old in ("new.sig", "got.bin", "got.bin.minisig", "new.key", "new.pub"):
                    if os.path.exists(tool.path(old)):
                        os.unlink(tool.path(old))
                tool.write("memory", blank)
                faults.arm(number)
                done = tool.run(name, *arguments, env=dict(os.environ, **faults.environment))
                fired = faults.disarm()
                statuses.add(done.returncode)
                key = read_if_there(tool.path("new.key"))
                there = {file: read_if_there(tool.path(file)) for file in good}
                sound = (key is None or whole(key)) and all(data is None or data in good[file] for file, data in there.items())
                if done.returncode not in (0, 3) or not sound or (done.returncode == 3) != (done.stderr != b""):
                    wrong.append((number, KINDS[faults.page.last_kind], done, tool.files()))
            tap.equal(wrong, [], "%s: %d points failed one by one" % (name, (number - 1) // step))
            tap.ok(statuses == {0, 3} and done.returncode == 0 and number > 10, "and then it is done as before", statuses, done)


def main():
    with open(MPTABLED, "rb") as binary:
        if b"__asan_init" in binary.read():
            print("1..0 # SKIP sanitizers have an allocator of their own")
            return
    with tempfile.TemporaryDirectory(prefix="mptabled-faults-") as work:
        faults = Faults(work)
        starts(faults, work)
        reloads(faults, work)
        requests(faults)
        sweeps(faults)
        commands(faults)
    tap.done()


main()
