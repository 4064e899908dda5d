"""What differs from life to life: what was borrowed and by whom, and what the person wrote down.

`plain` is the demo's life. `hard` draws lives that are difficult to judge: no impostor at all or
two, an impostor at the person's own lender, platforms whose loans stand in the report under a
bank's name, lists that are missing or have gaps, no bills, applications that led to nothing.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from notmyloan.story.chance import chance, day_between, some, weighted
from notmyloan.story.events import Borrowed, Gave, Life

SALARY_BANK = "中国工商银行"
OWN_LENDER, OWN_LENDER_LEGAL = "招联金融", "招联消费金融股份有限公司"
# The fund provider behind the impostor's loan, as the report names it, and its texts' signature.
FOREIGN_LENDER, FOREIGN_LEGAL = "马上金融", "马上消费金融股份有限公司"
FOREIGN_GUARANTOR = "海南云岭融资担保有限公司"
# What a firm calls itself in texts, who the report names, who guarantees, what people write down.
LENDERS = (
    (OWN_LENDER, OWN_LENDER_LEGAL, "", ("招联", "招联消费金融")),
    (FOREIGN_LENDER, FOREIGN_LEGAL, FOREIGN_GUARANTOR, ("马上消费", "马上金融")),
    ("度小满", "重庆度小满小额贷款有限公司", "", ("度小满", "有钱花")),
    ("借呗", "重庆蚂蚁消费金融有限公司", "", ("借呗", "蚂蚁借呗")),
    ("微众银行", "深圳前海微众银行股份有限公司", "", ("微粒贷", "微众银行")),
    ("中原消费金融", "河南中原消费金融股份有限公司", "", ("中原消费金融",)),
    ("分期乐", "四川新网银行股份有限公司", "吉安市分期乐网络小额贷款有限公司", ("分期乐",)),
    ("还呗", "武汉众邦银行股份有限公司", FOREIGN_GUARANTOR, ("还呗",)),
    ("云溪钱包", "重庆云溪小额贷款有限公司", "", ("云溪小贷", "云溪钱包")),
    ("天穹惠借", "江西天穹网络小额贷款有限公司", "", ("天穹小贷", "天穹惠借")),
)


def plain(first: date, fraud: date) -> list[Borrowed]:
    """One loan of the person's own, listed, and one of an impostor's."""
    return [
        Borrowed(
            OWN_LENDER, OWN_LENDER_LEGAL, first + timedelta(days=200), mine=True,
            paid_into=SALARY_BANK, listed=OWN_LENDER_LEGAL, listed_application=True,
        ),
        Borrowed(
            FOREIGN_LENDER, FOREIGN_LEGAL, fraud, mine=False, amount=9000,
            guarantor=FOREIGN_GUARANTOR,
        ),
    ]  # fmt: skip


def hard(life: Life, rng: random.Random, first: date, fraud: date) -> None:
    """Settle a difficult life's borrowings, lists and papers."""
    life.lists = weighted(rng, (("all", 2), ("some", 4), ("phones", 2), ("none", 2)))
    papers = weighted(
        rng, ((("brief", "detailed"), 2), (("brief",), 2), (("detailed",), 2))
    )  # fmt: skip
    life.papers = (*papers, "bills") if chance(rng, 0.7) else papers
    own = some(rng, LENDERS, 1, 4)
    told = {"all": 1.0, "some": 0.65, "phones": 0.0, "none": 0.0}[life.lists]
    for lender in own:
        opened = day_between(rng, first + timedelta(days=40), life.today - timedelta(days=60))
        taken = chance(rng, 0.75)
        loan = _loan(rng, lender, opened, mine=True, taken=taken, told=told)
        life.borrowed.append(loan)
        if chance(rng, 0.5 if told else 0.0):
            life.gave.append(
                Gave(opened, loan.brand, "loan_platform", ("name", "phone", "id_number"), "借款")
            )
    # Half of the impostors go where the person is known already.
    for _ in range(weighted(rng, ((0, 4), (1, 4), (2, 2)))):
        lender = rng.choice(own if chance(rng, 0.35) else LENDERS)
        day = fraud + timedelta(days=rng.randrange(-25, 26))
        taken = chance(rng, 0.8)
        life.borrowed.append(_loan(rng, lender, day, mine=False, taken=taken, told=0.0))


def _loan(
    rng: random.Random,
    lender: tuple[str, str, str, tuple[str, ...]],
    opened: date,
    *,
    mine: bool,
    taken: bool,
    told: float,
) -> Borrowed:
    brand, legal, guarantor, names = lender
    return Borrowed(
        brand, legal, opened, mine,
        amount=rng.randrange(20, 300) * 100,
        months=rng.choice((6, 12, 24)),
        guarantor=guarantor,
        taken=taken,
        paid_into=SALARY_BANK if mine and chance(rng, 0.8) else "",
        listed=rng.choice((legal, *names)) if taken and chance(rng, told) else "",
        listed_application=chance(rng, told * (0.7 if taken else 0.9)),
        texts=chance(rng, 0.85),
        late=mine and taken and chance(rng, 0.15),
    )  # fmt: skip
