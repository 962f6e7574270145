"""Webhooks as an application's receiver gets them: what they say, when they are tried again."""

import unittest

from client import parse_reply, read_to_end
from emulator import Emulator, HeldPort, run
from receiver import CLOSE, GARBAGE, HALF, HANG, RESET, Answer, Receiver
from scenario_files import scenario_file

SECRET = "whsec_e2e"
START = "2026-05-26T10:00:00Z"
LADDER = ["10:00:02", "10:00:07", "10:00:37", "10:02:37", "10:12:37", "10:42:37"]


def times(attempts):
    """The simulated times of day at which the attempts were made."""
    for each in attempts:
        assert each["due_at"] == each["ended_at"], each  # an attempt takes no simulated time
    return [each["due_at"][11:].removesuffix("Z").removesuffix(".000") for each in attempts]


class WebhookCase(unittest.TestCase):
    def emulator(self, url, scenario=None, clock=f"manual@{START}"):
        options = ["--webhook-url", url, "--webhook-secret", SECRET] if url else []
        if scenario is not None:
            options += ["--scenario", self.enterContext(scenario_file(scenario))]
        return self.enterContext(Emulator("--clock", clock, *options))

    def receiver(self, *answers):
        return self.enterContext(Receiver(*answers))


class WhatWebhooksSay(WebhookCase):
    def test_a_delivered_otp_is_told_in_the_documented_bytes(self):
        receiver = self.receiver()
        account = self.emulator(receiver.url()).account()
        sent = account.send_id()
        account.advance(by="2s")
        came = receiver.get()
        self.assertEqual(
            came.body.decode(),
            f'{{"type":"otp.delivered","id":"{sent}","phone":"+84981234567","carrier":"viettel",'
            '"status":"delivered","cost":0.022,"error_code":null,'
            '"created_at":"2026-05-26T10:00:00Z","completed_at":"2026-05-26T10:00:02Z"}')
        self.assertTrue(came.is_signed_with(SECRET))
        self.assertFalse(came.is_signed_with(SECRET + "x"))

    def test_a_failed_otp_is_told_in_the_documented_bytes(self):
        receiver = self.receiver()
        account = self.emulator(receiver.url()).account()
        sent = account.send_id("+84980000002")
        account.advance(by="2s")
        came = receiver.get()
        self.assertEqual(
            came.body.decode(),
            f'{{"type":"otp.failed","id":"{sent}","phone":"+84980000002","carrier":"viettel",'
            '"status":"failed","cost":0,"error_code":"busy","created_at":"2026-05-26T10:00:00Z",'
            '"completed_at":"2026-05-26T10:00:02Z"}')
        self.assertTrue(came.is_signed_with(SECRET))
        self.assertEqual(came.headers["x-nexo-event-type"], "otp.failed")

    def test_a_failed_otp_that_is_not_refunded_costs_its_price(self):
        receiver = self.receiver()
        account = self.emulator(receiver.url(), {"api": {"refund_failed": False},
                                                 "rules": [{"then": {"fail": "busy"}}]}).account()
        account.send()
        account.advance(to="idle")
        self.assertIn(b'"cost":0.022,', receiver.get().body)
        self.assertEqual(account.balance().json["balance"], 0.088)

    def test_it_is_a_post_with_the_documented_headers_each_once(self):
        receiver = self.receiver()
        emulator = self.emulator(receiver.url(path="/hooks/otp?tenant=7&x=%20"))
        account = emulator.account()
        account.send()
        account.advance(by="2s")
        came = receiver.get()
        self.assertEqual((came.method, came.target), ("POST", "/hooks/otp?tenant=7&x=%20"))
        self.assertEqual(sorted(came.header_list), sorted([
            ("Host", f"127.0.0.1:{receiver.port}"), ("Content-Type", "application/json"),
            ("Content-Length", str(len(came.body))), ("X-NEXO-Signature", came.signature),
            ("X-NEXO-Event-Type", "otp.delivered"),
            ("User-Agent", f"nexo-mock/{emulator.ready['version']}")]))
        self.assertRegex(came.signature, "^sha256=[0-9a-f]{64}$")

    def test_sign_computes_the_signature_of_a_webhook(self):
        receiver = self.receiver()
        account = self.emulator(receiver.url(), clock="instant").account()
        account.send()
        came = receiver.get()
        self.assertEqual(run("sign", "--secret", SECRET, stdin=came.body).stdout,
                         came.signature + "\n")

    def test_nothing_is_told_while_an_otp_is_on_its_way_or_never_ends(self):
        receiver = self.receiver()
        account = self.emulator(receiver.url()).account()
        account.send()
        account.send("+84980000020")
        account.advance(by="1999ms")
        receiver.get_nothing()
        account.advance(by="24h")
        receiver.get()
        receiver.get_nothing()

    def test_without_a_target_an_otp_is_delivered_all_the_same(self):
        account = self.emulator(None).account()
        sent = account.send_id()
        account.advance(by="2s")
        self.assertEqual(account.delivery(sent).json["status"], "delivered")
        self.assertEqual(account.inspect(sent)["webhooks"], [])

    def test_accounts_have_targets_and_secrets_of_their_own(self):
        mine, theirs = self.receiver(), self.receiver()
        emulator = self.emulator(None, {
            "webhook": {"url": theirs.url(), "secret": "whsec_theirs"},
            "accounts": [{"key": "sk_live_mine",
                          "webhook": {"url": mine.url(), "secret": "whsec_mine"}}]})
        account, other = emulator.account("sk_live_mine"), emulator.account()
        sent, other_sent = account.send_id(), other.send_id()
        emulator.everything().advance(to="idle")
        came, other_came = mine.get(), theirs.get()
        self.assertIn(sent.encode(), came.body)
        self.assertIn(other_sent.encode(), other_came.body)
        self.assertTrue(came.is_signed_with("whsec_mine"))
        self.assertTrue(other_came.is_signed_with("whsec_theirs"))

    def test_a_connection_is_kept_for_the_next_webhook(self):
        receiver = self.receiver()
        account = self.emulator(receiver.url()).account()
        for _ in range(3):
            account.send()
            account.advance(by="2s")
        self.assertEqual(len({receiver.get().connection for _ in range(3)}), 1)

    def test_a_receiver_may_close_after_each_reply(self):
        receiver = self.receiver(Answer(close=True))
        account = self.emulator(receiver.url()).account()
        sent = [account.send_id() for _ in range(5)]
        account.advance(by="2s")
        self.assertEqual([len(account.attempts(each)) for each in sent], [1] * 5)
        self.assertEqual(len({receiver.get().connection for _ in range(5)}), 5)


