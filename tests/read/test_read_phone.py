# ruff: noqa: E501 - exports stay on their lines
"""Messages and calls from every kind of phone export, through the front door."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import plistlib
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notmyloan.model.errors import InputError
from notmyloan.model.record import CallOutcome, Channel, Direction, Unreadable
from notmyloan.read.detect import choose, walk
from notmyloan.read.reader import readers
from notmyloan.read.source import ReadContext, Source

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"


def read(source: Source | bytes, name: str = "file", **more: Any) -> list[Any]:
    found = Source(name, None, source) if isinstance(source, bytes) else source
    return list(choose(found).read(found, ReadContext(now=NOW, **more)))


def secrets(*words: str) -> Callable[[str, int], str | None]:
    return lambda name, attempt: words[attempt - 1] if attempt <= len(words) else None


# -- SMS Backup & Restore

SMS = (
    '<sms protocol="0" address="{a}" date="{d}" type="{t}" body="{b}" read="1" contact_name="{c}"/>'
)


def backup(*elements: str, root: str = "smses") -> bytes:
    inside = "\n".join(elements)
    return f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<{root} count=\"1\">{inside}</{root}>".encode()


def sms(
    body: str = "你好", date: str = "1761000000000", kind: str = "1", contact: str = "(Unknown)"
) -> str:
    return SMS.format(a="+86 139-0000-1111", d=date, t=kind, b=body, c=contact)


def test_sms_backup_restore() -> None:
    one, two = read(backup(sms("笑&#55357;&#56832;!"), sms("回", kind="2", contact="老张")))
    assert one.text == "笑😀!"
    assert (one.direction, one.contact, one.at) == (
        Direction.RECEIVED, None, datetime.fromtimestamp(1761000000, UTC),
    )  # fmt: skip
    assert (two.direction, two.contact) == (Direction.SENT, "老张")
    assert one.origin.place == "line:2"


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_surrogates_are_joined_wherever_the_reading_is_cut(cut: int, monkeypatch: Any) -> None:
    from notmyloan.read import sms_backup_restore

    monkeypatch.setattr(sms_backup_restore, "PIECE", 100 + cut)
    body = "字&#55357;&#56832;&#xD83D;&#xDE00;&#55357;尾&#1;完"
    (one,) = read(backup(sms(body)))
    assert one.text == "字😀😀\ufffd尾\ufffd完"


def test_control_characters_and_a_mark_do_not_stop_it() -> None:
    (one,) = read(b"\xef\xbb\xbf" + backup(sms("a\x01b\x0bc")))
    assert one.text == "abc"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_sixteen_bit_files_are_read_whole(encoding: str) -> None:
    text = backup(sms("笑&#55357;&#56832;"), sms("二")).decode().replace("UTF-8", "UTF-16")
    assert [r.text for r in read(text.encode(encoding))] == ["笑😀", "二"]


def test_mms_gives_its_texts_and_its_sender() -> None:
    mms = (
        '<mms date="1761000000000" msg_box="1" address="106~138" sub="题" read="1">'
        '<parts><part ct="image/png" text="null" data="QUJD"/><part ct="text/plain" text="正文"/></parts>'
        '<addrs><addr address="13800001111" type="137"/><addr address="13900001111" type="151"/></addrs></mms>'
    )
    (one,) = read(backup(mms))
    assert (one.text, one.party, one.channel) == ("题\n正文", "13800001111", Channel.MMS)


@pytest.mark.parametrize("cut", [64, 300, 1 << 18])
def test_attachments_pass_by_however_long(cut: int, monkeypatch: Any) -> None:
    """They are dropped before the parser sees them; what only looks like one stays."""
    from notmyloan.read import sms_backup_restore

    monkeypatch.setattr(sms_backup_restore, "PIECE", cut)
    monkeypatch.setattr(sms_backup_restore, "MOST_ELEMENT", 4_000)
    part = f'<part ct="image/png" text="null" data="{"QUJD" * 50_000}"/>'
    mms = (
        f'<mms date="1761000000000" msg_box="1" address="106"><parts>{part}'
        f'<part ct="text/plain" text="正文"/>{part}</parts></mms>'
    )
    quoted = sms("x").replace('body="x"', """body='他说 data="QUJD" 行'""")
    assert [r.text for r in read(backup(mms, quoted, sms("尾")))] == [
        "正文", '他说 data="QUJD" 行', "尾",
    ]  # fmt: skip


def test_an_endless_value_ends_the_reading_and_loses_nothing_before(monkeypatch: Any) -> None:
    from notmyloan.read import sms_backup_restore

    monkeypatch.setattr(sms_backup_restore, "PIECE", 1_000)
    monkeypatch.setattr(sms_backup_restore, "MOST_ELEMENT", 10_000)
    one, end = read(backup(sms("前"), sms("长 " * 20_000), sms("后")))
    assert (one.text, end.why.key) == ("前", "read.endless")


def test_the_word_null_stands_for_what_is_missing() -> None:
    (one,) = read(backup(sms("null").replace("+86 139-0000-1111", "null")))
    assert (one.party, one.text) == ("", "")
    (call,) = read(
        backup('<call number="null" duration="null" date="1761000000000" type="3"/>', root="calls")
    )
    assert (call.party, call.duration, call.withheld) == ("", 0, True)


def test_calls_with_every_outcome() -> None:
    rows = [f'<call number="95555" duration="{n}" date="176100000{n}000" type="{n}" presentation="1"/>'
            for n in range(1, 8)]  # fmt: skip
    rows.append('<call number="-2" duration="0" date="1761000000000" type="3" presentation="2"/>')
    calls = read(backup(*rows, root="calls"))
    assert [c.outcome for c in calls[:6]] == [
        CallOutcome.ANSWERED, CallOutcome.OUTGOING, CallOutcome.MISSED, CallOutcome.VOICEMAIL,
        CallOutcome.REJECTED, CallOutcome.BLOCKED,
    ]  # fmt: skip
    assert calls[7].withheld
    assert calls[7].party == ""


def test_a_bad_record_is_listed_and_loses_no_other() -> None:
    records = read(
        backup(sms(), sms(date="99999999999999999"), sms(date="x"), sms(kind="77"), sms())
    )
    assert [r.kind for r in records] == ["message", *["unreadable"] * 3, "message"]
    assert "9" in records[1].shape
    assert "99999999999999999"[:8] in records[1].shape.replace("9", "9")
    assert "你" not in records[1].shape
    assert [r.why.args["field"] for r in records[1:4]] == ["date", "date", "type"]


def test_a_cut_file_keeps_what_came_before() -> None:
    whole = backup(*[sms(str(n)) for n in range(50)])
    records = read(whole[: len(whole) * 2 // 3])
    assert records[0].text == "0"
    assert isinstance(records[-1], Unreadable)
    assert 20 < len(records) < 50


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE smses [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<smses count="1"><sms body="&b;" address="1" date="1761000000000" type="1"/></smses>'
)


def test_entities_are_refused_at_once() -> None:
    with pytest.raises(InputError, match=r"read\.xml_entities"):
        read(BOMB.encode())


# -- SMS Import / Export, Fossify

ROW = {"address": "10690001", "date": "1761000000000", "type": "1", "body": "您好", "read": "1"}


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


def test_sms_ie_version_2() -> None:
    mms = {"date": "1761000000", "msg_box": "1", "m_type": "132", "__parts": [{"ct": "text/plain", "text": "图"}],
           "__sender_address": {"address": "13800001111", "type": "137"}}  # fmt: skip
    lines = "\n".join(
        json.dumps(r, ensure_ascii=False) for r in (ROW | {"__display_name": "老王"}, mms)
    )
    one, two, bad = read(zipped(messages__ndjson=(lines + "\nnot json\n").encode()))
    assert (one.text, one.contact) == ("您好", "老王")
    assert (two.text, two.party, two.at.year) == ("图", "13800001111", 2025)
    assert isinstance(bad, Unreadable)


def test_sms_ie_version_1_and_calls() -> None:
    assert [r.text for r in read(json.dumps([ROW, ROW]).encode())] == ["您好", "您好"]
    call = {
        "number": "95555",
        "date": "1761000000000",
        "duration": "7",
        "type": "1",
        "presentation": "1",
    }
    (one,) = read(json.dumps([call]).encode())
    assert (one.kind, one.duration) == ("call", 7)


def test_a_cut_array_keeps_what_came_before() -> None:
    records = read(json.dumps([ROW] * 5).encode()[:-30])
    assert [r.kind for r in records] == ["message"] * 4 + ["unreadable"]


def test_deep_nesting_does_no_harm() -> None:
    deep = json.dumps([ROW])[:-1].encode() + b"," + b'{"a":' * 100_000
    assert read(deep)[-1].kind == "unreadable"


def test_fossify_both_forms() -> None:
    message = {"subscriptionId": 1, "address": "10690001", "body": "您好", "date": 1761000000000,
               "dateSent": 0, "type": 1, "read": 1}  # fmt: skip
    flat = read(json.dumps([message | {"backupType": "sms"}]).encode())
    threads = read(json.dumps([{"sms": [message], "mms": []}]).encode())
    assert flat[0].text == threads[0].text == "您好"
    assert flat[0].origin.source.format == "fossify"


# -- CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_any_encoding(encoding: str, delimiter: str) -> None:
    rows = [["时间", "号码", "收发类型", "短信内容"], ["2026-03-01 12:30:00", "10690001", "接收", "您好，请查收"],
            ["2026/3/2 08:05", "13800001111", "发送", "好的"], ["胡说", "1", "接收", "坏的"]]  # fmt: skip
    text = "\r\n".join(delimiter.join(f'"{c}"' for c in row) for row in rows)
    one, two, bad = read(text.encode(encoding))
    assert one.at == datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
    assert two.direction is Direction.SENT
    assert isinstance(bad, Unreadable)


def test_csv_calls_in_english() -> None:
    text = "Date,Phone Number,Call Type,Duration\n03/25/2026 1:05 PM,95555,Missed,0\n03/26/2026 9:00 AM,95555,Incoming,1:15\n"
    one, two = read(text.encode())
    assert (one.outcome, one.at.day) == (CallOutcome.MISSED, 25)
    assert (two.outcome, two.duration) == (CallOutcome.ANSWERED, 75)


def test_csv_with_a_header_that_nobody_knows() -> None:
    """Words over moments are a header; else the person's word is enough to read a text."""
    found = read("foo;bar;baz\n2026-01-05 10:00;10690001;您的额度已批，点击链接领取现金\n".encode())
    assert [(r.party, r.text) for r in found] == [("10690001", "您的额度已批，点击链接领取现金")]
    odd = Source("a.csv", None, b"q|w\nyes|2026-01-05 10:00\n")
    with pytest.raises(InputError):
        choose(odd)
    columns = {"at": "w", "text": "q"}
    context = ReadContext(now=NOW, columns=columns)
    assert [r.text for r in choose(odd, columns).read(odd, context)] == ["yes"]
    with pytest.raises(InputError, match=r"read\.no_such_column"):
        list(choose(odd, {"at": "x"}).read(odd, ReadContext(now=NOW, columns={"at": "x"})))


