#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What an image costs, measured against what it cannot do without: one exchange over HTTP, and
signatures. README.md beside this file explains the rows."""
import argparse
import contextlib
import json
import os
import platform
import random
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

from servers import HERE, Daemon, Nginx

SERIAL = "#" * 12  # load.lua puts a number there, another one in each request
SIGNATURES = "20000"  # of one sample of S
CPUS = os.cpu_count()


def get(path, *fields):
    return "\r\n".join(["GET %s HTTP/1.1" % path, "Host: localhost", *fields, "", ""])


def post(path, **topology):
    body = json.dumps(topology, separators=(",", ":"))
    return "\r\n".join(["POST %s HTTP/1.1" % path, "Host: localhost",
                        "Content-Type: application/json", "Content-Length: %d" % len(body),
                        "", body])


# A case is one request, sent again and again to a server. With pauses it is sent at about half the
# rate that "new bin" reaches without.
Case = namedtuple("Case", "server request connections seconds pauses status",
                  defaults=(64, 1, False, 200))
BIN, JSON = "/v1/images?format=bin", "/v1/images"
NEW = {"cpus": 4, "context": SERIAL}
PROCESSORS = [{"apic_id": i, "apic_version": 20, "signature": 1777, "features": 125959167}
              for i in range(254)]
CASES = {
    "H": Case("daemon", get("/healthz")),
    "nginx": Case("nginx", get("/healthz")),
    "nginx again": Case("nginx again", get("/healthz")),
    "new bin": Case("daemon", post(BIN, **NEW)),
    "new json": Case("daemon", post(JSON, **NEW)),
    "new 254": Case("daemon", post(BIN, cpus=254, context=SERIAL)),
    "unseen": Case("daemon", post(BIN, product_id=SERIAL, **NEW)),
    "same bin": Case("daemon", post(BIN, cpus=4)),
    "same json": Case("daemon", post(JSON, cpus=4)),
    "matching": Case("daemon", get(JSON + "?cpus=4", "If-None-Match: @ETAG@"), status=304),
    "explicit": Case("daemon", post(BIN, processors=PROCESSORS, context=SERIAL)),
    "two loops": Case("two loops", post(BIN, **NEW), seconds=2),
    "5000": Case("daemon", post(BIN, **NEW), connections=5000, seconds=5),
    "half": Case("daemon", post(BIN, **NEW), seconds=2, pauses=True),
}

# cpu, p50, p99: us. rate: requests a second. speed: the rate if nothing else had taken CPU time
# from the loops. others: CPUs that were taken by processes outside the bench.
Sample = namedtuple("Sample", "cpu rate speed p50 p99 errors others", defaults=(0,) * 6)


# What a row compares: two figures of a round, whose ratio has the bound.
def cost(case, base):
    return case.cpu, sum(sample.cpu for sample in base)


def speed(case, base):
    return case.speed, base[0].speed


def tail(case, _):
    return case.p99, case.p50


UNITS = {cost: "us", speed: "/s", tail: "us"}
Row = namedtuple("Row", "number what bound case base figures", defaults=(cost,))
ROWS = [
    Row(0, "control: nginx / nginx", 1.1, "nginx again", ["nginx"]),
    Row(1, "new VM, 4 CPUs: bin / (H + S)", 1.3, "new bin", ["H", "S"]),
    Row(1, "new VM, 4 CPUs: json / (H + S)", 1.55, "new json", ["H", "S"]),
    Row(2, "new VM, 254 CPUs: bin / (H + S)", 1.8, "new 254", ["H", "S"]),
    Row(3, "image never seen, 4 CPUs: bin / (H + 2 S)", 1.3, "unseen", ["H", "S", "S"]),
    Row(4, "same request again: bin / H", 2, "same bin", ["H"]),
    Row(4, "same request again: json / H", 2.4, "same json", ["H"]),
    Row(5, "If-None-Match that matches / H", 1.3, "matching", ["H"]),
    Row(6, "new VM, 254 processors explicit: bin / (H + S)", 4, "explicit", ["H", "S"]),
    Row(7, "new VMs, two loops / one", 1.85, "two loops", ["new bin"], speed),
    Row(8, "GET /healthz / nginx return 200", 1.5, "H", ["nginx"]),
    Row(9, "new VMs, 5000 connections / 64", 1.35, "5000", ["new bin"]),
    Row(10, "new VMs at half the highest rate: p99 / median", 10, "half", ["new bin"], tail),
]


class Bench:
    """Servers, requests and samples of a run. What it starts ends with the stack."""

    def __init__(self, options, stack):
        self.options = options
        self.rows = [row for row in ROWS if row.number in options.rows]
        self.names = sorted({name for row in self.rows for name in (row.case, *row.base)})
        self.serial = 0
        self.work = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        self.servers = {name: stack.enter_context(server) for name, server in (
            ("daemon", Daemon(options.mptabled, 1)), ("two loops", Daemon(options.mptabled, 2)),
            ("nginx", Nginx(options.nginx)), ("nginx again", Nginx(options.nginx)))}
        etag = self.servers["daemon"].ask(get(JSON + "?cpus=4"))[1]["ETag"]
        for name, case in CASES.items():
            self.prepare(name, case, case.request.replace("@ETAG@", etag))

    def file(self, name):
        return os.path.join(self.work, name)

    def prepare(self, name, case, request):
        """The reply is the expected one, and other numbers in a request give another signature."""
        replies = [self.servers[case.server].ask(request.replace(SERIAL, "%012d" % number))
                   for number in range(2)]
        signatures = {headers["Mptable-Signature"] for _, headers, _ in replies}
        if replies[0][0] != case.status or len(signatures) != 1 + (SERIAL in request):
            raise SystemExit("%s: unexpected reply: %s" % (name, replies[0]))
        with open(self.file(name), "w", encoding="ascii", newline="") as file:
            file.write(request)

    def measure(self, name, highest):
        """A sample. highest: requests a second of "new bin" in this round, for "half"."""
        if name == "S":
            return Sample(float(subprocess.check_output([self.options.sign_loop, SIGNATURES])))
        case, server = CASES[name], self.servers[CASES[name].server]
        self.serial += 1000000  # no number comes twice
        # ms, twice the mean of a cycle at half the rate, of which timers and the request take 1 ms
        pause = max(1, round(4000 * case.connections / highest) - 2) if case.pauses else 0
        command = ["wrk", "-t1", "-c%d" % case.connections, "-d%ds" % case.seconds, "--timeout",
                   "15s", "-s", os.path.join(HERE, "load.lua"), "http://127.0.0.1:%d" % server.port,
                   "--", self.file(name), str(self.serial), str(pause)]
        server.settle()
        before = clocks(server)
        out = subprocess.check_output(command, text=True)
        wall, cpu, load, busy = (b - a for a, b in zip(before, clocks(server)))
        result = json.loads(out.splitlines()[-1])
        requests = result["requests"]
        if requests == 0:
            raise SystemExit("%s: no reply in %d s" % (name, case.seconds))
        rate = requests / result["seconds"]
        usable = min(server.loops, CPUS - (busy - cpu) / wall)  # used by the server, or idle
        return Sample(1e6 * cpu / requests, rate, rate * server.loops / usable, result["p50"],
                      result["p99"], result["errors"], max(0, busy - load - cpu) / wall)

    def take_round(self, number):
        """Each case once, in another order each round, since a case feels what ran before it."""
        names = random.Random(number).sample(self.names, len(self.names))
        names.sort(key=lambda name: name == "half")  # last: it needs a rate
        samples = {}
        for name in names:
            samples[name] = self.measure(name, samples["new bin"].rate if name == "half" else None)
        return samples

    def run(self):
        rounds, longest, start = [], 0, time.monotonic()
        end = start + self.options.time_limit
        while len(rounds) < self.options.rounds and time.monotonic() + longest < end:
            begin = time.monotonic()
            rounds.append(self.take_round(len(rounds)))
            longest = max(longest, time.monotonic() - begin)
            print("bench: round %d of %d" % (len(rounds), self.options.rounds), file=sys.stderr)
        return rounds


def clocks(server):
    """Seconds that have passed, and CPU seconds of the server, of ended loads, of the machine."""
    load = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
    busy = (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
    return time.monotonic(), server.cpu(), load.ru_utime + load.ru_stime, busy


def verdict(row, ratio, errors, others):
    if errors:
        return "MISSED: %d errors" % errors
    if others > 0.1 and row.figures is not cost:
        return "none: the machine was not idle"
    if row.number == 0:
        return "steady" if 1 / row.bound <= ratio <= row.bound else "UNSTEADY: trust no ratio"
    met = ratio >= row.bound if row.figures is speed else ratio <= row.bound
    return "met" if met else "MISSED"


def judge(row, rounds):
    """The cells of a row of the table; the last is the verdict."""
    samples = [(one[row.case], [one[name] for name in row.base]) for one in rounds]
    pairs = [row.figures(*sample) for sample in samples]
    ratios = [first / second for first, second in pairs]
    ratio = statistics.median(ratios)
    errors = sum(sample.errors for case, base in samples for sample in (case, *base))
    others = statistics.median(case.others for case, _ in samples)
    figures = ["%.*f %s" % (figure < 1000, figure, UNITS[row.figures])
               for figure in map(statistics.median, zip(*pairs))]
    bound = "%s %g" % ("at least" if row.figures is speed else "at most", row.bound)
    return [str(row.number), row.what, bound, *figures, "%.2f" % ratio,
            "%.2f to %.2f" % (min(ratios), max(ratios)), verdict(row, ratio, errors, others)]


def table(lines):
    """Markdown, with columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("| %s |" % " | ".join(map(str.ljust, line, widths)) for line in lines)


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False).stdout.strip()


