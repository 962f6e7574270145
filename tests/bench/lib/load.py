"""The tools that make load: nexo_mock_bench_load, and wrk as its witness."""

import json
import subprocess
from pathlib import Path

from arithmetic import read_wrk
from machine import find
from processes import Failure


class Load:
    """nexo_mock_bench_load, on the core of the load."""

    def __init__(self, tool, cores):
        self.tool = str(tool)
        self.cores = cores

    def command(self, *words, cores=None):
        pinned = ",".join(map(str, cores or self.cores))
        return ["taskset", "-c", pinned, self.tool, *map(str, words)]

    def run(self, *words, cores=None, about=""):
        tool = subprocess.Popen(self.command(*words, cores=cores), text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        try:
            output, errors = tool.communicate()
        except BaseException:
            tool.terminate()  # not killed: it may have started a server, which it ends
            tool.communicate()
            raise
        if tool.returncode:
            raise Failure(f"{about}: {errors.strip()}")
        return json.loads(output)

    def drive(self, server, book, tls=False, cores=None, **options):
        """Loads the server with the requests of the file `book`; what was measured."""
        words = [word for name, value in options.items()
                 for word in ("--" + name.replace("_", "-"), value)]
        if tls:
            words += ["--tls", 1]
        return self.run("drive", "--port", server.tls_port if tls else server.port,
                        "--requests", book, "--server", server.pid, *words, cores=cores,
                        about=server.name)

    def first_answer(self, server, folder, patience):
        """Seconds from before the start of a server that is not running to its first answer."""
        file = Path(folder) / "first-request"
        file.write_bytes(server.first)
        command = server.command
        if server.folder:
            command = ["env", "-C", str(server.folder), *command]
        return self.run("first", "--port", server.port, "--request", file,
                        "--core", server.cores[0], "--log", server.log, "--patience", patience,
                        "--", *command, about=server.name)["seconds"]


def write_book(requests, path):
    """The file of requests that nexo_mock_bench_load reads."""
    path.write_bytes(b"".join(b"%d\n%s" % (len(each), each) for each in requests))
    return path


def wrk(server, call, core, connections, seconds, folder):
    """The same by wrk, for one fixed request."""
    lines = [f'wrk.method = "{call["method"]}"',
             f'wrk.headers["Authorization"] = "Bearer {call["key"]}"']
    if call["body"] is not None:
        lines += ['wrk.headers["Content-Type"] = "application/json"',
                  f"wrk.body = '{call['body']}'"]
    script = Path(folder) / "wrk.lua"
    script.write_text("\n".join(lines) + "\n")
    before = server.cpu_seconds()
    done = subprocess.run(["taskset", "-c", str(core), find("wrk"), "-t1", f"-c{connections}",
                           f"-d{seconds}s", "--latency", "-s", script,
                           f"http://127.0.0.1:{server.port}{call['path']}"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    spent = server.cpu_seconds() - before
    if done.returncode:
        raise Failure(f"wrk: {done.stderr.strip()}")
    return read_wrk(done.stdout) | {"server_cpu_s": spent}
