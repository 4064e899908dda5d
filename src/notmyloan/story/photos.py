"""Pictures of identity and bank cards: drawn, with the made-up person's data, marked as specimens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from notmyloan.model.errors import MissingExtraError
from notmyloan.model.text import Text
from notmyloan.story.fonts import cjk_font
from notmyloan.story.people import Person

if TYPE_CHECKING:
    from PIL import ImageDraw

WIDTH, HEIGHT = 1011, 638  # an ID-1 card (85.6 x 54 mm) at 300 dots an inch


def write_photos(folder: Path, person: Person) -> None:
    """`id-front.jpg`, `id-back.jpg` and `bank-card.png`.

    Raises MissingExtraError without Pillow, InputError without a CJK font.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError:
        raise MissingExtraError("story", Text("core.purpose.story")) from None
    path = str(cjk_font())

    def card(lines: list[tuple[int, int, int, str]], ground: str) -> Image.Image:
        picture = Image.new("RGB", (WIDTH, HEIGHT), ground)
        draw = ImageDraw.Draw(picture)
        draw.rounded_rectangle((8, 8, WIDTH - 8, HEIGHT - 8), 40, outline="#8aa4b8", width=3)
        stamp = ImageFont.truetype(path, 60)
        draw.text((230, 400), "样本 SPECIMEN", fill="#d9dee2", font=stamp)
        for x, y, size, words in lines:
            draw.text((x, y), words, fill="#1c1c1c", font=ImageFont.truetype(path, size))
        return picture

    born = person.born
    front = card(
        [(71, 62, 36, "姓名"), (182, 60, 44, person.name),
         (71, 150, 36, f"性别  {person.sex}    民族  汉"),
         (71, 226, 36, f"出生  {born.year} 年 {born.month} 月 {born.day} 日"),
         (71, 303, 34, f"住址  {person.address[:11]}"), (176, 357, 34, person.address[11:]),
         (71, 544, 34, "公民身份号码"), (350, 544, 38, " ".join(person.id_number))], "#e8f1f5",
    )  # fmt: skip
    _portrait(ImageDraw.Draw(front))
    back = card(
        [(340, 70, 58, "中华人民共和国"), (310, 180, 84, "居民身份证"),
         (222, 456, 36, "签发机关"), (404, 456, 36, "样本市公安局"),
         (222, 530, 36, "有效期限"), (404, 530, 36, "2020.01.01-2040.01.01")],
        "#f3efe6",
    )  # fmt: skip
    emblem = ImageDraw.Draw(back)
    emblem.ellipse((62, 66, 232, 236), fill="#c42624", outline="#e2b446", width=12)
    emblem.ellipse((130, 110, 164, 144), fill="#e8c04c")
    bank, number = next(iter(person.cards.items()))
    grouped = " ".join(number[n : n + 4] for n in range(0, len(number), 4))
    card_picture = card([(80, 70, 52, bank), (80, 335, 58, grouped), (80, 530, 36, "储蓄卡  借记")],
                        "#7fbf9a")  # fmt: skip
    chip = ImageDraw.Draw(card_picture)
    chip.rounded_rectangle((81, 191, 207, 300), 14, fill="#d6b660", outline="#96782f", width=3)
    front.save(folder / "id-front.jpg", quality=88)
    back.save(folder / "id-back.jpg", quality=88)
    card_picture.save(folder / "bank-card.png")


def _portrait(draw: ImageDraw.ImageDraw) -> None:
    """Somebody who looks like nobody: hair, face, shoulders."""
    draw.chord((655, 335, 945, 555), 180, 360, fill="#46506a")
    draw.ellipse((700, 120, 900, 330), fill="#221e1e")
    draw.rectangle((762, 320, 838, 380), fill="#d6ac94")
    draw.ellipse((716, 155, 884, 365), fill="#d6ac94")
