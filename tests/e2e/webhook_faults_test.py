"""Webhooks that misbehave, as a receiver sees them that verifies what it gets."""

import base64
import hashlib
import hmac
import json
import queue
import select
import shutil
import signal
import subprocess
import threading
import time
import unittest

from client import parse_reply, read_to_end
from emulator import PATIENCE, REPOSITORY, Emulator, HeldPort
from receiver import HANG, Receiver
from scenario_files import scenario_file

SECRET = "whsec_e2e"
START = "2026-05-26T10:00:00Z"
NODE = shutil.which("node")
PHONE = "+84981234567"
TIMEOUT = 0.3  # seconds, of the short webhook.timeout
KINDS = ["valid", "missing", "wrong_secret", "raw_secret", "tampered"]


def signature(key, body):
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def genuine_signature(body):
    return signature(hashlib.sha256(SECRET.encode()).digest(), body)


def seconds(moment):
    """Of a time of day, as the control API writes it."""
    hours, minutes, rest = moment[11:].removesuffix("Z").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


class WebhookFaultCase(unittest.TestCase):
    def emulator(self, url, *steps, clock=f"manual@{START}", seed=42, **webhook):
        """The steps are the one rule's, and what is in `webhook` is the scenario's."""
        scenario = {"account_defaults": {"balance": 10, "free_credit": 0}, "webhook": webhook,
                    "rules": [{"then": list(steps)}]}
        target = ["--webhook-url", url, "--webhook-secret", SECRET] if url else []
        return self.enterContext(Emulator(
            "--clock", clock, "--seed", str(seed), *target, "--scenario",
            self.enterContext(scenario_file(scenario))))

    def receiver(self, *answers):
        return self.enterContext(Receiver(*answers))

    def account(self, emulator, key=None):
        account = emulator.account(key)
        self.addCleanup(account.close)
        return account


class Judged:
    """A webhook, and what a receiver that verifies made of it."""

    def __init__(self, accepted, why, headers, body):
        self.accepted, self.why, self.headers, self.body = accepted, why, headers, body

    @property
    def signature(self):
        return self.headers.get("x-nexo-signature")


class NodeReceiver:
    def __enter__(self):
        self._process = subprocess.Popen(
            [NODE, REPOSITORY / "tests/e2e/node/receiver.mjs", SECRET],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._lines = queue.SimpleQueue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        self.port = int(self._lines.get(timeout=PATIENCE))
        return self

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line)

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._reading.join(PATIENCE)
        self._process.stdout.close()

    def url(self):
        return f"http://127.0.0.1:{self.port}/webhooks/nexo"

    def get(self):
        seen = json.loads(self._lines.get(timeout=PATIENCE))
        return Judged(seen["accepted"], seen["why"], seen["headers"],
                      base64.b64decode(seen["body"]))


class PythonReceiver(Receiver):
    """The same checks where there is no Node."""

    def __init__(self):
        super().__init__(lambda webhook: 401 if self.judge(webhook) else 204)

    @staticmethod
    def judge(webhook):
        """Why it is refused; None if it is not."""
        if "x-nexo-signature" not in webhook.headers:
            return "no signature"
        if not webhook.is_signed_with(SECRET):
            return "another signature"
        if webhook.headers["x-nexo-event-type"] != json.loads(webhook.body)["type"]:
            return "another event type"
        return None

    def get(self):
        webhook = super().get()
        why = self.judge(webhook)
        return Judged(why is None, why, webhook.headers, webhook.body)


