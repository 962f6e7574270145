"""The manual page nexo-mock(1): all that the commands know, nothing else, and good roff."""

import re
import shutil
import subprocess
import unittest

import help_test
from emulator import run


def manual():
    return run("manual").stdout


def plain(page):
    """The words of the page, without roff's marks."""
    text = re.sub(r"\\f[BIPR]", "", page)
    for mark, meant in {r"\-": "-", r"\(ti": "~", r"\(ha": "^", r"\(ga": "`", r"\(aq": "'",
                        r"\&": "", r"\e": "\\"}.items():
        text = text.replace(mark, meant)
    return text


class Manual(unittest.TestCase):
    def test_has_the_sections_that_manuals_have(self):
        found = re.findall(r"(?m)^\.SH (.+)$", manual())
        self.assertEqual(found, ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS",
                                 "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "NOTES"])

    def test_every_option_is_in_it_with_its_variable_and_none_is_invented(self):
        text = plain(manual())
        commands = text[text.index("\n.SH COMMANDS"):text.index("\n.SH EXIT STATUS")]
        parts = re.split(r"(?m)^\.SS nexo-mock (\w+).*$", commands)
        told = dict(zip(parts[1::2], parts[2::2]))
        self.assertEqual(list(told), help_test.commands())
        for command, part in told.items():
            with self.subTest(command):
                page = help_test.sections(help_test.page_of(command))["Options"]
                options = set(re.findall(r"(?m)^  (--[a-z-]+)", page))
                variables = set(re.findall(r"Env:(\w+)", page))
                self.assertEqual(set(re.findall(r"(?m)^\.TP\n(--[a-z-]+)", part)), options)
                self.assertEqual(set(re.findall(r"Environment: (\w+)", part)), variables)

    def test_every_exit_code_and_example_is_in_it(self):
        text = plain(manual())
        statuses = text[text.index("\n.SH EXIT STATUS"):text.index("\n.SH ENVIRONMENT")]
        for command in help_test.commands():
            page = help_test.page_of(command)
            codes = re.findall(r"(?m)^  (\d+) ", help_test.sections(page)["Exit codes"])
            part = statuses.split(f".SS {command}\n")[1].split(".SS ")[0]
            self.assertEqual(re.findall(r"(?m)^\.TP\n(\d+)$", part), codes)
            for example in help_test.examples(page):
                self.assertIn("\n" + example + "\n", text)

    def test_groff_has_nothing_to_say_about_it(self):
        if not shutil.which("groff"):
            self.skipTest("no groff here")
        done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-Kutf8"], input=manual(), text=True,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("NEXO-MOCK(1)", done.stdout)

    def test_mandoc_misses_nothing_but_a_date(self):
        if not shutil.which("mandoc"):
            self.skipTest("no mandoc here")
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning"], input=manual(), text=True,
                              capture_output=True)
        found = [line for line in done.stdout.splitlines() if "missing date" not in line]
        self.assertEqual(found, [])

    def test_is_the_same_every_time(self):
        self.assertEqual(manual(), manual())
