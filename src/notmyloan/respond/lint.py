"""Checks a country pack's playbooks and letters, for those who edit them.

Everything that could leave a person standing is an error: a step that leads nowhere, a clock that
runs out unheard, an article, channel, paper, letter or field that does not exist, words in one
language only, a hotline that is in no list, law that was changed after the file was last checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import jinja2

from notmyloan.country import Pack, Words
from notmyloan.country.data import table
from notmyloan.model.case import Outcome
from notmyloan.model.disclosure import RecipientKind
from notmyloan.model.errors import InputError
from notmyloan.model.text import Text
from notmyloan.respond.fields import fields
from notmyloan.respond.letter import (
    Template,
    letter_names,
    load_letter,
    names_used,
    rows_used,
)
from notmyloan.respond.playbook import Playbook, Step, load_playbook, names, papers

_EVENTS = {o.value for o in Outcome} - {Outcome.PAUSED.value, Outcome.RESUMED.value}
_KINDS = {k.value for k in RecipientKind} | {"guarantor", "trust", "auto_finance", "leasing"}
# Short numbers and service lines; years, amounts and article numbers are no such thing.
_HOTLINE = re.compile(r"(?<![\d-])(?:1\d{4}|12\d{3}|9\d{4,5}|400[- ]?\d{3}[- ]?\d{4}|110)(?!\d)")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in which file."""

    file: str
    what: Text


def lint(pack: Pack) -> list[Problem]:
    """Every problem of a pack's playbooks and letters, by file."""
    found: list[Problem] = []
    used: set[str] = set()
    hotlines = _hotlines(pack)
    for name in names(pack.code):
        file = f"{pack.code}/playbooks/{name}.toml"
        try:
            playbook = load_playbook(pack.code, name)
        except InputError as error:
            found.append(Problem(file, error.text))
            continue
        used |= {letter for step in playbook.steps for letter in step.letters}
        found += [Problem(file, text) for text in _playbook(playbook, pack, hotlines)]
    for name in letter_names(pack.code):
        file = f"{pack.code}/letters/{name}"
        try:
            template = load_letter(pack.code, name)
        except InputError as error:
            found.append(Problem(file, error.text))
            continue
        found += [Problem(file, text) for text in _letter(template, pack)]
        if name not in used:
            found.append(Problem(file, Text("respond.lint.unused_letter")))
    for key, words in papers(pack.code).items():
        if not words.complete:
            file = f"{pack.code}/papers.toml"
            found.append(Problem(file, Text("respond.lint.language", where=key)))
    return found


def _playbook(playbook: Playbook, pack: Pack, hotlines: set[str]) -> Iterator[Text]:
    for where, words in (("title", playbook.title), ("about", playbook.about)):
        yield from _complete(where, words, needed=True)
    for step in playbook.steps:
        yield from _words(step)
        yield from _references(step, playbook, pack)
        if playbook.emergency and step.cuts and step.minutes is None:
            yield Text("respond.lint.no_minutes", step=step.id)
        said = " ".join(w for words in (step.do, step.say) for w in (words.zh, words.en))
        for number in sorted({_digits(n) for n in _HOTLINE.findall(said)} - hotlines):
            yield Text("respond.lint.hotline", step=step.id, number=number)
        refs = [*step.basis, *(c.basis for c in step.clocks), step.by.basis if step.by else ""]
        yield from _dated(refs, playbook.as_of, pack)


def _words(step: Step) -> Iterator[Text]:
    for where, words, needed in (
        ("title", step.title, True),
        ("do", step.do, True),
        ("say", step.say, False),
        ("doubt", step.doubt, False),
        *((f"clock {c.id}", c.stops, False) for c in step.clocks),
        *((f"clock {c.id}", c.title, False) for c in step.clocks),
    ):
        yield from _complete(f"{step.id}.{where}", words, needed=needed)


def _complete(where: str, words: Words, *, needed: bool) -> Iterator[Text]:
    if not words.complete or (needed and not words):
        yield Text("respond.lint.language", where=where)


