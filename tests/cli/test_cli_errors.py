"""Bad input: one clear sentence, its own exit code, nothing lost, never a traceback."""

from __future__ import annotations

import gzip
import json
import random
import zipfile
from pathlib import Path

import pytest

SMS = (
    "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
    '<smses count="1"><sms protocol="0" address="10690000001" date="1761000000000" type="1" '
    'body="【某某金融】您的验证码是 482913，5分钟内有效" read="1" /></smses>'
)


def test_no_vault_names_the_command_that_makes_one(run) -> None:
    done = run("findings")
    assert done.returncode == 4
    assert "notmyloan init" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_wrong_passphrase_leaves_with_4(run, tmp_path: Path) -> None:
    assert run("init").returncode == 0
    other = tmp_path / "other"
    other.write_text("not the one\n")
    done = run("findings", NOTMYLOAN_PASSPHRASE_FILE=str(other))
    assert done.returncode == 4
    assert "passphrase" in done.stderr.lower()
    assert "Traceback" not in done.stderr
    assert run("findings").returncode == 0


def test_init_never_overwrites(run, tmp_path: Path) -> None:
    assert run("init").returncode == 0
    before = (tmp_path / "vault.notmyloan").read_bytes()
    done = run("init")
    assert done.returncode == 4
    assert (tmp_path / "vault.notmyloan").read_bytes() == before


