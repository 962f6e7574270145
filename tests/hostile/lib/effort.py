"""How much is tried: all of it, or, with --smoke, as much as a run of all tests can bear."""

import os

IS_SMOKE = os.environ.get("NEXO_MOCK_HOSTILE") != "full"


def effort(full, smoke):
    return smoke if IS_SMOKE else full
