"""A pack's facts: dated, sourced, said in every language, and open to other countries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from notmyloan.country import codes, load
from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.disclosure import Given

CN = load("cn")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["cn", "us"])
def test_every_statute_and_channel_can_be_said(code: str, language: str) -> None:
    pack, speaker = load(code), Speaker(language)
    assert pack.statutes
    assert pack.channels
    for statute in pack.statutes.values():
        assert statute.source
        assert statute.as_of
        assert speaker.say(statute.gist)
        assert speaker.say(statute.citation)
    for channel in pack.channels.values():
        assert channel.source
        for text in (channel.name, channel.how, channel.takes, channel.hours):
            assert text is None or speaker.say(text)


def test_no_pack_speaks_of_another_countrys_channels() -> None:
    """Catalogues are shared: two packs must not say the same key, or one gets the other's words."""
    keys = [{c.how.key for c in load(code).channels.values()} for code in ("cn", "us")]
    assert not keys[0] & keys[1]
    laws = [{law.split()[0] for law in load(code).statutes} for code in ("cn", "us")]
    assert not laws[0] & laws[1]
    said = Speaker("zh_CN").say(CN.channels["police"].how)
    assert "派出所" in said
    assert "FTC" not in said


def test_a_paragraph_falls_back_to_its_article() -> None:
    assert CN.statutes["CRR 40(3)"].article == "40(3)"
    assert CN.statutes["PIPL 23(2)"].article == "23"
    with pytest.raises(KeyError):
        CN.statutes["CRR 99"]


def test_what_was_not_read_is_not_called_verified() -> None:
    assert CN.statutes["CRR 25"].verified
    assert not CN.statutes["PSA 56"].verified
    assert not CN.channels["12377"].verified


@pytest.mark.parametrize(
    ("on", "percent", "assumed"),
    [
        (date(2020, 4, 20), "3.85", False),
        (date(2022, 8, 21), "3.70", False),
        (date(2025, 6, 1), "3.00", False),
        (date(2026, 6, 1), "3.00", True),
    ],
)
def test_the_prime_rate_of_a_day(on: date, percent: str, assumed: bool) -> None:
    rate = CN.lpr(on)
    assert rate is not None
    assert (rate.percent, rate.assumed) == (Decimal(percent), assumed)


def test_there_is_no_prime_rate_before_the_first() -> None:
    assert CN.lpr(date(2019, 1, 1)) is None
    assert load("us").lpr(date(2024, 1, 1)) is None


def test_prices_are_marked_as_unchecked() -> None:
    assert set(CN.prices) == set(Given)
    for price in CN.prices.values():
        assert (price.low.amount, price.high.amount) == (5, 200)
        assert not price.verified
    assert not load("us").prices


@pytest.mark.parametrize(
    ("number", "bank"),
    [
        ("6225 8814 1420 7430", "招商银行"),
        ("6217001234567890123", "建设银行"),
        ("622202", "工商银行"),
        ("4270281234567890", "工商银行"),
        ("9999999999999999", None),
        ("", None),
    ],
)
def test_a_card_tells_its_bank(number: str, bank: str | None) -> None:
    assert CN.bins.bank(number) == bank
    if bank:
        assert CN.institutions.find(bank)


def test_every_bank_of_the_card_table_is_an_institution() -> None:
    for prefix in CN.bins._by_prefix:
        bank = CN.bins.bank(prefix)
        assert bank
        assert CN.institutions.find(bank)


def test_unknown_countries_are_refused() -> None:
    assert {"cn", "us"} <= set(codes())
    for code in ("xx", "..", "c n"):
        with pytest.raises(KeyError):
            load(code)


def test_a_pack_is_loaded_once() -> None:
    assert load("cn") is load("CN") or load("cn").institutions["icbc"].short == "工商银行"
    assert load("cn") is load("cn")
