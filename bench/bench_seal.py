"""Sealed copies: is the right copy named after what leaks do to it, and never a wrong one?

For drawn cards (flat, and laid flat from a made photo) and A4 scans, 1,000 recipients each, an
error of 1e-6 a case by the bound: for each attack (`seal_attacks.py`) a fresh copy, attacked and
tested. Then collusion, framing, innocents, invisibility, speed; and the same attacks on the open
watermarks blind-watermark and invisible-watermark (`sh bench/peers` installs them), as they are
and after our registration, held to the same error.

Trials are kept in bench/.work/seal-trials.jsonl and go on where they were stopped:
`--trials 200` (hours), `--rows REGEX`, `--cards` or `--pages` alone, `--peer-trials N`. `--table`
prints what is kept, without running anything. Without arguments: 2 trials a row, some 15 minutes.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import cv2  # noqa: E402
import numpy as np  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "seal"), str(ROOT / "bench")]

import seal_attacks  # noqa: E402
from seal_trials import (  # noqa: E402
    CARDS_USED,
    ERROR,
    PAGES_USED,
    RECIPIENTS,
    Kept,
    Source,
    Trial,
    table,
    used,
)

from notmyloan.seal import detect, luma  # noqa: E402
from notmyloan.seal.codes import GLYPH, LUMA, correlate, packed  # noqa: E402
from notmyloan.seal.detect import Copy, threshold  # noqa: E402
from notmyloan.seal.layout import Pixels, draw  # noqa: E402
from notmyloan.seal.register import follow, prepare, register  # noqa: E402

LINES = ROOT / "bench/.work/seal-trials.jsonl"
PEERS = ROOT / "bench/.work/peers-seal/bin/python"
PEER_BITS = 64
PEER_NAMES = ("blind-watermark", "dwtDct", "dwtDctSvd")
PARTS = ("invisibility", "speed", "attacks", "collusion", "framing", "innocents", "peers")
RESUMED = {"attacks", "peers"}


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


def most_wrong() -> int:
    """Bits that may differ when 1,000 innocents shall reach it with a chance of 1e-6 at most."""
    return max(
        d for d in range(PEER_BITS)
        if RECIPIENTS * sum(math.comb(PEER_BITS, n) for n in range(d + 1)) / 2**PEER_BITS <= ERROR
    )  # fmt: skip


def peers(kept: Kept, rows: list[seal_attacks.Row], trials: int, page: bool) -> None:
    """The open watermarks carry 64 bits of a random name for each recipient. Each trial meets the
    same attack on the same paper as our trial of that number."""
    if not PEERS.exists():
        print("\npeers: NOT INSTALLED (sh bench/peers installs them); nothing compared")
        return
    most = most_wrong()
    done = {
        (line["peer"], line["row"], line["trial"])
        for line in kept.lines()
        if line["what"] == "peer" and line["page"] == page
    }
    with tempfile.TemporaryDirectory() as folder:
        for number in range(trials):
            bits = np.random.default_rng([9, number]).integers(0, 2, PEER_BITS).astype(np.uint8)
            src = used(number, page)
            clean = draw(src.pixels, next(iter(src.layouts.values())))
            for name in PEER_NAMES:
                left = [r for r in rows if (name, r.name, number) not in done]
                if not left:
                    continue
                (marked,) = ask(Path(folder), name, "embed", [clean], bits[None])
                miss = np.mean((marked.astype(float) - clean) ** 2)
                quality = 10 * math.log10(255**2 / float(miss))
                for start in range(0, len(left), 8):  # starting a peer takes a second
                    part = left[start : start + 8]
                    jobs: list[Pixels] = []
                    for row in part:
                        suspect = Trial(row, page, number).attacked(marked)
                        jobs += [suspect, registered(src, suspect)]
                    read = ask(Path(folder), name, "extract", jobs, np.array([bits] * len(jobs)))
                    wrong = [int((r != bits).sum()) for r in read]
                    for n, row in enumerate(part):
                        kept.put({"what": "peer", "page": page, "peer": name, "row": row.name,
                                  "trial": number, "named": wrong[2 * n] <= most,
                                  "laid": wrong[2 * n + 1] <= most, "db": round(quality, 1)})  # fmt: skip


def peer_table(
    kept: Kept, rows: list[seal_attacks.Row], page: bool, codes: list[str] | None
) -> None:
    lines = [n for n in kept.lines(codes) if n["page"] == page]
    theirs = [n for n in lines if n["what"] == "peer"]
    if not theirs:
        return
    print(f"\npeers on {'A4 pages' if page else 'cards'}, {PEER_BITS} bits, named up to {most_wrong()} wrong bits; "
          "ours on the trials that they ran; (r): after our registration")  # fmt: skip
    for name in PEER_NAMES:
        db = [n["db"] for n in theirs if n["peer"] == name]
        print(f"PSNR of {name}: {np.mean(db):.1f} dB" if db else f"{name}: not run")
    print(f"{'attack':28}{'ours':>10}" + "".join(f"{n[:11]:>12}{'(r)':>8}" for n in PEER_NAMES))
    for row in rows:
        cells = ""
        met: set[int] = set()
        for name in PEER_NAMES:
            mine = [n for n in theirs if n["row"] == row.name and n["peer"] == name]
            met |= {n["trial"] for n in mine}
            for key in ("named", "laid"):
                share = f"{sum(n[key] for n in mine)} of {len(mine)}"
                cells += f"{share:>12}" if key == "named" else f"{share:>8}"
        ours = [
            n for n in lines if n["what"] == "trial" and n["row"] == row.name and n["trial"] in met
        ]
        share = f"{sum(n['right'] for n in ours)} of {len(ours)}"
        print(f"{row.name:28}{share:>10}{cells}")


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
    parser.add_argument("--trials", type=int, help="up to so many a row; those kept count")
    parser.add_argument("--page-trials", type=int, help="the same for A4 pages; as many by default")
    parser.add_argument("--peer-trials", type=int, help="of each peer, a row")
    parser.add_argument("--innocents", type=int)
    parser.add_argument("--rows", default="", help="only attacks whose name matches")
    parser.add_argument("--cards", action="store_true", help="cards only")
    parser.add_argument("--pages", action="store_true", help="A4 pages only")
    parser.add_argument("--only", default="", help=f"words of: {' '.join(PARTS)}")
    parser.add_argument("--table", action="store_true", help="print what is kept and run nothing")
    parser.add_argument("--code", nargs="+", help="for --table: digests of older code to count in")
    parser.add_argument("--lines", type=Path, default=LINES, help="the file that keeps the trials")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    usual = (200, 20, 10_000_000) if given.full and not given.quick else (2, 1, 200_000)
    trials = given.trials or usual[0]
    peer_trials = usual[1] if given.peer_trials is None else given.peer_trials
    cv2.setNumThreads(given.threads)
    only = set(given.only.split()) or set(PARTS)
    if given.trials is not None and not given.only:
        only = {"attacks"}
    if given.peer_trials is not None and not given.only:
        only = {"peers"} if given.trials is None else {"attacks", "peers"}
    rows = [r for r in seal_attacks.ROWS if re.search(given.rows, r.name)]
    both = not given.cards and not given.pages
    papers = [page for page in (False, True) if both or (given.pages if page else given.cards)]
    kept = Kept(given.lines)
    several = 6 if trials > 2 else 2
    cards = [used(n, False) for n in range(min(several, CARDS_USED))] if only - RESUMED else []
    pages = [used(n, True) for n in range(min(several // 2, PAGES_USED))] if only - RESUMED else []

    def progress(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    if not given.table:
        if "invisibility" in only:
            invisibility(cards, "cards")
            invisibility(pages, "A4 pages")
        if "speed" in only:
            for page in papers:
                speed(pages if page else cards, page)
        if "attacks" in only:
            for page in papers:
                kept.run(rows, page, given.page_trials or trials if page else trials, progress)
        if "collusion" in only:
            for page in papers:
                collusion(pages if page else cards, min(trials, 12), page)
        if "framing" in only:
            framing(cards, min(trials, 12))
        if "innocents" in only:
            innocents(cards, pages, given.innocents or usual[2])
        if "peers" in only:
            for page in papers:
                peers(kept, rows, peer_trials, page)
    for page in papers:
        if given.table or "attacks" in only:
            table(kept, rows, page, given.code)
        if given.table or "peers" in only:
            peer_table(kept, rows, page, given.code)


if __name__ == "__main__":
    main()
