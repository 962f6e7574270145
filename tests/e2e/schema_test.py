"""The JSON Schema of scenario files agrees with the parser, on every file that is shipped and on
tables of good and bad ones. A real validator reads the schema: ajv, which npm installs."""

import functools
import json
import re
import tempfile
import unittest
from pathlib import Path

from emulator import REPOSITORY, run
from node_tools import NODE, run_script, why_missing
from scenario_files import parse

HERE = Path(__file__).resolve().parent
SCHEMA_FILE = REPOSITORY / "scenarios/scenario.schema.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text())
SHIPPED = {path.name: parse(path.read_text()) for path in REPOSITORY.glob("scenarios/*.json")
           if path != SCHEMA_FILE}

# Lists of pairs: a claim in a few words, and a scenario. Of what the parser alone refuses, the
# text of one: what is wrong there is mostly gone once it was read.
CASES = json.loads((HERE / "schema_cases.json").read_text())
DELIVER = {"then": {"deliver": True}}
REFUSED = CASES["refused"] + [
    ["10,001 rules", {"rules": [DELIVER] * 10_001}],
    ["1,001 events", {"rules": [{"then": {"timeline": [{"status": "sent"}] * 1001}}]}],
    ["101 retries", {"webhook": {"retry": ["5s"] * 101}}],
    ["a key of 257 characters", {"accounts": [{"key": "sk_live_" + "x" * 249}]}],
]
ACCEPTED = CASES["accepted"] + [
    ["10,000 rules, all but one of them hidden, which is a warning", {"rules": [DELIVER] * 10_000}],
    ["1,000 events", {"rules": [{"then": {"timeline": [{"status": "sent"}] * 1000}}]}],
    ["100 retries", {"webhook": {"retry": ["5s"] * 100}}],
]
REFUSED_BY_THE_PARSER_ALONE = CASES["refused_by_the_parser_alone"]

STEPS = "deliver", "fail", "pending", "timeline", "error", "one_of", "lost_call", "broken_reply", "late_reply"

# Where the keys of an object stand in the schema, a scenario with such an object (it is in the
# place of HERE), and between the two the path by which `check` calls it.
OBJECTS = [
    ([""], "", "HERE"),
    (["/$defs/api"], "/api", {"api": "HERE"}),
    (["/$defs/webhook_settings"], "/webhook", {"webhook": "HERE"}),
    (["/$defs/account_defaults"], "/account_defaults", {"account_defaults": "HERE"}),
    (["/$defs/account_webhook"], "/account_defaults/webhook",
     {"account_defaults": {"webhook": "HERE"}}),
    (["/$defs/account"], "/accounts/0", {"accounts": ["HERE"]}),
    (["/$defs/rule"], "/rules/0", {"rules": ["HERE"]}),
    (["/$defs/condition"], "/rules/0/when", {"rules": [{"when": "HERE"}]}),
    ([f"/$defs/{each}" for each in STEPS], "/rules/0/then", {"rules": [{"then": "HERE"}]}),
    (["/$defs/event"], "/rules/0/then/timeline/0", {"rules": [{"then": {"timeline": ["HERE"]}}]}),
    (["/$defs/fault_value"], "/rules/0/then/fault", {"rules": [{"then": {"fault": "HERE"}}]}),
    (["/$defs/webhook_manner"], "/rules/0/then/webhook",
     {"rules": [{"then": {"deliver": True, "webhook": "HERE"}}]}),
    (["/$defs/log_normal"], "/rules/0/then/after",
     {"rules": [{"then": {"deliver": True, "after": "HERE"}}]}),
]


def check(texts):
    """What `nexo-mock check` says of each text, as a list of lines, and its exit code."""
    said = [[] for _ in texts]
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            Path(folder, f"{number}.json").write_text(text)
        done = run("check", *(f"{number}.json" for number in range(len(texts))), cwd=folder)
    for line in done.stdout.splitlines():
        if found := re.match(r"(\d+)\.json:\d+:\d+: (.*)", line):
            said[int(found[1])].append(found[2])
    return said, done.returncode


def errors(lines):
    return [line for line in lines if line.startswith("error: ")]


@functools.cache
def words_of_the_parser():
    """All that could be a key or a word of the language: what is quoted in the sources."""
    words = set()
    for folder in "codec", "domain":
        for path in (REPOSITORY / "src" / folder).glob("*.cpp"):
            words.update(re.findall(r'"([a-z_$]+)"', path.read_text()))
    return sorted(words)


def at(place):
    """The subschema at a place."""
    found = SCHEMA
    for step in place.split("/")[1:]:
        found = found[int(step) if isinstance(found, list) else step]
    return found


def properties(places):
    """Pairs of key and subschema of the objects at the places, and of their alternatives."""
    for place in places:
        for schema in [at(place), *at(place).get("oneOf", [])]:
            yield from schema.get("properties", {}).items()


def described(schema):
    return schema.get("description") or at(schema.get("$ref", "#")[1:]).get("description")


def samples(schema, place=""):
    """Pairs of place and value for what the schema gives as defaults and examples."""
    if isinstance(schema, dict):
        yield from ((place, value) for value in schema.get("examples", []))
        if "default" in schema and not isinstance(schema["default"], dict):
            yield place, schema["default"]
    steps = schema.items() if isinstance(schema, dict) else enumerate(schema)
    for step, inner in steps:
        if isinstance(inner, (dict, list)) and step not in ("examples", "default", "enum"):
            yield from samples(inner, f"{place}/{step}")


