"""Four replicas behind nginx, as docker/compose.replicas.yaml runs them: to each account they are
one emulator."""

import collections
import http.client
import json
import re
import tempfile
import unittest

from balancer import CONFIGURATION, NGINX, Balancer
from emulator import PATIENCE, REPOSITORY, Emulator
from receiver import Receiver
from waiting import InBackground

REPLICAS = 4
PHONE, NEVER = "+84981234567", "+84980000020"
KEYS = [f"sk_live_replicas_{number}" for number in range(40)]
AWAY = (503, {"ok": False, "error": "service_unavailable"})


@unittest.skipIf(NGINX is None, "there is no nginx: apt-get install nginx-light")
class ReplicasCase(unittest.TestCase):
    def start(self, *options):
        self.replicas = [self.enterContext(Emulator("--seed", "1", "--threads", "1", *options))
                         for _ in range(REPLICAS)]
        self.balancer = self.enterContext(Balancer([each.port for each in self.replicas]))

    def accounts_of(self, replica):
        return replica.everything().mock("GET", "health").json["accounts"]

    def home_of(self, key):
        """The replica on which the account lives, which the balancer has been asked for before."""
        homes = [each for each in self.replicas if self.knows(each, key)]
        self.assertEqual(len(homes), 1, key)
        return homes[0]

    @staticmethod
    def knows(replica, key):
        """Without making the account."""
        shown = replica.everything().mock("GET", "requests?limit=10000").json["requests"]
        masks = {each["account"] for each in shown}
        return any(mask and mask.startswith("sk_live_…" + key[-2:] + "#") for mask in masks)

    def keys_by_home(self):
        """Keys of accounts there are, by replica; each replica has some."""
        found = collections.defaultdict(list)
        for key in KEYS:
            before = [self.accounts_of(each) for each in self.replicas]
            self.assertEqual(self.balancer.account(key).balance().status, 200)
            after = [self.accounts_of(each) for each in self.replicas]
            grown = [place for place in range(REPLICAS) if after[place] > before[place]]
            self.assertEqual(len(grown), 1, key)
            found[grown[0]].append(key)
        self.assertEqual(sorted(found), list(range(REPLICAS)))
        return found


