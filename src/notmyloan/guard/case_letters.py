"""The letters of a case: which are due, written with its facts, and what goes along with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from notmyloan import country
from notmyloan.guard.case_facts import after_asking, contested, facts
from notmyloan.guard.casework import CaseView
from notmyloan.guard.dossier import VaultDossier
from notmyloan.locale import Speaker
from notmyloan.model.errors import UsageError
from notmyloan.model.record import Private
from notmyloan.model.text import Text
from notmyloan.respond import StepState
from notmyloan.respond.attach import Copy, can_fit, fit
from notmyloan.respond.letter import Enclosure, Letter, Template, load_letter, write
from notmyloan.vault import Vault

_MOST_READ = 200_000_000  # bytes: what is larger is no picture or paper


def letter_names(seen: CaseView, *, every: bool = False) -> list[str]:
    """The letters of the steps that are due now or next; with `every`, of the whole playbook."""
    due = (StepState.OPEN, StepState.BLOCKED, StepState.WAITING, StepState.LATE)
    states = tuple(StepState) if every else due
    return list(
        dict.fromkeys(
            name
            for standing in seen.standings
            if standing.state in states
            for name in fitting(seen.case.country, standing.step.letters, seen.case.against)
        )
    )


def fitting(code: str, names: Sequence[str], against: str) -> tuple[str, ...]:
    """Of a step's letters those that are for this kind of institution: a bank's regulator takes no
    small-loan company. All of them where the institution is unknown or none is for its kind."""
    known = country.load(code).institutions.find(against) if against else None
    if known is None:
        return tuple(names)
    kinds = {known.kind.value, known.role or ""}
    ours = [n for n in names if kinds & set(load_letter(code, n).kinds)]
    if not ours:
        return tuple(names)
    return tuple(n for n in names if n in ours or not load_letter(code, n).kinds)


def letters(
    vault: Vault,
    dossier: VaultDossier,
    seen: CaseView,
    names: Sequence[str],
    language: str,
    enclosures: Sequence[Enclosure] = (),
) -> list[Letter]:
    """The letters `names` of a case in `zh` or `en`. Raises InputError where the pack lacks one,
    UsageError where none of the case's findings stands any more: what turned out to be the
    person's own is not contested."""
    if seen.case.findings and not contested(vault, seen.case):
        raise UsageError("respond.all_own", case=seen.case.number)
    filled = facts(vault, dossier, seen.case, seen.standings, language)
    pack = country.load(seen.case.country)
    today = dossier.now.astimezone(dossier.zone).date()
    known = pack.institutions.find(seen.case.against) is not None
    written = []
    for name in names:
        template = shown_to(load_letter(seen.case.country, name), known)
        told = after_asking(filled, dossier, seen.case, seen.standings, template, language)
        written.append(write(template, language, told, pack, today, enclosures))
    return written


def shown_to(template: Template, known: bool) -> Template:
    """The letter, with the ID number masked where its addressee is in no list of the pack: an ID
    number goes in clear to known institutions and authorities only (cn.md rule 30,
    `letter.plain_id`)."""
    if known or template.to not in ("institution", "platform"):
        return template
    shows = tuple(name for name in template.shows if name != "person.id_number")
    return replace(template, shows=shows)


@dataclass(frozen=True, slots=True, repr=False)
class Attachments(Private):
    """What goes with a form that takes only small files: copies that fit, and the names of the
    pieces that could not be made to."""

    limit: int
    copies: tuple[Copy, ...]
    too_big: tuple[str, ...]


def attachments(vault: Vault, seen: CaseView, name: str) -> Attachments | None:
    """The case's pieces as the channel of a letter takes them (cn.md rule 28,
    `form.attachment_size`); None where it sets no limit or nothing is above it. The pieces
    themselves stay as they are."""
    channels = country.load(seen.case.country).channels
    limits = [
        channels[s.step.channel].attachment_max
        for s in seen.standings
        if name in s.step.letters and s.step.channel
    ]
    limit = min((most for most in limits if most is not None), default=None)
    pieces = vault.exhibits.all(seen.case.number)
    if limit is None or all(piece.size <= limit for piece in pieces):
        return None
    copies: list[Copy] = []
    left: list[str] = []
    for piece in pieces:
        made: tuple[Copy, ...] = ()
        if piece.size <= limit or (can_fit(piece.name) and piece.size <= _MOST_READ):
            made = fit(piece.name, b"".join(vault.blob_open(piece.sha256)), limit)
        copies += [Copy(f"{piece.number:02}-{copy.name}", copy.content) for copy in made]
        if not made:
            left.append(piece.name)
    return Attachments(limit, tuple(copies), tuple(left))


def addressees(seen: CaseView, names: Sequence[str], language: str) -> list[tuple[str, str]]:
    """Kind and name of everybody among the addressees of `names` whose step asks for a copy of the
    ID card, once each."""
    speaker = Speaker("zh_CN" if language.startswith("zh") else "en")
    known = country.load(seen.case.country).institutions.find(seen.case.against)
    ours = known.legal_name if known is not None else seen.case.against
    found: dict[str, str] = {}
    for name in names:
        asks = any(
            name in s.step.letters and {"id_card", "id_proof"} & set(s.step.papers)
            for s in seen.standings
        )
        to = load_letter(seen.case.country, name).to
        if asks:
            theirs = to in ("institution", "platform") and ours
            found.setdefault(to, ours if theirs else speaker.say(Text(f"respond.to.{to}")))
    return list(found.items())
