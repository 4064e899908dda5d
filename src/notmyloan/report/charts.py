"""The report's pictures as SVG: what came in a day and a week, what kinds, by hour of the day.

Plain shapes and text only, so that the same picture serves the page and the PDF. Colours are
told apart by people with colour-blindness (Okabe and Ito's set) and every series is also named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from html import escape

from notmyloan.locale import Speaker
from notmyloan.model.content import Content, Day
from notmyloan.model.label import Label
from notmyloan.model.text import Text

FONTS = (
    "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, WenQuanYi Micro Hei, sans-serif"
)
INK, FAINT, MARK = "#1f2933", "#cbd2d9", "#1d4ed8"
WIDTH = 920
DAILY = 366  # days that a bar a day stays readable for
MARKS = 24  # disclosures that a picture names

# Each series: catalogue key, colour, the labels it adds up.
SERIES: tuple[tuple[str, str, tuple[Label, ...]], ...] = (
    ("report.series.loan", "#d55e00", (Label.LOAN_SOLICITATION, Label.CREDIT_REPAIR)),
    ("report.series.codes", "#0072b2", (Label.VERIFICATION_CODE, Label.CODE_BEGGING)),
    ("report.series.dunning", "#cc79a7", (Label.DUNNING,)),
    ("report.series.fraud", "#000000", (Label.FRAUD, Label.ILLEGAL_OFFER)),
    ("report.series.marketing", "#e69f00", (Label.MARKETING,)),
)
CALLS = ("report.series.calls", "#009e73")


@dataclass(frozen=True, slots=True)
class _Frame:
    """The plotting area inside a picture, in SVG units."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        return self.top + self.height


def _svg(height: float, title: str, body: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" '
        f'width="{WIDTH}" height="{height:g}" role="img" aria-label="{escape(title, quote=True)}" '
        f'font-family="{FONTS}" font-size="13" fill="{INK}">'
        f"<title>{escape(title)}</title>{''.join(body)}</svg>"
    )


def _text(x: float, y: float, words: str, anchor: str = "start", size: int = 13) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(words)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = FAINT, extra: str = "") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {extra}/>'
    )


def _ceiling(top: int) -> int:
    """A round number at or above `top`, for the axis."""
    step = 1
    while True:
        for nice in (1, 2, 5):
            if nice * step >= top:
                return nice * step
        step *= 10


def _axis(frame: _Frame, top: int) -> list[str]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        if top == 1 and share == 0.5:
            continue
        y = frame.bottom - share * frame.height
        parts.append(_line(frame.left, y, frame.left + frame.width, y))
        parts.append(_text(frame.left - 6, y + 4, f"{top * share:g}", "end", 11))
    return parts


def time_lines(content: Content, speaker: Speaker) -> list[str]:
    """Messages of each kind stacked above solicitors' calls, with the disclosures marked: a day
    for the last year, and over it a week for the whole time where that is longer."""
    if not content.days:
        return []
    first, last = content.days[0].day, content.days[-1].day
    if (last - first).days <= DAILY:
        return [by_day(content, speaker)]
    return [by_day(content, speaker), _time_line(content, speaker, first, last, 7)]


def by_day(content: Content, speaker: Speaker) -> str:
    """Messages of each kind stacked, a day, above solicitors' calls a day, over one time line
    on which the disclosures are marked; the last year of it."""
    if not content.days:
        return ""
    last = content.days[-1].day
    first = max(content.days[0].day, last - timedelta(days=DAILY - 1))
    return _time_line(content, speaker, first, last, 1)


