"""The command line as users type it: options and where they come from, exit codes, what is said."""

import json
import os
import re
import signal
import socket
import subprocess
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from client import curl
from emulator import BINARY, PATIENCE, SLOWNESS, Emulator, HeldPort, environment, run
from receiver import Receiver
from scenario_files import scenario_file

VERSION = run("version").stdout.split()[-1]
OPTIONS = ["--host", "--port", "--scenario", "--webhook-url", "--webhook-secret",
           "--webhook-secret-file", "--clock", "--seed", "--threads", "--max-deliveries",
           "--max-journal", "--control-token", "--control-token-file", "--log-level",
           "--log-format", "--json", "--tls-port", "--tls-self-signed", "--tls-cert", "--tls-key",
           "--import", "--export-on-exit", "--export-every", "--webhook-allow"]


class CommandLine(unittest.TestCase):
    def assert_refused(self, arguments, says, code=2, env=None):
        """Ended with the code and one clear line."""
        done = run(*arguments, env=env, patience=5 + SLOWNESS)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Anexo-mock: [^\n]+\n\Z")
        self.assertIn(says, done.stderr)


class Help(CommandLine):
    def test_every_command_explains_itself_with_an_example(self):
        for command in ["serve"], ["check"], ["explain"], ["ready"], ["sign"], ["version"], []:
            for option in "--help", "-h":
                with self.subTest(command=command, option=option):
                    done = run(*command, option)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertIn("Usage: nexo-mock " + "".join(command), done.stdout)
                    self.assertRegex(done.stdout, "\nExamples:\n  .*nexo-mock")

    def test_the_first_page_names_every_command(self):
        for command in "serve", "check", "explain", "ready", "sign", "version":
            self.assertRegex(run("--help").stdout, rf"(?m)^  {command} ")

    def test_serve_names_every_option_its_variable_and_its_default(self):
        page = run("serve", "--help").stdout
        for option in OPTIONS:
            self.assertIn(option + " ", page)
            self.assertIn("NEXO_MOCK_" + option[2:].upper().replace("-", "_"), page)
        self.assertIn("8484", page)
        self.assertIn("127.0.0.1", page)

    def test_version_is_one_line(self):
        for arguments in ["version"], ["--version"]:
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, r"\Anexo-mock \d+\.\d+\.\d+\n\Z")


