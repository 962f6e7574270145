"""Servers under test: started on chosen cores, asked until they answer, ended with all they started."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

PATIENCE = 60


class Failure(Exception):
    """What could not be measured, in words."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def request(method, path, key="sk_live_bench", body=None, close=False):
    """The bytes of a request."""
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}"]
    if close:
        head.append("Connection: close")
    if body is not None:
        head += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(head) + "\r\n\r\n" + (body or "")).encode()


def ask(port, message):
    """The whole reply to a request that says "Connection: close"."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as to:
        to.sendall(message)
        came = b""
        while part := to.recv(65536):
            came += part
    return came


class Server:
    """A server under test. `first` is the request that it answers with 2xx once it is ready."""

    def __init__(self, name, command, port, cores, first, log, folder=None):
        self.name = name
        self.command = [str(word) for word in command]
        self.port = port
        self.cores = cores
        self.first = first
        self.log = log
        self.folder = folder
        self.process = None

    def __enter__(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", ",".join(map(str, self.cores)), *self.command], cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *why):
        self.stop()

    def _wait_until_it_answers(self):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                if re.match(rb"HTTP/1\.1 2\d\d", ask(self.port, self.first)):
                    return
            time.sleep(0.005)
        raise Failure(f"{self.name} did not answer; it said:\n{self.said()}")

    def said(self):
        return Path(self.log).read_text(errors="replace")[-2000:]

    def stop(self):
        """Ends it as an operator does, then by force."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def processes(self):
        """It and its children, however deep."""
        found = [self.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found += map(int, task.read_text().split())
        return found

    def resident_kib(self):
        total = 0
        for pid in self.processes():
            total += int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])
        return total

    def cpu_seconds(self):
        """Of it and its children, all threads."""
        total = 0
        for pid in self.processes():
            for each in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                with contextlib.suppress(OSError):
                    total += int(each.read_text().split()[0])
        return total / 1e9
