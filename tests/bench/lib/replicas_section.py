"""Replicas behind nginx (docker/balancer): what they answer beside one process, and what nginx takes."""

import contextlib
import sys
from pathlib import Path

from arithmetic import alternating, median, rate
from contestants import NexoMock, balance_call, scenario
from load import write_book
from machine import find
from processes import Server, free_port
from tables import Table, microseconds, milliseconds, times, whole
from workloads import sends_of_many_accounts

sys.path.append(str(Path(__file__).resolve().parents[2] / "e2e/lib"))
import balancer  # noqa: E402

REPLICAS = 4


class Balancer(Server):
    def __init__(self, bench, cores, name, mocks):
        """Four replicas, or fewer that stand for four."""
        self.mocks = mocks
        port, folder = free_port(), bench.new_folder("balancer")
        folder.chmod(0o755)
        file = folder / "nginx.conf"
        ports = [mocks[place % len(mocks)].port for place in range(REPLICAS)]
        file.write_text(balancer.configuration(folder, port, ports))
        super().__init__(name, [find("nginx"), "-c", file, "-g", "daemon off;"], port, cores,
                         balance_call(), folder / "log")


def measure(bench):
    table = Table("Replicas", ["send-otp of 1,000 accounts", "sends/s", "× one process",
                               "CPU µs/send, all replicas", "nginx", "p50 ms", "p99 ms"],
                  [f"Medians of {bench.options.rounds} alternating rounds of "
                   f"{bench.options.seconds:g} s over 64 connections. Replicas have one thread each; "
                   "they, nginx and the load share two cores."])
    cores = [bench.server_core, bench.load_core]
    with contextlib.ExitStack() as running:
        mocks = [running.enter_context(NexoMock(bench, cores, scenario=scenario(1)))
                 for _ in range(REPLICAS)]
        ways = {"one process": mocks[0]}
        for name, behind in (("one behind nginx", mocks[:1]), (f"{REPLICAS} behind nginx", mocks)):
            ways[name] = running.enter_context(Balancer(bench, cores, name, behind))
        book = write_book(sends_of_many_accounts(mocks[0]), bench.new_folder("requests") / "book")
        rounds = {name: [] for name in ways}
        for way in ways.values():
            bench.load.drive(way, book, cores=cores, connections=64, seconds=0.5)
        for name in alternating(list(ways), bench.options.rounds):
            rounds[name].append(one_round(bench, ways[name], mocks, book, cores))
    bench.raw["replicas"] = rounds
    for name, measured in rounds.items():
        add_row(bench, table, name, measured, rounds["one process"])
    return [table]


def one_round(bench, way, mocks, book, cores):
    for each in mocks:
        each.settle()
    before = sum(each.cpu_seconds() for each in mocks)
    driven = bench.load.drive(way, book, cores=cores, connections=64,
                              seconds=bench.options.seconds)
    spent = sum(each.cpu_seconds() for each in mocks) - before
    of_nginx = driven["server_cpu_s"] if isinstance(way, Balancer) else 0
    return driven | {"rate": rate(driven), "replicas_us": spent / driven["requests"] * 1e6,
                     "nginx_us": of_nginx / driven["requests"] * 1e6}


def add_row(bench, table, name, rounds, alone):
    share = median(rounds, "rate") / median(alone, "rate")
    bench.figures[f"replicas, {name}: sends/s × one process"] = share
    table.add(name, whole(median(rounds, "rate")), times(share),
              microseconds(median(rounds, "replicas_us")), microseconds(median(rounds, "nginx_us")),
              milliseconds(median(rounds, "latency_s", "p50")),
              milliseconds(median(rounds, "latency_s", "p99")))
