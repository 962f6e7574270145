"""What a stored delivery takes, and the longest request while a million of them come."""

from contestants import NexoMock
from load import write_book
from tables import Table, mebibytes, milliseconds, whole
from workloads import send

COUNT = 1_000_000
FOR_EVER = {"name": "bench", "account_defaults": {"balance": 1000000000},
            "rules": [{"then": {"deliver": True, "after": "10h"}}]}

# Of the journal, the least there can be, as many as there are by default, and all.
JOURNALS = {"without journal": 1, "as shipped": None, "with each call in the journal": COUNT}


def measure(bench):
    table = Table("Memory", ["1,000,000 pending deliveries", "resident, MiB", "bytes for each",
                             "longest request, ms", "p99 ms"],
                  ["Resident memory after less that before the first of these sends; 64 "
                   "connections, which send as fast as they are answered."])
    grown = {}
    for name, journal in JOURNALS.items():
        grown[name] = fill(bench, journal)
        table.add(name, mebibytes(grown[name]["after_kib"]), whole(grown[name]["bytes_each"]),
                  milliseconds(grown[name]["drive"]["latency_s"]["max"]),
                  milliseconds(grown[name]["drive"]["latency_s"]["p99"]))
    entry = (grown["with each call in the journal"]["bytes_each"]
             - grown["without journal"]["bytes_each"])
    table.notes.append(f"So a call in the journal takes {entry:.0f} bytes.")
    bench.raw["memory"] = grown
    bench.figures["bytes of a pending delivery"] = grown["without journal"]["bytes_each"]
    return [table]


def fill(bench, journal):
    options = [] if journal is None else ["--max-journal", journal]
    book = write_book([send()], bench.new_folder("requests") / "book")
    with NexoMock(bench, [bench.server_core], *options, scenario=FOR_EVER) as mock:
        # What a connection takes is there before, and after.
        bench.load.drive(mock, book, connections=64, count=64)
        before = mock.resident_kib()
        driven = bench.load.drive(mock, book, connections=64, count=COUNT)
        after = mock.resident_kib()
    return {"before_kib": before, "after_kib": after, "drive": driven,
            "bytes_each": (after - before) * 1024 / driven["requests"]}
