"""The report's own counts against what was read: the check sum of the reading.

A count whose meaning leaves room (does a written-off card count as overdue?) is a range; out of
the range is a refusal. Source: cn.md 5.2 and 5.3, as of November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from notmyloan.model.credit import (
    AccountKind,
    AccountState,
    CreditAccount,
    CreditFile,
    Enquiry,
    PublicKind,
    ReportVersion,
)
from notmyloan.read.credit_page import Spot
from notmyloan.read.credit_refuse import Refuse

_OVER = {AccountState.SETTLED, AccountState.CLOSED, AccountState.TRANSFERRED, AccountState.ENDED}
_BAD = {AccountState.BAD_DEBT, AccountState.COLLECTING, AccountState.LEGAL_RECOVERY,
        AccountState.LIQUIDATED, AccountState.UNDERSECURED}  # fmt: skip
_LOANS = {AccountKind.LOAN, AccountKind.REVOLVING, AccountKind.REVOLVING_SUB}
_CARDS = {AccountKind.CREDIT_CARD, AccountKind.QUASI_CREDIT_CARD}
_HOME = re.compile(r"住房|商用房|商住|购房|公积金贷款")


@dataclass(slots=True)
class Check:
    """Compares; the first mismatch raises InputError."""

    file: CreditFile
    refuse: Refuse
    spot: Spot | None

    def run(self) -> None:
        self._numbering()
        if self.file.report.version is ReportVersion.SIMPLIFIED:
            self._simplified()
        else:
            self._detailed()

    def _expect(self, cell: str, printed: int, allowed: Iterable[int]) -> None:
        fits = sorted(set(allowed))
        if printed not in fits:
            raise self.refuse(
                "refuse.sum", self.spot, cell=cell, printed=printed, found=fits[0] if fits else 0
            )

    def _numbering(self) -> None:
        groups: dict[str, list[int]] = {}
        for account in self.file.accounts:
            if self.file.report.version is ReportVersion.DETAILED:
                groups.setdefault(account.group, []).append(account.number)
        for guarantee in self.file.guarantees:
            groups.setdefault(f"相关还款责任/{guarantee.for_whom}", []).append(guarantee.number)
        for line in self.file.lines:
            groups.setdefault("授信协议", []).append(line.number)
        for public in self.file.public:
            groups.setdefault(f"公共/{public.public_kind}", []).append(public.number)
        for enquiry in self.file.enquiries:
            own = "本人查询记录" if enquiry.own else "机构查询记录"
            groups.setdefault(own, []).append(enquiry.number)
        for name, numbers in groups.items():
            # 为企业 may go on counting after 为个人.
            expected = list(range(numbers[0], numbers[0] + len(numbers)))
            if numbers != expected or (numbers[0] != 1 and "为" not in name and "/" not in name):
                bad = next(
                    (k for k, (a, b) in enumerate(zip(numbers, expected, strict=True)) if a != b), 0
                )
                raise self.refuse(
                    "refuse.gap", self.spot, expected=expected[bad],
                    found=numbers[bad],
                )  # fmt: skip

    # -- simplified -------------------------------------------------------------------------

    def _simplified(self) -> None:
        accounts = self.file.accounts
        for cell, printed in self.file.report.summary.items():
            if "相关还款责任" in cell or re.search(r"(?:^|/)为(?:个人|企业)", cell):
                self._guarantees(cell, printed)
                continue
            column = cell.rsplit("/", 1)[-1]
            chosen = _simple_column(column)
            if chosen is None:
                continue
            mine = [a for a in accounts if chosen(a)]
            if re.search(r"90天", cell):
                self._expect(cell, printed, _range(mine, _surely_90, _maybe_90))
            elif re.search(r"发生过逾期", cell):
                self._expect(cell, printed, _range(mine, _surely_late, _maybe_late))
            elif re.search(r"未结清|未销户", cell):
                closed = [a for a in mine if a.state not in _OVER]
                doubtful = sum(a.state in _BAD for a in closed)
                self._expect(cell, printed, range(len(closed) - doubtful, len(closed) + 1))
            elif re.search(r"账户数", cell):
                self._expect(cell, printed, [len(mine)])

    def _guarantees(self, cell: str, printed: int) -> None:
        mine = self.file.guarantees
        if "企业" in cell:
            self._expect(cell, printed, [sum("企业" in g.for_whom for g in mine)])
        elif "个人" in cell:
            if all(g.for_whom for g in mine):
                self._expect(cell, printed, [sum("个人" in g.for_whom for g in mine)])
        elif cell.endswith("账户数"):
            self._expect(cell, printed, [len(mine)])

    # -- detailed ---------------------------------------------------------------------------

    def _detailed(self) -> None:
        for cell, printed in self.file.report.summary.items():
            title, _, rest = cell.partition("/")
            if "交易信息提示" in title or (
                not re.search(r"被追偿|汇总", title)
                and re.search(r"业务类型.*账户数|账户数$", rest)
                and re.search(r"住房|商用房|其他类贷款|合计", rest)
            ):
                self._prompt(cell, rest, printed)
            elif "被追偿" in title and rest.endswith("账户数"):
                if "合计" in rest:
                    n = sum(a.account_kind is AccountKind.RECOVERY for a in self.file.accounts)
                    self._expect(cell, printed, [n])
            elif "呆账" in title and rest.endswith("账户数"):
                n = sum(a.state is AccountState.BAD_DEBT for a in self.file.accounts)
                self._expect(cell, printed, [n])
            elif "相关还款责任" in title:
                self._duties(cell, rest, printed)
            elif "逾期" in title and rest.endswith("账户数"):
                self._late(cell, rest, printed)
            elif (kind := _kind_named(title)) is not None and rest.endswith("账户数"):
                self._open_or_all(cell, kind, printed)
            elif re.search(r"公共信息", title):
                self._public(cell, rest, printed)
            elif re.search(r"后付费|非信贷", title) and rest.endswith("账户数"):
                if "合计" in rest or "·" not in rest:
                    n = len(self.file.non_credit)
                    late = sum(
                        bool(r.arrears and r.arrears.amount > 0) for r in self.file.non_credit
                    )
                    self._expect(cell, printed, {n, late} if printed else {late, n})
            elif "查询" in title:
                self._enquiries(cell, rest, printed)

    def _prompt(self, cell: str, rest: str, printed: int) -> None:
        if not rest.endswith("账户数"):
            return
        accounts = [a for a in self.file.accounts if a.account_kind is not AccountKind.RECOVERY]
        recovery = len(self.file.accounts) - len(accounts)
        loans = [a for a in accounts if a.account_kind in _LOANS]
        home = [a for a in loans if "住房" in (a.business or "")]
        shop = [a for a in loans if re.search("商用房|商住", a.business or "") and a not in home]
        row = rest.rsplit("/", 1)[0]
        if "准贷记卡" in row:
            n = sum(a.account_kind is AccountKind.QUASI_CREDIT_CARD for a in accounts)
            self._expect(cell, printed, [n])
        elif "贷记卡" in row:
            n = sum(a.account_kind is AccountKind.CREDIT_CARD for a in accounts)
            self._expect(cell, printed, [n])
        elif "合计" in row:
            self._expect(cell, printed, range(len(accounts), len(accounts) + recovery + 1))
        elif "商用房" in row:
            self._expect(cell, printed, [len(shop)])
        elif "住房" in row:
            self._expect(cell, printed, [len(home)])
        elif "其他类贷款" in row:
            rest_of = len(loans) - len(home) - len(shop)
            odd = sum(not a.business for a in loans)
            self._expect(cell, printed, range(rest_of - odd, rest_of + 1))
        elif row in ("贷款", "信用卡"):
            n = len(loans) if row == "贷款" else sum(a.account_kind in _CARDS for a in accounts)
            self._expect(cell, printed, [n])

    def _duties(self, cell: str, rest: str, printed: int) -> None:
        if not rest.endswith("账户数"):
            return
        for word in ("个人", "企业"):
            if f"为{word}" in rest:
                mine = [g for g in self.file.guarantees if word in g.for_whom]
                if "其他" in rest or "担保责任" in rest:
                    other = [g for g in mine if g.role and "保证" not in g.role]
                    n = len(other) if "其他" in rest else len(mine) - len(other)
                    self._expect(cell, printed, {n, len(mine)} if printed else range(len(mine) + 1))
                else:
                    self._expect(cell, printed, [len(mine)])
                return

    def _late(self, cell: str, rest: str, printed: int) -> None:
        kind = _kind_named(rest.rsplit("/", 1)[0])
        if kind is None:
            return
        mine = [a for a in self.file.accounts if a.account_kind is kind]
        surely = sum(
            bool(a.overdue.current_amount and a.overdue.current_amount.amount > 0) for a in mine
        )
        self._expect(cell, printed, range(surely, len(mine) + 1))

    def _open_or_all(self, cell: str, kind: AccountKind, printed: int) -> None:
        mine = [a for a in self.file.accounts if a.account_kind is kind]
        running = [a for a in mine if a.state not in _OVER]
        doubtful = sum(a.state in _BAD or a.state is AccountState.INACTIVE for a in running)
        allowed = {len(mine), *range(len(running) - doubtful, len(running) + 1)}
        self._expect(cell, printed, allowed)

    def _public(self, cell: str, rest: str, printed: int) -> None:
        if not re.search(r"记录数|条数|笔数", rest):
            return
        for word, kind in (
            ("欠税", PublicKind.TAX), ("判决", PublicKind.JUDGMENT),
            ("强制执行", PublicKind.ENFORCEMENT), ("处罚", PublicKind.PENALTY),
            ("公积金", PublicKind.HOUSING_FUND),
        ):  # fmt: skip
            if word in rest:
                n = sum(p.public_kind is kind for p in self.file.public)
                self._expect(cell, printed, [n])
                return

    def _enquiries(self, cell: str, rest: str, printed: int) -> None:
        words = rest.replace("/", "·")
        today = self.file.report.at.date()
        month = re.search(r"1个月|一个月", words)
        years = re.search(r"2年|两年|二年", words)
        if not (month or years):
            return
        own = "本人查询" in words
        reason = next((r for r in _COUNTED if words.endswith(r)), None)
        if reason is None:
            return
        mine = [
            e for e in self.file.enquiries
            if e.own == own and (own or e.reason == reason or e.reason.startswith(reason))
        ]  # fmt: skip
        days = (27, 32) if month else (728, 733)
        if "机构数" in words:
            few = len({e.by for e in _within(mine, today, days[0])})
            many = len({e.by for e in _within(mine, today, days[1])})
        else:
            few = len(_within(mine, today, days[0]))
            many = len(_within(mine, today, days[1]))
        self._expect(cell, printed, range(few, many + 1))


_COUNTED = ("贷款审批", "信用卡审批", "贷后管理", "担保资格审查", "特约商户实名审查", "本人查询",
            "融资审批", "保前审查", "保后管理", "额度审批")  # fmt: skip


def _within(enquiries: Sequence[Enquiry], today: date, days: int) -> list[Enquiry]:
    return [e for e in enquiries if today - timedelta(days=days) <= e.on]


def _kind_named(words: str) -> AccountKind | None:
    for word, kind in (
        ("非循环贷", AccountKind.LOAN), ("循环额度下分", AccountKind.REVOLVING_SUB),
        ("循环贷账户一", AccountKind.REVOLVING_SUB), ("循环贷", AccountKind.REVOLVING),
        ("准贷记卡", AccountKind.QUASI_CREDIT_CARD), ("贷记卡", AccountKind.CREDIT_CARD),
    ):  # fmt: skip
        if word in words:
            return kind
    return None


def _simple_column(column: str) -> Callable[[CreditAccount], bool] | None:
    plain = column.replace("-", "").replace("·", "")
    if "信用卡" in plain:
        return lambda a: a.group.startswith("信用卡")
    if "其他业务" in plain:
        return lambda a: a.group.startswith("其他业务")
    if "购房" in plain:
        return _is_home
    if plain.endswith(("其他贷款", "贷款其他")) or plain == "其他":
        return lambda a: "贷款" in a.group.split("/")[0] and not _is_home(a)
    if plain == "贷款":
        return lambda a: "贷款" in a.group.split("/")[0]
    return None


def _is_home(account: CreditAccount) -> bool:
    section = account.group.split("/")[0]
    if section == "贷款":
        return bool(_HOME.search(account.business or ""))
    return section == "购房贷款"


def _range(
    accounts: Sequence[CreditAccount],
    surely: Callable[[CreditAccount], bool],
    maybe: Callable[[CreditAccount], bool],
) -> range:
    sure = sum(surely(a) for a in accounts)
    return range(sure, sum(surely(a) or maybe(a) for a in accounts) + 1)


def _surely_late(account: CreditAccount) -> bool:
    return bool(account.overdue.months) or account.group.split("/")[-1].startswith("发生过逾期")


def _maybe_late(account: CreditAccount) -> bool:
    amount = account.overdue.current_amount
    return (
        account.state in _BAD
        or account.state is AccountState.OVERDUE
        or bool(amount and amount.amount > 0)
        or ("透支超过60天" in account.group and "未超过" not in account.group)
    )


def _surely_90(account: CreditAccount) -> bool:
    return account.overdue.over_90_days is True


def _maybe_90(account: CreditAccount) -> bool:
    return account.state in _BAD or (account.overdue.over_90_days is None and _maybe_late(account))
