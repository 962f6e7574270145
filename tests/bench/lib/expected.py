"""What --smoke holds ratios against: none may be off by more than FACTOR, in either direction.

They are of the kind that hardly depends on the machine, and were measured by script/bench."""

from arithmetic import is_within

FACTOR = 2

EXPECTED = {
    "send-otp: CPU × nginx": 1.0,
    "send-otp: requests/s × nginx": 1.05,
    "balance: CPU × nginx": 0.95,
    "balance: requests/s × nginx": 1.05,
    "HTTPS: CPU × nginx": 1.1,
    "exec to first answer × nginx": 0.8,
    "resident after start × nginx": 0.6,
    "webhooks, one each: CPU × send": 2.0,
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
