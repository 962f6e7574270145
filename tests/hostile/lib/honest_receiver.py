"""A receiver that answers every webhook, and tells when each came. A process of its own, as the
honest client is and for the same reason."""

import asyncio
import json
import subprocess
import sys
import threading
import time

REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class HonestReceiver:
    """Use in a `with` block."""

    def __enter__(self):
        self._process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self._process.stdout.readline())
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def url(self):
        return f"http://127.0.0.1:{self.port}/webhooks/nexo"

    def came(self):
        """The webhooks since the last time: a delivery's id, and seconds by the wall clock."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


# --- the process

class _Connection(asyncio.Protocol):
    def __init__(self, came):
        self._came = came
        self._buffer = b""

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._buffer += data
        while b"}" in self._buffer:
            request, _, self._buffer = self._buffer.partition(b"}")
            delivery = request.partition(b'"id":"')[2][:36].decode()
            self._came.append([delivery, time.time()])
            self._transport.write(REPLY)


def _tell(loop, came):
    def tell():
        print(json.dumps(came), flush=True)
        came.clear()
    for _ in sys.stdin:
        loop.call_soon_threadsafe(tell)
    loop.call_soon_threadsafe(loop.stop)


async def _listen(came):
    return await asyncio.get_running_loop().create_server(lambda: _Connection(came), "127.0.0.1", 0,
                                                          backlog=512)


def _serve():
    loop = asyncio.new_event_loop()
    came = []
    server = loop.run_until_complete(_listen(came))
    print(server.sockets[0].getsockname()[1], flush=True)
    threading.Thread(target=_tell, args=(loop, came), daemon=True).start()
    loop.run_forever()


if __name__ == "__main__":
    _serve()