@functools.cache
def complaints_of_the_schema():
    """What the schema says of all values of this file, by what they are; one process for all."""
    values = {
        "shipped": [("", scenario) for scenario in SHIPPED.values()],
        "refused": [("", scenario) for _, scenario in REFUSED],
        "accepted": [("", scenario) for _, scenario in ACCEPTED],
        "parser": [("", json.loads(text)) for _, text in REFUSED_BY_THE_PARSER_ALONE],
        "samples": list(samples(SCHEMA)),
    }
    asked = {"schema": SCHEMA, "values": [value for group in values.values() for value in group]}
    done = run_script("validate.mjs", stdin=json.dumps(asked))
    assert done.returncode == 0, done.stderr
    answers = iter(json.loads(done.stdout))
    return {name: [next(answers) for _ in group] for name, group in values.items()}


class TheParser(unittest.TestCase):
    def test_the_parser_refuses_each_bad_scenario_of_the_table(self):
        self.assertGreater(len(REFUSED), 75)
        said, code = check([json.dumps(scenario) for _, scenario in REFUSED])
        self.assertEqual(code, 2)
        for (claim, _), lines in zip(REFUSED, said):
            with self.subTest(claim):
                self.assertTrue(errors(lines))

    def test_the_parser_accepts_each_good_edge_case(self):
        self.assertGreater(len(ACCEPTED), 30)
        said, code = check([json.dumps(scenario) for _, scenario in ACCEPTED])
        for (claim, _), lines in zip(ACCEPTED, said):
            with self.subTest(claim):
                self.assertEqual(errors(lines), [])
                self.assertEqual(bool(lines), claim.endswith("which is a warning"), lines)
        self.assertEqual(code, 0)

    def test_the_parser_refuses_what_a_schema_cannot_see(self):
        said, code = check([text for _, text in REFUSED_BY_THE_PARSER_ALONE])
        self.assertEqual(code, 2)
        for (claim, _), lines in zip(REFUSED_BY_THE_PARSER_ALONE, said):
            with self.subTest(claim):
                self.assertTrue(errors(lines))

    def test_the_parser_knows_the_keys_that_the_schema_knows_and_describes(self):
        everything = json.dumps(dict.fromkeys(words_of_the_parser()))
        said, _ = check([json.dumps(scenario).replace('"HERE"', everything)
                         for _, _, scenario in OBJECTS])
        for (places, path, _), lines in zip(OBJECTS, said):
            with self.subTest(path or "the top"):
                start = f"error: {path}: unknown key " if path else "error: unknown key "
                unknown = {line.removeprefix(start).split('"')[1] for line in lines
                           if line.startswith(start)}
                self.assertIn("viettel", unknown)
                self.assertEqual(set(words_of_the_parser()) - unknown,
                                 {key for key, _ in properties(places)})
                for key, schema in properties(places):
                    self.assertTrue(described(schema), key)

    def test_the_parser_knows_the_words_that_the_schema_offers(self):
        words = words_of_the_parser()
        for place, scenario in [
                ("carrier_slug", {"api": {"no_route": words}}),
                ("failure_code", {"rules": [{"then": [{"fail": each} for each in words]}]}),
                ("api_error_code", {"api": {"errors": dict.fromkeys(words, 500)}})]:
            with self.subTest(place):
                (lines,), code = check([json.dumps(scenario)])
                self.assertEqual(code, 0)
                unknown = {re.search(r'unknown [a-z ]+ "(.*?)"', line)[1] for line in lines}
                self.assertEqual(set(words) - unknown,
                                 set(at(f"/$defs/{place}")["anyOf"][0]["enum"]))


class TheSchema(unittest.TestCase):
    def setUp(self):
        if why := why_missing():
            self.skipTest(why)

    def test_the_schema_is_a_good_one_whose_defaults_and_examples_fit(self):
        self.assertEqual(SCHEMA["$schema"], "https://json-schema.org/draft/2020-12/schema")
        said = complaints_of_the_schema()["samples"]
        self.assertGreater(len(said), 50)
        for (place, value), complaints in zip(samples(SCHEMA), said):
            with self.subTest(place, value=value):
                self.assertEqual(complaints, [])

    def test_the_schema_accepts_each_scenario_that_is_shipped(self):
        for name, complaints in zip(SHIPPED, complaints_of_the_schema()["shipped"]):
            with self.subTest(name):
                self.assertEqual(complaints, [])

    def test_the_schema_refuses_each_bad_scenario_of_the_table(self):
        for (claim, _), complaints in zip(REFUSED, complaints_of_the_schema()["refused"]):
            with self.subTest(claim):
                self.assertTrue(complaints)

    def test_the_schema_accepts_each_good_edge_case(self):
        for (claim, _), complaints in zip(ACCEPTED, complaints_of_the_schema()["accepted"]):
            with self.subTest(claim):
                self.assertEqual(complaints, [])

    def test_the_schema_leaves_to_the_parser_what_it_cannot_see(self):
        said = complaints_of_the_schema()["parser"]
        for (claim, _), complaints in zip(REFUSED_BY_THE_PARSER_ALONE, said):
            with self.subTest(claim):
                self.assertEqual(complaints, [])


class TheFiles(unittest.TestCase):
    def test_the_lock_file_names_no_registry(self):
        self.assertNotIn('"resolved"', (NODE / "package-lock.json").read_text())
