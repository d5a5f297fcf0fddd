#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The figures of README.md beside this file, ours against nginx's, in interleaved rounds on loopback."""
import argparse
import json
import os
import platform
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

import bodies
import instructions
import sides

HERE = os.path.dirname(os.path.abspath(__file__))
LOAD = os.path.join(HERE, "load.lua")

# A case is a request to a side. Bodies are file names; what a mode of load.lua takes beyond them is in run_case.
Case = namedtuple("Case", "side mode path body")
CASES = {"healthz": Case("ours", "get", "/healthz", None)}
for _form, _query in (("bin", "?format=bin"), ("json", "")):
    _path = "/v1/images" + _query
    CASES.update({
        "warm " + _form: Case("ours", "post", _path, "compact"),
        "cold " + _form: Case("ours", "cold", _path, None),
        "warm respelled " + _form: Case("ours", "post", _path, "spelled"),
        "respelled " + _form: Case("ours", "respell", _path, None),
        "warm explicit " + _form: Case("ours", "post", _path, "explicit"),
        "nginx file " + _form: Case("nginx", "get", "/static/" + _form, None),
        "nginx return " + _form: Case("nginx", "post", "/return/" + _form, "compact"),
        "nginx return explicit " + _form: Case("nginx", "post", "/return/explicit-" + _form, "explicit"),
    })
CASES.update({
    "second nginx": Case("control", "post", "/return/bin", "compact"),
    "UNIX warm bin": Case("ours", "unix", "/v1/images?format=bin", "compact"),
    "TCP warm bin": Case("ours", "tcp", "/v1/images?format=bin", "compact"),
    "cold bin, one loop": Case("ours", "cold", "/v1/images?format=bin", None),
    "cold bin, two loops": Case("loops", "cold", "/v1/images?format=bin", None),
})

# A figure that is the median, over the rounds, of the ratio of two cases. what: "cpu" has an upper bound, "rate" a lower.
Pair = namedtuple("Pair", "row figure bound first second connections seconds what", defaults=(64, 1, "cpu"))
PAIRS = [
    Pair("0", "control: a second nginx against nginx", 1.10, "second nginx", "nginx return bin"),
    Pair("1", "warm POST against nginx's file of as many bytes: bin", 0.80, "warm bin", "nginx file bin"),
    Pair("1", "the same: json", 0.80, "warm json", "nginx file json"),
    Pair("2", "warm POST against nginx return 200: bin", 0.95, "warm bin", "nginx return bin"),
    Pair("2", "the same: json", 0.95, "warm json", "nginx return json"),
    Pair("3", "as 2, 256 connections: bin", 1.05, "warm bin", "nginx return bin", 256),
    Pair("3", "the same: json", 1.05, "warm json", "nginx return json", 256),
    Pair("3", "as 2, 1000 connections: bin", 1.05, "warm bin", "nginx return bin", 1000, 2),
    Pair("3", "the same: json", 1.05, "warm json", "nginx return json", 1000, 2),
    Pair("4", "warm POST against GET /healthz: bin", 1.15, "warm bin", "healthz"),
    Pair("4", "the same: json", 1.15, "warm json", "healthz"),
    Pair("5", "cold against warm: bin", 6.0, "cold bin", "warm bin"),
    Pair("5", "the same: json", 6.5, "cold json", "warm json"),
    Pair("7", "another spelling against warm: bin", 1.25, "respelled bin", "warm respelled bin"),
    Pair("7", "the same: json", 1.25, "respelled json", "warm respelled json"),
    Pair("9", "warm explicit 254 CPUs against nginx return 200: bin", 1.20, "warm explicit bin", "nginx return explicit bin"),
    Pair("9", "the same: json", 1.20, "warm explicit json", "nginx return explicit json"),
    Pair("13", "5000 connections against nginx return 200: bin", 1.0, "warm bin", "nginx return bin", 5000, 6),
    Pair("14", "UNIX socket against own TCP: bin", 0.75, "UNIX warm bin", "TCP warm bin"),
    Pair("15", "two loops against one: cold requests a second, bin", 1.8, "cold bin, two loops", "cold bin, one loop", 64, 2,
         "rate"),
]
ROWS = [str(row) for row in range(16)]
STARTS = 25  # interleaved starts of each side, row 11
HELD = 1000  # connections held, row 12
SETTLED = 200e-6  # CPU seconds that a server must have had for each connection of a run

Sample = namedtuple("Sample", "cpu rate p50 p99 errors used others wall")
Result = namedtuple("Result", "row figure bound first second ratio verdict")


