"""The scenario files that come with the emulator: each rule of theirs does what it says."""

import re
import unittest

from emulator import REPOSITORY, Emulator, run
from scenario_files import parse

FILES = sorted(REPOSITORY.glob("scenarios/*.json"))
SCENARIOS = {path.stem: parse(path.read_text()) for path in FILES if path.stem != "scenario.schema"}

CARRIER_STATUS = {
    "no_answer": "no_answer", "busy": "user_busy", "rejected": "call_rejected",
    "unreachable": "subscriber_absent", "invalid_number": "unallocated",
    "suspended": "service_suspended", "barred": "incoming_barred",
    "carrier_blocked": "operator_block", "early_hangup": "hangup_early",
    "voicemail": "answered_machine", "network_error": "network_failure", "timeout": "no_report"}
HTTP_STATUS = {
    "unauthorized": 401, "ip_not_allowed": 403, "invalid_phone": 400, "invalid_code": 400,
    "no_route": 422, "insufficient_balance": 402, "rate_limited": 429, "internal_error": 500,
    "service_unavailable": 503}


def milliseconds(duration):
    number, unit = re.fullmatch(r"([0-9.]+)(ms|s|m|h)", duration).groups()
    return round(float(number) * {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}[unit])


def bounds(after):
    """The earliest and the latest milliseconds of a delay."""
    ends = [milliseconds(each) for each in after.split("..")]
    return ends[0], ends[-1]


def magic_numbers(scenario):
    """Name, number and steps of the rules that are for one number alone."""
    for rule in scenario["rules"]:
        phone = rule.get("when", {}).get("phone", "*")
        if "*" not in phone and "?" not in phone:
            then = rule["then"]
            yield rule["name"], phone, then if isinstance(then, list) else [then]


class Shipped(unittest.TestCase):
    def test_each_file_passes_the_check(self):
        self.assertTrue(SCENARIOS)
        done = run("check", *map(str, (path for path in FILES if path.stem in SCENARIOS)))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_each_can_be_started_by_its_name_and_from_its_file(self):
        for path in FILES:
            if path.stem not in SCENARIOS:
                continue
            for given in path.stem, str(path):
                with self.subTest(given=given), Emulator("--scenario", given) as emulator:
                    self.assertEqual(emulator.ready["scenario"], path.stem)
                    self.assertEqual(emulator.account().balance().status, 200)

    def test_rules_have_names_and_no_name_stands_for_two(self):
        for name, scenario in SCENARIOS.items():
            names = [rule["name"] for rule in scenario["rules"]]
            self.assertEqual(len(names), len(set(names)), name)

    def test_the_default_has_a_magic_number_for_every_failure_and_every_refusal(self):
        steps = [step for _, _, steps in magic_numbers(SCENARIOS["default"]) for step in steps]
        self.assertLessEqual(set(CARRIER_STATUS), {step.get("fail") for step in steps})
        self.assertLessEqual(set(HTTP_STATUS), {step.get("error") for step in steps})


class Rules(unittest.TestCase):
    """The clock is moved to either side of the moment a rule names."""

    def check_course(self, account, phone, status, after, **expected):
        opening = account.balance().json["balance"]
        sent = account.send_id(phone)
        earliest, latest = bounds(after)
        if earliest > 0:
            account.advance(by=f"{earliest - 1}ms")
            self.assertEqual(account.delivery(sent).json["status"], "sent")
        account.advance(by=f"{latest - max(earliest - 1, 0)}ms")
        told = account.delivery(sent).json
        self.assertEqual(told["status"], status)
        for name, value in expected.items():
            self.assertEqual(told[name], value)
        self.assertEqual(told["cost"], 0 if status == "failed" else 0.022)
        self.assertAlmostEqual(account.balance().json["balance"], opening - told["cost"], places=9)

    def check_step(self, account, phone, step):
        if "error" in step:
            before = account.balance().body
            reply = account.send(phone)
            self.assertEqual((reply.status, reply.json["ok"], reply.error),
                             (step.get("status", HTTP_STATUS.get(step["error"])), False,
                              step["error"]))
            for name, value in step.get("headers", {}).items():
                self.assertEqual(reply.headers[name.lower()], value)
            self.assertEqual("deposit_url" in reply.json, step["error"] == "insufficient_balance")
            self.assertEqual(account.balance().body, before)
        elif "pending" in step:
            sent = account.send_id(phone)
            account.advance(by="24h")
            self.assertEqual(account.delivery(sent).json["status"], "sent")
        elif "fail" in step:
            usual = CARRIER_STATUS.get(step["fail"], step["fail"])
            self.check_course(account, phone, "failed", step.get("after", "0s"),
                              error_code=step["fail"],
                              carrier_status=step.get("carrier_status", usual))
        elif "deliver" in step:
            self.check_course(account, phone, "delivered", step.get("after", "0s"), error_code=None,
                              carrier_status=step.get("carrier_status", "success"))
        else:
            self.fail(f"this test knows nothing of the step {step}")

    def check_scenario(self, name):
        emulator = self.enterContext(Emulator("--scenario", name, "--clock", "manual"))
        rules = list(magic_numbers(SCENARIOS[name]))
        everybody = [rule["then"] for rule in SCENARIOS[name]["rules"] if "when" not in rule]
        rules.append(("everybody else", "+84981234567", everybody[-1:]))
        for rule, phone, steps in rules:
            with self.subTest(rule=rule, phone=phone):
                account = emulator.account()
                for step in steps:
                    for _ in range(step.get("times", 1)):
                        self.check_step(account, phone, step)
                self.check_step(account, phone, steps[-1])  # the last is for ever

    def test_of_the_default_scenario_do_what_they_say(self):
        self.check_scenario("default")

    def test_of_the_realistic_scenario_do_what_they_say(self):
        self.check_scenario("realistic")
