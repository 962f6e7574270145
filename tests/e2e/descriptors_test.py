"""No descriptors are left: those who have a connection notice nothing, the others wait."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from client import parse_reply
from emulator import BINARY, PATIENCE, SLOWNESS, Emulator, environment
from receiver import Receiver

TROUBLE = "can't accept connections"
RECOVERY = "accepts connections again"
WEBHOOKS = {"webhook": {"retry": ["1s"] * 20}, "rules": [{"then": {"deliver": True, "after": "1s"}}]}


class Descriptors(unittest.TestCase):
    def setUp(self):
        self.receiver = self.enterContext(Receiver())
        folder = self.enterContext(tempfile.TemporaryDirectory())
        scenario = Path(folder, "scenario.json")
        scenario.write_text(json.dumps(WEBHOOKS))
        self.emulator = self.enterContext(Emulator(
            "--scenario", str(scenario), "--webhook-url", self.receiver.url(),
            "--webhook-secret", "whsec", "--clock", "manual"))
        self.account = self.emulator.account()
        self.addCleanup(self.account.close)
        self.account.mock("PATCH", "account", {"balance": 1000})  # which connects

    @property
    def pid(self):
        return self.emulator.process.pid

    def take_all(self):
        """From here on the emulator can open none."""
        self.limits = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        most = max(map(int, os.listdir(f"/proc/{self.pid}/fd"))) + 1
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (most, self.limits[1]))

    def give_back(self):
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, self.limits)

    def cpu_seconds(self):
        return sum(int(each.read_text().split()[0])
                   for each in Path(f"/proc/{self.pid}/task").glob("*/schedstat")) / 1e9

    def ask_on_a_new_connection(self):
        connection = self.enterContext(self.emulator.connect())
        connection.sendall(b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return connection

    def test_those_who_are_connected_are_served_and_the_others_once_there_is_room(self):
        self.take_all()
        waiting = [self.ask_on_a_new_connection() for _ in range(50)]
        self.emulator.wait_for_log(TROUBLE)
        for _ in range(200):
            self.assertEqual(self.account.send().status, 202)
        waiting[0].setblocking(False)
        self.assertRaises(BlockingIOError, waiting[0].recv, 1)
        self.give_back()
        for each in waiting:
            each.settimeout(PATIENCE)
            self.assertEqual(parse_reply(each.recv(65536))[0].status, 200)

    def test_it_is_logged_once_and_takes_hardly_any_time(self):
        self.take_all()
        self.ask_on_a_new_connection()
        self.emulator.wait_for_log(TROUBLE)
        began, used = time.monotonic(), self.cpu_seconds()
        time.sleep(1)  # is what is measured
        share = (self.cpu_seconds() - used) / (time.monotonic() - began)
        self.assertLess(share, 0.1 * SLOWNESS)
        self.assertEqual(self.emulator.log().count(TROUBLE), 1)
        self.give_back()
        until = time.monotonic() + PATIENCE
        while RECOVERY not in self.emulator.log() and time.monotonic() < until:
            self.emulator.connect().close()
        self.assertEqual(self.emulator.log().count(RECOVERY), 1)
        self.assertEqual(self.emulator.log().count(TROUBLE), 1)

    def test_a_webhook_says_why_it_did_not_go_out_and_goes_with_a_retry(self):
        sent = self.account.send_id()
        self.take_all()
        self.account.advance(by="1s")
        self.assertEqual(self.account.attempts(sent)[0]["error"], "Too many open files")
        self.assertEqual(self.receiver.webhooks, [])
        self.give_back()
        self.account.advance(by="1s")
        self.assertEqual(self.account.attempts(sent)[1]["status"], 200)
        self.assertEqual(len(self.receiver.webhooks), 1)

    def test_idle_clients_leave_enough_for_webhooks(self):
        self.limits = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (100, self.limits[1]))
        idle = [self.emulator.connect() for _ in range(120)]
        self.emulator.wait_for_log(TROUBLE)
        self.assertIn("kept for webhooks", self.emulator.log())
        sent = self.account.send_id()
        self.account.advance(by="1s")
        self.assertEqual([each["status"] for each in self.account.attempts(sent)], [200])
        late = self.ask_on_a_new_connection()
        late.setblocking(False)
        self.assertRaises(BlockingIOError, late.recv, 1)
        for each in idle:
            each.close()
        late.settimeout(PATIENCE)
        self.assertEqual(parse_reply(late.recv(65536))[0].status, 200)
        self.give_back()

    def test_the_soft_limit_of_the_shell_is_raised_to_the_hard_one(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.assertEqual(resource.prlimit(self.pid, resource.RLIMIT_NOFILE), (hard, hard))

    def test_too_few_to_begin_with_is_told(self):
        starter = ("import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (10, 10)); "
                   "os.execv(sys.argv[1], sys.argv[1:])")
        done = subprocess.run([sys.executable, "-c", starter, BINARY, "serve", "--port", "0"],
                              capture_output=True, text=True, env=environment(), timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Too many open files", done.stderr)
