"""What a person who reads only Chinese meets: every word of it Chinese, every mistake mended."""

from __future__ import annotations

from pathlib import Path

import pytest

PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 4


@pytest.mark.parametrize(
    ("command", "held"), [("check", ()), ("read", ()), ("check", ("身份证.jpg",))]
)
def test_a_folder_with_nothing_to_read_says_so(
    run, tmp_path: Path, command: str, held: tuple[str, ...]
) -> None:
    folder = tmp_path / "导出"
    folder.mkdir()
    for name in held:
        (folder / name).write_bytes(PICTURE)
    done = run(command, folder, lang="zh-CN")
    assert done.returncode == 3
    assert f"{folder} 里没有能读的资料" in done.stderr


def test_the_systems_own_words_are_said_in_chinese(run, tmp_path: Path) -> None:
    done = run("screen", "没有这个.txt", lang="zh-CN")
    assert done.returncode == 3
    assert "打不开（没有这个文件或文件夹）" in done.stderr
    (tmp_path / "页.html").mkdir()
    run("init")
    done = run("report", "--html", tmp_path / "页.html", lang="zh-CN")
    assert done.returncode == 3
    assert "写不进去（这是一个文件夹）" in done.stderr


def test_what_to_install_is_quoted_as_every_shell_takes_it(run, tmp_path: Path) -> None:
    """Single quotes are part of the word in cmd of Windows."""
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "PIL.py").write_text("raise ImportError('blocked')\n")
    (tmp_path / "纸.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = run(
        "evidence", "signatures", "--questioned", f"{tmp_path / '纸.png'},text=林",
        "--sample", f"{tmp_path / '纸.png'},text=林", lang="zh-CN", PYTHONPATH=str(blocked),
    )  # fmt: skip
    assert done.returncode == 5
    assert 'pip install "notmyloan[seal]"' in done.stderr


def test_columns_that_nobody_knows_are_asked_for(run, tmp_path: Path) -> None:
    table = tmp_path / "奇怪.csv"
    table.write_text("甲,乙\n1,2\n3,4\n", encoding="utf-8")
    done = run("columns", table, lang="zh-CN")
    assert done.returncode == 0
    assert "请在终端里运行：notmyloan columns" in done.stdout
