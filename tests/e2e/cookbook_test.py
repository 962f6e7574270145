"""docs/cookbook.md: each of its files does what the words around it promise."""

import collections
import concurrent.futures
import http.client
import json
import re
import threading
import time
import unittest

import signatures
from client import parse_reply
from clients_view import DRIPS, HALF, LONG, NO_HTTP, RESET, SHORT, SILENCE, view_of_send
from emulator import REPOSITORY, SLOWNESS, Emulator, run
from outcomes import OutcomeCase
from receiver import CLOSE, Receiver
from scenario_files import scenario_file

PAGE = (REPOSITORY / "docs/cookbook.md").read_text()
ENTRY = re.compile(r"^### ([^\n]+)\n(.*?)^```json\n// ([a-z-]+)\.json\n(.*?)^```$",
                   re.MULTILINE | re.DOTALL)
SECRET = "whsec_dev"  # as the page says
PHONE = "+84981234567"
OTHER = "+84971234567"
MOBIFONE = "+84901234567"
VINAPHONE = "+84911234567"


class Entry:
    def __init__(self, heading, prose, name, scenario):
        self.heading, self.prose, self.name, self.scenario = heading, prose, name, scenario


ENTRIES = [Entry(*found.groups()) for found in ENTRY.finditer(PAGE)]
BY_NAME = {each.name: each for each in ENTRIES}
CHECKED = []  # the names of entries with a check


def entry(name):
    """Marks the check of an entry."""
    CHECKED.append(name)

    def mark(check):
        check.entry = name
        return check
    return mark


def anchor(heading):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class Page(unittest.TestCase):
    def test_there_are_at_least_26_entries_and_each_heading_has_a_file(self):
        self.assertGreaterEqual(len(ENTRIES), 26)
        self.assertEqual([each.heading for each in ENTRIES],
                         re.findall(r"^### (.*)$", PAGE, re.MULTILINE))

    def test_no_two_files_have_one_name(self):
        self.assertEqual(len(BY_NAME), len(ENTRIES))

    def test_each_entry_has_a_check_and_each_check_an_entry(self):
        self.assertEqual(sorted(CHECKED), sorted(BY_NAME))

    def test_each_entry_says_what_it_is_about_and_its_file_is_short(self):
        for each in ENTRIES:
            with self.subTest(each.name):
                self.assertTrue(each.prose.strip())
                self.assertLessEqual(each.scenario.count("\n"), 12)

    def test_each_file_passes_the_strict_check(self):
        for each in ENTRIES:
            with self.subTest(each.name), scenario_file(each.scenario) as path:
                done = run("check", "--strict", path)
                self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_the_contents_lead_to_each_entry_once_in_order(self):
        contents = PAGE.split("\n## ")[0]
        self.assertEqual(re.findall(r"\]\(#([^)]+)\)", contents),
                         [anchor(each.heading) for each in ENTRIES])

    def test_the_built_in_scenarios_it_names_are_there(self):
        named = set(re.findall(r"--scenario ([a-z-]+)", " ".join(each.prose for each in ENTRIES)))
        self.assertGreater(len(named), 5)
        built_in = {path.stem for path in (REPOSITORY / "scenarios").glob("*.json")}
        self.assertLessEqual(named, built_in)


class EntryCase(OutcomeCase):
    """A check plays the file of its entry; its clock stands still unless the check moves it."""

    def emulator(self, *options, clock="manual@2026-05-26T10:00:00Z", receiver=None):
        mine = BY_NAME[getattr(self, self._testMethodName).entry]
        path = self.enterContext(scenario_file(mine.scenario, f"{mine.name}.json"))
        if receiver:
            options += ("--webhook-url", receiver.url(), "--webhook-secret", SECRET)
        return self.enterContext(Emulator("--scenario", path, "--clock", clock, *options))

    def account(self, *options, key=None, **more):
        return self.emulator(*options, **more).account(key)

    def receiver(self, *answers):
        return self.enterContext(Receiver(*answers))

    def assert_sent(self, account, delivery_id):
        """Neither answered nor failed yet."""
        self.assertEqual(account.delivery(delivery_id).json["status"], "sent")

    def assert_refused(self, reply, status, error):
        self.assertEqual((reply.status, reply.json["ok"], reply.error), (status, False, error))

    def assert_balance(self, account, amount):
        self.assertEqual(account.balance().json["balance"], amount)


