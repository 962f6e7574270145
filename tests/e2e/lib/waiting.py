"""Calls that are made while something else happens."""

import threading

from emulator import PATIENCE


class InBackground:
    """Makes a call in a thread of its own."""

    def __init__(self, call):
        self._call = call
        self._thread = threading.Thread(target=self._make)
        self._thread.start()

    def _make(self):
        try:
            self._result, self._failure = self._call(), None
        except Exception as failure:
            self._failure = failure

    def end(self):
        """What the call came to, waited for."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the call did not end"
        if self._failure is not None:
            raise self._failure
        return self._result
