#!/usr/bin/env python3
"""An hour and more of use, compressed: millions of sends at full speed, in waves, with webhooks of
which half fail at first. After each wave, once all has settled, the books of the clients, of the
receiver, of the control API and of GET /metrics have to agree to the last send and micro-dollar;
and from the half on resident memory, threads and descriptors have to stay where they are.
"""

import argparse
import http.client
import json
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "lib"), str(HERE.parent / "bench/lib")]

import books  # noqa: E402
import flatness  # noqa: E402
import plan  # noqa: E402
import plot  # noqa: E402
from load import Load, write_book  # noqa: E402
from meddler import Meddler  # noqa: E402
from observer import Calls, Observer, backlog, process_facts  # noqa: E402
from processes import Failure, Server, free_port, request  # noqa: E402

CORES = [0, 1]
PATIENCE = 300  # seconds for the webhooks of a wave


def parse():
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--load-tool", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--sends", type=int, default=5_000_000, metavar="N",
                        help="that are accepted, about (5000000)")
    parser.add_argument("--waves", type=int, default=20, metavar="N", help="(20)")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="of the emulator (2)")
    parser.add_argument("--max-deliveries", metavar="N", help="of the emulator; its default if unset")
    parser.add_argument("--max-journal", metavar="N", help="the same")
    parser.add_argument("--plot", metavar="FILE", help="write the memory curve as an SVG")
    parser.add_argument("--raw", metavar="FILE", help="keep all samples, as JSON")
    parser.add_argument("--smoke", action="store_true",
                        help="24,000 sends under small bounds, in less than 20 seconds")
    options = parser.parse_args()
    # So fast does the clock run: the ladder of retries, 43 minutes, in four seconds.
    options.speed, options.timeout, options.hangs_one_in = 600, 10, 20_000
    if options.smoke:
        options.sends, options.waves = 24_000, 6
        options.max_deliveries = options.max_deliveries or "1000"
        options.max_journal = options.max_journal or "500"
        options.speed, options.timeout, options.hangs_one_in = 6000, 3, 2_000
    if options.waves < 6 or options.sends < options.waves * 1000:
        parser.error("it takes 6 waves of 1000 sends at least")
    return options