def test_csv_columns_as_the_person_named_them() -> None:
    text = b"w,x,y\n2026-03-01 12:30:00,abc def ghi jkl,10690001\n"
    from notmyloan.read.csv_messages import READER

    context = ReadContext(now=NOW, columns={"at": "w", "text": "x", "party": "y"})
    (one,) = READER.read(Source("x.csv", None, text), context)
    assert (one.text, one.party) == ("abc def ghi jkl", "10690001")
    with pytest.raises(InputError, match=r"read\.no_such_column"):
        list(READER.read(Source("x.csv", None, text), ReadContext(now=NOW, columns={"at": "q"})))


# -- Android


def android_db(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute(
        "create table sms (_id integer primary key, address, date, type, body, read, oppo_flag)"
    )
    db.execute("insert into sms values (1, '10690001', 1761000000000, 1, '您好', 1, 7)")
    db.execute("insert into sms values (2, null, null, 1, '坏', 1, 7)")
    db.commit()
    db.close()


def test_android_database_with_vendor_columns(tmp_path: Path) -> None:
    path = tmp_path / "mmssms.db"
    android_db(path)
    before = path.read_bytes()
    one, bad = read(Source("mmssms.db", path))
    assert (one.text, one.origin.place) == ("您好", "table:sms;row:1")
    assert isinstance(bad, Unreadable)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mmssms.db"]


def test_android_database_with_its_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "mmssms.db"
    android_db(path)
    db = sqlite3.connect(path)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma wal_autocheckpoint = 0")
    db.execute("insert into sms values (3, '95555', 1761000001000, 1, '新', 1, 7)")
    db.commit()
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("mmssms.db", "mmssms.db-wal"):
        (copy / name).write_bytes((tmp_path / name).read_bytes())
    db.close()
    texts = [r.text for r in read(Source("mmssms.db", copy / "mmssms.db")) if r.kind == "message"]
    assert texts == ["您好", "新"]
    assert (copy / "mmssms.db-wal").exists()


def ab(members: dict[str, bytes], secret: str | None = None, version: int = 5) -> bytes:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    payload = zlib.compress(tar.getvalue())
    head = f"ANDROID BACKUP\n{version}\n1\n"
    if secret is None:
        return (head + "none\n").encode() + payload
    salt, check_salt, iv, key, inner_iv = (os.urandom(n) for n in (64, 64, 16, 32, 16))
    rounds = 1000
    user = hashlib.pbkdf2_hmac("sha1", secret.encode(), salt, rounds, 32)
    shaped = "".join(chr(b) if b < 128 else chr(0xFF00 + b) for b in key).encode()
    check = hashlib.pbkdf2_hmac("sha1", shaped, check_salt, rounds, 32)
    blob = b"".join(bytes([len(p)]) + p for p in (inner_iv, key, check))
    lines = [salt.hex(), check_salt.hex(), str(rounds), iv.hex(), encrypt(user, iv, blob).hex()]
    return (head + "AES-256\n" + "\n".join(lines) + "\n").encode() + encrypt(key, inner_iv, payload)


def encrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    pad = 16 - len(data) % 16
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(data + bytes([pad]) * pad) + encryptor.finalize()


AB = {
    "apps/com.android.providers.telephony/d_f/000000_sms_backup": zlib.compress(
        json.dumps([ROW]).encode()
    )
}


def test_android_backup_plain_encrypted_and_wrapped() -> None:
    assert [r.text for r in read(ab(AB))] == ["您好"]
    assert [r.text for r in read(ab(AB, "秘密 pass"), ask_secret=secrets("no", "秘密 pass"))] == [
        "您好"
    ]
    assert [r.text for r in read(b"MIUI BACKUP\n2\ncom.android.mms\n-1\n" + ab(AB))] == ["您好"]


def test_android_backup_without_its_password() -> None:
    with pytest.raises(InputError, match=r"read\.wants_password"):
        read(ab(AB, "secret"), ask_secret=secrets())
    with pytest.raises(InputError, match=r"read\.wrong_password"):
        read(ab(AB, "secret"), ask_secret=secrets("a", "b", "c", "d"))


def test_android_backup_cut_off() -> None:
    with pytest.raises(InputError, match=r"read\.ab_damaged"):
        read(ab(AB)[:60])


@pytest.mark.parametrize("name", ["backup", "backup2"])
def test_real_android_backups(name: str) -> None:
    path = SAMPLES / "android_backup" / f"android_backup-{name}.ab"
    if not path.exists():
        pytest.skip(f"{path.name} is absent")
    (one,) = read(Source(path.name, path), ask_secret=secrets("123456"))
    assert one.party == "06543219"


# -- iPhone


def typedstream(text: str) -> bytes:
    raw = text.encode()
    length = bytes([len(raw)]) if len(raw) < 128 else b"\x81" + struct.pack("<H", len(raw))
    return (
        b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x08NSString\x01\x94\x84\x01+"
        + length
        + raw
    )


def ios_files() -> dict[str, bytes]:
    db = sqlite3.connect(":memory:")
    db.execute("create table handle (ROWID integer primary key, id text)")
    db.execute("insert into handle values (1, '+8613800001111')")
    db.execute(
        "create table message (ROWID integer primary key, text, handle_id, date, is_from_me, service, is_read, attributedBody)"
    )
    rows = [("旧", 500000000, None), ("新", 700000000 * 10**9, None), (None, 700000001 * 10**9, typedstream("藏" * 80)),
            (None, 700000002 * 10**9, b"\x00broken")]  # fmt: skip
    for text, date, body in rows:
        db.execute("insert into message (text, handle_id, date, is_from_me, service, is_read, attributedBody)"
                   " values (?, 1, ?, 0, 'SMS', 1, ?)", (text, date, body))  # fmt: skip
    db.commit()
    calls = sqlite3.connect(":memory:")
    calls.execute(
        "create table ZCALLRECORD (Z_PK integer primary key, ZADDRESS, ZDATE, ZDURATION, ZORIGINATED, ZANSWERED)"
    )
    calls.execute("insert into ZCALLRECORD values (1, x'3935353535', 700000000.5, 12.4, 0, 1)")
    calls.commit()
    return {
        "Library/SMS/sms.db": db.serialize(),
        "Library/CallHistoryDB/CallHistory.storedata": calls.serialize(),
    }


def name_of(path: str) -> str:
    return hashlib.sha1(f"HomeDomain-{path}".encode(), usedforsecurity=False).hexdigest()


def ios_backup(folder: Path, secret: str | None = None) -> None:
    """A backup folder, encrypted as iOS does where `secret` is given."""
    folder.mkdir()
    manifest = sqlite3.connect(":memory:")
    manifest.execute(
        "create table Files (fileID text primary key, domain, relativePath, flags, file blob)"
    )
    plist: dict[str, Any] = {"IsEncrypted": secret is not None}
    class_key = os.urandom(32)
    for path, data in ios_files().items():
        name = name_of(path)
        record = b""
        if secret is not None:
            key = os.urandom(32)
            data = encrypt(key, bytes(16), data)
            wrapped = struct.pack("<l", 3) + aes_key_wrap(class_key, key)
            record = plistlib.dumps(
                {"$archiver": "NSKeyedArchiver", "$top": {"root": plistlib.UID(1)},
                 "$objects": ["$null", {"Size": 1, "ProtectionClass": 3, "EncryptionKey": plistlib.UID(2)},
                              {"NS.data": wrapped}]}, fmt=plistlib.FMT_BINARY,
            )  # fmt: skip
        (folder / name[:2]).mkdir(exist_ok=True)
        (folder / name[:2] / name).write_bytes(data)
        manifest.execute(
            "insert into Files values (?, 'HomeDomain', ?, 1, ?)", (name, path, record)
        )
    manifest.commit()
    image = manifest.serialize()
    if secret is not None:
        salt, salt2, key = os.urandom(20), os.urandom(20), os.urandom(32)
        first = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt2, 1000, 32)
        user = hashlib.pbkdf2_hmac("sha1", first, salt, 1000, 32)

        def tlv(tag: str, value: bytes | int) -> bytes:
            raw = struct.pack(">L", value) if isinstance(value, int) else value
            return tag.encode() + struct.pack(">L", len(raw)) + raw

        plist["BackupKeyBag"] = b"".join(
            [tlv("VERS", 3), tlv("TYPE", 1), tlv("UUID", os.urandom(16)), tlv("HMCK", os.urandom(40)), tlv("WRAP", 0),
             tlv("SALT", salt), tlv("ITER", 1000), tlv("DPWT", 1), tlv("DPIC", 1000), tlv("DPSL", salt2),
             tlv("UUID", os.urandom(16)), tlv("CLAS", 3), tlv("WRAP", 2), tlv("KTYP", 0),
             tlv("WPKY", aes_key_wrap(user, class_key))]
        )  # fmt: skip
        plist["ManifestKey"] = struct.pack("<l", 3) + aes_key_wrap(class_key, key)
        image = encrypt(key, bytes(16), image)
    (folder / "Manifest.db").write_bytes(image)
    (folder / "Manifest.plist").write_bytes(plistlib.dumps(plist))