class Calls(EntryCase):
    @entry("no-answer")
    def test_a_call_rings_out_after_45_to_60_s_and_is_refunded(self):
        account = self.account()
        self.check_course(account, PHONE, "45s..60s", "no_answer")

    @entry("second-attempt")
    def test_the_first_call_to_each_number_is_busy_and_all_others_are_answered(self):
        account = self.account()
        for phone in PHONE, OTHER:
            self.check_course(account, phone, "5s", "busy")
        for phone in PHONE, OTHER, PHONE:
            self.check_course(account, phone, "3s")

    @entry("send-again")
    def test_a_second_call_finds_the_line_busy_and_ends_after_the_first(self):
        account = self.account()
        first, second = account.send_id(), account.send_id()
        account.advance(by="25s")
        self.check_end(account, first)
        self.assert_sent(account, second)
        account.advance(by="3s")
        self.check_end(account, second, "busy")
        self.check_course(account, OTHER, "25s")
        self.check_course(account, PHONE, "25s")

    @entry("worth-a-retry")
    def test_two_numbers_stay_bad_and_the_others_are_reached_at_the_third_call(self):
        account = self.account()
        for _ in range(3):
            self.check_course(account, "+84981111111", "3s", "invalid_number")
            self.check_course(account, "+84982222222", "3s", "barred")
        for phone in PHONE, OTHER:
            for _ in range(2):
                self.check_course(account, phone, "3s", "unreachable")
            self.check_course(account, phone, "3s")

    @entry("same-five-percent")
    def test_two_runs_fail_the_same_calls_about_one_in_twenty(self):
        runs = []
        for _ in range(2):
            account = self.account(key="sk_live_same_every_time")
            sent = [account.send_id() for _ in range(400)]
            account.advance(by="3s")
            ended = {each["id"]: each["error_code"] for each in account.deliveries()}
            runs.append([ended[each] for each in sent])
        self.assertEqual(runs[0], runs[1])
        self.assertEqual(set(runs[0]), {None, "network_error"})
        self.assertTrue(8 <= runs[0].count("network_error") <= 36, runs[0].count("network_error"))

    @entry("by-code")
    def test_the_code_decides_and_the_number_does_not(self):
        account = self.account()
        self.assert_refused(account.send(PHONE, "0000"), 400, "invalid_code")
        for code, end in (("123499", "no_answer"), ("9999", "no_answer"), ("1234", None),
                          ("00000", None)):
            self.check_ends_within(account, account.send_id(PHONE, code), "3s", end)

    @entry("never-ends")
    def test_a_call_stays_sent_untold_of_and_its_money_held(self):
        receiver = self.receiver()
        account = self.account(receiver=receiver)
        sent = account.send_id()
        self.check_stays_sent(account, sent)
        receiver.get_nothing()
        self.assert_balance(account, 0.088)

    @entry("too-late")
    def test_a_call_is_answered_charged_and_told_of_after_three_minutes(self):
        receiver = self.receiver()
        account = self.account(receiver=receiver)
        self.check_course(account, PHONE, "3m")
        came = receiver.get()
        self.assertEqual(came.headers["x-nexo-event-type"], "otp.delivered")
        self.assertTrue(came.is_signed_with(SECRET))

    @entry("a-night")
    def test_all_kinds_of_ends_happen_and_the_books_are_right(self):
        emulator = self.emulator("--seed", "5")
        account = emulator.account("sk_live_a_night")  # a fixed key: each run draws alike
        threads = threading.local()

        def send(_):
            if not hasattr(threads, "account"):
                threads.account = emulator.account(account.key)
            try:
                return threads.account.send().status
            except http.client.RemoteDisconnected:
                threads.account.close()
                return "closed"

        with concurrent.futures.ThreadPoolExecutor(40) as workers:
            replies = collections.Counter(workers.map(send, range(600)))
        account.advance(to="idle")
        made = account.deliveries()
        self.assertEqual(set(replies), {202, 500, "closed"})
        self.assertEqual(len(made), replies[202] + replies["closed"])
        ends = collections.Counter((each["status"], each["error_code"]) for each in made)
        self.assertEqual(set(ends), {("delivered", None), ("sent", None), ("failed", "busy"),
                                     ("failed", "no_answer")})
        self.assertTrue(500 < ends["delivered", None] < 580, ends)
        paid = ends["delivered", None] + ends["sent", None]
        self.assert_balance(account, round(1000.11 - 0.022 * paid, 3))


