"""How a date was worked out, in words."""

from __future__ import annotations

from datetime import timedelta

from notmyloan.country import Pack
from notmyloan.model.text import Text
from notmyloan.respond.deadline import Worked


def explain(
    worked: Worked, basis: str, pack: Pack, language: str, *, own: bool
) -> tuple[Text, ...]:
    """The sentences behind a date: what started it, how long it is and by which article, which
    holidays and make-up days lay in between, when it stood still, what becomes of a last day that
    is no working day (`own`: the person's deadline, else the other side's), and what is only
    assumed."""
    count = worked.length.count
    said = [
        Text(
            f"respond.worked.{worked.length.unit}",
            n=count, start=worked.start, due=worked.due,
        )
    ]  # fmt: skip
    if basis:
        statute = pack.statutes[basis]
        key = "respond.worked.basis" if statute.verified else "respond.worked.basis_unverified"
        said.append(Text(key, cite=statute.citation, gist=statute.gist, as_of=statute.as_of))
    else:
        said.append(Text("respond.worked.advised"))
    if worked.skipped:
        names = dict.fromkeys(h.name.said(language) for h in worked.skipped)
        said.append(Text("respond.worked.skipped", n=len(worked.skipped), names=tuple(names)))
    if worked.made_up:
        said.append(Text("respond.worked.made_up", days=tuple(worked.made_up)))
    for first, last in worked.paused:
        said.append(Text("respond.worked.paused", first=first, last=last))
    last = worked.late_from - timedelta(days=1)
    if own and worked.latest_safe < worked.due:
        said.append(Text("respond.worked.before", due=worked.due, day=worked.latest_safe))
    elif not own and last > worked.due:
        said.append(Text("respond.worked.after", due=worked.due, day=last))
    if worked.estimated:
        said.append(Text("respond.worked.estimated", year=str(worked.due.year)))
    return tuple(said)
