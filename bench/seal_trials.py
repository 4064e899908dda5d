"""The trials of `bench_seal.py`, kept line by line so that a run of days can stop and go on.

Each trial has its number, and with it its original, recipient and attack's randomness: a run picks
up where the last one stopped, and a peer's trial meets the very same attack. A line names the
digest of the code that was measured, so that trials of older code never slip into a table.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import papers
import seal_attacks

from notmyloan.seal import detect
from notmyloan.seal.card import Card, rectify
from notmyloan.seal.copy import seal_copy
from notmyloan.seal.detect import Answer, Copy, Result, sketch
from notmyloan.seal.endorsement import ink_for, lay_out
from notmyloan.seal.keepout import keep_out
from notmyloan.seal.kinds import Kind
from notmyloan.seal.layout import Layout, Pixels
from notmyloan.seal.register import Original, prepare

ROOT = Path(__file__).resolve().parent.parent
RECIPIENTS, ERROR = 1000, 1e-6
CARDS_USED, PAGES_USED = 12, 4  # originals; trials take them in turn
PURPOSES = (
    "办理储蓄卡开户",
    "入职登记",
    "租房合同备案",
    "申请信用卡",
    "手机卡实名登记",
    "办理按揭贷款",
)
NAMES = ("甲银行杭州分行", "乙科技有限公司", "丙房产经纪", "丁消费金融", "戊通信营业厅", "己人力资源",
         "庚小额贷款", "辛保险代理")  # fmt: skip
KINDS = (Kind.ID_FRONT, Kind.ID_BACK, Kind.TEMPORARY_ID, Kind.PASSPORT, Kind.BANK_CARD,
         Kind.HOUSEHOLD)  # fmt: skip
SCANS = ((Kind.ID_FRONT, Kind.ID_BACK), (Kind.HOUSEHOLD, Kind.ID_FRONT), (Kind.BANK_CARD, Kind.ID_FRONT),
         (Kind.PASSPORT, Kind.ID_BACK))  # fmt: skip
_MEASURED = ("codes", "copy", "corners", "detect", "endorsement", "features", "fonts", "glyph", "keepout", "kinds",
             "layout", "lines", "luma", "quads", "register", "residual", "room", "wording")  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One original with all its copies. `sketches` as a vault would keep them."""

    name: str
    original: Original
    dpi: int
    key: bytes
    layouts: dict[str, Layout]
    sketches: dict[str, np.ndarray]
    copies: list[Copy]

    @property
    def pixels(self) -> Pixels:
        return self.original.pixels

    def seal(self, n: int) -> Pixels:
        copy = self.copies[n]
        return seal_copy(self.pixels, self.layouts[copy.layout], self.key, copy.id)

    def whose(self, suspect: Pixels) -> Result:
        return detect.whose(suspect, self.original, self.key, self.copies, self.layouts,
                            error=ERROR, sketches=self.sketches)  # fmt: skip


