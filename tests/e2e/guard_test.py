"""Who may make control calls: no web page, no name that is not ours, and with a token nobody
without it. The vendor's API is everybody's."""

import json
import time
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from control_calls import STREAM, Examples, all_calls, ask, snapshot
from emulator import SLOWNESS, Emulator, run
from receiver import Receiver

START = "manual@2026-05-26T10:00:00Z"
TOKEN = "tok-5f0c!x"


class GuardCase(unittest.TestCase):
    def start(self, *options, env=None):
        return self.enterContext(Emulator("--clock", START, "--seed", "42", *options, env=env))

    def start_with_receiver(self, *options):
        receiver = self.enterContext(Receiver())
        return self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec", *options)

    def check_refused(self, reply, status, error):
        self.assertEqual((reply.status, reply.json["ok"], reply.error), (status, False, error))
        self.assertTrue(reply.json["detail"])
        self.assertFalse([name for name in reply.headers if name.startswith("access-control")])


def every_call(emulator, account, headers):
    """Makes each call of the control API once; answers the replies."""
    examples = Examples(account)
    key = [("Authorization", account.authorization)]
    for method, pattern in all_calls(emulator):
        path, body = examples.of(method, pattern)
        text = b"" if body is None else json.dumps(body).encode()
        with_key = [] if any(name == "Authorization" for name, _ in headers) else key
        yield (method, pattern), ask(emulator, method, path, headers + with_key, text)


