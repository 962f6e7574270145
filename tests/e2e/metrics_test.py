"""GET /metrics: the text format of Prometheus, read with Prometheus's own parser, and numbers that
add up against what was done."""

import collections
import http.client
import shutil
import subprocess
import sys
import time
import unittest

from emulator import Emulator
from events import Events
from receiver import HANG, Receiver
from suite import note
from waiting import InBackground

try:
    from prometheus_client.parser import text_string_to_metric_families as parse
except ImportError:
    sys.path.append("/usr/lib/python3/dist-packages")  # Debian's, when python3 is another one
    try:
        from prometheus_client.parser import text_string_to_metric_families as parse
    except ImportError:
        parse = None

START = "manual@2026-05-26T10:00:00Z"
PHONE, BUSY, NEVER = "+84981234567", "+84980000002", "+84980000020"
ENDPOINTS = ["send-otp", "deliveries", "balance", "control", "other"]
TYPES = {
    "nexo_mock_build_info": "gauge", "nexo_mock_requests": "counter",
    "nexo_mock_request_duration_seconds": "histogram", "nexo_mock_accounts": "gauge",
    "nexo_mock_deliveries": "counter", "nexo_mock_deliveries_pending": "gauge",
    "nexo_mock_deliveries_stored": "gauge", "nexo_mock_deliveries_bytes": "gauge",
    "nexo_mock_journal_bytes": "gauge", "nexo_mock_money_dollars": "gauge",
    "nexo_mock_webhooks": "gauge", "nexo_mock_webhook_attempts": "counter",
    "nexo_mock_webhook_attempts_in_flight": "gauge", "nexo_mock_due_queue_depth": "gauge",
    "nexo_mock_evictions": "counter", "nexo_mock_events_evicted": "counter",
    "nexo_mock_waiters": "gauge", "nexo_mock_event_followers": "gauge",
    "nexo_mock_connections": "gauge", "nexo_mock_timer_lateness_seconds": "histogram"}


class Scrape:
    """What one answer says, by name and labels."""

    def __init__(self, text):
        self.families = list(parse(text))
        self.samples = {}
        for family in self.families:
            for each in family.samples:
                key = each.name, tuple(sorted(each.labels.items()))
                assert key not in self.samples, f"twice: {key}"
                self.samples[key] = each.value

    def __getitem__(self, key):
        """Of "name", or of ("name", label=value…) given as (name, {label: value})."""
        name, labels = (key, {}) if isinstance(key, str) else key
        return self.samples["nexo_mock_" + name, tuple(sorted(labels.items()))]

    def requests(self):
        """How many by endpoint and code."""
        return {(dict(labels)["endpoint"], int(dict(labels)["code"])): value
                for (name, labels), value in self.samples.items()
                if name == "nexo_mock_requests_total"}


class Counting:
    """Makes calls, and counts what they are to be counted as."""

    KINDS = {"/api/v1/send-otp": "send-otp", "/api/v1/balance": "balance",
             "/api/v1/deliveries": "deliveries", "/_mock": "control", "/metrics": "control"}

    def __init__(self):
        self.calls = collections.Counter()

    def of(self, client):
        """The client, counted from now on."""
        plain = client.call

        def call(method, path, body=None, headers=None):
            kind = next((kind for begin, kind in self.KINDS.items()
                         if path.split("?")[0].startswith(begin)), "other")
            try:
                reply = plain(method, path, body, headers)
            except (http.client.HTTPException, OSError):
                self.calls[kind, 0] += 1
                raise
            self.calls[kind, reply.status] += 1
            return reply
        client.call = call
        return client


@unittest.skipIf(parse is None, "there is no prometheus_client: apt-get install "
                                "python3-prometheus-client")
