"""A client that does nothing wrong, and what it sees: sends at a fixed pace on one connection.

It is a process of its own, so that what the attackers compute in Python does not hold it up. A latency
counts from the moment at which the send was due, so a stall shows in all sends that it holds up.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import time

PACE = 200  # sends in a second
# Quiet latencies below this are taken for this: on a machine that others use, or that runs the attackers
# too, a thread waits that long for a core now and then.
FLOOR_MS = 5.0
BODY = b'{"phone":"+84981234567","code":"482917"}'


class HonestClient:
    """Use in a `with` block; `account` pays for what it sends."""

    def __init__(self, account):
        account.mock("PATCH", "account", {"balance": 1_000_000})
        self._port = account.address[1]
        self._key = account.key
        self.sent = 0

    def __enter__(self):
        self._process = subprocess.Popen([sys.executable, __file__, str(self._port), self._key],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def start(self, windows, seconds=1.0):
        """Sends for as many windows of that length; told() waits for their end."""
        self._process.stdin.write(json.dumps([windows, seconds]) + "\n")
        self._process.stdin.flush()

    def told(self):
        """The p99 latency of each window in milliseconds; an answer that is no 202 is an error."""
        line = self._process.stdout.readline()
        assert line, "the honest client ended"
        came = json.loads(line)
        assert "error" not in came, f"the honest client was told: {came['error']}"
        self.sent += came["sent"]
        return came["p99"]

    def measure(self, windows, seconds=1.0):
        self.start(windows, seconds)
        return self.told()


class Comparison:
    """Latencies quiet and under attack: the medians of the windows' p99, in milliseconds."""

    def __init__(self, quiet, attacked):
        self.quiet = statistics.median(quiet)
        self.attacked = statistics.median(attacked)
        self.bound = 3 * max(self.quiet, FLOOR_MS)

    def __str__(self):
        return (f"p99 {self.quiet:.2f} ms quiet, {self.attacked:.2f} ms under attack "
                f"(bound {self.bound:.1f} ms)")


# --- the process

def _request(key):
    return (b"POST /api/v1/send-otp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
            key.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)


def _read_reply(connection):
    came = b""
    while True:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError(f"closed after {came!r}")
        came += part
        head, found, body = came.partition(b"\r\n\r\n")
        if found:
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(body) >= length:
                return came


def _window(connection, request, seconds):
    latencies = []
    began = time.perf_counter()
    for index in range(int(PACE * seconds)):
        due = began + index / PACE
        if (early := due - time.perf_counter()) > 0:
            time.sleep(early)
        connection.sendall(request)
        reply = _read_reply(connection)
        latencies.append(time.perf_counter() - due)
        if not reply.startswith(b"HTTP/1.1 202 "):
            raise ConnectionError(reply.decode(errors="replace"))
    latencies.sort()
    return latencies


def _serve(port, key):
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = _request(key)
    for line in sys.stdin:
        windows, seconds = json.loads(line)
        told = {"p99": [], "sent": 0}
        try:
            for _ in range(windows):
                latencies = _window(connection, request, seconds)
                told["p99"].append(latencies[int(len(latencies) * 0.99) - 1] * 1000)
                told["sent"] += len(latencies)
        except OSError as failure:
            told = {"error": repr(failure)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2])
