"""What machine this is, and whether it can be measured on."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

SEARCH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def find(tool):
    return shutil.which(tool, path=SEARCH)


def why_not():
    """Why nothing can be measured here, or None."""
    if (os.cpu_count() or 1) < 2 or len(os.sched_getaffinity(0)) < 2:
        return "it takes two cores, one for the server and one for the load"
    if not Path("/proc/self/schedstat").exists():
        return "this kernel does not count CPU time in nanoseconds (/proc/PID/schedstat)"
    for tool in ("nginx", "taskset"):
        if not find(tool):
            return f"{tool} is missing (script/bootstrap --bench installs it)"
    return None


def _first(pattern, text, otherwise="unknown"):
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else otherwise


def _said(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return ""
    return done.stdout + done.stderr


def facts():
    """What figures depend on, for raw files and for the heading of the table."""
    memory_kib = int(_first(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), "0"))
    return {
        "cores": os.cpu_count(),
        "cpu": _first(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text()),
        "virtual": "hypervisor" in Path("/proc/cpuinfo").read_text(),
        "memory_gib": round(memory_kib / 1024 / 1024, 1),
        "kernel": platform.release(),
        "system": _first(r'^PRETTY_NAME="?([^"\n]*)', Path("/etc/os-release").read_text()),
        "nginx": _first(r"nginx/(\S+)", _said(find("nginx"), "-v")),
        "openssl": _first(r"OpenSSL (\S+)", _said("openssl", "version")),
        "load_before": os.getloadavg()[0],
    }


def in_words(facts_of):
    kind = "virtual machine" if facts_of["virtual"] else "machine"
    return (f"{kind} with {facts_of['cores']} cores ({facts_of['cpu']}) and "
            f"{facts_of['memory_gib']} GiB, {facts_of['system']}, "
            f"Linux {facts_of['kernel'].split('-')[0]}, nginx {facts_of['nginx']}, OpenSSL {facts_of['openssl']}; "
            f"load {facts_of['load_before']:.1f} before it began")
