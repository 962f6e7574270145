"""The scenario's file is read again when it changes and on SIGHUP."""

import os
import signal
import tempfile
import threading
import unittest
from pathlib import Path

from emulator import Emulator
from scenario_files import scenario_file

RELOADED = "scenario reloaded"
REFUSED = "not reloaded"


def saying(error):
    """A scenario whose one rule refuses with that error."""
    return '{"name": "%s", "account_defaults": {"balance": 1000}, ' \
           '"rules": [{"then": {"error": "%s"}}]}' % (error, error)


DELIVERS = """{"name": "delivers", "account_defaults": {"balance": 1000},
               "rules": [{"name": "old", "then": {"deliver": true, "after": "60s"}}]}"""


class Reload(unittest.TestCase):
    def start(self, text, *arguments):
        self.path = Path(self.enterContext(scenario_file(text)))
        return self.enterContext(Emulator("--scenario", str(self.path), *arguments))

    def test_a_file_that_is_written_over_counts_from_the_next_request_on(self):
        emulator = self.start(DELIVERS)
        account = emulator.account()
        self.assertEqual(account.send().status, 202)
        self.path.write_text(saying("no_route"))
        line = emulator.wait_for_log(RELOADED)
        self.assertIn("scenario=no_route", line)
        self.assertIn("rules=1", line)
        self.assertEqual(account.send().error, "no_route")
        self.assertEqual(emulator.account().send().error, "no_route")
        self.assertEqual(emulator.everything().mock("GET", "health").json["scenario"], "no_route")

    def test_a_file_that_is_replaced_as_editors_do_counts_too(self):
        emulator = self.start(saying("no_route"))
        for error in "rate_limited", "internal_error":
            fresh = self.path.with_suffix(".new")
            fresh.write_text(saying(error))
            os.replace(fresh, self.path)
            emulator.wait_for_log(RELOADED)
            self.assertEqual(emulator.account().send().error, error)

    def test_a_link_that_is_led_elsewhere_counts_as_mounted_configurations_do(self):
        with tempfile.TemporaryDirectory() as directory:
            top = Path(directory)
            for name in "no_route", "rate_limited":
                (top / name).mkdir()
                (top / name / "scenario.json").write_text(saying(name))
            (top / "data").symlink_to("no_route")
            (top / "scenario.json").symlink_to("data/scenario.json")
            with Emulator("--scenario", str(top / "scenario.json")) as emulator:
                self.assertEqual(emulator.account().send().error, "no_route")
                (top / "data.new").symlink_to("rate_limited")
                os.replace(top / "data.new", top / "data")
                emulator.wait_for_log(RELOADED)
                self.assertEqual(emulator.account().send().error, "rate_limited")
                # The new target is watched as well.
                (top / "rate_limited" / "scenario.json").write_text(saying("internal_error"))
                emulator.wait_for_log(RELOADED)
                self.assertEqual(emulator.account().send().error, "internal_error")

    def test_a_file_with_mistakes_is_told_of_and_the_old_one_stays(self):
        emulator = self.start(saying("no_route"))
        self.path.write_text('{"rules": [{"then": {"deliverr": true}}]}')
        self.assertIn(f'{self.path}:1:22: error: /rules/0/then: unknown key "deliverr"',
                      emulator.wait_for_log("deliverr"))
        self.assertIn("mistakes", emulator.wait_for_log(REFUSED))
        self.assertEqual(emulator.account().send().error, "no_route")
        self.path.write_text("{")
        emulator.wait_for_log(REFUSED)
        self.path.unlink()
        emulator.wait_for_log(REFUSED)
        self.assertEqual(emulator.account().send().error, "no_route")
        self.path.write_text(saying("rate_limited"))
        emulator.wait_for_log(RELOADED)
        self.assertEqual(emulator.account().send().error, "rate_limited")

    def test_sighup_reads_again_and_begins_the_rules_anew(self):
        emulator = self.start('{"rules": [{"end": "fall_through", "then": {"error": "no_route"}},'
                              '{"then": {"deliver": true}}]}')
        account = emulator.account()
        self.assertEqual([account.send().status, account.send().status], [422, 202])
        emulator.send_signal(signal.SIGHUP)
        self.assertIn("because=SIGHUP", emulator.wait_for_log(RELOADED))
        self.assertEqual([account.send().status, account.send().status], [422, 202])

    def test_sighup_is_the_end_of_a_terminal_where_there_is_no_file_to_read_again(self):
        emulator = self.enterContext(Emulator("--scenario", "realistic"))
        self.assertEqual(emulator.stop(signal.SIGHUP), (0, ""))

    def test_deliveries_under_way_keep_their_course_and_accounts_their_wallets(self):
        emulator = self.start(DELIVERS, "--clock", "manual")
        account = emulator.account()
        sent = account.send_id()
        account.advance(by="30s")
        self.path.write_text(DELIVERS.replace("60s", "1s").replace("old", "new")
                             .replace("1000", "5"))
        emulator.wait_for_log(RELOADED)
        later = account.send_id()
        account.advance(by="29s")
        self.assertEqual(account.delivery(sent).json["status"], "sent")
        self.assertEqual(account.delivery(later).json["status"], "delivered")
        account.advance(by="1s")
        self.assertEqual(account.delivery(sent).json["status"], "delivered")
        self.assertEqual([account.mock("GET", f"deliveries/{each}").json["delivery"]["rule"]
                          for each in (sent, later)], ["old", "new"])
        self.assertEqual(account.balance().json["buckets"],
                         {"balance": 1000, "bonus_credit": 0, "free_credit": 0.066})
        self.assertEqual(emulator.account().balance().json["buckets"]["balance"], 5)

    def test_a_folder_that_is_removed_and_comes_back_is_watched_again(self):
        with tempfile.TemporaryDirectory() as top:
            folder = Path(top, "outer", "inner")
            folder.mkdir(parents=True)
            path = folder / "scenario.json"
            path.write_text(saying("no_route"))
            with Emulator("--scenario", str(path)) as emulator:
                for error in "rate_limited", "internal_error":
                    path.unlink()
                    folder.rmdir()
                    folder.parent.rmdir()
                    emulator.wait_for_log("No such file")
                    folder.mkdir(parents=True)
                    path.write_text(saying(error))
                    emulator.wait_for_log(RELOADED)
                    self.assertEqual(emulator.account().send().error, error)

    def test_other_files_that_never_rest_do_not_put_it_off(self):
        emulator = self.start(saying("no_route"))
        stop = threading.Event()

        def scribble():
            while not stop.wait(0.01):
                self.path.with_suffix(".other").write_text("")

        scribbling = threading.Thread(target=scribble)
        scribbling.start()
        try:
            self.path.write_text(saying("rate_limited"))
            emulator.wait_for_log(RELOADED)
        finally:
            stop.set()
            scribbling.join()
        self.assertEqual(emulator.account().send().error, "rate_limited")

    def test_a_file_that_is_gone_is_told_of_once(self):
        emulator = self.start(saying("no_route"), "--log-level", "debug")
        self.path.unlink()
        emulator.wait_for_log(REFUSED)
        for _ in range(3):
            self.path.with_suffix(".other").write_text("")
            emulator.wait_for_log("looked at the scenario's file")
        self.path.write_text(saying("rate_limited"))
        emulator.wait_for_log(RELOADED)
        self.assertEqual(emulator.log().count(REFUSED), 1)

    def test_a_pipe_is_read_once_and_holds_nothing_up(self):
        with tempfile.TemporaryDirectory() as top:
            path = Path(top, "pipe")
            os.mkfifo(path)
            writing = threading.Thread(target=path.write_text, args=[saying("no_route")])
            writing.start()
            with Emulator("--scenario", str(path)) as emulator:
                writing.join()
                emulator.wait_for_log("not watched")
                emulator.send_signal(signal.SIGHUP)
                self.assertIn("read once", emulator.wait_for_log(REFUSED))
                self.assertEqual(emulator.account().send().error, "no_route")

    def test_the_command_lines_target_goes_before_that_of_the_new_file_too(self):
        target = ["--webhook-url", "http://127.0.0.1:9/", "--webhook-secret", "flag"]
        emulator = self.start(DELIVERS, "--clock", "manual", *target)
        self.path.write_text('{"webhook": {"url": "http://127.0.0.1:10/", "secret": "file"},'
                             '"rules": [{"then": {"deliver": true}}]}')
        emulator.wait_for_log(RELOADED)
        account = emulator.account()
        sent = account.send_id()
        webhook = account.mock("GET", f"deliveries/{sent}").json["delivery"]["webhooks"][0]
        self.assertEqual(webhook["url"], "http://127.0.0.1:9/")

    def test_keys_that_are_no_longer_listed_or_revoked_are_refused(self):
        listed = '{"api": {"keys": "listed"}, "accounts": [{"key": "sk_live_a"%s}]}'
        emulator = self.start("{}")
        ours, other = emulator.account("sk_live_a"), emulator.account("sk_live_b")
        self.assertEqual([ours.balance().status, other.balance().status], [200, 200])
        self.path.write_text(listed % "")
        emulator.wait_for_log(RELOADED)
        self.assertEqual([ours.balance().status, other.balance().status], [200, 401])
        self.path.write_text(listed % ', "revoked": true')
        emulator.wait_for_log(RELOADED)
        self.assertEqual([ours.balance().status, other.balance().status], [401, 401])
        self.path.write_text("{}")
        emulator.wait_for_log(RELOADED)
        self.assertEqual([ours.balance().status, other.balance().status], [200, 200])

    def test_requests_that_run_meanwhile_follow_one_of_the_two_and_none_fails(self):
        emulator = self.start(saying("no_route"))
        errors = ["no_route", "rate_limited"]
        stop = threading.Event()
        seen = []

        def ask():
            account = emulator.account()
            while not stop.is_set():
                reply = account.send()
                seen.append((reply.status, reply.error))

        clients = [threading.Thread(target=ask) for _ in range(4)]
        for each in clients:
            each.start()
        for round in range(1, 21):
            self.path.write_text(saying(errors[round % 2]))
            emulator.wait_for_log(RELOADED)
            self.assertEqual(emulator.account().send().error, errors[round % 2])
        stop.set()
        for each in clients:
            each.join()
        self.assertEqual(set(seen), {(422, "no_route"), (429, "rate_limited")})
