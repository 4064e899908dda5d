"""The money that never came, the alibi and opposing counsel, against planted truth.

python bench/bench_shown.py            # 4,000 worlds, 5 lives
python bench/bench_shown.py --quick    # 400 worlds, 1 life

In a world a person has one to three accounts with a statement or several each. A payout is planted
(whole, less fees, in parts, by the lender's name) or not, and days of a statement are left out, a row
is removed, or a file is damaged, or not. The peer is the plain way: an account is covered where its
first and last entries lie outside the window, and a payout is an entry of the very amount.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from notmyloan.evidence.opposing import CHAT_PARTS, Grade, Kind, Piece, attack
from notmyloan.model.credit import CreditFile
from notmyloan.model.disclosure import Disclosure, Mine, OwnedKind
from notmyloan.model.dossier import Screened
from notmyloan.model.label import Label
from notmyloan.model.money import Money
from notmyloan.model.place_in_time import SHANGHAI, Precision
from notmyloan.model.record import Call, Flow, Origin, SourceFile, Transaction
from notmyloan.respond.money import money_shown, window_of

OPENED = date(2026, 6, 10)
LOAN = 9_000
LENDER = ("某某消费金融",)


@dataclass
class Papers:
    """Bills alone, as a Dossier."""

    bills: list[Transaction]
    mine: Mine
    now: datetime = datetime(2026, 11, 20, 12, tzinfo=SHANGHAI)
    zone = SHANGHAI
    country = "cn"
    disclosures: tuple[Disclosure, ...] = ()

    def messages(self, labels: Collection[Label] | None = None) -> Iterator[Screened]:
        return iter(())

    def calls(self) -> Iterator[Call]:
        return iter(())

    def transactions(self) -> Iterator[Transaction]:
        return iter(self.bills)

    def credit_files(self) -> tuple[CreditFile, ...]:
        return ()


def account(drawn: random.Random, name: str) -> list[Transaction]:
    """A statement with running balances, an entry or two a day."""
    found = []
    balance = Decimal(drawn.randrange(5_000, 60_000))
    day = date(2026, 4, 1)
    while day < date(2026, 9, 1):
        for _ in range(drawn.choice((1, 1, 2))):
            income = drawn.random() < 0.04
            amount = Decimal(drawn.randrange(3_000, 6_000) if income else drawn.randrange(5, 200))
            balance += amount if income else -amount
            at = datetime.combine(day, time(drawn.randrange(24)), SHANGHAI)
            found.append((at, income, amount, balance, drawn.choice(("某店", "某单位", "某人"))))
        day += timedelta(1)
    source = SourceFile(name, name.ljust(64, "0"), "bench", 1)
    return [
        Transaction(
            Origin(source, f"line:{n}"), at, Precision.MINUTE, Flow.IN if income else Flow.OUT,
            Money(amount), name, counterparty=who, balance=Money(balance),
        )
        for n, (at, income, amount, balance, who) in enumerate(sorted(found, key=lambda f: f[0]))
    ]  # fmt: skip


def rebalanced(rows: list[Transaction]) -> list[Transaction]:
    """The same rows with balances that follow again, as the bank would print them."""
    balance = Decimal(90_000)
    found = []
    for row in sorted(rows, key=lambda t: t.at):
        balance += row.amount.amount if row.flow is Flow.IN else -row.amount.amount
        found.append(replace(row, balance=Money(balance)))
    return found


def planted(drawn: random.Random, rows: list[Transaction]) -> list[Transaction]:
    last = window_of(OPENED)[1]
    day = OPENED + timedelta(drawn.randrange((last - OPENED).days + 1))
    how = drawn.choice(("whole", "fees", "parts", "name"))
    parts = {
        "whole": [LOAN], "fees": [LOAN * drawn.randrange(86, 100) // 100],
        "parts": [LOAN // 3, LOAN - LOAN // 3], "name": [drawn.randrange(50, 2_000)],
    }[how]  # fmt: skip
    who = f"{LENDER[0]}股份有限公司" if how == "name" else "某支付公司"
    for hour, part in enumerate(parts, 10):
        at = datetime.combine(day, time(hour), SHANGHAI)
        rows = [*rows, replace(rows[0], at=at, flow=Flow.IN, amount=Money(Decimal(part)),
                               counterparty=who)]  # fmt: skip
    return rebalanced(rows)


def naive(papers: Papers) -> bool:
    first, last = window_of(OPENED)
    names = {t.provider for t in papers.bills}
    covered = all(
        min(t.at.date() for t in papers.bills if t.provider == n) <= first
        and max(t.at.date() for t in papers.bills if t.provider == n) >= last
        for n in names
    )
    paid = any(
        t.flow is Flow.IN and t.amount.amount == LOAN and first <= t.at.date() <= last
        for t in papers.bills
    )
    return covered and not paid


def money(worlds: int) -> None:
    drawn = random.Random(5)
    counts: dict[str, list[int]] = {}
    for _ in range(worlds):
        rows = {f"bank {n}": account(drawn, f"bank {n}") for n in range(drawn.randrange(1, 4))}
        chosen = drawn.choice(sorted(rows))
        what = drawn.choice(("clean", "payout", "days missing", "row removed", "file damaged"))
        damaged: set[str] = set()
        first, last = window_of(OPENED)
        if what == "payout":
            rows[chosen] = planted(drawn, rows[chosen])
        elif what == "days missing":
            begin = first + timedelta(drawn.randrange((last - first).days))
            end = begin + timedelta(drawn.randrange(1, 31))
            late = SourceFile("late", "1" * 64, "bench", 1)
            rows[chosen] = [
                t if t.at.date() < begin else replace(t, origin=Origin(late, t.origin.place))
                for t in rows[chosen]
                if not begin <= t.at.date() <= end
            ]
        elif what == "row removed":
            inside = [t for t in rows[chosen] if first < t.at.date() < last]
            gone = drawn.choice(inside)
            rows[chosen] = [t for t in rows[chosen] if t is not gone]
        elif what == "file damaged":
            damaged = {rows[chosen][0].origin.source.sha256}
        bills = sorted((t for row in rows.values() for t in row), key=lambda t: t.at)
        papers = Papers(bills, Mine(complete=frozenset({OwnedKind.CARD})))
        found = money_shown(papers, OPENED, Money(Decimal(LOAN)), LENDER, damaged=damaged)
        row = counts.setdefault(what, [0, 0, 0, 0])
        row[0] += 1
        row[1] += found.proved
        row[2] += naive(papers)
        row[3] += bool(found.suspicious)
    print(f"{'world':14} {'worlds':>7} {'claimed':>8} {'plain way':>10} {'payout named':>13}")
    for what, (n, ours, plain, named) in sorted(counts.items()):
        print(f"{what:14} {n:7} {ours:8} {plain:10} {named:13}")
    wrong = sum(row[1] for what, row in counts.items() if what != "clean")
    plainly = sum(row[2] for what, row in counts.items() if what != "clean")
    total = sum(row[0] for what, row in counts.items() if what != "clean")
    print(f"false claims: {wrong} of {total}; the plain way {plainly}")


def opposing() -> None:
    good = Piece(1, "x", Kind.RECORDING, Grade.EXPORT, "me", "phone", "cable", "me", 0.2, False,
                 stamped=True)  # fmt: skip
    chat = replace(good, kind=Kind.CHAT, has=CHAT_PARTS)
    paper = replace(good, kind=Kind.PAPER, grade=Grade.ORIGINAL, signs=("screenshot",))
    clean = [good, chat, paper, *(replace(good, kind=k) for k in (Kind.PHOTO, Kind.MESSAGES,
             Kind.CALLS, Kind.REPORT, Kind.BILL))]  # fmt: skip
    defects = [
        replace(good, present=False), replace(good, grade=Grade.SCREENSHOT),
        replace(good, grade=Grade.RETYPED), replace(good, signs=("screenshot",)),
        replace(good, signs=("edited",)), replace(good, kind=Kind.PHOTO, signs=("stripped",)),
        replace(good, kind=Kind.BILL, sheet=True), replace(good, held_by=""),
        replace(good, device=""), replace(good, rooted=True), replace(good, offset=None),
        replace(good, offset=3.0), replace(good, stamped=False), replace(good, collector=""),
        replace(good, how=""),
        *(replace(chat, has=tuple(p for p in CHAT_PARTS if p != part)) for part in CHAT_PARTS),
    ]  # fmt: skip
    found = sum(bool(one.attacks) for one in attack(defects))
    false = sum(len(one.attacks) for one in attack(clean))
    print(f"opposing: {found} of {len(defects)} planted defects found, {false} claimed falsely of "
          f"{len(clean)} clean pieces")  # fmt: skip


def alibis(lives: int) -> None:
    """Through the command line: made-up lives in which an impostor took a loan."""
    enough = items = 0
    for seed in range(7, 7 + lives):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "pass").write_text("four unrelated made up words\n")
            environ = os.environ | {
                "NOTMYLOAN_VAULT": str(folder / "vault"), "NOTMYLOAN_NOW": "2026-11-20T20:00+08:00",
                "NOTMYLOAN_PASSPHRASE_FILE": str(folder / "pass"),
            }  # fmt: skip

            def run(*words: str, environ: dict[str, str] = environ) -> str:
                done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True,
                                      env=environ)  # fmt: skip
                return done.stdout

            run("notmyloan.story", str(folder / "life"), "--seed", str(seed))
            run("notmyloan", "-q", "check", str(folder / "life/exports"))
            rows = [json.loads(x) for x in run("notmyloan", "findings", "--json").splitlines()]
            numbers = [str(r["number"]) for r in rows if r["rule"] == "cr.unknown_account"]
            if not numbers:
                continue
            run("notmyloan", "case", "open", *numbers)
            lines = run("notmyloan", "evidence", "alibi", "--case", "1", "--json").splitlines()
            for line in map(json.loads, lines):
                items += 1
                enough += line["enough"]
                near = sum(s["near"] and s["shows"] == "against" for s in line["sightings"])
                print(f"life {seed}: {line['day']}, independent near the minute: "
                      f"{len(line['independent'])}, against: {near}")  # fmt: skip
    print(
        f"disputed days with two or more independent sources near the minute: {enough} of {items}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    money(400 if options.quick else 4_000)
    opposing()
    alibis(1 if options.quick else 5)


if __name__ == "__main__":
    main()
