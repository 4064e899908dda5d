"""What happens to a leaked copy: routes, copiers, photos and people who want the mark gone.

Each attack takes the copy (RGB), a random generator and its dots an inch. Printers, copiers,
cameras and chat apps are simulated: halftone screens, dot gain, blur, grain, uneven light,
perspective, pixel grids, chroma subsampling. No real device has been measured.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

Picture = np.ndarray
Attack = Callable[[Picture, np.random.Generator, int], Picture]

STANDARD, COPIER, HARD, SMALL = 0.995, 0.98, 0.97, 0.90


@dataclass(frozen=True)
class Row:
    """`card`, `page`: the share that must be named; None where nothing was laid down."""

    name: str
    attack: Attack
    card: float | None = STANDARD
    page: float | None = STANDARD


def clipped(picture: Picture) -> Picture:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def rgb(grey: Picture) -> Picture:
    return np.repeat(clipped(grey)[..., None], 3, axis=2)


def grey_of(picture: Picture) -> Picture:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)


def jpeg(picture: Picture, quality: int) -> Picture:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling=2)
    return np.asarray(Image.open(file).convert("RGB"))


def longest(picture: Picture, side: int) -> Picture:
    """No longer than `side` pixels."""
    scale = side / max(picture.shape[:2])
    if scale >= 1:
        return picture
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def chat(side: int, quality: int, times: int = 1) -> Attack:
    def run(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
        for n in range(times):
            picture = jpeg(longest(picture, side), quality)
            if n + 1 < times:  # clients crop or scale by a pixel between
                high, wide = picture.shape[:2]
                picture = cv2.resize(picture, (wide - 1, high - 1), interpolation=cv2.INTER_LINEAR)
        return picture

    return run


def half(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    high, wide = picture.shape[:2]
    small = cv2.resize(picture, (wide // 2, high // 2), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (wide, high), interpolation=cv2.INTER_CUBIC)


def screenshot(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    """Shown on a phone of 1080 x 2340 pixels between bars and buttons."""
    screen = np.full((2340, 1080, 3), int(rng.choice([0, 18, 245])), np.uint8)
    scale = min(1080 / picture.shape[1], 1900 / picture.shape[0]) * rng.uniform(0.85, 1)
    shown = cv2.resize(picture, None, fx=scale, fy=scale,
                       interpolation=cv2.INTER_LINEAR if scale > 0.7 else cv2.INTER_AREA)  # fmt: skip
    y = (2340 - shown.shape[0]) // 2 + int(rng.integers(-60, 60))
    x = (1080 - shown.shape[1]) // 2
    screen[y : y + shown.shape[0], x : x + shown.shape[1]] = shown
    cv2.putText(screen, "12:07", (40, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.3, (128, 128, 128), 3)
    for n in range(4):
        cv2.circle(screen, (150 + 260 * n, 2260), 34, (128, 128, 128), 4)
    return jpeg(screen, 85)


def crop(share: float) -> Attack:
    """A piece with `share` of the area, anywhere, of another shape."""

    def run(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
        high, wide = picture.shape[:2]
        shape = np.exp(rng.uniform(-0.25, 0.25))
        w = min(round(wide * np.sqrt(share) * shape), wide)
        h = min(round(high * np.sqrt(share) / shape), high)
        x, y = rng.integers(0, wide - w + 1), rng.integers(0, high - h + 1)
        return jpeg(np.ascontiguousarray(picture[y : y + h, x : x + w]), 85)

    return run


def rotate(least: float, most: float) -> Attack:
    def run(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
        high, wide = picture.shape[:2]
        turn = rng.uniform(least, most) * rng.choice([-1, 1])
        c, s = abs(np.cos(np.radians(turn))), abs(np.sin(np.radians(turn)))
        w, h = round(wide * c + high * s), round(wide * s + high * c)
        matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), turn, 1)
        matrix[:, 2] += (w - wide) / 2, (h - high) / 2
        return jpeg(cv2.warpAffine(picture, matrix, (w, h), flags=cv2.INTER_CUBIC), 85)

    return run


def turned(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    return jpeg(np.ascontiguousarray(np.rot90(picture, int(rng.integers(1, 4)))), 80)


def mirror(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    return jpeg(np.ascontiguousarray(picture[:, ::-1]), 80)


def bend(pixels: float) -> Attack:
    def run(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
        high, wide = picture.shape[:2]
        y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
        a, b = rng.uniform(0, 6, 2)
        move_x = pixels * np.sin(y / high * rng.uniform(4, 9) + a)
        move_y = pixels * np.sin(x / wide * rng.uniform(4, 9) + b)
        return cv2.remap(picture, (x + move_x).astype(np.float32),
                         (y + move_y).astype(np.float32), cv2.INTER_CUBIC,
                         borderMode=cv2.BORDER_REPLICATE)  # fmt: skip

    return run


def blur(sigma: float) -> Attack:
    return lambda picture, rng, dpi: cv2.GaussianBlur(picture, (0, 0), sigma)


def noise(sigma: float) -> Attack:
    return lambda picture, rng, dpi: clipped(picture + rng.normal(0, sigma, picture.shape))


def denoise(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    """Non-local means, heavily."""
    return cv2.fastNlMeansDenoisingColored(picture, None, 8, 8, 5, 15)


def bilateral(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    return cv2.bilateralFilter(picture, 9, 40, 5)


def median(size: int) -> Attack:
    return lambda picture, rng, dpi: cv2.medianBlur(picture, size)


def light(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    """Brightness, contrast and gamma, then a colour filter."""
    value = (picture / 255.0) ** rng.uniform(0.6, 1.6)
    value = (value - 0.5) * rng.uniform(0.6, 1.5) + 0.5 + rng.uniform(-0.15, 0.15)
    return jpeg(clipped(value * rng.uniform(0.85, 1.1, 3) * 255), 80)


def equalise(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    """What document scanners on phones call "enhance"."""
    grey = grey_of(picture)
    ground = cv2.GaussianBlur(cv2.dilate(grey, np.ones((15, 15))), (0, 0), 25)
    flat = picture / np.maximum(ground, 30)[..., None]
    return jpeg(clipped((flat * 1.25 - 0.2) * 255), 80)


def screened(plane: Picture, lines: float, angle: float) -> Picture:
    """A clustered-dot halftone: 0 or 1 for each pixel, `lines` pixels from dot to dot."""
    high, wide = plane.shape
    a = np.radians(angle)
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    u = (x * np.cos(a) + y * np.sin(a)) * (2 * np.pi / lines)
    v = (y * np.cos(a) - x * np.sin(a)) * (2 * np.pi / lines)
    level = 0.5 + 0.25 * (np.cos(u) + np.cos(v))
    return (plane / 255 > level * 0.98 + 0.01).astype(np.float32)


def printed(picture: Picture, rng: np.random.Generator, dpi: int, colour: bool = True) -> Picture:
    """On paper by a laser printer, seen at the picture's own fineness: a screen of 141 lines an
    inch drawn at twice to thrice the dots, ink that spreads, paper that is not white."""
    times = 2 if max(picture.shape) < 1400 else 1.5
    if not colour:
        picture = rgb(grey_of(picture))
    large = cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
    lines = max(dpi * times / 141, 2.5)
    planes = []
    turn = rng.uniform(0, 90)
    for n in range(3 if colour else 1):
        dots = screened(large[..., n].astype(np.float32), lines, turn + 30 * n)
        spread = cv2.GaussianBlur(dots, (0, 0), 0.30 * lines)
        planes.append(np.clip(spread * 1.02, 0, 1) ** 1.25)
    seen = np.dstack(planes if colour else planes * 3)
    seen = cv2.resize(seen, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_AREA)
    return 22 + 224 * seen  # black is not black, paper is not white


def scanned(paper: Picture, rng: np.random.Generator, dpi: int, at: int) -> Picture:
    """On a flatbed at `at` dots an inch, a little askew, with a margin."""
    scale = at / dpi
    high, wide = paper.shape[:2]
    margin = round(0.03 * max(high, wide))
    paper = cv2.copyMakeBorder(paper, *[margin] * 4, cv2.BORDER_CONSTANT, value=(240, 240, 240))
    paper = cv2.GaussianBlur(paper, (0, 0), max(0.45 / scale, 0.5))
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), rng.uniform(-1.5, 1.5), 1)
    paper = cv2.warpAffine(paper, turn, (paper.shape[1], paper.shape[0]),
                           borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    paper = cv2.resize(paper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return clipped(paper + rng.normal(0, 3, paper.shape))


def print_scan(at: int) -> Attack:
    return lambda picture, rng, dpi: jpeg(
        scanned(printed(picture, rng, dpi).astype(np.float32), rng, dpi, at), 80
    )


def copier(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    """A grey photocopy, scanned: light, contrast, toner specks."""
    paper = cv2.GaussianBlur(grey_of(picture), (0, 0), 0.9)
    paper = np.clip((paper - 128) * 1.5 + 150, 0, 255)
    paper = printed(rgb(paper), rng, dpi, colour=False)[..., 0].astype(np.float32)
    specks = rng.random(paper.shape) < 3e-4
    paper[specks] -= 120
    paper += 5 * cv2.GaussianBlur(rng.normal(0, 1, paper.shape), (0, 0), 20) * 20
    return scanned(rgb(paper).astype(np.float32), rng, dpi, dpi)


def copier_twice(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    return copier(copier(picture, rng, dpi), rng, dpi)


def binary(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    """Black and white by one threshold, as fax and "document" scans make it."""
    grey = cv2.GaussianBlur(grey_of(picture), (0, 0), rng.uniform(0.6, 1.1))
    grey += rng.normal(0, 5, grey.shape)
    return rgb((grey > rng.uniform(130, 165)) * 255)


def adaptive(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    grey = cv2.GaussianBlur(grey_of(picture), (0, 0), rng.uniform(0.6, 1.1))
    grey = clipped(grey + rng.normal(0, 5, grey.shape))
    return rgb(cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C,
                                     cv2.THRESH_BINARY, 51, 12))  # fmt: skip


def binary_copy(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    return adaptive(copier(picture, rng, dpi), rng, dpi)


def ground(wide: int, high: int, rng: np.random.Generator) -> Picture:
    small = rng.normal(0, 1, (high // 3 + 1, wide // 3 + 1)).astype(np.float32)
    grain = cv2.GaussianBlur(small, (0, 0), sigmaX=rng.uniform(2, 30), sigmaY=rng.uniform(1, 3))
    grain = cv2.resize(grain, (wide, high)) / (grain.std() + 1e-6)
    return rng.uniform(50, 210, 3) + 12 * grain[..., None]


def photographed(picture: Picture, rng: np.random.Generator, tilt: float = 0.12) -> Picture:
    """By hand: perspective, turned, on a table, uneven light, soft focus, grain."""
    high, wide = picture.shape[:2]
    size = (2016, 1512) if wide >= high else (1512, 2016)
    scale = rng.uniform(0.72, 0.9) * min(size[0] / wide, size[1] / high)
    box = np.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high)]) / 2 * scale
    box = box * (1 + tilt * rng.uniform(-0.5, 0.5, (4, 1)))
    a = np.radians(rng.uniform(-7, 7))
    box = box @ np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]).T + np.array(size) / 2
    source = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, box.astype(np.float32))
    if scale < 0.8:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.4 / scale)
    seen = cv2.warpPerspective(picture.astype(np.float32), matrix, size, flags=cv2.INTER_CUBIC)
    mask = cv2.warpPerspective(np.ones((high, wide), np.float32), matrix, size)[..., None]
    shot = ground(*size, rng) * (1 - mask) + seen * mask
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    lamp = rng.uniform(0.2, 0.8, 2) * size
    far = ((x - lamp[0]) ** 2 + (y - lamp[1]) ** 2) / (size[0] ** 2 + size[1] ** 2)
    shot *= (1.05 - 0.35 * far)[..., None] * rng.uniform(0.93, 1.05, 3)
    shot = cv2.GaussianBlur(shot, (0, 0), rng.uniform(0.7, 1.2))
    return jpeg(clipped(shot + rng.normal(0, 4, shot.shape)), 88)


def paper_photo(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    paper = bend(2.0)(clipped(printed(picture, rng, dpi)), rng, dpi)
    return photographed(paper, rng)


def screen_photo(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    """Of a monitor: the picture at 1.5 screen pixels, a grid between them, moire in the camera."""
    shown = longest(picture, 1300).astype(np.float32)
    large = cv2.resize(shown, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    grid = np.ones(large.shape, np.float32)
    grid[::2] *= 0.72
    for n in range(3):  # stripes of red, green and blue
        grid[:, n % 2 :: 2, n] *= 0.8
    return photographed(large * grid * 1.15, rng, 0.09)


def print_photo_chat(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    return chat(1280, 50)(paper_photo(picture, rng, dpi), rng, dpi)


def copy_photo_chat(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    return chat(1280, 60)(photographed(copier(picture, rng, dpi), rng), rng, dpi)


def shot_crop_chat(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    return chat(1280, 60)(crop(0.4)(screenshot(picture, rng, dpi), rng, dpi), rng, dpi)


def rotate_crop_jpeg(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    return jpeg(crop(0.4)(rotate(3, 15)(picture, rng, dpi), rng, dpi), 50)


def painted(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    """Bars and blots over 15 % of it."""
    out = picture.copy()
    high, wide = picture.shape[:2]
    covered = np.zeros((high, wide), bool)
    while covered.mean() < 0.15:
        w, h = int(wide * rng.uniform(0.05, 0.4)), int(high * rng.uniform(0.04, 0.15))
        x, y = rng.integers(0, wide - w), rng.integers(0, high - h)
        out[y : y + h, x : x + w] = rng.integers(0, 256, 3)
        covered[y : y + h, x : x + w] = True
    return jpeg(out, 85)


def erased(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    """The blue endorsement found by its colour and filled in from around it."""
    signed = picture.astype(np.int16)
    blue = signed[..., 2] - (signed[..., 0] + signed[..., 1]) // 2
    ground_blue = float(np.median(blue))
    mask = (np.abs(blue - ground_blue) > 22).astype(np.uint8)
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    small = cv2.inpaint(picture, mask, 3, cv2.INPAINT_TELEA)
    return jpeg(small, 85)


def overmarked(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    """Somebody else's seal on top: the same program with another key, and red words."""
    from notmyloan.seal import luma

    out = luma.embed(picture, rng.bytes(32), "other").copy()
    high, wide = out.shape[:2]
    for n in range(5):
        cv2.putText(out, "SAMPLE COPY ONLY 2026", (int(rng.integers(-60, 60)), int((n + 0.7) * high / 5)),
                    cv2.FONT_HERSHEY_DUPLEX, wide / 700, (200, 60, 60), max(wide // 500, 1), cv2.LINE_AA)  # fmt: skip
    return jpeg(out, 85)


def thumbnail(side: int) -> Attack:
    return lambda picture, rng, dpi: jpeg(longest(picture, side), 75)


def untouched(picture: Picture, rng: np.random.Generator, dpi: int) -> Picture:
    return picture


ROWS = (
    Row("untouched", untouched),
    *(Row(f"JPEG {q}", lambda p, r, d, q=q: jpeg(p, q)) for q in (90, 70, 50, 30)),
    Row("chat 1280 px q70", chat(1280, 70)),
    Row("chat 1280 px q50", chat(1280, 50)),
    Row("chat 1644 px q75", chat(1644, 75)),
    Row("chat 1920 px q75", chat(1920, 75)),
    Row("chat 1280 px q50, 5 times", chat(1280, 50, 5), HARD, HARD),
    Row("chat 1920 px q70, 5 times", chat(1920, 70, 5), HARD, HARD),
    Row("half size and back", half),
    Row("screenshot", screenshot),
    Row("crop to 50 %", crop(0.5)),
    Row("crop to 25 %", crop(0.25)),
    Row("crop to 10 %", crop(0.10), HARD, HARD),
    Row("rotated 1 to 5 degrees", rotate(1, 5)),
    Row("rotated 5 to 45 degrees", rotate(5, 45)),
    Row("turned by quarters", turned),
    Row("mirrored", mirror),
    Row("bent by 3 px", bend(3.0)),
    Row("blurred, sigma 2", blur(2.0)),
    Row("noise, sigma 15", noise(15)),
    Row("denoised", denoise),
    Row("bilateral filter", bilateral),
    Row("median 5", median(5)),
    Row("brightness and contrast", light),
    Row("scanner app's enhance", equalise),
    Row("grey photocopy", copier, COPIER, COPIER),
    Row("photocopy of a photocopy", copier_twice, COPIER, COPIER),
    Row("binarised by threshold", binary, COPIER, COPIER),
    Row("binarised adaptively", adaptive, COPIER, COPIER),
    Row("photocopy, binarised", binary_copy, COPIER, COPIER),
    Row("print and scan at 150 dpi", print_scan(150)),
    Row("photo of paper", paper_photo),
    Row("photo of a screen", screen_photo),
    Row("print, photo, chat", print_photo_chat, HARD, HARD),
    Row("photocopy, photo, chat", copy_photo_chat, None, None),
    Row("screenshot, crop, chat", shot_crop_chat),
    Row("rotated, cropped, JPEG 50", rotate_crop_jpeg),
    Row("15 % painted over", painted),
    Row("endorsement erased", erased),
    Row("another mark on top", overmarked),
    Row("thumbnail 480 px", thumbnail(480), STANDARD, SMALL),
    Row("thumbnail 320 px", thumbnail(320), HARD, None),
)
