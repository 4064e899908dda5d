"""The meaning of a detailed report's (详版) records."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from notmyloan.model.credit import (
    AccountKind,
    AccountState,
    CreditAccount,
    CreditLine,
    DatedValue,
    Enquiry,
    Guarantee,
    IdentitySection,
    NonCreditRecord,
    Overdue,
    PublicRecord,
    RepaymentMonth,
)
from notmyloan.model.record import SourceFile
from notmyloan.read.credit_meaning import Taker, amount_or_none, origin_at
from notmyloan.read.credit_page import squeeze
from notmyloan.read.credit_record import Document, Record
from notmyloan.read.credit_refuse import Refuse
from notmyloan.read.credit_words import PUBLIC, STATES, is_blank, read_day

GROUPS = {
    "C1": "被追偿信息", "D1": "非循环贷账户", "R4": "循环额度下分账户", "R1": "循环贷账户",
    "R2": "贷记卡账户", "R3": "准贷记卡账户",
}  # fmt: skip


@dataclass(slots=True)
class Meaning:
    """Turns one report's records into the model's; `report` is the report's number."""

    source: SourceFile
    report: str
    refuse: Refuse

    def accounts(self, document: Document) -> Iterator[CreditAccount]:
        for record, n in _counted(document, GROUPS):
            yield self._account(record, AccountKind(record.section), record.number or n)

    def _account(self, record: Record, kind: AccountKind, number: int) -> CreditAccount:
        take = Taker(record, self.refuse)
        institution = take.need("institution", "管理机构", "发卡机构", "机构名称")
        currency = take.currency_word("currency", "币种")
        state_text = take.need("state_text", "账户状态")
        take.places["state"] = take.places["state_text"]
        state = STATES.get(squeeze(state_text), AccountState.UNKNOWN)
        if state is AccountState.UNKNOWN:
            raise self.refuse("refuse.value", record.values["账户状态"].spot, label="账户状态")
        recovery = kind is AccountKind.RECOVERY
        quasi = kind is AccountKind.QUASI_CREDIT_CARD
        overdue = Overdue(
            current_periods=take.count("overdue.current_periods", "当前逾期期数"),
            current_amount=take.money("overdue.current_amount", "当前逾期总额"),
            principal_31_60=take.money("overdue.principal_31_60", "逾期31-60天未还本金"),
            principal_61_90=take.money("overdue.principal_61_90", "逾期61-90天未还本金"),
            principal_91_180=take.money("overdue.principal_91_180", "逾期91-180天未还本金"),
            principal_over_180=take.money(
                "overdue.principal_over_180", "逾期180天以上未还本金", "透支180天以上未付余额"
            ),
        )
        repayments = tuple(
            RepaymentMonth(m.year, m.month, m.code, amount_or_none(m.amount, currency))
            for m in sorted(record.months, key=lambda m: (m.year, m.month))
        )
        self._months_once(record, repayments)
        if record.months:
            take.places["repayments"] = record.months[0].spot.place()
        special, notes = self._tables(record, take)
        as_of = record.as_of or take.day("as_of", "截至日期")
        account = CreditAccount(
            origin=origin_at(self.source, record.spot),
            report=self.report,
            number=number,
            account_kind=kind,
            group=GROUPS[record.section],
            institution=institution,
            state=state,
            state_text=state_text,
            business=take.text("business", "业务种类", "原债务业务种类"),
            mark=take.text("mark", "账户标识"),
            opened=take.day(
                "opened", *(("债权接收日期", "开立日期") if recovery else ("开立日期",))
            ),
            due=take.day("due", "到期日期"),
            closed=take.day("closed", "账户关闭日期", "销户日期", "结清日期", "转出月份"),
            as_of=as_of,
            currency=currency,
            amount=take.money("amount", *(("债权金额",) if recovery else ("借款金额",))),
            limit=take.money("limit", "账户授信额度", "授信额度"),
            shared_limit=take.money("shared_limit", "共享授信额度"),
            balance=take.money("balance", *(("透支余额", "余额") if quasi else ("余额",))),
            used=take.money("used", "已用额度"),
            instalment_balance=take.money("instalment_balance", "未出单的大额专项分期余额"),
            five_class=take.text("five_class", "五级分类"),
            guarantee=take.text("guarantee", "担保方式"),
            terms=take.count("terms", "还款期数"),
            frequency=take.text("frequency", "还款频率"),
            method=take.text("method", "还款方式"),
            joint=take.text("joint", "共同借款标志"),
            remaining_terms=take.count("remaining_terms", "剩余还款期数", "剩余分期期数"),
            due_this_month=take.money("due_this_month", "本月应还款"),
            due_day=take.day("due_day", "应还款日", "账单日"),
            paid_this_month=take.money("paid_this_month", "本月实还款"),
            last_paid=take.day("last_paid", "最近一次还款日期"),
            average_used=take.money(
                "average_used", "最近6个月平均使用额度", "最近6个月平均透支余额"
            ),
            highest_used=take.money("highest_used", "最大使用额度", "最大透支余额"),
            original_creditor=take.text("original_creditor", "原债权人"),
            overdue=overdue,
            repayments=repayments,
            special=special,
            notes=notes,
            fields=self._fields(record, take),
            places=take.places,
        )
        return account

    def _fields(self, record: Record, take: Taker) -> Mapping[str, str]:
        fields = dict(take.left())
        if record.agreement and not is_blank(record.agreement):
            fields["授信协议标识"] = record.agreement
        return fields

    def _months_once(self, record: Record, months: tuple[RepaymentMonth, ...]) -> None:
        if len({(m.year, m.month) for m in months}) != len(months):
            raise self.refuse("refuse.grid", record.months[0].spot)

    def _tables(
        self, record: Record, take: Taker
    ) -> tuple[tuple[Mapping[str, str], ...], tuple[str, ...]]:
        special: list[Mapping[str, str]] = []
        notes: list[str] = []
        for row in record.tables:
            plain = {label: v.text for label, v in row.items()}
            head = next(iter(plain))
            if "特殊交易类型" in plain:
                special.append(plain)
                take.places.setdefault("special", row["特殊交易类型"].spot.place())
            else:
                day = plain.get("添加日期", "")
                notes.append(f"{head}：{plain[head]}" + (f"（{day}）" if day else ""))
                take.places.setdefault("notes", row[head].spot.place())
        for value in record.notes:
            notes.append(value.text)
            take.places.setdefault("notes", value.spot.place())
        return tuple(special), tuple(notes)

    def guarantees(self, document: Document) -> Iterator[Guarantee]:
        numbers: dict[str, int] = {}
        for record in document.records:
            if record.section != "guarantee":
                continue
            numbers[record.group] = numbers.get(record.group, 0) + 1
            take = Taker(record, self.refuse)
            currency = take.currency_word("currency", "币种")
            institution = take.need("institution", "管理机构", "机构名称", "发卡机构")
            fields = {"币种": currency} if currency != "CNY" else {}
            yield Guarantee(
                origin=origin_at(self.source, record.spot),
                report=self.report,
                number=record.number or numbers[record.group],
                institution=institution,
                for_whom=record.group,
                debtor=take.text("debtor", "主借款人", "姓名"),
                debtor_id_type=take.text("debtor_id_type", "主借款人证件类型", "证件类型"),
                debtor_id=take.text("debtor_id", "主借款人证件号码", "证件号码"),
                business=take.text("business", "业务种类"),
                opened=take.day("opened", "开立日期"),
                due=take.day("due", "到期日期"),
                role=take.text("role", "相关还款责任人类型"),
                amount=take.money("amount", "还款责任金额"),
                contract=take.text("contract", "保证合同编号"),
                as_of=record.as_of or take.day("as_of", "截至日期"),
                balance=take.money("balance", "余额"),
                five_class=take.text("five_class", "五级分类"),
                overdue_months=take.count("overdue_months", "逾期月数"),
                fields={**fields, **self._fields(record, take), **_note_fields(record)},
                places=take.places,
            )

    def lines(self, document: Document) -> Iterator[CreditLine]:
        records = [r for r in document.records if r.section == "line"]
        for n, record in enumerate(records, start=1):
            take = Taker(record, self.refuse)
            currency = take.currency_word("currency", "币种")
            yield CreditLine(
                origin=origin_at(self.source, record.spot),
                report=self.report,
                number=record.number or n,
                institution=take.need("institution", "管理机构", "机构名称", "发卡机构"),
                mark=take.text("mark", "授信协议标识") or record.agreement,
                effective=take.day("effective", "生效日期", "开立日期"),
                expires=take.day("expires", "到期日期"),
                use=take.text("use", "授信额度用途"),
                limit=take.money("limit", "授信额度", "账户授信额度"),
                sub_limit=take.money("sub_limit", "授信限额"),
                used=take.money("used", "已用额度"),
                currency=currency,
                fields={**take.left(), **_note_fields(record)},
                places=take.places,
            )

    def non_credit(self, document: Document) -> Iterator[NonCreditRecord]:
        records = [r for r in document.records if r.section == "non_credit"]
        for n, record in enumerate(records, start=1):
            take = Taker(record, self.refuse)
            yield NonCreditRecord(
                origin=origin_at(self.source, record.spot),
                report=self.report,
                number=record.number or n,
                institution=take.need("institution", "机构名称", "管理机构"),
                business=take.text("business", "业务种类"),
                opened=take.day("opened", "业务开通日期", "开立日期"),
                state=take.text("state", "当前缴费状态"),
                arrears=take.money("arrears", "当前欠费金额"),
                as_of=record.as_of or take.day("as_of", "记账年月", "截至日期"),
                fields={**take.left(), **_note_fields(record)},
                places=take.places,
            )

    def public(self, document: Document) -> Iterator[PublicRecord]:
        for record, n in _counted(document, PUBLIC):
            take = Taker(record, self.refuse)
            fields = take.left()
            places = {k.removeprefix("fields/"): v for k, v in take.places.items()}
            yield PublicRecord(
                origin=origin_at(self.source, record.spot),
                report=self.report,
                number=record.number or n,
                public_kind=PUBLIC[record.section],
                fields={**fields, **_note_fields(record)},
                places=places,
            )

    def enquiries(self, document: Document) -> Iterator[Enquiry]:
        for section, own in (("by_institution", False), ("by_self", True)):
            records = [r for r in document.records if r.section == section]
            for n, record in enumerate(records, start=1):
                take = Taker(record, self.refuse)
                on = take.day("on", "查询日期")
                if on is None:
                    raise self.refuse("refuse.missing", record.spot, label="查询日期")
                by = take.text("by", "查询机构", "查询操作员", "机构名称") if own else (
                    take.need("by", "查询机构", "查询操作员", "机构名称")
                )  # fmt: skip
                yield Enquiry(
                    origin=origin_at(self.source, record.spot),
                    report=self.report,
                    number=record.number or n,
                    on=on,
                    by=by or "本人",
                    reason=take.need("reason", "查询原因"),
                    own=own,
                    places=take.places,
                )

    def identity(self, document: Document) -> IdentitySection | None:
        """Part one, None where the report has none."""
        fields: dict[str, str] = {}
        phones: list[DatedValue] = []
        spouse: dict[str, str] = {}
        homes: list[DatedValue] = []
        jobs: list[DatedValue] = []
        for record in document.records:
            if record.section in ("id", "identity", "papers", "phones"):
                self._person(record, fields, phones)
            elif record.section == "spouse":
                spouse |= {k: v.text for k, v in record.values.items() if not is_blank(v.text)}
            elif record.section == "homes":
                self._dated(record, homes, "居住地址")
            elif record.section == "jobs":
                self._dated(record, jobs, "工作单位")
        if not (fields or phones or homes or jobs or spouse):
            return None
        return IdentitySection(fields, tuple(phones), tuple(homes), tuple(jobs), spouse)

    def _person(self, record: Record, fields: dict[str, str], phones: list[DatedValue]) -> None:
        values = {k: v.text for k, v in record.values.items()}
        if not is_blank(values.get("手机号码", "")):
            self._dated(record, phones, "手机号码", only=True)
            values.pop("手机号码")
            values.pop("信息更新日期", None)
        if record.section == "papers":
            values = {f"其他证件/{k}": v for k, v in values.items()}
        fields |= {label: text for label, text in values.items() if not is_blank(text)}

    def _dated(self, record: Record, out: list[DatedValue], label: str, only: bool = False) -> None:
        value = record.values.get(label)
        rest = {
            k: v.text
            for k, v in record.values.items()
            if k not in (label, "信息更新日期") and not is_blank(v.text)
        }
        if (value is None or is_blank(value.text)) and not rest:
            return
        printed = record.values.get("信息更新日期")
        try:
            updated = read_day(printed.text) if printed else None
        except ValueError:
            raise self.refuse(
                "refuse.value", printed.spot if printed else None, label="信息更新日期"
            ) from None
        text = "" if value is None or is_blank(value.text) else value.text
        out.append(DatedValue(text, updated, {} if only else rest))


def _counted(document: Document, sections: Collection[str]) -> Iterator[tuple[Record, int]]:
    """The records of `sections` in the order printed, each with its place in its section."""
    counts: dict[str, int] = {}
    for record in document.records:
        if record.section in sections:
            counts[record.section] = counts.get(record.section, 0) + 1
            yield record, counts[record.section]


def _note_fields(record: Record) -> dict[str, str]:
    """Sentences and small tables printed with a record that has no notes of its own."""
    out: dict[str, str] = {}
    texts = [v.text for v in record.notes]
    texts += ["，".join(f"{k}：{v.text}" for k, v in row.items()) for row in record.tables]
    if record.months:
        texts.append(" ".join(f"{m.year}-{m.month:02}:{m.code}" for m in record.months))
    if texts:
        out["说明"] = "\n".join(texts)
    return out
