"""Import and screen: SMS Backup & Restore XML read, screened and stored in the encrypted vault.

Prints messages a second on one core at 1x, 10x, and the peak memory of each; the claim is that
cost grows linearly and memory does not grow. Peer: the same file parsed by the stdlib's
ElementTree.iterparse into an unencrypted sqlite3 table with no screening at all.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

WORK = r"""
import sys, time
from datetime import datetime, UTC
from pathlib import Path
from notmyloan.guard import Guard
from notmyloan.guard.progress import Silent
from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.vault import Vault
path, where = Path(sys.argv[1]), Path(sys.argv[2])
with Vault.create(where, "bench passphrase") as vault:
    guard = Guard(vault, datetime(2026, 11, 20, tzinfo=UTC), SHANGHAI)
    began, cpu = time.perf_counter(), time.process_time()
    summary = guard.import_paths([path], Silent(), lambda name, attempt: None)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    n = sum(f.new for f in summary.files)
status = Path("/proc/self/status").read_text()
peak = int(status.split("VmHWM:")[1].split()[0]) // 1024
print(n, wall, cpu, peak)
"""
PEER = r"""
import sqlite3, sys, time
from xml.etree.ElementTree import iterparse
began, cpu = time.perf_counter(), time.process_time()
db = sqlite3.connect(sys.argv[2])
db.execute("create table sms (at, kind, address, body)")
rows = []
n = 0
for _, element in iterparse(sys.argv[1]):
    if element.tag == "sms":
        a = element.attrib
        rows.append((a["date"], a["type"], a["address"], a["body"]))
        n += 1
        if len(rows) == 4000:
            db.executemany("insert into sms values (?,?,?,?)", rows)
            db.commit()
            rows.clear()
    element.clear()
db.executemany("insert into sms values (?,?,?,?)", rows)
db.commit()
peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) // 1024
print(n, time.perf_counter() - began, time.process_time() - cpu, peak)
"""


def measure(code: str, *arguments: Path) -> tuple[int, float, float, int]:
    environ = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        ["taskset", "-c", "0", sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, env=environ, check=True,
    )  # fmt: skip
    n, wall, cpu, peak = done.stdout.split()
    return int(n), float(wall), float(cpu), int(peak)


def main() -> None:
    from notmyloan.story import make_messages_xml

    results = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (20_000, 200_000):
            path = Path(folder) / f"sms-{count}.xml"
            make_messages_xml(path, count, seed=count)
            # A strict parser stops at the app's surrogate references: the peer gets them removed.
            clean = Path(folder) / f"clean-{count}.xml"
            clean.write_bytes(re.sub(rb"&#5[5-7]\d{3};", b"", path.read_bytes()))
            for name, code, given in (("notmyloan", WORK, path),
                                      ("iterparse+sqlite3, no screening", PEER, clean)):  # fmt: skip
                n, wall, cpu, peak = measure(code, given, Path(folder) / f"{name[:3]}-{count}.db")
                results.append({"what": name, "messages": n, "wall_s": round(wall, 2),
                                "cpu_s": round(cpu, 2), "per_cpu_s": round(n / cpu),
                                "peak_mib": peak})  # fmt: skip
                print(f"{name:34} {n:>8,} messages  {wall:6.2f} s wall  {cpu:6.2f} s cpu  "
                      f"{n / cpu:>8,.0f}/s  {peak:>4} MiB")  # fmt: skip
    print(json.dumps(results))


if __name__ == "__main__":
    main()