def _time_line(content: Content, speaker: Speaker, first: date, last: date, each: int) -> str:
    """One such picture from `first` to `last`, a bar for `each` so many days."""
    unit = "day" if each == 1 else "week"
    title = speaker.say(Text(f"report.chart.{unit}s", first=first, last=last))
    bins = (last - first).days // each + 1
    upper = _Frame(44, 76, WIDTH - 64, 170)
    lower = _Frame(44, 288, WIDTH - 64, 90)
    body = [_text(0, 16, title, size=15), *_legend(speaker, 40)]

    def binned(count: Callable[[Day], int]) -> list[int]:
        counts = [0] * bins
        for day in content.days:
            if first <= day.day <= last:
                counts[(day.day - first).days // each] += count(day)
        return counts

    stacks = [binned(partial(_of_labels, labels)) for _, _, labels in SERIES]
    totals = [sum(column) for column in zip(*stacks, strict=True)]
    top = _ceiling(max(totals, default=0) or 1)
    body += _axis(upper, top)
    base = [0] * bins
    step = upper.width / bins
    for (_, colour, _), counts in zip(SERIES, stacks, strict=True):
        body.append(_bars(upper, base, counts, top, step, colour))
        base = [b + c for b, c in zip(base, counts, strict=True)]
    calls = binned(lambda day: day.pushed)
    most = _ceiling(max(calls, default=0) or 1)
    body += _axis(lower, most)
    body.append(_bars(lower, [0] * bins, calls, most, step, CALLS[1]))
    words = speaker.say(Text(f"report.chart.calls_a_{unit}"))
    body.append(_text(lower.left, lower.top - 8, words, size=12))
    span = bins * each
    body += _months(lower, first, last, span)
    marks, height = _marks(content, speaker, first, last, span, upper, lower)
    return _svg(lower.bottom + 32 + height, title, [*body, *marks])


def _of_labels(labels: Sequence[Label], day: Day) -> int:
    return sum(day.messages.get(label, 0) for label in labels)


def _bars(
    frame: _Frame, base: Sequence[int], counts: Sequence[int], top: int, step: float, colour: str
) -> str:
    """One path for a whole series, so that ten years stay one small picture."""
    width = max(min(step * 0.8, 16.0), 0.8)
    pieces = []
    for position, (low, count) in enumerate(zip(base, counts, strict=True)):
        if count:
            x = min(frame.left + position * step, frame.left + frame.width - width)
            y = frame.bottom - frame.height * (low + count) / top
            pieces.append(
                f"M{x:.1f} {y:.1f}h{width:.1f}v{frame.height * count / top:.1f}h-{width:.1f}z"
            )
    return f'<path d="{"".join(pieces)}" fill="{colour}"/>' if pieces else ""


def _months(frame: _Frame, first: date, last: date, span: int) -> list[str]:
    """Year or month names under the axis, about ten of them."""
    parts = []
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    every = next((n for n in (1, 2, 3, 6, 12, 24) if months / n <= 12), 24)
    for n in range(months + 1):
        year, month = divmod(first.month - 1 + n, 12)
        day = date(first.year + year, month + 1, 1)
        if (day.month - 1) % min(every, 12) or not first <= day <= last:
            continue
        x = frame.left + frame.width * (day - first).days / span
        parts.append(_line(x, frame.bottom, x, frame.bottom + 5, INK))
        parts.append(_text(x, frame.bottom + 18, f"{day:%Y-%m}", "middle", 11))
    return parts


def _marks(
    content: Content,
    speaker: Speaker,
    first: date,
    last: date,
    span: int,
    upper: _Frame,
    lower: _Frame,
) -> tuple[list[str], float]:
    """A dashed line and a numbered triangle for each day on which data was given away, and below
    the picture who got it, with the height that this takes."""
    seen = [(day, who) for day, who in content.disclosures if first <= day <= last]
    if not seen:
        return [], 0.0
    parts = [_text(0, lower.bottom + 46, speaker.say(Text("report.chart.marks")), size=12)]
    taken = -99.0
    for number, (day, who) in enumerate(seen[:MARKS], 1):
        x = upper.left + upper.width * (day - first).days / span
        words = speaker.say(Text("report.chart.gave", recipient=who, day=day))
        label = _text(x, upper.top - 15, str(number), "middle", 11) if x - taken > 13 else ""
        taken = x if label else taken
        parts.append(
            f"<g><title>{escape(words)}</title>"
            + _line(x, upper.top - 6, x, lower.bottom, MARK, 'stroke-dasharray="3 3"')
            + f'<path d="M{x - 4:.1f} {upper.top - 12:.1f}h8l-4 7z" fill="{MARK}"/>{label}</g>'
        )
        row, column = divmod(number - 1, 3)
        parts.append(
            _text(
                column * WIDTH / 3,
                lower.bottom + 66 + row * 18,
                _short(f"{number}  {words}"),
                size=12,
            )
        )
    rows = -(-min(len(seen), MARKS) // 3)
    return parts, 26.0 + rows * 18


def _short(words: str, room: int = 46) -> str:
    """Cut to what a third of the line takes, a Han character counting two."""
    used = 0
    for position, character in enumerate(words):
        used += 2 if ord(character) > 0x2E80 else 1
        if used > room:
            return words[:position] + "…"
    return words


def _legend(speaker: Speaker, y: float) -> list[str]:
    parts = []
    x = 0.0
    for key, colour in [*((key, colour) for key, colour, _ in SERIES), CALLS]:
        words = speaker.say(Text(key))
        parts.append(f'<rect x="{x:g}" y="{y - 10:g}" width="11" height="11" fill="{colour}"/>')
        parts.append(_text(x + 16, y, words, size=12))
        # Han characters are about twice as wide as Latin ones.
        x += 32 + sum(12.0 if ord(c) > 0x2E80 else 6.6 for c in words)
    return parts


def by_kind(content: Content, speaker: Speaker) -> str:
    """How many messages of each label came in, as bars with their numbers."""
    rows = [(label, n) for label, n in content.kinds.items() if n]
    rows.sort(key=lambda row: -row[1])
    title = speaker.say(Text("report.chart.kinds"))
    if not rows:
        return ""
    top = rows[0][1]
    body = [_text(0, 16, title, size=15)]
    colours = {label: colour for _, colour, labels in SERIES for label in labels}
    for position, (label, n) in enumerate(rows):
        y = 34 + position * 24
        width = 600 * n / top
        body.append(_text(200, y + 13, speaker.say(Text(f"screen.label.{label}")), "end"))
        body.append(
            f'<rect x="210" y="{y}" width="{max(width, 1):.1f}" height="16" '
            f'fill="{colours.get(label, "#7b8794")}"/>'
        )
        body.append(_text(216 + width, y + 13, f"{n:,}"))
    return _svg(40 + len(rows) * 24, title, body)


def by_hour(content: Content, speaker: Speaker) -> str:
    """Unwanted messages and solicitors' calls by hour of the local day."""
    title = speaker.say(Text("report.chart.hours"))
    if not any(content.hours_messages) and not any(content.hours_calls):
        return ""
    frame = _Frame(44, 52, WIDTH - 64, 130)
    top = _ceiling(max(*content.hours_messages, *content.hours_calls))
    body = [_text(0, 16, title, size=15), *_axis(frame, top)]
    slot = frame.width / 24
    pairs = (
        ("report.series.messages", "#d55e00", content.hours_messages, 0.12),
        (CALLS[0], CALLS[1], content.hours_calls, 0.52),
    )
    for position, (key, colour, counts, offset) in enumerate(pairs):
        legend = position * 220
        body.append(f'<rect x="{legend}" y="28" width="11" height="11" fill="{colour}"/>')
        body.append(_text(legend + 16, 38, speaker.say(Text(key)), size=12))
        for hour, n in enumerate(counts):
            height = frame.height * n / top
            body.append(
                f'<rect x="{frame.left + slot * (hour + offset):.1f}" '
                f'y="{frame.bottom - height:.1f}" width="{slot * 0.36:.1f}" '
                f'height="{height:.1f}" fill="{colour}"/>'
            )
    for hour in range(0, 24, 2):
        x = frame.left + slot * (hour + 0.5)
        body.append(_text(x, frame.bottom + 18, f"{hour:02d}", "middle", 11))
    return _svg(frame.bottom + 30, title, body)


def pictures(content: Content, speaker: Speaker) -> list[str]:
    """Every picture that has something to show."""
    drawn = [*time_lines(content, speaker), by_kind(content, speaker), by_hour(content, speaker)]
    return [svg for svg in drawn if svg]
