"""The real binary: `run` calls it once, `Emulator` keeps one running."""

import itertools
import json
import os
import queue
import select
import signal
import socket
import subprocess
import threading
from pathlib import Path

import client

REPOSITORY = Path(__file__).resolve().parents[3]
BINARY = os.environ.get("NEXO_MOCK_BIN", str(REPOSITORY / "build/dev/bin/nexo-mock"))
# Instrumented builds are many times slower; bounds on real time grow by this.
SLOWNESS = 10 if os.environ.get("NEXO_MOCK_SANITIZED") == "1" else 1
PATIENCE = 30 * SLOWNESS  # seconds until something that has to happen counts as lost

_numbers = itertools.count(1)


def fresh_key():
    """A key nobody used before, so an account nobody touched."""
    return f"sk_live_e2e_{os.getpid()}_{next(_numbers)}"


def environment(extra=None):
    """The environment without what would set the emulator's options."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEXO_MOCK_")}
    return kept | (extra or {})


def run(*arguments, env=None, stdin=b"", cwd=None, patience=PATIENCE):
    """Runs the binary to its end, and ends it itself when the patience is at an end; answers
    returncode, stdout and stderr, the latter two as text."""
    done = subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, cwd=cwd,
                          env=environment(env), timeout=patience)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(),
                                       done.stderr.decode())


class Emulator:
    """A running emulator on a free port. Leaving the `with` block stops it with SIGTERM and checks
    that it ended well: exit code 0, and nothing on standard output but the ready line."""

    def __init__(self, *arguments, env=None, port=0, as_json=True, cwd=None):
        self._command = [BINARY, "serve", *([] if port is None else ["--port", str(port)]),
                         *(["--json"] if as_json else []), *arguments]
        self._env = environment(env)
        self._cwd = cwd
        self._log_lines = queue.SimpleQueue()
        self._log_text = []

    def __enter__(self):
        self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=self._env, cwd=self._cwd)
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        try:
            self._become_ready()
        except BaseException:
            self._kill()
            raise
        return self

    def _become_ready(self):
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        self.ready_line = self.process.stdout.readline().decode() if readable else ""
        if not self.ready_line:
            self._kill()
            raise AssertionError("no ready line; it said: " + self.log())
        if self.ready_line.startswith("{"):
            self.ready = json.loads(self.ready_line)
            self.url = self.ready["url"]
            self.port = self.ready["port"]
        else:
            self.url = self.ready_line.split(" listening on ")[1].split(" ")[0]
            self.port = int(self.url.rsplit(":", 1)[1])

    def _listen(self):
        for line in self.process.stderr:
            self._log_text.append(line.decode(errors="replace"))
            self._log_lines.put(self._log_text[-1])
        self._log_lines.put(None)

    def _collect(self):
        self.process.wait(PATIENCE)
        self._listening.join(PATIENCE)
        rest = self.process.stdout.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        return rest

    def _kill(self):
        if not self.process.stdout.closed:
            self.process.kill()
            self._collect()

    def __exit__(self, failure, *_):
        if self.process.stdout.closed:
            return
        if failure is not None:
            self._kill()
            return
        try:
            code, rest = self.stop()
        except subprocess.TimeoutExpired:
            self._kill()
            raise
        assert code == 0, f"exit code {code} after SIGTERM; it said: {self.log()}"
        assert rest == "", f"more on standard output than the ready line: {rest!r}"

    def send_signal(self, which=signal.SIGTERM):
        self.process.send_signal(which)

    def wait(self):
        """Waits for the process to end by itself: its exit code, and what else stdout got."""
        rest = self._collect()
        return self.process.returncode, rest

    def stop(self, which=signal.SIGTERM):
        self.send_signal(which)
        return self.wait()

    def log(self):
        """What it said on standard error so far."""
        return "".join(self._log_text)

    def wait_for_log(self, text):
        """The next line on standard error with the text in it."""
        while True:
            line = self._log_lines.get(timeout=PATIENCE)
            assert line is not None, f"it ended without saying {text!r}: {self.log()}"
            if text in line:
                return line

    def account(self, key=None):
        """A client with a key, a fresh one if none is given."""
        return client.Account(self.url, key or fresh_key())

    def everything(self):
        """A client of the control API that names no account, and so means all of them."""
        return client.Account(self.url, None)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def exchange(self, request):
        """Sends bytes as they are and answers all that comes back until the emulator closes."""
        with self.connect() as connection:
            connection.sendall(request)
            return client.read_to_end(connection)


class HeldPort:
    """A port nobody else is given while this is held. Connections to it are refused, until
    something that is told its number listens there."""

    def __enter__(self):
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number = self._socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self._socket.close()

    def listen(self):
        """A socket that listens on the port, for a while."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.number))
        listener.listen()
        return listener
