"""GET /_mock/accounts, GET and PATCH /_mock/account: what an account is, and changing it."""

import unittest

from client import Account
from emulator import Emulator
from receiver import Receiver
from scenario_files import scenario_file

START = "manual@2026-05-26T10:00:00Z"
NOW = "2026-05-26T10:00:00.000Z"
NOBODY = {"accepted": 0, "refused": 0, "lost": 0, "pending": 0, "delivered": 0, "failed": 0,
          "evicted": 0}
NO_WEBHOOKS = {"waiting": 0, "acknowledged": 0, "given_up": 0, "attempts": 0}


class AccountCase(unittest.TestCase):
    def start(self, *options, scenario=None):
        if scenario is not None:
            options = [*options, "--scenario", self.enterContext(scenario_file(scenario))]
        self.emulator = self.enterContext(Emulator("--clock", START, "--seed", "42", *options))
        self.everyone = self.emulator.everything()
        self.account = self.emulator.account("sk_live_account_mine")

    def known(self, who=None):
        reply = (who or self.account).mock("GET", "account")
        self.assertEqual((reply.status, reply.json["ok"]), (200, True))
        return reply.json["account"]

    def change(self, changes, who=None):
        reply = (who or self.account).mock("PATCH", "account", changes)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.json, {"ok": True, "account": self.known(who)})
        return reply.json["account"]


class Shown(AccountCase):
    def test_a_new_account_is_shown_with_everything(self):
        self.start()
        known = self.known()
        self.assertRegex(known["account"], "^sk_live_…ne#[0-9a-f]{4}$")
        self.assertEqual(known, {
            "account": known["account"], "seq": 1, "began_at": NOW,
            "clock": {"mode": "manual", "now": NOW}, "scenario": "default", "state": "start",
            "balance": 0.11, "buckets": {"balance": 0, "bonus_credit": 0, "free_credit": 0.11},
            "webhook": None, "ip_allowlist": [], "revoked": False, "deliveries": NOBODY,
            "webhooks": NO_WEBHOOKS, "requests": 0})

    def test_what_happened_is_counted(self):
        receiver = self.enterContext(Receiver(410, 200, 500))
        self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec")
        for phone in "+84981234567", "+84980000002", "+84980000020", "wrong", "+84980000042":
            self.account.send(phone)
        with self.assertRaises(ConnectionError):
            self.emulator.account(self.account.key).send("+84980000061")
        self.account.advance(by="2s")
        self.account.send("+84980000000")
        self.account.delivery("unknown")
        while self.known()["webhooks"]["attempts"] < 3:
            pass
        known = self.known()
        self.assertEqual(known["deliveries"], {"accepted": 4, "refused": 3, "lost": 1, "pending": 1,
                                               "delivered": 2, "failed": 1, "evicted": 0})
        self.assertEqual(known["webhooks"],
                         {"waiting": 1, "acknowledged": 1, "given_up": 1, "attempts": 3})
        self.assertEqual((known["requests"], known["clock"]["now"], known["webhook"]),
                         (8, "2026-05-26T10:00:02.000Z", {"url": receiver.url()}))
        health = self.everyone.mock("GET", "health").json
        self.assertEqual((health["deliveries"], health["webhooks"]),
                         (known["deliveries"], known["webhooks"]))

    def test_what_the_scenario_says_of_it_is_shown(self):
        self.start(scenario={
            "name": "listed", "accounts": [{
                "key": "sk_live_account_mine", "balance": 25, "bonus_credit": 0.5,
                "free_credit": 0, "webhook": {"url": "https://example.com/x", "secret": "s"},
                "ip_allowlist": ["10.0.0.0/8", "::1", "192.168.1.7"], "revoked": True}],
            "rules": [{"then": {"deliver": True, "set_state": "next"}}]})
        known = self.known()
        self.assertEqual((known["balance"], known["buckets"]),
                         (25.5, {"balance": 25, "bonus_credit": 0.5, "free_credit": 0}))
        self.assertEqual((known["webhook"], known["ip_allowlist"], known["revoked"]),
                         ({"url": "https://example.com/x"}, ["10.0.0.0/8", "::1", "192.168.1.7"],
                          True))
        other = self.emulator.account()
        other.send()
        self.assertEqual((self.known(other)["state"], known["state"], known["scenario"]),
                         ("next", "start", "listed"))

    def test_all_of_them_are_listed_in_order_of_appearance(self):
        self.start()
        clients = [self.emulator.account() for _ in range(5)]
        for each in clients:
            each.balance()
        names = [self.known(each)["account"] for each in clients]

        def page(query="", who=self.everyone):
            told = who.mock("GET", f"accounts{query}").json
            return [(each["seq"], each["account"]) for each in told["accounts"]], told["more"]
        listed = list(enumerate(names, 1))
        self.assertEqual(page(), (listed, False))
        self.assertEqual(page("?limit=2"), (listed[:2], True))
        self.assertEqual(page("?limit=2&after=2"), (listed[2:4], True))
        self.assertEqual(page("?limit=2&after=4"), (listed[4:], False))
        self.assertEqual(page("?after=5"), ([], False))
        self.assertEqual(page("", clients[2]), ([listed[2]], False))
        self.assertEqual(page("?after=3", clients[2]), ([], False))
        for query in "?limit=0", "?limit=10001", "?after=x":
            reply = self.everyone.mock("GET", f"accounts{query}")
            self.assertEqual((reply.status, reply.error), (400, "invalid_query"))
        self.assertEqual(self.everyone.mock("GET", "accounts").json["accounts"],
                         [self.known(each) for each in clients])

    def test_resets_take_accounts_away_and_their_numbers_go_on(self):
        self.start()
        self.account.balance()
        self.account.mock("POST", "reset")
        self.assertEqual(self.known()["seq"], 1)
        self.everyone.mock("POST", "reset")
        self.assertEqual(self.everyone.mock("GET", "accounts").json["accounts"], [])
        self.assertEqual(self.known()["seq"], 2)

    def test_head_and_other_methods(self):
        self.start()
        for path, allowed in ("account", "GET, HEAD, PATCH"), ("accounts", "GET, HEAD"):
            head = self.account.mock("HEAD", path)
            self.assertEqual((head.status, head.body), (200, b""))
            for method in "POST", "PUT", "DELETE":
                reply = self.account.mock(method, path)
                self.assertEqual((reply.status, reply.headers["allow"]), (405, allowed))

    def test_one_account_has_to_be_named(self):
        self.start()
        for method in "GET", "HEAD", "PATCH":
            reply = self.everyone.mock(method, "account", {"balance": 1})
            self.assertEqual(reply.status, 400)
            if method != "HEAD":
                self.assertEqual(reply.error, "account_needed")
                self.assertIn('"Authorization: Bearer sk_live_', reply.json["detail"])
        nobody = Account(self.emulator.url, "nobody")
        self.assertEqual(nobody.mock("PATCH", "account", {"balance": 1}).status, 401)
        self.assertEqual(self.everyone.mock("GET", "accounts").json["accounts"], [])


