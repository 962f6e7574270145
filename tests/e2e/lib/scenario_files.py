"""Scenario files, written for a test and read as the emulator reads them."""

import contextlib
import json
import re
import tempfile
from pathlib import Path


@contextlib.contextmanager
def scenario_file(scenario, name="scenario.json"):
    """A file that holds the scenario (text as it is, anything else as JSON) while in use."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, name)
        path.write_text(scenario if isinstance(scenario, str) else json.dumps(scenario))
        yield str(path)


def parse(text):
    """JSON with comments and trailing commas."""
    token = r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/'
    plain = re.sub(token, lambda found: found[1] or " ", text, flags=re.DOTALL)
    plain = re.sub(r'("(?:\\.|[^"\\])*")|,(?=\s*[\]}])', lambda found: found[1] or "", plain)
    return json.loads(plain)
