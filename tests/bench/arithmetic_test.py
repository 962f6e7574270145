"""What script/bench computes of its measurements."""

import math
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))

import arithmetic  # noqa: E402
import expected  # noqa: E402
from tables import Table, milliseconds, times  # noqa: E402

WRK = """Running 3s test @ http://127.0.0.1:8484/api/v1/send-otp
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   411.39us  195.47us   7.05ms   93.60%
    Req/Sec   154.63k     3.62k  159.79k    83.33%
  Latency Distribution
     50%  390.00us
     75%  444.00us
     90%    1.20ms
     99%    1.05s
  461504 requests in 3.00s, 125.90MB read
Requests/sec: 153834.67
Transfer/sec:     41.97MB
"""

METRICS = """# TYPE late_seconds histogram
late_seconds_bucket{le="0.001"} 10
late_seconds_bucket{le="0.002"} 99
late_seconds_bucket{le="0.03"} 100
late_seconds_bucket{le="+Inf"} 100
late_seconds_sum 0.1
late_seconds_count 100
depth 1000000
"""


class Arithmetic(unittest.TestCase):
    def test_servers_take_turns_in_going_first(self):
        self.assertEqual(list(arithmetic.alternating(["a", "b"], 3)),
                         ["a", "b", "b", "a", "a", "b"])

    def test_a_median_is_not_moved_by_one_bad_round(self):
        rounds = [{"latency_s": {"p99": each}} for each in (3, 1, 900, 2, 2)]
        self.assertEqual(arithmetic.median(rounds, "latency_s", "p99"), 2)

    def test_a_ratio_is_off_in_either_direction(self):
        for measured, is_within in ((2, True), (0.5, True), (2.01, False), (0.49, False),
                                    (0, False), (-1, False), (math.nan, False), (math.inf, False)):
            with self.subTest(measured=measured):
                self.assertIs(arithmetic.is_within(measured, 1, 2), is_within)

    def test_cpu_is_told_by_request_and_requests_by_second(self):
        drive = {"requests": 200_000, "seconds": 2.0, "server_cpu_s": 1.9}
        self.assertAlmostEqual(arithmetic.cpu_us(drive), 9.5)
        self.assertEqual(arithmetic.rate(drive), 100_000)

    def test_what_others_take_of_the_cores_is_told_apart(self):
        drive = {"seconds": 2.0, "server_cpu_s": 1.8, "load_cpu_s": 1.0, "busy": [1.0, 0.75, 0.9]}
        shares = arithmetic.core_shares(drive, (0, 1))
        self.assertEqual({who: round(share) for who, share in shares.items()},
                         {"server": 90, "load": 50, "others": 35})

    def test_wrk_is_read_in_all_its_units(self):
        self.assertEqual(arithmetic.read_wrk(WRK), {
            "requests": 461504, "seconds": 3.0,
            "latency_s": {"p50": 390 * 1e-6, "p90": 1.2 * 1e-3, "p99": 1.05}})

    def test_failed_requests_that_wrk_counts_are_no_measurement(self):
        with self.assertRaisesRegex(ValueError, "Non-2xx or 3xx responses: 7"):
            arithmetic.read_wrk(WRK + "  Non-2xx or 3xx responses: 7\n")

    def test_metrics_are_read_and_one_that_is_missing_is_an_error(self):
        self.assertEqual(arithmetic.metric(METRICS, "depth"), 1_000_000)
        with self.assertRaisesRegex(ValueError, "height"):
            arithmetic.metric(METRICS, "height")
        with self.assertRaisesRegex(ValueError, "early"):
            arithmetic.histogram(METRICS, "early")

    def test_a_quantile_of_a_histogram_is_the_bound_it_did_not_exceed(self):
        late = arithmetic.histogram(METRICS, "late_seconds")
        for share, bound in ((0.1, 0.001), (0.5, 0.002), (0.99, 0.002), (0.995, 0.03), (1, 0.03)):
            with self.subTest(share=share):
                self.assertEqual(arithmetic.quantile_bound(late, share), bound)
        self.assertEqual(arithmetic.quantile_bound({0.001: 0, math.inf: 4}, 1), math.inf)

    def test_only_what_came_between_two_readings_counts(self):
        late = arithmetic.histogram(METRICS, "late_seconds")
        nothing = arithmetic.between(late, late)
        self.assertTrue(math.isnan(arithmetic.quantile_bound(nothing, 0.5)))
        earlier = {0.001: 10, 0.002: 10, 0.03: 10, math.inf: 10}
        self.assertEqual(arithmetic.between(earlier, late),
                         {0.001: 0, 0.002: 89, 0.03: 90, math.inf: 90})


class Verdict(unittest.TestCase):
    def judged(self, figures):
        told = []
        return expected.judge(figures, told.append), told

    def test_figures_as_expected_pass(self):
        (passed, failed), _ = self.judged(dict(expected.EXPECTED))
        self.assertEqual((passed, failed), (len(expected.EXPECTED), 0))

    def test_a_figure_that_is_off_or_missing_fails_and_is_named(self):
        figures = dict(expected.EXPECTED)
        off, missing = list(figures)[:2]
        figures[off] *= 2 * expected.FACTOR
        del figures[missing]
        (_, failed), told = self.judged(figures)
        self.assertEqual(failed, 2)
        self.assertEqual([line.split()[0] for line in told[:3]], ["FAILED", "FAILED", "ok"])
        self.assertIn(off, told[0])


class Tables(unittest.TestCase):
    def table(self):
        table = Table("Start", ["", "ms"], ["Medians."])
        table.add("nginx", milliseconds(0.0067))
        table.add("other", milliseconds(1.234))
        return table

    def test_a_terminal_gets_columns(self):
        self.assertEqual(self.table().as_text(),
                         "Start\n            ms\n  nginx   6.70\n  other  1,234\n  Medians.\n")

    def test_a_page_gets_markdown(self):
        self.assertEqual(self.table().as_markdown(),
                         "### Start\n\n|  | ms |\n|---|---:|\n| nginx | 6.70 |\n"
                         "| other | 1,234 |\n\nMedians.\n")

    def test_a_row_that_does_not_fit_is_a_mistake(self):
        with self.assertRaisesRegex(ValueError, "1 cells for 2 columns"):
            self.table().add("nginx")

    def test_ratios_keep_two_places_while_they_are_small(self):
        self.assertEqual([times(each) for each in (0.984, 1.5, 39.6)], ["0.98", "1.50", "40"])


if __name__ == "__main__":
    unittest.main()
