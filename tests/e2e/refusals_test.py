"""What the API refuses, and that a refusal costs nothing and creates nothing."""

import csv
import json
import unittest

from emulator import REPOSITORY, Emulator, fresh_key
from scenario_files import scenario_file

PHONE, CODE = "+84981234567", "482917"

WRONG_PHONES = [
    "", "0981234567", "84981234567", "+840981234567", "0084981234567", "981234567",
    "+84 981234567", "+84 98 123 45 67", "+84-98-123-4567", "+84(98)1234567", "tel:+84981234567",
    " +84981234567", "+84981234567 ", "+84981234567\n", "+84981234567\0", "\t+84981234567",
    "+8498123456", "+849812345678", "+", "+84", "++84981234567", "+84+981234567", "+84-981234567",
    "+8498123456a", "+84９８１２３４５６７", "+84٩٨١٢٣٤٥٦٧", "＋84981234567",
    "+842431234567", "+84243123456", "+842831234567",              # landlines
    "+841800123456", "+84180012345", "+841900123456", "+84190012345",  # service numbers
    "+84672123456", "+84801234567",                                # satellite, government
    "+841681234567", "+84168123456", "+841201234567",              # eleven digits, gone since 2018
    "+84401234567", "+84601234567", "+84951234567", "+84541234567",  # nobody's
    "+85281234567", "+14155552671", "+66812345678",                # other countries
    None, 84981234567, 84981234567.0, True, False, ["+84981234567"], {"number": "+84981234567"},
]

WRONG_CODES = [
    "", "1", "123", "123456789", "12345678901234567890", "12a4", "abcd", "0x12", "1e5", " 1234",
    "1234 ", "12 34", "-1234", "+1234", "12.34", "12-34", "1234\n", "1234\0",
    "１２３４", "١٢٣٤", "④⑤⑥⑦",
    None, 1234, 482917, 1234.5, True, ["1234"], {"code": "1234"},
]

NO_OBJECTS = [
    b"", b" ", b"null", b"true", b"42", b'"text"', b"[]",
    b'[{"phone":"+84981234567","code":"482917"}]',
    b"{", b"}", b'{"phone"', b'{"phone":"+84981234567","code":"482917"',
    b"{'phone':'+84981234567'}",
    b'{"phone":"+84981234567","code":"482917",}', b'{"phone":"+84981234567","code":"482917"} {}',
    b'{"phone":"+84981234567","code":"482917"}x', b'{"phone":"+84981234567" "code":"482917"}',
    b'{"phone":"+84981234567","code":"482917"/* a comment */}', b"phone=%2B84981234567&code=482917",
    b'{"phone":"\xff\xfe","code":"482917"}', b'{"phone":"+849812345\n67","code":"482917"}',
    b"\x00", b"--x\r\nContent-Disposition: form-data; name=phone\r\n\r\n+84981234567\r\n--x--",
]

WRONG_AUTHORIZATIONS = [
    None, "", "Bearer", "Bearer ", "Bearer sk_live_", "Bearer sk_test_abc", "Bearer sk_abc",
    "Bearer pk_live_abc", "Bearer SK_LIVE_abc", "Bearer xsk_live_abc", "sk_live_abc",
    "Basic c2tfbGl2ZV9hYmM6", "Basic sk_live_abc", "Token sk_live_abc", "Bearersk_live_abc",
    "Bearer sk_live_a b", "Bearer \"sk_live_abc\"",
    "Bearer sk_live_é", "Bearer sk_live_" + "a" * 1000,
]

