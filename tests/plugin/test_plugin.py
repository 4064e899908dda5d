"""A package that is not ours adds a format and a finding without touching our code."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def run(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {
        "PYTHONPATH": str(HERE),
        "NOTMYLOAN_VAULT": str(tmp_path / "vault"),
        "NOTMYLOAN_NOW": "2026-11-20T12:00:00+08:00",
    }
    return subprocess.run(
        [sys.executable, "-m", "notmyloan", "--lang", "en", *words],
        capture_output=True, text=True, env=environ, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_third_party_package_adds_a_reader_and_a_rule(tmp_path: Path) -> None:
    log = tmp_path / "flight.log"
    log.write_text(
        "PIGEON 1\n"
        "2026-11-01T08:00:00+08:00|coop-7|bread at noon\n"
        "lost over the sea\n"
        "2026-11-02T08:00:00+08:00|coop-9|bread again\n"
    )
    done = run(tmp_path, "read", str(log), "--json")
    kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert kinds == ["message", "unreadable", "message"]

    done = run(tmp_path, "check", "--dry-run", "--json", str(log))
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    titles = {f["rule"]: f["title"] for f in report["findings"]}
    assert titles["pigeon.too_many"] == "2 pigeons came."
