"""The scenario while it runs: shown, replaced, restored, a rule put in front."""

import unittest

from emulator import REPOSITORY, Emulator
from receiver import Receiver
from scenario_files import parse, scenario_file

START = "manual@2026-05-26T10:00:00Z"
PHONE, OTHER_PHONE, BUSY = "+84981234567", "+84911234567", "+84980000002"
ANY = {"then": {"deliver": True, "after": "3s"}}


class ScenarioCase(unittest.TestCase):
    def start(self, *options, scenario=None):
        if scenario is not None:
            options = [*options, "--scenario", self.enterContext(scenario_file(scenario))]
        self.emulator = self.enterContext(Emulator("--clock", START, "--seed", "42", *options))
        self.everyone = self.emulator.everything()
        self.account = self.emulator.account("sk_live_scenario_mine")
        self.other = self.emulator.account("sk_live_scenario_other")

    def shown(self, who=None):
        reply = (who or self.account).mock("GET", "scenario")
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def name(self, who=None):
        return self.shown(who)["scenario"]["name"]

    def put(self, scenario, who=None):
        reply = (who or self.account).mock("PUT", "scenario", scenario)
        self.assertEqual((reply.status, reply.json["ok"]), (200, True), reply)
        return reply.json

    def put_rule(self, rule, who=None):
        reply = (who or self.account).mock("POST", "rules", rule)
        self.assertEqual((reply.status, reply.json["ok"]), (200, True), reply)
        return reply.json

    def check_refused(self, reply, error, detail):
        self.assertEqual((reply.status, reply.json),
                         (400, {"ok": False, "error": error, "detail": detail}))

    def end_of(self, sent, account=None):
        account = account or self.account
        account.advance(to="idle")
        told = account.delivery(sent).json
        return told["error_code"] or told["status"]


class Shown(ScenarioCase):
    def test_the_one_of_the_start_is_shown_with_what_its_rules_did(self):
        scenario = {"name": "small", "description": "two rules", "seed": 7,
                    "api": {"price": {"default": 0.05, "mobifone": 0.1}, "no_route": ["itel"]},
                    "account_defaults": {"balance": 10},
                    "rules": [{"name": "busy twice", "when": {"phone": BUSY}, "per": "phone",
                               "then": [{"fail": "busy", "after": "5s", "times": 2},
                                        {"deliver": True, "set_state": "tired"}]}, ANY]}
        self.start(scenario=scenario)
        for phone in BUSY, PHONE, BUSY, BUSY, OTHER_PHONE:
            self.account.send(phone)
        self.other.send(PHONE)
        words = ['fail busy after 5s (2 times), then deliver at once, set_state "tired"',
                 "deliver after 3s"]
        told = self.shown()
        self.assertEqual(told, {
            "ok": True, "own": False, "changed": False, "state": "tired", "scenario": scenario,
            "rules": [{"name": "busy twice", "decided": 3, "what": words[0]},
                      {"name": "rule 2", "decided": 2, "what": words[1]}]})
        self.assertEqual(self.shown(self.other)["state"], "start")
        everyones = self.shown(self.everyone)
        self.assertEqual((everyones["own"], everyones["state"], everyones["scenario"]),
                         (False, None, scenario))
        self.assertEqual([each["decided"] for each in everyones["rules"]], [3, 3])

    def test_every_built_in_one_is_shown_as_a_file_that_means_the_same(self):
        self.start()
        for path in sorted((REPOSITORY / "scenarios").glob("*.json")):
            if path.name.endswith("schema.json"):
                continue
            with self.subTest(name=path.stem):
                self.put(path.read_text(), self.everyone)
                told = self.shown(self.everyone)
                self.assertEqual(told["scenario"]["name"], path.stem)
                known = parse(path.read_text())
                self.assertEqual([each["name"] for each in told["rules"]],
                                 [each.get("name", f"rule {i}")
                                  for i, each in enumerate(known.get("rules", []), 1)])
                if "sk_live" in path.read_text() or "secret" in path.read_text():
                    continue  # masked: not to be read back
                self.assertEqual(self.put(told["scenario"], self.everyone)["warnings"], [])
                self.assertEqual(self.shown(self.everyone), told)

    def test_keys_and_secrets_are_masked(self):
        target = {"url": "http://localhost:1/x", "secret": "whsec_hidden"}
        self.start(scenario={
            "name": "x", "webhook": target,
            "accounts": [{"key": "sk_live_hidden_hidden", "webhook": target}],
            "rules": [{"when": {"key": ["sk_live_hidden_hidden", "sk_live_a*"]},
                       "then": {"deliver": True}}]})
        reply = self.account.mock("GET", "scenario")
        self.assertNotIn(b"hidden_hidden", reply.body)
        self.assertNotIn(b"whsec_hidden", reply.body)
        shown = reply.json["scenario"]
        self.assertEqual(shown["webhook"], {"url": "http://localhost:1/x", "secret": "…"})
        self.assertRegex(shown["accounts"][0]["key"], "^sk_live_…en#[0-9a-f]{4}$")

    def test_head_and_other_methods(self):
        self.start()
        head = self.account.mock("HEAD", "scenario")
        self.assertEqual((head.status, head.body), (200, b""))
        for method in "POST", "PATCH":
            reply = self.account.mock(method, "scenario")
            self.assertEqual((reply.status, reply.headers["allow"]),
                             (405, "GET, HEAD, PUT, DELETE"))
        for method in "GET", "HEAD", "PUT", "PATCH", "DELETE":
            reply = self.account.mock(method, "rules")
            self.assertEqual((reply.status, reply.headers["allow"]), (405, "POST"))


