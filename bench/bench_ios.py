"""Reading an iPhone backup's messages: rows a second beside MVT's SMS module, same backup, same run.

The backup is made up: 60,000 messages in the columns of a real `sms.db` (the sample's schema where
`../shared/samples` is present, else a smaller one). MVT comes from `bench/peers`.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = 60_000
SMS = "3d0d7e5fb2ce288813306e4d4636395e047a3d28"
PEERS = Path("bench/.work/peers/bin/python")
SAMPLE = Path("../shared/samples/ios_backup")
FALLBACK = """
create table handle (ROWID integer primary key, id text, service text);
create table message (ROWID integer primary key, guid text, text text, handle_id integer,
  attributedBody blob, service text, account text, date integer, date_read integer,
  is_from_me integer, is_read integer);
"""
OURS = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from notmyloan.read.detect import choose
from notmyloan.read.reader import readers
from notmyloan.read.source import ReadContext, Source
readers()  # imports are before the clock here as they are for the peer
began = time.process_time()
source = Source("backup", Path(sys.argv[1]))
n = sum(1 for r in choose(source).read(source, ReadContext(datetime.now(UTC))) if r.kind == "message")
print(n, time.process_time() - began)
"""
MVT = """
import logging, sys, time
logging.disable(logging.CRITICAL)
from mvt.ios.modules.mixed.sms import SMS
began = time.process_time()
module = SMS(target_path=sys.argv[1], module_options={"is_backup": True})
module.is_backup = True
module.run()
print(len(module.results), time.process_time() - began)
"""


def backup(folder: Path) -> None:
    """A backup folder with ROWS messages."""
    rng = random.Random(1)
    (folder / "3d").mkdir(parents=True)
    real = SAMPLE.is_dir()
    if real:
        for name in ("Manifest.db", "Info.plist"):
            shutil.copyfile(SAMPLE / name, folder / name)
    else:
        manifest = sqlite3.connect(folder / "Manifest.db")
        manifest.execute(
            "create table Files (fileID text, domain text, relativePath text, flags int, file blob)"
        )
        manifest.execute(
            "insert into Files values (?, 'HomeDomain', 'Library/SMS/sms.db', 1, x'')", (SMS,)
        )
        manifest.commit()
    path = folder / "3d" / SMS
    if real:
        shutil.copyfile(SAMPLE / "3d" / SMS, path)
        path.chmod(0o600)
    db = sqlite3.connect(path)
    if not real:
        db.executescript(FALLBACK)
    for trigger in db.execute("select name from sqlite_master where type='trigger'").fetchall():
        db.execute(f'drop trigger "{trigger[0]}"')
    db.execute("delete from message")
    db.execute("delete from handle")
    db.executemany(
        "insert into handle (ROWID, id, service) values (?, ?, 'SMS')",
        [(n, f"1069{rng.randrange(10**8):08d}") for n in range(1, 201)],
    )
    words = ["额度", "验证码", "您好", "快递", "今天", "吃饭", "账单", "提醒", "优惠", "退订"]
    db.executemany(
        "insert into message (guid, text, handle_id, service, account, date, date_read, is_from_me,"
        " is_read) values (?, ?, ?, 'SMS', 'p:0', ?, 0, 0, 1)",
        (
            (f"g{n}", "".join(rng.choices(words, k=18)), rng.randrange(1, 201),
             (600_000_000 + n * 1000) * 10**9)
            for n in range(ROWS)
        ),
    )  # fmt: skip
    db.commit()
    db.close()


def measure(python: str, code: str, folder: Path) -> tuple[int, float]:
    done = subprocess.run([python, "-c", code, str(folder)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    n, spent = done.stdout.split()[-2:]
    return int(n), float(spent)


def main() -> None:
    if not PEERS.exists():
        print("MVT is not installed here: sh bench/peers")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "backup"
        backup(folder)
        rows = [("notmyloan", sys.executable, OURS)]
        if PEERS.exists():
            rows.append(("MVT SMS module", str(PEERS), MVT))
        rates = []
        for what, python, code in rows:
            best = max((measure(python, code, folder) for _ in range(3)), key=lambda r: r[0] / r[1])
            rates.append(best[0] / best[1])
            print(f"{what:16} {best[0]:>7,} messages  {best[1]:6.2f} s cpu  {rates[-1]:>9,.0f}/s")
        if len(rates) == 2:
            print(f"ratio {rates[0] / rates[1]:.1f} (aim: at least 3)")


if __name__ == "__main__":
    main()
