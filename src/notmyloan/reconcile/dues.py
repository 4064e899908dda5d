"""By when the person should act on a finding, and how that day was reckoned.

The rows stand in the country pack (`dues`), each with its rule; what no row speaks of gets no day.
The law gives the person few days of their own: most clocks run for the other side and begin only
when a letter has gone out, and those are the cases' affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from notmyloan.country import Pack, load
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Due, Finding
from notmyloan.model.text import Argument, Text
from notmyloan.reconcile.reports import own_files


def dated(findings: Iterable[Finding], dossier: Dossier) -> Iterator[Finding]:
    """The findings, each with the days that its country's rules give it beside its own."""
    pack = load(dossier.country)
    rows = pack.facts.get("dues", ())
    looks = [file.report.at.astimezone(dossier.zone).date() for file in own_files(dossier)]
    last_look = max(looks, default=None)
    today = dossier.now.astimezone(dossier.zone).date()
    for finding in findings:
        event = finding.at.astimezone(dossier.zone).date() if finding.at else None
        found = [
            due
            for row in rows
            if event is not None
            and event <= today
            and finding.rule in row["rules"]
            and finding.severity >= row["least_severity"]
            for due in _days(row, event, last_look, today, pack)
        ]
        dues = tuple(sorted((*finding.dues, *found), key=lambda due: due.day))
        days = [due.day for due in dues] + ([finding.due] if finding.due else [])
        yield replace(finding, due=min(days, default=None), dues=dues)


def _days(
    row: Mapping[str, Any], event: date, last_look: date | None, today: date, pack: Pack
) -> Iterator[Due]:
    if "until_days" in row and today - event > timedelta(days=row["until_days"]):
        return
    ends: list[tuple[int, date]] = []
    if "days" in row:
        ends.append((0, event + timedelta(days=row["days"])))
    ends += [(n, months_after(event, n)) for n in row.get("months", ())]
    looks = bool(row.get("looks"))
    if looks:
        ends = _next_look(ends, last_look, today)
    for months, day in ends:
        if day < today and not looks and "days" not in row:
            continue
        words = "look_missed" if looks and day <= today else row["words"]
        args: dict[str, Argument] = {"start": event}
        if months:
            args["n"] = months
        if row.get("basis", "") in pack.statutes:
            args["law"] = pack.statutes[row["basis"]].citation
        yield Due(
            day,
            Text(f"reconcile.due_what.{row['words']}"),
            Text(f"reconcile.due.{words}", **args),
        )


def _next_look(
    ends: list[tuple[int, date]], last_look: date | None, today: date
) -> list[tuple[int, date]]:
    """The next look at the credit report; the last one where no report came since."""
    past = [end for end in ends if end[1] <= today]
    if past and (last_look is None or last_look < past[-1][1]):
        return past[-1:]
    return [end for end in ends if end[1] > today][:1]


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
