"""Runs unittest classes and prints one line for each case, and the count."""

import sys
import time
import unittest


class _Lines(unittest.TestResult):
    def __init__(self, out):
        super().__init__()
        self.out = out
        self.passed = self.failed = self.skipped_count = 0

    def startTest(self, test):
        super().startTest(test)
        self._began = time.monotonic()
        self._troubles = []
        self._skip = None

    def stopTest(self, test):
        super().stopTest(test)
        claim = test.id().split(".")[-1].removeprefix("test_").replace("_", " ")
        name = f"{type(test).__module__.removesuffix('_test')}: {claim}"
        took = time.monotonic() - self._began
        if self._troubles:
            self.failed += 1
            print(f"FAILED  {name}", *self._troubles, sep="\n", file=self.out)
        elif self._skip is not None:
            self.skipped_count += 1
            print(f"skipped {name}: {self._skip}", file=self.out)
        else:
            self.passed += 1
            print(f"ok      {name} ({took:.2f} s)", file=self.out)
        self.out.flush()

    def _add(self, test, error, label=""):
        self._troubles.append(label + self._exc_info_to_string(error, test))

    def addError(self, test, error):
        if not hasattr(test, "_testMethodName"):  # of a class: setUpClass, tearDownClass
            self.failed += 1
            print(f"FAILED  {test}\n{self._exc_info_to_string(error, test)}", file=self.out)
            return
        self._add(test, error)

    def addFailure(self, test, error):
        self._add(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._add(test, error, f"with {subtest._subDescription()}: ")

    def addSkip(self, test, reason):
        self._skip = reason


def run(modules, only, out=sys.stdout):
    """Runs the cases of the modules, those alone whose name holds a word of `only` if it has any.
    Answers how many passed, failed and were skipped."""
    result = _Lines(out)
    loader = unittest.TestLoader()
    for module in modules:
        for group in loader.loadTestsFromModule(module):
            chosen = unittest.TestSuite(
                each for each in group if not only or any(word in each.id() for word in only))
            chosen.run(result)
    return result.passed, result.failed, result.skipped_count


def note(text):
    """A measured value, for who reads the output."""
    print(f"        {text}", flush=True)
