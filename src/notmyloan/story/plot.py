"""The plot: years of an ordinary life, a leak, the noise that follows, an impostor's loan."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from notmyloan.model.label import Label
from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.story.chance import add_months, moment
from notmyloan.story.events import Borrowed, Gave, Life, Paid, Rang, Said
from notmyloan.story.people import mobile
from notmyloan.story.turns import (
    FOREIGN_LENDER,
    LENDERS,
    OWN_LENDER,
    SALARY_BANK,
    hard,
    plain,
)
from notmyloan.story.wording import say

OWN_CARD_BANK = "招商银行"
STORM_BRANDS = ("马上金融", "度小满", "分期乐", "还呗")
LEAKER = "百川速借"


def plot(
    life: Life, rng: random.Random, years: int, busy: float, difficult: random.Random | None = None
) -> None:
    """Fill `life` up to its `today`; `busy` scales how much happens a day. With `difficult` choices
    it is a life that is hard to judge."""
    first = life.today - timedelta(days=365 * years)
    leak = life.today - timedelta(days=min(240, 120 * years) + rng.randrange(20))
    fraud = leak + timedelta(days=75 + rng.randrange(20))
    _disclosures(life, first, leak)
    if difficult is None:
        life.borrowed += plain(first, fraud)
    else:
        life.gave = [g for g in life.gave if g.kind != "consumer_finance"]
        hard(life, difficult, first, fraud)
    _ordinary(life, rng, first, busy)
    for loan in life.borrowed:
        if loan.mine:
            _own_loan(life, rng, loan)
    _own_card(life, rng, first)
    _noise(life, rng, first, leak, busy)
    for loan in life.borrowed:
        if not loan.mine:
            _impostor(life, rng, loan)
    if difficult is not None:
        _wrong_number(life, difficult)
        _theft(life, difficult)
    life.leaks.append((LEAKER, leak))
    life.messages.sort(key=lambda m: (m.at, m.party, m.text))
    life.calls.sort(key=lambda c: (c.at, c.party))
    life.payments.sort(key=lambda p: (p.at, p.account, p.who))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _poisson(rng: random.Random, mean: float) -> int:
    """Knuth's method; means here are small."""
    limit, n, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        n += 1
        product *= rng.random()
    return n


def _disclosures(life: Life, first: date, leak: date) -> None:
    """Whom the person gave what, over the years; the leaker shortly before the leak."""
    give = life.gave.append
    give(
        Gave(
            first + timedelta(days=20),
            OWN_CARD_BANK,
            "bank",
            ("name", "phone", "id_number", "id_copy"),
            "信用卡申请",
        )
    )
    give(
        Gave(
            first + timedelta(days=200),
            OWN_LENDER,
            "consumer_finance",
            ("name", "phone", "id_number", "face", "bank_card"),
            "消费贷款",
        )
    )
    give(
        Gave(first + timedelta(days=260), "大家商城", "shop", ("name", "phone", "address"), "网购")
    )
    give(
        Gave(
            leak - timedelta(days=9),
            LEAKER,
            "loan_platform",
            ("name", "phone", "id_number", "id_copy"),
            "看看能借多少，没有借",
        )
    )
    give(Gave(leak - timedelta(days=95), "青桔健身", "shop", ("name", "phone"), "办卡"))


