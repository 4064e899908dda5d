"""The report as a PDF, set by Typst with the system's CJK font embedded. Nothing touches disk."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from notmyloan.locale import Speaker
from notmyloan.model.content import Content, Item
from notmyloan.model.errors import InputError, MissingExtraError
from notmyloan.model.finding import Step, Verdict
from notmyloan.model.text import Text
from notmyloan.report.charts import pictures
from notmyloan.report.shape import Told, arranged, by_day, by_when, network, next_due, reasons
from notmyloan.report.terminal import nothing_found, severity

# Families with the whole of GB 18030's common characters, best first, on Linux, macOS, Windows.
CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "SimSun",
    "Songti SC",
)
SHOWN_CITATIONS = 6


def pdf(content: Content, speaker: Speaker) -> bytes:
    """A PDF of `content`. Raises MissingExtraError without Typst, InputError without a CJK font."""
    return compiled("report", _view(content, speaker), content.made_at)


def compiled(
    template: str,
    view: dict[str, Any],
    made_at: datetime,
    families: tuple[str, ...] = CJK_FONTS,
) -> bytes:
    """A PDF of a template under `templates/`, which finds `view` and the `font` in its data: the
    first of `families` that is installed. Raises as `pdf`."""
    try:
        import typst
    except ImportError:
        raise MissingExtraError("pdf", Text("core.purpose.pdf")) from None
    fonts = _fonts()
    font = _font(fonts, families)
    source = files("notmyloan.report").joinpath(f"templates/{template}.typ").read_bytes()
    data = json.dumps(view | {"font": font}, ensure_ascii=False)
    made: bytes = typst.compile(
        source,
        format="pdf",
        font_paths=fonts,
        sys_inputs={"data": data},
        timestamp=int(made_at.timestamp()),
    )
    return made


@cache
def _fonts() -> Any:
    """The system's fonts, looked for once: a case writes thirty PDFs in a row."""
    import typst

    return typst.Fonts()


def _font(fonts: Any, families: tuple[str, ...]) -> str:
    """The first family that is installed."""
    installed = set(fonts.families())
    for family in families:
        if family in installed:
            return family
    raise InputError("report.no_font", fonts=CJK_FONTS[:3])


def _view(content: Content, speaker: Speaker) -> dict[str, Any]:
    """Everything as strings in the reader's language, for the template to lay out."""

    def t(key: str, **args: Any) -> str:
        return speaker.say(Text(key, **args))

    nearest = next_due(content)
    span = ""
    if content.first_day is not None and content.last_day is not None:
        span = t("report.span", first=content.first_day, last=content.last_day)
    return {
        "lang": "zh" if speaker.chinese else "en",
        "title": t("report.title"),
        "made": t("report.made", at=content.made_at),
        "span": span,
        "numbers": [
            [content.not_mine, t("report.number.not_mine"), ""],
            [content.unsure, t("report.number.unsure"), ""],
            [
                content.due,
                t("report.number.due"),
                speaker.say(nearest) if nearest else "",
            ],
        ],
        "first": (
            t("report.first_step", step=content.first_step.text) if content.first_step else ""
        ),
        "deadlines_title": t("report.deadlines"),
        "deadlines_head": [t(f"report.col.{c}") for c in ("day", "what", "why")],
        "deadlines": [
            [
                speaker.say(late) if (late := by_when(d)) else speaker.day(d.day),
                speaker.say(d.what) + "".join(f" [{n}]" for n in d.findings),
                speaker.say(d.why) if d.why else "",
            ]
            for d in content.deadlines
        ],
        "findings_title": t("report.findings"),
        "findings": [_item(told, speaker) for told in arranged(content.items)],
        "nothing": nothing_found(content, speaker),
        "pictures": t("report.pictures"),
        "charts": pictures(content, speaker),
        "exposure_title": t("report.exposure"),
        "exposure_head": [t(f"report.col.{c}") for c in ("item", "channels", "price")],
        "exposure": [
            [
                t(f"report.given.{e.item}"),
                speaker.series([speaker.say(channel) for channel in e.channels]),
                f"{speaker.money(e.price_low)} – {speaker.money(e.price_high)}"
                if e.price_low is not None and e.price_high is not None
                else "—",
            ]
            for e in content.exposure.items
        ],
        "exposure_note": t("report.exposure_note"),
        "coverage_title": t("report.coverage", n=len(content.coverage)),
        "coverage_head": [t(f"report.col.{c}") for c in ("file", "records", "unreadable", "span")],
        "coverage": [
            [
                f.name + speaker.aside(speaker.format(f.format)),
                f"{f.records:,}",
                f"{f.unreadable:,}",
                f"{speaker.day(f.first.date())} – {speaker.day(f.last.date())}"
                if f.first and f.last
                else "",
            ]
            for f in content.coverage
        ],
        "footer": [
            speaker.say(network(content)),
            t("report.not_advice"),
        ],
    }


def _item(told: Told, speaker: Speaker) -> dict[str, Any]:
    item, finding = told.item, told.item.finding

    def t(key: str, **args: Any) -> str:
        return speaker.say(Text(key, **args))

    shown = SHOWN_CITATIONS if finding.verdict is not Verdict.NOTICE else SHOWN_CITATIONS // 2
    left = item.more + max(len(item.cited) - shown, 0)
    steps = [_step(item, step, speaker) for step in finding.steps]
    return {
        "severity": severity(finding.severity, speaker),
        "level": int(finding.severity),
        "title": speaker.say(finding.title),
        "line": t("report.number_line", number=item.number, p=finding.confidence),
        "due": speaker.say(due) if (due := by_day(item)) else "",
        "why": [speaker.say(reason.text) for reason in reasons(item)],
        "do": t("report.do_first", step=steps[0]) if steps else "",
        "steps": steps[1:],
        "cited": [
            (f"{speaker.moment(c.at)}  " if c.at else "")
            + speaker.say(c.what)
            + "".join(f"  [{speaker.say(place)}]" for place in c.where[:1])
            for c in item.cited[:shown]
        ],
        "more": t("report.more_cited", n=left) if left else "",
        "basis": t("report.basis", refs=item.laws) if item.laws else "",
        "alike_title": t("report.more_alike"),
        "alike": [f"[{other.number}] {speaker.say(other.finding.title)}" for other in told.alike],
    }


def _step(item: Item, step: Step, speaker: Speaker) -> str:
    within = speaker.aside(speaker.say(step.within)) if step.within is not None else ""
    parts = [speaker.say(step.text) + within]
    contact = item.contact(step)
    if contact is not None:
        parts.append(f"— {speaker.say(contact)}")
    return " ".join(parts)
