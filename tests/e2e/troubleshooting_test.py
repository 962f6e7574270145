"""docs/troubleshooting.md: every message that stands there is one that users see. A case provokes
those below one heading."""

import hashlib
import hmac
import json
import re
import shutil
import socket
import subprocess
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import documents
from emulator import PATIENCE, Emulator, HeldPort, environment, run
from receiver import CLOSE, HANG, Receiver
from scenario_files import scenario_file

PAGE = documents.read("troubleshooting.md")
CASES = {}
SEND = "/api/v1/send-otp"


def below(heading):
    """The case of a heading: it answers what was seen, or None where that can't happen here."""
    def keep(case):
        assert heading not in CASES, heading
        CASES[heading] = case
        return case
    return keep


def said(*arguments, **options):
    """What a command that fails says."""
    done = run(*arguments, **options)
    assert done.returncode != 0, done
    return done.stdout + done.stderr


def seen(use, *arguments, **options):
    """The replies that `use` gets of an emulator, and its log."""
    with Emulator(*arguments, **options) as emulator:
        replies = use(emulator)
    return "\n".join([*(reply.body.decode() for reply in replies), emulator.log()])


def asked(emulator, method, path, headers, body=None):
    return emulator.everything().call(method, path, body, headers)


@below("The port is in use")
def _():
    with Emulator() as emulator:
        return said("--port", str(emulator.port))


@below("An option is not known")
def _():
    return said("--prot", "1") + said("busy.json")


@below("The scenario is not found")
def _():
    return said("--scenario", "flakey")


@below("The scenario has mistakes")
def _():
    text = '{"rules":[{"when":{"phne":"1"},"then":{"deliver":true}}]}'
    with scenario_file(text, "bad.json") as path:
        return said("--scenario", "bad.json", cwd=Path(path).parent)


@below("A changed scenario is not used")
def _():
    with scenario_file({"rules": []}) as path, Emulator("--scenario", path) as emulator:
        Path(path).write_text('{"rules": 1}')
        return emulator.wait_for_log("scenario not reloaded")


@below("Settings do not fit together")
def _():
    with TemporaryDirectory() as folder:
        return (said("--webhook-url", "http://127.0.0.1:1/") + said("--webhook-secret", "whsec_dev")
                + said("--tls-port", "0") + said("--tls-self-signed", folder)
                + said("--export-on-exit", f"{folder}/missing/state.json")
                + said("--export-every", "30s") + not_allowed(folder))


def not_allowed(folder):
    target = {"url": "http://127.0.0.1:1/", "secret": "whsec_dev"}
    allow = ["--port", "0", "--webhook-allow", "app.test"]
    with scenario_file({"webhook": target}) as path:
        return (said(*allow, "--webhook-url", target["url"], "--webhook-secret", target["secret"])
                + said(*allow, "--scenario", path))


@below("The state is not exported")
def _():
    with TemporaryDirectory() as above:
        folder = Path(above, "folder")
        folder.mkdir()
        with Emulator("--export-on-exit", str(folder / "state.json"), "--export-every",
                      "100ms") as emulator:
            folder.rename(Path(above, "aside"))
            line = emulator.wait_for_log("the state was not exported")
            Path(above, "aside").rename(folder)
            return line


@below("A state is not imported")
def _():
    with scenario_file({"accounts": 1}, "state.json") as path:
        return said("--import", path)


@below("A probe finds nobody")
def _():
    with HeldPort() as port, Emulator("--control-token", "secret") as emulator:
        return (said("ready", "--url", f"http://127.0.0.1:{port.number}")
                + said("ready", "--url", emulator.url))


@below("Connection refused at ::1")
def _():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return None  # there is no IPv6
    if not shutil.which("node"):
        return None
    with Emulator() as emulator:
        script = f"net.connect({emulator.port}, '::1').on('error', e => console.log(e.message))"
        return subprocess.run(["node", "-e", script], capture_output=True, text=True,
                              env=environment(), timeout=PATIENCE).stdout


@below("Other machines reach it, and a warning says so")
def _():
    return seen(lambda emulator: [], "--host", "0.0.0.0")


@below("401 unauthorized")
def _():
    return seen(lambda emulator: [asked(emulator, "POST", SEND, {"Authorization": "sk_live_bare"})])


@below("402 insufficient_balance")
def _():
    def spend(emulator):
        account = emulator.account()
        return [account.send() for _ in range(6)]
    return seen(spend)


