"""The end of the process, at any moment, and disks that take nothing: the file of the state is whole, the
books are right, and no reply is lost at a stop."""

import contextlib
import json
import os
import random
import resource
import socket
import stat
import subprocess
import time
import unittest
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from attackers import Attackers, connect
from client import curl
from effort import effort
from emulator import BINARY, PATIENCE, SLOWNESS, Emulator, environment, fresh_key
from process_figures import wait_until
from scenario_files import scenario_file
from suite import note

START = Decimal(1_000_000)  # what an account has at the start
PRICE = Decimal("0.022")
BODY = b'{"phone":"+84981234567","code":"482917"}'
# Half of the calls fail and are refunded. Webhooks are refused and tried again, so that a state has some
# in each condition.
SCENARIO = {
    "account_defaults": {"balance": int(START), "free_credit": 0},
    "webhook": {"url": "http://127.0.0.1:1/", "secret": "whsec_crash", "retry": ["30ms"] * 3},
    "rules": [{"when": {"every": 2}, "then": {"fail": "busy", "after": "60ms"}},
              {"then": {"deliver": True, "after": "60ms"}}]}


def request(key):
    return (b"POST /api/v1/send-otp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
            key.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)


def send_on(say, port, key, at_once):
    """Sends, so many in a row, until the emulator ends: says how many replies came, and whether
    bytes were left that are no whole reply."""
    came, replies = b"", 0
    with contextlib.suppress(OSError), connect(port, PATIENCE) as to:
        say("begun")
        while True:
            to.sendall(request(key) * at_once)
            wanted = replies + at_once
            while replies < wanted:
                part = to.recv(65536)
                if not part:
                    raise ConnectionResetError
                came += part
                whole, came = take_replies(came)
                replies += whole
    say([key, replies, len(came)])


def take_replies(came):
    """How many whole replies are in the bytes, and what is left."""
    count = 0
    while True:
        head, found, rest = came.partition(b"\r\n\r\n")
        if not found:
            return count, came
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return count, came
        assert head.startswith(b"HTTP/1.1 202 "), head
        count, came = count + 1, rest[length:]


class CrashCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        self.file = self.folder / "state.json"
        self.scenario = self.enterContext(scenario_file(SCENARIO))

    def emulator(self, *options, period="100ms"):
        resumed = ["--import", str(self.file)] if self.file.exists() else []
        return Emulator("--scenario", self.scenario, "--export-on-exit", str(self.file),
                        *(["--export-every", period] if period else []), *resumed, *options)


class Killed(CrashCase):
    def test_the_file_is_whole_and_the_books_are_right(self):
        rounds, in_a_row = effort(200, 4), 8
        chance = random.Random(7)
        sizes, deliveries = [], 0
        for index in range(rounds):
            if index % in_a_row == 0:
                self.file.unlink(missing_ok=True)
                keys, known = [fresh_key() for _ in range(3)], dict()
            known = self.kill_one(keys, known, chance.uniform(0.05, 0.6) * min(SLOWNESS, 3))
            if self.file.exists():
                sizes.append(self.file.stat().st_size)
            deliveries += sum(known.values())
        note(f"{rounds} kills, {len(sizes)} times there was a file, of up to {max(sizes)} bytes; "
             f"{deliveries} deliveries were compared with their account's wallet")
        self.assertGreater(len(sizes), rounds / 2)

    def kill_one(self, keys, known, after):
        """Starts with the file there is, loads, kills after so many seconds; then the file is
        imported and looked through. Answers how many deliveries each account has."""
        with self.emulator("--log-level", "off") as emulator:
            with Attackers(len(keys), send_some, emulator.port, keys) as attackers:
                for _ in keys:
                    self.assertEqual(attackers.heard(), "begun")
                time.sleep(after)  # any moment will do
                emulator.process.kill()
                emulator.wait()
        if not self.file.exists():
            return known
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        with self.emulator("--log-level", "off", period=None) as emulator:
            self.assertEqual(sorted(os.listdir(self.folder)), ["state.json"])
            found = {}
            for key in keys:
                account = emulator.account(key)
                found[key] = self.look_through(account)
                self.assertGreaterEqual(found[key], known.get(key, 0))
                account.close()
            emulator.process.kill()
            emulator.wait()
        return found

    def look_through(self, account):
        """The wallet is what the deliveries say, before the last has ended and after it."""
        self.check_wallet(account)
        wait_until(lambda: not self.pending(account), PATIENCE, lambda: "all calls end")
        return self.check_wallet(account)

    def pending(self, account):
        return [each for each in self.all_of(account) if each["status"] == "sent"]

    def check_wallet(self, account):
        before = self.all_of(account)
        balance = account.call("GET", "/api/v1/balance")
        wallet = json.loads(balance.body, parse_float=Decimal)["balance"]
        after = self.all_of(account)
        paid = {len([each for each in told if each["status"] != "failed"])
                for told in (before, after)}  # some may have ended in between
        self.assertIn(Decimal(wallet), {START - PRICE * count
                                        for count in range(min(paid), max(paid) + 1)})
        return len(after)

    @staticmethod
    def all_of(account):
        found, after = [], 0
        while True:
            page = account.mock("GET", f"deliveries?limit=10000&after={after}").json
            found += page["deliveries"]
            if not page["more"]:
                return found
            after = found[-1]["seq"]


