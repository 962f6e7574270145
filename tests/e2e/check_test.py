"""nexo-mock check: what is wrong with a scenario file, and where."""

import json
import os
import pty
import re
import subprocess
import unittest

from emulator import BINARY, PATIENCE, Emulator, environment, run
from scenario_files import scenario_file


class Check(unittest.TestCase):
    GOOD = """// a comment
{"name": "good", /* another */ "rules": [{"then": {"deliver": true},},],}
"""
    BAD = """{
  "name": "bad",
  "sed": 1,
  "api": {"price": "free", "keys": "some", "errors": {"no_route": 42}},
  "webhook": {"url": "localhost", "secret": "x", "retry": ["5s", "soon"]},
  "accounts": [{"key": "sk_test_x"}, {"balance": -1}],
  "rules": [
    {"then": {"deliver": true, "after": "2 s"}},
    {"when": {"chance": 2}, "then": {"deliver": true, "fail": "busy"}},
    {"when": {"phne": "+84981234567"}, "then": {"deliver": true}},
    {"then": {}}
  ]
}
"""

    def test_a_good_file_passes_in_silence(self):
        with scenario_file(self.GOOD) as path:
            done = run("check", path)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_every_mistake_is_told_with_its_place_in_one_run(self):
        with scenario_file(self.BAD) as path:
            done = run("check", path)
        self.assertEqual(done.returncode, 2)
        lines = done.stdout.splitlines()
        for line in lines:
            self.assertRegex(line, f"^{re.escape(path)}:\\d+:\\d+: error: (/[^ ]*: )?.+$")
        self.assertIn(f'{path}:10:15: error: /rules/2/when: unknown key "phne" '
                      '(did you mean "phone"?)', lines)
        places = {line.removeprefix(path + ":").split(": ")[2] for line in lines if ": /" in line}
        for place in ["/api/price", "/api/keys", "/api/errors/no_route", "/webhook/url",
                      "/webhook/retry/1", "/accounts/0/key", "/accounts/1", "/accounts/1/balance",
                      "/rules/0/then/after",
                      "/rules/1/when/chance", "/rules/1/then", "/rules/2/when", "/rules/3/then"]:
            self.assertIn(place, places)
        self.assertIn(f'{path}:3:3: error: ', done.stdout)
        numbers = [tuple(map(int, line.removeprefix(path + ":").split(":")[:2])) for line in lines]
        self.assertEqual(numbers, sorted(numbers))

    def test_broken_syntax_is_told_with_its_place(self):
        for text, place in [('{\n  "name": }', "2:11"), ('{"a": 1', "1:8"), ("", "1:1"),
                            ("{} {}", "1:4"),
                            ('{\n/* no end', "2:1"), ('{"name": "x\ny"}', "1:12"), ("[1", "1:3")]:
            with self.subTest(text=text), scenario_file(text) as path:
                done = run("check", path)
                self.assertEqual(done.returncode, 2)
                self.assertTrue(done.stdout.startswith(f"{path}:{place}: error: "), done.stdout)
                self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_several_files_are_all_checked(self):
        with scenario_file(self.GOOD) as good, scenario_file(self.BAD) as bad, \
                scenario_file("{", name="worse.json") as worse:
            done = run("check", bad, good, worse)
            self.assertEqual(done.returncode, 2)
            self.assertEqual({line.split(":")[0] for line in done.stdout.splitlines()},
                             {bad, worse})
            self.assertEqual(run("check", good, good).returncode, 0)
            unreadable = run("check", "/nowhere.json", bad)
            self.assertEqual(unreadable.returncode, 2)
            self.assertIn('/nowhere.json:1:1: error: can\'t read "/nowhere.json"',
                          unreadable.stdout)
            self.assertIn(bad, unreadable.stdout)

    def test_what_passes_can_be_served(self):
        with scenario_file(self.GOOD) as path, Emulator("--scenario", path) as emulator:
            self.assertEqual(emulator.ready["scenario"], "good")