class Receiver:
    """nexo_mock_bench_load misbehave, and its books."""

    def __init__(self, load, hangs_one_in):
        self._process = subprocess.Popen(
            load.command("misbehave", "--attempts", plan.ATTEMPTS, "--hangs-one-in", hangs_one_in),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def __enter__(self):
        ready, _, _ = select.select([self._process.stdout], [], [], 30)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            self.__exit__()
            raise Failure("the receiver of webhooks did not start")
        self.port = json.loads(line)["port"]
        return self

    def __exit__(self, *why):
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Soak:
    def __init__(self, options, folder, load, mock, receiver):
        self.options = options
        self.load, self.mock = load, mock
        self.calls = Calls(mock.port)
        self.receiver = Calls(receiver.port)
        self.book = plan.book()
        self.book_file = write_book([each.message for each in self.book], folder / "book")
        self.counted = plan.Counted()
        self.meddler = Meddler(mock.port, self.counted, 60 / options.speed)
        self.claims = books.Claims()
        self.looks = 0
        self.settled = []  # after each wave

    def run(self):
        self._begin()
        with Observer(self.mock.pid, self.mock.port) as observer:
            self.quiet = process_facts(self.mock.pid)
            for number in range(1, self.options.waves + 1):
                self._wave(number)
        self.claims.equal("no counter ever falls", "GET /metrics", observer.fell, [])
        self.claims.equal("GET /metrics answers all the time", "twice a second", observer.trouble,
                          None)
        self.claims.equal("who ends deliveries, sends webhooks again and sets balances by hand finds "
                          "each cost right", "by hand", self.meddler.troubles, [])
        self._check_flatness()
        return observer.samples

    def _begin(self):
        """The first use of each key, in order, and the descriptors of a quiet emulator."""
        for account in plan.ACCOUNTS:
            self.calls.json("/api/v1/balance", account.key)
            self.looks += 1
        self.meddler.connect()

    def _wave(self, number):
        sends = sum(each.endpoint == "send-otp" and each.statuses == {202} for each in self.book)
        rounds = max(1, round(self.options.sends / self.options.waves / sends))
        began = time.monotonic()
        with self.meddler:
            sent = self.load.drive(self.mock, self.book_file, connections=64, depth=4, any_status=1,
                                   count=rounds * len(self.book))
        took = time.monotonic() - began
        self.counted.add(self.book, sent["by_request"])
        place = f"wave {number}"
        self.claims.equal("every request is answered, as it has to be", place,
                          (sent["requests"], self.counted.unexpected), (rounds * len(self.book), []))
        self._settle(place, number == self.options.waves or not self.options.smoke)
        view = books.View(self.calls, self.receiver)
        books.check(self.claims, place, view, self.counted, self.looks)
        self.looks += len(plan.ACCOUNTS)
        self._keep(number, sent, took, time.monotonic() - began - took, view)

    def _settle(self, place, until_connections_close):
        """Until all deliveries and webhooks have ended, and connections to the receiver, too."""
        give_up = time.monotonic() + PATIENCE
        while due := backlog(self.calls.metrics()):
            if time.monotonic() > give_up:
                raise Failure(f"{place}: webhooks do not end: {due} are due")
            time.sleep(0.1)
        give_up = time.monotonic() + 10
        while until_connections_close and time.monotonic() < give_up:
            if process_facts(self.mock.pid)["descriptors"] <= self.quiet["descriptors"]:
                return
            time.sleep(0.1)

    def _keep(self, number, sent, sending_s, settling_s, view):
        facts = process_facts(self.mock.pid)
        self.settled.append(facts | {
            "accepted": self.counted.accepted(),
            "evicted": int(view.metrics['evictions_total{what="delivery"}']),
            "calls_evicted": int(view.metrics['evictions_total{what="request"}']),
            "attempts_evicted": int(view.metrics['evictions_total{what="webhook_attempt"}'])})
        print(f"wave {number:2}: {self.counted.accepted():9,} sends; {sending_s:5.1f} s at "
              f"{sent['requests'] / sent['seconds']:7,.0f} requests/s, settled {settling_s:5.1f} s "
              f"later; {facts['rss_kib'] / 1024:6.1f} MiB, {facts['descriptors']} descriptors",
              flush=True)

    def _check_flatness(self):
        half = flatness.second_half(self.settled)
        self.claims.holds(
            "the bounds on deliveries and journals were reached in the first half",
            min(half[0][name] for name in ("evicted", "calls_evicted", "attempts_evicted")) > 0,
            f"evictions by then: {half[0]}")
        curve = [each["rss_kib"] for each in half]
        self.claims.holds(
            f"resident memory is flat in the second half: it grows by less than "
            f"{flatness.LARGEST_SHARE:.0%}, or {flatness.SMALLEST_KIB / 1024:g} MiB if that is more",
            flatness.is_flat(curve), f"by {flatness.growth(curve):,.0f} KiB: {curve}")
        for what in ("descriptors", "threads"):
            self.claims.equal(f"in the end there are as many {what} as at the beginning", what,
                              self.settled[-1][what], self.quiet[what])


def print_figures(soak):
    half = [each["rss_kib"] for each in flatness.second_half(soak.settled)]
    answers = {}
    for of in soak.receiver.json("/").values():
        for what, count in of["answers"].items():
            answers[what] = answers.get(what, 0) + count
    print(f"\nsends accepted: {soak.counted.accepted():,}; requests: {soak.counted.replies:,}")
    print("webhook attempts: " + ", ".join(f"{count:,} {what}" for what, count in answers.items()))
    print("by hand: " + ", ".join(f"{count:,} {what}" for what, count in soak.meddler.did.items()))
    print(f"resident memory of the second half: {min(half) / 1024:.1f} to {max(half) / 1024:.1f} "
          f"MiB, mean {statistics.mean(half) / 1024:.1f}, line {flatness.growth(half):+,.0f} KiB, "
          f"allowed {flatness.allowed_growth(half):,.0f}\n")


def keep(options, soak, samples):
    if options.raw:
        Path(options.raw).write_text(json.dumps({"samples": samples, "settled": soak.settled}) + "\n")
    if options.plot:
        title = f"Memory over {soak.counted.accepted() / 1e6:.1f} million sends"
        settled = [(each["accepted"], each["rss_kib"]) for each in soak.settled]
        Path(options.plot).write_text(plot.draw(title, samples, settled))


def soak_in(options, folder):
    load = Load(options.load_tool, CORES)
    with Receiver(load, options.hangs_one_in) as receiver:
        file = folder / "scenario.json"
        file.write_text(json.dumps(plan.scenario(receiver.port, options.timeout)))
        port = free_port()
        bounds = [word for name, value in (("--max-deliveries", options.max_deliveries),
                                           ("--max-journal", options.max_journal))
                  if value for word in (name, value)]
        command = [options.binary, "serve", "--port", port, "--threads", options.threads,
                   "--log-level", "error", "--seed", 42, "--clock", f"x{options.speed}",
                   "--scenario", file, *bounds]
        first = request("GET", "/_mock/health", None, close=True)
        with Server("nexo-mock", command, port, CORES, first, folder / "log") as mock:
            soak = Soak(options, folder, load, mock, receiver)
            samples = soak.run()
            print_figures(soak)
            soak.claims.equal("no error is logged", "log", mock.said().splitlines()[1:], [])
            keep(options, soak, samples)
    return soak.claims.report()


def main():
    options = parse()
    passed = failed = 0
    # Ends like Ctrl-C does, with all that was started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            passed, failed = soak_in(options, Path(folder))
    except Failure as why:
        print(f"FAILED  soak: {why}")
        failed = 1
    except (OSError, http.client.HTTPException, RuntimeError):
        traceback.print_exc()
        failed = 1
    except KeyboardInterrupt:
        print("soak: interrupted; all that was started is stopped", file=sys.stderr)
        return 130
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
