"""The calls of the control API as the emulator itself lists them, and how each is made."""

import http.client

from client import Reply

STREAM = "text/event-stream"


def all_calls(emulator):
    """Method and path of each, a part in braces stands for one of the caller's."""
    detail = emulator.everything().mock("GET", "nothing").json["detail"]
    return [tuple(each.split(" ")) for each in detail.split("there are ")[1].split(", ")]


class Examples:
    """Calls that are granted and do something, in the world of an account that has a webhook
    target and has sent to PHONE. `delivery` is still on its way; `attempt` was made."""

    PHONE = "+84980000020"  # never ends

    def __init__(self, account):
        self.delivery = account.send_id(self.PHONE)
        self.attempt = account.mock("POST", "webhooks/ping").json["attempt"]["seq"]
        self.state = account.mock("GET", "state").json

    def of(self, method, pattern):
        """Path and body of such a call."""
        parts = {"{phone}": self.PHONE, "{id}": self.delivery, "{attempt}": str(self.attempt)}
        path = pattern
        for name, value in parts.items():
            path = path.replace(name, value)
        if (method, pattern) == ("GET", "/_mock/explain"):
            path += f"?phone={self.PHONE}"
        rule = {"when": {"phone": "+84989999999"}, "then": {"deliver": True}}
        bodies = {
            ("POST", "/_mock/deliveries/{id}/complete"): {"status": "delivered"},
            ("PATCH", "/_mock/account"): {"balance": 7},
            ("PUT", "/_mock/scenario"): {"name": "another", "rules": [rule]},
            ("POST", "/_mock/rules"): rule,
            ("PUT", "/_mock/state"): self.state,
            ("PUT", "/_mock/clock"): {"now": "2039-01-01T00:00:00Z"},
            ("POST", "/_mock/clock/advance"): {"by": "1h"}}
        return path, bodies.get((method, pattern))


def ask(emulator, method, path, headers, body=b""):
    """One request on a connection of its own, with exactly these headers, a list of pairs; of a
    reply that is a stream the head alone."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=60)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            connection.putheader(name, value)
        connection.endheaders(body)
        came = connection.getresponse()
        is_stream = came.getheader("Content-Type") == STREAM and method == "GET"
        reply = Reply(came.status, came.getheaders(), b"" if is_stream else came.read())
    finally:
        connection.close()
    if not is_stream:
        reply.record(method, path)
    return reply


def snapshot(client):
    """All that the control API tells of a client's accounts, but for what asking changes."""
    told = {path: client.mock("GET", path).json
            for path in ("deliveries", "webhooks", "requests", "accounts", "scenario", "clock")}
    for each in told["deliveries"]["deliveries"]:
        del each["code_read"]
    return told
