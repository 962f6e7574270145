"""Receivers of webhooks that misbehave, each a function of a connection. serve() is an attack: it says
its port and has one of them deal with every connection, for as long as it is left alive."""

import contextlib
import socket
import ssl
import struct
import threading
import time

FOREVER = 3600
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def serve(say, behave, certificate=None):
    """With a certificate, a path, the receiver speaks TLS first."""
    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    say(listener.getsockname()[1])
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_deal, args=(connection, behave, tls), daemon=True).start()


def never_accept(say, _):
    """A full backlog: the system answers no more attempt to connect."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    address = listener.getsockname()
    filling = []
    for _ in range(4):
        filling.append(socket.socket())
        filling[-1].setblocking(False)
        filling[-1].connect_ex(address)
    say(address[1])
    time.sleep(FOREVER)


def _deal(connection, behave, tls):
    with contextlib.suppress(OSError, ssl.SSLError), connection:
        if tls:
            with tls.wrap_socket(connection, server_side=True) as secured:
                behave(secured)
        else:
            behave(connection)


def _read_request(connection):
    """A webhook's body is one JSON object. What is behind its end is left out."""
    came = b""
    while b"}" not in came:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError
        came += part


def _flood(connection, beginning, part):
    _read_request(connection)
    connection.sendall(beginning)
    block = part * (65536 // len(part) + 1)
    while True:
        connection.sendall(block)


# --- silence

def hangs(connection):
    _read_request(connection)
    time.sleep(FOREVER)


def drips(connection):
    _read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    while True:
        connection.sendall(b".")
        time.sleep(1)


def drips_its_header(connection):
    _read_request(connection)
    for each in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"." * 10_000:
        connection.sendall(bytes([each]))
        time.sleep(1)


def says_nothing(connection):
    """Not even what TLS begins with."""
    time.sleep(FOREVER)


# --- too much

def ten_gigabytes(connection):
    _flood(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", b".")


def no_end(connection):
    _flood(connection, b"HTTP/1.1 200 OK\r\n\r\n", b".")


def endless_chunks(connection):
    _flood(connection, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
           b"1;" + b"e" * 1000 + b"\r\n.\r\n")


def endless_interim_replies(connection):
    _flood(connection, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n")


def endless_header(connection):
    _flood(connection, b"HTTP/1.1 200 OK\r\n", b"X-Bomb: boom\r\n")


def endless_trailer(connection):
    _flood(connection, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
           b"X-Bomb: boom\r\n")


# --- nonsense

def garbage(connection):
    connection.sendall(bytes(range(256)) * 16)
    _read_request(connection)


def redirects(connection):
    """To itself."""
    port = connection.getsockname()[1]
    while True:
        _read_request(connection)
        connection.sendall(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:%d/again\r\n"
                           b"Content-Length: 0\r\n\r\n" % port)


def replies_first(connection):
    """Before it is asked, and again once it is."""
    connection.sendall(FINE)
    while True:
        _read_request(connection)
        connection.sendall(FINE)


# --- ends

def _reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def resets_midway(connection):
    _read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    _reset(connection)


def closes_at_once(connection):
    pass


def closes_each(connection):
    _read_request(connection)
    connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def closes_when_the_next_comes(connection):
    """The worst moment: the connection was kept, and the request is on its way."""
    _read_request(connection)
    connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
    connection.recv(1)
    _reset(connection)
