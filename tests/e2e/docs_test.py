"""The documentation is true: its commands run as shown, its scenario files are good."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import documents
from emulator import BINARY, PATIENCE, REPOSITORY, Emulator, environment, run

DOCUMENTS = sorted([REPOSITORY / "README.md", REPOSITORY / "tests/e2e/clients/README.md",
                    *(REPOSITORY / "docs").rglob("*.md")])
ADDRESS = "127.0.0.1:8484"
NAMED_FILE = re.compile(r"// ([a-z-]+\.json)\n")  # the first line of a block that is kept as a file


def blocks(document):
    """Pairs of language and text, in order."""
    return documents.blocks(document.read_text())


def as_pattern(expected):
    """Matches the text, where … stands for anything on one line."""
    return re.compile("[^\n]*?".join(re.escape(part) for part in expected.strip().split("…")))


class DocumentedCommands(unittest.TestCase):
    def test_every_sh_block_runs_in_order_and_prints_what_stands_behind_it(self):
        for document in DOCUMENTS:
            found = blocks(document)
            if not any(language == "sh" for language, _ in found):
                continue
            with self.subTest(document.name), Emulator() as emulator, \
                    tempfile.TemporaryDirectory() as folder:
                self.run_all(found, f"127.0.0.1:{emulator.port}", folder)

    def run_all(self, found, address, folder):
        path = f"{Path(BINARY).parent}:{environment()['PATH']}"
        for index, (language, text) in enumerate(found):
            if named := NAMED_FILE.match(text):
                Path(folder, named[1]).write_text(text)
            if language != "sh":
                continue
            script = "set -eu\n" + text.replace(ADDRESS, address)
            done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True,
                                  text=True, env=environment({"PATH": path}), timeout=PATIENCE)
            self.assertEqual(done.returncode, 0, f"{text}\n{done.stdout}{done.stderr}")
            behind = found[index + 1] if index + 1 < len(found) else ("", "")
            if behind[0] in ("json", "text"):
                pattern = as_pattern(behind[1].replace(ADDRESS, address))
                self.assertRegex(done.stdout.strip(), re.compile(rf"\A(?:{pattern.pattern})\Z"), text)

    def test_the_recipe_for_a_suite_of_tests_starts_an_emulator_and_finds_it(self):
        recipes = [text for language, text in blocks(REPOSITORY / "README.md")
                   if language == "bash" and "ready.json" in text]
        self.assertEqual(len(recipes), 1)
        script = recipes[0].replace("build/release/bin/nexo-mock", BINARY) + (
            'curl -s -H "Authorization: Bearer sk_live_recipe" "$NEXO_BASE_URL/balance"\n')
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["bash", "-eu", "-c", script], cwd=folder, capture_output=True,
                                  text=True, env=environment(), timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"balance":0.11', done.stdout)

    def test_there_are_commands_to_run(self):
        count = sum(language == "sh" for each in DOCUMENTS for language, _ in blocks(each))
        self.assertGreater(count, 10)


class DocumentedScenarios(unittest.TestCase):
    def test_every_whole_scenario_file_passes_check(self):
        checked = 0
        for document in DOCUMENTS:
            for language, text in blocks(document):
                if language != "json" or '"rules"' not in text and '"accounts"' not in text:
                    continue
                if text.startswith('{"ok"') or text.startswith('{"status"'):
                    continue  # a reply
                with self.subTest(document.name, text=text), tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "scenario.json"
                    path.write_text(text)
                    done = run("check", str(path))
                    self.assertEqual((done.returncode, done.stdout), (0, ""))
                checked += 1
        self.assertGreater(checked, 3)

    def test_the_mistakes_that_are_shown_are_told_in_these_words(self):
        page = (REPOSITORY / "docs/scenarios.md").read_text()
        text, told = re.search(r"^## Mistakes\n.*?^```jsonc\n(.*?)^```\n\n```text\n(.*?)^```$", page,
                               re.MULTILINE | re.DOTALL).groups()
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "bad.json").write_text(text)
            done = run("check", "bad.json", cwd=folder)
        self.assertEqual((done.returncode, done.stdout), (2, told))

    def test_the_errors_of_the_table_have_the_statuses_that_it_says(self):
        page = (REPOSITORY / "docs/scenarios.md").read_text()
        table = page[page.index("| error | status |"):].split("\n\n")[0]
        statuses = {error: int(status)
                    for error, status in re.findall(r"`(\w+)` \| (\d+)", table)}
        self.assertGreater(len(statuses), 12)
        rule = {"then": [{"error": error} for error in statuses]}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "errors.json")
            path.write_text(json.dumps({"rules": [rule]}))
            with Emulator("--scenario", str(path)) as emulator:
                account = emulator.account()
                self.assertEqual({reply.error: reply.status
                                  for reply in (account.send() for _ in statuses)}, statuses)


class Links(unittest.TestCase):
    def test_every_link_into_the_repository_leads_somewhere(self):
        for document in DOCUMENTS:
            for target in re.findall(r"\]\(([^)#\s]+)", document.read_text()):
                if "://" not in target:
                    with self.subTest(document.name, target=target):
                        self.assertTrue((document.parent / target).exists())