def _ordinary(life: Life, rng: random.Random, first: date, busy: float) -> None:
    """Family, parcels, bank notices, wages, shopping."""
    person = life.person
    tail = person.cards[SALARY_BANK][-4:]
    for day in _days(first, life.today):
        for _ in range(_poisson(rng, 0.9 * busy)):
            who, number = rng.choice(person.parents)
            at = moment(rng, day)
            if rng.random() < 0.35:
                text = say(rng, "sent", at)
                label = Label.PERSONAL
                life.messages.append(Said(at, number, text, label, sent=True, contact=who))
            else:
                text = say(rng, "personal", at, name=person.name)
                life.messages.append(Said(at, number, text, Label.PERSONAL, contact=who))
        for _ in range(_poisson(rng, 0.8 * busy)):
            at = moment(rng, day, "shops")
            text = say(rng, "transactional", at, name=person.name, tail=tail, bank=SALARY_BANK)
            life.messages.append(Said(at, _port(rng), text, Label.TRANSACTIONAL))
        for _ in range(_poisson(rng, 0.22 * busy)):
            at = moment(rng, day, "shops")
            life.messages.append(Said(at, _port(rng), say(rng, "marketing", at), Label.MARKETING))
        if rng.random() < 0.05 * busy:
            at = moment(rng, day)
            life.messages.append(
                Said(at, _port(rng), say(rng, "code_shop", at), Label.VERIFICATION_CODE)
            )
        for _ in range(_poisson(rng, 0.35 * busy)):
            who, number = rng.choice(person.parents)
            seconds = int(rng.expovariate(1 / 140)) + 3
            outcome = rng.choice((1, 1, 2, 2, 3))
            life.calls.append(
                Rang(moment(rng, day), number, outcome, 0 if outcome == 3 else seconds, who)
            )
        _spend(life, rng, day)
        if day.day == 10:
            pay = Decimal(rng.randint(9000, 9800))
            at = datetime(day.year, day.month, day.day, 9, rng.randrange(60), tzinfo=SHANGHAI)
            life.payments.append(Paid(at, SALARY_BANK, pay, person.employer, "工资", "代发工资"))


def _spend(life: Life, rng: random.Random, day: date) -> None:
    shops = (
        ("蓝鲸外卖", "午餐"),
        ("春风超市", "日用品"),
        ("小鹿出行", "打车"),
        ("乐读书店", "图书"),
    )
    for account, mean in (("alipay", 0.6), ("wechat", 0.8), (SALARY_BANK, 0.12)):
        for _ in range(_poisson(rng, mean)):
            who, what = rng.choice(shops)
            amount = -Decimal(rng.randint(600, 16000)) / 100
            life.payments.append(Paid(moment(rng, day), account, amount, who, what, "商户消费"))


def _own_loan(life: Life, rng: random.Random, loan: Borrowed) -> None:
    """A loan of the person's own: codes, notices and repayments that match the bills."""
    tail = life.person.cards[SALARY_BANK][-4:]
    at = moment(rng, loan.opened, "people")
    port = f"1069{hash_of(loan.brand) % 10**7:07d}" if loan.brand != OWN_LENDER else "10690095786"
    steps = ((0, "code_registration"), (2, "welcome"), (9, "code_application"),
             (14, "code_signing"), (16, "code_drawdown"), (40, "disbursed"))  # fmt: skip
    for minutes, kind in steps if loan.texts else ():
        if not loan.taken and minutes > 9:
            break
        label = Label.TRANSACTIONAL if kind in ("welcome", "disbursed") else Label.VERIFICATION_CODE
        when = at + timedelta(minutes=minutes)
        text = say(rng, kind, when, brand=loan.brand, tail=tail, amount=str(loan.amount), small="2")
        life.messages.append(Said(when, port, text, label))
    if not loan.taken:
        return
    if loan.paid_into:
        life.payments.append(
            Paid(
                at + timedelta(minutes=40),
                loan.paid_into,
                Decimal(loan.amount),
                loan.legal,
                "贷款发放",
                "贷款放款",
            )
        )
    if loan.late:
        missed = moment(rng, loan.due(2) + timedelta(days=4), "office")
        for n in range(3 if missed.date() + timedelta(days=6) <= life.today else 0):
            when = missed + timedelta(days=2 * n)
            text = say(rng, "dunning", when, lender=loan.brand, name=life.person.name, amount="900")
            life.messages.append(Said(when, port, text, Label.DUNNING))
    # The plain life's loan of 12,000 costs 1,068.20 a month.
    instalment = (Decimal(loan.amount) / loan.months * Decimal("1.0682")).quantize(Decimal("0.01"))
    for n in range(1, loan.months + 1):
        due = loan.due(n)
        if due > life.today:
            break
        paid_at = datetime(due.year, due.month, due.day, 10, 5, tzinfo=SHANGHAI)
        for before, kind in ((timedelta(days=3), "repay_reminder"), (timedelta(0), "repaid")):
            if not loan.texts:
                break
            text = say(
                rng, kind, paid_at, brand=loan.brand, bank=OWN_CARD_BANK, tail=tail, small="10"
            )
            if loan.brand not in text:  # the bank's own reminder speaks of its credit card
                text = text.replace(tail, life.person.cards[OWN_CARD_BANK][-4:])
            party = port if loan.brand in text else "95555"
            life.messages.append(Said(paid_at - before, party, text, Label.TRANSACTIONAL))
        if loan.paid_into:
            life.payments.append(
                Paid(paid_at, loan.paid_into, -instalment, loan.legal, "贷款还款", "自动扣款")
            )


