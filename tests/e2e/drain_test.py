"""Stopping: what is being answered is answered, and nothing else holds the end up."""

import signal
import unittest

from client import parse_reply, read_to_end
from emulator import Emulator, fresh_key
from receiver import HANG, Receiver

SECRET = "whsec_e2e"
IN_FLIGHT = 200
SEND = b'{"phone":"+84981234567","code":"482917"}'


def request(method, path, key, body=b""):
    return (f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


class Drain(unittest.TestCase):
    def start(self, *options):
        return self.enterContext(Emulator(*options))

    def connect(self, emulator, count=1):
        return [self.enterContext(emulator.connect()) for _ in range(count)]

    def assert_clean_end(self, emulator):
        self.assertEqual(emulator.wait(), (0, ""), emulator.log())
        self.assertNotIn("not done in time", emulator.log())
        self.assertNotIn("gave up", emulator.log())

    def replies_on(self, connections):
        return [parse_reply(read_to_end(each))[0] for each in connections]

    def test_a_signal_right_after_the_ready_line_ends_it_well(self):
        for which in [signal.SIGTERM, signal.SIGINT] * 10:
            with self.subTest(which=which):
                emulator = Emulator().__enter__()
                self.assertEqual(emulator.stop(which), (0, ""), emulator.log())

    def test_requests_that_came_before_the_signal_are_all_answered(self):
        for which in signal.SIGTERM, signal.SIGINT:
            for threads in "1", "4":
                with self.subTest(which=which, threads=threads):
                    emulator = self.start("--threads", threads)
                    connections = self.connect(emulator, IN_FLIGHT)
                    for each in connections:
                        each.sendall(request("POST", "/api/v1/send-otp", fresh_key(), SEND))
                    emulator.send_signal(which)
                    replies = self.replies_on(connections)
                    self.assertEqual([each.status for each in replies], [202] * IN_FLIGHT)
                    self.assert_clean_end(emulator)

    def test_requests_that_are_being_worked_on_are_all_answered(self):
        for which in signal.SIGTERM, signal.SIGINT:
            with self.subTest(which=which), Receiver(HANG) as receiver:
                emulator = self.start("--clock", "manual", "--threads", "4", "--webhook-url",
                                      receiver.url(), "--webhook-secret", SECRET)
                connections = self.connect(emulator, IN_FLIGHT)
                for each in connections:
                    key = fresh_key()
                    each.sendall(request("POST", "/api/v1/send-otp", key, SEND))
                    self.assertIn(b"202", each.recv(65536))
                    each.sendall(request("POST", "/_mock/clock/advance", key, b'{"by":"2s"}'))
                for _ in connections:
                    receiver.get()
                emulator.send_signal(which)
                emulator.wait_for_log("stopping")
                receiver.release()
                for reply in self.replies_on(connections):
                    self.assertEqual((reply.status, reply.json["fired_total"]), (200, 2))
                self.assert_clean_end(emulator)

    def test_a_reply_at_the_end_says_that_the_connection_closes(self):
        with Receiver(HANG) as receiver:
            emulator = self.start("--clock", "manual", "--threads", "1", "--webhook-url",
                                  receiver.url(), "--webhook-secret", SECRET)
            account = emulator.account()
            account.send()
            waiting, idle = self.connect(emulator, 2)
            waiting.sendall(request("POST", "/_mock/clock/advance", account.key, b'{"by":"2s"}'))
            receiver.get()
            emulator.send_signal()
            self.assertEqual(idle.recv(1), b"")  # closed, so the end has begun
            receiver.release()
            reply, = self.replies_on([waiting])
            self.assertEqual(reply.headers["connection"], "close")
            self.assert_clean_end(emulator)

    def test_a_request_half_sent_at_the_signal_is_answered_when_the_rest_comes(self):
        whole = request("POST", "/api/v1/send-otp", fresh_key(), SEND)
        for length in [10, len(whole) - 5]:
            with self.subTest(length=length):
                emulator = self.start()
                connection, = self.connect(emulator)
                connection.sendall(whole[:length])
                emulator.send_signal()
                emulator.wait_for_log("stopping")
                connection.sendall(whole[length:])
                self.assertEqual([each.status for each in self.replies_on([connection])], [202])
                self.assert_clean_end(emulator)

    def test_idle_connections_do_not_hold_the_end_up(self):
        emulator = self.start("--threads", "4")
        connections = self.connect(emulator, 100)
        for each in connections[:50]:  # the others never say anything
            each.sendall(request("GET", "/api/v1/balance", "sk_live_idle"))
            self.assertIn(b"200 OK", each.recv(65536))
        emulator.send_signal()
        self.assertEqual([read_to_end(each) for each in connections], [b""] * 100)
        self.assert_clean_end(emulator)

    def test_nobody_gets_in_while_it_ends(self):
        with Receiver(HANG) as receiver:
            emulator = self.start("--clock", "instant", "--webhook-url", receiver.url(),
                                  "--webhook-secret", SECRET)
            emulator.account().send()
            receiver.get()
            emulator.send_signal()
            emulator.wait_for_log("stopping")
            with self.assertRaises(ConnectionError):
                for _ in range(10_000):  # until the listener has gone
                    emulator.connect().close()
            receiver.release()
            self.assert_clean_end(emulator)

    def test_a_webhook_on_its_way_is_waited_for(self):
        with Receiver(HANG) as receiver:
            emulator = self.start("--clock", "instant", "--webhook-url", receiver.url(),
                                  "--webhook-secret", SECRET, "--log-level", "debug")
            emulator.account().send()
            receiver.get()
            emulator.send_signal()
            emulator.wait_for_log("stopping")
            receiver.release()
            self.assertIn("status=200", emulator.wait_for_log("webhook acknowledged"))
            self.assert_clean_end(emulator)

    def test_retries_to_come_are_not_waited_for(self):
        with Receiver(500) as receiver:
            emulator = self.start("--clock", "x60", "--webhook-url", receiver.url(),
                                  "--webhook-secret", SECRET)
            emulator.account().send()
            receiver.get()
            emulator.send_signal()
            self.assert_clean_end(emulator)

    def test_pending_otps_are_not_waited_for(self):
        emulator = self.start()
        emulator.account().send("+84980000020")
        emulator.account().send("+84980000021")
        emulator.send_signal()
        self.assert_clean_end(emulator)

    def test_a_second_signal_ends_it_at_once(self):
        with Receiver(HANG) as receiver:
            emulator = Emulator("--clock", "instant", "--webhook-url", receiver.url(),
                                "--webhook-secret", SECRET).__enter__()
            emulator.account().send()
            receiver.get()
            emulator.send_signal()
            emulator.wait_for_log("stopping")
            self.assertEqual(emulator.stop(), (1, ""))
