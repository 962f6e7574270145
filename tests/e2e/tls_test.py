"""HTTPS: certificates that clients can trust, and everything that works over plain HTTP."""

import concurrent.futures
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import time
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import client
from emulator import BINARY, PATIENCE, SLOWNESS, Emulator, fresh_key, run
from scenario_files import scenario_file
from vendor_guide_test import BALANCE, SEND, VENDOR, bash, with_status

NAMES = ["nexoroute.dev", "localhost", "nexo-mock", "host.docker.internal",
         "host.containers.internal", "127.0.0.1", "::1"]
FILES = ["ca.key", "ca.pem", "server.key", "server.pem"]


class OverTls:
    """An emulator with HTTPS whose certificates are in a folder of its own."""

    def __init__(self, *arguments, folder, **options):
        self.folder = Path(folder)
        self.emulator = Emulator("--tls-port", "0", "--tls-self-signed", str(folder), *arguments,
                                 **options)

    def __enter__(self):
        self.emulator.__enter__()
        self.url = self.emulator.ready["tls_url"]
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def __exit__(self, *failure):
        return self.emulator.__exit__(*failure)

    @property
    def authority(self):
        return str(self.folder / "ca.pem")

    def trust(self):
        return ssl.create_default_context(cafile=self.authority)

    def connect(self, name="nexoroute.dev", trust=None, session=None):
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        return (trust or self.trust()).wrap_socket(raw, server_hostname=name, session=session,
                                                  suppress_ragged_eofs=False)

    def call(self, method, path, key, body=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.trust(),
                                                 timeout=PATIENCE)
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Authorization": f"Bearer {key}"})
        came = connection.getresponse()
        reply = client.Reply(came.status, came.getheaders(), came.read())
        connection.close()
        return reply


