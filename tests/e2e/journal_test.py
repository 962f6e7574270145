"""The journals: every call of the vendor's API, every webhook attempt, page by page."""

import http.client
import json
import unittest

from control_calls import ask
from emulator import Emulator, fresh_key
from receiver import CLOSE, Answer, Receiver

START = "manual@2026-05-26T10:00:00Z"
NOW = "2026-05-26T10:00:00.000Z"
PHONE = "+84981234567"
KEY, OTHER_KEY = "sk_live_journal_alpha", "sk_live_journal_beta"
UNKNOWN = "8f2e1c4d-0000-4000-8000-000000000000"


class JournalCase(unittest.TestCase):
    def start(self, *options):
        self.emulator = self.enterContext(Emulator("--clock", START, "--seed", "42", *options))
        self.everyone = self.emulator.everything()
        self.account = self.emulator.account(KEY)
        self.other = self.emulator.account(OTHER_KEY)
        self.name, self.other_name = (
            each.mock("GET", "account").json["account"]["account"]
            for each in (self.account, self.other))

    def start_with_receiver(self, *answers, options=()):
        receiver = self.enterContext(Receiver(*answers))
        self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec", *options)
        return receiver

    def list(self, call, query="", who=None):
        reply = (who or self.account).mock("GET", f"{call}?{query}" if query else call)
        self.assertEqual(reply.status, 200, reply)
        told = reply.json
        self.assertIs(told.pop("ok"), True)
        return told

    def seqs(self, call, name, query="", who=None):
        return [each["seq"] for each in self.list(call, query, who)[name]]

    def check_paging(self, call, name, who):
        """Pages of every length hold together what the whole list does, in its order."""
        everything = self.list(call, "limit=10000", who)
        seqs = [each["seq"] for each in everything[name]]
        self.assertGreaterEqual(len(seqs), 3)
        self.assertEqual(seqs, sorted(set(seqs)))
        self.assertIs(everything["more"], False)
        for limit in range(1, len(seqs) + 2):
            after, pages = 0, []
            while True:
                page = self.list(call, f"after={after}&limit={limit}", who)
                pages += page[name]
                if not page["more"]:
                    break
                self.assertEqual(len(page[name]), limit)
                after = page[name][-1]["seq"]
            self.assertEqual(pages, everything[name])
        for after, left in (seqs[-1], []), (seqs[-2], seqs[-1:]), (2**64 - 1, []):
            self.assertEqual(self.seqs(call, name, f"after={after}", who), left)

    def check_queries(self, call, refused):
        common = ("limit=0", "limit=10001", "limit=-1", "limit=x", "limit=1.0", "limit=%20",
                  "after=-1", "after=x", "after=18446744073709551616")
        for query in *common, *refused:
            reply = self.account.mock("GET", f"{call}?{query}")
            self.assertEqual((reply.status, reply.error), (400, "invalid_query"), query)
            name, _, value = query.partition("=")
            self.assertIn(f'"{name}"', reply.json["detail"])
            self.assertIn(f'"{value.replace("%20", " ")}"', reply.json["detail"])
        for query in "limit=1", "limit=10000", "after=0", "limit=&after=", "unknown=x":
            self.assertEqual(self.account.mock("GET", f"{call}?{query}").status, 200, query)
        head = self.account.mock("HEAD", call)
        self.assertEqual((head.status, head.body), (200, b""))
        for method in "POST", "PUT", "PATCH", "DELETE":
            reply = self.account.mock(method, call)
            self.assertEqual((reply.status, reply.error, reply.headers["allow"]),
                             (405, "method_not_allowed", "GET, HEAD"))


