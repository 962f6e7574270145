"""GET /_mock/otp/{phone}: the newest code, waited for if need be, and in words why none came."""

import http.client
import threading
import time
import unittest

from emulator import SLOWNESS, Emulator
from receiver import HANG, Receiver

START = "manual@2026-05-26T10:00:00Z"
PHONE, OTHER_PHONE = "+84981234567", "+84911234567"
FIRST_ID = "6edbc59c-a3a9-4b27-a1ad-7dc2dd67db49"  # of sk_live_waiting under seed 42
NO_CODE = {"ok": False, "error": "no_code"}


class Waiting:
    """A call that waits, in a thread of its own."""

    def __init__(self, client, path):
        self._client, self._path = client, path
        self._thread = threading.Thread(target=self._wait)
        self._thread.start()

    def _wait(self):
        self.reply = self._client.mock("GET", self._path)
        self.ended = time.monotonic()

    def end(self):
        self._thread.join(60)
        return self.reply


class WaitingCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = cls.enterClassContext(Emulator("--clock", START, "--seed", "42",
                                                      "--threads", "2"))

    def setUp(self):
        self.everyone = self.emulator.everything()
        self.everyone.mock("POST", "reset")
        self.account = self.emulator.account("sk_live_waiting")
        self.stranger = self.emulator.account("sk_live_somebody_else")

    def client(self, key="sk_live_waiting"):
        """On a connection of its own."""
        return self.emulator.account(key) if key else self.emulator.everything()

    def waiting(self, query, phone=PHONE, key="sk_live_waiting", waiters=1):
        """A call that is known to wait."""
        call = Waiting(self.client(key), f"otp/{phone}?{query}")
        self.wait_until_there_are(waiters)
        return call

    def wait_until_there_are(self, waiters):
        give_up = time.monotonic() + 30
        while f"\nnexo_mock_waiters {waiters}\n" not in \
                self.everyone.call("GET", "/metrics").body.decode():
            self.assertLess(time.monotonic(), give_up)

    def check_no_code(self, reply, detail):
        self.assertEqual((reply.status, reply.json), (404, NO_CODE | {"detail": detail}))

    def check_code(self, reply, code):
        self.assertEqual((reply.status, reply.json["code"]), (200, code), reply)


class Without(WaitingCase):
    def test_the_newest_code_comes_with_all_that_names_it(self):
        first = self.account.send_id(PHONE, "1111")
        reply = self.account.mock("GET", f"otp/{PHONE}")
        self.assertEqual((reply.status, reply.json), (200, {
            "ok": True, "code": "1111", "id": first, "seq": reply.json["seq"], "phone": PHONE,
            "created_at": "2026-05-26T10:00:00.000Z"}))
        self.account.advance(by="1500ms")
        self.account.send(PHONE, "00007777")
        newer = self.account.mock("GET", f"otp/{PHONE}").json
        self.assertEqual((newer["code"], newer["created_at"], newer["seq"]),
                         ("00007777", "2026-05-26T10:00:01.500Z", reply.json["seq"] + 1))
        self.assertEqual(self.everyone.mock("GET", "otp/%2B84981234567").json, newer)
        head = self.account.mock("HEAD", f"otp/{PHONE}")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertGreater(int(head.headers["content-length"]), 100)

    def test_codes_of_calls_that_failed_are_there_too(self):
        self.account.send("+84980000002", "2222")
        self.account.advance(to="idle")
        self.check_code(self.account.mock("GET", "otp/+84980000002"), "2222")

    def test_why_there_is_none_is_told_in_words(self):
        path = f"otp/{PHONE}"
        self.check_no_code(self.account.mock("GET", path),
                           f"this account has sent no code to {PHONE}; so far no send-otp call "
                           "came")
        self.account.send(OTHER_PHONE)
        self.account.send(OTHER_PHONE)
        self.account.send("+84980000000")
        for phone in "0981234567", "+84980000042", "+84980000040", "wrong":
            self.account.send(phone)
        with self.assertRaises(http.client.HTTPException):
            self.client().send("+84980000061")
        mine = (f"codes went to {OTHER_PHONE} (2 times), +84980000000; sends were refused: "
                "insufficient_balance, invalid_phone (2 times), lost by a rule, rate_limited")
        self.check_no_code(self.account.mock("GET", path),
                           f"this account has sent no code to {PHONE}; so far {mine}")
        self.check_no_code(self.everyone.mock("GET", path),
                           f"no code was sent to {PHONE}; so far {mine}")
        self.check_no_code(self.stranger.mock("GET", path),
                           f"this account has sent no code to {PHONE}; so far no send-otp call "
                           "came")

    def test_a_bad_key_is_named_to_whoever_asks(self):
        self.everyone.call("POST", "/api/v1/send-otp", {"phone": PHONE, "code": "1234"})
        for who, words in (self.account, "this account has sent no code to"), \
                (self.everyone, "no code was sent to"):
            self.check_no_code(who.mock("GET", f"otp/{PHONE}"),
                               f"{words} {PHONE}; so far sends were refused: unauthorized")

    def test_long_lists_are_cut(self):
        self.account.mock("PATCH", "account", {"balance": 100})
        for number in range(7):
            self.account.send(f"+8498123000{number}")
        detail = self.account.mock("GET", f"otp/{PHONE}").json["detail"]
        self.assertTrue(detail.endswith("+84981230004 and others"), detail)

    def test_what_can_not_be_asked_for_is_refused(self):
        for phone in "0981234567", "+8498123456", "+84281234567", "x", "%00", "+84%20981234567":
            reply = self.account.mock("GET", f"otp/{phone}?wait=10s")
            self.assertEqual((reply.status, reply.error), (400, "invalid_phone"), phone)
            self.assertIn("+84981234567", reply.json["detail"])
        for query in ("wait=10", "wait=-1s", "wait=s", "wait=10s..20s", "wait=1d", "wait=1e3s",
                      "after=-1", "after=x", "after=1.5", "after=18446744073709551616"):
            reply = self.account.mock("GET", f"otp/{PHONE}?{query}")
            name, value = query.split("=")
            self.assertEqual((reply.status, reply.error), (400, "invalid_query"), query)
            self.assertIn(f'"{name}"', reply.json["detail"])
            self.assertIn(f'"{value}"', reply.json["detail"])
        for method in "POST", "PUT", "DELETE", "PATCH":
            reply = self.account.mock(method, f"otp/{PHONE}")
            self.assertEqual((reply.status, reply.error, reply.headers["allow"]),
                             (405, "method_not_allowed", "GET, HEAD"))
        self.account.authorization = "Bearer nobody"
        self.assertEqual(self.account.mock("GET", f"otp/{PHONE}?wait=10s").status, 401)