class OutOfTime(Exception):
    pass


class Bench:
    def __init__(self, options):
        self.options = options
        self.end = time.monotonic() + options.time_limit
        self.children = sides.Children()
        self.work = tempfile.mkdtemp(prefix="bench-")
        self.running, self.sizes, self.samples, self.results, self.notes, self.starved = {}, {}, [], [], [], {}
        self.threads = sides.has_threads(self.children, options.mptabled)
        self.members = bodies.SPELLED
        self.serial = 0
        self.write_bodies()

    def write_bodies(self):
        for name, body in (("compact", bodies.compact()), ("spelled", bodies.spell(self.members)),
                           ("explicit", bodies.explicit())):
            with open(self.body(name), "w", encoding="ascii") as file:
                file.write(body)

    def body(self, name):
        return os.path.join(self.work, name)

    def need_time(self, seconds):
        if time.monotonic() + seconds > self.end:
            raise OutOfTime

    # Sides

    def loops(self, count):
        return ("--threads", str(count)) if self.threads else ()

    def daemon(self, *options):
        return sides.Daemon(self.children, self.options.mptabled, *options)

    def side(self, name):
        """The server of that name, started when it is first asked for."""
        if name not in self.running:
            if name == "ours":
                made = self.daemon(*self.loops(1))
            elif name == "loops":
                made = self.daemon(*self.loops(2))
            else:
                made = self.nginx()
            self.running[name] = made
            made.start()
            if name == "ours":
                self.choose_spelling(made)
        return self.running[name]

    def nginx(self):
        """With bodies of our own, so that both sides send as many bytes."""
        port = self.side("ours").port
        wanted = {"bin": ("?format=bin", "compact"), "json": ("", "compact"),
                  "explicit-bin": ("?format=bin", "explicit"), "explicit-json": ("", "explicit")}
        served = {}
        for name, (query, body) in wanted.items():
            with open(self.body(body), encoding="ascii") as file:
                answer = sides.ask(port, "/v1/images" + query, file.read())
            if answer.status != 200:
                raise SystemExit("POST %s of the %s body: status %d" % (query, body, answer.status))
            served[name] = answer.body
        return sides.Nginx(self.children, self.options.nginx, served)

    def choose_spelling(self, daemon):
        if sides.ask(daemon.port, "/v1/images", bodies.spell(self.members)).status != 200:
            self.members = bodies.SPELLED_PLAIN
            self.notes.append("row 7: the daemon does not take local_apic_address, so no member had a hexadecimal form")
            self.write_bodies()

    def check(self, names):
        """Before anything is measured: every case is answered with 200, both sides of a pair with as many bytes."""
        for name in names:
            case = CASES[name]
            body = None
            if case.body:
                with open(self.body(case.body), encoding="ascii") as file:
                    body = file.read()
            elif case.mode == "cold":
                body = bodies.compact()
            elif case.mode == "respell":
                body = bodies.spell(self.members)
            answer = sides.ask(self.side(case.side).port, case.path, body)
            if answer.status != 200:
                raise SystemExit("%s: status %d" % (name, answer.status))
            self.sizes[name] = len(answer.body)

    # Load

    def command(self, case, side, connections, seconds):
        url = "http://127.0.0.1:%d%s" % (side.port, case.path)
        if case.mode in ("unix", "tcp"):
            command = ["h2load", "--h1", "-t1", "-c%d" % connections, "-D%d" % seconds, "-d", self.body(case.body),
                       "-H", "content-type: application/json"]
            if case.mode == "unix":
                return command + ["--base-uri=unix:" + side.socket, "http://localhost" + case.path]
            return command + [url]
        start = str(self.serial * 1000000)  # no serial number comes twice in a run
        arguments = {
            "get": lambda: [],
            "post": lambda: [self.body(case.body)],
            "cold": lambda: [start, '{"cpus":4,"context":"%s"}' % bodies.CONTEXT],
            "respell": lambda: [start] + ["%s=%s" % (name, ";".join(forms)) for name, forms in self.members],
        }[case.mode]()
        return ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--timeout", "15s", "-s", LOAD, url, "--",
                case.mode, *arguments]

    def run_case(self, name, connections, seconds):
        """A sample; None when other processes left the server so little of the machine, three times running, that setting up
        the connections, some 20 us each, would show."""
        for _ in range(3):
            self.need_time(seconds + 2)
            sample = self.measure(name, connections, seconds)
            if sample.used * sample.wall >= SETTLED * connections:
                break
            if sample.others < os.cpu_count() / 2:  # nobody else was in the way
                self.notes.append("%s, %d connections: the server was idle, which counts as an error" % (name, connections))
                sample = sample._replace(errors=sample.errors + 1)
                break
            self.starved[name, connections] = self.starved.get((name, connections), 0) + 1
        else:
            return None
        self.samples.append(((name, connections), sample))
        return sample

    def measure(self, name, connections, seconds):
        case = CASES[name]
        side = self.side(case.side)
        self.serial += 1
        command = self.command(case, side, connections, seconds)
        sides.wait_until_idle(side.pid)
        begin = time.monotonic()
        before = sides.cpu_seconds(side.pid), load_seconds(), sides.machine_busy()
        out = self.children.run(command, seconds + 45)
        after = sides.cpu_seconds(side.pid), load_seconds(), sides.machine_busy()
        wall = time.monotonic() - begin
        cpu, load, busy = (b - a for a, b in zip(before, after))
        requests, rate, p50, p99, errors = read_h2load(out) if command[0] == "h2load" else read_wrk(out)
        return Sample(1e6 * cpu / max(1, requests), rate, p50, p99, errors, cpu / wall, max(0.0, busy - load - cpu) / wall, wall)

    # Rows

    def pairs(self, pairs):
        """The cases of pairs with the same connections, round after round, each in an order of its own: what a case costs
        depends a little on what ran before it."""
        names = list(dict.fromkeys(name for pair in pairs for name in (pair.second, pair.first)))
        connections, seconds = pairs[0].connections, pairs[0].seconds
        rounds = min(self.options.rounds, 3) if connections >= 5000 else self.options.rounds
        done = []
        try:
            self.check(names)
            for number in range(rounds):
                progress("%d connections: round %d of %d, %d cases" % (connections, number + 1, rounds, len(names)))
                random.Random(number).shuffle(names)
                done.append({name: self.run_case(name, connections, seconds) for name in names})
        except OutOfTime:
            self.notes.append("%d connections: %d of %d rounds, then time was up" % (connections, len(done), rounds))
        finally:
            self.results += [self.judge(pair, done) for pair in pairs]

    def judge(self, pair, done):
        bound = ("at least %g" if pair.what == "rate" else "at most %g") % pair.bound
        both = [(one[pair.first], one[pair.second]) for one in done if one[pair.first] and one[pair.second]]
        if not both:
            return Result(pair.row, pair.figure, bound, "", "", "", "not run")
        if "nginx" in pair.second and self.sizes[pair.first] != self.sizes[pair.second]:
            raise SystemExit("%s: %d bytes against %d" % (pair.figure, self.sizes[pair.first], self.sizes[pair.second]))
        value, unit = ((lambda s: s.rate), " /s") if pair.what == "rate" else ((lambda s: s.cpu), " us")
        first, second = ([value(sample) for sample in side] for side in zip(*both))
        ratios = [a / b for a, b in zip(first, second)]
        middle = statistics.median(ratios)
        errors = [sum(sample.errors for sample in side) for side in zip(*both)]
        if any(errors):
            verdict = "MISSED: errors %d, %d" % tuple(errors)
        elif pair.row == "0":
            verdict = "steady" if 1 / pair.bound <= middle <= pair.bound else "NOISY: trust no ratio"
        else:
            verdict = "met" if (middle >= pair.bound if pair.what == "rate" else middle <= pair.bound) else "MISSED"
        return Result(pair.row, pair.figure, bound, number(statistics.median(first)) + unit,
                      number(statistics.median(second)) + unit,
                      "%.2f [%.2f..%.2f]" % (middle, min(ratios), max(ratios)), verdict)

    def add(self, row, figure, bound, first, second, ratio, met):
        verdict = met if isinstance(met, str) else "met" if met else "MISSED"
        self.results.append(Result(row, figure, bound, first, second, ratio, verdict))

    def row_6(self):
        """Cold bin requests on one connection, 20 and 80 of them; the difference is the work of 60."""
        few, many = 20, 80
        counts = []
        for requests in (few, many):
            self.need_time(15)
            out = os.path.join(self.work, "callgrind.%d" % requests)
            daemon = self.daemon(*self.loops(1))
            try:
                daemon.start(instructions.CALLGRIND + ["--callgrind-out-file=" + out], 40)
                connection = sides.Connection(daemon.port)
                for serial in range(requests):
                    if connection.ask("/v1/images?format=bin", bodies.compact(serial)).status != 200:
                        raise SystemExit("row 6: a cold request is refused")
                connection.close()
            finally:
                daemon.close()
            counts.append(instructions.Counts(out))

        def each(measure):
            return (measure(counts[1]) - measure(counts[0])) / (many - few)

        verifying = r"crypto_sign.*(verify|open)"
        signing = r"crypto_(sign(?!.*(verify|open))|generichash|scalarmult_ed25519|core_ed25519|hash_sha512)"
        total = each(lambda c: c.total)
        cleared = each(lambda c: c.entered(r"libc\.so", r".*memset", r"libmicrohttpd")[1])
        signed = each(lambda c: c.entered("libsodium", signing)[1])
        digest = each(lambda c: c.entered("libgnutls", r"gnutls_hash_fast")[1])
        verified = each(lambda c: c.entered("libsodium", verifying)[1])
        if total <= 0:
            raise SystemExit("row 6: callgrind has counted nothing; is --mptabled a script?")
        share = signed / (total - cleared)
        self.add("6", "share of the signatures in a cold bin request's instructions", "at least 0.9", number(signed),
                 number(total - cleared), "%.3f" % share, share >= 0.9)
        self.notes.append("row 6: of %s instructions a request %s clear the pool, %s sign (BLAKE2b included), %s verify, %s are "
                          "SHA-256 (with it the share is %.3f), %s the rest" % (
                              *map(number, (total, cleared, signed, verified, digest)), (signed + digest) / (total - cleared),
                              number(total - cleared - signed - verified - digest)))

    def row_8(self):
        program = self.options.request_loop
        figure = "parse and check of an explicit 254-CPU body against cJSON's parse and delete"
        if not os.access(program, os.X_OK):
            self.add("8", figure, "at most 0.75", "", "", "", "skipped: no program build/tests/programs/request_loop")
            return
        self.need_time(30)
        ours, cjson = (instructions.per_call(self.children, self.work, lambda calls, who=who: [program, str(calls), "254", who])
                       for who in ("request", "cjson"))
        ratio = ours[0] / cjson[0]
        self.add("8", figure, "at most 0.75", number(ours[0]), number(cjson[0]), "%.2f" % ratio, ratio <= 0.75)
        self.notes.append("row 8: %g allocations against %g" % (ours[1], cjson[1]))

    def row_10(self):
        for cpus, most, field in ((254, 8000, "4 665, sound 5 492"), (4, 1500, "541")):
            self.need_time(15)
            count, allocations = instructions.per_call(
                self.children, self.work, lambda calls, cpus=cpus: [self.options.encode_loop, str(calls), str(cpus)])
            self.add("10", "encode %d CPUs: instructions, allocations" % cpus, "at most %s, 0" % number(most),
                     "%s, %g" % (number(count), allocations), "field: " + field, "", count <= most and allocations == 0)

    def row_11(self):
        starters = {"ours": self.daemon(*self.loops(1)), "nginx": self.nginx()}
        self.running.update({"start " + name: side for name, side in starters.items()})
        paths = {"ours": "/v1/images?format=bin", "nginx": "/return/bin"}
        starters["ours"].start()  # makes the key
        starters["ours"].stop()
        times = {"ours": [], "nginx": []}
        for number_ in range(STARTS):
            self.need_time(3)
            for name in sorted(times, reverse=number_ % 2 == 1):
                times[name].append(1000 * first_answer(starters[name], paths[name]))
        ratios = [a / b for a, b in zip(times["ours"], times["nginx"])]
        middle = statistics.median(ratios)
        self.add("11", "start to first answer against nginx", "at most 0.6", "%.1f ms" % statistics.median(times["ours"]),
                 "%.1f ms" % statistics.median(times["nginx"]), "%.2f [%.2f..%.2f]" % (middle, min(ratios), max(ratios)),
                 middle <= 0.6)
        self.notes.append("row 11: fastest starts %.1f ms against %.1f ms" % (min(times["ours"]), min(times["nginx"])))

    def row_12(self):
        """With as many loops as the daemon takes by itself."""
        self.need_time(20)
        nginx = self.nginx()
        self.running["memory nginx"] = nginx
        found = {}
        for name, side, path in (("nginx", nginx, "/return/bin"), ("ours", self.daemon(), "/v1/images?format=bin")):
            self.running["memory " + name] = side
            side.start()
            time.sleep(0.5)
            idle, dirty = sides.private_kib(side.pid)
            held = [sides.Connection(side.port) for _ in range(HELD)]
            for connection in held:
                if connection.ask(path, bodies.compact()).status != 200:
                    raise SystemExit("row 12: a request is refused")
            opened = sides.private_kib(side.pid)[0]
            for connection in held:
                connection.close()
            time.sleep(1)
            found[name] = idle, dirty, (opened - idle) / HELD, sides.private_kib(side.pid)[0] - idle
        ours, nginx = found["ours"], found["nginx"]
        self.add("12", "private memory, idle", "at most 1024 KiB", "%d KiB" % ours[0], "nginx: %d KiB" % nginx[0], "",
                 ours[0] <= 1024)
        self.add("12", "private memory of an open connection after a request", "at most 9 KiB", "%.1f KiB" % ours[2],
                 "nginx: %.1f KiB" % nginx[2], "", ours[2] <= 9)
        self.add("12", "above idle, 1 s after 1000 connections closed", "at most 256 KiB", "%d KiB" % ours[3],
                 "nginx: %d KiB" % nginx[3], "", ours[3] <= 256)
        self.notes.append("row 12: of the idle memory %d KiB are dirty (nginx: %d)" % (ours[1], nginx[1]))

    # The whole

    def run(self):
        chosen = self.options.rows
        groups = {}
        for pair in PAIRS:
            if pair.row not in chosen:
                continue
            if pair.row == "15" and not self.threads:
                self.add("15", pair.figure, "at least 1.8", "", "", "", "skipped: this daemon has no --threads")
                continue
            groups.setdefault((pair.connections, pair.seconds, pair.row if pair.row in ("14", "15") else ""),
                              []).append(pair)
        steps = [(rows_of(group), lambda group=group: self.pairs(group)) for group in groups.values()]
        steps = [(row, getattr(self, "row_" + row)) for row in ("12", "11", "6", "8", "10") if row in chosen] + steps
        self.take(steps)
        for (name, connections), times in self.starved.items():
            self.notes.append("%s, %d connections: others took too much of the machine, measured again or left out %d times" % (
                name, connections, times))

    def take(self, steps):
        for rows, step in steps:
            progress("rows " + rows)
            try:
                step()
            except OutOfTime:
                self.add(rows, "", "", "", "", "", "not run: time was up")

    def close(self):
        self.children.end_all()
        for side in self.running.values():
            shutil.rmtree(side.work, ignore_errors=True)
        shutil.rmtree(self.work, ignore_errors=True)


