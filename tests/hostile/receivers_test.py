"""Receivers of webhooks that misbehave: what they do is bounded, and the webhooks of others are on
time."""

import re
import statistics
import subprocess
import tempfile
import time
import unittest
from datetime import datetime
from pathlib import Path

import bad_receivers as bad
from attackers import Attackers
from effort import IS_SMOKE, effort
from emulator import PATIENCE, SLOWNESS, Emulator
from honest_client import HonestClient
from honest_sender import PACE
from honest_receiver import HonestReceiver
from process_figures import cpu_seconds, descriptors, resident_kib, wait_until
from scenario_files import scenario_file
from suite import note

SECRET = "whsec_hostile"
QUIET, ATTACKED = effort(5, 1), effort(5, 1)  # seconds
ACCOUNTS = effort(8, 4)
SENDS = 100  # of each
TIMEOUT = 2
# Quiet latenesses below this are taken for this: see honest_client.py.
FLOOR_MS = 10.0 * SLOWNESS
# What others do on the machine is over at the second try, or the third; what an attack does is not.
TRIES = 3
MOST_OF_ACCOUNT = 64  # attempts at once, and so connections
# Each is tried again and again, so that the attack goes on.
SCENARIO = {"webhook": {"timeout": f"{TIMEOUT}s", "retry": ["20ms"] * 100},
            "account_defaults": {"balance": 1000},
            "rules": [{"then": {"deliver": True, "after": "100ms"}}]}


def seconds(moment):
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


# Another form of what a case beside it tries.
in_full = unittest.skipIf(IS_SMOKE, "the smoke tries one like it")


class Honest:
    """An account whose webhooks are received, and how late they come."""

    def __init__(self, account, client, receiver):
        self.account, self._client, self._receiver = account, client, receiver
        account.mock("PATCH", "account", {"webhook": {"url": receiver.url(), "secret": SECRET}})
        self._seen = 0

    def measure(self, windows):
        """The p99 of the lateness in each window, in milliseconds; every webhook comes, once for
        each attempt at the most."""
        self._receiver.came()  # what a measurement that failed has left
        self._client.measure(windows)
        due, attempts = self._due()
        came = {}

        def all_came():
            for delivery, at in self._receiver.came():
                came.setdefault(delivery, []).append(at)
            return len(came) >= len(due)
        wait_until(all_came, PATIENCE,
                   lambda: f"{len(came)} webhooks are the {len(due)} that are due")
        assert came.keys() == due.keys(), "other webhooks came than are due"
        assert all(len(came[each]) <= attempts[each] for each in due), "one came too often"
        late = sorted((due[each], (min(came[each]) - due[each]) * 1000) for each in due)
        size = len(late) // windows
        parts = [sorted(each for _, each in late[at:at + size])
                 for at in range(0, size * windows, size)]
        return [part[int(len(part) * 0.99) - 1] for part in parts]

    def _due(self):
        """When the webhook of each new delivery is due, and how many attempts it took."""
        def all_ended():
            page = self.account.mock("GET", f"deliveries?after={self._seen}&limit=10000").json
            self._page = page["deliveries"]
            return all(each["webhooks"] and each["webhooks"][0]["state"] == "acknowledged"
                       for each in self._page)
        wait_until(all_ended, PATIENCE, lambda: "every webhook was acknowledged")
        self._seen = max(each["seq"] for each in self._page)
        attempts = {each["id"]: each["webhooks"][0]["attempts"] for each in self._page}
        return ({each: seconds(made[0]["due_at"]) for each, made in attempts.items()},
                {each: len(made) for each, made in attempts.items()})