class Replaced(ScenarioCase):
    def test_one_accounts_own_touches_no_other(self):
        self.start()
        self.assertEqual(self.put({"name": "mine", "rules": [{"then": {"fail": "busy"}}]}),
                         {"ok": True, "name": "mine", "warnings": []})
        self.assertEqual((self.name(), self.shown()["own"]), ("mine", True))
        for who in self.other, self.everyone:
            self.assertEqual((self.name(who), self.shown(who)["own"]), ("default", False))
        self.assertEqual(self.end_of(self.account.send_id()), "busy")
        self.assertEqual(self.end_of(self.other.send_id(), self.other), "delivered")
        told = self.everyone.mock("GET", "accounts").json["accounts"]
        self.assertEqual([each["scenario"] for each in told], ["mine", "default"])

    def test_one_for_all_ends_those_of_single_accounts(self):
        self.start()
        self.put({"name": "mine"})
        self.put({"name": "all", "rules": [{"then": {"fail": "busy"}}]}, self.everyone)
        for who in self.account, self.other, self.emulator.account(), self.everyone:
            self.assertEqual((self.name(who), self.shown(who)["own"]), ("all", False))
            self.assertTrue(self.shown(who)["changed"])
        self.assertEqual(self.everyone.mock("GET", "health").json["scenario"], "all")

    def test_rules_begin_anew_and_what_was_accepted_keeps_its_course(self):
        self.start()
        old = self.account.send_id("+84980000021")  # delivered after 60 s
        balance = self.account.balance().json["balance"]
        steps = [{"fail": "busy"}, {"deliver": True, "set_state": "later"}]
        for _ in range(2):
            self.put({"name": "mine", "rules": [{"then": steps}]})
            self.assertEqual(self.shown()["state"], "start")
            self.assertEqual(self.shown()["rules"][0]["decided"], 0)
            self.assertEqual(self.account.send().status, 202)
        self.assertEqual(balance, 0.088)
        self.account.advance(to="idle")
        known = self.account.inspect(old)
        self.assertEqual((known["status"], known["completed_at"], known["rule"]),
                         ("delivered", "2026-05-26T10:01:00.000Z", "delivered late"))
        self.assertEqual([each["error_code"] for each in self.account.deliveries()[1:]],
                         ["busy", "busy"])

    def test_settings_count_from_then_on(self):
        self.start()
        with Receiver() as receiver:
            self.put({"name": "mine", "api": {"price": 0.05, "no_route": ["vinaphone"],
                                              "errors": {"no_route": 409}},
                      "webhook": {"url": receiver.url(), "secret": "whsec_put"},
                      "account_defaults": {"balance": 99},
                      "rules": [{"then": {"deliver": True}}]})
            self.assertEqual(self.account.send(OTHER_PHONE).status, 409)
            sent = self.account.send(PHONE).json
            self.assertEqual((sent["cost"], sent["balance"]), (0.05, 0.06))
            self.assertTrue(receiver.get().is_signed_with("whsec_put"))
            self.assertEqual(self.account.mock("GET", "account").json["account"]["webhook"],
                             {"url": receiver.url()})

    def test_webhooks_go_on_to_where_the_command_line_says_unless_it_says_otherwise(self):
        own = {"rules": [{"then": {"deliver": True}}]}
        with Receiver() as receiver, Receiver() as other:
            self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec_flag")
            for who in self.account, self.everyone:
                self.put(own, who)
                self.account.send()
                self.assertTrue(receiver.get().is_signed_with("whsec_flag"))
                self.put(own | {"webhook": {"url": other.url(), "secret": "whsec_put"}}, who)
                self.account.send()
                self.assertTrue(other.get().is_signed_with("whsec_put"))
                who.mock("DELETE", "scenario")

    def test_back_to_the_one_before(self):
        self.start(scenario={"name": "start-up", "rules": [ANY]})
        self.put({"name": "all"}, self.everyone)
        self.put({"name": "mine"})
        self.assertEqual(self.account.mock("DELETE", "scenario").json, {"ok": True, "name": "all"})
        self.assertEqual((self.name(), self.shown()["own"]), ("all", False))
        self.assertEqual(self.account.mock("DELETE", "scenario").json, {"ok": True, "name": "all"})
        self.put({"name": "mine"})
        self.assertEqual(self.everyone.mock("DELETE", "scenario").json,
                         {"ok": True, "name": "start-up"})
        for who in self.account, self.other, self.everyone:
            self.assertEqual((self.name(who), self.shown(who)["own"]), ("start-up", False))
            self.assertFalse(self.shown(who)["changed"])

    def test_a_reset_brings_the_one_of_the_start_back(self):
        self.start()
        self.put({"name": "mine"})
        self.account.mock("POST", "reset")
        self.assertEqual((self.name(), self.shown()["own"]), ("default", False))
        self.put({"name": "all"}, self.everyone)
        self.account.mock("POST", "reset")
        self.assertEqual(self.name(), "all")  # it is still that of all
        self.everyone.mock("POST", "reset")
        self.assertEqual((self.name(), self.name(self.everyone)), ("default", "default"))

    def test_mistakes_are_told_as_check_tells_them_and_nothing_changes(self):
        self.start()
        before = self.shown()
        for text, detail in [
                ("", "scenario:1:1: error: the text ends too early"),
                ("[]", "scenario:1:1: error: expected an object, found a list"),
                ('{"rules": [\n  {"when": {"phne": "x"}, "then": {"deliver": true, "after": "2"}},'
                 '\n  {"then": {"deliver": true, "fail": "busy"}}],\n "api": {"no_route": '
                 '["vietel"]}}',
                 'scenario:2:13: error: /rules/0/when: unknown key "phne" (did you mean "phone"?)\n'
                 'scenario:2:62: error: /rules/0/then/after: expected a duration like "250ms", '
                 '"25s", "2m" or "1h", found "2"\n'
                 'scenario:3:12: error: /rules/1/then: a step has one action, not both "deliver" '
                 'and "fail"\n'
                 'scenario:4:23: warning: /api/no_route/0: unknown carrier "vietel" (did you mean '
                 '"viettel"?); known are "viettel", "vinaphone", "mobifone", "vietnamobile", '
                 '"gmobile", "itel" or "reddi"')]:
            with self.subTest(text=text):
                for who in self.account, self.everyone:
                    self.check_refused(who.mock("PUT", "scenario", text), "invalid_scenario",
                                       detail)
        self.assertEqual(self.shown(), before)

    def test_what_can_be_read_but_is_hardly_meant_is_in_the_answer(self):
        self.start()
        told = self.put('// a comment\n{"name": "mine", "rules": [{"then": {"fail": "bsy"}},'
                        '\n {"then": {"deliver": true}},]}')
        self.assertEqual(told, {"ok": True, "name": "mine", "warnings": [
            'scenario:2:46: warning: /rules/0/then/fail: unknown error code "bsy" (did you mean '
            '"busy"?)', told["warnings"][1]]})
        self.assertRegex(told["warnings"][1], "^scenario:3:2: warning: /rules/1: .*reach")

    def test_a_file_that_changes_leaves_own_ones_alone(self):
        with scenario_file({"name": "first"}) as path:
            self.emulator = self.enterContext(Emulator("--clock", START, "--scenario", path))
            mine, other = self.emulator.account(), self.emulator.account()
            self.put({"name": "mine"}, mine)
            other.balance()
            with open(path, "w") as file:
                file.write('{"name": "second"}')
            self.emulator.wait_for_log("second")
            self.assertEqual((self.name(mine), self.name(other)), ("mine", "second"))
            self.assertEqual(mine.mock("DELETE", "scenario").json["name"], "second")


