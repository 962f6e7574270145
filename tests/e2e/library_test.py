"""The scenarios in scenarios/: each does what it says. Those about webhooks are in
library_webhooks_test."""

import time
from collections import Counter

import clients_view as seen
from emulator import Emulator
from library import KEY, MOBIFONE, START, VIETTEL, VINAPHONE, LibraryCase
from outcomes import PRICE


def statuses_of_any_call(account, delivery_id):
    """Of each call of the vendor's API."""
    return [account.send().status, account.delivery(delivery_id).status, account.balance().status]


class Calls(LibraryCase):
    """How calls end."""

    def test_instant_success_delivers_at_once_and_never_runs_dry(self):
        account = self.start("instant-success").account(KEY)
        for _ in range(100):
            self.check_end(account, account.send_id())
        self.assertGreater(account.balance().json["balance"], 900)

    def test_no_answer_rings_out_whoever_is_called(self):
        account = self.start("no-answer").account(KEY)
        for phone in [VIETTEL, MOBIFONE, VINAPHONE, "+84980000000"] * 3:
            self.check_course(account, phone, "45s..60s", "no_answer")

    def test_busy_then_delivered_counts_for_each_number(self):
        account = self.start("busy-then-delivered").account(KEY)
        for phone in VIETTEL, MOBIFONE:
            self.check_course(account, phone, "5s", "busy")
            self.check_course(account, phone, "5s", "busy")
            self.check_course(account, phone, "12s")
            self.check_course(account, phone, "12s")

    def test_flaky_fails_one_in_ten_and_the_same_ones_with_the_same_seed(self):
        def ends(seed):
            with Emulator("--scenario", "flaky", "--clock", "manual", "--seed", seed) as emulator:
                account = emulator.account(KEY)
                for _ in range(1000):
                    account.send_id()
                account.advance(by="25s")
                account.advance(by="35s")
                return [each["error_code"] for each in account.deliveries()]

        first = ends("7")
        self.assertEqual(set(first), {None, "no_answer"})
        self.assertTrue(70 <= first.count("no_answer") <= 130, first.count("no_answer"))
        self.assertEqual(ends("7"), first)
        self.assertNotEqual(ends("8"), first)

    def test_flaky_calls_take_as_long_as_they_say(self):
        account = self.start("flaky").account(KEY)
        for _ in range(100):
            sent = account.send_id()
            fails = account.inspect(sent)["rule"] == "rings out"
            self.check_ends_within(account, sent, "45s..60s" if fails else "25s..60s",
                                   "no_answer" if fails else None)

    def test_carrier_outage_fails_then_refuses_then_recovers(self):
        account = self.start("carrier-outage").account(KEY)
        self.check_course(account, VIETTEL, "5s")
        account.advance(by="54999ms")
        self.check_course(account, VIETTEL, "5s")  # sent a millisecond before it begins
        self.check_course(account, VIETTEL, "10s", "network_error")
        self.check_course(account, MOBIFONE, "5s")
        account.advance(by="10001ms")  # second 90
        self.check_refused(account, VIETTEL, "no_route")
        self.check_course(account, MOBIFONE, "5s")
        account.advance(by="24999ms")
        self.check_refused(account, VIETTEL, "no_route")
        account.advance(by="1ms")  # second 120
        self.check_course(account, VIETTEL, "5s")

    def test_never_terminal_leaves_every_call_sent_and_holds_the_money(self):
        account = self.start("never-terminal").account(KEY)
        for phone in VIETTEL, MOBIFONE, "+84980000001":
            self.check_stays_sent(account, account.send_id(phone))
        self.assertAlmostEqual(account.balance().json["balance"], 0.110 - 3 * PRICE, places=9)

    def test_late_terminal_ends_after_10_to_20_minutes(self):
        account = self.start("late-terminal").account(KEY)
        for _ in range(3):
            self.check_course(account, VIETTEL, "10m..20m")
            self.check_course(account, "+84980000012", "10m..20m", "timeout")


