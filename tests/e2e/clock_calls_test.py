"""The calls of the clock: what they answer and refuse, and a ladder of retries in a moment."""

import time
import unittest

from emulator import SLOWNESS, Emulator
from receiver import Receiver
from suite import note

START = "manual@2026-05-26T10:00:00Z"
NOW = "2026-05-26T10:00:00.000Z"
BUSY, NEVER, LATE = "+84980000002", "+84980000020", "+84980000021"


class ClockCase(unittest.TestCase):
    def start(self, *options, clock=START):
        self.emulator = self.enterContext(Emulator("--clock", clock, "--seed", "42", *options))
        self.everyone = self.emulator.everything()
        self.account, self.other = self.emulator.account(), self.emulator.account()

    def check_clock(self, reply, mode, now, next_due=None):
        self.assertEqual((reply.status, reply.json), (
            200, {"ok": True, "mode": mode, "now": now, "next_due": next_due}))

    def check_refused(self, reply, status, error, detail):
        self.assertEqual((reply.status, reply.json),
                         (status, {"ok": False, "error": error, "detail": detail}))


class ShownAndSet(ClockCase):
    def test_mode_time_and_what_is_due_next_are_shown(self):
        self.start()
        self.check_clock(self.account.mock("GET", "clock"), "manual", NOW)
        self.account.send(LATE)
        self.check_clock(self.account.mock("GET", "clock"), "manual", NOW,
                         "2026-05-26T10:01:00.000Z")
        self.other.send()
        self.check_clock(self.everyone.mock("GET", "clock"), "manual", NOW,
                         "2026-05-26T10:00:02.000Z")
        self.account.advance(by="1ms")
        self.check_clock(self.account.mock("GET", "clock"), "manual", "2026-05-26T10:00:00.001Z",
                         "2026-05-26T10:01:00.000Z")
        self.check_clock(self.everyone.mock("GET", "clock"), "manual", NOW,
                         "2026-05-26T10:00:02.000Z")

    def test_it_is_set_to_a_later_time_or_another_mode(self):
        self.start()
        self.account.send()
        self.check_clock(self.account.mock("PUT", "clock", {"now": "2026-05-26T10:00:01.5Z"}),
                         "manual", "2026-05-26T10:00:01.500Z", "2026-05-26T10:00:02.000Z")
        self.check_clock(self.account.mock("PUT", "clock", {"mode": "manual",
                                                            "now": "2030-01-01T00:00:00Z"}),
                         "manual", "2030-01-01T00:00:00.000Z")
        self.check_clock(self.account.mock("PUT", "clock", {"now": "2030-01-01T00:00:00Z"}),
                         "manual", "2030-01-01T00:00:00.000Z")
        for mode in "real", "x60", "x0.5", "instant", "manual":
            self.assertEqual(self.account.mock("PUT", "clock", {"mode": mode}).json["mode"], mode)
        self.check_clock(self.other.mock("GET", "clock"), "manual", NOW)

    def test_for_all_it_is_for_those_to_come_too(self):
        self.start()
        self.account.balance()
        self.check_clock(self.everyone.mock("PUT", "clock", {"now": "2030-01-01T00:00:00Z"}),
                         "manual", "2030-01-01T00:00:00.000Z")
        for who in self.account, self.other:
            self.check_clock(who.mock("GET", "clock"), "manual", "2030-01-01T00:00:00.000Z")

    def test_time_does_not_go_back(self):
        self.start()
        self.account.advance(by="1h")
        detail = ("time does not go back: it is 2026-05-26T11:00:00.000Z already; POST "
                  "/_mock/reset begins anew")
        back = {"now": "2026-05-26T10:59:59.999Z", "mode": "real"}
        for who in self.account, self.everyone:
            self.check_refused(who.mock("PUT", "clock", back), 409, "clock_refused", detail)
        self.check_clock(self.account.mock("GET", "clock"), "manual", "2026-05-26T11:00:00.000Z")

    def test_a_body_with_mistakes_is_refused_with_their_places_and_changes_nothing(self):
        self.start()
        mode = 'expected "real", "x60" (sixty times faster), "manual" or "instant", found'
        now = 'expected a time like "2026-05-26T10:00:00Z", found'
        for text, detail in [
                ("", "body:1:1: error: the text ends too early"),
                ("[]", "body:1:1: error: expected an object, found a list"),
                ("{}", 'body:1:1: error: expected "mode", "now" or both'),
                ('{"mode": "fast"}', f'body:1:10: error: /mode: {mode} "fast"'),
                ('{"mode": "manual@2026-05-26T10:00:00Z"}',
                 f'body:1:10: error: /mode: {mode} "manual@2026-05-26T10:00:00Z"'),
                ('{"mode": "x0.0001"}', f'body:1:10: error: /mode: {mode} "x0.0001"'),
                ('{"mode": 60}', "body:1:10: error: /mode: expected a string, found 60"),
                ('{"now": "noon",\n "mode": ""}',
                 f'body:1:9: error: /now: {now} "noon"\nbody:2:10: error: /mode: {mode} ""'),
                ('{"now": 1748253600}', "body:1:9: error: /now: expected a string, found "
                                        "1748253600"),
                ('{"noww": "2030-01-01T00:00:00Z"}', None)]:
            with self.subTest(text=text):
                reply = self.account.mock("PUT", "clock", text)
                self.assertEqual((reply.status, reply.error), (400, "invalid_body"))
                if detail is None:
                    self.assertIn('unknown key "noww" (did you mean "now"?)', reply.json["detail"])
                else:
                    self.assertEqual(reply.json["detail"], detail)
        self.check_clock(self.account.mock("GET", "clock"), "manual", NOW)


