"""What SECURITY.md says of the executable, read off the executable."""

import os
import re
import subprocess
import unittest

from emulator import BINARY, REPOSITORY

SANITIZED = os.environ.get("NEXO_MOCK_SANITIZED") == "1"
# The names that the table of SECURITY.md has for what a library's file is called.
PACKAGES = {"boost_": "Boost", "ssl": "OpenSSL", "crypto": "OpenSSL", "stdc++": "libstdc++",
            "gcc_s": "libgcc", "c": "GNU C library", "m": "GNU C library"}


def readelf(*options):
    return subprocess.run(["readelf", *options, BINARY], capture_output=True, text=True,
                          check=True).stdout


@unittest.skipIf(SANITIZED, "sanitizers have protections of their own")
class Hardening(unittest.TestCase):
    def test_it_is_position_independent(self):
        self.assertRegex(readelf("-h"), r"Type:\s+DYN")
        self.assertRegex(readelf("-d"), r"FLAGS_1.*\bPIE\b")

    def test_its_tables_of_functions_are_read_only_and_its_stack_is_no_code(self):
        headers = readelf("-lW")
        self.assertIn("GNU_RELRO", headers)
        self.assertRegex(readelf("-d"), r"FLAGS_1.*\bNOW\b")
        stack = re.search(r"GNU_STACK(?:\s+0x\w+){5}\s+(\w+)", headers)
        self.assertEqual(stack[1], "RW")

    def test_buffers_on_the_stack_are_guarded(self):
        self.assertIn("__stack_chk_fail", readelf("-W", "--dyn-syms"))

    def test_what_it_is_linked_with_is_in_the_table(self):
        table = (REPOSITORY / "SECURITY.md").read_text().split("## What it is built on")[1]
        needed = re.findall(r"NEEDED.*\[lib([a-z+_]+)", readelf("-d"))
        self.assertIn("ssl", needed)
        for library in needed:
            known = [name for begin, name in PACKAGES.items()
                     if library == begin or begin.endswith("_") and library.startswith(begin)]
            with self.subTest(library=library):
                self.assertEqual(len(known), 1, "SECURITY.md says nothing of it")
                self.assertRegex(table, rf"(?m)^\| [^|]*{re.escape(known[0])}")


if __name__ == "__main__":
    unittest.main()
