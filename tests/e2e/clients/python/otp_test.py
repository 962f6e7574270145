"""Tests how an application sends a code and learns that it was heard. Needs Python 3.9.

    NEXO_MOCK_URL=http://127.0.0.1:8484 python3 otp_test.py
"""

import hashlib
import hmac
import json
import os
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = os.environ.get("NEXO_MOCK_URL", "http://127.0.0.1:8484")
KEY = f"sk_live_python_{secrets.token_hex(8)}"  # a new account, of this test alone
SECRET = "whsec_python_example"
PHONE = "+84981234567"


def check(holds, problem):
    if not holds:
        sys.exit(f"FAILED {problem}")


def call(method, path, body=None):
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(URL + path, data, headers, method=method)) as reply:
            return json.load(reply)
    except HTTPError as error:
        said = f"{error.code} {error.read().decode()}"
        sys.exit(f"FAILED {method} {path} was answered with {said}")
    except OSError as error:
        sys.exit(f"FAILED {method} {path}: {error}")


# The application: it sends codes and takes webhooks.

webhooks = []


def send_code(phone, code):
    return call("POST", "/api/v1/send-otp", {"phone": phone, "code": code})


def is_genuine(body, signature):
    key = hashlib.sha256(SECRET.encode()).digest()  # the raw 32 bytes
    expected = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        # The bytes as they came: parse them once they are verified.
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signature = self.headers.get("X-NEXO-Signature", "")
        webhooks.append((body, signature))
        self.send_response(204 if is_genuine(body, signature) else 401)
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    # 1. Time stands still for this account, and its webhooks come here.
    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=receiver.serve_forever, daemon=True).start()
    target = f"http://127.0.0.1:{receiver.server_port}/webhooks/nexo"
    call("PUT", "/_mock/clock", {"mode": "manual"})
    call("PATCH", "/_mock/account", {"webhook": {"url": target, "secret": SECRET}})
    print(f"ok account with a manual clock, webhooks to {target}")

    # 2. The application sends a code, in the background.
    code = f"{secrets.randbelow(1_000_000):06}"
    sending = ThreadPoolExecutor().submit(send_code, PHONE, code)

    # 3. The test waits for it, and reads what the called person would hear.
    heard = call("GET", f"/_mock/otp/{PHONE}?wait=10s")
    sent = sending.result()
    print(f"ok send {sent['id']} by {sent['carrier']}")
    check(heard["code"] == code, "the code is not the one that was sent")
    print(f"ok code {code}")

    # 4. Go on until nothing is due. The answer comes once the webhook was answered.
    advance = call("POST", "/_mock/clock/advance", {"to": "idle"})
    print(f"ok clock fired {advance['fired_total']} events")

    # 5. The webhook is genuine, and would not be with another number in it.
    check(webhooks, "no webhook came")
    body, signature = webhooks[0]
    genuine = is_genuine(body, signature)
    check(genuine, "the signature of the webhook does not fit its body")
    tampered = body.replace(PHONE.encode(), b"+84987654321")
    fooled = is_genuine(tampered, signature)
    check(not fooled, "a webhook that was tampered with passed for genuine")
    event = json.loads(body)
    check(event["id"] == sent["id"], "the webhook is about another delivery")
    print(f"ok webhook {event['type']}, and a tampered one is refused")

    # 6. What the application can ask for agrees.
    status = call("GET", f"/api/v1/deliveries/{sent['id']}")["status"]
    balance = call("GET", "/api/v1/balance")["balance"]
    check(status == "delivered", f"the delivery is {status}")
    check(balance == 0.088, f"the balance is {balance}")
    print(f"ok delivery {status}, balance {balance}")

    # 7. Nothing is left over: no code unread, no call refused, no webhook lost.
    call("GET", "/_mock/verify")
    print("ok verify nothing left over")


if __name__ == "__main__":
    main()
