"""Runs the real command line in a process of its own, with a vault in a temporary folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run("check", path, lang="zh-CN", stdin="…")` with a passphrase file and a fixed clock."""
    secret = tmp_path / "passphrase"
    secret.write_text("four unrelated made up words\n")

    def call(
        *words: str | Path, lang: str = "en", stdin: str | None = None, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "notmyloan", "--lang", lang, *map(str, words)],
            capture_output=True,
            text=True,
            input=stdin if stdin is not None else "",
            env=os.environ
            | {
                "NOTMYLOAN_PASSPHRASE_FILE": str(secret),
                "NOTMYLOAN_VAULT": str(tmp_path / "vault.notmyloan"),
                "NOTMYLOAN_NOW": "2026-11-20T12:00:00+08:00",
                "PYTHONIOENCODING": "utf-8",
            }
            | environ,
            timeout=120,
        )

    return call