class Changed(AccountCase):
    def test_buckets_hold_what_they_are_told_to(self):
        self.start()
        for changes, buckets in [({"balance": 25}, (25, 0, 0.11)),
                                 ({"bonus_credit": 0.5, "free_credit": 0}, (25, 0.5, 0)),
                                 ({"balance": 0.000001, "free_credit": 1.123456},
                                  (0.000001, 0.5, 1.123456)),
                                 ({"balance": 0, "bonus_credit": 0, "free_credit": 0}, (0, 0, 0)),
                                 ({}, (0, 0, 0)),
                                 ({"balance": 1_000_000_000_000}, (1_000_000_000_000, 0, 0))]:
            known = self.change(changes)["buckets"]
            self.assertEqual(tuple(known.values()), buckets)
            self.assertEqual(self.account.balance().json["buckets"], known)
        self.change({"balance": 0.022})
        self.assertEqual([self.account.send().status for _ in range(2)], [202, 402])

    def test_a_refund_is_added_to_what_there_is_then(self):
        self.start()
        self.account.send("+84980000002")
        self.change({"free_credit": 1})
        self.account.advance(to="idle")
        self.assertEqual(self.known()["buckets"]["free_credit"], 1.022)

    def test_webhooks_go_where_they_are_told_to_from_then_on(self):
        self.start()
        with Receiver() as first, Receiver() as second:
            for receiver, secret in (first, "whsec_a"), (second, "whsec_b"):
                known = self.change({"webhook": {"url": receiver.url(), "secret": secret}})
                self.assertEqual(known["webhook"], {"url": receiver.url()})
                self.account.send("+84980000000")
                self.account.advance(to="idle")  # which waits for the webhook's end
                self.assertTrue(receiver.get().is_signed_with(secret))
            before = self.account.send_id("+84981234567")
            self.account.advance(by="2s")
            second.get()
            self.assertIsNone(self.change({"webhook": None})["webhook"])
            self.account.send("+84980000000")
            self.account.advance(to="idle")
            first.get_nothing()
            second.get_nothing()
        self.assertEqual(self.account.inspect(before)["webhooks"][0]["state"], "acknowledged")

    def test_retries_under_way_keep_their_target(self):
        self.start()
        with Receiver(500, 200) as first, Receiver() as second:
            self.change({"webhook": {"url": first.url(), "secret": "whsec"}})
            self.account.send()
            self.account.advance(by="2s")
            self.change({"webhook": {"url": second.url(), "secret": "whsec"}})
            self.account.advance(to="idle")
            self.assertEqual((len(first.webhooks), len(second.webhooks)), (2, 0))

    def test_addresses_and_revoked_keys_are_refused_from_then_on(self):
        self.start()
        self.assertEqual(self.change({"ip_allowlist": ["10.0.0.0/8", "2001:db8::/32"]})
                         ["ip_allowlist"], ["10.0.0.0/8", "2001:db8::/32"])
        self.assertEqual((self.account.send().status, self.account.send().error),
                         (403, "ip_not_allowed"))
        self.change({"ip_allowlist": ["127.0.0.1"]})
        self.assertEqual(self.account.send().status, 202)
        self.assertIs(self.change({"revoked": True})["revoked"], True)
        self.assertEqual(self.account.balance().status, 401)
        self.assertEqual(self.known()["revoked"], True)  # control calls go on
        self.assertEqual(self.emulator.account().balance().status, 200)
        self.change({"revoked": False, "ip_allowlist": []})
        self.assertEqual(self.account.balance().status, 200)

    def test_it_goes_before_a_scenario_that_comes_later_until_a_reset(self):
        self.start()
        self.change({"revoked": True, "balance": 7, "ip_allowlist": ["10.0.0.0/8"],
                     "webhook": {"url": "http://localhost:1/mine", "secret": "s"}})
        for who in self.everyone, self.account:
            who.mock("PUT", "scenario", {"name": "later", "account_defaults": {
                "balance": 99, "webhook": {"url": "http://localhost:1/x", "secret": "s"}}})
            known = self.known()
            self.assertEqual((known["scenario"], known["revoked"], known["buckets"]["balance"],
                              known["ip_allowlist"], known["webhook"]),
                             ("later", True, 7, ["10.0.0.0/8"], {"url": "http://localhost:1/mine"}))
        self.account.mock("POST", "reset")
        known = self.known()
        self.assertEqual((known["revoked"], known["buckets"]["balance"], known["ip_allowlist"],
                          known["webhook"]), (False, 99, [], {"url": "http://localhost:1/x"}))

    def test_nobody_else_is_changed(self):
        self.start()
        other = self.emulator.account()
        before = self.known(other)
        self.change({"balance": 9, "revoked": True, "webhook": None})
        self.assertEqual(self.known(other), before)

    def test_a_body_with_mistakes_is_refused_with_their_places_and_changes_nothing(self):
        self.start()
        before = self.known()
        money = "expected an amount of dollars, not negative, with six decimals at most, found"
        url = 'expected a URL like "http://localhost:3000/webhooks/nexo", found'
        for text, detail in [
                ("", "body:1:1: error: the text ends too early"),
                ("[]", "body:1:1: error: expected an object, found a list"),
                ("null", "body:1:1: error: expected an object, found null"),
                ('{"balance": -1}', f"body:1:13: error: /balance: {money} -1"),
                ('{"balance": "1"}', f'body:1:13: error: /balance: {money} "1"'),
                ('{"balance": 0.0000001}', f"body:1:13: error: /balance: {money} 0.0000001"),
                ('{"balance": null}', f"body:1:13: error: /balance: {money} null"),
                ('{"balanc": 1}',
                 'body:1:2: error: unknown key "balanc" (did you mean "balance"?)'),
                ('{"key": "sk_live_x"}', None),
                ('{"balance": 1, "balance": 2}', None),
                ('{"revoked": 1}', "body:1:13: error: /revoked: expected true or false, found 1"),
                ('{"ip_allowlist": ["x",\n "10.0.0.0/33"]}',
                 'body:1:19: error: /ip_allowlist/0: expected an IP address or a block like '
                 '"10.0.0.0/8", found "x"\nbody:2:2: error: /ip_allowlist/1: expected an IP '
                 'address or a block like "10.0.0.0/8", found "10.0.0.0/33"'),
                ('{"ip_allowlist": "10.0.0.0/8"}', None),
                ('{"webhook": {}}',
                 'body:1:13: error: /webhook: expected "url" and "secret", or null to send no '
                 'webhooks'),
                ('{"webhook": {"url": "http://localhost/"}}',
                 'body:1:13: error: /webhook: "url" needs a "secret" beside it: every webhook is '
                 'signed'),
                ('{"webhook": {"secret": "s"}}',
                 'body:1:13: error: /webhook: "secret" needs a "url" beside it'),
                ('{"webhook": {"url": "ftp://x/", "secret": "s"}}',
                 f'body:1:21: error: /webhook/url: {url} "ftp://x/"'),
                ('{"webhook": {"url": "http://x/", "secret": "s", "extra": 1}}', None),
                ('{"balance": 5, "webhook": "http://x/"}', None)]:
            with self.subTest(text=text):
                reply = self.account.mock("PATCH", "account", text)
                self.assertEqual((reply.status, reply.error), (400, "invalid_body"))
                self.assertRegex(reply.json["detail"], r"\Abody:\d+:\d+: error: ")
                if detail is not None:
                    self.assertEqual(reply.json["detail"], detail)
                self.assertEqual(self.known(), before)
