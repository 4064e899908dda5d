"""`notmyloan evidence alibi|money|opposing|signatures`: a case's evidence, for the person's own
eyes before the other side's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from notmyloan.cli.app import App, current, existing
from notmyloan.cli.options import command, json_option
from notmyloan.model.errors import InputError, UsageError, system_reason

if TYPE_CHECKING:
    from notmyloan.evidence.handwriting import Signature
    from notmyloan.model.document import Document

_say = current().say
_CASE = click.option("--case", type=int, required=True, help=_say("cli.evidence.case"))
_PDF = click.option("--pdf", type=click.Path(path_type=Path), help=_say("cli.evidence.own_pdf"))


@command("evidence.alibi")
@_CASE
@_PDF
@json_option
def alibi_command(case: int, pdf: Path | None, as_json: bool) -> int:
    from notmyloan.guard.case_papers import Papers
    from notmyloan.guard.evidencing_pack import alibis
    from notmyloan.respond.alibi import ENOUGH

    app = current()
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        found = alibis(vault, dossier, vault.cases.get(case))
        inside = {exhibit.sha256 for exhibit in vault.exhibits.all(case)}
        document = Papers(dossier, _language(app)).alibi(found, inside, own=True)
    for one, names in found if as_json else ():
        app.emit(
            {"day": one.day.isoformat(), "names": list(names),
             "minutes": [m.isoformat() for m in one.minutes], "told": one.told,
             "independent": list(one.independent), "hours": list(one.hours),
             "enough": len(one.independent) >= ENOUGH,
             "sightings": [
                 {"at": s.at.isoformat(), "shows": s.shows, "kept": s.kept, "near": s.near,
                  "custodian": s.custodian}
                 for s in one.sightings
             ]}
        )  # fmt: skip
    if document is None:
        app.tell("cli.evidence.no_day", case=case)
        return 0
    return _shown(app, document, pdf, as_json)


@command("evidence.money")
@_CASE
@_PDF
@json_option
def money_command(case: int, pdf: Path | None, as_json: bool) -> int:
    from notmyloan.guard.case_papers import Papers
    from notmyloan.guard.evidencing_pack import moneys
    from notmyloan.model.serial import to_json

    app = current()
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        found = moneys(vault, dossier, vault.cases.get(case))
        document = Papers(dossier, _language(app)).money(found, own=True)
    for account, shown in found if as_json else ():
        app.emit(
            {"institution": account.institution, "first": shown.first.isoformat(),
             "last": shown.last.isoformat(), "proved": shown.proved,
             "listed_complete": shown.listed_complete, "over": shown.over,
             "accounts": [
                 {"name": a.name, "covered": a.covered, "damaged": a.damaged,
                  "missing": [[d.isoformat() for d in span] for span in a.missing],
                  "broken": [d.isoformat() for d in a.broken],
                  "suspicious": [to_json(t) for t in a.suspicious]}
                 for a in shown.accounts
             ]}
        )  # fmt: skip
    if document is None:
        app.tell("cli.evidence.no_day", case=case)
        return 0
    return _shown(app, document, pdf, as_json)


def _language(app: App) -> str:
    return "zh" if app.speaker.chinese else "en"


def _shown(app: App, document: Document, pdf: Path | None, as_json: bool) -> int:
    """A paper on the terminal, and as PDF where asked."""
    from notmyloan.cli.files import write_atomically
    from notmyloan.report.plain import document_text
    from notmyloan.report.typeset import document_pdf

    if not as_json:
        click.echo(document_text(document))
    if pdf is not None:
        write_atomically(pdf, document_pdf(document))
        app.tell("cli.report.written", path=str(pdf.absolute()))
    return 0


@command("evidence.opposing")
@_CASE
@_PDF
@json_option
def opposing_command(case: int, pdf: Path | None, as_json: bool) -> int:
    from notmyloan import country
    from notmyloan.cli.files import write_atomically
    from notmyloan.guard.evidencing_pack import opposing
    from notmyloan.report.typeset import document_pdf

    app = current()
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        judged, document = opposing(vault, dossier, vault.cases.get(case), _language(app))
    statutes = country.load("cn").statutes
    for one in judged:
        if as_json:
            app.emit(
                {"number": one.piece.number, "name": one.piece.name, "strength": one.strength,
                 "by": one.by,
                 "attacks": [
                     {"rule": a.rule, "article": a.article, "factor": a.factor,
                      "says": app.speaker.say(a.says), "mend": app.speaker.say(a.mend),
                      "grave": a.grave}
                     for a in one.attacks
                 ]}
            )  # fmt: skip
            continue
        strength = app.say(f"proof.strength.{one.strength}")
        click.echo(
            app.say("cli.evidence.judged", number=one.piece.number, name=one.piece.name,
                    strength=strength, by=statutes[one.by].citation)
        )  # fmt: skip
        for a in one.attacks:
            by = statutes[a.article].citation
            factor = app.say(f"proof.factor.{a.factor}") if a.factor is not None else ""
            said = app.say("cli.evidence.attack", by=by, factor=factor, says=a.says, mend=a.mend)
            click.echo(f"    - {said}")
    if pdf is not None:
        write_atomically(pdf, document_pdf(document))
        app.tell("cli.report.written", path=str(pdf.absolute()))
    if not judged:
        app.tell("cli.evidence.no_pieces", case=case)
    elif any(one.attacks for one in judged):
        app.tell("cli.evidence.opposing_done")
    return 1 if any(one.strength == "weak" for one in judged) else 0


@command("evidence.signatures")
@click.option("--questioned", multiple=True, required=True, metavar=_say("cli.metavar.paper"),
              help=_say("cli.evidence.paper"))  # fmt: skip
@click.option("--sample", "samples", multiple=True, metavar=_say("cli.metavar.paper"),
              help=_say("cli.evidence.paper"))  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("signatures.pdf"),
              show_default=True, help=_say("cli.evidence.sheet"))  # fmt: skip
@click.option("--case", type=int, help=_say("cli.evidence.signatures_case"))
@json_option
def signatures_command(
    questioned: tuple[str, ...],
    samples: tuple[str, ...],
    output: Path,
    case: int | None,
    as_json: bool,
) -> int:
    from notmyloan.cli.files import write_atomically
    from notmyloan.evidence.handwriting import comparison, gather
    from notmyloan.guard.evidencing import add
    from notmyloan.model.text import Text
    from notmyloan.report.typeset import document_pdf

    app = current()

    def say(key: str, **args: object) -> str:
        return app.speaker.say(Text(f"proof.hand.{key}", **args))  # type: ignore[arg-type]

    papers = {
        "questioned": [_paper(words) for words in questioned],
        "sample": [_paper(words) for words in samples],
    }
    sheet = gather([one for _, one in papers["questioned"]], [one for _, one in papers["sample"]])
    today = app.now().astimezone(app.zone).date()
    made = document_pdf(comparison(sheet, say, _language(app), today))
    if case is not None:
        with app.open_vault() as vault:
            vault.cases.get(case)
            for role, row in papers.items():
                for path, one in row:
                    facts = {
                        "kind": "paper", "role": role, "page": str(one.page),
                        "grade": "original" if one.original else "screenshot",
                        "written": one.written.isoformat() if one.written else "",
                        "box": ":".join(map(str, one.box)) if one.box else "",
                        "held_by": one.held_by,
                    }  # fmt: skip
                    said = {name: value for name, value in facts.items() if value}
                    add(vault, [path], say(f"proves_{role}"), said, case, app.now())
    write_atomically(output, made)
    if as_json:
        app.emit(
            {"path": str(output.absolute()),
             "questioned": [one.name for one in sheet.questioned],
             "samples": [
                 {"name": one.name, "original": one.original, "days_apart": sheet.apart(one)}
                 for one in sheet.samples
             ],
             "characters": dict(sheet.counts)}
        )  # fmt: skip
    for character, have in () if as_json else sheet.lacking:
        click.echo(say("lacking", character=character, have=have, want=3))
    app.tell("cli.report.written", path=str(output.absolute()))
    app.tell("cli.evidence.appraisal" if case is not None else "cli.evidence.appraisal_case",
             case=case)  # fmt: skip
    return 0


def _paper(words: str) -> tuple[Path, Signature]:
    """From `FILE[,page=2][,box=0.5:0.8:0.9:0.9][,date=2024-03-05][,copy][,text=…][,held=…]`. The
    file's own name may hold commas."""
    from datetime import date

    from notmyloan.evidence.handwriting import Signature

    parts = words.split(",")
    options: list[str] = []
    while len(parts) > 1 and not Path(",".join(parts)).exists():
        options.insert(0, parts.pop())
    if not Path(",".join(parts)).exists():
        parts, options = words.split(",")[:1], words.split(",")[1:]
    (path,) = existing((Path(",".join(parts)),))
    told: dict[str, str] = {}
    for option in options:
        key, equals, value = option.partition("=")
        if (key == "copy") == bool(equals):
            raise UsageError("cli.evidence.bad_paper", words=words)
        told[key] = value
    try:
        if set(told) - {"page", "box", "date", "copy", "text", "held"}:
            raise ValueError(words)
        box = tuple(float(part) for part in told["box"].split(":")) if "box" in told else None
        if box is not None and not (len(box) == 4 and 0 <= box[0] < box[2] <= 1
                                    and 0 <= box[1] < box[3] <= 1):  # fmt: skip
            raise ValueError(words)
        return path, Signature(
            name=path.name,
            data=path.read_bytes(),
            page=int(told.get("page", 1)),
            box=(box[0], box[1], box[2], box[3]) if box is not None else None,
            written=date.fromisoformat(told["date"]) if "date" in told else None,
            original="copy" not in told,
            words=told.get("text", ""),
            held_by=told.get("held", ""),
        )
    except ValueError as error:
        raise UsageError("cli.evidence.bad_paper", words=words) from error
    except OSError as error:
        raise InputError("proof.unreadable", path=str(path), why=system_reason(error)) from error
