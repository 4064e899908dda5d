"""Letters in words and JSON, and the sheet that goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from notmyloan.cli.app import App
from notmyloan.model.document import Document
from notmyloan.model.text import Text
from notmyloan.respond.letter import Letter, load_letter
from notmyloan.respond.likeness import ALIKE

READ_FIRST = {"zh": "先看这里.txt", "en": "READ-ME-FIRST.txt"}


def marked(letter: Letter, language: str) -> Document:
    """The letter's document; a footer on every page says when it must not be sent yet."""
    if not letter.missing:
        return letter.document
    names = ("、" if language == "zh" else ", ").join(
        f.words.said(language) for f in letter.missing
    )
    note = {"zh": f"草稿：补齐{names}之前不要寄出", "en": f"DRAFT: not to be sent without {names}"}
    return replace(letter.document, note=note[language])


def letter(app: App, letter: Letter, folder: Path) -> None:
    """A written letter in words: what is open in it."""
    language = app.speaker.language
    click.echo(f"{letter.template.id}  {letter.template.title.said(language)}")
    if letter.missing:
        names = tuple(f.words.said(language) + app.speaker.aside(f.name) for f in letter.missing)
        click.echo("    " + app.say("cli.case.missing", names=names))
    blanks = [f for f in letter.blanks if f not in letter.missing]
    if blanks:
        names = tuple(f.words.said(language) + app.speaker.aside(f.name) for f in blanks)
        click.echo("    " + app.say("cli.case.blanks", names=names))


def letter_data(app: App, letter: Letter, folder: Path) -> dict[str, Any]:
    """A written letter as JSON."""
    return {
        "letter": letter.template.id,
        "title": letter.template.title.said(app.speaker.language),
        "to": letter.template.to,
        "files": [str(folder / f"{letter.template.id}.{kind}") for kind in ("docx", "pdf")],
        "rules": rules_of(letter),
        "missing": [field.name for field in letter.missing],
        "blanks": [field.name for field in letter.blanks],
        "likeness": round(letter.likeness, 3),
        "used": [{"field": u.field.name, "source": u.source} for u in letter.used],
        "cited": [statute.ref for statute in letter.cited],
    }


def withheld(letter: Letter) -> bool:
    """Whether the ID number was masked because nobody knows the addressee."""
    shows = load_letter(letter.template.country, letter.template.id).shows
    return "person.id_number" in shows and "person.id_number" not in letter.template.shows


def rules_of(letter: Letter) -> list[str]:
    """The checks of cn.md section 13 that speak up, by name."""
    found = ["form.fields"] if letter.missing else []
    return found + (["letter.plain_id"] if withheld(letter) else [])


def read_first(app: App, native: Sequence[Letter], said: Sequence[Letter]) -> str:
    """The sheet that goes with the letters: what is open, where each word comes from, which law
    was cited as of when, and that none of it is legal advice."""
    language = app.speaker.language
    out = [app.say("cli.case.sheet_title"), ""]
    for letter in said:
        named = letter.template.title.said(language) + app.speaker.aside(letter.template.id)
        out += [f"== {named} =="]
        out += [app.say("cli.case.sheet_to", to=Text(f"respond.to.{letter.template.to}"))]
        if withheld(letter):
            out.append("[!] " + app.say("cli.case.sheet_withheld"))
        out.append("    " + app.say("cli.case.sheet_alike", percent=round(100 * letter.likeness)))
        if letter.wants_story:
            key = "sheet_story_needed" if letter.likeness > ALIKE else "sheet_story"
            out.append("[ ] " + app.say(f"cli.case.{key}"))
        for field in letter.missing:
            out.append("[!] " + app.say("cli.case.sheet_missing", name=field.words.said(language),
                                        field=field.name))  # fmt: skip
        for field in letter.blanks:
            if field not in letter.missing:
                out.append("[ ] " + app.say("cli.case.sheet_blank",
                                            name=field.words.said(language)))  # fmt: skip
        out += [
            f"    {used.field.words.said(language)}: {used.shown}  <- {used.source}"
            for used in letter.used
        ]
        for statute in letter.cited:
            key = "cli.case.sheet_law" if statute.verified else "cli.case.sheet_law_unverified"
            out.append("  § " + app.say(key, cite=statute.citation, gist=statute.gist,
                                        source=statute.source, as_of=statute.as_of))  # fmt: skip
        out.append("")
    checked: date = min(letter.template.as_of for letter in native)
    return "\n".join([*out, app.say("cli.case.no_advice", as_of=checked), ""])
