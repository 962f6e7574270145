"""Clients: an account on one connection, curl, and bytes on a socket."""

import http.client
import json
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import traffic


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.header_names = [name.lower() for name, _ in headers]
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json.get("error")

    def record(self, method, path):
        """For the check of all replies against openapi/openapi.json."""
        traffic.record(method, path, self.status, self.headers.get("content-type"), self.body)

    def __repr__(self):
        return f"{self.status} {self.body!r}"


class Account:
    """One account of an emulator, over one keep-alive connection; or, without a key, the
    control API for all accounts. Paths of the vendor's API begin with /api/v1, those of the control
    API with /_mock."""

    def __init__(self, url, key):
        self.key = key
        self.authorization = None if key is None else f"Bearer {key}"
        parts = urlsplit(url)
        self.address = (parts.hostname, parts.port)
        self._connection = http.client.HTTPConnection(*self.address, timeout=300)

    def close(self):
        self._connection.close()

    def call(self, method, path, body=None, headers=None):
        """A str or bytes body goes out as it is, anything else as JSON."""
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        sent = {} if self.authorization is None else {"Authorization": self.authorization}
        self._connection.request(method, path, body, sent | (headers or {}))
        came = self._connection.getresponse()
        reply = Reply(came.status, came.getheaders(), came.read())
        reply.record(method, path)
        return reply

    # The vendor's API.

    def send(self, phone="+84981234567", code="482917"):
        return self.call("POST", "/api/v1/send-otp", {"phone": phone, "code": code})

    def send_id(self, phone="+84981234567", code="482917"):
        """Sends what has to be accepted; answers the delivery's id."""
        reply = self.send(phone, code)
        assert reply.status == 202, reply
        return reply.json["id"]

    def delivery(self, delivery_id):
        return self.call("GET", f"/api/v1/deliveries/{delivery_id}")

    def balance(self):
        return self.call("GET", "/api/v1/balance")

    # The control API.

    def mock(self, method, path, body=None):
        return self.call(method, f"/_mock/{path}", body)

    def advance(self, by=None, to=None):
        """Moves a manual clock; answers what was told about it."""
        reply = self.mock("POST", "clock/advance", {"by": by} if by else {"to": to})
        assert reply.status == 200, reply
        return reply.json

    def inspect(self, delivery_id):
        """All that is known of a delivery."""
        reply = self.mock("GET", f"deliveries/{delivery_id}")
        assert reply.status == 200, reply
        return reply.json["delivery"]

    def deliveries(self):
        """All that is known of the account's deliveries, oldest first."""
        reply = self.mock("GET", "deliveries?limit=10000")
        assert reply.status == 200, reply
        return reply.json["deliveries"]

    def attempts(self, delivery_id, event=0):
        """The webhook attempts of a delivery's event."""
        return self.inspect(delivery_id)["webhooks"][event]["attempts"]


def curl(*arguments):
    """What curl got: the last reply, and in `interim` the header lines of those before it."""
    with tempfile.TemporaryDirectory() as directory:
        headers, body = Path(directory, "headers"), Path(directory, "body")
        done = subprocess.run(["curl", "-sS", "--max-time", "60", "-D", headers, "-o", body,
                               "-w", "%{method} %{url_effective}", *arguments],
                              capture_output=True, timeout=90)
        assert done.returncode == 0, f"curl ended with {done.returncode}: {done.stderr.decode()}"
        blocks = headers.read_text().replace("\r", "").strip().split("\n\n")
        is_head = "--head" in arguments  # then curl writes the header lines there
        received = body.read_bytes() if body.exists() and not is_head else b""
    status_line, *lines = blocks[-1].split("\n")
    reply = Reply(int(status_line.split()[1]), [line.split(": ", 1) for line in lines], received)
    reply.interim = blocks[:-1]
    method, url = done.stdout.decode().split(" ", 1)
    reply.record(method, "/" + url.split("/", 3)[3])
    return reply


def read_to_end(connection):
    """All bytes until the peer closes."""
    received = bytearray()
    while part := connection.recv(65536):
        received += part
    return bytes(received)


def parse_reply(raw):
    """The first reply in the bytes, and the bytes behind it."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    status_line, *lines = head.decode().split("\r\n")
    reply = Reply(int(status_line.split()[1]), [line.split(": ", 1) for line in lines], b"")
    length = int(reply.headers.get("content-length", 0))
    reply.body = rest[:length]
    return reply, rest[length:]