class ApiErrors(EntryCase):
    @entry("rate-limited")
    def test_two_sends_are_429_with_retry_after_and_free_and_then_all_is_well(self):
        account = self.account()
        for _ in range(2):
            reply = account.send()
            self.assert_refused(reply, 429, "rate_limited")
            self.assertEqual(reply.headers["retry-after"], "2")
        self.assert_balance(account, 0.11)
        for _ in range(3):
            self.check_course(account, PHONE, "3s")

    @entry("recovers")
    def test_who_waits_half_a_minute_after_a_429_gets_through_and_who_does_not_is_refused(self):
        account = self.account()
        for _ in range(2):
            self.check_course(account, PHONE, "3s")
        for wait in None, None, "29999ms":
            if wait:
                account.advance(by=wait)
            reply = account.send()
            self.assert_refused(reply, 429, "rate_limited")
            self.assertEqual(reply.headers["retry-after"], "30")
        account.advance(by="1ms")
        for _ in range(2):
            self.check_course(account, PHONE, "3s")
        self.assert_refused(account.send(), 429, "rate_limited")

    @entry("quota")
    def test_five_calls_are_fine_and_a_minute_later_the_next_five(self):
        account = self.account()
        for _ in range(2):
            for _ in range(5):
                account.send_id()
            for wait in "1ms", "59998ms":
                self.assert_refused(account.send(OTHER), 429, "rate_limited")
                account.advance(by=wait)
            self.assert_refused(account.send(), 429, "rate_limited")
            account.advance(by="1ms")

    @entry("too-often")
    def test_a_fourth_call_to_a_number_is_429_and_other_numbers_notice_nothing(self):
        account = self.account()
        for _ in range(3):
            self.check_course(account, PHONE, "3s")
        for _ in range(2):
            reply = account.send()
            self.assert_refused(reply, 429, "rate_limited")
            self.assertEqual(reply.headers["retry-after"], "3600")
        self.check_course(account, OTHER, "3s")

    @entry("down-for-a-minute")
    def test_all_calls_are_500_in_the_second_minute_and_webhooks_come_all_the_same(self):
        receiver = self.receiver()
        account = self.account(receiver=receiver)
        self.assert_balance(account, 0.11)
        account.advance(by="59999ms")
        sent = account.send_id()
        for wait in "1ms", "59999ms":
            account.advance(by=wait)
            for reply in account.send(), account.balance(), account.delivery(sent):
                self.assert_refused(reply, 500, "internal_error")
        self.assertIn(sent.encode(), receiver.get().body)
        account.advance(by="1ms")
        self.assertEqual(account.attempts(sent)[0]["due_at"], "2026-05-26T10:01:29.999Z")
        self.check_end(account, sent)
        self.check_course(account, PHONE, "30s")

    @entry("every-tenth")
    def test_each_tenth_send_is_500_and_the_next_one_is_accepted(self):
        account = self.account()
        statuses = [account.send().status for _ in range(30)]
        self.assertEqual(statuses, ([202] * 9 + [500]) * 3)
        self.assertEqual(len(account.deliveries()), 27)

    @entry("polling-fails")
    def test_three_polls_for_a_number_are_503_while_everything_else_works(self):
        account = self.account()
        first, other = account.send_id(PHONE), account.send_id(OTHER)
        account.advance(by="3s")
        for sent in first, other:
            for _ in range(3):
                self.assert_refused(account.delivery(sent), 503, "service_unavailable")
            self.check_end(account, sent)
        self.assert_balance(account, 0.066)
        self.check_course(account, PHONE, "3s")

    @entry("not-found-yet")
    def test_two_polls_are_404_and_the_third_finds_the_delivery(self):
        account = self.account()
        sent = account.send_id()
        for _ in range(2):
            self.assert_refused(account.delivery(sent), 404, "not_found")
        self.assert_sent(account, sent)
        account.advance(by="3s")
        self.check_end(account, sent)

    @entry("html")
    def test_every_call_is_502_with_a_page_that_is_no_json(self):
        account = self.account()
        for reply in account.send(), account.balance(), account.delivery("any"):
            self.assertEqual((reply.status, reply.headers["content-type"], reply.body),
                             (502, "text/html", b"<html><h1>502 Bad Gateway</h1></html>"))
            self.assertEqual(reply.header_names.count("content-type"), 1)
        self.assertEqual(account.deliveries(), [])

    @entry("new-error")
    def test_the_error_is_one_that_nobody_has_heard_of(self):
        account = self.account()
        reply = account.send()
        self.assert_refused(reply, 409, "number_on_holiday")
        self.assertEqual(reply.headers["content-type"], "application/json")

    @entry("ok-is-false")
    def test_the_status_is_200_and_there_is_no_delivery(self):
        account = self.account()
        reply = account.send()
        self.assert_refused(reply, 200, "service_unavailable")
        self.assertNotIn("id", reply.json)
        self.assertEqual(account.deliveries(), [])


