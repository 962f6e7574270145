"""Names in the documents are names the program has: variables, options, calls, anchors."""

import re
import unittest
from urllib.parse import unquote

import documents
from control_calls import all_calls
from docs_test import DOCUMENTS
from emulator import Emulator, run

DOORS = ["ci.md", "local-development.md", "troubleshooting.md"]
OF_THE_BUILD = ["architecture.md", "embedding.md"]  # which name settings of CMake as well
# Of other programs than nexo-mock, in the pages that say how to get along with them.
OTHERS = {"--add-host", "--network", "--connect-to", "--resolve", "--cacert", "--env-file", "--save-dev",
          "--test"}
# "nexo-mock" as a command, and its words up to where another begins.
CALL = re.compile(r"""(?:^|(?<!--name)[\s/"(`])nexo-mock((?:[ ]+(?:\\\n +)?[^\s|;&<>`#)]+)*)""", re.MULTILINE)
OPTION = re.compile(r"--[a-z][a-z-]*")
SPAN = re.compile(r"`([^`\n]+)`")


def usages():
    """The options and environment variables of each command, by its name."""
    overview = run("--help").stdout
    names = re.findall(r"^  ([a-z]+) +", overview, re.MULTILINE)
    told = {name: run(name, "--help").stdout for name in names}
    return {name: text for name, text in told.items() if text}


def slug(heading):
    """The anchor of a heading, as forges make it."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


def as_regex(pattern):
    """Matches the paths that a call's path stands for, and itself."""
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern)))


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.usages = usages()
        cls.options = {name: set(re.findall(OPTION, text))
                       for name, text in cls.usages.items()}

    def in_each_document(self, check):
        """`check` takes a document and its text, and answers how many names it looked at."""
        seen = 0
        for document in DOCUMENTS:
            with self.subTest(document.name):
                seen += check(document, document.read_text())
        self.assertGreater(seen, 10)

    def test_every_variable_is_one_that_some_command_reads_or_sets(self):
        known = set(re.findall(r"NEXO_\w+", "".join(self.usages.values())))

        def check(document, text):
            if document.parent.name == "adr" or document.name in OF_THE_BUILD:
                return 0
            named = set(re.findall(r"\bNEXO_MOCK_[A-Z_]+[A-Z]\b", text))
            self.assertEqual(named - known, set())
            return len(named)
        self.in_each_document(check)

    def test_every_option_in_a_command_line_is_one_of_its_command(self):
        def check(_, text):
            seen = 0
            for call in CALL.findall(text):
                # The last one counts: docker exec nexo-mock /nexo-mock ready
                words = call.replace("\\\n", " ").split("/nexo-mock")[-1].split()
                words = words[:words.index("--")] if "--" in words else words
                command = words[0] if words and words[0] in self.usages else "serve"
                named = [found[0] for word in words if (found := OPTION.match(word))]
                self.assertEqual(set(named) - self.options[command], set(), words)
                seen += len(named)
            return seen
        self.in_each_document(check)

    def test_every_option_that_stands_alone_is_one_of_some_command(self):
        known = set().union(*self.options.values()) | OTHERS

        def check(document, text):
            if document.name not in DOORS:
                return 0
            named = {found[0] for span in SPAN.findall(text) if (found := OPTION.match(span))}
            self.assertEqual(named - known, set())
            return len(named)
        self.in_each_document(check)

    def test_every_call_is_one_that_the_emulator_takes(self):
        with Emulator() as emulator:
            calls = [(method, as_regex(pattern)) for method, pattern in all_calls(emulator)]

        def check(_, text):
            named = re.findall(r"(?:\b(GET|POST|PUT|PATCH|DELETE) )?(/_mock/[\w/+{}$%-][\w/+{}$.%-]*)", text)
            for method, path in named:
                fits = {verb for verb, pattern in calls if pattern.fullmatch(unquote(path).rstrip("."))}
                self.assertTrue(fits if not method else method in fits, f"{method} {path}")
            return len(named)
        self.in_each_document(check)

    def test_every_anchor_is_a_heading_of_its_document(self):
        def check(document, text):
            links = [(document.parent / target if target else document, anchor) for target, anchor
                     in re.findall(r"\]\((?!\w+://)([^)#\s]*)#([^)\s]+)\)", text)]
            for aim, anchor in links:
                headings = {slug(each) for each in documents.HEADING.findall(aim.read_text())}
                self.assertIn(anchor, headings, aim.name)
            return len(links)
        self.in_each_document(check)
