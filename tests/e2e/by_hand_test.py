"""What a test does by hand: ends a delivery, sends a webhook again, sends the sample one."""

import unittest

from client import Account
from emulator import Emulator
from receiver import HANG, Answer, Receiver
from scenario_files import scenario_file
from signatures import MISSING, kind_of
from waiting import InBackground

START = "manual@2026-05-26T10:00:00Z"
PHONE, BUSY, NEVER, LATE = "+84981234567", "+84980000002", "+84980000020", "+84980000021"
SECRET = "whsec_test_123"
UNKNOWN = "8f2e1c4d-0000-4000-8000-000000000000"
SAMPLE = ('{"type":"otp.delivered","id":"test","phone":"+84981234567","carrier":"viettel",'
          '"status":"delivered","cost":0.022,"error_code":null,"created_at":"2026-05-26T10:00:00Z",'
          '"completed_at":"2026-05-26T10:00:25Z"}')  # the vendor's
SAMPLE_SIGNATURE = "sha256=b0d823c4ce59b9d7cfd8eacd35c1c47f79824fdcf9e7f40365ad354b292bf20d"
RESET = {"ok": False, "error": "reset",
         "detail": "a reset came while the webhook was on its way"}


class ByHandCase(unittest.TestCase):
    def start(self, *options):
        self.emulator = self.enterContext(Emulator("--clock", START, "--seed", "42", *options))
        self.account = self.emulator.account("sk_live_by_hand")

    def start_with_receiver(self, *answers, options=()):
        self.receiver = self.enterContext(Receiver(*answers))
        self.start("--webhook-url", self.receiver.url(), "--webhook-secret", SECRET, *options)

    def check_refused(self, reply, status, error, *words):
        self.assertEqual((reply.status, reply.json["ok"], reply.error), (status, False, error))
        for each in words:
            self.assertIn(each, reply.json["detail"])

    def check_other_methods(self, path):
        for method in "GET", "HEAD", "PUT", "PATCH", "DELETE":
            reply = self.account.mock(method, path)
            self.assertEqual((reply.status, reply.headers["allow"]), (405, "POST"), method)


