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
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from pathlib import Path

from notmyloan.country import load
from notmyloan.model.document import Facts, Heading, Items, Paragraph, Table, Value
from notmyloan.respond.letter import load_letter, write
from notmyloan.respond.likeness import likeness
from notmyloan.respond.lost import HARM, MINUTES, Holdings, Kind, Thing, blast
from notmyloan.story import write_life

RULES = ("cr.unknown_account", "cr.unknown_enquiry", "sms.dunning_not_mine", "cr.identity_drift")
LETTERS = ("lender_demand", "lender_second", "credit_objection", "nfra_complaint", "pboc_complaint",
           "police_report", "civil_complaint")  # fmt: skip
PEOPLE = 12
FORM = (
    "{name}，身份证号码{id}。本人查询征信发现贵单位于{day}以本人名义发放贷款{amount}，本人从未申请，请贵单位"
    "提供贷款合同、放款凭证及本人授权的证据，立即停止催收，删除不良征信记录，并在十五日内书面答复。逾期不答复，本人"
    "将向国家金融监督管理总局、中国人民银行投诉，并保留向人民法院起诉、要求赔偿的权利。"
)
STORIES = (
    "那天晚上有人打电话说帮我取消会员，让我念了验证码，后来才知道是贷款。",
    "我去年冬天在火车站丢过身份证，买房前查征信才看到这笔，之前毫不知情。",
)