def _references(step: Step, playbook: Playbook, pack: Pack) -> Iterator[Text]:
    if step.channel and step.channel not in pack.channels:
        yield Text("respond.lint.channel", step=step.id, name=step.channel)
    for paper in step.papers:
        if paper not in papers(pack.code):
            yield Text("respond.lint.paper", step=step.id, name=paper)
    for letter in step.letters:
        if letter not in letter_names(pack.code):
            yield Text("respond.lint.letter", step=step.id, name=letter)
    refs = [*step.basis, *(c.basis for c in step.clocks if c.basis)]
    refs += [step.by.basis] if step.by is not None and step.by.basis else []
    for ref in refs:
        if ref not in pack.statutes and not _paragraph(ref, pack):
            yield Text("respond.lint.statute", where=step.id, ref=ref)
    starts = [step.by.start] if step.by is not None else []
    for event in (*step.after, *starts):
        if not _event_exists(event, playbook):
            yield Text("respond.lint.event", step=step.id, event=event)
    for need in step.needs:
        if not playbook.has(need) or need == step.id:
            yield Text("respond.lint.needs", step=step.id, name=need)
    if step.clocks and not playbook.followers(f"{step.id}.silent"):
        yield Text("respond.lint.silence", step=step.id)


def _paragraph(ref: str, pack: Pack) -> bool:
    try:
        pack.statutes[ref]
    except KeyError:
        return False
    return True


def _event_exists(event: str, playbook: Playbook) -> bool:
    if event in ("case.opened", "case.known"):
        return True
    step, _, outcome = event.rpartition(".")
    if not playbook.has(step) or outcome not in _EVENTS:
        return False
    return outcome != Outcome.SILENT or bool(playbook.step(step).clocks)


def _letter(template: Template, pack: Pack) -> Iterator[Text]:
    yield from _complete("title", template.title, needed=True)
    cited: dict[str, set[str]] = {}
    for language, body in template.bodies.items():
        where = f"{template.id}.{language}.md"
        try:
            used, cited[language] = names_used(body)
        except jinja2.TemplateSyntaxError as error:
            yield Text("respond.lint.syntax", where=where, line=error.lineno)
            continue
        for name in sorted(used - set(fields())):
            yield Text("respond.lint.field", where=where, name=name)
        for name, column in rows_used(body):
            if name in fields() and column not in fields()[name].rows:
                yield Text("respond.lint.field", where=where, name=f"{name}[].{column}")
        for ref in sorted(cited[language]):
            if not _paragraph(ref, pack):
                yield Text("respond.lint.statute", where=where, ref=ref)
        if not template.form and "signature" not in body:
            yield Text("respond.lint.signature", where=where)
    for ref in sorted(set.symmetric_difference(*cited.values()) if len(cited) == 2 else ()):
        yield Text("respond.lint.cited_once", ref=ref)
    for kind in template.kinds:
        if kind not in _KINDS:
            yield Text("respond.lint.kind", where=f"{template.id}.toml", name=kind)
    for name in (*template.needs, *template.shows):
        if name not in fields():
            yield Text("respond.lint.field", where=f"{template.id}.toml", name=name)
    yield from _dated({ref for refs in cited.values() for ref in refs}, template.as_of, pack)


def _dated(refs: Iterable[str], checked: date, pack: Pack) -> Iterator[Text]:
    for ref in sorted(set(filter(None, refs))):
        if not _paragraph(ref, pack):
            continue
        since = pack.statutes[ref].as_of
        if since is not None and since > checked:
            yield Text("respond.lint.outdated", ref=ref, since=since, checked=checked)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _hotlines(pack: Pack) -> set[str]:
    """Every number that the pack knows: channels, institutions, and the exact service numbers."""
    found = {
        _digits(part)
        for contact in pack.channels.values()
        for part in re.split(r"[/,、]", contact.hotline or "")
    }
    found |= {_digits(i.hotline) for i in pack.institutions.values() if i.hotline}
    exact = table(pack.code, "numbers").get("exact", {})
    found |= {str(n) for numbers in exact.values() for n in numbers}
    return found | {number.removeprefix("010") for number in found}
