"""Help pages fit a terminal in both languages."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.cli.help_layout import wrap
from notmyloan.cli.main import COMMANDS
from notmyloan.locale.width import columns

CLOSING = "，。、；：？！）》」』】”…"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_no_line_is_wider_than_the_terminal(command: str, language: str) -> None:
    words = ["--lang", language, *([command] if command else []), "--help"]
    page = subprocess.run(
        [sys.executable, "-m", "notmyloan", *words],
        capture_output=True, text=True, check=True, env={"COLUMNS": "80", "PATH": ""},
    ).stdout  # fmt: skip
    before, _, _ = page.partition("  例子：" if language == "zh-CN" else "  Examples:")
    for line in before.splitlines():
        # A list of choices is one word: nothing may be cut out of it.
        assert columns(line) <= 80 or "|" in line, line
        assert not line.strip().startswith(tuple(CLOSING)), line


@given(st.text(alphabet="中文，。（）“”贷款 abc1 -", max_size=200), st.integers(4, 90))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert columns(line) <= width or len(line.split()) == 1
