"""nexo-mock explain: which rule decides, why, and what will happen when."""

import json
import unittest

from emulator import run
from scenario_files import scenario_file

SCENARIO = """{
  "name": "busy-then-answer", "seed": 42,
  "webhook": {"url": "http://localhost:3000/hook", "secret": "s", "retry": ["5s", "30s"]},
  "rules": [
    {"name": "outage", "when": {"endpoint": "any", "elapsed": "60s..120s"},
     "then": {"error": "internal_error", "status": 500}},
    {"name": "two busy calls", "when": {"phone": "+84981234567"},
     "then": [{"fail": "busy", "after": "5s", "times": 2},
              {"deliver": true, "after": "12s", "latency": "2s", "fault": "reset"}]},
    {"name": "the rest", "then": {"deliver": true, "after": "25s"}}
  ]
}"""


class Explain(unittest.TestCase):
    def explain(self, *arguments, scenario=SCENARIO):
        with scenario_file(scenario) as path:
            done = run("explain", path, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_a_person_reads_rules_reply_and_course(self):
        told = self.explain("--phone", "+84981234567", "--attempt", "3", "--receiver", "500,200")
        id = told.split("Course of ")[1].split("\n")[0]
        self.assertEqual(told.replace(id, "ID"), """\
send-otp +84981234567 (viettel), code 482917, key sk_live_explain, attempt 3, 0s after the account began, state "start", seed 42

Rules of "busy-then-answer"
    /rules/0 "outage": elapsed has to be at least 1m and below 2m, and is 0s
  > /rules/1 "two busy calls": decides with step 2 of 2, in call 3 of this rule: deliver after 12s, fault reset, latency 2s
    (1 more, not looked at)

Reply
  2s late, in real time
  202 {"ok":true,"id":"ID","carrier":"viettel","status":"sent","cost":0.022,"balance":0.044}
  the client sees a fault: reset

Course of ID
  +0s       sent by viettel, 0.022 held (free_credit 0.022)
  +12s      delivered, carrier_status success, cost 0.022
  +12s      webhook 1, otp.delivered, attempt 1 to http://localhost:3000/hook: answered 500, tried again
  +17s      webhook 1, otp.delivered, attempt 2 to http://localhost:3000/hook: answered 200
""")

    def test_a_receiver_that_acknowledges_is_told_what_the_ladder_would_be(self):
        told = self.explain("--phone", "+84981234567")
        self.assertIn("answered 200; if it were not, it would be tried again after 5s, 30s\n", told)

    def test_moment_and_number_decide(self):
        self.assertIn('> /rules/0 "outage": decides: error internal_error with status 500',
                      self.explain("--phone", "+84911234567", "--elapsed", "60s"))
        self.assertIn('> /rules/2 "the rest"', self.explain("--phone", "+84911234567"))

    def test_a_call_that_is_refused_says_why(self):
        told = self.explain("--phone", "0981234567")
        self.assertIn("none is asked", told)
        self.assertIn('400 {"ok":false,"error":"invalid_phone"}', told)
        self.assertIn("402 ", self.explain("--phone", "+84911234567", "--attempt", "6"))

    def test_the_clients_address_counts_for_allowlists(self):
        fenced = '{"account_defaults": {"ip_allowlist": ["10.0.0.0/8"]}}'
        for arguments, status in [([], "403 "), (["--ip", "10.1.2.3"], "202 "),
                                  (["--ip", "::1"], "403 ")]:
            self.assertIn("\n  " + status, self.explain("--phone", "+84981234567", *arguments,
                                                        scenario=fenced))

    def test_a_program_reads_json(self):
        told = json.loads(self.explain("--phone", "+84981234567", "--attempt", "3", "--json"))
        self.assertEqual((told["decided_by"], told["seed"], told["state"]), (1, 42, "start"))
        self.assertEqual([each["verdict"] for each in told["rules"]], ["other_time", "decides"])
        self.assertEqual((told["reply"]["status"], told["reply"]["latency_s"],
                          told["reply"]["fault"]), (202, 2, "reset"))
        self.assertEqual(json.loads(told["reply"]["body"])["id"], told["id"])
        self.assertEqual([(each["at_s"], each["type"], each["status"]) for each in told["course"]],
                         [(12, "delivery", "delivered"), (12, "webhook", "delivered")])

    def test_the_same_seed_tells_the_same(self):
        flaky = '{"rules": [{"when": {"chance": 0.5}, "then": {"fail": "busy", "after": "1s..9s"}}]}'
        told = [self.explain("--phone", "+84981234567", "--seed", seed, scenario=flaky)
                for seed in ("1", "1", "2", "3", "4", "5")]
        self.assertEqual(told[0], told[1])
        self.assertGreater(len(set(told)), 3)
        self.assertEqual(told[0], self.explain("--phone", "+84981234567", scenario=flaky))

    def test_built_in_scenarios_are_known_by_name(self):
        done = run("explain", "default", "--phone", "+84980000042")
        self.assertIn("429", done.stdout)
        self.assertIn("Retry-After: 1", done.stdout)

    def test_wrong_usage_says_what_would_be_right(self):
        for arguments, words in [(["default"], "--phone"),
                                 (["--phone", "+84981234567"], "SCENARIO"),
                                 (["defalt", "--phone", "x"], 'did you mean "default"?'),
                                 (["default", "--phone", "x", "--attempt", "0"], "--attempt"),
                                 (["default", "--phone", "x", "--elapsed", "soon"], "--elapsed"),
                                 (["default", "--phone", "x", "--ip", "10.0.0.0/8"], "--ip"),
                                 (["default", "--phone", "x", "--webhook-url", "x"],
                                  "--webhook-url"),
                                 (["default", "--phone", "x", "--receiver", "900"], "--receiver")]:
            with self.subTest(arguments=arguments):
                done = run("explain", *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(words, done.stderr)
        with scenario_file('{"rules": [{}]}') as path:
            done = run("explain", path, "--phone", "+84981234567")
            self.assertEqual(done.returncode, 2)
            self.assertIn(f'{path}:1:12: error: /rules/0: "then" is missing', done.stderr)
