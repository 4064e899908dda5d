"""The life as files: the same formats that phones, wallets and banks export."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import plistlib
import random
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import quoteattr

from notmyloan.model.errors import MissingExtraError
from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.model.text import Text
from notmyloan.story.events import Life, Paid, Rang, Said

APPLE_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
HEAD = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
BACKUP = 'backup_set="0c0ffee0" backup_date="1" type="full"'


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _surrogates(attribute: str) -> str:
    """Characters outside the basic plane as that app writes them: two numeric references."""
    if attribute.isascii() or all(ord(c) <= 0xFFFF for c in attribute):
        return attribute
    out = []
    for c in attribute:
        if ord(c) <= 0xFFFF:
            out.append(c)
        else:
            code = ord(c) - 0x10000
            out.append(f"&#{0xD800 + (code >> 10)};&#{0xDC00 + (code & 0x3FF)};")
    return "".join(out)


def sms_element(message: Said) -> str:
    """One `<sms>` of SMS Backup & Restore."""
    fields = {
        "protocol": "0", "address": message.party, "date": str(_ms(message.at)),
        "type": "2" if message.sent else "1", "subject": "null", "body": message.text,
        "toa": "null", "sc_toa": "null", "service_center": "null", "read": "1", "status": "-1",
        "locked": "0", "date_sent": str(_ms(message.at) - 1000), "sub_id": "1",
        "readable_date": f"{message.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        "contact_name": message.contact or "(Unknown)",
    }  # fmt: skip
    return (
        "  <sms " + " ".join(f"{k}={_surrogates(quoteattr(v))}" for k, v in fields.items()) + " />"
    )


def write_sms_xml(path: Path, messages: Sequence[Said], mms: int = 3) -> None:
    """SMS Backup & Restore messages, `mms` of them as MMS with an attachment."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n")
        out.write(
            f'<smses count="{len(messages)}" backup_set="0c0ffee0" backup_date="1" type="full">\n'
        )
        rest = [m for m in messages if m.contact and not m.sent]
        as_mms = set(map(id, rest[:: max(len(rest) // max(mms, 1), 1)][:mms]))
        for message in messages:
            if id(message) in as_mms:
                out.write(_mms_element(message))
            else:
                out.write(sms_element(message) + "\n")
        out.write("</smses>\n")


def _mms_element(message: Said) -> str:
    data = "iVBORw0KGgo" * 40
    return (
        f'  <mms date="{_ms(message.at)}" msg_box="1" address={quoteattr(message.party)} read="1" '
        f'sub="null" m_type="132" contact_name={quoteattr(message.contact or "(Unknown)")}>\n'
        f'    <parts>\n      <part seq="0" ct="image/png" cl="image.png" text="null" data="{data}" />\n'
        f'      <part seq="0" ct="text/plain" cl="null" text={_surrogates(quoteattr(message.text))} />\n'
        f"    </parts>\n    <addrs>\n"
        f'      <addr address={quoteattr(message.party)} type="137" charset="106" />\n'
        f"    </addrs>\n  </mms>\n"
    )


def write_calls_xml(path: Path, calls: Sequence[Rang]) -> None:
    """SMS Backup & Restore calls."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n")
        out.write(
            f'<calls count="{len(calls)}" backup_set="0c0ffee0" backup_date="1" type="full">\n'
        )
        for call in calls:
            out.write(
                f'  <call number={quoteattr(call.party)} duration="{call.seconds}" '
                f'date="{_ms(call.at)}" type="{call.outcome}" presentation="1" subscription_id="1" '
                f"contact_name={quoteattr(call.contact or '(Unknown)')} />\n"
            )
        out.write("</calls>\n")


def _android(message: Said) -> dict[str, str]:
    return {
        "address": message.party, "date": str(_ms(message.at)), "date_sent": str(_ms(message.at)),
        "type": "2" if message.sent else "1", "body": message.text, "read": "1", "sub_id": "1",
        "thread_id": "1",
    }  # fmt: skip


def write_sms_ie(path: Path, messages: Iterable[Said]) -> None:
    """SMS Import / Export, version 2."""
    lines = "".join(
        json.dumps(_android(m) | ({"__display_name": m.contact} if m.contact else {}),
                   ensure_ascii=False) + "\n"
        for m in messages
    )  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo("messages.ndjson", (2026, 11, 20, 12, 0, 0))
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, lines)


def write_fossify(path: Path, messages: Iterable[Said]) -> None:
    """Fossify Messages, flat form."""
    rows = [
        {"subscriptionId": 1, "address": m.party, "body": m.text, "date": _ms(m.at),
         "dateSent": _ms(m.at), "locked": 0, "protocol": None, "read": 1, "status": -1,
         "type": 2 if m.sent else 1, "serviceCenter": None, "backupType": "sms"}
        for m in messages
    ]  # fmt: skip
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def write_csv(path: Path, messages: Iterable[Said]) -> None:
    """A plain CSV as some phone manager writes it."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["时间", "号码", "联系人", "收发类型", "短信内容"])
        for m in messages:
            writer.writerow([f"{m.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", m.party,
                             m.contact or "", "发送" if m.sent else "接收", m.text])  # fmt: skip


def write_android_db(folder: Path, messages: Iterable[Said], calls: Iterable[Rang]) -> None:
    """`mmssms.db` and `calllog.db`."""
    for name in ("mmssms.db", "calllog.db"):
        (folder / name).unlink(missing_ok=True)
    db = sqlite3.connect(folder / "mmssms.db")
    db.execute(
        "create table sms (_id integer primary key, thread_id integer, address text, person int,"
        " date integer, date_sent integer, protocol int, read int, status int, type int,"
        " subject text, body text, service_center text, locked int, sub_id int, oem_flag int)"
    )
    db.executemany(
        "insert into sms (address, date, date_sent, read, type, body, sub_id)"
        " values (?, ?, ?, 1, ?, ?, 1)",
        [(m.party, _ms(m.at), _ms(m.at), 2 if m.sent else 1, m.text) for m in messages],
    )
    db.commit()
    db.close()
    db = sqlite3.connect(folder / "calllog.db")
    db.execute(
        "create table calls (_id integer primary key, number text, presentation int, date integer,"
        " duration integer, type int, name text, countryiso text, geocoded_location text,"
        " subscription_id text)"
    )
    db.executemany(
        "insert into calls (number, presentation, date, duration, type, name)"
        " values (?, 1, ?, ?, ?, ?)",
        [(c.party, _ms(c.at), c.seconds, c.outcome, c.contact) for c in calls],
    )
    db.commit()
    db.close()


def write_android_backup(path: Path, messages: Iterable[Said]) -> None:
    """A plain `.ab` with the telephony provider's messages."""
    inner = zlib.compress(json.dumps([_android(m) for m in messages], ensure_ascii=False).encode())
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        member = tarfile.TarInfo("apps/com.android.providers.telephony/d_f/000000_sms_backup")
        member.size = len(inner)
        archive.addfile(member, io.BytesIO(inner))
    path.write_bytes(b"ANDROID BACKUP\n5\n1\nnone\n" + zlib.compress(tar.getvalue()))


def write_ios_backup(folder: Path, messages: Iterable[Said], calls: Iterable[Rang]) -> None:
    """An unencrypted iPhone backup: messages (half of them as `attributedBody`) and calls."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {"Library/SMS/sms.db": _sms_db(messages),
             "Library/CallHistoryDB/CallHistory.storedata": _call_db(calls)}  # fmt: skip
    (folder / "Manifest.db").unlink(missing_ok=True)
    manifest = sqlite3.connect(folder / "Manifest.db")
    manifest.execute(
        "create table Files (fileID text primary key, domain text, relativePath text, flags int,"
        " file blob)"
    )
    for path, image in paths.items():
        name = hashlib.sha1(f"HomeDomain-{path}".encode(), usedforsecurity=False).hexdigest()
        (folder / name[:2]).mkdir(exist_ok=True)
        (folder / name[:2] / name).write_bytes(image)
        manifest.execute("insert into Files values (?, 'HomeDomain', ?, 1, x'')", (name, path))
    manifest.commit()
    manifest.close()
    with (folder / "Manifest.plist").open("wb") as out:
        plistlib.dump({"IsEncrypted": False, "Version": "10.0"}, out)
    with (folder / "Info.plist").open("wb") as out:
        plistlib.dump({"Product Version": "18.1", "Device Name": "iPhone"}, out)


def _sms_db(messages: Iterable[Said]) -> bytes:
    db = sqlite3.connect(":memory:")
    db.execute("create table handle (ROWID integer primary key, id text, service text)")
    db.execute(
        "create table message (ROWID integer primary key, guid text, text text, handle_id int,"
        " service text, attributedBody blob, date integer, is_from_me int, is_read int)"
    )
    handles: dict[str, int] = {}
    for n, m in enumerate(messages, 1):
        handle = handles.setdefault(m.party, len(handles) + 1)
        date = int((m.at - APPLE_EPOCH) / timedelta(microseconds=1)) * 1000
        body = _typedstream(m.text) if n % 2 else None
        db.execute(
            "insert into message values (?, ?, ?, ?, 'SMS', ?, ?, ?, 1)",
            (n, f"g{n}", None if body else m.text, handle, body, date, int(m.sent)),
        )
    db.executemany("insert into handle values (?, ?, 'SMS')", [(n, h) for h, n in handles.items()])
    db.commit()
    return db.serialize()


def _typedstream(text: str) -> bytes:
    raw = text.encode()
    length = bytes([len(raw)]) if len(raw) < 0x80 else b"\x81" + len(raw).to_bytes(2, "little")
    return (
        b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84"
        b"\x08NSObject\x00\x85\x92\x84\x84\x84\x08NSString\x01\x94\x84\x01+"
        + length
        + raw
        + b"\x86"
    )


def _call_db(calls: Iterable[Rang]) -> bytes:
    db = sqlite3.connect(":memory:")
    db.execute(
        "create table ZCALLRECORD (Z_PK integer primary key, ZADDRESS text, ZDATE real,"
        " ZDURATION real, ZORIGINATED int, ZANSWERED int)"
    )
    db.executemany(
        "insert into ZCALLRECORD (ZADDRESS, ZDATE, ZDURATION, ZORIGINATED, ZANSWERED)"
        " values (?, ?, ?, ?, ?)",
        [(c.party, (c.at - APPLE_EPOCH).total_seconds(), float(c.seconds), int(c.outcome == 2),
          int(c.outcome == 1)) for c in calls],
    )  # fmt: skip
    db.commit()
    return db.serialize()


def write_whatsapp(path: Path, messages: Iterable[Said], own: str) -> None:
    """A chat's text export, Android, day first, 24 hours."""
    lines = ["01/02/24, 09:00 - Messages and calls are end-to-end encrypted. Tap to learn more."]
    for m in messages:
        at = m.at.astimezone(SHANGHAI)
        lines.append(f"{at:%d/%m/%y, %H:%M} - {own if m.sent else m.contact or m.party}: {m.text}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


# -- bills


def write_alipay(path: Path, life: Life, rng: random.Random) -> None:
    """Alipay's CSV, GB18030, with its preamble and padded cells."""
    rows = [p for p in life.payments if p.account == "alipay"]
    out, paid = sum(-p.amount for p in rows if p.amount < 0), [p for p in rows if p.amount < 0]
    income = [p for p in rows if p.amount > 0]
    lines = [
        "-" * 84,
        "导出信息：",
        f"姓名：{life.person.name}",
        f"支付宝账户：{life.person.email}",
        f"起始时间：[{rows[0].at:%Y-%m-%d} 00:00:00]    终止时间：[{rows[-1].at:%Y-%m-%d} 23:59:59]",
        "导出交易类型：[全部]",
        f"导出时间：[{life.today:%Y-%m-%d} 12:00:00]",
        f"共{len(rows)}笔记录",
        f"收入：{len(income)}笔 {sum((p.amount for p in income), Decimal(0)):.2f}元",
        f"支出：{len(paid)}笔 {out:.2f}元",
        "不计收支：0笔 0.00元",
        "",
        "-" * 24 + "支付宝（中国）网络技术有限公司  电子客户回单" + "-" * 24,
        "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,",
    ]
    for n, p in enumerate(rows):
        lines.append(
            f"{p.at:%Y-%m-%d %H:%M:%S},日用百货,{p.who},shop***@example.com,{p.what},"
            f"{'支出' if p.amount < 0 else '收入'},{abs(p.amount):.2f},余额,交易成功,"
            f"{p.at:%Y%m%d}2200141{n:012d}\t,{p.at:%Y%m%d}{rng.randrange(10**8):08d}\t,,"
        )
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("gb18030"))


def write_wechat(path: Path, life: Life) -> None:
    """WeChat Pay's XLSX of the present form. Raises MissingExtraError without openpyxl."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise MissingExtraError("story", Text("core.purpose.story")) from None

    rows = [p for p in life.payments if p.account == "wechat"]
    spent = sum((-p.amount for p in rows if p.amount < 0), Decimal(0))
    book = Workbook()
    sheet = book.active
    sheet.append(["微信支付账单明细"])
    sheet.append([f"微信昵称：[{life.person.name[0]}先生]"])
    sheet.append(
        [f"起始时间：[{rows[0].at:%Y-%m-%d %H:%M:%S}] 终止时间：[{rows[-1].at:%Y-%m-%d %H:%M:%S}]"]
    )
    sheet.append(["导出类型：[全部]"])
    sheet.append([f"共{len(rows)}笔记录"])
    sheet.append(["收入：0笔 0.00元"])
    sheet.append([f"支出：{len(rows)}笔 {spent:.2f}元"])
    sheet.append([])
    sheet.append(["----------------------微信支付账单明细列表--------------------"])
    sheet.append(["交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式",
                  "当前状态", "交易单号", "商户单号", "备注"])  # fmt: skip
    for n, p in enumerate(rows):
        sheet.append([f"{p.at:%Y-%m-%d %H:%M:%S}", "商户消费", p.who, p.what, "支出",
                      f"¥{-p.amount:.2f}", "零钱", "支付成功", f"42000{p.at:%Y%m%d}{n:010d}\t",
                      f"{n:012d}\t", "/"])  # fmt: skip
    stamp = datetime(life.today.year, life.today.month, life.today.day, 12, 0)
    book.properties.created = book.properties.modified = stamp
    book.save(path)


def write_bank(path: Path, life: Life, account: str, opening: Decimal = Decimal(20000)) -> None:
    """A bank's CSV with running balances, GB18030."""
    rows: list[Paid] = [p for p in life.payments if p.account == account]
    card = life.person.cards[account]
    lines = [
        f"{account}账户交易明细",
        f"卡号：{card[:4]}****{card[-4:]},户名：{life.person.name}",
        "",
        "交易日期,交易时间,摘要,收入金额,支出金额,账户余额,对方户名,对方账号",
    ]
    balance = opening
    for p in rows:
        balance += p.amount
        lines.append(
            f"{p.at:%Y-%m-%d},{p.at:%H:%M:%S},{p.what},"
            f"{p.amount if p.amount > 0 else ''},{-p.amount if p.amount < 0 else ''},"
            f"{balance:.2f},{p.who},6222****{sum(map(ord, p.who)) % 10000:04d}"
        )
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("gb18030"))
