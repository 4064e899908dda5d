"""`notmyloan lost`: the emergency path on one screen."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import click

from notmyloan.cli import case_words as words
from notmyloan.cli.app import App, current
from notmyloan.cli.options import Words, argument, command, json_option

if TYPE_CHECKING:
    from notmyloan.respond import Playbook
    from notmyloan.respond.lost import Blast, Call, Thing

_say = current().say


@command("lost")
@argument("what", type=Words(["phone", "sim", "card", "id"], "lost"))
@click.option("--country", default="cn", show_default=True, help=_say("cli.country.which"))
@click.option("--plain", is_flag=True, help=_say("cli.lost.plain"))
@click.option("--svg", type=click.Path(path_type=Path), help=_say("cli.lost.svg"))
@click.option("--html", type=click.Path(path_type=Path), help=_say("cli.lost.html"))
@json_option
def lost_command(
    what: str, country: str, plain: bool, svg: Path | None, html: Path | None, as_json: bool
) -> int:
    from notmyloan.cli.files import write_atomically
    from notmyloan.respond import load_playbook

    app = current()
    book = load_playbook(country, f"lost_{what}")
    # The emergency path must work on a borrowed phone, without a vault and without a passphrase.
    found = None if plain or not app.vault_file().exists() else _blast(app, what)
    if as_json:
        app.emit(words.playbook_data(book) | {"calls": [] if found is None else _calls(app, found)})
        return 0
    click.echo(book.title.said(app.speaker.language))
    if found is not None and found.calls:
        click.echo("")
        click.echo(app.say("cli.lost.yours"))
        for text in tree(app, found):
            click.echo(text)
        click.echo("")
        click.echo(app.say("cli.lost.order"))
        for number, call in enumerate(found.calls, 1):
            click.echo(_line(app, number, call))
        click.echo(app.say("cli.lost.records_only"))
    click.echo("")
    words.emergency(app, book)
    if html is not None:
        write_atomically(html, page(app, book, found).encode())
        app.tell("cli.report.written", path=str(html.absolute()))
    if svg is not None and found is not None:
        write_atomically(svg, drawing(app, found).encode())
        app.tell("cli.report.written", path=str(svg.absolute()))
    return 0


def _blast(app: App, what: str) -> Blast:
    from notmyloan.guard.holdings import DEVICE, holdings
    from notmyloan.respond.lost import Kind, blast

    with app.open_vault() as vault:
        held = holdings(app.guard(vault).dossier())
    kinds = {"phone": Kind.SIM, "sim": Kind.SIM, "card": Kind.CARD, "id": Kind.ID}
    lost = [t for t in held.things if t.kind is kinds[what]]
    if what == "phone":  # whoever holds it can take the SIM out: both are lost
        lost.append(DEVICE)
    return blast(held, lost)


def _calls(app: App, found: Blast) -> list[dict[str, object]]:
    return [
        {"order": number, "thing": call.thing.kind.value, "name": call.thing.name,
         "hotline": call.thing.hotline or None, "minutes": call.minutes,
         "minimum_cut": call.in_cut, "cuts_off": [_name(app, t) for t in call.keeps_from]}
        for number, call in enumerate(found.calls, 1)
    ]  # fmt: skip


def _name(app: App, thing: Thing) -> str:
    word = app.say(f"respond.thing.{thing.kind}")
    return word if thing.name in ("device", "SIM") else f"{word} {thing.name}"


def _mark(call: Call) -> str:
    return "●" if call.in_cut else "○"


def _line(app: App, number: int, call: Call) -> str:
    others = tuple(_name(app, t) for t in call.keeps_from if t.key != call.thing.key)
    text = app.say(
        f"cli.lost.call.{call.thing.kind}",
        name=call.thing.name, hotline=call.thing.hotline or app.say("cli.lost.no_hotline"),
    )  # fmt: skip
    mark = _mark(call)
    between = "" if app.speaker.chinese else "  "
    tail = between + app.say("cli.lost.cuts", names=others) if others else ""
    return f"{number:3}. {mark} {text}{tail}"


def tree(app: App, found: Blast) -> list[str]:
    """What hangs on what, as lines."""
    following: dict[tuple[str, str], list[Thing]] = {}
    for begin, end in found.links:
        following.setdefault(begin.key, []).append(end)
    out: list[str] = []
    seen: set[tuple[str, str]] = set()
    order = {call.thing.key: call for call in found.calls}
    numbers = {call.thing.key: number for number, call in enumerate(found.calls, 1)}

    def walk(thing: Thing, lead: str, branch: str) -> None:
        again = thing.key in seen
        call = order.get(thing.key)
        mark = f"  {_mark(call)}{numbers[thing.key]}" if call is not None and not again else ""
        more = " …" if again and following.get(thing.key) else ""
        out.append(f"{lead}{branch}{_name(app, thing)}{mark}{more}")
        if again:
            return
        seen.add(thing.key)
        ends = following.get(thing.key, [])
        deeper = lead + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        for number, end in enumerate(ends):
            walk(end, deeper, "└─ " if number == len(ends) - 1 else "├─ ")

    for thing in found.lost:
        walk(thing, "", "")
    return out


_STYLE = """
body { font: 16px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem; color: #000; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 1.6rem; }
li { margin: .45rem 0; } b { white-space: nowrap; } svg { max-width: 100%; height: auto; }
small { display: block; } @media print { body { margin: 0; } }
"""


def page(app: App, book: Playbook, found: Blast | None) -> str:
    """The emergency path as one page to print beforehand: it must not be on the phone alone."""
    language = app.speaker.language
    title = escape(book.title.said(language))
    out = [
        f'<!doctype html><html lang="{"zh-CN" if app.speaker.chinese else "en"}">',
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>",
        f"<p>{escape(book.about.said(language))}</p>",
    ]
    if found is not None and found.calls:
        lines = (_line(app, number, call) for number, call in enumerate(found.calls, 1))
        items = "".join(f"<li>{escape(text.partition('. ')[2])}</li>" for text in lines)
        out.append(f"<h2>{escape(app.say('cli.lost.order'))}</h2><ol>{items}</ol>")
        out.append(f"<p>{escape(app.say('cli.lost.records_only'))}</p>")
        out.append(f"<h2>{escape(app.say('cli.lost.yours'))}</h2>{drawing(app, found)}")
    steps = []
    for step in book.steps:
        minutes = words.soon(app, step.minutes) + " " if step.minutes else ""
        doubt = (
            f"<small>{escape(app.say('cli.case.doubt', words=step.doubt.said(language)))}</small>"
            if step.doubt
            else ""
        )
        steps.append(
            f"<li><b>{escape(minutes + step.title.said(language))}</b><br>"
            f"{escape(step.do.said(language))}{doubt}</li>"
        )
    out.append(f"<ol>{''.join(steps)}</ol><p>{escape(words.numbers_as_of(app, book))}</p>")
    out.append(f"<p>{escape(app.say('cli.lost.judged'))}</p>")
    out.append(f"<p>{escape(app.say('cli.case.no_advice', as_of=book.as_of))}</p></html>\n")
    return "\n".join(out)


def drawing(app: App, found: Blast) -> str:
    """The graph as SVG: columns by distance from what was lost, the minimum cut in heavy frames."""
    depth: dict[tuple[str, str], int] = {t.key: 0 for t in found.lost}
    for _ in found.reached:
        for begin, end in found.links:
            if begin.key in depth:
                depth.setdefault(end.key, depth[begin.key] + 1)
    columns: dict[int, list[Thing]] = {}
    for thing in found.reached:
        columns.setdefault(depth[thing.key], []).append(thing)
    width, height, gap = 230, 34, 14
    tallest = max(len(column) for column in columns.values())
    size = (len(columns) * (width + 70) + 20, tallest * (height + gap) + 30)
    place: dict[tuple[str, str], tuple[float, float]] = {}
    for level, column in columns.items():
        free = size[1] - len(column) * (height + gap)
        for row, thing in enumerate(column):
            place[thing.key] = (20 + level * (width + 70), free / 2 + row * (height + gap))
    cut = {call.thing.key for call in found.calls if call.in_cut}
    order = {call.thing.key: number for number, call in enumerate(found.calls, 1)}
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" '
        'font-family="Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif" font-size="13">',
        f'<rect width="{size[0]}" height="{size[1]}" fill="white"/>',
    ]
    for begin, end in found.links:
        if begin.key in place and end.key in place:
            (x1, y1), (x2, y2) = place[begin.key], place[end.key]
            out.append(
                f'<path d="M{x1 + width} {y1 + height / 2} C{x1 + width + 35} {y1 + height / 2} '
                f'{x2 - 35} {y2 + height / 2} {x2} {y2 + height / 2}" fill="none" stroke="#999"/>'
            )
    for thing in found.reached:
        x, y = place[thing.key]
        heavy = thing.key in cut
        number = f"{order[thing.key]}. " if thing.key in order else ""
        out.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" fill="#fff" '
            f'stroke="{"#b00" if heavy else "#555"}" stroke-width="{3 if heavy else 1}"/>'
            f'<text x="{x + 10}" y="{y + 22}">{escape(number + _name(app, thing))}</text>'
        )
    return "\n".join([*out, "</svg>\n"])