class OneView(ReplicasCase):
    def setUp(self):
        self.start("--clock", "manual")

    def test_each_account_is_on_one_replica_and_they_share_the_accounts(self):
        found = self.keys_by_home()
        self.assertEqual(sum(map(len, found.values())), len(KEYS))
        self.assertLess(max(map(len, found.values())), 25)

    def test_what_an_account_did_is_seen_over_every_connection(self):
        for key in KEYS[:12]:
            with self.subTest(key):
                sent = self.balancer.account(key).send_id()
                for _ in range(3):
                    again = self.balancer.account(key)
                    self.assertEqual(again.delivery(sent).json["status"], "sent")
                    self.assertEqual(again.balance().json["balance"], 0.088)
                self.assertEqual(self.balancer.account(key).send().json["balance"], 0.066)

    def test_control_calls_with_the_key_reach_the_account(self):
        for key in KEYS[:12]:
            with self.subTest(key):
                account = self.balancer.account(key)
                sent = account.send_id()
                control = self.balancer.account(key)
                self.assertEqual(control.mock("GET", f"otp/{PHONE}").json["code"], "482917")
                control.advance(by="2s")
                self.assertEqual(control.inspect(sent)["status"], "delivered")
                control.mock("PATCH", "account", {"balance": 3})
                self.assertEqual(account.balance().json["buckets"]["balance"], 3)

    def test_a_wait_for_a_code_and_a_stream_of_events_find_the_account(self):
        for key in KEYS[:4]:
            with self.subTest(key):
                self.balancer.account(key).balance()
                waiting = InBackground(
                    lambda key=key: self.balancer.account(key).mock("GET", f"otp/{PHONE}?wait=60s"))
                with self.events_of(key) as events:
                    sent = self.balancer.account(key).send_id()
                    self.assertEqual(self.first_delivery_of(events), sent)
                self.assertEqual(waiting.end().json["code"], "482917")

    def events_of(self, key):
        """The stream, which nginx sends in chunks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.balancer.port, timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request("GET", "/_mock/events", headers={"Authorization": f"Bearer {key}"})
        return connection.getresponse()

    @staticmethod
    def first_delivery_of(events):
        kind = None
        for line in events:
            name, _, value = line.decode().strip().partition(": ")
            kind = value if name == "event" else kind
            if name == "data" and kind == "delivery":
                return json.loads(value)["delivery"]
        return None

    def test_the_way_the_scheme_is_written_makes_no_other_account(self):
        key = KEYS[0]
        sent = self.balancer.account(key).send_id()
        for scheme in "Bearer ", "bearer ", "BEARER ", "Bearer   ":
            reply = self.balancer.everything().call(
                "GET", f"/api/v1/deliveries/{sent}", headers={"Authorization": scheme + key})
            self.assertEqual(reply.status, 200, scheme)

    def test_calls_that_name_no_account_reach_the_first_replica(self):
        first = self.replicas[0].everything()
        scenario = {"name": "of the first", "rules": [{"then": {"deliver": True}}]}
        for _ in range(3):
            everyone = self.balancer.everything()
            self.assertEqual(everyone.mock("PUT", "scenario", scenario).status, 200)
            self.assertEqual(everyone.mock("GET", "health").json["scenario"], "of the first")
            everyone.close()
        self.assertEqual(first.mock("GET", "health").json["scenario"], "of the first")
        for each in self.replicas[1:]:
            self.assertEqual(each.everything().mock("GET", "health").json["scenario"], "default")

    def test_an_account_behaves_alike_wherever_it_lives(self):
        for key in KEYS[:6]:
            ids = {each.account(key).send_id() for each in self.replicas}
            self.assertEqual(len(ids), 1)
            self.assertEqual(self.replicas[0].account(key).mock("POST", "reset").status, 200)

    def test_refusals_come_through_as_they_are(self):
        no_key = self.balancer.everything().call("GET", "/api/v1/balance")
        self.assertEqual((no_key.status, no_key.error), (401, "unauthorized"))
        self.assertEqual(no_key.headers["www-authenticate"], "Bearer")
        account = self.balancer.account(KEYS[0])
        self.assertEqual(account.send("+8412").error, "invalid_phone")
        self.assertEqual(account.call("GET", "/nowhere").error, "not_found")

    def test_a_status_of_a_rule_is_not_taken_for_a_replica_that_is_away(self):
        account = self.balancer.account(KEYS[0])
        account.mock("POST", "rules", {"then": {"error": "server_error", "status": 502}})
        reply = account.send()
        self.assertEqual((reply.status, reply.error), (502, "server_error"))

    def test_connections_to_replicas_are_kept(self):
        account = self.balancer.account(KEYS[0])
        account.balance()
        home = self.home_of(KEYS[0])
        for _ in range(50):
            self.balancer.account(KEYS[0]).balance()
        text = home.everything().call("GET", "/metrics").body.decode()
        connections = int(re.search(r"^nexo_mock_connections (\d+)$", text, re.MULTILINE)[1])
        # One of each of nginx's processes at most, and this test's.
        self.assertLess(connections, 12)


class Webhooks(ReplicasCase):
    def test_come_once_for_each_delivery(self):
        receiver = self.enterContext(Receiver(200))
        self.start("--webhook-url", receiver.url(), "--webhook-secret", "whsec")
        sent = [self.balancer.account(key).send_id("+84980000000") for key in KEYS]
        told = [receiver.get() for _ in sent]
        self.assertEqual(sorted(re.search(rb'"id":"([^"]+)"', each.body)[1].decode()
                                for each in told), sorted(sent))
        waiting = sum(each.everything().mock("GET", "health").json["webhooks"]["waiting"]
                      for each in self.replicas)
        self.assertEqual((waiting, len(receiver.webhooks)), (0, len(sent)))


class Death(ReplicasCase):
    def test_of_a_replica_is_told_to_its_accounts_and_felt_by_no_other(self):
        self.start("--clock", "manual")
        found = self.keys_by_home()
        gone, *others = found.values()
        port = self.replicas[next(iter(found))].port
        before = {key: self.balancer.account(key).send_id() for key in KEYS}

        self.replicas[next(iter(found))].stop()
        for key in gone:
            for call in self.balancer.account(key).balance, self.balancer.account(key).send:
                reply = call()
                self.assertEqual((reply.status, reply.json), AWAY)
        for key in (key for keys in others for key in keys):
            account = self.balancer.account(key)
            self.assertEqual(account.delivery(before[key]).status, 200, key)
            self.assertEqual(account.send().status, 202, key)
        self.check_return(port, gone)

    def check_return(self, port, gone):
        """Nobody has to tell the balancer that a replica is there again."""
        with Emulator("--clock", "manual", "--seed", "1", port=port):
            for key in gone:
                self.assertEqual(self.balancer.account(key).send().json["balance"], 0.088)

    def test_with_a_state_that_is_kept_nothing_is_lost(self):
        self.start("--clock", "manual")
        folder = self.enterContext(tempfile.TemporaryDirectory())
        key = KEYS[0]
        sent = self.balancer.account(key).send_id()
        home = self.home_of(key)
        state = home.everything().mock("GET", "state").body
        with open(f"{folder}/state.json", "wb") as file:
            file.write(state)
        home.stop()
        self.assertEqual(self.balancer.account(key).balance().status, 503)
        with Emulator("--import", f"{folder}/state.json", port=home.port):
            self.assertEqual(self.balancer.account(key).delivery(sent).json["status"], "sent")
            self.assertEqual(self.balancer.account(key).balance().json["balance"], 0.088)

    def test_a_send_is_never_made_twice_when_its_reply_is_lost(self):
        self.start("--clock", "manual")
        key = KEYS[0]
        account = self.balancer.account(key)
        for number, fault in enumerate(("reset", "close"), 1):
            with self.subTest(fault):
                account.mock("POST", "rules", {"then": {"deliver": True, "fault": fault}})
                reply = self.balancer.account(key).send()
                self.assertEqual((reply.status, reply.json), AWAY)
                self.assertEqual(len(account.deliveries()), number)
        account.mock("POST", "rules", {"then": {"deliver": True, "fault": "garbage"}})
        with self.assertRaises(http.client.BadStatusLine):  # which nginx hands on
            self.balancer.account(key).send()
        self.assertEqual(len(account.deliveries()), 3)


class Configuration(unittest.TestCase):
    def test_the_compose_file_has_the_replicas_that_the_configuration_names(self):
        compose = (REPOSITORY / "docker/compose.replicas.yaml").read_text()
        named = set(re.findall(r"server (nexo-mock-\d+):8484", CONFIGURATION.read_text()))
        self.assertEqual(named, set(re.findall(r"^  (nexo-mock-\d+): \*replica$", compose,
                                               re.MULTILINE)))
        self.assertEqual(len(named), REPLICAS)