def send_some(say, port, keys):
    """As send_on(), for one of the keys, slowly enough that the state stays small."""
    key = keys[os.getpid() % len(keys)]
    with contextlib.suppress(OSError), connect(port, PATIENCE) as to:
        say("begun")
        while True:
            to.sendall(request(key) * 4)
            to.recv(65536)
            time.sleep(0.005)


class Pause(CrashCase):
    """An account whose state is being collected waits; that is all it costs."""

    MOST_MS = 500 * SLOWNESS

    def longest(self, period, count):
        """Of calls one after another for some seconds, in an account with so many deliveries."""
        with self.emulator("--log-level", "off", period=period) as emulator:
            key = fresh_key()
            emulator.account(key).balance()
            with connect(emulator.port, PATIENCE) as to:
                for _ in range(count // 100):
                    self.ask(to, request(key) * 100, 100)
                longest, until = 0, time.monotonic() + effort(6, 2)
                while time.monotonic() < until:
                    began = time.perf_counter()
                    self.ask(to, request(key), 1)
                    longest = max(longest, time.perf_counter() - began)
            size = self.file.stat().st_size if period else 0
        self.file.unlink()
        return longest * 1000, size

    def ask(self, to, requests, count):
        to.sendall(requests)
        came = b""
        while count > 0:
            part = to.recv(1 << 20)
            self.assertTrue(part)
            whole, came = take_replies(came + part)
            count -= whole

    def test_calls_wait_while_the_state_is_collected_and_not_for_the_disk(self):
        count = effort(30_000, 10_000)
        quiet, _ = self.longest(None, count)
        exporting, size = self.longest("500ms", count)
        note(f"{count} deliveries of one account, a file of {size / 1e6:.1f} MB: the longest call took "
             f"{exporting:.1f} ms, {quiet:.1f} ms without exports")
        self.assertLess(exporting, max(self.MOST_MS, 3 * quiet))


class Disk(CrashCase):
    """What can't be written is told once, and tried again."""

    FAILED = "the state was not exported, the file stays as it was"
    AGAIN = "the state is exported again"

    def check(self, emulator, break_it, mend, why):
        account = emulator.account()
        early, late = "11111111", "22222222"
        account.send_id(code=early)
        self.wait_until_exported(early)
        break_it()
        line = emulator.wait_for_log(self.FAILED)
        self.assertIn(" error ", line)
        self.assertIn(why, line)
        self.assertIn(str(self.file), line)
        account.send_id(code=late)  # it goes on
        self.assertIn(early, self.file.read_text())
        mend()
        emulator.wait_for_log(self.AGAIN)
        self.wait_until_exported(late)
        self.assertEqual(emulator.log().count(self.FAILED), 1)
        self.assertEqual(os.listdir(self.file.parent), ["state.json"])
        account.close()

    def wait_until_exported(self, code):
        wait_until(lambda: self.file.exists() and code in self.file.read_text(), PATIENCE,
                   lambda: f"{code} is in the file")

    def test_a_limit_of_the_size_of_files(self):
        with self.emulator() as emulator:
            pid = emulator.process.pid
            before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            self.check(emulator,
                       lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, (1024, before[1])),
                       lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, before),
                       "File too large")

    def test_a_disk_that_is_full(self):
        self.mount("size=1m")
        ballast = self.file.parent / "ballast"

        def fill():
            with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        with self.emulator() as emulator:
            self.check(emulator, fill, ballast.unlink, "No space left on device")

    def test_a_disk_that_is_read_only(self):
        disk = self.mount("size=1m")

        def remount(how):
            subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True)
        with self.emulator() as emulator:
            self.check(emulator, lambda: remount("ro"), lambda: remount("rw"),
                       "Read-only file system")

    def test_a_folder_that_is_gone(self):
        disk, aside = self.folder / "disk", self.folder / "aside"
        disk.mkdir()
        self.file = disk / "state.json"
        with self.emulator() as emulator:
            emulator.account().send_id()
            wait_until(self.file.exists, PATIENCE, lambda: "there is a file")
            disk.rename(aside)
            self.assertIn("No such file", emulator.wait_for_log(self.FAILED))
            aside.rename(disk)
            emulator.wait_for_log(self.AGAIN)

    def mount(self, options):
        """A small disk of its own, which the file is on."""
        disk = self.folder / "disk"
        disk.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk],
                              capture_output=True)
        if done.returncode:
            self.skipTest("this user can mount nothing here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        self.file = disk / "state.json"
        return disk


class Log(unittest.TestCase):
    """Nobody takes what it says, and it serves."""

    def serve(self, **streams):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen([BINARY, "--port", str(port), "--log-level", "debug"],
                                   stdin=subprocess.DEVNULL, env=environment(), **streams)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        subprocess.run([BINARY, "ready", "--wait", f"{PATIENCE}s", "--url",
                        f"http://127.0.0.1:{port}"], check=True, capture_output=True)
        for _ in range(50):
            reply = curl("-H", f"Authorization: Bearer {fresh_key()}",
                         f"http://127.0.0.1:{port}/api/v1/balance")
            self.assertEqual(reply.status, 200)
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_a_full_disk_under_both_streams(self):
        with open("/dev/full", "wb") as full:
            self.serve(stdout=full, stderr=full)

    def test_closed_pipes_at_both_streams(self):
        reading, writing = os.pipe()
        os.close(reading)
        self.addCleanup(os.close, writing)
        self.serve(stdout=writing, stderr=writing)

    def test_pipes_that_nobody_reads(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        os.set_blocking(writing, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(writing, bytes(4096))
        os.set_blocking(writing, True)
        self.addCleanup(os.close, writing)
        self.serve(stdout=subprocess.DEVNULL, stderr=writing)


class Stopped(CrashCase):
    def test_every_call_that_was_accepted_is_answered(self):
        rounds, clients = effort(40, 4), 6
        chance = random.Random(11)
        total = 0
        for _ in range(rounds):
            self.file.unlink(missing_ok=True)
            answered = self.stop_one(clients, chance.uniform(0.02, 0.3))
            accepted = {each["key"]: each["world"]["counts"]["accepted"]
                        for each in json.loads(self.file.read_text())["accounts"]}
            self.assertEqual(answered, accepted)
            total += sum(answered.values())
        note(f"{rounds} stops with {clients} clients, {total} calls were accepted and answered")

    def stop_one(self, clients, after):
        """Stops under load; how many replies each account got."""
        keys = [fresh_key() for _ in range(clients)]
        with self.emulator("--log-level", "off", period=None) as emulator:
            with contextlib.ExitStack() as stack:
                attackers = [stack.enter_context(Attackers(1, send_on, emulator.port, key, at_once))
                             for key, at_once in zip(keys, (1, 1, 2, 8, 32, 128))]
                for each in attackers:
                    self.assertEqual(each.heard(), "begun")
                time.sleep(after)
                emulator.send_signal()
                told = [each.heard() for each in attackers]
            self.assertEqual(emulator.wait(), (0, ""))
            self.assertEqual([left for _, _, left in told], [0] * clients)
        # Who had no turn before the stop has no account.
        return {key: replies for key, replies, _ in told if replies}
