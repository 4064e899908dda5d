"""The time line: contacts a day, disclosures as ticks, the likely days of leaks as a band."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from html import escape

import numpy as np

from notmyloan.locale import Speaker, width
from notmyloan.model.text import Text
from notmyloan.trace.answer import Answer, Suspect
from notmyloan.trace.likelihood import Floats, Series

_BARS = " ▁▂▃▄▅▆▇█"
_SHADES = " ░▒▓█"
_INK, _FAINT, _MARK, _BAND = "#1f2933", "#cbd2d9", "#1d4ed8", "#d55e00"
_FONTS = (
    "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, WenQuanYi Micro Hei, sans-serif"
)
_GAP = "#eceff2"
_WIDE, _HIGH, _LEFT = 920, 300, 44
_ROW, _NAMED, _SHOWN = 18, 3, 0.1  # names over the picture: of the likeliest, from which chance on


def _counts(data: Series) -> Floats:
    return np.asarray(np.bincount(data.at, data.count, minlength=data.bins), np.float64)


def _ticks(answer: Answer) -> list[tuple[date, str]]:
    found = [
        (day, suspect.recipient.name)
        for suspect in answer.suspects
        for day in suspect.recipient.given_on
        if 0 <= answer.series.bin_of(day) < answer.series.bins
    ]
    return sorted(found)


def terminal(answer: Answer, speaker: Speaker, columns: int = 72) -> list[str]:
    """The time line in letters: three rows and the days at both ends."""
    data = answer.series
    place = np.minimum(np.arange(data.bins) * columns // data.bins, columns - 1)
    counts = np.bincount(place, _counts(data), minlength=columns)
    chance = np.bincount(place, answer.leak_days, minlength=columns)
    most = max(float(counts.max()), 1.0)
    bars = "".join(_BARS[min(int(np.ceil(c / most * 8)), 8)] for c in counts)
    shades = "".join(_SHADES[min(int(np.ceil(c * 4 - 0.15)), 4) if c > 0.04 else 0] for c in chance)
    ticks = [" "] * columns
    for day, _ in _ticks(answer):
        ticks[int(place[data.bin_of(day)])] = "|"
    last = data.first + timedelta(days=data.bins * data.width - 1)
    begin, end = speaker.day(data.first), speaker.day(last)
    ends = begin + " " * max(columns - width.columns(begin) - width.columns(end), 2) + end
    say = speaker.say
    return [
        f"{bars}  {say(Text('trace.picture.contacts'))}",
        f"{''.join(ticks)}  {say(Text('trace.picture.given'))}",
        f"{shades}  {say(Text('trace.picture.leak'))}",
        ends,
    ]


def svg(answer: Answer, speaker: Speaker) -> str:
    """The time line as one SVG picture."""
    data = answer.series
    counts = _counts(data) / data.width
    most = max(float(counts.max()), 0.1)
    named = [s for s in answer.suspects[:_NAMED] if s.chance >= _SHOWN and s.recipient.given_on]
    top, bottom = 30 + _ROW * len(named), _HIGH - 60
    step = (_WIDE - _LEFT - 10) / data.bins

    def x(bin_: float) -> float:
        return _LEFT + bin_ * step

    title = speaker.say(Text("trace.picture.title"))
    body = [f'<rect width="{_WIDE}" height="{_HIGH}" fill="#ffffff"/>']
    for begin, end in _unwatched(data):
        body.append(
            f'<rect x="{x(begin):.1f}" y="{top}" width="{x(end) - x(begin):.1f}" '
            f'height="{bottom - top}" fill="{_GAP}"/>'
        )
    strongest = max(float(answer.leak_days.max()), 1e-9)
    for n, chance in enumerate(answer.leak_days.tolist()):
        if chance > 0.01:
            body.append(
                f'<rect x="{x(n):.1f}" y="{top}" width="{max(step, 1.5):.1f}" '
                f'height="{bottom - top}" fill="{_BAND}" '
                f'opacity="{0.12 + 0.55 * chance / strongest:.2f}"/>'
            )
    for n, count in enumerate(counts.tolist()):
        if count > 0:
            high = count / most * (bottom - top)
            body.append(
                f'<rect x="{x(n):.1f}" y="{bottom - high:.1f}" width="{max(step * 0.9, 0.8):.1f}" '
                f'height="{high:.1f}" fill="{_INK}"/>'
            )
    for day, name in _ticks(answer):
        at = x(data.bin_of(day) + 0.5)
        body.append(
            f'<line x1="{at:.1f}" y1="{bottom}" x2="{at:.1f}" y2="{bottom + 10}" '
            f'stroke="{_MARK}" stroke-width="2"><title>{escape(name)}</title></line>'
        )
    for n, suspect in enumerate(named):
        body += _named(suspect, data, x, 30 + _ROW * n, bottom)
    body.append(
        f'<line x1="{_LEFT}" y1="{bottom}" x2="{_WIDE - 10}" y2="{bottom}" stroke="{_FAINT}"/>'
    )
    body.append(_words(_LEFT - 6, top + 10, f"{most:.1f}", "end"))
    body.append(_words(_LEFT - 6, bottom, "0", "end"))
    body.append(_words(_LEFT, 18, title, "start", 14))
    for n in range(6):
        bin_ = n / 5 * (data.bins - 1)
        anchor = "start" if n == 0 else "end" if n == 5 else "middle"
        body.append(_words(x(bin_), bottom + 26, speaker.day(data.day(bin_)), anchor))
    legend = [
        (_INK, "trace.picture.contacts"), (_MARK, "trace.picture.given"),
        (_BAND, "trace.picture.leak"),
    ]  # fmt: skip
    if _unwatched(data):
        legend.append((_GAP, "trace.picture.gap"))
    for n, (colour, key) in enumerate(legend):
        at = _LEFT + n * 220
        body.append(f'<rect x="{at}" y="{_HIGH - 20}" width="12" height="12" fill="{colour}"/>')
        body.append(_words(at + 18, _HIGH - 10, speaker.say(Text(key))))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" width="{_WIDE}" '
        f'height="{_HIGH}" role="img" aria-label="{escape(title, quote=True)}" '
        f'font-family="{_FONTS}" font-size="12" fill="{_INK}"><title>{escape(title)}</title>'
        f"{''.join(body)}</svg>"
    )


def _named(
    suspect: Suspect, data: Series, x: Callable[[float], float], y: float, bottom: float
) -> list[str]:
    """A likely recipient's name over the days on which it was given something."""
    days = [d for d in suspect.recipient.given_on if 0 <= data.bin_of(d) < data.bins]
    out = []
    for day in days:
        at = x(data.bin_of(day) + 0.5)
        out.append(
            f'<line x1="{at:.1f}" y1="{y + 14}" x2="{at:.1f}" y2="{bottom}" stroke="{_MARK}" '
            f'stroke-dasharray="3 3"/>'
        )
    if days:
        at = x(data.bin_of(days[-1]) + 0.5)
        side = "end" if at > _WIDE / 2 else "start"
        words = f"{suspect.recipient.name} {suspect.chance:.0%}"
        out.append(_words(at + (4 if side == "start" else -4), y + 12, words, side, 12, _MARK))
    return out


def _unwatched(data: Series) -> list[tuple[int, int]]:
    """Stretches of bins of which no record is there."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], data.observed <= 0, [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _words(
    x: float, y: float, words: str, anchor: str = "start", size: int = 12, colour: str = _INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">'
        f"{escape(words)}</text>"
    )