def rows_of(pairs):
    return ",".join(dict.fromkeys(pair.row for pair in pairs))


def load_seconds():
    """CPU seconds of the load generators that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def first_answer(side, path):
    """Seconds from the start of a process to the first answer in full."""
    begin = time.perf_counter()
    child = side.spawn()
    while True:
        try:
            answer = sides.ask(side.port, path, bodies.compact())
            break
        except ConnectionError:
            if child.poll() is not None or time.perf_counter() > begin + 10:
                raise SystemExit("%s: no first answer" % side.command()) from None
            time.sleep(0.0002)
    end = time.perf_counter()
    if answer.status != 200:
        raise SystemExit("%s: status %d" % (side.command(), answer.status))
    side.stop()
    return end - begin


def read_wrk(out):
    said = json.loads(out.splitlines()[-1])
    return (said["requests"], 1e6 * said["requests"] / max(1, said["micros"]), said["p50"], said["p99"], said["errors"])


def read_h2load(out):
    """It has no percentiles; the mean stands for the median."""
    total, good = re.search(r"requests: (\d+) total.*?(\d+) succeeded", out).groups()
    rate = float(re.search(r"finished in .*?, ([\d.]+) req/s", out).group(1))
    mean = re.search(r"time for request: +\S+ +\S+ +([\d.]+)(us|ms|s) ", out)
    scale = {"us": 1, "ms": 1e3, "s": 1e6}[mean.group(2)]
    return int(good), rate, float(mean.group(1)) * scale, None, int(total) - int(good)


def number(value):
    """12 345 or 12.3"""
    return "{:,.0f}".format(value).replace(",", " ") if abs(value) >= 100 else "%.1f" % value


def progress(text):
    sys.stderr.write("bench: %s\n" % text)
    sys.stderr.flush()


def output_of(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout.strip()


def machine(options):
    """What a reader has to know of the machine: lines."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/loadavg", encoding="ascii") as file:
        load = " ".join(file.read().split()[:3])
    library = output_of("dpkg-query", "-W", "-f", "libmicrohttpd ${Version}", "libmicrohttpd12")
    return [
        "date     %s" % time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "machine  %d CPUs, %s, Linux %s" % (os.cpu_count(), model.group(1) if model else platform.machine(),
                                            platform.release()),
        "servers  %s; %s; %s" % (output_of(options.mptabled, "--version").splitlines()[0], library,
                                 output_of(options.nginx, "-v").removeprefix("nginx version: ")),
        "load     %s before the run (1, 5, 15 minutes)" % load,
    ]