def check_ios(records: list[Any]) -> None:
    messages = [r for r in records if r.kind == "message"]
    assert [m.text for m in messages] == ["旧", "新", "藏" * 80]
    assert messages[0].at.year == 2016
    assert messages[1].party == "+8613800001111"
    (call,) = [r for r in records if r.kind == "call"]
    assert (call.party, call.duration, call.outcome) == ("95555", 12, CallOutcome.ANSWERED)
    assert sum(r.kind == "unreadable" for r in records) == 1


def test_iphone_backup(tmp_path: Path) -> None:
    ios_backup(tmp_path / "b")
    (source,) = walk([tmp_path / "b"])
    assert isinstance(source, Source)
    check_ios(read(source))


def test_encrypted_iphone_backup_never_touches_the_disk(tmp_path: Path, monkeypatch: Any) -> None:
    pytest.importorskip("iphone_backup_decrypt")
    ios_backup(tmp_path / "b", "口令 7")
    before = {p: p.read_bytes() for p in (tmp_path / "b").rglob("*") if p.is_file()}
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    check_ios(read(Source("b", tmp_path / "b"), ask_secret=secrets("falsch", "口令 7")))
    assert list(temporary.iterdir()) == []
    assert {p: p.read_bytes() for p in (tmp_path / "b").rglob("*") if p.is_file()} == before
    with pytest.raises(InputError, match=r"read\.wrong_password"):
        read(Source("b", tmp_path / "b"), ask_secret=secrets("a", "b", "c"))
    with pytest.raises(InputError, match=r"read\.wants_password"):
        read(Source("b", tmp_path / "b"))


