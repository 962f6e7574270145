"""HTTP/1.1 as RFC 9110 and RFC 9112 have it: a table of requests, good, bad and made to smuggle."""

import re
import socket
import time
import unittest

import documents
from client import Account, parse_reply, read_to_end
from conformance_cases import CASES, KEY, SEND_BODY
from emulator import Emulator

# What follows each case: where the connection was to be closed, nobody may answer it.
NEXT = (b"POST /api/v1/send-otp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + KEY +
        b"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(SEND_BODY) + SEND_BODY)
BEGIN, END = "<!-- cases -->\n", "<!-- end of cases -->\n"


def statuses(raw):
    """Those of the replies, but for 100, and whether there was one of these."""
    found, is_continued = [], False
    while raw:
        reply, raw = parse_reply(raw)
        is_continued = is_continued or reply.status == 100
        if reply.status != 100:
            found.append(reply.status)
    return found, is_continued


def table():
    """The cases as docs/reliability.md shows them."""
    lines, group = [], None
    for case in CASES:
        if case.group != group:
            group = case.group
            lines += ["", f"| {group} | RFC 9112 | wanted | seen |", "|---|---|---|---|"]
        seen = case.seen + (f": {case.differs}" if case.differs else "")
        lines.append(f"| {case.name} | {case.section} | {case.wants} | {seen} |")
    return "\n".join(lines[1:]) + "\n"


class Conformance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = cls.enterClassContext(Emulator("--clock", "manual", "--log-level", "error"))
        cls.account = Account(cls.emulator.url, KEY.decode())
        cls.addClassCleanup(cls.account.close)
        cls.account.mock("PATCH", "account", {"balance": 1000})

    def answer(self, raw, piece):
        """All that comes back when the bytes go out in pieces of that size, most of them alone: it
        takes a pause. unit_net has what must hold for each of them."""
        with self.emulator.connect() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for begin in range(0, len(raw), piece):
                try:
                    connection.sendall(raw[begin:begin + piece])
                except OSError:
                    break  # it was closed, which is for the reader to judge
                if piece < len(raw) < 2000:
                    time.sleep(0.0001)
            return read_to_end(connection)

    def sends(self):
        return len(self.account.deliveries())

    def check_all(self, piece_of):
        for case in CASES:
            with self.subTest(group=case.group, case=case.name):
                before = self.sends()
                raw = case.raw + NEXT
                found, is_continued = statuses(self.answer(raw, piece_of(raw)))
                self.assertEqual(found, case.statuses + ([202] if case.is_kept else []))
                self.assertEqual(self.sends() - before, found.count(202))
                if b"HTTP/1.0" in case.raw:
                    self.assertFalse(is_continued)

    def test_each_case_is_answered_as_the_table_says(self):
        self.check_all(len)

    def test_each_case_is_answered_in_the_same_way_when_it_comes_byte_by_byte(self):
        self.check_all(lambda raw: 1)

    def test_what_differs_from_the_rfc_has_a_reason_and_nothing_else_has(self):
        for case in CASES:
            with self.subTest(group=case.group, case=case.name):
                wanted = [each.split(", ") for each in case.wants.split(" or ")]
                is_wanted = [str(each) for each in case.statuses] in wanted
                self.assertEqual(is_wanted, not case.differs)

    def test_a_refusal_closes_the_connection_unless_it_is_an_answer_of_the_api(self):
        for case in CASES:
            with self.subTest(group=case.group, case=case.name):
                if case.statuses[-1] in (413, 414, 431, 501, 505):
                    self.assertFalse(case.is_kept)

    def test_the_table_in_the_documentation_is_what_was_tried(self):
        text = documents.read("reliability.md")
        self.assertEqual(text.split(BEGIN)[1].split(END)[0], table())
        told = re.search(r"(\d+) cases", text.split("## HTTP conformance")[1])
        self.assertEqual(int(told[1]), len(CASES))

    def test_no_case_is_there_twice(self):
        names = [(case.group, case.name) for case in CASES]
        self.assertEqual(len(names), len(set(names)))