def request(method, path, key, body="", close=False):
    return (f"{method} {path} HTTP/1.1\r\nHost: nexoroute.dev\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"{'Connection: close' if close else 'X-Nothing: here'}\r\n\r\n{body}").encode()


def send_to(phone, key, **options):
    body = json.dumps({"phone": phone, "code": "482917"})
    return request("POST", "/api/v1/send-otp", key, body, **options)


def read_reply(connection):
    """One reply with a length."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        assert part, received
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split(b" ")[1]), body


def openssl(*arguments, stdin=b""):
    done = subprocess.run(["openssl", *arguments], input=stdin, capture_output=True,
                          timeout=PATIENCE)
    return (done.stdout + done.stderr).decode()


class TlsCase(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(TemporaryDirectory())

    def start(self, *arguments):
        return self.enterContext(OverTls(*arguments, folder=self.folder))


class HardWiredClients(TlsCase):
    """Clients whose address can't be changed."""

    def test_the_guides_commands_run_with_the_host_untouched(self):
        of = self.start("--clock", "manual")
        flags = f"--cacert {of.authority} --connect-to nexoroute.dev:443:127.0.0.1:{of.port}"
        sent = bash(with_status(SEND).replace("curl ", f"curl {flags} ", 1))
        self.assertRegex(sent, r'^\{"ok":true,"id":"[0-9a-f-]{36}","carrier":"viettel",.*\|202 ')
        told = bash(with_status(BALANCE).replace("curl ", f"curl {flags} ", 1))
        self.assertIn('"balance":0.088', told)

    def test_the_name_may_be_sent_to_another_place_by_curls_resolve(self):
        of = self.start()
        command = BALANCE.replace(VENDOR, f"{VENDOR}:{of.port}").replace(
            "curl ", f"curl --cacert {of.authority} --resolve nexoroute.dev:{of.port}:127.0.0.1 ")
        self.assertIn('"ok":true', bash(command))

    def in_a_network_of_its_own(self, script):
        """Runs bash where nexoroute.dev is this machine by /etc/hosts, with an emulator on the
        ports 80 and 443; answers what it printed."""
        hosts = Path(self.folder, "hosts")
        hosts.write_text("127.0.0.1 localhost nexoroute.dev\n")
        up = ("import fcntl, socket, struct\n"
              "fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH', b'lo', 0x41))")
        setup = (f"{sys.executable} -c \"{up}\" && mount --bind {hosts} /etc/hosts\n"
                 f"{BINARY} --port 80 --tls-port 443 --tls-self-signed {self.folder}/tls "
                 f"--clock manual >{self.folder}/ready 2>{self.folder}/log & emulator=$!\n"
                 "trap 'kill $emulator; wait $emulator' EXIT\n"
                 f"{BINARY} ready --url http://127.0.0.1 --wait {PATIENCE}s >&2\n"
                 f"export CA={self.folder}/tls/ca.pem\n")
        done = subprocess.run(["unshare", "-rmn", "bash", "-euc", setup + script],
                              capture_output=True, text=True, timeout=4 * PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def setUp(self):
        super().setUp()
        probe = ["unshare", "-rmn", "true"]
        self.has_networks = shutil.which("unshare") and subprocess.run(
            probe, capture_output=True, timeout=PATIENCE).returncode == 0

    def test_by_etc_hosts_and_one_trusted_file_curl_runs_unchanged(self):
        if not self.has_networks:
            self.skipTest("this system lets nobody make a network of its own")
        told = self.in_a_network_of_its_own("export CURL_CA_BUNDLE=$CA\n" + with_status(SEND))
        self.assertIn('"status":"sent","cost":0.022,"balance":0.088}|202', told)

    def test_by_etc_hosts_and_one_trusted_file_python_runs_unchanged(self):
        if not self.has_networks:
            self.skipTest("this system lets nobody make a network of its own")
        told = self.in_a_network_of_its_own(f"""SSL_CERT_FILE=$CA {sys.executable} -c '
import urllib.request
call = urllib.request.Request("https://nexoroute.dev/api/v1/send-otp", method="POST",
    data=b"{{\\"phone\\":\\"+84981234567\\",\\"code\\":\\"482917\\"}}",
    headers={{"Authorization": "Bearer sk_live_python"}})
print(urllib.request.urlopen(call).read().decode())'
""")
        self.assertIn('"status":"sent","cost":0.022,"balance":0.088}', told)

    def test_by_etc_hosts_and_one_trusted_file_node_runs_unchanged(self):
        if not self.has_networks:
            self.skipTest("this system lets nobody make a network of its own")
        told = self.in_a_network_of_its_own("""NODE_EXTRA_CA_CERTS=$CA node -e '
fetch("https://nexoroute.dev/api/v1/send-otp", {method: "POST",
  headers: {Authorization: "Bearer sk_live_node"},
  body: JSON.stringify({phone: "+84981234567", code: "482917"})})
  .then(async reply => console.log(reply.status, await reply.text()))'
""")
        self.assertIn('202 {"ok":true', told)


class Ready(TlsCase):
    def test_it_can_be_asked_over_https_and_says_how_to_trust(self):
        of = self.start()
        done = run("ready", "--url", of.url)
        self.assertEqual(done.returncode, 1)
        self.assertIn("SSL_CERT_FILE names the authority to trust", done.stderr)
        done = run("ready", "--url", of.url, env={"SSL_CERT_FILE": of.authority})
        self.assertEqual((done.returncode, done.stdout), (0, f"{of.url} is ready\n"), done.stderr)


class Certificates(TlsCase):
    def file(self, name):
        return Path(self.folder, name)

    def contents(self):
        return {name: self.file(name).read_text() for name in FILES}

    def test_the_certificate_is_good_for_each_name_the_emulator_goes_by(self):
        of = self.start()
        for name in NAMES:
            with self.subTest(name), of.connect(name) as connection:
                connection.sendall(request("GET", "/api/v1/balance", fresh_key()))
                self.assertEqual(read_reply(connection)[0], 200)
        with self.assertRaises(ssl.SSLCertVerificationError):
            of.connect("example.org")

    def test_who_does_not_trust_the_authority_does_not_connect_and_the_log_says_what_to_do(self):
        of = self.start()
        with self.assertRaises(ssl.SSLCertVerificationError):
            of.connect(trust=ssl.create_default_context())
        line = of.emulator.wait_for_log("does not trust the certificate")
        self.assertIn("ca.pem", line)
        told = of.emulator.everything().call("GET", "/_mock/verify").json
        self.assertIn("a connection failed with tls_handshake: the client does not trust",
                      told["failures"][0]["detail"])

    def test_keys_are_for_their_owner_alone(self):
        self.start()
        for name in FILES:
            with self.subTest(name):
                mode = stat.S_IMODE(self.file(name).stat().st_mode)
                self.assertEqual(mode, 0o600 if name.endswith(".key") else 0o644)
        self.assertEqual(sorted(os.listdir(self.folder)), FILES)

    def test_a_second_start_uses_what_is_there(self):
        with OverTls(folder=self.folder):
            before = self.contents()
        with OverTls(folder=self.folder):
            self.assertEqual(self.contents(), before)

    def test_a_certificate_that_is_gone_or_no_longer_fits_is_made_again_by_the_same_authority(self):
        with OverTls(folder=self.folder):
            before = self.contents()
        for name, damage in (("server.pem", None), ("server.key", None), ("server.pem", "x"),
                             ("server.key", before["ca.key"]), ("server.pem", before["ca.pem"])):
            with self.subTest(name):
                self.file(name).unlink()
                if damage is not None:
                    self.file(name).write_text(damage)
                with OverTls(folder=self.folder) as of:
                    self.assertEqual(of.call("GET", "/api/v1/balance", fresh_key()).status, 200)
                after = self.contents()
                self.assertEqual(after["ca.pem"], before["ca.pem"])
                self.assertNotEqual(after["server.pem"], before["server.pem"])

    def test_another_private_address_to_listen_on_becomes_a_name_of_the_certificate(self):
        with OverTls(folder=self.folder):
            before = self.contents()
        with OverTls("--host", "127.0.0.2", folder=self.folder):
            self.assertNotEqual(self.contents()["server.pem"], before["server.pem"])
        told = openssl("x509", "-in", str(self.file("server.pem")), "-noout", "-ext",
                       "subjectAltName")
        self.assertIn("127.0.0.2", told)

    def test_an_authority_that_can_t_be_used_is_an_error_and_stays(self):
        with OverTls(folder=self.folder):
            before = self.contents()
        self.file("ca.key").unlink()
        done = run("--port", "0", "--tls-port", "0", "--tls-self-signed", self.folder)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f'can\'t use the authority in "{self.folder}/ca.pem": its key does not fit',
                      done.stderr)
        self.assertEqual(self.file("ca.pem").read_text(), before["ca.pem"])

    def test_the_authority_can_vouch_for_nobody_else(self):
        self.start()
        key, asked, made, extra = (str(self.file(name))
                                   for name in ("k.pem", "r.pem", "c.pem", "e.txt"))
        openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", key,
                "-out", asked)
        for names, is_good in (("DNS:nexoroute.dev", True), ("DNS:example.org", False),
                               ("IP:10.1.2.3", True), ("IP:8.8.8.8", False)):
            with self.subTest(names):
                Path(extra).write_text(f"subjectAltName={names}\n")
                openssl("x509", "-req", "-in", asked, "-CA", str(self.file("ca.pem")), "-CAkey",
                        str(self.file("ca.key")), "-days", "2", "-extfile", extra, "-out", made)
                said = openssl("verify", "-CAfile", str(self.file("ca.pem")), made)
                self.assertEqual("permitted subtree violation" not in said, is_good, said)
                self.assertEqual(said.rstrip().endswith("OK"), is_good, said)

    def test_emulators_that_start_at_once_agree_on_one_authority(self):
        def balance_of(_):
            with OverTls(folder=self.folder) as of:
                ours = Path(of.authority).read_text()
                return ours, of.call("GET", "/api/v1/balance", fresh_key()).status
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            seen = list(pool.map(balance_of, range(6)))
        self.assertEqual({status for _, status in seen}, {200})
        self.assertEqual(len({authority for authority, _ in seen}), 1)

    def test_a_certificate_of_the_users_own_is_taken_as_it_is(self):
        with OverTls(folder=self.folder):
            pass
        with Emulator("--tls-port", "0", "--tls-cert", str(self.file("server.pem")),
                      "--tls-key", str(self.file("server.key"))) as emulator:
            self.assertIn('"ok":true', bash(
                BALANCE.replace(VENDOR, emulator.ready["tls_url"]).replace(
                    "curl ", f"curl --cacert {self.folder}/ca.pem ")))

    def test_options_that_do_not_go_together_say_what_would(self):
        with OverTls(folder=self.folder):
            pass
        pem, key, other = (str(self.file(n)) for n in ("server.pem", "server.key", "ca.key"))
        encrypted = str(self.file("encrypted.key"))
        openssl("pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", encrypted)
        for arguments, words in (
                (["--tls-port", "0"], "--tls-port needs --tls-self-signed FOLDER"),
                (["--tls-self-signed", self.folder], "--tls-self-signed needs --tls-port"),
                (["--tls-cert", pem, "--tls-key", key], "--tls-cert and --tls-key need --tls-port"),
                (["--tls-port", "0", "--tls-cert", pem], "both --tls-cert and --tls-key"),
                (["--tls-port", "0", "--tls-self-signed", self.folder, "--tls-cert", pem],
                 "exclude each other"),
                (["--tls-port", "0", "--tls-cert", pem, "--tls-key", other],
                 "the key is not the one of the certificate"),
                (["--tls-port", "0", "--tls-cert", key, "--tls-key", key],
                 "the certificate can't be used, it takes PEM"),
                (["--tls-port", "0", "--tls-cert", pem, "--tls-key", pem],
                 "the key can't be used, it takes PEM"),
                (["--tls-port", "0", "--tls-cert", pem, "--tls-key", encrypted],
                 "the key asks for a passphrase"),
                (["--tls-port", "0", "--tls-cert", "/nowhere.pem", "--tls-key", key],
                 "/nowhere.pem"),
                (["--tls-port", "0", "--tls-self-signed", pem], "server.pem")):
            with self.subTest(words):
                done = run("--port", "0", *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn(words, done.stderr)


class Protocol(TlsCase):
    def test_tls_1_2_and_1_3_are_spoken_and_older_ones_refused(self):
        of = self.start()
        for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
            trust = of.trust()
            trust.minimum_version = trust.maximum_version = version
            with self.subTest(version), of.connect(trust=trust) as connection:
                connection.sendall(request("GET", "/api/v1/balance", fresh_key()))
                self.assertEqual(read_reply(connection)[0], 200)
        said = openssl("s_client", "-connect", f"127.0.0.1:{of.port}", "-tls1_1", "-cipher",
                       "ALL:@SECLEVEL=0")
        self.assertIn("alert protocol version", said)
        of.emulator.wait_for_log("the client speaks no TLS 1.2 or later")

    def test_http_1_1_is_agreed_on_and_what_is_not_spoken_is_refused(self):
        of = self.start()
        trust = of.trust()
        trust.set_alpn_protocols(["h2", "http/1.1"])
        with of.connect(trust=trust) as connection:
            self.assertEqual(connection.selected_alpn_protocol(), "http/1.1")
        trust = of.trust()
        trust.set_alpn_protocols(["h2"])
        with self.assertRaisesRegex(ssl.SSLError, "no application protocol"):
            of.connect(trust=trust)
        of.emulator.wait_for_log("does not offer http/1.1 by ALPN")

    def test_sessions_are_resumed(self):
        of = self.start()
        for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
            trust = of.trust()
            trust.minimum_version = trust.maximum_version = version
            with self.subTest(version):
                with of.connect(trust=trust) as first:
                    first.sendall(request("GET", "/api/v1/balance", fresh_key()))
                    read_reply(first)  # with TLS 1.3 the ticket comes with the first bytes
                    session = first.session
                    self.assertFalse(first.session_reused)
                for _ in range(5):  # whichever worker it comes to
                    with of.connect(trust=trust, session=session) as next_one:
                        self.assertTrue(next_one.session_reused)
                        next_one.sendall(request("GET", "/api/v1/balance", fresh_key()))
                        self.assertEqual(read_reply(next_one)[0], 200)

    def test_a_client_that_speaks_plain_http_there_is_told_so(self):
        of = self.start()
        with socket.create_connection(("127.0.0.1", of.port), timeout=PATIENCE) as plain:
            plain.sendall(request("GET", "/api/v1/balance", fresh_key()))
            said = client.read_to_end(plain)
        self.assertTrue(said.startswith(b"HTTP/1.1 400 "), said)
        self.assertIn(b'{"ok":false,"error":"https_required"}', said)
        of.emulator.wait_for_log("the client speaks plain http://, and this port https://")

    def test_a_client_that_speaks_tls_to_the_plain_port_is_told_so_in_the_log(self):
        of = self.start()
        with self.assertRaises(ssl.SSLError):
            raw = socket.create_connection(("127.0.0.1", of.emulator.port), timeout=PATIENCE)
            of.trust().wrap_socket(raw, server_hostname="localhost")
        of.emulator.wait_for_log("the client speaks TLS, and this port plain http://")

    def test_garbage_and_silence_cost_nobody_else_anything(self):
        of = self.start()
        silent = [socket.create_connection(("127.0.0.1", of.port)) for _ in range(50)]
        for nonsense in (b"\x16\x03\x01\xff\xff" + bytes(70_000), b"\x00" * 100, b"\x80\x2e\x01"):
            with socket.create_connection(("127.0.0.1", of.port), timeout=PATIENCE) as each:
                try:
                    each.sendall(nonsense)
                    each.shutdown(socket.SHUT_WR)
                    client.read_to_end(each)
                except ConnectionError:
                    pass
        self.assertEqual(of.call("GET", "/api/v1/balance", fresh_key()).status, 200)
        for each in silent:
            each.close()

    def test_pipelined_and_split_requests_are_answered_in_order(self):
        of = self.start()
        key = fresh_key()
        three = (send_to("+84981234567", key) + request("GET", "/api/v1/balance", key) +
                 request("GET", "/nothing", key))
        for size in 1, 7, len(three):
            with self.subTest(size), of.connect() as connection:
                of.call("POST", "/_mock/reset", key)
                for begin in range(0, len(three), size):
                    connection.sendall(three[begin:begin + size])
                received = b""
                while received.count(b"HTTP/1.1") < 3 or not received.endswith(b"}"):
                    received += connection.recv(65536)
                self.assertEqual(re.findall(rb"HTTP/1.1 (\d+)", received),
                                 [b"202", b"200", b"404"])

    def test_the_end_is_said_in_tls_and_the_last_reply_arrives_whole(self):
        of = self.start()
        with of.connect() as connection:
            connection.sendall(request("GET", "/_mock/openapi.json", fresh_key(), close=True))
            received = b""
            while part := connection.recv(65536):  # raises if the end is not said
                received += part
        body = received.partition(b"\r\n\r\n")[2]
        self.assertEqual(json.loads(body)["openapi"][:2], "3.")

    def test_a_large_body_gets_through(self):
        of = self.start()
        rules = [{"name": f"rule {i}", "when": {"phone": f"+8498{i:07}"},
                  "then": {"deliver": True}} for i in range(10_000)]
        reply = of.call("PUT", "/_mock/scenario", fresh_key(), {"rules": rules})
        self.assertEqual(reply.status, 200, reply)

    def test_a_page_of_the_emulator_itself_may_call_it_and_others_may_not(self):
        of = self.start()
        for origin, status in ((f"https://localhost:{of.port}", 200),
                               (f"http://localhost:{of.port}", 403),
                               ("https://localhost", 403)):
            with self.subTest(origin), of.connect("localhost") as connection:
                connection.sendall(f"GET /_mock/health HTTP/1.1\r\nHost: localhost:{of.port}\r\n"
                                   f"Origin: {origin}\r\n\r\n".encode())
                self.assertEqual(read_reply(connection)[0], status)


class WaitsAndStreams(TlsCase):
    def test_a_waiting_call_is_answered_when_the_code_comes(self):
        of = self.start()
        key = fresh_key()
        with of.connect() as waiting:
            waiting.sendall(request("GET", "/_mock/otp/+84981234567?wait=60s", key))
            metrics = of.emulator.everything()
            until = time.monotonic() + PATIENCE
            while b"nexo_mock_waiters 1\n" not in metrics.call("GET", "/metrics").body:
                self.assertLess(time.monotonic(), until)
            of.call("POST", "/api/v1/send-otp", key, {"phone": "+84981234567", "code": "482917"})
            status, body = read_reply(waiting)
        self.assertEqual((status, json.loads(body)["code"]), (200, "482917"))

    def test_a_request_that_comes_while_another_waits_has_its_turn_after_it(self):
        of = self.start()
        key = fresh_key()
        with of.connect() as waiting:
            waiting.sendall(request("GET", "/_mock/otp/+84981234567?wait=60s", key))
            waiting.sendall(request("GET", "/api/v1/balance", key))
            of.call("POST", "/api/v1/send-otp", key, {"phone": "+84981234567", "code": "482917"})
            self.assertEqual(read_reply(waiting)[0], 200)
            self.assertIn(b"0.088", read_reply(waiting)[1])

    def test_events_are_followed_and_a_follower_that_leaves_is_let_go(self):
        of = self.start()
        key = fresh_key()
        connection = of.connect()
        connection.sendall(request("GET", "/_mock/events", key))
        seen = b""
        while b"\r\n\r\n" not in seen:
            seen += connection.recv(65536)
        of.call("POST", "/api/v1/send-otp", key, {"phone": "+84981234567", "code": "482917"})
        while b"event: delivery" not in seen:
            seen += connection.recv(65536)
        connection.close()
        until = time.monotonic() + PATIENCE
        metrics = of.emulator.everything()
        while b"nexo_mock_connections 1\n" not in metrics.call("GET", "/metrics").body:
            self.assertLess(time.monotonic(), until)

    def test_idle_connections_do_not_hold_up_the_stop(self):
        of = self.start()
        idle = [of.connect() for _ in range(20)]
        for each in idle:
            each.sendall(request("GET", "/api/v1/balance", fresh_key()))
            read_reply(each)
        began = time.monotonic()
        of.emulator.stop()
        self.assertLess(time.monotonic() - began, 1.5 * SLOWNESS)
        for each in idle:
            self.assertEqual(each.recv(1), b"")  # the end, as TLS says it
            each.close()


class Faults(TlsCase):
    SCENARIO = {"rules": [
        *({"when": {"phone": f"+8490000000{i}"}, "then": {"fault": fault}}
          for i, fault in enumerate(["reset", "close", "truncate", "garbage",
                                     {"kind": "slow", "for": "300ms"},
                                     {"kind": "hang", "for": "300ms"}])),
        {"then": {"deliver": True}}]}

    def setUp(self):
        super().setUp()
        path = self.enterContext(scenario_file(self.SCENARIO))
        self.of = self.start("--scenario", path)

    def outcome(self, phone):
        received = b""
        with self.of.connect() as connection:
            connection.sendall(send_to(phone, fresh_key()))
            try:
                while part := connection.recv(65536):
                    received += part
                    if b"\r\n\r\n" in received and received.endswith(b"}"):
                        break
            except (ConnectionResetError, ssl.SSLEOFError):
                return "broken", received
        return "end", received

    def test_each_fault_is_what_it_is_in_plain(self):
        for phone, ended, pattern in (
                ("+84900000000", "broken", rb"^$"),  # Python can't tell a reset from a cut
                ("+84900000001", "end", rb"^$"),
                ("+84900000002", "end", rb'^HTTP/1.1 202 (?s:.*)\{"ok":true,"id":"[^}]*$'),
                ("+84900000003", "end", rb"^(?!HTTP/1)(?s:.+)"),
                ("+84900000004", "end", rb'^HTTP/1.1 202 (?s:.*)\{"ok":true,.*\}$'),
                ("+84900000005", "end", rb"^$")):
            with self.subTest(phone):
                how, received = self.outcome(phone)
                self.assertEqual(how, ended, received)
                self.assertRegex(received, pattern)
        self.assertEqual(self.outcome("+84981234567")[1][:12], b"HTTP/1.1 202")

    def test_a_reset_is_one_of_the_network(self):
        done = subprocess.run(
            ["curl", "-sS", "--cacert", self.of.authority, f"{self.of.url}/api/v1/send-otp",
             "-H", f"Authorization: Bearer {fresh_key()}",
             "-d", '{"phone":"+84900000000","code":"482917"}'],
            capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 56)
        self.assertIn("reset by peer", done.stderr)

    def test_a_client_that_leaves_a_hanging_call_is_let_go(self):
        path = self.enterContext(scenario_file(
            {"rules": [{"then": {"fault": {"kind": "hang", "for": "600s"}}}]}))
        folder = self.enterContext(TemporaryDirectory())
        of = self.enterContext(OverTls("--scenario", path, folder=folder))
        connection = of.connect()
        connection.sendall(send_to("+84981234567", fresh_key()))
        metrics = of.emulator.everything()
        until = time.monotonic() + PATIENCE
        while b'nexo_mock_connections 2\n' not in metrics.call("GET", "/metrics").body:
            self.assertLess(time.monotonic(), until)
        connection.close()
        while b'nexo_mock_connections 1\n' not in metrics.call("GET", "/metrics").body:
            self.assertLess(time.monotonic(), until)


class ReadyLine(TlsCase):
    def test_it_names_both_urls(self):
        with Emulator("--tls-port", "0", "--tls-self-signed", self.folder,
                      as_json=False) as emulator:
            self.assertRegex(
                emulator.ready_line,
                r"^nexo-mock \S+ listening on http://127\.0\.0\.1:\d+ and "
                r"https://127\.0\.0\.1:\d+ \(scenario default, clock real, seed \d+\)\n$")
            emulator.wait_for_log("ca.pem")

    def test_everything_is_an_environment_variable_too(self):
        with Emulator(env={"NEXO_MOCK_TLS_PORT": "0",
                           "NEXO_MOCK_TLS_SELF_SIGNED": self.folder}) as emulator:
            self.assertRegex(emulator.ready["tls_url"], r"^https://127\.0\.0\.1:\d+$")


if __name__ == "__main__":
    unittest.main()
