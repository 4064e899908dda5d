"""Signatures side by side, papers that must not be signed, and the other side's attack."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from notmyloan.evidence.blanks import blanks_to_sign, text_of
from notmyloan.evidence.errors import PackageError
from notmyloan.evidence.handwriting import Signature, cut, gather
from notmyloan.evidence.opposing import CHAT_PARTS, Grade, Kind, Piece, attack


def drawn(left: int = 500, size: tuple[int, int] = (1000, 700), form: str = "PNG") -> bytes:
    picture = Image.new("L", size, 255)
    ImageDraw.Draw(picture).line(
        [(left, 400), (left + 120, 460), (left + 200, 380)], fill=20, width=9
    )
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


def test_signatures_are_cut_to_their_ink_and_brought_to_one_height() -> None:
    for data in (drawn(), drawn(100), drawn(form="PDF")):
        made = Image.open(io.BytesIO(cut(Signature("x", data))))
        assert made.height == 240
        assert made.width < 900
    same = [cut(Signature("x", drawn(left))) for left in (100, 500)]
    assert same[0] == same[1]  # wherever it stood on the page


def test_a_box_without_ink_and_a_paper_that_is_none_say_so() -> None:
    with pytest.raises(PackageError) as caught:
        cut(Signature("x.png", drawn(), box=(0, 0, 0.2, 0.2)))
    assert caught.value.why == "empty"
    for data in (b"nonsense", b"%PDF-1.4 nonsense"):
        with pytest.raises(PackageError) as caught:
            cut(Signature("x.png", data))
        assert caught.value.why == "unreadable"


def test_samples_come_in_the_order_an_appraiser_wants() -> None:
    questioned = Signature("q", b"", written=date(2026, 6, 10), words="张三")
    near = Signature("near", b"", written=date(2026, 5, 1), words="张三")
    far = Signature("far", b"", written=date(2020, 1, 1), words="张三")
    copy = Signature("copy", b"", written=date(2026, 6, 9), original=False, words="张三")
    sheet = gather([questioned], [copy, far, near])
    assert [s.name for s in sheet.samples] == ["near", "far", "copy"]
    assert sheet.lacking == ()
    assert dict(gather([questioned], [near]).lacking) == {"张": 1, "三": 1}
    with pytest.raises(ValueError, match="questioned"):
        gather([], [near])


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        ("借款金额：______元\n年利率：____%\n借款人（签字）：", ("amount", "rate")),
        ("借款金额：20000元\n日期：  年  月  日\n签名：", ("date",)),
        ("出借人：\n借款金额：20000元\n签字：", ("lender",)),
        ("借款金额：20000元，年利率：12%\n签名：张三", ()),
        ("借款金额：______元", ()),  # nothing to sign
    ],
)
def test_papers_with_blanks_above_the_signature_are_named(
    text: str, blank: tuple[str, ...]
) -> None:
    assert blanks_to_sign(text) == blank


def test_what_is_no_pdf_has_no_text(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    for data in (b"hello", b"%PDF-1.4 broken", b""):
        path.write_bytes(data)
        assert text_of(path) == ""


def test_a_well_kept_piece_is_strong_and_a_retyped_one_weak() -> None:
    good = Piece(
        1, "recording", Kind.RECORDING, Grade.ORIGINAL, collector="本人", device="X", how="录音",
        held_by="本人", offset=0.2, rooted=False, notarised=True,
    )  # fmt: skip
    bad = Piece(2, "notes", Kind.CHAT, Grade.RETYPED)
    whole = Piece(3, "chat", Kind.CHAT, Grade.SCREENSHOT, notarised=True, has=CHAT_PARTS,
                  collector="公证员", how="公证", device="X", offset=0.0)  # fmt: skip
    strong, weak, notarised = attack([good, bad, whole])
    assert (strong.strength, strong.attacks) == ("strong", ())
    assert (weak.strength, weak.by) == ("weak", "EVID 90")
    assert notarised.strength == "strong"


def test_a_clock_that_is_off_is_said_before_the_other_side_does() -> None:
    off = Piece(1, "sms", Kind.MESSAGES, Grade.EXPORT, "本人", "X", "导出", "本人", offset=-8.0)
    (judged,) = attack([off])
    (clock,) = [a for a in judged.attacks if a.rule == "evidence.clock"]
    assert clock.says.args["seconds"] == "-8"
