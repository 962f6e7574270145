"""GET /_mock/verify: what a test should not leave behind."""

import http.client
import unittest

from emulator import Emulator
from receiver import Receiver
from scenario_files import scenario_file

START = "manual@2026-05-26T10:00:00Z"
PHONE = "+84981234567"
BUSY, NEVER, REFUSED, LOST = "+84980000002", "+84980000020", "+84980000042", "+84980000061"
ALL = ["webhooks", "codes", "rules", "requests"]


class VerifyCase(unittest.TestCase):
    def start(self, *options):
        self.emulator = self.enterContext(Emulator("--clock", START, "--seed", "42", *options))
        self.everyone = self.emulator.everything()
        self.account = self.emulator.account("sk_live_verify_mine")
        self.mine = self.account.mock("GET", "account").json["account"]["account"]

    def start_with_receiver(self, *answers):
        receiver = self.enterContext(Receiver(*answers))
        self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec")
        return receiver

    def verify(self, checks=None, who=None):
        query = "verify" if checks is None else f"verify?check={checks}"
        return (who or self.account).mock("GET", query)

    def check_clean(self, checks=None, who=None):
        reply = self.verify(checks, who)
        self.assertEqual((reply.status, reply.json),
                         (200, {"ok": True, "checked": checks.split(",") if checks else ALL}))

    def check_found(self, failures, detail, checks=None, who=None):
        reply = self.verify(checks, who)
        self.assertEqual(reply.status, 409, reply)
        told = reply.json
        found = told.pop("failures")
        self.assertEqual(told, {"ok": False, "error": "unverified", "detail": detail,
                                "failures_total": len(failures)})
        self.assertCountEqual(found, failures)


class Codes(VerifyCase):
    def unread(self, delivery_id, phone=PHONE):
        return {"check": "codes", "account": self.mine, "delivery": delivery_id,
                "detail": f"nobody asked for the code that was sent to {phone}"}

    def test_a_code_that_nobody_read_is_told_of(self):
        self.start()
        self.check_clean()
        sent = self.account.send_id()
        for checks in None, "codes", "rules,codes":
            for who in self.account, self.everyone:
                self.check_found([self.unread(sent)], "1 code never read", checks, who)
        self.check_clean("webhooks,rules,requests")
        self.check_clean("codes", self.emulator.account())

    def test_whoever_asks_for_the_code_or_the_delivery_has_read_it(self):
        self.start()
        ways = [f"otp/{PHONE}", f"otp/{PHONE}?wait=1s", "deliveries/{}"]
        for way in ways:
            for who in self.account, self.everyone:
                sent = self.account.send_id()
                who.mock("HEAD", way.format(sent))  # shows nobody a code
                self.check_found([self.unread(sent)], "1 code never read")
                self.assertEqual(who.mock("GET", way.format(sent)).status, 200)
                self.check_clean()
                self.account.mock("PATCH", "account", {"free_credit": 1})
        self.assertTrue(all(each["code_read"] for each in self.account.deliveries()))

    def test_lists_the_vendors_api_and_older_codes_do_not_count_as_reading(self):
        self.start()
        older, newer = self.account.send_id(), self.account.send_id()
        self.account.mock("GET", "deliveries")
        self.account.delivery(newer)
        self.account.mock("GET", f"deliveries/{newer}/scenario")
        self.check_found([self.unread(older), self.unread(newer)], "2 codes never read")
        self.account.mock("GET", f"otp/{PHONE}")
        self.check_found([self.unread(older)], "1 code never read")
        self.account.mock("POST", f"deliveries/{older}/complete", {"status": "delivered"})
        self.check_found([self.unread(older)], "1 code never read")

    def test_nobody_reads_the_code_of_a_call_that_failed(self):
        self.start()
        sent = self.account.send_id(BUSY)
        self.check_found([self.unread(sent, BUSY)], "1 code never read")
        self.account.advance(to="idle")
        self.check_clean()

    def test_a_reset_takes_it_away(self):
        self.start()
        self.account.send()
        self.account.mock("POST", "reset")
        self.check_clean()


