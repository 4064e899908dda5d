from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bills_making import CONTEXT, source
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.disclosure import (
    Consent,
    Disclosure,
    Given,
    Mine,
    Owned,
    OwnedKind,
    RecipientKind,
    Standing,
)
from notmyloan.model.errors import InputError
from notmyloan.model.record import Unreadable
from notmyloan.read.lists import READER, form, read_complete
from notmyloan.read.lists_words import (
    CONSENTS,
    GIVEN,
    KINDS,
    RECIPIENTS,
    STANDINGS,
)
from notmyloan.read.lists_write import write_toml


def read(text: str | bytes) -> tuple[list[Owned], list[Disclosure], list[Unreadable]]:
    items = list(READER.read(source(text), CONTEXT))
    return (
        [i for i in items if isinstance(i, Owned)],
        [i for i in items if isinstance(i, Disclosure)],
        [i for i in items if isinstance(i, Unreadable)],
    )


MINE = """
complete = ["cards", "accounts"]

[mine]
phones = ["+86 138-0013-8000", "010-12345678"]
id_numbers = ["11010519491231002X"]
cards = ["1234", "6225 **** 5678", { number = "4111 1111 1111 1111", bank = "Some Bank" }]
accounts = [{ lender = "Some Lender", business = "instalments", opened = 2023-02-03 }]
report_requests = [2024-03-01]
not_mine = ["Some App"]

[[gave]]
to = "Some App"
kind = "loan_platform"
on = "2024-01-05"
what = ["phone", "id_copy"]
phone = "13800138000"
consent = "revoked"
"""


def test_what_is_mine_and_what_i_gave() -> None:
    owned, gave, rest = read(MINE)
    assert rest == []
    assert [(o.owned_kind, o.value) for o in owned] == [
        (OwnedKind.PHONE, "13800138000"), (OwnedKind.PHONE, "01012345678"),
        (OwnedKind.ID_NUMBER, "11010519491231002X"), (OwnedKind.CARD, "1234"),
        (OwnedKind.CARD, "5678"), (OwnedKind.CARD, "4111111111111111"),
        (OwnedKind.ACCOUNT, "instalments"), (OwnedKind.REPORT_REQUEST, "2024-03-01"),
        (OwnedKind.NOT_MINE, "Some App"),
    ]  # fmt: skip
    account = owned[6]
    assert (account.institution, account.opened) == ("Some Lender", date(2023, 2, 3))
    assert account.extra == {"business": "instalments"}
    assert owned[7].opened == date(2024, 3, 1)
    (given_away,) = gave
    assert given_away.given == (Given.PHONE, Given.ID_COPY)
    assert (given_away.on, given_away.phone) == (date(2024, 1, 5), "13800138000")
    assert (given_away.recipient_kind, given_away.consent) == (
        RecipientKind.LOAN_PLATFORM, Consent.REVOKED,
    )  # fmt: skip
    assert [o.origin.place for o in owned if o.origin] == [
        "line:5", "line:5", "line:6", "line:7", "line:7", "line:7", "line:8", "line:9", "line:10",
    ]  # fmt: skip


def test_what_is_complete() -> None:
    assert read_complete(source(MINE)) == {OwnedKind.CARD, OwnedKind.ACCOUNT}
    assert read_complete(source('[我的]\n齐全 = ["手机"]\n')) == {OwnedKind.PHONE}
    assert read_complete(source("类别,内容\n手机,13800138000\n齐全,手机、银行卡\n")) == {
        OwnedKind.PHONE, OwnedKind.CARD,
    }  # fmt: skip
    assert read_complete(source("[mine\n")) == frozenset()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_keys_with_or_without_quotes(encoding: str) -> None:
    text = (
        '[我的]\n手机 = ["13800138000"]\n"银行卡" = [{ 尾号 = "1234", 银行 = "招商银行" }]\n'
        '[[给过]]\n给谁 = "某贷"\n日期 = "2024年1月5日"\n给了什么 = "手机号、身份证照片"\n'
    )
    owned, gave, rest = read(text.encode(encoding))
    assert rest == []
    assert [(o.value, o.institution) for o in owned] == [
        ("13800138000", None),
        ("1234", "招商银行"),
    ]
    assert (gave[0].recipient, gave[0].on) == ("某贷", date(2024, 1, 5))
    assert gave[0].given == (Given.PHONE, Given.ID_COPY)


