"""The whole state: taken out of an emulator that then dies, and put into another, which goes on."""

import json
import os
import random
import signal
import stat
import tempfile
import time
import unittest
from datetime import datetime, timedelta
from pathlib import Path

from emulator import PATIENCE, Emulator, fresh_key, run
from receiver import HANG, Receiver
from scenario_files import scenario_file

START = "2026-05-26T10:00:00Z"
SECRET = "whsec_state_secret"
SCENARIO = {
    "name": "varied",
    "account_defaults": {"balance": 10},
    "webhook": {"retry": ["5s..15s", {"median": "1m", "sigma": 0.5}, "10m"]},
    "rules": [
        {"name": "busy twice", "per": "phone", "end": "fall_through", "when": {"phone": "+8498*"},
         "then": [{"fail": "busy", "after": "3s..9s", "times": 2}]},
        {"when": {"every": 3}, "then": {"error": "rate_limited"}},
        {"when": {"chance": 0.3}, "then": {"fail": "no_answer", "after": "45s..60s",
                                           "set_state": "tired"}},
        {"when": {"state": "tired", "chance": 0.5}, "then": {"deliver": True, "after": "25s..60s",
                                                             "webhook": {"copies": 2}}},
        {"then": {"timeline": [{"after": "5s..20s", "status": "delivered"},
                               {"after": "30s..60s", "status": "failed", "error_code": "timeout"}]}},
    ],
}
PHONES = "+84981234567", "+84901234567", "+84911234567", "+84988888888"


def send_some(account, count):
    """The replies, in order."""
    return [account.send(PHONES[i % len(PHONES)], f"{1000 + i}").json for i in range(count)]


def without(removed, value):
    """The value without members of these names, at any depth."""
    if isinstance(value, dict):
        return {name: without(removed, each) for name, each in value.items() if name not in removed}
    if isinstance(value, list):
        return [without(removed, each) for each in value]
    return value


def view(emulator, keys):
    """All that can be seen of these accounts, but for real times, numbers of requests, whether the
    scenario is that of this process's start, and which of the attempts that went out at the same
    time was answered first."""
    seen = {}
    for key in keys:
        account = emulator.account(key)
        webhooks = account.mock("GET", "webhooks?limit=10000").json
        webhooks["attempts"].sort(key=lambda each: (each["ended_at"], each["due_at"], each["delivery"]))
        seen[key] = without({"took_us", "requests", "seq", "changed"}, [
            account.deliveries(), webhooks,
            account.mock("GET", "account").json, account.mock("GET", "clock").json,
            account.mock("GET", "scenario").json, account.balance().json])
    return seen


class StateCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.scenario = self.enterContext(scenario_file(SCENARIO))

    def start(self, *options, scenario=True):
        chosen = ["--scenario", self.scenario] if scenario else []
        return self.enterContext(Emulator("--clock", f"manual@{START}", "--seed", "11", *chosen,
                                          *options))

    def kill(self, emulator):
        code, _ = emulator.stop(signal.SIGKILL)
        self.assertEqual(code, -signal.SIGKILL)

    def refused(self, path):
        """What an emulator says that is told to begin with this file."""
        done = run("--port", "0", "--import", str(path))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr


class GoingOn(StateCase):
    def prepare(self, receiver):
        """An emulator in the middle of things, and the keys of its accounts."""
        emulator = self.start("--webhook-url", receiver.url(), "--webhook-secret", SECRET)
        keys = [fresh_key() for _ in range(4)]
        for key in keys:
            account = emulator.account(key)
            send_some(account, 8)
            account.advance(by="30s")
        changed = emulator.account(keys[0])
        changed.mock("PATCH", "account", {"balance": 3.5, "free_credit": 0})
        changed.mock("POST", "rules", {"name": "put", "end": "fall_through",
                                       "then": [{"fail": "voicemail", "after": "1s", "times": 2}]})
        changed.send()
        own = emulator.account(keys[1])
        own.mock("PUT", "scenario", {"name": "own", "rules": [{"then": {"deliver": True, "after": "1h"}}]})
        own.send()
        sent = own.deliveries()[-1]["id"]
        self.assertEqual(own.mock("POST", f"deliveries/{sent}/complete",
                                  {"status": "failed", "error_code": "rejected"}).status, 200)
        while own.attempts(sent)[0]["ended_at"] is None:
            pass  # its webhook is on its way
        return emulator, keys

    def future(self, emulator, keys):
        """What happens from here on."""
        seen = {}
        for key in keys:
            account = emulator.account(key)
            sent = send_some(account, 5)
            fired = account.advance(by="20s")
            more = send_some(account, 4)
            seen[key] = sent, fired, more, account.advance(to="idle")
        return seen, view(emulator, keys)

    def test_after_a_kill_everything_goes_on_as_it_would_have(self):
        receiver = self.enterContext(Receiver(*[500] * 10_000))
        emulator, keys = self.prepare(receiver)
        exported = emulator.everything().mock("GET", "state")
        self.assertEqual(exported.status, 200)
        file = self.folder / "state.json"
        file.write_bytes(exported.body)
        present = view(emulator, keys)
        waiting = [each for key in keys for each in emulator.account(key).deliveries()
                   if any(hook["state"] == "waiting" for hook in each["webhooks"])]
        self.assertTrue(waiting, "no webhook was on its ladder")
        pending = [each for key in keys for each in emulator.account(key).deliveries()
                   if each["status"] == "sent"]
        self.assertTrue(pending, "nothing was pending")
        expected = self.future(emulator, keys)
        self.kill(emulator)

        again = self.start("--import", str(file), scenario=False)
        self.assertEqual(again.ready["scenario"], "varied")
        self.assertEqual(again.ready["seed"], 11)
        self.assertEqual(view(again, keys), present)
        self.assertEqual(self.future(again, keys), expected)

    def test_a_running_emulator_takes_a_state_in_and_lets_what_it_had_go(self):
        receiver = self.enterContext(Receiver(*[500] * 10_000))
        emulator, keys = self.prepare(receiver)
        everything = emulator.everything()
        exported = everything.mock("GET", "state")
        present = view(emulator, keys)
        self.future(emulator, keys)
        stranger = emulator.account()
        stranger.send()
        reply = everything.mock("PUT", "state", exported.body)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.json, {"ok": True, "accounts": 4,
                                      "deliveries": sum(len(each[0]) for each in present.values())})
        self.assertEqual(view(emulator, keys), present)
        self.assertEqual(stranger.deliveries(), [])

    def test_a_state_comes_out_as_it_went_in(self):
        receiver = self.enterContext(Receiver(*[500] * 10_000))
        emulator, _ = self.prepare(receiver)
        everything = emulator.everything()
        first = everything.mock("GET", "state")
        self.assertEqual(everything.mock("PUT", "state", first.body).status, 200)
        second = everything.mock("GET", "state")
        self.assertEqual(without({"exported_at"}, second.json), without({"exported_at"}, first.json))

    def test_numbers_are_not_given_again_to_who_pages(self):
        emulator = self.start()
        account = emulator.account()
        account.send()
        exported = emulator.everything().mock("GET", "state").body
        later = self.start()
        self.assertEqual(later.everything().mock("PUT", "state", exported).status, 200)
        known = later.account(account.key).deliveries()[-1]["seq"]
        self.assertGreater(later.account(account.key).send().status, 0)
        self.assertGreater(later.account(account.key).deliveries()[-1]["seq"], known)

    def test_an_attempt_that_was_on_its_way_is_made_again(self):
        receiver = self.enterContext(Receiver(HANG, 200))
        key = fresh_key()
        with scenario_file({"rules": [{"then": {"deliver": True}}]}) as plain:
            running = self.enterContext(Emulator("--scenario", plain, "--webhook-url", receiver.url(),
                                                 "--webhook-secret", SECRET))
            running.account(key).send()
            first = receiver.get()
            file = self.folder / "state.json"
            file.write_bytes(running.everything().mock("GET", "state").body)
            self.kill(running)
        receiver.release()
        again = self.enterContext(Emulator("--import", str(file)))
        second = receiver.get()
        self.assertEqual(second.body, first.body)
        self.assertEqual(second.signature, first.signature)
        deadline = time.monotonic() + PATIENCE
        account = again.account(key)
        while account.deliveries()[0]["webhooks"][0]["state"] != "acknowledged":
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(len(account.attempts(account.deliveries()[0]["id"])), 1)

    def test_running_clocks_take_the_time_that_passed_into_account(self):
        with scenario_file({"rules": [{"then": {"deliver": True, "after": "1s"}}]}) as plain:
            running = self.enterContext(Emulator("--scenario", plain))
            account = running.account()
            sent = account.send_id()
            file = self.folder / "state.json"
            file.write_bytes(running.everything().mock("GET", "state").body)
            created = account.inspect(sent)["created_at"]
            self.kill(running)
        document = json.loads(file.read_text())
        exported = datetime.fromisoformat(document["exported_at"].replace("Z", "+00:00"))
        an_hour_before = exported - timedelta(hours=1)
        document["exported_at"] = an_hour_before.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        file.write_text(json.dumps(document))
        again = self.enterContext(Emulator("--import", str(file)))
        delivery = again.account(account.key).inspect(sent)
        self.assertEqual(delivery["status"], "delivered")
        self.assertEqual(delivery["created_at"], created)


