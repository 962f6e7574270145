"""A client that does nothing wrong, and what it sees: sends at a fixed pace on one connection.

It is a process of its own, so that what the attackers compute in Python does not hold it up. A latency
counts from the moment at which the send was due, so a stall shows in all sends that it holds up.
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path

from effort import effort
from emulator import SLOWNESS

SENDER = Path(__file__).with_name("honest_sender.py")

# Quiet latencies below this are taken for this: on a machine that others use, or that runs the attackers
# too, a thread waits that long for a core now and then.
FLOOR_MS = effort(5.0, 25.0) * SLOWNESS


class HonestClient:
    """Use in a `with` block; `account` pays for what it sends."""

    def __init__(self, account):
        account.mock("PATCH", "account", {"balance": 1_000_000})
        self._port = account.address[1]
        self._key = account.key
        self.sent = 0

    def __enter__(self):
        self._process = subprocess.Popen([sys.executable, str(SENDER), str(self._port), self._key],
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
