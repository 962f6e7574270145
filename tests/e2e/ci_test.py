"""docs/ci.md: its pipelines are read and their steps run; its examples for Testcontainers are run, with
an emulator in the place of the container."""

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import documents
from emulator import BINARY, REPOSITORY, SLOWNESS, Emulator, HeldPort, environment

PAGE = documents.read("ci.md")
STAND_INS = REPOSITORY / "tests/e2e/testcontainers"
PATIENCE = 240 * SLOWNESS  # seconds; go may have to compile its library first
USUAL = "http://127.0.0.1:8484"


def in_shell(script, folder, **variables):
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
    return subprocess.run(["bash", "-euc", script], cwd=folder, capture_output=True, text=True,
                          env=environment({"PATH": path} | variables), timeout=PATIENCE)


@unittest.skipUnless(shutil.which("ruby"), "YAML is read by Ruby, which is not there")
class Pipelines(unittest.TestCase):
    """Steps with docker in them need a daemon and are left to script/image-test."""

    def setUp(self):
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        binaries = self.folder / "bin"
        binaries.mkdir()
        (binaries / "nexo-mock").symlink_to(BINARY)
        # An application's tests: what they find in their environment is what they were given.
        (binaries / "npm").write_text("#!/bin/sh\necho \"npm $* at $NEXO_BASE_URL\"\n")
        (binaries / "npm").chmod(0o755)
        self.pages = [self.read(text) for language, text in documents.blocks(PAGE)
                      if language == "yaml"]

    def read(self, text):
        script = "puts YAML.safe_load(STDIN.read).to_json"
        done = subprocess.run(["ruby", "-ryaml", "-rjson", "-e", script], input=text,
                              capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, f"{text}\n{done.stderr}")
        return json.loads(done.stdout)

    def workflows(self):
        found = [page for page in self.pages if isinstance(page, dict) and "jobs" in page]
        self.assertEqual(len(found), 2)
        return [page["jobs"]["test"] for page in found]

    def start_service(self, variables):
        """As the image would: with what it is given, and nothing else."""
        given = {name: str(value) for name, value in variables.items()}
        return self.enterContext(Emulator(env=given))

    def run_steps(self, scripts, emulator=None, **variables):
        printed = ""
        for script in scripts:
            if emulator:
                script = script.replace(USUAL, emulator.url).replace(
                    "http://nexoroute.dev:8484", emulator.url)
            done = in_shell(script, self.folder, **variables)
            self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout}{done.stderr}")
            printed += done.stdout
        return printed

    def test_a_step_of_a_workflow_is_an_action_or_a_command(self):
        lists = [page for page in self.pages if isinstance(page, list)]
        for steps in [job["steps"] for job in self.workflows()] + lists:
            for step in steps:
                self.assertEqual(sum(kind in step for kind in ("uses", "run")), 1, step)

    def test_the_workflow_with_steps_runs_the_tests_in_an_emulator(self):
        steps = self.workflows()[0]["steps"]
        scripts = [step["run"] for step in steps if "docker" not in step.get("run", "docker")]
        self.assertRegex(self.run_steps(scripts), r"^npm test at http://127\.0\.0\.1:\d+/api/v1\n$")
        self.assertIn("<testsuites", (self.folder / "nexo-mock.xml").read_text())

    def test_the_emulator_in_the_background_is_there_when_its_step_ends(self):
        first, second = next(page for page in self.pages if isinstance(page, list))
        with HeldPort() as port:
            own = {"NEXO_MOCK_PORT": str(port.number)}
            ask = f"curl -sS http://127.0.0.1:{port.number}/_mock/clock\nkill $!\nwait $!\n"
            printed = self.run_steps([first["run"] + ask], **own)
        self.assertIn('"mode":"manual"', printed)
        self.assertEqual(second["env"]["NEXO_BASE_URL"], USUAL + "/api/v1")

    def test_the_service_of_the_workflow_is_set_up_by_its_environment(self):
        job = self.workflows()[1]
        emulator = self.start_service(job["services"]["nexo-mock"]["env"])
        health = emulator.everything().mock("GET", "health").json
        self.assertEqual((health["clock"], health["seed"]), ("manual", 1))
        (self.folder / "test").mkdir()
        (self.folder / "test/nexo.json").write_text('{"name": "ours", "rules": []} // mine\n')
        base = job["env"]["NEXO_BASE_URL"].replace(USUAL, emulator.url)
        scripts = [step["run"] for step in job["steps"] if "run" in step]
        printed = self.run_steps(scripts, emulator, NEXO_BASE_URL=base)
        self.assertIn(f"npm test at {emulator.url}/api/v1", printed)
        self.assertEqual(emulator.everything().mock("GET", "health").json["scenario"], "ours")

    def test_the_last_step_fails_and_says_why_if_something_is_left(self):
        emulator = self.enterContext(Emulator())
        emulator.account().send_id()
        last = self.workflows()[1]["steps"][-1]["run"].replace(USUAL, emulator.url)
        done = in_shell(last, self.folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("1 code never read", done.stdout)

    def test_the_jobs_of_gitlab_run_with_a_service_and_without(self):
        with_service, staged = [page for page in self.pages if "test" in page]
        service = with_service["test"]["services"][0]
        self.assertEqual(service["alias"], "nexoroute.dev")
        emulator = self.start_service(service["variables"])
        self.assertEqual(emulator.ready["scenario"], "realistic")
        self.run_steps(with_service["test"]["script"], emulator)
        printed = self.run_steps(staged["test"]["script"])
        self.assertRegex(printed, r"npm test at http://127\.0\.0\.1:\d+/api/v1")


class Testcontainers(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(TemporaryDirectory()))

    def example(self, language, name):
        """The example, written to its file."""
        texts = documents.named_blocks(PAGE, language)[name]
        self.assertEqual(len(texts), 1)
        path = self.folder / name
        path.write_text(texts[0])
        return path

    def run_example(self, *command, **variables):
        if not shutil.which(command[0]):
            self.skipTest(f"there is no {command[0]}")
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True,
                              env=environment({"NEXO_MOCK_BIN": BINARY} | variables),
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_the_example_in_python_passes(self):
        self.example("python", "test_login.py")
        script = "import pytest, test_login; print(pytest.run(test_login), 'passed')"
        printed = self.run_example("python3", "-c", script, PYTHONPATH=str(STAND_INS / "python"),
                                   PYTHONDONTWRITEBYTECODE="1")
        self.assertIn("1 passed", printed)

    def test_the_example_in_javascript_passes(self):
        path = self.example("js", "login.test.mjs")
        shutil.copytree(STAND_INS / "node", self.folder / "node_modules")
        self.assertRegex(self.run_example("node", "--test", path.name), r"pass 1\n")

    def test_the_example_in_go_passes(self):
        self.example("go", "login_test.go")
        library = "github.com/testcontainers/testcontainers-go"
        (self.folder / "go.mod").write_text(
            f"module login\n\ngo 1.18\n\nrequire {library} v0.0.0\n\n"
            f"replace {library} => {STAND_INS / 'go'}\n")
        self.assertIn("--- PASS: TestTheUserHearsTheCode",
                      self.run_example("go", "test", "-v", "-count=1", ".", GOFLAGS="-mod=mod",
                                       GOPROXY="off"))

    def test_the_example_in_java_passes(self):
        self.example("java", "LoginTest.java")
        shutil.copytree(STAND_INS / "java", self.folder, dirs_exist_ok=True)
        self.run_example("javac", "-d", "classes", "RunLoginTest.java")
        self.assertIn("1 passed", self.run_example("java", "-cp", "classes", "RunLoginTest"))
