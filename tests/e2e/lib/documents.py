"""The documents of the repository, as their tests read them."""

import re

from emulator import REPOSITORY

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ ([^\n]*)$", re.MULTILINE)


def read(name):
    """The text of a document in docs/."""
    return (REPOSITORY / "docs" / name).read_text()


def blocks(text):
    """Pairs of language and text, in order."""
    return FENCE.findall(text)


def named_blocks(text, *languages):
    """The blocks of these languages by the file name in their first line: `// NAME` or `# NAME`, of
    which what stands behind a colon is no part."""
    found = {}
    for language, block in blocks(text):
        named = re.match(r"(?://|#) ([^\s:]+)", block)
        if language in languages and named:
            found.setdefault(named[1], []).append(block)
    return found


def as_pattern(line):
    """Matches a line in which … stands for anything."""
    return re.compile("^" + "[^\n]*?".join(re.escape(part) for part in line.split("…")) + "$",
                      re.MULTILINE)


def messages(text):
    """The lines of "text" blocks by the heading above them; but not of those that are the output
    of an "sh" block right before."""
    found = {}
    heading, before = None, None
    for part in re.finditer(rf"{FENCE.pattern}|{HEADING.pattern}", text, re.MULTILINE | re.DOTALL):
        language, block, title = part.groups()
        if title is not None:
            heading, before = title, None
            continue
        if language == "text" and before != "sh":
            found.setdefault(heading, []).extend(block.splitlines())
        before = language
    return found
