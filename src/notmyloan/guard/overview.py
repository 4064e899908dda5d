"""Gathers the report from the vault."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, tzinfo

from notmyloan import country
from notmyloan.country.pack import Contact
from notmyloan.guard.deadlines import deadlines
from notmyloan.guard.dossier import VaultDossier
from notmyloan.model.content import Citation, Content, Coverage, Day, Item
from notmyloan.model.disclosure import Standing
from notmyloan.model.finding import Verdict
from notmyloan.model.label import LABELS, Label
from notmyloan.model.record import CallOutcome
from notmyloan.model.text import Text
from notmyloan.reconcile.exposure import exposure
from notmyloan.report.cite import describe, when, where
from notmyloan.screen.calls import CallKind, judge_calls
from notmyloan.screen.timeline import pushing_numbers
from notmyloan.vault import StoredFinding, Vault

CITATIONS = 8
UNWANTED = frozenset(
    {
        Label.LOAN_SOLICITATION,
        Label.DUNNING,
        Label.CREDIT_REPAIR,
        Label.CODE_BEGGING,
        Label.FRAUD,
        Label.ILLEGAL_OFFER,
        Label.MARKETING,
    }
)


def item(
    vault: Vault, dossier: VaultDossier, stored: StoredFinding, citations: int | None = CITATIONS
) -> Item:
    """A stored finding with the first `citations` records it cites (None = all)."""
    pack = country.load(dossier.country)
    channels = {step.channel for step in stored.finding.steps if step.channel in pack.channels}
    ids = stored.finding.cites if citations is None else stored.finding.cites[:citations]
    cited = tuple(
        Citation(record_id, describe(record), when(record), tuple(map(where, origins)))
        for record_id, (record, origins) in vault.records_by_ids(ids).items()
    )
    return Item(
        stored.number,
        stored.finding,
        cited,
        len(stored.finding.cites) - len(ids),
        tuple(pack.statutes[ref].citation for ref in stored.finding.basis if ref in pack.statutes),
        {name: _contact(pack.channels[name]) for name in sorted(filter(None, channels))},
        stored.state,
        stored.first_seen,
        stored.dismissed_reason,
    )


def _contact(channel: Contact) -> Text:
    """The channel's name and number; a number nobody verified asks to be confirmed first."""
    if not channel.hotline:
        return Text("report.contact", name=channel.name)
    key = "report.contact_verified" if channel.verified else "report.contact_unverified"
    return Text(key, name=channel.name, hotline=channel.hotline)


def overview(vault: Vault, dossier: VaultDossier, sockets: int | None = None) -> Content:
    """The whole report as of the dossier's moment."""
    stored = sorted(vault.findings("open"), key=lambda s: s.finding.rank())
    items = tuple(item(vault, dossier, s) for s in stored)
    verdicts = Counter(i.finding.verdict for i in items)
    first = next((i for i in items if i.finding.steps), None)
    days, hours_messages = _messages(vault, dossier.zone)
    hours_calls, call_kinds = _calls(dossier, days)
    every = tuple(days[day] for day in sorted(days))
    return Content(
        made_at=dossier.now,
        not_mine=verdicts[Verdict.NOT_MINE],
        unsure=verdicts[Verdict.UNSURE],
        deadlines=deadlines(vault, dossier, items),
        first_step=first.finding.steps[0] if first else None,
        first_finding=first.number if first else None,
        items=items,
        days=every,
        kinds=_kinds(every),
        call_kinds=call_kinds,
        hours_messages=tuple(hours_messages),
        hours_calls=tuple(hours_calls),
        disclosures=tuple(
            sorted((d.on, d.recipient) for d in dossier.disclosures
                   if d.on and d.standing is Standing.CONFIRMED)
        ),
        exposure=exposure(dossier),
        coverage=_coverage(vault),
        not_understood=tuple(vault.not_understood()),
        record_counts=vault.counts(),
        first_day=every[0].day if every else None,
        last_day=every[-1].day if every else _last_seen(dossier),
        proposals=vault.proposals(),
        sockets=sockets,
    )  # fmt: skip


def _messages(vault: Vault, zone: tzinfo) -> tuple[dict[date, Day], list[int]]:
    """Messages of each label a day, and unwanted ones by hour of the local day."""
    daily: dict[date, Counter[Label]] = {}
    hours = [0] * 24
    for ms, label in vault.message_times():
        if label is None:
            continue
        local = datetime.fromtimestamp(ms / 1000, zone)
        daily.setdefault(local.date(), Counter())[label] += 1
        if label in UNWANTED:
            hours[local.hour] += 1
    return {day: Day(day, counts) for day, counts in daily.items()}, hours


def _calls(dossier: VaultDossier, days: dict[date, Day]) -> tuple[list[int], dict[str, int]]:
    """Adds the incoming calls to `days`; solicitors' calls by hour, and all calls by kind."""
    hours = [0] * 24
    kinds: Counter[str] = Counter()
    pack = country.load(dossier.country)
    flagged = pushing_numbers(dossier, pack)
    for judged in judge_calls(dossier.calls(), dossier.zone, pack.numbers, flagged):
        kinds[judged.kind] += 1
        if judged.call.outcome is CallOutcome.OUTGOING:
            continue
        local = judged.call.at.astimezone(dossier.zone)
        pushed = judged.kind is CallKind.SOLICITOR
        if pushed:
            hours[local.hour] += 1
        day = days.get(local.date()) or Day(local.date(), {})
        days[day.day] = replace(day, calls=day.calls + 1, pushed=day.pushed + pushed)
    return hours, dict(kinds)


def _coverage(vault: Vault) -> tuple[Coverage, ...]:
    """Each file read; a backup folder only through the files inside it."""
    lines = vault.coverage()
    names = [line.name for line in lines]
    return tuple(
        line
        for line in lines
        if line.records or not any(name.startswith(f"{line.name}/") for name in names)
    )


def _kinds(days: tuple[Day, ...]) -> dict[Label, int]:
    total: Counter[Label] = Counter()
    for day in days:
        total.update(day.messages)
    return {label: total[label] for label in LABELS if total[label]}


def _last_seen(dossier: VaultDossier) -> date | None:
    """The last day that reports or bills speak of, where there are no messages or calls."""
    moments = [file.report.at for file in dossier.credit_files()]
    moments += [transaction.at for transaction in dossier.transactions()]
    return max(moments).astimezone(dossier.zone).date() if moments else None
