"""Every sentence exists in both languages, and every key that code uses exists."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from notmyloan.locale import LANGUAGES, Speaker, choose_language
from notmyloan.model.money import Money
from notmyloan.model.text import Text

ROOT = Path(__file__).parents[2]
# Keys written out in code, "domain.name.more"; those built with f-strings are checked by the
# tests of the part that builds them.
KEY = re.compile(
    r'(?:Text|say|tell|complain|t|\w*Error)\(\s*"((?:core|cli|read|credit|bills|screen|context|'
    r'reconcile|report|vault|country|respond|evidence|proof|seal|trace|alias|messages)\.[a-z0-9_.]+)"'
)


def test_catalogues_are_complete_and_compiled() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/catalogues"), "--check"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_every_key_in_the_code_can_be_said() -> None:
    speakers = [Speaker(language) for language in LANGUAGES]
    missing = {
        f"{path.relative_to(ROOT)}: {key} ({speaker.language})"
        for path in (ROOT / "src").rglob("*.py")
        for key in KEY.findall(path.read_text(encoding="utf-8"))
        for speaker in speakers
        if not speaker.knows(key)
    }
    assert not missing, "\n".join(sorted(missing))


@pytest.mark.parametrize(
    ("wanted", "environ", "language"),
    [
        ("zh-CN", {}, "zh_CN"),
        ("zh", {"LANG": "en_US.UTF-8"}, "zh_CN"),
        ("en-GB", {"LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        (None, {"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_the_language_follows_the_option_then_the_environment(
    wanted: str | None, environ: dict[str, str], language: str
) -> None:
    assert choose_language(wanted, environ) == language


def test_values_are_told_as_the_language_does() -> None:
    english, chinese = Speaker("en"), Speaker("zh_CN")
    at = datetime(2026, 3, 5, 16, 30, tzinfo=UTC)
    assert english.moment(at) == "2026-03-06 00:30"
    assert chinese.moment(at) == "2026年3月6日 00:30"
    assert english.day(date(2026, 3, 5)) == "2026-03-05"
    assert english.money(Money(12000)) == "¥12,000"
    assert chinese.money(Money(12000)) == "12,000元"
    assert chinese.series(["甲", "乙"]) == "甲、乙"


def test_plural_follows_n() -> None:
    english = Speaker("en")
    assert english.say(Text("report.more_cited", n=1)) == "… and 1 more record"
    assert english.say(Text("report.more_cited", n=3)) == "… and 3 more records"


def test_a_missing_sentence_is_an_error_not_a_key_on_the_screen() -> None:
    with pytest.raises(KeyError):
        Speaker("en").say(Text("report.no_such_sentence"))


def test_what_the_command_line_library_says_is_chinese_too() -> None:
    """Every sentence of click that bad usage provokes; a newer click with a new one fails here."""
    import ast

    import click
    import polib

    internal = re.compile(
        r"Deprecat|declaration|editor|Windows|Bash|UUID|colour|Boolean option|executable|stream"
        r"|start character|defined twice|iterable|Confirm the action|len_type|\(prog\)|Choice\("
        r"|valid boolean|^d$|Could not determine|No options defined|take exactly one parameter"
    )
    said = {
        call.args[0].value
        for path in Path(click.__file__).parent.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "ngettext")
        and isinstance(call.args[0], ast.Constant)
    }
    book = polib.pofile(str(ROOT / "src/notmyloan/locale/zh_CN/LC_MESSAGES/messages.po"))
    known = {entry.msgid for entry in book}
    # Our own type for days says its own sentence.
    missing = {s for s in said - known if not internal.search(s) and "the format {" not in s}
    assert not missing, "\n".join(sorted(missing))