def test_the_databases_of_a_backup_are_read_alone(tmp_path: Path) -> None:
    ios_backup(tmp_path / "b")
    whole = read(Source("b", tmp_path / "b"))
    files = ios_files()
    alone = [r for data in files.values() for r in read(data)]
    assert [(r.kind, r.identity()) for r in alone] == [(r.kind, r.identity()) for r in whole]


def test_a_sent_message_without_a_handle_names_its_conversation(tmp_path: Path) -> None:
    path = tmp_path / "sms.db"
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.executescript("""
            create table handle (id text);
            create table message (text text, date integer, is_from_me integer, service text,
                                  handle_id integer, is_read integer);
            create table chat (chat_identifier text);
            create table chat_message_join (chat_id integer, message_id integer);
            insert into chat values ('+8613800138000'), ('chat123');
            insert into message values ('一', 700000000, 1, 'SMS', 0, 1), ('二', 700000001, 1, 'SMS', 0, 1);
            insert into chat_message_join values (1, 1), (2, 2);
        """)
    one, two = read(Source("sms.db", path))
    assert (one.party, two.party) == ("+8613800138000", "")


def test_real_iphone_backup() -> None:
    if not (SAMPLES / "ios_backup").is_dir():
        pytest.skip("the sample backup is absent")
    (one,) = read(Source("ios_backup", SAMPLES / "ios_backup"))
    assert one.at.year == 2019


