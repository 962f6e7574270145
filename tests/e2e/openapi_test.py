"""openapi/openapi.json is a good document and knows the calls there are, and its validator finds
replies that do not fit. That all replies fit is checked when the other suites have run
(tests/e2e/check_traffic)."""

import contextlib
import itertools
import json
import re
import tempfile
import unittest
from pathlib import Path

from client import parse_reply
from emulator import REPOSITORY, Emulator
from node_tools import OPENAPI, check_traffic, lint, why_missing
from traffic import LONGEST_BODY, MOST_ALIKE, Recorder

DOCUMENT = json.loads(OPENAPI.read_text())
METHODS = "get", "put", "post", "delete", "patch"
JSON = "application/json"
BALANCE = {"ok": True, "balance": 0.11,
           "buckets": {"balance": 0, "bonus_credit": 0, "free_credit": 0.11}}
CLOCK = {"ok": True, "mode": "real", "now": "2026-05-26T10:00:00.000Z", "next_due": None}
VENDORS_401 = {"ok": False, "error": "unauthorized"}
# The documented delivery, with a webhook that tells of one still under way.
WRONG_INSIDE = json.loads(json.dumps(DOCUMENT["components"]["examples"]["KnownDelivery"]["value"])
                          .replace(r'\"status\":\"delivered\"', r'\"status\":\"sent\"'))
OURS_404 = {"ok": False, "error": "not_found", "detail": "no such call"}


def named(calls):
    """Pairs of method and path, whatever its parameters are called."""
    return {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in calls}


