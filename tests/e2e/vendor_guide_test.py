"""The commands of the vendor's cURL guide, word for word but for the host, run by bash."""

import re
import shutil
import subprocess
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from emulator import Emulator, run
from receiver import Receiver

VENDOR = "https://nexoroute.dev"

SEND = r"""
curl -X POST https://nexoroute.dev/api/v1/send-otp \
  -H "Authorization: Bearer sk_live_..." \
  -H "Content-Type: application/json" \
  -d '{"phone":"+84981234567","code":"482917"}'
"""

DELIVERY = r"""
curl https://nexoroute.dev/api/v1/deliveries/8f2e1c4d-... \
  -H "Authorization: Bearer sk_live_..."
"""

BALANCE = r"""
curl https://nexoroute.dev/api/v1/balance \
  -H "Authorization: Bearer sk_live_..."
"""

# The guide writes the send command's address and headers as "...".
BATCH = r"""
while read p c; do curl -X POST ... -d "{\"phone\":\"$p\",\"code\":\"$c\"}"; done < requests.txt
"""

HTTPIE = r"""
http POST nexoroute.dev/api/v1/send-otp Authorization:"Bearer sk_..." phone=+84... code=482917
"""

SIGN = r"""
SECRET="your_plaintext_webhook_secret"
KEY=$(printf '%s' "$SECRET" | openssl dgst -sha256 -binary | xxd -p -c 256)

BODY='{"type":"otp.delivered","id":"test","phone":"+84981234567","carrier":"viettel","status":"delivered","cost":0.022,"error_code":null,"created_at":"2026-05-26T10:00:00Z","completed_at":"2026-05-26T10:00:25Z"}'

SIG="sha256=$(printf '%s' "$BODY" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$KEY | sed 's/^.* //')"
"""

POST = r"""
curl -X POST https://your-server.example.com/webhooks/nexo \
  -H "Content-Type: application/json" \
  -H "X-NEXO-Signature: $SIG" \
  -H "X-NEXO-Event-Type: otp.delivered" \
  -d "$BODY"
"""

SECRET = "your_plaintext_webhook_secret"
SAMPLE_EVENT = re.search("BODY='(.*)'", SIGN)[1].encode()
UUID_V4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def bash(script, **options):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], stdout=subprocess.PIPE,
                          timeout=60, check=True, stderr=subprocess.DEVNULL, **options)
    return done.stdout.decode()


def with_status(command):
    """The command with curl told to say the status behind the body."""
    return command.replace("curl ", "curl -w '|%{http_code} %{content_type}' ", 1)


class VendorGuide(unittest.TestCase):
    def setUp(self):
        started = Emulator("--clock", "manual@2026-05-26T10:00:00Z")
        self.emulator = self.enterContext(started)
        self.account = self.emulator.account("sk_live_...")

    def guide(self, command, delivery_id="8f2e1c4d-..."):
        command = with_status(command.replace("8f2e1c4d-...", delivery_id))
        return bash(command.replace(VENDOR, self.emulator.url))

    def send(self):
        answer = self.guide(SEND)
        return re.search(r'"id":"([^"]*)"', answer)[1]

    def test_the_first_send_is_accepted_with_the_documented_answer(self):
        self.assertRegex(self.guide(SEND),
                         "^" + re.escape('{"ok":true,"id":"') + UUID_V4 + re.escape(
            '","carrier":"viettel","status":"sent","cost":0.022,"balance":0.088}'
            '|202 application/json') + "$")

    def test_a_new_account_holds_five_free_otps(self):
        self.assertEqual(self.guide(BALANCE),
                         '{"ok":true,"balance":0.11,"buckets":'
                         '{"balance":0,"bonus_credit":0,"free_credit":0.11}}|200 application/json')

    def test_the_balance_is_the_sum_of_the_buckets_after_a_send_too(self):
        self.send()
        answer = self.account.balance().json
        self.assertEqual(answer["balance"], 0.088)
        self.assertEqual(answer["buckets"], {"balance": 0, "bonus_credit": 0, "free_credit": 0.088})

    def test_a_delivery_is_sent_and_has_all_documented_fields_from_the_start(self):
        sent = self.send()
        self.assertEqual(
            self.guide(DELIVERY, sent),
            f'{{"ok":true,"id":"{sent}","phone":"+84981234567","carrier":"viettel","status":"sent",'
            '"cost":0.022,"error_code":null,"carrier_status":null,'
            '"created_at":"2026-05-26T10:00:00Z","completed_at":null}|200 application/json')

    def test_a_delivery_is_delivered_when_its_time_has_come_and_not_before(self):
        sent = self.send()
        self.account.advance(by="1999ms")
        self.assertIn('"status":"sent"', self.guide(DELIVERY, sent))
        self.account.advance(by="1ms")
        self.assertEqual(
            self.guide(DELIVERY, sent),
            f'{{"ok":true,"id":"{sent}","phone":"+84981234567","carrier":"viettel",'
            '"status":"delivered","cost":0.022,"error_code":null,"carrier_status":"success",'
            '"created_at":"2026-05-26T10:00:00Z","completed_at":"2026-05-26T10:00:02Z"}'
            '|200 application/json')

    def test_the_guides_own_id_is_not_found(self):
        self.assertEqual(self.guide(DELIVERY),
                         '{"ok":false,"error":"not_found"}|404 application/json')

    def test_the_sixth_otp_of_a_new_account_is_not_paid_for(self):
        balances = [self.account.send().json["balance"] for _ in range(5)]
        self.assertEqual(balances, [0.088, 0.066, 0.044, 0.022, 0])
        self.assertEqual(self.guide(SEND),
                         '{"ok":false,"error":"insufficient_balance",'
                         '"deposit_url":"https://nexoroute.dev/dashboard/deposit"}'
                         '|402 application/json')
        self.assertEqual(self.account.balance().json["balance"], 0)

    def test_asking_for_the_balance_is_free_and_tells_whether_the_key_is_good(self):
        for _ in range(3):
            self.assertIn("|200 ", self.guide(BALANCE))
        self.assertEqual(self.account.balance().json["balance"], 0.11)
        wrong = BALANCE.replace("sk_live_...", "wrong")
        self.assertEqual(self.guide(wrong),
                         '{"ok":false,"error":"unauthorized"}|401 application/json')

    def test_a_batch_is_a_loop_in_the_shell(self):
        address_and_headers = SEND.replace(VENDOR, self.emulator.url).split("POST ")[1]
        address_and_headers = address_and_headers.split("-d ")[0].replace("\\\n", " ")
        with TemporaryDirectory() as directory:
            Path(directory, "requests.txt").write_text(
                "+84981234567 482917\n+84911234567 0001\n+84901234567 12345678\n")
            answers = bash(BATCH.replace("...", address_and_headers), cwd=directory)
        carriers = re.findall('"carrier":"([a-z]*)"', answers)
        self.assertEqual(carriers, ["viettel", "vinaphone", "mobifone"])
        for phone, code in [("+84981234567", "482917"), ("+84911234567", "0001"),
                            ("+84901234567", "12345678")]:
            self.assertEqual(self.account.mock("GET", f"otp/{phone}").json["code"], code)

    @unittest.skipUnless(shutil.which("http"), "HTTPie is not installed")
    def test_httpie_does_the_same(self):
        command = HTTPIE.replace("nexoroute.dev", self.emulator.url)
        command = command.replace("sk_...", "sk_live_...").replace("+84...", "+84981234567")
        command = command.replace("http ", "http --ignore-stdin ", 1)
        self.assertIn('"carrier":"viettel"', bash(command).replace(": ", ":"))


