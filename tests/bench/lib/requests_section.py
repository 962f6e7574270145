"""Requests: CPU, throughput and latency of each workload, beside nginx."""

import contextlib

from arithmetic import alternating, core_shares, cpu_us, median, rate
from contestants import Nginx, NexoMock, scenario
from load import wrk, write_book
from machine import find
from tables import Table, microseconds, milliseconds, times, whole
from workloads import SEND_CALL, all_of_them

COLUMNS = ["load", "CPU µs/request", "nginx", "×", "requests/s", "nginx", "×", "p50 ms", "p99 ms",
           "p99.9 ms", "nginx p99", "×", "server, load, others %", "nginx"]


def measure(bench, chosen):
    options = bench.options
    table = Table("Requests", COLUMNS, [
        f"Medians of {options.rounds} alternating rounds of {options.seconds:g} s; 64 connections "
        f"where nothing else is said; a delivery ends {options.delivered_after:g} s after its send.",
        "Latencies count from when a request was sent, so what waits behind a stall is not seen; "
        "those on schedule count from when it was due.",
        "What server, load and others take is in percent of one core; whichever is near 100 bounds "
        "the requests/s, and where others take much, only CPU per request tells anything.",
        "With 2 threads, server and load share both cores (nginx: 2 workers)."])
    for workload in all_of_them(options.paced_rate):
        if workload.name not in chosen:
            continue
        if workload.witness and not find("wrk"):
            print(f"skipped {workload.name}: wrk is missing (script/bootstrap --bench installs it)")
            continue
        rounds = measure_one(bench, workload)
        bench.raw.setdefault("requests", {})[workload.name] = rounds
        add_row(bench, table, workload, rounds)
    return [table] if table.rows else []


def measure_one(bench, workload):
    cores = [bench.server_core, bench.load_core] if workload.is_shared else [bench.server_core]
    certificates = bench.new_folder("certificates") if workload.tls else None
    with contextlib.ExitStack() as running:
        # The first makes the certificate that both use.
        mock = running.enter_context(NexoMock(bench, cores, threads=workload.threads,
                                              scenario=scenario(bench.options.delivered_after),
                                              certificates=certificates))
        nginx = running.enter_context(Nginx(bench, cores, workers=workload.threads,
                                            certificates=certificates))
        book = write_book(workload.requests(mock), bench.new_folder("requests") / "book")
        mock.settle()
        servers = {each.name: each for each in (nginx, mock)}
        rounds = {name: [] for name in servers}
        for name in alternating(list(servers), bench.options.rounds):
            rounds[name].append(one_round(bench, workload, servers[name], book, cores))
            servers[name].settle()
    return rounds


def one_round(bench, workload, server, book, cores):
    seconds = bench.options.seconds
    if workload.witness:
        whole_seconds = max(1, round(seconds))
        for lasting in (1, whole_seconds):  # the first warms up
            measured = wrk(server, SEND_CALL, bench.load_core, workload.connections, lasting,
                           bench.folder)
    else:
        measured = bench.load.drive(
            server, book, tls=workload.tls, cores=cores if workload.is_shared else None,
            connections=workload.connections, seconds=seconds,
            warm_up=server.warm_up if workload.sends else 0.2, **workload.options)
    return measured | {"cpu_us": cpu_us(measured), "rate": rate(measured)}


def add_row(bench, table, workload, rounds):
    mock, nginx = rounds["nexo-mock"], rounds["nginx"]

    def compared(*path):
        values = median(mock, *path), median(nginx, *path)
        return *values, values[0] / values[1]

    cpu, per_second, p99 = compared("cpu_us"), compared("rate"), compared("latency_s", "p99")
    p999 = "" if workload.witness else milliseconds(median(mock, "latency_s", "p999"))
    bench.figures[f"{workload.name}: CPU × nginx"] = cpu[2]
    bench.figures[f"{workload.name}: requests/s × nginx"] = per_second[2]
    table.add(workload.name, microseconds(cpu[0]), microseconds(cpu[1]), times(cpu[2]),
              whole(per_second[0]), whole(per_second[1]), times(per_second[2]),
              milliseconds(median(mock, "latency_s", "p50")), milliseconds(p99[0]), p999,
              milliseconds(p99[1]), times(p99[2]), busy(bench, mock), busy(bench, nginx))


def busy(bench, rounds):
    """Percent of a core that the server took, and the load, and whatever else ran on these two:
    100 is a core that is saturated."""
    if "busy" not in rounds[0]:
        return ""
    shares = [core_shares(each, (bench.server_core, bench.load_core)) for each in rounds]
    return ", ".join(f"{median(shares, who):.0f}" for who in ("server", "load", "others"))