class Webhooks(VerifyCase):
    def unacknowledged(self, delivery_id, words):
        return {"check": "webhooks", "account": self.mine, "delivery": delivery_id,
                "detail": f"the webhook {words}"}

    def test_a_webhook_is_told_of_until_it_is_acknowledged(self):
        self.start_with_receiver(500, 410)
        sent = self.account.send_id()
        self.check_clean("webhooks")  # nothing to tell yet
        self.account.advance(by="2s")
        detail = "1 webhook not acknowledged"
        self.check_found([self.unacknowledged(
            sent, "is not acknowledged yet after 1 attempt; the last got 500")], detail, "webhooks")
        self.account.advance(to="idle")
        given_up = self.unacknowledged(sent, "was given up after 2 attempts; the last got 410")
        for who in self.account, self.everyone:
            self.check_found([given_up], detail, "webhooks", who)
        self.check_clean("webhooks", self.emulator.account())

    def test_a_redelivery_that_is_acknowledged_makes_good(self):
        self.start_with_receiver(410, 500, 200)
        sent = self.account.send_id()
        self.account.advance(to="idle")
        (attempt,) = self.account.mock("GET", "webhooks").json["attempts"]
        again = f"webhooks/{attempt['seq']}/redeliver"
        self.assertEqual(self.account.mock("POST", again).json["attempt"]["status"], 500)
        self.check_found([self.unacknowledged(
            sent, "was given up after 1 attempt; the last got 410")],
            "1 webhook not acknowledged", "webhooks")
        self.assertEqual(self.account.mock("POST", again).json["attempt"]["status"], 200)
        self.check_clean("webhooks")
        self.assertEqual(self.account.inspect(sent)["webhooks"][0]["state"], "acknowledged")

    def test_no_reply_is_named_too_and_what_is_to_come(self):
        self.start("--webhook-url", "http://127.0.0.1:9/", "--webhook-secret", "whsec")
        late = self.account.send_id("+84980000082")  # the webhook comes 30 s later
        none = self.account.send_id("+84980000080")  # never
        sent = self.account.send_id()
        self.account.advance(by="2s")
        self.check_found([
            self.unacknowledged(late, "is not acknowledged yet, no attempt has ended"),
            self.unacknowledged(
                sent, "is not acknowledged yet after 1 attempt; the last got connection refused")],
            "2 webhooks not acknowledged", "webhooks")
        self.assertEqual(self.account.inspect(none)["webhooks"], [])

    def test_each_copy_and_each_event_is_one(self):
        self.start_with_receiver(410)
        self.account.send("+84980000081")  # twice
        self.account.send("+84980000088")  # delivered, then failed
        self.account.advance(to="idle")
        self.assertEqual(self.verify("webhooks").json["failures_total"], 4)

    def test_a_ping_leaves_nothing_behind(self):
        self.start_with_receiver(500)
        self.account.mock("POST", "webhooks/ping")
        self.check_clean()


