"""What script/soak takes for flat, and for books that agree."""

import contextlib
import io
import sys
import unittest
import xml.etree.ElementTree as xml
from decimal import Decimal
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "lib"), str(HERE.parent / "bench/lib")]

import books  # noqa: E402
import flatness  # noqa: E402
import plan  # noqa: E402
import plot  # noqa: E402
from observer import read_metrics  # noqa: E402

MIB = 1024


class Flatness(unittest.TestCase):
    def test_a_curve_that_stays_or_falls_is_flat(self):
        self.assertTrue(flatness.is_flat([400 * MIB] * 10))
        self.assertTrue(flatness.is_flat([400 * MIB - 900 * step for step in range(10)]))

    def test_noise_around_a_level_is_flat(self):
        self.assertTrue(flatness.is_flat([(400 + 3 * (-1) ** step) * MIB for step in range(10)]))

    def test_three_percent_more_over_the_curve_are_not(self):
        self.assertFalse(flatness.is_flat([(400 + 12 * step / 9) * MIB for step in range(10)]))

    def test_a_leak_of_a_byte_and_a_half_for_each_send_is_found(self):
        sends = 2_500_000
        leak = 1.5 * sends / 1024
        self.assertTrue(flatness.is_flat([100 * MIB] * 10))
        self.assertFalse(flatness.is_flat([100 * MIB + leak * 1.2 * step / 9 for step in range(10)]))

    def test_growth_is_that_of_the_line_and_not_of_its_ends(self):
        self.assertAlmostEqual(flatness.growth([0, 10, 20, 30]), 30)
        self.assertEqual(flatness.second_half([1, 2, 3, 4, 5, 6]), [4, 5, 6])
        with self.assertRaises(ValueError):
            flatness.growth([1, 2])


class Plan(unittest.TestCase):
    def test_dollars_are_whole_micro_dollars_or_an_error(self):
        self.assertEqual(plan.micros(Decimal("999999999.978")), 999999999978000)
        self.assertEqual(plan.micros(5), 5_000_000)
        with self.assertRaises(ValueError):
            plan.micros(Decimal("0.0000001"))

    def test_a_round_has_every_account_and_every_kind_of_answer(self):
        book = plan.book()
        self.assertEqual({call.account.name for call in book},
                         {account.name for account in plan.ACCOUNTS if account is not plan.BY_HAND})
        self.assertEqual(set().union(*(call.statuses for call in book)),
                         {200, 202, 400, 402, 404, 422})

    def test_what_is_not_expected_is_told(self):
        counted = plan.Counted()
        book = plan.book()
        counted.add(book, [{"500" if call is book[3] else str(min(call.statuses)): 2}
                           for call in book])
        self.assertEqual(len(counted.unexpected), 1)
        self.assertIn("2 of", counted.unexpected[0])


class Metrics(unittest.TestCase):
    def test_are_read_exactly_with_their_labels(self):
        read = read_metrics('# HELP nexo_mock_x X.\nnexo_mock_x_total{what="a"} 7\n'
                            "nexo_mock_money_dollars 0.022\n")
        self.assertEqual(read, {'x_total{what="a"}': 7, "money_dollars": Decimal("0.022")})


