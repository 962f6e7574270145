"""Each control call with a key is about that key's account and nobody else's."""

import unittest
import urllib.parse

from client import Account
from control_calls import Examples, all_calls, snapshot
from emulator import Emulator
from receiver import Receiver

START = "manual@2026-05-26T10:00:00Z"
MINE, THEIRS = "sk_live_scoping_mine", "sk_live_scoping_theirs"
MY_PHONE, THEIR_PHONE = Examples.PHONE, "+84911234567"
ABOUT_THE_EMULATOR = {("GET", "/_mock/health"), ("GET", "/_mock/openapi.json"),
                      ("GET", "/_mock/scenario.schema.json"), ("GET", "/metrics"),
                      ("GET", "/_mock/state"), ("PUT", "/_mock/state")}
ABOUT_ONE_ACCOUNT = {("GET", "/_mock/account"), ("PATCH", "/_mock/account"),
                     ("POST", "/_mock/webhooks/ping")}
STREAM = ("GET", "/_mock/events")  # events_test.py


class ScopingCase(unittest.TestCase):
    def setUp(self):
        receiver = self.enterContext(Receiver())
        self.emulator = self.enterContext(Emulator(
            "--clock", START, "--seed", "42", "--webhook-url", receiver.url(),
            "--webhook-secret", "whsec"))
        self.mine, self.theirs = self.emulator.account(MINE), self.emulator.account(THEIRS)
        self.everyone = self.emulator.everything()

    def scoped_calls(self):
        calls = [each for each in all_calls(self.emulator)
                 if each not in ABOUT_THE_EMULATOR and each != STREAM]
        self.assertGreater(len(calls), 18)
        return calls

    def play(self):
        """Both accounts do things; answers what is there of theirs: whatever names it."""
        self.examples = Examples(self.mine)
        sent = [self.theirs.send_id(THEIR_PHONE, "90909090"), self.theirs.send_id(THEIR_PHONE)]
        self.theirs.send("0909999999")
        self.theirs.mock("PATCH", "account", {"balance": 77.5})
        self.theirs.mock("PUT", "scenario", {"name": "theirs alone"})
        self.theirs.mock("POST", "rules", {"name": "their rule", "then": {"deliver": True}})
        self.their_attempt = self.theirs.mock("POST", "webhooks/ping").json["attempt"]["seq"]
        self.their_delivery = sent[0]
        name = self.theirs.mock("GET", "account").json["account"]["account"]
        return [*sent, name, THEIR_PHONE, "90909090", "77.5", "theirs alone", "their rule",
                "0909999999"]


