# SPDX-License-Identifier: ISC
"""A terminal with a shell in it, by tmux."""
import re
import shlex
import subprocess
import tempfile
import time

COLUMNS, LINES = 80, 200


class Terminal:
    """with Terminal("bash", "--norc") as terminal: terminal.type("ls\\n")"""

    def __init__(self, *command, folder="/", environment=None):
        self.command, self.folder = command, folder
        self.environment = dict({"TERM": "screen-256color", "LC_ALL": "C.UTF-8", "PS1": "$ "}, **(environment or {}))
        self.lines = 0
        self.work = tempfile.TemporaryDirectory(prefix="terminal-")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-f", "/dev/null", "-S", self.work.name + "/socket", *arguments], capture_output=True,
                              check=True, timeout=30).stdout.decode()

    def __enter__(self):
        settings = ["%s=%s" % pair for pair in self.environment.items()]
        command = shlex.join(["env", "-u", "NO_COLOR", *settings, *self.command])
        self.tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES), "-c", self.folder, command)
        self.wait(lambda text: text.strip())
        return self

    def __exit__(self, *exception):
        subprocess.run(["tmux", "-S", self.work.name + "/socket", "kill-server"], capture_output=True)
        self.work.cleanup()

    def screen(self, *options):
        return self.tmux("capture-pane", "-p", *options).rstrip("\n")

    def wait(self, good):
        """Waits until @good is true of the screen, for 20 seconds at most. Returns the screen."""
        deadline = time.monotonic() + 20
        while not good(self.screen()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.screen()

    def keys(self, *keys):
        """Types keys by their names, such as Tab, or text."""
        self.tmux("send-keys", *keys)

    def run(self, line, *options):
        """Runs a command line. Returns what it printed, and its exit status. A number marks the end, since that of an
        earlier line stays on the screen until this is cleared."""
        self.lines += 1
        self.tmux("send-keys", "-l", "clear; %s; echo \"[%d: $?]\"" % (line, self.lines))
        self.tmux("send-keys", "Enter")
        end = r"^\[%d: (\d+)\]$" % self.lines
        self.wait(lambda text: re.search(end, text, re.M))
        text = self.screen(*options)
        end = re.search(end, text, re.M)
        return (text[:end.start()].strip("\n"), int(end.group(1))) if end else (text, None)