ENDPOINTS = [("POST", "/api/v1/send-otp"), ("GET", "/api/v1/balance"),
             ("GET", "/api/v1/deliveries/8f2e1c4d-0000-4000-8000-000000000000")]


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = cls.enterClassContext(Emulator("--clock", "manual"))

    def setUp(self):
        self.account = self.emulator.account()
        self.addCleanup(self.account.close)

    def assert_refused(self, reply, status, error):
        self.assertEqual((reply.status, reply.body.decode()),
                         (status, f'{{"ok":false,"error":"{error}"}}'))
        self.assertEqual(reply.headers["content-type"], "application/json")

    def assert_nothing_happened(self):
        self.assertEqual(self.account.balance().json["buckets"],
                         {"balance": 0, "bonus_credit": 0, "free_credit": 0.11})
        self.assertEqual(self.account.mock("GET", "deliveries").json["deliveries"], [])
        self.assertEqual(self.account.mock("GET", f"otp/{PHONE}").status, 404)

    def post(self, body):
        return self.account.call("POST", "/api/v1/send-otp", body)

    def test_every_wrong_form_of_phone_is_invalid_phone_and_costs_nothing(self):
        for phone in WRONG_PHONES:
            with self.subTest(phone=phone):
                self.assert_refused(self.post({"phone": phone, "code": CODE}), 400, "invalid_phone")
        self.assert_refused(self.post({"code": CODE}), 400, "invalid_phone")
        self.assert_nothing_happened()

    def test_every_wrong_form_of_code_is_invalid_code_and_costs_nothing(self):
        for code in WRONG_CODES:
            with self.subTest(code=code):
                self.assert_refused(self.post({"phone": PHONE, "code": code}), 400, "invalid_code")
        self.assert_refused(self.post({"phone": PHONE}), 400, "invalid_code")
        self.assert_nothing_happened()

    def test_what_is_no_json_object_is_invalid_json_and_costs_nothing(self):
        for body in NO_OBJECTS:
            with self.subTest(body=body):
                self.assert_refused(self.post(body), 400, "invalid_json")
        self.assert_nothing_happened()

    def test_wrong_keys_are_unauthorized_at_every_endpoint(self):
        body = json.dumps({"phone": PHONE, "code": CODE})
        for authorization in WRONG_AUTHORIZATIONS:
            self.account.authorization = authorization
            for method, path in ENDPOINTS:
                with self.subTest(authorization=authorization, path=path):
                    reply = self.account.call(method, path, body if method == "POST" else None)
                    self.assert_refused(reply, 401, "unauthorized")
                    self.assertEqual(reply.headers["www-authenticate"], "Bearer")

    def test_a_wrong_key_creates_no_account(self):
        before = self.emulator.everything().mock("GET", "health").json["accounts"]
        for authorization in WRONG_AUTHORIZATIONS:
            self.account.authorization = authorization
            self.account.send()
        self.assertEqual(self.emulator.everything().mock("GET", "health").json["accounts"], before)

    def test_the_scheme_of_a_key_may_be_written_in_any_case(self):
        for scheme in ["bearer", "BEARER", "bEaReR"]:
            self.account.authorization = f"{scheme} {self.account.key}"
            self.assertEqual(self.account.balance().status, 200)

    def test_the_checks_run_in_the_order_key_json_phone_code_wallet(self):
        key, self.account.authorization = self.account.authorization, "Bearer wrong"
        self.assert_refused(self.post(b"no json"), 401, "unauthorized")
        self.account.authorization = key
        self.assert_refused(self.post(b"no json"), 400, "invalid_json")
        self.assert_refused(self.post({"phone": "x", "code": "x"}), 400, "invalid_phone")
        self.assert_refused(self.post({"phone": PHONE, "code": "x"}), 400, "invalid_code")
        for _ in range(5):
            self.account.send_id()
        self.assert_refused(self.post({"phone": "x", "code": CODE}), 400, "invalid_phone")
        self.assert_refused(self.post({"phone": PHONE, "code": "x"}), 400, "invalid_code")
        self.assertEqual(self.account.send().error, "insufficient_balance")

    def test_a_send_nobody_can_pay_creates_nothing(self):
        for _ in range(5):
            self.account.send_id()
        for _ in range(3):
            self.assertEqual(self.account.send("+84977777777").status, 402)
        self.assertEqual(self.account.balance().json["balance"], 0)
        self.assertEqual(len(self.account.mock("GET", "deliveries").json["deliveries"]), 5)
        self.assertEqual(self.account.mock("GET", "otp/+84977777777").status, 404)

    def test_codes_of_four_to_eight_digits_are_good(self):
        for code in ["0000", "00000", "482917", "1234567", "99999999"]:
            self.assertEqual(self.account.send(code=code).status, 202)
            self.assertEqual(self.account.mock("GET", f"otp/{PHONE}").json["code"], code)

    def test_neither_content_type_nor_unknown_fields_matter(self):
        body = json.dumps({"code": CODE, "extra": {"phone": "x", "deep": [1, {"code": 2}]},
                           "phone": PHONE, "channel": None})
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "",
                             "application/json;x=y"]:
            reply = self.account.call("POST", "/api/v1/send-otp", body,
                                      {"Content-Type": content_type})
            self.assertEqual(reply.status, 202)

    def test_white_space_around_the_object_does_not_matter(self):
        body = b' \r\n\t{ "phone" : "+84981234567" ,\n "code" : "482917" }\r\n '
        self.assertEqual(self.post(body).status, 202)

    def test_escapes_in_strings_are_understood(self):
        body = rb'{"ph\u006fne":"\u002b84981234567","code":"\u0034829"}'
        self.assertEqual(self.post(body).status, 202)
        self.assertEqual(self.account.mock("GET", f"otp/{PHONE}").json["code"], "4829")

    def test_two_equal_sends_are_two_deliveries_charged_twice(self):
        first, second = self.account.send_id(), self.account.send_id()
        self.assertNotEqual(first, second)
        self.assertEqual(self.account.balance().json["balance"], 0.066)


