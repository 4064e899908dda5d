"""What is known to be out there, and nothing more."""

from __future__ import annotations

from datetime import date

from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.disclosure import Given, OwnedKind, Standing
from notmyloan.model.label import Label
from notmyloan.reconcile.exposure import exposure


def items(life):
    return {e.item: e for e in exposure(life).items}


def test_nothing_given_nothing_seen(life):
    assert exposure(life).items == ()


def test_a_pusher_who_names_the_person(life, make):
    life.owns(OwnedKind.NAME, "张三").owns(OwnedKind.ID_NUMBER, make.my_id)
    life.owns(OwnedKind.CARD, "6225881414207430")
    life.text("张三您好，您有20万额度待领取", Label.LOAN_SOLICITATION)
    life.text("尊敬的张先生，低息贷款", Label.LOAN_SOLICITATION)
    life.text("您身份证尾号002X已获批", Label.LOAN_SOLICITATION)
    life.text("您尾号7430的卡可提现5万", Label.LOAN_SOLICITATION)
    life.text("张三，晚上吃饭吗", Label.PERSONAL)
    life.text("王先生您好，贷款", Label.LOAN_SOLICITATION)
    seen = items(life)
    assert set(seen) == {Given.PHONE, Given.NAME, Given.ID_NUMBER, Given.BANK_CARD}
    assert seen[Given.PHONE].channels[0].args["n"] == 5
    assert seen[Given.NAME].channels[0].args["n"] == 2
    assert len(seen[Given.ID_NUMBER].cites) == 1


def test_disclosures_name_who_holds_it(life):
    life.gave("招联金融", date(2026, 1, 1), Given.ID_COPY, Given.PHONE)
    life.gave("某某中介", date(2026, 2, 1), Given.ID_COPY)
    life.gave("某某平台", date(2026, 2, 1), Given.FACE, standing=Standing.PROPOSED)
    seen = exposure(life).items
    assert [e.item for e in seen] == [Given.ID_COPY, Given.PHONE]
    assert seen[0].channels[0].args["firms"] == ("某某中介", "招联金融")


def test_a_loan_in_their_name_shows_the_number_is_out(life, make):
    life.owns(OwnedKind.ACCOUNT, "", institution="工商银行")
    life.reported(make.loan("盛银消费金融", date(2026, 3, 5)))
    seen = items(life)
    assert {Given.ID_NUMBER, Given.NAME} == set(seen)
    assert seen[Given.ID_NUMBER].cites


def test_prices_are_an_estimate_with_a_source(life):
    life.text("低息贷款", Label.LOAN_SOLICITATION)
    [phone] = exposure(life).items
    assert phone.price_low is not None
    assert phone.price_high is not None
    assert (phone.price_low.amount, phone.price_high.amount) == (5, 200)
    for language in LANGUAGES:
        speaker = Speaker(language)
        assert phone.price_source is not None
        assert speaker.say(phone.price_source)
        assert all(speaker.say(c) for c in phone.channels)


def test_short_names_and_digits_meet_no_strangers(life):
    life.owns(OwnedKind.NAME, "李")
    life.owns(OwnedKind.CARD, "1234")
    life.text("订单1234已发货，李宁新品", Label.MARKETING)
    assert set(items(life)) == {Given.PHONE}
