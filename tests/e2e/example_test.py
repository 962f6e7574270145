"""The whole file of docs/scenarios.md does what it says, figure by figure, under a manual clock."""

import re
import unittest

from emulator import REPOSITORY, Emulator
from receiver import Receiver
from scenario_files import scenario_file

START = "2026-05-26T10:00:00"
LADDER = ["5s", "30s", "2m", "10m", "30m"]
PHONE = "+84981234567"


def whole_file():
    """The first scenario of the page."""
    page = (REPOSITORY / "docs/scenarios.md").read_text()
    return re.search(r"^## A whole file\n.*?^```json\n(.*?)^```$", page, re.M | re.S)[1]


def seconds_of(time):
    """Seconds since the start, of a time of that day before midnight."""
    hours, minutes, seconds = re.fullmatch(r"2026-05-26T(\d+):(\d+):([\d.]+)Z", time).groups()
    return round((int(hours) - 10) * 3600 + int(minutes) * 60 + float(seconds), 3)


class WholeFile(unittest.TestCase):
    def setUp(self):
        self.receiver = self.enterContext(Receiver(200))
        path = self.enterContext(scenario_file(whole_file()))
        self.emulator = self.enterContext(Emulator(
            "--scenario", path, "--clock", f"manual@{START}Z",
            "--webhook-url", self.receiver.url()))

    def buckets(self, account):
        return account.balance().json["buckets"]

    def test_the_ready_line_names_scenario_and_seed(self):
        self.assertEqual((self.emulator.ready["scenario"], self.emulator.ready["seed"]),
                         ("busy-then-answer", 42))

    def test_two_calls_are_busy_after_5_s_and_refunded_and_the_third_is_answered_after_12(self):
        account = self.emulator.account()
        for nth in 1, 2:
            sent = account.send(PHONE)
            self.assertEqual((sent.status, sent.json["cost"], sent.json["balance"]),
                             (202, 0.022, 0.088))
            account.advance(by="4999ms")
            self.assertEqual(account.delivery(sent.json["id"]).json["status"], "sent")
            account.advance(by="1ms")
            told = account.delivery(sent.json["id"]).json
            self.assertEqual((told["status"], told["error_code"], told["carrier_status"],
                              told["cost"]), ("failed", "busy", "user_busy", 0))
            self.assertEqual(seconds_of(told["completed_at"]), 5 * nth)
            self.assertEqual(self.buckets(account)["free_credit"], 0.11)
        sent = account.send_id(PHONE)
        account.advance(by="11999ms")
        self.assertEqual(account.delivery(sent).json["status"], "sent")
        account.advance(by="1ms")
        told = account.delivery(sent).json
        self.assertEqual((told["status"], told["error_code"], told["cost"]),
                         ("delivered", None, 0.022))
        self.assertEqual(seconds_of(told["completed_at"]), 22)
        self.assertEqual(self.buckets(account),
                         {"balance": 0, "bonus_credit": 0, "free_credit": 0.088})
        types = [self.receiver.get().headers["x-nexo-event-type"] for _ in range(3)]
        self.assertEqual(types, ["otp.failed", "otp.failed", "otp.delivered"])

    def test_all_but_the_number_of_the_first_rule_get_500_in_the_second_minute(self):
        account = self.emulator.account()
        sent = account.send_id("+84561234567")
        account.advance(by="59999ms")
        self.assertEqual(account.balance().status, 200)
        account.advance(by="1ms")
        for _ in range(2):
            for reply in (account.send("+84971234567"), account.balance(),
                          account.delivery(sent)):
                self.assertEqual((reply.status, reply.json),
                                 (500, {"ok": False, "error": "internal_error"}))
            account.advance(by="29999ms")
        self.assertEqual(account.send(PHONE).status, 202)
        account.advance(by="2ms")
        self.assertEqual(account.send("+84971234567").status, 202)
        self.assertEqual(account.balance().json["balance"], 0.044)

    def test_mobifone_costs_more_and_other_numbers_are_answered_after_25_to_60_s(self):
        account = self.emulator.account("sk_live_rich")
        sent = {phone: account.send(phone).json
                for phone in ("+84901234567", "+84971234567", "+84561234567")}
        self.assertEqual({each["carrier"]: each["cost"] for each in sent.values()},
                         {"mobifone": 0.03, "viettel": 0.022, "vietnamobile": 0.022})
        account.advance(to="idle")
        for each in sent.values():
            told = account.inspect(each["id"])
            self.assertEqual((told["status"], told["rule"]), ("delivered", "rule 4"))
            self.assertTrue(25 <= seconds_of(told["completed_at"]) <= 60)

    def test_one_in_ten_vinaphone_calls_rings_out_after_45_to_60_s(self):
        account = self.emulator.account("sk_live_rich")
        sent = [account.send_id("+84911234567") for _ in range(500)]
        account.advance(to="idle")
        failed = [told for told in map(account.inspect, sent) if told["status"] == "failed"]
        self.assertTrue(25 < len(failed) < 80, len(failed))
        for told in failed:
            self.assertEqual((told["error_code"], told["rule"]), ("no_answer", "rule 3"))
            self.assertTrue(45 <= seconds_of(told["completed_at"]) <= 60)
        spent = round((500 - len(failed)) * 0.022, 3)
        self.assertAlmostEqual(account.balance().json["balance"], 25.11 - spent, places=9)

    def test_money_is_spent_from_free_credit_first_and_ends_with_402(self):
        rich = self.emulator.account("sk_live_rich")
        self.assertEqual(self.buckets(rich),
                         {"balance": 25, "bonus_credit": 0, "free_credit": 0.11})
        for _ in range(6):
            rich.send_id("+84971234567")
        self.assertEqual(self.buckets(rich),
                         {"balance": 24.978, "bonus_credit": 0, "free_credit": 0})
        poor = self.emulator.account()
        self.assertEqual([poor.send("+84971234567").status for _ in range(6)], [202] * 5 + [402])

    def test_the_fenced_account_is_403_from_here_and_the_revoked_one_401(self):
        fenced, revoked = map(self.emulator.account, ("sk_live_fenced", "sk_live_revoked"))
        self.assertEqual((fenced.balance().status, fenced.balance().error),
                         (403, "ip_not_allowed"))
        self.assertEqual((revoked.send().status, revoked.send().error), (401, "unauthorized"))


