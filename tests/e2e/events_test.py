"""GET /_mock/events: all that happens, as Server-Sent Events."""

import time
import unittest

from emulator import SLOWNESS, Emulator
from events import Events
from receiver import Receiver

START = "manual@2026-05-26T10:00:00Z"
NOW = "2026-05-26T10:00:00.000Z"
PHONE, BUSY = "+84981234567", "+84980000002"
KEY, OTHER_KEY = "sk_live_events_alpha", "sk_live_events_beta"


class EventsCase(unittest.TestCase):
    def setUp(self):
        self.receiver = self.enterContext(Receiver(500, 200))
        self.emulator = self.enterContext(Emulator(
            "--clock", START, "--seed", "42", "--webhook-url", self.receiver.url(),
            "--webhook-secret", "whsec"))
        self.everyone = self.emulator.everything()
        self.account, self.other = (self.emulator.account(key) for key in (KEY, OTHER_KEY))
        self.name, self.other_name = (
            each.mock("GET", "account").json["account"]["account"]
            for each in (self.account, self.other))

    def follow(self, key=None, last_id=None):
        return self.enterContext(Events(self.emulator, key, last_id))

    def mark(self):
        """Makes an event that everybody gets, to know that nothing else came before it."""
        self.everyone.mock("PUT", "scenario", {"name": "the mark"})

    def up_to_the_mark(self, stream):
        return stream.until(lambda each: each[2].get("name") == "the mark")[:-1]

    def check_metrics(self, followers):
        """A follower that left is noticed when its connection is."""
        give_up = time.monotonic() + 30
        line = f"\nnexo_mock_event_followers {followers}\n".encode()
        while line not in self.everyone.call("GET", "/metrics").body:
            self.assertLess(time.monotonic(), give_up)


class WhatIsTold(EventsCase):
    def test_it_is_an_event_stream(self):
        stream = self.follow()
        self.assertEqual(
            {name: stream.reply.headers.get(name) for name in
             ("content-type", "cache-control", "connection", "content-length",
              "transfer-encoding")},
            {"content-type": "text/event-stream", "cache-control": "no-store",
             "connection": "close", "content-length": None, "transfer-encoding": None})
        self.assertTrue(next(stream.blocks())[0].startswith(":"))  # the recording has begun

    def test_a_send_and_what_comes_of_it_is_told_step_by_step(self):
        stream = self.follow()
        sent = self.account.send_id(BUSY, "1234")
        self.account.advance(to="idle")
        told = [stream.next() for _ in range(6)]
        self.assertEqual([number for number, _, _ in told], [1, 2, 3, 4, 5, 6])
        changes = {"account": self.name, "delivery": sent, "seq": 1, "phone": BUSY, "code": "1234"}
        self.assertEqual(told[0][1:], ("delivery", changes | {
            "status": "sent", "error_code": None, "carrier_status": None, "at": NOW}))
        (request,) = self.account.mock("GET", "requests").json["requests"]
        del request["body"], request["reply"]
        self.assertEqual(told[1][1:], ("request", request))
        self.assertEqual(told[2][1:], ("delivery", changes | {
            "status": "failed", "error_code": "busy", "carrier_status": "user_busy",
            "at": "2026-05-26T10:00:02.000Z"}))
        attempts = self.account.mock("GET", "webhooks").json["attempts"]
        for each in attempts:
            del each["request"]
        self.assertEqual([each[1:] for each in told[3:5]],
                         [("webhook", attempt) for attempt in attempts])
        self.assertEqual(told[5][1:], ("clock", {"account": self.name, "mode": "manual",
                                                 "now": "2026-05-26T10:00:07.000Z"}))

    def test_changes_by_hand_are_told(self):
        stream = self.follow()
        rule = {"then": {"deliver": True}}
        for who, name in (self.account, self.name), (self.everyone, None):
            who.mock("PUT", "scenario", {"name": "another", "rules": [rule]})
            who.mock("POST", "rules", rule)
            who.mock("DELETE", "scenario")
            who.mock("PUT", "clock", {"now": "2030-01-01T00:00:00Z"})
            who.mock("POST", "reset")
            self.assertEqual([stream.next()[1:] for _ in range(5)], [
                ("scenario", {"account": name, "name": "another"}),
                ("scenario", {"account": name, "name": "another"}),
                ("scenario", {"account": name, "name": "default"}),
                ("clock", {"account": name, "mode": "manual", "now": "2030-01-01T00:00:00.000Z"}),
                ("reset", {"account": name})])

    def test_what_is_sent_and_ended_by_hand_is_told(self):
        stream = self.follow(KEY)
        sent = self.account.send_id("+84980000020")
        self.account.mock("POST", f"deliveries/{sent}/complete", {"status": "delivered"})
        while not self.account.attempts(sent)[0]["ended_at"]:
            pass
        self.account.mock("POST", "webhooks/ping")
        self.account.mock("POST", "webhooks/1/redeliver")
        told = [stream.next() for _ in range(6)]
        self.assertEqual([(kind, data.get("status"), data.get("kind")) for _, kind, data in told],
                         [("delivery", "sent", None), ("request", 202, None),
                          ("delivery", "delivered", None), ("webhook", 500, "scheduled"),
                          ("webhook", 200, "ping"), ("webhook", 200, "redelivery")])

    def test_calls_that_control_are_no_events(self):
        stream = self.follow()
        self.account.mock("GET", "deliveries")
        self.account.mock("PATCH", "account", {"balance": 5})
        self.everyone.call("GET", "/metrics")
        self.everyone.mock("GET", "nothing")
        self.mark()
        self.assertEqual(self.up_to_the_mark(stream), [])

    def test_refused_and_lost_calls_are_told(self):
        stream = self.follow()
        self.account.send("wrong")
        with self.assertRaises(ConnectionError):
            self.emulator.account(KEY).send("+84980000061")
        self.emulator.exchange(b"nonsense\r\n\r\n")
        self.assertEqual([(data["status"], data["error"], data["account"], data["fault"])
                          for _, _, data in (stream.next() for _ in range(3))],
                         [(400, "invalid_phone", self.name, None), (None, None, self.name, "close"),
                          (400, "bad_request", None, None)])


