"""The ledger's proposals: what texts and bills suggest, for the person to confirm or strike."""

from __future__ import annotations

import math
from typing import Any

import pytest

from notmyloan.model.disclosure import Disclosure, Given, Owned, OwnedKind, Standing
from notmyloan.model.label import Label
from notmyloan.model.record import Flow, record_id
from notmyloan.screen.propose import Proposal, propose

MONTH = 43_200


def disclosures(dossier: Any) -> dict[str, Proposal]:
    return {p.line.recipient: p for p in propose(dossier) if isinstance(p.line, Disclosure)}


def owned(dossier: Any, kind: OwnedKind) -> dict[str, Proposal]:
    return {
        p.line.value: p
        for p in propose(dossier)
        if isinstance(p.line, Owned) and p.line.owned_kind is kind
    }


def test_nothing_gives_nothing(dossier: Any) -> None:
    assert propose(dossier) == ()


def test_a_registration_becomes_a_line_with_its_reasons(dossier: Any) -> None:
    code = dossier.text(0, "【盒马】验证码883920，您正在注册", sim="13800138000")
    dossier.text(1, "【盒马】欢迎加入，注册成功", Label.TRANSACTIONAL)
    proposal = disclosures(dossier)["盒马"]
    assert proposal.line.standing is Standing.PROPOSED
    assert proposal.line.probability == proposal.probability
    assert isinstance(proposal.line, Disclosure)
    assert str(proposal.line.on) == "2026-05-11"
    assert proposal.line.given == (Given.PHONE,)
    assert proposal.line.phone == "13800138000"
    assert record_id(code) in proposal.line.because
    assert owned(dossier, OwnedKind.PHONE)["13800138000"].probability > 0.8


def test_probabilities_are_the_sum_of_their_reasons_and_fall(dossier: Any) -> None:
    dossier.text(0, "【盒马】验证码883920，您正在注册")
    dossier.text(5000, "【安逸花】验证码482913，您正在提款3000元")
    for month in range(5):
        dossier.text(month * MONTH, "【招商银行】您尾号8823的信用卡账单已出，还款日12日",
                     Label.TRANSACTIONAL, party="95555")  # fmt: skip
    found = propose(dossier)
    assert [p.probability for p in found] == sorted((p.probability for p in found), reverse=True)
    for p in found:
        total = sum(r.weight for r in p.reasons if r.weight is not None)
        assert p.probability == pytest.approx(1 / (1 + math.exp(-total)))


def test_an_impostors_storm_is_not_offered_as_the_persons_doing(dossier: Any) -> None:
    for n, name in enumerate(("安逸花", "招联金融", "度小满", "还呗")):
        dossier.text(n, f"【{name}】验证码48291{n}，您正在申请借款额度")
    assert all(p.probability < 0.15 for p in disclosures(dossier).values())


def test_a_repaid_lender_is_the_persons_own(dossier: Any) -> None:
    dossier.text(0, "【招联金融】验证码583920，您正在提款3000元")
    alone = disclosures(dossier)["招联金融"].probability
    for month in range(4):
        dossier.pay(month * MONTH, "招联消费金融股份有限公司", "512.30")
    repaid = disclosures(dossier)["招联金融"]
    assert repaid.probability > 0.85 > 0.5 > alone
    assert {Given.PHONE, Given.NAME, Given.ID_NUMBER, Given.BANK_CARD} <= set(repaid.line.given)
    assert owned(dossier, OwnedKind.LENDER)


def test_a_denied_firm_is_not_offered(dossier: Any) -> None:
    dossier.text(0, "【招联金融】验证码583920，您正在注册")
    dossier.owned.append(Owned(OwnedKind.NOT_MINE, "招联金融"))
    assert "招联金融" not in disclosures(dossier)


def test_confirmed_lines_are_not_offered_again(dossier: Any) -> None:
    dossier.text(0, "【盒马】验证码883920，您正在注册")
    dossier.given.append(Disclosure("盒马", None, (Given.PHONE,)))
    assert disclosures(dossier) == {}


def test_an_offered_line_stays_the_same_when_more_is_known(dossier: Any) -> None:
    dossier.text(100, "【招联金融】验证码583920，您正在注册")
    first = disclosures(dossier)["招联金融"].line
    dossier.given.append(first)
    dossier.text(0, "【招联金融】验证码583921，您正在绑定银行卡")
    second = disclosures(dossier)["招联金融"].line
    assert second.identity() == first.identity()


def test_cards_from_notices_and_bills(dossier: Any) -> None:
    for day in range(4):
        dossier.text(day * 1440, f"【招商银行】您尾号8823的卡消费{day}8元", Label.TRANSACTIONAL,
                     party="95555")  # fmt: skip
        dossier.pay(day * 1440, "盒马", method="建设银行储蓄卡(1102)")
    cards = owned(dossier, OwnedKind.CARD)
    assert {(v, p.line.institution) for v, p in cards.items()} == {
        ("8823", "招商银行"),
        ("1102", "建设银行"),
    }
    assert all(p.probability > 0.7 for p in cards.values())


def test_the_payees_card_is_not_ones_own(dossier: Any) -> None:
    for day in range(4):
        text = "【招商银行】您已成功向尾号5500的账户转账80元"
        dossier.text(day * 1440, text, Label.TRANSACTIONAL,
                     party="95555")  # fmt: skip
    assert owned(dossier, OwnedKind.CARD) == {}


def test_wages_and_payees_from_months_of_bills(dossier: Any) -> None:
    for month in range(4):
        dossier.pay(month * MONTH, "青木机械厂", "8000", Flow.IN, "招商银行", summary="代发工资")
        dossier.pay(month * MONTH + 50, "房东周姐", "2500")
    dossier.pay(9, "路边小店", "12")
    assert set(owned(dossier, OwnedKind.EMPLOYER)) == {"青木机械厂"}
    assert set(owned(dossier, OwnedKind.PAYEE)) == {"房东周姐"}


def test_wallet_accounts_are_ones_own_numbers(dossier: Any) -> None:
    dossier.pay(0, "盒马", account="13800138000")
    dossier.pay(1, "盒马", account="who@example.com")
    dossier.pay(2, "盒马", account="138******00")
    assert set(owned(dossier, OwnedKind.PHONE)) == {"13800138000"}
    assert set(owned(dossier, OwnedKind.EMAIL)) == {"who@example.com"}


def test_spam_senders_are_not_recipients(dossier: Any) -> None:
    for n in range(30):
        dossier.text(n, "【易借钱】您有5万额度待领取", Label.LOAN_SOLICITATION)
    assert propose(dossier) == ()


def test_the_order_of_records_does_not_matter(dossier: Any) -> None:
    for n, name in enumerate(("盒马", "美团", "滴滴", "安逸花")):
        dossier.text(n * 5000, f"【{name}】验证码48291{n}，您正在注册")
    before = [(p.line.identity(), p.probability) for p in propose(dossier)]
    dossier.screened.reverse()
    assert [(p.line.identity(), p.probability) for p in propose(dossier)] == before
