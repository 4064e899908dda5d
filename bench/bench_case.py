"""From a finding to a bundle ready to sign: three commands over a whole made-up life.

python bench/bench_case.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from notmyloan.story import write_life


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_life(folder / "life", seed=7)
        (folder / "words").write_text("correct horse battery staple\n")
        environ = os.environ | {
            "NOTMYLOAN_PASSPHRASE_FILE": str(folder / "words"),
            "NOTMYLOAN_VAULT": str(folder / "vault"),
            "NOTMYLOAN_NOW": "2026-11-20T20:00:00+08:00",
        }

        def run(*words: str) -> tuple[str, float]:
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "notmyloan", "-q", *words],
                capture_output=True, text=True, env=environ, cwd=folder,
            )  # fmt: skip
            assert done.returncode in (0, 1), done.stderr
            return done.stdout, time.perf_counter() - start

        run("check", "life/exports")
        rows = [json.loads(line) for line in run("findings", "--json")[0].splitlines()]
        rules = ("cr.unknown_account", "cr.unknown_enquiry", "sms.dunning_not_mine")
        numbers = [str(r["number"]) for r in rows if r["rule"] in rules]
        total = 0.0
        for words in (
            ("case", "open", *numbers),
            ("case", "letter", "1", "--all"),
            ("evidence", "pack", "--case", "1", "--originals", "life/exports"),
        ):
            _, seconds = run(*words)
            total += seconds
            print(f"{' '.join(words[:2]):16} {seconds:5.2f} s")
        letters = len(list((folder / "case-1").glob("*.pdf")))
        size = sum(p.stat().st_size for p in (folder / "evidence-1").rglob("*") if p.is_file())
        print(
            f"total {total:.2f} s: {letters} letters as DOCX and PDF, package {size / 1e6:.1f} MB"
        )


if __name__ == "__main__":
    main()
