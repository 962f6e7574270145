"""Accounts are worlds of their own, whatever happens at the same time."""

import threading
import unittest

from emulator import Emulator, fresh_key
from receiver import Receiver
from scenario_files import scenario_file


def at_once(jobs):
    """Runs them in threads that start together; answers what each returned."""
    results = [None] * len(jobs)
    gate = threading.Barrier(len(jobs))

    def work(index):
        gate.wait()
        results[index] = jobs[index]()
    threads = [threading.Thread(target=work, args=[index]) for index in range(len(jobs))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return results


class Parallel(unittest.TestCase):
    def test_fifty_accounts_sending_at_once_never_meet(self):
        for threads in "1", "4":
            with self.subTest(threads=threads), Receiver() as receiver, \
                    Emulator("--threads", threads, "--clock", "instant", "--webhook-url",
                             receiver.url(),
                             "--webhook-secret", "whsec") as emulator:
                accounts = [emulator.account() for _ in range(50)]

                def use(account, number):
                    codes = [f"{number:04}{i}" for i in range(5)]
                    replies = [(code, account.send(code=code)) for code in codes]
                    return [*replies, (None, account.send())]
                said = at_once([lambda a=account, n=number: use(a, n)
                                for number, account in enumerate(accounts)])
                ids = set()
                for account, replies in zip(accounts, said):
                    self.assertEqual([reply.status for _, reply in replies], [202] * 5 + [402])
                    self.assertEqual([reply.json["balance"] for _, reply in replies[:5]],
                                     [0.088, 0.066, 0.044, 0.022, 0])
                    own = {reply.json["id"]: code for code, reply in replies[:5]}
                    ids |= own.keys()
                    kept = account.mock("GET", "deliveries").json["deliveries"]
                    self.assertEqual({each["id"]: each["code"] for each in kept}, own)
                    self.assertEqual({each["status"] for each in kept}, {"delivered"})
                    self.assertEqual(account.mock("GET", "otp/+84981234567").json["code"],
                                     replies[4][0])
                self.assertEqual(len(ids), 250)
                told = {receiver.get().body.split(b'"id":"')[1][:36].decode() for _ in range(250)}
                self.assertEqual(told, ids)

    def test_one_account_used_at_once_spends_no_cent_twice(self):
        for threads in "1", "4":
            with self.subTest(threads=threads), \
                    Emulator("--threads", threads, "--clock", "manual") as emulator:
                key = fresh_key()
                replies = at_once([emulator.account(key).send for _ in range(40)])
                accepted = [each.json["balance"] for each in replies if each.status == 202]
                self.assertEqual(sorted(accepted), [0, 0.022, 0.044, 0.066, 0.088])
                self.assertEqual([each.status for each in replies].count(402), 35)
                self.assertEqual(emulator.account(key).balance().json["balance"], 0)


class Money(unittest.TestCase):
    def test_amounts_are_exact_however_often_they_change(self):
        scenario = {"api": {"price": {"default": 0.1, "mobifone": 0.000001}},
                    "account_defaults": {"balance": 25, "bonus_credit": 0.2, "free_credit": 0.11}}
        with scenario_file(scenario) as path, \
                Emulator("--clock", "manual", "--scenario", path) as emulator:
            account = emulator.account()
            self.assertEqual(account.balance().body, b'{"ok":true,"balance":25.31,"buckets":'
                             b'{"balance":25,"bonus_credit":0.2,"free_credit":0.11}}')
            spent = [account.send().body.split(b'"balance":')[1] for _ in range(4)]
            self.assertEqual(spent, [b"25.21}", b"25.11}", b"25.01}", b"24.91}"])
            self.assertIn(b'"cost":0.000001,"balance":24.909999}',
                          account.send("+84901234567").body)
            self.assertEqual(account.balance().body, b'{"ok":true,"balance":24.909999,"buckets":'
                             b'{"balance":24.909999,"bonus_credit":0,"free_credit":0}}')


class Keys(unittest.TestCase):
    def test_keys_that_differ_in_anything_are_different_accounts(self):
        with Emulator("--clock", "manual") as emulator:
            keys = ["sk_live_...", "sk_live_a", "sk_live_A", "sk_live_aa", "sk_live_~!@#$%^&*()",
                    "sk_live_" + "x" * 200]
            for key in keys:
                self.assertEqual(emulator.account(key).send().json["balance"], 0.088)
            self.assertEqual(emulator.everything().mock("GET", "health").json["accounts"],
                             len(keys))
