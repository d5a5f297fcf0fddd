# SPDX-License-Identifier: ISC
"""mptablectl in a directory for one test. What it prints is kept, to be searched for secrets."""
import base64
import os
import pty
import resource
import shutil
import signal
import subprocess
import tempfile

for name in ("MPTABLED_SERVER", "MPTABLED_PUBLIC_KEYS", "MPTABLED_TOKEN_FILE"):  # which a user of the tool may have set
    os.environ.pop(name, None)
MPTABLECTL = os.path.abspath(os.environ.get("MPTABLECTL", "./mptablectl"))
DONE, REFUSED, USAGE, IO = 0, 1, 2, 3


def is_sanitized():
    """Is the tool built with the address sanitizer? It takes memory of its own, and cannot be preloaded into."""
    with open(MPTABLECTL, "rb") as program:
        return b"__asan_init" in program.read()


def on_terminal(*arguments, **environment):
    """Runs the tool with a terminal as standard output. Returns the output and the exit status."""
    leader, follower = pty.openpty()
    with subprocess.Popen([MPTABLECTL, *arguments], stdout=follower, stderr=subprocess.DEVNULL,
                          env=dict(os.environ, **environment)) as process:
        os.close(follower)
        text = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                part = b""
            if not part:
                break
            text += part
    os.close(leader)
    return text.replace(b"\r\n", b"\n"), process.returncode


class Tool:
    """with Tool() as tool: tool.run("verify", "image.bin", "-p", "k.pub")"""

    def __init__(self):
        self.work = tempfile.mkdtemp(prefix="mptablectl-")
        self.printed = []

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        shutil.rmtree(self.work)

    def path(self, name):
        return os.path.join(self.work, name)

    def write(self, name, data, mode=0o644):
        with open(self.path(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        os.chmod(self.path(name), mode)
        return name

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def files(self):
        return sorted(os.listdir(self.work))

    def run(self, *arguments, data=b"", **more):
        data = data.encode() if isinstance(data, str) else data
        done = subprocess.run([MPTABLECTL, *arguments], input=data, capture_output=True, timeout=60, cwd=self.work, **more)
        self.printed.append(done.stdout + done.stderr)
        return done

    def limited(self, size, *arguments, data=b""):
        """Runs the tool with a limit on the size of each file, as on a full disk."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return self.run(*arguments, data=data, preexec_fn=limit)

    def in_namespace(self, script):
        """Runs a shell script as root of new namespaces of users and mounts."""
        return subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, timeout=60, cwd=self.work)

    def killed(self, call, when, *arguments, data=b""):
        """Runs the tool and kills it at its @when-th system call of that name. Returns whether it was killed."""
        inject = "inject=%s:signal=KILL:when=%d" % (call, when)
        done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", inject, MPTABLECTL,
                               *arguments],
                              input=data, capture_output=True, timeout=60, cwd=self.work)
        return done.returncode == -signal.SIGKILL

    def minisign(self, *arguments):
        return subprocess.run(["minisign", *arguments], capture_output=True, cwd=self.work, stdin=subprocess.DEVNULL)

    def secrets(self, key):
        """The parts of a secret key file that must not be printed: its seed as bytes, in hex and in base64 at any
        offset, and the file's line."""
        line = self.read(key).splitlines()[1]
        seed = base64.b64decode(line)[62:94]
        encoded = [base64.b64encode(bytes(shift) + seed)[4:40] for shift in range(3)]
        return [seed, seed.hex().encode(), seed.hex().upper().encode(), line[-120:], *encoded]

    def has_printed(self, secrets):
        return [secret for secret in secrets for text in self.printed if secret in text]


def refused(tap, done, status, says, name):
    """Checks the exit status, that one line on standard error has the text @says, and that standard output is empty."""
    text = done.stderr.decode("ascii")
    return tap.ok(done.returncode == status and says in text and text.count("\n") == 1 and text.startswith("mptablectl: ") and
                  done.stdout == b"", name, done.returncode, done.stdout, text)
