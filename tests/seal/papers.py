"""Drawn papers of made-up people, flat and photographed, with the truth about where they lie."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from notmyloan.seal.fonts import find_face
from notmyloan.seal.kinds import Kind, canonical_size
from notmyloan.seal.layout import Pixels
from notmyloan.story.people import Person, make_person

DAY = date(2026, 11, 24)
INK = (28, 28, 30)
LABEL = (60, 110, 160)
Corners = NDArray[np.float64]


@dataclass(frozen=True)
class Shot:
    """A picture with papers on it: for each its kind and corners (4 x 2), from the paper's own
    upper left, clockwise."""

    pixels: Pixels
    truth: list[tuple[Kind, Corners]]


class Sheet:
    """A canvas on which places are fractions of the paper."""

    def __init__(self, kind: Kind, ground: tuple[int, int, int], rng: random.Random) -> None:
        self.size = canonical_size(kind)
        self.wide, self.high = self.size
        self.image = Image.new("RGB", self.size, ground)
        self.draw = ImageDraw.Draw(self.image)
        self.rng = rng
        self.ground = ground

    def guilloche(self, colour: tuple[int, int, int], lines: int = 40) -> None:
        x = np.linspace(0, self.wide, 160)
        for n in range(lines):
            phase = self.rng.random() * 6
            y = self.high * (n + 0.5) / lines + 9 * np.sin(x / 60 + phase) + 5 * np.sin(x / 23)
            self.draw.line([(float(a), float(b)) for a, b in zip(x, y, strict=True)], fill=colour)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        em: float,
        fill: tuple[int, int, int] = INK,
        spread: float = 0.0,
    ) -> None:
        """`y` is the top of the letters, `em` a fraction of the height."""
        face = find_face()
        font = ImageFont.truetype(face.path, round(em * self.high), index=face.index)
        pen = x * self.wide
        for character in words if spread else [words]:
            self.draw.text((pen, y * self.high), character, fill=fill, font=font, anchor="lt")
            pen += font.getlength(character) + spread * self.high

    def portrait(self, left: float, top: float, right: float, bottom: float) -> None:
        x0, y0 = left * self.wide, top * self.high
        w, h = (right - left) * self.wide, (bottom - top) * self.high
        skin = (214 + self.rng.randint(-14, 14), 172, 148)
        hair = (30, 26, 26)
        shirt = self.rng.choice([(40, 44, 70), (70, 70, 74), (150, 60, 60), (36, 60, 52)])
        self.draw.ellipse((x0 + 0.02 * w, y0 + 0.72 * h, x0 + 0.98 * w, y0 + 1.5 * h), fill=shirt)
        self.draw.rectangle((x0, y0 + h, x0 + w, y0 + 1.52 * h), fill=self.ground)
        self.draw.rectangle((x0 + 0.4 * w, y0 + 0.58 * h, x0 + 0.6 * w, y0 + 0.8 * h), fill=skin)
        self.draw.ellipse((x0 + 0.2 * w, y0 + 0.06 * h, x0 + 0.8 * w, y0 + 0.5 * h), fill=hair)
        self.draw.ellipse((x0 + 0.25 * w, y0 + 0.16 * h, x0 + 0.75 * w, y0 + 0.7 * h), fill=skin)
        for side in (0.38, 0.62):
            self.draw.ellipse(
                (x0 + (side - 0.04) * w, y0 + 0.38 * h, x0 + (side + 0.04) * w, y0 + 0.42 * h),
                fill=hair,
            )
        self.draw.line(
            (x0 + 0.42 * w, y0 + 0.58 * h, x0 + 0.58 * w, y0 + 0.58 * h),
            fill=(150, 70, 70),
            width=4,
        )

    def done(self) -> Pixels:
        pixels = np.asarray(self.image, np.uint8)
        noise = np.random.default_rng(self.rng.randrange(2**32)).normal(0, 1.6, pixels.shape)
        return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def person(seed: int) -> Person:
    return make_person(random.Random(seed))


def paper(kind: Kind, seed: int) -> Pixels:
    """One flat paper at 300 dpi."""
    rng = random.Random(seed * 7 + 1)
    return _DRAWN[kind](person(seed), rng)


def _front(who: Person, rng: random.Random) -> Pixels:
    s = Sheet(Kind.ID_FRONT, (226, 236, 240), rng)
    s.guilloche((206, 222, 230))
    s.portrait(0.63, 0.15, 0.94, 0.70)
    s.text(0.07, 0.105, "姓名", 0.055, LABEL)
    s.text(0.18, 0.1, who.name, 0.07, spread=0.01)
    s.text(0.07, 0.24, "性别", 0.05, LABEL)
    s.text(0.18, 0.24, who.sex, 0.055)
    s.text(0.29, 0.24, "民族", 0.05, LABEL)
    s.text(0.39, 0.24, "汉", 0.055)
    s.text(0.07, 0.355, "出生", 0.05, LABEL)
    s.text(0.18, 0.355, str(who.born.year), 0.055)
    s.text(0.29, 0.355, "年", 0.05, LABEL)
    s.text(0.35, 0.355, str(who.born.month), 0.055)
    s.text(0.40, 0.355, "月", 0.05, LABEL)
    s.text(0.46, 0.355, str(who.born.day), 0.055)
    s.text(0.51, 0.355, "日", 0.05, LABEL)
    s.text(0.07, 0.475, "住址", 0.05, LABEL)
    for n in range(0, len(who.address), 11):
        s.text(0.18, 0.475 + n / 11 * 0.085, who.address[n : n + 11], 0.055)
    s.text(0.07, 0.855, "公民身份号码", 0.052, LABEL)
    s.text(0.345, 0.85, who.id_number, 0.065, spread=0.014)
    return s.done()


def _back(who: Person, rng: random.Random) -> Pixels:
    s = Sheet(Kind.ID_BACK, (236, 232, 226), rng)
    s.guilloche((226, 216, 220))
    for n in range(26):  # the Great Wall, as a faint drawing
        x = 0.3 + 0.65 * n / 26
        y = 0.55 + 0.06 * np.sin(n * 0.8)
        box = (x * s.wide, y * s.high, (x + 0.02) * s.wide, (y + 0.05) * s.high)
        s.draw.rectangle(box, outline=(204, 190, 196), width=2)
    x0, y0, r = 0.145 * s.wide, 0.235 * s.high, 0.085 * s.wide
    s.draw.ellipse((x0 - r, y0 - r, x0 + r, y0 + r), fill=(196, 38, 36))
    s.draw.ellipse((x0 - r, y0 - r, x0 + r, y0 + r), outline=(226, 180, 70), width=10)
    for dx, dy, size in ((0, -0.35, 12), (-0.4, -0.1, 6), (0.4, -0.1, 6), (0, 0.3, 20)):
        x, y = x0 + dx * r, y0 + dy * r
        s.draw.rectangle((x - size, y - size / 2, x + size, y + size / 2), fill=(236, 196, 80))
    s.text(0.33, 0.12, "中华人民共和国", 0.085, spread=0.012)
    s.text(0.30, 0.29, "居民身份证", 0.13, spread=0.02)
    s.text(0.22, 0.72, "签发机关", 0.05, LABEL)
    s.text(0.40, 0.72, who.address[:6] + "公安局", 0.055)
    s.text(0.22, 0.84, "有效期限", 0.05, LABEL)
    s.text(0.40, 0.84, "2020.01.01-2040.01.01", 0.055)
    return s.done()


def _temporary(who: Person, rng: random.Random) -> Pixels:
    s = Sheet(Kind.TEMPORARY_ID, (232, 238, 244), rng)
    s.guilloche((214, 220, 236))
    s.portrait(0.66, 0.1, 0.93, 0.62)
    s.text(0.07, 0.075, "姓名", 0.05, LABEL)
    s.text(0.18, 0.07, who.name, 0.06, spread=0.01)
    s.text(0.07, 0.19, "性别", 0.045, LABEL)
    s.text(0.18, 0.19, who.sex + "      民族  汉", 0.05)
    s.text(0.07, 0.29, "出生", 0.045, LABEL)
    s.text(0.18, 0.29, f"{who.born.year} 年 {who.born.month} 月 {who.born.day} 日", 0.05)
    s.text(0.07, 0.39, "住址", 0.045, LABEL)
    for n in range(0, len(who.address), 11):
        s.text(0.18, 0.39 + n / 11 * 0.08, who.address[n : n + 11], 0.05)
    s.text(0.07, 0.685, "公民身份号码", 0.045, LABEL)
    s.text(0.30, 0.68, who.id_number, 0.06, spread=0.012)
    s.text(0.07, 0.795, "签发机关", 0.045, LABEL)
    s.text(0.30, 0.795, who.address[:6] + "公安局", 0.05)
    s.text(0.07, 0.89, "有效期限", 0.045, LABEL)
    s.text(0.30, 0.89, "2026.11.01-2027.02.01", 0.05)
    return s.done()


def _passport(who: Person, rng: random.Random) -> Pixels:
    s = Sheet(Kind.PASSPORT, (240, 230, 226), rng)
    s.guilloche((230, 208, 210), 60)
    s.portrait(0.04, 0.2, 0.29, 0.68)
    number = f"E{rng.randrange(10**8):08d}"
    s.text(0.34, 0.05, "护照 PASSPORT", 0.035, LABEL)
    s.text(0.34, 0.12, "P", 0.04)
    s.text(0.48, 0.12, "CHN", 0.04)
    s.text(0.68, 0.11, number, 0.055)
    for x, y, label, value in (
        (0.34, 0.2, "姓名/Name", who.name + "  XIANG, GUAN"),
        (0.34, 0.34, "性别/Sex", who.sex + "/M"),
        (0.48, 0.34, "国籍/Nationality", "中国/CHINESE"),
        (0.72, 0.34, "出生日期/Date of birth", f"{who.born:%d %m月 %Y}"),
        (0.34, 0.44, "出生地点/Place of birth", "浙江/ZHEJIANG"),
        (0.66, 0.44, "签发日期/Date of issue", "12 6月/JUN 2021"),
        (0.34, 0.54, "签发地点/Place of issue", "浙江/ZHEJIANG"),
        (0.66, 0.54, "有效期至/Date of expiry", "11 6月/JUN 2031"),
        (0.34, 0.64, "签发机关/Authority", "国家移民管理局"),
    ):
        s.text(x, y, label, 0.022, LABEL)
        s.text(x, y + 0.032, value, 0.038)
    for y, line in ((0.82, "P<CHNXIANG<<GUAN"), (0.9, number + "7CHN9001011M3106115")):
        line = line.ljust(44, "<")
        for n, character in enumerate(line):
            s.text(0.035 + n * 0.0212, y, character, 0.042)
    return s.done()


def _bank(who: Person, rng: random.Random) -> Pixels:
    ground = rng.choice([(176, 36, 48), (28, 84, 160), (30, 120, 90), (52, 52, 60), (206, 160, 70)])
    s = Sheet(Kind.BANK_CARD, ground, rng)
    for n in range(12):
        shade = tuple(min(255, c + 3 * n) for c in ground)
        s.draw.ellipse((500 + 20 * n, -300 + 30 * n, 1500, 700 - 20 * n), fill=shade)
    bank, number = next(iter(who.cards.items()))
    light = (242, 242, 240)
    s.text(0.08, 0.09, bank, 0.085, light)
    s.draw.rounded_rectangle(
        (0.08 * s.wide, 0.3 * s.high, 0.205 * s.wide, 0.47 * s.high), 14, fill=(214, 182, 96)
    )
    for n in range(3):
        y = (0.335 + 0.045 * n) * s.high
        s.draw.line((0.08 * s.wide, y, 0.205 * s.wide, y), fill=(150, 120, 50), width=3)
    s.text(0.08, 0.53, " ".join(number[n : n + 4] for n in range(0, 19, 4)), 0.085, light)
    s.text(0.45, 0.71, "12/31", 0.05, light)
    s.text(0.08, 0.83, "XIANG GUAN", 0.055, light)
    s.draw.rounded_rectangle(
        (0.74 * s.wide, 0.74 * s.high, 0.93 * s.wide, 0.92 * s.high), 16, fill=(240, 240, 240)
    )
    s.text(0.77, 0.79, "UnionPay", 0.05, (20, 80, 150))
    return s.done()


def _household(who: Person, rng: random.Random) -> Pixels:
    s = Sheet(Kind.HOUSEHOLD, (238, 238, 222), rng)
    s.guilloche((224, 230, 208), 70)
    s.text(0.34, 0.045, "常住人口登记卡", 0.05, spread=0.005)
    left, right, top, bottom, rows = 0.05, 0.95, 0.13, 0.92, 10
    line = (70, 80, 70)
    for n in range(rows + 1):
        y = (top + (bottom - top) * n / rows) * s.high
        s.draw.line((left * s.wide, y, right * s.wide, y), fill=line, width=3)
    for x in (left, 0.17, 0.5, 0.65, right):
        s.draw.line((x * s.wide, top * s.high, x * s.wide, bottom * s.high), fill=line, width=3)
    words = [
        ("姓名", who.name, "户主或与户主关系", "户主"), ("曾用名", "", "性别", who.sex),
        ("出生地", who.address[:6], "民族", "汉"),
        ("籍贯", who.address[:3], "出生日期", f"{who.born}"), ("其他住址", "", "宗教信仰", ""),
        ("身份证号", who.id_number, "身高 血型", ""), ("文化程度", "大学", "婚姻状况", "未婚"),
        ("服务处所", who.employer, "职业", ""), ("何时迁来", "", "", ""), ("何时迁来", "", "", ""),
    ]  # fmt: skip
    for n, row in enumerate(words):
        y = top + (bottom - top) * (n + 0.28) / rows
        for x, word in zip((0.06, 0.19, 0.51, 0.67), row, strict=True):
            s.text(x, y, word, 0.028 if x in (0.06, 0.51) else 0.034)
    s.text(0.06, 0.945, "承办人签章                登记日期  2019年3月5日", 0.028)
    box = (0.66 * s.wide, 0.8 * s.high, 0.86 * s.wide, 0.98 * s.high)
    s.draw.ellipse(box, outline=(206, 50, 50), width=8)
    s.text(0.71, 0.88, "户口专用", 0.035, (206, 50, 50))
    return s.done()


_DRAWN = {
    Kind.ID_FRONT: _front,
    Kind.ID_BACK: _back,
    Kind.TEMPORARY_ID: _temporary,
    Kind.PASSPORT: _passport,
    Kind.BANK_CARD: _bank,
    Kind.HOUSEHOLD: _household,
}


def table(name: str, wide: int, high: int, seed: int) -> Pixels:
    """A ground to lay papers on: wood, cloth, marble, white, dark."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, (high // 4, wide // 4)).astype(np.float32)

    def smooth(x: float, y: float) -> NDArray[np.float32]:
        field = cv2.GaussianBlur(noise, (0, 0), sigmaX=x, sigmaY=y)
        field = cv2.resize(field, (wide, high), interpolation=cv2.INTER_CUBIC)
        return np.asarray(field / (field.std() + 1e-6), np.float32)

    base, depth = {
        "wood": ((150, 108, 70), 16 * smooth(40, 1.2) + 6 * smooth(3, 0.6)),
        "cloth": ((120, 124, 130), 14 * smooth(0.8, 0.8)),
        "marble": ((222, 222, 220), 9 * smooth(14, 14) + 3 * smooth(2, 2)),
        "white": ((246, 246, 244), 1.5 * smooth(2, 2)),
        "dark": ((44, 46, 52), 6 * smooth(1, 1)),
    }[name]
    ground = np.array(base, np.float32) + depth[..., None]
    return np.asarray(np.clip(ground, 0, 255), np.uint8)


