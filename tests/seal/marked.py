"""A sealed card with forty recipients, drawn once for the tests of the marks."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import cv2
import numpy as np
import papers

from notmyloan.seal.copy import seal_copy
from notmyloan.seal.detect import Copy, Result, whose
from notmyloan.seal.endorsement import ink_for, lay_out
from notmyloan.seal.keepout import keep_out
from notmyloan.seal.kinds import Kind
from notmyloan.seal.layout import Layout, Pixels
from notmyloan.seal.register import Original, prepare

KEY = bytes(range(32))
LAYOUTS = {"one": ("办理储蓄卡开户", "甲银行杭州分行"), "two": ("入职登记", "乙科技有限公司"),
           "three": ("租房合同备案", "丙房产经纪")}  # fmt: skip
COPIES = [Copy(f"c{n}", list(LAYOUTS)[n % 3]) for n in range(40)]


@lru_cache
def original(seed: int = 3, kind: Kind = Kind.ID_FRONT) -> Original:
    return prepare(papers.paper(kind, seed))


@lru_cache
def layouts(seed: int = 3, kind: Kind = Kind.ID_FRONT) -> dict[str, Layout]:
    flat = original(seed, kind).pixels
    size = (flat.shape[1], flat.shape[0])
    boxes = keep_out(kind, size, flat)
    return {
        name: lay_out(*words, date(2026, 11, 24), kind, size, "zh-CN", boxes, ink=ink_for(flat))
        for name, words in LAYOUTS.items()
    }


@lru_cache
def sealed(number: int = 7, seed: int = 3, key: bytes = KEY, kind: Kind = Kind.ID_FRONT) -> Pixels:
    copy = COPIES[number]
    layout = layouts(seed, kind)[copy.layout]
    return seal_copy(original(seed, kind).pixels, layout, key, copy.id)


def ask(suspect: Pixels, key: bytes = KEY, seed: int = 3, kind: Kind = Kind.ID_FRONT) -> Result:
    known = original(seed, kind)
    return whose(np.ascontiguousarray(suspect), known, key, COPIES, layouts(seed, kind))


def named(result: Result) -> list[str]:
    return [m.copy.id for m in result.matches]


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    done, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def turned(pixels: Pixels, angle: float) -> Pixels:
    high, wide = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 0.8)
    return np.asarray(cv2.warpAffine(pixels, matrix, (wide, high), flags=cv2.INTER_CUBIC))


def copied(pixels: Pixels) -> Pixels:
    """A photocopy in black and white."""
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (0, 0), 0.9)
    grey = grey + np.random.default_rng(3).normal(0, 5, grey.shape)
    return np.repeat(((grey > 150) * 255).astype(np.uint8)[..., None], 3, axis=2)


def scaled(pixels: Pixels, side: int) -> Pixels:
    scale = side / max(pixels.shape[:2])
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
