"""The four clocks, and moving the one that only moves when told."""

import time
import unittest

from emulator import SLOWNESS, Emulator, HeldPort
from receiver import Receiver
from scenario_files import scenario_file
from suite import note

START = "2026-05-26T10:00:00Z"
SECRET = "whsec_e2e"


def target(receiver):
    return ["--webhook-url", receiver.url(), "--webhook-secret", SECRET]


def seconds_of(delivery):
    """Simulated seconds from the creation to the end."""
    def at(name):
        hours, minutes, seconds = delivery[name][11:19].split(":")
        return int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return (at("completed_at") - at("created_at")) % 86400


class ClockCase(unittest.TestCase):
    def emulator(self, clock, *options, scenario=None):
        if scenario is not None:
            options += ("--scenario", self.enterContext(scenario_file(scenario)))
        return self.enterContext(Emulator("--clock", clock, *options))


class ManualClock(ClockCase):
    def setUp(self):
        self.running = self.emulator(f"manual@{START}")
        self.account = self.running.account()

    def clock(self):
        return self.account.mock("GET", "clock").json

    def test_it_stands_where_it_was_started(self):
        self.assertEqual(self.clock(), {"ok": True, "mode": "manual",
                                        "now": "2026-05-26T10:00:00.000Z",
                                        "next_due": None})

    def test_time_moves_only_when_told(self):
        sent = self.account.send_id()
        for _ in range(100):
            self.assertEqual(self.account.delivery(sent).json["status"], "sent")
        self.assertEqual(self.clock()["next_due"], "2026-05-26T10:00:02.000Z")

    def test_by_moves_it_by_so_much_and_tells_what_happened(self):
        sent = self.account.send_id()
        self.assertEqual(self.account.advance(by="1500ms")["fired"], [])
        self.assertEqual(self.account.advance(by="10m"), {
            "ok": True, "now": "2026-05-26T10:10:01.500Z", "fired_total": 1,
            "fired": [{"at": "2026-05-26T10:00:02.000Z", "type": "delivery", "delivery": sent,
                       "status": "delivered"}]})
        self.assertEqual(self.clock()["now"], "2026-05-26T10:10:01.500Z")

    def test_next_moves_it_to_what_is_due_next(self):
        first = self.account.send_id("+84980000021")
        second = self.account.send_id()
        self.assertEqual([each["delivery"] for each in self.account.advance(to="next")["fired"]],
                         [second])
        told = self.account.advance(to="next")
        self.assertEqual(([each["delivery"] for each in told["fired"]], told["now"]),
                         ([first], "2026-05-26T10:01:00.000Z"))
        self.assertEqual(self.account.advance(to="next")["fired"], [])
        self.assertEqual(self.clock()["now"], "2026-05-26T10:01:00.000Z")

    def test_idle_moves_it_until_nothing_is_due(self):
        self.account.send("+84980000021")
        self.account.send()
        self.account.send("+84980000020")
        told = self.account.advance(to="idle")
        self.assertEqual((told["fired_total"], told["now"]), (2, "2026-05-26T10:01:00.000Z"))
        self.assertIsNone(self.clock()["next_due"])

    def test_one_account_may_be_moved_alone(self):
        other = self.running.account()
        sent, other_sent = self.account.send_id(), other.send_id()
        self.account.advance(by="2s")
        self.assertEqual(self.account.delivery(sent).json["status"], "delivered")
        self.assertEqual(other.delivery(other_sent).json["status"], "sent")
        self.running.everything().advance(by="2s")
        self.assertEqual(other.delivery(other_sent).json["status"], "delivered")

    def test_accounts_to_come_begin_at_the_time_all_were_moved_to(self):
        self.running.everything().advance(by="1h")
        newcomer = self.running.account()
        sent = newcomer.send_id()
        self.assertEqual(newcomer.delivery(sent).json["created_at"], "2026-05-26T11:00:00Z")

    def test_what_is_no_advance_is_refused_and_moves_nothing(self):
        for body in ["", "no json", "[]", "{}", '{"by":"30s","to":"idle"}', '{"by":"-1s"}',
                     '{"by":30}',
                     '{"by":"soon"}', '{"to":"later"}', '{"for":"30s"}', '{"by":null}']:
            with self.subTest(body=body):
                reply = self.account.mock("POST", "clock/advance", body)
                self.assertEqual((reply.status, reply.error), (400, "invalid_body"))
                self.assertTrue(reply.json["detail"])
        self.assertEqual(self.clock()["now"], "2026-05-26T10:00:00.000Z")

    def test_many_small_steps_do_what_one_leap_does(self):
        def play(steps, step):
            with HeldPort() as port, Emulator(
                    "--clock", f"manual@{START}", "--seed", "7", "--scenario", "realistic",
                    "--webhook-url", f"http://127.0.0.1:{port.number}/",
                    "--webhook-secret", SECRET) as emulator:
                account = emulator.account("sk_live_steps")
                for last in range(1, 6):
                    account.send_id(f"+8498000000{last}")
                fired = [each for _ in range(steps) for each in account.advance(by=step)["fired"]]
                return sorted((each["at"], each["delivery"], each["type"], each.get("attempt", 0))
                              for each in fired)
        leap = play(1, "1h")
        self.assertEqual(len(leap), 5 * (1 + 6))
        self.assertEqual(play(720, "5s"), leap)

    def day(self, webhook_url):
        """A simulated day of a thousand OTPs whose webhooks all fail; answers the real seconds."""
        steps, sends = 25, 40
        path = self.enterContext(scenario_file({
            "account_defaults": {"balance": 100}, "webhook": {"url": webhook_url, "secret": SECRET},
            "rules": [{"when": {"chance": 0.1}, "then": {"fail": "no_answer", "after": "45s..60s"}},
                      {"then": {"deliver": True, "after": "25s..60s"}}]}))
        emulator = self.enterContext(Emulator("--clock", "manual", "--log-level", "error",
                                              "--scenario", path))
        account = emulator.account()
        began = time.monotonic()
        for _ in range(steps):
            for number in range(sends):
                account.send_id(f"+8498123{number:04}")
            account.advance(by=f"{24 * 3600 // steps}s")
        took = time.monotonic() - began
        account.advance(to="idle")
        health = emulator.everything().mock("GET", "health").json
        self.assertEqual(health["deliveries"]["delivered"] + health["deliveries"]["failed"],
                         steps * sends)
        self.assertEqual((health["webhooks"]["attempts"], health["webhooks"]["given_up"]),
                         (steps * sends * 6, steps * sends))
        return took

    def test_a_day_of_a_thousand_otps_with_failing_webhooks_passes_in_moments(self):
        with Receiver(500) as receiver:
            took = self.day(receiver.url())
        note(f"a day with 1000 OTPs and webhooks answered with 500: {took:.2f} s")
        self.assertLess(took, 30 * SLOWNESS)

    def test_a_day_of_a_thousand_otps_with_a_dead_receiver_passes_in_moments(self):
        with HeldPort() as port:
            took = self.day(f"http://127.0.0.1:{port.number}/")
        note(f"a day with 1000 OTPs and a dead receiver: {took:.2f} s")
        self.assertLess(took, 30 * SLOWNESS)