def photo(
    kind: Kind,
    seed: int,
    ground: str = "wood",
    turn: float = 0.0,
    tilt: float = 0.1,
    size: tuple[int, int] = (1600, 1200),
    share: float = 0.6,
) -> Shot:
    """One paper photographed: turned by `turn` degrees, perspective by `tilt`, filling `share` of
    the picture's shorter way."""
    wide, high = size
    rng = np.random.default_rng(seed)
    flat = paper(kind, seed)
    h, w = flat.shape[:2]
    long = share * min(wide, high) * (1.25 if abs(turn) % 180 < 45 else 1.0)
    scale = long / w
    corners = np.array([(-w, -h), (w, -h), (w, h), (-w, h)], np.float64) / 2 * scale
    corners *= 1 + tilt * rng.uniform(-0.5, 0.5, (4, 1))
    angle = np.radians(turn)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = corners @ spin.T + np.array([wide, high]) / 2 + rng.uniform(-20, 20, 2)
    picture = table(ground, wide, high, seed).astype(np.float32)
    picture = _lay(picture, flat, corners, kind is not Kind.PASSPORT and kind is not Kind.HOUSEHOLD)
    light = (
        np.linspace(0.88, 1.06, wide)[None, :, None] * np.linspace(1.03, 0.93, high)[:, None, None]
    )
    picture = cv2.GaussianBlur(picture * light.astype(np.float32), (0, 0), 0.8)
    picture += rng.normal(0, 2.5, picture.shape).astype(np.float32)
    return Shot(np.clip(picture, 0, 255).astype(np.uint8), [(kind, corners)])


