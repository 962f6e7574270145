"""`verify`: whether a signature fits, and which of the usual mistakes was made."""

import hashlib
import hmac
import json
import tempfile
import unittest
from pathlib import Path

from emulator import run

SECRET = "whsec_test_123"
BODY = ('{"type":"otp.delivered","id":"test","phone":"+84981234567","carrier":"viettel",'
        '"status":"delivered","cost":0.022,"error_code":null,'
        '"created_at":"2026-05-26T10:00:00Z","completed_at":"2026-05-26T10:00:25Z"}')
SIGNATURE = "sha256=b0d823c4ce59b9d7cfd8eacd35c1c47f79824fdcf9e7f40365ad354b292bf20d"
KEY = hashlib.sha256(SECRET.encode()).digest()


def signed(key, body=BODY):
    return "sha256=" + hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


def verify(body=BODY, signature=SIGNATURE, secret=SECRET, *options):
    return run("verify", "--secret", secret, "--signature", signature, *options,
               stdin=body.encode())


class Verify(unittest.TestCase):
    def assert_cause(self, cause, *given):
        done = verify(*given)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        first, second, *_ = done.stdout.splitlines()
        self.assertEqual(first, "the signature does not fit")
        self.assertTrue(second.startswith(f"  {cause}: "), done.stdout)
        return done.stdout

    def test_the_sample_of_the_vendor_fits(self):
        done = verify()
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "the signature fits\n", ""))

    def test_what_sign_prints_fits(self):
        for body in "", "x", BODY, BODY + "\n":
            signature = run("sign", "--secret", SECRET, stdin=body.encode()).stdout.strip()
            self.assertEqual(verify(body, signature).returncode, 0)

    def test_a_body_that_changed_or_was_written_again_is_named_with_the_form_that_fits(self):
        data = json.loads(BODY)
        for changed, words in [
                (BODY + "\n", "without the line end behind it"),
                (BODY + "\r\n", "without the line end behind it"),
                (json.dumps(data), "as compact JSON"), (json.dumps(data, indent=2), "as compact"),
                (json.dumps(data, indent=4), "as compact"),
                (json.dumps(data, separators=(",", ":"), sort_keys=True), "as the vendor writes"),
                (json.dumps(data, sort_keys=True, indent=2), "as the vendor writes it"),
                (BODY.replace("delivered", "failed"), "with the other status"),
                ("", "empty"), (BODY[:-10], "no whole JSON document")]:
            with self.subTest(changed=changed):
                self.assertIn(words, self.assert_cause("body_changed", changed))

    def test_a_signature_of_a_body_that_was_written_again_is_named_too(self):
        for form in json.dumps(json.loads(BODY)), json.dumps(json.loads(BODY), sort_keys=True):
            with self.subTest(form=form):
                self.assert_cause("body_changed", BODY, signed(KEY, form))

    def test_a_secret_that_was_not_hashed_is_named(self):
        self.assertIn("SHA-256 digest of the secret, as 32 raw bytes",
                      self.assert_cause("secret_not_hashed", BODY, signed(SECRET.encode())))

    def test_the_hex_of_the_digest_as_the_key_is_named(self):
        self.assert_cause("hex_digest_as_key", BODY, signed(KEY.hex().encode()))

    def test_a_wrong_secret_is_named(self):
        self.assert_cause("wrong_secret", BODY, SIGNATURE, "whsec_other")

    def test_a_missing_prefix_is_named(self):
        self.assert_cause("missing_prefix", BODY, SIGNATURE[7:])

    def test_upper_case_is_named(self):
        self.assert_cause("upper_case", BODY, "sha256=" + SIGNATURE[7:].upper())

    def test_the_body_may_be_a_file_and_the_secret_in_a_file_or_a_variable(self):
        with tempfile.TemporaryDirectory() as folder:
            body, secret = Path(folder, "body.json"), Path(folder, "secret")
            body.write_text(BODY)
            secret.write_text(SECRET + "\n")
            rest = ["--signature", SIGNATURE, str(body)]
            self.assertEqual(run("verify", "--secret-file", str(secret), *rest).returncode, 0)
            env = {"NEXO_MOCK_WEBHOOK_SECRET": SECRET}
            self.assertEqual(run("verify", *rest, env=env).returncode, 0)
            self.assertEqual(run("verify", *rest[:2], "-", env=env,
                                 stdin=BODY.encode()).returncode, 0)

    def test_json_is_for_programs(self):
        fine = verify(BODY, SIGNATURE, SECRET, "--json")
        self.assertEqual((fine.returncode, json.loads(fine.stdout)),
                         (0, {"ok": True, "expected": SIGNATURE, "causes": []}))
        wrong = verify(BODY + "\n", SIGNATURE[7:], SECRET, "--json")
        told = json.loads(wrong.stdout)
        self.assertEqual((wrong.returncode, told["ok"], told["expected"]),
                         (1, False, signed(KEY, BODY + "\n")))
        self.assertEqual([each["cause"] for each in told["causes"]],
                         ["body_changed", "missing_prefix"])

    def test_wrong_usage_is_2(self):
        for arguments, says in [(["--signature", "x"], "--secret"), (["--secret", "x"], "--signature"),
                                (["--secret", "x", "--signature", "y", "/nowhere"], "/nowhere"),
                                (["--secret", "x", "--signature", "y", "--jsn"], '"--json"')]:
            with self.subTest(arguments=arguments):
                done = run("verify", *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(says, done.stderr)
