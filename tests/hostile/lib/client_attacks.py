"""What hostile clients do: each function runs in a process of its own until that is ended, and says
"begun" once the attack is on."""

import contextlib
import errno
import itertools
import socket
import struct
import time

from attackers import connect

HEAD = b"POST /api/v1/send-otp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_live_hostile\r\n"
BODY = b'{"phone":"+84981234567","code":"482917"}'
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
# Of what is not a good client anyway, in a second and from one process: as much as one core bears.
PAUSE = 0.0005


def idle(say, port, count):
    """Connections that say nothing, from so many addresses that the ports last."""
    sources = itertools.cycle(f"127.0.0.{i}" for i in range(2, 10))
    held = [connect(port, source=next(sources)) for _ in range(count)]
    say("begun")
    _hold(held)


def slow_header(say, port, count):
    """A byte of a header that never ends on each connection, again and again."""
    _drip(say, port, count, b"GET /api/v1/balance HTTP/1.1\r\nX-Slow: ")


def slow_body(say, port, count):
    _drip(say, port, count, HEAD + b"Content-Length: 60000\r\n\r\n")


def slow_chunks(say, port, count):
    """Chunks of one byte, each in pieces."""
    _drip(say, port, count, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n")


def half_closed(say, port, count):
    """Asks, closes its side, and reads nothing; or closes its side in the midst of a request."""
    def one(cut):
        made = connect(port)
        made.sendall(WHOLE[:cut])
        made.shutdown(socket.SHUT_WR)
        return made
    held = [one(len(WHOLE) if i % 2 else i % len(WHOLE)) for i in range(count)]
    say("begun")
    _hold(held)


REQUEST = b"GET /api/v1/balance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_live_hostile\r\n\r\n"


def unread_replies(say, port, count):
    """Asks as fast as it can on each connection, and never reads: soon all are stuck."""
    flood, place, moved = REQUEST * 500, [0] * count, time.monotonic()
    held = [connect(port) for _ in range(count)]
    for each in held:
        each.setblocking(False)
    while time.monotonic() - moved < 0.5:
        for index, each in enumerate(held):
            with contextlib.suppress(BlockingIOError, ConnectionError):
                place[index] += each.send(flood[place[index] % len(flood):])
                moved = time.monotonic()
        time.sleep(0.001)
    say("begun")
    _hold(held)


def floods(say, port, count):
    """A hundred requests at once on each connection, once in a second, and reads what comes. More
    would take all of the processor, and with it time from whoever shares that."""
    held = [connect(port) for _ in range(count)]
    for turn in itertools.count():
        began = time.monotonic()
        for each in held:
            each.sendall(REQUEST * 100)
        for each in held:
            _read_replies(each, 100)
        if turn == 1:
            say("begun")
        time.sleep(max(0.0, began + 1 - time.monotonic()))


def _read_replies(connection, count):
    came = bytearray()
    while came.count(b"\r\n\r\n") < count:
        part = connection.recv(1 << 20)
        if not part:
            raise ConnectionError("closed")
        came += part


def header_bombs(say, port, count):
    """Headers that are too large, in one line, in many, and in the first one."""
    bombs = [b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000, b"GET /" + b"y" * 40_000,
             b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(4000)),
             HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"z" * 40_000]
    _again(say, count, lambda turn: _send_and_leave(port, bombs[turn % len(bombs)]))


def garbage(say, port, count):
    """What is no HTTP, and no TLS."""
    noise = [bytes((i * 7 + j) % 256 for j in range(i)) for i in range(1, 200)]
    _again(say, count, lambda turn: _send_and_leave(port, noise[turn % len(noise)]))


def resets(say, port, count):
    """Resets the connection after each byte of a request in turn."""
    def one(turn):
        made = connect(port)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        made.sendall(WHOLE[:turn % (len(WHOLE) + 1)])
        made.close()
    _again(say, count, one)


def connects(say, port, count):
    """Connects and leaves without a word."""
    def one(_):
        made = connect(port)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        made.close()
    _again(say, count, one)


# A client's first record of TLS, and half of it.
HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(range(32)) + b"\0\0\x02\x13\x01\x01\0\0\x99"


def stalled_handshakes(say, port, count):
    """Begins to speak TLS, and stops."""
    held = [connect(port) for _ in range(count)]
    for index, each in enumerate(held):
        each.sendall(HELLO[:index % len(HELLO)])
    say("begun")
    _hold(held)


# --- how

def _hold(held):
    """Reads nothing, closes nothing."""
    while held:
        time.sleep(60)


def _drip(say, port, count, begin, pieces=b"x"):
    """Opens connections that go on byte by byte, and others in the place of those that are closed."""
    opened = [_begun(port, begin) for _ in range(count)]
    say("begun")
    for turn in itertools.count():
        for index, each in enumerate(opened):
            try:
                each.send(pieces[turn % len(pieces):][:1])
            except OSError:
                each.close()
                opened[index] = _begun(port, begin)
        time.sleep(0.2)


def _begun(port, begin):
    made = connect(port)
    made.sendall(begin)
    return made


def _again(say, count, do):
    """As often as that in the first go, then on and on."""
    for turn in itertools.count():
        if turn == count:
            say("begun")
        try:
            do(turn)
        except OSError as failure:
            if failure.errno in (errno.EMFILE, errno.EADDRNOTAVAIL):
                raise
        time.sleep(PAUSE)


def _send_and_leave(port, what):
    """Reads what is answered, so that it is the emulator that ends it."""
    with connect(port) as to:
        to.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        to.settimeout(0.2)
        to.sendall(what)
        with contextlib.suppress(TimeoutError):
            to.recv(4096)
