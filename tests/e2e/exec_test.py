"""`exec`: an emulator around a command, which lives as if nothing were around it."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from contextlib import contextmanager
from pathlib import Path

from client import Account
from emulator import BINARY, PATIENCE, HeldPort, environment, run
from receiver import Receiver
from scenario_files import scenario_file

PYTHON = sys.executable
# A child that tells who it is, and then waits for a signal or the end of its input.
TELL = ("import json, os, signal, sys\n"
        "print(json.dumps({'pid': os.getpid(), 'ppid': os.getppid(),"
        " 'env': {k: v for k, v in os.environ.items() if k.startswith('NEXO')}}), flush=True)\n")
WAIT = TELL + "sys.stdin.read()\n"
SEND = ("import json, os, sys, urllib.request\n"
        "def call(path, body=None, base=os.environ['NEXO_BASE_URL']):\n"
        "    request = urllib.request.Request(base + path, body and json.dumps(body).encode(),\n"
        "        {'Authorization': 'Bearer ' + os.environ['NEXO_KEY']})\n"
        "    return json.load(urllib.request.urlopen(request))\n"
        "def send(phone='+84981234567'):\n"
        "    return call('/send-otp', {'phone': phone, 'code': '482917'})\n"
        "def read_code(phone='+84981234567'):\n"
        "    return call('/_mock/otp/' + phone, base=os.environ['NEXO_MOCK_URL'])['code']\n")


PATH = "/a&'b"  # what XML has to escape


def python(text, *options, env=None, stdin=b""):
    """exec with the options around a Python program."""
    return run("exec", *options, "--", PYTHON, "-c", text, env=env, stdin=stdin)


@contextmanager
def running(*options, child=WAIT, **how):
    """exec around a child that has told who it is: the process, and what was told."""
    process = subprocess.Popen([BINARY, "exec", *options, "--", PYTHON, "-c", child],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment(), **how)
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        for stream in process.stdin, process.stdout, process.stderr:
            stream.close()


def port_of(told):
    return int(told["env"]["NEXO_MOCK_URL"].rsplit(":", 1)[1])


class Exec(unittest.TestCase):
    def assert_gone(self, pid):
        """The process is no more, or about to be: it is waited for."""
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        ended, _, _ = select.select([descriptor], [], [], PATIENCE)
        os.close(descriptor)
        self.assertTrue(ended, f"process {pid} is still there")

    def assert_closed(self, port):
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()

    def assert_nothing_left(self, told):
        self.assert_gone(told["pid"])
        self.assert_closed(port_of(told))


class Environment(Exec):
    def told(self, *options, env=None):
        done = python(TELL, *options, env=env)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)["env"]

    def test_the_child_learns_where_the_emulator_is_and_a_key(self):
        env = self.told("--seed", "42")
        self.assertRegex(env["NEXO_MOCK_URL"], r"\Ahttp://127\.0\.0\.1:\d+\Z")
        self.assertEqual(env["NEXO_BASE_URL"], env["NEXO_MOCK_URL"] + "/api/v1")
        self.assertEqual(env["NEXO_KEY"], "sk_live_exec_42")
        self.assertEqual(set(env), {"NEXO_MOCK_URL", "NEXO_BASE_URL", "NEXO_KEY"})

    def test_each_run_has_a_key_of_its_own(self):
        self.assertNotEqual(self.told()["NEXO_KEY"], self.told()["NEXO_KEY"])

    def test_what_the_variables_were_before_does_not_count(self):
        env = self.told("--seed", "1", env={"NEXO_KEY": "sk_live_real", "NEXO_OTHER": "stays",
                                            "NEXO_BASE_URL": "https://nexoroute.dev/api/v1"})
        self.assertEqual(env["NEXO_KEY"], "sk_live_exec_1")
        self.assertIn("127.0.0.1", env["NEXO_BASE_URL"])
        self.assertEqual(env["NEXO_OTHER"], "stays")

    def test_where_keys_are_listed_the_first_good_one_is_taken_and_works(self):
        scenario = {"api": {"keys": "listed"}, "rules": [{"then": {"deliver": True}}],
                    "accounts": [{"key": "sk_live_gone", "revoked": True},
                                 {"key": "sk_live_here", "balance": 1}]}
        with scenario_file(scenario) as path:
            self.assertEqual(self.told("--scenario", path)["NEXO_KEY"], "sk_live_here")
            done = python(SEND + "print(send()['status'])", "--scenario", path)
        self.assertEqual((done.returncode, done.stdout), (0, "sent\n"))

    def test_the_webhook_secret_is_told_where_there_is_one(self):
        target = ["--webhook-url", "http://127.0.0.1:1/", "--webhook-secret", "whsec_flag"]
        self.assertEqual(self.told(*target)["NEXO_WEBHOOK_SECRET"], "whsec_flag")
        own = {"webhook": {"url": "http://127.0.0.1:1/", "secret": "whsec_own"}}
        with scenario_file(own) as path:
            self.assertEqual(self.told("--scenario", path)["NEXO_WEBHOOK_SECRET"], "whsec_own")

    def test_the_control_token_is_handed_on_and_used(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "token")
            path.write_text("from a file\n")
            env = self.told(env={"NEXO_MOCK_CONTROL_TOKEN_FILE": str(path)})
        self.assertEqual(env["NEXO_MOCK_CONTROL_TOKEN"], "from a file")
        self.assertNotIn("NEXO_MOCK_CONTROL_TOKEN_FILE", env)
        done = run("exec", "--control-token", "secret", "--verify", "--", BINARY, "ready")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("is ready", done.stdout)

    def test_an_address_that_stands_for_all_is_told_as_one_that_can_be_called(self):
        done = python(TELL, "--host", "0.0.0.0", "--log-level", "off")
        self.assertIn("http://127.0.0.1:", json.loads(done.stdout)["env"]["NEXO_MOCK_URL"])

    def test_ready_inside_of_it_needs_no_url(self):
        done = run("exec", "--", BINARY, "ready")
        self.assertRegex(done.stdout, r"\Ahttp://127\.0\.0\.1:\d+ is ready\n\Z")


class Streams(Exec):
    def test_the_child_has_the_standard_streams_to_itself(self):
        done = run("exec", "--", "sh", "-c", "cat; echo told >&2", stdin=b"given")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "given", "told\n"))

    def test_its_arguments_come_to_it_as_they_are(self):
        odd = ["", "-q", "--seed", "[a,b]", "--", "a b", "*", "{}", "%%", "--help"]
        done = run("exec", "--", PYTHON, "-c", "import sys, json; print(json.dumps(sys.argv[1:]))",
                   *odd)
        self.assertEqual(json.loads(done.stdout), odd)

    def test_it_inherits_descriptors_that_were_open_and_none_of_the_emulators(self):
        listing = "import os; print(sorted(int(n) for n in os.listdir('/proc/self/fd')))"
        reading, writing = os.pipe()
        done = subprocess.run([BINARY, "exec", "--", PYTHON, "-c", listing], env=environment(),
                              capture_output=True, pass_fds=[reading], timeout=PATIENCE)
        os.close(reading), os.close(writing)
        found = json.loads(done.stdout)
        self.assertIn(reading, found)
        self.assertEqual(len(found), 5)  # three streams, the pipe, and the one that lists

    def test_signals_mean_to_it_what_they_usually_do(self):
        text = ("import signal\n"
                "print(signal.pthread_sigmask(signal.SIG_BLOCK, []) == set())\n"
                "print(open('/proc/self/status').read().split('SigIgn:')[1].split()[0])")
        done = run("exec", "--", PYTHON, "-I", "-c", text)
        blocked, ignored = done.stdout.split()
        self.assertEqual(blocked, "True")
        of_python = (1 << (signal.SIGPIPE - 1)) | (1 << (signal.SIGXFSZ - 1))
        self.assertEqual(int(ignored, 16) & ~of_python, 0)
        done = run("exec", "--", "sh", "-c", "kill -PIPE $$; echo survived")
        self.assertEqual((done.returncode, done.stdout), (128 + signal.SIGPIPE, ""))


class ExitCodes(Exec):
    def test_are_the_childs(self):
        for code in 0, 1, 3, 42, 255:
            with self.subTest(code=code):
                self.assertEqual(run("exec", "--", "sh", "-c", f"exit {code}").returncode, code)

    def test_of_a_child_that_a_signal_killed_are_above_128_and_told(self):
        for which in signal.SIGSEGV, signal.SIGKILL, signal.SIGTERM:
            with self.subTest(which=which):
                done = python(f"import os; os.kill(os.getpid(), {int(which)})")
                self.assertEqual(done.returncode, 128 + which)
                self.assertIn(f"killed by signal {int(which)}", done.stderr)

    def test_a_failure_is_logged_with_the_seed_that_makes_it_happen_again(self):
        done = run("exec", "--seed", "77", "--", "false")
        self.assertEqual(done.returncode, 1)
        self.assertIn("seed=77", done.stderr)
        self.assertEqual(run("exec", "--log-level", "off", "--", "false").stderr, "")

    def test_a_command_that_is_not_there_is_127_and_one_that_can_not_be_run_126(self):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "script")
            script.write_text("#!/bin/sh\n")
            for command, code in [("no-such-command", 127), (f"{folder}/nothing", 127),
                                  (str(script), 126), (folder, 126)]:
                with self.subTest(command=command):
                    done = run("exec", "--", command)
                    self.assertEqual((done.returncode, done.stdout), (code, ""))
                    self.assertRegex(done.stderr, r"\Anexo-mock: can't run [^\n]+\n\Z")
                    self.assertIn(command, done.stderr)

    def test_a_port_in_use_is_1_and_the_command_does_not_run(self):
        with HeldPort() as port, port.listen():
            done = run("exec", "--port", str(port.number), "--", "echo", "ran")
        self.assertEqual((done.returncode, done.stdout), (1, ""))

    def test_wrong_usage_is_2_and_the_command_does_not_run(self):
        for arguments, says in [(["--", ], "exec needs a command"), ([], "exec needs a command"),
                                (["echo"], 'behind "--"'), (["pytest", "-q"], 'behind "--"'),
                                (["--sed", "1", "--", "echo"], '"--seed"'),
                                (["--scenario", "none.json", "--", "echo"], "none.json"),
                                (["--junit", "x.xml", "--", "echo"], "--verify"),
                                (["--verify", "--junit", "/nowhere/x.xml", "--", "echo"],
                                 "/nowhere/x.xml"),
                                (["--verify", "--checks", "all", "--", "echo"], "--checks")]:
            with self.subTest(arguments=arguments):
                done = run("exec", *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(says, done.stderr)


class NothingLeft(Exec):
    def test_after_children_that_pass_fail_crash_and_are_killed(self):
        ends = {"pass": "", "fail": "sys.exit(1)", "crash": "os.kill(os.getpid(), signal.SIGSEGV)",
                "killed": "os.kill(os.getpid(), signal.SIGKILL)"}
        for name, end in ends.items():
            with self.subTest(name):
                done = python(TELL + end, "--scenario", "flaky")
                self.assert_nothing_left(json.loads(done.stdout))

    def test_while_it_runs_the_child_is_its_only_one(self):
        with running() as (process, told):
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            self.assertEqual(children, [str(told["pid"])])
            self.assertEqual(told["ppid"], process.pid)
            process.stdin.close()
            self.assertEqual(process.wait(PATIENCE), 0)
            self.assert_nothing_left(told)

    def test_when_exec_itself_is_killed_the_child_is_told_to_end(self):
        with running() as (process, told):
            process.kill()
            process.wait(PATIENCE)
            self.assert_nothing_left(told)

    def test_two_at_once_do_not_meet(self):
        with running() as (one, told_one), running() as (other, told_other):
            self.assertNotEqual(port_of(told_one), port_of(told_other))
            self.assertNotEqual(told_one["env"]["NEXO_KEY"], told_other["env"]["NEXO_KEY"])
            one.stdin.close()
            self.assertEqual(one.wait(PATIENCE), 0)
            account = Account(told_other["env"]["NEXO_MOCK_URL"], told_other["env"]["NEXO_KEY"])
            self.assertEqual(account.balance().status, 200)
            account.close()
            other.stdin.close()
            self.assertEqual(other.wait(PATIENCE), 0)


class Signals(Exec):
    HANDLER = ("def handle(number, _):\n"
               "    print(number, flush=True)\n"
               "    sys.exit(7)\n"
               "import signal, sys\n"
               "for each in signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, "
               "signal.SIGUSR1, signal.SIGUSR2:\n"
               "    signal.signal(each, handle)\n")

    def test_are_passed_on_and_the_childs_answer_counts(self):
        for which in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT,
                      signal.SIGUSR1, signal.SIGUSR2):
            with self.subTest(which=which), running(child=self.HANDLER + WAIT) as (process, told):
                process.send_signal(which)
                self.assertEqual(process.stdout.readline(), b"%d\n" % which)
                self.assertEqual(process.wait(PATIENCE), 7)
                self.assert_nothing_left(told)

    def test_one_that_kills_the_child_ends_all(self):
        with running() as (process, told):
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(PATIENCE), 128 + signal.SIGTERM)
            self.assert_nothing_left(told)

    def on_a_terminal(self, child, key=b"\x03"):
        """exec as a shell's foreground process on a terminal, on which the key is typed once the child
        has said a line: its exit code, and all that was said."""
        pid, terminal = pty.fork()
        if pid == 0:
            # The shell stays until all was read: what is unread is lost with a session's leader.
            os.execve("/bin/sh", ["sh", "-c", 'trap : INT; "$@"; echo "code:$?"; read -r end', "sh",
                                  BINARY, "exec", "--log-level", "off", "--", PYTHON, "-c", child],
                      environment())
        said = b""
        while not re.search(rb"waiting\r\n", said):
            said += os.read(terminal, 4096)
        os.write(terminal, key)
        while not (code := re.search(rb"code:(\d+)\r\n", said)):
            said += os.read(terminal, 4096)
        os.write(terminal, b"\n")
        os.waitpid(pid, 0)
        os.close(terminal)
        return int(code[1]), said.decode()

    COUNTING = ("import signal, sys, threading\n"
                "count = 0\n"
                "def handle(*_):\n"
                "    global count\n"
                "    count += 1\n"
                "signal.signal(signal.SIGINT, handle)\n"
                "print('waiting', flush=True)\n"
                "while count == 0: signal.pause()\n"
                # Another one would have come by now, or comes at once.
                "again = signal.sigtimedwait([signal.SIGUSR1], 0.3)\n"
                "print('interrupted', count, flush=True)\n"
                "sys.exit(5)\n")

    def test_ctrl_c_reaches_the_child_once_and_exec_waits_for_it(self):
        code, said = self.on_a_terminal(self.COUNTING)
        self.assertEqual(code, 5)
        self.assertIn("interrupted 1", said)

    def test_ctrl_c_ends_both_where_the_child_does_not_mind_it(self):
        code, said = self.on_a_terminal(
            "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
            "print('waiting', flush=True)\nsignal.pause()")
        self.assertEqual(code, 128 + signal.SIGINT)
        self.assertIn("killed by signal 2", said)


class Verify(Exec):
    def test_a_run_that_left_nothing_is_clean(self):
        done = python(SEND + "send(); read_code()", "--verify")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_run_that_left_something_fails_with_3_and_says_what(self):
        done = python(SEND + "send()", "--scenario", "flaky", "--verify")
        self.assertEqual(done.returncode, 3)
        self.assertIn("nexo-mock: verify: 1 code never read\n", done.stderr)
        self.assertIn("+84981234567", done.stderr)

    def test_without_it_nobody_minds(self):
        self.assertEqual(python(SEND + "send()").returncode, 0)

    def test_only_the_checks_that_are_named_are_made(self):
        done = python(SEND + "send()", "--verify", "--checks", "webhooks,requests")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(python(SEND + "send()", "--verify", "--checks", "codes").returncode, 3)

    def test_a_child_that_failed_has_the_last_word_and_what_was_left_is_told(self):
        done = python(SEND + "send(); sys.exit(9)", "--verify")
        self.assertEqual(done.returncode, 9)
        self.assertIn("1 code never read", done.stderr)

    def test_a_child_that_was_killed_has_it_too(self):
        done = python(SEND + "send(); os.kill(os.getpid(), 11)", "--verify")
        self.assertEqual(done.returncode, 139)
        self.assertIn("1 code never read", done.stderr)

    def test_a_webhook_on_its_way_is_waited_for(self):
        child = SEND + "send('+84980000000'); read_code('+84980000000')"
        with Receiver(200) as receiver:
            target = ["--webhook-url", receiver.url(), "--webhook-secret", "whsec"]
            for _ in range(5):
                done = python(child, "--verify", *target)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                receiver.get()

    def test_a_webhook_that_nobody_takes_is_told(self):
        with HeldPort() as port:
            done = python(SEND + "send('+84980000000'); read_code('+84980000000')", "--verify",
                          "--webhook-url", f"http://127.0.0.1:{port.number}/", "--webhook-secret",
                          "whsec", "--log-level", "off")
        self.assertEqual(done.returncode, 3)
        self.assertIn("1 webhook not acknowledged", done.stderr)
        self.assertIn("connection refused", done.stderr)


class Junit(Exec):
    def report(self, text, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "report.xml")
            done = python(text, "--verify", "--junit", str(path), *options)
            self.said = done.stderr
            self.assertEqual(os.listdir(folder), ["report.xml"], self.said)
            return done.returncode, ElementTree.parse(path).getroot()

    def test_a_clean_run_has_a_passed_case_for_each_check(self):
        code, root = self.report(SEND + "send(); read_code()", "--seed", "5")
        self.assertEqual(code, 0, self.said)
        suite, = root.findall("testsuite")
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("4", "0"))
        self.assertEqual([case.get("name") for case in suite.findall("testcase")],
                         ["webhooks", "codes", "rules", "requests"])
        self.assertEqual(root.findall(".//failure"), [])
        properties = {each.get("name"): each.get("value") for each in root.iter("property")}
        self.assertEqual(properties, {"scenario": "default", "seed": "5"})

    def test_failures_are_told_in_the_case_of_their_check(self):
        code, root = self.report(SEND + "send(); send('+84987654321')\n"
                                 f"try: call({PATH!r})\nexcept Exception: pass")
        self.assertEqual(code, 3, self.said)
        cases = {case.get("name"): case.find("failure") for case in root.iter("testcase")}
        self.assertIsNone(cases["webhooks"])
        self.assertEqual(cases["codes"].get("message"), "2 codes never read")
        self.assertEqual(len(cases["codes"].text.strip().splitlines()), 2)
        self.assertIn(PATH + " was refused with 404", cases["requests"].text)
        suite, = root.findall("testsuite")
        self.assertEqual(suite.get("failures"), "2")

    def test_any_text_is_well_formed_xml(self):
        rule = {"name": "<&\"'\u0001>]]>", "when": {"phone": "+84911111111"},
                "then": {"deliver": True}}
        with scenario_file({"name": "a<b>&\"c\"", "rules": [rule]}) as path:
            code, root = self.report("", "--scenario", path)
        self.assertEqual(code, 3, self.said)
        failure, = root.iter("failure")
        self.assertEqual(failure.get("type"), "rules")
        self.assertIn("<&\"'", failure.text)
        self.assertIn("]]>", failure.text)

    def test_it_is_written_when_the_child_failed_too_in_the_place_of_an_old_one(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "report.xml")
            path.write_text("old")
            done = python("import sys; sys.exit(1)", "--verify", "--junit", str(path))
            self.assertEqual(done.returncode, 1)
            self.assertEqual(ElementTree.parse(path).getroot().tag, "testsuites")


class Options(Exec):
    def test_are_those_of_serve(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "state.json")
            done = python(SEND + "send(); print(call('/balance')['balance'])", "--clock", "manual",
                          "--seed", "3", "--threads", "2", "--export-on-exit", str(path))
            self.assertEqual((done.returncode, done.stdout), (0, "0.088\n"))
            again = python(SEND + "print(call('/balance')['balance'])", "--seed", "3", "--import",
                           str(path))
        self.assertEqual((again.returncode, again.stdout), (0, "0.088\n"))

    def test_may_come_from_the_environment(self):
        done = python(TELL, env={"NEXO_MOCK_SEED": "99"})
        self.assertEqual(json.loads(done.stdout)["env"]["NEXO_KEY"], "sk_live_exec_99")

    def test_the_emulator_is_quiet_unless_asked(self):
        refused = SEND + "\ntry: call('/nothing')\nexcept Exception: pass"
        self.assertEqual(python(SEND + "send()").stderr, "")
        self.assertIn("404", python(refused, "--log-level", "info").stderr)


class OverHttps(unittest.TestCase):
    def test_the_command_is_told_of_https_and_of_what_to_trust(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        done = python("import os, urllib.request\n"
                      "os.environ['SSL_CERT_FILE'] = os.environ['NEXO_CA_FILE']\n"
                      "print(urllib.request.urlopen(os.environ['NEXO_TLS_URL'] +"
                      " '/_mock/health').status)\n",
                      "--tls-port", "0", "--tls-self-signed", folder)
        self.assertEqual((done.returncode, done.stdout), (0, "200\n"), done.stderr)

    def test_without_it_nothing_is_told(self):
        done = python("import os; print([n for n in os.environ if n in "
                      "('NEXO_TLS_URL', 'NEXO_CA_FILE')])")
        self.assertEqual((done.returncode, done.stdout), (0, "[]\n"), done.stderr)
