"""HTTP as curl, openssl and rude clients speak it."""

import json
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from client import curl, parse_reply, read_to_end
from emulator import PATIENCE, Emulator, fresh_key

BODY = '{"phone":"+84981234567","code":"482917"}'
LARGEST_BODY = 64 * 1024


def padded(size):
    """A good send of exactly that many bytes."""
    frame = json.dumps({"phone": "+84981234567", "code": "482917", "padding": ""})
    return frame.replace('""', '"' + "x" * (size - len(frame)) + '"')


class Protocol(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = cls.enterClassContext(Emulator("--clock", "manual"))

    def setUp(self):
        self.key = fresh_key()
        self.account = self.emulator.account(self.key)
        self.addCleanup(self.account.close)

    def curl(self, path, *arguments, key=True):
        authorization = ["-H", f"Authorization: Bearer {self.key}"] if key else []
        return curl(*arguments, *authorization, self.emulator.url + path)

    def request(self, method="GET", path="/api/v1/balance", headers=(), body="", version="1.1"):
        """The bytes of a request; a Host header and the key are added."""
        lines = [f"{method} {path} HTTP/{version}", f"Host: 127.0.0.1:{self.emulator.port}",
                 f"Authorization: Bearer {self.key}", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    # --- resources and methods

    def test_an_unknown_path_is_not_found(self):
        for path in ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/send-otp/",
                     "/api/v1/balance/",
                     "/api/v1/deliveries", "/api/v2/balance", "/API/v1/balance", "/api/v1/Balance",
                     "//api/v1/balance", "/nothing", "/api/v1/balance%2f", "/api/v1/send-otpx"]:
            with self.subTest(path=path):
                reply = self.curl(path, "--path-as-is")
                self.assertEqual((reply.status, reply.body),
                                 (404, b'{"ok":false,"error":"not_found"}'))

    def test_a_wrong_method_is_answered_with_the_right_ones(self):
        reads = ["/api/v1/balance", "/api/v1/deliveries/8f2e1c4d-0000-4000-8000-000000000000"]
        cases = [(method, path, "GET, HEAD") for path in reads
                 for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]]
        cases += [(method, "/api/v1/send-otp", "POST")
                  for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"]]
        for method, path, allowed in cases:
            with self.subTest(method=method, path=path):
                reply = self.curl(path, "-X", method)
                self.assertEqual((reply.status, reply.body),
                                 (405, b'{"ok":false,"error":"method_not_allowed"}'))
                self.assertEqual(reply.headers["allow"], allowed)

    def test_head_answers_as_get_does_but_for_the_body(self):
        sent = self.account.send_id()
        for path in ["/api/v1/balance", f"/api/v1/deliveries/{sent}", "/api/v1/nothing",
                     "/_mock/clock"]:
            with self.subTest(path=path):
                get, head = self.curl(path), self.curl(path, "--head")
                self.assertEqual((head.status, head.body), (get.status, b""))
                self.assertEqual(head.headers["content-length"], str(len(get.body)))
                self.assertEqual(head.header_names, get.header_names)
        self.assertEqual(self.curl("/api/v1/send-otp", "--head").status, 405)

    def test_replies_are_json_with_a_length_and_a_date_and_no_header_twice(self):
        for reply in [self.curl("/api/v1/balance"), self.curl("/api/v1/send-otp", "-d", BODY),
                      self.curl("/nothing"), self.curl("/api/v1/balance", key=False)]:
            self.assertEqual(reply.headers["content-type"], "application/json")
            self.assertEqual(reply.headers["content-length"], str(len(reply.body)))
            self.assertRegex(reply.headers["date"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
            self.assertEqual(len(reply.header_names), len(set(reply.header_names)))

    def test_a_query_changes_nothing(self):
        self.assertEqual(self.curl("/api/v1/balance?x=1&y=/z").status, 200)
        self.assertEqual(self.curl("/api/v1/send-otp?code=1", "-d", BODY).status, 202)

    # --- bodies

    def test_curl_may_send_in_chunks(self):
        reply = self.curl("/api/v1/send-otp", "-H", "Transfer-Encoding: chunked", "-d", BODY)
        self.assertEqual(reply.status, 202)

    def test_chunks_may_be_of_any_size_and_come_one_by_one(self):
        head = self.request("POST", "/api/v1/send-otp",
                            ["Transfer-Encoding: chunked", "Connection: close"])
        chunks = "".join(f"1;note=x\r\n{c}\r\n" for c in BODY) + "0\r\nTrailer: x\r\n\r\n"
        with self.emulator.connect() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(head)
            for byte in chunks.encode():
                connection.send(bytes([byte]))
            self.assertEqual(parse_reply(read_to_end(connection))[0].status, 202)

    def test_curl_is_told_to_continue_when_it_asks(self):
        reply = self.curl("/api/v1/send-otp", "-H", "Expect: 100-continue",
                          "--expect100-timeout", "55", "-d", BODY)
        self.assertEqual(reply.status, 202)
        self.assertEqual([block.split("\n")[0] for block in reply.interim],
                         ["HTTP/1.1 100 Continue"])

    def test_a_body_of_64_kib_is_read_and_one_byte_more_is_too_large(self):
        self.assertEqual(len(padded(LARGEST_BODY)), LARGEST_BODY)
        with tempfile.TemporaryDirectory() as directory:
            body = Path(directory, "body")
            for extra in [[], ["-H", "Transfer-Encoding: chunked"], ["-H", "Expect:"]]:
                with self.subTest(extra=extra):
                    body.write_text(padded(LARGEST_BODY))
                    data = ["--data-binary", f"@{body}", *extra]
                    self.assertEqual(self.curl("/api/v1/send-otp", *data).status, 202)
                    before = self.account.balance().body
                    body.write_text(padded(LARGEST_BODY + 1))
                    reply = self.curl("/api/v1/send-otp", *data)
                    self.assertEqual((reply.status, reply.body),
                                     (413, b'{"ok":false,"error":"payload_too_large"}'))
                    self.assertEqual(self.account.balance().body, before)

    def test_a_body_announced_too_large_is_refused_before_it_is_sent(self):
        head = self.request("POST", "/api/v1/send-otp",
                            [f"Content-Length: {LARGEST_BODY + 1}", "Expect: 100-continue"])
        reply, rest = parse_reply(self.emulator.exchange(head))
        self.assertEqual((reply.status, rest), (413, b""))

    # --- connections

    def test_a_connection_is_kept_for_the_next_request(self):
        with self.emulator.connect() as connection:
            for _ in range(100):
                connection.sendall(self.request())
                self.assertIn(b"200 OK", connection.recv(65536))

    def test_pipelined_requests_are_answered_in_order(self):
        requests = [self.request("POST", "/api/v1/send-otp", body=BODY) for _ in range(5)]
        requests += [self.request(), self.request("HEAD"), self.request("GET", "/nothing"),
                     self.request(headers=["Connection: close"])]
        rest = self.emulator.exchange(b"".join(requests))
        seen = []
        while rest:
            head_only = len(seen) == 6
            if head_only:  # a reply to HEAD announces a body that does not come
                rest = rest.replace(b"Content-Length", b"X-Length", 1)
            reply, rest = parse_reply(rest)
            seen.append((reply.status, reply.json.get("balance") if reply.body else None))
        self.assertEqual(seen, [(202, 0.088), (202, 0.066), (202, 0.044), (202, 0.022), (202, 0),
                                (200, 0), (200, None), (404, None), (200, 0)])

    def test_a_connection_is_closed_when_the_client_asks(self):
        reply = parse_reply(self.emulator.exchange(self.request(headers=["Connection: close"])))[0]
        self.assertEqual((reply.status, reply.headers["connection"]), (200, "close"))

    def test_http_1_0_is_spoken_with_and_without_a_host(self):
        reply = self.curl("/api/v1/send-otp", "--http1.0", "-d", BODY)
        self.assertEqual((reply.status, reply.headers["connection"]), (202, "close"))
        raw = f"GET /api/v1/balance HTTP/1.0\r\nAuthorization: Bearer {self.key}\r\n\r\n".encode()
        self.assertEqual(parse_reply(self.emulator.exchange(raw))[0].status, 200)

    def test_an_offer_of_http_2_is_passed_over(self):
        reply = parse_reply(self.emulator.exchange(self.request(headers=[
            "Connection: close, Upgrade, HTTP2-Settings", "Upgrade: h2c",
            "HTTP2-Settings: AAMAAABk"])))[0]
        self.assertEqual(reply.status, 200)

    def test_the_form_of_a_target_that_proxies_send_is_understood(self):
        raw = self.request("GET", "http://nexoroute.dev/api/v1/balance", ["Connection: close"])
        self.assertEqual(parse_reply(self.emulator.exchange(raw))[0].status, 200)

    def test_a_request_may_come_byte_by_byte(self):
        with self.emulator.connect() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in self.request("POST", "/api/v1/send-otp", ["Connection: close"], BODY):
                connection.send(bytes([byte]))
            self.assertEqual(parse_reply(read_to_end(connection))[0].status, 202)

    # --- what is no HTTP

    def assert_bad_request(self, raw):
        reply, rest = parse_reply(self.emulator.exchange(raw))
        self.assertEqual((reply.status, rest), (400, b""))
        self.assertIn(b'{"ok":false,"error":"', reply.body)
        self.assertEqual(reply.headers["connection"], "close")

    def test_what_is_no_http_is_a_bad_request_and_the_end(self):
        good, host = "GET /api/v1/balance HTTP/1.1\r\n", "Host: localhost\r\n"
        for raw in [
            "garbage\r\n\r\n", "\r\n\r\n\r\n\0", "GET\r\n\r\n", "GET /\r\n\r\n", "\0\1\2\3\r\n\r\n",
            "GET / FTP/1.1\r\n\r\n", "GET / HTTP/1.1 \r\n\r\n", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
            "GE(T / HTTP/1.1\r\nHost: x\r\n\r\n",
            "{\"phone\":\"+84981234567\"}\r\n\r\n", "EHLO mail.example.com\r\n",
            good + "\r\n",                                            # no Host
            good + host + host + "\r\n",                              # two of them
            good + host + "Host: other\r\n\r\n",
            good + host + "no colon\r\n\r\n",
            good + host + "Bad Name: x\r\n\r\n",
            good + host + ": no name\r\n\r\n",
            good + host + "Content-Length: -1\r\n\r\n",
            good + host + "Content-Length: x\r\n\r\n",
            good + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            good + host + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            good + host + "Transfer-Encoding: chunked\r\n\r\nno size\r\n",
            good + host + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        ]:
            with self.subTest(raw=raw):
                self.assert_bad_request(raw.encode())

    def test_a_tls_client_on_the_plain_port_is_told_and_let_go(self):
        done = subprocess.run(["openssl", "s_client", "-connect",
                               f"127.0.0.1:{self.emulator.port}"],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        self.assertNotEqual(done.returncode, 0)
        self.assert_bad_request(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100))

    def test_half_a_request_before_the_end_is_a_bad_request(self):
        whole = self.request("POST", "/api/v1/send-otp", body=BODY)
        for length in [1, 20, len(whole) - len(BODY) - 1, len(whole) - 1]:
            with self.subTest(length=length), self.emulator.connect() as connection:
                connection.sendall(whole[:length])
                connection.shutdown(socket.SHUT_WR)
                self.assertEqual(parse_reply(read_to_end(connection))[0].status, 400)
        self.assertEqual(self.account.balance().json["balance"], 0.11)

    def test_a_header_beyond_all_measure_is_too_large(self):
        for headers in [["X-Long: " + "x" * 100_000], [f"X-{i}: y" for i in range(10_000)]]:
            reply = parse_reply(self.emulator.exchange(self.request(headers=headers)))[0]
            self.assertEqual(reply.status, 431)

    def test_a_client_that_says_nothing_and_goes_harms_nobody(self):
        for _ in range(50):
            self.emulator.connect().close()
        self.assertEqual(self.account.balance().status, 200)

    def test_good_requests_before_a_bad_one_are_answered(self):
        rest = self.emulator.exchange(self.request() + self.request() + b"garbage\r\n\r\n")
        statuses = []
        while rest:
            reply, rest = parse_reply(rest)
            statuses.append(reply.status)
        self.assertEqual(statuses, [200, 200, 400])
