"""What is computed of measurements. All of it is tested by tests/bench/arithmetic_test.py."""

import math
import re
import statistics


def median(rounds, *path):
    """Of one figure of many rounds: median(rounds, "latency_s", "p99")."""
    return statistics.median(figure(each, *path) for each in rounds)


def figure(of, *path):
    for key in path:
        of = of[key]
    return of


def is_within(measured, expected, factor):
    """Whether neither is more than that many times the other."""
    if not (math.isfinite(measured) and measured > 0):
        return False
    return max(measured / expected, expected / measured) <= factor


def alternating(names, rounds):
    """AB BA AB …: each of them once in a round, so that a machine that gets slower or faster hurts
    and helps all of them alike."""
    for number in range(rounds):
        yield from names if number % 2 == 0 else reversed(names)


def cpu_us(drive):
    return drive["server_cpu_s"] / drive["requests"] * 1e6


def rate(drive):
    return drive["requests"] / drive["seconds"]


WRK_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


def read_wrk(output):
    """What wrk printed, as nexo_mock_bench_load says it. ValueError if a request failed."""
    if "Non-2xx" in output or "Socket errors" in output:
        raise ValueError(f"wrk counted failed requests:\n{output}")
    count, seconds, unit = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m),", output).groups()
    latencies = {}
    for share, name in (("50", "p50"), ("90", "p90"), ("99", "p99")):
        value, of = re.search(rf"^\s*{share}%\s+([\d.]+)(us|ms|s|m)\s*$", output,
                              re.MULTILINE).groups()
        latencies[name] = float(value) * WRK_UNITS[of]
    return {"requests": int(count), "seconds": float(seconds) * WRK_UNITS[unit],
            "latency_s": latencies}


def metric(text, name):
    """The value of a metric without labels in Prometheus text."""
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    if not found:
        raise ValueError(f"there is no metric {name}")
    return float(found[1])


def histogram(text, name):
    """{upper bound in seconds: how many were at most that} of a histogram without other labels."""
    rows = re.findall(rf'^{name}_bucket{{le="([^"]+)"}} (\d+)$', text, re.MULTILINE)
    if not rows:
        raise ValueError(f"there is no histogram {name}")
    return {float(bound.replace("+Inf", "inf")): int(count) for bound, count in rows}


def between(before, after):
    """The histogram of what came between two readings."""
    return {bound: after[bound] - before[bound] for bound in after}


def quantile_bound(buckets, share):
    """The bound that this share of what was counted did not exceed: the truth is at most that. NaN
    if nothing was counted."""
    total = buckets[max(buckets)]
    if total == 0:
        return math.nan
    return min(bound for bound, count in buckets.items() if count >= share * total and count > 0)


def core_shares(drive, cores):
    """Percent of one core that the server took, the load, and all else together of `cores`."""
    server = 100 * drive["server_cpu_s"] / drive["seconds"]
    load = 100 * drive["load_cpu_s"] / drive["seconds"]
    busy = 100 * sum(drive["busy"][core] for core in cores)
    return {"server": server, "load": load, "others": max(0.0, busy - server - load)}
