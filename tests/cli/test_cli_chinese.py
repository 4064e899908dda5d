"""What a person who reads only Chinese meets: every word of it Chinese, every mistake mended."""

from __future__ import annotations

import gettext
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import notmyloan
from notmyloan.locale import Speaker
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.text import Text

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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lost"], "请写明丢了什么。可以写：手机、SIM卡、银行卡、身份证。"),
        (["lost", "钱包"], "不认识“钱包”。可以写：手机、SIM卡、银行卡、身份证。"),
        (["dismiss"], "请写明编号。"),
        (["dismiss", "3"], "缺少选项 --reason。"),
        (["dismiss", "三", "--reason", "x"], "'编号' 的值不对：'三' 不是整数。"),
        (["me", "--add", "银行咔"], "不认识“银行咔”。"),
        (["completion"], "可以写：bash、zsh、fish。"),
        (["case", "playbooks", "没有"], "没有名为 没有 的办法"),
    ],
)
def test_wrong_usage_is_told_in_chinese_alone(run, words: list[str], said: str) -> None:
    done = run(*words, lang="zh-CN")
    assert done.returncode == 2
    assert said in done.stderr
    for english in ("OPTIONS", "NUMBER", "Missing", "integer", "Choose"):
        assert english not in done.stderr


def test_choices_are_typed_in_either_language(run) -> None:
    run("init")
    for kind, tail in (("银行卡", "4321"), ("card", "8765")):
        done = run("me", "--add", kind, "--value", tail, "--institution", "某银行", lang="zh-CN")
        assert done.returncode == 0
    listed = run("me", "--json", lang="zh-CN").stdout
    assert listed.count('"owned_kind":"card"') == 2
    assert run("lost", "身份证", lang="zh-CN").returncode == 0
    assert run("lost", "身份证", lang="en").returncode == 0


def _sets() -> Iterator[tuple[str, frozenset[str]]]:
    """Every choice with words of its own, by the name of its entry, with its values."""
    import click

    from notmyloan.cli.main import build
    from notmyloan.cli.options import Words

    def walk(command: click.Command, context: click.Context) -> Iterator[Words]:
        yield from (p.type for p in command.params if isinstance(p.type, Words))
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                verb = command.get_command(context, name)
                assert verb is not None
                yield from walk(verb, click.Context(verb, parent=context))

    root = build()
    for kind in walk(root, click.Context(root)):
        yield kind.words, frozenset(kind.choices)


def test_every_choice_has_its_words() -> None:
    """None is forgotten when one is added, none is kept that is gone, no two share a word."""
    checked = 0
    for name, values in set(_sets()):
        entries = Speaker("zh_CN").say(Text(f"cli.words.{name}")).split()
        assert {entry.partition("=")[0] for entry in entries} == values, name
        known = [entry.partition("=")[2] for entry in entries if "=" in entry]
        words = [word for each in known for word in each.split(",")]
        assert len(words) == len(set(words)), name
        checked += 1
    assert checked > 8


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_passphrase_may_be_mistyped_twice_and_is_never_short(tmp_path: Path) -> None:
    vault = tmp_path / "v.notmyloan"
    good = "互不相关四个词语"
    made = _typed([*(["短"] * 2), *([good] * 2)], "--vault", str(vault), "init")
    assert made.count("至少要8个字符") == 1
    opened = _typed(["错", good], "--vault", str(vault), "findings")
    assert opened.count("口令不对，请再输入一次") == 1
    assert "打不开" not in opened
    refused = _typed(["错"] * 3, "--vault", str(vault), "findings")
    assert refused.count("口令不对，请再输入一次") == 2
    assert "这个口令打不开保险库" in refused


def _typed(answers: list[str], *words: str) -> str:
    """What the terminal shows while each prompt is answered in turn."""
    import pty

    environ = {k: v for k, v in os.environ.items() if not k.startswith("NOTMYLOAN_")}
    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, "-m", "notmyloan", "--lang", "zh-CN", *words]
        os.execve(sys.executable, command, environ)
    shown, told = b"", 0
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
            if answers and shown.count("：".encode(), told) and shown.endswith("：".encode()):
                told = len(shown)
                os.write(terminal, answers.pop(0).encode() + b"\n")
    except OSError:  # Linux: the other side is closed
        pass
    os.waitpid(child, 0)
    return shown.decode()


def test_long_waits_are_told_in_hours(run) -> None:
    shown = run("lost", "银行卡", "--plain", lang="zh-CN").stdout
    assert "24小时  带身份证到柜台换卡" in shown
    assert "1440" not in shown
    assert "24 h  " in run("lost", "card", "--plain").stdout


def test_formats_are_called_by_names_that_people_know() -> None:
    """Every reader that this package registers, in both languages."""
    for point in entry_points(group="notmyloan.readers"):
        if not point.value.startswith("notmyloan."):
            continue  # the example of a plugin, where it is installed
        name = point.load().format
        for speaker in (Speaker("zh_CN"), Speaker("en")):
            assert speaker.format(name) != name, name
    assert Speaker("zh_CN").format("their_own") == "their_own"


def test_no_chinese_sentence_sends_to_an_english_page_or_uses_english_marks() -> None:
    folder = Path(notmyloan.__file__).parent / "locale/zh_CN/LC_MESSAGES"
    for book in sorted(folder.glob("*.mo")):
        with book.open("rb") as stream:
            sentences = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
        for key, said in sentences.items():
            if not key:
                continue
            assert not re.search(r"docs/[a-z-]+\.md", said), key
            assert not re.search(r"[\u4e00-\u9fff] ?\([^)]*[\u4e00-\u9fff]", said), key
            assert "`" not in said, key


def test_a_listed_card_is_not_proposed_again_under_another_name_of_its_bank(
    run, tmp_path: Path
) -> None:
    """A list says 中国工商银行, the messages are signed 工商银行."""
    sms = "".join(
        f'<sms protocol="0" address="95588" date="{1761000000000 + day * 86_400_000}" type="1" '
        f'body="【工商银行】您尾号1008的储蓄卡消费支出{day + 20}.50元，余额{9000 - day}.00元。" />'
        for day in range(12)
    )
    (tmp_path / "sms.xml").write_text(
        f"<?xml version='1.0' encoding='UTF-8' ?>\n<smses count=\"12\">{sms}</smses>",
        encoding="utf-8",
    )
    assert run("check", tmp_path / "sms.xml", lang="zh-CN").returncode in (0, 1)
    assert "1008" in run("me", "--list", lang="zh-CN").stdout  # proposed: nothing is known yet
    listed = {"NOTMYLOAN_VAULT": str(tmp_path / "listed.notmyloan")}
    run("init", **listed)
    run("me", "--add", "card", "--value", "1008", "--institution", "中国工商银行", **listed)
    assert run("check", tmp_path / "sms.xml", **listed).returncode in (0, 1)
    assert run("me", "--list", **listed).stdout.count("1008") == 1


def test_what_gathers_the_rest_stands_behind_its_like() -> None:
    """20 more before those that it comes after reads as a mistake."""
    one = Finding(
        "scam", ("s:a",), Severity.HIGH, Verdict.NOTICE, 0.7, Text("core.system.gone"), (), ()
    )
    rest = replace(one, subject=("others",), confidence=0.9)
    assert sorted([rest, one], key=Finding.rank) == [one, rest]
