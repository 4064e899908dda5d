"""From a phone's export and a list of who was given what to `who`, through the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest

from notmyloan.guard.caller_facts import CallerFacts
from notmyloan.guard.tracing import Slots
from notmyloan.model.disclosure import Disclosure, Given, Mine, Owned, OwnedKind

ZONE = timezone(timedelta(hours=8))
BEGIN = datetime(2026, 1, 1, 10, tzinfo=ZONE)
LEDGER = """
[mine]
names = ["温若衡"]
phones = ["13800138000", "13900139001"]
employers = ["禾青木业有限公司"]

[[gave]]
to = "快易借款"
kind = "loan_platform"
on = 2026-04-01
what = ["name", "phone", "employer"]
phone = "13800138000"

[[gave]]
to = "小禾商店"
kind = "shop"
on = 2026-01-20
what = ["name", "phone", "address"]
phone = "13900139001"
revoked = 2026-01-02

[[gave]]
to = "平安之家"
kind = "insurer"
on = 2026-08-20
what = ["name", "phone"]
phone = "13900139001"
"""
PUSH = "【速易贷】温先生（禾青木业），您的{k}万元额度已通过初审，点击 t.cn/a{n} 领取，拒收请回复R"
PLAIN = "【{who}】您的验证码是 {n:06}，五分钟内有效，请勿告知他人。"


def message(day: float, body: str, sim: str = "1", number: str = "106550001234") -> str:
    at = int((BEGIN + timedelta(days=day)).timestamp())
    return f'<sms address="{number}" date="{at}000" type="1" body="{body}" sub_id="{sim}"/>\n'


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `who` says in both languages and as JSON, and the page it writes."""
    folder = tmp_path_factory.mktemp("trace")
    export = folder / "export"
    export.mkdir()
    lines = [
        message(n, "晚上七点老地方吃饭，别忘了带伞", number="13712345678") for n in range(0, 240, 3)
    ]
    lines += [message(n, PLAIN.format(who="快易借款", n=n), "1") for n in range(92, 96)]
    lines += [message(n, PLAIN.format(who="小禾商店", n=n), "2") for n in range(20, 24)]
    lines += [message(105 + n, PUSH.format(k=3 + n % 20, n=n), "1") for n in range(60)]
    lines += [
        message(20000, "明年见", "1", "13712345678"),
        message(-15000, "在吗", "1", "13712345678"),
    ]
    (export / "sms.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<smses count="{len(lines)}">\n'
        + "".join(lines)
        + "</smses>"
    )
    (export / "list.toml").write_text(LEDGER)
    (folder / "pass").write_text("four unrelated made up words\n")
    env = os.environ | {
        "NOTMYLOAN_VAULT": str(folder / "v"), "NOTMYLOAN_PASSPHRASE_FILE": str(folder / "pass"),
        "NOTMYLOAN_NOW": "2026-09-01T12:00:00+08:00", "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip

    def run(*words: str) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "notmyloan", *words], env=env, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        return done.stdout, done.stderr

    run("init")
    run("check", str(export))
    page = folder / "who.html"
    (english, complaint), (chinese, _) = run("--lang", "en", "who", "--html", str(page)), run(
        "--lang", "zh-CN", "who"
    )  # fmt: skip
    return {
        "en": english, "complaint": complaint, "zh": chinese, "json": run("who", "--json")[0],
        "page": page.read_text(),
    }  # fmt: skip


def test_the_leaker_is_named_by_day_phone_and_facts(answers: dict[str, str]) -> None:
    found = json.loads(answers["json"])
    first = found["suspects"][0]
    assert first["recipient"] == "快易借款"
    assert first["chance"] > 0.8
    assert first["when"]["low"] <= "2026-04-16" <= first["when"]["high"]
    assert found["next_revoke"] == "快易借款"
    assert any("60" in r["text"] for r in first["reasons"])  # what the callers knew, which phone


def test_a_withdrawal_before_the_gift_is_told_and_left_out(answers: dict[str, str]) -> None:
    (doubt,) = json.loads(answers["json"])["doubts"]
    assert "小禾商店" in doubt
    assert "小禾商店: consent was withdrawn on 2026-01-02" in answers["complaint"]


def test_records_with_a_broken_clock_do_not_stretch_the_time_line(answers: dict[str, str]) -> None:
    ends = next(line for line in answers["en"].splitlines() if line.startswith("20"))
    assert ends.split() == ["2026-01-01", "2026-08-28"] or ends.startswith("2026-01-01")
    assert "2080" not in answers["en"]


def test_both_languages_say_the_same(answers: dict[str, str]) -> None:
    assert "快易借款" in answers["en"]
    command = 'notmyloan consent withdraw "快易借款"'
    assert (
        f"First withdraw your consent from 快易借款; the letter is written by: {command}"
        in (answers["en"])
    )
    assert f"先向快易借款撤回同意，函由程序写好：{command}" in answers["zh"]
    assert "<svg" in answers["page"]
    assert "快易借款 " in answers["page"]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("温若衡您好", {Given.NAME}),
        ("温女士您好，您的额度", {Given.NAME}),
        ("气温先生效了吗", set()),
        ("您尾号1234的卡", {Given.BANK_CARD}),
        ("身份证尾号002X的客户", {Given.ID_NUMBER}),
        ("编号002X", set()),
        ("住在松涛里弄12号的客户", {Given.ADDRESS}),
        ("禾青木业的员工可贷", {Given.EMPLOYER}),
        ("Dear Mr. Doe, your loan", {Given.NAME}),
        ("DOE's loan", set()),
        ("您有一笔备用金待领取", set()),
    ],
)
def test_what_a_text_shows_to_know(text: str, facts: set[Given]) -> None:
    mine = Mine(
        (
            Owned(OwnedKind.NAME, "温若衡"), Owned(OwnedKind.NAME, "Jane Doe"),
            Owned(OwnedKind.ID_NUMBER, "11010519491231002X"), Owned(OwnedKind.CARD, "1234"),
            Owned(OwnedKind.EMPLOYER, "禾青木业有限公司"),
            Owned(OwnedKind.ADDRESS, "东湖市南区松涛里弄12号"),
        )
    )  # fmt: skip
    assert CallerFacts(mine).of(text) == facts


def test_a_slot_is_the_number_that_its_firms_were_given() -> None:
    gave = [
        Disclosure("甲行", None, (Given.PHONE,), phone="+8613800138000"),
        Disclosure("乙店", None, (Given.PHONE,), phone="+8613900139001"),
        Disclosure("丙司", None, (Given.PHONE,), phone="+8613800138000"),
        Disclosure("丙司", None, (Given.PHONE,), phone="+8613900139001"),
    ]
    slots = Slots(gave)
    for _ in range(3):
        slots.see("1", "【甲行】您的账单已出")
        slots.see("2", "【乙店】您的包裹已发出")
        slots.see("3", "【丙司】您好")
    slots.see("2", "没有署名")
    assert slots.phone("1") == "+8613800138000"
    assert slots.phone("2") == "+8613900139001"
    assert slots.phone("3") is None
    assert slots.phone(None) is None
    assert slots.phone("13700137000") is not None
