"""What is secret stays so: keys are masked wherever they turn up, codes are for the control API
alone, and webhook secrets are for nobody."""

import json
import unittest

from control_calls import all_calls
from emulator import Emulator
from receiver import Answer, Receiver
from scenario_files import scenario_file

START = "manual@2026-05-26T10:00:00Z"
KEY = "sk_live_KEYALPHA0123456789"
OTHER = "sk_live_KEYBETA9876543210"
STRAY = "sk_live_STRAYKEY5555"  # of nobody; turns up in texts
SECRETS = ["whsec_STARTSECRET", "whsec_OWNSECRET", "whsec_FILESECRET", "whsec_PUTSECRET"]
CODE = "93847561"
PHONE = "+84981234567"
EXCEPTIONS = ["/_mock/events",  # followed meanwhile
              "/_mock/state"]  # a state goes on elsewhere: it holds everything
WHERE_KEYS_MAY_BE = ["STRAYKEY", "KEYALPHA", "KEYBETA"]


def scenario(url):
    """With keys in all places that take any text."""
    return {
        "name": f"of {STRAY}", "description": f"for {STRAY}, and {OTHER}.",
        "webhook": {"url": url, "secret": SECRETS[2]},
        "accounts": [{"key": KEY, "balance": 5},
                     {"key": OTHER, "balance": 5, "webhook": {"url": url, "secret": SECRETS[2]}},
                     {"key": OTHER}],
        "rules": [
            {"name": f"refuses {STRAY}", "when": {"phone": "+84981111111"},
             "then": {"error": "rate_limited", "headers": {"X-Key": STRAY}}},
            {"name": "by key", "when": {"key": [KEY, STRAY], "phone": "+84982222222"},
             "then": {"deliver": True, "carrier_status": STRAY}},
            {"name": f"last {STRAY}", "then": {"fail": STRAY, "set_state": f"state {STRAY}"}}]}


class Story:
    """Everything that can be done to an emulator, with secrets in all places; answers are kept."""

    def __init__(self, emulator, receiver):
        self.emulator, self.receiver = emulator, receiver
        self.key, self.other = emulator.account(KEY), emulator.account(OTHER)
        self.all = emulator.everything()
        self.told = []
        self.ids = []

    def ask(self, client, method, path, body=None, headers=None):
        reply = client.call(method, path, body, headers)
        if path.startswith(("/_mock", "/metrics")):
            self.told.append((f"{method} {path}", str(reply.headers) + reply.body.decode()))
        return reply

    def mock(self, client, method, path, body=None, headers=None):
        return self.ask(client, method, f"/_mock/{path}", body, headers)

    def calls_of_the_application(self):
        for client in self.key, self.other:
            self.ids.append(client.send_id(PHONE, CODE))
            self.ids.append(client.send_id("+84982222222", CODE))
            for body in ({"phone": "+84981111111", "code": CODE, "note": STRAY},
                         {"phone": STRAY, "code": CODE}, {"phone": PHONE, "code": CODE + "1"},
                         f'{{"phone": "{PHONE}", "code": "{CODE}" {STRAY}', STRAY):
                self.ask(client, "POST", "/api/v1/send-otp", body)
            for path in (f"deliveries/{STRAY}", f"deliveries/{CODE}", f"verify/{CODE}/{STRAY}",
                         f"balance?key={STRAY}&code={CODE}", f"{STRAY}?{STRAY}"):
                self.ask(client, "GET", f"/api/v1/{path}")
        for authorization in f"Basic {STRAY}", f"Bearer  {STRAY}", STRAY, "Bearer x":
            self.ask(self.all, "GET", f"/api/v1/balance?key={STRAY}", None,
                     {"Authorization": authorization})
        self.emulator.exchange(f"GET /{STRAY} {CODE}\r\n\r\n".encode())

    def changes(self):
        url = self.receiver.url(path=f"/hook/{STRAY}?key={STRAY}")
        target = {"url": url, "secret": SECRETS[1]}
        self.mock(self.other, "PATCH", "account", {"webhook": target})
        for body in ({"webhook": {"url": STRAY, "secret": SECRETS[1]}}, {"balance": STRAY},
                     {STRAY: 1}, {"ip_allowlist": [STRAY]}, {"webhook": {"secret": SECRETS[1]}},
                     {"webhook": {"url": url, "secrets": SECRETS[1]}}, f'{{"x": {STRAY}'):
            self.mock(self.key, "PATCH", "account", body)
        put = scenario(url) | {"name": f"put {STRAY}",
                               "webhook": {"url": url, "secret": SECRETS[3]}}
        self.mock(self.other, "PUT", "scenario", put)
        put["accounts"].append({"key": f"bad {STRAY}"})
        put["rules"][0]["when"] = {STRAY: 1, "phone": STRAY, "key": f"x{STRAY}", "chance": STRAY}
        put["api"] = {"keys": STRAY, "no_route": [STRAY], STRAY: 1}
        self.mock(self.other, "PUT", "scenario", put)
        self.mock(self.key, "POST", "rules", {"name": STRAY, "when": {"key": STRAY},
                                              "then": {"fail": STRAY}})
        self.mock(self.key, "POST", "rules", {"when": {"key": STRAY, STRAY: 1},
                                              "then": {STRAY: True}})
        self.mock(self.key, "PUT", "state", {"scenarios": [{"name": STRAY}], STRAY: STRAY})
        self.mock(self.key, "PUT", "clock", {"mode": STRAY, "now": STRAY, STRAY: STRAY})
        self.mock(self.key, "POST", "clock/advance", {"by": STRAY})
        for status in {"status": STRAY}, {"status": "failed", "error_code": STRAY}:
            self.mock(self.key, "POST", f"deliveries/{self.ids[0]}/complete", status)

    def questions(self):
        ways = {"{phone}": [PHONE, STRAY, "+84981234568"], "{id}": [*self.ids, STRAY],
                "{attempt}": ["1", STRAY]}
        for method, pattern in all_calls(self.emulator):
            if method != "GET" or pattern in EXCEPTIONS:
                continue
            paths = [pattern]
            for part, values in ways.items():
                if part in pattern:
                    paths = [pattern.replace(part, value) for value in values]
            for client in self.key, self.other, self.all:
                for path in paths:
                    self.ask(client, method, path)
        for query in (f"otp/{PHONE}?wait={STRAY}", f"otp/{PHONE}?after={STRAY}",
                      f"deliveries?phone={STRAY}", f"deliveries?status={STRAY}",
                      f"webhooks?delivery={STRAY}", f"webhooks?outcome={STRAY}",
                      f"requests?endpoint={STRAY}", f"requests?status={STRAY}",
                      f"accounts?limit={STRAY}", f"verify?check={STRAY}", STRAY):
            self.mock(self.all, "GET", query)
        for headers in ({"Host": STRAY}, {"Origin": f"http://{STRAY}"}, {"Authorization": STRAY},
                        {"Last-Event-ID": STRAY}):
            for path in "health", "deliveries", "events":
                if headers.keys() & {"Last-Event-ID"} and path != "events":
                    continue
                if headers.keys() & {"Authorization"} and path != "deliveries":
                    continue
                self.mock(self.all, "GET", path, None, headers)


