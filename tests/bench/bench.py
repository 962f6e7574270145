#!/usr/bin/env python3
"""Measures nexo-mock: requests, start, memory, timers, webhooks, replicas, and the mock servers one
could take instead.

The yardstick is nginx, which returns constants of the same size. One core runs the server under
test, another the load. Rounds of the two alternate, so that what else the machine does hits both;
what counts are ratios of medians. CPU time is that of the server's processes, as the kernel counts it.
"""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))

import expected  # noqa: E402
import machine  # noqa: E402
import memory_section  # noqa: E402
import peers_section  # noqa: E402
import replicas_section  # noqa: E402
import requests_section  # noqa: E402
import start_section  # noqa: E402
import timers_section  # noqa: E402
import webhooks_section  # noqa: E402
from bench_context import Bench  # noqa: E402
from processes import Failure  # noqa: E402
from workloads import all_of_them  # noqa: E402

SECTIONS = {"start": start_section, "memory": memory_section, "timers": timers_section,
            "webhooks": webhooks_section, "replicas": replicas_section, "peers": peers_section}
SMOKE = ["send-otp", "balance", "HTTPS", "start", "webhooks"]


def parse():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--load-tool", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--static-binary", help=argparse.SUPPRESS)
    parser.add_argument("--static", action="store_true",
                        help="build and start the static executable, too")
    parser.add_argument("--peers", action="store_true",
                        help="measure other mock servers, too; npm installs them the first time")
    parser.add_argument("--only", nargs="+", metavar="NAME",
                        help="these alone; --list names them")
    parser.add_argument("--list", action="store_true", help="print what there is to measure")
    parser.add_argument("--rounds", type=int, default=5, help="of each server (5)")
    parser.add_argument("--seconds", type=float, default=3, help="that a round measures (3)")
    parser.add_argument("--paced-rate", type=int, default=40000, metavar="N",
                        help="requests a second on schedule (40000)")
    parser.add_argument("--delivered-after", type=float, default=1, metavar="SECONDS",
                        help="when a delivery ends (1); rounds warm up for as long")
    parser.add_argument("--server-core", type=int, default=0, metavar="N", help="(0)")
    parser.add_argument("--load-core", type=int, default=1, metavar="N", help="(1)")
    parser.add_argument("--raw", metavar="FILE",
                        help="keep the figures of every round, as JSON")
    parser.add_argument("--markdown", metavar="FILE",
                        help="write the tables as docs/performance.md has them")
    parser.add_argument("--smoke", action="store_true",
                        help="the main ones, shortly; fails if a ratio is far from what is expected")
    options = parser.parse_args()
    if options.smoke:
        options.rounds, options.seconds, options.delivered_after = 3, 0.7, 0.2
    if options.rounds < 1 or options.seconds <= 0 or options.server_core == options.load_core:
        parser.error("it takes rounds, seconds, and two different cores")
    return parser, options


def chosen_of(parser, options):
    workloads = [each.name for each in all_of_them(options.paced_rate)]
    everything = workloads + list(SECTIONS)
    if options.list:
        print("\n".join(everything))
        sys.exit(0)
    if options.only:
        unknown = set(options.only) - set(everything)
        if unknown:
            parser.error(f"there is no {', '.join(sorted(unknown))} (--list names what there is)")
        return set(options.only) | ({"peers"} if options.peers else set())
    if options.smoke:
        return set(SMOKE)
    return set(everything) - (set() if options.peers else {"peers"})


def run(bench, chosen):
    """Prints each table as soon as it is there; all of them."""
    tables = []

    def show(more):
        tables.extend(more)
        print("\n".join(each.as_text() for each in more), flush=True)

    show(requests_section.measure(bench, chosen))
    for name, section in SECTIONS.items():
        if name in chosen:
            show(section.measure(bench))
    return tables


def keep(options, facts, bench, tables):
    heading = (f"{options.rounds} rounds of {options.seconds:g} s, server on core "
               f"{options.server_core}, load on core {options.load_core}: {machine.in_words(facts)}.")
    if options.raw:
        Path(options.raw).write_text(json.dumps(
            {"machine": facts, "rounds": options.rounds, "seconds": options.seconds,
             "figures": bench.figures, **bench.raw}, indent=1) + "\n")
    if options.markdown:
        parts = [heading + "\n", *(each.as_markdown() for each in tables)]
        Path(options.markdown).write_text("\n".join(parts))


def main():
    parser, options = parse()
    chosen = chosen_of(parser, options)
    why_not = machine.why_not()
    if why_not:
        print(f"skipped bench: {why_not}")
        if options.smoke:
            print("0 passed, 0 failed")
        return 0
    # Ends like Ctrl-C does, with all that was started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    facts = machine.facts()
    os.sched_setaffinity(0, {options.load_core})
    print(f"{machine.in_words(facts)}\n", flush=True)
    passed = failed = 0
    with Bench(options) as bench:
        try:
            tables = run(bench, chosen)
            keep(options, facts, bench, tables)
            if options.smoke:
                passed, failed = expected.judge(bench.figures)
            for each in bench.broken:
                print(f"FAILED  {each}")
            failed += len(bench.broken)
        except Failure as why:
            print(f"bench: {why}", file=sys.stderr)
            failed = 1
        except KeyboardInterrupt:
            print("bench: interrupted; all that was started is stopped", file=sys.stderr)
            return 130
    if options.smoke:
        print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
