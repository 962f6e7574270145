"""The process of an HonestClient: port and key are its arguments, what to measure comes line by line."""

import json
import socket
import sys
import time

PACE = 200  # sends in a second
BODY = b'{"phone":"+84981234567","code":"482917"}'


def request_of(key):
    return (b"POST /api/v1/send-otp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
            key.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)


def read_reply(connection):
    came = b""
    while True:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError(f"closed after {came!r}")
        came += part
        head, found, body = came.partition(b"\r\n\r\n")
        if found:
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(body) >= length:
                return came


def window(connection, request, seconds):
    latencies = []
    began = time.perf_counter()
    for index in range(int(PACE * seconds)):
        due = began + index / PACE
        if (early := due - time.perf_counter()) > 0:
            time.sleep(early)
        connection.sendall(request)
        reply = read_reply(connection)
        latencies.append(time.perf_counter() - due)
        if not reply.startswith(b"HTTP/1.1 202 "):
            raise ConnectionError(reply.decode(errors="replace"))
    latencies.sort()
    return latencies


def serve(port, key):
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = request_of(key)
    for line in sys.stdin:
        windows, seconds = json.loads(line)
        told = {"p99": [], "sent": 0}
        try:
            for _ in range(windows):
                latencies = window(connection, request, seconds)
                told["p99"].append(latencies[int(len(latencies) * 0.99) - 1] * 1000)
                told["sent"] += len(latencies)
        except OSError as failure:
            told = {"error": repr(failure)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