class Signatures:
    """Cases for each way to receive; the classes below say which."""

    def tell(self, kind, step):
        """The webhook, the delivery as the API shows it, and what is kept of the webhook."""
        receiver = self.enterContext(self.make_receiver())
        account = self.account(self.emulator(
            receiver.url(), {**step, "webhook": {"signature": kind}}, retry=[]))
        sent = account.send_id()
        account.advance(by="2s")
        return receiver.get(), account.delivery(sent).json, account.inspect(sent)["webhooks"][0]

    def test_each_kind_is_accepted_or_refused_as_it_should_be(self):
        for step in {"deliver": True, "after": "2s"}, {"fail": "busy", "after": "2s"}:
            for kind in KINDS:
                with self.subTest(kind=kind, step=step):
                    came, _, kept = self.tell(kind, step)
                    self.assertEqual(
                        (came.accepted, came.why),
                        (True, None) if kind == "valid" else
                        (False, "no signature" if kind == "missing" else "another signature"))
                    self.assertEqual(kept["attempts"][0]["status"], 204 if came.accepted else 401)
                    self.assertEqual(kept["state"],
                                     "acknowledged" if came.accepted else "given_up")
                    self.assertEqual((kept["body"].encode(), kept["signature"]),
                                     (came.body, came.signature))
                    if kind != "missing":
                        self.assertRegex(came.signature, "^sha256=[0-9a-f]{64}$")

    def test_all_but_the_tampered_tell_the_truth(self):
        for kind in KINDS[:4]:
            with self.subTest(kind=kind):
                came, told, _ = self.tell(kind, {"fail": "busy", "after": "2s"})
                self.assertEqual(came.body, self.body_of(told))
                self.assertEqual(came.headers["x-nexo-event-type"], "otp.failed")

    def test_raw_secret_is_what_an_implementation_without_the_digest_computes(self):
        came, _, _ = self.tell("raw_secret", {"deliver": True, "after": "2s"})
        self.assertEqual(came.signature, signature(SECRET.encode(), came.body))

    def test_wrong_secret_is_neither_the_right_signature_nor_the_usual_mistakes(self):
        came, _, _ = self.tell("wrong_secret", {"deliver": True, "after": "2s"})
        digest = hashlib.sha256(SECRET.encode())
        for key in digest.digest(), SECRET.encode(), digest.hexdigest().encode(), b"":
            self.assertNotEqual(came.signature, signature(key, came.body))

    def test_tampered_says_the_other_status_under_the_signature_of_the_true_one(self):
        for step, status, other in [
                ({"deliver": True, "after": "2s"}, "delivered", "failed"),
                ({"fail": "busy", "after": "2s"}, "failed", "delivered")]:
            with self.subTest(status=status):
                came, told, _ = self.tell("tampered", step)
                self.assertEqual(told["status"], status)
                self.assertEqual(came.headers["x-nexo-event-type"], f"otp.{other}")
                self.assertEqual(came.body, self.body_of({**told, "status": other}))
                self.assertEqual(came.signature, genuine_signature(self.body_of(told)))

    @staticmethod
    def body_of(told):
        """The vendor's body for a delivery, made from what the API shows of it."""
        names = ["id", "phone", "carrier", "status", "cost", "error_code", "created_at",
                 "completed_at"]
        return json.dumps({"type": f"otp.{told['status']}"} | {name: told[name] for name in names},
                          separators=(",", ":")).encode()


class SignaturesInPython(Signatures, WebhookFaultCase):
    make_receiver = PythonReceiver


@unittest.skipIf(NODE is None, "there is no node")
class SignaturesInNode(Signatures, WebhookFaultCase):
    make_receiver = NodeReceiver


class Copies(WebhookFaultCase):
    def test_without_copies_none_comes_and_the_delivery_completes(self):
        receiver = self.receiver()
        account = self.account(self.emulator(
            receiver.url(), {"deliver": True, "after": "2s", "webhook": {"copies": 0}}))
        sent = account.send_id()
        account.advance(by="24h")
        self.assertEqual(account.delivery(sent).json["status"], "delivered")
        self.assertEqual(account.balance().json["balance"], 9.978)
        self.assertEqual(account.inspect(sent)["webhooks"], [])
        receiver.get_nothing()

    def test_two_copies_are_the_same_bytes_and_signature_one_after_another(self):
        receiver = self.receiver()
        account = self.account(self.emulator(
            receiver.url(), {"deliver": True, "after": "2s", "webhook": {"copies": 2}}))
        sent = account.send_id()
        account.advance(by="2s")
        first, second = receiver.get(), receiver.get()
        self.assertEqual(second.body, first.body)
        self.assertEqual(sorted(second.header_list), sorted(first.header_list))
        self.assertTrue(first.is_signed_with(SECRET))
        account.advance(by="24h")
        receiver.get_nothing()
        self.assertEqual([each["state"] for each in account.inspect(sent)["webhooks"]],
                         ["acknowledged"] * 2)
        self.assertEqual(account.balance().json["balance"], 9.978)  # paid once

    def test_each_copy_has_a_ladder_of_its_own(self):
        receiver = self.receiver(500, 200, 500, 500, 200)
        account = self.account(self.emulator(
            receiver.url(), {"deliver": True, "after": "2s", "webhook": {"copies": 2}}))
        sent = account.send_id()
        account.advance(by="24h")
        came = [receiver.get() for _ in range(5)]
        self.assertEqual(len({(each.body, each.signature) for each in came}), 1)
        attempts = [[(each["due_at"][11:19], each["status"]) for each in webhook["attempts"]]
                    for webhook in account.inspect(sent)["webhooks"]]
        self.assertEqual(attempts, [[("10:00:02", 500), ("10:00:07", 200)],
                                    [("10:00:07", 500), ("10:00:12", 500), ("10:00:42", 200)]])

    def test_a_copy_that_is_given_up_lets_the_next_one_have_its_turn(self):
        receiver = self.receiver(410, 200)
        account = self.account(self.emulator(
            receiver.url(), {"deliver": True, "webhook": {"copies": 2}}))
        sent = account.send_id()
        account.advance(to="idle")
        self.assertEqual([each["state"] for each in account.inspect(sent)["webhooks"]],
                         ["given_up", "acknowledged"])

    def test_a_hundred_copies_come(self):
        receiver = self.receiver()
        account = self.account(self.emulator(
            receiver.url(), {"deliver": True, "webhook": {"copies": 100}}, clock="instant"))
        account.send()
        self.assertEqual(len({receiver.get().body for _ in range(100)}), 1)


