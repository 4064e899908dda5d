"""The JSON reference is run: every key that a command prints is in it, and every command of it
prints what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[2]
OBJECTS = tomllib.loads((ROOT / "docs/json.toml").read_text(encoding="utf-8"))


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Every path of a value, as the reference writes them."""
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from paths(inside, f"{at}.{key}" if at else key)
        if not value and at:
            yield at
    elif isinstance(value, list):
        for inside in value:
            yield from paths(inside, f"{at}[]")
        if not value:
            yield f"{at}[]"
    else:
        yield at


def documented(path: str, names: set[str]) -> bool:
    """Whether a path is in the reference: itself, under an `object`, or a `.*` of any keys."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        if head in names or head.removesuffix("[]") in names:
            return True
        if ".".join([*parts[: length - 1], "*"]) in names:
            return True
    # An empty list or object stands for what it would hold.
    return any(name.startswith((path, f"{path.removesuffix('[]')}.")) for name in names)


@pytest.fixture(scope="module")
def folder(life: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("json")
    (folder / "passphrase").write_text("four unrelated made up words\n")
    (folder / "texts").write_text("您的验证码是123456，请勿告诉他人\n")
    scan = Image.new("L", (300, 90), 255)
    ImageDraw.Draw(scan).line([(20, 70), (120, 20), (260, 75)], 20, 6)
    scan.save(folder / "scan.png")
    call(folder, "-q", "check", str(life / "exports"))
    rows = [json.loads(line) for line in call(folder, "findings", "--json").splitlines()]
    rules = ("cr.unknown_account", "cr.unknown_enquiry")
    numbers = [str(row["number"]) for row in rows if row["rule"] in rules]
    call(folder, "case", "open", *numbers)
    call(folder, "case", "step", "1", "done", "--step", "demand", "--note", "x")
    call(folder, "case", "set", "1", "police.station=x")
    call(folder, "evidence", "add", str(folder / "texts"), "--case", "1")
    return folder


def call(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "notmyloan", *words],
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
        env=os.environ
        | {
            "NOTMYLOAN_PASSPHRASE_FILE": str(folder / "passphrase"),
            "NOTMYLOAN_VAULT": str(folder / "vault"),
            "NOTMYLOAN_NOW": "2026-11-20T20:00:00+08:00",
        },
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_every_key_that_is_printed_is_in_the_reference(folder: Path) -> None:
    for name, row in OBJECTS.items():
        names = {field["name"] for field in row["fields"]}
        seen: set[str] = set()
        for run in row["run"]:
            words = run.format(
                texts=folder / "texts", out=folder / "o", pack=folder / "p",
                scan=folder / "scan.png", sheet=folder / "sheet.pdf",
            ).split()  # fmt: skip
            lines = call(folder, *words, "--json").splitlines()
            assert lines, run
            for line in lines:
                seen |= set(paths(json.loads(line)))
        unknown = sorted(path for path in seen if not documented(path, names))
        assert not unknown, (name, unknown)
        # And what the reference promises at the top is really there.
        tops = {n.partition(".")[0].removesuffix("[]") for n in names} - {"id", "new"}
        printed = {path.partition(".")[0].removesuffix("[]") for path in seen}
        assert tops <= printed, (name, tops - printed)


def test_the_reference_is_current() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/json-reference"), "--check"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
