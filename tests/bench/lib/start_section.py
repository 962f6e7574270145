"""From exec to the first answer, and resident memory after it."""

from arithmetic import alternating
from contestants import Nginx, NexoMock
from tables import Table, mebibytes, milliseconds, times

import statistics

STARTS = 11


def first_answers(bench, servers, starts, patience=30):
    """{name: seconds of each start}, in alternation."""
    folder = bench.new_folder("starts")
    took = {each.name: [] for each in servers}
    by_name = {each.name: each for each in servers}
    for name in alternating(list(by_name), starts):
        took[name].append(bench.load.first_answer(by_name[name], folder, patience))
    return took


def resident(server):
    """KiB, once it has answered."""
    with server:
        return server.resident_kib()


def measure(bench):
    servers = [Nginx(bench, [bench.server_core]), NexoMock(bench, [bench.server_core])]
    if bench.options.static_binary:
        servers.append(NexoMock(bench, [bench.server_core], binary=bench.options.static_binary))
        servers[-1].name = "nexo-mock, static"
    took = first_answers(bench, servers, STARTS)
    memory = {each.name: resident(each) for each in servers}
    bench.raw["start"] = {"first_answer_s": took, "resident_kib": memory}
    medians = {name: statistics.median(each) for name, each in took.items()}
    # Of the shortest ones: what else the machine does only makes them longer.
    bench.figures["exec to first answer × nginx"] = min(took["nexo-mock"]) / min(took["nginx"])
    bench.figures["resident after start × nginx"] = memory["nexo-mock"] / memory["nginx"]
    table = Table("Start", ["", "exec to first answer, ms", "× nginx", "slowest, ms",
                            "resident after it, MiB"],
                  [f"Medians of {STARTS} starts in alternation, with the built-in scenario; memory of "
                   "the whole process tree."])
    for name, seconds in medians.items():
        table.add(name, milliseconds(seconds), times(seconds / medians["nginx"]),
                  milliseconds(max(took[name])), mebibytes(memory[name]))
    return [table]