class Mistakes(CommandLine):
    def test_an_unknown_option_or_command_is_wrong_usage(self):
        for arguments, says in [(["--bogus"], "--bogus"), (["serve", "--bogus"], "--bogus"),
                                (["serve", "extra"], "extra"),
                                (["check", "--bogus", "x"], "--bogus"),
                                (["ready", "--bogus"], "--bogus"), (["sign", "--bogus"], "--bogus"),
                                (["version", "extra"], "extra"), (["bogus"], "bogus"),
                                (["--portt", "0"], "--portt"), (["check"], "FILE"),
                                (["serve", "x.json"], "did you mean --scenario x.json?"),
                                (["--port"], "--port")]:
            with self.subTest(arguments=arguments):
                self.assert_refused(arguments, says)

    def test_a_value_that_makes_no_sense_is_wrong_usage(self):
        for option, value in [("--port", "99999"), ("--port", "-1"), ("--port", "http"),
                              ("--clock", "fast"),
                              ("--clock", "x"), ("--clock", "manual@noon"), ("--seed", "-1"),
                              ("--seed", "x"), ("--seed", "1.5"), ("--threads", "0"),
                              ("--threads", "x"),
                              ("--max-deliveries", "0"), ("--max-journal", "0"),
                              ("--control-token", ""), ("--log-level", "loud"),
                              ("--log-format", "xml"), ("--export-every", "30s"),
                              ("--webhook-allow", "*")]:
            with self.subTest(option=option, value=value):
                self.assert_refused(["--port", "0", option, value] if option != "--port"
                                    else [option, value], option)

    def test_how_much_is_kept_is_a_number_or_a_size_with_a_unit(self):
        for option in "--max-deliveries", "--max-journal":
            for value in ("0", "-1", "", "1.5", "x", "100000001", "0MiB", "64M", "64mib", "64 MiB",
                          "MiB", "64MiB,10", "1025GiB", "99999999999999999999"):
                with self.subTest(option=option, value=value):
                    self.assert_refused(["--port", "0", option, value],
                                        f"{option} takes a number of entries, 1 to 100000000, or "
                                        "a size up to 1024GiB with its unit (B, kB, MB, GB, KiB, "
                                        f"MiB, GiB), like 64MiB, not \"{value}\"")
        self.assert_refused([], "--max-journal takes a number of entries",
                            env={"NEXO_MOCK_PORT": "0", "NEXO_MOCK_MAX_JOURNAL": "many"})
        for value in "1", "100000000", "1B", "500kB", "7MB", "1GB", "64KiB", "64MiB", "1024GiB":
            with self.subTest(value=value):
                with Emulator("--max-deliveries", value, "--max-journal", value) as emulator:
                    self.assertEqual(emulator.account().send().status, 202)

    def test_a_value_from_the_environment_that_makes_no_sense_is_wrong_usage_too(self):
        for name, value in [("PORT", "http"), ("SEED", "x"), ("CLOCK", "fast"), ("THREADS", "0"),
                            ("LOG_LEVEL", "loud"), ("JSON", "maybe")]:
            with self.subTest(name=name):
                env = {"NEXO_MOCK_PORT": "0"} | {f"NEXO_MOCK_{name}": value}
                self.assert_refused([], "--" + name.lower().replace("_", "-"), env=env)

    def test_a_port_for_root_alone_says_who_may_take_it(self):
        first_free = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()
        if int(first_free) <= 1:
            self.skipTest("everybody may take any port here")
        nobody = {"user": 65534} if os.geteuid() == 0 else {}
        try:
            done = subprocess.run([BINARY, "--port", "1"], capture_output=True, text=True,
                                  timeout=PATIENCE, env=environment(), **nobody)
        except PermissionError:
            self.skipTest("nobody but root may run the program from this folder")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("127.0.0.1:1: Permission denied (a port below 1024 takes root or "
                      "CAP_NET_BIND_SERVICE)", done.stderr)

    def test_a_port_in_use_is_a_failure(self):
        with HeldPort() as port, port.listen():
            self.assert_refused(["--port", str(port.number)], str(port.number), code=1)

    def test_an_address_that_is_not_ours_is_a_failure(self):
        self.assert_refused(["--port", "0", "--host", "192.0.2.1"], "192.0.2.1", code=1)

    def test_a_scenario_that_can_not_be_read_is_wrong_usage(self):
        with TemporaryDirectory() as directory:
            for path in [os.path.join(directory, "none.json"), directory, "nosuchname"]:
                with self.subTest(path=path):
                    self.assert_refused(["--port", "0", "--scenario", path], path)

    def test_a_scenario_with_mistakes_is_wrong_usage_and_says_where_they_are(self):
        bad = '{"rules": [\n  {"when": {"phne": "x"}, "then": {"deliver": true}}\n]}'
        with scenario_file(bad) as path:
            done = run("--port", "0", "--scenario", path)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(f'{path}:2:13: error: /rules/0/when: unknown key "phne" '
                      '(did you mean "phone"?)\n', done.stderr)

    def test_a_webhook_target_needs_an_address_and_a_secret(self):
        self.assert_refused(["--port", "0", "--webhook-url", "http://localhost/"],
                            "--webhook-secret")
        self.assert_refused(["--port", "0", "--webhook-secret", "x"], "--webhook-url")
        self.assert_refused(["--port", "0", "--webhook-secret", "x", "--webhook-url",
                             "ftp://localhost/"],
                            "ftp://localhost/")

    def test_an_address_of_webhooks_that_is_none_is_wrong_usage(self):
        for url in ["http://", "http:// x/", "http://localhost:port/", "https://:80/",
                    "localhost:3000"]:
            with self.subTest(url=url):
                self.assert_refused(["--port", "0", "--webhook-secret", "x", "--webhook-url", url],
                                    "--webhook-url")

    def test_a_secret_file_that_can_not_be_read_is_wrong_usage(self):
        self.assert_refused(["--port", "0", "--webhook-url", "http://localhost/",
                             "--webhook-secret-file", "/nowhere/secret"], "/nowhere/secret")
        self.assert_refused(["sign", "--secret-file", "/nowhere/secret"], "/nowhere/secret")

    def test_sign_needs_a_secret(self):
        self.assert_refused(["sign"], "--secret")


