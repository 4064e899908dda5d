"""Sealed copies: is the right copy named after what leaks do to it, and never a wrong one?

For drawn cards (flat, and laid flat from a made photo) and A4 scans, 1,000 recipients each, an
error of 1e-6 a case by the bound: for each attack (`seal_attacks.py`) a fresh copy, attacked and
tested. Then collusion, framing, innocents, invisibility, speed; and the same attacks on the open
watermarks blind-watermark and invisible-watermark (`sh bench/peers` installs them), as they are
and after our registration, held to the same error.

Quick by default (2 trials a row, some 15 minutes); `--full` takes a day.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "seal"), str(ROOT / "bench")]

import papers  # noqa: E402
import seal_attacks  # noqa: E402

from notmyloan.seal import detect, luma  # noqa: E402
from notmyloan.seal.card import Card, rectify  # noqa: E402
from notmyloan.seal.codes import GLYPH, LUMA, correlate, packed  # noqa: E402
from notmyloan.seal.copy import seal_copy  # noqa: E402
from notmyloan.seal.detect import Answer, Copy, Result, sketch, threshold  # noqa: E402
from notmyloan.seal.endorsement import ink_for, lay_out  # noqa: E402
from notmyloan.seal.keepout import keep_out  # noqa: E402
from notmyloan.seal.kinds import Kind  # noqa: E402
from notmyloan.seal.layout import Layout, Pixels, draw  # noqa: E402
from notmyloan.seal.register import Original, follow, prepare, register  # noqa: E402

RECIPIENTS, ERROR = 1000, 1e-6
PEERS = ROOT / "bench/.work/peers-seal/bin/python"
PEER_BITS = 64
PEER_NAMES = ("blind-watermark", "dwtDct", "dwtDctSvd")
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
CARDS = (Kind.ID_FRONT, Kind.ID_BACK, Kind.TEMPORARY_ID, Kind.PASSPORT, Kind.BANK_CARD,
         Kind.HOUSEHOLD)  # fmt: skip
SCANS = ((Kind.ID_FRONT, Kind.ID_BACK), (Kind.HOUSEHOLD, Kind.ID_FRONT), (Kind.BANK_CARD, Kind.ID_FRONT),
         (Kind.PASSPORT, Kind.ID_BACK))  # fmt: skip


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


def source(number: int, page: bool, layouts: int) -> Source:
    """The `number`th card (every second one from a photo) or A4 scan."""
    if page:
        kind, name, dpi = Kind.PAGE, f"page {number}", 200
        flat = papers.a4_scan(500 + number, SCANS[number % len(SCANS)]).pixels
    else:
        kind, dpi = CARDS[number % len(CARDS)], 300
        name = f"{kind} {number}"
        if number % 2:
            shot = papers.photo(kind, 500 + number, size=(2016, 1512), turn=number * 7 % 20 - 10)
            flat = rectify(shot.pixels, Card(kind, shot.truth[0][1], 1.0))
        else:
            flat = papers.paper(kind, 500 + number)
    size = (flat.shape[1], flat.shape[0])
    boxes, ink = keep_out(kind, size, flat), ink_for(flat)
    drawn = {
        f"l{n}": lay_out(
            PURPOSES[n % len(PURPOSES)], NAMES[n * 5 % len(NAMES)],
            date(2026, 1, 3) + timedelta(days=13 * n), kind, size, "zh-CN", boxes, ink=ink,
        )
        for n in range(layouts)
    }  # fmt: skip
    key = np.random.default_rng(number + 1000 * page).bytes(32)
    copies = [Copy(f"{number}-{n}", f"l{n % layouts}") for n in range(RECIPIENTS)]
    sketches = {n: sketch(layout) for n, layout in drawn.items()}
    return Source(name, prepare(flat), dpi, key, drawn, sketches, copies)


def sources(count: int, page: bool) -> list[Source]:
    return [source(n, page, 8 if page else 24) for n in range(count)]


def attacks(
    every: list[Source], rows: list[seal_attacks.Row], trials: int, page: bool
) -> list[tuple[str, dict[str, float]]]:
    found = []
    print(
        f"\n{'A4 pages' if page else 'cards'}, {RECIPIENTS} recipients, error {ERROR:g} a case, {trials} trials a row"
    )
    print(
        f"{'attack':28}{'named':>8}{'target':>8}{'wrong':>7}{'other':>7}{'least z':>9}{'median':>8}{'s':>6}"
    )
    for number, row in enumerate(rows):
        target = row.page if page else row.card
        right = wrong = other = 0
        z, spent = [], 0.0
        for trial in range(trials):
            rng = np.random.default_rng([number, trial, page])
            src = every[trial % len(every)]
            who = int(rng.integers(RECIPIENTS))
            suspect = row.attack(src.seal(who), rng, src.dpi)
            start = time.perf_counter()
            result = src.whose(np.ascontiguousarray(suspect))
            spent += time.perf_counter() - start
            ids = [m.copy.id for m in result.matches]
            right += src.copies[who].id in ids
            wrong += any(i != src.copies[who].id for i in ids)
            other += result.answer is Answer.OTHER
            z.append(float(result.z[who]))
        missed = target is not None and right / trials < target
        goal = "" if target is None else f"{target:.1%}"
        print(f"{row.name:28}{right / trials:8.1%}{goal:>8}{wrong:7}{other:7}{min(z):9.1f}{np.median(z):8.1f}"
              f"{spent / trials:6.2f}{'  MISSED' if missed else ''}", flush=True)  # fmt: skip
        found.append(
            (row.name, {"named": right / trials, "wrong": wrong, "z": float(np.median(z))})
        )
    return found


def collusion(every: list[Source], trials: int, page: bool) -> None:
    print(f"\ncollusion, then chat ({'A4 pages' if page else 'cards'})")
    print(f"{'copies':28}{'named':>8}{'target':>8}{'innocent':>9}{'of them':>9}")
    ways = {"averaged": np.mean, "median": np.median, "darkest": np.min, "lightest": np.max}
    cases = [(2, "averaged", 0.99), (5, "averaged", 0.95), (10, "averaged", 0.80)]
    for count, way, target in [*cases, *((3, way, None) for way in ways)]:
        hit = innocent = 0
        several = []
        for trial in range(trials):
            rng = np.random.default_rng([77, count, trial])
            src = every[trial % len(every)]
            who = rng.choice(RECIPIENTS, count, replace=False)
            mixed = ways[way]([src.seal(int(n)) for n in who], axis=0)
            suspect = seal_attacks.jpeg(seal_attacks.clipped(mixed), 75)
            named = {m.copy.id for m in src.whose(suspect).matches}
            guilty = {src.copies[n].id for n in who}
            hit += bool(named & guilty)
            innocent += len(named - guilty)
            several.append(len(named & guilty))
        missed = target is not None and hit / trials < target
        print(f"{f'{count} {way}':28}{hit / trials:8.1%}{'' if target is None else f'{target:.0%}':>8}{innocent:9}"
              f"{np.mean(several):9.1f}{'  MISSED' if missed else ''}", flush=True)  # fmt: skip


def framing(every: list[Source], trials: int) -> None:
    """The leaker got hold of an innocent's copy too and mixes a share of it in."""
    print("\nframing: the leaker's copy with a share of an innocent's copy mixed in (cards)")
    print(f"{'share of the innocent':28}{'leaker':>8}{'innocent':>9}{'both':>8}{'nobody':>8}")
    for share in (0.1, 0.25, 0.5, 0.75):
        tally: Counter[str] = Counter()
        for trial in range(trials):
            rng = np.random.default_rng([78, trial])
            src = every[trial % len(every)]
            a, b = (int(n) for n in rng.choice(RECIPIENTS, 2, replace=False))
            mixed = src.seal(a).astype(np.float32) * (1 - share) + src.seal(b) * share
            result = src.whose(seal_attacks.jpeg(seal_attacks.clipped(mixed), 75))
            named = {m.copy.id for m in result.matches}
            one, two = src.copies[a].id in named, src.copies[b].id in named
            tally[
                "both" if one and two else "leaker" if one else "innocent" if two else "nobody"
            ] += 1
        print(f"{share:<28.0%}" + f"{tally['leaker'] / trials:8.0%}{tally['innocent'] / trials:9.0%}"
              f"{tally['both'] / trials:8.0%}{tally['nobody'] / trials:8.0%}", flush=True)  # fmt: skip


