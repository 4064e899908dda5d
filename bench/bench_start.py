"""Start-up: `notmyloan --help`, and `check` over the demo's life from a cold start.

The peers are `python -c pass` and `mvt-ios --help` where MVT is installed (bench/peers).
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent


def timed(words: list[str], environ: dict[str, str], times: int) -> float:
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(words, capture_output=True, env=environ, check=False)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def main() -> None:
    from notmyloan.story import write_life

    environ = dict(os.environ) | {"NOTMYLOAN_NOW": "2026-11-20T20:00:00+08:00"}
    rows = [("python -c pass", [sys.executable, "-c", "pass"], 10),
            ("notmyloan --help", [str(BIN / "notmyloan"), "--help"], 10)]  # fmt: skip
    peer = shutil.which("mvt-ios", path=f"bench/.work/peers/bin{os.pathsep}{os.environ['PATH']}")
    if peer:
        rows.append(("mvt-ios --help", [peer, "--help"], 3))
    for name, words, times in rows:
        print(f"{name:24} {timed(words, environ, times) * 1000:7.0f} ms (median of {times})")
    with tempfile.TemporaryDirectory() as folder:
        life, secret = Path(folder) / "life", Path(folder) / "passphrase"
        write_life(life, seed=7)
        secret.write_text("bench passphrase\n")
        environ |= {"NOTMYLOAN_PASSPHRASE_FILE": str(secret)}
        spent = []
        for n in range(3):
            words = [str(BIN / "notmyloan"), "--vault", f"{folder}/v{n}", "check",
                     str(life / "exports"), "--html", f"{folder}/r.html", "--pdf", f"{folder}/r.pdf"]  # fmt: skip
            spent.append(timed(words, environ, 1))
        print(
            f"check, demo's life       {statistics.median(spent):7.2f} s  (median of 3, with page and PDF)"
        )


if __name__ == "__main__":
    main()
