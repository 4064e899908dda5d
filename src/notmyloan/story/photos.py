"""Pictures of identity and bank cards: drawn, with the made-up person's data, marked as specimens."""

from __future__ import annotations

from pathlib import Path

from notmyloan.model.errors import MissingExtraError
from notmyloan.model.text import Text
from notmyloan.story.fonts import cjk_font
from notmyloan.story.people import Person

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
        for x, y, size, words in lines:
            draw.text((x, y), words, fill="#1c1c1c", font=ImageFont.truetype(path, size))
        stamp = ImageFont.truetype(path, 92)
        draw.text((300, 330), "样本 SPECIMEN", fill="#d9dee2", font=stamp)
        return picture

    born = person.born
    front = card(
        [(80, 60, 44, f"姓名  {person.name}"), (80, 150, 36, f"性别  {person.sex}    民族  汉"),
         (80, 226, 36, f"出生  {born.year} 年 {born.month} 月 {born.day} 日"),
         (80, 306, 34, f"住址  {person.address[:11]}"), (176, 356, 34, person.address[11:]),
         (80, 540, 44, f"公民身份号码  {person.id_number}")], "#e8f1f5",
    )  # fmt: skip
    back = card(
        [(330, 90, 58, "中华人民共和国"), (330, 190, 66, "居民身份证"),
         (220, 470, 36, "签发机关  样本市公安局"), (220, 530, 36, "有效期限  2020.01.01-2040.01.01")],
        "#f3efe6",
    )  # fmt: skip
    bank, number = next(iter(person.cards.items()))
    grouped = " ".join(number[n : n + 4] for n in range(0, len(number), 4))
    card_picture = card([(80, 70, 52, bank), (80, 330, 54, grouped), (80, 520, 36, "储蓄卡  借记")],
                        "#d7e3d4")  # fmt: skip
    front.save(folder / "id-front.jpg", quality=88)
    back.save(folder / "id-back.jpg", quality=88)
    card_picture.save(folder / "bank-card.png")