class Requests(JournalCase):
    def entry(self, seq, method, path, **known):
        return {"seq": seq, "at": NOW, "account": self.name, "method": method,
                "path": f"/api/v1/{path}", "endpoint": path.split("/")[0].split("?")[0],
                "status": 200, "error": None, "why": None, "rule": None, "delivery": None,
                "fault": None, "latency": None, "body": None} | known

    def journal(self, query="", who=None):
        return self.list("requests", query, who)["requests"]

    def test_a_send_is_kept_with_all_that_is_known(self):
        self.start()
        body = json.dumps({"phone": PHONE, "code": "1234"})
        sent = self.account.send(PHONE, "1234")
        self.assertEqual(self.list("requests"), {"more": False, "evicted": 0, "requests": [
            self.entry(1, "POST", "send-otp", status=202, rule="delivered",
                       delivery=sent.json["id"], body=body, reply=sent.body.decode())]})
        self.account.advance(by="1500ms")
        asked = self.account.call("GET", f"/api/v1/deliveries/{sent.json['id']}?x=%41&y")
        balance = self.account.call("HEAD", "/api/v1/balance")
        self.assertEqual(balance.body, b"")
        told = self.journal("after=1")
        self.assertEqual(told[0], self.entry(
            2, "GET", f"deliveries/{sent.json['id']}?x=%41&y", at="2026-05-26T10:00:01.500Z",
            endpoint="deliveries", delivery=sent.json["id"], reply=asked.body.decode()))
        self.assertEqual({**told[1], "reply": None}, self.entry(
            3, "HEAD", "balance", at="2026-05-26T10:00:01.500Z", reply=None))

    def test_refusals_are_kept_with_code_and_reason_in_words(self):
        self.start()
        bad_phone = '"phone" is not a string like +84981234567, a Vietnamese mobile number'
        for body, status, error, why, rule in [
                ({"phone": "0981234567", "code": "1234"}, 400, "invalid_phone", bad_phone, None),
                ({"phone": PHONE, "code": "1"}, 400, "invalid_code",
                 '"code" is not a string of 4 to 8 digits', None),
                ("[1]", 400, "invalid_json", "the body is not one JSON object", None),
                ({"phone": "+84980000042", "code": "1234"}, 429, "rate_limited",
                 'rule "refused: rate_limited"', "refused: rate_limited"),
                ({"phone": "+84980000045", "code": "1234"}, 401, "unauthorized",
                 'rule "refused: unauthorized"', "refused: unauthorized")]:
            reply = self.account.call("POST", "/api/v1/send-otp", body)
            self.assertEqual(self.journal()[-1], self.entry(
                self.journal()[-1]["seq"], "POST", "send-otp", status=status, error=error, why=why,
                rule=rule, body=body if isinstance(body, str) else json.dumps(body),
                reply=reply.body.decode()))
        self.account.mock("PATCH", "account", {"free_credit": 0})
        self.account.send()
        self.assertEqual({name: self.journal()[-1][name] for name in
                          ("status", "error", "why", "rule", "delivery")},
                         {"status": 402, "error": "insufficient_balance", "rule": None,
                          "why": "the wallet holds less than the price", "delivery": None})
        self.account.delivery(UNKNOWN)
        self.assertEqual((self.journal()[-1]["status"], self.journal()[-1]["delivery"]),
                         (404, None))

    def test_what_a_rule_does_to_the_reply_is_kept(self):
        self.start()
        with self.assertRaises(http.client.HTTPException):
            self.emulator.account(KEY).send("+84980000061")
        (lost,) = self.journal()
        self.assertEqual({name: lost[name] for name in lost.keys() - {"body"}}, {
            name: value for name, value in self.entry(
                1, "POST", "send-otp", status=None, why='rule "lost: closed", fault close',
                rule="lost: closed", fault="close", reply=None).items() if name != "body"})
        with self.assertRaises(http.client.HTTPException):
            self.emulator.account(KEY).send("+84980000063")
        cut = self.journal()[-1]
        self.assertEqual((cut["status"], cut["fault"], cut["rule"], cut["why"]),
                         (202, "truncate", "half a reply",
                          'rule "half a reply", fault truncate'))
        self.assertEqual(self.account.inspect(cut["delivery"])["phone"], "+84980000063")
        self.account.mock("POST", "rules", {"name": "slow", "when": {"endpoint": "balance"},
                                            "then": {"latency": "20ms"}})
        self.account.balance()
        late = self.journal()[-1]
        self.assertEqual((late["status"], late["latency"], late["rule"], late["fault"]),
                         (200, "20ms", "slow", None))

    def test_calls_of_nobody_belong_to_no_account_and_are_seen_without_a_key(self):
        self.start()
        stranger = "Bearer " + fresh_key()  # who never made a call that is one
        calls = [("GET", "/api/v1/balance", "Bearer nobody", 401, "unauthorized", "balance"),
                 ("GET", "/api/v1/nothing", stranger, 404, "not_found", None),
                 ("GET", "/favicon.ico", "", 404, "not_found", None),
                 ("DELETE", "/api/v1/send-otp", stranger, 405, "method_not_allowed", "send-otp")]
        for method, path, authorization, *_ in calls:
            ask(self.emulator, method, path,
                [("Host", "x"), ("Authorization", authorization)])
        told = self.journal(who=self.everyone)
        for seq, (each, (method, path, _, status, error, endpoint)) in enumerate(
                zip(told, calls, strict=True), 1):
            self.assertEqual({name: each[name] for name in (
                "seq", "account", "method", "path", "status", "error", "endpoint", "rule")},
                {"seq": seq, "account": None, "method": method, "path": path, "status": status,
                 "error": error, "endpoint": endpoint, "rule": None})
            self.assertTrue(each["why"])
            self.assertRegex(each["at"], r"^20\d\d-\d\d-\d\dT.*\.\d\d\dZ$")
        self.assertEqual(self.journal(), [])

    def test_calls_that_miss_the_api_are_the_accounts_whose_key_they_carry(self):
        self.start()
        self.account.balance()
        self.account.call("GET", "/api/v1/send_otp")
        self.account.call("PUT", "/api/v1/send-otp")
        told = self.journal()
        self.assertEqual([(each["status"], each["error"]) for each in told],
                         [(200, None), (404, "not_found"), (405, "method_not_allowed")])
        self.assertEqual(len({each["account"] for each in told}), 1)
        self.assertEqual(self.journal(who=self.everyone), told)

    def test_what_is_no_http_is_kept_too(self):
        self.start()
        self.emulator.exchange(b"nonsense\r\n\r\n")
        self.emulator.exchange(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20000 + b"\r\n\r\n")
        self.emulator.exchange(b"\x16\x03\x01 a TLS client")
        told = self.journal(who=self.everyone)
        self.assertEqual([(each["status"], each["error"], each["method"], each["account"])
                          for each in told], [(400, "bad_request", "other", None),
                                              (431, "header_too_large", "other", None),
                                              (400, "bad_request", "other", None)])
        self.assertIn("TLS", told[2]["why"])
        self.assertEqual(self.journal("status=431", self.everyone), told[1:2])

    def test_control_calls_are_not_kept(self):
        self.start()
        for path in "health", "deliveries", "nothing", "requests":
            self.account.mock("GET", path)
        self.account.call("GET", "/metrics")
        self.assertEqual(self.journal(who=self.everyone), [])

    def test_long_and_strange_texts_are_cut_and_stay_json(self):
        self.start()
        long = '{"phone":"' + "y" * 5000
        self.account.call("POST", "/api/v1/send-otp?" + "x" * 5000, long)
        self.account.call("POST", "/api/v1/send-otp", b'\xff\x00\x01"\\\n{')
        self.account.call("POST", "/api/v1/send-otp", "é" * 1000)
        told = self.journal()
        self.assertEqual((told[0]["body"], told[0]["path"]),
                         (long[:1024], ("/api/v1/send-otp?" + "x" * 5000)[:1024]))
        self.assertIn('"\\\n{', told[1]["body"])
        self.assertEqual(told[2]["body"], "é" * 512)

    def test_they_are_found_by_endpoint_and_status(self):
        self.start()
        sent = self.account.send_id()
        self.account.delivery(sent)
        self.account.delivery(UNKNOWN)
        self.account.balance()
        self.account.send("wrong")
        self.account.send("+84980000043")
        with self.assertRaises(http.client.HTTPException):
            self.emulator.account(KEY).send("+84980000061")
        for query, found in [("", [1, 2, 3, 4, 5, 6, 7]), ("endpoint=send-otp", [1, 5, 6, 7]),
                             ("endpoint=deliveries", [2, 3]), ("endpoint=balance", [4]),
                             ("status=202", [1]), ("status=2xx", [1, 2, 4]),
                             ("status=4xx", [3, 5]), ("status=404", [3]), ("status=5xx", [6]),
                             ("status=0", [7]), ("status=418", []), ("status=1xx", []),
                             ("endpoint=send-otp&status=4xx", [5]),
                             ("endpoint=send-otp&status=4xx&after=5", []),
                             ("endpoint=send-otp&limit=2", [1, 5])]:
            self.assertEqual(self.seqs("requests", "requests", query), found, query)
        self.assertIs(self.list("requests", "endpoint=send-otp&limit=2")["more"], True)
        self.assertIs(self.list("requests", "endpoint=balance&limit=1")["more"], False)
        self.check_queries("requests", (
            "endpoint=send_otp", "endpoint=any", "status=x", "status=6xx", "status=0xx",
            "status=4XX", "status=-5", "status=99", "status=600", "status=402,404"))

    def test_pages_go_over_all_accounts_and_strangers(self):
        self.start()
        for _ in range(3):
            self.account.balance()
            self.other.balance()
            self.everyone.call("GET", "/api/v1/balance")
        self.check_paging("requests", "requests", self.everyone)
        self.check_paging("requests", "requests", self.account)
        accounts = [each["account"] for each in self.journal(who=self.everyone)]
        self.assertEqual(accounts, [self.name, self.other_name, None] * 3)

    def test_what_made_way_is_counted(self):
        self.start("--max-journal", "3")
        for _ in range(5):
            self.account.balance()
        for _ in range(4):
            self.everyone.call("GET", "/api/v1/balance")
        self.other.balance()
        self.assertEqual((self.seqs("requests", "requests"), self.list("requests")["evicted"]),
                         ([3, 4, 5], 2))
        told = self.list("requests", "", self.everyone)
        self.assertEqual(([each["seq"] for each in told["requests"]], told["evicted"]),
                         ([3, 4, 5, 7, 8, 9, 10], 3))
        self.assertEqual(self.account.mock("GET", "account").json["account"]["requests"], 5)
        self.account.mock("POST", "reset")
        self.assertEqual(self.list("requests"), {"requests": [], "more": False, "evicted": 0})
        self.everyone.mock("POST", "reset")
        self.assertEqual(self.list("requests", "", self.everyone),
                         {"requests": [], "more": False, "evicted": 0})