class Advanced(ClockCase):
    def advance(self, body, who=None):
        return (who or self.account).mock("POST", "clock/advance", body)

    def test_what_fired_is_listed_in_order_each_at_its_time(self):
        receiver = self.enterContext(Receiver(500, 200))
        self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec")
        late, busy = self.account.send_id(LATE), self.account.send_id(BUSY)
        self.account.send(NEVER)

        def change(at, delivery, status):
            return {"at": f"2026-05-26T10:{at}.000Z", "type": "delivery", "delivery": delivery,
                    "status": status}

        def attempt(at, delivery, number, status):
            return {"at": f"2026-05-26T10:{at}.000Z", "type": "webhook", "delivery": delivery,
                    "attempt": number, "status": status, "acknowledged": status == 200,
                    "error": None}
        self.assertEqual(self.advance({"to": "idle"}).json, {
            "ok": True, "now": "2026-05-26T10:01:00.000Z", "fired_total": 5, "fired": [
                change("00:02", busy, "failed"), attempt("00:02", busy, 1, 500),
                attempt("00:07", busy, 2, 200),
                change("01:00", late, "delivered"), attempt("01:00", late, 1, 200)]})
        self.assertEqual(self.advance({"to": "next"}).json, {
            "ok": True, "now": "2026-05-26T10:01:00.000Z", "fired_total": 0, "fired": []})

    def test_no_reply_is_told_with_its_reason(self):
        self.start("--webhook-url", "http://127.0.0.1:9/", "--webhook-secret", "whsec")
        sent = self.account.send_id()
        self.assertEqual(self.advance({"by": "2s"}).json["fired"][1], {
            "at": "2026-05-26T10:00:02.000Z", "type": "webhook", "delivery": sent, "attempt": 1,
            "status": None, "acknowledged": False, "error": "connection refused"})

    def test_a_key_moves_its_account_alone_and_none_moves_all(self):
        self.start()
        mine, theirs = self.account.send_id(), self.other.send_id(LATE)
        self.assertEqual([each["delivery"] for each in self.advance({"to": "idle"}).json["fired"]],
                         [mine])
        self.check_clock(self.other.mock("GET", "clock"), "manual", NOW,
                         "2026-05-26T10:01:00.000Z")
        told = self.advance({"by": "1m"}, self.everyone).json
        self.assertEqual(([each["delivery"] for each in told["fired"]], told["now"]),
                         ([theirs], "2026-05-26T10:01:02.000Z"))

    def test_only_a_manual_clock_is_advanced(self):
        self.start(clock="real")
        detail = ("only a manual clock is advanced by hand: start with --clock manual or PUT "
                  '{"mode":"manual"} to /_mock/clock')
        for who in self.account, self.everyone:
            self.check_refused(self.advance({"by": "1s"}, who), 409, "clock_not_manual", detail)
        self.account.mock("PUT", "clock", {"mode": "manual"})
        self.assertEqual(self.advance({"by": "1s"}).status, 200)
        self.check_refused(self.advance({"by": "1s"}, self.everyone), 409, "clock_not_manual",
                           detail)

    def test_a_body_with_mistakes_is_refused_with_their_places_and_moves_nothing(self):
        self.start()
        one_of = ('body:1:1: error: expected one of {"by": "30s"}, {"to": "next"} and '
                  '{"to": "idle"}')
        duration = 'expected a duration like "250ms", "25s", "2m" or "1h", found'
        for text, detail in [
                ("", "body:1:1: error: the text ends too early"),
                ("[]", None), ("{}", one_of), ('{"by": "1s", "to": "next"}', one_of),
                ('{"by": 30}',
                 f'body:1:8: error: /by: {duration} 30 (did you mean "30s"?)'),
                ('{"by": "-1s"}', f'body:1:8: error: /by: {duration} "-1s"'),
                ('{"by": "1s..2s"}', f'body:1:8: error: /by: {duration} "1s..2s"'),
                ('{\n"to": "end"}',
                 'body:2:7: error: /to: expected "next" or "idle", found "end"'),
                ('{"to": "idel"}', None), ('{"by": "1s", "unit": "s"}', None)]:
            with self.subTest(text=text):
                reply = self.advance(text)
                self.assertEqual((reply.status, reply.error), (400, "invalid_body"))
                if detail is not None:
                    self.assertEqual(reply.json["detail"], detail)
        self.check_clock(self.account.mock("GET", "clock"), "manual", NOW)
        self.assertEqual(self.advance({"by": "0s"}).status, 200)