class InstantClock(ClockCase):
    def test_an_otp_is_delivered_by_the_time_the_next_request_is_answered(self):
        account = self.emulator("instant").account()
        for _ in range(5):
            sent = account.send_id()
            self.assertEqual(account.delivery(sent).json["status"], "delivered")

    def test_what_happens_at_once_has_the_times_it_would_have_had(self):
        account = self.emulator("instant", scenario={
            "rules": [{"then": {"deliver": True, "after": "42s"}}]}).account()
        sent = account.send_id()
        self.assertEqual(seconds_of(account.delivery(sent).json), 42)

    def test_the_answer_to_a_send_says_sent_all_the_same(self):
        self.assertEqual(self.emulator("instant").account().send().json["status"], "sent")

    def test_a_failed_otp_is_refunded_at_once(self):
        account = self.emulator("instant").account()
        account.send("+84980000002")
        self.assertEqual(account.balance().json["balance"], 0.11)

    def test_a_whole_ladder_of_retries_is_climbed_at_once(self):
        with Receiver(500, 500, 500, 500, 500, 200) as receiver:
            account = self.emulator("instant", *target(receiver)).account()
            account.send()
            came = [receiver.get() for _ in range(6)]
        self.assertEqual(len({each.signature for each in came}), 1)

    def test_an_otp_that_never_ends_does_not_hold_anything_up(self):
        account = self.emulator("instant").account()
        sent = account.send_id("+84980000020")
        self.assertEqual(account.delivery(sent).json["status"], "sent")


