"""Verify an evidence package of 10,000 items and 5 GB, beside `sha256sum -c`, `openssl dgst` and
the reference implementation of BagIt on the same files; then change bytes and see them named.

python bench/bench_evidence.py            # 10,000 items, 5 GB
python bench/bench_evidence.py --quick    # 500 items, 250 MB
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import bagit

from notmyloan.evidence.log import Entry, append
from notmyloan.evidence.package import Item, write
from notmyloan.evidence.verify import verify

NOW = datetime(2026, 11, 20, tzinfo=UTC)
PIECE = 1 << 20
CHANGED = 5
BASE = random.Random(7).randbytes(PIECE)


def pieces(number: int, size: int) -> Iterator[bytes]:
    """Bytes that differ from item to item, without drawing each of them."""
    head = hashlib.sha256(str(number).encode()).digest()
    while size > 0:
        piece = (head + BASE)[: min(size, PIECE)]
        yield piece
        size -= len(piece)


def items(count: int, size: int) -> Iterator[Item]:
    for number in range(count):
        digest = hashlib.sha256()
        for piece in pieces(number, size):
            digest.update(piece)
        yield Item(
            f"{number:05d}-item.bin", lambda n=number: pieces(n, size), digest.hexdigest(), size
        )


def build(target: Path, count: int, size: int) -> None:
    entries: list[Entry] = []
    kept = []
    for item in items(count, size):
        entries.append(append(entries, at=NOW, kind="added", subject=item.sha256, size=size))
        kept.append(item)
    write(target, kept, entries=entries, about={}, made=NOW, readme="x")


def timed(call: object) -> tuple[float, float]:
    """Seconds of wall clock and of CPU, children's included."""
    assert callable(call)
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    start = time.perf_counter()
    call()
    wall = time.perf_counter() - start
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(
        a.ru_utime + a.ru_stime - b.ru_utime - b.ru_stime
        for a, b in zip(after, before, strict=True)
    )
    return wall, cpu


def named(package: Path) -> None:
    """Change a byte here and there, one after another, and see whether it is named."""
    drawn = random.Random(11)
    files = sorted((package / "data").iterdir())
    right = 0
    for _ in range(CHANGED):
        path = drawn.choice(files)
        at = drawn.randrange(path.stat().st_size)
        with path.open("r+b") as stream:
            stream.seek(at)
            old = stream.read(1)
            stream.seek(at)
            stream.write(bytes([old[0] ^ drawn.randrange(1, 256)]))
        where = [fault.where for fault in verify(package).faults]
        right += [(w.first, w.last, w.expected) for w in where if w] == [(at, at, old[0])]
        with path.open("r+b") as stream:
            stream.seek(at)
            stream.write(old)
    print(f"single bytes changed in the whole package: {right} of {CHANGED} named exactly")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    count, total = (500, 250_000_000) if options.quick else (10_000, 5_000_000_000)
    with tempfile.TemporaryDirectory() as folder:
        if shutil.disk_usage(folder).free < total * 1.2:
            sys.exit(f"not enough room in {folder} for {total / 1e9:.1f} GB")
        package = Path(folder) / "package"
        wall, _ = timed(lambda: build(package, count, total // count))
        print(f"built: {count:,} items, {total / 1e9:.2f} GB in {wall:.0f} s")

        def peer() -> None:
            command = ["sha256sum", "-c", "--quiet", "manifest-sha256.txt"]
            subprocess.run(command, cwd=package, check=True)

        def openssl() -> None:
            # Debian's sha256sum does not use the processor's SHA instructions; openssl does.
            find = ["find", "data", "-type", "f", "-print0"]
            files = subprocess.run(find, cwd=package, check=True, capture_output=True).stdout
            command = ["xargs", "-0", "openssl", "dgst", "-sha256", "-r"]
            subprocess.run(command, cwd=package, check=True, input=files, capture_output=True)

        def reference() -> None:
            bagit.Bag(str(package)).validate(processes=1)

        def ours() -> None:
            assert verify(package).whole

        ours()  # all then find the files equally warm, as far as memory holds them
        rounds = [
            (timed(peer), timed(openssl), timed(reference), timed(ours))
            for _ in range(options.rounds)
        ]
        names = (
            "sha256sum -c", "openssl dgst -sha256", "bagit validate", "notmyloan evidence verify",
        )  # fmt: skip
        for index, name in enumerate(names):
            wall = statistics.median(r[index][0] for r in rounds)
            cpu = statistics.median(r[index][1] for r in rounds)
            print(f"{name:26} wall {wall:6.2f} s  CPU {cpu:6.2f} s  {total / cpu / 1e6:6.0f} MB/s")
        for index, name in enumerate(names[:-1]):
            by_cpu = statistics.median(r[index][1] / r[-1][1] for r in rounds)
            by_wall = statistics.median(r[index][0] / r[-1][0] for r in rounds)
            print(f"share of the rate of {name}: {by_cpu:.2f} of CPU, {by_wall:.2f} of wall clock")
        alone = (
            "import sys; from pathlib import Path\n"
            "from notmyloan.evidence.verify import verify\n"
            "assert verify(Path(sys.argv[1])).whole\n"
            # Not ru_maxrss: a child's begins at its parent's.
            "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
        )
        done = subprocess.run([sys.executable, "-c", alone, str(package)], check=True,
                              capture_output=True, text=True)  # fmt: skip
        print(f"peak memory of verify alone {int(done.stdout) / 1024:.0f} MiB")
        sums = (package / "notmyloan/blocks.txt").stat().st_size
        print(f"the sums that name a byte take {sums / total:.2%} of the evidence")
        named(package)


if __name__ == "__main__":
    main()
