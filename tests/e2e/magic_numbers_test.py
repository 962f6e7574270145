"""README's tables of magic numbers are true: each number does what the words behind it say."""

import json
import re
import unittest

import clients_view as seen
import signatures
from emulator import REPOSITORY, Emulator
from outcomes import CARRIER_STATUS, HTTP_STATUS, PRICE, OutcomeCase, milliseconds
from receiver import Receiver
from scenario_files import parse

SECRET = "whsec_magic"


def rows():
    """Pairs of number and words of all tables."""
    text = (REPOSITORY / "README.md").read_text()
    section = text.split("## Make calls fail: magic numbers")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\+84980000\d+)` \| (.*) \|$", section, re.MULTILINE)


class Promise:
    """What a row promises. An end is its time in milliseconds and its error code."""

    def __init__(self):
        self.view, self.patience, self.takes = seen.REPLY, None, 0
        self.refused, self.headers = None, []
        self.is_lost = False
        self.calls = []  # for each send the ends of its delivery
        self.carrier = "viettel"
        self.copies, self.webhook_delay, self.webhook_first = 1, 0, False
        self.signature, self.told_status = signatures.VALID, None

    def sees(self, view, patience=None):
        self.view, self.patience = view, patience

    def ends(self, after, error_code=None, calls=1):
        self.calls += [[(milliseconds(after), error_code)] for _ in range(calls)]

    def then_fails(self, error_code, after):
        self.calls[-1].append((milliseconds(after), error_code))

    def is_refused(self, status, error, header, value):
        self.refused = (int(status), error)
        self.headers = [(header.lower(), value)] if header else []

    def is_signed(self, kind, told_status=None):
        self.signature, self.told_status = kind, told_status

    def set(self, **values):
        self.__dict__.update(values)


# What a clause of a row may say, and what it promises.
CLAUSES = {
    r"delivered at once": lambda to: to.ends("0s"),
    r"delivered after (\d+ s)(?: all the same)?": lambda to, after: to.ends(after),
    r"fails with `(\w+)` after (\d+ s)": lambda to, code, after: to.ends(after, code),
    r"fails with `(\w+)` after (\d+ s), twice": lambda to, code, after: to.ends(after, code, 2),
    r"from the third call of the account on, delivered after (\d+ s)":
        lambda to, after: to.ends(after, calls=2),
    r"then fails with `(\w+)` after (\d+ s), and a second webhook says so": Promise.then_fails,
    r"stays `sent` for ever": lambda to: to.set(calls=[[]]),
    r"ported, its carrier is `(\w+)`": lambda to, slug: to.set(carrier=slug),
    r"refused: (\d+) `(\w+)`(?:, with `([\w-]+): (\w+)`)?": Promise.is_refused,
    r"the call is lost": lambda to: to.set(is_lost=True),
    r"the connection is reset": lambda to: to.sees(seen.RESET),
    r"the connection is closed without a reply": lambda to: to.sees(seen.CLOSED),
    r"no reply comes, and the client gives up": lambda to: to.sees(seen.SILENCE, seen.SHORT),
    r"half a reply comes": lambda to: to.sees(seen.HALF),
    r"what comes back is no HTTP": lambda to: to.sees(seen.NO_HTTP),
    r"the reply comes in drips": lambda to: to.sees(seen.DRIPS, seen.LONG),
    r"the reply takes (\d+) s": lambda to, seconds: to.set(takes=int(seconds)),
    r"no webhook comes": lambda to: to.set(copies=0),
    r"the webhook comes twice": lambda to: to.set(copies=2),
    r"the webhook comes (\d+ s) later":
        lambda to, after: to.set(webhook_delay=milliseconds(after)),
    r"the webhook comes before the reply": lambda to: to.set(webhook_first=True),
    r"the webhook has no signature": lambda to: to.is_signed(signatures.MISSING),
    r"the webhook is signed with another secret": lambda to: to.is_signed(signatures.OTHER),
    r"the webhook is signed with the secret itself rather than its digest":
        lambda to: to.is_signed(signatures.RAW_SECRET),
    r"the webhook was tampered with and says `(\w+)`":
        lambda to, status: to.is_signed(signatures.TAMPERED, status),
}


def promise_of(words):
    made = Promise()
    for clause in words.split("; "):
        fitting = [(found, promise) for pattern, promise in CLAUSES.items()
                   if (found := re.fullmatch(pattern, clause))]
        if len(fitting) != 1:
            raise AssertionError(f"this test can't check what README says: {clause!r}")
        found, promise = fitting[0]
        promise(made, *found.groups())
    if [made.refused is not None, made.is_lost, made.calls != []].count(True) != 1:
        raise AssertionError(f"the row does not say what becomes of the call: {words!r}")
    return made


class Tables(unittest.TestCase):
    def test_name_each_number_of_the_default_scenario_once(self):
        rules = parse((REPOSITORY / "scenarios/default.json").read_text())["rules"]
        numbers = [rule["when"]["phone"] for rule in rules if "when" in rule]
        self.assertEqual(sorted(number for number, _ in rows()), sorted(numbers))

    def test_have_a_number_for_every_failure_every_refusal_and_every_fault(self):
        words = " ".join(words for _, words in rows())
        for code in [*CARRIER_STATUS, *HTTP_STATUS]:
            self.assertIn(f"`{code}`", words)
        text = (REPOSITORY / "scenarios/default.json").read_text()
        for fault in ("reset", "close", "hang", "truncate", "garbage", "slow"):
            self.assertIn(f'"fault": "{fault}"', text)
        for signature in ("missing", "wrong_secret", "raw_secret", "tampered"):
            self.assertIn(f'"signature": "{signature}"', text)

    def test_are_read_word_for_word(self):
        for words in ("delivered after 2 s; a choir sings", "delivered after two seconds",
                      "the reply takes 2 s", "delivered at once; the call is lost"):
            with self.subTest(words), self.assertRaises(AssertionError):
                promise_of(words)


class MagicNumbers(OutcomeCase):
    """Sent to on a manual clock, with a receiver of webhooks."""

    def test_default_does_for_each_number_what_readme_says(self):
        with Receiver(200) as self.receiver, Emulator(
                "--clock", "manual", "--seed", "7", "--webhook-url", self.receiver.url(),
                "--webhook-secret", SECRET) as self.emulator:
            for phone, words in [*rows(), ("+84981234567", "delivered after 2 s")]:
                self.receiver.webhooks.clear()
                with self.subTest(phone, words=words):
                    self.check_row(self.emulator.account(), phone, promise_of(words))

    def check_row(self, account, phone, promise):
        for ends in promise.calls:
            self.check_accepted(account, phone, promise, ends)
        if promise.refused:
            self.assertEqual(HTTP_STATUS[promise.refused[1]], promise.refused[0])
            self.check_refused(account, phone, promise.refused[1], **dict(promise.headers))
        if promise.is_lost:
            self.check_lost(account, phone, promise)

    def view(self, account, phone, promise):
        view = seen.view_of_send(account, phone, promise.patience or seen.PATIENCE)
        self.assertEqual(view.kind, promise.view, view)
        self.assertGreaterEqual(view.took, promise.takes)
        return view

    def lost_calls(self):
        return self.emulator.everything().mock("GET", "health").json["deliveries"]["lost"]

    def check_lost(self, account, phone, promise):
        lost, opening = self.lost_calls(), account.balance().body
        self.view(account, phone, promise)
        self.assertEqual((account.balance().body, account.deliveries()), (opening, []))
        self.assertEqual(self.lost_calls(), lost + 1)

    def check_accepted(self, account, phone, promise, ends):
        opening = account.balance().json["balance"]
        view = self.view(account, phone, promise)
        if promise.webhook_first:
            self.assertEqual(len(self.receiver.webhooks), 1)
        delivery = account.deliveries()[-1]
        self.assertEqual((delivery["phone"], delivery["carrier"]), (phone, promise.carrier))
        if view.reply:
            told = view.reply.json
            self.assertEqual((view.reply.status, told["id"], told["carrier"], told["cost"]),
                             (202, delivery["id"], promise.carrier, PRICE))
        self.check_ends(account, delivery["id"], promise, ends)
        spent = PRICE if not ends or ends[0][1] is None else 0
        self.assertAlmostEqual(account.balance().json["balance"], opening - spent, places=9)

    def check_ends(self, account, delivery_id, promise, ends):
        """Goes from moment to moment, and looks right before each as well."""
        events = [(at, "end", code) for at, code in ends]
        events += [(at + promise.webhook_delay, "webhook", code) for at, code in ends]
        now, status = 0, "sent"
        for at, what, code in sorted(events, key=lambda event: event[0]):
            if at > now:
                account.advance(by=f"{at - now - 1}ms")
                self.assertEqual(account.delivery(delivery_id).json["status"], status)
                self.receiver.get_nothing()
                account.advance(by="1ms")
                now = at
            if what == "webhook":
                self.check_webhooks(promise, code)
                continue
            status = "failed" if code else "delivered"
            told = account.delivery(delivery_id).json
            self.assertEqual((told["status"], told["error_code"]), (status, code))
            self.assertEqual(told["carrier_status"], CARRIER_STATUS[code] if code else "success")
            self.assertEqual(told["cost"], PRICE if ends[0][1] is None else 0)
        if not ends:
            self.check_stays_sent(account, delivery_id)
        account.advance(to="idle")
        self.assertEqual(account.delivery(delivery_id).json["status"], status)
        self.receiver.get_nothing()

    def check_webhooks(self, promise, code):
        """As many have come as should, of an end with this error code, and no others."""
        status = promise.told_status or ("failed" if code else "delivered")
        bodies = set()
        for _ in range(promise.copies):
            webhook = self.receiver.get()
            bodies.add(webhook.body)
            told = json.loads(webhook.body)
            self.assertEqual((told["status"], told["type"], told["error_code"]),
                             (status, f"otp.{status}", code))
            self.assertEqual(webhook.headers["x-nexo-event-type"], told["type"])
            self.assertEqual(signatures.kind_of(webhook, SECRET), promise.signature)
        self.receiver.get_nothing()
        self.assertEqual(len(bodies), min(1, promise.copies))
