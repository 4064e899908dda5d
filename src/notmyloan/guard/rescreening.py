"""Rescreen: the whole history judged again, and the difference with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from notmyloan.guard.checking import check
from notmyloan.guard.progress import Progress
from notmyloan.model.dossier import Dossier, Screened
from notmyloan.model.finding import Reason
from notmyloan.model.label import Judgement, Label
from notmyloan.model.record import Message, record_id
from notmyloan.screen.model import load_model
from notmyloan.vault import StoredFinding, Vault

BATCH = 4_000


@dataclass(frozen=True, slots=True, repr=False)
class LabelChange:
    """A message whose likeliest label is another now, and why."""

    message: Message
    before: Label
    after: Label
    reasons: tuple[Reason, ...]


@dataclass(slots=True, repr=False)
class Rescreened:
    """What judging again changed. `told_in`: of a gone finding's number, the finding that tells
    of its records now, where one does."""

    judged: int = 0
    changes: list[LabelChange] = field(default_factory=list)
    new_findings: tuple[StoredFinding, ...] = ()
    gone_findings: tuple[StoredFinding, ...] = ()
    told_in: dict[int, StoredFinding] = field(default_factory=dict)
    open_findings: int = 0


def rescreen(
    vault: Vault, dossier: Dossier, progress: Progress, *, store: bool = True
) -> Rescreened:
    """Judge every received message with the installed model, then run the rules again. Without
    `store` nothing is kept and no rule is run: only the labels that would change are told."""
    model = load_model()
    outcome = Rescreened()
    progress.start("judge", "", vault.received())
    for batch in _batches(vault.messages()):
        texts = [screened.message.text for screened in batch]
        parties = [screened.message.party for screened in batch]
        fresh: list[tuple[str, Judgement]] = []
        for (message, before), after in zip(batch, model.judge(texts, parties), strict=True):
            fresh.append((record_id(message), after))
            if before is not None and before.label is not after.label:
                why = model.explain(message.text, message.party, after)
                outcome.changes.append(LabelChange(message, before.label, after.label, why))
        if store:
            vault.set_judgements(fresh)
        outcome.judged += len(batch)
        progress.advance(len(batch))
    progress.finish()
    outcome.open_findings = len(vault.findings("open"))
    if not store:
        return outcome
    change = check(vault, dossier, progress)
    outcome.new_findings = tuple(change.new)
    outcome.gone_findings = tuple(change.gone)
    standing = vault.findings("open")
    outcome.told_in = told_in(change.gone, standing)
    outcome.open_findings = len(standing)
    return outcome


def told_in(
    gone: Iterable[StoredFinding], standing: Iterable[StoredFinding]
) -> dict[int, StoredFinding]:
    """Which finding of the same rule cites a gone one's records now, by the gone one's number: a
    sender that is told of among others has not become harmless."""
    by_record = {
        (found.finding.rule, record): found for found in standing for record in found.finding.cites
    }
    homes: dict[int, StoredFinding] = {}
    for item in gone:
        rule = item.finding.rule
        home = next((h for r in item.finding.cites if (h := by_record.get((rule, r)))), None)
        if home is not None:
            homes[item.number] = home
    return homes


def _batches(messages: Iterator[Screened]) -> Iterator[list[Screened]]:
    received = (s for s in messages if s.message.direction == "received")
    while batch := list(islice(received, BATCH)):
        yield batch
