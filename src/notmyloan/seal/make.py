"""One sealed copy from first to last, for those who keep what belongs to it themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from notmyloan.seal.copy import seal_copy
from notmyloan.seal.detect import Copy
from notmyloan.seal.endorsement import ink_for, lay_out
from notmyloan.seal.keepout import keep_out
from notmyloan.seal.kinds import Kind
from notmyloan.seal.layout import Layout, Pixels
from notmyloan.seal.wording import Language


@dataclass(frozen=True, slots=True)
class Sealed:
    """A copy to hand out, flat `pixels`, and what must be kept to know it again. `copy` names
    `layout` by the copy's own id."""

    pixels: Pixels
    copy: Copy
    layout: Layout


def seal(
    original: Pixels,
    kind: Kind,
    purpose: str,
    recipient: str,
    on: date,
    key: bytes,
    copy_id: str,
    language: Language = "zh-CN",
) -> Sealed:
    """The copy `copy_id` of a kept original for one recipient and purpose, endorsed and marked.

    `original` is the clean rectified picture of a `kind`, `key` its own (`commit.key_for`);
    `copy_id` must be unlike all others of the original and tell nothing of the recipient. Raises
    UsageError when the words do not fit, InputError without a font, MissingExtraError.
    """
    size = (original.shape[1], original.shape[0])
    boxes = keep_out(kind, size, original)
    layout = lay_out(
        purpose, recipient, on, kind, size, language, boxes, ink=ink_for(original)
    )  # fmt: skip
    return Sealed(seal_copy(original, layout, key, copy_id), Copy(copy_id, copy_id), layout)
