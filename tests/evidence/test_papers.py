"""Signatures side by side, papers that must not be signed, and the other side's attack."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from notmyloan.evidence.blanks import blanks_to_sign, text_of
from notmyloan.evidence.errors import PackageError
from notmyloan.evidence.handwriting import Signature, comparison, cut, gather
from notmyloan.evidence.opposing import CHAT_PARTS, Grade, Kind, Piece, attack
from notmyloan.evidence.provenance import look_at
from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.document import Picture
from notmyloan.model.text import Text
from notmyloan.report.plain import document_text
from notmyloan.report.typeset import document_pdf


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


def signed_page(form: str = "PNG", line: bool = True, angle: float = 0) -> bytes:
    """A printed page with a signature at its foot."""
    page = Image.new("L", (1240, 1754), 253)
    draw = ImageDraw.Draw(page)
    for row in range(8):
        for column in range(24):
            draw.rectangle(
                (140 + column * 40, 260 + row * 60, 165 + column * 40, 290 + row * 60), 20
            )
    if line:
        draw.line((820, 1450, 1130, 1450), 60, 2)
    draw.line([(850, 1440), (900, 1340), (960, 1445), (1040, 1330), (1100, 1430)], 25, 9)
    page = page.rotate(angle, fillcolor=253)
    out = io.BytesIO()
    page.save(out, form)
    return out.getvalue()


def covers(data: bytes, box: tuple[float, float, float, float] | None = None) -> float:
    """Width by height of what was cut."""
    made = Image.open(io.BytesIO(cut(Signature("x", data, box=box))))
    return made.width / made.height


def test_a_signature_on_its_line_is_found_on_a_scan_that_lies_askew() -> None:
    right = covers(signed_page(), (0.6, 0.74, 0.96, 0.85))
    for data in (signed_page(), signed_page("PDF"), signed_page(angle=0.8)):
        assert covers(data) == pytest.approx(right, rel=0.15)


def test_a_page_on_which_it_cannot_be_found_asks_where() -> None:
    with pytest.raises(PackageError) as caught:
        cut(Signature("x.png", signed_page(line=False)))
    assert caught.value.why == "where"


def test_a_signature_beside_its_label_is_found_in_a_pdf_with_text() -> None:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    for row in range(20):
        page.drawString(72, 760 - 20 * row, "The borrower agrees to repay all of it in time.")
    page.drawString(300, 120, "Signature:")
    page.setLineWidth(3)
    page.lines([(370, 115, 400, 140), (400, 140, 430, 112), (430, 112, 470, 138)])
    page.save()
    assert covers(out.getvalue()) == pytest.approx(100 / 28, rel=0.4)


def test_the_sheet_lines_them_up_and_claims_nothing() -> None:
    one = Signature("q.png", signed_page(), written=date(2026, 6, 10), words="林")
    old = Signature("s.png", signed_page(), written=date(2020, 6, 10), words="林", held_by="银行")
    copy = Signature("c.png", signed_page(), original=False)
    speaker = Speaker("zh_CN")

    def say(key: str, **args: object) -> str:
        return speaker.say(Text(f"proof.hand.{key}", **args))  # type: ignore[arg-type]

    made = comparison(gather([one], [copy, old, old, old, old]), say, "zh", date(2026, 11, 26))
    pictures = [b for b in made.blocks if isinstance(b, Picture)]
    assert len(pictures) == 3  # one questioned; five samples, three in a row
    sizes = {Image.open(io.BytesIO(p.png)).size for p in pictures}
    assert len(sizes) == 1
    words = document_text(made)
    assert "YB5  |  c.png" in words
    assert "早2191天" in words.replace(" ", "")
    assert "没有与检材相距两年以内的样本" in words
    assert "银行" in words
    assert "不对书写人作任何判断" in words
    assert document_pdf(made)[:5] == b"%PDF-"


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
    later = Signature("later", b"", written=date(2026, 6, 11), words="张三")
    assert [s.name for s in sheet.samples] == ["near", "far", "copy"]
    assert [s.name for s in gather([questioned], [later, far, near]).samples] == [
        "near", "far", "later",
    ]  # fmt: skip
    assert dict(sheet.lacking) == {"张": 2, "三": 2}  # a copy is no sample to count on
    assert gather([questioned], [near, far, later]).lacking == ()
    assert sheet.apart(near) == -40
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


GOOD = Piece(
    1, "recording", Kind.RECORDING, Grade.EXPORT, collector="本人", device="X", how="录音",
    held_by="本人", offset=0.2, rooted=False, stamped=True,
)  # fmt: skip
CLEAN = [
    GOOD,
    replace(GOOD, kind=Kind.CHAT, has=CHAT_PARTS),
    replace(GOOD, kind=Kind.PHOTO),
    replace(GOOD, kind=Kind.MESSAGES),
    replace(GOOD, kind=Kind.CHAT, grade=Grade.SCREENSHOT, notarised=True, has=CHAT_PARTS),
    replace(GOOD, kind=Kind.REPORT, device="", offset=None, stamped=False),
    replace(GOOD, kind=Kind.BILL, device="", offset=None, stamped=False),
    replace(GOOD, kind=Kind.PAPER, grade=Grade.ORIGINAL, signs=("screenshot",)),
]
PLANTED: list[tuple[dict[str, Any], str, str, str]] = [
    ({"present": False}, "evidence.weak_copy", "EVID 15", "weak"),
    ({"grade": Grade.RETYPED}, "evidence.weak_copy", "EVID 90", "weak"),
    ({"grade": Grade.SCREENSHOT}, "evidence.weak_copy", "EVID 90", "weak"),
    ({"signs": ("screenshot",)}, "evidence.weak_copy", "EVID 90", "weak"),
    ({"grade": Grade.ORIGINAL, "signs": ("typed",)}, "evidence.weak_copy", "EVID 90", "weak"),
    ({"signs": ("edited",)}, "evidence.weak_copy", "EVID 93", "fair"),
    ({"kind": Kind.PHOTO, "signs": ("stripped",)}, "evidence.weak_copy", "EVID 93", "fair"),
    ({"kind": Kind.BILL, "sheet": True}, "evidence.weak_copy", "EVID 93", "fair"),
    ({"held_by": ""}, "evidence.package", "EVID 15", "fair"),
    ({"device": ""}, "evidence.package", "EVID 93", "fair"),
    ({"rooted": True}, "evidence.clock", "EVID 93", "fair"),
    ({"offset": None}, "evidence.clock", "EVID 93", "fair"),
    ({"offset": -1.5}, "evidence.clock", "EVID 93", "fair"),
    ({"offset": 86400.0}, "evidence.clock", "EVID 93", "fair"),
    ({"stamped": False}, "evidence.package", "EVID 94", "fair"),
    ({"collector": ""}, "evidence.package", "EVID 93", "fair"),
    ({"how": ""}, "evidence.package", "EVID 93", "fair"),
    *[
        ({"kind": Kind.CHAT, "has": tuple(p for p in CHAT_PARTS if p != part)},
         "evidence.completeness", "EVID 14", "fair")
        for part in CHAT_PARTS
    ],
]  # fmt: skip


@pytest.mark.parametrize("piece", CLEAN)
def test_nothing_is_claimed_falsely_of_a_clean_piece(piece: Piece) -> None:
    (judged,) = attack([piece])
    assert (judged.strength, judged.attacks) == ("strong", ())


@pytest.mark.parametrize(("defect", "rule", "article", "strength"), PLANTED)
def test_every_planted_defect_is_found_with_its_article_and_mend(
    defect: dict[str, Any], rule: str, article: str, strength: str
) -> None:
    (judged,) = attack([replace(GOOD, **defect)])
    assert (rule, article) in {(a.rule, a.article) for a in judged.attacks}
    assert judged.strength == strength
    for language in LANGUAGES:
        speaker = Speaker(language)
        for one in judged.attacks:
            assert speaker.say(one.says)
            assert speaker.say(one.mend)
            if one.factor is not None:
                assert speaker.say(Text(f"proof.factor.{one.factor}"))


def test_a_clock_that_is_off_is_said_before_the_other_side_does() -> None:
    (judged,) = attack([replace(GOOD, offset=-8.0)])
    (clock,) = judged.attacks
    assert clock.says.args["seconds"] == "-8"


def test_a_file_tells_how_it_came_to_be(tmp_path: Path) -> None:
    def kept(name: str, picture: Image.Image, **save: Any) -> Path:
        path = tmp_path / name
        picture.save(path, **save)
        return path

    plain = Image.new("RGB", (60, 40), "white")
    exif = plain.getexif()
    exif[0x010F], exif[0x0110] = "Example", "Phone 1"
    inner = exif.get_ifd(0x8769)
    inner[0x9003], inner[0x9011] = "2026:06:10 22:40:12", "+08:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "S", (30.0, 15.0, 36.0), "E", (120.0, 9.0, 0.0)
    photo = look_at(kept("IMG_1.jpg", plain, exif=exif))
    assert (photo.kind, photo.grade, photo.signs) == (Kind.PHOTO, Grade.EXPORT, ())
    assert photo.facts == {
        "camera": "Example Phone 1", "taken": "2026-06-10T22:40:12+08:00",
        "place": "-30.26000,120.15000",
    }  # fmt: skip
    exif[0x0131] = "Adobe Photoshop 25"
    assert look_at(kept("IMG_2.jpg", plain, exif=exif)).signs == ("edited",)
    assert look_at(kept("mmexport17.jpg", plain)).signs == ("stripped",)
    shot = look_at(kept("chat.png", plain))
    assert (shot.grade, shot.signs) == (Grade.SCREENSHOT, ("screenshot",))
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff broken")
    assert look_at(broken).signs == ("stripped",)
    for name, kind, grade in (
        ("call.mp3", Kind.RECORDING, Grade.EXPORT),
        ("notes.docx", Kind.OTHER, Grade.RETYPED),
        ("sms.xml", Kind.OTHER, Grade.EXPORT),
    ):
        (tmp_path / name).write_bytes(b"x")
        found = look_at(tmp_path / name)
        assert (found.kind, found.grade) == (kind, grade)