@below("403 ip_not_allowed")
def _():
    scenario = {"account_defaults": {"ip_allowlist": ["10.0.0.0/8"]}, "rules": []}
    with scenario_file(scenario) as path:
        return seen(lambda emulator: [emulator.account().send()], "--scenario", path)


@below("404 not_found")
def _():
    return seen(lambda emulator: [emulator.account().call("POST", "/send-otp", {})])


@below("405 method_not_allowed")
def _():
    return seen(lambda emulator: [emulator.account().call("GET", SEND)])


@below("400 invalid_json, invalid_phone, invalid_code")
def _():
    def misspell(emulator):
        account = emulator.account()
        return [account.call("POST", SEND, "phone=1"), account.send("0981234567"),
                account.send(code=482917)]
    return seen(misspell)


@below("422 no_route")
def _():
    with scenario_file({"api": {"no_route": ["viettel"]}, "rules": []}) as path:
        return seen(lambda emulator: [emulator.account().send()], "--scenario", path)


@below("429, 500 and 503 that you did not expect")
def _():
    return seen(lambda emulator: [emulator.account().send("+84980000042")])


@below("403 foreign_host")
def _():
    return seen(lambda emulator: [asked(emulator, "GET", "/_mock/health", {"Host": "my-box"})])


@below("403 foreign_origin")
def _():
    origin = {"Origin": "http://localhost:3000"}
    return seen(lambda emulator: [asked(emulator, "GET", "/_mock/health", origin)])


@below("403 webhook_loop")
def _():
    with Emulator() as receiver, Emulator() as sender:
        account = sender.account()
        account.mock("PATCH", "account",
                     {"webhook": {"url": f"{receiver.url}/_mock/reset", "secret": "whsec_dev"}})
        return account.mock("POST", "webhooks/ping").json["attempt"]["reply"]


@below("401 control_token_needed")
def _():
    return seen(lambda emulator: [asked(emulator, "GET", "/_mock/health", headers)
                                  for headers in ({}, {"X-Mock-Token": "another"})],
                "--control-token", "secret")


@below("401 unauthorized, with a detail")
def _():
    token = {"Authorization": "Bearer secret"}
    return seen(lambda emulator: [asked(emulator, "GET", "/_mock/accounts", token)])


@below("400 account_needed")
def _():
    return seen(lambda emulator: [emulator.everything().mock("GET", "account")])


@below("404 not_found, with a detail")
def _():
    return seen(lambda emulator: [emulator.everything().mock("GET", "otps"),
                                  emulator.everything().mock("GET", "deliveries/none")])


@below("409 already_ended")
def _():
    def complete_twice(emulator):
        account = emulator.account()
        path = f"deliveries/{account.send_id()}/complete"
        return [account.mock("POST", path, {"status": "delivered"}) for _ in range(2)]
    return seen(complete_twice, "--clock", "manual")


@below("404 no_code")
def _():
    def ask(emulator):
        silent, busy, wrong = (emulator.account() for _ in range(3))
        replies = [silent.mock("GET", f"otp/+84909999999{wait}") for wait in ("", "?wait=50ms")]
        busy.send_id()
        everybody = emulator.everything().mock("GET", "otp/+84909999999")
        wrong.send("0909999999")
        replies += [each.mock("GET", "otp/+84909999999") for each in (busy, wrong)]
        return [*replies, everybody]
    return seen(ask)


@below("400 invalid_phone")
def _():
    return seen(lambda emulator: [emulator.everything().mock("GET", "otp/0981234567")])


@below("409 reset")
def _():
    with Emulator() as emulator, emulator.connect() as waiting:
        waiting.sendall(b"GET /_mock/otp/+84981234567?wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n")
        # A wait is seen by nobody until it ends, so resets go on until one ended it.
        waiting.settimeout(0.05)
        for _ in range(20 * PATIENCE):
            emulator.everything().mock("POST", "reset")
            try:
                return waiting.recv(65536).decode().split("\r\n\r\n")[1]
            except TimeoutError:
                continue
    raise AssertionError("no reset ended the wait")


@below("409 clock_not_manual")
def _():
    return seen(lambda emulator: [emulator.account().mock("POST", "clock/advance", {"by": "1s"})])


@below("409 clock_refused")
def _():
    past = {"now": "2000-01-01T00:00:00Z"}
    return seen(lambda emulator: [emulator.account().mock("PUT", "clock", past)])


@below("No attempt at all")
def _():
    return seen(lambda emulator: [emulator.account().mock("POST", "webhooks/ping")])


