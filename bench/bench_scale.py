"""Ten years of a busy phone, 200,000 messages and 20,000 calls, through the commands a person uses:
CPU time and peak memory of each, at a tenth of the size and at the whole.

The claim is that a vault of that size stays comfortable: no command above 300 MB, cost in
proportion to the size. No other program does the same work; the peer here is the smaller vault.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from notmyloan.story.chance import moment
from notmyloan.story.events import Rang
from notmyloan.story.exports import write_calls_xml
from notmyloan.story.people import mobile
from notmyloan.story.write import TODAY, make_messages_xml

COMMANDS = (
    ("check", "{folder}/phone"), ("findings",), ("show", "1"),
    ("report", "--html", "{folder}/page.html"), ("report", "--json"), ("rescreen",), ("check",),
    ("who",), ("vault", "verify"), ("vault", "export", "-o", "{folder}/all.jsonl"),
    ("vault", "backup", "{folder}/copy"),
)  # fmt: skip


def make_phone(folder: Path, messages: int, calls: int) -> None:
    folder.mkdir(parents=True)
    make_messages_xml(folder / "sms.xml", messages, seed=3)
    rng = random.Random(5)
    first = TODAY - timedelta(days=3650)
    pool = [mobile(rng) for _ in range(80)] + [
        f"0755{rng.randrange(10**7, 10**8)}" for _ in range(600)
    ]
    rows = [
        Rang(moment(rng, first + timedelta(days=3650 * n // calls)), rng.choice(pool),
             rng.choice((1, 2, 3, 3)), rng.choice((0, 5, 20, 90, 400)))
        for n in range(calls)
    ]  # fmt: skip
    write_calls_xml(folder / "calls.xml", rows)


def spent(words: list[str], environ: dict[str, str]) -> tuple[float, int]:
    """CPU seconds and peak MiB of one run. Exit code 1 means findings."""
    program = [sys.executable, "-m", "notmyloan", "-q", "--lang", "en", *words]
    process = subprocess.Popen(program, env=environ, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{words}: {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def main() -> None:
    table: dict[str, list[tuple[float, int]]] = {}
    for messages in (20_000, 200_000):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_phone(folder / "phone", messages, messages // 10)
            (folder / "passphrase").write_text("bench passphrase\n")
            environ = os.environ | {
                "NOTMYLOAN_VAULT": str(folder / "vault"), "OMP_NUM_THREADS": "1",
                "NOTMYLOAN_PASSPHRASE_FILE": str(folder / "passphrase"),
                "NOTMYLOAN_NOW": "2026-11-20T20:00:00+08:00", "OPENBLAS_NUM_THREADS": "1",
            }  # fmt: skip
            for number, words in enumerate(COMMANDS):
                label = f"{number}: " + " ".join(w for w in words if "{" not in w)
                cost = spent([word.format(folder=folder) for word in words], environ)
                table.setdefault(label, []).append(cost)
    print(f"{'':24} {'20,000':>16} {'200,000':>18}   times")
    for label, ((small, low), (large, high)) in table.items():
        print(f"{label[3:]:24} {small:>6.2f} s {low:>5} MiB {large:>8.2f} s {high:>5} MiB "
              f"{large / small:>6.1f}")  # fmt: skip
    print(json.dumps({"peak_mib": max(high for _, (_, high) in table.values())}))


if __name__ == "__main__":
    main()
