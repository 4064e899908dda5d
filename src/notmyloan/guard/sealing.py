"""Sealing copies for recipients, and telling whose a leaked one is, over the open vault."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from notmyloan.locale import Speaker
from notmyloan.model.disclosure import Consent, Disclosure, Given, RecipientKind
from notmyloan.model.errors import UsageError, VaultError
from notmyloan.model.text import Text
from notmyloan.seal import card, codes, commit, endorsement, keepout
from notmyloan.seal.copy import NONCE_BYTES, dump_layout, layout_digest, load_layout, seal_copy
from notmyloan.seal.detect import Answer, Copy, Result, sketch, whose
from notmyloan.seal.features import Suspect
from notmyloan.seal.kinds import DPI, Kind, pixels_a_millimetre
from notmyloan.seal.layout import Box, Layout, Pixels, coverage
from notmyloan.seal.picture import Picture, open_picture, write_picture
from notmyloan.seal.register import Original, prepare
from notmyloan.seal.wording import Language
from notmyloan.vault import KeptCopy, KeptOriginal, Leak, Seals, Vault

_INCH = 25.4
_CLEAR = 60  # matching points from which a picture is no poor copy
_SKETCH = (106, 168)  # rows and columns of a kept sketch
_SHOWS: Mapping[Kind, tuple[Given, ...]] = {
    Kind.ID_FRONT: (Given.NAME, Given.ID_NUMBER, Given.ADDRESS, Given.FACE),
    Kind.TEMPORARY_ID: (Given.NAME, Given.ID_NUMBER, Given.ADDRESS, Given.FACE),
    Kind.PASSPORT: (Given.NAME, Given.FACE),
    Kind.HOUSEHOLD: (Given.NAME, Given.ID_NUMBER, Given.ADDRESS),
    Kind.BANK_CARD: (Given.BANK_CARD,),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper laid flat: its pixels, kind, dots an inch, and how sure its kind is."""

    pixels: Pixels
    kind: Kind
    dpi: float
    sure: float


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed copy: flat pixels, and the id that the vault knows it by."""

    pixels: Pixels
    paper: Paper
    copy_id: str
    commitment: str


def lay_flat(
    picture: Picture,
    name: str,
    *,
    kind: Kind | None = None,
    corners: Sequence[tuple[float, float]] | None = None,
    whole: bool = False,
) -> list[Paper]:
    """The papers in a picture: found, at marked `corners`, or the `whole` picture as one page.

    Raises InputError, naming the file `name`, when none is found, UsageError on impossible
    corners.
    """
    if whole or kind is Kind.PAGE:
        return [_page(picture)]
    if corners is not None:
        found: tuple[card.Card, ...] = (card.card_at(picture.pixels, corners, kind),)
    else:
        found = card.need_cards(picture.pixels, name)
    papers = []
    for one in found:
        flat = card.rectify(picture.pixels, one)
        named = kind if kind is not None and len(found) == 1 else one.kind
        papers.append(Paper(flat, named, float(DPI), one.sure))
    return papers


def _page(picture: Picture) -> Paper:
    """The whole picture, at most as fine as an A4 page at 300 dpi."""
    from notmyloan.seal.corners import opencv

    pixels = picture.pixels
    high, wide = pixels.shape[:2]
    dpi = pixels_a_millimetre(Kind.PAGE, (wide, high)) * _INCH
    if picture.dpi is not None and picture.format != "pdf":
        dpi = max(dpi, min(picture.dpi, 600.0))
    shrink = DPI / (pixels_a_millimetre(Kind.PAGE, (wide, high)) * _INCH)
    if shrink < 1:
        pixels = opencv().resize(
            pixels, None, fx=shrink, fy=shrink, interpolation=opencv().INTER_AREA
        )
        dpi *= shrink
    return Paper(pixels, Kind.PAGE, dpi, 1.0)


def seal(
    vault: Vault,
    papers: Sequence[Paper],
    purpose: str,
    recipient: str,
    on: date,
    language: Language,
    now: datetime,
    country: str = "cn",
) -> list[Sealed]:
    """A sealed copy of each paper for one recipient.

    Before a copy comes back the vault holds its commitment, its layout and the disclosure: a
    copy that nobody can later say was made up. Raises UsageError when the words do not fit,
    InputError without a font, VaultError when the vault cannot be written.
    """
    # All is laid out before anything is kept: words that do not fit leave nothing behind.
    layouts = [_laid_out(paper, purpose, recipient, on, language) for paper in papers]
    given = [Given.ID_COPY]
    for paper in papers:
        given += [g for g in _SHOWS.get(paper.kind, ()) if g not in given]
    line = Disclosure(
        recipient, on, tuple(given), _kind_of(recipient, country), purpose, consent=Consent.STANDING
    )
    return [
        _seal_one(vault.seals, paper, layout, line, now)
        for paper, layout in zip(papers, layouts, strict=True)
    ]


def _kind_of(recipient: str, country: str) -> RecipientKind:
    from notmyloan.country import load

    known = load(country).institutions.find(recipient)
    return RecipientKind(known.kind) if known is not None else RecipientKind.OTHER


def _laid_out(paper: Paper, purpose: str, recipient: str, on: date, language: Language) -> Layout:
    size = (paper.pixels.shape[1], paper.pixels.shape[0])
    boxes = keepout.keep_out(paper.kind, size, paper.pixels)
    return endorsement.lay_out(
        purpose, recipient, on, paper.kind, size, language, boxes,
        ink=endorsement.ink_for(paper.pixels),
    )  # fmt: skip


def _seal_one(
    seals: Seals, paper: Paper, layout: Layout, line: Disclosure, now: datetime
) -> Sealed:
    from dataclasses import replace

    from notmyloan.guard.evidencing import log_line

    sha256 = commit.picture_digest(paper.pixels)
    key = codes.original_key(seals.key(), bytes.fromhex(sha256))
    packed = dump_layout(layout, secrets.token_bytes(NONCE_BYTES))
    copy_id = secrets.token_hex(8)
    digest = layout_digest(packed)
    made = line.on or now.date()
    kept = KeptCopy(
        copy_id, line.recipient, line.purpose or "", made, digest, packed,
        sketch(layout).tobytes(),
    )  # fmt: skip
    sealed = seal_copy(paper.pixels, layout, key, copy_id)
    _check_clear(sealed, paper, layout)
    picture = b""  # needed once for all copies of a paper
    for _ in range(5):  # another process may have sealed the same paper meanwhile
        original = next((o for o in seals.originals() if o.sha256 == sha256), None)
        before: list[tuple[str, str]] = []
        last: bytes | None = None
        if original is not None:
            before, last = seals.marks(original), seals.newest_commitment(original)
        else:
            original = KeptOriginal(
                0, sha256, paper.kind.value, paper.dpi, "", secrets.token_bytes(commit.SALT_BYTES)
            )
            picture = picture or write_picture(paper.pixels, "png", paper.dpi)
        copies = [Copy(*c) for c in (*before, (kept.id, kept.digest))]
        data = commit.commitment(
            paper.pixels, key, original.salt, copies,
            now.date() if last is None else max(now.date(), commit.read_commitment(last).made),
            last,
        )  # fmt: skip
        name = commit.digest(data)
        if seals.put(
            original, picture, kept, (name, data), last,
            replace(line, marks=(copy_id,)), now, log_line("committed", "", now),
        ):  # fmt: skip
            return Sealed(sealed, paper, copy_id, name)
    raise VaultError("vault.busy_sealing")


def _check_clear(sealed: Pixels, paper: Paper, layout: Layout) -> None:
    """That no drop of ink lies in a keep-out box: measured on the ink itself, spread by the one
    pixel that a glyph may be shifted."""
    from notmyloan.seal.corners import opencv

    ink = opencv().dilate(coverage(layout), np.ones((3, 3), np.uint8))
    for box in layout.keep_out:
        if _cut(ink, box).any():
            raise RuntimeError("an endorsement's ink lies in a keep-out box")
    if sealed.shape != paper.pixels.shape:
        raise RuntimeError("a copy is not of its paper's size")


def _cut(plane: np.ndarray, box: Box) -> np.ndarray:
    return plane[max(box.top, 0) : box.bottom, max(box.left, 0) : box.right]


class _Layouts(Mapping[str, Layout]):
    """The layouts of copies, unpacked when asked for: a test needs only those it sees."""

    def __init__(self, copies: Sequence[KeptCopy]) -> None:
        self._packed = {c.digest: c.packed for c in copies}

    def __getitem__(self, name: str) -> Layout:
        return load_layout(self._packed[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


@dataclass(frozen=True, slots=True)
class Traced:
    """What the test said of one original that a suspect shows. `copies`: those that were made of
    it, in the order of `result.z`."""

    original: KeptOriginal
    copies: tuple[KeptCopy, ...]
    result: Result

    def copy(self, copy_id: str) -> KeptCopy:
        """The copy of that id."""
        return next(c for c in self.copies if c.id == copy_id)


def trace_copy(
    vault: Vault,
    suspect: Pixels,
    source: str,
    now: datetime,
    suspects: int = 1,
    found_outside: bool = False,
) -> list[Traced]:
    """Whose copy a picture is, for each paper of the vault that it shows; empty when it shows
    none. With `found_outside` a copy that is named is noted as evidence for `who`.

    `source` is the suspect file's SHA-256, `suspects` how many pictures this case tests; the
    chance of a false accusation is shared among all originals and suspects. Raises UsageError
    when no copy was ever sealed.
    """
    seals = vault.seals
    originals = seals.originals()
    if not originals:
        raise UsageError("seal.whose.no_copies")
    found: list[Traced] = []
    seen_once = Suspect(suspect)
    papers = {original.number: _Known(seals, original) for original in originals}
    # Quickly first; a poor copy that nothing was found for then gets the slow ways too.
    for thorough in (False, True):
        if any(t.result.matches or t.result.features >= _CLEAR for t in found):
            break
        seen = {t.original.number for t in found}
        found += [
            traced
            for number, known in papers.items()
            if number not in seen
            and (traced := known.test(seen_once, suspects * len(originals), thorough))
        ]
    for traced in found if found_outside else ():
        for match in traced.result.matches:
            copy = traced.copy(match.copy.id)
            seals.put_leak(Leak(copy.id, "copy", copy.recipient, match.error, source, now))
    # One card's two photos are two originals: the one that names a copy speaks.
    found.sort(
        key=lambda t: (-max((m.z for m in t.result.matches), default=0.0), -t.result.features)
    )
    return found


class _Known:
    """One original with its copies, read from the vault when first tested."""

    def __init__(self, seals: Seals, original: KeptOriginal) -> None:
        self._seals = seals
        self._original = original

    @cached_property
    def _prepared(self) -> Original:
        return prepare(_pixels(self._seals, self._original))

    @cached_property
    def _copies(self) -> tuple[KeptCopy, ...]:
        return tuple(self._seals.copies(self._original))

    def test(self, suspect: Suspect, suspects: int, thorough: bool) -> Traced | None:
        """The test against all copies; None where the suspect does not show the original."""
        copies = self._copies
        sketches = {
            c.digest: np.frombuffer(c.sketch, np.uint8).reshape(_SKETCH)
            for c in copies
            if len(c.sketch) == math.prod(_SKETCH)
        }
        result = whose(
            suspect, self._prepared, _key(self._seals, self._original),
            [Copy(c.id, c.digest) for c in copies], _Layouts(copies), suspects=suspects,
            error=commit.ERROR, sketches=sketches, thorough=thorough,
        )  # fmt: skip
        return None if result.answer is Answer.OTHER else Traced(self._original, copies, result)


def _pixels(seals: Seals, original: KeptOriginal) -> Pixels:
    return open_picture(seals.picture(original), original.sha256[:12]).pixels


def _key(seals: Seals, original: KeptOriginal) -> bytes:
    return codes.original_key(seals.key(), bytes.fromhex(original.sha256))


def reveal(vault: Vault, traced: Traced) -> tuple[bytes, bytes]:
    """The commitment to an original and its opening, for a court: with the layouts of the copies
    that the test named, and no others. The newest that is time stamped and names those copies;
    without one, the newest."""
    from notmyloan.guard.evidencing import covered

    seals = vault.seals
    named = {m.copy.id for m in traced.result.matches}
    stamped = covered(vault)
    data = b""
    for known in reversed(seals.commitments(traced.original)):
        holds = named <= {c.id for c in commit.read_commitment(known).copies}
        if not data or (holds and commit.digest(known) in stamped):
            data = known
        if not holds or commit.digest(data) in stamped:
            break
    pixels = _pixels(seals, traced.original)
    shown = {m.copy.layout for m in traced.result.matches}
    layouts = {c.digest: c.packed for c in traced.copies if c.digest in shown}
    opening = commit.reveal(
        data, _key(seals, traced.original), traced.original.salt, pixels, layouts
    )
    return data, opening


def prove_time(vault: Vault, data: bytes, target: Path, now: datetime) -> bool | None:
    """Write a package that proves when the log of evidence held a commitment: its line, the proof
    that it is in the log, and the time stamps over it. Whether a stamp covers it; None, and
    nothing written, where the log does not hold it (made before commitments were logged).

    Raises PackageError where the target exists or cannot be written.
    """
    from notmyloan.evidence.package import Item, write
    from notmyloan.guard.evidencing import covered, entries, stamps

    name = commit.digest(data)
    log = entries(vault)
    if all(entry.subject != name for entry in log):
        return None
    readme = "\n\n".join(
        Speaker(language).say(Text("cli.whose.proof_readme")) for language in ("zh_CN", "en")
    )
    write(
        target, [Item("commitment.json", lambda: [data], name, len(data))], entries=log,
        about={"External-Description": "notmyloan commitment to sealed copies"}, made=now,
        readme=readme, stamps=stamps(vault),
    )  # fmt: skip
    return name in covered(vault)