class With(WaitingCase):
    def test_a_code_that_is_there_is_not_waited_for(self):
        self.account.send(PHONE, "1111")
        for query in "wait=5m", "wait=0s", "wait=1h", "wait=":
            self.check_code(self.account.mock("GET", f"otp/{PHONE}?{query}"), "1111")

    def test_it_ends_as_soon_as_the_code_is_sent(self):
        for key in "sk_live_waiting", None:
            with self.subTest(key=key):
                call = self.waiting("wait=5m", key=key)
                self.account.send(OTHER_PHONE, "9999")
                began = time.monotonic()
                self.account.send(PHONE, "1234")
                self.check_code(call.end(), "1234")
                self.assertLess(call.ended - began, 1 * SLOWNESS)
                self.assertEqual(call.reply.headers["cache-control"], "no-store")
                self.account.mock("POST", "reset")

    def test_another_accounts_code_is_not_the_one(self):
        call = self.waiting("wait=5m")
        self.stranger.send(PHONE, "6666")
        self.check_code(self.stranger.mock("GET", f"otp/{PHONE}"), "6666")
        self.account.send(PHONE, "1234")
        self.check_code(call.end(), "1234")

    def test_a_code_that_is_known_is_passed_over(self):
        self.account.send(PHONE, "1111")
        seen = self.account.mock("GET", f"otp/{PHONE}").json["seq"]
        self.check_no_code(self.account.mock("GET", f"otp/{PHONE}?after={seen}"),
                           f"this account has sent no code to {PHONE} after seq {seen}; so far "
                           f"codes went to {PHONE}")
        call = self.waiting(f"wait=5m&after={seen}")
        self.account.send(PHONE, "2222")
        self.check_code(call.end(), "2222")
        self.assertEqual(call.reply.json["seq"], seen + 1)

    def test_all_who_wait_for_a_code_get_it(self):
        calls = [self.waiting("wait=5m", waiters=n + 1, key=key)
                 for n, key in enumerate(["sk_live_waiting", None] * 10)]
        self.account.send(PHONE, "1234")
        for each in calls:
            self.check_code(each.end(), "1234")
        self.wait_until_there_are(0)

    def test_when_the_time_is_up_it_says_what_happened_meanwhile(self):
        self.account.send("+84980000000")  # before: not worth a word
        began = time.monotonic()
        call = self.waiting("wait=300ms")
        self.account.send(OTHER_PHONE)
        self.account.send("wrong")
        self.stranger.send("+84931234567")
        self.check_no_code(call.end(),
                           f"this account has sent no code to {PHONE} within 300ms; meanwhile "
                           f"codes went to {OTHER_PHONE}; sends were refused: invalid_phone")
        self.assertGreaterEqual(call.ended - began, 0.3)
        self.assertLess(call.ended - began, 0.3 + 1 * SLOWNESS)
        self.check_no_code(self.everyone.mock("GET", f"otp/{PHONE}?wait=1ms"),
                           f"no code was sent to {PHONE} within 1ms; meanwhile no send-otp call "
                           "came")

    def test_the_wait_is_in_real_time_whatever_the_clock_does(self):
        call = self.waiting("wait=300ms")
        self.account.advance(by="24h")
        self.assertEqual(call.end().error, "no_code")

    def test_a_reset_of_what_is_waited_for_ends_it(self):
        reset = {"ok": False, "error": "reset",
                 "detail": "a reset came while this call waited for a code"}
        for key, by in [("sk_live_waiting", self.account), ("sk_live_waiting", self.everyone),
                        (None, self.everyone)]:
            call = self.waiting("wait=5m", key=key)
            self.assertEqual(by.mock("POST", "reset").json, {"ok": True})
            self.assertEqual((call.end().status, call.reply.json), (409, reset))

    def test_a_reset_of_somebody_else_does_not(self):
        for key in "sk_live_waiting", None:
            call = self.waiting("wait=5m", key=key)
            self.stranger.mock("POST", "reset")
            self.account.send(PHONE, "1234")
            self.check_code(call.end(), "1234")
            self.everyone.mock("POST", "reset")

    def test_who_goes_away_waits_no_longer(self):
        with self.emulator.connect() as connection:
            connection.sendall(f"GET /_mock/otp/{PHONE}?wait=5m HTTP/1.1\r\n"
                               f"Host: localhost\r\n\r\n".encode())
            self.wait_until_there_are(1)
        self.wait_until_there_are(0)

    def test_head_waits_as_get_does(self):
        call = threading.Thread(target=lambda: replies.append(
            self.client().mock("HEAD", f"otp/{PHONE}?wait=5m")))
        replies = []
        call.start()
        self.wait_until_there_are(1)
        self.account.send(PHONE, "1234")
        call.join(60)
        self.assertEqual((replies[0].status, replies[0].body), (200, b""))

    def test_a_connection_answers_in_order_when_one_of_its_calls_waits(self):
        with self.emulator.connect() as connection:
            ask = f"GET /_mock/otp/{PHONE}?{{}} HTTP/1.1\r\nHost: localhost\r\n{{}}\r\n"
            connection.sendall((ask.format("wait=5m", "") +
                                ask.format("", "Connection: close\r\n")).encode())
            self.wait_until_there_are(1)
            self.account.send(PHONE, "1234")
            replies = connection.makefile("rb").read()
        self.assertEqual(replies.count(b'"code":"1234"'), 2)