def test_a_list_as_csv_in_both_languages() -> None:
    english = "kind,value,institution,opened\nphone,13800138000,,\ncard,1234,Some Bank,2020-05-01\n"
    chinese = "类别,内容,机构,日期\n手机,13800138000\n银行卡,1234,Some Bank,2020/5/1\n"
    expected = [
        (OwnedKind.PHONE, "13800138000", None, None),
        (OwnedKind.CARD, "1234", "Some Bank", date(2020, 5, 1)),
    ]
    for text in (english, chinese, "# 我的名单\n" + chinese.replace(",", "\t")):
        owned, _, rest = read(text)
        assert rest == []
        assert [(o.owned_kind, o.value, o.institution, o.opened) for o in owned] == expected


def test_disclosures_as_csv() -> None:
    text = "给谁,日期,给了什么,手机,类型\n某贷,2024-01-05,手机号;人脸,13800138000,网贷平台\n"
    _, (gave,), rest = read(text.encode("gb18030"))
    assert rest == []
    assert (gave.given, gave.recipient_kind) == (
        (Given.PHONE, Given.FACE), RecipientKind.LOAN_PLATFORM,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key", "place", "near"),
    [
        ('[mine]\nphnoes = ["13800138000"]', "unknown_key_near", 2, "phones"),
        ("[mine]\nxyzzy = 1", "unknown_key", 2, None),
        ('[mine]\n\nphones = ["12345"]', "bad_value", 3, None),
        ('[mine]\ncards = ["4111 1111 1111 1112"]', "bad_value", 2, None),
        ('[mine]\nid_numbers = ["110105194912310021"]', "bad_value", 2, None),
        ('[mine]\nreport_requests = ["2024-02-31"]', "bad_date", 2, None),
        ("[mine]\nreport_requests = [2031-01-01]", "future_date", 2, None),
        ("[mine]\naccounts = [{}]", "bad_value", 2, None),
        ('[[gave]]\nto = "X"\nwhat = ["phnoe"]', "unknown_given", 1, "phone"),
        ('[[gave]]\nwhat = ["phone"]', "missing", 1, None),
        ('[[gave]]\nto = "X"\nconsent = "revokd"', "unknown_word", 1, "revoked"),
        ('complete = ["crad"]\n[mine]', "unknown_word", 1, "card"),
        ("mine = 3\n[[gave]]\nto = 'X'", "not_a_table", 1, None),
    ],
)
def test_a_fault_is_named_with_its_line(text: str, key: str, place: int, near: str | None) -> None:
    _, _, rest = read(text)
    (fault,) = [u for u in rest if u.why.key == f"bills.lists.{key}"]
    assert fault.origin.place == f"line:{place}"
    assert fault.why.args.get("near") == near
    for language in LANGUAGES:
        assert str(place) in Speaker(language).say(fault.why)


def test_a_fault_never_shows_the_number_itself() -> None:
    _, _, (fault,) = read('[mine]\ncards = ["4111 1111 1111 1112"]')
    assert "1112" not in fault.shape
    assert "1112" not in Speaker("en").say(fault.why)


def test_one_fault_loses_nothing_else() -> None:
    owned, gave, rest = read(MINE.replace("+86 138-0013-8000", "12345").replace("id_copy", "xx"))
    assert (len(owned), len(gave), len(rest)) == (8, 1, 2)


def test_broken_toml_is_refused_with_its_line() -> None:
    with pytest.raises(InputError) as caught:
        read('[mine]\nphones = ["13800138000"\ncards = []\n')
    assert caught.value.text.key == "bills.lists.syntax"
    assert caught.value.text.args["line"] == 3


def test_signs_typed_in_full_width_are_understood() -> None:
    owned, _, rest = read("[我的]\n手机 ＝ ［“13800138000”，“13900139000”］\n")
    assert rest == []
    assert len(owned) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_reads_without_a_fault(language: str) -> None:
    owned, gave, rest = read(Speaker(language).say(form()))
    assert rest == []
    assert len({o.owned_kind for o in owned}) >= 8
    assert [g.consent for g in gave] == [Consent.REVOKED]
    assert READER.recognise(source(Speaker(language).say(form()))) > 0.9


def test_only_lists_are_taken_for_lists() -> None:
    for text in (
        "date,body\n1,2\n",
        "[tool.ruff]\nx = 1\n",
        "交易时间,金额,余额\n1,2,3\n",
        "",
        "\0",
    ):
        assert READER.recognise(source(text)) == 0


WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(
    lambda s: " ".join(s.split())
).filter(lambda s: bool(s) and s.isprintable())  # fmt: skip
DAYS = st.dates(date(2000, 1, 1), date(2026, 10, 31))
FREE = [OwnedKind.NAME, OwnedKind.ADDRESS, OwnedKind.PAYEE, OwnedKind.ACCOUNT]
OWNED = st.builds(
    Owned,
    owned_kind=st.sampled_from(FREE),
    value=WORDS, institution=st.none() | WORDS, opened=st.none() | DAYS, closed=st.none() | DAYS,
    standing=st.sampled_from(Standing),
    extra=st.dictionaries(st.sampled_from(["note", "其他"]), WORDS),
)  # fmt: skip
GIFTS = st.builds(
    Disclosure,
    recipient=WORDS, on=st.none() | DAYS,
    given=st.lists(st.sampled_from(Given), unique=True).map(tuple),
    recipient_kind=st.sampled_from(RecipientKind), purpose=st.none() | WORDS,
    legal_basis=st.none() | WORDS, consent=st.sampled_from(Consent),
    standing=st.sampled_from(Standing), phone=st.none() | st.just("13800138000"),
    marks=st.lists(WORDS, max_size=2).map(tuple), note=st.none() | WORDS,
)  # fmt: skip


@given(
    st.lists(OWNED, max_size=4), st.lists(GIFTS, max_size=3), st.sets(st.sampled_from(OwnedKind))
)
def test_what_is_written_is_read_back(
    owned: list[Owned], gifts: list[Disclosure], complete: set[OwnedKind]
) -> None:
    text = write_toml(Mine(tuple(owned), frozenset(complete)), gifts)
    if not (owned or gifts or complete):
        return
    got, gave, rest = read(text)
    assert rest == []
    assert {tuple(o.identity()) for o in got} == {tuple(o.identity()) for o in owned}
    ordered = sorted(owned, key=lambda o: list(OwnedKind).index(o.owned_kind))
    assert [replace(o, origin=None) for o in got] == ordered
    assert [replace(g, origin=None) for g in gave] == gifts
    assert read_complete(source(text)) == complete


@given(st.text(max_size=120))
def test_noise_under_a_section_is_read_or_refused(noise: str) -> None:
    for text in (f"[mine]\n{noise}", f"[[gave]]\n{noise}", f"kind,value\n{noise}"):
        with contextlib.suppress(InputError):
            read(text.encode("utf-8", "replace"))


DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["formats-own-lists.md", "formats-own-lists.zh-CN.md"])
def test_the_examples_of_the_docs_read_without_a_fault(page: str) -> None:
    blocks = re.findall(r"```(?:toml|csv)\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    read_blocks = [read(block) for block in blocks]
    assert [rest for _, _, rest in read_blocks] == [[], [], []]
    assert [(len(owned), len(gave)) for owned, gave, _ in read_blocks] == [(14, 1), (3, 0), (0, 1)]
    for block in blocks[:2]:
        assert read_complete(source(block)) == {OwnedKind.CARD, OwnedKind.ACCOUNT}


@pytest.mark.parametrize("page", ["formats-own-lists.md", "formats-own-lists.zh-CN.md"])
def test_the_words_that_the_docs_list_are_known(page: str) -> None:
    rows = dict(re.findall(r"^\| `([^|`]+)` \| (.*?) \|$", (DOCS / page).read_text("utf-8"), re.M))

    def meanings(key: str, table: Mapping[str, object]) -> set[object]:
        return {table[word] for word in re.split(r"[`,、 ]+", rows[key]) if word}

    keys = ("what", "kind", "consent") if "what" in rows else ("给了什么", "类型", "授权")
    assert meanings(keys[0], GIVEN) == set(Given)
    assert meanings(keys[1], RECIPIENTS) == set(RecipientKind)
    assert meanings(keys[2], CONSENTS) == set(Consent)


def test_every_meaning_has_a_word_in_both_languages() -> None:
    for table in (KINDS, GIVEN, RECIPIENTS, CONSENTS, STANDINGS):
        meanings = set(table.values())
        assert {m for w, m in table.items() if w.isascii()} == meanings
        assert {m for w, m in table.items() if not w.isascii()} == meanings


@pytest.mark.parametrize(
    "text",
    [
        '[[gave]]\nto = "某平台"\non = 2024-01-05\nrevoked = 2024-02-01\n',
        '[[给过]]\n给谁 = "某平台"\n日期 = 2024-01-05\n撤回 = 2024-02-01\n',
        "to,on,what,revoked\n某平台,2024-01-05,phone,2024-02-01\n",
    ],
)
def test_the_day_consent_was_withdrawn_is_read_and_written_back(text: str) -> None:
    _, (gave,), faults = read(text)
    assert not faults
    assert (gave.consent, gave.revoked_on) == (Consent.REVOKED, date(2024, 2, 1))
    _, (again,), _ = read(write_toml(Mine(), (gave,)))
    assert again.revoked_on == gave.revoked_on