class Network(EntryCase):
    def assert_delivered(self, account, count):
        """So many calls were made, whatever the client knows of them."""
        account.advance(by="3s")
        self.assertEqual([each["status"] for each in account.deliveries()], ["delivered"] * count)
        self.assert_balance(account, round(0.11 - 0.022 * count, 3))

    @entry("lost-reply")
    def test_the_first_reply_to_each_number_is_reset_and_the_retry_is_charged_again(self):
        account = self.account()
        for phone, left in (PHONE, 0.066), (OTHER, 0.022):
            self.assertEqual(view_of_send(account, phone).kind, RESET)
            self.assertEqual(account.send(phone).json["balance"], left)
        self.assert_delivered(account, 4)

    @entry("lost-request")
    def test_the_first_call_to_each_number_is_reset_and_leaves_nothing_behind(self):
        account = self.account()
        for phone, left in (PHONE, 0.088), (OTHER, 0.066):
            self.assertEqual(view_of_send(account, phone).kind, RESET)
            self.assertEqual(account.send(phone).json["balance"], left)
        self.assert_delivered(account, 2)

    @entry("half-json")
    def test_half_of_the_reply_comes_and_the_call_was_made(self):
        account = self.account()
        view = view_of_send(account, PHONE)
        self.assertEqual(view.kind, HALF)
        reply, _ = parse_reply(view.raw)
        self.assertEqual(reply.status, 202)
        self.assertTrue(reply.body.startswith(b'{"ok":true'))
        with self.assertRaises(json.JSONDecodeError):
            json.loads(reply.body)
        self.assert_delivered(account, 1)

    @entry("no-http")
    def test_no_call_gets_http_for_an_answer_and_nothing_is_made(self):
        account = self.account()
        self.assertEqual(view_of_send(account, PHONE).kind, NO_HTTP)
        for call in account.balance, lambda: account.delivery("any"):
            with self.assertRaises(http.client.BadStatusLine):
                call()
            account.close()
        self.assertEqual(account.deliveries(), [])

    @entry("never-answers")
    def test_no_call_gets_an_answer_nothing_is_made_and_the_control_api_answers(self):
        emulator = self.emulator()
        account = emulator.account()
        self.assertEqual(view_of_send(account, PHONE, SHORT).kind, SILENCE)
        with emulator.connect() as impatient:
            impatient.settimeout(SHORT)
            impatient.sendall(f"GET /api/v1/balance HTTP/1.1\r\nHost: x\r\n"
                              f"Authorization: {account.authorization}\r\n\r\n".encode())
            with self.assertRaises(TimeoutError):
                impatient.recv(1)
        self.assertEqual(account.deliveries(), [])
        health = emulator.everything().mock("GET", "health").json
        self.assertEqual(health["deliveries"]["lost"], 2)

    @entry("slow-but-fine")
    def test_no_reply_takes_five_seconds_and_some_take_more_than_300_ms(self):
        account = self.account("--seed", "1", key="sk_live_slow_but_fine")
        with concurrent.futures.ThreadPoolExecutor(5) as workers:
            views = list(workers.map(lambda _: view_of_send(account, PHONE), range(5)))
        self.assertEqual({view.reply.status for view in views}, {202})
        slowest = max(view.took for view in views)
        self.assertGreater(slowest, 0.3)
        self.assertLess(slowest, 5 * SLOWNESS)
        self.assert_delivered(account, 5)

    @entry("too-slow")
    def test_a_client_gives_up_and_the_call_is_made_charged_and_delivered(self):
        account = self.account()
        self.assertEqual(view_of_send(account, PHONE, SHORT).kind, SILENCE)
        self.assert_delivered(account, 1)

    @entry("drips")
    def test_some_of_the_reply_comes_and_it_is_not_whole_when_the_client_gives_up(self):
        account = self.account()
        self.assertEqual(view_of_send(account, PHONE, LONG).kind, DRIPS)
        self.assert_delivered(account, 1)


