"""Playbooks: what to do about a problem, step by step, as a country pack's data.

The form of the files is told in `docs/country-packs.md`. Reading is strict: an unknown key or a
missing one is an error that names the file and the step, because a typing mistake must not drop a
deadline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from notmyloan.country import Words
from notmyloan.country.data import folder, table
from notmyloan.model.case import Outcome
from notmyloan.model.errors import InputError, UsageError
from notmyloan.respond.deadline import Length

ACTORS = ("you", "lender", "platform", "police", "court", "regulator", "carrier", "bureau")
CUTS = ("phone", "card", "account", "device", "id")
_STEP = {
    "id", "title", "do", "say", "who", "channel", "papers", "letters", "basis", "doubt",
    "minutes", "cuts", "needs", "after", "clock", "by",
}  # fmt: skip
_CLOCK = {"id", "title", "days", "business", "longer", "basis", "stops"}
_BY = {"from", "days", "then", "years", "business", "basis"}
_HEAD = {"title", "about", "as_of", "rules", "emergency", "step"}


@dataclass(frozen=True, slots=True)
class Clock:
    """How long the other side has. `longer`: what it can be extended to, in days from the same
    start, each time it says so (15, then 30, then 60)."""

    id: str
    length: Length
    longer: tuple[int, ...]
    basis: str
    stops: Words
    title: Words


@dataclass(frozen=True, slots=True)
class Due:
    """The person's own deadline for a step: `length` after `start`, which is `STEP.OUTCOME`,
    `case.opened` or `case.known`. `then`: for a step that is done several times, the days after
    `start` at which it comes again."""

    start: str
    length: Length
    basis: str
    then: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `after` lists the events that wake it; a step without any is open at once."""

    id: str
    title: Words
    do: Words
    say: Words
    who: str
    channel: str
    papers: tuple[str, ...]
    letters: tuple[str, ...]
    basis: tuple[str, ...]
    doubt: Words
    minutes: int | None
    cuts: str
    needs: tuple[str, ...]
    after: tuple[str, ...]
    clocks: tuple[Clock, ...]
    by: Due | None


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook of one country pack, its steps in order."""

    id: str
    country: str
    title: Words
    about: Words
    as_of: date
    rules: tuple[str, ...]
    emergency: bool
    steps: tuple[Step, ...]

    def step(self, id: str) -> Step:
        """A step by its id. Raises KeyError where there is none."""
        return next(s for s in self.steps if s.id == id) if self.has(id) else _missing(id)

    def has(self, id: str) -> bool:
        """Whether there is such a step."""
        return any(s.id == id for s in self.steps)

    def followers(self, event: str) -> tuple[Step, ...]:
        """The steps that `STEP.OUTCOME` wakes."""
        return tuple(s for s in self.steps if event in s.after)


def _missing(id: str) -> Step:
    raise KeyError(id)


def names(country: str) -> tuple[str, ...]:
    """The names of a country's playbooks, sorted."""
    try:
        found = [p.name for p in folder(country).joinpath("playbooks").iterdir()]
    except FileNotFoundError:
        return ()
    return tuple(sorted(n.removesuffix(".toml") for n in found if n.endswith(".toml")))


@cache
def load_playbook(country: str, name: str) -> Playbook:
    """A country's playbook. Raises InputError, naming file and place, where it is wrong,
    UsageError where the pack has none of that name."""
    if name not in names(country):
        raise UsageError("respond.no_playbook", name=name, country=country)
    try:
        return _playbook(country, name, table(country, f"playbooks/{name}"))
    except (KeyError, TypeError, ValueError) as error:
        place = str(error).strip("'\"")
        raise InputError(
            "respond.bad_playbook", name=f"{country}/playbooks/{name}.toml", place=place
        ) from error


def playbooks(country: str) -> Iterator[Playbook]:
    """All playbooks of a country."""
    for name in names(country):
        yield load_playbook(country, name)


def answering(country: str, rule: str) -> Playbook | None:
    """The playbook that answers a finding rule, or None."""
    return next((p for p in playbooks(country) if rule in p.rules), None)


@cache
def papers(country: str) -> Mapping[str, Words]:
    """What each paper that steps ask for is called."""
    return {key: Words.of(row) for key, row in table(country, "papers").items()}


def _known(where: str, given: Mapping[str, Any], allowed: set[str]) -> None:
    for key in given:
        if key not in allowed:
            raise ValueError(f"{where}: {key}?")


def _playbook(country: str, name: str, data: Mapping[str, Any]) -> Playbook:
    _known("head", data, _HEAD)
    steps = tuple(_step(row) for row in data["step"])
    ids = [step.id for step in steps]
    if len(set(ids)) != len(ids):
        raise ValueError("two steps of one id")
    return Playbook(
        id=name,
        country=country,
        title=Words.of(data["title"]),
        about=Words.of(data["about"]),
        as_of=data["as_of"],
        rules=tuple(data.get("rules", ())),
        emergency=bool(data.get("emergency", False)),
        steps=steps,
    )


def _step(row: Mapping[str, Any]) -> Step:
    where = f"step {row['id']}"
    _known(where, row, _STEP)
    if row["who"] not in ACTORS:
        raise ValueError(f"{where}: who = {row['who']}?")
    if row.get("cuts", "phone") not in CUTS:
        raise ValueError(f"{where}: cuts = {row['cuts']}?")
    try:
        return Step(
            id=str(row["id"]),
            title=Words.of(row["title"]),
            do=Words.of(row["do"]),
            say=Words.of(row.get("say")),
            who=row["who"],
            channel=row.get("channel", ""),
            papers=tuple(row.get("papers", ())),
            letters=tuple(row.get("letters", ())),
            basis=tuple(row.get("basis", ())),
            doubt=Words.of(row.get("doubt")),
            minutes=row.get("minutes"),
            cuts=row.get("cuts", ""),
            needs=tuple(row.get("needs", ())),
            after=tuple(_event(e) for e in row.get("after", ())),
            clocks=tuple(_clock(where, c) for c in row.get("clock", ())),
            by=_by(where, row["by"]) if "by" in row else None,
        )
    except KeyError as error:
        raise ValueError(f"{where}: no {error.args[0]}") from error


def _event(event: str) -> str:
    if Outcome(event.rpartition(".")[2]) in (Outcome.PAUSED, Outcome.RESUMED):
        raise ValueError(event)
    return event


def _clock(where: str, row: Mapping[str, Any]) -> Clock:
    _known(f"{where}.clock", row, _CLOCK)
    unit = "working_days" if row.get("business") else "days"
    return Clock(
        str(row["id"]),
        Length(int(row["days"]), unit),
        tuple(int(days) for days in row.get("longer", ())),
        str(row.get("basis", "")),
        Words.of(row.get("stops")),
        Words.of(row.get("title")),
    )


def _by(where: str, row: Mapping[str, Any]) -> Due:
    _known(f"{where}.by", row, _BY)
    if "years" in row:
        length = Length(int(row["years"]), "years")
    else:
        length = Length(int(row["days"]), "working_days" if row.get("business") else "days")
    then = tuple(int(days) for days in row.get("then", ()))
    return Due(str(row["from"]), length, str(row.get("basis", "")), then)
