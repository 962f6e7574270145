"""Processes that attack. Each runs one function, gives way to whoever else wants a core (in life
attackers bring machines of their own), and is ended with the `with` block at the latest."""

import multiprocessing
import os
import socket

_context = multiprocessing.get_context("fork")


class Attackers:
    """Runs `attack(say, *arguments)` in as many processes; `say` hands a value to heard()."""

    def __init__(self, count, attack, *arguments):
        self._heard = _context.SimpleQueue()
        self._processes = [
            _context.Process(target=_run, args=(attack, self._heard.put, arguments), daemon=True)
            for _ in range(count)]

    def __enter__(self):
        for each in self._processes:
            each.start()
        return self

    def __exit__(self, *_):
        for each in self._processes:
            each.kill()
            each.join()

    def heard(self):
        """The next value that one of them says."""
        return self._heard.get()


def give_way():
    """This process runs when nobody else wants a core."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _run(attack, say, arguments):
    give_way()
    attack(say, *arguments)


def connect(port, patience=30, source="127.0.0.1"):
    return socket.create_connection(("127.0.0.1", port), timeout=patience,
                                    source_address=(source, 0))