class Complete(ByHandCase):
    def complete(self, delivery_id, body, who=None):
        return (who or self.account).mock("POST", f"deliveries/{delivery_id}/complete", body)

    def check_completed(self, reply, sent, **known):
        self.assertEqual(reply.status, 200, reply)
        told = reply.json["delivery"]
        self.assertEqual({name: told[name] for name in known}, known)
        self.assertEqual(self.account.delivery(sent).json, {
            "ok": True, "created_at": told["created_at"].replace(".000", ""),
            "completed_at": told["completed_at"].replace(".000", "")} | {
            name: told[name] for name in ("id", "phone", "carrier", "status", "cost", "error_code",
                                          "carrier_status")})

    def test_it_ends_now_as_it_is_told_to(self):
        self.start()
        for body, ends in [
                ({"status": "delivered"}, ("delivered", None, "success")),
                ({"status": "delivered", "carrier_status": "odd"}, ("delivered", None, "odd")),
                ({"status": "failed", "error_code": "busy"}, ("failed", "busy", "user_busy")),
                ({"status": "failed", "error_code": "mine"}, ("failed", "mine", "mine")),
                ({"status": "failed", "error_code": "mine", "carrier_status": "own"},
                 ("failed", "mine", "own"))]:
            with self.subTest(body=body):
                self.account.mock("POST", "reset")
                sent = self.account.send_id(LATE)
                self.account.advance(by="10s")
                status, error_code, carrier_status = ends
                failed = status == "failed"
                self.check_completed(
                    self.complete(sent, body), sent, id=sent, status=status, error_code=error_code,
                    carrier_status=carrier_status, completed_at="2026-05-26T10:00:10.000Z",
                    cost=0 if failed else 0.022, settlement="refunded" if failed else "charged",
                    code_read=False, rule="delivered late", webhooks=[],
                    timeline=[{"at": "2026-05-26T10:00:00.000Z", "type": "status",
                               "status": "sent"},
                              {"at": "2026-05-26T10:00:10.000Z", "type": "status",
                               "status": status, "error_code": error_code,
                               "carrier_status": carrier_status}])
                self.assertEqual(self.account.balance().json["balance"],
                                 0.11 if failed else 0.088)

    def test_what_its_rule_had_in_mind_does_not_happen_any_more(self):
        timeline = [{"after": "5s", "status": "delivered"},
                    {"after": "9s", "status": "failed", "error_code": "timeout"}]
        with scenario_file({"rules": [{"then": {"timeline": timeline}}]}) as path:
            self.start("--scenario", path)
            sent = self.account.send_id()
            self.complete(sent, {"status": "failed", "error_code": "busy"})
            self.assertIsNone(self.account.mock("GET", "clock").json["next_due"])
            self.assertEqual(self.account.advance(by="1h")["fired"], [])
            self.assertEqual(self.account.inspect(sent)["error_code"], "busy")
            half_way = self.account.send_id()
            self.account.advance(by="6s")
            self.check_refused(self.complete(half_way, {"status": "delivered"}), 409,
                               "already_ended", "has ended")
            self.account.advance(to="idle")
            self.assertEqual(self.account.inspect(half_way)["status"], "failed")

    def test_its_webhook_follows_and_is_tried_again(self):
        self.start_with_receiver(500, 200)
        sent = self.account.send_id(NEVER)
        self.account.advance(by="7s")
        told = self.complete(sent, {"status": "failed", "error_code": "busy"}).json["delivery"]
        self.assertEqual([each["state"] for each in told["webhooks"]], ["waiting"])
        self.account.advance(to="idle")
        first, second = self.receiver.get(), self.receiver.get()
        self.assertEqual(first.body, second.body)
        self.assertTrue(first.is_signed_with(SECRET))
        self.assertIn(b'"type":"otp.failed"', first.body)
        self.assertIn(b'"completed_at":"2026-05-26T10:00:07Z"', first.body)
        self.assertEqual([each["due_at"] for each in self.account.attempts(sent)],
                         ["2026-05-26T10:00:07.000Z", "2026-05-26T10:00:12.000Z"])

    def test_a_rule_for_its_webhooks_still_counts(self):
        self.start_with_receiver()
        sent = self.account.send_id("+84980000081")  # twice
        self.complete(sent, {"status": "delivered"})
        self.account.advance(to="idle")
        self.assertEqual(len(self.account.inspect(sent)["webhooks"]), 2)
        self.assertEqual(len(self.receiver.webhooks), 2)

    def test_the_price_is_kept_where_failures_are_not_refunded(self):
        with scenario_file({"api": {"refund_failed": False},
                            "rules": [{"then": {"pending": True}}]}) as path:
            self.start("--scenario", path)
            sent = self.account.send_id()
            self.check_completed(self.complete(sent, {"status": "failed", "error_code": "busy"}),
                                 sent, cost=0.022, settlement="charged")

    def test_without_a_key_it_is_found_too(self):
        self.start()
        sent = self.account.send_id(NEVER)
        self.check_completed(self.complete(sent, {"status": "delivered"},
                                           self.emulator.everything()), sent, status="delivered")

    def test_one_that_has_ended_or_is_not_there_is_refused(self):
        self.start()
        done = {"status": "delivered"}
        for phone in PHONE, BUSY, "+84980000000":
            sent = self.account.send_id(phone)
            self.account.advance(to="idle")
            before = self.account.mock("GET", "deliveries").body
            self.check_refused(self.complete(sent, done), 409, "already_ended")
            self.assertEqual(self.account.mock("GET", "deliveries").body, before)
        mine = self.account.send_id(NEVER)
        other = self.emulator.account()
        for who, sent in [(other, mine), (self.account, UNKNOWN), (self.account, "x"),
                          (self.emulator.everything(), UNKNOWN)]:
            self.check_refused(self.complete(sent, done, who), 404, "not_found", "no delivery")
        self.assertEqual(self.account.inspect(mine)["status"], "sent")
        self.check_other_methods(f"deliveries/{mine}/complete")

    def test_a_body_with_mistakes_is_refused_with_their_places(self):
        self.start()
        sent = self.account.send_id(NEVER)
        for body, detail in [
                ("", "body:1:1: error: the text ends too early"),
                ("[]", "body:1:1: error: expected an object, found a list"),
                ("{}", 'body:1:1: error: "status" is missing'),
                ('{"status": "sent"}',
                 'body:1:12: error: /status: expected "delivered" or "failed", found "sent"'),
                ('{"status": "failed"}',
                 'body:1:1: error: a failed delivery needs an "error_code" like "busy"'),
                ('{"status": "failed",\n "error_code": ""}',
                 'body:2:16: error: /error_code: expected an error code like "busy", found ""'),
                ('{"status": "failed", "error_code": 7}',
                 "body:1:36: error: /error_code: expected a string, found 7"),
                ('{"status": "delivered", "error_code": "busy"}',
                 "body:1:39: error: /error_code: a delivered delivery has no error code"),
                ('{"status": "delivered",\n\n  "carier_status": "x",\n "carrier_status": 1}',
                 'body:3:3: error: unknown key "carier_status" (did you mean "carrier_status"?)\n'
                 "body:4:20: error: /carrier_status: expected a string, found 1"),
                ('{"status": "delivered", "status": "failed", "error_code": "busy"}', None),
                ('{"status": "delivered"} x', None)]:
            with self.subTest(body=body):
                reply = self.complete(sent, body)
                self.check_refused(reply, 400, "invalid_body")
                if detail is not None:
                    self.assertEqual(reply.json["detail"], detail)
        self.assertEqual(self.account.inspect(sent)["status"], "sent")


