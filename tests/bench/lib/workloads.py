"""What is asked of the servers: for each workload its requests, and how they are sent."""

import dataclasses
import re
from collections.abc import Callable

from processes import ask, request

SEND_BODY = '{"phone":"+84981234567","code":"482917"}'
SEND_CALL = {"method": "POST", "path": "/api/v1/send-otp", "key": "sk_live_bench",
             "body": SEND_BODY}
# Deliveries that are asked for belong to an account that sends nothing else, so that none of them
# makes way for later ones.
READER = "sk_live_bench_reader"
DELIVERIES = 500


def send(key="sk_live_bench", close=False):
    return request("POST", "/api/v1/send-otp", key, SEND_BODY, close)


def balance():
    return request("GET", "/api/v1/balance")


def sends(server):
    return [send()]


def sends_and_closes(server):
    return [send(close=True)]


def sends_with_new_headers(server):
    """No header is like the one before on its connection, as where a client numbers its requests."""
    head, body = send().split(b"\r\n\r\n")
    return [b"%b\r\nX-Request-Id: %08d\r\n\r\n%b" % (head, number, body) for number in range(997)]


def sends_of_many_accounts(server):
    return [send(f"sk_live_bench_{number:04}") for number in range(1000)]


def balances(server):
    return [balance()]


def deliveries(server):
    """Asks for deliveries there are; nginx, to which all are the same, gets the same requests."""
    found = []
    for _ in range(DELIVERIES):
        reply = ask(server.port, send(READER, close=True)).decode()
        delivery = re.search(r'"id":"([0-9a-f-]{36})"', reply)[1]
        found.append(request("GET", f"/api/v1/deliveries/{delivery}", READER))
    return found


def mixed(server):
    """Of ten requests four sends, five looks at a delivery, and one at the balance."""
    found = []
    looks = iter(deliveries(server))
    for look in looks:
        found += [send(), look, send(), next(looks), balance(), next(looks), send(), next(looks),
                  send(), next(looks)]
    return found


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    requests: Callable
    connections: int = 64
    threads: int = 1
    tls: bool = False
    options: dict = dataclasses.field(default_factory=dict)  # of nexo_mock_bench_load drive
    witness: bool = False  # by wrk
    sends: bool = True  # whether a delivery ends some time after

    @property
    def is_shared(self):
        """Whether server and load are on the same cores."""
        return self.threads > 1


def all_of_them(paced_rate):
    return [
        Workload("send-otp", sends),
        Workload("send-otp, new headers", sends_with_new_headers),
        Workload("send-otp, 1 connection", sends, connections=1),
        Workload("send-otp, 1,000 connections", sends, connections=1000),
        Workload("send-otp, 1,000 accounts", sends_of_many_accounts),
        Workload(f"send-otp, {paced_rate:,}/s on schedule", sends, options={"rate": paced_rate}),
        Workload("balance", balances, sends=False),
        Workload("deliveries", deliveries, sends=False),
        Workload("mixed", mixed),
        Workload("new connection", sends_and_closes, options={"short": 1}),
        Workload("pipelined", sends, options={"depth": 16}),
        Workload("HTTPS", sends, tls=True),
        Workload("2 threads, 1 account", sends, threads=2),
        Workload("2 threads, 1,000 accounts", sends_of_many_accounts, threads=2),
        Workload("send-otp by wrk", sends, witness=True),
    ]