def table(head, rows, markdown):
    rows = [[str(cell) for cell in row] for row in rows]
    if markdown:
        lines = [head, ["---"] * len(head), *rows]
        return ["| " + " | ".join(line) + " |" for line in lines]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [head, *rows]]


def absolutes(samples):
    """Medians of each case."""
    cases = {}
    for key, sample in samples:
        cases.setdefault(key, []).append(sample)
    for (name, connections), found in cases.items():
        middle = [statistics.median(s[i] for s in found) if found[0][i] is not None else None for i in range(4)]
        yield [name, connections, *("-" if value is None else number(value) for value in middle),
               sum(s.errors for s in found), "%.2f" % statistics.median(s.used for s in found),
               "%.2f [%.2f..%.2f]" % (statistics.median(s.others for s in found), min(s.others for s in found),
                                      max(s.others for s in found))]


def report(bench, lines, took, markdown):
    order = {row: i for i, row in enumerate(ROWS)}
    results = sorted(bench.results, key=lambda result: order.get(result.row.split(",")[0], 99))
    print("\n".join(lines))
    print("took     %d s, %d rounds; a ratio is the median of the rounds' [lowest..highest]\n" % (took, bench.options.rounds))
    print("\n".join(table(["row", "figure", "bound", "ours", "against", "ratio", "verdict"], results, markdown)))
    if bench.samples:
        print("\nMedians of each case. CPUs: of the server, and of whatever else ran beside it and its load.\n")
        print("\n".join(table(["case", "connections", "CPU us/request", "requests/s", "p50 us", "p99 us", "errors", "CPUs",
                               "others' CPUs"], absolutes(bench.samples), markdown)))
    if bench.notes:
        print("\n" + "\n".join(("- " if markdown else "") + note for note in bench.notes))
    sys.stdout.flush()


