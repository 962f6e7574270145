"""Clients that misbehave: an honest one hardly notices."""

import unittest

from attackers import Attackers, connect
from effort import effort
from emulator import PATIENCE, Emulator
from honest_client import Comparison, HonestClient
from process_figures import descriptors, resident_kib, wait_until
from suite import note

WINDOWS = effort(5, 3)


class UnderAttack(unittest.TestCase):
    """Measures quiet, then under attack, then looks at what the attack has left behind."""

    def attack(self, count, attack, *arguments, memory_mib=64):
        with Emulator() as emulator:
            pid = emulator.process.pid
            account = emulator.account()
            with HonestClient(account) as honest:
                honest.measure(1)
                quiet = honest.measure(WINDOWS)
                before = descriptors(pid), resident_kib(pid)
                with Attackers(count, attack, emulator.port, *arguments) as attackers:
                    for _ in range(count):
                        self.assertEqual(attackers.heard(), "begun")
                    attacked = honest.measure(WINDOWS)
                    most = descriptors(pid), resident_kib(pid)
                wait_until(lambda: descriptors(pid) <= before[0], PATIENCE,
                           lambda: f"{descriptors(pid)} descriptors are the {before[0]} of before")
            compared = Comparison(quiet, attacked)
            grown = (most[1] - before[1]) / 1024
            note(f"{compared}; {most[0] - before[0]} connections, {grown:.1f} MiB more")
            self.assertLess(compared.attacked, compared.bound)
            self.assertLess(grown, memory_mib)
            account.close()


def idle(say, port, count, source):
    """Connections that say nothing."""
    held = [connect(port, source=source) for _ in range(count)]
    say("begun")
    held[0].recv(1)  # for as long as the emulator bears it


class Idle(UnderAttack):
    def test_idle_connections(self):
        self.attack(2, idle, effort(5000, 200), "127.0.0.2")