class WhenWebhooksAreTriedAgain(WebhookCase):
    def test_500_500_200_makes_three_attempts_of_the_same_bytes_at_the_ladders_times(self):
        receiver = self.receiver(500, 500, 200)
        account = self.emulator(receiver.url()).account()
        sent = account.send_id()
        account.advance(by="2s")
        came = [receiver.get()]
        for wait in "4999ms", "29999ms":
            account.advance(by=wait)
            receiver.get_nothing()
            account.advance(by="1ms")
            came.append(receiver.get())
        account.advance(by="24h")
        receiver.get_nothing()
        self.assertEqual({each.body for each in came}, {came[0].body})
        self.assertEqual({each.signature for each in came}, {came[0].signature})
        self.assertEqual({tuple(sorted(each.header_list)) for each in came},
                         {tuple(sorted(came[0].header_list))})
        self.assertEqual(times(account.attempts(sent)), LADDER[:3])
        self.assertEqual([each["status"] for each in account.attempts(sent)], [500, 500, 200])
        self.assertEqual(account.inspect(sent)["webhooks"][0]["state"], "acknowledged")

    def test_the_ladder_is_the_same_when_time_moves_in_one_leap(self):
        receiver = self.receiver(500, 500, 200)
        account = self.emulator(receiver.url()).account()
        sent = account.send_id()
        told = account.advance(by="24h")
        self.assertEqual(times(account.attempts(sent)), LADDER[:3])
        self.assertEqual([(each["type"], each["at"][11:19]) for each in told["fired"]],
                         [("delivery", "10:00:02"), ("webhook", "10:00:02"),
                          ("webhook", "10:00:07"),
                          ("webhook", "10:00:37")])
        self.assertEqual(len(receiver.webhooks), 3)

    def test_410_ends_it_after_one_attempt(self):
        receiver = self.receiver(410)
        account = self.emulator(receiver.url()).account()
        sent = account.send_id()
        account.advance(by="24h")
        self.assertEqual(len(receiver.webhooks), 1)
        self.assertEqual(times(account.attempts(sent)), LADDER[:1])
        self.assertEqual(account.inspect(sent)["webhooks"][0]["state"], "given_up")

    def test_410_ends_it_after_other_failures_too(self):
        receiver = self.receiver(500, 410)
        account = self.emulator(receiver.url()).account()
        account.send()
        account.advance(by="24h")
        self.assertEqual(len(receiver.webhooks), 2)

    def test_a_dead_receiver_makes_six_attempts_and_the_otp_is_delivered(self):
        with HeldPort() as port:
            account = self.emulator(f"http://127.0.0.1:{port.number}/").account()
            sent = account.send_id()
            account.advance(by="2s")
            self.assertEqual(account.delivery(sent).json["status"], "delivered")
            account.advance(by="24h")
        self.assertEqual(times(account.attempts(sent)), LADDER)
        self.assertEqual({each["error"] for each in account.attempts(sent)}, {"connection refused"})
        self.assertEqual(account.inspect(sent)["webhooks"][0]["state"], "given_up")
        self.assertEqual(account.delivery(sent).json["status"], "delivered")
        self.assertEqual(account.delivery(sent).json["completed_at"], "2026-05-26T10:00:02Z")
        self.assertEqual(account.balance().json["balance"], 0.088)

    def test_a_receiver_that_always_fails_gets_six_attempts(self):
        receiver = self.receiver(503)
        account = self.emulator(receiver.url()).account()
        sent = account.send_id()
        account.advance(to="idle")
        self.assertEqual(len(receiver.webhooks), 6)
        self.assertEqual(times(account.attempts(sent)), LADDER)

    def test_all_but_2xx_fails_an_attempt(self):
        for answer in [300, 304, 400, 401, 404, 408, 409, 429, 500, 502, 503, 599, CLOSE, RESET,
                       GARBAGE,
                       HALF]:
            with self.subTest(answer=answer):
                with Receiver(answer, 200) as receiver, \
                        Emulator("--clock", "manual", "--webhook-url", receiver.url(),
                                 "--webhook-secret", SECRET) as emulator:
                    account = emulator.account()
                    sent = account.send_id()
                    account.advance(to="idle")
                    attempts = account.attempts(sent)
                    self.assertEqual(len(attempts), 2)
                    self.assertEqual(attempts[1]["status"], 200)
                    if isinstance(answer, int):
                        self.assertEqual(attempts[0]["status"], answer)
                    else:
                        self.assertIsNone(attempts[0]["status"])
                        self.assertTrue(attempts[0]["error"])

    def test_2xx_in_any_dress_acknowledges(self):
        ok = b"HTTP/1.1 200 OK\r\n"
        replies = [200, 201, 202, 204, 299, Answer(200, body=b"x" * 1_000_000),
                   Answer(200, [("Set-Cookie", "a=b"), ("Set-Cookie", "c=d")], b"{}"),
                   ok + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                   b"HTTP/1.1 100 Continue\r\n\r\n" + ok + b"Content-Length: 0\r\n\r\n"]
        receiver = self.receiver(*replies)
        account = self.emulator(receiver.url(), {"account_defaults": {"balance": 1}}).account()
        for _ in replies:
            sent = account.send_id()
            account.advance(to="idle")
            self.assertEqual(len(account.attempts(sent)), 1, account.attempts(sent))
        self.assertEqual(len(receiver.webhooks), len(replies))

    def test_redirects_are_not_followed(self):
        elsewhere = self.receiver()
        for status in 301, 302, 303, 307, 308:
            moved = Answer(status, [("Location", elsewhere.url())])
            with self.subTest(status=status), Receiver(moved) as receiver:
                account = self.emulator(receiver.url()).account()
                sent = account.send_id()
                account.advance(to="idle")
                self.assertEqual([each["status"] for each in account.attempts(sent)], [status] * 6)
        elsewhere.get_nothing()

    def test_a_receiver_that_never_answers_fails_after_the_time_out(self):
        receiver = self.receiver(HANG, 200)
        account = self.emulator(None, {"webhook": {"url": receiver.url(), "secret": SECRET,
                                                   "timeout": "200ms"}}).account()
        sent = account.send_id()
        account.advance(to="idle")
        first, second = account.attempts(sent)
        self.assertEqual((first["status"], first["error"]), (None, "timeout"))
        self.assertGreaterEqual(first["took_us"], 200_000)
        self.assertEqual(second["status"], 200)

    def test_a_scenario_sets_the_ladder(self):
        for retry, expected in [([], 1), (["1s"], 2),
                                (["1s", "1s", "1s", "1s", "1s", "1s", "1s"], 8)]:
            with self.subTest(retry=retry), Receiver(500) as receiver:
                account = self.emulator(None, {"webhook": {"url": receiver.url(), "secret": SECRET,
                                                           "retry": retry}}).account()
                account.send()
                account.advance(to="idle")
                self.assertEqual(len(receiver.webhooks), expected)

    def test_the_events_of_a_delivery_keep_their_order_through_retries(self):
        receiver = self.receiver(500, 500, 200)
        account = self.emulator(receiver.url(), {"rules": [{"then": {"timeline": [
            {"after": "1s", "status": "delivered"},
            {"after": "3s", "status": "failed", "error_code": "busy"},
            {"after": "4s", "status": "delivered"}]}}]}).account()
        sent = account.send_id()
        account.advance(to="idle")
        self.assertEqual([each.headers["x-nexo-event-type"] for each in receiver.webhooks],
                         ["otp.delivered"] * 3 + ["otp.failed", "otp.delivered"])
        self.assertEqual(times(account.attempts(sent, event=1)), ["10:00:36"])

    def test_retries_go_on_while_other_otps_are_sent(self):
        failing = {"next": 500}
        receiver = self.receiver(lambda webhook: failing["next"])
        account = self.emulator(receiver.url()).account()
        first = account.send_id()
        account.advance(by="2s")
        failing["next"] = 200
        second = account.send_id()
        account.advance(by="2s")
        self.assertEqual(len(account.attempts(second)), 1)
        self.assertEqual(len(account.attempts(first)), 2)
        self.assertIsNone(account.attempts(first)[1]["ended_at"])
        account.advance(by="3s")
        self.assertEqual(times(account.attempts(first)), ["10:00:02", "10:00:07"])