class Webhooks(JournalCase):
    def test_every_attempt_is_kept_with_what_was_sent_and_what_came_back(self):
        receiver = self.start_with_receiver(Answer(500, body=b"not \xff now"), CLOSE, 204)
        sent = self.account.send_id()
        self.account.advance(to="idle")
        attempts = self.list("webhooks")
        came = receiver.webhooks
        self.assertEqual((attempts["more"], attempts["evicted"], len(came)), (False, 0, 3))
        for each in attempts["attempts"]:
            self.assertGreater(each.pop("took_us"), 0)
        request = {"headers": {"Content-Type": "application/json",
                               "User-Agent": f"nexo-mock/{self.emulator.ready['version']}",
                               "X-NEXO-Event-Type": "otp.delivered",
                               "X-NEXO-Signature": came[0].signature},
                   "body": came[0].body.decode()}
        common = {"kind": "scheduled", "account": self.name, "delivery": sent,
                  "type": "otp.delivered", "url": receiver.url(), "request": request}
        self.assertEqual(attempts["attempts"], [
            common | {"seq": number, "number": number, "due_at": f"2026-05-26T10:00:{at}.000Z",
                      "ended_at": f"2026-05-26T10:00:{at}.000Z", "outcome": outcome,
                      "status": status, "error": error, "reply": reply}
            for number, at, outcome, status, error, reply in [
                (1, "02", "failed", 500, None, "not \ufffd now"),
                (2, "07", "failed", None, attempts["attempts"][1]["error"], None),
                (3, "37", "acknowledged", 204, None, None)]])
        self.assertTrue(attempts["attempts"][1]["error"])

    def test_a_rules_headers_are_kept_as_they_were_sent(self):
        receiver = self.start_with_receiver()
        for phone in "+84980000084", "+84980000085", "+84980000087":
            self.account.send(phone)
            self.account.advance(by="2s")
        missing, wrong, tampered = self.list("webhooks")["attempts"]
        self.assertNotIn("X-NEXO-Signature", missing["request"]["headers"])
        for known, came in zip((missing, wrong, tampered), receiver.webhooks, strict=True):
            self.assertEqual(known["request"]["body"].encode(), came.body)
            for name, value in known["request"]["headers"].items():
                self.assertEqual(came.headers[name.lower()], value)

    def test_they_are_found_by_delivery_and_outcome(self):
        self.start_with_receiver(500, 200)
        first = self.account.send_id()
        self.account.advance(by="2s")  # fails
        second = self.account.send_id()
        self.account.advance(to="idle")
        self.account.mock("POST", "webhooks/ping")
        self.account.mock("POST", "webhooks/1/redeliver")
        kept = self.list("webhooks")["attempts"]
        self.assertEqual([each["kind"] for each in kept],
                         ["scheduled"] * 3 + ["ping", "redelivery"])
        for query, found in [(f"delivery={first}", [1, 3, 5]), (f"delivery={second}", [2]),
                             ("delivery=test", [4]), (f"delivery={UNKNOWN}", []),
                             ("outcome=failed", [1]), ("outcome=acknowledged", [2, 3, 4, 5]),
                             (f"delivery={first}&outcome=acknowledged", [3, 5]),
                             (f"delivery={first}&after=1&limit=1", [3])]:
            self.assertEqual(self.seqs("webhooks", "attempts", query), found, query)
        self.check_queries("webhooks", ("outcome=200", "outcome=Failed", "outcome=given_up"))

    def test_pages_go_over_all_accounts(self):
        self.start_with_receiver()
        for _ in range(2):
            for account in self.account, self.other:
                account.send()
                account.advance(to="idle")
        self.check_paging("webhooks", "attempts", self.everyone)
        self.assertEqual(self.seqs("webhooks", "attempts"), [1, 3])
        self.assertEqual(self.seqs("webhooks", "attempts", "", self.other), [2, 4])

    def test_what_made_way_is_counted_and_can_not_be_sent_again(self):
        self.start_with_receiver(options=["--max-journal", "2"])
        for _ in range(5):
            self.account.send()
            self.account.advance(to="idle")
        told = self.list("webhooks")
        self.assertEqual(([each["seq"] for each in told["attempts"]], told["evicted"]), ([4, 5], 3))
        self.assertEqual(self.account.mock("POST", "webhooks/3/redeliver").status, 404)
        self.assertEqual(self.account.mock("POST", "webhooks/4/redeliver").status, 200)
        self.assertEqual(self.list("webhooks", "", self.everyone)["evicted"], 4)