class WebPages(GuardCase):
    def setUp(self):
        self.emulator = self.start_with_receiver()
        self.account = self.emulator.account()
        self.own = f"127.0.0.1:{self.emulator.port}"

    def refuse_all(self, headers, error, account):
        replies = dict(every_call(self.emulator, account, headers))
        self.assertIn(("GET", "/metrics"), replies)
        self.assertGreater(len(replies), 20)
        for call, reply in replies.items():
            with self.subTest(call=call, headers=headers):
                self.check_refused(reply, 403, error)

    def test_a_page_of_another_origin_is_refused_every_call_and_changes_nothing(self):
        Examples(self.account)
        port = self.emulator.port
        before = snapshot(self.account)
        for origin in ("http://evil.example", "null", f"http://127.0.0.1:{port ^ 1}",
                       f"https://127.0.0.1:{port}", "http://127.0.0.1",
                       "http://127.0.0.1.evil.example", f"http://127.0.0.1.evil.example:{port}",
                       f"http://evil.example/127.0.0.1:{port}", f"http://127.0.0.1:{port}0",
                       f"http://127.0.0.1:{port}@evil.example", f"http://evil@127.0.0.1:{port}",
                       f"http://localhost:{port}", f"127.0.0.1:{port}", "file://"):
            self.refuse_all([("Host", self.own), ("Origin", origin)], "foreign_origin",
                            self.emulator.account())
        self.assertEqual(snapshot(self.account), before)

    def test_a_name_that_is_not_ours_is_refused_every_call_and_changes_nothing(self):
        Examples(self.account)
        port = self.emulator.port
        before = snapshot(self.account)
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example",
                     f"127.0.0.1.evil.example:{port}", "localhost.evil.example", "evillocalhost",
                     "nexoroute.dev.evil.example", "evil.nexoroute.dev", "", ":8484",
                     "192.168.1.7", "[::2]", "127.evil.example"):
            self.refuse_all([("Host", host)], "foreign_host", self.emulator.account())
        self.refuse_all([("Host", "evil.example"), ("Origin", "http://evil.example")],
                        "foreign_host", self.emulator.account())
        self.refuse_all([("Host", ""), ("Origin", "null")], "foreign_host",
                        self.emulator.account())
        self.assertEqual(snapshot(self.account), before)

    def test_what_only_looks_like_a_name_of_ours_is_no_request(self):
        Examples(self.account)
        before = snapshot(self.account)
        for host in ("[::1].evil.example", "[::1", "localhost:8484@evil", "localhost:evil.example",
                     "127.0.0.1@evil.example", "localhost evil.example"):
            with self.subTest(host=host):
                reply = self.emulator.exchange(
                    f"POST /_mock/reset HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                self.assertIn(b" 400 ", reply.split(b"\r\n")[0])
        self.assertEqual(snapshot(self.account), before)

    def test_a_foreign_host_in_the_target_counts_whatever_the_header_says(self):
        before = snapshot(self.account)
        reply = self.emulator.exchange(
            f"POST http://evil.example/_mock/reset HTTP/1.1\r\nHost: {self.own}\r\n"
            "Connection: close\r\n\r\n".encode())
        self.assertIn(b" 403 ", reply.split(b"\r\n")[0])
        self.assertEqual(snapshot(self.account), before)

    def test_a_request_that_names_no_host_at_all_is_refused(self):
        reply = self.emulator.exchange(b"GET /_mock/health HTTP/1.0\r\n\r\n")
        self.assertIn(b" 403 ", reply.split(b"\r\n")[0])
        self.assertIn(b'"foreign_host"', reply)

    def test_names_of_this_machine_and_the_vendors_are_ours(self):
        port = self.emulator.port
        for host in (f"127.0.0.1:{port}", "127.0.0.1", "127.1.2.3:80", f"localhost:{port}",
                     f"[::1]:{port}", "[::1]", "nexoroute.dev", f"nexoroute.dev:{port}",
                     f"LOCALHOST:{port}", "NexoRoute.DEV", "mock.localhost:1"):
            with self.subTest(host=host):
                for headers in ([("Host", host)],
                                [("Host", host), ("Origin", f"http://{host}")],
                                [("Host", host), ("Origin", f"HTTP://{host.swapcase()}")]):
                    reply = ask(self.emulator, "GET", "/_mock/health", headers)
                    self.assertEqual((reply.status, reply.json["status"]), (200, "ok"))

    def test_a_page_of_our_own_may_make_every_call(self):
        headers = [("Host", self.own), ("Origin", f"http://{self.own}")]
        for call, reply in every_call(self.emulator, self.account, headers):
            with self.subTest(call=call):
                self.assertIn(reply.status, (200, 409), reply)  # verify finds something
                self.assertEqual(reply.headers["cache-control"], "no-store")
                self.assertFalse([each for each in reply.headers if "access-control" in each])
                if call == ("GET", "/_mock/events"):
                    self.assertEqual(reply.headers["content-type"], STREAM)

    def test_what_is_no_call_is_refused_alike(self):
        evil = [("Host", self.own), ("Origin", "http://evil.example")]
        for method, path in [("GET", "/_mock/nothing"), ("GET", "/_mock"), ("GET", "/_mock/"),
                             ("DELETE", "/_mock/health"), ("OPTIONS", "/_mock/health"),
                             ("OPTIONS", "/metrics")]:
            with self.subTest(method=method, path=path):
                self.check_refused(ask(self.emulator, method, path, evil), 403, "foreign_origin")
        head = ask(self.emulator, "HEAD", "/_mock/health", evil)
        self.assertEqual((head.status, head.body), (403, b""))

    def test_the_vendors_api_asks_for_none_of_this(self):
        for headers in ([("Host", "evil.example")], [("Host", "")],
                        [("Host", self.own), ("Origin", "http://evil.example")],
                        [("Host", "evil.example"), ("Origin", "null")]):
            reply = ask(self.emulator, "POST", "/api/v1/send-otp",
                        [*headers, ("Authorization", self.account.authorization)],
                        b'{"phone":"+84981234567","code":"1234"}')
            self.assertEqual(reply.status, 202, reply)


class ReachableByOthers(GuardCase):
    def test_bound_to_every_address_the_name_is_not_looked_at(self):
        emulator = self.start("--host", "0.0.0.0")
        for host in "mock.company.example", "mock.company.example:8484", "10.0.0.7":
            for origin in None, f"http://{host}", f"https://{host}":
                with self.subTest(host=host, origin=origin):
                    headers = [("Host", host)] + ([("Origin", origin)] if origin else [])
                    self.assertEqual(
                        ask(emulator, "GET", "/_mock/health", headers).status, 200)
            for origin in "http://evil.example", "null", f"http://{host}.evil.example":
                with self.subTest(host=host, origin=origin):
                    self.check_refused(ask(emulator, "GET", "/_mock/health",
                                           [("Host", host), ("Origin", origin)]),
                                       403, "foreign_origin")

    def test_that_is_said_in_the_log_unless_there_is_a_token(self):
        words = "whoever reaches this port can read every code"
        with Emulator("--host", "0.0.0.0") as emulator:
            emulator.wait_for_log(words)
        with Emulator("--host", "0.0.0.0", "--control-token", TOKEN) as emulator:
            emulator.account().balance()
        self.assertNotIn(words, emulator.log())


class Token(GuardCase):
    def test_with_a_token_every_call_needs_it_and_changes_nothing_without(self):
        emulator = self.start_with_receiver("--control-token", TOKEN)
        self.host = [("Host", f"127.0.0.1:{emulator.port}")]
        with_token = _WithToken(emulator)
        account = with_token.account()
        Examples(account)
        before = snapshot(account)
        for token in None, "", "x", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), f"Bearer {TOKEN}":
            headers = self.host + ([] if token is None else [("X-Mock-Token", token)])
            for call, reply in every_call(with_token, with_token.account(), headers):
                with self.subTest(call=call, token=token):
                    self.check_refused(reply, 401, "control_token_needed")
                    self.assertNotIn(TOKEN, str(reply.headers) + reply.body.decode())
        self.assertEqual(snapshot(account), before)

        granted = self.host + [("x-mock-token", TOKEN)]
        for call, reply in every_call(with_token, account, granted):
            with self.subTest(call=call):
                self.assertIn(reply.status, (200, 409), reply)
        for headers in granted[1:] + [("Host", "evil.example")], granted + [("Origin", "null")]:
            self.assertEqual(ask(emulator, "GET", "/_mock/health", headers).status, 403)

        bearer = [("Authorization", f"Bearer {TOKEN}")]
        self.assertEqual(ask(emulator, "GET", "/metrics", self.host + bearer).status, 200)
        self.assertEqual(ask(emulator, "HEAD", "/metrics", self.host + bearer).status, 200)
        for headers in [("Authorization", "Bearer x")], [("Authorization", TOKEN)]:
            self.check_refused(ask(emulator, "GET", "/metrics", self.host + headers), 401,
                               "control_token_needed")
        self.check_refused(ask(emulator, "GET", "/_mock/health", self.host + bearer), 401,
                           "control_token_needed")
        self.assertNotIn(TOKEN, emulator.log())

        vendors = ask(emulator, "GET", "/api/v1/balance",
                      self.host + [("Authorization", account.authorization)])
        self.assertEqual(vendors.status, 200)

    def test_a_token_may_come_from_a_file_or_the_environment(self):
        with TemporaryDirectory() as directory:
            file = Path(directory, "token")
            file.write_text(TOKEN + "\n")
            for options, env in [(["--control-token-file", str(file)], {}),
                                 ([], {"NEXO_MOCK_CONTROL_TOKEN": TOKEN}),
                                 ([], {"NEXO_MOCK_CONTROL_TOKEN_FILE": str(file)}),
                                 (["--control-token", TOKEN], {"NEXO_MOCK_CONTROL_TOKEN": "other"})
                                 ]:
                with self.subTest(options=options, env=env), \
                        Emulator(*options, env=env) as emulator:
                    host = ("Host", f"127.0.0.1:{emulator.port}")
                    for token, status in (TOKEN, 200), ("other", 401):
                        self.assertEqual(ask(emulator, "GET", "/_mock/clock",
                                             [host, ("X-Mock-Token", token)]).status, status)

    def test_ready_sends_the_token(self):
        with TemporaryDirectory() as directory, Emulator("--control-token", TOKEN) as emulator:
            file = Path(directory, "token")
            file.write_text(TOKEN + "\n")
            ask_it = ["ready", "--url", emulator.url]
            for more, env in [([], {"NEXO_MOCK_CONTROL_TOKEN": TOKEN}),
                              ([], {"NEXO_MOCK_CONTROL_TOKEN_FILE": str(file)}),
                              (["--control-token", TOKEN], {}),
                              (["--control-token-file", str(file)], {})]:
                self.assertEqual(run(*ask_it, *more, env=env).returncode, 0, (more, env))
            for env in {}, {"NEXO_MOCK_CONTROL_TOKEN": "other"}:
                done = run(*ask_it, env=env)
                self.assertEqual(done.returncode, 1)
                self.assertIn("401", done.stderr)

    def test_ready_ends_as_soon_as_it_knows(self):
        with Emulator("--control-token", TOKEN) as emulator:
            for token, code in (TOKEN, 0), ("other", 1):
                took = []
                for _ in range(3):
                    began = time.monotonic()
                    done = run("ready", "--url", emulator.url,
                               env={"NEXO_MOCK_CONTROL_TOKEN": token})
                    took.append(time.monotonic() - began)
                    self.assertEqual(done.returncode, code)
                self.assertLess(min(took), 0.9 * SLOWNESS)

    def test_a_token_that_is_empty_is_wrong_usage(self):
        with TemporaryDirectory() as directory:
            file = Path(directory, "token")
            file.write_text("\n")
            for options in (["--control-token", ""], ["--control-token-file", ""],
                            ["--control-token-file", str(file)],
                            ["--control-token-file", directory + "/none"]):
                done = run("serve", "--port", "0", *options)
                self.assertEqual(done.returncode, 2, options)


class _WithToken:
    """The emulator, for clients that know the token."""

    def __init__(self, emulator):
        self._emulator = emulator
        self.port = emulator.port

    def _knowing(self, client):
        call = client.call
        client.call = lambda method, path, body=None, headers=None: call(
            method, path, body, {"X-Mock-Token": TOKEN} | (headers or {}))
        return client

    def account(self):
        return self._knowing(self._emulator.account())

    def everything(self):
        return self._knowing(self._emulator.everything())
