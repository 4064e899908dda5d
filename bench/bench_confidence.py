"""How the stated confidences hold against the truth of made-up lives that are hard to judge: no
impostor or two, an impostor at the person's own lender, platforms whose loans stand in the report
under a bank's name, missing lists and bills, wrong numbers dunned (`notmyloan.story.turns`).

For every rule that makes a claim about whose something is: how many findings, what they state on
average, how often they are right, Brier score and expected calibration error; and of the
impostors' loans and applications, how many are found. Peer: every account and enquiry whose
institution is not in the person's list, letter by letter, is called foreign.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from notmyloan.country.names import fold_spelling
from notmyloan.guard import Guard
from notmyloan.guard.progress import Silent
from notmyloan.model.credit import CreditAccount, Enquiry
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.finding import Finding
from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.model.record import Message, Transaction
from notmyloan.story import write_life
from notmyloan.story.events import Life
from notmyloan.vault import Vault

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLAIMS = (
    "cr.unknown_account", "cr.unknown_enquiry", "cr.identity_drift", "cr.post_loan_enquiry",
    "cr.consent", "sms.code_unrequested", "sms.dunning_not_mine", "call.after_code",
    "bill.unknown_loan_payment", "bill.unknown_disbursement", "bill.anomaly",
)  # fmt: skip


def judged(seed: int, busy: float) -> tuple[Life, Vault, list[Finding]]:
    vault = Vault.in_memory()
    with tempfile.TemporaryDirectory() as folder:
        formats = ("sms_xml", "bills", "reports", "lists")
        life = write_life(Path(folder), seed, 2, busy, formats=formats, difficult=True)
        guard = Guard(vault, NOW, SHANGHAI)
        guard.import_paths([Path(folder) / "exports"], Silent(), lambda name, attempt: None)
        guard.check(Silent())
    return life, vault, [s.finding for s in vault.findings("open")]


class Truth:
    """What is really not the person's in one life."""

    def __init__(self, life: Life) -> None:
        strange = [b for b in life.borrowed if not b.mine]
        self.accounts = {(b.legal, b.opened) for b in strange if b.taken}
        self.enquiries = {(n, b.opened) for b in strange for n in (b.legal, b.guarantor) if n}
        self.texts = {m.text for m in life.messages if m.foreign}
        self.stolen = {(p.at, -p.amount) for p in life.payments if p.foreign}
        own = {life.person.phone, life.person.second_phone, life.person.address,
               life.person.employer}  # fmt: skip
        self.own_identity = {fold_spelling(value) for value in own}

    def right(self, finding: Finding, records: list[object]) -> bool:
        if finding.rule == "cr.identity_drift":
            return finding.subject[1] not in self.own_identity
        for record in records:
            if isinstance(record, CreditAccount):
                if (record.institution, record.opened) in self.accounts:
                    return True
            elif isinstance(record, Enquiry):
                if (
                    finding.rule != "cr.unknown_account"
                    and (record.by, record.on) in self.enquiries
                ):
                    return True
            elif (isinstance(record, Message) and record.text in self.texts) or (
                isinstance(record, Transaction)
                and (record.at.astimezone(SHANGHAI), record.amount.amount) in self.stolen
            ):
                return True
        return False


