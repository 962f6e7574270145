"""Clients that misbehave: an honest one hardly notices, and nothing of theirs stays behind."""

import re
import resource
import shutil
import subprocess
import tempfile
import unittest

import client_attacks as attacks
from attackers import Attackers, give_way
from effort import effort
from emulator import PATIENCE, Emulator
from honest_client import Comparison, HonestClient
from process_figures import descriptors, resident_kib, wait_until
from suite import note

WINDOWS, SECONDS = effort((5, 1.0), (3, 0.4))
PROCESSES = 2
DEPOSIT, PRICE = 1_000_000.11, 0.022  # what the honest client's account holds, and a send costs


def metrics(account):
    """The samples that the emulator tells, by name and labels."""
    text = account.call("GET", "/metrics").body.decode()
    return {name: float(value) for name, value in re.findall(r"^(\w+(?:{.*})?) (\S+)$", text, re.M)}


def idle_connections():
    """How many there are to be: 20,000, or what the limit of descriptors leaves room for."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 500
    return effort(min(20_000, most), min(1000, most))


class UnderAttack(unittest.TestCase):
    """Each case measures quiet, under attack, and quiet again, for what else runs on the machine comes
    and goes; then it looks at what the attack has left behind."""

    def start(self, *options):
        self.emulator = self.enterContext(Emulator("--log-level", "warn", *options))
        self.pid = self.emulator.process.pid
        self.account = self.emulator.account()
        self.addCleanup(self.account.close)
        self.honest = self.enterContext(HonestClient(self.account))
        self.honest.measure(1, SECONDS)
        self.quiet = self.honest.measure(WINDOWS, SECONDS)
        self.before = descriptors(self.pid), resident_kib(self.pid)

    def attack(self, attack, count, port=None, memory_mib=8):
        """With as many connections, or as many goes before it is measured, of each process."""
        if not hasattr(self, "emulator"):
            self.start()
        with Attackers(PROCESSES, attack, port or self.emulator.port, count) as attackers:
            for _ in range(PROCESSES):
                self.assertEqual(attackers.heard(), "begun")
            attacked = self.honest.measure(WINDOWS, SECONDS)
            connected = descriptors(self.pid) - self.before[0]
        self.check(attacked, connected, memory_mib)

    def check(self, attacked, connected, memory_mib):
        grown = (resident_kib(self.pid) - self.before[1]) / 1024
        wait_until(lambda: descriptors(self.pid) <= self.before[0], PATIENCE,
                   lambda: f"{descriptors(self.pid)} descriptors are the {self.before[0]} of before")
        compared = Comparison(self.quiet + self.honest.measure(WINDOWS, SECONDS), attacked)
        note(f"{compared}; {connected} connections, {grown:.1f} MiB more")
        self.assertLess(compared.attacked, compared.bound)
        self.assertLess(grown, memory_mib)
        self.check_counters()

    def check_counters(self):
        """What was sent is what was paid; each call has its time; who has gone is not counted."""
        left = self.account.balance().json["balance"]
        self.assertAlmostEqual(left, DEPOSIT - PRICE * self.honest.sent, places=4)
        told = metrics(self.account)
        for endpoint in ("send-otp", "balance"):
            calls = sum(value for name, value in told.items()
                        if name.startswith("nexo_mock_requests_total") and f'"{endpoint}"' in name)
            timed = told[f'nexo_mock_request_duration_seconds_count{{endpoint="{endpoint}"}}']
            self.assertEqual(calls, timed, endpoint)
        self.assertEqual(told["nexo_mock_connections"], 2)  # of the honest client, and of this
        self.assertEqual(self.emulator.log(), "")


class Connections(UnderAttack):
    def test_idle_connections(self):
        self.attack(attacks.idle, idle_connections() // PROCESSES, memory_mib=400)

    def test_connections_that_say_nothing_and_go(self):
        self.attack(attacks.connects, effort(1000, 100))

    def test_resets_after_each_byte_of_a_request(self):
        self.attack(attacks.resets, effort(1000, 200))

    def test_half_closed_connections(self):
        self.attack(attacks.half_closed, effort(500, 100), memory_mib=32)


class Slow(UnderAttack):
    def test_slow_headers(self):
        self.attack(attacks.slow_header, effort(1000, 100), memory_mib=32)

    def test_slow_bodies(self):
        self.attack(attacks.slow_body, effort(1000, 100), memory_mib=160)

    def test_slow_chunks(self):
        self.attack(attacks.slow_chunks, effort(1000, 100), memory_mib=32)

    def slowhttptest(self, mode, *more):
        """The tool of that name, for as long as is measured."""
        tool = shutil.which("slowhttptest")
        if not tool:
            self.skipTest("slowhttptest is missing (script/bootstrap installs it)")
        self.start()
        connections = effort(2000, 200)
        length = int(WINDOWS * SECONDS) + 4
        with subprocess.Popen(
                [tool, mode, "-c", str(connections), "-r", str(connections), "-i", "1", "-l", str(length),
                 "-p", "5", "-u", f"http://127.0.0.1:{self.emulator.port}/api/v1/balance", *more],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, preexec_fn=give_way) as running:
            wait_until(lambda: descriptors(self.pid) >= self.before[0] + connections // 2, PATIENCE,
                       lambda: f"{descriptors(self.pid)} descriptors are half of the attack's")
            attacked = self.honest.measure(WINDOWS, SECONDS)
            connected = descriptors(self.pid) - self.before[0]
            told, _ = running.communicate(timeout=PATIENCE)
        plain = re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", told)
        self.assertEqual(set(re.findall(r"service available: *(\w+)", plain)), {"YES"}, plain)
        self.check(attacked, connected, memory_mib=64)

    def test_slow_headers_of_slowhttptest(self):
        self.slowhttptest("-H")

    def test_slow_bodies_of_slowhttptest(self):
        self.slowhttptest("-B", "-s", "8192")

    def test_slow_reads_of_slowhttptest(self):
        self.slowhttptest("-X", "-k", "5")


class TooMuch(UnderAttack):
    def test_headers_that_are_too_large(self):
        self.attack(attacks.header_bombs, effort(1000, 100))

    def test_requests_whose_replies_are_never_read(self):
        self.attack(attacks.unread_replies, effort(100, 20), memory_mib=160)

    def test_floods_of_pipelined_requests(self):
        self.attack(attacks.floods, effort(100, 20), memory_mib=64)

    def test_what_is_no_http(self):
        self.attack(attacks.garbage, effort(300, 100))


class Tls(UnderAttack):
    def attack_tls(self, attack, count, memory_mib):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.start("--tls-port", "0", "--tls-self-signed", folder)
        port = int(self.emulator.ready["tls_url"].rsplit(":", 1)[1])
        self.attack(attack, count, port, memory_mib)

    def test_hand_shakes_that_stall(self):
        self.attack_tls(attacks.stalled_handshakes, effort(1000, 100), memory_mib=256)

    def test_what_is_no_tls(self):
        self.attack_tls(attacks.garbage, effort(300, 100), memory_mib=16)
