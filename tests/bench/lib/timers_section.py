"""How late deliveries end while sends run at full speed and a million others wait."""

from arithmetic import between, histogram, quantile_bound, rate
from contestants import NexoMock
from load import write_book
from processes import request
from tables import Table, milliseconds, whole

COUNT = 1_000_000
LATENESS = "nexo_mock_timer_lateness_seconds"
SCENARIO = {"name": "bench", "account_defaults": {"balance": 1000000000},
            "rules": [{"name": "wait", "when": {"code": "0000"},
                       "then": {"deliver": True, "after": "10h"}},
                      {"name": "end in any order", "then": {"deliver": True, "after": "1s..3s"}}]}
LONGEST_DELAY = 3


def measure(bench):
    folder = bench.new_folder("requests")
    waiting = '{"phone":"+84981234567","code":"0000"}'
    ending = '{"phone":"+84981234567","code":"482917"}'
    books = [write_book([request("POST", "/api/v1/send-otp", body=body)], folder / name)
             for name, body in (("waiting", waiting), ("ending", ending))]
    with NexoMock(bench, [bench.server_core], scenario=SCENARIO) as mock:
        bench.load.drive(mock, books[0], connections=64, count=COUNT)
        before = mock.metrics()
        waiting_before = mock.pending()
        driven = bench.load.drive(mock, books[1], connections=64, warm_up=LONGEST_DELAY,
                                  seconds=max(5 * bench.options.seconds, LONGEST_DELAY))
        after = mock.metrics()
    late = between(histogram(before, LATENESS), histogram(after, LATENESS))
    bench.raw["timers"] = {"waiting": waiting_before, "drive": driven,
                           "late": {str(bound): count for bound, count in late.items()}}
    table = Table("Timers", ["pending at least", "sends/s meanwhile", "wakes", "late p50, ms ≤",
                             "p99 ≤", "p99.9 ≤", "longest ≤", "longest send, ms"],
                  ["How late a clock woke an account for what was due, by the histogram of GET "
                   "/metrics, whose bounds are what is shown; deliveries end 1 to 3 s after their "
                   "sends, in any order."])
    table.add(whole(waiting_before), whole(rate(driven)), whole(late[max(late)]),
              *(milliseconds(quantile_bound(late, share)) for share in (0.5, 0.99, 0.999, 1)),
              milliseconds(driven["latency_s"]["max"]))
    return [table]
