"""The control calls a test suite leans on: codes, deliveries, health."""

import unittest
from unittest.mock import ANY

from emulator import REPOSITORY, Emulator

PHONE = "+84981234567"


class Control(unittest.TestCase):
    def setUp(self):
        self.emulator = self.enterContext(Emulator("--clock", "manual@2026-05-26T10:00:00Z",
                                                   "--seed", "42"))
        self.account = self.emulator.account()

    def test_the_newest_code_of_a_number_can_be_fetched(self):
        self.account.send(PHONE, "1111")
        self.account.send("+84911234567", "2222")
        sent = self.account.send_id(PHONE, "3333")
        reply = self.account.mock("GET", f"otp/{PHONE}")
        self.assertEqual((reply.status, reply.json), (200, {
            "ok": True, "code": "3333", "id": sent, "seq": reply.json["seq"], "phone": PHONE,
            "created_at": "2026-05-26T10:00:00.000Z"}))
        self.assertEqual(self.account.mock("GET", "otp/%2B84981234567").json["code"], "3333")

    def test_a_code_that_was_seen_may_be_passed_over(self):
        self.account.send(PHONE, "1111")
        seen = self.account.mock("GET", f"otp/{PHONE}").json["seq"]
        self.assertEqual(self.account.mock("GET", f"otp/{PHONE}?after={seen}").error, "no_code")
        self.account.send(PHONE, "2222")
        self.assertEqual(self.account.mock("GET", f"otp/{PHONE}?after={seen}").json["code"], "2222")

    def test_codes_of_others_are_seen_without_a_key_alone(self):
        self.account.send(PHONE, "1111")
        self.assertEqual(self.emulator.account().mock("GET", f"otp/{PHONE}").status, 404)
        self.assertEqual(self.emulator.everything().mock("GET", f"otp/{PHONE}").json["code"],
                         "1111")

    def test_no_code_and_no_number_are_told_apart(self):
        self.assertEqual(self.account.mock("GET", f"otp/{PHONE}").error, "no_code")
        for phone in "0981234567", "+8498123456", "x", "%00":
            reply = self.account.mock("GET", f"otp/{phone}")
            self.assertEqual((reply.status, reply.error), (400, "invalid_phone"))
            self.assertTrue(reply.json["detail"])

    def test_a_delivery_is_shown_with_all_that_is_known(self):
        sent = self.account.send_id("+84980000002", "4321")
        self.account.advance(by="2s")
        known = self.account.inspect(sent)
        for name, value in {"id": sent, "phone": "+84980000002", "code": "4321",
                            "carrier": "viettel",
                            "status": "failed", "error_code": "busy", "carrier_status": "user_busy",
                            "cost": 0, "created_at": "2026-05-26T10:00:00.000Z",
                            "completed_at": "2026-05-26T10:00:02.000Z", "rule": "busy",
                            "settlement": "refunded", "webhooks": []}.items():
            self.assertEqual(known[name], value, name)
        self.assertEqual(known["drawn"], {"balance": 0, "bonus_credit": 0, "free_credit": 0.022})
        self.assertNotIn(self.account.key, str(known))
        self.assertEqual(self.emulator.account().mock("GET", f"deliveries/{sent}").status, 404)
        self.assertEqual(self.emulator.everything().inspect(sent), known)

    def test_deliveries_are_listed_in_order_and_by_what_is_asked_for(self):
        phones = [PHONE, "+84911234567", PHONE, "+84980000020"]
        sent = [self.account.send_id(phone) for phone in phones]
        self.account.advance(by="2s")

        def ids(query, who=self.account):
            return [each["id"] for each in who.mock("GET", f"deliveries{query}").json["deliveries"]]
        self.assertEqual(ids(""), sent)
        self.assertEqual(ids("?phone=%2B84981234567"), [sent[0], sent[2]])
        self.assertEqual(ids("?status=sent"), [sent[3]])
        self.assertEqual(ids("?status=delivered&limit=2"), sent[:2])
        seq = self.account.inspect(sent[1])["seq"]
        self.assertEqual(ids(f"?after={seq}"), sent[2:])
        self.assertEqual(ids("", self.emulator.account()), [])
        self.assertEqual(ids("", self.emulator.everything()), sent)
        for query in "?status=lost", "?limit=0", "?limit=x", "?after=-1":
            self.assertEqual(self.account.mock("GET", f"deliveries{query}").status, 400, query)

    def test_finished_deliveries_beyond_the_bound_are_evicted_and_counted(self):
        with Emulator("--clock", "instant", "--max-deliveries", "3") as emulator:
            account = emulator.account()
            sent = [account.send_id() for _ in range(5)]
            self.assertEqual([account.delivery(each).status for each in sent],
                             [404, 404, 200, 200, 200])
            self.assertEqual(account.mock("GET", "deliveries").json["evicted"], 2)
            health = emulator.everything().mock("GET", "health").json
            self.assertEqual(health["deliveries"]["evicted"], 2)

    def test_health_counts_what_happened(self):
        for phone in PHONE, "+84980000002", "+84980000020", "wrong":
            self.account.send(phone)
        self.account.advance(by="2s")
        health = self.emulator.everything().mock("GET", "health").json
        self.assertEqual((health["status"], health["scenario"], health["clock"], health["seed"]),
                         ("ok", "default", "manual", 42))
        self.assertEqual(health["version"], self.emulator.ready["version"])
        self.assertEqual(health["accounts"], 1)
        self.assertEqual(health["deliveries"],
                         {"accepted": 3, "refused": 1, "lost": 0, "pending": 1,
                          "delivered": 1, "failed": 1, "evicted": 0})

    def test_the_schema_of_scenario_files_is_served_as_it_is(self):
        file = REPOSITORY / "scenarios/scenario.schema.json"
        for who in self.account, self.emulator.everything():
            reply = who.mock("GET", "scenario.schema.json")
            self.assertEqual((reply.status, reply.headers["content-type"]),
                             (200, "application/schema+json"))
            self.assertEqual(reply.body, file.read_bytes())
        self.assertEqual(self.account.mock("HEAD", "scenario.schema.json").headers,
                         reply.headers | {"date": ANY})
        self.assertEqual(self.account.mock("PUT", "scenario.schema.json").status, 405)

    def test_wrong_calls_are_refused_in_words(self):
        for method, path, status, error in [("GET", "nothing", 404, "not_found"),
                                            ("DELETE", "clock", 405, "method_not_allowed"),
                                            ("GET", "reset", 405, "method_not_allowed"),
                                            ("POST", "health", 405, "method_not_allowed")]:
            reply = self.account.mock(method, path)
            self.assertEqual((reply.status, reply.json["ok"], reply.error), (status, False, error))
            self.assertTrue(reply.json["detail"])
            self.assertEqual("allow" in reply.headers, status == 405)
        self.account.authorization = "Bearer nonsense"
        self.assertEqual(self.account.mock("GET", "deliveries").status, 401)
