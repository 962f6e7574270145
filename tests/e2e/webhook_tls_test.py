"""Webhooks to https receivers: certificates are verified, unless a scenario says otherwise."""

import subprocess
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from emulator import Emulator, run
from receiver import Receiver, server_tls
from scenario_files import scenario_file

SECRET = "whsec_e2e"
EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Authority:
    """A certificate authority in a directory, made with openssl."""

    def __init__(self, directory, name):
        self.directory = Path(directory)
        self.name = name
        self.certificate = self._file(".crt")
        self._openssl("req", "-x509", *EC_KEY, "-days", "2", "-subj", f"/CN={name}",
                      "-keyout", self._file(".key"), "-out", self.certificate)

    def _file(self, end):
        return str(self.directory / (self.name + end))

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60,
                       cwd=self.directory)

    def tls_for(self, names, days="2"):
        """A server's TLS with a certificate for the names, like "DNS:localhost,IP:127.0.0.1"."""
        key, request, certificate, extra = (self._file(f"-server{end}")
                                            for end in (".key", ".csr", ".crt", ".ext"))
        Path(extra).write_text(f"subjectAltName={names}\n")
        self._openssl("req", *EC_KEY, "-subj", "/CN=receiver", "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate,
                      "-CAkey", self._file(".key"), "-CAcreateserial", "-days", days,
                      "-extfile", extra, "-out", certificate)
        return server_tls(certificate, key)


class WebhooksOverTls(unittest.TestCase):
    def setUp(self):
        self.directory = self.enterContext(TemporaryDirectory())
        self.authority = Authority(self.directory, "ours")

    def attempt(self, names="DNS:localhost,IP:127.0.0.1", host="localhost", days="2", **webhook):
        """The one attempt to reach a receiver whose certificate is ours; and the receiver."""
        receiver = self.enterContext(Receiver(tls=self.authority.tls_for(names, days)))
        path = self.enterContext(scenario_file(
            {"webhook": {"url": receiver.url(host), "secret": SECRET, "retry": [], **webhook}}))
        emulator = self.enterContext(Emulator("--clock", "manual", "--scenario", path))
        account = emulator.account()
        sent = account.send_id()
        account.advance(to="idle")
        attempt, = account.attempts(sent)
        return attempt, receiver

    def assert_refused(self, outcome):
        attempt, receiver = outcome
        self.assertIsNone(attempt["status"])
        self.assertIn("certificate verify failed", attempt["error"])
        receiver.get_nothing()

    def test_a_receiver_of_a_trusted_authority_gets_its_webhooks(self):
        for host in "localhost", "127.0.0.1":
            with self.subTest(host=host):
                attempt, receiver = self.attempt(host=host, ca_file=self.authority.certificate)
                self.assertEqual((attempt["status"], attempt["error"]), (200, None))
                self.assertTrue(receiver.get().is_signed_with(SECRET))

    def test_the_connection_is_kept_over_tls_too(self):
        receiver = self.enterContext(Receiver(tls=self.authority.tls_for("DNS:localhost")))
        path = self.enterContext(scenario_file(
            {"webhook": {"url": receiver.url("localhost"), "secret": SECRET,
                         "ca_file": self.authority.certificate}}))
        emulator = self.enterContext(Emulator("--clock", "manual", "--scenario", path))
        account = emulator.account()
        for _ in range(3):
            account.send()
            account.advance(to="idle")
        self.assertEqual(len({receiver.get().connection for _ in range(3)}), 1)

    def test_an_authority_nobody_knows_is_not_trusted(self):
        self.assert_refused(self.attempt())

    def test_another_authority_does_not_vouch_for_it(self):
        self.assert_refused(self.attempt(ca_file=Authority(self.directory, "other").certificate))

    def test_a_certificate_of_another_name_is_refused(self):
        self.assert_refused(self.attempt(names="DNS:example.com",
                                         ca_file=self.authority.certificate))

    def test_an_expired_certificate_is_refused(self):
        self.assert_refused(self.attempt(days="-1", ca_file=self.authority.certificate))

    def test_insecure_accepts_any_certificate(self):
        attempt, receiver = self.attempt(names="DNS:example.com", insecure=True)
        self.assertEqual(attempt["status"], 200)
        self.assertTrue(receiver.get().is_signed_with(SECRET))

    def test_a_receiver_that_speaks_no_tls_fails_the_attempt(self):
        with Receiver() as plain:
            path = self.enterContext(scenario_file(
                {"webhook": {"url": plain.url().replace("http:", "https:"), "secret": SECRET,
                             "retry": []}}))
            emulator = self.enterContext(Emulator("--clock", "manual", "--scenario", path))
            account = emulator.account()
            sent = account.send_id()
            account.advance(to="idle")
            self.assertIn("wrong version number", account.attempts(sent)[0]["error"])
            plain.get_nothing()

    def test_an_authority_that_can_not_be_read_is_a_mistake_of_the_scenario(self):
        with scenario_file({"webhook": {"ca_file": "/nowhere/ca.crt"}}) as path:
            done = run("--port", "0", "--scenario", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nowhere/ca.crt", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