def error(stated: list[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error over bins of equal width."""
    total = 0.0
    for n in range(bins):
        inside = [
            (p, r)
            for p, r in stated
            if n / bins <= p < (n + 1) / bins or (p == 1 and n == bins - 1)
        ]
        if inside:
            mean = sum(p for p, _ in inside) / len(inside)
            share = sum(r for _, r in inside) / len(inside)
            total += abs(mean - share) * len(inside) / len(stated)
    return total


def peer(vault: Vault) -> Iterator[tuple[str, object]]:
    """Accounts and enquiries of unlisted institutions, names compared letter by letter."""
    mine = vault.mine()
    listed = {o.institution or o.value
              for kind in (OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.APPLICATION, OwnedKind.CARD)
              for o in mine.of(kind)}  # fmt: skip
    for file in vault.credit_files():
        for account in file.accounts:
            if account.institution not in listed:
                yield account.institution, account.opened
        for enquiry in file.enquiries:
            if not enquiry.own and enquiry.by not in listed:
                yield enquiry.by, enquiry.on


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=40)
    parser.add_argument("--first", type=int, default=1000)
    parser.add_argument("--busy", type=float, default=0.15)
    parser.add_argument("--wrong", action="store_true", help="print the worst misjudged findings")
    asked = parser.parse_args()
    stated: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    found = {"accounts": [0, 0], "applications": [0, 0], "stolen payments": [0, 0]}
    theirs = [0, 0]
    for seed in range(asked.first, asked.first + asked.lives):
        life, vault, findings = judged(seed, asked.busy)
        truth = Truth(life)
        seen: set[tuple[object, object]] = set()
        with vault:
            for finding in findings:
                if finding.rule not in CLAIMS:
                    continue
                records = [r for r, _ in vault.records_by_ids(finding.cites).values()]
                right = truth.right(finding, records)
                stated[finding.rule].append((finding.confidence, right))
                if asked.wrong and abs(finding.confidence - right) > 0.75:
                    print(seed, life.lists, life.papers, f"{finding.confidence:.2f}", right,
                          finding.rule, finding.subject)  # fmt: skip
                for r in records:
                    if isinstance(r, CreditAccount) and finding.rule == "cr.unknown_account":
                        seen.add((r.institution, r.opened))
                    if isinstance(r, Enquiry) and finding.rule == "cr.unknown_enquiry":
                        seen.add((r.by, r.on))
                    if isinstance(r, Transaction) and finding.rule == "bill.anomaly":
                        seen.add((r.at.astimezone(SHANGHAI), r.amount.amount))
            if "bills" in life.papers:
                found["stolen payments"][0] += len(truth.stolen & seen)
                found["stolen payments"][1] += len(truth.stolen)
            for files in vault.credit_files()[-1:]:
                shown = {(a.institution, a.opened) for a in files.accounts}
                asked_for = {(e.by, e.on) for e in files.enquiries}
                for what, there, wanted in (("accounts", shown, truth.accounts),
                                            ("applications", asked_for, truth.enquiries)):  # fmt: skip
                    for key in there & wanted:
                        found[what][0] += key in seen
                        found[what][1] += 1
                        if key not in seen and asked.wrong:
                            print(seed, life.lists, life.papers, "missed", what, key)
            called = set(peer(vault))
            theirs[0] += len(called & (truth.accounts | truth.enquiries))
            theirs[1] += len(called)
    every: list[tuple[float, bool]] = []
    print(f"{'rule':28} {'n':>4} {'stated':>7} {'right':>6} {'Brier':>7} {'ECE':>6}")
    for rule in CLAIMS:
        pairs = stated.get(rule, [])
        if pairs:
            every += pairs
            print(_line(rule, pairs))
    print(_line("all", every))
    print("stated   right    n")
    for n in range(10):
        inside = [(p, r) for p, r in every if n / 10 <= p < (n + 1) / 10 or (p == 1 and n == 9)]
        if inside:
            print(f"{sum(p for p, _ in inside) / len(inside):6.2f} "
                  f"{sum(r for _, r in inside) / len(inside):7.2f} {len(inside):>4}")  # fmt: skip
    for what, (hit, of) in found.items():
        print(f"impostors' {what} in what was given: {hit} of {of} found")
    print(f"peer, names letter by letter: {theirs[0]} of {theirs[1]} that it calls foreign are")
    print(json.dumps({"lives": asked.lives, "ece": round(error(every), 4), "found": found}))


def _line(name: str, pairs: list[tuple[float, bool]]) -> str:
    mean = sum(p for p, _ in pairs) / len(pairs)
    share = sum(r for _, r in pairs) / len(pairs)
    brier = sum((p - r) ** 2 for p, r in pairs) / len(pairs)
    return (f"{name:28} {len(pairs):>4} {mean:>7.2f} {share:>6.2f} {brier:>7.3f} "
            f"{error(pairs):>6.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
