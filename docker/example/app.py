"""An application that logs people in by a code read over the phone. Needs Python 3.9.

    POST /login          {"phone":"+84981234567"}                  a code is sent
    POST /login/confirm  {"phone":"+84981234567","code":"…"}       200 if it is the code, else 403
    POST /webhooks/nexo  from NEXO ROUTE                           verified, and taken once
    GET  /webhooks       the webhooks that were taken
    GET  /health

It is set by NEXO_BASE_URL, NEXO_KEY and NEXO_WEBHOOK_SECRET, and listens on port 3000.
"""

import hashlib
import hmac
import json
import os
import secrets
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PORT = 3000
LONGEST_BODY = 64 * 1024


def is_genuine(secret, body, signature):
    """Whether the bytes, as they came, were signed with the secret."""
    key = hashlib.sha256(secret.encode()).digest()  # the raw 32 bytes
    expected = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


class Application:
    """What it knows. Threads may share it."""

    def __init__(self, base_url, key, secret):
        self._base_url = base_url
        self._key = key
        self._secret = secret
        self._lock = threading.Lock()
        self._codes = {}  # by number
        self._seen = set()
        self._taken = []

    def webhooks(self):
        with self._lock:
            return list(self._taken)

    def login(self, wanted):
        code = f"{secrets.randbelow(10**6):06}"
        with self._lock:
            self._codes[wanted["phone"]] = code
        body = json.dumps({"phone": wanted["phone"], "code": code}).encode()
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            with urlopen(Request(self._base_url + "/send-otp", body, headers), timeout=10) as reply:
                return 202, {"delivery": json.load(reply)["id"]}
        except HTTPError as error:
            return 502, {"error": f"no code was sent: {error.code} {error.read().decode()}"}
        except OSError as error:
            return 502, {"error": f"no code was sent: {error}"}

    def confirm(self, wanted):
        with self._lock:
            code = self._codes.get(wanted["phone"])
            if code is None or not hmac.compare_digest(code.encode(), wanted["code"].encode()):
                return 403, {"error": "that is not the code"}
            del self._codes[wanted["phone"]]
        return 200, {"logged_in": wanted["phone"]}

    def take_webhook(self, body, signature):
        if not is_genuine(self._secret, body, signature):
            return 401, {"error": "the signature does not fit"}
        event = json.loads(body)
        # A webhook may come twice: its reply was lost, say. What it is about happened once.
        name = (event["id"], event["type"])
        with self._lock:
            is_new = name not in self._seen
            if is_new:
                self._seen.add(name)
                self._taken.append(event)
        print(f"{event['type']} {event['id']}{'' if is_new else ' again'}", flush=True)
        return 200, {"taken": is_new}


class Handler(BaseHTTPRequestHandler):
    application = None

    def do_GET(self):
        if self.path == "/health":
            self._answer(200, {"status": "ok"})
        elif self.path == "/webhooks":
            self._answer(200, self.application.webhooks())
        else:
            self._answer(404, {"error": "there is nothing here"})

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        if not 0 <= length <= LONGEST_BODY:
            self._answer(413, {"error": f"more than {LONGEST_BODY} bytes"})
            return
        body = self.rfile.read(length)
        try:
            self._answer(*self._call(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._answer(400, {"error": f"that is not what this call takes: {error!r}"})

    def _call(self, body):
        if self.path == "/webhooks/nexo":
            return self.application.take_webhook(body, self.headers.get("X-NEXO-Signature", ""))
        if self.path == "/login":
            return self.application.login(json.loads(body))
        if self.path == "/login/confirm":
            return self.application.confirm(json.loads(body))
        return 404, {"error": "there is nothing here"}

    def _answer(self, status, value):
        body = json.dumps(value).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass  # what is worth a line is printed where it happens


def main():
    if sys.argv[1:] == ["--health"]:
        urlopen(f"http://127.0.0.1:{PORT}/health", timeout=2).close()
        return
    settings = [os.environ.get(name)
                for name in ("NEXO_BASE_URL", "NEXO_KEY", "NEXO_WEBHOOK_SECRET")]
    if not all(settings):
        sys.exit("NEXO_BASE_URL, NEXO_KEY and NEXO_WEBHOOK_SECRET have to be set")
    Handler.application = Application(*settings)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the first process of a container has no default
    with ThreadingHTTPServer(("", PORT), Handler) as server:
        server.daemon_threads = True
        print(f"listening on port {PORT}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
