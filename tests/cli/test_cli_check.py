"""The main job from the command line, over a made-up life."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notmyloan.vault import Vault


def test_check_finds_the_impostors_loan_and_says_what_next(run, life: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = run("check", life / "exports", "--json", "--html", page)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert report["not_mine"] >= 1
    worst = report["findings"][0]
    assert worst["severity"] == "critical"
    assert worst["why"]
    assert worst["next"]
    assert worst["cites"]
    assert worst["cites"][0]["where"]
    rules = {finding["rule"] for finding in report["findings"]}
    assert "cr.unknown_account" in rules
    assert report["coverage"]
    severities = [("info", "low", "medium", "high", "critical").index(f["severity"])
                  for f in report["findings"]]  # fmt: skip
    assert severities == sorted(severities, reverse=True)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert page.stat().st_mode & 0o077 == 0
    assert done.stderr.strip().splitlines()[-1].startswith("Next: notmyloan show")


def test_a_second_check_reads_nothing_twice_and_finds_the_same(run, life: Path) -> None:
    first = json.loads(run("check", life / "exports", "--json").stdout)
    again = run("check", life / "exports", "--json")
    second = json.loads(again.stdout)
    assert second["records"] == first["records"]
    numbers = [[(f["number"], f["id"]) for f in r["findings"]] for r in (first, second)]
    assert numbers[0] == numbers[1]
    assert "read before" in again.stderr


def test_dry_run_stores_nothing(run, life: Path, tmp_path: Path) -> None:
    done = run("check", "--dry-run", life / "exports")
    assert done.returncode == 1, done.stderr
    assert not (tmp_path / "vault.notmyloan").exists()


@pytest.mark.parametrize(("lang", "word"), [("en", "Not yours"), ("zh-CN", "不是你的")])
def test_the_report_opens_with_three_numbers(run, life: Path, lang: str, word: str) -> None:
    done = run("check", "--dry-run", life / "exports", lang=lang)
    assert done.stdout.splitlines()[0].startswith(word)
    if lang == "en":
        assert not re.search(r"[\u4e00-\u9fff]{12,}", done.stdout.splitlines()[3])


def test_nothing_found_is_never_called_safe(run, tmp_path: Path) -> None:
    quiet = tmp_path / "sms.csv"
    quiet.write_text(
        "date,number,text,type\n2026-10-01 12:00:00,13800138000,晚上一起吃饭吗,received\n"
    )
    done = run("check", quiet)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing found in what you gave me" in done.stdout
    assert "safe" not in done.stdout.lower()


def test_dismissed_stays_away_and_comes_back_when_reopened(run, life: Path) -> None:
    report = json.loads(run("check", life / "exports", "--json").stdout)
    number = report["findings"][0]["number"]
    assert run("dismiss", str(number), "--reason", "my own").returncode == 0
    after = json.loads(run("check", "--json").stdout)
    assert number not in [f["number"] for f in after["findings"]]
    listed = run("findings", "--all", "--json").stdout.splitlines()
    states = {f["number"]: (f["state"], f["dismissed_because"]) for f in map(json.loads, listed)}
    assert states[number] == ("dismissed", "my own")
    assert run("reopen", str(number)).returncode == 0
    shown = run("show", str(number), "--json")
    assert json.loads(shown.stdout)["state"] == "open"


def test_show_of_no_finding_says_so(run) -> None:
    run("init")
    done = run("show", "99")
    assert done.returncode == 2
    assert "99" in done.stderr


def test_rescreen_with_the_same_model_changes_nothing(run, life: Path) -> None:
    run("check", life / "exports")
    done = run("rescreen", "--json")
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "0 labels changed" in done.stderr


def test_a_finding_that_another_tells_of_now_has_not_become_untrue(
    run, life: Path, tmp_path: Path
) -> None:
    run("check", life / "exports")
    with Vault.open(tmp_path / "vault.notmyloan", "four unrelated made up words") as vault:
        standing = vault.findings()
        one = next(s for s in standing if s.finding.rule == "sms.commercial_no_consent")
        apart = replace(one.finding, subject=("told of alone by older rules",))
        vault.put_findings([*(s.finding for s in standing), apart], datetime.now(UTC))
    done = run("rescreen", "--json")
    [gone] = map(json.loads, done.stdout.splitlines())
    assert (gone["change"], gone["told_in"]) == ("gone", one.number)
    assert f"Now told of in finding {one.number}" in gone["title"]


def test_backup_opens_and_export_holds_everything(run, life: Path, tmp_path: Path) -> None:
    report = json.loads(run("check", life / "exports", "--json").stdout)
    copy = tmp_path / "copy.notmyloan"
    assert run("vault", "backup", copy).returncode == 0
    assert run("vault", "verify").returncode == 0
    assert run("findings", NOTMYLOAN_VAULT=str(copy)).returncode == 1
    out = tmp_path / "all.jsonl"
    assert run("vault", "export", "-o", out).returncode == 0
    kinds = [json.loads(line)["kind"] for line in out.read_text(encoding="utf-8").splitlines()]
    assert kinds.count("message") == report["records"]["message"]


def test_the_passphrase_can_be_changed(run, tmp_path: Path) -> None:
    run("init")
    new = tmp_path / "new"
    new.write_text("another passphrase altogether\n")
    assert run("vault", "passphrase", "--new-file", new).returncode == 0
    assert run("findings").returncode == 4
    assert run("findings", NOTMYLOAN_PASSPHRASE_FILE=str(new)).returncode == 0