def attempts_at(url, *arguments, until="next"):
    """The log of an emulator whose webhook goes there."""
    def deliver(emulator):
        account = emulator.account()
        account.send_id()
        account.advance(to=until)
        return []
    return seen(deliver, "--clock", "manual", "--webhook-url", url, "--webhook-secret", "whsec_dev",
                *arguments)


@below("The attempt failed")
def _():
    logs = [attempts_at("http://no-such-host.invalid/")]
    with HeldPort() as port:
        logs.append(attempts_at(f"http://127.0.0.1:{port.number}/", until="idle"))
    for answer in (CLOSE, 401, 410):
        with Receiver(answer) as receiver:
            logs.append(attempts_at(receiver.url()))
    with Receiver(HANG) as receiver, \
            scenario_file({"webhook": {"timeout": "100ms"}, "rules": []}) as path:
        logs.append(attempts_at(receiver.url(), "--scenario", path))
        logs.append(attempts_at(receiver.url("localhost"), "--webhook-allow", "10.0.0.0/8"))
    return "".join(logs)


@below("Over HTTPS")
def _():
    with TemporaryDirectory() as folder, \
            Emulator("--tls-port", "0", "--tls-self-signed", folder) as receiver:
        return attempts_at(receiver.ready["tls_url"] + "/")


def signed(body, key):
    return hmac.new(key, body, hashlib.sha256).hexdigest()


@below("nexo-mock verify says why")
def _():
    secret, body = b"whsec_test_123", b'{"type":"otp.delivered","id":"test"}'
    digest = hashlib.sha256(secret).digest()
    printed = json.dumps(json.loads(body), indent=2).encode()
    fits = signed(body, digest)
    mistakes = [(body, "sha256=" + signed(body, secret)),
                (body, "sha256=" + signed(body, digest.hex().encode())),
                (printed, "sha256=" + fits), (body, fits), (body, "sha256=" + fits.upper()),
                (body, "sha256=" + signed(body, hashlib.sha256(secret + b"\n").digest())),
                (body, "sha256=" + signed(body, b"another"))]
    told = [said("verify", "--secret", secret.decode(), "--signature", signature, stdin=sent)
            for sent, signature in mistakes]
    return re.sub("^ +", "", "".join(told), flags=re.MULTILINE)


def refused_over_tls(choose):
    """What curl says of a URL of an emulator that has HTTPS, and what that says of it."""
    with TemporaryDirectory() as folder:
        with Emulator("--tls-port", "0", "--tls-self-signed", folder) as emulator:
            done = subprocess.run(["curl", "-sS", choose(emulator.url, emulator.ready["tls_url"])],
                                  capture_output=True, text=True, env=environment(),
                                  timeout=PATIENCE)
        return f"{done.stdout}\n{done.stderr}\n{emulator.log()}"


@below("The certificate is not trusted")
def _():
    return refused_over_tls(lambda plain, tls: tls)


@below("400 https_required")
def _():
    return refused_over_tls(lambda plain, tls: tls.replace("https", "http"))


@below("Wrong version number")
def _():
    return refused_over_tls(lambda plain, tls: plain.replace("http", "https"))


@below("They pass here and fail there")
def _():
    with Emulator(as_json=False) as emulator:
        return emulator.ready_line


@below("The command is not found, or not taken for one")
def _():
    return said("exec") + said("exec", "npm", "test") + said("exec", "--", "no-such-command")


@below("The tests pass and the run fails with 3")
def _():
    script = (f'curl -s "$NEXO_MOCK_URL{SEND}" -H "Authorization: Bearer $NEXO_KEY" '
              """-d '{"phone":"+84981234567","code":"482917"}'""")
    done = run("exec", "--verify", "--", "sh", "-c", script)
    assert done.returncode == 3, done
    return done.stderr


class Messages(unittest.TestCase):
    def test_every_message_has_a_case_and_every_case_a_message(self):
        self.assertEqual(sorted(CASES), sorted(documents.messages(PAGE)))


def claim(heading, case):
    def check(self):
        told = case()
        if told is None:
            self.skipTest("it can't happen on this machine")
        for line in documents.messages(PAGE)[heading]:
            with self.subTest(line=line):
                pattern = documents.as_pattern(line)
                self.assertTrue(pattern.search(told), f"none of this says it:\n{told}")
    return check


for _heading, _case in CASES.items():
    _name = re.sub(r"\W+", "_", _heading).lower()
    setattr(Messages, f"test_users_see_{_name}", claim(_heading, _case))
