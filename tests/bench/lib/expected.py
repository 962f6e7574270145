"""What --smoke holds ratios against: none may be off by more than FACTOR, in either direction.

Only such as hardly depend on the machine and on what else it does, so no throughput, and of
latencies the shortest start alone. They were measured by script/bench; whoever makes one much better writes that down here."""

from arithmetic import is_within

FACTOR = 2

EXPECTED = {
    "send-otp: CPU × nginx": 1.05,
    "balance: CPU × nginx": 0.95,
    "HTTPS: CPU × nginx": 1.05,
    "exec to first answer × nginx": 0.95,
    "resident after start × nginx": 0.68,
    "webhooks, one each: CPU × send": 1.4,
}


def judge(figures, say=print):
    """Says of each expected figure whether it is there and near enough. (passed, failed)."""
    failed = 0
    for name, wanted in EXPECTED.items():
        measured = figures.get(name, float("nan"))
        is_near = is_within(measured, wanted, FACTOR)
        failed += not is_near
        say(f"{'ok     ' if is_near else 'FAILED '} {name}: {measured:.2f}, expected {wanted:g} "
            f"({wanted / FACTOR:g} to {wanted * FACTOR:g})")
    return len(EXPECTED) - failed, failed
