"""Somebody who does by hand, all the time, what else happens by itself: ends deliveries while their
time comes, sends webhooks again while they are retried, sets the balance."""

import random
import threading
import time

from observer import Calls
from plan import BY_HAND, DEFAULT_PRICE, VIETTEL_PHONE, micros

BLOCK = 20         # sends until all is waited for and added up
OPENING = 500      # dollars; what the balance is set to, plus the number of the block
PATIENCE_S = 60


class Meddler:
    """Works on one account while the `with` block lasts, up to the end of a block."""

    def __init__(self, port, counted, longest_s):
        """`longest_s` is how long a delivery takes that ends by itself, in real time."""
        self._calls = Calls(port)
        self._longest_s = longest_s
        self._counted = counted
        self._random = random.Random(7)
        self._number = 0
        self.troubles = []
        self.did = {"ended": 0, "too late": 0, "sent again": 0}

    def connect(self):
        self._call("GET", "/_mock/account")

    def __enter__(self):
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        return self

    def __exit__(self, *why):
        self._ends.set()
        self._thread.join()

    def _work(self):
        try:
            while not self._ends.is_set():
                self._block()
        except Exception as why:  # told at the end, where all that failed is
            self.troubles.append(repr(why))

    def _call(self, method, path, body=None, statuses=(200,)):
        status, told = self._calls.exchange(method, path, BY_HAND.key, body)
        if path.startswith("/api/v1/"):
            endpoint = path.split("/")[3]
            key = BY_HAND.name, endpoint, status
            self._counted.by_call[key] = self._counted.by_call.get(key, 0) + 1
        if status not in statuses:
            self.troubles.append(f"{method} {path}: {status} {told}")
        return status, told

    def _block(self):
        self._number += 1
        dollars = OPENING + self._number
        self._call("PATCH", "/_mock/account", {"balance": dollars})
        sent = [self._send_and_end() for _ in range(BLOCK)]
        charged = sum(self._cost_of(each) for each in sent)
        _, told = self._call("GET", "/api/v1/balance")
        if micros(told["balance"]) != dollars * 1_000_000 - charged:
            self.troubles.append(f"block {self._number}: {dollars} dollars, {charged} micro-dollars "
                                 f"charged, and {told['balance']} are left")

    def _send_and_end(self):
        _, sent = self._call("POST", "/api/v1/send-otp",
                             {"phone": VIETTEL_PHONE, "code": "482917"}, (202,))
        time.sleep(self._random.uniform(0, self._longest_s))
        outcome = self._random.choice([{"status": "delivered"},
                                       {"status": "failed", "error_code": "busy"}])
        status, _ = self._call("POST", f"/_mock/deliveries/{sent['id']}/complete", outcome,
                               (200, 409))
        self.did["ended" if status == 200 else "too late"] += 1
        self._send_again()
        return sent["id"]

    def _send_again(self):
        """One of the newest webhook attempts; it may be forgotten by now."""
        _, told = self._call("GET", "/_mock/webhooks?limit=10")
        if not told["attempts"]:
            return
        seq = self._random.choice(told["attempts"])["seq"]
        status, _ = self._call("POST", f"/_mock/webhooks/{seq}/redeliver", statuses=(200, 404))
        self.did["sent again"] += status == 200

    def _cost_of(self, delivery):
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            _, told = self._call("GET", f"/api/v1/deliveries/{delivery}")
            if told["status"] != "sent":
                cost = micros(told["cost"])
                if cost != (DEFAULT_PRICE if told["status"] == "delivered" else 0):
                    self.troubles.append(f"{delivery} is {told['status']} and costs {cost}")
                return cost
        raise RuntimeError(f"delivery {delivery} does not end")