class Ladder(ClockCase):
    def test_a_ladder_of_forty_two_minutes_ends_in_a_moment(self):
        receiver = self.enterContext(Receiver(500))
        self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec")
        took = []
        for _ in range(5):
            self.account.mock("POST", "reset")
            sent = self.account.send_id(BUSY)
            began = time.monotonic()
            told = self.account.advance(to="idle")
            took.append(time.monotonic() - began)
            self.assertEqual(
                [(each["at"][11:19], each.get("attempt"), each["status"])
                 for each in told["fired"]],
                [("10:00:02", None, "failed"), ("10:00:02", 1, 500), ("10:00:07", 2, 500),
                 ("10:00:37", 3, 500), ("10:02:37", 4, 500), ("10:12:37", 5, 500),
                 ("10:42:37", 6, 500)])
            self.assertEqual((told["now"], told["fired_total"]), ("2026-05-26T10:42:37.000Z", 7))
            attempts = self.account.attempts(sent)
            self.assertEqual([each["ended_at"] for each in attempts],
                             [each["due_at"] for each in attempts])
            self.assertEqual(self.account.inspect(sent)["webhooks"][0]["state"], "given_up")
        note(f"a ladder of 42 min 35 s, six attempts: {min(took) * 1000:.1f} ms at best of five, "
             f"{max(took) * 1000:.1f} ms at worst")
        self.assertLess(min(took), 0.1 * SLOWNESS)