class WalletAndAccounts(EntryCase):
    @entry("runs-dry")
    def test_the_fourth_send_is_402_and_the_three_before_go_on(self):
        account = self.account()
        sent = [account.send_id() for _ in range(3)]
        for _ in range(2):
            reply = account.send()
            self.assert_refused(reply, 402, "insufficient_balance")
            self.assertIn("deposit_url", reply.json)
        account.advance(by="3s")
        for each in sent:
            self.check_end(account, each)
        self.assert_balance(account, 0)

    @entry("paid-in")
    def test_two_sends_are_402_and_the_third_is_paid_for(self):
        account = self.account()
        for _ in range(2):
            reply = account.send()
            self.assert_refused(reply, 402, "insufficient_balance")
            self.assertIn("deposit_url", reply.json)
        self.assertEqual(account.send().json["balance"], 25.088)

    @entry("prices-change")
    def test_calls_cost_more_after_ten_minutes_and_those_before_keep_their_price(self):
        account = self.account()
        self.assert_balance(account, 10)
        account.advance(by="599999ms")
        old = account.send_id()
        account.advance(by="1ms")
        new = account.send()
        self.assertEqual((new.json["cost"], new.json["balance"]), (0.0275, 9.9505))
        account.advance(by="3s")
        costs = [account.delivery(each).json["cost"] for each in (old, new.json["id"])]
        self.assertEqual(costs, [0.022, 0.0275])

    @entry("no-refund")
    def test_a_rejected_call_costs_its_price_in_poll_webhook_and_wallet(self):
        receiver = self.receiver()
        account = self.account(receiver=receiver)
        sent = account.send_id()
        account.advance(by="3s")
        for told in account.delivery(sent).json, json.loads(receiver.get().body):
            self.assertEqual((told["status"], told["error_code"], told["cost"]),
                             ("failed", "rejected", 0.022))
        self.assert_balance(account, 0.088)

    @entry("two-accounts")
    def test_one_shop_is_answered_the_other_is_not_and_strangers_are_401(self):
        emulator = self.emulator()
        good, bad = map(emulator.account, ("sk_live_good_shop", "sk_live_bad_shop"))
        self.check_course(good, PHONE, "3s")
        self.check_course(bad, PHONE, "3s", "no_answer")
        self.assert_balance(good, 25.088)
        self.assert_balance(bad, 1.11)
        self.assert_refused(emulator.account().send(), 401, "unauthorized")

    @entry("key-revoked")
    def test_one_send_is_the_last_good_call_and_its_webhook_still_comes(self):
        receiver = self.receiver()
        account = self.account(receiver=receiver)
        self.check_course(account, PHONE, "3s")
        receiver.get()
        last = account.send_id("+84980000097")
        for reply in (account.send(), account.send("+84980000097"), account.balance(),
                      account.delivery(last)):
            self.assert_refused(reply, 401, "unauthorized")
        account.advance(by="30s")
        self.assertIn(last.encode(), receiver.get().body)
        account.mock("POST", "reset")
        self.assertEqual(account.send().status, 202)

    @entry("ip-not-allowed")
    def test_the_fenced_key_is_403_everywhere_and_others_are_not(self):
        emulator = self.emulator()
        fenced = emulator.account("sk_live_fenced")
        for reply in fenced.send(), fenced.balance(), fenced.delivery("any"):
            self.assert_refused(reply, 403, "ip_not_allowed")
        self.assertEqual(emulator.account().send().status, 202)

    @entry("ported")
    def test_the_ported_number_is_told_of_and_paid_for_as_mobifones(self):
        receiver = self.receiver()
        account = self.account(receiver=receiver)
        reply = account.send(PHONE).json
        self.assertEqual((reply["carrier"], reply["cost"]), ("mobifone", 0.03))
        account.advance(by="3s")
        self.assertEqual(account.delivery(reply["id"]).json["carrier"], "mobifone")
        self.assertEqual(json.loads(receiver.get().body)["carrier"], "mobifone")
        other = account.send(OTHER).json
        self.assertEqual((other["carrier"], other["cost"]), ("viettel", 0.022))

    @entry("no-route")
    def test_mobifones_numbers_are_422_at_no_cost_and_the_others_are_answered(self):
        account = self.account()
        for _ in range(2):
            self.assert_refused(account.send(MOBIFONE), 422, "no_route")
        self.assert_balance(account, 0.11)
        self.check_course(account, PHONE, "3s")