# -- WhatsApp

CHATS = [
    "25/03/24, 21:05 - 老张: 你好\n26/03/24, 09:00 - 老张: 早\n第二行\n",
    "[25.03.24, 21:05:09] 老张: 你好\n[26.03.24, 09:00:00] 老张: 早\n第二行\n",
    "3/25/24, 9:05\u202fPM - 老张: 你好\n3/26/24, 9:00\u202fAM - 老张: 早\n第二行\n",
    "2024/3/25 下午9:05 - 老张: 你好\n2024/3/26 上午9:00 - 老张: 早\n第二行\n",
    "\u200e[25/03/2024, 9:05:00 pm] 老张: 你好\n\u200e[26/03/2024, 9:00:00 am] 老张: 早\n第二行\n",
    "2024-03-25, 21:05 - 老张: 你好\n2024-03-26, 09:00 - 老张: 早\n第二行\n",
    "25/03/24, 9:05 p.\u00a0m. - ~\u202f老张: 你好\n26/03/24, 9:00 a.\u00a0m. - \u202a老张\u202c: 早\n第二行\n",
]


@pytest.mark.parametrize("chat", CHATS)
def test_whatsapp_in_many_locales(chat: str) -> None:
    one, two = read(chat.encode())
    assert one.at == datetime(2024, 3, 25, 13, 5, one.at.second, tzinfo=UTC)
    assert (one.party, one.text) == ("老张", "你好")
    assert two.text == "早\n第二行"
    assert two.channel is Channel.WHATSAPP
    zipped_chat = read(zipped(_chat__txt=chat.encode()))
    assert [r.text for r in zipped_chat] == ["你好", "早\n第二行"]


