"""nexo-mock, and nginx as the yardstick, which answers the same calls with constants of its size."""

import json
import time

from arithmetic import metric
from machine import find
from processes import Failure, Server, ask, free_port, request

SEND_REPLY = ('{"ok":true,"id":"65cec900-4535-4ce4-bf0d-f002f7e6904b","carrier":"viettel",'
              '"status":"sent","cost":0.022,"balance":999999999.978}')
BALANCE_REPLY = ('{"ok":true,"balance":1000000000.11,"buckets":{"balance":1000000000,'
                 '"bonus_credit":0,"free_credit":0.11}}')
DELIVERY_REPLY = ('{"ok":true,"id":"65cec900-4535-4ce4-bf0d-f002f7e6904b","phone":"+84981234567",'
                  '"carrier":"viettel","status":"delivered","cost":0.022,"error_code":null,'
                  '"carrier_status":"success","created_at":"2026-05-26T10:00:00Z",'
                  '"completed_at":"2026-05-26T10:00:01Z"}')


def scenario(delivered_after):
    """Deliveries end that many seconds after their sends."""
    return {"name": "bench", "account_defaults": {"balance": 1000000000},
            "rules": [{"then": {"deliver": True, "after": f"{round(delivered_after * 1000)}ms"}}]}


def balance_call():
    return request("GET", "/api/v1/balance", close=True)


class Nginx(Server):
    warm_up = 0.2

    def __init__(self, bench, cores, workers=1, certificates=None):
        port = free_port()
        self.tls_port = free_port() if certificates else None
        folder = bench.new_folder("nginx")
        config = folder / "nginx.conf"
        config.write_text(self._config(folder, port, workers, certificates))
        super().__init__("nginx", [find("nginx"), "-c", config], port, cores, balance_call(),
                         folder / "log")

    def _config(self, folder, port, workers, certificates):
        tls = ""
        if certificates:
            tls = (f"listen 127.0.0.1:{self.tls_port} ssl; ssl_protocols TLSv1.3; "
                   f"ssl_certificate {certificates}/server.pem; "
                   f"ssl_certificate_key {certificates}/server.key;")
        temporary = "\n".join(f"  {kind}_temp_path {folder}/{kind};" for kind in
                              ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""
worker_processes {workers}; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type application/json;
{temporary}
  server {{
    listen 127.0.0.1:{port} backlog=4096; {tls}
    location /api/v1/send-otp {{ return 202 '{SEND_REPLY}'; }}
    location /api/v1/balance {{ return 200 '{BALANCE_REPLY}'; }}
    location /api/v1/deliveries/ {{ return 200 '{DELIVERY_REPLY}'; }}
  }}
}}
"""

    def settle(self):
        """Nothing goes on in it between rounds."""


class NexoMock(Server):
    def __init__(self, bench, cores, *options, threads=1, scenario=None, certificates=None,
                 binary=None):
        """Without a scenario, the built-in one."""
        self.warm_up = bench.options.delivered_after
        port = free_port()
        self.tls_port = free_port() if certificates else None
        folder = bench.new_folder("nexo-mock")
        command = [binary or bench.options.binary, "--port", port, "--threads", threads,
                   "--log-level", "warn", *options]
        if scenario:
            file = folder / "scenario.json"
            file.write_text(json.dumps(scenario))
            command += ["--scenario", file]
        if certificates:
            command += ["--tls-port", self.tls_port, "--tls-self-signed", certificates]
        super().__init__("nexo-mock", command, port, cores, balance_call(), folder / "log")

    def metrics(self):
        return ask(self.port, request("GET", "/metrics", close=True)).decode()

    def pending(self):
        """Status changes and webhooks to come."""
        return int(metric(self.metrics(), "nexo_mock_due_queue_depth"))

    def settle(self):
        """Waits until nothing goes on in it that the next round of another server would feel."""
        until = time.monotonic() + 60
        while self.pending() > 0:
            if time.monotonic() > until:
                raise Failure("nexo-mock: deliveries that are due do not end")
            time.sleep(0.02)
