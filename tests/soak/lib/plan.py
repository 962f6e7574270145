"""What is sent, by whom, and what has to come of it."""

import dataclasses
import json
from decimal import Decimal

from processes import request

DEFAULT_PRICE, VINAPHONE, MOBIFONE = 22000, 17013, 30500  # micro-dollars
VIETTEL_PHONE = "+84981234567"
PHONES = [VIETTEL_PHONE, "+84911234567", "+84901234567", "+84921234567"]  # of four carriers
NO_ROUTE = "+84991234567"  # of gmobile
NOBODYS = "00000000-0000-4000-8000-000000000000"
ATTEMPTS = 6  # the ladder of the real service: one, and five retries


def micros(dollars):
    """Exactly, of a JSON number read as Decimal."""
    value = Decimal(dollars) * 1_000_000
    if value != int(value):
        raise ValueError(f"{dollars} dollars are no whole micro-dollars")
    return int(value)


@dataclasses.dataclass(frozen=True)
class Account:
    name: str
    opening: int = 1_000_000_000_000  # micro-dollars
    sends: int = 28                   # in each round of the book
    phones: tuple = tuple(PHONES)
    hears: bool = True                # of the end of its deliveries

    @property
    def key(self):
        return f"sk_live_soak_{self.name}"


# What is done to it by hand, meddler.py knows.
BY_HAND = Account("hand", sends=0)
# One runs out of money, and one has no webhook: its deliveries cost all the same.
ACCOUNTS = [*(Account(f"a{number}") for number in range(6)),
            Account("poor", opening=5_000_000, sends=4),
            Account("deaf", phones=(VIETTEL_PHONE,), hears=False), BY_HAND]


def _send(account, phone):
    return request("POST", "/api/v1/send-otp", account.key,
                   json.dumps({"phone": phone, "code": "482917"}))


@dataclasses.dataclass(frozen=True)
class Call:
    """One request of the book, and the statuses it may be answered with."""
    account: Account
    endpoint: str
    message: bytes
    statuses: frozenset


def _calls(account):
    statuses = {202, 402} if account.name == "poor" else {202}
    for number in range(account.sends):
        phone = account.phones[number % len(account.phones)]
        yield Call(account, "send-otp", _send(account, phone), frozenset(statuses))
    yield Call(account, "send-otp", _send(account, "+8412"), frozenset({400}))
    yield Call(account, "send-otp", _send(account, NO_ROUTE), frozenset({422}))
    yield Call(account, "balance", request("GET", "/api/v1/balance", account.key), frozenset({200}))
    yield Call(account, "deliveries", request("GET", f"/api/v1/deliveries/{NOBODYS}", account.key),
               frozenset({404}))


def book():
    """All calls of a round, the accounts by turns."""
    waiting = [list(_calls(account)) for account in ACCOUNTS if account.sends > 0]
    found = []
    while any(waiting):
        found += [each.pop(0) for each in waiting if each]
    return found


def scenario(port, timeout):
    """One delivery in ten fails, and is refunded. A webhook attempt may take as many seconds."""
    def opening(account):
        free = min(account.opening, 1_000_000) if account is not BY_HAND else 0
        bonus = min(account.opening - free, 2_000_000) if account is not BY_HAND else 0
        rest = account.opening - free - bonus
        amounts = {"free_credit": free, "bonus_credit": bonus, "balance": rest}
        entry = {"key": account.key} | {name: value / 1e6 for name, value in amounts.items()}
        if account.hears:
            entry["webhook"] = {"url": f"http://127.0.0.1:{port}/webhooks/{account.name}",
                                "secret": "whsec_soak"}
        return entry
    return {"name": "soak",
            "api": {"price": {"default": DEFAULT_PRICE / 1e6, "vinaphone": VINAPHONE / 1e6,
                              "mobifone": MOBIFONE / 1e6}, "no_route": ["gmobile"]},
            "webhook": {"timeout": f"{timeout}s"},
            "accounts": [opening(account) for account in ACCOUNTS],
            "rules": [{"then": {"one_of": [
                {"weight": 9, "deliver": True, "after": "25s..60s"},
                {"weight": 1, "fail": "busy", "after": "25s..30s"}]}}]}


class Counted:
    """What the clients counted, over all waves."""

    def __init__(self):
        self.by_call = {}  # (account's name, endpoint, status): how many
        self.unexpected = []
        self.replies = 0

    def add(self, calls, by_request):
        for call, statuses in zip(calls, by_request, strict=True):
            for status, count in statuses.items():
                key = call.account.name, call.endpoint, int(status)
                self.by_call[key] = self.by_call.get(key, 0) + count
                self.replies += count
                if int(status) not in call.statuses:
                    self.unexpected.append(f"{count} of {key}")

    def total(self, account=None, endpoint=None, statuses=None):
        return sum(count for (name, of, status), count in self.by_call.items()
                   if account in (None, name) and endpoint in (None, of)
                   and (statuses is None or status in statuses))

    def accepted(self, account=None):
        return self.total(account, "send-otp", {202})

    def refused(self, account=None):
        return self.total(account, statuses={400, 402, 404, 422})