class RunningClocks(ClockCase):
    def test_x60_runs_sixty_times_faster(self):
        with Receiver() as receiver:
            account = self.emulator("x60", *target(receiver)).account()
            began = time.monotonic()
            sent = account.send_id("+84980000021")
            came = receiver.get()
            took = came.at - began
        note(f"60 simulated seconds at x60: {took:.2f} s")
        self.assertEqual(seconds_of(account.delivery(sent).json), 60)
        self.assertGreater(took, 0.95)
        self.assertLess(took, 5 * SLOWNESS)

    def test_x60_climbs_the_ladder_in_the_accounts_own_time(self):
        with Receiver(500, 500, 200) as receiver:
            account = self.emulator("x60", *target(receiver)).account()
            sent = account.send_id()
            first, second, third = (receiver.get().at for _ in range(3))
        self.assertGreater(second - first, 5 / 60 * 0.95)
        self.assertGreater(third - second, 30 / 60 * 0.95)
        self.assertLess(third - first, 5 * SLOWNESS)
        self.assertEqual(len(account.attempts(sent)), 3)

    def test_real_delivers_in_real_time(self):
        with Receiver() as receiver:
            account = self.emulator("real", *target(receiver), scenario={
                "rules": [{"then": {"deliver": True, "after": "400ms"}}]}).account()
            began = time.monotonic()
            account.send()
            took = receiver.get().at - began
        self.assertGreater(took, 0.39)
        self.assertLess(took, 5 * SLOWNESS)

    def test_real_follows_the_wall(self):
        account = self.emulator("real").account()
        before = time.time()
        sent = account.send_id()
        created = account.inspect(sent)["created_at"]
        stamp = time.strftime("%Y-%m-%dT%H:%M:", time.gmtime(before))
        after = time.strftime("%Y-%m-%dT%H:%M:", time.gmtime(time.time()))
        self.assertIn(created[:17], [stamp, after])

    def test_a_clock_that_runs_may_begin_at_another_time(self):
        for clock in f"real@{START}", f"x60@{START}":
            account = self.emulator(clock).account()
            created = account.inspect(account.send_id())["created_at"]
            self.assertRegex(created, "^2026-05-26T10:")

    def test_any_factor_may_be_given(self):
        with Receiver() as receiver:
            emulator = self.emulator("x2000", *target(receiver))
            self.assertEqual(emulator.ready["clock"], "x2000")
            emulator.account().send("+84980000021")
            receiver.get()