def test_whatsapp_leaves_out_media_and_notes() -> None:
    chat = "25/03/24, 21:04 - Messages and calls are end-to-end encrypted.\n25/03/24, 21:05 - A: <Media omitted>\n25/03/24, 21:06 - A: hi\n"
    assert [r.text for r in read(chat.encode())] == ["", "hi"]
    chat = "25/03/24, 21:05 - A: <省略多媒体文件>\n25/03/24, 21:06 - A: <Medien ausgeschlossen>\n"
    assert [r.text for r in read(chat.encode())] == ["", ""]


# -- what is refused, and hostile files


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "read.empty"),
        (b"\xff\xd8\xff\xe0" + b"x" * 100, "read.picture"),
        (b"\x89PNG\r\n" + b"x" * 100, "read.picture"),
        (b"PK\x03\x04" + b"x" * 100, "read.zip_cut"),
        (b"\x00\x01\x02" * 100, "read.binary_unknown"),
        (
            b"7\x7f\x06\x82" + b"\0" * 2000 + b"2001-01-01,10690000,\xe4\xbd\xa0\n" * 40,
            "read.binary_unknown",
        ),
        (b"<html><body>hi</body></html>", "read.xml_unknown"),
        ("只是一句话".encode(), "read.text_unknown"),
    ],
)
def test_what_it_is_not_is_said(data: bytes, key: str) -> None:
    with pytest.raises(InputError, match=key.replace(".", r"\.")):
        choose(Source("x.xml", None, data))