def source(number: int, page: bool, layouts: int | None = None) -> Source:
    """The `number`th card (every second one from a photo) or A4 scan."""
    if page:
        kind, name, dpi = Kind.PAGE, f"page {number}", 200
        flat = papers.a4_scan(500 + number, SCANS[number % len(SCANS)]).pixels
    else:
        kind, dpi = KINDS[number % len(KINDS)], 300
        name = f"{kind} {number}"
        if (number + number // len(KINDS)) % 2:  # each kind once flat, once from a photo
            shot = papers.photo(kind, 500 + number, size=(2016, 1512), turn=number * 7 % 20 - 10)
            flat = rectify(shot.pixels, Card(kind, shot.truth[0][1], 1.0))
        else:
            flat = papers.paper(kind, 500 + number)
    size = (flat.shape[1], flat.shape[0])
    boxes, ink = keep_out(kind, size, flat), ink_for(flat)
    count = layouts or (8 if page else 24)
    drawn = {
        f"l{n}": lay_out(
            PURPOSES[n % len(PURPOSES)], NAMES[n * 5 % len(NAMES)],
            date(2026, 1, 3) + timedelta(days=13 * n), kind, size, "zh-CN", boxes, ink=ink,
        )
        for n in range(count)
    }  # fmt: skip
    key = np.random.default_rng(number + 1000 * page).bytes(32)
    copies = [Copy(f"{number}-{n}", f"l{n % count}") for n in range(RECIPIENTS)]
    sketches = {n: sketch(layout) for n, layout in drawn.items()}
    return Source(name, prepare(flat), dpi, key, drawn, sketches, copies)


@lru_cache(maxsize=CARDS_USED + PAGES_USED)
def used(number: int, page: bool) -> Source:
    """The original of a trial."""
    return source(number % (PAGES_USED if page else CARDS_USED), page)


@dataclass(frozen=True)
class Trial:
    """The `number`th trial of a row: always the same copy of the same paper, attacked alike."""

    row: seal_attacks.Row
    page: bool
    number: int

    @property
    def source(self) -> Source:
        return used(self.number, self.page)

    def rng(self) -> np.random.Generator:
        return np.random.default_rng([zlib.crc32(self.row.name.encode()), self.number, self.page])

    def run(self) -> dict[str, Any]:
        """Seals a copy, attacks it, asks whose it is."""
        src, rng = self.source, self.rng()
        who = int(rng.integers(RECIPIENTS))
        suspect = np.ascontiguousarray(self.row.attack(src.seal(who), rng, src.dpi))
        start, worked = time.perf_counter(), time.process_time()
        result = src.whose(suspect)
        spent, worked = time.perf_counter() - start, time.process_time() - worked
        ids = [m.copy.id for m in result.matches]
        return {
            "right": src.copies[who].id in ids,
            "wrong": sum(i != src.copies[who].id for i in ids),
            "other": result.answer is Answer.OTHER,
            "z": round(float(result.z[who]), 2),
            "seconds": round(spent, 2),
            "cpu": round(worked, 2),
            "source": src.name,
        }

    def attacked(self, marked: Pixels) -> Pixels:
        """What this trial's attack makes of somebody else's marked copy of the same paper."""
        rng = self.rng()
        rng.integers(RECIPIENTS)
        return np.ascontiguousarray(self.row.attack(marked, rng, self.source.dpi))


def code() -> str:
    """A digest of all that a trial measures: the marks, the test, the attacks, the papers."""
    whole = hashlib.sha256()
    files = [ROOT / f"src/notmyloan/seal/{name}.py" for name in _MEASURED]
    for file in (*files, ROOT / "bench/seal_attacks.py", ROOT / "tests/seal/papers.py"):
        whole.update(file.read_bytes())
    return whole.hexdigest()[:10]


class Kept:
    """The file of lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.code = code()

    def lines(self, codes: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
        """Of this code, or of those named, each trial once, whoever ran it too; a line cut off by
        a stop is passed over."""
        if not self.path.exists():
            return
        seen = set()
        for text in self.path.read_text(encoding="utf-8").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            trial = (line["code"], line.get("peer"), line["page"], line["row"], line["trial"])
            if line["code"] in (codes or (self.code,)) and trial not in seen:
                seen.add(trial)
                yield line

    def put(self, line: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"code": self.code} | line, ensure_ascii=False) + "\n"
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(file, text.encode())
        finally:
            os.close(file)

    def run(
        self,
        rows: Sequence[seal_attacks.Row],
        page: bool,
        trials: int,
        say: Callable[[str], None],
    ) -> None:
        """All trials up to `trials` a row that are not kept yet: the first of each row, then the
        second, so that all rows grow alike."""
        done = {
            (line["row"], line["trial"])
            for line in self.lines()
            if line["what"] == "trial" and line["page"] == page
        }
        for number in range(trials):
            for row in rows:
                if (row.name, number) in done:
                    continue
                found = Trial(row, page, number).run()
                self.put({"what": "trial", "page": page, "row": row.name, "trial": number} | found)
                if not found["right"] or found["wrong"]:
                    say(f"{row.name} {number}: {found}")


def interval(hits: int, trials: int, error: float = 0.05) -> tuple[float, float]:
    """The exact binomial interval (Clopper and Pearson 1934)."""
    from scipy.stats import beta

    low = float(beta.ppf(error / 2, hits, trials - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - error / 2, hits + 1, trials - hits)) if hits < trials else 1.0
    return low, high


def table(
    kept: Kept, rows: Sequence[seal_attacks.Row], page: bool, codes: Sequence[str] | None
) -> None:
    """The trials kept so far, row by row."""
    lines = [n for n in kept.lines(codes) if n["what"] == "trial" and n["page"] == page]
    print(f"\n{'A4 pages' if page else 'cards'}, {RECIPIENTS} recipients, error {ERROR:g} a case, "
          f"{len(lines)} trials, code {' '.join(codes or (kept.code,))}")  # fmt: skip
    print(f"{'attack':28}{'named':>14}{'95 % interval':>18}{'target':>8}{'wrong':>7}{'least z':>9}"
          f"{'median':>8}{'cpu s':>7}")  # fmt: skip
    total = right = wrong = 0
    for row in rows:
        mine = [n for n in lines if n["row"] == row.name]
        if not mine:
            continue
        hits, bad = sum(n["right"] for n in mine), sum(n["wrong"] for n in mine)
        total, right, wrong = total + len(mine), right + hits, wrong + bad
        target = row.page if page else row.card
        low, high = interval(hits, len(mine))
        z = [n["z"] for n in mine]
        missed = target is not None and hits / len(mine) < target
        print(f"{row.name:28}{f'{hits} of {len(mine)}':>14}{f'{low:.1%} to {high:.1%}':>18}"
              f"{'' if target is None else f'{target:.1%}':>8}{bad:7}{min(z):9.1f}{np.median(z):8.1f}"
              f"{np.median([n['cpu'] for n in mine]):7.2f}{'  MISSED' if missed else ''}")  # fmt: skip
    if total:
        low, high = interval(right, total)
        print(
            f"{'all':28}{f'{right} of {total}':>14}{f'{low:.2%} to {high:.2%}':>18}{'':8}{wrong:7}"
        )