@pytest.mark.parametrize("words", [["check", "missing.xml"], ["read", "missing.xml"]])
def test_a_missing_file_is_named(run, words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 3
    assert "missing.xml" in done.stderr


def test_wrong_usage_leaves_with_2(run) -> None:
    assert run("no-such-command").returncode == 2
    assert run("read").returncode == 2
    assert run("check", "--zone", "x").returncode == 2


def bad_files(folder: Path) -> dict[str, Path]:
    """One of each kind of bad input, named by what is wrong with it."""
    files = {name: folder / name for name in
             ("photo.xml", "cut.zip", "bomb.xml", "empty.xml", "noise.pdf")}  # fmt: skip
    files["photo.xml"].write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 40)
    whole = folder / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        line = '{"address":"1","body":"x","date":"1","type":"1"}\n'
        archive.writestr("messages.ndjson", line * 99)
    files["cut.zip"].write_bytes(whole.read_bytes()[:-40])
    entities = "".join(
        f'<!ENTITY e{n} "{"".join(f"&e{n - 1};" for _ in range(10))}">' for n in range(1, 11)
    )
    files["bomb.xml"].write_text(
        f'<?xml version="1.0"?><!DOCTYPE smses [<!ENTITY e0 "lol">{entities}]>'
        '<smses count="1"><sms body="&e10;" address="1" date="1" type="1"/></smses>'
    )
    files["empty.xml"].write_bytes(b"")
    files["noise.pdf"].write_bytes(b"%PDF-1.7\n" + b"\x00\x01garbage" * 300)
    whole.unlink()
    return files


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_each_bad_file_gets_one_sentence_and_3(run, tmp_path: Path, lang: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, path in bad_files(folder).items():
        done = run("read", path, "--json", lang=lang)
        assert done.returncode == 3, (name, done.stdout, done.stderr)
        sentence = done.stderr.strip().splitlines()[0]
        assert name in sentence, (name, sentence)
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_one_bad_file_loses_nothing_of_the_others(run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    bad = bad_files(folder)
    good = tmp_path / "good.xml"
    good.write_text(SMS)
    done = run("check", good, *bad.values())
    assert done.returncode == 3
    for name in bad:
        assert name in done.stderr
    exported = run("vault", "export")
    assert exported.stdout.count('"kind":"message"') == 1


def test_a_broken_pipe_is_no_error(run, tmp_path: Path) -> None:
    done = run("screen", "-", "--json", stdin="急用钱找我\n")
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1


def test_texts_are_labelled_in_any_encoding_and_the_bad_ones_counted(run, tmp_path: Path) -> None:
    offer = "无抵押贷款，当天放款，电话13900000000"
    lines = [json.dumps({"text": offer, "id": 7}), '{"text": 5}', "{no json", "", offer]
    plain = "\n".join(lines).encode()
    for name, data in (
        ("plain.jsonl", plain),
        ("packed.jsonl.gz", gzip.compress(plain)),
        ("wide.txt", "\n".join(lines).encode("utf-16")),
        ("old.txt", "\n".join(lines).encode("gb18030")),
    ):
        (tmp_path / name).write_bytes(data)
        done = run("screen", tmp_path / name, "--json")
        assert done.returncode == 0, name
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert [row["line"] for row in rows] == [1, 3, 5], name
        assert rows[0]["id"] == 7
        assert rows[0]["label"] == rows[2]["label"] == "loan_solicitation"
        assert "line 2" in done.stderr


def test_a_file_to_label_that_is_no_text_or_breaks_off_is_said(run, tmp_path: Path) -> None:
    picture = tmp_path / "photo.jsonl"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    done = run("screen", picture)
    assert done.returncode == 3
    assert "photo.jsonl" in done.stderr
    assert "check" in done.stderr
    cut = tmp_path / "cut.jsonl.gz"
    whole = "".join(f"{i} {random.Random(i).random()}\n" for i in range(9000)).encode()
    cut.write_bytes(gzip.compress(whole)[:90_000])
    done = run("screen", cut, "--no-reasons", "--json")
    assert done.returncode == 3
    assert done.stdout.count("\n") > 1000
    assert "cut.jsonl.gz" in done.stderr


SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"


def test_an_encrypted_backup_opens_with_a_listed_password(run, tmp_path: Path) -> None:
    backup = SAMPLES / "android_backup" / "android_backup-backup2.ab"
    if not backup.exists():
        pytest.skip(f"{backup.name} is absent")
    secrets = tmp_path / "secrets"
    secrets.write_text("wrong\n123456\n")
    done = run("read", backup, "--json", NOTMYLOAN_FILE_SECRETS=str(secrets))
    assert done.returncode == 0, done.stderr
    assert '"kind":"message"' in done.stdout
    done = run("read", backup)
    assert done.returncode == 3
    assert "encrypted" in done.stderr


def test_a_mistyped_command_names_the_near_one(run) -> None:
    done = run("chekc")
    assert done.returncode == 2
    assert "notmyloan check" in done.stderr
    assert run("completely-else").returncode == 2


def test_a_language_that_is_not_spoken_is_named(run) -> None:
    done = run("findings", lang="xx")
    assert done.returncode == 2
    assert "zh-CN" in done.stderr


def test_init_makes_no_vault_before_it_knows_of_the_keyring(run, tmp_path: Path) -> None:
    (tmp_path / "absent").mkdir()
    hidden = "import sys\nsys.modules['keyring'] = None\n"
    (tmp_path / "absent" / "sitecustomize.py").write_text(hidden)
    vault = tmp_path / "new.notmyloan"
    done = run("--vault", vault, "init", "--keyring", PYTHONPATH=str(tmp_path / "absent"))
    assert done.returncode == 5
    assert "notmyloan[keyring]" in done.stderr
    assert not vault.exists()


def test_columns_of_what_is_no_text_do_not_send_one_in_a_circle(run, tmp_path: Path) -> None:
    odd = tmp_path / "odd.bin"
    odd.write_bytes(bytes(range(256)) * 4)
    done = run("columns", odd)
    assert done.returncode == 3
    assert "columns odd.bin" not in done.stderr
    assert "Export a CSV" in done.stderr


def test_a_fact_without_a_value_is_told_apart_from_one_that_is_none(run) -> None:
    assert run("init").returncode == 0
    for pair, said in (("police.receipt", "police.receipt=VALUE"), ("nope=1", "nope is no fact")):
        done = run("case", "set", "1", pair)
        assert done.returncode == 2
        assert said in done.stderr


def test_a_name_card_that_is_not_given_is_said(run) -> None:
    assert run("init").returncode == 0
    done = run("alias", "Example Lender", "--kind", "bank", "--card-name", "Mr Lin",
               "--address", "1 Example Road")  # fmt: skip
    assert done.returncode == 0
    assert "Mr Lin" not in done.stdout
    assert "No name card for Example Lender" in done.stdout + done.stderr


def test_a_volunteers_board_counts_in_plain_english(run, tmp_path: Path) -> None:
    folder = tmp_path / "people"
    folder.mkdir()
    assert run("--vault", folder / "one.notmyloan", "init").returncode == 0
    done = run("case", "board", folder)
    assert "1 vault, 0 things to do, 0 answers overdue." in done.stdout + done.stderr