class ReadyLine(CommandLine):
    OPTIONS = ["--clock", "manual", "--seed", "42"]

    def test_it_is_one_line_of_text(self):
        with Emulator(*self.OPTIONS, as_json=False) as emulator:
            self.assertEqual(emulator.ready_line,
                             f"nexo-mock {VERSION} listening on http://127.0.0.1:{emulator.port} "
                             "(scenario default, clock manual, seed 42)\n")
            self.assertEqual(emulator.account().balance().status, 200)

    def test_or_one_line_of_json(self):
        with Emulator(*self.OPTIONS) as emulator:
            self.assertEqual(emulator.ready_line,
                             f'{{"type":"ready","url":"http://127.0.0.1:{emulator.port}",'
                             f'"port":{emulator.port},"tls_url":null,"scenario":"default",'
                             f'"clock":"manual","seed":42,"version":"{VERSION}"}}\n')

    def test_serve_need_not_be_named(self):
        for arguments in [], ["serve"]:
            process = subprocess.Popen([BINARY, *arguments, "--port", "0"], stdout=subprocess.PIPE,
                                       env=environment(), stderr=subprocess.DEVNULL)
            line = process.stdout.readline().decode()
            process.send_signal(signal.SIGTERM)
            rest = process.stdout.read()
            self.assertEqual((process.wait(PATIENCE), rest), (0, b""))
            self.assertRegex(line, r"^nexo-mock \S+ listening on http://127\.0\.0\.1:\d+ "
                                   r"\(scenario default, clock real, seed \d+\)\n$")
            process.stdout.close()

    def test_nothing_else_is_said_on_standard_output_whatever_happens(self):
        with Receiver(500) as receiver, Emulator("--clock", "instant", "--log-level", "debug",
                                                 "--webhook-url", receiver.url(),
                                                 "--webhook-secret", "whsec") as emulator:
            account = emulator.account()
            account.send(), account.send("x"), account.call("GET", "/nothing")
            emulator.exchange(b"garbage\r\n\r\n")
            account.mock("POST", "reset")
            emulator.send_signal()
            self.assertEqual(emulator.wait(), (0, ""))

    def test_an_ipv6_address_is_written_as_in_urls(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("no IPv6 here")
        with Emulator("--host", "::1") as emulator:
            self.assertEqual(emulator.url, f"http://[::1]:{emulator.port}")
            self.assertEqual(curl("-g", "-H", "Authorization: Bearer sk_live_six",
                                  f"{emulator.url}/api/v1/balance").status, 200)

    def test_a_closed_standard_output_stops_nothing(self):
        reading, writing = os.pipe()
        with HeldPort() as port:
            process = subprocess.Popen([BINARY, "--port", str(port.number)], stdout=writing,
                                       stderr=subprocess.DEVNULL, env=environment())
            os.close(reading), os.close(writing)
            ready = run("ready", "--wait", "30s", "--url", f"http://127.0.0.1:{port.number}")
            process.send_signal(signal.SIGTERM)
            self.assertEqual((ready.returncode, process.wait(PATIENCE)), (0, 0))


class Precedence(CommandLine):
    """Flag before environment before scenario before default."""

    def ready(self, *arguments, env=None, port=0):
        with Emulator(*arguments, env=env, port=port) as emulator:
            emulator.account().balance()
            return emulator.ready

    def test_of_the_port(self):
        with HeldPort() as port:
            env = {"NEXO_MOCK_PORT": str(port.number)}
            self.assertEqual(self.ready(env=env, port=None)["port"], port.number)
            self.assertNotEqual(self.ready(env=env, port=0)["port"], port.number)

    def test_of_the_seed(self):
        with scenario_file({"seed": 3}) as path:
            env = {"NEXO_MOCK_SEED": "2"}
            self.assertEqual(self.ready("--scenario", path, "--seed", "1", env=env)["seed"], 1)
            self.assertEqual(self.ready("--scenario", path, env=env)["seed"], 2)
            self.assertEqual(self.ready("--scenario", path)["seed"], 3)
        self.assertNotEqual(self.ready()["seed"], self.ready()["seed"])

    def test_of_the_clock(self):
        env = {"NEXO_MOCK_CLOCK": "x60"}
        self.assertEqual(self.ready("--clock", "manual", env=env)["clock"], "manual")
        self.assertEqual(self.ready(env=env)["clock"], "x60")
        self.assertEqual(self.ready()["clock"], "real")

    def test_of_the_scenario(self):
        env = {"NEXO_MOCK_SCENARIO": "realistic"}
        self.assertEqual(self.ready("--scenario", "default", env=env)["scenario"], "default")
        self.assertEqual(self.ready(env=env)["scenario"], "realistic")
        self.assertEqual(self.ready()["scenario"], "default")

    def test_of_what_has_no_place_in_the_ready_line(self):
        env = {"NEXO_MOCK_JSON": "true", "NEXO_MOCK_HOST": "127.0.0.2",
               "NEXO_MOCK_LOG_FORMAT": "json", "NEXO_MOCK_LOG_LEVEL": "info",
               "NEXO_MOCK_THREADS": "2", "NEXO_MOCK_MAX_DELIVERIES": "1"}
        with Emulator("--host", "127.0.0.1", env=env, as_json=False) as emulator:
            self.assertEqual(emulator.ready["url"], f"http://127.0.0.1:{emulator.port}")
            account = emulator.account()
            account.send(), emulator.everything().mock("POST", "reset")
            self.assertTrue(emulator.wait_for_log("reset").startswith("{"))

    def webhooks_of(self, *arguments, env=None, receivers=()):
        """Which of the receivers got the webhook, and which of the secrets signed it."""
        with Emulator("--clock", "instant", *arguments, env=env) as emulator:
            emulator.account().send("+84980000000")
        came = [(index, each.webhooks[0]) for index, each in enumerate(receivers) if each.webhooks]
        self.assertEqual(len(came), 1)
        secrets = "flag", "env", "scenario", "file"
        secret, = [each for each in secrets if came[0][1].is_signed_with(each)]
        for each in receivers:
            each.webhooks.clear()
        return came[0][0], secret

    def test_of_the_webhook_target(self):
        with Receiver() as flag, Receiver() as env, Receiver() as scenario, \
                TemporaryDirectory() as directory, \
                scenario_file({"webhook": {"url": scenario.url(), "secret": "scenario"}}) as path:
            secret_file = Path(directory, "secret")
            secret_file.write_text("file\n")
            from_flag = ["--webhook-url", flag.url(), "--webhook-secret", "flag"]
            from_env = {"NEXO_MOCK_WEBHOOK_URL": env.url(), "NEXO_MOCK_WEBHOOK_SECRET": "env"}
            from_file = {"NEXO_MOCK_WEBHOOK_URL": env.url(),
                         "NEXO_MOCK_WEBHOOK_SECRET_FILE": str(secret_file)}
            of_scenario = ["--scenario", path]
            for arguments, variables, expected in [
                    ([*of_scenario, *from_flag], from_env, (0, "flag")),
                    (of_scenario, from_env, (1, "env")),
                    (of_scenario, {}, (2, "scenario")),
                    (of_scenario, from_file, (1, "file")),
                    ([], from_file, (1, "file")),
                    ([*from_flag[:2], "--webhook-secret-file", str(secret_file)], from_env,
                     (0, "file")),
                    ([*of_scenario, *from_flag[:2]], {}, (0, "scenario")),
                    ([*of_scenario, *from_flag[2:]], {}, (2, "flag")),
                    (from_flag[:2], {"NEXO_MOCK_WEBHOOK_SECRET": "env"}, (0, "env"))]:
                with self.subTest(arguments=arguments, variables=variables):
                    self.assertEqual(self.webhooks_of(*arguments, env=variables,
                                                      receivers=(flag, env, scenario)), expected)

    def test_a_secret_given_by_flag_goes_before_a_file_named_in_the_environment(self):
        with Receiver() as receiver, TemporaryDirectory() as directory:
            secret_file = Path(directory, "secret")
            secret_file.write_text("file")
            env = {"NEXO_MOCK_WEBHOOK_SECRET_FILE": str(secret_file)}
            signed = run("sign", "--secret", "flag", env=env, stdin=b"body")
            self.assertEqual(self.webhooks_of("--webhook-url", receiver.url(), "--webhook-secret",
                                              "flag", env=env, receivers=[receiver]), (0, "flag"))
            self.assertEqual(signed.stdout, run("sign", "--secret", "flag", stdin=b"body").stdout)

    def test_an_empty_variable_is_as_good_as_none(self):
        env = {f"NEXO_MOCK_{option[2:].upper().replace('-', '_')}": "" for option in OPTIONS}
        with Emulator(env=env) as emulator:
            self.assertEqual((emulator.ready["scenario"], emulator.ready["clock"]),
                             ("default", "real"))
            self.assertEqual(emulator.account().send().status, 202)


class Sign(CommandLine):
    def test_a_secret_may_come_from_a_file_or_the_environment(self):
        expected = run("sign", "--secret", "whsec", stdin=b"body").stdout
        self.assertRegex(expected, r"\Asha256=[0-9a-f]{64}\n\Z")
        with TemporaryDirectory() as directory:
            for end in "", "\n", "\r\n":
                path = Path(directory, "secret")
                path.write_text("whsec" + end)
                self.assertEqual(run("sign", "--secret-file", str(path), stdin=b"body").stdout,
                                 expected)
                env = {"NEXO_MOCK_WEBHOOK_SECRET_FILE": str(path)}
                self.assertEqual(run("sign", stdin=b"body", env=env).stdout, expected)
        env = {"NEXO_MOCK_WEBHOOK_SECRET": "whsec"}
        self.assertEqual(run("sign", stdin=b"body", env=env).stdout, expected)


class Ready(CommandLine):
    def test_it_says_whether_an_emulator_answers(self):
        with Emulator() as emulator:
            for url in emulator.url, emulator.url + "/":
                done = run("ready", "--url", url)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
            env = {"NEXO_MOCK_PORT": str(emulator.port)}
            self.assertEqual(run("ready", env=env).returncode, 0)
        self.assert_refused(["ready", "--url", emulator.url], emulator.url, code=1)

    def test_it_waits_for_one_that_is_being_started(self):
        with HeldPort() as port:
            listener = port.listen()
            asking = subprocess.Popen([BINARY, "ready", "--wait", "60s", "--url",
                                       f"http://127.0.0.1:{port.number}"], env=environment(),
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            listener.accept()[0].close()  # it asked and got no answer, so now it is waiting
            listener.close()
            self.assertIsNone(asking.poll())
            with Emulator(port=port.number):
                self.assertEqual(asking.wait(PATIENCE), 0)
            self.assertEqual(asking.communicate()[1], b"")

    def test_it_gives_up_after_its_time(self):
        with HeldPort() as port:
            self.assert_refused(["ready", "--wait", "300ms", "--url",
                                 f"http://127.0.0.1:{port.number}"],
                                "connection refused", code=1)

    def test_something_else_that_answers_is_not_ready(self):
        with Receiver(404) as other:
            self.assert_refused(["ready", "--url", other.url(path="")], "404", code=1)

    def test_what_is_no_url_or_time_is_wrong_usage(self):
        for arguments in ["--url", "localhost"], ["--url", "ftp://localhost"], ["--wait", "soon"]:
            self.assert_refused(["ready", *arguments], arguments[0])


class Log(CommandLine):
    KEY, CODE, SECRET = "sk_live_very_confidential", "73918264", "whsec_confidential"

    def busy_life(self, *options):
        """What is logged while much happens."""
        with Receiver(500) as receiver, \
                Emulator("--clock", "manual", "--webhook-url", receiver.url(),
                         "--webhook-secret", self.SECRET, *options) as emulator:
            account = emulator.account(self.KEY)
            account.send(code=self.CODE)
            account.send("x", self.CODE)
            account.send("+84980000043", self.CODE)
            account.call("POST", "/api/v1/send-otp", f'{{"code":"{self.CODE}"')
            account.mock("GET", "otp/+84981234567")
            account.mock("PUT", "clock", {"now": "2040-01-01T00:00:00Z"})
            account.advance(to="idle")
            account.mock("POST", "reset")
            no_host = f"GET / HTTP/1.1\r\nAuthorization: Bearer {self.KEY}\r\n\r\n"
            emulator.exchange(no_host.encode())
            emulator.stop()
            return emulator.log()

    def test_neither_keys_nor_codes_nor_secrets_are_ever_in_it(self):
        for form in "text", "json":
            log = self.busy_life("--log-level", "debug", "--log-format", form)
            self.assertIn("webhook given up", log)
            self.assertIn("the body is not one JSON object", log)
            self.assertIn("sk_live_…al", log)
            for hidden in self.KEY, self.KEY[8:], self.CODE, self.SECRET:
                self.assertNotIn(hidden, log)

    def test_json_is_an_object_a_line(self):
        lines = self.busy_life("--log-level", "debug", "--log-format", "json").splitlines()
        self.assertTrue(lines)
        for line in lines:
            record = json.loads(line)
            self.assertRegex(record["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIn(record["level"], ["debug", "info", "warn", "error"])
            self.assertTrue(record["message"])

    def test_text_is_a_line_an_event(self):
        for line in self.busy_life().splitlines():
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|warn|error) \w")

    def test_a_level_keeps_what_is_below_it_out(self):
        levels = {line.split()[1] for line in self.busy_life("--log-level", "warn").splitlines()}
        self.assertEqual(levels, {"warn"})
        self.assertEqual(self.busy_life("--log-level", "off"), "")
