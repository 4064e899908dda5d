"""What the faces share: which findings are told in full, and the sentences all of them need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from notmyloan.model.content import Content, Deadline, Item
from notmyloan.model.finding import Reason, Verdict
from notmyloan.model.text import Text

REASONS = 3
ALIKE = 2
_TELLS = 0.05  # log-odds: less moves nothing


@dataclass(frozen=True, slots=True)
class Told:
    """A finding told in full, and those of its kind that ask for the same and are only named."""

    item: Item
    alike: tuple[Item, ...] = ()


def arranged(items: Sequence[Item]) -> list[Told]:
    """Worst first. Where strangers only wrote (a notice), the third and later findings of one rule
    are named below the second: a page of the same four steps helps nobody."""
    full: list[tuple[Item, list[Item]]] = []
    seen: Counter[str] = Counter()
    last: dict[str, list[Item]] = {}
    for item in items:
        finding = item.finding
        if finding.verdict is Verdict.NOTICE and item.state == "open":
            seen[finding.rule] += 1
            if seen[finding.rule] > ALIKE:
                last[finding.rule].append(item)
                continue
        alike: list[Item] = []
        last[finding.rule] = alike
        full.append((item, alike))
    return [Told(item, tuple(alike)) for item, alike in full]


def reasons(item: Item) -> Sequence[Reason]:
    """The few reasons that speak most for the claim; all of them stand in the full finding."""
    why = item.finding.why
    speaking = [r for r in why if r.weight is None or r.weight > _TELLS]
    return speaking[:REASONS] or why[:REASONS]


def by_day(item: Item) -> Text | None:
    """What to do about a finding by a day, where it has one."""
    finding = item.finding
    if finding.dues:
        return Text("report.due_what", day=finding.dues[0].day, what=finding.dues[0].what)
    return Text("report.due", day=finding.due) if finding.due is not None else None


def next_due(content: Content) -> Text | None:
    """The nearest day to act by, or the first that has passed."""
    if not content.deadlines:
        return None
    first = content.deadlines[0]
    key = "report.next_due_passed" if first.passed else "report.next_due"
    return Text(key, day=first.day)


def by_when(deadline: Deadline) -> Text | None:
    """Where a deadline has passed, the words for its day."""
    return Text("report.deadline.passed", day=deadline.day) if deadline.passed else None


def network(content: Content) -> Text:
    """How many network connections were opened, counted and not supposed."""
    if content.sockets is None:
        return Text("report.no_count")
    return Text("report.no_network", n=content.sockets)
