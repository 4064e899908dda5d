"""The report for a terminal: plain lines, so that it also reads well in a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from notmyloan.locale import Speaker
from notmyloan.model.content import Content, Item
from notmyloan.model.finding import Severity
from notmyloan.model.label import Label
from notmyloan.model.text import Text
from notmyloan.report.shape import arranged, by_day, by_when, network, next_due, reasons

BARS = " ▁▂▃▄▅▆▇█"
SHOWN_WEEKS = 60
_UNWANTED = (
    Label.LOAN_SOLICITATION, Label.DUNNING, Label.CREDIT_REPAIR, Label.CODE_BEGGING,
    Label.FRAUD, Label.ILLEGAL_OFFER, Label.MARKETING,
)  # fmt: skip


def render(content: Content, speaker: Speaker, *, items: int = 12) -> Iterator[str]:
    """Lines of the report, the three numbers and one action first, then what has a date, then the
    findings: `items` of them with why, records and first step, the rest by name."""
    say = speaker.say
    yield say(Text("report.numbers", not_mine=content.not_mine, unsure=content.unsure,
                   due=content.due))  # fmt: skip
    nearest = next_due(content)
    if nearest is not None:
        yield say(nearest)
    yield ""
    if not content.items:
        yield nothing_found(content, speaker)
    elif content.first_step is not None:
        yield say(Text("report.first_step", step=content.first_step.text)) + _about(
            content, speaker
        )
    yield ""
    yield from _deadlines(content, speaker)
    told = arranged(content.items)
    for one in told[:items]:
        yield from _short(one.item, speaker)
        if one.alike:
            yield "    " + say(Text("report.more_alike"))
            yield from (f"      {_named(item, speaker)}" for item in one.alike)
        yield ""
    if len(told) > items:
        yield say(Text("report.others"))
        rest = {item.number for one in told[items:] for item in (one.item, *one.alike)}
        yield from (f"  {_named(i, speaker)}" for i in content.items if i.number in rest)
        yield ""
    yield from _timeline(content, speaker)
    yield from _exposure(content, speaker)
    yield from _coverage(content, speaker)


def _about(content: Content, speaker: Speaker) -> str:
    if content.first_finding is None:
        return ""
    between = "" if speaker.chinese else " "
    return between + speaker.say(Text("report.first_about", number=content.first_finding))


def _deadlines(content: Content, speaker: Speaker) -> Iterator[str]:
    """Each day to act by, what to do, for what, and how the day was reckoned."""
    if not content.deadlines:
        return
    say = speaker.say
    yield say(Text("report.deadlines"))
    for deadline in content.deadlines:
        day = by_when(deadline)
        line = say(
            Text("report.deadline.line", day=day or deadline.day, what=deadline.what)
        )  # fmt: skip
        if deadline.findings:
            line += " [" + ", ".join(map(str, deadline.findings)) + "]"
        yield f"  {line}"
        if deadline.why is not None:
            yield f"      {say(deadline.why)}"
    yield ""


def _named(item: Item, speaker: Speaker) -> str:
    word = severity(item.finding.severity, speaker)
    return f"[{item.number}] {word}  {speaker.say(item.finding.title)}"


def _short(item: Item, speaker: Speaker) -> Iterator[str]:
    """A finding with the heaviest reasons, some records and the one thing to do first."""
    say, finding = speaker.say, item.finding
    yield _named(item, speaker)
    yield "    " + say(Text("report.confidence", p=finding.confidence))
    for reason in reasons(item):
        yield f"    · {say(reason.text)}"
    yield from _records(item, speaker, 3)
    for step in finding.steps[:1]:
        within = speaker.aside(say(step.within)) if step.within else ""
        yield "    " + say(Text("report.do_first", step=step.text)) + within
        contact = item.contact(step)
        if contact is not None:
            yield f"       {say(contact)}"
    due = by_day(item)
    if due is not None:
        yield "    " + say(due)
    more = len(finding.steps) - 1
    if more > 0:
        yield "    " + say(Text("report.then_show", n=more, number=item.number))
    else:
        yield "    " + say(Text("report.all_of_it", number=item.number))


def _records(item: Item, speaker: Speaker, citations: int) -> Iterator[str]:
    say = speaker.say
    for cited in item.cited[:citations]:
        at = f"{speaker.moment(cited.at)}  " if cited.at else ""
        yield f"    → {at}{say(cited.what)}"
        for place in cited.where[:2]:
            yield f"        {say(place)}"
    left = item.more + max(len(item.cited) - citations, 0)
    if left:
        yield "    " + say(Text("report.more_cited", n=left))


def nothing_found(content: Content, speaker: Speaker) -> str:
    """Never "safe": nothing found in what was given, up to the last day seen."""
    if content.last_day is None:
        return speaker.say(Text("report.nothing_given"))
    return speaker.say(Text("report.nothing_found", last=content.last_day))


def render_item(item: Item, speaker: Speaker, *, citations: int) -> Iterator[str]:
    """A finding: claim, how sure, why, the records, what to do next."""
    say, finding = speaker.say, item.finding
    yield _named(item, speaker)
    if item.state != "open":
        yield "    " + say(Text(f"report.state.{item.state}", reason=item.dismissed_because or ""))
    yield "    " + say(Text("report.confidence", p=finding.confidence))
    for reason in finding.why:
        told = (
            ""
            if reason.weight is None
            else say(Text("report.weight", weight=f"{reason.weight:+.1f}"))
        )
        yield f"    · {say(reason.text)}{speaker.aside(told)}"
    yield from _records(item, speaker, citations)
    for number, step in enumerate(finding.steps, 1):
        within = speaker.aside(say(step.within)) if step.within else ""
        yield f"    {number}. {say(step.text)}{within}"
        contact = item.contact(step)
        if contact is not None:
            yield f"       {say(contact)}"
    for due in finding.dues:
        yield "    " + say(Text("report.due_what", day=due.day, what=due.what))
        yield f"        {say(due.why)}"
    if finding.due is not None and not finding.dues:
        yield "    " + say(Text("report.due", day=finding.due))
    if item.laws:
        yield "    " + say(Text("report.basis", refs=item.laws))


def severity(level: Severity, speaker: Speaker) -> str:
    """The severity as a word: never by colour alone."""
    return speaker.say(Text(f"report.severity.{level.name.lower()}"))


def _timeline(content: Content, speaker: Speaker) -> Iterator[str]:
    """Unwanted messages and calls a week as a row of bars, disclosures as marks below."""
    if not content.days:
        return
    last = content.days[-1].day
    first = max(content.days[0].day, last - timedelta(weeks=SHOWN_WEEKS))
    weeks = (last - first).days // 7 + 1
    counts = [0] * weeks
    for day in content.days:
        if day.day >= first:
            counts[(day.day - first).days // 7] += day.pushed + sum(
                day.messages.get(label, 0) for label in _UNWANTED
            )
    top = max(counts)
    if not top:
        return
    marks = [" "] * weeks
    for given, _ in content.disclosures:
        if first <= given <= last:
            marks[(given - first).days // 7] = "▲"
    yield speaker.say(Text("report.timeline", first=first, last=last, top=top))
    yield "".join(BARS[-(-count * (len(BARS) - 1) // top)] for count in counts)
    if any(mark != " " for mark in marks):
        yield "".join(marks).rstrip()
        yield speaker.say(Text("report.timeline_marks"))
    yield ""


def _exposure(content: Content, speaker: Speaker) -> Iterator[str]:
    if not content.exposure.items:
        return
    yield speaker.say(Text("report.exposure"))
    for exposed in content.exposure.items:
        line = "  · " + speaker.say(
            Text(
                "report.exposure_item",
                item=Text(f"report.given.{exposed.item}"),
                channels=exposed.channels,
            )
        )
        if exposed.price_low is not None and exposed.price_high is not None:
            line += " " + speaker.say(
                Text("report.exposure_price", low=exposed.price_low, high=exposed.price_high)
            )
        yield line
    yield speaker.say(Text("report.exposure_note"))
    yield ""


def _coverage(content: Content, speaker: Speaker) -> Iterator[str]:
    say = speaker.say
    yield say(Text("report.coverage", n=len(content.coverage)))
    for file in content.coverage:
        yield "  · " + say(
            Text("report.coverage_line", name=file.name, format=speaker.format(file.format),
                 records=file.records, unreadable=file.unreadable)
        )  # fmt: skip
    for row in content.not_understood[:10]:
        yield "  ! " + say(Text("report.not_understood", name=row.name, why=row.why, n=row.n))
        if row.shape:
            yield f"      {row.shape[:100]}"
    if content.proposals:
        yield say(Text("report.proposals", n=content.proposals))
    yield say(network(content))
    yield say(Text("report.not_advice"))