class MetricsCase(unittest.TestCase):
    def start(self, *options, clock=START):
        self.emulator = self.enterContext(Emulator("--clock", clock, "--seed", "42", *options))
        self.counting = Counting()
        self.everyone = self.counting.of(self.emulator.everything())
        self.account = self.client("sk_live_metrics_a")

    def client(self, key):
        return self.counting.of(self.emulator.account(key))

    def scrape(self):
        reply = self.everyone.call("GET", "/metrics")
        self.assertEqual((reply.status, reply.headers["content-type"]),
                         (200, "text/plain; version=0.0.4; charset=utf-8"))
        return Scrape(reply.body.decode())

    def scrape_when(self, holds):
        """The first that is so; what ends by itself takes a moment."""
        give_up = time.monotonic() + 30
        while not holds(told := self.scrape()):
            self.assertLess(time.monotonic(), give_up)
        return told

    def check_consistent(self, told):
        """Histograms hold together, and with the counts of requests."""
        series = collections.defaultdict(list)
        for (name, labels), value in told.samples.items():
            if name.endswith("_bucket"):
                others = tuple(each for each in labels if each[0] != "le")
                series[name.removesuffix("_bucket"), others].append(
                    (float(dict(labels)["le"]), value))
        self.assertEqual(len(series), len(ENDPOINTS) + 1)
        for (name, labels), buckets in series.items():
            bounds, counts = zip(*buckets)
            self.assertEqual(list(bounds), sorted(set(bounds)))
            self.assertEqual(list(counts), sorted(counts))
            self.assertEqual(bounds[-1], float("inf"))
            self.assertEqual(counts[-1], told.samples[name + "_count", labels])
            total = told.samples[name + "_sum", labels]
            self.assertGreaterEqual(total, 0)
            self.assertLessEqual(sum(buckets[i][0] * (counts[i + 1] - counts[i])
                                     for i in range(len(buckets) - 1)), total + 1e-9)
        for endpoint in ENDPOINTS:
            self.assertEqual(
                told["request_duration_seconds_count", {"endpoint": endpoint}],
                sum(value for (kind, _), value in told.requests().items() if kind == endpoint))


class Format(MetricsCase):
    def test_every_family_has_its_type_and_a_help_and_its_name_begins_alike(self):
        self.start()
        told = self.scrape()
        self.assertEqual({each.name: each.type for each in told.families}, TYPES)
        for each in told.families:
            self.assertRegex(each.documentation, r"^[A-Z].{10,}\.$")
        self.assertEqual(told["build_info", {"version": self.emulator.ready["version"]}], 1)
        self.check_consistent(told)
        head = self.everyone.call("HEAD", "/metrics")
        self.assertEqual((head.status, head.body), (200, b""))
        for method in "POST", "PUT", "DELETE":
            self.assertEqual(self.everyone.call(method, "/metrics").headers["allow"], "GET, HEAD")

    def test_promtool_has_nothing_to_say(self):
        promtool = shutil.which("promtool")
        if promtool is None:
            self.skipTest("there is no promtool: it is in Debian's package prometheus")
        self.start()
        self.account.send()
        done = subprocess.run([promtool, "check", "metrics"], capture_output=True, text=True,
                              input=self.everyone.call("GET", "/metrics").body.decode())
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