class Delay(WebhookFaultCase):
    def test_under_a_manual_clock_nothing_comes_before_the_moment(self):
        receiver = self.receiver()
        account = self.account(self.emulator(
            receiver.url(), {"deliver": True, "after": "2s", "webhook": {"delay": "30s"}}))
        sent = account.send_id()
        account.advance(by="2s")
        self.assertEqual(account.delivery(sent).json["status"], "delivered")
        account.advance(by="29999ms")
        receiver.get_nothing()
        account.advance(by="1ms")
        self.assertIn(b'"completed_at":"2026-05-26T10:00:02Z"', receiver.get().body)
        self.assertEqual(account.attempts(sent)[0]["due_at"], "2026-05-26T10:00:32.000Z")

    def test_the_ladder_counts_from_the_first_attempt(self):
        receiver = self.receiver(500, 200)
        account = self.account(self.emulator(
            receiver.url(), {"deliver": True, "webhook": {"delay": "30s"}}))
        sent = account.send_id()
        account.advance(to="idle")
        self.assertEqual([each["due_at"][11:19] for each in account.attempts(sent)],
                         ["10:00:30", "10:00:35"])

    def delays(self, delay, seed=42):
        """The seconds that the webhooks of twenty sends waited."""
        receiver = self.receiver()
        account = self.account(self.emulator(
            receiver.url(), {"deliver": True, "webhook": {"delay": delay}}, seed=seed),
            "sk_live_delays")
        sent = [account.send_id() for _ in range(20)]
        account.advance(to="idle")
        return [seconds(account.attempts(each)[0]["due_at"]) - seconds(START) for each in sent]

    def test_ranges_and_log_normal_delays_are_the_same_twice_with_one_seed(self):
        for delay in "10s..90s", {"median": "30s", "sigma": 0.4}:
            with self.subTest(delay=delay):
                once = self.delays(delay)
                self.assertEqual(once, self.delays(delay))
                self.assertNotEqual(once, self.delays(delay, seed=43))
                self.assertGreater(len(set(once)), 15)
        self.assertTrue(all(10 <= each <= 90 for each in self.delays("10s..90s")))

    def test_copies_wait_each_for_itself_and_keep_their_order(self):
        receiver = self.receiver()
        account = self.account(self.emulator(receiver.url(), {
            "deliver": True, "webhook": {"copies": 5, "delay": "10s..90s"}}), "sk_live_delays")
        sent = account.send_id()
        account.advance(to="idle")
        due = [seconds(each["attempts"][0]["due_at"]) - seconds(START)
               for each in account.inspect(sent)["webhooks"]]
        self.assertEqual(due, sorted(due))
        self.assertGreater(len(set(due)), 1)
        self.assertTrue(all(10 <= each <= 90 for each in due))

    def test_clocks_that_run_by_themselves_know_it_too(self):
        for clock in "instant", "x1000":
            with self.subTest(clock=clock):
                receiver = self.receiver()
                account = self.account(self.emulator(
                    receiver.url(), {"deliver": True, "webhook": {"delay": "100s"}}, clock=clock))
                sent = account.send_id()
                receiver.get()
                told = account.inspect(sent)
                waited = (seconds(account.attempts(sent)[0]["due_at"])
                          - seconds(told["completed_at"])) % 86400
                self.assertAlmostEqual(waited, 100, places=6)


