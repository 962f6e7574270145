"""The worked examples in clients/ run as they are, and fail when they should."""

import functools
import re
import shutil
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from emulator import REPOSITORY, SLOWNESS, Emulator, HeldPort, environment

FOLDER = REPOSITORY / "tests/e2e/clients"
PATIENCE = 240 * SLOWNESS  # seconds; go may have to compile its library first
LINES = [r"ok account with a manual clock, webhooks to http://127\.0\.0\.1:\d+/webhooks/nexo",
         r"ok send [0-9a-f-]{36} by viettel",
         r"ok code \d{6}",
         r"ok clock fired 2 events",
         r"ok webhook otp\.delivered, and a tampered one is refused",
         r"ok delivery delivered, balance 0\.088",
         r"ok verify nothing left over"]
NOT_GENUINE = "FAILED the signature of the webhook does not fit its body"
BAD_WEBHOOKS = [({"signature": "tampered"}, NOT_GENUINE),
                ({"signature": "missing"}, NOT_GENUINE),
                ({"signature": "wrong_secret"}, NOT_GENUINE),
                ({"signature": "raw_secret"}, NOT_GENUINE),
                ({"copies": 0}, "FAILED no webhook came")]
BAD_ANSWERS = [({"then": {"fail": "busy", "after": "2s"}}, "FAILED the delivery is failed"),
               ({"when": {"endpoint": "balance"}, "then": {"error": "service_unavailable"}},
                "/api/v1/balance was answered with .*503")]


class Client(NamedTuple):
    """An example: how it is run, what tells the version of its runtime, and Debian's packages."""
    command: str
    probe: tuple
    at_least: tuple
    packages: str

    @functools.cache
    def is_there(self):
        if not shutil.which(self.probe[0]):
            return False
        done = subprocess.run(self.probe, capture_output=True, text=True, timeout=PATIENCE)
        version = re.search(r"(\d+)(?:\.(\d+))?", done.stdout)
        return done.returncode == 0 and (int(version[1]), int(version[2] or 0)) >= self.at_least

    def run(self, url):
        return subprocess.run(self.command.split(), cwd=FOLDER, capture_output=True, text=True,
                              env=environment({"NEXO_MOCK_URL": url}), timeout=PATIENCE)


CLIENTS = {
    "bash": Client("bash bash/otp_test.sh", ("curl", "--version"), (7, 76), "curl"),
    "go": Client("go run go/main.go", ("go", "version"), (1, 18), "golang-go"),
    "java": Client("java java/OtpTest.java", ("java", "--version"), (17, 0),
                   "openjdk-17-jdk-headless"),
    "node": Client("node node/otp.test.mjs", ("node", "--version"), (18, 2), "nodejs"),
    "php": Client("php php/otp_test.php", ("php", "-r", "curl_version(); echo PHP_VERSION;"),
                  (8, 2), "php-cli php-curl"),
    "python": Client("python3 python/otp_test.py", ("python3", "--version"), (3, 9), "python3"),
    "ruby": Client("ruby ruby/otp_test.rb", ("ruby", "-rwebrick", "-e", "print RUBY_VERSION"),
                   (3, 0), "ruby"),
}


def for_each_client(group):
    """Makes every method example_…(self, client) of a class a case for each client."""
    for name, check in list(vars(group).items()):
        if name.startswith("example_"):
            for language, client in CLIENTS.items():
                setattr(group, f"test_the_{language}_{name}",
                        functools.partialmethod(check, client))
    return group


@for_each_client
class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = cls.enterClassContext(Emulator())
        cls.everything = cls.emulator.everything()

    def setUp(self):
        self.assertEqual(self.everything.mock("DELETE", "scenario").status, 200)

    def need(self, client):
        if not client.is_there():
            oldest = ".".join(map(str, client.at_least))
            self.skipTest(f"it needs {client.probe[0]} {oldest} or later, from Debian's "
                          f"{client.packages}")

    def assert_passed(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, re.compile(r"\A" + "\n".join(LINES) + r"\n\Z"))

    def example_tells_each_step_and_leaves_nothing_over(self, client):
        self.need(client)
        self.assert_passed(client.run(self.emulator.url))

    def run_with_rule(self, client, rule):
        """What the example said on standard output and error, having failed."""
        reply = self.everything.mock("PUT", "scenario", {"rules": [rule]})
        self.assertEqual(reply.status, 200, reply)
        done = client.run(self.emulator.url)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def example_fails_when_webhooks_are_forged_or_missing(self, client):
        self.need(client)
        for webhook, problem in BAD_WEBHOOKS:
            with self.subTest(webhook=webhook):
                told, failure = self.run_with_rule(
                    client, {"then": {"deliver": True, "after": "2s", "webhook": webhook}})
                self.assertIn(problem, failure)
                self.assertNotIn("ok webhook", told)

    def example_fails_when_the_api_answers_otherwise(self, client):
        self.need(client)
        for rule, problem in BAD_ANSWERS:
            with self.subTest(rule=rule):
                told, failure = self.run_with_rule(client, rule)
                self.assertRegex(failure, problem)
                self.assertIn("ok webhook", told)

    def example_fails_without_an_emulator(self, client):
        self.need(client)
        with HeldPort() as nobody:
            done = client.run(f"http://127.0.0.1:{nobody.number}")
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertRegex(done.stderr.lower(), "connect")

    def test_all_of_them_run_at_once_on_one_emulator(self):
        clients = [each for each in CLIENTS.values() if each.is_there()]
        with ThreadPoolExecutor() as pool:
            for done in pool.map(lambda client: client.run(self.emulator.url), clients):
                self.assert_passed(done)

    def test_the_page_tells_how_to_run_them_and_what_brings_the_runtimes(self):
        page = (FOLDER / "README.md").read_text()
        for client in CLIENTS.values():
            self.assertIn(f"`{client.command}`", page)
            for package in client.packages.split():
                self.assertIn(f"`{package}`", page)
