"""docs/local-development.md: its HTTPS commands run, and clients trust the emulator the way it says."""

import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import documents
from emulator import SLOWNESS, Emulator, environment

PAGE = documents.read("local-development.md")
PATIENCE = 120 * SLOWNESS  # seconds; go may have to compile its library first

PYTHON = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().decode())"
REQUESTS = "import sys, requests; print(requests.get(sys.argv[1]).text)"
NODE = "fetch(process.argv[1]).then(async r => console.log(await r.text()))"
RUBY = "require 'net/http'; puts Net::HTTP.get(URI(ARGV[0]))"
PHP = "$c = curl_init($argv[1]); curl_exec($c) or exit(1);"
GO = """package main

import (
	"io"
	"net/http"
	"os"
)

func main() {
	reply, err := http.Get(os.Args[1])
	if err != nil {
		panic(err)
	}
	io.Copy(os.Stdout, reply.Body)
}
"""
JAVA = """import java.net.URI;

class Ask {
    public static void main(String[] arguments) throws Exception {
        System.out.println(new String(URI.create(arguments[0]).toURL().openStream().readAllBytes()));
    }
}
"""


def rows(page):
    """What the table of clients says, by the client."""
    table = page[page.index("| client | how |"):].split("\n\n")[0]
    return dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE))


class Https(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        self.emulator = self.enterContext(
            Emulator("--tls-port", "0", "--tls-self-signed", "./certs", cwd=self.folder))
        self.url = self.emulator.ready["tls_url"]

    def run_in_folder(self, *command, **variables):
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True,
                              env=environment(variables), timeout=PATIENCE)

    def test_curl_needs_no_change_of_the_machine(self):
        blocks = [text for language, text in documents.blocks(PAGE)
                  if language == "bash" and "ca.pem" in text and "curl" in text]
        self.assertEqual(len(blocks), 1)
        port = self.url.rsplit(":", 1)[1]
        done = self.run_in_folder("bash", "-euc", blocks[0].replace("8443", port))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count('"ok":true'), 2)

    def trusts(self, client, *command, needs=(), **other):
        """The client refuses the certificate, and takes it once it is told what the table says."""
        if missing := [each for each in (command[0], *needs) if not shutil.which(each)]:
            self.skipTest(f"there is no {missing[0]}")
        told = dict(re.findall(r"`(\w+)=(certs/ca\.pem)`", rows(PAGE)[client]))
        ask = [*command, f"{self.url}/_mock/health"]
        self.assertNotEqual(self.run_in_folder(*ask, **other).returncode, 0)
        done = self.run_in_folder(*ask, **other, **told)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"status":"ok"', done.stdout)

    def test_curl_takes_a_variable(self):
        self.trusts("curl", "curl", "-sS")

    def test_node_takes_a_variable(self):
        self.trusts("Node.js", "node", "-e", NODE)

    def test_python_takes_a_variable(self):
        self.trusts("Python: urllib, and whatever uses `ssl`", "python3", "-c", PYTHON)

    def test_pythons_requests_take_a_variable(self):
        if self.run_in_folder("python3", "-c", "import requests").returncode != 0:
            self.skipTest("there are no requests")
        self.trusts("Python: requests", "python3", "-c", REQUESTS)

    def test_go_takes_a_variable(self):
        (self.folder / "ask.go").write_text(GO)
        self.trusts("Go, on Linux", "go", "run", "ask.go")

    def test_ruby_takes_a_variable(self):
        self.trusts("Ruby", "ruby", "-e", RUBY)

    def test_php_takes_a_setting(self):
        if not shutil.which("php") or "curl" not in self.run_in_folder("php", "-m").stdout:
            self.skipTest("there is no php with curl")
        setting = re.search(r"`php -d (\S+)`", rows(PAGE)["PHP: curl"])[1]
        ask = ["-r", PHP, f"{self.url}/_mock/health"]
        self.assertNotEqual(self.run_in_folder("php", *ask).returncode, 0)
        self.assertIn('"status":"ok"', self.run_in_folder("php", "-d", setting, *ask).stdout)

    def test_java_takes_a_trust_store(self):
        if not shutil.which("javac"):
            self.skipTest("there is no javac")
        (self.folder / "Ask.java").write_text(JAVA)
        ask = f"Ask.java {self.url}/_mock/health"
        self.assertNotEqual(self.run_in_folder("bash", "-c", f"java {ask}").returncode, 0)
        block = next(text for language, text in documents.blocks(PAGE) if "keytool" in text)
        done = self.run_in_folder("bash", "-euc", block.replace("-jar app.jar", ask))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"status":"ok"', done.stdout)


@unittest.skipUnless(shutil.which("ruby"), "YAML is read by Ruby, which is not there")
class ComposeFiles(unittest.TestCase):
    def test_their_variables_start_an_emulator(self):
        texts = [text for language, text in documents.blocks(PAGE) if language == "yaml"]
        self.assertEqual(len(texts), 2)
        for text in texts:
            script = "puts YAML.safe_load(STDIN.read).to_json"
            done = subprocess.run(["ruby", "-ryaml", "-rjson", "-e", script], input=text,
                                  capture_output=True, text=True, check=True, timeout=PATIENCE)
            given = json.loads(done.stdout)["services"]["nexo-mock"]["environment"]
            with self.subTest(given=given), TemporaryDirectory() as folder:
                # What only a container has: its port 443, and its folder.
                given = {name: "0" if name == "NEXO_MOCK_TLS_PORT" else
                         str(value).replace("/state", folder) for name, value in given.items()}
                with Emulator(env=given) as emulator:
                    self.assertEqual("NEXO_MOCK_TLS_PORT" in given,
                                     emulator.ready["tls_url"] is not None)
                    self.assertEqual("NEXO_MOCK_TLS_PORT" in given,
                                     Path(folder, "certs/ca.pem").exists())