class Carriers(LibraryCase):
    def test_mobifone_no_route_refuses_its_numbers_alone(self):
        account = self.start("mobifone-no-route").account(KEY)
        for phone in MOBIFONE, "+84931234567", "+84771234567":
            self.check_refused(account, phone, "no_route")
        for phone in VIETTEL, VINAPHONE:
            self.check_course(account, phone, "2s")

    def test_ported_numbers_have_the_price_and_the_route_of_the_new_carrier(self):
        account = self.start("ported-numbers").account(KEY)
        for phone, carrier, price in (("+84981000001", "mobifone", 0.030),
                                      ("+84901000002", "viettel", 0.022),
                                      (VIETTEL, "viettel", 0.022),
                                      (MOBIFONE, "mobifone", 0.030)):
            with self.subTest(phone):
                sent = self.check_course(account, phone, "2s", price=price)
                self.assertEqual(account.delivery(sent).json["carrier"], carrier)
        self.check_refused(self.start("ported-numbers").account(KEY), "+84981000003", "no_route")


class Money(LibraryCase):
    def test_insufficient_balance_comes_as_soon_as_the_file_says(self):
        emulator = self.start("insufficient-balance")
        for key, sends in (("sk_live_empty", 0), ("sk_live_a_bit_short", 0),
                           ("sk_live_last_one", 1), (KEY, 2)):
            with self.subTest(key):
                account = emulator.account(key)
                for _ in range(sends):
                    self.check_course(account, VIETTEL, "2s")
                self.check_refused(account, VIETTEL, "insufficient_balance")

    def test_insufficient_balance_ends_with_the_refund_of_a_failed_call(self):
        account = self.start("insufficient-balance").account("sk_live_last_one")
        sent = account.send_id("+84980000001")
        self.check_refused(account, VIETTEL, "insufficient_balance")
        self.check_ends_within(account, sent, "10s", "no_answer")
        self.check_course(account, VIETTEL, "2s")
        self.check_refused(account, VIETTEL, "insufficient_balance")

    def test_spend_order_takes_from_one_bucket_after_another(self):
        account = self.start("spend-order").account("sk_live_three_buckets")

        def check_buckets(free, bonus, balance):
            self.assertEqual(account.balance().json["buckets"],
                             {"free_credit": free, "bonus_credit": bonus, "balance": balance})

        def check_drawn(sent, free, bonus, balance):
            self.assertEqual(account.inspect(sent)["drawn"],
                             {"free_credit": free, "bonus_credit": bonus, "balance": balance})

        check_buckets(0.03, 0.03, 0.03)
        check_drawn(self.check_course(account, VIETTEL, "2s"), 0.022, 0, 0)
        failed = account.send_id("+84980000001")
        check_buckets(0, 0.016, 0.03)
        check_drawn(failed, 0.008, 0.014, 0)
        self.check_ends_within(account, failed, "2s", "no_answer")
        check_buckets(0.008, 0.03, 0.03)  # the refund went where it came from
        check_drawn(self.check_course(account, VIETTEL, "2s"), 0.008, 0.014, 0)
        check_drawn(self.check_course(account, VIETTEL, "2s"), 0, 0.016, 0.006)
        check_drawn(self.check_course(account, VIETTEL, "2s"), 0, 0, 0.022)
        check_buckets(0, 0, 0.002)
        self.check_refused(account, VIETTEL, "insufficient_balance")