def innocents(cards: list[Source], pages: list[Source], count: int) -> None:
    """Codes that had no part in the suspect, against what suspects of all sorts give."""
    suspects: list[tuple[str, Source, Pixels]] = []
    rng = np.random.default_rng(5)
    for n, src in enumerate(cards + pages):
        others = cards if src in cards else pages
        sealed = src.seal(7)
        suspects += [
            ("unmarked", src, src.pixels),
            ("unmarked, endorsed", src, draw(src.pixels, next(iter(src.layouts.values())))),
            ("another copy", src, seal_attacks.jpeg(sealed, 50)),
            ("another copy, copied", src, seal_attacks.copier(sealed, rng, src.dpi)),
            ("another vault's mark", src, luma.embed(src.pixels, rng.bytes(32), "x")),
            ("somebody else's paper", src, others[(n + 1) % len(others)].seal(3)),
        ]
    limit = threshold(RECIPIENTS, 1, ERROR)
    tested = false = 0
    highest = 0.0
    refused: Counter[str] = Counter()
    measured = []
    for name, src, suspect in suspects:
        stat = detect.measure(suspect, src.original, src.key, src.layouts, src.sketches)
        if stat is None:
            refused[name] += 1
        else:
            measured.append((src, stat))
    each = -(-count // len(measured))
    for number, (src, stat) in enumerate(measured):
        w = np.concatenate([stat.luma, *stat.glyphs.values()])
        size = len(stat.luma)
        power = math.sqrt(float((w**2).sum()))
        for start in range(0, each, 50_000):
            ids = [f"innocent {number} {n}" for n in range(start, min(start + 50_000, each))]
            total = correlate(packed(src.key, ids, LUMA, luma.CHIPS), stat.luma)
            if len(w) > size:
                total += correlate(packed(src.key, ids, GLYPH, len(w) - size), w[size:])
            z = total / power
            tested += len(z)
            false += int((z > limit).sum())
            highest = max(highest, float(z.max()))
    expected = math.sqrt(2 * math.log(tested))
    print(f"\ninnocents: {tested:,} codes against {len(measured)} suspects: {false} above {limit:.2f}, "
          f"highest {highest:.2f} (the bound lets the highest of so many reach {expected:.2f})")  # fmt: skip
    print(
        "said to be another picture: "
        + (", ".join(f"{n} {c}" for n, c in refused.items()) or "none")
    )


def ssim(a: Pixels, b: Pixels) -> float:
    """Wang et al. 2004 on brightness, as usual."""
    x, y = (luma.luma(p).astype(np.float64) for p in (a, b))

    def g(plane: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(plane, (11, 11), 1.5)

    mx, my = g(x), g(y)
    vx, vy, both = g(x * x) - mx * mx, g(y * y) - my * my, g(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    s = (2 * mx * my + c1) * (2 * both + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return float(s.mean())


def invisibility(every: list[Source], what: str) -> None:
    psnr, alike = [], []
    for src in every:
        marked = luma.embed(src.pixels, src.key, src.copies[0].id)
        miss = marked.astype(np.float64) - src.pixels
        psnr.append(10 * math.log10(255**2 / (miss**2).mean()))
        alike.append(ssim(marked, src.pixels))
    print(
        f"invisible mark on {what}: PSNR {min(psnr):.1f} dB at least, SSIM {min(alike):.4f} at least"
    )


def speed(every: list[Source], page: bool) -> None:
    what, src = ("A4 page" if page else "card"), every[0]
    sealed = src.seal(1)

    def timed(run: object, times: int = 3) -> float:
        best = math.inf
        for _ in range(times):
            start = time.perf_counter()
            run()  # type: ignore[operator]
            best = min(best, time.perf_counter() - start)
        return best

    print(
        f"seal a {what}: {1000 * timed(lambda: src.seal(2)):.0f} ms (target {600 if page else 150})"
    )
    leaked = seal_attacks.jpeg(sealed, 70)
    start = time.perf_counter()
    prepare(src.pixels)
    once = time.perf_counter() - start
    print(
        f"whose, {what}, 1,000 copies: {once + timed(lambda: src.whose(leaked)):.2f} s (target {3.0 if page else 1.5})"
    )
    many = [Copy(f"m{n}", f"l{n % len(src.layouts)}") for n in range(100_000)]
    large = replace(src, copies=many)
    print(
        f"whose, {what}, 100,000 copies: {once + timed(lambda: large.whose(leaked), 2):.2f} s (target 3)"
    )


def peers(
    cards: list[Source], pages: list[Source], rows: list[seal_attacks.Row], trials: int,
    ours: dict[bool, list[tuple[str, dict[str, float]]]], where: str,
) -> None:  # fmt: skip
    """The open watermarks carry 64 bits of a random name for each recipient; named when so few
    bits differ that 1,000 innocents reach it with a chance of 1e-6 at most."""
    if not PEERS.exists():
        print("\npeers: NOT INSTALLED (sh bench/peers installs them); nothing compared")
        return
    most = max(
        d for d in range(PEER_BITS)
        if RECIPIENTS * sum(math.comb(PEER_BITS, n) for n in range(d + 1)) / 2**PEER_BITS <= ERROR
    )  # fmt: skip
    for page, every in ((False, cards), (True, pages)):
        if not every or not ours.get(page) or ("pages" if page else "cards") not in where:
            continue
        bits = np.random.default_rng(9).integers(0, 2, (trials, PEER_BITS)).astype(np.uint8)
        share: dict[tuple[str, str, bool], float] = {}
        quality: dict[str, float] = {}
        with tempfile.TemporaryDirectory() as folder:
            clean = [draw(s.pixels, next(iter(s.layouts.values()))) for s in every]
            embedded: dict[str, list[Pixels]] = {}
            for name in PEER_NAMES:
                jobs = [clean[t % len(every)] for t in range(trials)]
                embedded[name] = ask(Path(folder), name, "embed", jobs, bits)
                miss = [
                    np.mean((e.astype(float) - c) ** 2)
                    for e, c in zip(embedded[name], jobs, strict=True)
                ]
                quality[name] = 10 * math.log10(255**2 / float(np.mean(miss)))
            for name in PEER_NAMES:
                jobs, truth = [], []  # one call for all rows: starting a peer takes a second
                for number, row in enumerate(rows):
                    for t, marked in enumerate(embedded[name]):
                        rng = np.random.default_rng([number, t, page])
                        src = every[t % len(every)]
                        suspect = np.ascontiguousarray(row.attack(marked, rng, src.dpi))
                        jobs += [suspect, registered(src, suspect)]
                        truth += [bits[t], bits[t]]
                read = ask(Path(folder), name, "extract", jobs, np.array(truth))
                wrong = np.array([int((r != b).sum()) for r, b in zip(read, truth, strict=True)])
                named = (wrong <= most).reshape(len(rows), trials, 2).mean(axis=1)
                for row, (plain, laid) in zip(rows, named, strict=True):
                    share[row.name, name, False], share[row.name, name, True] = plain, laid
        print(f"\npeers on {'A4 pages' if page else 'cards'}, {PEER_BITS} bits, named up to {most} wrong bits, "
              f"{trials} trials; (r): after our registration")  # fmt: skip
        print("PSNR of their marks: " + ", ".join(f"{n} {q:.1f} dB" for n, q in quality.items()))
        print(f"{'attack':28}{'ours':>7}" + "".join(f"{n[:11]:>12}{'(r)':>6}" for n in PEER_NAMES))
        for name, figures in ours[page]:
            cells = "".join(
                f"{share[name, p, False]:12.0%}{share[name, p, True]:6.0%}" for p in PEER_NAMES
            )
            print(f"{name:28}{figures['named']:7.0%}{cells}")


def registered(src: Source, suspect: Pixels) -> Pixels:
    """The suspect in colour on the original's own grid, by our registration."""
    place = register(src.original, suspect)
    wide, high = src.pixels.shape[1], src.pixels.shape[0]
    if place is None:
        return cv2.resize(suspect, (wide, high))
    place = follow(place, src.original.grey)
    planes = []
    for n in range(3):
        plane = suspect[..., n].astype(np.float32)
        if place.mirrored:
            plane = np.ascontiguousarray(plane[:, ::-1])
        plane = cv2.resize(plane, place.grey.shape[::-1], interpolation=cv2.INTER_AREA)
        planes.append(replace(place, grey=plane).sample((wide, high))[0])
    return seal_attacks.clipped(np.dstack(planes))


def ask(
    folder: Path, name: str, what: str, jobs: list[Pixels], bits: np.ndarray
) -> list[np.ndarray]:
    """Runs a peer in its own environment (`peers_seal.py`)."""
    np.savez(folder / "in.npz", bits=bits, **{f"p{n}": p for n, p in enumerate(jobs)})
    subprocess.run(
        [str(PEERS), str(ROOT / "bench/peers_seal.py"), name, what, str(folder)], check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    with np.load(folder / "out.npz") as out:
        return [out[f"p{n}"] for n in range(len(jobs))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="200 trials a row, 10 million innocents"
    )
    parser.add_argument("--quick", action="store_true", help="2 trials a row, as without --full")
    parser.add_argument("--trials", type=int, help="a row, cards")
    parser.add_argument("--page-trials", type=int, help="a row, A4 pages; as many by default")
    parser.add_argument("--peer-trials", type=int)
    parser.add_argument("--peers-on", default="cards pages", help="words of: cards pages")
    parser.add_argument("--originals", type=int, default=6, help="cards; half as many pages")
    parser.add_argument("--innocents", type=int)
    parser.add_argument("--rows", default="", help="only attacks whose name matches")
    parser.add_argument(
        "--only", default="", help="words of: cards pages collusion framing innocents speed peers"
    )
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    usual = (200, 20, 10_000_000) if given.full and not given.quick else (2, 1, 200_000)
    given.trials = given.trials or usual[0]
    given.peer_trials = given.peer_trials or usual[1]
    given.innocents = given.innocents or usual[2]
    cv2.setNumThreads(given.threads)
    only = set(given.only.split())
    rows = [r for r in seal_attacks.ROWS if re.search(given.rows, r.name)]

    def wanted(part: str) -> bool:
        return not only or part in only

    cards = sources(given.originals, False)
    use_pages = not only or only & {"pages", "innocents", "speed", "peers"}
    pages = sources(max(given.originals // 2, 1), True) if use_pages else []
    ours = {}
    invisibility(cards, "cards")
    if pages:
        invisibility(pages, "A4 pages")
    if wanted("speed"):
        speed(cards, False)
        speed(pages, True)
    if wanted("cards"):
        ours[False] = attacks(cards, rows, given.trials, False)
    if wanted("pages"):
        ours[True] = attacks(pages, rows, given.page_trials or given.trials, True)
    if wanted("collusion"):
        collusion(cards, given.trials, False)
        if pages:
            collusion(pages, given.page_trials or given.trials, True)
    if wanted("framing"):
        framing(cards, given.trials)
    if wanted("innocents"):
        innocents(cards, pages, given.innocents)
    if wanted("peers"):
        peers(cards, pages, rows, given.peer_trials, ours, given.peers_on)
    print(json.dumps({"cards": ours.get(False), "pages": ours.get(True)}))


if __name__ == "__main__":
    main()
