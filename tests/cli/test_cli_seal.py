"""Sealing, telling whose copy, aliases and the trace, through the real command line."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

from conftest import Run

pytest.importorskip("cv2")
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "seal"))
sys.path.insert(0, str(Path(__file__).parents[1] / "evidence"))
from papers import photo
from tsa import authority

from notmyloan.seal.kinds import Kind

FRONT, BACK = "front.jpg", "back.jpg"


@pytest.fixture
def desk(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with photos of a card's two sides, and a vault."""
    monkeypatch.chdir(tmp_path)
    for name, kind in ((FRONT, Kind.ID_FRONT), (BACK, Kind.ID_BACK)):
        shot = photo(kind, 7, "wood", turn=6.0)
        Image.fromarray(shot.pixels).save(tmp_path / name, quality=92, exif=_exif())
    assert run("init").returncode == 0
    return tmp_path


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Camera Maker"
    exif[0x0132] = "2026:01:02 03:04:05"
    return exif


def test_a_leaked_copy_is_told_and_proved_without_the_vault(desk: Path, run: Run) -> None:
    for name in ("甲公司", "乙公司", "丙公司"):
        made = run("seal", FRONT, "--for", "办理贷款", "--to", name, lang="zh-CN")
        assert made.returncode == 0, made.stderr
    with Image.open(desk / "front-乙公司.jpg") as copy:
        assert not copy.getexif()
        copy.resize((800, 505)).rotate(4, expand=True).save(desk / "leak.jpg", quality=55)

    said = run("whose", "leak.jpg", "--reveal", "proof", "--json")
    assert said.returncode == 1, said.stderr
    (paper,) = json.loads(said.stdout)["papers"]
    assert paper["answer"] == "one"
    (match,) = paper["matches"]
    assert match["recipient"] == "乙公司"
    assert match["error"] < 1e-6

    commitment = next((desk / "proof").glob("*.commitment.json"))
    opening = next((desk / "proof").glob("*.opening.json"))
    nowhere = {"NOTMYLOAN_VAULT": str(desk / "none")}
    proved = run("whose", "leak.jpg", "--verify", commitment, opening, "--json", **nowhere)
    assert proved.returncode == 1, proved.stderr
    assert json.loads(proved.stdout)["holds"]

    changed = json.loads(commitment.read_text())
    changed["made"] = "2020-01-01"
    dated = json.dumps(changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    commitment.write_text(dated)
    forged = run("whose", "leak.jpg", "--verify", commitment, opening, "--json", **nowhere)
    assert forged.returncode == 0
    assert json.loads(forged.stdout)["faults"] == ["other_commitment"]

    unsealed = run("whose", FRONT)
    assert unsealed.returncode == 0
    assert "none of its 3 sealed copies" in unsealed.stdout


def test_a_stamp_on_the_log_proves_when_the_commitment_was_there(desk: Path, run: Run) -> None:
    with authority(desk / "tsa") as (url, root):
        made = run("seal", FRONT, "--for", "renting", "--to", "Lessor", "-o", "given.png", "--json")
        assert made.returncode == 0, made.stderr
        unstamped = run("whose", "given.png", "--reveal", "early")
        assert "notmyloan evidence stamp" in unstamped.stderr
        stamped = run("evidence", "stamp", "--tsa", url)
        assert stamped.returncode == 0, stamped.stderr
        later = run("seal", FRONT, "--for", "renting", "--to", "Later", "-o", "later.png")
        assert later.returncode == 0, later.stderr
        shown = run("whose", "given.png", "--reveal", "proof")
        assert "evidence stamp" not in shown.stderr
    (log,) = (desk / "proof").glob("*.log")
    checked = run("evidence", "verify", log, "--roots", root, "--json")
    assert checked.returncode == 0, checked.stdout
    found = json.loads(checked.stdout)
    assert found["whole"]
    assert [s["trusted"] for s in found["stamps"]] == [True]
    # The newest commitment is not stamped; the one that is stamped goes to the court.
    commitment = (log / "data/commitment.json").read_bytes()
    first = json.loads(made.stdout)["commitment"]
    assert hashlib.sha256(commitment).hexdigest() == first
    (opening,) = (desk / "proof").glob("*.opening.json")
    proved = run("whose", "given.png", "--verify", log / "data/commitment.json", opening, "--json")
    assert json.loads(proved.stdout)["holds"]


def test_both_sides_go_on_one_page_and_the_disclosure_is_kept(desk: Path, run: Run) -> None:
    made = run("seal", FRONT, BACK, "--for", "SIM card", "--to", "Example", "-o", "both.pdf")
    assert made.returncode == 0, made.stderr
    pdf = (desk / "both.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert b"Producer" not in pdf
    (line,) = [json.loads(x) for x in run("gave", "list", "--json").stdout.splitlines()]
    assert line["recipient"] == "Example"
    assert line["purpose"] == "SIM card"
    assert len(line["marks"]) == 2
    assert "id_copy" in line["given"]
    assert run("vault", "verify").returncode == 0


def test_bad_input_gets_one_sentence_and_writes_nothing(desk: Path, run: Run) -> None:
    Image.new("RGB", (900, 700), "white").save(desk / "blank.png")
    (desk / "text.jpg").write_text("no picture")
    (desk / "there.jpg").write_text("mine")
    giving = ("--for", "x", "--to", "y")
    for words, code, part in (
        (("seal", "blank.png", *giving), 3, "No paper was found in blank.png"),
        (("seal", "text.jpg", *giving), 3, "text.jpg is not a picture"),
        (("seal", "nothing.jpg", *giving), 3, "nothing.jpg"),
        (("seal", FRONT, *giving, "-o", "there.jpg"), 2, "is there already"),
        (("seal", FRONT, *giving, "-o", "x.gif"), 2, "must end in"),
        (("seal", FRONT, *giving, "--corners", "1,2 3"), 2, "four points"),
        (("seal", FRONT, "--for", " ", "--to", "y"), 2, "what the copy is for"),
        (("whose", FRONT), 2, "No sealed copy"),
        (("whose",), 2, "Name the leaked picture"),
    ):
        said = run(*words)
        assert said.returncode == code, (words, said.stderr)
        assert part in said.stderr
        assert "Traceback" not in said.stderr
    assert run("gave", "list", "--json").stdout == ""
    assert sorted(p.name for p in desk.glob("*-y.*")) == []
    assert (desk / "there.jpg").read_text() == "mine"


def test_a_dry_run_writes_nothing(desk: Path, run: Run) -> None:
    said = run("seal", FRONT, "--for", "x", "--to", "y", "--dry-run")
    assert said.returncode == 0
    assert "side with the portrait" in said.stderr
    assert not list(desk.glob("*-y.*"))
    assert run("gave", "list", "--json").stdout == ""


def test_an_alias_is_heard_again_and_speaks_in_the_trace(desk: Path, run: Run) -> None:
    pytest.importorskip("pypinyin")
    for name in ("甲商店", "乙商店"):
        given = run("alias", name, "--kind", "shop", "--card-name", "林先生", "--json")
        assert given.returncode == 0, given.stderr
    words = json.loads(given.stdout.splitlines()[-1])["words"]
    said = run("whose", "--text", f"您好，{''.join(words)}那边介绍的，需要资金吗", "--json")
    assert said.returncode == 1, said.stderr
    assert json.loads(said.stdout.splitlines()[0])["recipients"] == ["乙商店"]
    assert _leaks(run) == []
    run("whose", "--text", "".join(words), "--found")
    assert {leak["recipient"] for leak in _leaks(run)} == {"乙商店"}
    silent = run("whose", "--text", "明天下午三点开会")
    assert silent.returncode == 0
    refused = run("alias", "某银行", "--kind", "bank", "--card-name", "林先生")
    assert refused.returncode == 2
    again = run("alias", "乙商店", "--kind", "shop", "--card-name", "林先生")
    assert "already has an alias" in again.stderr
    assert words[0] in again.stderr


def test_who_asks_for_what_is_missing_and_ranks_what_is_there(desk: Path, run: Run) -> None:
    nobody = run("who")
    assert nobody.returncode == 2
    assert "notmyloan gave" in nobody.stderr
    assert run("gave", "--to", "Lender", "--on", "2026-03-01").returncode == 0
    assert run("gave", "--to", "Shop", "--on", "2024-01-01").returncode == 0
    silent = run("who")
    assert silent.returncode == 2
    assert "no messages or calls" in silent.stderr
    rows = ["<?xml version='1.0' encoding='UTF-8'?>\n<smses>"]
    for day in range(200):
        ms = 1767225600000 + day * 86_400_000
        rows.append(_sms(ms, "10086", "【移动】您本月话费账单30元，已出账。"))
        if day > 75 and day % 2:
            text = f"急用钱？凭身份证借款额度{day}000元，利率低秒到账，点t.cn/A{day}x 退订回T"
            rows.append(_sms(ms + 3_600_000, f"1069{day:06d}", text))
    rows.append("</smses>")
    (desk / "sms.xml").write_text("\n".join(rows), encoding="utf-8")
    assert run("check", "sms.xml", "-q").returncode in (0, 1)
    said = run("who", "--json", "--html", "who.html")
    assert said.returncode in (0, 1), said.stderr
    found = json.loads(said.stdout)
    chances = {s["recipient"]: s["chance"] for s in found["suspects"]}
    assert chances["Lender"] > 3 * chances["Shop"]
    assert "<svg" in (desk / "who.html").read_text(encoding="utf-8")
    assert "http" not in (desk / "who.html").read_text(encoding="utf-8").replace(
        "http://www.w3.org/2000/svg", ""
    )
    wrong = run("gave", "revoke", "1", "--on", "2020-01-01")
    assert wrong.returncode == 2
    assert "before that" in wrong.stderr
    assert run("gave", "revoke", "1").returncode == 0


def _leaks(run: Run) -> list[dict[str, str]]:
    lines = run("vault", "export").stdout.splitlines()
    return [line for line in map(json.loads, lines) if line["kind"] == "leak"]


def _sms(ms: int, sender: str, text: str) -> str:
    return f'<sms protocol="0" address="{sender}" date="{ms}" type="1" body="{text}" read="1" />'
