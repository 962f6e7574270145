"""Fixtures in the order in which their names ask for each other, and functions named test_…"""

import inspect

_fixtures = {}


def fixture(of=None, *, scope="function"):
    def keep(function):
        _fixtures[function.__name__] = function
        return function
    return keep(of) if of else keep


def run(module):
    """Runs the tests of a module; answers how many there were."""
    made, open_ones = {}, []

    def value_of(name):
        if name not in made:
            made[name] = called(_fixtures[name])
            if inspect.isgenerator(made[name]):
                open_ones.append(made[name])
                made[name] = next(made[name])
        return made[name]

    def called(function):
        return function(*map(value_of, inspect.signature(function).parameters))

    tests = [each for name, each in vars(module).items() if name.startswith("test_")]
    try:
        for test in tests:
            called(test)
    finally:
        for each in reversed(open_ones):
            next(each, None)
    return len(tests)
