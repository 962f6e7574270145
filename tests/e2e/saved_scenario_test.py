"""GET /_mock/deliveries/{id}/scenario: a file in which the delivery happens again."""

import json
import re
import tempfile
import unittest
from datetime import datetime, timedelta
from pathlib import Path

from emulator import REPOSITORY, Emulator, run
from receiver import CLOSE, Answer, Receiver
from scenario_files import scenario_file
from signatures import kind_of

START = "manual@2026-05-26T10:00:00Z"
SECRET = "whsec_saved"
KEY = "sk_live_saved"
VIETTEL, MOBIFONE, VINAPHONE = "+84981234567", "+84901234567", "+84911234567"
NO_DELIVERY = {*range(40, 49), 60, 61, 62, 64}  # magic numbers: refused at the door, or lost
NO_REPLY_TO_WAIT_FOR = {63, 65, 66, 67}


def magic_numbers():
    text = Path(REPOSITORY, "scenarios/default.json").read_text()
    return sorted({int(each) for each in re.findall(r"\+849800000(\d\d)", text)})


def seconds_between(a, b):
    return (datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds()


def without_waiting(emulator, phone):
    """Sends, and leaves once the call has got through; answers the delivery's id."""
    body = json.dumps({"phone": phone, "code": "482917"})
    account = emulator.account(KEY)
    with emulator.connect() as connection:
        connection.sendall((
            f"POST /api/v1/send-otp HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
        while not (known := account.mock("GET", f"deliveries?phone={phone}").json["deliveries"]):
            pass
    return known[-1]["id"]


class SavedCase(unittest.TestCase):
    def start(self, scenario, receiver):
        return self.enterContext(Emulator(
            "--scenario", scenario, "--clock", START, "--seed", "42",
            "--webhook-url", receiver.url(), "--webhook-secret", SECRET))

    def saved(self, account, delivery_id):
        """The scenario as text."""
        reply = account.mock("GET", f"deliveries/{delivery_id}/scenario")
        self.assertEqual((reply.status, reply.headers["content-type"]), (200, "application/json"))
        self.assertEqual(reply.json["name"], f"delivery {delivery_id}")
        self.assertEqual(len(reply.json["rules"]), 1)
        self.assertNotIn(SECRET, reply.body.decode())
        return reply.body.decode()

    def course(self, account, delivery_id, receiver):
        """All that has to be the same again, in seconds since the send."""
        known = account.inspect(delivery_id)
        began = known["created_at"]
        call = next(each for each in account.mock("GET", "requests?limit=10000").json["requests"]
                    if each["delivery"] == delivery_id and each["method"] == "POST")
        signatures = [kind_of(each, SECRET) for each in receiver.webhooks
                      if each.body.split(b'"id":"')[1].startswith(delivery_id.encode())]

        def since(time):
            return None if time is None else seconds_between(began, time)
        return {
            "delivery": {name: known[name] for name in (
                "phone", "carrier", "status", "error_code", "carrier_status", "cost",
                "settlement", "rule")},
            "paid": round(sum(known["drawn"].values()), 6),
            "ended": since(known["completed_at"]),
            "reply": {name: call[name] for name in ("status", "fault", "latency")},
            "timeline": [{**each, "at": since(each["at"]), "seq": None}
                         for each in known["timeline"]],
            "webhooks": [(each["type"], each["state"], each["signature"] is None, [
                (attempt["number"], since(attempt["due_at"]), since(attempt["ended_at"]),
                 attempt["status"], attempt["error"]) for attempt in each["attempts"]])
                for each in known["webhooks"]],
            "signatures": signatures}

    def check_files(self, texts):
        """`check` has nothing to say of any of them."""
        with tempfile.TemporaryDirectory() as directory:
            files = []
            for number, text in enumerate(texts):
                files.append(Path(directory, f"{number}.json"))
                files[-1].write_text(text)
            done = run("check", "--strict", *map(str, files))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def check_again(self, text, before, answers, send):
        """Fresh emulator, receiver that behaves the same: the same course."""
        with scenario_file(text) as path, Receiver(*answers) as receiver, \
                Emulator("--scenario", path, "--clock", START, "--seed", "7", "--webhook-url",
                         receiver.url(), "--webhook-secret", SECRET) as emulator:
            account = emulator.account(KEY)
            delivery_id = send(emulator, before["delivery"]["phone"])
            account.advance(to="idle")
            self.assertEqual(self.course(account, delivery_id, receiver), before)


class MagicNumbers(SavedCase):
    """Each in an emulator of its own, so that its receiver's answers are its own."""

    def play(self, number, *answers):
        phone = f"+849800000{number:02}"
        send = without_waiting if number in NO_REPLY_TO_WAIT_FOR else self.send
        with Receiver(*answers) as receiver:
            emulator = self.start("default", receiver)
            account = emulator.account(KEY)
            delivery_id = send(emulator, phone)
            account.advance(to="idle")
            text = self.saved(account, delivery_id)
            before = self.course(account, delivery_id, receiver)
        self.check_again(text, before, answers, send)
        return text, before

    @staticmethod
    def send(emulator, phone):
        return emulator.account(KEY).send_id(phone)

    def test_every_delivery_happens_again(self):
        texts = []
        for number in magic_numbers():
            if number in NO_DELIVERY:
                continue
            with self.subTest(number=number):
                texts.append(self.play(number, 200)[0])
        self.assertGreater(len(texts), 25)
        self.check_files(texts)

    def test_retries_happen_again_at_their_times(self):
        texts = []
        for answers, states in [((500, 500, 200), ["acknowledged"]), ((500,), ["given_up"]),
                                ((410,), ["given_up"]), ((CLOSE, 204), ["acknowledged"]),
                                ((Answer(302, headers=[("Location", "/")]), 200),
                                 ["acknowledged"])]:
            for number in 2, 82, 85:
                with self.subTest(answers=answers, number=number):
                    text, before = self.play(number, *answers)
                    texts.append(text)
                    self.assertEqual([each[1] for each in before["webhooks"]], states)
        self.check_files(texts)

    def test_copies_and_contradictions_happen_again_behind_retries(self):
        texts = []
        for number in 81, 88:
            for answers in (500, 200), (410, 500, 200), (500,):
                with self.subTest(number=number, answers=answers):
                    text, before = self.play(number, *answers)
                    self.assertEqual(len(before["webhooks"]), 2)
                    texts.append(text)
        self.check_files(texts)

    def test_the_whole_ladder_of_a_failed_delivery_happens_again(self):
        text, before = self.play(2, 500)
        self.assertEqual((before["delivery"]["status"], before["delivery"]["settlement"]),
                         ("failed", "refunded"))
        ((_, state, _, attempts),) = before["webhooks"]
        self.assertEqual(state, "given_up")
        self.assertEqual([due for _, due, *_ in attempts], [2, 7, 37, 157, 757, 2557])
        self.assertEqual(json.loads(text)["rules"],
                         [{"name": "busy", "when": {"phone": "+84980000002"},
                           "then": {"fail": "busy", "after": "2s"}}])

    def test_each_step_of_a_list_is_a_file_of_its_own(self):
        with Receiver() as receiver:
            emulator = self.start("default", receiver)
            account = emulator.account(KEY)
            sent = [account.send_id("+84980000022") for _ in range(3)]
            account.advance(to="idle")
            then = [json.loads(self.saved(account, each))["rules"][0]["then"] for each in sent]
        self.assertEqual(then, [{"fail": "busy", "after": "2s"}] * 2 +
                         [{"deliver": True, "after": "2s"}])

    def test_refused_and_lost_calls_have_none(self):
        with Receiver() as receiver:
            emulator = self.start("default", receiver)
            for number in NO_DELIVERY - {62, 60, 61, 64}:
                emulator.account(KEY).send(f"+849800000{number}")
            self.assertEqual(emulator.account(KEY).deliveries(), [])


class Library(SavedCase):
    KEYS = {"spend-order": "sk_live_three_buckets", "insufficient-balance": "sk_live_last_one"}

    def test_deliveries_of_every_built_in_scenario_happen_again(self):
        texts, replayed = [], 0
        with Receiver(*[500, 200] * 1000) as receiver:
            again = self.start("default", receiver)
            for path in sorted((REPOSITORY / "scenarios").glob("*.json")):
                if path.stem in ("default", "scenario.schema", "slow-api"):
                    continue
                with self.subTest(scenario=path.stem), Receiver(*[500, 200] * 1000) as first:
                    for text, before in self.play(path.stem, first):
                        texts.append(text)
                        self.check_in_place(again, text, before, receiver, len(texts))
                        replayed += 1
        self.assertGreater(replayed, 60)
        self.check_files(texts)

    def play(self, name, receiver):
        """Some sends, one after another, each to its end."""
        with Emulator("--scenario", name, "--clock", START, "--seed", "42", "--webhook-url",
                      receiver.url(), "--webhook-secret", SECRET) as emulator:
            account = emulator.account(self.KEYS.get(name, KEY))
            for phone in [VIETTEL, MOBIFONE, VINAPHONE, "+84980000001", "+84981234561"]:
                known = len(account.deliveries())
                self.begin_a_second(account)
                try:
                    account.send(phone)
                except (OSError, ValueError, AssertionError, ConnectionError):
                    pass  # a fault of the network
                except Exception as failure:  # of http.client, for the same reason
                    self.assertEqual(type(failure).__module__, "http.client")
                account.close()
                account.advance(to="idle")
                if len(account.deliveries()) == known:
                    continue  # refused or lost
                sent = account.deliveries()[-1]["id"]
                yield self.saved(account, sent), self.course(account, sent, receiver)

    @staticmethod
    def begin_a_second(account):
        """Times are told in milliseconds, cut: those of the send are not to be seen in others."""
        now = datetime.fromisoformat(account.mock("GET", "clock").json["now"])
        account.mock("PUT", "clock", {
            "now": (now.replace(microsecond=0) + timedelta(seconds=1)).strftime(
                "%Y-%m-%dT%H:%M:%SZ")})

    def check_in_place(self, emulator, text, before, receiver, number):
        account = emulator.account(f"{KEY}_{number}")
        self.assertEqual(account.mock("PUT", "scenario", text).json["warnings"], [])
        # Opening balances are for accounts that begin.
        account.mock("PATCH", "account", {"balance": before["paid"]})
        try:
            account.send(before["delivery"]["phone"])
        except Exception:
            self.assertTrue(before["reply"]["fault"])
        account.close()
        account.advance(to="idle")
        (sent,) = account.deliveries()
        self.assertEqual(self.course(account, sent["id"], receiver), before)


class Details(SavedCase):
    def one(self, scenario, phone=VIETTEL, *answers, after=None):
        """A send under a scenario; the saved one, and its course."""
        with scenario_file(scenario) as path, Receiver(*answers) as receiver:
            account = self.start(path, receiver).account(KEY)
            sent = account.send_id(phone)
            account.advance(**({"by": after} if after else {"to": "idle"}))
            return self.saved(account, sent), self.course(account, sent, receiver)

    def test_what_was_drawn_is_fixed(self):
        scenario = {"webhook": {"retry": ["1s..9s", {"median": "30s", "sigma": 1}], "timeout": "3s"},
                    "rules": [{"name": "drawn", "then": {"one_of": [
                        {"fail": "busy", "after": "5s..50s", "webhook": {"delay": "1m..5m"}},
                        {"deliver": True, "after": {"median": "9s", "sigma": 0.5},
                         "webhook": {"delay": "1m..5m"}}]}}]}
        text, before = self.one(scenario, VIETTEL, 500)
        self.check_files([text])
        self.check_again(text, before, [500], MagicNumbers.send)
        self.assertEqual([each[0] for each in before["webhooks"][0][3]], [1, 2, 3])
        self.assertEqual(json.loads(text)["webhook"].keys(), {"retry", "timeout"})

    def test_prices_carriers_and_refunds_are_kept(self):
        scenario = {"api": {"price": {"default": 0.05, "mobifone": 0.4}, "refund_failed": False},
                    "account_defaults": {"balance": 5},
                    "rules": [{"then": {"fail": "busy", "carrier": "mobifone", "after": "1s"}}]}
        text, before = self.one(scenario)
        self.check_files([text])
        self.assertEqual((before["paid"], before["delivery"]["settlement"],
                          before["delivery"]["carrier"]), (0.4, "charged", "mobifone"))
        self.check_again(text, before, [200], MagicNumbers.send)
        for cost in 0, 3.5:
            scenario["rules"] = [{"then": {"deliver": True, "cost": cost}}]
            text, before = self.one(scenario)
            self.assertEqual(before["paid"], cost)
            self.check_again(text, before, [200], MagicNumbers.send)

    def test_an_end_by_hand_is_an_end_like_any_other(self):
        with Receiver(500, 200) as receiver:
            account = self.start("default", receiver).account(KEY)
            sent = account.send_id("+84980000020")
            account.advance(by="90s")
            account.mock("POST", f"deliveries/{sent}/complete",
                         {"status": "failed", "error_code": "rejected"})
            account.advance(to="idle")
            text, before = self.saved(account, sent), self.course(account, sent, receiver)
        self.assertEqual(json.loads(text)["rules"][0]["then"],
                         {"fail": "rejected", "after": "90s"})
        self.check_files([text])
        self.check_again(text, before, [500, 200], MagicNumbers.send)

    def test_one_that_no_rule_decided(self):
        text, before = self.one({"rules": []})
        self.assertIsNone(before["delivery"]["rule"])
        self.assertIn("after", json.loads(text)["rules"][0]["then"])
        before["delivery"]["rule"] = "rule 1"
        self.check_files([text])
        self.check_again(text, before, [200], MagicNumbers.send)

    def test_one_that_has_not_ended_stays_sent(self):
        text, _ = self.one({"rules": [{"then": {"deliver": True, "after": "9s"}}]}, after="5s")
        self.assertEqual(json.loads(text)["rules"][0]["then"], {"pending": True})
        self.check_files([text])

    def test_one_that_is_not_there_and_other_methods_are_refused(self):
        with Receiver() as receiver:
            emulator = self.start("default", receiver)
            account = emulator.account(KEY)
            sent = account.send_id()
            for who, delivery_id in [(emulator.account(), sent), (account, "x"),
                                     (account, "8f2e1c4d-0000-4000-8000-000000000000")]:
                reply = who.mock("GET", f"deliveries/{delivery_id}/scenario")
                self.assertEqual((reply.status, reply.error), (404, "not_found"))
            self.assertEqual(emulator.everything().mock("GET", f"deliveries/{sent}/scenario").body,
                             account.mock("GET", f"deliveries/{sent}/scenario").body)
            head = account.mock("HEAD", f"deliveries/{sent}/scenario")
            self.assertEqual((head.status, head.body), (200, b""))
            for method in "POST", "PUT", "DELETE":
                reply = account.mock(method, f"deliveries/{sent}/scenario")
                self.assertEqual((reply.status, reply.headers["allow"]), (405, "GET, HEAD"))
