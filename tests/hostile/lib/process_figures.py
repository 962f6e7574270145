"""What a process takes of the machine, read from /proc."""

import os
import re
import time
from pathlib import Path


def resident_kib(pid):
    """Its memory now."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def descriptors(pid):
    """How many it has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def cpu_seconds(pid):
    """Of all its threads so far."""
    total = 0
    for each in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        total += int(each.read_text().split()[0])
    return total / 1e9


def wait_until(holds, patience, what):
    """Asks again and again until it holds."""
    until = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < until, f"after {patience} s it does not hold that {what()}"
        time.sleep(0.02)