class DeliveriesThatAreNotFound(unittest.TestCase):
    def test_foreign_unknown_and_malformed_ids_can_not_be_told_apart(self):
        with Emulator("--clock", "manual") as emulator:
            mine, other = emulator.account(), emulator.account()
            own, foreign = mine.send_id(), other.send_id()
            last = "0" if own[-1] != "0" else "1"
            wrong = [foreign, "8f2e1c4d-0000-4000-8000-000000000000", own[:-1] + last, own[:-1],
                     own + "0", own.replace("-", ""), "{" + own + "}", "8f2e1c4d-...", "test", "1",
                     "",
                     "..", "%00", own + "/", own + "/x", "'%20OR%201=1", "a" * 5000]
            replies = {}
            for each in wrong:
                reply = mine.delivery(each)
                reply.headers.pop("date")
                replies[each] = (reply.status, reply.body, sorted(reply.headers.items()))
            self.assertEqual(replies[foreign][:2], (404, b'{"ok":false,"error":"not_found"}'))
            for each, reply in replies.items():
                self.assertEqual(reply, replies[foreign], each)
            self.assertEqual(mine.delivery(own).status, 200)
            self.assertEqual(other.delivery(foreign).status, 200)


class RefusalsOfAScenario(unittest.TestCase):
    def accounts(self, scenario, *keys):
        path = self.enterContext(scenario_file(scenario))
        emulator = self.enterContext(Emulator("--clock", "manual", "--scenario", path))
        return [emulator.account(key) for key in keys]

    def test_a_carrier_without_a_route_answers_no_route_and_costs_nothing(self):
        account, = self.accounts({"api": {"no_route": ["mobifone"]}}, fresh_key())
        reply = account.send("+84901234567")
        self.assertEqual((reply.status, reply.body), (422, b'{"ok":false,"error":"no_route"}'))
        self.assertEqual(account.balance().json["balance"], 0.11)
        self.assertEqual(account.send().status, 202)

    def test_a_client_outside_the_allowlist_is_refused_before_all_but_the_key(self):
        fenced, open_one = self.accounts(
            {"accounts": [{"key": "sk_live_fenced", "ip_allowlist": ["10.0.0.0/8"]},
                          {"key": "sk_live_open", "ip_allowlist": ["127.0.0.0/8"]}]},
            "sk_live_fenced", "sk_live_open")
        for method, path in ENDPOINTS:
            reply = fenced.call(method, path, b"no json" if method == "POST" else None)
            self.assertEqual((reply.status, reply.body),
                             (403, b'{"ok":false,"error":"ip_not_allowed"}'))
        self.assertEqual(open_one.send().status, 202)

    def test_revoked_and_unlisted_keys_are_unauthorized(self):
        revoked, stranger, listed = self.accounts(
            {"api": {"keys": "listed"},
             "accounts": [{"key": "sk_live_revoked", "revoked": True}, {"key": "sk_live_listed"}]},
            "sk_live_revoked", "sk_live_stranger", "sk_live_listed")
        for account in revoked, stranger:
            for reply in account.send(), account.balance():
                self.assertEqual((reply.status, reply.error), (401, "unauthorized"))
        self.assertEqual(listed.send().status, 202)

    def test_a_failed_delivery_is_refunded_to_the_buckets_it_drew_from(self):
        account, = self.accounts(
            {"account_defaults": {"balance": 0.01, "bonus_credit": 0.007, "free_credit": 0.01},
             "rules": [{"then": {"fail": "busy", "after": "5s"}}]}, fresh_key())
        sent = account.send_id()
        self.assertEqual(account.balance().json["buckets"],
                         {"balance": 0.005, "bonus_credit": 0, "free_credit": 0})
        account.advance(by="5s")
        self.assertEqual(account.balance().json["buckets"],
                         {"balance": 0.01, "bonus_credit": 0.007, "free_credit": 0.01})
        self.assertEqual(account.delivery(sent).json["cost"], 0)

    def test_every_prefix_of_the_table_reaches_its_carrier(self):
        account, = self.accounts({"account_defaults": {"balance": 1000}}, fresh_key())
        with open(REPOSITORY / "data/vn-mobile-prefixes.csv", newline="") as table:
            rows = list(csv.DictReader(table))
        owner = {row["prefix"]: row["carrier"] for row in rows}
        for prefix, carrier in owner.items():
            phone = (prefix + "555555555")[:12]
            if any(len(longer) > len(prefix) and phone.startswith(longer) for longer in owner):
                phone = (prefix + "000000000")[:12]
            with self.subTest(phone=phone):
                reply = account.send(phone)
                self.assertEqual((reply.status, reply.json.get("carrier")), (202, carrier))
