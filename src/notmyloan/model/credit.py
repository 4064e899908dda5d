"""What a personal credit report says, as records.

The report itself, each account, each guarantee, each enquiry and so on is a
record of its own, tied together by the report's number. Money and dates are
None where the report prints `--` or nothing; words the report uses are kept as
printed beside the enum they were read as. `places` maps a field's name to its
place on the page, in the form of `Origin.place`.

Source of the layouts: `报告编号` headers of the PBOC Credit Reference Centre's
simplified (简版) and second-generation detailed (详版) reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from notmyloan.model.money import Money
from notmyloan.model.record import Origin, Private


class ReportVersion(StrEnum):
    SIMPLIFIED = "simplified"
    DETAILED = "detailed"


@dataclass(frozen=True, slots=True, repr=False)
class DatedValue(Private):
    """A value of the identity section with the day the report says it was updated."""

    value: str
    updated: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class IdentitySection(Private):
    """Part one of the detailed report. `fields` holds single values under the printed label
    (性别, 出生日期, 婚姻状况, 学历, …); the lists are newest first, as printed. `homes` carry
    居住状况 and home phone, `jobs` the employer with 职业, 行业, 单位地址 … in `extra`."""

    fields: Mapping[str, str] = field(default_factory=dict)
    phones: tuple[DatedValue, ...] = ()
    homes: tuple[DatedValue, ...] = ()
    jobs: tuple[DatedValue, ...] = ()
    spouse: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class CreditReport(Private):
    """The head of a report and its own summary counts, the check sum of the reading.

    `id_number` as printed, full or masked (`**************1234`). `summary` maps
    a printed cell, `row/column` (`账户数/信用卡`), to its count, `--` read as 0.
    `alerts` are lines of 防欺诈警示, 异议信息提示 and 本人声明. `confidence` is 1
    for a text report, the recogniser's lowest for a scan.
    """

    kind: ClassVar[str] = "credit_report"
    origin: Origin
    number: str
    at: datetime
    version: ReportVersion
    name: str
    id_type: str
    id_number: str
    marital: str | None = None
    queried_by: str | None = None
    query_reason: str | None = None
    identity_section: IdentitySection | None = None
    summary: Mapping[str, int] = field(default_factory=dict)
    alerts: tuple[str, ...] = ()
    confidence: float = 1.0
    places: Mapping[str, str] = field(default_factory=dict)

    def identity(self) -> tuple[str, ...]:
        return (self.number, self.at.isoformat())


class AccountKind(StrEnum):
    """The report's own account types."""

    LOAN = "D1"  # 非循环贷账户, and every 贷款 of the simplified report with an amount
    REVOLVING_SUB = "R4"  # 循环额度下分账户
    REVOLVING = "R1"  # 循环贷账户, and the 授信 rows of the simplified report
    CREDIT_CARD = "R2"  # 贷记卡
    QUASI_CREDIT_CARD = "R3"  # 准贷记卡
    RECOVERY = "C1"  # 被追偿信息
    OTHER = "other"


class AccountState(StrEnum):
    """The account's state, read from the words the report uses for its kind."""

    NORMAL = "normal"
    OVERDUE = "overdue"
    SETTLED = "settled"
    CLOSED = "closed"
    BAD_DEBT = "bad_debt"
    INACTIVE = "inactive"
    FROZEN = "frozen"
    STOPPED = "stopped"
    TRANSFERRED = "transferred"
    UNDERSECURED = "undersecured"
    LIQUIDATED = "liquidated"
    LEGAL_RECOVERY = "legal_recovery"
    COLLECTING = "collecting"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, repr=False)
class Overdue(Private):
    """Overdue facts. Months count whole months in the last five years; money in the account's
    currency. None = the report does not say; 0 = it says none."""

    months: int | None = None
    over_90_days: bool | None = None
    months_over_90: int | None = None
    current_periods: int | None = None
    current_amount: Money | None = None
    principal_31_60: Money | None = None
    principal_61_90: Money | None = None
    principal_91_180: Money | None = None
    principal_over_180: Money | None = None


