"""Findings against the truth of made-up lives: what is found, what is wrongly accused, and how the
stated confidence compares with how often it was right.

For each life: is the impostor's account found and called not the person's, are the person's own
accounts left alone, are the impostor's enquiries found, is the storm of codes found, and which
label do messages get against their truth. Peer: a keyword list as call and text blockers use it.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from notmyloan.guard import Guard
from notmyloan.guard.progress import Silent
from notmyloan.model.finding import Verdict
from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.story import write_life
from notmyloan.vault import Vault

KEYWORDS = re.compile("贷|借款|额度|放款|征信|下款|免息|周转|loan|credit", re.I)
UNWANTED = {"loan_solicitation", "dunning", "credit_repair", "code_begging", "fraud",
            "illegal_offer", "marketing"}  # fmt: skip
WANTED = {"transactional", "personal"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=10)
    lives = parser.parse_args().lives
    tally: Counter[str] = Counter()
    stated: list[tuple[float, bool]] = []
    for seed in range(100, 100 + lives):
        with tempfile.TemporaryDirectory() as folder, Vault.in_memory() as vault:
            life = write_life(Path(folder), seed, years=3)
            guard = Guard(vault, datetime(2026, 11, 20, 12, tzinfo=UTC), SHANGHAI)
            guard.import_paths([Path(folder) / "exports"], Silent(), lambda name, attempt: None)
            guard.check(Silent())
            open_findings = [s.finding for s in vault.findings("open")]
            accounts = [f for f in open_findings if f.rule == "cr.unknown_account"]
            for finding in accounts:
                cited = vault.records_by_ids(finding.cites)
                names = {getattr(r, "institution", "") for r, _ in cited.values()}
                right = bool(names & set(life.foreign_accounts))
                stated.append((finding.confidence, right))
                tally["account right" if right else "account wrong"] += 1
                if right and finding.verdict is Verdict.NOT_MINE:
                    tally["account called not mine"] += 1
            enquiries = [f for f in open_findings if f.rule == "cr.unknown_enquiry"]
            for finding in enquiries:
                cited = vault.records_by_ids(finding.cites)
                names = {getattr(r, "by", "") for r, _ in cited.values()}
                right = bool(names & set(life.foreign_enquiries))
                stated.append((finding.confidence, right))
                tally["enquiry right" if right else "enquiry wrong"] += 1
            patterns = {str(f.facts.get("pattern")) for f in open_findings
                        if f.rule == "sms.code_unrequested"}  # fmt: skip
            tally["storm found"] += "storm" in patterns
            tally["borrowing in order found"] += "sequence" in patterns
            tally["begging for a code found"] += any(
                f.rule == "sms.code_beg" for f in open_findings
            )
            tally["dunning found"] += any(f.rule == "sms.dunning_not_mine" for f in open_findings)
            truth = {(m.at.astimezone(UTC).replace(microsecond=0), m.text): m.label.value
                     for m in life.messages if not m.sent}  # fmt: skip
            for message, judgement in vault.messages():
                label = truth.get((message.at.replace(microsecond=0), message.text))
                if label is None or judgement is None:
                    continue
                tally["messages"] += 1
                tally["label right"] += judgement.label.value == label
                if label in WANTED:
                    tally["wanted"] += 1
                    tally["wanted, called unwanted"] += judgement.label.value in UNWANTED
                    tally["wanted, hit by keywords"] += bool(KEYWORDS.search(message.text))
                if label == "loan_solicitation":
                    tally["loans"] += 1
                    tally["loans found"] += judgement.label.value == label
                    tally["loans hit by keywords"] += bool(KEYWORDS.search(message.text))
    for name in sorted(tally):
        print(f"{name:32} {tally[name]:>8,}")
    brier = sum((p - right) ** 2 for p, right in stated) / max(len(stated), 1)
    mean = sum(p for p, _ in stated) / max(len(stated), 1)
    share = sum(right for _, right in stated) / max(len(stated), 1)
    print(f"stated confidence of account and enquiry findings: mean {mean:.3f}, right {share:.3f}, "
          f"Brier {brier:.4f}")  # fmt: skip
    print(json.dumps({"lives": lives} | tally))


if __name__ == "__main__":
    main()
