"""Makes a life up and writes it: what the person has into `exports/`, what really happened into
`truth/`. Nothing that detects anything may read the truth."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from notmyloan.model.label import Label
from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.story.chance import moment
from notmyloan.story.events import Life, Said
from notmyloan.story.exports import (
    BACKUP,
    HEAD,
    sms_element,
    write_alipay,
    write_android_backup,
    write_android_db,
    write_bank,
    write_calls_xml,
    write_csv,
    write_fossify,
    write_ios_backup,
    write_sms_ie,
    write_sms_xml,
    write_wechat,
    write_whatsapp,
)
from notmyloan.story.people import make_person, mobile
from notmyloan.story.photos import write_photos
from notmyloan.story.plot import OWN_CARD_BANK, plot
from notmyloan.story.reports import write_reports
from notmyloan.story.turns import SALARY_BANK
from notmyloan.story.wording import kinds, say

TODAY = date(2026, 11, 20)
FORMATS = ("sms_xml", "ios", "bills", "reports", "lists", "photos")
EVERY_FORMAT = (*FORMATS, "sms_ie", "fossify", "csv", "android_db", "android_backup", "whatsapp")


def make_life(
    seed: int, years: int = 4, busy: float = 1.0, today: date = TODAY, *, difficult: bool = False
) -> Life:
    """A life of `years` years up to `today`; the same seed gives the same life. A `difficult` one
    is hard to judge (`story.turns.hard`)."""
    rng = random.Random(seed)
    life = Life(make_person(rng), today)
    plot(life, rng, years, busy, random.Random(f"turns {seed}") if difficult else None)
    return life


def write_life(
    out: Path,
    seed: int,
    years: int = 4,
    busy: float = 1.0,
    today: date = TODAY,
    formats: Sequence[str] = FORMATS,
    *,
    difficult: bool = False,
) -> Life:
    """Write a life's files below `out`. The formats are names of EVERY_FORMAT."""
    life = make_life(seed, years, busy, today, difficult=difficult)
    rng = random.Random(seed + 1)
    exports = out / "exports"
    for folder in ("phone", "bills", "credit", "photos", "lists"):
        (exports / folder).mkdir(parents=True, exist_ok=True)
    phone = exports / "phone"
    # The last year's family talk came in on an iPhone bought then.
    switch = datetime.combine(today - timedelta(days=300), datetime.min.time(), SHANGHAI)
    later = [m for m in life.messages if m.contact and m.at >= switch]
    later_ids = set(map(id, later))
    android = [m for m in life.messages if id(m) not in later_ids]
    if "ios" not in formats:
        android, later = life.messages, []
    if "sms_xml" in formats:
        write_sms_xml(phone / "sms.xml", android)
        write_calls_xml(phone / "calls.xml", life.calls)
    if later:
        write_ios_backup(phone / "iphone-backup", later, [])
    if "sms_ie" in formats:
        write_sms_ie(phone / "messages-export.zip", android)
    if "fossify" in formats:
        write_fossify(phone / "fossify.json", android)
    if "csv" in formats:
        write_csv(phone / "messages.csv", android)
    if "android_db" in formats:
        write_android_db(phone, android, life.calls)
    if "android_backup" in formats:
        write_android_backup(phone / "backup.ab", android)
    if "whatsapp" in formats:
        chat = [m for m in life.messages if m.contact == "小周"]
        write_whatsapp(phone / "whatsapp-chat.txt", chat, life.person.name)
    if "bills" in formats and "bills" in life.papers:
        write_alipay(exports / "bills" / "alipay.csv", life, rng)
        write_wechat(exports / "bills" / "wechat.xlsx", life)
        write_bank(exports / "bills" / "icbc.csv", life, SALARY_BANK)
    if "reports" in formats:
        write_reports(exports / "credit", life, rng)
    if "photos" in formats:
        write_photos(exports / "photos", life.person)
    if "lists" in formats and life.lists != "none":
        _write_lists(exports / "lists", life)
    _write_truth(out / "truth", life)
    return life


