"""Evidence of an open vault: what goes with a case's letters."""

from __future__ import annotations

from notmyloan.guard.case_facts import cited_records
from notmyloan.guard.dossier import VaultDossier
from notmyloan.locale import Speaker
from notmyloan.model.case import Case
from notmyloan.model.record import Origin
from notmyloan.model.text import Text
from notmyloan.respond.letter import Enclosure
from notmyloan.vault import Vault


def enclosures(
    vault: Vault, dossier: VaultDossier, case: Case, language: str
) -> tuple[Enclosure, ...]:
    """The evidence list of a case: the files its findings' records come from, then the pieces the
    person added."""
    speaker = Speaker("zh_CN" if language == "zh" else "en", dossier.zone)

    def say(key: str, **args: object) -> str:
        return speaker.say(Text(key, **args))  # type: ignore[arg-type]

    found: list[Enclosure] = []
    files: dict[str, tuple[Origin, int, str]] = {}
    for record, origins in cited_records(vault, case).values():
        for origin in origins[:1]:
            key = origin.source.sha256
            _, count, kind = files.get(key, (origin, 0, record.kind))
            files[key] = (origin, count + 1, kind)
    for origin, count, kind in files.values():
        found.append(
            Enclosure(
                number=len(found) + 1,
                name=origin.source.name.rpartition("/")[2],
                source=say(f"respond.evidence.source.{_source(kind)}"),
                proves=say(f"respond.evidence.proves.{_source(kind)}", n=count),
                pages="",
                held_by=say("respond.evidence.held_by_me"),
            )
        )
    for exhibit in vault.exhibits.all(case.number):
        found.append(
            Enclosure(
                number=len(found) + 1,
                name=exhibit.name,
                source=say(f"respond.evidence.grade.{exhibit.facts.get('grade', 'export')}"),
                proves=exhibit.note,
                pages="",
                held_by=exhibit.facts.get("held_by") or say("respond.evidence.held_by_me"),
            )
        )
    return tuple(found)


def _source(kind: str) -> str:
    if kind in ("message", "call", "transaction"):
        return kind
    return "report"
