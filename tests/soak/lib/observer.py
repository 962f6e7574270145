"""Looks at a process and at what it says of itself, over and over."""

import http.client
import json
import re
import threading
import time
from decimal import Decimal
from pathlib import Path

SAMPLE = re.compile(r"^nexo_mock_(\w+?)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
KEPT = ("deliveries_bytes", 'journal_bytes{what="request"}', 'journal_bytes{what="webhook_attempt"}')


def read_metrics(text):
    """{name, with its labels as they are written: value}, exactly; without nexo_mock_."""
    return {name + (f"{{{labels}}}" if labels else ""): Decimal(value)
            for name, labels, value in SAMPLE.findall(text)}


def process_facts(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return {"rss_kib": int(re.search(r"VmRSS:\s+(\d+)", status)[1]),
            "threads": int(re.search(r"Threads:\s+(\d+)", status)[1]),
            "descriptors": sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())}


class Calls:
    """Calls over one connection that is kept, as long as the emulator keeps it for sure."""

    IDLE_S = 30

    def __init__(self, port):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._used = time.monotonic()

    def _exchange(self, method, path, key, body=None):
        if time.monotonic() - self._used > self.IDLE_S:
            self._connection.close()  # the call opens another
        self._used = time.monotonic()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        reply = self._connection.getresponse()
        return reply.status, reply.read().decode()

    def exchange(self, method, path, key, body=None):
        """Status and JSON, whatever they are."""
        status, text = self._exchange(method, path, key, body)
        return status, json.loads(text, parse_float=Decimal)

    def text(self, path, key=None):
        status, body = self._exchange("GET", path, key)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body}")
        return body

    def json(self, path, key=None):
        return json.loads(self.text(path, key), parse_float=Decimal)

    def metrics(self):
        return read_metrics(self.text("/metrics"))

    def close(self):
        self._connection.close()


def backlog(metrics):
    """Status changes and webhooks to come."""
    return int(metrics["deliveries_pending"] + metrics['webhooks{state="waiting"}'] +
               metrics["webhook_attempts_in_flight"])


def accepted(metrics):
    return int(metrics['deliveries_total{status="delivered"}'] +
               metrics['deliveries_total{status="failed"}'] + metrics["deliveries_pending"])


class Observer:
    """A thread that takes a sample twice a second, until the `with` block is left."""

    INTERVAL = 0.5

    def __init__(self, pid, port):
        self._pid = pid
        self._calls = Calls(port)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._last = {}
        self.samples = []
        self.fell = []  # counters that did
        self.trouble = None

    def __enter__(self):
        self._began = time.monotonic()
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *why):
        self._ends.set()
        self._thread.join()
        self._calls.close()

    def _run(self):
        try:
            while not self._ends.wait(self.INTERVAL):
                self._look()
        except Exception as why:  # told at the end, where all that failed is
            self.trouble = repr(why)

    def _look(self):
        metrics = self._calls.metrics()
        for name, value in metrics.items():
            if "_total" in name and value < self._last.get(name, 0):
                self.fell.append(f"{name} from {self._last[name]} to {value}")
        self._last = metrics
        self.samples.append(process_facts(self._pid) | {
            "at_s": time.monotonic() - self._began, "accepted": accepted(metrics),
            "backlog": backlog(metrics), "kept_bytes": int(sum(metrics[name] for name in KEPT))})