class Diagnostics(unittest.TestCase):
    # Eight mistakes of eight kinds.
    EIGHT = """{
  "name": "eight",
  "api": {"price": "free", "keys": "every"},
  "webhook": {"url": "http://localhost:3000/"},
  "rules": [
    {"when": {"phone": 84981234567}, "then": {"deliver": true, "after": "5 s"}},
    {"when": {"chanse": 0.5}, "then": {"fail": "busy", "latency": "1h"}},
    {"then": {"deliver": true, "error": "no_route"}},
  ]
}
"""

    def test_eight_mistakes_are_eight_lines_each_at_its_line_and_column(self):
        with scenario_file(self.EIGHT) as path:
            done = run("check", path)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout.replace(path, "f"), """\
f:3:20: error: /api/price: expected an amount, or an object of amounts by carrier and "default", found "free"
f:3:36: error: /api/keys: expected "any" or "listed", found "every"
f:4:14: error: /webhook: "url" needs a "secret" beside it: every webhook is signed
f:6:24: error: /rules/0/when/phone: expected a string, found 84981234567
f:6:73: error: /rules/0/then/after: expected a duration like "250ms", "25s", "2m" or "1h", found "5 s"
f:7:15: error: /rules/1/when: unknown key "chanse" (did you mean "chance"?)
f:7:67: error: /rules/1/then/latency: expected at most "10m", found "1h"
f:8:14: error: /rules/2/then: a step has one action, not both "deliver" and "error"
""")

    def test_an_unknown_key_far_from_all_others_is_told_which_there_are(self):
        with scenario_file('{"rules": [{"then": {"fault": {"sort": "hang"}}}]}') as path:
            done = run("check", path)
        self.assertIn('/rules/0/then/fault: unknown key "sort"', done.stdout)
        self.assertIn('"kind"', done.stdout)

    def check_warning(self, scenario, warning):
        with scenario_file(scenario) as path:
            done = run("check", path)
            strict = run("check", "--strict", path)
        self.assertEqual((done.returncode, done.stdout.replace(path, "f")),
                         (0, f"f:{warning.replace(': ', ': warning: ', 1)}\n"))
        self.assertEqual((strict.returncode, strict.stdout.replace(path, "f")),
                         (2, f"f:{warning.replace(': ', ': error: ', 1)}\n"))

    def test_what_is_hardly_meant_is_a_warning_and_an_error_if_strict(self):
        for rules, warning in [
                ('{"then": {"deliver": true}}, {"name": "b", "then": {"fail": "busy"}}',
                 '1:41: /rules/1: can never be reached: /rules/0 ("rule 1") decides every call '
                 'that fits it'),
                ('{"when": {"state": "maintenence"}, "then": {"deliver": true, '
                 '"set_state": "maintenance"}}',
                 '1:31: /rules/0/when/state: can never be reached: no step sets the state '
                 '"maintenence" (did you mean "maintenance"?)'),
                ('{"when": {"phone": "0981234567"}, "then": {"deliver": true}}',
                 '1:31: /rules/0/when/phone: "0981234567" can match no number: numbers look like '
                 '"+84981234567"'),
                ('{"when": {"code": "12"}, "then": {"deliver": true}}',
                 '1:30: /rules/0/when/code: "12" can match no code: codes have 4 to 8 digits'),
                ('{"when": {"key": "sk_test_a"}, "then": {"deliver": true}}',
                 '1:29: /rules/0/when/key: "sk_test_a" can match no key: keys begin with '
                 '"sk_live_"'),
                ('{"when": {"endpoint": "balance", "phone": "+8498*"}, "then": {"deliver": true}}',
                 '1:54: /rules/0/when/phone: no call fits: calls of "balance" have no phone'),
                ('{"when": {"endpoint": "balance"}, "then": {"fail": "busy"}}',
                 '1:54: /rules/0/then: "fail" does nothing to a call of "balance": it is for sends'),
                ('{"when": {"elapsed": "60s..60s"}, "then": {"deliver": true}}',
                 '1:33: /rules/0/when/elapsed: the range "60s..60s" is empty'),
                ('{"then": {"fail": "bussy"}}',
                 '1:30: /rules/0/then/fail: unknown error code "bussy" (did you mean "busy"?)'),
                ('{"then": {"deliver": true, "carrier": "vietel"}}',
                 '1:50: /rules/0/then/carrier: unknown carrier "vietel" (did you mean "viettel"?); '
                 'known are "viettel", "vinaphone", "mobifone", "vietnamobile", "gmobile", "itel" '
                 'or "reddi"')]:
            with self.subTest(rules=rules):
                self.check_warning('{"rules": [' + rules + ']}', warning)
        self.check_warning(
            '{"accounts": [{"key": "sk_live_a"}, {"key": "sk_live_a"}]}',
            '1:37: /accounts/1: the account "sk_live_a" is listed twice: the first entry counts')

    def test_rules_are_not_called_unreachable_while_a_mistake_may_be_the_reason(self):
        with scenario_file('{"rules": [{"when": {"phne": "x"}, "then": {"pending": true}}, '
                           '{"then": {"pending": true}}]}') as path:
            done = run("check", path)
        self.assertNotIn("reached", done.stdout)

    def test_json_is_for_programs(self):
        with scenario_file(self.EIGHT) as bad, scenario_file("{}") as good:
            done = run("check", "--json", bad, good, "/nowhere.json")
            fine = run("check", "--json", good)
        self.assertEqual((done.returncode, done.stderr), (2, ""))
        told = json.loads(done.stdout)
        self.assertEqual((told["ok"], [(each["file"], each["ok"]) for each in told["files"]]),
                         (False, [(bad, False), (good, True), ("/nowhere.json", False)]))
        self.assertEqual(told["files"][0]["diagnostics"][1],
                         {"line": 3, "column": 36, "severity": "error", "path": "/api/keys",
                          "message": 'expected "any" or "listed", found "every"'})
        self.assertEqual(len(told["files"][0]["diagnostics"]), 8)
        self.assertEqual(told["files"][1]["diagnostics"], [])
        self.assertIn("No such file", told["files"][2]["diagnostics"][0]["message"])
        self.assertEqual((fine.returncode, json.loads(fine.stdout)["ok"]), (0, True))

    def test_built_in_scenarios_are_known_by_name_and_schemas_are_passed_over(self):
        with scenario_file("{}", name="some.schema.json") as schema:
            done = run("check", "default", schema)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("some.schema.json", done.stderr)

    def test_standard_input_is_a_file_too(self):
        done = run("check", "-", stdin=b'{"rules": 1}')
        self.assertEqual((done.returncode, done.stdout),
                         (2, "<stdin>:1:11: error: /rules: expected a list, found 1\n"))

    def on_a_terminal(self, path, **variables):
        """What `check` writes if standard output is a terminal."""
        try:
            ours, its = pty.openpty()
        except OSError as why:
            self.skipTest(f"there are no terminals here: {why}")
        process = subprocess.Popen([BINARY, "check", path], stdout=its, stdin=subprocess.DEVNULL,
                                   env=environment({"TERM": "xterm", **variables}))
        os.close(its)
        said = b""
        try:
            while data := os.read(ours, 65536):
                said += data
        except OSError:  # the terminal's other end was closed
            pass
        os.close(ours)
        self.assertEqual(process.wait(PATIENCE), 2)
        return said.decode().replace("\r\n", "\n")

    def test_colours_are_for_terminals_alone(self):
        with scenario_file(self.EIGHT) as path:
            plain = run("check", path).stdout
            colored = self.on_a_terminal(path, NO_COLOR="")
            self.assertNotIn("\x1b", plain)
            self.assertIn("\x1b[1;31merror:\x1b[0m", colored)
            self.assertEqual(re.sub(r"\x1b\[[0-9;]*m", "", colored), plain)
            self.assertEqual(self.on_a_terminal(path, NO_COLOR="1"), plain)
            self.assertEqual(self.on_a_terminal(path, NO_COLOR="", TERM="dumb"), plain)