class Requests(VerifyCase):
    def test_what_the_api_refuses_is_told_of_and_what_a_rule_does_is_not(self):
        self.start()
        for phone in PHONE, REFUSED, "+84980000045", "+84980000047":
            self.account.send(phone)
        for phone in LOST, "+84980000064":
            with self.assertRaises(http.client.HTTPException):
                self.emulator.account(self.account.key).send(phone)
        self.check_clean("requests")

        unknown = "8f2e1c4d-0000-4000-8000-000000000000"
        self.account.send("0981234567")
        self.account.delivery(unknown)
        strays = [("GET", "/api/v1/balances?x=1", "404 not_found"),
                  ("DELETE", "/api/v1/balance", "405 method_not_allowed")]
        for method, path, _ in strays:
            self.account.call(method, path)
        self.everyone.call("GET", "/api/v1/balance")
        strangers = [("GET", "/api/v1/balance", "401 unauthorized")]
        mine = [("POST", "/api/v1/send-otp", "400 invalid_phone"),
                ("GET", f"/api/v1/deliveries/{unknown}", "404 not_found"), *strays]

        journal = self.everyone.mock("GET", "requests").json["requests"]
        refused = {(each["method"], each["path"]): each for each in journal
                   if not each["rule"]}
        failures = [{"check": "requests", "account": account, "request": known["seq"],
                     "detail": f"{method} {path} was refused with {status}: {known['why']}"}
                    for account, calls in [(self.mine, mine), (None, strangers)]
                    for method, path, status in calls
                    for known in [refused[method, path]]]
        self.assertEqual(failures[0]["detail"],
                         'POST /api/v1/send-otp was refused with 400 invalid_phone: "phone" is '
                         "not a string like +84981234567, a Vietnamese mobile number")
        self.check_found(failures[:4], "4 requests refused", "requests")
        self.check_found(failures, "5 requests refused", "requests", self.everyone)
        self.check_clean("requests", self.emulator.account())

    def test_what_is_no_http_is_told_of(self):
        self.start()
        self.emulator.exchange(b"nonsense\r\n\r\n")
        (failure,) = self.verify("requests", self.everyone).json["failures"]
        self.assertIsNone(failure["account"])
        self.assertIn(" was refused with 400 bad_request: ", failure["detail"])


class Rules(VerifyCase):
    def unmatched(self, rule, account=None):
        scope = "no call of any account" if account is None else "no call"
        return {"check": "rules", "account": account, "rule": rule,
                "detail": f'{scope} was decided by the rule "{rule}"'}

    SCENARIO = {"name": "two", "rules": [
        {"name": "busy one", "when": {"phone": BUSY}, "then": {"fail": "busy"}},
        {"then": {"deliver": True}}]}

    def test_rules_of_the_library_need_not_match(self):
        for scenario in "default", "flaky", "api-outage":
            with Emulator("--scenario", scenario) as emulator:
                self.check_clean("rules", emulator.everything())
                self.check_clean("rules", emulator.account())

    def test_rules_of_a_file_must_match(self):
        with scenario_file(self.SCENARIO) as path:
            self.start("--scenario", path)
            both = [self.unmatched("busy one"), self.unmatched("rule 2")]
            self.check_found(both, "2 rules never matched", "rules", self.everyone)
            self.check_clean("rules")  # others' rules are others' business
            self.account.send(PHONE)
            self.check_found(both[:1], "1 rule never matched", "rules", self.everyone)
            self.emulator.account().send(BUSY)
            self.check_clean("rules", self.everyone)
            self.everyone.mock("POST", "reset")
            self.check_found(both, "2 rules never matched", "rules", self.everyone)

    def test_a_scenario_that_was_put_must_match_as_a_whole(self):
        self.start()
        self.everyone.mock("PUT", "scenario", self.SCENARIO)
        self.check_found([self.unmatched("busy one"), self.unmatched("rule 2")],
                         "2 rules never matched", None, self.everyone)
        self.account.mock("PUT", "scenario", {"name": "own", "rules": [
            {"name": "mine", "then": {"deliver": True}}]})
        own = self.unmatched("mine", self.mine)
        self.check_found([own], "1 rule never matched", "rules")
        self.check_found([self.unmatched("busy one"), self.unmatched("rule 2"), own],
                         "3 rules never matched", "rules", self.everyone)
        self.everyone.mock("DELETE", "scenario")
        self.check_clean("rules", self.everyone)

    def test_a_rule_that_was_put_must_match_the_others_need_not(self):
        self.start()
        rule = {"name": "mine", "when": {"phone": BUSY}, "then": {"deliver": True}}
        self.account.mock("POST", "rules", rule)
        for who in self.account, self.everyone:
            self.check_found([self.unmatched("mine", self.mine)], "1 rule never matched", "rules",
                             who)
        self.account.send(BUSY)
        self.check_clean("rules")
        self.check_clean("rules", self.everyone)
        self.everyone.mock("POST", "rules", rule | {"name": "everyone's"})
        self.check_found([self.unmatched("everyone's"), self.unmatched("everyone's", self.mine)],
                         "2 rules never matched", "rules", self.everyone)

    def test_an_account_that_got_a_rule_in_front_still_uses_the_rules_of_all(self):
        self.start()
        self.everyone.mock("PUT", "scenario", self.SCENARIO)
        self.account.mock("POST", "rules", {"name": "mine", "when": {"phone": NEVER},
                                            "then": {"pending": True}})
        self.everyone.mock("POST", "rules", {"name": "late", "when": {"phone": "+84911111111"},
                                             "then": {"deliver": True}})
        for phone in PHONE, BUSY, NEVER:
            self.account.send(phone)
        self.check_found([self.unmatched("late"), self.unmatched("late", self.mine)],
                         "2 rules never matched", "rules", self.everyone)
        told = self.everyone.mock("GET", "scenario").json["rules"]
        self.assertEqual([(each["name"], each["decided"]) for each in told],
                         [("late", 0), ("busy one", 1), ("rule 2", 1)])
        self.account.send("+84911111111")
        self.check_clean("rules", self.everyone)

    def test_a_call_that_is_refused_after_all_used_no_rule(self):
        self.start()
        self.account.mock("PATCH", "account", {"free_credit": 0})
        self.account.mock("POST", "rules", {"name": "mine", "then": {"deliver": True}})
        self.assertEqual(self.account.send().status, 402)
        self.check_found([self.unmatched("mine", self.mine)], "1 rule never matched", "rules")


