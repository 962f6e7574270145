"""What one would take instead of nexo-mock: throughput, start and memory on the same core."""

import statistics

from arithmetic import alternating, cpu_us, median, rate
from contestants import Nginx, NexoMock, scenario
from load import write_book
from peers import available
from processes import Failure
from start_section import first_answers, resident
from tables import Table, mebibytes, microseconds, milliseconds, times, whole
from workloads import send

STARTS = 5
PATIENCE = 60


def measure(bench):
    core = [bench.server_core]
    rows = {}
    ours = NexoMock(bench, core, scenario=scenario(bench.options.delivered_after))
    for peer in [ours, *available(bench)]:
        try:
            rows[peer.name] = measure_one(bench, peer)
        except Failure as why:
            if peer is ours:
                raise
            print(f"skipped {peer.name}: {why}")
    bench.raw["peers"] = rows
    return [as_table(bench, rows)]


def measure_one(bench, peer):
    nginx = Nginx(bench, [bench.server_core])
    book = write_book([send()], bench.new_folder("requests") / "book")
    servers = {each.name: each for each in (nginx, peer)}
    rounds = {name: [] for name in servers}
    # One after another, so that none takes memory or cores while another is measured.
    starts = first_answers(bench, [peer], STARTS, PATIENCE)[peer.name]
    memory = resident(peer)
    with nginx, peer:
        bench.load.drive(peer, book, seconds=3)  # compiles what is hot, where that is done late
        for name in alternating(list(servers), bench.options.rounds):
            measured = bench.load.drive(servers[name], book, warm_up=servers[name].warm_up,
                                        seconds=bench.options.seconds)
            rounds[name].append(measured | {"cpu_us": cpu_us(measured), "rate": rate(measured)})
            servers[name].settle()
    return {"rounds": rounds[peer.name], "nginx": rounds["nginx"], "first_answer_s": starts,
            "resident_kib": memory}


def as_table(bench, rows):
    def per_nginx(row):
        return median(row["rounds"], "rate") / median(row["nginx"], "rate")

    def cpu_per_nginx(row):
        return median(row["rounds"], "cpu_us") / median(row["nginx"], "cpu_us")

    def start(row):
        return statistics.median(row["first_answer_s"])

    ours = rows["nexo-mock"]
    bench.figures["fastest peer: requests/s ÷ nexo-mock"] = max(
        (per_nginx(row) / per_nginx(ours) for row in rows.values() if row is not ours), default=0)
    table = Table("Peers", ["", "CPU µs/request", "× nginx", "requests/s", "× nginx",
                            "nexo-mock is faster", "exec to first answer, ms",
                            "nexo-mock is faster", "resident after it, MiB"],
                  ["All answer POST /api/v1/send-otp; nexo-mock does the work, the others return a "
                   "constant. One core each, 64 connections, rounds in alternation with nginx; "
                   f"{STARTS} starts; what they print of each request is turned off where an option "
                   "does that."])
    for name, row in rows.items():
        faster, sooner = per_nginx(ours) / per_nginx(row), start(row) / start(ours)
        compared = ["", ""] if row is ours else [f"{times(each)} ×" for each in (faster, sooner)]
        table.add(name, microseconds(median(row["rounds"], "cpu_us")), times(cpu_per_nginx(row)),
                  whole(median(row["rounds"], "rate")), times(per_nginx(row)), compared[0],
                  milliseconds(start(row)), compared[1], mebibytes(row["resident_kib"]))
    return table