class ReceiversThatAreSlow(WebhookCase):
    def test_they_hold_up_neither_replies_nor_other_accounts(self):
        slow, quick = self.receiver(HANG), self.receiver()
        emulator = self.emulator(None, clock="instant", scenario={
            "webhook": {"url": quick.url(), "secret": SECRET},
            "account_defaults": {"balance": 100},
            "accounts": [{"key": "sk_live_slow", "balance": 100,
                          "webhook": {"url": slow.url(), "secret": SECRET}}]})
        account, other = emulator.account("sk_live_slow"), emulator.account()
        for _ in range(100):
            account.send_id()
        slow.get()
        for _ in range(100):
            other.send_id()
        for _ in range(100):
            quick.get()
        self.assertEqual(account.balance().json["buckets"]["balance"], 97.91)
        self.assertLess(len(slow.webhooks), 100)  # what is in flight to one receiver has a bound
        for _ in range(99):
            slow.release()
            slow.get()
        slow.release()

    def test_sends_are_accepted_while_an_advance_waits_for_one(self):
        receiver = self.receiver(HANG)
        emulator = self.emulator(receiver.url())
        account, same = emulator.account("sk_live_slow"), emulator.account("sk_live_slow")
        account.send_id()
        advancing = emulator.connect()
        self.addCleanup(advancing.close)
        body = b'{"by":"2s"}'
        advancing.sendall(b"POST /_mock/clock/advance HTTP/1.1\r\nHost: localhost\r\n"
                          b"Connection: close\r\n"
                          b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        receiver.get()
        self.assertEqual(same.send().status, 202)
        receiver.release()
        self.assertIn(b'"fired_total":2', advancing.recv(65536))

    def waiting_advance(self):
        """A receiver that hangs, an account with an OTP whose webhook is on its way to it, and the
        connection on which the advance was asked for that sent it there."""
        receiver = self.receiver(HANG)
        emulator = self.emulator(receiver.url())
        account = emulator.account()
        sent = account.send_id()
        connection = self.enterContext(emulator.connect())
        head = f"HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {account.key}\r\n"
        requests = f'POST /_mock/clock/advance {head}Content-Length: 11\r\n\r\n{{"by":"2s"}}' \
                   f"GET /api/v1/balance {head}Connection: close\r\n\r\n"
        connection.sendall(requests.encode())
        receiver.get()
        return receiver, account, sent, connection

    def test_a_pipelined_request_waits_for_the_advance_before_it(self):
        receiver, _, _, connection = self.waiting_advance()
        receiver.release()
        first, rest = parse_reply(read_to_end(connection))
        self.assertEqual((first.json["fired_total"], parse_reply(rest)[0].json["balance"]),
                         (2, 0.088))

    def test_a_reset_frees_the_advance_and_forgets_the_webhook(self):
        receiver, account, sent, connection = self.waiting_advance()
        account.mock("POST", "reset")
        first, _ = parse_reply(read_to_end(connection))
        self.assertEqual(first.status, 200)
        receiver.release()
        self.assertEqual(account.delivery(sent).status, 404)
        self.assertEqual(account.advance(by="24h")["fired"], [])
        receiver.get_nothing()
        health = account.mock("GET", "health").json
        self.assertEqual(health["webhooks"], {"waiting": 0, "acknowledged": 0, "given_up": 0,
                                              "attempts": 0})

    def test_a_client_that_does_not_wait_for_its_advance_harms_nobody(self):
        receiver, account, sent, connection = self.waiting_advance()
        connection.close()
        receiver.release()
        account.advance(to="idle")
        self.assertEqual(account.inspect(sent)["webhooks"][0]["state"], "acknowledged")
