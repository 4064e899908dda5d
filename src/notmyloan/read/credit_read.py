"""From rows to a whole, checked report: every way in ends here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo

from notmyloan.model.credit import (
    CreditAccount,
    CreditFile,
    CreditLine,
    CreditReport,
    Enquiry,
    Guarantee,
    NonCreditRecord,
    PublicRecord,
    ReportVersion,
)
from notmyloan.model.place_in_time import in_zone
from notmyloan.model.record import SourceFile
from notmyloan.read import credit_cn_simplified as simplified
from notmyloan.read import credit_furniture
from notmyloan.read.credit_cn_check import Check
from notmyloan.read.credit_cn_detailed import Meaning
from notmyloan.read.credit_cn_summary import read_summary
from notmyloan.read.credit_meaning import origin_at
from notmyloan.read.credit_page import Row, Spot, fold, squeeze
from notmyloan.read.credit_record import Document, Value
from notmyloan.read.credit_refuse import Refuse
from notmyloan.read.credit_tables import Parser
from notmyloan.read.credit_words import MARITAL, is_blank, read_moment

CreditRecord = (
    CreditReport | CreditAccount | Guarantee | CreditLine | NonCreditRecord | PublicRecord
    | Enquiry
)  # fmt: skip

_SIGNS = re.compile(
    r"个人信用报告|个人征信报告|报告编号|信贷记录|信贷交易信息明细|查询记录|被查询者|信息概要|"
    r"证件号码|征信中心|公共记录|报告时间"
)
_DETAILED = re.compile(r"信贷交易信息明细|被查询者|非循环贷账户|循环额度下分账户|查询记录概要")
_SIMPLE = re.compile(r"信贷记录|发放的(?:准)?贷记卡|明细如下|发放的[\d,]+元")


def likeness(text: str) -> float:
    """How much `text` is a personal credit report, from the words it must use."""
    found = set(_SIGNS.findall(squeeze(text)))
    if not ({"个人信用报告", "个人征信报告", "报告编号"} & found):
        return 0.0
    return min(0.35 + 0.15 * len(found), 0.98) if len(found) >= 3 else 0.0


def read_report(
    pages: Sequence[list[Row]],
    source: SourceFile,
    zone: tzinfo,
    confidence: float = 1.0,
) -> CreditFile:
    """The whole report. Raises InputError naming page and mend where any of it is not certain."""
    refuse = Refuse(source.name)
    rows = credit_furniture.strip(pages, refuse)
    words = squeeze("".join(r.text for r in rows))
    detailed = _DETAILED.search(words) is not None
    if (not detailed and _SIMPLE.search(words) is None) or likeness(words) < 0.5:
        raise refuse("refuse.layout", rows[0].spot if rows else None)
    right = max((r.spot.x1 for r in rows), default=0.0)
    document = Parser(refuse, detailed, right).feed(rows)
    needed = ("credit", "enquiries") if detailed else ("credit_simple", "enquiries")
    for section in needed:
        if section in document.sections:
            continue
        if section == "credit" and {"D1", "R4", "R1", "R2", "R3"} & set(document.sections):
            continue
        if section == "enquiries" and {"by_institution", "by_self"} & set(document.sections):
            continue
        raise refuse("refuse.section", rows[-1].spot, section=_SECTION_WORDS[section])
    _rejoin(document)
    number = _head(document, ("报告编号",))
    if number is None:
        raise refuse("refuse.missing", rows[0].spot, label="报告编号")
    meaning = Meaning(source, re.sub(r"\s", "", number.text), refuse)
    report = _report(document, meaning, zone, detailed, confidence)
    if detailed:
        accounts = tuple(meaning.accounts(document))
        guarantees = tuple(meaning.guarantees(document))
    else:
        accounts = tuple(simplified.accounts(document, source, meaning.report, refuse))
        guarantees = tuple(simplified.guarantees(document, source, meaning.report, refuse))
    file = CreditFile(
        report=report,
        accounts=accounts,
        guarantees=guarantees,
        lines=tuple(meaning.lines(document)),
        non_credit=tuple(meaning.non_credit(document)),
        public=tuple(meaning.public(document)),
        enquiries=tuple(meaning.enquiries(document)),
    )
    spot = document.sections.get("summary") or next(iter(document.sections.values()), None)
    Check(file, refuse, spot).run()
    return file


_SECTION_WORDS = {
    "credit": "信贷交易信息明细", "credit_simple": "信贷记录", "enquiries": "查询记录",
}  # fmt: skip


def records(file: CreditFile) -> Iterator[CreditRecord]:
    """The report first, then its parts in the order they are printed."""
    yield file.report
    yield from file.accounts
    yield from file.guarantees
    yield from file.lines
    yield from file.non_credit
    yield from file.public
    yield from file.enquiries


def _head(document: Document, labels: Sequence[str]) -> Value | None:
    for label in labels:
        if label in document.head and not is_blank(document.head[label].text):
            return document.head[label]
    return None


_FIGURES = re.compile(r"[0-9Xx*]+")


def _rejoin(document: Document) -> None:
    """Figures of the head that wrapped within their cell go back to the value right above.

    Where it is not one value only they stay loose, and the head is refused.
    """
    for loose in list(document.loose):
        if not _FIGURES.fullmatch(squeeze(loose.text)):
            continue
        here = loose.spot
        tall = here.y1 - here.y0
        above = [
            label
            for label, value in document.head.items()
            if value.spot.page == here.page
            and _FIGURES.search(squeeze(value.text)[-1:])
            and 0 <= here.y0 - value.spot.y1 + 0.3 * tall < 1.1 * tall
            and value.spot.x0 - 9 * tall < here.x0 < value.spot.x1
        ]
        if len(above) == 1:
            value = document.head[above[0]]
            document.head[above[0]] = replace(value, text=value.text + loose.text)
            document.loose.remove(loose)


def _report(
    document: Document, meaning: Meaning, zone: tzinfo, detailed: bool, confidence: float
) -> CreditReport:
    refuse = meaning.refuse
    places: dict[str, str] = {}
    start = next(iter(document.head.values())).spot

    def need(name: str, *labels: str) -> str:
        value = _head(document, labels)
        if value is None:
            raise refuse("refuse.missing", start, label=labels[0])
        places[name] = value.spot.place()
        return value.text.strip()

    def may(name: str, *labels: str) -> str | None:
        value = _head(document, labels)
        if value is None:
            return None
        places[name] = value.spot.place()
        return value.text.strip()

    need("number", "报告编号")
    printed = need("at", "报告时间")
    try:
        at = in_zone(read_moment(printed), zone)
    except ValueError:
        raise refuse("refuse.value", document.head["报告时间"].spot, label="报告时间") from None
    name = need("name", "被查询者姓名", "姓名")
    id_type = need("id_type", "被查询者证件类型", "证件类型")
    id_number = "".join(fold(need("id_number", "被查询者证件号码", "证件号码")).split()).upper()
    # The simplified report prints the marital word bare behind the number.
    marital_tail = next((word for word in (*MARITAL, "--") if id_number.endswith(word)), None)
    if marital_tail is not None:
        id_number = id_number.removesuffix(marital_tail)
    together = re.fullmatch(rf"([0-9A-Z*]+)({'|'.join(MARITAL)}|-+)", id_number)
    if together:  # the marital word stands right behind the number, without a label
        id_number = together[1]
    torn = any(_FIGURES.fullmatch(squeeze(v.text)) for v in document.loose)
    # Whole, or masked up to the last four; anything else lost its end to another line.
    whole = r"\d{15}|\d{17}[\dX]|\d*\*+\d{3,}[\dX]"
    short = "身份证" in id_type and not re.fullmatch(whole, id_number)
    if torn or short or not re.fullmatch(r"[0-9A-Z*]{4,24}", id_number):
        raise refuse("refuse.value", start, label="证件号码")
    identity = meaning.identity(document) if detailed else None
    marital = may("marital", "婚姻状况")
    if marital is None and identity is not None:
        marital = identity.fields.get("婚姻状况")
    if marital is None and marital_tail in MARITAL:
        marital, places["marital"] = marital_tail, places["id_number"]
    if marital is None and together and together[2] in MARITAL:
        marital, places["marital"] = together[2], places["id_number"]
    if marital is None:
        for value in document.loose:
            if squeeze(value.text) in MARITAL:
                marital = squeeze(value.text)
                places["marital"] = value.spot.place()
    return CreditReport(
        origin=origin_at(meaning.source, Spot(*start)),
        number=meaning.report,
        at=at,
        version=ReportVersion.DETAILED if detailed else ReportVersion.SIMPLIFIED,
        name=name,
        id_type=id_type,
        id_number=id_number,
        marital=marital,
        queried_by=may("queried_by", "查询机构"),
        query_reason=may("query_reason", "查询原因"),
        identity_section=identity,
        summary=read_summary(document.summary),
        alerts=_alerts(document),
        confidence=confidence,
        places=places,
    )


_BOILERPLATE = re.compile(r"^(?:--|无|暂无)$|系统中?(?:没有|无)")


def _alerts(document: Document) -> tuple[str, ...]:
    """防欺诈警示, 异议信息提示 and 本人声明, a text each, those that say nothing left out."""
    out = [v.text for v in document.alerts]
    if (warning := document.head.get("防欺诈警示")) is not None:
        out.append(f"防欺诈警示：{warning.text}")
    out += [
        v.text for v in document.loose if re.match(r"(?:防欺诈|异议|本人声明)", squeeze(v.text))
    ]
    for record in document.records:
        if record.section in ("fraud_alert", "statement", "objection", "objection_alert"):
            out.append("，".join(f"{k}：{v.text}" for k, v in record.values.items()))
            out += [v.text for v in record.notes]
    return tuple(t for t in dict.fromkeys(out) if not _BOILERPLATE.search(squeeze(t)))