class Together(VerifyCase):
    def test_all_checks_are_made_at_once_and_counted_apart(self):
        self.start_with_receiver(410)
        self.account.mock("POST", "rules", {"name": "mine", "when": {"phone": NEVER},
                                            "then": {"pending": True}})
        for phone in PHONE, BUSY, "wrong", PHONE, "wrong too":
            self.account.send(phone)
        self.account.advance(to="idle")
        told = self.verify()
        detail = ("3 webhooks not acknowledged, 2 codes never read, 1 rule never matched, "
                  "2 requests refused")
        self.assertEqual((told.status, told.json["detail"], told.json["failures_total"]),
                         (409, detail, 8))
        self.assertEqual(sorted(each["check"] for each in told.json["failures"]),
                         ["codes"] * 2 + ["requests"] * 2 + ["rules"] + ["webhooks"] * 3)
        self.assertEqual(self.verify("requests,webhooks").json["detail"],
                         "3 webhooks not acknowledged, 2 requests refused")
        self.assertEqual(self.verify(None, self.everyone).json["detail"], detail)
        self.check_clean(None, self.emulator.account())

    def test_failures_beyond_a_thousand_are_counted_and_not_listed(self):
        self.start()
        for _ in range(1001):
            self.account.send("wrong")
        told = self.verify("requests").json
        self.assertEqual((told["failures_total"], len(told["failures"])), (1001, 1000))

    def test_what_is_no_check_is_refused(self):
        self.start()
        for checks in "code", "codes,", ",codes", "codes,x", "codes codes", "CODES":
            reply = self.account.call("GET", f"/_mock/verify?check={checks.replace(' ', '%20')}")
            self.assertEqual((reply.status, reply.error), (400, "invalid_query"), checks)
            self.assertIn("webhooks, codes, rules and requests", reply.json["detail"])
            self.assertIn(f'"{checks}"', reply.json["detail"])
        self.check_clean("codes")
        head = self.account.mock("HEAD", "verify")
        self.assertEqual((head.status, head.body), (200, b""))
        self.account.send("wrong")
        self.assertEqual(self.account.mock("HEAD", "verify").status, 409)