def row_list(text):
    rows = text.split(",")
    for row in rows:
        if row not in ROWS:
            raise argparse.ArgumentTypeError("rows are 0 to 15, with commas between: %r" % row)
    return rows


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=row_list, default=ROWS, metavar="N,N...", help="only these; 0 is the control")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="interleaved rounds of each case (default 7)")
    parser.add_argument("--time-limit", type=int, default=570, metavar="SECONDS", help="for the whole (default 570)")
    parser.add_argument("--markdown", action="store_true", help="tables as they stand in README.md")
    parser.add_argument("--mptabled", default="build/mptabled", metavar="PATH")
    parser.add_argument("--encode-loop", default="build/tests/programs/encode_loop", metavar="PATH")
    parser.add_argument("--request-loop", default="build/tests/programs/request_loop", metavar="PATH",
                        help="run as PATH CALLS request|cjson, see README.md")
    parser.add_argument("--nginx", default=shutil.which("nginx") or "/usr/sbin/nginx", metavar="PATH")
    chosen = parser.parse_args()
    if chosen.rounds < 1:
        parser.error("at least one round")
    for name in ("mptabled", "encode_loop", "request_loop", "nginx"):
        setattr(chosen, name, os.path.abspath(getattr(chosen, name)))
    return chosen


def many_descriptors():
    """5 000 connections take as many descriptors on both sides."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16384
    if hard != resource.RLIM_INFINITY and hard < wanted and os.getuid() == 0:
        hard = wanted
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def main():
    chosen = options()
    descriptors = many_descriptors()
    begin = time.monotonic()
    lines = machine(chosen)
    bench = Bench(chosen)
    if descriptors < 5200:
        bench.notes.append("only %d descriptors are allowed, too few for row 13" % descriptors)
    try:
        bench.run()
        report(bench, lines, time.monotonic() - begin, chosen.markdown)
    except KeyboardInterrupt:
        bench.notes.append("stopped by a signal")
        report(bench, lines, time.monotonic() - begin, chosen.markdown)
        sys.exit(128 + bench.children.signal)
    finally:
        bench.close()
    sys.exit(any(result.verdict.startswith("MISSED") for result in bench.results))


main()