class WhoGetsWhat(EventsCase):
    def test_with_a_key_only_what_is_the_accounts_or_everybodys(self):
        mine, everything = self.follow(KEY), self.follow()
        self.other.send()
        self.other.advance(to="idle")
        self.other.mock("PUT", "scenario", {"name": "theirs"})
        self.other.mock("POST", "reset")
        self.account.balance()
        for authorization in None, "Bearer nonsense", f"Bearer {OTHER_KEY}":
            self.everyone.call("GET", "/api/v1/nothing", None,
                               {"Authorization": authorization} if authorization else {})
        self.mark()
        self.assertEqual([(kind, data["account"], data["path"])
                          for _, kind, data in self.up_to_the_mark(mine)],
                         [("request", self.name, "/api/v1/balance")])
        accounts = [data["account"] for _, _, data in self.up_to_the_mark(everything)]
        self.assertEqual(accounts, [self.other_name] * 8 + [self.name] + [None] * 2 +
                         [self.other_name])  # whose path does not exist
        self.assertNotIn(OTHER_KEY, str(accounts))

    def test_a_header_that_names_no_account_is_refused(self):
        for key in "nonsense", "sk_live_", "":
            reply = self.follow(key).reply
            self.assertEqual((reply.status, reply.error), (401, "unauthorized"))

    def test_all_followers_get_the_same(self):
        streams = [self.follow() for _ in range(5)]
        self.account.send()
        self.mark()
        first, *others = [self.up_to_the_mark(each) for each in streams]
        self.assertEqual(len(first), 2)
        for each in others:
            self.assertEqual(each, first)


class Resuming(EventsCase):
    def play(self):
        """Ten events and the mark."""
        stream = self.follow()
        for _ in range(10):
            self.account.balance()
        self.mark()
        return [*self.up_to_the_mark(stream), None]

    def test_who_comes_back_goes_on_behind_the_last_id(self):
        played = self.play()
        for last in 0, 1, 5, 9:
            stream = self.follow(last_id=str(last))
            self.assertEqual(self.up_to_the_mark(stream), played[last:-1])
        self.everyone.mock("POST", "reset")
        self.assertEqual(self.follow(last_id="11").next()[:2], (12, "reset"))
        self.assertEqual(self.follow(KEY, last_id="9").next()[0], 10)
        self.assertEqual(self.follow(OTHER_KEY, last_id="0").next()[0], 11)

    def test_without_an_id_it_begins_now(self):
        self.play()
        for last_id in None, "":
            stream = self.follow(last_id=last_id)
            self.account.balance()
            self.assertGreater(stream.next()[0], 11)

    def test_an_id_nobody_gave_is_one_of_another_emulator(self):
        self.play()
        for last_id in "12", str(2**64 - 1):
            stream = self.follow(last_id=last_id)
            self.assertEqual(stream.next(), (None, "gap", {"missed": None}))
            self.account.balance()
            self.assertEqual(stream.next()[1], "request")

    def test_what_is_no_id_is_refused(self):
        for last_id in "x", "-1", "1.5", "1 2", str(2**64):
            reply = self.follow(last_id=last_id).reply
            self.assertEqual((reply.status, reply.error), (400, "invalid_header"), last_id)
            self.assertIn(f'"{last_id}"', reply.json["detail"])


class Connections(EventsCase):
    def test_followers_are_counted_and_forgotten(self):
        self.check_metrics(0)
        streams = [self.follow(), self.follow(KEY)]
        self.check_metrics(2)
        streams[0].close()
        self.check_metrics(1)
        streams[1].close()
        self.check_metrics(0)

    def test_head_follows_nothing_and_other_methods_are_refused(self):
        head = self.account.mock("HEAD", "events")
        self.assertEqual((head.status, head.headers["content-type"], head.body),
                         (200, "text/event-stream", b""))
        self.check_metrics(0)
        for method in "POST", "PUT", "PATCH", "DELETE":
            reply = self.account.mock(method, "events")
            self.assertEqual((reply.status, reply.headers["allow"]), (405, "GET, HEAD"))

    def test_a_stop_ends_the_streams_whole(self):
        with Emulator("--clock", START) as emulator, Events(emulator) as stream:
            emulator.account().balance()
            began = time.monotonic()
            code, _ = emulator.stop()
            self.assertEqual(code, 0)
            self.assertLess(time.monotonic() - began, 5 * SLOWNESS)
            self.assertEqual(stream.next()[1], "request")
            self.assertIsNone(stream.next())