class ChangingTheClock(ClockCase):
    def put(self, account, **change):
        return account.mock("PUT", "clock", change)

    def test_a_clock_that_runs_may_be_stopped_and_moved_by_hand(self):
        account = self.emulator("real").account()
        reply = self.put(account, mode="manual")
        self.assertEqual((reply.status, reply.json["mode"]), (200, "manual"))
        sent = account.send_id()
        account.advance(by="2s")
        self.assertEqual(seconds_of(account.delivery(sent).json), 2)

    def test_a_stopped_clock_may_be_let_go(self):
        with Receiver() as receiver:
            account = self.emulator("manual", *target(receiver)).account()
            sent = account.send_id()
            self.put(account, mode="x60")
            receiver.get()
        self.assertEqual(seconds_of(account.delivery(sent).json), 2)

    def test_instant_ends_what_is_pending(self):
        account = self.emulator("manual").account()
        sent = account.send_id("+84980000021")
        self.put(account, mode="instant")
        self.assertEqual(account.delivery(sent).json["status"], "delivered")

    def test_now_moves_it_forward_and_fires_what_is_due_at_its_own_time(self):
        account = self.emulator(f"manual@{START}").account()
        sent = account.send_id()
        reply = self.put(account, now="2026-05-27T00:00:00Z")
        self.assertEqual((reply.status, reply.json["now"]), (200, "2026-05-27T00:00:00.000Z"))
        self.assertEqual(account.delivery(sent).json["completed_at"], "2026-05-26T10:00:02Z")

    def test_time_does_not_go_back(self):
        account = self.emulator(f"manual@{START}").account()
        reply = self.put(account, now="2026-05-26T09:59:59Z")
        self.assertEqual(reply.status, 409)
        self.assertEqual(account.mock("GET", "clock").json["now"], "2026-05-26T10:00:00.000Z")

    def test_a_change_of_one_account_leaves_the_others(self):
        emulator = self.emulator("real")
        account, other = emulator.account(), emulator.account()
        self.put(account, mode="manual")
        self.assertEqual(other.mock("GET", "clock").json["mode"], "real")
        self.assertEqual(emulator.everything().mock("GET", "clock").json["mode"], "real")

    def test_what_is_no_clock_is_refused(self):
        account = self.emulator("manual").account()
        for body in [{}, {"mode": "fast"}, {"mode": "x0"}, {"mode": 60}, {"now": "tomorrow"},
                     {"speed": 2}]:
            with self.subTest(body=body):
                self.assertEqual(account.mock("PUT", "clock", body).status, 400)

    def test_only_a_manual_clock_is_advanced_by_hand(self):
        for clock in "real", "x60", "instant":
            with self.subTest(clock=clock):
                emulator = self.emulator(clock)
                for who in emulator.account(), emulator.everything():
                    for body in {"by": "2s"}, {"to": "next"}, {"to": "idle"}:
                        reply = who.mock("POST", "clock/advance", body)
                        self.assertEqual((reply.status, reply.error), (409, "clock_not_manual"))


class Reset(ClockCase):
    def test_it_leads_back_to_the_start(self):
        account = self.emulator(f"manual@{START}", "--seed", "42").account()
        first = [account.send_id() for _ in range(3)]
        account.advance(by="1h")
        self.assertEqual(account.mock("POST", "reset").json, {"ok": True})
        self.assertEqual(account.balance().json["balance"], 0.11)
        self.assertEqual(account.mock("GET", "clock").json["now"], "2026-05-26T10:00:00.000Z")
        self.assertEqual(account.delivery(first[0]).status, 404)
        self.assertEqual(account.mock("GET", "otp/+84981234567").status, 404)
        self.assertEqual([account.send_id() for _ in range(3)], first)

    def test_it_counts_the_steps_of_a_rule_from_the_first_again(self):
        account = self.emulator("instant").account()
        def course():
            sent = [account.send_id("+84980000022") for _ in range(4)]
            return [account.delivery(each).json["status"] for each in sent]
        first = course()
        self.assertEqual(first, ["failed", "failed", "delivered", "delivered"])
        account.mock("POST", "reset")
        self.assertEqual(course(), first)

    def test_what_was_in_flight_never_shows_up(self):
        with Receiver(500) as receiver:
            account = self.emulator(f"manual@{START}", *target(receiver)).account()
            account.send()
            account.advance(by="2s")
            account.send()
            receiver.get()
            account.mock("POST", "reset")
            self.assertEqual(account.advance(by="24h")["fired"], [])
            receiver.get_nothing()

    def test_of_one_account_it_leaves_the_others_and_of_all_none(self):
        emulator = self.emulator("manual")
        account, other = emulator.account(), emulator.account()
        account.send(), other.send()
        account.mock("POST", "reset")
        self.assertEqual((account.balance().json["balance"], other.balance().json["balance"]),
                         (0.11, 0.088))
        emulator.everything().mock("POST", "reset")
        self.assertEqual(other.balance().json["balance"], 0.11)