class RulesInFront(ScenarioCase):
    def test_a_rule_goes_before_all_others(self):
        self.start()
        self.assertEqual(self.put_rule({"name": "down once", "then": [{"error": "internal_error"}],
                                        "end": "fall_through"}),
                         {"ok": True, "name": "down once", "warnings": []})
        self.assertEqual([self.account.send().status for _ in range(2)], [500, 202])
        told = self.shown()
        self.assertEqual((told["own"], told["rules"][0]["name"], told["rules"][0]["decided"]),
                         (True, "down once", 1))
        self.assertEqual(told["scenario"]["rules"][1]["name"], "delivered at once")
        self.assertEqual(self.other.send().status, 202)
        self.assertEqual(self.shown(self.everyone)["rules"][0]["name"], "delivered at once")

    def test_the_latest_is_the_first(self):
        self.start()
        for code in "busy", "no_answer":
            self.put_rule({"then": {"fail": code}})
        self.assertEqual(self.end_of(self.account.send_id()), "no_answer")
        self.assertEqual([each["name"] for each in self.shown()["rules"][:2]],
                         ["put rule", "put rule"])

    def test_the_others_keep_their_counts_and_draw_what_they_would_have_drawn(self):
        scenario = {"name": "drawn", "account_defaults": {"balance": 10}, "rules": [
            {"name": "steps", "when": {"phone": BUSY},
             "then": [{"fail": "busy", "times": 2}, {"deliver": True}]},
            {"name": "chance", "when": {"chance": 0.5}, "then": {"fail": "no_answer"}}, ANY]}

        def play(rule):
            ends = []
            for number in range(20):
                if number == 7 and rule:
                    self.put_rule(rule)
                phone = BUSY if number % 3 == 0 else PHONE
                ends.append(self.end_of(self.account.send_id(phone)))
            return ends
        self.start(scenario=scenario)
        undisturbed = play(None)
        self.assertEqual(undisturbed[0::3], ["busy", "busy"] + ["delivered"] * 5)
        self.assertIn("no_answer", undisturbed)
        self.account.mock("POST", "reset")
        self.assertEqual(play({"when": {"phone": OTHER_PHONE}, "then": {"pending": True}}),
                         undisturbed)

    def test_for_all_it_is_for_accounts_with_their_own_and_for_those_to_come(self):
        self.start()
        self.put({"name": "mine", "rules": [ANY]})
        self.put_rule({"name": "everybody", "when": {"phone": PHONE}, "then": {"fail": "busy"}},
                      self.everyone)
        for who in self.account, self.other, self.emulator.account():
            self.assertEqual(self.end_of(who.send_id(), who), "busy")
            self.assertEqual(self.shown(who)["rules"][0]["name"], "everybody")
        self.assertEqual((self.name(), len(self.shown()["rules"])), ("mine", 2))
        self.assertEqual(self.shown(self.everyone)["rules"][0]["decided"], 3)
        self.everyone.mock("POST", "reset")
        self.assertEqual(self.end_of(self.account.send_id()), "delivered")

    def test_restoring_takes_it_away(self):
        self.start()
        self.put_rule({"then": {"fail": "busy"}})
        self.account.mock("DELETE", "scenario")
        self.assertEqual(self.end_of(self.account.send_id()), "delivered")

    def test_mistakes_are_told_with_their_places_and_nothing_changes(self):
        self.start()
        before = self.shown()
        for text, detail in [
                ("", "rule:1:1: error: the text ends too early"),
                ("[]", "rule:1:1: error: expected an object, found a list"),
                ("{}", 'rule:1:1: error: "then" is missing'),
                ('{"then": []}', "rule:1:10: error: /then: a rule needs at least one step"),
                ('{"then": {"deliver": true},\n "when": {"chance": 2}, "nme": "x"}',
                 "rule:2:21: error: /when/chance: expected a number from 0 to 1, found 2\n"
                 'rule:2:25: error: unknown key "nme" (did you mean "name"?)'),
                ('{"phone": "+84981234567", "then": {"deliver": true}}',
                 'rule:1:2: error: unknown key "phone": it belongs inside "when"')]:
            with self.subTest(text=text):
                reply = self.account.mock("POST", "rules", text)
                self.assertEqual((reply.status, reply.error), (400, "invalid_rule"))
                if "belongs" in detail:
                    self.assertIn('it belongs inside "when"', reply.json["detail"])
                else:
                    self.assertEqual(reply.json["detail"], detail)
        self.assertEqual(self.shown(), before)
        self.assertEqual(
            self.put_rule('{"when": {"carrier": "vietel"},\n "then": {"fail": "bsy"}}')["warnings"],
            ['rule:1:22: warning: /when/carrier: unknown carrier "vietel" (did you mean '
             '"viettel"?); known are "viettel", "vinaphone", "mobifone", "vietnamobile", '
             '"gmobile", "itel" or "reddi"',
             'rule:2:19: warning: /then/fail: unknown error code "bsy" (did you mean "busy"?)'])
