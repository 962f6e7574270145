"""What the tests need of Node.js and npm: the packages of tests/e2e/node, and its scripts."""

import fcntl
import functools
import json
import re
import shutil
import subprocess
from pathlib import Path

from emulator import REPOSITORY, environment

NODE = Path(__file__).resolve().parent.parent / "node"
OPENAPI = REPOSITORY / "openapi/openapi.json"
QUIET = {"npm_config_update_notifier": "false", "REDOCLY_TELEMETRY": "off",
         "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def _install():
    lock_file = NODE / "package-lock.json"
    mark = NODE / "node_modules/.package-lock.json"
    if mark.exists() and mark.stat().st_mtime >= lock_file.stat().st_mtime:
        return None
    try:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error",
                               "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000"],
                              cwd=NODE, env=environment(QUIET),
                              capture_output=True, text=True, timeout=240)
    except subprocess.TimeoutExpired:
        return "npm ci did not end"
    ours = re.search(r"\b(EUSAGE|EINTEGRITY|EJSONPARSE|ETARGET)\b", done.stderr)
    assert not ours, done.stderr
    if done.returncode:
        return "npm ci failed: " + done.stderr.strip().split("\n")[0]
    return None


@functools.cache
def why_missing():
    """None if the packages are there, installed now if need be; else why they can't be. Of
    processes that ask at the same time, one installs."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "there is no node or no npm"
    with open(NODE / "package.json") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        return _install()


def run_script(name, *arguments, stdin=None):
    """Runs a script of tests/e2e/node, or a command of its packages; a CompletedProcess."""
    return subprocess.run(["node", NODE / name, *arguments], input=stdin, cwd=REPOSITORY,
                          env=environment(QUIET), capture_output=True, text=True, timeout=120)


def check_traffic(document, files):
    """Holds files of recorded exchanges against an OpenAPI document."""
    return run_script("traffic.mjs", document, *files)


def lint(document, config):
    """What redocly has against a document: a list of (rule, place, message)."""
    done = run_script("node_modules/@redocly/cli/bin/cli.js", "lint", "--format=json",
                      "--config", config, document)
    return [(each["ruleId"], each["location"][0].get("pointer", ""), each["message"])
            for each in json.loads(done.stdout)["problems"]]