def bundle(folder: Path, seed: int) -> tuple[list[tuple[str, float, float]], int, float]:
    """The three commands over one life: seconds of each by the clock and of processor time, how
    many letters, size of the package."""
    (folder / "words").write_text("correct horse battery staple\n")
    write_life(folder / "life", seed=seed)
    environ = os.environ | {
        "NOTMYLOAN_PASSPHRASE_FILE": str(folder / "words"),
        "NOTMYLOAN_VAULT": str(folder / "vault"),
        "NOTMYLOAN_NOW": "2026-11-20T20:00:00+08:00",
    }

    def run(*words: str) -> tuple[str, float, float]:
        start, before = time.perf_counter(), os.times()
        done = subprocess.run(
            [sys.executable, "-m", "notmyloan", "-q", *words],
            capture_output=True, text=True, env=environ, cwd=folder,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        after = os.times()
        cpu = after[2] + after[3] - before[2] - before[3]
        return done.stdout, time.perf_counter() - start, cpu

    run("check", "life/exports")
    rows = [json.loads(line) for line in run("findings", "--json")[0].splitlines()]
    numbers = [str(r["number"]) for r in rows if r["rule"] in RULES]
    seconds = [
        (" ".join(words[:2]), *run(*words)[1:])
        for words in (
            ("case", "open", *numbers),
            ("case", "letter", "1", "--all"),
            ("evidence", "pack", "--case", "1", "--originals", "life/exports"),
        )
    ]
    letters = len(list((folder / "case-1").glob("*.pdf")))
    size = sum(p.stat().st_size for p in (folder / "evidence-1").rglob("*") if p.is_file())
    return seconds, letters, size / 1e6


def person(rng: random.Random) -> dict[str, str]:
    """A made-up victim of the same lender. Which facts there are differs as it does in life: one
    got codes, another lost a card, a third knows only what the report says."""
    day = f"202{rng.randint(3, 6)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    later = f"2026年{rng.randint(7, 11)}月{rng.randint(1, 28)}日"
    amount = f"{rng.randint(20, 2000) * 100:,}元"
    found = {
        "person.name": "".join(rng.choices("林周陈李王赵文博晓岚建军子涵", k=3)),
        "person.id_number": "".join(rng.choices("0123456789", k=18)),
        "person.phone": "13" + "".join(rng.choices("0123456789", k=9)),
        "person.address": f"{rng.choice(('成都市武侯区', '北京市东城区', '贵阳市云岩区'))}{day}路",
        "institution.name": "某某消费金融有限公司", "account.institution": "某某消费金融有限公司",
        "account.kind": rng.choice(("其他个人消费贷款", "个人消费贷款", "贷记卡")),
        "account.opened": day, "account.amount": amount, "report.made_on": later,
        "report.number": "".join(rng.choices("0123456789", k=22)), "case.learnt": "report",
    }  # fmt: skip
    maybe = {
        "codes": {"case.learnt": "code", "code.service": "某某金融", "code.given_on": day,
                  "code.stages": f"{rng.randint(8, 21)}:07注册、{rng.randint(21, 23)}:31提款"},
        "dunned": {"case.learnt": "dunning", "dunning.count": str(rng.randint(2, 80)),
                   "dunning.first": day, "dunning.last": later,
                   "dunning.claim": f"您已逾期，欠款{amount}"},
        "drift": {"drift.phone": "15" + "".join(rng.choices("0123456789", k=9))},
        "enquiry": {"enquiry.date": day, "enquiry.institution": "某某消费金融有限公司",
                    "enquiry.reason": "贷款审批"},
        "lost": {"loss.what": "身份证", "loss.on": day, "loss.replaced_on": later},
        "overdue": {"account.overdue": f"{rng.randint(1, 20)}个月"},
        "away": {"alibi.summary": f"{day}的记录显示在外地消费：{rng.randint(8, 20)}:00"},
        "police": {"police.reported_on": later},
    }  # fmt: skip
    for facts in maybe.values():
        if rng.random() < 0.5:
            found |= facts
    return found


def written(name: str, facts: dict[str, str]) -> str:
    values = {field: Value(words, "made up") for field, words in facts.items()}
    letter = write(load_letter("cn", name), "zh", Facts(values), load("cn"), date(2026, 11, 26))
    out = []
    for block in letter.document.blocks:
        if isinstance(block, (Heading, Paragraph)):
            out += [span.words for span in block.spans]
        elif isinstance(block, Items):
            out += [span.words for item in block.items for span in item]
        elif isinstance(block, Table):
            out += [span.words for row in block.rows for cell in row for span in cell]
    return "\n".join(out)


def pairwise(texts: Sequence[str]) -> list[float]:
    return [likeness(one, other) for one, other in combinations(texts, 2)]


def compare() -> None:
    rng = random.Random(7)
    people = [person(rng) for _ in range(PEOPLE)]
    print(
        f"likeness of the same letter, {PEOPLE} made-up victims of one lender, every two of them:"
    )
    for name in LETTERS:
        shares = pairwise([written(name, p) for p in people])
        print(f"  {name:18} median {statistics.median(shares):.2f}, most {max(shares):.2f}")
    forms = [
        FORM.format(name=p["person.name"], id=p["person.id_number"], day=p["account.opened"],
                    amount=p["account.amount"])
        for p in people
    ]  # fmt: skip
    peer = pairwise(forms)
    print(f"  peer, a form letter   median {statistics.median(peer):.2f}, most {max(peer):.2f}")
    twins = [people[0], people[0] | {n: v for n, v in people[1].items() if n.startswith("person.")}]
    alike = likeness(*(written("lender_demand", p) for p in twins))
    told = likeness(
        *(
            written("lender_demand", p | {"case.story": s})
            for p, s in zip(twins, STORIES, strict=True)
        )
    )
    print(
        f"  two people whose cases agree in every fact: {alike:.2f}; with two sentences each: {told:.2f}"
    )


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


def safety() -> None:
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


def main() -> None:
    compare()
    safety()
    with tempfile.TemporaryDirectory() as name:
        seconds, letters, size = bundle(Path(name), 7)
    for words, took, cpu in seconds:
        print(f"{words:16} {took:5.2f} s, {cpu:5.2f} s of processor time")
    print(
        f"total {sum(t for _, t, _ in seconds):.2f} s, {sum(c for _, _, c in seconds):.2f} s of "
        f"processor time: {letters} PDFs with their DOCX, package {size:.1f} MB"
    )


if __name__ == "__main__":
    main()