class AtTheEnd(unittest.TestCase):
    def test_a_stop_does_not_wait_for_who_waits(self):
        with Emulator("--clock", START) as emulator:
            waiting = [Waiting(emulator.everything(), f"otp/{PHONE}?wait=5m") for _ in range(2)]
            everyone = emulator.everything()
            while b"\nnexo_mock_waiters 2\n" not in everyone.call("GET", "/metrics").body:
                pass
            everyone.close()
            began = time.monotonic()
            code, _ = emulator.stop()
            self.assertEqual(code, 0)
            self.assertLess(time.monotonic() - began, 5 * SLOWNESS)
        for each in waiting:
            self.assertEqual((each.end().status, each.reply.json), (404, NO_CODE | {
                "detail": f"no code was sent to {PHONE} until the emulator was stopped; meanwhile "
                          "no send-otp call came"}))
        self.assertNotIn("not done in time", emulator.log())

    def test_a_code_is_there_before_the_webhook_of_its_send_has_gone(self):
        with Receiver(HANG) as receiver, \
                Emulator("--clock", START, "--webhook-url", receiver.url(), "--webhook-secret",
                         "whsec") as emulator:
            account = emulator.account("sk_live_waiting")
            call = Waiting(emulator.account("sk_live_waiting"), "otp/+84980000083?wait=5m")
            send = threading.Thread(target=lambda: account.send("+84980000083", "1234"))
            send.start()
            receiver.get()
            self.assertEqual(call.end().json["code"], "1234")
            receiver.release()
            send.join(60)