class Webhooks(EntryCase):
    @entry("before-my-insert")
    def test_the_webhook_is_there_before_the_reply_and_comes_again_if_it_is_refused(self):
        known = set()

        def answer(webhook):
            return 200 if json.loads(webhook.body)["id"] in known else 404

        receiver = self.receiver(answer)
        account = self.account(receiver=receiver)
        sent = account.send_id()
        self.assertEqual(len(receiver.webhooks), 1)
        known.add(sent)
        account.advance(by="5s")
        self.assertEqual([each["status"] for each in account.attempts(sent)], [404, 200])
        self.assertEqual(account.inspect(sent)["webhooks"][0]["state"], "acknowledged")

    @entry("twice")
    def test_the_same_bytes_with_the_same_signature_come_twice(self):
        receiver = self.receiver()
        account = self.account(receiver=receiver)
        account.send_id()
        account.advance(by="2999ms")
        receiver.get_nothing()
        account.advance(to="idle")
        first, second = receiver.get(), receiver.get()
        self.assertEqual((first.body, first.signature), (second.body, second.signature))
        self.assertTrue(first.is_signed_with(SECRET))
        receiver.get_nothing()

    @entry("bad-signatures")
    def test_a_receiver_that_checks_refuses_four_and_accepts_the_good_one(self):
        receiver = self.receiver(lambda came: 200 if came.is_signed_with(SECRET) else 401)
        account = self.account(receiver=receiver)
        kinds = [signatures.MISSING, signatures.OTHER, signatures.TAMPERED, signatures.RAW_SECRET]
        for nth, kind in enumerate(kinds, 1):
            sent = account.send_id(f"+8498000000{nth}")
            account.advance(by="1ms")
            self.assertEqual(account.attempts(sent)[0]["status"], 401)
            self.assertEqual(signatures.kind_of(receiver.get(), SECRET), kind)
        sent = account.send_id(PHONE)
        account.advance(by="1ms")
        self.assertEqual(account.inspect(sent)["webhooks"][0]["state"], "acknowledged")

    @entry("failed-then-delivered")
    def test_two_webhooks_contradict_each_other_and_the_call_is_free(self):
        receiver = self.receiver()
        account = self.account(receiver=receiver)
        sent = account.send_id()
        for wait, kind in ("5s", "failed"), ("15s", "delivered"):
            account.advance(by=wait)
            self.assertEqual(receiver.get().headers["x-nexo-event-type"], f"otp.{kind}")
            self.assertEqual(account.delivery(sent).json["status"], kind)
            self.assert_balance(account, 0.11)
        account.advance(to="idle")
        receiver.get_nothing()

    @entry("no-webhook")
    def test_the_call_ends_untold_of_and_polling_finds_out(self):
        receiver = self.receiver()
        account = self.account(receiver=receiver)
        self.check_course(account, PHONE, "3s")
        account.advance(to="idle")
        receiver.get_nothing()

    @entry("out-of-order")
    def test_each_second_call_is_told_of_before_the_one_before_it(self):
        receiver = self.receiver()
        account = self.account(receiver=receiver)
        sent = []
        for _ in range(4):
            sent.append(account.send_id())
            account.advance(by="1s")
        account.advance(to="idle")
        came = [json.loads(receiver.get().body)["id"] for _ in range(4)]
        self.assertEqual(came, [sent[1], sent[3], sent[0], sent[2]])

    @entry("receiver-down")
    def test_a_receiver_that_was_down_for_two_minutes_gets_everything_once(self):
        up = threading.Event()
        receiver = self.receiver(lambda _: 200 if up.is_set() else CLOSE)
        account = self.account(receiver=receiver)
        sent = [account.send_id() for _ in range(3)]
        account.advance(by="2m")
        up.set()
        account.advance(to="idle")
        for each in sent:
            attempts = account.attempts(each)
            self.assertEqual([(told["due_at"][11:19], told["status"]) for told in attempts],
                             [("10:00:03", None), ("10:00:08", None), ("10:00:38", None),
                              ("10:02:38", 200)])
            self.assertEqual(account.inspect(each)["webhooks"][0]["state"], "acknowledged")
        self.assertEqual({json.loads(each.body)["id"] for each in receiver.webhooks[-3:]},
                         set(sent))

    @entry("gone")
    def test_410_is_the_last_attempt_and_polling_finds_out(self):
        receiver = self.receiver(410)
        account = self.account(receiver=receiver)
        sent = account.send_id()
        account.advance(to="idle")
        self.assertEqual(len(receiver.webhooks), 1)
        self.assertEqual(account.inspect(sent)["webhooks"][0]["state"], "given_up")
        self.check_end(account, sent)