@dataclass(frozen=True, slots=True, repr=False)
class RepaymentMonth(Private):
    """One cell of the 还款记录 grid: the status code as printed and the overdue amount."""

    year: int
    month: int
    code: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CreditAccount(Private):
    """One account. `number` is its running number within its group, from 1.

    `fields` keeps every printed label of a detailed account whose value has no
    attribute here, and `text` the whole sentence of a simplified one.
    """

    kind: ClassVar[str] = "credit_account"
    origin: Origin
    report: str
    number: int
    account_kind: AccountKind
    institution: str
    state: AccountState
    group: str = ""
    state_text: str = ""
    business: str | None = None
    mark: str | None = None
    opened: date | None = None
    due: date | None = None
    closed: date | None = None
    as_of: date | None = None
    currency: str = "CNY"
    card_tail: str | None = None
    amount: Money | None = None
    limit: Money | None = None
    shared_limit: Money | None = None
    balance: Money | None = None
    used: Money | None = None
    instalment_balance: Money | None = None
    five_class: str | None = None
    guarantee: str | None = None
    terms: int | None = None
    frequency: str | None = None
    method: str | None = None
    joint: str | None = None
    remaining_terms: int | None = None
    due_this_month: Money | None = None
    due_day: date | None = None
    paid_this_month: Money | None = None
    last_paid: date | None = None
    average_used: Money | None = None
    highest_used: Money | None = None
    original_creditor: str | None = None
    overdue: Overdue = Overdue()
    repayments: tuple[RepaymentMonth, ...] = ()
    special: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def identity(self) -> tuple[str, ...]:
        # The report is part of it: the next report's row is news about the account.
        return (self.report, self.account_kind, self.group, str(self.number))


@dataclass(frozen=True, slots=True, repr=False)
class Guarantee(Private):
    """相关还款责任: the person answers for somebody else's debt (个人 or 企业 in `for_whom`)."""

    kind: ClassVar[str] = "guarantee"
    origin: Origin
    report: str
    number: int
    institution: str
    for_whom: str = ""
    debtor: str | None = None
    debtor_id_type: str | None = None
    debtor_id: str | None = None
    business: str | None = None
    opened: date | None = None
    due: date | None = None
    role: str | None = None
    amount: Money | None = None
    contract: str | None = None
    as_of: date | None = None
    balance: Money | None = None
    five_class: str | None = None
    overdue_months: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def identity(self) -> tuple[str, ...]:
        return (self.report, self.for_whom, str(self.number))


@dataclass(frozen=True, slots=True, repr=False)
class CreditLine(Private):
    """授信协议信息 of the detailed report: an agreed limit, with or without use."""

    kind: ClassVar[str] = "credit_line"
    origin: Origin
    report: str
    number: int
    institution: str
    mark: str | None = None
    effective: date | None = None
    expires: date | None = None
    use: str | None = None
    limit: Money | None = None
    sub_limit: Money | None = None
    used: Money | None = None
    currency: str = "CNY"
    fields: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def identity(self) -> tuple[str, ...]:
        return (self.report, str(self.number))


@dataclass(frozen=True, slots=True, repr=False)
class NonCreditRecord(Private):
    """非信贷交易记录: telecom and utility arrears."""

    kind: ClassVar[str] = "non_credit"
    origin: Origin
    report: str
    number: int
    institution: str = ""
    business: str | None = None
    opened: date | None = None
    state: str | None = None
    arrears: Money | None = None
    as_of: date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def identity(self) -> tuple[str, ...]:
        return (self.report, str(self.number))


class PublicKind(StrEnum):
    TAX = "tax"  # 欠税记录
    JUDGMENT = "judgment"  # 民事判决记录
    ENFORCEMENT = "enforcement"  # 强制执行记录
    PENALTY = "penalty"  # 行政处罚记录
    HOUSING_FUND = "housing_fund"  # 住房公积金参缴记录
    LOW_INCOME = "low_income"  # 低保救助记录
    LICENCE = "licence"  # 执业资格记录
    AWARD = "award"  # 行政奖励记录
    TELECOM = "telecom"  # 电信欠费记录
    OTHER = "other"


@dataclass(frozen=True, slots=True, repr=False)
class PublicRecord(Private):
    """公共记录. `fields` maps the printed label to the printed value."""

    kind: ClassVar[str] = "public_record"
    origin: Origin
    report: str
    number: int
    public_kind: PublicKind
    fields: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def identity(self) -> tuple[str, ...]:
        return (self.report, self.public_kind, str(self.number))


@dataclass(frozen=True, slots=True, repr=False)
class Enquiry(Private):
    """One line of 查询记录. `own` tells 本人查询 from an institution's."""

    kind: ClassVar[str] = "enquiry"
    origin: Origin
    report: str
    number: int
    on: date
    by: str
    reason: str
    own: bool = False
    places: Mapping[str, str] = field(default_factory=dict)

    def identity(self) -> tuple[str, ...]:
        return (self.report, str(self.own), str(self.number))


@dataclass(frozen=True, slots=True, repr=False)
class CreditFile(Private):
    """A whole report put back together from its records."""

    report: CreditReport
    accounts: tuple[CreditAccount, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    lines: tuple[CreditLine, ...] = ()
    non_credit: tuple[NonCreditRecord, ...] = ()
    public: tuple[PublicRecord, ...] = ()
    enquiries: tuple[Enquiry, ...] = ()
