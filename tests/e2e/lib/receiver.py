"""A webhook receiver of an application: answers as a script says and keeps what came."""

import asyncio
import hashlib
import hmac
import queue
import ssl
import threading
import time

from emulator import PATIENCE


class Answer:
    """What a receiver does with a request. A plain number stands for a reply of that status, bytes
    for themselves."""

    def __init__(self, status=200, headers=(), body=b"", close=False):
        self.status, self.headers, self.body, self.close = status, headers, body, close

    def text(self):
        lines = [f"HTTP/1.1 {self.status} Whatever", f"Content-Length: {len(self.body)}",
                 *(f"{name}: {value}" for name, value in self.headers)]
        if self.close:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


HANG = object()      # no reply until Receiver.release()
CLOSE = object()     # closes without a reply
RESET = object()     # resets the connection
GARBAGE = object()   # what is no HTTP
HALF = object()      # half a reply, then closes


class Webhook:
    """A request as it came."""

    def __init__(self, connection, method, target, headers, body):
        self.at = time.monotonic()
        self.connection = connection
        self.method = method
        self.target = target
        self.header_list = headers
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def signature(self):
        return self.headers["x-nexo-signature"]

    def is_signed_with(self, secret):
        """As the vendor's guide says: HMAC-SHA256 over the raw body, keyed with the raw digest of
        the secret, compared in constant time."""
        key = hashlib.sha256(secret.encode()).digest()
        expected = "sha256=" + hmac.new(key, self.body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected, self.headers.get("x-nexo-signature", ""))

    def __repr__(self):
        return f"{self.method} {self.target} {self.body!r}"


class _Connection(asyncio.Protocol):
    numbers = 0

    def __init__(self, receiver):
        self.receiver = receiver
        self.buffer = b""
        _Connection.numbers += 1
        self.number = _Connection.numbers

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        if self.buffer.startswith(b"\x16"):  # TLS to a receiver that speaks none
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            self.transport.close()
            return
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            request_line, *lines = head.decode().split("\r\n")
            headers = [tuple(line.split(": ", 1)) for line in lines]
            length = next((int(v) for n, v in headers if n.lower() == "content-length"), 0)
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            method, target, _ = request_line.split(" ")
            self.receiver._take(self, Webhook(self.number, method, target, headers, rest[:length]))


class Receiver:
    """Listens while its `with` block lasts. `answers` are used one after another, the last one for
    ever; or it is a function from a Webhook to an answer."""

    def __init__(self, *answers, tls=None):
        self._answers = answers[0] if answers and callable(answers[0]) else list(answers or [200])
        self._tls = tls
        self._came = queue.SimpleQueue()
        self._hanging = []
        self.webhooks = []

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=[started], daemon=True)
        self._thread.start()
        assert started.wait(PATIENCE), "the receiver did not start"
        return self

    def _run(self, started):
        async def serve():
            self._server = await self._loop.create_server(
                lambda: _Connection(self), "127.0.0.1", 0, ssl=self._tls)
            self.port = self._server.sockets[0].getsockname()[1]
            started.set()

        # Handshakes that fail are the client's affair.
        self._loop.set_exception_handler(lambda *_: None)
        self._loop.run_until_complete(serve())
        self._loop.run_forever()
        self._server.close()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)

    def url(self, host="127.0.0.1", path="/webhooks/nexo"):
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def get(self):
        """The next webhook that came, waited for."""
        try:
            return self._came.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError("no webhook came") from None

    def get_nothing(self):
        """What is waiting now; none has to."""
        try:
            raise AssertionError(f"a webhook came: {self._came.get_nowait()}")
        except queue.Empty:
            pass

    def release(self, answer=200):
        """Answers all that hang."""
        def answer_all():
            for connection in self._hanging:
                self._answer(connection, answer)
            self._hanging.clear()
        self._loop.call_soon_threadsafe(answer_all)

    def _take(self, connection, webhook):
        self.webhooks.append(webhook)
        if callable(self._answers):
            answer = self._answers(webhook)
        else:
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer is HANG:  # kept before it is told of, so that release() finds it
            self._hanging.append(connection)
        self._came.put(webhook)
        self._answer(connection, answer)

    @staticmethod
    def _answer(connection, answer):
        transport = connection.transport
        if answer is HANG:
            return
        if answer is RESET:
            transport.abort()
        elif answer is CLOSE:
            transport.close()
        elif answer is GARBAGE:
            transport.write(b"this is no HTTP\r\n\r\n")
            transport.close()
        elif answer is HALF:
            transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            transport.close()
        elif isinstance(answer, bytes):
            transport.write(answer)
        else:
            answer = Answer(answer) if isinstance(answer, int) else answer
            transport.write(answer.text())
            if answer.close:
                transport.close()


def server_tls(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