class Hostile(unittest.TestCase):
    """One emulator for the cases of a class; quiet and attacked are measured in each."""

    options = []
    environment = {}

    @classmethod
    def setUpClass(cls):
        path = cls.enterClassContext(scenario_file(SCENARIO))
        # Journals grow to their bounds, which is no matter here: these are reached at once.
        cls.emulator = cls.enterClassContext(Emulator(
            "--scenario", path, "--log-level", "off", "--max-journal", "500", *cls.options,
            env=cls.environment))
        account = cls.emulator.account()
        client = cls.enterClassContext(HonestClient(account))
        receiver = cls.enterClassContext(HonestReceiver())
        cls.honest = Honest(account, client, receiver)
        cls.honest.measure(1)

    def attack(self, behave, says, *, url="http://127.0.0.1:{port}/", certificate=None,
               receive=bad.serve, accounts=ACCOUNTS, connections=MOST_OF_ACCOUNT, memory_mib=32):
        """`says` is what the attempts end with, a pattern of the status or of the error."""
        arguments = () if receive is bad.never_accept else (certificate,)
        with Attackers(1, receive, behave, *arguments) as attackers:
            self.attack_url(url.format(port=attackers.heard()), says, accounts=accounts,
                            connections=connections, memory_mib=memory_mib)

    def attack_url(self, url, says, *, accounts=ACCOUNTS, connections=MOST_OF_ACCOUNT,
                   memory_mib=32):
        pid = self.emulator.process.pid
        quiet = statistics.median(self.honest.measure(QUIET))
        before = descriptors(pid), resident_kib(pid), cpu_seconds(pid)
        began = time.monotonic()
        owners = [self.begin(url) for _ in range(accounts)]
        bound = 3 * max(quiet, FLOOR_MS)
        for _ in range(TRIES):
            attacked = statistics.median(self.honest.measure(ATTACKED))
            if attacked < bound:
                break
        most = descriptors(pid), resident_kib(pid)
        ends = self.ends_of(owners[0], says)
        cpu = (cpu_seconds(pid) - before[2]) / (time.monotonic() - began)
        for each in owners:
            self.assertEqual(each.mock("POST", "reset").status, 200)
            each.close()
        wait_until(lambda: descriptors(pid) <= before[0] + 2, PATIENCE,
                   lambda: f"{descriptors(pid)} descriptors are the {before[0]} of before")
        grown = (most[1] - before[1]) / 1024
        note(f"webhooks {quiet:.1f} ms late quiet, {attacked:.1f} ms under attack (bound "
             f"{bound:.1f} ms); {most[0] - before[0]} connections, {grown:.1f} MiB more, "
             f"{cpu * 100:.0f} % of a core; {ends}")
        self.assertLess(attacked, bound)
        self.assertLessEqual(most[0] - before[0], accounts * connections + MOST_OF_ACCOUNT)
        if SLOWNESS == 1:  # sanitizers keep what is freed
            self.assertLess(grown, memory_mib)

    def begin(self, url):
        """An account that floods the receiver."""
        account = self.emulator.account()
        changed = account.mock("PATCH", "account", {"webhook": {"url": url, "secret": SECRET}})
        self.assertEqual(changed.status, 200, changed)
        for _ in range(SENDS):
            account.send_id()
        return account

    def ends_of(self, account, says):
        """The first attempts end as they should, and none takes longer than it may."""
        ended = []

        def some_ended():
            ended[:] = account.mock("GET", "webhooks?limit=100").json["attempts"]
            return len(ended) >= 10
        wait_until(some_ended, PATIENCE, lambda: "ten attempts have ended")
        ends = {str(each["error"] or each["status"]) for each in ended}
        # Where the machine is busy, a receiver does not always get to misbehave in time.
        for each in ends - {"timeout"} or ends:
            self.assertRegex(each, f"^(?:{says})$")
        for each in ended:
            self.assertLess(each["took_us"], (TIMEOUT + SLOWNESS) * 1e6)
        return min(ends - {"timeout"} or ends)


class Silence(Hostile):
    def test_never_accepts(self):
        self.attack(None, "timeout", receive=bad.never_accept, connections=16)

    def test_never_answers(self):
        self.attack(bad.hangs, "timeout", connections=16)

    def test_drips_a_byte_a_second(self):
        self.attack(bad.drips, "timeout", connections=16)

    @in_full
    def test_drips_its_header(self):
        self.attack(bad.drips_its_header, "timeout", connections=16)

    def test_tls_that_stalls(self):
        self.attack(bad.says_nothing, "timeout", url="https://127.0.0.1:{port}/", connections=16)

    def test_a_crowd_of_accounts_that_hang(self):
        """Together they would take all there is of what may be in flight."""
        self.attack(bad.hangs, "timeout", accounts=effort(100, 40), connections=16)


class TooMuch(Hostile):
    def test_ten_gigabytes(self):
        self.attack(bad.ten_gigabytes, "200")

    @in_full
    def test_a_body_without_end(self):
        self.attack(bad.no_end, "200")

    @in_full
    def test_endless_chunks(self):
        self.attack(bad.endless_chunks, "200")

    def test_endless_interim_replies(self):
        self.attack(bad.endless_interim_replies, "no HTTP reply: nothing but interim replies")

    def test_an_endless_header(self):
        self.attack(bad.endless_header, "no HTTP reply: .*")

    def test_an_endless_trailer(self):
        self.attack(bad.endless_trailer, "200|no HTTP reply: .*")


