"""Other mock servers, each set up to answer POST /api/v1/send-otp with the same constant: 202 and a
JSON body.

They come from npm (tests/bench/peers) and run as shipped, but for what they print of each request,
which is turned off where an option does that."""

import json
import os
import re
import subprocess
from pathlib import Path

from contestants import SEND_REPLY
from machine import find
from processes import Server, free_port
from workloads import send

PACKAGES = Path(__file__).resolve().parent.parent / "peers"
MODULES = PACKAGES / "node_modules"
PATH = "/api/v1/send-otp"
QUIET = {"npm_config_update_notifier": "false"}


def install():
    """None if the packages are there, installed now if need be; else why they can't be."""
    if not find("node") or not find("npm"):
        return "there is no node or no npm"
    lock_file, mark = PACKAGES / "package-lock.json", MODULES / ".package-lock.json"
    if mark.exists() and mark.stat().st_mtime >= lock_file.stat().st_mtime:
        return None
    try:
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund",
                               "--loglevel=error"], cwd=PACKAGES, env=os.environ | QUIET,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600,
                              check=False)
    except subprocess.TimeoutExpired:
        return "npm ci did not end"
    return None if done.returncode == 0 else f"npm ci failed: {done.stderr.strip()}"


def version(package):
    return json.loads((MODULES / package / "package.json").read_text())["version"]


def node_script(package, script):
    return [find("node"), MODULES / package / script]


def mockoon(folder, port):
    file = folder / "environment.json"
    file.write_text(json.dumps({
        "uuid": "bench", "lastMigration": 33, "name": "bench", "port": port,
        "hostname": "127.0.0.1", "endpointPrefix": "", "latency": 0, "folders": [], "data": [],
        "headers": [], "callbacks": [],
        "proxyMode": False, "rootChildren": [{"type": "route", "uuid": "send"}],
        "routes": [{"uuid": "send", "type": "http", "method": "post", "endpoint": PATH[1:],
                    "documentation": "", "responseMode": None,
                    "responses": [{
                        "uuid": "sent", "body": SEND_REPLY, "latency": 0, "statusCode": 202,
                        "label": "", "bodyType": "INLINE", "rules": [], "default": True,
                        "rulesOperator": "OR", "disableTemplating": True, "callbacks": [],
                        "headers": [{"key": "Content-Type", "value": "application/json"}]}]}]}))
    return [*node_script("@mockoon/cli", "bin/run.js"), "start", "--data", file, "--port", port,
            "--hostname", "127.0.0.1", "--disable-log-to-file", "--repair"]


def prism(folder, port):
    file = folder / "openapi.json"
    sent = json.loads(SEND_REPLY)
    schema = {"type": "object", "required": ["phone", "code"],
              "properties": {"phone": {"type": "string"}, "code": {"type": "string"}}}
    file.write_text(json.dumps({
        "openapi": "3.0.3", "info": {"title": "bench", "version": "1"},
        "paths": {PATH: {"post": {
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"202": {"description": "sent", "content": {
                "application/json": {"schema": {"type": "object"}, "example": sent}}}}}}}}))
    return [*node_script("@stoplight/prism-cli", "dist/index.js"), "mock", file, "--port", port,
            "--host", "127.0.0.1", "--verboseLevel", "silent"]


def json_server(folder, port):
    (folder / "db.json").write_text("{}")
    (folder / "answer.js").write_text(
        "module.exports = (request, response, next) => {\n"
        f"  if (request.method !== 'POST' || request.path !== '{PATH}') return next()\n"
        f"  response.status(202).type('application/json').send({json.dumps(SEND_REPLY)})\n"
        "}\n")
    return [*node_script("json-server", "lib/cli/bin.js"), folder / "db.json", "--host", "127.0.0.1",
            "--port", port, "--middlewares", folder / "answer.js", "--snapshots", folder, "--quiet"]


def mountebank(folder, port):
    file = folder / "imposters.json"
    file.write_text(json.dumps({"imposters": [{
        "protocol": "http", "port": port, "host": "127.0.0.1",
        "stubs": [{"predicates": [{"equals": {"method": "POST", "path": PATH}}],
                   "responses": [{"is": {"statusCode": 202, "body": SEND_REPLY,
                                         "headers": {"Content-Type": "application/json",
                                                     "Connection": "keep-alive"}}}]}]}]}))
    return [*node_script("mountebank", "bin/mb"), "start", "--configfile", file,
            "--port", free_port(), "--host", "127.0.0.1", "--nologfile", "--loglevel", "error",
            "--pidfile", folder / "mb.pid"]


def wiremock(folder, port):
    stubs = folder / "mappings"
    stubs.mkdir()
    (stubs / "send.json").write_text(json.dumps({
        "request": {"method": "POST", "urlPath": PATH},
        "response": {"status": 202, "body": SEND_REPLY,
                     "headers": {"Content-Type": "application/json"}}}))
    jar = next((MODULES / "wiremock/build").glob("wiremock-standalone-*.jar"))
    return [find("java"), "-jar", jar, "--port", port, "--bind-address", "127.0.0.1",
            "--root-dir", folder, "--disable-banner"]


PEERS = {"Mockoon CLI": ("@mockoon/cli", mockoon), "Prism": ("@stoplight/prism-cli", prism),
         "json-server": ("json-server", json_server), "mountebank": ("mountebank", mountebank),
         "WireMock": ("wiremock", wiremock)}


class Peer(Server):
    warm_up = 2.0

    def __init__(self, bench, name, command_for):
        folder = bench.new_folder(re.sub(r"\W+", "-", name.lower()))
        port = free_port()
        super().__init__(name, command_for(folder, port), port, [bench.server_core],
                         send(close=True), folder / "log", folder)

    def settle(self):
        """Nothing goes on in it between rounds."""


def available(bench):
    """The peers that can be run here. Says why others can't."""
    why_none = install()
    if why_none:
        print(f"skipped peers: {why_none}")
        return
    for name, (package, command_for) in PEERS.items():
        if name == "WireMock" and not find("java"):
            print("skipped WireMock: there is no java (Debian's default-jre-headless is one)")
            continue
        yield Peer(bench, f"{name} {version(package)}", command_for)
