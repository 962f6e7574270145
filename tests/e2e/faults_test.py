"""Faults of the network and added latency, as the clients of applications see them."""

import contextlib
import http.client
import json
import os
import resource
import select
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import suite
from client import parse_reply, read_to_end
from emulator import PATIENCE, REPOSITORY, SLOWNESS, Emulator, fresh_key
from receiver import Receiver
from scenario_files import scenario_file

SECRET = "whsec_e2e"
KINDS = ["reset", "close", "hang", "truncate", "garbage", "slow"]
LOSES = {"reset", "close", "hang", "garbage"}  # the call, if nothing stands beside it
SHORT = 0.4  # seconds of the "…, for 400ms" faults
BRIEF = 0.5 * min(SLOWNESS, 3)  # seconds after which an impatient client gives up
NODE = shutil.which("node")


def number(nth):
    return f"+8498000{nth:04}"


ALONE = {kind: number(100 + nth) for nth, kind in enumerate(KINDS)}
BESIDE = {kind: number(200 + nth) for nth, kind in enumerate(KINDS)}
REFUSED = {kind: number(300 + nth) for nth, kind in enumerate(KINDS)}
SHORT_HANG, SHORT_SLOW, PAGE_CUT, PAGE_SLOW, PLAIN = map(number, range(400, 405))
PAGE = "<h1>502 Bad Gateway</h1>\n" * 40


def rule(phone, **then):
    return {"when": {"phone": phone}, "then": then}


def any_call(key, **then):
    return {"when": {"endpoint": "any", "key": key}, "then": then}


FAULTS = {"account_defaults": {"balance": 10, "free_credit": 0}, "accounts": [
    {"key": "sk_live_poor", "balance": 0}], "rules": [
    *(rule(ALONE[kind], fault=kind) for kind in KINDS),
    *(rule(BESIDE[kind], deliver=True, after="2s", fault=kind) for kind in KINDS),
    *(rule(REFUSED[kind], error="rate_limited", headers={"Retry-After": "7"}, fault=kind)
      for kind in KINDS),
    rule(SHORT_HANG, fault={"kind": "hang", "for": "400ms"}),
    rule(SHORT_SLOW, deliver=True, fault={"kind": "slow", "for": "400ms"}),
    rule(PAGE_CUT, error="internal_error", status=502, headers={"Content-Type": "text/html"},
         body=PAGE, fault="truncate"),
    rule(PAGE_SLOW, error="internal_error", status=502, headers={"Content-Type": "text/html"},
         body=PAGE, fault={"kind": "slow", "for": "400ms"}),
    *(any_call(f"sk_live_any_{kind}_*", fault=kind) for kind in KINDS if kind != "slow"),
    any_call("sk_live_any_slow_*", fault={"kind": "slow", "for": "400ms"}),
    {"then": {"deliver": True, "after": "2s"}}]}


def send_body(phone):
    return json.dumps({"phone": phone, "code": "482917"})


def request(method, path, key, body="", headers=()):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {key}",
             f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def send(phone, key):
    return request("POST", "/api/v1/send-otp", key, send_body(phone))


def balance(key):
    return request("GET", "/api/v1/balance", key)


def read_all(connection):
    """What comes until the peer closes or resets, and which of the two it did."""
    received = bytearray()
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        return bytes(received), "reset"
    return bytes(received), "close"


def anything_comes(connections, seconds):
    """Whether one of them gets bytes or an end within that time."""
    watch = select.poll()
    for each in connections:
        watch.register(each, select.POLLIN)
    return bool(watch.poll(seconds * 1000))


def header_of(raw):
    """The lines of a reply's header but for its date."""
    head = raw.partition(b"\r\n\r\n")[0].decode()
    return [line for line in head.split("\r\n") if not line.startswith("Date:")]


class FaultCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = cls.enterClassContext(Emulator(
            "--clock", "manual",
            "--scenario", cls.enterClassContext(scenario_file(FAULTS))))

    def setUp(self):
        self.account = self.emulator.account()
        self.addCleanup(self.account.close)

    def counts(self):
        return self.account.mock("GET", "health").json["deliveries"]

    def wait_for_lost(self, count):
        """Until that many calls were lost: then they are where they hang."""
        until = time.monotonic() + PATIENCE
        while self.counts()["lost"] < count:
            self.assertLess(time.monotonic(), until, self.counts())


class Clients(FaultCase):
    # --- curl

    def curl(self, phone, patience):
        """Exit code, HTTP status, body and seconds of a send."""
        with tempfile.TemporaryDirectory() as directory:
            body = Path(directory, "body")
            began = time.monotonic()
            done = subprocess.run(
                ["curl", "-sS", "--max-time", str(patience), "-o", body, "-w", "%{http_code}",
                 "-H", f"Authorization: Bearer {self.account.key}", "-d", send_body(phone),
                 f"{self.emulator.url}/api/v1/send-otp"],
                capture_output=True, timeout=PATIENCE + patience)
            took = time.monotonic() - began
            return (done.returncode, int(done.stdout),
                    body.read_bytes() if body.exists() else b"", took)

    def test_curl_ends_with_the_exit_code_of_each_fault(self):
        for phones in ALONE, BESIDE, REFUSED:
            for kind, code in [("reset", 56), ("close", 52), ("truncate", 18), ("garbage", 1)]:
                with self.subTest(kind=kind, phone=phones[kind]):
                    self.assertEqual(self.curl(phones[kind], PATIENCE)[0], code)
            for kind in "hang", "slow":
                with self.subTest(kind=kind, phone=phones[kind]):
                    self.assertEqual(self.curl(phones[kind], BRIEF)[0], 28)

    def test_curl_has_half_the_body_and_the_whole_length_of_a_truncated_reply(self):
        code, status, body, _ = self.curl(PAGE_CUT, PATIENCE)
        self.assertEqual((code, status), (18, 502))
        self.assertEqual(body.decode(), PAGE[:len(PAGE) // 2])

    def test_curl_has_the_whole_body_of_a_slow_reply_in_the_end(self):
        code, status, body, took = self.curl(SHORT_SLOW, PATIENCE)
        self.assertEqual((code, status), (0, 202))
        self.assertEqual(json.loads(body)["status"], "sent")
        self.assertGreaterEqual(took, SHORT)

    def test_curl_finds_the_connection_closed_once_a_hang_is_over(self):
        code, status, _, took = self.curl(SHORT_HANG, PATIENCE)
        self.assertEqual((code, status), (52, 0))
        self.assertGreaterEqual(took, SHORT)

    # --- Python

    def http_client(self, phone, patience):
        """A send with http.client: the status and the body. What it raises is raised."""
        connection = http.client.HTTPConnection("127.0.0.1", self.emulator.port, timeout=patience)
        with contextlib.closing(connection):
            connection.request("POST", "/api/v1/send-otp", send_body(phone),
                               {"Authorization": f"Bearer {self.account.key}"})
            reply = connection.getresponse()
            return reply.status, reply.read()

    def test_pythons_http_client_raises_what_each_fault_means(self):
        for phones in ALONE, BESIDE, REFUSED:
            for kind, error in [("reset", ConnectionResetError),
                                ("close", http.client.RemoteDisconnected),
                                ("truncate", http.client.IncompleteRead),
                                ("garbage", http.client.BadStatusLine)]:
                with self.subTest(kind=kind, phone=phones[kind]), \
                        self.assertRaises(error) as raised:
                    self.http_client(phones[kind], PATIENCE)
                # Of these two the one is derived from the other.
                self.assertIs(type(raised.exception), error)
            with self.subTest(kind="hang", phone=phones["hang"]), \
                    self.assertRaises(TimeoutError):
                self.http_client(phones["hang"], BRIEF)

    def test_pythons_http_client_waits_for_bytes_so_that_a_slow_reply_never_times_out(self):
        began = time.monotonic()
        status, body = self.http_client(SHORT_SLOW, PATIENCE)
        self.assertEqual((status, json.loads(body)["status"]), (202, "sent"))
        self.assertGreaterEqual(time.monotonic() - began, SHORT)

    def test_pythons_http_client_finds_the_connection_closed_once_a_hang_is_over(self):
        began = time.monotonic()
        with self.assertRaises(http.client.RemoteDisconnected):
            self.http_client(SHORT_HANG, PATIENCE)
        self.assertGreaterEqual(time.monotonic() - began, SHORT)

    # --- Node

    def fetch(self, cases):
        """What Node's fetch saw of pairs of a number and a patience in seconds, by number."""
        if NODE is None:
            self.skipTest("there is no node")
        calls = [{"name": phone, "url": f"{self.emulator.url}/api/v1/send-otp",
                  "patience": round(patience * 1000),
                  "init": {"method": "POST", "body": send_body(phone),
                           "headers": {"Authorization": f"Bearer {self.account.key}"}}}
                 for phone, patience in cases]
        done = subprocess.run([NODE, REPOSITORY / "tests/e2e/node/faults.mjs", json.dumps(calls)],
                              capture_output=True, text=True, timeout=PATIENCE + 60)
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = {each["name"]: each for each in map(json.loads, done.stdout.splitlines())}
        self.assertEqual(list(seen), [phone for phone, _ in cases])
        return seen

    def test_nodes_fetch_fails_with_the_code_of_each_fault(self):
        for phones in ALONE, BESIDE, REFUSED:
            patient = ["reset", "close", "truncate", "garbage"]
            seen = self.fetch([*((phones[kind], PATIENCE) for kind in patient),
                               (phones["hang"], BRIEF), (phones["slow"], BRIEF)])
            for kind, failed, code in [("reset", "fetch", "ECONNRESET"),
                                       ("close", "fetch", "UND_ERR_SOCKET"),
                                       ("hang", "fetch", "TimeoutError"),
                                       ("truncate", "body", "UND_ERR_SOCKET"),
                                       ("garbage", "fetch", "HPE_INVALID_CONSTANT")]:
                with self.subTest(kind=kind, phone=phones[kind]):
                    told = seen[phones[kind]]
                    self.assertEqual((told.get("failed"), told.get("code")), (failed, code), told)
            # It may be the header that was not whole yet, or the body.
            self.assertEqual(seen[phones["slow"]]["code"], "TimeoutError")

    def test_nodes_fetch_has_the_whole_body_of_a_slow_reply_in_the_end(self):
        seen = self.fetch([(SHORT_SLOW, PATIENCE), (PAGE_SLOW, PATIENCE)])
        self.assertEqual(json.loads(seen[SHORT_SLOW]["body"])["status"], "sent")
        self.assertEqual((seen[PAGE_SLOW]["status"], seen[PAGE_SLOW]["body"]), (502, PAGE))
        for each in seen.values():
            self.assertGreaterEqual(each["took"], SHORT * 1000)

    def test_nodes_fetch_finds_the_connection_closed_once_a_hang_is_over(self):
        seen = self.fetch([(SHORT_HANG, PATIENCE)])[SHORT_HANG]
        self.assertEqual((seen["failed"], seen["code"]), ("fetch", "UND_ERR_SOCKET"))
        self.assertGreaterEqual(seen["took"], SHORT * 1000)


class WhatBecomesOfTheCall(FaultCase):
    def suffer(self, phone):
        """Sends, and leaves once what comes of it has begun: for a hang, once it was lost or
        accepted."""
        before = self.counts()
        with self.emulator.connect() as connection:
            connection.sendall(send(phone, self.account.key))
            if phone not in (ALONE["hang"], BESIDE["hang"], ALONE["slow"], BESIDE["slow"]):
                read_all(connection)
                return
            until = time.monotonic() + PATIENCE
            while self.counts() == before:
                self.assertLess(time.monotonic(), until)

    def delivery_of(self, phone):
        """The one delivery to that number, or None."""
        told = self.account.mock("GET", f"deliveries?phone={phone}").json["deliveries"]
        self.assertLessEqual(len(told), 1)
        return told[0] if told else None

    def test_alone_a_fault_before_the_api_creates_nothing_and_charges_nothing(self):
        for kind in KINDS:
            if kind not in LOSES:
                continue
            with self.subTest(kind=kind):
                before, wallet = self.counts(), self.account.balance().body
                self.suffer(ALONE[kind])
                self.assertEqual(self.counts(), before | {"lost": before["lost"] + 1})
                self.assertEqual(self.account.balance().body, wallet)
                self.assertIsNone(self.delivery_of(ALONE[kind]))

    def test_alone_a_fault_of_the_reply_leaves_the_send_as_the_real_service_makes_it(self):
        for kind in "truncate", "slow":
            with self.subTest(kind=kind):
                wallet = self.account.balance().json["balance"]
                lost = self.counts()["lost"]
                self.suffer(ALONE[kind])
                self.assertEqual(self.counts()["lost"], lost)
                self.assertAlmostEqual(self.account.balance().json["balance"], wallet - 0.022)
                sent = self.delivery_of(ALONE[kind])["id"]
                self.account.advance(by="24999ms")
                self.assertEqual(self.account.delivery(sent).json["status"], "sent")
                self.account.advance(by="35001ms")
                self.assertEqual(self.account.delivery(sent).json["status"], "delivered")

    def test_beside_deliver_the_send_is_accepted_charged_delivered_and_told(self):
        with Receiver() as receiver, scenario_file(FAULTS) as path, Emulator(
                "--clock", "manual", "--scenario", path, "--webhook-url", receiver.url(),
                "--webhook-secret", SECRET) as emulator:
            self.emulator = emulator
            self.account = emulator.account()
            for kind in KINDS:
                with self.subTest(kind=kind):
                    self.check_accepted(receiver, BESIDE[kind])
            self.assertEqual(self.counts()["lost"], 0)

    def check_accepted(self, receiver, phone):
        wallet = self.account.balance().json["balance"]
        self.suffer(phone)
        self.assertAlmostEqual(self.account.balance().json["balance"], wallet - 0.022)
        self.account.advance(by="2s")
        told = self.delivery_of(phone)
        self.assertEqual(self.account.delivery(told["id"]).json["status"], "delivered")
        came = receiver.get()
        self.assertIn(told["id"].encode(), came.body)
        self.assertTrue(came.is_signed_with(SECRET))
        self.assertAlmostEqual(self.account.balance().json["balance"], wallet - 0.022)

    def test_beside_an_error_the_call_is_refused_and_not_lost(self):
        for kind in "reset", "close", "truncate", "garbage":
            with self.subTest(kind=kind):
                before, wallet = self.counts(), self.account.balance().body
                self.suffer(REFUSED[kind])
                self.assertEqual(self.counts(), before | {"refused": before["refused"] + 1})
                self.assertEqual(self.account.balance().body, wallet)

    def test_a_send_without_the_funds_is_refused_and_its_reply_suffers_all_the_same(self):
        before = self.counts()
        whole = b'{"ok":false,"error":"insufficient_balance","deposit_url":"'
        half = self.emulator.exchange(send(ALONE["truncate"], "sk_live_poor"))
        self.assertTrue(half.startswith(b"HTTP/1.1 402 ") and whole[:30] in half, half)
        self.assertNotIn(b"}", half)
        with self.assertRaises(ConnectionResetError):
            self.emulator.exchange(send(BESIDE["reset"], "sk_live_poor"))
        for kind in "truncate", "reset":
            self.assertIn(f"fault {kind}", self.emulator.wait_for_log("the wallet holds less"))
        self.assertEqual(self.counts(), before | {"refused": before["refused"] + 2})

    def test_the_log_says_which_rule_and_what_it_did(self):
        for phone, words in [(ALONE["reset"], ["lost", "rule", "fault reset"]),
                             (BESIDE["truncate"], ["answered", "202", "fault truncate"]),
                             (REFUSED["garbage"], ["refused", "429", "fault garbage"])]:
            self.suffer(phone)
            line = self.emulator.wait_for_log(words[-1])
            for word in words:
                self.assertIn(word, line)


class Connections(FaultCase):
    def burst(self, *requests):
        """Sends them in one write; what came back until the end, and how that was."""
        with self.emulator.connect() as connection:
            connection.sendall(b"".join(requests))
            return read_all(connection)

    def test_a_reply_before_the_fault_arrives_whole(self):
        for kind in ["reset", "close", "truncate", "garbage"]:
            for phones in ALONE, BESIDE:
                with self.subTest(kind=kind, phone=phones[kind]):
                    raw, end = self.burst(balance(self.account.key),
                                          send(phones[kind], self.account.key),
                                          balance(self.account.key))
                    first, rest = parse_reply(raw)
                    self.assertEqual((first.status, len(first.body)),
                                     (200, int(first.headers["content-length"])))
                    self.assertEqual(end, "reset" if kind == "reset" else "close")
                    if kind == "garbage":
                        self.assertFalse(rest.startswith(b"HTTP/"))
                        self.assertNotIn(b"HTTP/1", rest)
                    elif kind == "truncate":
                        half, behind = parse_reply(rest)
                        self.assertEqual(len(half.body),
                                         int(half.headers["content-length"]) // 2)
                        self.assertEqual(behind, b"")
                    else:
                        self.assertEqual(rest, b"")

    def test_a_reply_before_a_hang_arrives_at_once(self):
        with self.emulator.connect() as connection:
            connection.sendall(balance(self.account.key) + send(ALONE["hang"], self.account.key))
            raw = connection.recv(65536)
            self.assertEqual(parse_reply(raw)[0].status, 200)
            self.assertEqual(parse_reply(raw)[1], b"")

    def test_after_a_slow_reply_the_connection_goes_on(self):
        raw, end = self.burst(
            balance(self.account.key), send(SHORT_SLOW, self.account.key),
            balance(self.account.key), send(SHORT_SLOW, self.account.key),
            request("GET", "/api/v1/balance", self.account.key, headers=["Connection: close"]))
        seen = []
        while raw:
            reply, raw = parse_reply(raw)
            seen.append((reply.status, reply.json["ok"], reply.json["balance"]))
        self.assertEqual(seen, [(200, True, 10), (202, True, 9.978), (200, True, 9.978),
                                (202, True, 9.956), (200, True, 9.956)])
        self.assertEqual(end, "close")

    def test_a_slow_reply_comes_in_pieces(self):
        with self.emulator.connect() as connection:
            connection.sendall(send(BESIDE["slow"], self.account.key))
            first = connection.recv(65536)
            self.assertNotIn(b"\r\n\r\n", first)
            self.assertTrue(b"HTTP/1.1 202 Accepted".startswith(first[:21]))

    def test_a_client_that_asks_for_more_while_one_call_hangs_is_not_answered(self):
        with self.emulator.connect() as connection:
            connection.sendall(send(ALONE["hang"], self.account.key))
            self.wait_for_lost(1)
            connection.sendall(balance(self.account.key))  # it asks for more, and is not answered
            self.assertFalse(anything_comes([connection], 0.2))

    def test_a_client_that_closes_its_side_is_one_that_left(self):
        with self.emulator.connect() as connection:
            connection.sendall(send(ALONE["hang"], self.account.key))
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(read_to_end(connection), b"")

    def test_other_calls_and_head_suffer_with_endpoint_any(self):
        unknown = "/api/v1/deliveries/8f2e1c4d-0000-4000-8000-000000000000"
        for method, path in [("GET", "/api/v1/balance"), ("HEAD", "/api/v1/balance"),
                             ("GET", unknown), ("HEAD", unknown)]:
            plain = self.emulator.exchange(request(method, path, fresh_key(),
                                                   headers=["Connection: close"]))
            body = plain.partition(b"\r\n\r\n")[2]
            header = len(plain) - len(body)
            for kind in KINDS:
                with self.subTest(kind=kind, method=method, path=path):
                    key = f"sk_live_any_{kind}_one"
                    asked = request(method, path, key, headers=["Connection: close"])
                    if kind == "hang":
                        with self.emulator.connect() as connection:
                            connection.sendall(asked)
                            self.assertFalse(anything_comes([connection], 0.2))
                        continue
                    raw, end = self.burst(asked)
                    self.assertEqual(end, "reset" if kind == "reset" else "close")
                    if kind in ("reset", "close"):
                        self.assertEqual(raw, b"")
                    elif kind == "garbage":
                        self.assertNotIn(b"HTTP/1", raw)
                    elif kind == "truncate":
                        self.assertEqual(len(raw), header + len(body) // 2 if body else
                                         header // 2)
                        self.assertEqual(raw[:17], plain[:17])
                    else:
                        self.assertEqual(header_of(raw), header_of(plain))
                        self.assertEqual(raw.partition(b"\r\n\r\n")[2], body)

    def test_a_delivery_that_is_known_can_be_asked_for_through_a_fault(self):
        account = self.emulator.account("sk_live_any_truncate_two")
        with self.assertRaises(http.client.IncompleteRead):
            account.send(PLAIN)
        account.close()
        told = account.mock("GET", f"deliveries?phone={PLAIN}").json["deliveries"][-1]
        with self.assertRaises(http.client.IncompleteRead) as raised:
            account.delivery(told["id"])
        self.assertTrue(raised.exception.partial.startswith(
            f'{{"ok":true,"id":"{told["id"]}"'.encode()))

    def test_an_error_keeps_its_status_headers_and_body_through_slow_and_truncate(self):
        raw, _ = self.burst(send(PAGE_CUT, self.account.key))
        cut, _ = parse_reply(raw)
        self.assertEqual((cut.status, cut.headers["content-type"]), (502, "text/html"))
        self.assertEqual(int(cut.headers["content-length"]), len(PAGE))
        self.assertEqual(cut.body.decode(), PAGE[:len(PAGE) // 2])
        raw, _ = self.burst(send(REFUSED["truncate"], self.account.key))
        self.assertEqual(parse_reply(raw)[0].headers["retry-after"], "7")
        with self.emulator.connect() as connection:
            began = time.monotonic()
            connection.sendall(send(PAGE_SLOW, self.account.key)
                               + request("GET", "/api/v1/balance", self.account.key,
                                         headers=["Connection: close"]))
            slow, rest = parse_reply(read_to_end(connection))
            self.assertGreaterEqual(time.monotonic() - began, SHORT)
        self.assertEqual((slow.status, slow.body.decode()), (502, PAGE))
        self.assertEqual(parse_reply(rest)[0].status, 200)


class Latency(unittest.TestCase):
    """Only too early would be wrong; a busy machine may be as late as it likes."""

    def replies(self, *then, times=1):
        """The seconds that sends took, whose step has that latency, and what was answered."""
        rules = [{"then": {**each, "times": times}} for each in then]
        scenario = {"account_defaults": {"balance": 10},
                    "rules": [{"then": [each["then"] for each in rules]}]}
        emulator = self.enterContext(Emulator(
            "--clock", "manual", "--seed", "42", "--scenario",
            self.enterContext(scenario_file(scenario))))
        account = emulator.account("sk_live_latency")
        self.addCleanup(account.close)
        took, replies = [], []
        for _ in range(len(then) * times):
            began = time.monotonic()
            replies.append(account.send())
            took.append(time.monotonic() - began)
        return took, replies, emulator

    def test_it_delays_any_reply_by_a_fixed_time(self):
        took, replies, _ = self.replies(
            {"deliver": True, "latency": "300ms"}, {"fail": "busy", "latency": "300ms"},
            {"pending": True, "latency": "300ms"},
            {"error": "rate_limited", "latency": "300ms"},
            {"one_of": [{"deliver": True}], "latency": "300ms"})
        self.assertEqual([each.status for each in replies], [202, 202, 202, 429, 202])
        for each in took:
            self.assertGreaterEqual(each, 0.3)
            self.assertLess(each, 0.3 + PATIENCE)

    def test_a_range_is_drawn_from_and_the_same_with_the_same_seed(self):
        told = []
        for _ in range(2):
            took, replies, emulator = self.replies({"deliver": True, "latency": "100ms..300ms"},
                                                   times=5)
            self.assertEqual([each.status for each in replies], [202] * 5)
            self.assertGreaterEqual(min(took), 0.1)
            told.append([emulator.wait_for_log("latency").split("latency")[1] for _ in took])
        self.assertEqual(told[0], told[1])
        self.assertEqual(len(set(told[0])), 5)

    def test_a_log_normal_time_is_drawn_too(self):
        took, replies, emulator = self.replies(
            {"deliver": True, "latency": {"median": "100ms", "sigma": 0.4}}, times=5)
        told = [emulator.wait_for_log("latency").split("latency ")[1] for _ in took]
        self.assertEqual(len(set(told)), 5)
        # Four deviations below the median, which no draw of five falls below.
        self.assertGreaterEqual(min(took), 0.1 * 2.718 ** (-0.4 * 4))
        self.assertEqual([each.status for each in replies], [202] * 5)

    def test_it_adds_to_a_fault(self):
        scenario = {"rules": [{"then": {"fault": "close", "latency": "300ms"}}]}
        with scenario_file(scenario) as path, Emulator("--scenario", path) as emulator:
            began = time.monotonic()
            self.assertEqual(emulator.exchange(send(PLAIN, fresh_key())), b"")
            self.assertGreaterEqual(time.monotonic() - began, 0.3)

    def test_it_is_real_time_whatever_the_clock_says_and_holds_up_nobody_else(self):
        scenario = {"rules": [{"when": {"endpoint": "any", "key": "*slow*"},
                               "then": {"deliver": True, "latency": "9m"}}]}
        for clock in "real", "x1000000", "manual", "instant":
            with self.subTest(clock=clock), scenario_file(scenario) as path, \
                    Emulator("--threads", "1", "--clock", clock, "--scenario", path) as emulator:
                with emulator.connect() as waiting:
                    waiting.sendall(balance("sk_live_slow"))
                    emulator.wait_for_log("latency 9m")
                    self.assertEqual(emulator.account().balance().status, 200)
                    # The same account, by a call that no rule holds up.
                    self.assertEqual(emulator.account("sk_live_slow").mock(
                        "GET", "deliveries").status, 200)
                    self.assertFalse(anything_comes([waiting], 0.1))


HANG_FOR_EVER = {"rules": [{"when": {"key": "*hang*"},
                            "then": {"fault": {"kind": "hang", "for": "10m"}}}]}


class Crowd(unittest.TestCase):
    """Clients that hang cost others nothing."""

    CLIENTS = 1000
    CALLS = 300

    @classmethod
    def setUpClass(cls):
        # A thousand sockets here, and as many in the emulator, which inherits the bound.
        wanted = 2 * cls.CLIENTS + 200
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < wanted:
            raise unittest.SkipTest(f"no more than {hard} files may be open")
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            cls.addClassCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def start(self):
        return self.enterContext(Emulator(
            "--clock", "manual", "--scenario", self.enterContext(scenario_file(HANG_FOR_EVER))))

    def hang(self, emulator, count):
        """That many connections, each with a send that was lost and hangs."""
        connections = []
        for nth in range(count):
            connections.append(self.enterContext(emulator.connect()))
            connections[-1].sendall(send(PLAIN, f"sk_live_hang_{nth % 10}"))
        self.wait_until(lambda: self.lost(emulator) == count)
        return connections

    def lost(self, emulator):
        account = emulator.account()
        with contextlib.closing(account):
            return account.mock("GET", "health").json["deliveries"]["lost"]

    def wait_until(self, holds):
        until = time.monotonic() + PATIENCE
        while not holds():
            self.assertLess(time.monotonic(), until)

    @staticmethod
    def open_files(emulator):
        return len(os.listdir(f"/proc/{emulator.process.pid}/fd"))

    def median(self, account):
        took = []
        for _ in range(self.CALLS):
            began = time.perf_counter()
            self.assertEqual(account.balance().status, 200)
            took.append(time.perf_counter() - began)
        return statistics.median(took)

    def test_a_thousand_that_hang_leave_others_as_fast_as_before(self):
        emulator = self.start()
        account = emulator.account()
        self.median(account)  # not measured: what is done once is done then
        files = self.open_files(emulator)
        before = self.median(account)
        connections = self.hang(emulator, self.CLIENTS)
        during = self.median(account)
        suite.note(f"median of a balance call: {before * 1e6:.0f} us alone, "
                   f"{during * 1e6:.0f} us beside {self.CLIENTS} clients that hang")
        self.assertLess(during, 5 * before + 0.005)
        self.assertFalse(anything_comes(connections, 0))  # they hang still
        for each in connections:
            each.close()
        self.wait_until(lambda: self.open_files(emulator) <= files)
        self.assertEqual(account.balance().status, 200)

    def test_those_that_are_reset_by_their_client_are_let_go_too(self):
        emulator = self.start()
        self.lost(emulator)
        files = self.open_files(emulator)
        connections = self.hang(emulator, 100)
        for each in connections:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            each.close()
        self.wait_until(lambda: self.open_files(emulator) <= files)

    def test_those_that_leave_during_a_latency_are_let_go(self):
        scenario = {"rules": [{"then": {"deliver": True, "latency": "9m"}}]}
        with scenario_file(scenario) as path, Emulator("--scenario", path) as emulator:
            account = emulator.account()
            account.balance()
            files = self.open_files(emulator)
            connections = [emulator.connect() for _ in range(100)]
            for each in connections:
                each.sendall(send(PLAIN, fresh_key()))
                emulator.wait_for_log("latency 9m")
            for each in connections:
                each.close()
            self.wait_until(lambda: self.open_files(emulator) <= files)

    def test_a_stop_waits_for_none_that_hang(self):
        for which in signal.SIGTERM, signal.SIGINT:
            with self.subTest(which=which):
                emulator = self.start()
                connections = self.hang(emulator, 100)
                began = time.monotonic()
                emulator.send_signal(which)
                self.assertEqual([read_to_end(each) for each in connections], [b""] * 100)
                self.assertEqual(emulator.wait(), (0, ""))
                took = time.monotonic() - began
                suite.note(f"stopped in {took * 1e3:.0f} ms while 100 clients hung")
                self.assertLess(took, 5 * SLOWNESS)
                self.assertNotIn("not done in time", emulator.log())

    def test_a_stop_waits_for_none_that_begins_to_hang_after_the_signal(self):
        emulator = self.start()
        connections = [self.enterContext(emulator.connect()) for _ in range(100)]
        emulator.send_signal(signal.SIGSTOP)  # so that it finds calls and signal together
        for each in connections:
            each.sendall(send(PLAIN, "sk_live_hang"))
        emulator.send_signal(signal.SIGTERM)
        began = time.monotonic()
        emulator.send_signal(signal.SIGCONT)
        self.assertEqual(emulator.wait(), (0, ""))
        self.assertLess(time.monotonic() - began, 5 * SLOWNESS)
        self.assertNotIn("not done in time", emulator.log())

    def test_a_stop_sends_at_once_what_latency_and_drips_hold_up(self):
        held = [{"deliver": True, "latency": "9m"},
                {"deliver": True, "fault": {"kind": "slow", "for": "9m"}}]
        for step in held:
            with self.subTest(step=step), scenario_file({"rules": [{"then": step}]}) as path:
                emulator = self.enterContext(Emulator("--scenario", path))
                with emulator.connect() as connection:
                    connection.sendall(send(PLAIN, fresh_key()))
                    emulator.wait_for_log("latency 9m" if "latency" in step else "fault slow")
                    began = time.monotonic()
                    emulator.send_signal()
                    reply, rest = parse_reply(read_to_end(connection))
                self.assertEqual((reply.status, reply.json["ok"], rest), (202, True, b""))
                self.assertEqual(emulator.wait(), (0, ""))
                self.assertLess(time.monotonic() - began, 5 * SLOWNESS)
                self.assertNotIn("not done in time", emulator.log())