class WithAKey(ScopingCase):
    def test_nothing_of_another_account_is_shown(self):
        theirs = self.play()
        for method, pattern in self.scoped_calls():
            path, body = self.examples.of(method, pattern)
            reply = self.mine.call(method, path, body)
            with self.subTest(method=method, path=path):
                self.assertIn(reply.status, (200, 409), reply)
                told = reply.body.decode()
                for each in theirs:
                    self.assertNotIn(each, told)
        for path in "deliveries", "webhooks", "requests", "accounts", "scenario", "verify":
            told = self.theirs.mock("GET", path).body.decode()
            self.assertTrue(any(each in told for each in theirs), path)

    def test_nothing_of_another_account_is_changed(self):
        self.play()
        before = snapshot(self.theirs)
        for method, pattern in self.scoped_calls():
            path, body = self.examples.of(method, pattern)
            self.mine.call(method, path, body)
            with self.subTest(method=method, path=path):
                self.assertEqual(snapshot(self.theirs), before)
        self.assertEqual(self.mine.deliveries(), [])  # the last of them was a reset
        self.assertEqual(self.theirs.advance(to="idle")["fired_total"], 4)

    def test_what_is_anothers_is_not_there(self):
        self.play()
        before = snapshot(self.theirs)
        for method, path, body in [
                ("GET", f"otp/{THEIR_PHONE}", None),
                ("GET", f"otp/{THEIR_PHONE}?wait=1ms", None),
                ("GET", f"deliveries/{self.their_delivery}", None),
                ("GET", f"deliveries/{self.their_delivery}/scenario", None),
                ("POST", f"deliveries/{self.their_delivery}/complete", {"status": "delivered"}),
                ("POST", f"webhooks/{self.their_attempt}/redeliver", None)]:
            reply = self.mine.mock(method, path, body)
            self.assertEqual(reply.status, 404, (path, reply))
            self.assertIn(reply.error, ("not_found", "no_code"))
        for query in f"deliveries?phone={THEIR_PHONE}", f"webhooks?delivery={self.their_delivery}":
            told = self.mine.mock("GET", query).json
            self.assertEqual(told.get("deliveries", told.get("attempts")), [])
        self.assertEqual(snapshot(self.theirs), before)
        self.assertEqual(self.mine.mock("GET", "clock").json["next_due"], None)
        self.assertEqual(self.theirs.mock("GET", "clock").json["next_due"],
                         "2026-05-26T10:00:02.000Z")

    def test_a_header_that_names_no_account_is_refused_and_makes_none(self):
        self.play()
        before = snapshot(self.everyone)
        for authorization in ("Bearer nobody", "Bearer sk_live_", "Bearer", "Basic c2s6",
                              "sk_live_x", f"Bearer {MINE} x", f"Bearer {MINE},{THEIRS}x y",
                              "Bearer sk_live_" + "x" * 300):
            nobody = Account(self.emulator.url, "sk_live_x")
            nobody.authorization = authorization
            for method, pattern in [*self.scoped_calls(), STREAM]:
                path, body = self.examples.of(method, pattern)
                with self.subTest(method=method, path=path, authorization=authorization):
                    reply = nobody.call(method, path, body)
                    self.assertEqual((reply.status, reply.error), (401, "unauthorized"))
                    self.assertIn('"Bearer sk_live_…"', reply.json["detail"])
                    if method == "GET":
                        self.assertEqual(nobody.call("HEAD", path).status, 401)
        self.assertEqual(snapshot(self.everyone), before)

    def test_a_key_nobody_used_before_gets_its_account(self):
        fresh = self.emulator.account("sk_live_scoping_fresh")
        self.assertEqual(fresh.mock("GET", "deliveries").json["deliveries"], [])
        self.assertEqual(len(self.everyone.mock("GET", "accounts").json["accounts"]), 1)

    def test_the_name_that_replies_give_an_account_does_as_well(self):
        self.play()
        name = self.mine.mock("GET", "account").json["account"]["account"]
        named = urllib.parse.urlencode({"account": name})
        for path in "account", "accounts", "deliveries", "webhooks", "requests", "scenario", "clock":
            with self.subTest(path=path):
                mine = self.mine.mock("GET", path).json
                self.assertEqual(self.everyone.mock("GET", f"{path}?{named}").json, mine)
        told = self.everyone.mock("PATCH", f"account?{named}", {"balance": 3}).json
        self.assertEqual(told["account"]["buckets"]["balance"], 3)
        self.assertEqual(self.mine.mock("GET", "account").json, told)
        both = self.mine.mock("GET", f"deliveries?{named}")
        self.assertEqual((both.status, both.error), (400, "invalid_query"))
        self.everyone.mock("POST", "reset")
        gone = self.everyone.mock("GET", f"deliveries?{named}")
        self.assertEqual((gone.status, gone.error), (400, "invalid_query"))
        self.assertIn("GET /_mock/accounts lists", gone.json["detail"])

    def test_a_key_that_is_not_listed_gets_none(self):
        self.everyone.mock("PUT", "scenario", {"api": {"keys": "listed"},
                                               "accounts": [{"key": MINE}]})
        for method, pattern in self.scoped_calls():
            with self.subTest(call=(method, pattern)):
                path = pattern.replace("{phone}", MY_PHONE)
                self.assertEqual(self.theirs.call(method, path).status, 401)
        self.assertEqual(self.mine.mock("GET", "account").status, 200)


