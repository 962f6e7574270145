"""`listen`: receives webhooks as an application would, and says what it thinks of them."""

import hashlib
import hmac
import http.client
import json
import select
import signal
import socket
import subprocess
import unittest
from contextlib import contextmanager

from client import read_to_end
from emulator import BINARY, PATIENCE, Emulator, HeldPort, environment, run
from receiver import Answer, Receiver

SECRET = "whsec_listen"
BODY = (b'{"type":"otp.delivered","id":"d1","phone":"+84981234567","carrier":"viettel",'
        b'"status":"delivered","cost":0.022,"error_code":null,'
        b'"created_at":"2026-05-26T10:00:00Z","completed_at":"2026-05-26T10:00:25Z"}')


def sign(body=BODY, secret=SECRET):
    key = hashlib.sha256(secret.encode()).digest()
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


class Listener:
    """A running `listen` on a free port."""

    def __init__(self, *options, as_json=True):
        self.command = [BINARY, "listen", "--port", "0", "--secret", SECRET, *options,
                        *(["--json"] if as_json else [])]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment(),
                                        bufsize=0)  # so that select() sees every line
        self.ready = self.line()
        url = json.loads(self.ready)["url"] if self.ready.startswith("{") else self.ready.split()[-1]
        self.url = url
        self.port = int(url.rstrip("/").rsplit(":", 1)[1])
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()

    def line(self):
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        assert readable, "nothing was said"
        return self.process.stdout.readline().decode()

    def event(self):
        return json.loads(self.line())

    def post(self, body=BODY, signature=None, path="/", method="POST", headers=()):
        """The status and the body of the reply."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = dict(headers)
        if signature is None:
            signature = sign(body)
        if signature:
            sent["X-NEXO-Signature"] = signature
        connection.request(method, path, body, sent)
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, text

    def end(self):
        """Its exit code and what it said on standard error, once it has ended by itself."""
        code = self.process.wait(PATIENCE)
        return code, self.process.stderr.read().decode()


class Listen(unittest.TestCase):
    @contextmanager
    def listening(self, *options, as_json=True):
        """Stopped with SIGTERM at the end, and then it has ended well."""
        with Listener(*options, as_json=as_json) as listener:
            yield listener
            listener.process.send_signal(signal.SIGTERM)
            self.assertEqual(listener.end(), (0, ""))


class Genuine(Listen):
    def test_webhooks_are_acknowledged_and_printed(self):
        with self.listening() as listener:
            self.assertEqual(listener.post(), (200, b'{"ok":true}'))
            event = listener.event()
        self.assertRegex(event.pop("time"), r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
        self.assertEqual(event, {
            "type": "webhook", "event": "otp.delivered", "id": "d1", "phone": "+84981234567",
            "status": "delivered", "error_code": None, "genuine": True, "causes": [], "copy": 1,
            "duplicate": False, "reply": 200, "error": None, "body": BODY.decode()})

    def test_webhooks_are_one_line_for_people(self):
        with self.listening(as_json=False) as listener:
            self.assertRegex(listener.ready, r"\Anexo-mock listening for webhooks on "
                                             r"http://127\.0\.0\.1:\d+/\n\Z")
            listener.post()
            self.assertRegex(listener.line(),
                             r"\A\d\d:\d\d:\d\d\.\d{3}Z otp\.delivered d1 \+84981234567 delivered, "
                             r"signature ok, answered 200\n\Z")

    def test_those_of_an_emulator_are_genuine(self):
        with self.listening() as listener, \
                Emulator("--webhook-url", listener.url, "--webhook-secret", SECRET) as emulator:
            account = emulator.account()
            sent = account.send_id("+84980000000")
            event = listener.event()
            self.assertEqual((event["genuine"], event["id"], event["status"]),
                             (True, sent, "delivered"))

    def test_any_path_and_any_number_of_connections_will_do(self):
        with self.listening() as listener:
            for path in "/webhooks/nexo", "/a/b?c=d", "/_mock/otp":
                self.assertEqual(listener.post(path=path)[0], 200)
                self.assertTrue(listener.event()["genuine"])


class Forged(Listen):
    def test_webhooks_are_refused_with_the_cause(self):
        raw = "sha256=" + hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
        for signature, body, cause in [
                ("", BODY, "missing_signature"), (sign(secret="other"), BODY, "wrong_secret"),
                (raw, BODY, "secret_not_hashed"), (sign(), BODY + b"\n", "body_changed"),
                (sign()[7:], BODY, "missing_prefix"), (sign().upper(), BODY, "upper_case")]:
            with self.subTest(cause=cause), self.listening() as listener:
                status, reply = listener.post(body, signature)
                self.assertEqual((status, json.loads(reply)["error"]), (401, cause))
                event = listener.event()
                self.assertEqual((event["genuine"], event["reply"]), (False, 401))
                self.assertEqual(event["causes"][0]["cause"], cause)

    def test_the_cause_is_told_to_people_below_the_line(self):
        with self.listening(as_json=False) as listener:
            listener.post(signature=sign(secret="other"))
            self.assertIn("signature wrong, answered 401", listener.line())
            self.assertTrue(listener.line().startswith("  wrong_secret: "))

    def test_every_misbehaviour_of_the_library_is_found(self):
        numbers = {"84": "missing_signature", "85": "wrong_secret", "86": "secret_not_hashed",
                   "87": "body_changed"}
        with self.listening() as listener, \
                Emulator("--clock", "manual", "--webhook-url", listener.url,
                         "--webhook-secret", SECRET) as emulator:
            for number, cause in numbers.items():
                account = emulator.account()
                account.send_id("+849800000" + number)
                account.advance(by="2s")
                self.assertEqual(listener.event()["causes"][0]["cause"], cause)


class Copies(Listen):
    def test_what_was_acknowledged_and_comes_again_is_a_duplicate(self):
        with self.listening() as listener:
            seen = []
            for _ in range(3):
                listener.post()
                event = listener.event()
                seen.append((event["copy"], event["duplicate"]))
        self.assertEqual(seen, [(1, False), (2, True), (3, True)])

    def test_a_retry_of_what_was_not_acknowledged_is_none(self):
        with self.listening("--reply", "500,200") as listener:
            seen = []
            for _ in range(3):
                listener.post()
                event = listener.event()
                seen.append((event["copy"], event["duplicate"], event["reply"]))
        self.assertEqual(seen, [(1, False, 500), (2, False, 200), (3, True, 200)])

    def test_they_are_called_so(self):
        with self.listening("--reply", "500,200", as_json=False) as listener:
            for words in "signature ok, answered 500", "try 2, answered 200", "duplicate, answered":
                listener.post()
                self.assertIn(words, listener.line())

    def test_two_events_of_one_delivery_are_not_one_another_s_copies(self):
        other = BODY.replace(b"delivered", b"failed")
        with self.listening() as listener:
            listener.post(), listener.post(other)
            self.assertEqual([listener.event()["copy"] for _ in range(2)], [1, 1])

    def test_a_forged_one_is_no_copy_and_uses_no_reply(self):
        with self.listening("--reply", "500,200") as listener:
            listener.post(signature="sha256=x"), listener.post()
            self.assertEqual([listener.event()["reply"] for _ in range(2)], [401, 500])


class Replies(Listen):
    def test_are_used_one_after_another_and_the_last_for_ever(self):
        with self.listening("--reply", "500,503,204") as listener:
            got = [listener.post(BODY.replace(b"d1", b"d%d" % i))[0] for i in range(5)]
        self.assertEqual(got, [500, 503, 204, 204, 204])

    def test_make_an_emulator_try_again(self):
        with self.listening("--reply", "500,500,200") as listener, \
                Emulator("--clock", "manual", "--webhook-url", listener.url,
                         "--webhook-secret", SECRET) as emulator:
            account = emulator.account()
            sent = account.send_id("+84980000000")
            account.advance(to="idle")
            self.assertEqual([each["status"] for each in account.attempts(sent)],
                             [500, 500, 200])

    def test_may_take_their_time(self):
        with self.listening("--reply-delay", "300ms") as listener:
            connection = socket.create_connection(("127.0.0.1", listener.port), timeout=PATIENCE)
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
            listener.event()  # it was told
            readable, _, _ = select.select([connection], [], [], 0.05)
            self.assertEqual(readable, [])  # and not answered yet
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 401"))
            connection.close()


class Forward(Listen):
    def test_the_application_gets_the_same_bytes_and_headers_and_answers(self):
        answer = Answer(202, [("Content-Type", "text/plain")], b"taken")
        with Receiver(answer) as application, \
                self.listening("--forward", application.url(path="/hook?a=b")) as listener:
            odd = b'  {"type": "otp.delivered",\r\n "id":"d1"}\n'
            headers = {"X-NEXO-Event-Type": "otp.delivered", "X-Other": "kept",
                       "Content-Type": "application/json", "User-Agent": "nexo-mock/0"}
            self.assertEqual(listener.post(odd, headers=headers), (202, b"taken"))
            got = application.get()
            self.assertEqual((got.method, got.target, got.body), ("POST", "/hook?a=b", odd))
            self.assertTrue(got.is_signed_with(SECRET))
            for name, value in headers.items():
                self.assertEqual(got.headers[name.lower()], value)
            self.assertEqual(got.headers["host"], f"127.0.0.1:{application.port}")
            self.assertEqual(listener.event()["reply"], 202)

    def test_a_forged_one_is_the_applications_to_refuse(self):
        with Receiver(403) as application, \
                self.listening("--forward", application.url()) as listener:
            self.assertEqual(listener.post(signature="sha256=x")[0], 403)
            event = listener.event()
            self.assertEqual((event["genuine"], event["reply"]), (False, 403))

    def test_an_application_that_is_not_there_is_told(self):
        with HeldPort() as port, \
                self.listening("--forward", f"http://127.0.0.1:{port.number}/") as listener:
            self.assertEqual(listener.post()[0], 502)
            self.assertIn("connection refused", listener.event()["error"])


class Count(Listen):
    def test_it_ends_well_after_so_many_genuine_ones(self):
        with Listener("--count", "2", "--timeout", "60s") as listener:
            self.assertEqual(listener.post()[0], 200)
            self.assertEqual(listener.post(signature="sha256=x")[0], 401)
            self.assertEqual(listener.post()[0], 200)
            self.assertEqual(listener.end(), (0, ""))

    def test_it_fails_when_they_do_not_come_in_time(self):
        done = run("listen", "--port", "0", "--secret", SECRET, "--count", "2", "--timeout", "50ms")
        self.assertEqual((done.returncode, done.stderr),
                         (1, "nexo-mock: 0 of 2 genuine webhooks came\n"))

    def test_or_when_it_is_interrupted_before(self):
        for which in signal.SIGINT, signal.SIGTERM:
            with Listener("--count", "1") as listener:
                listener.process.send_signal(which)
                self.assertEqual(listener.end()[0], 1)


class Robust(Listen):
    def test_nothing_that_is_sent_ends_it(self):
        with Listener() as listener:
            for junk in [b"", b"garbage\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
                         b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
                         b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                         b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
                         b"X" * 100_000, bytes(range(256)) * 10]:
                with socket.create_connection(("127.0.0.1", listener.port), PATIENCE) as connection:
                    try:
                        connection.sendall(junk)
                        connection.shutdown(socket.SHUT_WR)
                        read_to_end(connection)
                    except OSError:
                        pass  # it was closed while there was more to send
            for body in [b"", b"[" * 10_000, b"\xff\xfe\x00", b"null", b'{"id":1,"type":[]}',
                         b'{"id":"\\u001b[2J\\u0007"}', b"x" * 50_000]:
                self.assertEqual(listener.post(body)[0], 200)
                self.assertTrue(listener.event()["genuine"])
            self.assertEqual(listener.post(b"x" * 1_100_000)[0], 413)
            self.assertEqual(listener.post(method="GET", body=b"")[0], 405)
            self.assertEqual(listener.post()[0], 200)
            listener.process.send_signal(signal.SIGTERM)
            code, said = listener.end()
            self.assertEqual(code, 0)
            self.assertIn("a webhook is a POST", said)

    def test_no_control_character_of_a_body_reaches_a_terminal(self):
        with self.listening(as_json=False) as listener:
            listener.post(b'{"id":"\\u001b[2J\\u0007","type":"a\\nb"}')
            line = listener.line()
            self.assertIn(" a?b ?[2J? ", line)
            self.assertNotIn("\x1b", line)

    def test_a_standard_output_that_is_closed_ends_it(self):
        with Listener() as listener:
            listener.process.stdout.close()
            listener.post()
            code, said = listener.end()
            self.assertEqual(code, 1)
            self.assertIn("standard output", said)
            listener.process.stdout = open("/dev/null")

    def test_what_makes_no_sense_is_wrong_usage(self):
        secret = ["--secret", SECRET]
        for arguments, says in [([], "--secret"), ([*secret, "--reply", "99"], "--reply"),
                                ([*secret, "--reply", "x"], "--reply"),
                                ([*secret, "--reply-delay", "soon"], "--reply-delay"),
                                ([*secret, "--timeout", "1s"], "--count"),
                                ([*secret, "--count", "1", "--timeout", "x"], "--timeout"),
                                ([*secret, "--count", "0"], "--count"),
                                ([*secret, "--forward", "localhost"], "--forward"),
                                ([*secret, "--forward", "http://a/", "--reply", "200"], "--reply"),
                                ([*secret, "--bogus"], "--bogus")]:
            with self.subTest(arguments=arguments):
                done = run("listen", "--port", "0", *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn(says, done.stderr)

    def test_a_port_in_use_is_a_failure(self):
        with HeldPort() as port, port.listen():
            done = run("listen", "--secret", SECRET, "--port", str(port.number))
        self.assertEqual(done.returncode, 1)
        self.assertIn(str(port.number), done.stderr)