class Api(LibraryCase):
    def test_rate_limited_refuses_with_retry_after_until_somebody_waited_as_long(self):
        emulator = self.start("rate-limited")
        for account in emulator.account(KEY), emulator.account("sk_live_another"):
            for wait in None, None, "1999ms":
                if wait:
                    account.advance(by=wait)
                self.check_refused(account, VIETTEL, "rate_limited", retry_after="2")
            account.advance(by="1ms")
            for _ in range(3):
                self.check_course(account, VIETTEL, "2s")

    def test_api_outage_lasts_from_second_10_to_second_40(self):
        account = self.start("api-outage").account(KEY)
        sent = account.send_id()
        account.advance(by="9999ms")
        self.assertEqual(statuses_of_any_call(account, sent), [202, 200, 200])
        account.advance(by="1ms")
        self.check_refused(account, VIETTEL, "internal_error")
        self.assertEqual(statuses_of_any_call(account, sent), [500] * 3)
        account.advance(by="19999ms")
        self.assertEqual(statuses_of_any_call(account, sent), [500] * 3)
        self.assertEqual(account.inspect(sent)["completed_at"], START.replace(":00Z", ":15.000Z"))
        account.advance(by="1ms")
        self.check_refused(account, VIETTEL, "service_unavailable", retry_after="10")
        account.advance(by="9999ms")
        self.assertEqual(statuses_of_any_call(account, sent), [503] * 3)
        account.advance(by="1ms")
        self.check_end(account, sent)
        self.check_course(account, VIETTEL, "15s")

    def test_slow_api_makes_clients_wait(self):
        account = self.start("slow-api").account(KEY)

        def took(call):
            began = time.monotonic()
            reply = call()
            return reply, time.monotonic() - began

        for _ in range(2):
            reply, seconds = took(account.send)
            self.assertGreaterEqual(seconds, 0.5)
            delivery_id = reply.json["id"]
        reads = [took(account.balance), took(lambda: account.delivery(delivery_id))]
        self.assertEqual([reply.status for reply, _ in reads], [200, 200])
        for _, seconds in reads:
            self.assertGreater(seconds, 0.1)  # the median is 0.4
        self.check_ends_within(account, delivery_id, "25s..60s")

    def test_slow_api_makes_the_call_of_a_client_that_has_given_up(self):
        account = self.start("slow-api").account(KEY)
        for _ in range(2):  # the client tries again
            view = seen.view_of_send(account, "+84980000066", seen.SHORT)
            self.assertEqual(view.kind, seen.SILENCE)
        account.advance(by="2s")
        self.assertEqual([each["settlement"] for each in account.deliveries()], ["charged"] * 2)

    def test_broken_network_breaks_sends_in_every_way_and_the_same_with_the_same_seed(self):
        def story(sends):
            with Emulator("--scenario", "broken-network", "--clock", "manual",
                          "--seed", "7") as emulator:
                account, views, made = emulator.account(KEY), [], []
                for _ in range(sends):
                    views.append(seen.view_of_send(account, VIETTEL, seen.LONG))
                    made.append(len(account.deliveries()))
                account.advance(by="60s")
                self.assertEqual({each["status"] for each in account.deliveries()}, {"delivered"})
            was_made = [after > before for before, after in zip([0, *made], made)]
            return [(view.kind, is_made) for view, is_made in zip(views, was_made)]

        told = story(150)
        kinds = Counter(told)
        shares = {(seen.REPLY, True): 72, (seen.RESET, False): 4, (seen.CLOSED, False): 4,
                  (seen.NO_HTTP, False): 4, (seen.SILENCE, False): 2, (seen.RESET, True): 4,
                  (seen.CLOSED, True): 4, (seen.HALF, True): 4, (seen.DRIPS, True): 2}
        self.assertEqual(sum(shares.values()), 100)
        self.assertEqual(set(kinds), set(shares))
        self.assertTrue(90 <= kinds[seen.REPLY, True] <= 126, kinds)
        self.assertEqual(story(30), told[:30])


class Doors(LibraryCase):
    def test_ip_blocked_refuses_every_call_but_of_the_account_without_a_list(self):
        emulator = self.start("ip-blocked")
        account = emulator.account(KEY)
        self.check_refused(account, VIETTEL, "ip_not_allowed")
        free = emulator.account("sk_live_from_anywhere")
        sent = self.check_course(free, VIETTEL, "2s")
        self.assertEqual(statuses_of_any_call(free, sent), [202, 200, 200])
        self.assertEqual(statuses_of_any_call(account, sent), [403] * 3)

    def test_revoked_key_is_refused_and_others_are_good(self):
        emulator = self.start("revoked-key")
        for key in "sk_live_good", KEY:
            sent = self.check_course(emulator.account(key), VIETTEL, "2s")
        revoked = emulator.account("sk_live_revoked")
        self.check_refused(revoked, VIETTEL, "unauthorized")
        self.assertEqual(statuses_of_any_call(revoked, sent), [401] * 3)

    def test_revoked_key_can_be_revoked_while_its_calls_are_under_way(self):
        account = self.start("revoked-key").account("sk_live_rotated")
        self.check_course(account, VIETTEL, "2s")
        account.advance(by="57999ms")
        sent = account.send_id()
        account.advance(by="1ms")
        self.check_refused(account, VIETTEL, "unauthorized")
        account.advance(by="24h")
        self.assertEqual(statuses_of_any_call(account, sent), [401] * 3)
        self.assertEqual(account.inspect(sent)["settlement"], "charged")