class WithoutAKey(ScopingCase):
    def test_calls_about_one_account_say_that_they_need_it(self):
        for method, path in ABOUT_ONE_ACCOUNT:
            reply = self.everyone.call(method, path, {"balance": 1})
            self.assertEqual((reply.status, reply.error), (400, "account_needed"), (method, path))
            self.assertIn('"Authorization: Bearer sk_live_…"', reply.json["detail"])
        self.assertEqual(self.everyone.mock("GET", "accounts").json["accounts"], [])

    def test_all_other_calls_mean_everybody(self):
        theirs = self.play()
        for method, pattern in self.scoped_calls():
            if (method, pattern) in ABOUT_ONE_ACCOUNT:
                continue
            path, body = self.examples.of(method, pattern)
            with self.subTest(method=method, path=path):
                self.assertIn(self.everyone.call(method, path, body).status, (200, 409))
        self.assertEqual(self.everyone.mock("GET", "accounts").json["accounts"], [])  # reset
        theirs = self.play()
        for path in "deliveries", "webhooks", "requests", "accounts", "verify":
            told = self.everyone.mock("GET", path).body.decode()
            self.assertTrue(any(each in told for each in theirs), path)
        for path in (f"deliveries/{self.their_delivery}", f"otp/{THEIR_PHONE}",
                     f"deliveries/{self.their_delivery}/scenario"):
            self.assertEqual(self.everyone.mock("GET", path).status, 200)

    def test_calls_about_the_emulator_take_no_notice_of_a_key(self):
        self.play()
        nobody = Account(self.emulator.url, "nobody")
        for method, path in sorted(ABOUT_THE_EMULATOR):
            if method != "GET":
                continue
            with self.subTest(path=path):
                replies = [who.call(method, path) for who in (self.everyone, self.mine, nobody)]
                self.assertEqual([each.status for each in replies], [200] * 3)
                if path not in ("/metrics", "/_mock/state"):  # those tell the time
                    self.assertEqual(len({each.body for each in replies}), 1)


class Table(ScopingCase):
    def test_the_calls_are_those_of_the_openapi_document_and_known_here(self):
        document = self.everyone.mock("GET", "openapi.json").json
        written = {(method.upper(), path) for path, item in document["paths"].items()
                   for method in item if method in ("get", "post", "put", "patch", "delete")
                   and not path.startswith("/api/")}
        self.assertEqual({pattern.replace("{attempt}", "{seq}") for _, pattern in
                          all_calls(self.emulator)} - {path.replace("{attempt}", "{seq}")
                                                       for _, path in written}, set())
        self.assertEqual(len(written), len(all_calls(self.emulator)))

    def test_every_path_refuses_what_it_does_not_take(self):
        allowed = {}
        for method, pattern in all_calls(self.emulator):
            allowed.setdefault(pattern, []).append("GET, HEAD" if method == "GET" else method)
        for pattern, methods in allowed.items():
            path = pattern.replace("{phone}", MY_PHONE)
            taken = ", ".join(methods).split(", ")
            for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
                           "TRACE"} - set(taken):
                with self.subTest(method=method, path=path):
                    reply = self.mine.call(method, path)
                    self.assertEqual((reply.status, reply.headers["allow"]),
                                     (405, ", ".join(methods)))
                    if method != "HEAD":
                        self.assertEqual(reply.json, {
                            "ok": False, "error": "method_not_allowed",
                            "detail": "this call takes " + ", ".join(methods)})

    def test_every_get_answers_head_with_the_same_and_no_body(self):
        examples = Examples(self.mine)
        for method, pattern in all_calls(self.emulator):
            if method != "GET" or (method, pattern) == STREAM:
                continue
            path, _ = examples.of(method, pattern)
            with self.subTest(path=path):
                get, head = self.mine.call("GET", path), self.mine.call("HEAD", path)
                self.assertEqual((head.status, head.body), (get.status, b""))
                self.assertEqual(head.headers["content-type"], get.headers["content-type"])
                self.assertEqual(head.headers["cache-control"], "no-store")
                if pattern not in ("/metrics", "/_mock/state"):
                    self.assertEqual(head.headers["content-length"], str(len(get.body)))

    def test_what_is_no_call_is_not_found_and_all_there_are_are_named(self):
        for path in ("nothing", "ui", "deliveries/", "deliveries//scenario", "otp/", "webhooks/1",
                     "webhooks//redeliver", "healthx", "health/", "accounts/1", "HEALTH",
                     "deliveries/x/y/scenario", "metrics"):
            reply = self.mine.mock("GET", path)
            self.assertEqual((reply.status, reply.error), (404, "not_found"), path)
            self.assertIn("GET /_mock/otp/{phone}", reply.json["detail"])
        self.assertEqual(self.mine.call("GET", "/metrics/").status, 404)
        self.assertEqual(self.mine.call("GET", "/_mockx").json, {"ok": False,
                                                                  "error": "not_found"})
