from urllib.request import urlopen


class HttpWaitStrategy:
    def __init__(self, port, path="/"):
        self._port, self._path = port, path

    def for_status_code(self, status):
        self._status = status
        return self

    def wait_until_ready(self, container):
        host, port = container.get_container_host_ip(), container.get_exposed_port(self._port)
        with urlopen(f"http://{host}:{port}{self._path}") as reply:
            assert reply.status == self._status, reply.status
