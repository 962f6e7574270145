#!/usr/bin/env python3
"""Measures nexo-mock against nginx, which answers each request with a constant of equal size.

One core runs the server under test, another the load (wrk). Rounds of the two alternate, so that
what else the machine does hits both; what is printed are ratios of medians. CPU time is the
server's own, read from /proc before and after each round.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KEY = "sk_live_bench"
SEND_BODY = '{"phone":"+84981234567","code":"482917"}'
SEND_REPLY = ('{"ok":true,"id":"65cec900-4535-4ce4-bf0d-f002f7e6904b","carrier":"viettel",'
              '"status":"sent","cost":0.022,"balance":999999999.978}')
BALANCE_REPLY = ('{"ok":true,"balance":1000000000.11,"buckets":{"balance":1000000000,'
                 '"bonus_credit":0,"free_credit":0.11}}')

SCENARIO = {
    "name": "bench",
    "account_defaults": {"balance": 1000000000},
    "rules": [{"then": {"deliver": True, "after": "2s"}}],
}

WORKLOADS = {
    "send-otp": {"method": "POST", "path": "/api/v1/send-otp", "body": SEND_BODY},
    "balance": {"method": "GET", "path": "/api/v1/balance", "body": None},
}

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx_config(port, folder):
    return f"""
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port};
    location /api/v1/send-otp {{ return 202 '{SEND_REPLY}'; }}
    location /api/v1/balance {{ return 200 '{BALANCE_REPLY}'; }}
  }}
}}
"""


class Contestant:
    """A server under test, pinned to one core."""

    def __init__(self, name, command, port, core):
        self.name = name
        self.command = command
        self.port = port
        self.core = core
        self.process = None

    def start(self):
        """Returns the seconds from exec to the first answer."""
        began = time.perf_counter()
        self.process = subprocess.Popen(["taskset", "-c", str(self.core), *self.command],
                                        stdout=subprocess.DEVNULL)
        request = (f"GET /api/v1/balance HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n"
                   "Connection: close\r\n\r\n").encode()
        while time.perf_counter() - began < 10:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)) as to:
                to.sendall(request)
                if to.recv(4096).startswith(b"HTTP/1.1 200"):
                    return time.perf_counter() - began
            if self.process.poll() is not None:
                break
        raise SystemExit(f"bench: {self.name} did not answer")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def processes(self):
        """The server and its children: nginx serves from a worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu_seconds(self):
        total = 0
        for pid in self.processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def resident_kib(self):
        total = 0
        for pid in self.processes():
            total += int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])
        return total


def wrk_script(workload, folder):
    lines = [f'wrk.method = "{workload["method"]}"',
             f'wrk.headers["Authorization"] = "Bearer {KEY}"']
    if workload["body"]:
        lines += ['wrk.headers["Content-Type"] = "application/json"', f"wrk.body = '{workload['body']}'"]
    path = Path(folder) / "load.lua"
    path.write_text("\n".join(lines) + "\n")
    return path


def one_round(contestant, workload, options, folder):
    script = wrk_script(workload, folder)
    before = contestant.cpu_seconds()
    output = subprocess.run(
        ["taskset", "-c", str(options.load_core), "wrk", "-t1", f"-c{options.connections}",
         f"-d{options.seconds}s", "--latency", "-s", str(script),
         f"http://127.0.0.1:{contestant.port}{workload['path']}"],
        check=True, capture_output=True, text=True).stdout
    cpu = contestant.cpu_seconds() - before
    count = int(re.search(r"(\d+) requests in", output)[1])
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"bench: {contestant.name} failed requests:\n{output}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
    return {"requests": count, "rate": rate, "cpu_us": cpu / count * 1e6}


def measure(contestants, workload, options, folder):
    rounds = {each.name: [] for each in contestants}
    for number in range(options.rounds):
        for each in contestants if number % 2 == 0 else reversed(contestants):
            rounds[each.name].append(one_round(each, workload, options, folder))
    return rounds


def median(rounds, name, what):
    return statistics.median(each[what] for each in rounds[name])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--raw", help="write every round's numbers to this file, as JSON")
    parser.add_argument("--smoke", action="store_true", help="one short round")
    options = parser.parse_args()
    if options.smoke:
        options.rounds, options.seconds = 1, 1
    for tool in ("wrk", "nginx", "taskset"):
        if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin"):
            raise SystemExit(f"bench: {tool} is missing (script/bootstrap --bench)")
    if (os.cpu_count() or 1) < 2:
        raise SystemExit("bench: needs two cores, one for the server and one for the load")

    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        nginx_port, mock_port = free_port(), free_port()
        config = Path(folder) / "nginx.conf"
        config.write_text(nginx_config(nginx_port, folder))
        scenario = Path(folder) / "bench.json"
        scenario.write_text(json.dumps(SCENARIO))
        nginx = Contestant("nginx", [shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"),
                                     "-c", str(config)], nginx_port, options.server_core)
        mock = Contestant("nexo-mock", [options.binary, "--port", str(mock_port), "--threads", "1",
                                        "--scenario", str(scenario), "--log-level", "warn"],
                          mock_port, options.server_core)
        contestants = [nginx, mock]

        starts = {each.name: [] for each in contestants}
        for _ in range(options.rounds):
            for each in contestants:
                starts[each.name].append(each.start())
                each.stop()
        for each in contestants:
            each.start()
            running.callback(each.stop)
        resident = {each.name: each.resident_kib() for each in contestants}

        raw = {"start_s": starts, "resident_kib": resident, "workloads": {}}
        print(f"{options.rounds} rounds of {options.seconds} s, {options.connections} connections, "
              "medians; nginx returns a constant")
        print(f"{'':12}{'CPU us/request':>26}{'requests/s':>28}")
        print(f"{'':12}{'nexo-mock':>11}{'nginx':>8}{'ratio':>7}{'nexo-mock':>12}{'nginx':>9}{'ratio':>7}")
        for name, workload in WORKLOADS.items():
            rounds = measure(contestants, workload, options, folder)
            raw["workloads"][name] = rounds
            cpu = [median(rounds, each, "cpu_us") for each in ("nexo-mock", "nginx")]
            rate = [median(rounds, each, "rate") for each in ("nexo-mock", "nginx")]
            print(f"{name:12}{cpu[0]:11.2f}{cpu[1]:8.2f}{cpu[0] / cpu[1]:7.2f}"
                  f"{rate[0]:12.0f}{rate[1]:9.0f}{rate[0] / rate[1]:7.2f}")
        first = {name: statistics.median(times) * 1000 for name, times in starts.items()}
        print(f"exec to first answer: nexo-mock {first['nexo-mock']:.1f} ms, nginx {first['nginx']:.1f} ms, "
              f"ratio {first['nexo-mock'] / first['nginx']:.2f}")
        print(f"resident after start: nexo-mock {resident['nexo-mock'] / 1024:.1f} MiB, "
              f"nginx {resident['nginx'] / 1024:.1f} MiB")
        if options.raw:
            Path(options.raw).write_text(json.dumps(raw, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