class Files(StateCase):
    def test_what_is_written_at_the_end_is_what_to_begin_with(self):
        file = self.folder / "state.json"
        key = fresh_key()
        with Emulator("--clock", f"manual@{START}", "--export-on-exit", str(file)) as running:
            sent = running.account(key).send_id()
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertEqual(os.listdir(self.folder), ["state.json"])
        with Emulator("--import", str(file), "--export-on-exit", str(file)) as running:
            self.assertEqual(running.account(key).delivery(sent).json["status"], "sent")
            running.account(key).advance(to="next")
        with Emulator(env={"NEXO_MOCK_IMPORT": str(file)}) as running:
            self.assertEqual(running.account(key).delivery(sent).json["status"], "delivered")

    def test_a_state_that_can_not_be_written_is_told_at_the_start(self):
        for path, why in ((self.folder / "missing/state.json", "No such file or directory"),
                          (self.folder, "it is a directory")):
            with self.subTest(path):
                done = run("--port", "0", "--export-on-exit", str(path))
                self.assertEqual(done.returncode, 2)
                self.assertIn("--export-on-exit", done.stderr)
                self.assertIn(str(path), done.stderr)
                self.assertIn(why, done.stderr)

    def test_one_that_fails_at_the_end_leaves_the_old_file_and_says_so(self):
        folder = self.folder / "gone"
        folder.mkdir()
        emulator = Emulator("--export-on-exit", str(folder / "state.json"))
        with self.assertRaises(AssertionError) as failed, emulator:
            folder.rmdir()
        self.assertIn("exit code 1", str(failed.exception))
        self.assertIn("state.json", str(failed.exception))


class Refused(StateCase):
    def exported(self):
        emulator = self.start()
        account = emulator.account()
        send_some(account, 8)
        account.advance(by="30s")
        return emulator, emulator.everything().mock("GET", "state").body.decode().rstrip()

    def test_a_truncated_one_is_refused_as_a_whole_wherever_it_ends(self):
        emulator, text = self.exported()
        everything = emulator.everything()
        before = everything.mock("GET", "deliveries?limit=10000").json
        self.assertGreater(len(text), 1000)
        for cut in [0, 1, len(text) // 2, len(text) - 1, *random.Random(7).sample(range(len(text)), 40)]:
            with self.subTest(cut):
                reply = everything.mock("PUT", "state", text[:cut])
                self.assertEqual(reply.status, 400, reply)
                self.assertEqual(reply.error, "invalid_state")
                self.assertRegex(reply.json["detail"], r"^state:\d+:\d+: error: ")
        self.assertEqual(everything.mock("GET", "deliveries?limit=10000").json, before)

        file = self.folder / "half.json"
        file.write_text(text[:len(text) // 2])
        told = self.refused(file)
        self.assertIn("can't import the state, and nothing of it is used", told)
        self.assertRegex(told, rf"{file}:\d+:\d+: error: ")

    def test_another_version_is_named_and_nothing_else(self):
        emulator, text = self.exported()
        document = json.loads(text) | {"version": 2, "accounts": "nonsense"}
        file = self.folder / "newer.json"
        file.write_text(json.dumps(document))
        told = self.refused(file)
        self.assertEqual(told.count("error:"), 1, told)
        self.assertIn("version 2", told)
        self.assertIn("version 1", told)
        reply = emulator.everything().mock("PUT", "state", document)
        self.assertEqual(reply.error, "invalid_state")
        self.assertIn("version 2", reply.json["detail"])

    def test_a_missing_file_is_named(self):
        told = self.refused(self.folder / "nowhere.json")
        self.assertIn("nowhere.json", told)
        self.assertIn("No such file", told)

    def test_a_state_that_contradicts_itself_names_the_place(self):
        emulator, text = self.exported()
        document = json.loads(text)
        account = document["accounts"][0]
        account["key"] = "not a key"
        reply = emulator.everything().mock("PUT", "state", document)
        self.assertEqual(reply.status, 400)
        self.assertIn("/accounts/0/key", reply.json["detail"])
