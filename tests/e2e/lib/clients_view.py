"""What a client sees of a send when the network may fail: bytes on a socket, and how they end."""

import json
import socket
import time

import client
from emulator import PATIENCE, SLOWNESS

REPLY = "a reply"
RESET = "a reset"
CLOSED = "closed without a byte"
SILENCE = "silence"    # until the client gave up
HALF = "half a reply"  # then closed
DRIPS = "drips"        # when the client gave up, some of the reply had come
NO_HTTP = "no HTTP"    # then closed

# Seconds until a client gives up: one that is sure to have to, and one that might get a reply. Both
# are over before a reply that comes in drips is.
SHORT = 0.3 * min(SLOWNESS, 3)
LONG = 1.0 * min(SLOWNESS, 3)


class View:
    """`kind` is one of the above; `reply` is there for a whole one, `took` are seconds."""

    def __init__(self, kind, raw, took):
        self.kind, self.raw, self.took = kind, raw, took
        self.reply = client.parse_reply(raw)[0] if kind is REPLY else None

    def __repr__(self):
        return f"{self.kind} {self.raw!r}"


def _is_whole(raw):
    head, found, rest = raw.partition(b"\r\n\r\n")
    if not found or not head.startswith(b"HTTP/1.1 "):
        return False
    return len(rest) >= int(client.parse_reply(raw)[0].headers["content-length"])


def _end(connection, deadline):
    """The kind of what comes, and the bytes."""
    raw = b""
    while not _is_whole(raw):
        try:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            part = connection.recv(65536)
        except TimeoutError:
            return (DRIPS if raw else SILENCE), raw
        except ConnectionResetError:
            return RESET, raw
        if not part:
            is_http = raw.startswith(b"HTTP/1.1 ")
            return (HALF if is_http else NO_HTTP) if raw else CLOSED, raw
        raw += part
    return REPLY, raw


def view_of_send(account, phone, patience=PATIENCE):
    """Sends on a connection of its own and waits for as many seconds."""
    body = json.dumps({"phone": phone, "code": "482917"}).encode()
    head = (f"POST /api/v1/send-otp HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: {account.authorization}\r\nContent-Length: {len(body)}\r\n\r\n")
    with socket.create_connection(account.address, timeout=PATIENCE) as connection:
        began = time.monotonic()
        connection.sendall(head.encode() + body)
        kind, raw = _end(connection, began + patience)
        return View(kind, raw, time.monotonic() - began)
