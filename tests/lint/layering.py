#!/usr/bin/env python3
"""Fails when an #include runs against the arrows of docs/architecture.md.

    layering.py              check the repository this file is in
    layering.py --root DIR   check another tree
    layering.py --self-test  check that planted breaches are found

Also checked: every header has #pragma once, and every src/<layer>/x.cpp has its
include/nexo_mock/<layer>/x.hpp (or an x.hpp beside it, for what only that layer uses). The command
line is no part of the library: its files are one command each, declared together.

The layer "public" is the headers of those who use the library, right in include/nexo_mock; what is
declared there is done in src/embedding.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

# What each layer may include, besides itself and the standard library. A name ending in "/" stands
# for all below it; "nexo_mock/<layer>/" is the layer of that name; "<system>" is any header of the
# operating system, such as <sys/socket.h>.
MAY_INCLUDE = {
    "domain": ["boost/system/result.hpp", "prefix_table.inc"],
    "codec": ["nexo_mock/version.hpp", "nexo_mock/domain/", "boost/system/result.hpp",
              "boost/json.hpp", "boost/json/", "boost/url.hpp", "boost/url/", "openssl/",
              "arpa/inet.h"],
    "api": ["nexo_mock/version.hpp", "nexo_mock/domain/", "nexo_mock/codec/",
            "boost/system/result.hpp"],
    "control": ["nexo_mock/version.hpp", "nexo_mock/domain/", "nexo_mock/codec/", "nexo_mock/api/",
                "boost/system/result.hpp"],
    "net": ["nexo_mock/version.hpp", "nexo_mock/domain/", "nexo_mock/codec/", "nexo_mock/api/",
            "boost/", "openssl/", "<system>"],
    "runtime": ["nexo_mock/version.hpp", "nexo_mock/domain/", "nexo_mock/codec/", "nexo_mock/api/",
                "nexo_mock/control/", "nexo_mock/net/", "boost/", "openssl/", "<system>"],
    "public": [],
    "embedding": ["nexo_mock/public/", "nexo_mock/version.hpp", "nexo_mock/domain/",
                  "nexo_mock/codec/", "nexo_mock/api/", "nexo_mock/control/", "nexo_mock/net/",
                  "nexo_mock/runtime/"],
    "cli": ["nexo_mock/", "boost/", "openssl/", "CLI/", "<system>"],
}

# Whatever the table above says, only these layers may include what is below these names.
RESERVED = {"boost/beast": ["net"], "CLI/": ["cli"]}

# The simulation is told the time, does no I/O and knows no threads.
NOT_IN = {
    "domain": ["atomic", "barrier", "condition_variable", "ctime", "filesystem", "fstream",
               "future", "iostream", "latch", "mutex", "semaphore", "shared_mutex", "stop_token",
               "thread"],
}

# Files that stand outside the folder of their layer.
LAYER_OF = {
    "src/main.cpp": "cli",
    "include/nexo_mock/version.hpp": None,
}

NEEDS_NO_HEADERS = ["cli"]

HEADER_FOLDER = "include/nexo_mock"
SOURCE_FOLDER = "src"
PRAGMA_FOLDERS = ["include", "src", "tests"]

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
STANDARD = re.compile(r"[a-z_0-9]+")
SYSTEM = re.compile(r"[a-z_0-9]+(/[a-z_0-9]+)*\.h")


def layer_of(path):
    """The layer of a path relative to the root: of a file of ours, or of what <nexo_mock/...> names."""
    if path in LAYER_OF:
        return LAYER_OF[path]
    for folder in (HEADER_FOLDER, SOURCE_FOLDER):
        if path.startswith(folder + "/"):
            first, _, rest = path[len(folder) + 1:].partition("/")
            if rest:
                return first
            return "public" if folder == HEADER_FOLDER else None
    return None


def below(name, place):
    return name.startswith(place) if place.endswith("/") else name == place


def allowed(layer, name):
    """Whether the layer may include <name>."""
    for place, layers in RESERVED.items():
        if name.startswith(place) and layer not in layers:
            return False
    target = layer_of("include/" + name)
    if target is not None:
        name = f"nexo_mock/{target}/"
        if target == layer:
            return True
    if STANDARD.fullmatch(name):
        return name not in NOT_IN.get(layer, [])
    return any(below(name, place) or (place == "<system>" and SYSTEM.fullmatch(name))
               for place in MAY_INCLUDE[layer])


def files_in(root, folder, *suffixes):
    return sorted(p for p in (root / folder).rglob("*") if p.suffix in suffixes)


def check_includes(root, file):
    path = file.relative_to(root).as_posix()
    layer = layer_of(path)
    if layer not in MAY_INCLUDE:
        return [f"{path}:1: belongs to no layer (they are {', '.join(MAY_INCLUDE)})"]
    breaches = []
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        directive = INCLUDE.match(line)
        if not directive:
            continue
        name = directive[1] or directive[2]
        if directive[2] and (file.parent / name).exists():
            fine = (file.parent / name).resolve().parent == file.parent
        else:
            fine = allowed(layer, name)
        if not fine:
            breaches.append(f"{path}:{number}: {layer} may not include {name}")
    return breaches


# Sources that share a header, since together they would be too long to read: what they are called,
# and what they implement.
PARTS = [
    (re.compile(r"src/control/\w+_calls?\.cpp"), "control/handlers.hpp"),
    (re.compile(r"src/domain/world_\w+\.cpp"), "domain/world.hpp"),
    (re.compile(r"src/runtime/emulator_\w+\.cpp"), "runtime/emulator.hpp"),
    (re.compile(r"src/runtime/(?:worker_host|worker_waits|metrics)\.cpp"), "runtime/ports.hpp"),
]


def check_mirror(root, source):
    path = source.relative_to(root)
    layer = layer_of(path.as_posix())
    header = root / HEADER_FOLDER / path.relative_to(SOURCE_FOLDER).with_suffix(".hpp")
    facade = root / HEADER_FOLDER / (source.stem + ".hpp")
    named = [header, source.with_suffix(".hpp")]
    named += [root / HEADER_FOLDER / whole for part, whole in PARTS if part.fullmatch(path.as_posix())]
    if layer == "embedding":
        named.append(facade)
    if layer in NEEDS_NO_HEADERS or any(each.exists() for each in named):
        return []
    return [f"{path.as_posix()}:1: has no header of its name ({header.relative_to(root)})"]


def check(root):
    root = root.resolve()
    code = [*files_in(root, HEADER_FOLDER, ".hpp"), *files_in(root, SOURCE_FOLDER, ".hpp", ".cpp")]
    if not code:
        return [f"{root}: holds no sources"]
    breaches = []
    for file in code:
        breaches += check_includes(root, file)
        if file.suffix == ".cpp":
            breaches += check_mirror(root, file)
    for folder in PRAGMA_FOLDERS:
        for header in files_in(root, folder, ".hpp"):
            if not re.search(r"^#pragma once$", header.read_text(), re.MULTILINE):
                breaches.append(f"{header.relative_to(root).as_posix()}:1: has no #pragma once")
    return breaches


CLEAN = {
    "include/nexo_mock/runtime/server.hpp": "#include <string>",
    "include/nexo_mock/domain/world.hpp": "#include <vector>\n#include <boost/system/result.hpp>",
    "include/nexo_mock/codec/reader.hpp": "#include <nexo_mock/domain/world.hpp>",
    "include/nexo_mock/api/handler.hpp": "#include <nexo_mock/codec/reader.hpp>",
    "include/nexo_mock/control/pages.hpp": "#include <nexo_mock/api/handler.hpp>",
    "include/nexo_mock/net/session.hpp": "#include <nexo_mock/api/handler.hpp>",
    "src/domain/world.cpp": '#include <nexo_mock/domain/world.hpp>\n#include "prefix_table.inc"',
    "src/codec/reader.cpp": "#include <boost/json.hpp>\n#include <arpa/inet.h>",
    "src/net/session.cpp": "#include <boost/beast/http.hpp>\n#include <sys/socket.h>",
    "src/net/private.hpp": "#include <boost/asio.hpp>",
    "src/net/private.cpp": '#include "private.hpp"',
    "src/runtime/server.cpp": "#include <nexo_mock/runtime/server.hpp>\n#include <nexo_mock/net/session.hpp>",
    "include/nexo_mock/server.hpp": "#include <nexo_mock/values.hpp>\n#include <string>",
    "include/nexo_mock/values.hpp": "#include <chrono>",
    "src/embedding/server.cpp": '#include <nexo_mock/server.hpp>\n#include "engine.hpp"',
    "src/embedding/engine.hpp": "#include <nexo_mock/runtime/server.hpp>",
    "src/cli/main.cpp": "#include <CLI/CLI.hpp>\n#include <nexo_mock/runtime/server.hpp>",
    "src/cli/serve.cpp": "#include <nexo_mock/runtime/clock.hpp>",
    "tests/support/include/support/timeline.hpp": "",
}

# A file to add, its text, and what has to be said about it.
PLANTED = [
    ("src/domain/a.hpp", "#include <boost/asio.hpp>", ":2: domain may not include boost/asio.hpp"),
    ("src/domain/a.hpp", "#  include <nexo_mock/codec/reader.hpp>", "domain may not include"),
    ("src/domain/a.hpp", "#include <mutex>", "domain may not include mutex"),
    ("src/domain/a.hpp", "#include <unistd.h>", "domain may not include unistd.h"),
    ("src/domain/a.hpp", '#include "../codec/b.hpp"', "domain may not include ../codec/b.hpp"),
    ("src/domain/a.hpp", '#include "../codec/reader.cpp"', "domain may not include ../codec/r"),
    ("src/domain/a.hpp", "#include <nexo_mock/version.hpp>", "domain may not include"),
    ("src/codec/a.hpp", "#include <nexo_mock/api/handler.hpp>", "codec may not include"),
    ("src/codec/a.hpp", "#include <boost/asio.hpp>", "codec may not include"),
    ("src/api/a.hpp", "#include <nexo_mock/control/pages.hpp>", "api may not include"),
    ("src/api/a.hpp", "#include <boost/beast.hpp>", "api may not include"),
    ("src/control/a.hpp", "#include <nexo_mock/net/session.hpp>", "control may not include"),
    ("src/net/a.hpp", "#include <nexo_mock/control/pages.hpp>", "net may not include"),
    ("src/net/a.hpp", "#include <nexo_mock/runtime/server.hpp>", "net may not include"),
    ("src/runtime/a.hpp", "#include <boost/beast/core.hpp>", "runtime may not include"),
    ("src/runtime/a.hpp", "#include <CLI/CLI.hpp>", "runtime may not include"),
    ("src/runtime/a.hpp", "#include <nexo_mock/cli/serve.hpp>", "runtime may not include"),
    ("src/cli/a.hpp", "#include <boost/beast.hpp>", "cli may not include"),
    ("include/nexo_mock/a.hpp", "#include <boost/system/result.hpp>", "public may not include"),
    ("include/nexo_mock/a.hpp", "#include <nexo_mock/domain/world.hpp>", "public may not include"),
    ("src/embedding/a.hpp", "#include <boost/asio.hpp>", "embedding may not include"),
    ("src/embedding/a.hpp", "#include <nexo_mock/cli/serve.hpp>", "embedding may not include"),
    ("src/runtime/a.hpp", "#include <nexo_mock/server.hpp>", "runtime may not include"),
    ("src/embedding/orphan.cpp", "", "has no header of its name"),
    ("src/other/a.hpp", "", "belongs to no layer"),
    ("src/api/orphan.cpp", "", "has no header of its name (include/nexo_mock/api/orphan.hpp)"),
    ("src/api/server.cpp", "", "has no header of its name"),
    ("src/api/world_outside.cpp", "", "has no header of its name"),
]


def write(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def breaches_with(path, text):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for each, content in CLEAN.items():
            write(root, each, "#pragma once\n" + content)
        if path:
            write(root, path, text)
        return check(root)


def self_test():
    wrong = [f"the clean tree: {breach}" for breach in breaches_with(None, "")]
    unguarded = ("tests/support/a.hpp", "int a;", "tests/support/a.hpp:1: has no #pragma once")
    planted = [unguarded, *((path, "#pragma once\n" + text, said) for path, text, said in PLANTED)]
    for path, text, said in planted:
        found = breaches_with(path, text)
        if len(found) != 1 or not found[0].startswith(path + ":") or said not in found[0]:
            wrong.append(f"{path} with {text!r}: expected {said!r}, found {found}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[2])
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    breaches = self_test() if options.self_test else check(options.root)
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