class Times(EntryCase):
    @entry("carrier-down")
    def test_vinaphone_fails_from_10_00_to_10_10_and_the_others_never(self):
        account = self.account(clock="manual@2026-05-26T09:50:00Z")
        self.assert_balance(account, 0.11)
        calls = []
        for wait, phone, end in (
                ("599999ms", VINAPHONE, None), ("1ms", VINAPHONE, "network_error"),
                ("1s", PHONE, None), ("598999ms", VINAPHONE, "network_error"),
                ("0s", MOBIFONE, None), ("1ms", VINAPHONE, None)):
            account.advance(by=wait)
            calls.append((account.send_id(phone), end))
        account.advance(by="25s")
        for sent, end in calls:
            self.check_end(account, sent, end)
        self.assert_balance(account, 0.022)

    @entry("switch")
    def test_one_number_closes_the_api_and_another_opens_it(self):
        account = self.account()
        sent = account.send_id()
        for _ in range(2):
            account.send_id("+84980000098")
            for reply in account.send(), account.balance(), account.delivery(sent):
                self.assert_refused(reply, 503, "service_unavailable")
                self.assertEqual(reply.headers["retry-after"], "30")
            account.send_id("+84980000099")
            self.assertEqual(account.balance().status, 200)
        account.advance(by="3s")
        self.check_end(account, sent)

    @entry("slow-start")
    def test_calls_take_400_ms_and_more_for_half_a_minute_and_then_no_longer(self):
        account = self.account()

        def seconds(call):
            began = time.monotonic()
            self.assertIn(call().status, (200, 202))
            return time.monotonic() - began

        for call in account.balance, account.send:
            self.assertGreaterEqual(seconds(call), 0.4)
        account.advance(by="30s")
        for call in account.balance, account.send:
            self.assertLess(min(seconds(call) for _ in range(2)), 0.4)
