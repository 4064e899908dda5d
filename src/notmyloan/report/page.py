"""The report as one self-contained page: no script, nothing fetched, prints well."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from notmyloan.locale import Speaker
from notmyloan.model.content import Content
from notmyloan.model.text import Text
from notmyloan.report.charts import pictures
from notmyloan.report.shape import arranged, by_day, by_when, network, next_due, reasons
from notmyloan.report.terminal import nothing_found, severity


def page(content: Content, speaker: Speaker) -> str:
    """HTML for `content` in the speaker's language."""
    environment = Environment(
        loader=PackageLoader("notmyloan.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def t(key: str, **args: Any) -> str:
        return speaker.say(Text(key, **args))

    charts = [
        Markup(svg)  # our own shapes; every word in them was escaped
        for svg in pictures(content, speaker)
    ]
    nearest = next_due(content)
    return environment.get_template("page.html.jinja").render(
        c=content,
        t=t,
        say=speaker.say,
        aside=speaker.aside,
        format=speaker.format,
        day=speaker.day,
        moment=speaker.moment,
        money=speaker.money,
        series=speaker.series,
        severity=lambda level: severity(level, speaker),
        charts=charts,
        # `items` is a method of mappings in Jinja's eyes, so the lists go in by name.
        told=arranged(content.items),
        reasons=reasons,
        deadlines=content.deadlines,
        by_when=by_when,
        by_day=by_day,
        next_due=speaker.say(nearest) if nearest is not None else "",
        network=speaker.say(network(content)),
        exposed=content.exposure.items,
        channels=lambda exposed: [speaker.say(channel) for channel in exposed.channels],
        nothing=nothing_found(content, speaker),
        language="zh-CN" if speaker.chinese else "en",
    )