def _own_card(life: Life, rng: random.Random, first: date) -> None:
    """The person's own credit card: repaid every month from the wages."""
    card_tail = life.person.cards[OWN_CARD_BANK][-4:]
    day = add_months(first + timedelta(days=40), 1)
    while day <= life.today:
        at = datetime(day.year, day.month, day.day, 11, 0, tzinfo=SHANGHAI)
        amount = -Decimal(rng.randint(80000, 260000)) / 100
        life.payments.append(
            Paid(at, SALARY_BANK, amount, "招商银行信用卡中心", "信用卡还款", "还款")
        )
        text = f"【招商银行】您尾号{card_tail}的信用卡于{at.month}月{at.day}日收到还款{-amount}元。"
        life.messages.append(Said(at, "95555", text, Label.TRANSACTIONAL))
        day = add_months(day, 1)


def _noise(life: Life, rng: random.Random, first: date, leak: date, busy: float) -> None:
    """What strangers send and how often they ring: little before the leak, much after it."""
    person = life.person
    blocks = [f"1069{rng.randrange(10**6):06d}" for _ in range(14)]
    callers = [f"0{rng.choice((21, 755, 571, 28))}{rng.randrange(10**6):06d}" for _ in range(5)]
    for day in _days(first, life.today):
        after = (day - leak).days
        rise = 0.0 if after < 2 else min(1.0, (after - 2) / 10)
        fade = 1.0 if after < 120 else 0.6
        for kind, label, quiet, loud in (
            ("loan", Label.LOAN_SOLICITATION, 0.02, 3.2), ("credit_repair", Label.CREDIT_REPAIR, 0.0, 0.2),
            ("fraud", Label.FRAUD, 0.01, 0.12), ("illegal", Label.ILLEGAL_OFFER, 0.01, 0.06),
        ):  # fmt: skip
            for _ in range(_poisson(rng, (quiet + loud * rise * fade) * min(busy, 3.0))):
                at = moment(rng, day, "office" if label is Label.LOAN_SOLICITATION else "people")
                text = say(rng, kind, at, surname=person.name[0], name=person.name)
                signed = text.startswith("【")
                party = rng.choice(blocks) + f"{rng.randrange(100):02d}" if signed else mobile(rng)
                life.messages.append(Said(at, party, text, label, foreign=after >= 2))
        for _ in range(_poisson(rng, (0.03 + 4.0 * rise * fade) * min(busy, 3.0))):
            party = (rng.choice(callers) + f"{rng.randrange(100):02d}" if rng.random() < 0.7
                     else mobile(rng))  # fmt: skip
            answered = rng.random() < 0.4
            seconds = rng.randint(3, 25) if answered else 0
            outcome = 1 if answered else rng.choice((3, 3, 5))
            life.calls.append(
                Rang(moment(rng, day, "office"), party, outcome, seconds, pushed=True)
            )


