import json
import os
import subprocess


class DockerContainer:
    def __init__(self, image):
        assert image == "nexo-mock", image
        self._environment = {}
        self._ports = []
        self._strategy = None

    def with_env(self, name, value):
        self._environment[name] = value
        return self

    def with_exposed_ports(self, *ports):
        self._ports += ports
        return self

    def waiting_for(self, strategy):
        self._strategy = strategy
        return self

    def __enter__(self):
        self._process = subprocess.Popen([os.environ["NEXO_MOCK_BIN"], "--port", "0", "--json"],
                                         stdout=subprocess.PIPE, env=os.environ | self._environment)
        self._ready = json.loads(self._process.stdout.readline())
        self._strategy.wait_until_ready(self)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def get_container_host_ip(self):
        return "127.0.0.1"

    def get_exposed_port(self, port):
        assert port in self._ports, port
        return self._ready["port"]
