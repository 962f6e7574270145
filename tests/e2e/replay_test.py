"""The same seed, scenario and requests give the same ids, outcomes and times."""

import threading
import unittest

from emulator import Emulator, HeldPort
from scenario_files import scenario_file

KEYS = [f"sk_live_replay_{name}" for name in ("a", "b", "c", "d")]

# Something of everything that is decided by chance or by counting.
SCENARIO = {
    "name": "replay",
    "account_defaults": {"balance": 100},
    "rules": [
        {"name": "refused now and then", "when": {"chance": 0.1},
         "then": {"error": "internal_error"}},
        {"name": "every third to vinaphone", "when": {"carrier": "vinaphone", "every": 3},
         "then": {"fail": "rejected", "after": "25s..30s"}},
        {"name": "in turn", "when": {"phone": "+8490*"}, "per": "phone", "end": "loop",
         "then": [{"fail": "busy", "after": "5s", "times": 2},
                  {"deliver": True, "after": "10s..20s"}]},
        {"name": "mixed", "when": {"chance": 0.5}, "then": {"one_of": [
            {"weight": 5, "deliver": True, "after": "25s..60s"},
            {"weight": 3, "fail": "no_answer", "after": {"median": "50s", "sigma": 0.4}},
            {"weight": 1, "pending": True},
            {"weight": 1, "timeline": [{"after": "1s..9s", "status": "failed",
                                        "error_code": "busy"},
                                       {"after": "10s..19s", "status": "delivered"}]}]}},
        {"name": "the rest", "then": {"deliver": True, "after": "25s..60s"}}]}
PHONES = ["+84981234567", "+84911234567", "+84901234567", "+84901234568", "+84561234567"]


def without(record, *names):
    """The record without what is a matter of real time or of the order between accounts."""
    if isinstance(record, dict):
        return {name: without(value, *names) for name, value in record.items() if name not in names}
    if isinstance(record, list):
        return [without(each, *names) for each in record]
    return record


class Replay(unittest.TestCase):
    def setUp(self):
        self.dead = self.enterContext(HeldPort()).number
        self.scenario = self.enterContext(scenario_file(SCENARIO))

    def start(self, seed=42, threads=1, clock="manual@2026-05-26T10:00:00Z"):
        return self.enterContext(Emulator(
            "--clock", clock, "--seed", str(seed), "--threads", str(threads), "--scenario",
            self.scenario,
            "--webhook-url", f"http://127.0.0.1:{self.dead}/", "--webhook-secret", "whsec_e2e"))

    @staticmethod
    def play(account):
        """A hundred sends with time moving between them; answers all that came of it."""
        said = []
        for number in range(100):
            reply = account.send(PHONES[number % len(PHONES)], f"{number:04}")
            said.append((reply.status, reply.body))
            if number % 10 == 9:
                said.append(account.advance(by="30s"))
        said.append(account.advance(to="idle"))
        said.append(account.balance().body)
        said.append(account.mock("GET", "deliveries?limit=1000").json)
        return without(said, "took_us", "seq")

    def play_one_by_one(self, **options):
        emulator = self.start(**options)
        return {key: self.play(emulator.account(key)) for key in KEYS}

    def play_at_once(self, **options):
        emulator = self.start(**options)
        played = {}

        def play(key):
            played[key] = self.play(emulator.account(key))
        threads = [threading.Thread(target=play, args=[key]) for key in KEYS]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return played

    def test_it_is_the_same_with_one_thread_and_with_four_twice(self):
        first = self.play_one_by_one(threads=1)
        outcomes = {each["status"] for each in first[KEYS[0]][-1]["deliveries"]}
        self.assertEqual(outcomes, {"sent", "delivered", "failed"})
        for threads in 1, 4, 4:
            self.assertEqual(self.play_one_by_one(threads=threads), first)

    def test_it_is_the_same_whatever_other_accounts_do_meanwhile(self):
        first = self.play_one_by_one(threads=1)
        for threads in 1, 4, 4:
            self.assertEqual(self.play_at_once(threads=threads), first)

    def test_accounts_do_not_repeat_each_other(self):
        played = self.play_one_by_one()
        ids = {each["id"] for key in KEYS for each in played[key][-1]["deliveries"]}
        self.assertEqual(len(ids), sum(len(played[key][-1]["deliveries"]) for key in KEYS))
        self.assertNotEqual(*(([each["status"] for each in played[key][-1]["deliveries"]])
                              for key in KEYS[:2]))

    def test_another_seed_is_another_story(self):
        one, other = self.play_one_by_one(seed=42), self.play_one_by_one(seed=43)
        for key in KEYS:
            self.assertFalse({each["id"] for each in one[key][-1]["deliveries"]} &
                             {each["id"] for each in other[key][-1]["deliveries"]})
            self.assertNotEqual(*(([each["status"] for each in run[key][-1]["deliveries"]])
                                  for run in (one, other)))

    def test_a_seed_that_was_drawn_and_printed_may_be_played_again(self):
        emulator = self.start_without_seed()
        again = self.start(seed=emulator.ready["seed"])
        self.assertEqual(self.play(emulator.account(KEYS[0])), self.play(again.account(KEYS[0])))

    def start_without_seed(self):
        return self.enterContext(Emulator(
            "--clock", "manual@2026-05-26T10:00:00Z", "--scenario", self.scenario,
            "--webhook-url", f"http://127.0.0.1:{self.dead}/", "--webhook-secret", "whsec_e2e"))

    def test_ids_and_outcomes_do_not_depend_on_the_clock(self):
        def course(clock):
            account = self.start(clock=clock).account(KEYS[0])
            return [(account.send(PHONES[i % 5]).json.get("id")) for i in range(50)]
        self.assertEqual(course("instant"), course("manual"))