class Nonsense(Hostile):
    def test_garbage(self):
        self.attack(bad.garbage, "no HTTP reply: .*|connection reset")

    def test_redirects_to_itself(self):
        self.attack(bad.redirects, "307")

    def test_replies_before_it_is_asked(self):
        self.attack(bad.replies_first, "200")

    @in_full
    def test_tls_garbage(self):
        self.attack(bad.garbage, ".*(?:wrong version|packet length|record|connection).*",
                    url="https://127.0.0.1:{port}/")

    def test_a_certificate_nobody_vouches_for(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "both.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                            "-subj", "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1",
                            "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True)
            path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
            self.attack(bad.hangs, ".*certificate verify failed.*", certificate=str(path),
                        url="https://127.0.0.1:{port}/")


class Ends(Hostile):
    def test_resets_midway(self):
        self.attack(bad.resets_midway, "connection reset|connection closed within the reply")

    @in_full
    def test_closes_at_once(self):
        self.attack(bad.closes_at_once, "connection reset|connection closed without a reply")

    @in_full
    def test_closes_each_connection_behind_its_reply(self):
        self.attack(bad.closes_each, "500", connections=16)

    def test_closes_when_the_next_request_comes(self):
        self.attack(bad.closes_when_the_next_comes,
                    "500|connection reset|connection closed without a reply")


class Ourselves(Hostile):
    """Both ends of each connection are ours."""

    def test_the_vendor_api(self):
        self.attack_url(f"{self.emulator.url}/api/v1/send-otp", "401",
                        connections=2 * MOST_OF_ACCOUNT)

    @in_full
    def test_the_control_api(self):
        self.attack_url(f"{self.emulator.url}/_mock/reset", "403", connections=2 * MOST_OF_ACCOUNT)

    def test_a_call_that_makes_a_webhook(self):
        """It would be a circle."""
        account = self.emulator.account()
        account.mock("PATCH", "account", {"webhook": {"url": self.emulator.url, "secret": SECRET}})
        attempt = account.mock("POST", "webhooks/ping").json["attempt"]["seq"]
        url = f"{self.emulator.url}/_mock/webhooks/{attempt}/redeliver"
        account.mock("PATCH", "account", {"webhook": {"url": url, "secret": SECRET}})
        circle = account.mock("POST", "webhooks/ping").json["attempt"]["seq"]
        account.close()
        self.attack_url(f"{self.emulator.url}/_mock/webhooks/{circle}/redeliver", "403",
                        connections=2 * MOST_OF_ACCOUNT,
                        # 80,000 attempts in full, kept with what was replied to each
                        memory_mib=effort(48, 32))


class Names(Hostile):
    """The system's resolver, as a library that is loaded before it says."""

    options = ["--webhook-allow", "127.0.0.0/8,*.hang.test,none.test"]

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        source = Path(__file__).parent / "lib/names.c"
        library = f"{folder}/names.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
        if SLOWNESS > 1:
            raise unittest.SkipTest("a sanitizer's library wants to be the first")
        cls.environment = {"LD_PRELOAD": library}
        super().setUpClass()

    @in_full
    def test_a_name_that_hangs(self):
        self.attack_url("http://one.hang.test/", "timeout")

    def test_a_name_for_each_account_that_hangs(self):
        for_each = iter(range(1000))
        begin = self.begin
        self.begin = lambda url: begin(url.replace("one", f"n{next(for_each)}"))
        self.attack_url("http://one.hang.test/", "timeout")

    def test_a_name_that_does_not_exist(self):
        self.attack_url("http://none.test/", "host not found")

    def test_a_name_that_leads_elsewhere_now_and_then(self):
        """To an address that is not allowed: it is asked for again with every connection."""
        self.attack(bad.closes_each, "500|not allowed: moves.test is 169.254.169.254, .*",
                    url="http://moves.test:{port}/", connections=16)


class Stop(unittest.TestCase):
    """SIGTERM while a receiver holds all it may: webhooks have five seconds, and no more."""

    def stop(self, url, environment=None):
        with scenario_file(SCENARIO) as path:
            emulator = self.enterContext(Emulator("--scenario", path, "--log-level", "off",
                                                  env=environment))
            account = emulator.account()
            account.mock("PATCH", "account", {"webhook": {"url": url, "secret": SECRET}})
            for _ in range(SENDS):
                account.send_id()
            wait_until(lambda: b"nexo_mock_webhook_attempts_in_flight 16\n" in
                       account.call("GET", "/metrics").body, PATIENCE,
                       lambda: "it has all it may hold")
            account.close()
            began = time.monotonic()
            code, _ = emulator.stop()
            took = time.monotonic() - began
            note(f"{took:.1f} s")
            self.assertEqual(code, 0)
            self.assertLess(took, 5 + 3 * SLOWNESS)

    def test_receivers_that_hang(self):
        with Attackers(1, bad.serve, bad.hangs) as attackers:
            self.stop(f"http://127.0.0.1:{attackers.heard()}/")

    @in_full
    def test_receivers_that_drip(self):
        with Attackers(1, bad.serve, bad.drips) as attackers:
            self.stop(f"http://127.0.0.1:{attackers.heard()}/")

    @unittest.skipIf(SLOWNESS > 1, "a sanitizer's library wants to be the first")
    def test_a_name_that_hangs(self):
        with tempfile.TemporaryDirectory() as folder:
            library = f"{folder}/names.so"
            subprocess.run(["cc", "-shared", "-fPIC", "-o", library,
                            Path(__file__).parent / "lib/names.c"], check=True)
            self.stop("http://one.hang.test/", {"LD_PRELOAD": library})
