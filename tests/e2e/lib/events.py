"""A follower of GET /_mock/events."""

import json

import client
from emulator import PATIENCE


class Events:
    """The stream as it comes. Its `with` block begins once events are recorded."""

    def __init__(self, emulator, key=None, last_id=None):
        self._emulator = emulator
        self._headers = [("Host", f"127.0.0.1:{emulator.port}")]
        if key is not None:
            self._headers.append(("Authorization", f"Bearer {key}"))
        if last_id is not None:
            self._headers.append(("Last-Event-ID", last_id))

    def __enter__(self):
        self._connection = self._emulator.connect()
        self._connection.settimeout(PATIENCE)
        lines = "".join(f"{name}: {value}\r\n" for name, value in self._headers)
        self._connection.sendall(f"GET /_mock/events HTTP/1.1\r\n{lines}\r\n".encode())
        self._file = self._connection.makefile("rb")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self._file.readline()
            assert line, head
            head += line
        self.reply, _ = client.parse_reply(head)
        if self.reply.status != 200:
            self.reply.body = self._file.read(int(self.reply.headers["content-length"]))
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._file.close()
        self._connection.close()

    def blocks(self):
        """The lines of each event or comment; ends with the stream."""
        lines = []
        while line := self._file.readline():
            if line == b"\n":
                yield lines
                lines = []
            else:
                lines.append(line.decode().removesuffix("\n"))
        assert not lines, f"the stream ends within an event: {lines}"

    def next(self):
        """The next event, waited for: its id (none of a notice), type and data."""
        for lines in self.blocks():
            fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
            if fields:
                number = fields.pop("id", None)
                kind, data = fields.pop("event"), fields.pop("data")
                assert not fields, fields
                return None if number is None else int(number), kind, json.loads(data)
        return None

    def until(self, is_last):
        """Events up to the first one of which that holds."""
        came = []
        while not came or not is_last(came[-1]):
            came.append(self.next())
            assert came[-1] is not None, f"the stream ended after {came[:-1]}"
        return came
