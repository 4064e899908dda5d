"""The report as plain data for `--json`: stable keys, sentences in the reader's language beside
the keys they came from."""

from __future__ import annotations

from typing import Any

from notmyloan.locale import Speaker
from notmyloan.model.content import Citation, Content, Item
from notmyloan.model.serial import to_json
from notmyloan.model.text import Text

SCHEMA = 1


def _said(text: Text | None, speaker: Speaker) -> str | None:
    return None if text is None else speaker.say(text)


def citation_data(cited: Citation, speaker: Speaker) -> dict[str, Any]:
    """A cited record: id, words, moment, places."""
    return {
        "id": cited.record_id,
        "what": speaker.say(cited.what),
        "at": to_json(cited.at),
        "where": [speaker.say(place) for place in cited.where],
    }


def item_data(item: Item, speaker: Speaker) -> dict[str, Any]:
    """A finding with everything it stands on."""
    finding = item.finding
    return {
        "number": item.number,
        "id": finding.finding_id,
        "state": item.state,
        "dismissed_because": item.dismissed_because,
        "rule": finding.rule,
        "severity": finding.severity.name.lower(),
        "verdict": finding.verdict.value,
        "confidence": round(finding.confidence, 4),
        "title": speaker.say(finding.title),
        "why": [
            {"text": speaker.say(reason.text), "weight": reason.weight} for reason in finding.why
        ],
        "cites": [citation_data(cited, speaker) for cited in item.cited],
        "cites_left_out": item.more,
        "next": [
            {
                "text": speaker.say(step.text),
                "channel": step.channel,
                "contact": _said(item.contact(step), speaker),
                "within": _said(step.within, speaker),
            }
            for step in finding.steps
        ],
        "basis": list(finding.basis),
        "laws": [speaker.say(law) for law in item.laws],
        "at": to_json(finding.at),
        "due": to_json(finding.due),
        "dues": [
            {
                "day": due.day.isoformat(),
                "what": speaker.say(due.what),
                "why": speaker.say(due.why),
            }
            for due in finding.dues
        ],
        "first_seen": to_json(item.first_seen),
    }


def as_data(content: Content, speaker: Speaker) -> dict[str, Any]:
    """The whole report. `schema` grows when a key changes its meaning."""
    return {
        "schema": SCHEMA,
        "made_at": content.made_at.isoformat(),
        "language": speaker.language,
        "not_mine": content.not_mine,
        "unsure": content.unsure,
        "due": content.due,
        "next_due": to_json(content.next_due),
        "deadlines": [
            {
                "day": deadline.day.isoformat(),
                "what": speaker.say(deadline.what),
                "why": _said(deadline.why, speaker),
                "findings": list(deadline.findings),
                "case": deadline.case,
                "passed": deadline.passed,
            }
            for deadline in content.deadlines
        ],
        "findings": [item_data(item, speaker) for item in content.items],
        "days": [
            {
                "day": day.day.isoformat(),
                "messages": {label.value: n for label, n in day.messages.items()},
                "calls": day.calls,
                "solicitor_calls": day.pushed,
            }
            for day in content.days
        ],
        "kinds": {label.value: n for label, n in content.kinds.items()},
        "call_kinds": dict(content.call_kinds),
        "hours": {"messages": list(content.hours_messages), "calls": list(content.hours_calls)},
        "disclosures": [
            {"on": on.isoformat(), "recipient": recipient} for on, recipient in content.disclosures
        ],
        "exposure": [
            {
                "item": exposed.item.value,
                "channels": [speaker.say(channel) for channel in exposed.channels],
                "cites": list(exposed.cites),
                "price_low": to_json(exposed.price_low),
                "price_high": to_json(exposed.price_high),
                "price_is": "estimate",
                "price_source": _said(exposed.price_source, speaker),
            }
            for exposed in content.exposure.items
        ],
        "coverage": [
            {
                "name": file.name,
                "format": file.format,
                "records": file.records,
                "unreadable": file.unreadable,
                "first": to_json(file.first),
                "last": to_json(file.last),
            }
            for file in content.coverage
        ],
        "not_understood": [
            {"name": row.name, "why": speaker.say(row.why), "count": row.n, "shape": row.shape}
            for row in content.not_understood
        ],
        "records": dict(content.record_counts),
        "first_day": to_json(content.first_day),
        "last_day": to_json(content.last_day),
        "proposals": content.proposals,
        "sockets_opened": content.sockets,
    }