def report(options, rows, rounds, took):
    """Prints the machine, the programs and the table. Returns whether a bound is missed."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    others = statistics.median(sample.others for one in rounds for sample in one.values())
    print(time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), end=": ")
    print("%d CPUs, %s, Linux %s" % (CPUS, model.group(1) if model else platform.machine(),
                                     platform.release()))
    print(output_of(options.mptabled, "--version").splitlines()[0],
          output_of("dpkg-query", "-W", "-f", "${Package} ${Version}", "libmicrohttpd12"),
          output_of(options.nginx, "-v").removeprefix("nginx version: "), sep="; ")
    print("%d rounds, %d s; other processes took %.2f CPUs" % (len(rounds), took, others))
    for name in sorted({"H", "S"} & set(rounds[0])):
        costs = [one[name].cpu for one in rounds]
        middle = statistics.median(costs)
        print("%s: %.1f us, %.1f to %.1f" % (name, middle, min(costs), max(costs)))
    print()
    cells = [judge(row, rounds) for row in rows]
    head = ["row", "what", "bound", "figure", "against", "ratio", "spread", "verdict"]
    print(table([head, *cells]))
    if "half" in rounds[0]:
        print("\nRow 10 ran at %.2f of the highest rate." % statistics.median(
            one["half"].rate / one["new bin"].rate for one in rounds))
    return any(line[-1].startswith("MISSED") for line in cells)


def row_list(text):
    known = {str(row.number): row.number for row in ROWS}
    if not set(text.split(",")) <= set(known):
        raise argparse.ArgumentTypeError("rows are 0 to 10, with commas between them")
    return [known[row] for row in text.split(",")]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=row_list, default=[row.number for row in ROWS],
                        metavar="N,N...", help="only these, of 0 to 10; 0 is the control")
    parser.add_argument("--rounds", type=int, default=9, metavar="N",
                        help="of all cases in turn (default 9)")
    parser.add_argument("--time-limit", type=int, default=420, metavar="SECONDS",
                        help="no round starts that would end later (default 420)")
    parser.add_argument("--mptabled", default="build/mptabled", metavar="PATH")
    parser.add_argument("--sign-loop", default="build/tests/programs/sign_loop", metavar="PATH")
    parser.add_argument("--nginx", default=shutil.which("nginx") or "/usr/sbin/nginx",
                        metavar="PATH")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("at least one round")
    return options


def main():
    options = parse_options()
    start = time.monotonic()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    soft = 16384 if hard == resource.RLIM_INFINITY else min(16384, hard)  # 5000 connections
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the servers end too
    with contextlib.ExitStack() as stack:
        bench = Bench(options, stack)
        rounds = bench.run()
    sys.exit(report(options, bench.rows, rounds, time.monotonic() - start))


main()
