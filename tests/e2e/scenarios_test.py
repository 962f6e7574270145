"""The scenario files that come with the emulator: what is true of all of them. That each keeps its
promise is shown by library_test, library_webhooks_test and magic_numbers_test."""

import re
import unittest
from pathlib import Path

from emulator import REPOSITORY, Emulator, run
from outcomes import OutcomeCase
from scenario_files import parse

FILES = [path for path in sorted(REPOSITORY.glob("scenarios/*.json"))
         if not path.name.endswith(".schema.json")]
SCENARIOS = {path.stem: parse(path.read_text()) for path in FILES}
CLAIMS = ("scenarios_test.py", "library_test.py", "library_webhooks_test.py",
          "magic_numbers_test.py")
LONGEST = 60  # lines, so that a file is read in a minute


class EachFile(unittest.TestCase):
    def check_each(self, check):
        self.assertTrue(FILES)
        for path in FILES:
            with self.subTest(path.name):
                check(path, path.read_text(), SCENARIOS[path.stem])

    def test_passes_the_check(self):
        done = run("check", *map(str, FILES))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_can_be_started_by_its_name_and_from_its_file(self):
        def check(path, *_):
            for given in path.stem, str(path):
                with Emulator("--scenario", given) as emulator:
                    self.assertEqual(emulator.ready["scenario"], path.stem)
        self.check_each(check)

    def test_names_the_schema_itself_and_what_it_does(self):
        def check(path, _, scenario):
            self.assertEqual([*scenario][:3], ["$schema", "name", "description"])
            self.assertEqual(scenario["$schema"], "./scenario.schema.json")
            self.assertEqual(scenario["name"], path.stem)
            self.assertRegex(scenario["description"], r"^[A-Z].{20,}\.$")
        self.check_each(check)

    def test_explains_itself_in_comments_and_is_short(self):
        def check(path, text, _):
            lines = text.splitlines()
            self.assertTrue([line for line in lines if line.strip().startswith("// ")])
            if path.stem != "default":
                self.assertLessEqual(len(lines), LONGEST)
        self.check_each(check)

    def test_has_a_name_for_each_rule_and_none_stands_for_two(self):
        def check(_path, _text, scenario):
            names = [rule["name"] for rule in scenario["rules"]]
            self.assertEqual(len(names), len(set(names)))
        self.check_each(check)

    def test_has_a_test_of_what_it_claims(self):
        here = Path(__file__).parent
        tests = re.findall(r"def test_(\w+)\(", "".join((here / each).read_text()
                                                       for each in CLAIMS))
        def check(path, *_):
            begin = path.stem.replace("-", "_") + "_"
            self.assertTrue([each for each in tests if each.startswith(begin)])
        self.check_each(check)

    def test_stands_in_the_table_of_readme(self):
        text = (REPOSITORY / "README.md").read_text()
        named = re.findall(r"^\| \[`([\w-]+)`\]\(scenarios/\1\.json\) \| .{15,} \|$", text,
                           re.MULTILINE)
        self.assertEqual(sorted(named), sorted(SCENARIOS))


class Realistic(OutcomeCase):
    def test_realistic_rules_end_as_late_as_they_say(self):
        emulator = self.enterContext(Emulator("--scenario", "realistic", "--clock", "manual"))
        rules = SCENARIOS["realistic"]["rules"]
        self.assertGreater(len(rules), 12)
        for rule in rules:
            phone = rule.get("when", {"phone": "+84981234567"})["phone"]
            step = rule["then"]
            for _ in range(3):
                with self.subTest(rule["name"], phone=phone):
                    account = emulator.account()
                    if "pending" in step:
                        self.check_stays_sent(account, account.send_id(phone))
                    else:
                        self.check_course(account, phone, step["after"], step.get("fail"))