def settled_view():
    """Books that agree: two deliveries of a0, of which one failed; nothing else has happened."""
    class Told:
        pass
    view = Told()
    nothing = {"accepted": 0, "refused": 0, "pending": 0, "delivered": 0, "failed": 0, "evicted": 0}
    silence = {"waiting": 0, "acknowledged": 0, "given_up": 0, "attempts": 0}
    view.accounts = {}
    view.balances = {}
    for account in plan.ACCOUNTS:
        opening = Decimal(account.opening) / 1_000_000
        view.accounts[account.name] = {"balance": opening, "deliveries": dict(nothing),
                                       "webhooks": dict(silence)}
        view.balances[account.name] = {"balance": opening, "buckets": {"balance": opening}}
    left = view.balances["a0"]["balance"] - Decimal("0.022")
    view.accounts["a0"] = {"balance": left,
                           "deliveries": nothing | {"accepted": 2, "delivered": 1, "failed": 1},
                           "webhooks": silence | {"acknowledged": 1, "given_up": 1, "attempts": 7}}
    view.balances["a0"] = {"balance": left, "buckets": {"balance": left - 1, "free_credit": 1}}
    view.received = {"a0": books.NOTHING | {"webhooks": 7, "deliveries": 2, "delivered": 1,
                                            "failed": 1, "cost_micros": 22000, "acknowledged": 1,
                                            "refused": 1}}
    view.receiver_of = lambda account: view.received.get(account.name, books.NOTHING)
    view.sum_of = lambda what, field: sum(each[what][field] for each in view.accounts.values())
    total = sum(each["balance"] for each in view.balances.values())
    view.metrics = read_metrics(f"""
nexo_mock_deliveries_total{{status="delivered"}} 1
nexo_mock_deliveries_total{{status="failed"}} 1
nexo_mock_deliveries_pending 0
nexo_mock_deliveries_stored 2
nexo_mock_evictions_total{{what="delivery"}} 0
nexo_mock_webhooks{{state="waiting"}} 0
nexo_mock_webhooks{{state="acknowledged"}} 1
nexo_mock_webhooks{{state="given_up"}} 1
nexo_mock_webhook_attempts_total 7
nexo_mock_webhook_attempts_in_flight 0
nexo_mock_due_queue_depth 0
nexo_mock_waiters 0
nexo_mock_event_followers 0
nexo_mock_money_dollars{{what="deposited"}} {total + Decimal("0.022")}
nexo_mock_money_dollars{{what="left"}} {total}
nexo_mock_money_dollars{{what="held"}} 0
nexo_mock_money_dollars{{what="charged"}} 0.022
nexo_mock_requests_total{{endpoint="send-otp",code="202"}} 2
nexo_mock_requests_total{{endpoint="balance",code="200"}} 9
""")
    return view


def failures(view):
    counted = plan.Counted()
    counted.by_call = {("a0", "send-otp", 202): 2}
    claims = books.Claims()
    books.check(claims, "here", view, counted, 9)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        passed, failed = claims.report()
    return failed, printed.getvalue()


class Books(unittest.TestCase):
    def test_agree_where_they_do(self):
        self.assertEqual(failures(settled_view())[0], 0, failures(settled_view())[1])

    def test_a_number_that_is_off_by_one_is_found_wherever_it_stands(self):
        reference = settled_view()
        for what in ("accepted", "refused", "pending", "delivered", "failed", "evicted"):
            self.check_spoilt(lambda view, what=what: self.add(
                view.accounts["a0"]["deliveries"], what), what)
        for what in ("waiting", "acknowledged", "given_up", "attempts"):
            self.check_spoilt(lambda view, what=what: self.add(
                view.accounts["a0"]["webhooks"], what), what)
        for what in books.NOTHING:
            self.check_spoilt(lambda view, what=what: self.add(view.received["a0"], what), what)
        for what in reference.metrics:
            self.check_spoilt(lambda view, what=what: self.add(view.metrics, what), what)

    def test_a_micro_dollar_too_much_is_found(self):
        def spoil(view):
            view.balances["a0"]["balance"] += Decimal("0.000001")
        self.check_spoilt(spoil, "balance")

    @staticmethod
    def add(to, what):
        to[what] += 1

    def check_spoilt(self, spoil, what):
        view = settled_view()
        spoil(view)
        with self.subTest(what=what):
            self.assertGreater(failures(view)[0], 0)


class Plot(unittest.TestCase):
    SAMPLES = [{"accepted": step * 100_000, "rss_kib": 300_000 + step, "kept_bytes": 2e8}
               for step in range(50)]

    def test_is_well_formed_and_has_both_curves(self):
        tree = xml.fromstring(plot.draw("Memory", self.SAMPLES, [(4_000_000, 300_010)]))
        lines = [each for each in tree.iter() if each.tag.endswith("polyline")]
        self.assertEqual([each.get("class") for each in lines], ["kept", "resident"])
        self.assertEqual([len(each.get("points").split()) for each in lines], [50, 50])

    def test_steps_of_the_axes_are_round(self):
        self.assertEqual(plot.ticks(430, 5), [0, 100, 200, 300, 400])
        self.assertEqual(plot.ticks(5.03, 6), [0, 1, 2, 3, 4, 5])
        self.assertEqual([plot.step_for(most, 5) for most in (1, 3, 22, 24)], [0.2, 1, 5, 5])


if __name__ == "__main__":
    unittest.main()