def play(emulator, receiver):
    """Answers what the control API said, and what the log did."""
    story = Story(emulator, receiver)
    with emulator.connect() as stream:
        stream.sendall(b"GET /_mock/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        told = stream.makefile("rb")
        while told.readline() != b": events follow\n":
            pass
        story.calls_of_the_application()
        story.changes()
        story.mock(story.all, "POST", "clock/advance", {"to": "idle"})
        story.mock(story.other, "POST", "webhooks/ping")
        story.mock(story.other, "POST", "webhooks/1/redeliver")
        story.ids.append(story.other.send_id(PHONE, CODE))
        story.mock(story.other, "POST", "clock/advance", {"to": "idle"})
        story.questions()
        story.mock(story.all, "PUT", "scenario", {"name": STRAY})
        story.mock(story.all, "DELETE", "scenario")
        story.mock(story.key, "POST", "reset")
        story.mock(story.all, "POST", "reset")
        events = []
        while not any(b"event: reset" in line for line in events[-3:]) or \
                b'"account":null' not in events[-1]:
            events.append(told.readline())
        story.told.append(("events", b"".join(events).decode()))
        told.close()
    return story


class Secrecy(unittest.TestCase):
    def test_no_key_and_no_webhook_secret_is_told_and_no_code_logged(self):
        for log_format in "text", "json":
            with self.subTest(log_format=log_format), \
                    Receiver(Answer(500, body=f"no {STRAY}".encode())) as receiver, \
                    scenario_file(scenario(receiver.url())) as path:
                with Emulator("--clock", START, "--seed", "42", "--scenario", path,
                              "--webhook-url", receiver.url(), "--webhook-secret", SECRETS[0],
                              "--log-level", "debug", "--log-format", log_format) as emulator:
                    story = play(emulator, receiver)
                self.check_told(story)
                self.check_log(emulator.log(), log_format)

    def check_told(self, story):
        self.assertGreater(len(story.told), 100)
        for what, text in story.told:
            for each in WHERE_KEYS_MAY_BE + SECRETS:
                self.assertNotIn(each, text, what)
        told = dict(story.told)
        self.assertIn("sk_live_…55#", told["GET /_mock/requests"])  # masked, not left out
        self.assertIn("sk_live_…55#", told["events"])
        self.assertIn(CODE, told[f"GET /_mock/otp/{PHONE}"])
        self.assertIn(CODE, told["events"])
        received = json.dumps([each.target for each in story.receiver.webhooks])
        self.assertIn(STRAY, received)  # outside, everything is as it was given

    def check_log(self, log, log_format):
        self.assertGreater(len(log.splitlines()), 60)
        self.assertIn("sk_live_…55#", log)
        for each in WHERE_KEYS_MAY_BE + SECRETS + [CODE]:
            self.assertNotIn(each, log)
        if log_format == "json":
            for line in log.splitlines():
                self.assertIn("message", json.loads(line))
