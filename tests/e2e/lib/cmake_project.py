"""Projects of others that build against nexo-mock, in folders of their own."""

import os
import shutil
import subprocess
from pathlib import Path

from emulator import BINARY, REPOSITORY, environment

EXAMPLE = REPOSITORY / "tests/package/consumer"
BUILD = Path(BINARY).resolve().parents[1]  # the tree the binary was built in


def cmake(*arguments, cwd):
    """Runs cmake to its end, with a compiler cache if there is one."""
    cache = {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache"} if shutil.which("ccache") else {}
    # Else two checkouts never share what one of them compiled.
    roots = {"CCACHE_BASEDIR": os.path.commonpath([str(REPOSITORY), str(cwd)]),
             "CCACHE_NOHASHDIR": "1"}
    return subprocess.run(["cmake", *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          env=environment(cache | roots))


def install(component, prefix):
    """Installs what the tree has built; answers the files, relative to the prefix."""
    done = cmake("--install", BUILD, "--component", component, "--prefix", prefix, cwd=BUILD)
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted(str(each.relative_to(prefix)) for each in prefix.rglob("*") if each.is_file())


def configure(folder, *settings, source=EXAMPLE):
    return cmake("-S", source, "-B", folder, "-G", "Ninja", *settings, cwd=folder.parent)


def build(folder, *arguments):
    return cmake("--build", folder, *arguments, cwd=folder.parent)


def run(program):
    return subprocess.run([program], capture_output=True, text=True, env=environment())