def _impostor(life: Life, rng: random.Random, loan: Borrowed) -> None:
    """A storm of codes one evening, a caller who begs for one, a loan, dunning months later."""
    person, fraud = life.person, loan.opened
    if loan.taken:
        life.foreign_accounts += [loan.legal]
    life.foreign_enquiries += [loan.legal, *([loan.guarantor] if loan.guarantor else [])]
    if not loan.texts:  # the impostor used a phone of their own
        return
    at = datetime(fraud.year, fraud.month, fraud.day, 22, 41, 7, tzinfo=SHANGHAI)
    caller = mobile(rng)
    steps = [
        (0, brand, "code_registration") for brand in dict.fromkeys((loan.brand, *STORM_BRANDS))
    ]
    steps += [(3, loan.brand, "code_application")]
    if loan.taken:
        steps += [(6, loan.brand, "code_signing"), (9, loan.brand, "code_drawdown")]
    for position, (minutes, brand, kind) in enumerate(steps):
        when = at + timedelta(minutes=minutes, seconds=13 * position)
        text = say(rng, kind, when, brand=brand, tail="8807", small="9")
        party = f"106900{abs(hash_of(brand)) % 10**6:06d}"
        life.messages.append(Said(when, party, text, Label.VERIFICATION_CODE, foreign=True))
    life.calls.append(Rang(at + timedelta(minutes=7), caller, 1, 96, pushed=True))
    when = at + timedelta(minutes=7, seconds=40)
    text = say(rng, "code_begging", when, lender=loan.brand)
    life.messages.append(Said(when, caller, text, Label.CODE_BEGGING, foreign=True))
    if not loan.taken:
        return
    due = loan.due(1)
    collector = "95090" if loan.brand == FOREIGN_LENDER else f"9521{hash_of(loan.brand) % 100:02d}"
    for n in range(40):
        day = due + timedelta(days=4 + n * 3)
        if day > life.today:
            break
        hour = rng.choice((9, 14, 17, 22))
        when = datetime(day.year, day.month, day.day, hour, rng.randrange(60), tzinfo=SHANGHAI)
        text = say(
            rng, "dunning", when, lender=loan.brand, name=person.name, amount=str(loan.amount + 680)
        )
        life.messages.append(Said(when, collector, text, Label.DUNNING, foreign=True))
        life.calls.append(
            Rang(when + timedelta(minutes=20), collector, rng.choice((1, 3)), 21, pushed=True)
        )


def _wrong_number(life: Life, rng: random.Random) -> None:
    """In some lives somebody is dunned who had this phone number before."""
    if rng.random() < 0.7:
        return
    lender = rng.choice(LENDERS)[0]
    for n in range(rng.randint(2, 8)):
        at = moment(rng, life.today - timedelta(days=20 + 9 * n), "office")
        text = say(rng, "dunning", at, lender=lender, name="钱多多", amount="5300")
        party = f"9521{hash_of(lender) % 100:02d}"
        life.messages.append(Said(at, party, text, Label.DUNNING, foreign=True))


def _theft(life: Life, rng: random.Random) -> None:
    """In some lives somebody pays with the person's card, at night and more than they ever do."""
    if rng.random() < 0.6:
        return
    day = life.today - timedelta(days=rng.randint(5, 120))
    payee = rng.choice(("星海数码专营店", "远航充值中心", "金汇珠宝行"))
    for n in range(rng.randint(1, 3)):
        at = datetime(
            day.year, day.month, day.day, rng.choice((2, 3, 4)), 7 + 3 * n, 20, 0, SHANGHAI
        )
        amount = -Decimal(rng.randint(180000, 980000)) / 100
        life.payments.append(Paid(at, SALARY_BANK, amount, payee, "消费", "商户消费", foreign=True))


def hash_of(words: str) -> int:
    """A number for a name, the same in every run."""
    total = 0
    for character in words:
        total = (total * 131 + ord(character)) % 1_000_003
    return total


def _port(rng: random.Random) -> str:
    return f"1069{rng.choice(('0095', '0588', '1234', '7777'))}{rng.randrange(100):02d}"
