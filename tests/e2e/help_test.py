"""The help pages: every command teaches, and what it teaches works."""

import re
import shlex
import signal
import socket
import subprocess
import tempfile
import unittest

from emulator import BINARY, PATIENCE, environment, run


def sections(page):
    """The parts of a page by their headings."""
    parts = re.split(r"(?m)^(Commands|Options|Environment|Exit codes|Examples):\n", page)
    return dict(zip(parts[1::2], parts[2::2]))


def commands():
    listed = sections(run("--help").stdout)["Commands"]
    return re.findall(r"(?m)^  ([a-z]+) ", listed)


def page_of(command):
    return run(*command.split(), "--help").stdout


def examples(page):
    return re.findall(r"(?m)^  (\S.*)$", sections(page)["Examples"])


ALL = ["", *commands(), "manual"]


class Pages(unittest.TestCase):
    def test_all_commands_are_listed(self):
        self.assertEqual(commands(), ["serve", "exec", "check", "explain", "listen", "sign", "verify",
                                      "ready", "completion", "version"])

    def test_each_has_a_usage_two_examples_and_its_exit_codes(self):
        for command in ALL:
            with self.subTest(command):
                page = page_of(command)
                self.assertIn(f"\nUsage: nexo-mock {command}".rstrip(), page)
                self.assertGreaterEqual(len(examples(page)), 2)
                codes = re.findall(r"(?m)^  (\d+) +\S", sections(page)["Exit codes"])
                self.assertEqual(codes[0], "0")
                self.assertIn("2", codes)

    def test_each_example_says_what_it_is_for(self):
        for command in ALL:
            lines = sections(page_of(command))["Examples"].splitlines()
            for line, next_line in zip(lines, [*lines[1:], ""]):
                if line.startswith("  ") and not line.startswith("      "):
                    with self.subTest(line):
                        self.assertTrue(next_line.startswith("      "))

    def test_no_line_but_of_an_example_is_longer_than_100_columns(self):
        for command in ALL:
            page = page_of(command)
            for line in page.splitlines():
                if line.strip() not in examples(page):
                    self.assertLessEqual(len(line), 100, line)

    def test_no_line_ends_with_a_space(self):
        for command in ALL:
            self.assertNotRegex(page_of(command), r"(?m) +$")

    def test_every_option_says_something_and_all_of_serve_and_exec_have_a_variable(self):
        for command in ALL:
            options = sections(page_of(command))["Options"]
            entries = re.split(r"(?m)^  (?=\S)", options)[1:]
            for entry in entries:
                with self.subTest(command=command, entry=entry):
                    self.assertRegex(entry, r"\A\S+(, \S+)?( [A-Z.]+)?\s{2,}[A-Za-z0-9\"]")
                    is_simulation = command == "serve" and not entry.startswith("-h")
                    if is_simulation:
                        self.assertIn("(Env:NEXO_MOCK_", entry)

    def test_exec_takes_what_serve_takes(self):
        names = {command: set(re.findall(r"(?m)^  (--[a-z-]+)", page_of(command)))
                 for command in ("serve", "exec")}
        self.assertEqual(names["serve"] - names["exec"], {"--json"})
        self.assertEqual(names["exec"] - names["serve"], {"--verify", "--checks", "--junit"})

    def test_what_is_misspelt_is_guessed(self):
        for words, meant in [(["lisen"], "listen"), (["exce"], "exec"), (["verfy"], "verify"),
                             (["completon"], "completion"), (["listen", "--forwrd", "x"], "--forward"),
                             (["exec", "--verifi", "--", "x"], "--verify"),
                             (["verify", "--signature", "x", "--secrt", "x"], "--secret")]:
            with self.subTest(words=words):
                done = run(*words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(f'did you mean "{meant}"?', done.stderr)


class Examples(unittest.TestCase):
    """Each example, run as far as it shows that its options are understood."""

    def all(self):
        for command in ALL:
            for line in examples(page_of(command)):
                yield command, line

    def test_are_good_shell(self):
        for _, line in self.all():
            with self.subTest(line):
                done = subprocess.run(["bash", "-n", "-c", line], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_are_understood(self):
        tried = 0
        for command, line in self.all():
            words = self.words_of(line)
            if words is None:
                continue
            with self.subTest(line):
                done = self.attempt(words)
                self.assertNotRegex(done.stderr, "unknown|see nexo-mock --help|is required")
                self.assertIn(done.returncode, (0, 1, 2, 3), done.stderr)
                tried += 1
        self.assertGreater(tried, 20)

    def test_the_attempt_would_find_a_mistake(self):
        for line in ("nexo-mock serve --prot 1", "nexo-mock exec --varify -- true",
                     "nexo-mock ready --waitt 1s", "nexo-mock listen --secret x --cuont 1",
                     "nexo-mock check --stict x.json", "nexo-mock verify --secret x"):
            with self.subTest(line):
                done = self.attempt(self.words_of(line))
                self.assertRegex(done.stderr, "unknown|see nexo-mock --help|is required")

    @staticmethod
    def words_of(line):
        """The words of nexo-mock's own part of a line."""
        if "<(" in line:
            line = line[line.index("<(") + 2:-1]
        for part in re.split(r" \| ", line):
            if part.startswith("nexo-mock"):
                words = shlex.split(re.split(r" [<>] ", part)[0])
                return words[1:]
        return None

    @staticmethod
    def attempt(words):
        """Runs it where nothing lasts: what would serve fails at a state that is not there, what would
        wait has something else to fail at."""
        env = {"NEXO_MOCK_IMPORT": "/nowhere", "NEXO_MOCK_CONTROL_TOKEN_FILE": "/nowhere"}
        words = ["0" if before == "--port" else word
                 for before, word in zip(["", *words], words)]
        if words[:1] == ["listen"]:
            del env["NEXO_MOCK_CONTROL_TOKEN_FILE"]
            for option in "--count", "--timeout":
                if option in words:
                    at = words.index(option)
                    del words[at:at + 2]
            words += ["--count", "1", "--timeout", "1ms"]
        with tempfile.TemporaryDirectory() as folder:
            return run(*words, env=env, cwd=folder)


class Interrupted(unittest.TestCase):
    def test_ready_that_waits_can_be_interrupted(self):
        for which in signal.SIGINT, signal.SIGTERM:
            with self.subTest(which=which):
                with socket.create_server(("127.0.0.1", 0)) as other:
                    url = f"http://127.0.0.1:{other.getsockname()[1]}"
                    asking = subprocess.Popen([BINARY, "ready", "--wait", "60s", "--url", url],
                                              env=environment(), stderr=subprocess.DEVNULL)
                    connection = other.accept()[0]  # now it waits for an answer
                    asking.send_signal(which)
                    self.assertEqual(asking.wait(PATIENCE), -which)
                    connection.close()
