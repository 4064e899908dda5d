"""The personal side opens no socket: the whole job with sockets forbidden."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

# Runs before anything of ours: any socket at all is an error, and is counted.
FORBID = """
import sys
def guard(event, args):
    if event.startswith("socket."):
        raise RuntimeError("a socket was opened: " + event)
sys.addaudithook(guard)
import runpy
sys.argv = ["notmyloan", *sys.argv[1:]]
runpy.run_module("notmyloan", run_name="__main__")
"""


def test_the_whole_job_opens_no_socket(life: Path, tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text("four unrelated made up words\n")
    environ = os.environ | {
        "NOTMYLOAN_PASSPHRASE_FILE": str(secret),
        "NOTMYLOAN_VAULT": str(tmp_path / "vault"),
        "NOTMYLOAN_NOW": "2026-11-20T20:00:00+08:00",
    }
    page = tmp_path / "report.html"
    done = subprocess.run(
        [sys.executable, "-c", FORBID, "--lang", "en", "check", str(life / "exports"), "--json",
         "--html", str(page)],
        capture_output=True, text=True, env=environ, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert report["sockets_opened"] == 0
    assert "Network connections opened while making this: 0." in page.read_text()


def test_the_guard_of_this_test_works() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORBID.split("import runpy")[0] + "import socket; socket.socket()"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert "a socket was opened" in done.stderr


def test_the_report_counts_what_was_opened() -> None:
    code = """
import socket
from notmyloan.cli import network
before = network.opened()
network.watch(); network.watch()
socket.socket(socket.AF_INET).close()
pair = socket.socketpair()  # between processes of this machine: no network
try:
    socket.getaddrinfo("localhost", 9)
except OSError:
    pass
print(before, network.opened())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["None", "2"], done.stderr
