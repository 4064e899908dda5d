"""The other side's lawyer: every piece of evidence attacked by the articles that a court weighs.

Articles 14, 15, 90, 93 and 94 of the Supreme People's Court's rules of evidence (2019), and
article 18 of its rules for online litigation, as `facts/cn.md` section 6 tells them. Each attack
says which article it stands on, what is missing, and how to mend it; each piece is graded by what
is left. Nothing here decides: a judge does.

Rules of section 13, by name: `evidence.package` (31), `evidence.completeness` (32),
`evidence.clock` (33), `evidence.weak_copy` (34).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from notmyloan.model.record import Private
from notmyloan.model.text import Text


class Grade(StrEnum):
    """How a piece came to be: its origin, told honestly."""

    ORIGINAL = "original"  # the original carrier: the phone itself, the signed paper
    EXPORT = "export"  # straight from the data: an official export, bill or report
    SCREENSHOT = "screenshot"  # a picture of a screen or paper
    RETYPED = "retyped"  # written down or typed again


class Kind(StrEnum):
    """What it is; which checks apply goes by it."""

    REPORT = "report"
    BILL = "bill"
    MESSAGES = "messages"
    CALLS = "calls"
    CHAT = "chat"
    RECORDING = "recording"
    PHOTO = "photo"
    PAPER = "paper"
    OTHER = "other"


# What a complete capture of a chat holds (cn.md section 6; rule 32, `evidence.completeness`).
CHAT_PARTS = ("profile", "continuous", "voice", "voucher", "raw_export", "unlock_recording")
CLOCK_TOLERANCE = 1.0  # seconds (rule 33, `evidence.clock`)
ELECTRONIC = (Kind.MESSAGES, Kind.CALLS, Kind.CHAT, Kind.RECORDING, Kind.PHOTO)


@dataclass(frozen=True, slots=True, repr=False)
class Piece(Private):
    """What is known of a piece. `offset`: device clock minus true time, in seconds, None where
    nobody looked; `rooted` None likewise; `has`: which of CHAT_PARTS were captured; `stamped`: an
    outside time stamp covers it; `third_party`: a neutral platform or body kept or issued it;
    `present`: its file is in the vault; `sheet`: it is a table anybody can edit (CSV, Excel);
    `signs`: what the file itself says against it (`provenance.Provenance.signs`)."""

    number: int
    name: str
    kind: Kind
    grade: Grade
    collector: str = ""
    device: str = ""
    how: str = ""
    held_by: str = ""
    offset: float | None = None
    rooted: bool | None = None
    notarised: bool = False
    stamped: bool = False
    third_party: bool = False
    has: tuple[str, ...] = ()
    present: bool = True
    sheet: bool = False
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Attack(Private):
    """What the other side will say, on which article, and the mend. `grave`: it can take the
    piece out alone. `factor`: which of article 93's seven factors it is about, from 1, or None."""

    rule: str
    article: str
    says: Text
    mend: Text
    grave: bool
    factor: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Judged(Private):
    """A piece with the attacks on it. `strength`: `strong`, `fair` or `weak`; `by`: the article
    that decided it."""

    piece: Piece
    attacks: tuple[Attack, ...]
    strength: str
    by: str


def attack(pieces: Sequence[Piece]) -> tuple[Judged, ...]:
    """Every piece with what will be said against it."""
    return tuple(_judge(piece) for piece in pieces)


def _judge(piece: Piece) -> Judged:
    attacks = tuple(_attacks(piece))
    grave = [a for a in attacks if a.grave]
    if grave:
        return Judged(piece, attacks, "weak", grave[0].article)
    if (
        piece.notarised
        or piece.third_party
        or (piece.kind in (Kind.REPORT, Kind.BILL) and not piece.sheet)
    ):
        return Judged(piece, attacks, "strong", "EVID 94")
    if not attacks:
        return Judged(piece, attacks, "strong", "EVID 15")
    return Judged(piece, attacks, "fair", attacks[0].article)


def _attacks(piece: Piece) -> Iterator[Attack]:
    def say(
        name: str, rule: str, article: str, factor: int | None = None, *, grave: bool = False,
        **args: object,
    ) -> Attack:  # fmt: skip
        return Attack(
            rule, article, Text(f"proof.says.{name}", **args),  # type: ignore[arg-type]
            Text(f"proof.mend.{name}"), grave, factor,
        )  # fmt: skip

    if not piece.present:
        # Nothing else can be said of a file that is not there.
        yield say("absent", "evidence.weak_copy", "EVID 15", grave=True)
        return
    looks = "screenshot" in piece.signs or "typed" in piece.signs
    if piece.grade is Grade.RETYPED:
        yield say("retyped", "evidence.weak_copy", "EVID 90", grave=True)
    elif piece.notarised:
        pass  # its content must be accepted unless rebutted (EVID 94)
    elif piece.grade is Grade.SCREENSHOT:
        yield say("screenshot", "evidence.weak_copy", "EVID 90", grave=True)
    elif looks and piece.kind is not Kind.PAPER:
        yield say("looks_copied", "evidence.weak_copy", "EVID 90", grave=True)
    elif piece.grade is Grade.EXPORT and piece.kind in ELECTRONIC and not piece.held_by:
        yield say("carrier", "evidence.package", "EVID 15")
    if not piece.notarised:
        if "edited" in piece.signs:
            yield say("edited", "evidence.weak_copy", "EVID 93", 4)
        elif "stripped" in piece.signs and piece.kind is Kind.PHOTO:
            yield say("stripped", "evidence.weak_copy", "EVID 93", 4)
        if piece.sheet and not piece.third_party:
            yield say("sheet", "evidence.weak_copy", "EVID 93", 4)
    if piece.kind in ELECTRONIC and not piece.notarised:
        if not piece.device:
            yield say("device", "evidence.package", "EVID 93", 1)
        if piece.rooted:
            yield say("rooted", "evidence.clock", "EVID 93", 2)
        if piece.offset is None:
            yield say("clock_unknown", "evidence.clock", "EVID 93", 2)
        elif abs(piece.offset) > CLOCK_TOLERANCE:
            seconds = f"{piece.offset:+.0f}"
            yield say("clock", "evidence.clock", "EVID 93", 2, seconds=seconds)
        if not piece.stamped:
            yield say("unstamped", "evidence.package", "EVID 94")
    if not piece.collector or not piece.how:
        yield say("collector", "evidence.package", "EVID 93", 6)
    if piece.kind is Kind.CHAT:
        missing = [part for part in CHAT_PARTS if part not in piece.has]
        if missing:
            names = tuple(Text(f"proof.part.{part}") for part in missing)
            yield say("chat", "evidence.completeness", "EVID 14", names=names)
    told = piece.collector and piece.how and piece.device and piece.held_by
    if piece.stamped and piece.kind in ELECTRONIC and not piece.notarised and not told:
        yield say("before_stamp", "evidence.package", "OLR 18")