class Redeliver(ByHandCase):
    def redeliver(self, seq, who=None):
        return (who or self.account).mock("POST", f"webhooks/{seq}/redeliver")

    def attempted(self, phone=PHONE):
        """Sends, and lets the first attempt of its webhook end; the delivery and the attempt."""
        sent = self.account.send_id(phone)
        self.account.advance(by="2s")
        return sent, self.account.attempts(sent)[0]["seq"]

    def test_the_same_event_is_sent_again_and_the_answer_says_how_it_ended(self):
        self.start_with_receiver(200, Answer(201, body=b"thanks"))
        sent, seq = self.attempted(BUSY)
        self.account.advance(by="8s")
        first = self.receiver.get()
        reply = self.redeliver(seq)
        again = self.receiver.get()
        self.assertEqual((again.body, again.header_list), (first.body, first.header_list))
        (original, kept) = self.account.mock("GET", "webhooks").json["attempts"]
        self.assertEqual((reply.status, reply.json), (200, {"ok": True, "attempt": kept}))
        self.assertEqual(kept | {"took_us": 0}, original | {
            "seq": seq + 1, "kind": "redelivery", "due_at": "2026-05-26T10:00:10.000Z",
            "ended_at": "2026-05-26T10:00:10.000Z", "status": 201, "reply": "thanks",
            "took_us": 0})
        self.assertEqual(len(self.account.attempts(sent)), 1)  # none of the ladder's

    def test_it_goes_where_webhooks_go_now(self):
        self.start_with_receiver(410)
        _, seq = self.attempted()
        with Receiver() as other:
            self.account.mock("PATCH", "account",
                              {"webhook": {"url": other.url(), "secret": "whsec_new"}})
            self.assertEqual(self.redeliver(seq).json["attempt"]["url"], other.url())
            self.assertTrue(other.get().is_signed_with("whsec_new"))
        self.account.mock("PATCH", "account", {"webhook": None})
        self.assertEqual(self.redeliver(seq).json["attempt"]["url"], self.receiver.url())
        self.assertEqual(len(self.receiver.webhooks), 2)

    def test_what_a_rule_did_to_the_signature_is_done_again(self):
        self.start_with_receiver()
        _, seq = self.attempted("+84980000084")
        self.redeliver(seq)
        self.assertEqual([kind_of(each, SECRET) for each in self.receiver.webhooks],
                         [MISSING, MISSING])

    def test_an_acknowledged_one_ends_the_ladder(self):
        self.start_with_receiver(500, 200)
        sent, seq = self.attempted()
        self.assertEqual(self.redeliver(seq).json["attempt"]["outcome"], "acknowledged")
        (webhook,) = self.account.inspect(sent)["webhooks"]
        self.assertEqual((webhook["state"], len(webhook["attempts"])), ("acknowledged", 1))
        self.assertEqual(self.account.advance(to="idle")["fired"], [])
        self.assertEqual(len(self.receiver.webhooks), 2)

    def test_a_failed_one_changes_nothing_about_it(self):
        self.start_with_receiver(500, 500, 500, 200)
        sent, seq = self.attempted()
        for _ in range(2):
            self.assertEqual(self.redeliver(seq).json["attempt"]["outcome"], "failed")
        self.account.advance(to="idle")
        self.assertEqual([each["due_at"][14:19] for each in self.account.attempts(sent)],
                         ["00:02", "00:07"])
        self.assertEqual(self.account.inspect(sent)["webhooks"][0]["state"], "acknowledged")

    def test_the_next_copy_has_its_turn_then(self):
        self.start_with_receiver(500, 200)
        sent, seq = self.attempted("+84980000081")
        self.redeliver(seq)
        self.account.advance(to="idle")
        self.assertEqual([(each["state"], len(each["attempts"]))
                          for each in self.account.inspect(sent)["webhooks"]],
                         [("acknowledged", 1), ("acknowledged", 1)])

    def test_it_waits_for_the_receiver_and_a_reset_ends_the_wait(self):
        self.start_with_receiver(500, HANG)
        _, seq = self.attempted()
        self.receiver.get()
        for by in self.account, self.emulator.everything():
            waiting = InBackground(lambda: self.redeliver(seq, self.emulator.account(
                self.account.key)))
            self.receiver.get()
            by.mock("POST", "reset")
            reply = waiting.end()
            self.assertEqual((reply.status, reply.json), (409, RESET))
            self.assertEqual(self.account.mock("GET", "webhooks").json["attempts"], [])
            self.receiver.release(500)
            seq = self.attempted_by_hand()

    def attempted_by_hand(self):
        """A ping that hung is answered; its attempt can be sent again."""
        waiting = InBackground(lambda: self.emulator.account(self.account.key).mock(
            "POST", "webhooks/ping"))
        self.receiver.get()
        self.receiver.release(500)
        return waiting.end().json["attempt"]["seq"]

    def test_a_receiver_that_never_answers_is_given_up_after_the_time_out(self):
        with scenario_file({"webhook": {"timeout": "50ms"},
                            "rules": [{"then": {"deliver": True, "after": "2s"}}]}) as path:
            self.start_with_receiver(410, HANG, options=["--scenario", path])
            _, seq = self.attempted()
            attempt = self.redeliver(seq).json["attempt"]
        self.assertEqual((attempt["outcome"], attempt["status"], attempt["error"]),
                         ("failed", None, "timeout"))

    def test_a_ping_is_sent_again_as_a_ping(self):
        self.start_with_receiver()
        ping = self.account.mock("POST", "webhooks/ping").json["attempt"]
        again = self.redeliver(ping["seq"]).json["attempt"]
        self.assertEqual((again["kind"], again["delivery"]), ("ping", "test"))
        self.assertEqual([each.body.decode() for each in self.receiver.webhooks], [SAMPLE] * 2)

    def test_an_attempt_outlives_its_delivery(self):
        self.start_with_receiver(410, 200, options=["--max-deliveries", "1"])
        sent, seq = self.attempted()
        self.attempted()
        self.assertEqual(self.account.mock("GET", f"deliveries/{sent}").status, 404)
        self.assertEqual(self.redeliver(seq).json["attempt"]["delivery"], sent)

    def test_one_that_is_not_there_is_refused(self):
        self.start_with_receiver()
        _, seq = self.attempted()
        for who, number in [(self.emulator.account(), seq), (self.account, seq + 1),
                            (self.account, 0), (self.account, "x"), (self.account, -1),
                            (self.account, 2**64), (self.account, f"{seq}x")]:
            self.check_refused(self.redeliver(number, who), 404, "not_found", "no webhook attempt")
        self.assertEqual(self.redeliver(seq, self.emulator.everything()).status, 200)
        self.assertEqual(len(self.receiver.webhooks), 2)
        self.check_other_methods(f"webhooks/{seq}/redeliver")


