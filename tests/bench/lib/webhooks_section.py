"""Webhooks of deliveries that end in the same second: none lost, in order, and what each costs."""

import json
import select
import subprocess

from arithmetic import median
from contestants import NexoMock
from load import write_book
from processes import Failure
from tables import Table, microseconds, milliseconds, times, whole
from workloads import send

COUNT = 10_000
PATIENCE = 60


def scenario(url, timeline):
    return {"name": "bench", "account_defaults": {"balance": 1000000000},
            "webhook": {"url": url, "secret": "whsec_bench"},
            "rules": [{"then": {"timeline": timeline}}]}


RUNS = {
    "one each": [{"after": "1s", "status": "delivered"}],
    "two each, 50 ms apart": [{"after": "1s", "status": "delivered"},
                              {"after": "1050ms", "status": "failed", "error_code": "timeout"}],
}


class Receiver:
    """nexo_mock_bench_load receive: a line for each time that all webhooks of a round have come."""

    def __init__(self, bench, types):
        self.process = subprocess.Popen(
            bench.load.command("receive", "--deliveries", COUNT, "--types", ",".join(types)),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True)

    def __enter__(self):
        try:
            self.port = self.line()["port"]
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *why):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.rest()
        self.process.kill()
        self.process.wait()

    def rest(self):
        """Ends it; what has come since the last line."""
        self.process.terminate()
        output, errors = self.process.communicate(timeout=10)
        if not output:
            raise Failure(f"the receiver of webhooks did not end well: {errors.strip()}")
        return json.loads(output.splitlines()[-1])

    def line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        if ready and (text := self.process.stdout.readline()):
            return json.loads(text)
        raise Failure(f"webhooks are missing; the receiver has {self.rest()}")


def measure(bench):
    table = Table("Webhooks", ["10,000 deliveries in the same second", "webhooks", "lost", "twice",
                               "out of order", "drained in, ms", "webhooks/s", "connections",
                               "CPU µs/webhook", "CPU µs/send", "×"],
                  [f"Medians of {bench.options.rounds} rounds. A webhook's CPU is all that goes on "
                   "from the last send to the last webhook: the end of the delivery, its timer, the "
                   "signature, the exchange."])
    for name, timeline in RUNS.items():
        if bench.options.smoke and len(timeline) > 1:
            continue
        rounds = run(bench, timeline)
        bench.raw.setdefault("webhooks", {})[name] = rounds
        add_row(bench, table, name, rounds)
    return [table]


def run(bench, timeline):
    book = write_book([send()], bench.new_folder("requests") / "book")
    types = [f"otp.{each['status']}" for each in timeline]
    with Receiver(bench, types) as receiver:
        url = f"http://127.0.0.1:{receiver.port}/webhooks"
        with NexoMock(bench, [bench.server_core], scenario=scenario(url, timeline)) as mock:
            one_round(bench, mock, receiver, book, len(types))  # warms up
            rounds = [one_round(bench, mock, receiver, book, len(types))
                      for _ in range(bench.options.rounds)]
        more = receiver.rest()["received"]  # once nexo-mock has ended
    if more:
        bench.broken.append(f"webhooks: {more} more came than were due")
    return rounds


def one_round(bench, mock, receiver, book, webhooks_each):
    sent = bench.load.drive(mock, book, connections=64, count=COUNT)
    after_sends = mock.cpu_seconds()
    came = receiver.line()
    mock.settle()
    spent = mock.cpu_seconds() - after_sends
    webhooks = COUNT * webhooks_each
    return came | {"expected": webhooks, "lost": webhooks - came["received"] + came["duplicates"],
                   "drained_s": came["last_s"] - came["first_s"],
                   "webhook_us": spent / webhooks * 1e6,
                   "send_us": sent["server_cpu_s"] / COUNT * 1e6}


def add_row(bench, table, name, rounds):
    webhook, sent = median(rounds, "webhook_us"), median(rounds, "send_us")
    bench.figures[f"webhooks, {name}: CPU × send"] = webhook / sent
    drained = median(rounds, "drained_s")
    wrong = {what: sum(each[what] for each in rounds)
             for what in ("lost", "duplicates", "out_of_order")}
    if any(wrong.values()):
        bench.broken.append(f"webhooks, {name}: {wrong}")
    table.add(name, whole(rounds[0]["expected"]), *map(whole, wrong.values()),
              milliseconds(drained), whole(rounds[0]["expected"] / drained),
              whole(max(each["most_connections"] for each in rounds)),
              microseconds(webhook), microseconds(sent), times(webhook / sent))
