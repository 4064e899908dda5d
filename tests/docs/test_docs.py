"""The docs are run: every `console` block in order, the Python block of the README, the command
reference, and every link to a file."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
CONSOLE = re.compile(r"^( *)```console\n(.*?)^\1```", re.M | re.S)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def commands(page: Path) -> list[str]:
    return [
        line.strip().removeprefix("$ ")
        for _, block in CONSOLE.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.strip().startswith("$ ")
    ]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "passphrase"
    secret.write_text("four unrelated made up words\n")
    return os.environ | {
        "NOTMYLOAN_PASSPHRASE_FILE": str(secret),
        "NOTMYLOAN_VAULT": str(tmp_path / "vault"),
        "NOTMYLOAN_NOW": "2026-11-20T20:00:00+08:00",
    }


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda p: p.name)
def test_console_blocks_run(
    page: Path, life: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    (tmp_path / "exports").symlink_to(life / "exports", target_is_directory=True)
    for command in commands(page):
        words = shlex.split(command)
        assert words[0] == "notmyloan", command
        done = subprocess.run(
            [sys.executable, "-m", "notmyloan", *words[1:]],
            capture_output=True, text=True, cwd=tmp_path, env=environ, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode in (0, 1), f"{command}: {done.stderr}"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_python_block_runs(name: str, life: Path, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.S)
    assert found
    (tmp_path / "exports").symlink_to(life / "exports", target_is_directory=True)
    code = found.group(1)
    path = re.search(r'Path\("(exports/[^"]+)"\)', code)
    assert path
    assert (tmp_path / path.group(1)).exists(), path.group(1)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "loan_solicitation" in done.stdout


@pytest.mark.parametrize("name", ["library.md", "library.zh-CN.md"])
def test_the_library_examples_run(name: str, life: Path, tmp_path: Path) -> None:
    blocks = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / name).read_text(encoding="utf-8"), re.S
    )
    assert len(blocks) == 3
    (tmp_path / "exports").symlink_to(life / "exports", target_is_directory=True)
    said = []
    for block in blocks:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block],
            capture_output=True, text=True, cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert "alipay" in said[0]
    assert "2026" in said[1]
    assert "9,000" in said[2]


@pytest.mark.parametrize(
    "package",
    ["country", "guard", "read", "respond", "seal", "story", "trace", "vault"],
)
def test_every_name_of_a_package_is_there(package: str) -> None:
    module = importlib.import_module(f"notmyloan.{package}")
    assert all(hasattr(module, name) for name in module.__all__)


def test_the_command_reference_is_current() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/cli-reference"), "--check"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    missing = [
        link
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert not missing


def test_both_readmes_have_the_same_commands() -> None:
    """The same programs and options; names and purposes are in the reader's language."""

    def shape(name: str) -> list[list[str]]:
        lines = [shlex.split(command) for command in commands(ROOT / name)]
        return [[w for n, w in enumerate(line) if n < 2 or w.startswith("-")] for line in lines]

    assert shape("README.md") == shape("README.zh-CN.md")