class Ping(ByHandCase):
    def ping(self, who=None):
        return (who or self.account).mock("POST", "webhooks/ping")

    def test_the_vendors_sample_is_sent_signed_and_leaves_nothing_behind(self):
        self.start_with_receiver(Answer(500, body=b"no"), 200)
        balance = self.account.balance().body
        reply = self.ping()
        came = self.receiver.get()
        self.assertEqual((came.body.decode(), came.signature), (SAMPLE, SAMPLE_SIGNATURE))
        self.assertGreater(reply.json["attempt"].pop("took_us"), 0)
        told = reply.json
        told["attempt"].pop("took_us")
        name = self.account.mock("GET", "account").json["account"]["account"]
        self.assertEqual(told, {"ok": True, "attempt": {
            "seq": 1, "kind": "ping", "account": name, "delivery": "test", "number": 1,
            "type": "otp.delivered", "url": self.receiver.url(),
            "due_at": "2026-05-26T10:00:00.000Z", "ended_at": "2026-05-26T10:00:00.000Z",
            "request": {"headers": {"Content-Type": "application/json",
                                    "User-Agent": came.headers["user-agent"],
                                    "X-NEXO-Event-Type": "otp.delivered",
                                    "X-NEXO-Signature": SAMPLE_SIGNATURE}, "body": SAMPLE},
            "outcome": "failed", "status": 500, "error": None, "reply": "no"}})
        self.assertEqual(self.account.advance(to="idle")["fired"], [])  # no retry
        self.assertEqual(len(self.receiver.webhooks), 1)
        self.assertEqual(self.account.balance().body, balance)
        self.assertEqual(self.account.deliveries(), [])
        self.assertEqual(self.account.mock("GET", "verify").status, 200)

    def test_without_a_target_or_an_account_it_is_refused(self):
        self.start()
        self.check_refused(self.ping(), 409, "no_target", "--webhook-url", "PATCH /_mock/account")
        self.check_refused(self.ping(self.emulator.everything()), 400, "account_needed",
                           "Authorization: Bearer")
        self.check_refused(self.ping(Account(self.emulator.url, "nobody")), 401, "unauthorized")
        self.check_other_methods("webhooks/ping")

    def test_a_reset_ends_the_wait_for_it(self):
        self.start_with_receiver(HANG)
        for by in self.account, self.emulator.everything():
            waiting = InBackground(lambda: self.ping(self.emulator.account(self.account.key)))
            self.receiver.get()
            by.mock("POST", "reset")
            reply = waiting.end()
            self.assertEqual((reply.status, reply.json), (409, RESET))
        self.assertEqual(self.account.mock("GET", "webhooks").json["attempts"], [])

    def test_it_goes_in_any_clock(self):
        self.start_with_receiver()
        for mode in "instant", "x60", "real":
            self.account.mock("PUT", "clock", {"mode": mode})
            self.assertEqual(self.ping().json["attempt"]["status"], 200)