class Numbers(MetricsCase):
    def test_requests_add_up_by_endpoint_and_code_and_so_do_their_times(self):
        receiver = self.enterContext(Receiver())
        self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec")
        for phone in PHONE, BUSY, "wrong", "+84980000042", "+84980000083", PHONE, PHONE, PHONE:
            self.account.send(phone)  # 83: the webhook comes before the reply
        with self.assertRaises(http.client.HTTPException):
            self.client(self.account.key).send("+84980000061")
        sent = self.account.deliveries()[0]["id"]
        self.account.delivery(sent)
        self.account.delivery("unknown")
        self.account.call("DELETE", "/api/v1/deliveries/x")
        self.account.balance()
        self.account.call("HEAD", "/api/v1/balance")
        self.everyone.call("GET", "/api/v1/balance")
        for path in "/nothing", "/api/v1/nothing", "/favicon.ico":
            self.account.call("GET", path)
        for request, status in [(b"nonsense\r\n\r\n", 400),
                                (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20000, 431)]:
            self.emulator.exchange(request)
            self.counting.calls["other", status] += 1
        # Some of these answer later than at once.
        for method, path, body in [
                ("GET", f"otp/{PHONE}?wait=1s", None), ("GET", "otp/+84989999999?wait=5ms", None),
                ("POST", "clock/advance", {"to": "idle"}), ("POST", "clock/advance", {}),
                ("POST", "webhooks/ping", None), ("POST", "webhooks/1/redeliver", None),
                ("GET", "verify", None), ("GET", "nothing", None), ("DELETE", "health", None)]:
            self.account.mock(method, path, body)
        self.everyone.mock("POST", "reset")
        expected = dict(self.counting.calls)
        told = self.scrape()
        self.assertEqual(told.requests(), expected)
        self.assertEqual(set(code for _, code in expected),
                         {0, 200, 202, 400, 401, 402, 404, 405, 409, 429, 431})
        self.check_consistent(told)
        again = self.scrape()  # which counts the one before
        self.assertEqual(again.requests()["control", 200], expected["control", 200] + 1)

    def test_deliveries_and_webhooks_add_up_over_all_accounts(self):
        receiver = self.enterContext(Receiver(500, 410, 200))
        self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec")
        other = self.client("sk_live_metrics_b")
        self.account.send()
        self.account.advance(by="2s")  # 500
        self.account.send(BUSY)
        self.account.advance(by="2s")  # 410
        for phone in NEVER, "+84980000021", "wrong":
            other.send(phone)
        other.send()
        other.advance(by="2s")  # 200
        told = self.scrape()
        for name, value in [
                ("accounts", 2), (("deliveries_total", {"status": "delivered"}), 2),
                (("deliveries_total", {"status": "failed"}), 1), ("deliveries_pending", 2),
                ("deliveries_stored", 5), (("webhooks", {"state": "acknowledged"}), 1),
                (("webhooks", {"state": "given_up"}), 1),
                (("webhooks", {"state": "waiting"}), 1),
                ("webhook_attempts_total", 3), ("webhook_attempts_in_flight", 0),
                ("due_queue_depth", 2)]:  # a retry, and an end
            self.assertEqual(told[name], value, name)
        money = {what: told["money_dollars", {"what": what}]
                 for what in ("deposited", "left", "held", "charged")}
        self.assertEqual(money, {"deposited": 0.22, "left": 0.132, "held": 0.044, "charged": 0.044})
        health = self.everyone.mock("GET", "health").json
        self.assertEqual((health["deliveries"]["delivered"], health["deliveries"]["failed"],
                          health["deliveries"]["pending"]), (2, 1, 2))
        self.assertEqual(health["webhooks"], {"waiting": 1, "acknowledged": 1, "given_up": 1,
                                              "attempts": 3})
        self.everyone.advance(to="idle")
        self.assertEqual(self.scrape()["due_queue_depth"], 0)
        self.everyone.mock("POST", "reset")
        told = self.scrape()
        self.assertEqual((told["accounts"], told["deliveries_stored"]), (0, 0))

    def test_what_is_on_its_way_is_told(self):
        receiver = self.enterContext(Receiver(HANG))
        self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec", clock="real")
        self.account.send("+84980000000")
        receiver.get()
        self.assertEqual(self.scrape()["webhook_attempts_in_flight"], 1)
        receiver.release()
        told = self.scrape_when(lambda told: told["webhook_attempts_in_flight"] == 0)
        self.assertEqual((told["webhook_attempts_total"],
                          told["webhooks", {"state": "acknowledged"}]), (1, 1))

    def test_who_waits_and_who_follows_and_who_is_connected_is_told(self):
        self.start()
        before = self.scrape()["connections"]
        waits = [InBackground(lambda: self.emulator.everything().mock(
            "GET", f"otp/{PHONE}?wait=5m")) for _ in range(3)]
        with Events(self.emulator), Events(self.emulator), self.emulator.connect():
            told = self.scrape_when(lambda told: told["waiters"] == 3 and
                                    told["connections"] == before + 6)
            self.assertEqual(told["event_followers"], 2)
            self.account.send()
            for each in waits:
                self.assertEqual(each.end().status, 200)
        self.scrape_when(lambda told: (told["waiters"], told["event_followers"]) == (0, 0) and
                         told["connections"] <= before + 4)

    def test_what_made_way_is_counted(self):
        self.start("--max-deliveries", "2", "--max-journal", "3", "--webhook-url",
                   "http://127.0.0.1:9/", "--webhook-secret", "whsec")
        for _ in range(5):
            self.account.send("+84980000081")  # two webhooks
            self.account.advance(to="idle")
        for _ in range(5):
            self.emulator.everything().call("GET", "/nothing")
        told = self.scrape()
        for what, count in ("delivery", 3), ("request", 2 + 2), ("webhook_attempt", 5 * 12 - 3):
            self.assertEqual(told["evictions_total", {"what": what}], count, what)
        self.assertEqual((told["deliveries_stored"], told["events_evicted_total"]), (2, 0))

    def test_how_late_timers_are_is_told_by_milliseconds_where_it_matters(self):
        self.start()
        bounds = sorted(float(dict(labels)["le"]) for name, labels in self.scrape().samples
                        if name == "nexo_mock_timer_lateness_seconds_bucket")
        self.assertEqual([each for each in bounds if 0.00025 <= each <= 0.03],
                         [0.00025, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03])

    def test_memory_of_deliveries_and_journals_is_told_and_kept_within_sizes(self):
        self.start("--max-deliveries", "10kB", "--max-journal", "16KiB", "--webhook-url",
                   "http://127.0.0.1:9/", "--webhook-secret", "whsec")
        empty = self.scrape()
        self.assertEqual(empty["deliveries_bytes"], 0)
        self.assertEqual(empty["journal_bytes", {"what": "request"}], 0)
        self.account.mock("PATCH", "account", {"balance": 100})
        for _ in range(150):
            self.account.send(NEVER)
        told = self.scrape()
        self.assertTrue(150 * 48 <= told["deliveries_bytes"] <= 150 * 64, told["deliveries_bytes"])
        remembered = told["journal_bytes", {"what": "request"}]
        self.assertTrue(15_000 < remembered <= 16_384, remembered)
        self.assertEqual(told["evictions_total", {"what": "delivery"}], 0)
        self.assertGreater(told["evictions_total", {"what": "request"}], 50)
        for _ in range(20):
            self.account.send("+84980000000")
            self.account.advance(to="idle")
        told = self.scrape()
        self.assertLessEqual(told["deliveries_bytes"], 10_000)
        self.assertGreater(told["evictions_total", {"what": "delivery"}], 10)
        self.assertEqual(told["deliveries_pending"], 150)  # those are never evicted
        remembered = told["journal_bytes", {"what": "webhook_attempt"}]
        self.assertTrue(15_000 < remembered <= 16_384, remembered)

    def test_how_late_timers_are_is_told_where_the_clock_runs(self):
        self.start()
        self.account.send()
        self.account.advance(to="idle")
        self.assertEqual(self.scrape()["timer_lateness_seconds_count"], 0)
        self.account.mock("PUT", "clock", {"mode": "x60"})
        for _ in range(2):
            sent = self.account.send_id()
            while self.account.delivery(sent).json["status"] == "sent":
                pass
        told = self.scrape_when(lambda told: told["timer_lateness_seconds_count"] >= 2)
        self.check_consistent(told)
        late = told["timer_lateness_seconds_sum"] / told["timer_lateness_seconds_count"]
        note(f"timers were late by {late * 1e6:.0f} µs on average")
