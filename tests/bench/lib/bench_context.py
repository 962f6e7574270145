"""What all sections share: options, folders, the load, and what comes of them."""

import contextlib
import tempfile
from pathlib import Path

from load import Load


class Bench:
    """`raw` keeps every round, `figures` the ratios that expected.py has something to say about,
    and `broken` what was not slow but wrong."""

    def __init__(self, options):
        self.options = options
        self.server_core = options.server_core
        self.load_core = options.load_core
        self.load = Load(options.load_tool, [options.load_core])
        self.raw = {}
        self.figures = {}
        self.broken = []
        self._stack = contextlib.ExitStack()
        self._folders = 0

    def __enter__(self):
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        return self

    def __exit__(self, *why):
        self._stack.close()

    def new_folder(self, name):
        self._folders += 1
        folder = self.folder / f"{self._folders}-{name}"
        folder.mkdir()
        return folder
