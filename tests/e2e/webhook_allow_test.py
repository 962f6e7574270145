"""--webhook-allow: what may not be reached is refused where it is set, or where it leads."""

import json
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from emulator import Emulator, fresh_key, run
from receiver import Receiver
from scenario_files import scenario_file

SECRET = "whsec_e2e"
START = "2026-05-26T10:00:00Z"


def target(url):
    return {"webhook": {"url": url, "secret": SECRET}}


class AllowCase(unittest.TestCase):
    def setUp(self):
        self.receiver = self.enterContext(Receiver())

    def emulator(self, *allow, env=None, scenario=None):
        path = self.enterContext(scenario_file(scenario or {"webhook": {"retry": []}}))
        options = [part for each in allow for part in ("--webhook-allow", each)]
        return self.enterContext(Emulator("--clock", f"manual@{START}", "--scenario", path, *options,
                                          env=env))

    def attempt(self, emulator, url):
        """The one attempt to send the webhook of an account with that target."""
        account = emulator.account()
        self.addCleanup(account.close)
        changed = account.mock("PATCH", "account", target(url))
        self.assertEqual(changed.status, 200, changed)
        sent = account.send_id()
        account.advance(to="idle")
        attempt, = account.attempts(sent)
        return attempt


class Attempts(AllowCase):
    def test_what_is_allowed_is_reached(self):
        port = self.receiver.port
        for allow in (["127.0.0.1"], ["127.0.0.0/8"], [f"127.0.0.1:{port}"],
                      ["app.test,127.0.0.1", "10.0.0.0/8"], ["app.test", "127.0.0.1"]):
            with self.subTest(allow=allow):
                attempt = self.attempt(self.emulator(*allow), self.receiver.url())
                self.assertEqual((attempt["status"], attempt["error"]), (200, None))
        self.assertEqual(self.attempt(self.emulator("localhost"),
                                      self.receiver.url("localhost"))["status"], 200)
        from_environment = self.emulator(env={"NEXO_MOCK_WEBHOOK_ALLOW": "app.test,127.0.0.1"})
        self.assertEqual(self.attempt(from_environment, self.receiver.url())["status"], 200)

    def test_a_name_that_leads_to_an_address_that_is_not_allowed_is_not_reached(self):
        attempt = self.attempt(self.emulator("10.0.0.0/8"), self.receiver.url("localhost"))
        self.assertIsNone(attempt["status"])
        self.assertRegex(attempt["error"],
                         r"^not allowed: localhost is (127\.0\.0\.1|::1).*, and --webhook-allow "
                         f"does not have that address on port {self.receiver.port}$")
        self.receiver.get_nothing()

    def test_an_allowed_name_does_not_open_the_addresses_that_are_near(self):
        """Numbers like this are no address as they stand, and resolvers take them for one."""
        attempt = self.attempt(self.emulator("app.test,10.0.0.0/8"),
                               f"http://2130706433:{self.receiver.port}/")
        self.assertRegex(attempt["error"], "^not allowed: 2130706433 is 127.0.0.1, ")
        self.receiver.get_nothing()

    def test_a_target_of_a_state_is_refused_when_it_is_tried(self):
        with Emulator("--clock", f"manual@{START}") as free:
            account = free.account()
            account.mock("PATCH", "account", target(self.receiver.url()))
            sent = account.send_id()
            state = free.everything().mock("GET", "state").body
            account.close()
        bound = self.emulator("10.0.0.0/8")
        self.assertEqual(bound.everything().mock("PUT", "state", state).status, 200)
        again = bound.account(account.key)
        self.addCleanup(again.close)
        again.advance(by="3s")
        self.assertEqual(again.attempts(sent)[0]["error"],
                         "not allowed: --webhook-allow does not have 127.0.0.1 on port "
                         f"{self.receiver.port}")
        self.receiver.get_nothing()


class Mistakes(AllowCase):
    URL = "http://127.0.0.1:3000/hook"
    WHY = "webhooks may not go to 127.0.0.1:3000, --webhook-allow is app.test,10.0.0.0/8:80"
    ALLOW = "app.test,10.0.0.0/8:80"

    def test_an_entry_that_is_none_is_wrong_usage(self):
        for bad in "10.0.0.0/33", "app.test:0", "*", "http://app.test", "":
            with self.subTest(bad=bad):
                done = run("--port", "0", "--webhook-allow", f"app.test,{bad}")
                self.assertEqual(done.returncode, 2)
                self.assertRegex(done.stderr, r"\Anexo-mock: --webhook-allow takes host names "
                                 r"\(app\.test, .*, not \"" + bad.replace("*", r"\*") + '"\n')

    def test_a_target_of_the_command_line_is_wrong_usage(self):
        done = run("--port", "0", "--webhook-allow", self.ALLOW, "--webhook-url", self.URL,
                   "--webhook-secret", SECRET)
        self.assertEqual((done.returncode, done.stderr),
                         (2, f"nexo-mock: --webhook-url: {self.WHY}\n"))

    def test_a_target_of_a_scenario_is_wrong_usage_with_its_place(self):
        for scenario, place in ((target(self.URL), "/webhook/url"),
                                ({"account_defaults": target(self.URL)},
                                 "/account_defaults/webhook/url"),
                                ({"accounts": [{"key": fresh_key(), **target(self.URL)}]},
                                 "/accounts/0/webhook/url")):
            with self.subTest(place=place), scenario_file(scenario) as path:
                done = run("--port", "0", "--webhook-allow", self.ALLOW, "--scenario", path)
                self.assertEqual((done.returncode, done.stderr),
                                 (2, f"nexo-mock: the scenario has a mistake: {place}: {self.WHY}\n"))

    def test_control_calls_refuse_it_and_change_nothing(self):
        emulator = self.emulator(self.ALLOW)
        account = emulator.account()
        self.addCleanup(account.close)
        refused = account.mock("PATCH", "account", {"balance": 7, **target(self.URL)})
        self.assertEqual((refused.status, refused.error), (400, "invalid_body"))
        self.assertRegex(refused.json["detail"], rf"^body:1:\d+: error: /webhook/url: {self.WHY}$")
        self.assertEqual(account.balance().json["balance"], 0.11)
        refused = account.mock("PUT", "scenario", target(self.URL))
        self.assertEqual((refused.status, refused.error), (400, "invalid_scenario"))
        self.assertEqual(refused.json["detail"], f"scenario: /webhook/url: {self.WHY}")
        allowed = account.mock("PATCH", "account", target("http://app.test/hook"))
        self.assertEqual(allowed.status, 200)

    def test_a_scenario_that_changes_is_not_used(self):
        with TemporaryDirectory() as folder:
            path = Path(folder, "scenario.json")
            path.write_text(json.dumps({"name": "before"}))
            emulator = self.enterContext(Emulator("--webhook-allow", self.ALLOW, "--scenario",
                                                  str(path)))
            path.write_text(json.dumps({"name": "after", **target(self.URL)}))
            self.assertIn(self.WHY, emulator.wait_for_log("scenario not reloaded"))
            scenario = emulator.everything().mock("GET", "scenario").json["scenario"]
            self.assertEqual(scenario["name"], "before")