def test_zip_bombs_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"\0" * 50_000_000)
    (one,) = walk([path])
    assert isinstance(one, Unreadable)
    assert one.why.key == "read.zip_bomb"


def test_a_damaged_member_loses_no_other(tmp_path: Path) -> None:
    path = tmp_path / "mixed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", backup(*[sms(str(n)) for n in range(99)]))
        archive.writestr("../../evil.xml", backup(sms("好")))
    raw = bytearray(path.read_bytes())
    raw[60:75] = b"\xff" * 15
    path.write_bytes(raw)
    first, second = walk([path])
    assert isinstance(first, Unreadable)
    assert isinstance(second, Source)
    assert [r.text for r in read(second)] == ["好"]
    assert not (tmp_path.parent / "evil.xml").exists()


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.xml"
    outside.write_bytes(backup(sms()))
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.xml").symlink_to(outside)
    (one,) = walk([folder])
    assert isinstance(one, Unreadable)
    assert one.why.key == "read.link_out"


VALID = [backup(sms(), sms("b")), json.dumps([ROW]).encode(), zipped(messages__ndjson=json.dumps(ROW).encode()),
         ab(AB), CHATS[0].encode(), gzip.compress(b"x"), BOMB.encode(),
         "时间,号码,短信内容\n2026-03-01 12:30:00,10690001,您好请查收\n".encode()]  # fmt: skip


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_files_are_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(VALID)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        if not raw:
            return
    source = Source("mutated", None, bytes(raw))
    for reader in readers():
        try:
            for _ in reader.read(source, ReadContext(now=NOW)):
                pass
        except InputError:
            pass


@given(st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_arbitrary_bytes_never_break_the_recognising(raw: bytes) -> None:
    source = Source("noise", None, raw)
    for reader in readers():
        assert 0.0 <= reader.recognise(source) <= 1.0