class VendorGuideOnWebhooks(unittest.TestCase):
    def test_the_simulated_webhook_of_the_guide_reaches_a_receiver_and_verifies(self):
        with Receiver() as receiver:
            bash(SIGN + POST.replace("https://your-server.example.com/webhooks/nexo",
                                     receiver.url()))
            came = receiver.get()
        self.assertEqual(came.body, SAMPLE_EVENT)
        self.assertTrue(came.is_signed_with(SECRET))

    def test_our_webhook_carries_what_the_openssl_recipe_computes_over_its_bytes(self):
        with Receiver() as receiver, Emulator("--clock", "instant", "--webhook-url", receiver.url(),
                                              "--webhook-secret", SECRET) as emulator, \
                TemporaryDirectory() as directory:
            emulator.account().send()
            came = receiver.get()
            Path(directory, "body").write_bytes(came.body)
            recipe = re.sub("BODY='.*'", 'BODY="$(cat body)"', SIGN)
            self.assertEqual(bash(recipe + 'printf %s "$SIG"', cwd=directory), came.signature)

    def test_sign_computes_what_the_openssl_recipe_does(self):
        expected = bash(SIGN + 'echo "$SIG"')
        signed = run("sign", "--secret", SECRET, stdin=SAMPLE_EVENT)
        self.assertEqual((signed.returncode, signed.stdout, signed.stderr), (0, expected, ""))

    def test_sign_agrees_with_the_known_signature(self):
        signed = run("sign", "--secret", "whsec_test_123", stdin=SAMPLE_EVENT)
        self.assertEqual(signed.stdout, "sha256=b0d823c4ce59b9d7cfd8eacd35c1c47f"
                                        "79824fdcf9e7f40365ad354b292bf20d\n")

    def test_sign_agrees_with_openssl_on_any_bytes_and_secrets(self):
        for secret in ["x", "whsec_" + "a" * 100, "mật khẩu", "with space and $ign"]:
            for body in [b"", b"\n", b"no line end", b"a line end\n", bytes(range(1, 256)) * 300]:
                with self.subTest(secret=secret, body=body[:20]), TemporaryDirectory() as directory:
                    Path(directory, "body").write_bytes(body)
                    recipe = SIGN.replace(SECRET, "$1").replace("printf '%s' \"$BODY\"", "cat body")
                    done = subprocess.run(["bash", "-c", recipe + 'printf %s "$SIG"', "bash",
                                           secret],
                                          capture_output=True, cwd=directory, timeout=60)
                    signed = run("sign", "--secret", secret, stdin=body)
                    self.assertEqual(signed.stdout, done.stdout.decode() + "\n")