def _write_lists(folder: Path, life: Life) -> None:
    """What the person wrote down themselves, and whom they remember to have given what."""
    person = life.person
    first = min(g.on for g in life.gave)
    lines = [
        "[mine]",
        f'names = ["{person.name}"]',
        f'id_numbers = ["{person.id_number}"]',
        f'phones = ["{person.phone}", "{person.second_phone}"]',
        f'employers = ["{person.employer}"]',
        f'addresses = ["{person.address}"]',
        "",
    ]
    if life.lists == "all":
        lines.insert(0, 'complete = ["cards", "accounts", "applications"]')
    if life.lists != "phones":
        for bank, number in person.cards.items():
            lines += ["[[mine.cards]]", f'number = "{number[-4:]}"', f'bank = "{bank}"', ""]
        lines += ["[[mine.applications]]", f'institution = "{OWN_CARD_BANK}"',
                  f"on = {first}", ""]  # fmt: skip
    for loan in life.borrowed:
        if loan.listed:
            lines += ["[[mine.accounts]]", f'lender = "{loan.listed}"', f"opened = {loan.opened}",
                      ""]  # fmt: skip
        if loan.listed_application:
            lines += ["[[mine.applications]]", f'institution = "{loan.legal}"',
                      f"on = {loan.opened}", ""]  # fmt: skip
    (folder / "mine.toml").write_text("\n".join(lines), encoding="utf-8")
    with (folder / "gave.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["给谁", "日期", "给了什么", "用途"])
        for gave in life.gave:
            if gave.listed:
                writer.writerow([gave.recipient, gave.on, "、".join(gave.given), gave.purpose])


def _foreign_identity(life: Life) -> list[str]:
    """The phones, addresses and employers of the reports that are not the person's."""
    person = life.person
    own = {person.phone, person.second_phone, person.address, person.employer}
    sections = [file.report.identity_section for file in life.reports]
    return [
        value.value
        for section in sections
        if section is not None
        for value in (*section.phones, *section.homes, *section.jobs)
        if value.value not in own
    ]


def _write_truth(folder: Path, life: Life) -> None:
    folder.mkdir(parents=True, exist_ok=True)

    def plain(value: Any) -> Any:
        return {k: str(v) if not isinstance(v, (bool, int, str)) else v
                for k, v in asdict(value).items()}  # fmt: skip

    with (folder / "messages.jsonl").open("w", encoding="utf-8") as out:
        for message in life.messages:
            out.write(json.dumps(plain(message), ensure_ascii=False) + "\n")
    with (folder / "calls.jsonl").open("w", encoding="utf-8") as out:
        for call in life.calls:
            out.write(json.dumps(plain(call), ensure_ascii=False) + "\n")
    truth = {
        "leaks": [{"recipient": who, "on": day.isoformat()} for who, day in life.leaks],
        "borrowed": [plain(loan) for loan in life.borrowed],
        "foreign_accounts": life.foreign_accounts,
        "foreign_enquiries": life.foreign_enquiries,
        "foreign_identity": _foreign_identity(life),
    }
    (folder / "truth.json").write_text(
        json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8"
    )


_MIX = (("personal", Label.PERSONAL, 30), ("transactional", Label.TRANSACTIONAL, 28),
        ("marketing", Label.MARKETING, 12), ("loan", Label.LOAN_SOLICITATION, 18),
        ("code_login", Label.VERIFICATION_CODE, 8), ("dunning", Label.DUNNING, 2),
        ("fraud", Label.FRAUD, 2))  # fmt: skip


def many_messages(count: int, seed: int, years: int = 10) -> Iterator[Said]:
    """`count` messages of a busy phone over `years`, in order of time, for benchmarks."""
    rng = random.Random(seed)
    names, labels, weights = zip(*_MIX, strict=True)
    parties = [mobile(rng) for _ in range(60)] + [f"1069{rng.randrange(10**8)}" for _ in range(900)]
    first = TODAY - timedelta(days=365 * years)
    for n in range(count):
        at = moment(rng, first + timedelta(days=365 * years * n // count))
        position = rng.choices(range(len(names)), weights)[0]
        text = say(rng, names[position], at)
        yield Said(at, rng.choice(parties), text, labels[position])


def make_messages_xml(path: Path, count: int, seed: int) -> None:
    """An SMS Backup & Restore file of `count` messages, streamed to disk."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(HEAD)
        out.write(f'<smses count="{count}" {BACKUP}>\n')
        for message in many_messages(count, seed):
            out.write(sms_element(message) + "\n")
        out.write("</smses>\n")


def texts(seed: int, each: int) -> Iterator[tuple[str, str]]:
    """`each` texts of every kind, as (kind, text): for measuring the screening."""
    rng = random.Random(seed)
    at = datetime.combine(TODAY, datetime.min.time(), SHANGHAI)
    for kind in kinds():
        for _ in range(each):
            yield kind, say(rng, kind, at)
