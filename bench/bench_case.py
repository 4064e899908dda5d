"""Cases: a bundle in three commands, how alike people's letters are, and minutes to safety.

python bench/bench_case.py

No other tool writes these letters, so the peers are what people use instead: a form letter with the
names filled in (likeness), and calling account by account in the order of the usual checklist
(minutes until nothing can be reached).
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from docx import Document

from notmyloan.respond.likeness import likeness
from notmyloan.respond.lost import HARM, MINUTES, Holdings, Kind, Thing, blast
from notmyloan.story import write_life

SEEDS = (7, 11, 23)
RULES = ("cr.unknown_account", "cr.unknown_enquiry", "sms.dunning_not_mine", "cr.identity_drift")
FORM = (
    "{name}，身份证号码{id}。本人查询征信发现贵单位于{day}以本人名义发放贷款{amount}，本人从未申请，请贵单位"
    "提供贷款合同、放款凭证及本人授权的证据，立即停止催收，删除不良征信记录，并在十五日内书面答复。逾期不答复，本人"
    "将向国家金融监督管理总局、中国人民银行投诉，并保留向人民法院起诉、要求赔偿的权利。"
)
PEOPLE = (
    ("林文博", "510107200011021250", "2026年6月10日", "9,000元"),
    ("周晓岚", "110101199003070044", "2025年3月2日", "50,000元"),
    ("陈建军", "34052419800101001X", "2024年8月19日", "12,600元"),
)


def bundle(folder: Path, seed: int) -> tuple[list[tuple[str, float]], int, float]:
    """The three commands over one life: seconds of each, how many letters, size of the package."""
    (folder / "words").write_text("correct horse battery staple\n")
    write_life(folder / "life", seed=seed)
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
    numbers = [str(r["number"]) for r in rows if r["rule"] in RULES]
    seconds = [
        (" ".join(words[:2]), run(*words)[1])
        for words in (
            ("case", "open", *numbers),
            ("case", "letter", "1", "--all"),
            ("evidence", "pack", "--case", "1", "--originals", "life/exports"),
        )
    ]
    letters = len(list((folder / "case-1").glob("*.pdf")))
    size = sum(p.stat().st_size for p in (folder / "evidence-1").rglob("*") if p.is_file())
    return seconds, letters, size / 1e6


def texts(folder: Path) -> dict[str, str]:
    """The words of each letter, without the evidence list, which is not the letter's own."""
    return {
        path.stem: "\n".join(p.text for p in Document(str(path)).paragraphs)
        for path in sorted((folder / "case-1").glob("*.docx"))
    }


def alike(lives: Sequence[dict[str, str]]) -> Iterator[tuple[str, float]]:
    for one, other in combinations(lives, 2):
        for name in one.keys() & other.keys():
            yield name, likeness(one[name], other[name])


def holdings(seed: int) -> tuple[Holdings, list[Thing]]:
    """A made-up person's things: two to seven banks, wallets with the cards bound to them, mail."""
    rng = random.Random(seed)
    sim, phone, mail = (
        Thing(Kind.SIM, "SIM"),
        Thing(Kind.DEVICE, "phone"),
        Thing(Kind.EMAIL, "mail"),
    )
    banks = [Thing(Kind.BANK, f"bank {n}") for n in range(rng.randint(2, 7))]
    cards = [Thing(Kind.CARD, f"card {n}") for n in range(len(banks))]
    wallets = [Thing(Kind.WALLET, f"wallet {n}") for n in range(rng.randint(1, 3))]
    lenders = [Thing(Kind.LENDER, f"lender {n}") for n in range(rng.randint(0, 4))]
    links = [(phone, mail), *((sim, t) for t in (*banks, *lenders, *wallets))]
    links += [(phone, w) for w in wallets]
    links += list(zip(banks, cards, strict=True))
    links += [(w, c) for w in wallets for c in cards if rng.random() < 0.6]
    things = (sim, phone, mail, *banks, *cards, *wallets, *lenders)
    # The usual checklist: the SIM, every bank with its card, the wallets, the rest.
    checklist = [sim, *banks, *cards, *wallets, *lenders, mail]
    return Holdings(things, tuple(links)), checklist


def minutes(held: Holdings, order: Sequence[Thing]) -> int:
    """Minutes of calls in this order until nothing with harm in it can be reached."""
    kinds = {t.key: t.kind for t in held.things}
    cut: set[tuple[str, str]] = set()
    spent = 0
    for thing in (None, *order):
        if thing is not None:
            cut.add(thing.key)
            spent += MINUTES[thing.kind]
        inside = {k for k in (("sim", "SIM"), ("device", "phone")) if k not in cut}
        for _ in held.things:
            inside |= {b.key for a, b in held.links if a.key in inside and b.key not in cut}
        if not any(HARM[kinds[key]] for key in inside):
            return spent
    return spent


def main() -> None:
    lives: list[dict[str, str]] = []
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as name:
            seconds, letters, size = bundle(Path(name), seed)
            if seed == SEEDS[0]:
                for words, took in seconds:
                    print(f"{words:16} {took:5.2f} s")
                total = sum(took for _, took in seconds)
                print(
                    f"total {total:.2f} s: {letters} letters as DOCX and PDF, package {size:.1f} MB"
                )
            lives.append(texts(Path(name)))
    found = sorted(alike(lives), key=lambda pair: -pair[1])
    shares = [share for _, share in found]
    print(
        f"likeness of the same letter of two people, {len(lives)} lives, {len(found)} pairs: "
        f"median {statistics.median(shares):.2f}, most {shares[0]:.2f} ({found[0][0]})"
    )
    main_letters = ("lender_demand", "credit_objection", "nfra_complaint", "pboc_complaint",
                    "police_report", "civil_complaint")  # fmt: skip
    for name in main_letters:
        some = [share for which, share in found if which == name]
        print(f"  {name:18} {max(some):.2f}" if some else f"  {name:18} not in two lives")
    forms = [FORM.format(name=n, id=i, day=d, amount=a) for n, i, d, a in PEOPLE]
    peer = [likeness(a, b) for a, b in combinations(forms, 2)]
    print(f"  peer, a form letter with the names filled in: {min(peer):.2f} to {max(peer):.2f}")
    ours, theirs = [], []
    for seed in range(10):
        held, checklist = holdings(seed)
        lost = [t for t in held.things if t.name in ("SIM", "phone")]
        ours.append(minutes(held, [call.thing for call in blast(held, lost).calls]))
        theirs.append(minutes(held, checklist))
    print(
        f"lost phone, minutes of calls to safety, ten made-up people: ours median "
        f"{statistics.median(ours):.0f} (most {max(ours)}), the usual checklist median "
        f"{statistics.median(theirs):.0f} (most {max(theirs)}); minutes a call are judged, not timed"
    )


if __name__ == "__main__":
    main()
