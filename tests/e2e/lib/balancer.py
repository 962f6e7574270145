"""nginx in front of replicas, with the configuration of docker/balancer."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import client
from emulator import PATIENCE, REPOSITORY

CONFIGURATION = REPOSITORY / "docker/balancer/nginx.conf"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def configuration(folder, port, replica_ports):
    """That of the repository, but for addresses and folders."""
    text = CONFIGURATION.read_text()
    changes = {"listen 8484 ": f"listen 127.0.0.1:{port} ", "/tmp/": f"{folder}/"}
    changes |= {f"nexo-mock-{number}:8484": f"127.0.0.1:{each}"
                for number, each in enumerate(replica_ports, 1)}
    for old, new in changes.items():
        assert old in text, f"{CONFIGURATION} has no {old!r}"
        text = text.replace(old, new)
    return text


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Balancer:
    """Runs while its `with` block lasts; to clients it is what an emulator is."""

    def __init__(self, replica_ports):
        self._replica_ports = replica_ports

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="nginx-")
        folder = Path(self._folder.name)
        folder.chmod(0o755)  # its workers may be another user
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        file = folder / "nginx.conf"
        file.write_text(configuration(folder, self.port, self._replica_ports))
        self.process = subprocess.Popen([NGINX, "-c", file, "-g", "daemon off;"],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._wait()
        return self

    def _wait(self):
        give_up = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < give_up:
            try:
                self.connect().close()
                return
            except OSError:
                time.sleep(0.01)
        self.__exit__()
        raise AssertionError(f"nginx did not start: {self.log}")

    def __exit__(self, *_):
        self.process.terminate()
        _, log = self.process.communicate(timeout=PATIENCE)
        self.log = log.decode()
        self._folder.cleanup()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def account(self, key):
        return client.Account(self.url, key)

    def everything(self):
        return client.Account(self.url, None)