class Ladder(unittest.TestCase):
    def test_a_webhook_nobody_acknowledges_is_tried_six_times_with_one_signature(self):
        receiver = self.enterContext(Receiver(500))
        path = self.enterContext(scenario_file(whole_file()))
        emulator = self.enterContext(Emulator("--scenario", path, "--clock", f"manual@{START}Z",
                                              "--webhook-url", receiver.url()))
        account = emulator.account()
        sent = account.send_id(PHONE)
        fired = account.advance(to="idle")["fired"]
        self.assertEqual([(seconds_of(each["at"]), each["type"]) for each in fired],
                         [(5, "delivery"), (5, "webhook"), (10, "webhook"), (40, "webhook"),
                          (160, "webhook"), (760, "webhook"), (2560, "webhook")])
        attempts = account.attempts(sent)
        self.assertEqual([seconds_of(each["due_at"]) for each in attempts],
                         [5, 10, 40, 160, 760, 2560])
        self.assertEqual({each["status"] for each in attempts}, {500})
        self.assertEqual(account.inspect(sent)["webhooks"][0]["state"], "given_up")
        webhooks = receiver.webhooks
        self.assertEqual(len(webhooks), 6)
        self.assertEqual(len({(each.body, each.signature) for each in webhooks}), 1)
        self.assertTrue(webhooks[0].is_signed_with("whsec_dev"))
        self.assertEqual(account.delivery(sent).json["status"], "failed")