class BeforeTheReply(WebhookFaultCase):
    FIRST = {"deliver": True, "webhook": {"before_reply": True}}

    def sending(self, emulator, key="sk_live_waits", more=b""):
        """A connection on which a send is under way."""
        body = json.dumps({"phone": PHONE, "code": "482917"})
        connection = self.enterContext(emulator.connect())
        connection.sendall((f"POST /api/v1/send-otp HTTP/1.1\r\nHost: localhost\r\n"
                            f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
                            f"{body}").encode() + more)
        return connection

    @staticmethod
    def is_answered(connection, within=0.1):
        watch = select.poll()
        watch.register(connection, select.POLLIN)
        return bool(watch.poll(within * 1000))

    def reply_on(self, connection):
        reply, rest = parse_reply(connection.recv(65536))
        self.assertEqual((reply.status, rest), (202, b""), reply)
        return reply.json

    def test_the_webhook_is_there_while_the_reply_is_not_under_each_clock(self):
        for clock in "real", "x60", f"manual@{START}", "instant":
            with self.subTest(clock=clock):
                receiver = self.receiver(HANG)
                emulator = self.emulator(receiver.url(), self.FIRST, clock=clock)
                connection = self.sending(emulator)
                came = receiver.get()
                self.assertTrue(came.is_signed_with(SECRET))
                self.assertFalse(self.is_answered(connection))
                receiver.release()
                told = self.reply_on(connection)
                self.assertEqual((told["status"], told["balance"]), ("sent", 9.978))
                self.assertEqual(json.loads(came.body)["id"], told["id"])
                account = self.account(emulator, "sk_live_waits")
                self.assertEqual(account.delivery(told["id"]).json["status"], "delivered")

    def test_a_failure_can_come_first_as_well(self):
        receiver = self.receiver(HANG)
        emulator = self.emulator(receiver.url(),
                                 {"fail": "busy", "webhook": {"before_reply": True}})
        connection = self.sending(emulator)
        self.assertEqual(receiver.get().headers["x-nexo-event-type"], "otp.failed")
        self.assertFalse(self.is_answered(connection))
        receiver.release()
        self.assertEqual(self.reply_on(connection)["cost"], 0.022)

    def test_it_holds_up_no_other_call_of_the_same_account_and_thread(self):
        receiver = self.receiver(HANG)
        emulator = self.enterContext(Emulator(
            "--threads", "1", "--clock", "manual", "--webhook-url", receiver.url(),
            "--webhook-secret", SECRET, "--scenario",
            self.enterContext(scenario_file({"rules": [{"then": self.FIRST}]}))))
        connection = self.sending(emulator)
        receiver.get()
        account = self.account(emulator, "sk_live_waits")
        self.assertEqual(account.balance().json["balance"], 0.088)
        self.assertFalse(self.is_answered(connection, 0))
        receiver.release()
        self.reply_on(connection)

    def test_a_request_behind_it_waits_too_and_is_answered_after_it(self):
        receiver = self.receiver(HANG)
        emulator = self.emulator(receiver.url(), self.FIRST)
        connection = self.sending(emulator, more=(
            b"GET /api/v1/balance HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Authorization: Bearer sk_live_waits\r\n\r\n"))
        receiver.get()
        self.assertFalse(self.is_answered(connection))
        receiver.release()
        first, rest = parse_reply(read_to_end(connection))
        self.assertEqual((first.status, parse_reply(rest)[0].status), (202, 200))

    def test_a_first_attempt_that_fails_ends_the_wait_and_is_retried(self):
        receiver = self.receiver(500, 200)
        account = self.account(self.emulator(receiver.url(), self.FIRST))
        sent = account.send_id()
        self.assertEqual([each["status"] for each in account.attempts(sent)[:1]], [500])
        account.advance(to="idle")
        self.assertEqual([each["status"] for each in account.attempts(sent)], [500, 200])

    def test_of_several_copies_and_events_the_first_is_waited_for(self):
        for step in [{"deliver": True, "webhook": {"before_reply": True, "copies": 3}},
                     {"timeline": [{"after": "5s", "status": "delivered"},
                                   {"after": "0s", "status": "failed", "error_code": "busy"}],
                      "webhook": {"before_reply": True}}]:
            with self.subTest(step=step):
                receiver = self.receiver(HANG, 200)
                emulator = self.emulator(receiver.url(), step)
                connection = self.sending(emulator)
                first = receiver.get()
                receiver.get_nothing()
                self.assertFalse(self.is_answered(connection))
                receiver.release()
                self.reply_on(connection)
                self.account(emulator, "sk_live_waits").advance(to="idle")
                if "timeline" in step:
                    self.assertIn(b'"status":"failed"', first.body)
                    self.assertIn(b'"status":"delivered"', receiver.get().body)
                else:
                    self.assertEqual([receiver.get().body for _ in range(2)], [first.body] * 2)

    def test_where_nobody_listens_the_reply_comes_at_once(self):
        with HeldPort() as port:
            account = self.account(self.emulator(f"http://127.0.0.1:{port.number}/", self.FIRST))
            sent = account.send_id()
            self.assertEqual(account.attempts(sent)[0]["error"], "connection refused")

    def test_where_nobody_answers_the_reply_comes_after_the_timeout(self):
        for timeout in "300ms", "300ms..400ms":
            for clock in "real", f"manual@{START}", "instant":
                with self.subTest(timeout=timeout, clock=clock):
                    receiver = self.receiver(HANG)
                    account = self.account(self.emulator(
                        receiver.url(), self.FIRST, clock=clock, timeout=timeout, retry=[]))
                    began = time.monotonic()
                    sent = account.send_id()
                    self.assertGreaterEqual(time.monotonic() - began, TIMEOUT)
                    attempt = account.attempts(sent)[0]
                    self.assertEqual(attempt["error"], "timeout")

    def test_many_that_wait_for_a_receiver_that_never_answers_are_all_answered(self):
        receiver = self.receiver(HANG)
        emulator = self.emulator(receiver.url(), self.FIRST, timeout="300ms", retry=[])
        connections = [self.sending(emulator) for _ in range(40)]
        self.assertEqual(len({self.reply_on(each)["id"] for each in connections}), 40)

    def test_without_a_target_the_reply_comes_at_once(self):
        account = self.account(self.emulator(None, self.FIRST))
        sent = account.send_id()
        self.assertEqual(account.inspect(sent)["webhooks"], [])

    def test_a_reset_in_between_takes_the_reply_away(self):
        for everybody in False, True:
            with self.subTest(everybody=everybody):
                receiver = self.receiver(HANG)
                emulator = self.emulator(receiver.url(), self.FIRST)
                connection = self.sending(emulator)
                receiver.get()
                self.assertFalse(self.is_answered(connection))
                who = emulator.everything() if everybody else emulator.account("sk_live_waits")
                self.addCleanup(who.close)
                self.assertEqual(who.mock("POST", "reset").status, 200)
                self.assertEqual(read_to_end(connection), b"")  # it belongs to the past
                account = self.account(emulator, "sk_live_waits")
                self.assertEqual(account.deliveries(), [])
                self.assertEqual(account.balance().json["balance"], 10)
                receiver.release()  # or the stop would give it time

    def test_a_client_that_leaves_meanwhile_is_missed_by_nobody(self):
        receiver = self.receiver(HANG)
        emulator = self.emulator(receiver.url(), self.FIRST)
        self.sending(emulator).close()
        sent = json.loads(receiver.get().body)["id"]
        receiver.release()
        account = self.account(emulator, "sk_live_waits")
        account.advance(to="idle")
        self.assertEqual(account.inspect(sent)["webhooks"][0]["state"], "acknowledged")

    def test_a_stop_meanwhile_waits_for_the_webhook_and_answers(self):
        receiver = self.receiver(HANG)
        emulator = self.emulator(receiver.url(), self.FIRST)
        connection = self.sending(emulator)
        receiver.get()
        emulator.send_signal(signal.SIGTERM)
        emulator.wait_for_log("stopping")
        self.assertFalse(self.is_answered(connection))
        receiver.release()
        self.reply_on(connection)
        self.assertEqual(emulator.wait(), (0, ""))

    def test_latency_and_faults_come_after_the_webhook(self):
        receiver = self.receiver(HANG)
        emulator = self.emulator(
            receiver.url(), {**self.FIRST, "latency": "300ms"},
            {**self.FIRST, "fault": "truncate"}, {**self.FIRST, "fault": "close"})
        late = self.sending(emulator)
        receiver.get()
        began = time.monotonic()
        receiver.release()
        self.reply_on(late)
        self.assertGreaterEqual(time.monotonic() - began, 0.3)
        cut = self.sending(emulator)
        receiver.get()
        self.assertFalse(self.is_answered(cut))
        receiver.release()
        half, _ = parse_reply(read_to_end(cut))
        self.assertEqual(len(half.body), int(half.headers["content-length"]) // 2)
        closed = self.sending(emulator)
        receiver.get()
        self.assertFalse(self.is_answered(closed))
        receiver.release()
        self.assertEqual(read_to_end(closed), b"")


class Contradictions(WebhookFaultCase):
    FAILED = {"after": "2s", "status": "failed", "error_code": "busy"}

    def run_course(self, receiver, *events, refund=True):
        scenario = {"api": {"refund_failed": refund}, "rules": [{"then": {"timeline": events}}]}
        account = self.account(self.enterContext(Emulator(
            "--clock", f"manual@{START}", "--webhook-url", receiver.url(), "--webhook-secret",
            SECRET, "--scenario", self.enterContext(scenario_file(scenario)))))
        return account, account.send_id()

    def told(self, receiver):
        came = receiver.get()
        self.assertTrue(came.is_signed_with(SECRET))
        body = json.loads(came.body)
        self.assertEqual(came.headers["x-nexo-event-type"], body["type"])
        return body["status"], body["cost"], body["error_code"], body["completed_at"][11:19]

    def test_failed_then_delivered_is_told_twice_and_stays_refunded(self):
        receiver = self.receiver()
        account, sent = self.run_course(receiver, self.FAILED,
                                        {"after": "5s", "status": "delivered"})
        self.assertEqual(account.balance().json["balance"], 0.088)
        account.advance(by="2s")
        self.assertEqual(self.told(receiver), ("failed", 0, "busy", "10:00:02"))
        self.assertEqual(account.balance().json["balance"], 0.11)
        account.advance(by="3s")
        self.assertEqual(self.told(receiver), ("delivered", 0, None, "10:00:05"))
        self.assertEqual(account.balance().json["balance"], 0.11)
        shown = account.delivery(sent).json
        self.assertEqual((shown["status"], shown["cost"]), ("delivered", 0))

    def test_delivered_then_failed_is_told_twice_and_stays_paid(self):
        receiver = self.receiver()
        account, sent = self.run_course(
            receiver, {"after": "2s", "status": "delivered"}, {**self.FAILED, "after": "5s"})
        account.advance(by="5s")
        self.assertEqual(self.told(receiver), ("delivered", 0.022, None, "10:00:02"))
        self.assertEqual(self.told(receiver), ("failed", 0.022, "busy", "10:00:05"))
        self.assertEqual(account.balance().json["balance"], 0.088)
        shown = account.delivery(sent).json
        self.assertEqual((shown["status"], shown["cost"]), ("failed", 0.022))

    def test_failing_again_and_again_refunds_once(self):
        receiver = self.receiver()
        account, _ = self.run_course(receiver, self.FAILED, {**self.FAILED, "after": "3s"},
                                     {"after": "4s", "status": "delivered"},
                                     {**self.FAILED, "after": "5s"})
        account.advance(by="24h")
        self.assertEqual([self.told(receiver)[0] for _ in range(4)],
                         ["failed", "failed", "delivered", "failed"])
        self.assertEqual(account.balance().json["balance"], 0.11)

    def test_without_refunds_both_cost_the_price(self):
        receiver = self.receiver()
        account, _ = self.run_course(receiver, self.FAILED, {"after": "5s", "status": "delivered"},
                                     refund=False)
        account.advance(by="5s")
        self.assertEqual([self.told(receiver)[:2] for _ in range(2)],
                         [("failed", 0.022), ("delivered", 0.022)])
        self.assertEqual(account.balance().json["balance"], 0.088)

    def test_the_second_webhook_never_overtakes_the_first(self):
        receiver = self.receiver(500, 500, 200)
        account, sent = self.run_course(receiver, self.FAILED,
                                        {"after": "5s", "status": "delivered"})
        account.advance(to="idle")
        self.assertEqual([self.told(receiver)[0] for _ in range(4)],
                         ["failed"] * 3 + ["delivered"])
        attempts = [[each["due_at"][11:19] for each in webhook["attempts"]]
                    for webhook in account.inspect(sent)["webhooks"]]
        self.assertEqual(attempts, [["10:00:02", "10:00:07", "10:00:37"], ["10:00:37"]])