def operations():
    """Triples of method, path and operation."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def documented_successes():
    """As if the emulator had answered each call with its example."""
    for method, path, operation in operations():
        (status, reply), = ((status, reply) for status, reply in operation["responses"].items()
                            if status[0] == "2")
        for content_type, content in reply["content"].items():
            shared = [DOCUMENT["components"]["examples"][each["$ref"].split("/")[-1]]["value"]
                      for each in content.get("examples", {}).values()]
            for body in shared or [content["example"]]:
                yield exchange(re.sub(r"\{\w+\}", "1", path), body, int(status), method.upper(),
                               content_type)


def events(*pairs):
    return "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in pairs)


def exchange(path, body, status=200, method="GET", content_type=JSON):
    return {"method": method, "path": path, "status": status, "content_type": content_type,
            "body": body if isinstance(body, str) else json.dumps(body)}


# A claim in a few words, the exchange, and a part of what has to be said of it.
LIES = [
    ("one member more", exchange("/api/v1/balance", BALANCE | {"extra": 1}), '("extra")'),
    ("one member less", exchange("/api/v1/balance", {"ok": True, "balance": 0}), "'buckets'"),
    ("a wrong type", exchange("/api/v1/balance", BALANCE | {"balance": "1"}), "/balance must be"),
    ("an inexact amount", exchange("/api/v1/balance", BALANCE | {"balance": 0.1100000001}),
     '/balance must match format "money", and is 0.1100000001'),
    ("a time of another form", exchange("/_mock/clock", CLOCK | {"now": "2026-05-26T10:00:00Z"}),
     "/now must match pattern"),
    ("a null that may not be one", exchange("/_mock/clock", CLOCK | {"now": None}),
     "/now must be string"),
    ("an error with words where the vendor has none",
     exchange("/api/v1/balance", VENDORS_401 | {"detail": "x"}, 401), '("detail")'),
    ("an error without words where we have them",
     exchange("/_mock/clock", {"ok": False, "error": "unauthorized"}, 401), "'detail'"),
    ("an error code of another status", exchange("/_mock/clock", OURS_404, 401),
     "/error must be equal"),
    ("a success with another status", exchange("/api/v1/balance", BALANCE, 201), "/ok must be"),
    ("a reply that is no JSON", exchange("/api/v1/balance", "{"), "the body is no " + JSON),
    ("an undocumented status", exchange("/_mock/clock", OURS_404, 418), "undocumented status 418"),
    ("an undocumented content type", exchange("/_mock/clock", CLOCK, content_type="text/html"),
     'undocumented content type "text/html"'),
    ("an unknown path", exchange("/_mock/clocks", CLOCK), "unknown path"),
    ("an unknown path of the vendor", exchange("/api/v1/otp", VENDORS_401, 401), "unknown path"),
    ("an unknown path with the other API's error", exchange("/api/v1/otp", OURS_404, 404),
     '("detail")'),
    ("an undocumented method", exchange("/_mock/clock", CLOCK, method="DELETE"),
     "undocumented method"),
    ("a mistake inside a webhook's body", exchange("/_mock/deliveries/x", WRONG_INSIDE),
     "/delivery/webhooks/0/body holds JSON whose /status must be equal"),
    ("a mistake in one event",
     exchange("/_mock/events", events(("reset", {"account": None}), ("gap", {"missed": "7"})),
              content_type="text/event-stream"), "/1/data/missed must be integer"),
    ("an unknown event",
     exchange("/_mock/events", events(("news", {})), content_type="text/event-stream"),
     'unknown event "news"'),
]
TRUTHS = [
    ("a success", exchange("/api/v1/balance?x=1", BALANCE)),
    ("the answer to HEAD", exchange("/api/v1/balance", "", method="HEAD")),
    ("a control call's own error", exchange("/_mock/clocks", OURS_404, 404)),
    ("a vendor's unknown path", exchange("/api/v1/otp", {"ok": False, "error": "not_found"}, 404)),
    ("a wrong method", exchange("/_mock/clock", OURS_404 | {"error": "method_not_allowed"}, 405,
                                method="DELETE")),
    ("a path of nobody's", exchange("/nothing", "what", 404, content_type="text/plain")),
    ("a scenario's own error code",
     exchange("/api/v1/balance", {"ok": False, "error": "mine"}, 401)),
    ("a scenario's own status", exchange("/api/v1/balance", VENDORS_401, 418)),
    ("a scenario's own page", exchange("/api/v1/balance", "<h1>502</h1>", 500,
                                       content_type="text/html; charset=utf-8")),
    ("events, the last one not yet whole",
     exchange("/_mock/events", ": hello\n\nid: 3\n" + events(("gap", {"missed": 7})) + "event: ne",
              content_type="text/event-stream")),
]


class TheDocument(unittest.TestCase):
    def test_it_knows_the_control_calls_that_the_emulator_knows(self):
        with Emulator() as emulator:
            detail = emulator.everything().mock("GET", "nothing").json["detail"]
            version = emulator.ready["version"]
        told = re.findall(r"\b(GET|PUT|POST|DELETE|PATCH) (/_mock/[^\s,;]+)", detail)
        known = [(method.upper(), path) for method, path, _ in operations()
                 if path.startswith("/_mock/")]
        self.assertGreater(len(told), 5, detail)
        self.assertEqual(named(told) - named(known), set(), "these are not documented")
        self.assertEqual(named(known) - named(told), set(), "these are documented alone")
        self.assertEqual(DOCUMENT["info"]["version"], version)


class TheLinter(unittest.TestCase):
    def setUp(self):
        if why := why_missing():
            self.skipTest(why)

    def test_it_has_nothing_to_say(self):
        self.assertEqual(lint(OPENAPI, REPOSITORY / "openapi/redocly.yaml"), [])

    def test_it_finds_planted_mistakes(self):
        planted = json.loads(OPENAPI.read_text())
        balance = planted["paths"]["/api/v1/balance"]["get"]
        balance["operationId"] = "sendOtp"
        balance["security"] = [{"nobody": []}]
        balance["responses"]["200"]["content"][JSON]["example"]["balance"] = "much"
        planted["components"]["schemas"]["Unused"] = {"type": "string"}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "openapi.json")
            file.write_text(json.dumps(planted))
            rules = {rule for rule, _, _ in lint(file, REPOSITORY / "openapi/redocly.yaml")}
        self.assertEqual(rules, {"operation-operationId-unique", "security-defined",
                                 "no-invalid-media-type-examples", "no-unused-components"})


class TheValidator(unittest.TestCase):
    def setUp(self):
        if why := why_missing():
            self.skipTest(why)

    def check(self, exchanges):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "some.jsonl")
            file.write_text("".join(json.dumps(each) + "\n" for each in exchanges))
            done = check_traffic(OPENAPI, [file])
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def test_it_finds_each_lie(self):
        code, text = self.check(lie for _, lie, _ in LIES)
        self.assertEqual(code, 1)
        complaints = re.findall(r"^(.*)\n    at .*some.jsonl:(\d+)$", text, re.MULTILINE)
        for number, (claim, _, said) in enumerate(LIES, start=1):
            with self.subTest(claim):
                of_this = [words for words, line in complaints if int(line) == number]
                self.assertIn(said, "\n".join(of_this))

    def test_it_believes_what_is_true(self):
        code, text = self.check(each for _, each in TRUTHS)
        self.assertEqual(code, 0, text)
        self.assertIn(f"{len(TRUTHS) - 1} exchanges validated", text)

    def test_each_success_has_an_example_that_fits(self):
        shown = list(documented_successes())
        self.assertEqual(len(shown), sum(1 for _ in operations()))
        code, text = self.check(shown)
        self.assertEqual(code, 0, text)

    def test_it_tells_what_was_never_seen(self):
        _, text = self.check([exchange("/_mock/clock", CLOCK)])
        self.assertRegex(text, r"(?m)^never seen: GET /_mock/clock 400, 401,")
        self.assertRegex(text, r"(?m)^never seen: POST /_mock/reset 200, 400,")
        self.assertRegex(text, r"(?m)^1 exchanges validated, of 1 of \d+ operations, and 1 of \d+ ")


    def test_refusals_of_http_itself_fit(self):
        header = "Host: x\r\nAuthorization: Bearer sk_live_http\r\n"
        mistakes = [(413, "Content-Length: 17000000"), (431, "X: " + "x" * 17_000),
                    (400, "Host: y")]
        calls = [("POST", "/api/v1/send-otp"), ("GET", "/api/v1/balance"), ("GET", "/_mock/health"),
                 ("PUT", "/_mock/clock")]
        seen = []
        with Emulator() as emulator:
            for (method, path), (status, line) in itertools.product(calls, mistakes):
                request = f"{method} {path} HTTP/1.1\r\n{header}{line}\r\n\r\n"
                reply, _ = parse_reply(emulator.exchange(request.encode()))
                reply.record(method, path)
                self.assertEqual(reply.status, status)
                seen.append(exchange(path, reply.body.decode(), status, method))
        code, text = self.check(seen)
        self.assertEqual(code, 0, text)


class TheRecorder(unittest.TestCase):
    def test_it_keeps_replies_as_the_validator_reads_them(self):
        with tempfile.TemporaryDirectory() as folder:
            Recorder(folder).record("GET", "/_mock/clock?x=1", 200, JSON, b"{}")
            (file,) = Path(folder).glob("*.jsonl")
            self.assertEqual(json.loads(file.read_text()), exchange("/_mock/clock?x=1", {}))

    def test_it_keeps_some_that_differ_in_numbers_alone_and_none_that_is_large(self):
        with tempfile.TemporaryDirectory() as folder:
            recorder = Recorder(folder)
            for number in range(2 * MOST_ALIKE):
                recorder.record("GET", f"/_mock/otp/+8498{number}", 404, JSON, b"{}")
            recorder.record("GET", "/_mock/otp/+84981234567", 200, JSON, b"{}")
            recorder.record("GET", "/_mock/otp/x", 200, JSON, b" " * (LONGEST_BODY + 1))
            (file,) = Path(folder).glob("*.jsonl")
            self.assertEqual(len(file.read_text().splitlines()), MOST_ALIKE + 1)

    def test_without_a_folder_it_keeps_nothing(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            for none in None, "":
                Recorder(none).record("GET", "/", 404, JSON, b"{}")
            self.assertEqual(list(Path(folder).iterdir()), [])