def a4_scan(
    seed: int,
    kinds: tuple[Kind, ...] = (Kind.ID_FRONT, Kind.ID_BACK),
    dpi: int = 200,
    turns: tuple[float, ...] = (1.2, -0.8),
) -> Shot:
    """An A4 page from a flatbed scanner with cards at true size, one below the other."""
    wide, high = round(8.27 * dpi), round(11.69 * dpi)
    rng = np.random.default_rng(seed)
    picture = np.full((high, wide, 3), 250, np.float32)
    truth = []
    for n, (kind, turn) in enumerate(zip(kinds, turns, strict=True)):
        flat = paper(kind, seed)
        h, w = flat.shape[:2]
        corners = np.array([(-w, -h), (w, -h), (w, h), (-w, h)], np.float64) / 2 * (dpi / 300)
        angle = np.radians(turn)
        spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        corners = corners @ spin.T + (wide / 2, high * (n + 0.8) / (len(kinds) + 0.6))
        picture = _lay(picture, flat, corners, True)
        truth.append((kind, corners))
    picture += rng.normal(0, 1.5, picture.shape)
    return Shot(np.clip(picture, 0, 255).astype(np.uint8), truth)


def _lay(picture: NDArray[Any], flat: Pixels, corners: Corners, rounded: bool) -> NDArray[Any]:
    """The paper on the picture, with round corners and a soft shadow."""
    h, w = flat.shape[:2]
    mask = Image.new("L", (w, h), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, w - 1, h - 1), 37 if rounded else 4, fill=255)
    source = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    size = (picture.shape[1], picture.shape[0])
    warped = cv2.warpPerspective(flat, matrix, size, flags=cv2.INTER_AREA)
    shape = cv2.warpPerspective(np.asarray(mask), matrix, size).astype(np.float32)[..., None] / 255
    shadow = cv2.GaussianBlur(np.roll(shape[..., 0], (5, 4), (0, 1)), (0, 0), 5)[..., None]
    return np.asarray((picture * (1 - 0.22 * shadow)) * (1 - shape) + warped * shape)
