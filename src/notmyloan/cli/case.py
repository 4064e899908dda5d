"""`notmyloan case`: matters pursued against one institution or fact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from notmyloan.cli import case_words as words
from notmyloan.cli import letter_words
from notmyloan.cli.app import App, current, existing
from notmyloan.cli.board import board_command
from notmyloan.cli.options import Day, Words, argument, command, json_option
from notmyloan.model.case import Outcome
from notmyloan.model.errors import UsageError
from notmyloan.model.text import Text

if TYPE_CHECKING:
    from notmyloan.guard.case_letters import Attachments
    from notmyloan.guard.casework import CaseView
    from notmyloan.guard.dossier import VaultDossier
    from notmyloan.respond.letter import Letter
    from notmyloan.vault import Vault

_say = current().say
_DAY = Day()
_OUTCOMES = {
    "done": Outcome.DONE,
    "skip": Outcome.SKIPPED,
    "answered": Outcome.ANSWERED,
    "refused": Outcome.REFUSED,
    "evasive": Outcome.EVASIVE,
    "extended": Outcome.EXTENDED,
    "paused": Outcome.PAUSED,
    "resumed": Outcome.RESUMED,
}


@click.group("case", help=_say("cli.case.help"))
def case_command() -> None:
    """Groups the verbs."""


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


@command("case.open")
@argument("findings", nargs=-1, type=int)
@click.option("--playbook", help=_say("cli.case.playbook"))
@click.option("--against", help=_say("cli.case.against"))
@click.option("--known", type=_DAY, help=_say("cli.case.known"))
@click.option("--country", default="cn", show_default=True, help=_say("cli.country.which"))
@json_option
def open_command(
    findings: tuple[int, ...],
    playbook: str | None,
    against: str | None,
    known: datetime | None,
    country: str,
    as_json: bool,
) -> int:
    from notmyloan.guard.casework import firms, open_case

    app = current()
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        seen = open_case(vault, dossier, findings, playbook, against, _date(known), country)
        several = firms(vault, country, findings)
    words.show(app, seen, as_json=as_json)
    if len(several) > 1:
        app.tell("cli.case.several_firms", names=several, against=seen.case.against)
    app.tell("cli.case.opened", number=seen.case.number)
    return 0


@command("case.list")
@json_option
def list_command(as_json: bool) -> int:
    from notmyloan.guard.casework import views

    app = current()
    with app.open_vault() as vault:
        every = views(vault, app.guard(vault).dossier())
    for seen in every:
        if as_json:
            app.emit(words.data(app, seen))
        else:
            click.echo(words.line(app, seen))
    app.tell("cli.case.listed", n=len(every))
    return 0


@command("case.show")
@argument("number", type=int)
@json_option
def show_command(number: int, as_json: bool) -> int:
    from notmyloan.guard.casework import view

    app = current()
    with app.open_vault() as vault:
        seen = view(vault, app.guard(vault).dossier(), number)
    words.show(app, seen, as_json=as_json)
    return 0


@command("case.step")
@argument("number", type=int)
@argument("outcome", type=Words(_OUTCOMES, "outcome"))
@click.option("--step", "name", help=_say("cli.case.step_name"))
@click.option("--on", type=_DAY, help=_say("cli.case.on"))
@click.option("--note", default="", help=_say("cli.case.note"))
@json_option
def step_command(
    number: int, outcome: str, name: str | None, on: datetime | None, note: str, as_json: bool
) -> int:
    from notmyloan.guard.casework import step

    app = current()
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        seen = step(vault, dossier, number, _OUTCOMES[outcome], name, _date(on), note)
    words.show(app, seen, as_json=as_json)
    return 0


@command("case.undo")
@argument("number", type=int)
@json_option
def undo_command(number: int, as_json: bool) -> int:
    from notmyloan.respond import load_playbook

    app = current()
    with app.open_vault() as vault:
        event = vault.cases.undo(number)
        case = vault.cases.get(number)
    if event is None:
        raise UsageError("cli.case.nothing_to_undo", number=number)
    if as_json:
        app.emit(
            {"case": number, "undone": {"step": event.step, "outcome": event.outcome.value,
                                        "on": event.on.isoformat()}}
        )  # fmt: skip
    book = load_playbook(case.country, case.playbook)
    step = book.step(event.step).title.said(app.speaker.language) if book.has(event.step) else None
    outcome = Text(f"respond.outcome.{event.outcome}")
    app.tell("cli.case.undone", step=step or event.step, outcome=outcome, on=event.on)
    return 0


@command("case.set")
@argument("number", type=int)
@argument("pairs", nargs=-1, required=True)
@json_option
def set_command(number: int, pairs: tuple[str, ...], as_json: bool) -> int:
    from notmyloan.respond.fields import fields

    app = current()
    facts: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        field = fields().get(name)
        if field is None or field.rows:
            raise UsageError("cli.case.no_such_field", field=name)
        if not equals:
            raise UsageError("cli.case.no_value", field=name)
        facts[name] = value.strip()
    with app.open_vault() as vault:
        vault.cases.set_facts(number, facts)
    if as_json:
        app.emit({"case": number, "set": sorted(facts)})
    app.tell("cli.case.set_done", n=len(facts), number=number)
    return 0


@command("case.due")
@argument("number", type=int)
@argument("step")
@argument("on", type=_DAY, required=False)
@json_option
def due_command(number: int, step: str, on: datetime | None, as_json: bool) -> int:
    from notmyloan.guard.casework import order_day

    app = current()
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        seen = order_day(vault, dossier, number, step, _date(on))
    words.show(app, seen, as_json=as_json)
    return 0


@command("case.close")
@argument("number", type=int)
@click.option("--reopen", is_flag=True, help=_say("cli.case.reopen"))
@json_option
def close_command(number: int, reopen: bool, as_json: bool) -> int:
    app = current()
    today = app.now().astimezone(app.zone).date()
    with app.open_vault() as vault:
        vault.cases.set_day(number, "closed", None if reopen else today)
    if as_json:
        app.emit({"case": number, "closed": None if reopen else today.isoformat()})
    app.tell("cli.case.reopened" if reopen else "cli.case.closed", number=number)
    return 0


@command("case.next")
@json_option
def next_command(as_json: bool) -> int:
    from notmyloan.guard.casework import tasks

    app = current()
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        found = tasks(vault, dossier)
    said: set[str] = set()
    for task in found:
        if as_json:
            app.emit(words.task_data(app, task))
        else:
            words.task(app, task, said)
    app.tell("cli.case.next_done", n=len(found))
    return 0


@command("case.calendar")
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_say("cli.case.calendar_out"))
@json_option
def calendar_command(output: Path | None, as_json: bool) -> int:
    from notmyloan.cli.files import write_atomically
    from notmyloan.guard.casework import views

    app = current()
    with app.open_vault() as vault:
        every = views(vault, app.guard(vault).dossier())
    written = words.calendar(app, every)
    if output is None:
        if as_json:
            app.emit({"file": None, "calendar": written.decode()})
        else:
            click.echo(written.decode(), nl=False)
        return 0
    write_atomically(output, written)
    if as_json:
        app.emit({"file": str(output.absolute()), "calendar": None})
    app.tell("cli.report.written", path=str(output.absolute()))
    return 0


@command("case.playbooks")
@argument("name", required=False)
@click.option("--country", default="cn", show_default=True, help=_say("cli.country.which"))
@json_option
def playbooks_command(name: str | None, country: str, as_json: bool) -> int:
    from notmyloan.respond import load_playbook, playbooks

    app = current()
    chosen = [load_playbook(country, name)] if name else list(playbooks(country))
    for book in chosen:
        if as_json:
            app.emit(words.playbook_data(book))
        elif name:
            words.playbook(app, book)
        else:
            click.echo(f"{book.id:24} {book.title.said(app.speaker.language)}")
    return 0


@command("case.letter")
@argument("number", type=int)
@argument("names", nargs=-1)
@click.option("--list", "listing", is_flag=True, help=_say("cli.case.letter_list"))
@click.option("--all", "every", is_flag=True, help=_say("cli.case.letter_all"))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help=_say("cli.case.out")
)
@click.option("--id", "papers", multiple=True, type=click.Path(path_type=Path),
              help=_say("cli.case.id"))  # fmt: skip
@json_option
def letter_command(
    number: int,
    names: tuple[str, ...],
    listing: bool,
    every: bool,
    output: Path | None,
    papers: tuple[Path, ...],
    as_json: bool,
) -> int:
    from notmyloan.guard.case_letters import letter_names
    from notmyloan.guard.casework import view
    from notmyloan.respond.letter import load_letter

    app = current()
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        seen = view(vault, dossier, number)
        chosen = names or tuple(letter_names(seen, every=every or listing))
        if listing:
            for name in chosen:
                title = load_letter(seen.case.country, name).title.said(app.speaker.language)
                if as_json:
                    app.emit({"letter": name, "title": title})
                else:
                    click.echo(f"{name:28} {title}")
            return 0
        folder = output or Path(f"case-{number}")
        code = write_letters(app, vault, dossier, seen, chosen, folder, as_json=as_json)
        if papers:
            _sealed_ids(app, vault, seen, chosen, folder, existing(papers))
        return code


def _sealed_ids(
    app: App, vault: Vault, seen: CaseView, names: Sequence[str], folder: Path, files: list[Path]
) -> None:
    """A copy of the ID for each addressee whose step asks for one, sealed for exactly them."""
    from notmyloan.cli.files import write_atomically
    from notmyloan.cli.seal import lay_out, sheet
    from notmyloan.guard.case_letters import addressees
    from notmyloan.guard.sealing import seal

    papers = lay_out(files)
    language: Literal["zh-CN", "en"] = "zh-CN" if seen.case.country == "cn" else "en"
    now = app.now()
    for kind, recipient in addressees(seen, names, language):
        purpose = app.say("cli.case.id_purpose")
        day = now.astimezone(app.zone).date()
        sealed = seal(vault, papers, purpose, recipient, day, language, now)
        path = folder / f"id-{kind}.pdf"
        write_atomically(path, sheet(sealed))
        app.tell("cli.seal.done", path=str(path.absolute()), recipient=recipient)


def write_letters(
    app: App,
    vault: Vault,
    dossier: VaultDossier,
    seen: CaseView,
    names: Sequence[str],
    folder: Path,
    *,
    as_json: bool = False,
) -> int:
    """Write letters of a case, by default those of its open steps; the exit code. Raises
    UsageError where there are none."""
    from notmyloan.guard.case_letters import attachments, letter_names, letters
    from notmyloan.guard.evidencing import enclosures

    chosen = list(names) or letter_names(seen)
    if not chosen:
        raise UsageError("cli.case.no_letters", number=seen.case.number)
    native = "zh" if seen.case.country == "cn" else "en"
    reader = "zh" if app.speaker.chinese else "en"
    made = {
        language: letters(
            vault, dossier, seen, chosen, language,
            enclosures(vault, dossier, seen.case, language),
        )
        for language in dict.fromkeys((native, reader))
    }  # fmt: skip
    code = _written(app, folder, made, native, reader, as_json)
    for name in chosen:
        made_small = attachments(vault, seen, name)
        if made_small is not None:
            _attach(app, folder / f"{name}-attachments", name, made_small)
    return code


def _attach(app: App, folder: Path, name: str, found: Attachments) -> None:
    """Write the copies that a form takes, and say what does not fit."""
    from notmyloan.cli.files import write_atomically

    if found.copies:
        folder.mkdir(parents=True, exist_ok=True)
        for copy in found.copies:
            write_atomically(folder / copy.name, copy.content)
        limit = f"{found.limit / 1_000_000:g}"
        app.tell("cli.case.attached", n=len(found.copies), letter=name, limit=limit,
                 folder=str(folder))  # fmt: skip
    if found.too_big:
        app.tell("cli.case.too_big", letter=name, names=found.too_big)


def _written(
    app: App, folder: Path, made: dict[str, list[Letter]], native: str, reader: str,
    as_json: bool,
) -> int:  # fmt: skip
    """Write the letters and say of each what is still open; 1 where one must not be sent yet."""
    from notmyloan.cli.files import write_atomically
    from notmyloan.report.docx import document_docx
    from notmyloan.report.typeset import document_pdf

    for letter in made[native]:
        document = letter_words.marked(letter, native)
        words_to_change = document_docx(document)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{letter.template.id}.docx"
        _keep_edited(app, path)
        write_atomically(path, words_to_change)
        write_atomically(folder / f"{letter.template.id}.pdf", document_pdf(document))
    if reader != native:
        for letter in made[reader]:
            document = letter_words.marked(letter, reader)
            path = folder / f"{letter.template.id}.{reader}.pdf"
            write_atomically(path, document_pdf(document))
    sheet = letter_words.read_first(app, made[native], made[reader])
    write_atomically(folder / letter_words.READ_FIRST[reader], sheet.encode())
    for letter in made[reader]:
        if as_json:
            app.emit(letter_words.letter_data(app, letter, folder))
        else:
            letter_words.letter(app, letter, folder)
    app.tell("cli.case.letters_done", n=len(made[native]), folder=str(folder))
    return 1 if any(letter.missing for letter in made[native]) else 0


def _keep_edited(app: App, path: Path) -> None:
    """Give a letter in which somebody changed words another name: they are theirs to throw away."""
    from notmyloan.cli.files import set_aside
    from notmyloan.report.docx import as_written

    if path.exists() and not as_written(path.read_bytes()):
        app.tell("cli.case.edited_kept", name=path.name, kept=set_aside(path).name)


for _verb in (
    board_command,
    open_command,
    list_command,
    show_command,
    step_command,
    due_command,
    next_command,
    letter_command,
    set_command,
    undo_command,
    close_command,
    calendar_command,
    playbooks_command,
):
    case_command.add_command(_verb)