class Deliveries(JournalCase):
    def test_pages_go_over_all_accounts(self):
        self.start("--max-deliveries", "3")
        for _ in range(3):
            for account in self.account, self.other:
                account.send("+84980000000")
        self.check_paging("deliveries", "deliveries", self.everyone)
        self.check_paging("deliveries", "deliveries", self.account)
        self.account.send("+84980000000")
        self.assertEqual(self.seqs("deliveries", "deliveries"), [3, 5, 7])
        self.assertEqual(self.list("deliveries")["evicted"], 1)
        self.assertEqual(self.list("deliveries", "", self.everyone)["evicted"], 1)
        self.assertEqual(self.list("deliveries", "", self.other)["evicted"], 0)
        self.check_queries("deliveries", (
            "status=lost", "status=Sent", "phone=0981234567", "phone=x",
            "phone=84981234567"))

    def test_filters_and_pages_go_together(self):
        self.start()
        for phone in PHONE, "+84980000002", PHONE, "+84980000020":
            self.account.send(phone)
        self.account.advance(to="idle")
        for query, found in [("", [1, 2, 3, 4]), ("status=delivered", [1, 3]),
                             ("status=failed", [2]), ("status=sent", [4]),
                             (f"phone={PHONE}", [1, 3]), ("phone=%2B84981234567", [1, 3]),
                             (f"phone={PHONE}&status=failed", []),
                             (f"phone={PHONE}&limit=1", [1]), (f"phone={PHONE}&after=1", [3])]:
            self.assertEqual(self.seqs("deliveries", "deliveries", query), found, query)
        self.assertIs(self.list("deliveries", f"phone={PHONE}&limit=1")["more"], True)
        self.assertIs(self.list("deliveries", "status=failed&limit=1")["more"], False)
