"""`notmyloan who`: which recipient leaked?"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from notmyloan.cli.app import FOUND, FOUND_NOTHING, App, current, existing
from notmyloan.cli.options import command, json_option

if TYPE_CHECKING:
    from notmyloan.trace import Answer, Recipient, Suspect, When

_say = current().say
_SHOWN = 8
_LEAST = 0.02  # chance from which on a recipient is shown


@command("who")
@click.option("--all", "every", is_flag=True, help=_say("cli.who.all"))
@click.option("--priors", type=click.Path(path_type=Path), help=_say("cli.who.priors"))
@click.option("--html", type=click.Path(path_type=Path), help=_say("cli.who.html"))
@click.option("--pdf", type=click.Path(path_type=Path), help=_say("cli.who.pdf"))
@click.option("--seed", type=int, default=0, show_default=True, help=_say("cli.who.seed"))
@json_option
def who_command(
    every: bool, priors: Path | None, html: Path | None, pdf: Path | None, seed: int, as_json: bool
) -> int:
    from notmyloan.cli.files import write_atomically
    from notmyloan.guard.tracing import doubts, trace
    from notmyloan.trace import Verdict, read_priors

    app = current()
    chosen = None
    if priors is not None:
        (path,) = existing((priors,))
        chosen = read_priors(path.read_bytes(), path.name)
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        doubtful = doubts(dossier)
        for text in doubtful:
            app.complain(text)
        answer = trace(vault, dossier, chosen, seed)
    if as_json:
        app.emit(_data(app, answer) | {"doubts": [app.speaker.say(t) for t in doubtful]})
    else:
        for line in lines(app, answer, every):
            click.echo(line)
    if html is not None:
        write_atomically(html, page(app, answer).encode())
        app.tell("cli.report.written", path=str(html.absolute()))
    if pdf is not None:
        write_atomically(pdf, sheet(app, answer))
        app.tell("cli.report.written", path=str(pdf.absolute()))
    app.tell("cli.who.done")
    return FOUND_NOTHING if answer.verdict is Verdict.NO_LEAK else FOUND


def lines(app: App, answer: Answer, every: bool = False) -> list[str]:
    """The answer in words, for the terminal."""
    from notmyloan.trace.picture import terminal

    say = app.say
    out = [*terminal(answer, app.speaker), "", *summary(app, answer), ""]
    shown = [s for s in answer.suspects if every or s.chance >= _LEAST]
    for suspect in shown if every else shown[:_SHOWN]:
        out += _suspect(app, suspect)
    left = len(answer.suspects) - (len(shown) if every else min(len(shown), _SHOWN))
    if left:
        out.append(say("cli.who.rest", count=left))
    return [*out, "", *steps(app, answer)]


def summary(app: App, answer: Answer) -> list[str]:
    """The answer in one sentence, and what else is possible."""
    top = answer.suspects[0] if answer.suspects else None
    out = [
        app.say(
            f"cli.who.verdict.{answer.verdict}", name=top.recipient.name if top else "",
            share=_share(top.chance) if top else "",
        )
    ]  # fmt: skip
    unlisted = app.say("cli.who.unlisted", share=_share(answer.unlisted))
    if answer.unlisted_when is not None and answer.unlisted >= 0.1:
        unlisted += app.say("cli.who.around", **_days(answer.unlisted_when))
    out += [unlisted, app.say("cli.who.nobody", share=_share(answer.nobody))]
    if not answer.agreed:
        out.append(app.say("cli.who.not_agreed"))
    return out


def steps(app: App, answer: Answer) -> list[str]:
    """What to do to learn more, and what first."""
    out = []
    if answer.next_revoke is not None:
        out.append(app.say("cli.who.step_revoke", name=answer.next_revoke.name))
    if answer.marks:
        out.append(
            app.say("cli.who.step_mark", names=tuple(m.recipient.name for m in answer.marks))
        )
        by_fields: dict[tuple[str, ...], list[str]] = {}
        for marking in answer.marks:
            by_fields.setdefault(_fields(app, marking.recipient), []).append(marking.recipient.name)
        for fields, names in by_fields.items():
            out.append("  " + app.say("cli.who.step_fields", names=tuple(names), fields=fields))
        out.append("  " + app.say("cli.who.step_pooled"))
    together = next((s for s in answer.suspects if s.alike and s.chance >= _LEAST), None)
    if together is not None:
        everybody = (together.recipient.name, *together.alike)
        out.append(app.say("cli.who.step_apart", names=everybody))
    return out


def _fields(app: App, recipient: Recipient) -> tuple[str, ...]:
    """What may lawfully vary for a recipient, in words: the fields of `alias`, and a sealed copy
    for who was given one."""
    from notmyloan.model.disclosure import Given
    from notmyloan.seal.alias import allowed

    fields = [app.say(f"cli.who.field.{field}") for field in sorted(allowed(recipient.kind))]
    if recipient.facts & {Given.ID_COPY, Given.ID_NUMBER, Given.BANK_CARD}:
        fields.append(app.say("cli.who.field.copy"))
    return tuple(fields)


def _suspect(app: App, suspect: Suspect) -> list[str]:
    head = f"{_share(suspect.chance):>6}  {suspect.recipient.name}"
    if suspect.when is not None and suspect.chance >= _LEAST:
        head += app.say("cli.who.around", **_days(suspect.when))
    out = [head]
    for reason in suspect.reasons[:4]:
        sign = "+" if (reason.weight or 0) > 0.05 else "-" if (reason.weight or 0) < -0.05 else " "
        out.append(f"        {sign} {app.speaker.say(reason.text)}")
    if suspect.alike:
        out.append("          " + app.say("cli.who.alike", names=suspect.alike))
    return out


def _days(when: When) -> dict[str, Any]:
    return {"day": when.day, "low": when.low, "high": when.high}


def _share(chance: float) -> str:
    if chance > 0.995:
        return ">99%"
    return "<1%" if chance < 0.01 else f"{chance:.0%}"


def page(app: App, answer: Answer) -> str:
    """The answer as one self-contained page."""
    from notmyloan.trace.picture import svg

    def listed(rows: list[str]) -> str:
        return "".join(f"<p>{escape(row)}</p>" for row in rows)

    people = "".join(
        f"<tr><td>{_share(s.chance)}</td><td>{escape(s.recipient.name)}</td><td>"
        + "<br>".join(escape(app.speaker.say(r.text)) for r in s.reasons[:4])
        + (f"<br>{escape(app.say('cli.who.alike', names=s.alike))}" if s.alike else "")
        + "</td></tr>"
        for s in answer.suspects
    )
    title = escape(app.say("cli.who.title"))
    return (
        f'<!doctype html><html lang="{app.speaker.language.replace("_", "-")}"><head>'
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>body{{font:16px/1.6 'Noto Sans CJK SC','Noto Sans SC',"
        "'PingFang SC','Microsoft YaHei',sans-serif;max-width:60em;margin:2em auto;padding:0 1em;"
        "color:#1f2933}svg{max-width:100%;height:auto}table{border-collapse:collapse;width:100%}"
        "td{border-top:1px solid #cbd2d9;padding:.5em;vertical-align:top}"
        "td:first-child{font-weight:bold;white-space:nowrap}</style></head><body>"
        f"<h1>{title}</h1>{svg(answer, app.speaker)}{listed(summary(app, answer))}"
        f"<table>{people}</table>{listed(steps(app, answer))}"
        f"<p>{escape(app.say('cli.who.note'))}</p></body></html>"
    )


def sheet(app: App, answer: Answer) -> bytes:
    """The answer as a PDF. Raises MissingExtraError without Typst, InputError without a font."""
    from notmyloan.report.pdf import compiled
    from notmyloan.trace.picture import svg

    suspects = [
        {"share": _share(s.chance), "name": s.recipient.name,
         "lines": [app.speaker.say(r.text) for r in s.reasons[:4]]
         + ([app.say("cli.who.alike", names=s.alike)] if s.alike else [])}
        for s in answer.suspects
        if s.chance >= _LEAST
    ]  # fmt: skip
    return compiled(
        "who",
        {"title": app.say("cli.who.title"), "picture": svg(answer, app.speaker),
         "summary": summary(app, answer), "suspects": suspects, "steps": steps(app, answer),
         "note": app.say("cli.who.note")},
        app.now(),
    )  # fmt: skip


def _data(app: App, answer: Answer) -> dict[str, Any]:
    def when(found: When | None) -> Any:
        return found and {
            "day": found.day.isoformat(), "low": found.low.isoformat(),
            "high": found.high.isoformat(),
        }  # fmt: skip

    return {
        "verdict": answer.verdict.value,
        "suspects": [
            {"recipient": s.recipient.name, "kind": s.recipient.kind.value, "chance": s.chance,
             "when": when(s.when), "alike": list(s.alike),
             "reasons": [{"text": app.speaker.say(r.text), "weight": r.weight}
                         for r in s.reasons]}
            for s in answer.suspects
        ],
        "unlisted": answer.unlisted, "unlisted_when": when(answer.unlisted_when),
        "nobody": answer.nobody, "agreed": answer.agreed,
        "exact": answer.exact,
        "next_marks": [
            {"recipient": m.recipient.name, "bits": m.bits} for m in answer.marks
        ],
        "next_revoke": answer.next_revoke and answer.next_revoke.name,
    }  # fmt: skip
