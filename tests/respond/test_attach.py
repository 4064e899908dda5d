"""Copies that fit a form; the originals stay as they are."""

from __future__ import annotations

import random
from io import BytesIO

import pypdfium2
import pytest

from notmyloan.respond.attach import fit

Image = pytest.importorskip("PIL.Image", reason="pictures need Pillow (the seal extra)")


def noise(width: int, height: int, kind: str = "PNG") -> bytes:
    """A picture that does not compress."""
    made = Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))
    out = BytesIO()
    made.save(out, kind)
    return out.getvalue()


def papers(pages: int, noisy: bool) -> bytes:
    images = [
        Image.open(BytesIO(noise(700, 900) if noisy else noise(60, 80))).convert("RGB")
        for _ in range(pages)
    ]
    out = BytesIO()
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], quality=95)
    return out.getvalue()


def test_what_fits_goes_as_it_is() -> None:
    assert [c.content for c in fit("a.png", b"small", 100)] == [b"small"]


def test_a_picture_is_made_smaller_but_stays_readable() -> None:
    content = noise(1800, 1200)
    (copy,) = fit("screen shot.png", content, 600_000)
    assert len(copy.content) <= 600_000 < len(content)
    assert copy.name == "screen shot-copy.jpg"
    with Image.open(BytesIO(copy.content)) as made:
        assert max(made.size) >= 900


def test_a_pdf_is_split_into_parts_of_whole_pages() -> None:
    content = papers(6, noisy=True)
    limit = len(content) // 3
    copies = fit("report.pdf", content, limit)
    assert len(copies) > 2
    assert all(len(c.content) <= limit for c in copies)
    pages = [len(pypdfium2.PdfDocument(c.content)) for c in copies if c.name.endswith(".pdf")]
    assert sum(pages) + sum(c.name.endswith(".jpg") for c in copies) == 6
    assert [c.name.split("-")[1].split("of")[0] for c in copies] == [
        str(n) for n in range(1, len(copies) + 1)
    ]


def test_a_page_too_large_by_itself_becomes_a_picture() -> None:
    content = papers(2, noisy=True)
    copies = fit("scan.pdf", content, 520_000)
    assert copies
    assert all(len(c.content) <= 520_000 for c in copies)
    assert {c.name.rpartition(".")[2] for c in copies} == {"jpg"}


@pytest.mark.parametrize("name", ["call.m4a", "chat.txt", "broken.pdf", "broken.png"])
def test_what_cannot_be_made_smaller_is_left_to_an_excerpt(name: str) -> None:
    assert fit(name, b"x" * 5000, 1000) == ()
