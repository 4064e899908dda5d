from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from bills_making import read, source
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.model.errors import InputError
from notmyloan.model.place_in_time import Precision
from notmyloan.model.record import Flow, record_id
from notmyloan.read.bill_camt import READER as CAMT
from notmyloan.read.bill_ofx import READER as OFX

OFX_HEAD = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
    "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)


def row(kind: str, posted: str, amount: str, number: str, name: str) -> str:
    return (
        f"<STMTTRN><TRNTYPE>{kind}<DTPOSTED>{posted}<TRNAMT>{amount}<FITID>{number}"
        f"<NAME>{name}<MEMO>about {number}</STMTTRN>\n"
    )


def statement(
    rows: str, tag: str = "STMTRS", account: str = "0012345678", currency: str = "USD"
) -> str:
    source_tag = "CCACCTFROM" if tag.startswith("CC") else "BANKACCTFROM"
    return (
        f"<{tag}><CURDEF>{currency}<{source_tag}><ACCTID>{account}</{source_tag}>"
        f"<BANKTRANLIST><DTSTART>20240101<DTEND>20240131\n{rows}</BANKTRANLIST>"
        f"<LEDGERBAL><BALAMT>100.00<DTASOF>20240131</LEDGERBAL></{tag}>"
    )


SIGN_ON = "<SIGNONMSGSRSV1><SONRS><FI><ORG>First Bank<FID>1</FI></SONRS></SIGNONMSGSRSV1>"
ROWS = row("DEBIT", "20240105123001[-5:EST]", "-10.50", "A1", "SHOP &amp; CO") + row(
    "CREDIT", "20240106", "99", "A2", "EMPLOYER"
)


def test_an_sgml_statement() -> None:
    got, rest = read(OFX, OFX_HEAD + f"<OFX>{SIGN_ON}{statement(ROWS)}</OFX>")
    assert rest == []
    first, second = got
    assert first.at == datetime(2024, 1, 5, 17, 30, 1, tzinfo=UTC)
    assert (first.flow, first.amount.amount, first.amount.currency) == (
        Flow.OUT, Decimal("10.50"), "USD",
    )  # fmt: skip
    assert (first.provider, first.account, first.order) == ("First Bank", "0012345678", "A1")
    assert (first.counterparty, first.summary) == ("SHOP & CO", "about A1")
    assert (second.flow, second.precision) == (Flow.IN, Precision.DAY)
    assert second.at == datetime(2024, 1, 5, 16, tzinfo=UTC)  # the person's own day


def test_an_xml_statement() -> None:
    import re

    closed = re.sub(r"<(TRNTYPE|DTPOSTED|TRNAMT|FITID|NAME|MEMO|CURDEF|ACCTID|DTSTART|DTEND|BALAMT|"
                    r"DTASOF)>([^<\n]*)", r"<\1>\2</\1>", statement(ROWS))  # fmt: skip
    text = f'<?xml version="1.0"?><?OFX OFXHEADER="200" VERSION="211"?><OFX>{closed}</OFX>'
    got, rest = read(OFX, text)
    assert ([t.order for t in got], rest) == (["A1", "A2"], [])


def test_every_statement_of_a_file_is_read_with_its_own_account() -> None:
    card = statement(row("DEBIT", "20240107", "-3.00", "C1", "X"), "CCSTMTRS", "4111", "EUR")
    got, _ = read(OFX, OFX_HEAD + f"<OFX>{SIGN_ON}{statement(ROWS)}{card}</OFX>")
    assert [(t.order, t.account, t.amount.currency) for t in got] == [
        ("A1", "0012345678", "USD"), ("A2", "0012345678", "USD"), ("C1", "4111", "EUR"),
    ]  # fmt: skip


def test_a_row_without_a_date_is_named_and_the_others_are_read() -> None:
    rows = ROWS + row("DEBIT", "soon", "-1.00", "A3", "Y")
    got, rest = read(OFX, OFX_HEAD + f"<OFX>{statement(rows)}</OFX>")
    assert len(got) == 2
    assert [u.why.key for u in rest] == ["bills.row.no_date"]


def test_entities_are_refused() -> None:
    text = '<?xml version="1.0"?><!DOCTYPE OFX [<!ENTITY a "b">]><?OFX OFXHEADER="200"?><OFX></OFX>'
    with pytest.raises(InputError) as caught:
        read(OFX, text)
    assert caught.value.text.key == "bills.hostile_xml"


def test_a_file_without_a_statement_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        read(OFX, OFX_HEAD + f"<OFX>{SIGN_ON}</OFX>")
    assert caught.value.text.key == "bills.no_statement"


NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.{}"


def camt(entries: str, version: str = "08", prefix: str = "", extra: str = "") -> str:
    import re

    attribute = f"xmlns:{prefix}" if prefix else "xmlns"
    body = (
        f"<BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy>"
        f"<Svcr><FinInstnId><Nm>Example Bank</Nm></FinInstnId></Svcr></Acct>{entries}</Stmt>"
        "</BkToCstmrStmt></Document>"
    )
    text = f"<Document>{body}"
    if prefix:
        text = re.sub(r"<(/?)(\w)", rf"<\1{prefix}:\2", text)
    opening = f"<{prefix}:Document" if prefix else "<Document"
    text = text.replace(f"{opening}>", f'{opening} {attribute}="{NAMESPACE.format(version)}">', 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>{extra}{text}'


def entry(amount: str, sign: str, day: str, details: str = "", number: str = "R1") -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt>{day}</BookgDt><AcctSvcrRef>{number}</AcctSvcrRef>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


SHOP = (
    "<TxDtls><RltdPties><Cdtr><Pty><Nm>Shop</Nm></Pty></Cdtr><CdtrAcct><Id><IBAN>DE02120300000000202051"
    "</IBAN></Id></CdtrAcct></RltdPties><RmtInf><Ustrd>Invoice</Ustrd><Ustrd>17</Ustrd></RmtInf></TxDtls>"
)


@pytest.mark.parametrize("version", ["02", "04", "08", "12"])
@pytest.mark.parametrize("prefix", ["", "ns2"])
def test_a_camt_statement_of_every_version_and_prefix(version: str, prefix: str) -> None:
    text = camt(
        entry("12.30", "DBIT", "<Dt>2024-02-01</Dt>", SHOP)
        + entry("30", "CRDT", "<DtTm>2024-02-02T10:00:00+01:00</DtTm>", number="R2"),
        version, prefix,
    )  # fmt: skip
    assert CAMT.recognise(source(text)) > 0.9
    (first, second), rest = read(CAMT, text)
    assert rest == []
    assert (first.flow, first.amount.amount, first.precision) == (
        Flow.OUT, Decimal("12.30"), Precision.DAY,
    )  # fmt: skip
    assert (first.provider, first.account) == ("Example Bank", "DE89370400440532013000")
    assert (first.counterparty, first.counterparty_account) == ("Shop", "DE02120300000000202051")
    assert (first.summary, first.order) == ("Invoice 17", "R1")
    assert (second.flow, second.at) == (Flow.IN, datetime(2024, 2, 2, 9, tzinfo=UTC))


def test_a_batch_gives_its_details_where_they_add_up_and_else_the_whole() -> None:
    def detail(amount: str) -> str:
        return f'<TxDtls><Amt Ccy="EUR">{amount}</Amt></TxDtls>'

    day = "<Dt>2024-02-01</Dt>"
    text = camt(
        entry("20.00", "CRDT", day, detail("10.00") + detail("10.00"))
        + entry("20.00", "CRDT", day, detail("10.00") + "<TxDtls/>", "R2")
    )
    got, _ = read(CAMT, text)
    assert [str(t.amount.amount) for t in got] == ["10.00", "10.00", "20.00"]
    assert len({record_id(t) for t in got}) == 3


def test_an_entry_without_an_amount_is_named() -> None:
    broken = entry("", "DBIT", "<Dt>2024-02-01</Dt>")
    got, rest = read(CAMT, camt(broken + entry("1.00", "DBIT", "<Dt>2024-02-01</Dt>")))
    assert len(got) == 1
    assert [u.why.key for u in rest] == ["bills.row.no_amount"]


def test_an_entity_bomb_is_refused_before_it_is_parsed() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(InputError) as caught:
        read(CAMT, camt(entry("&b;", "DBIT", "<Dt>2024-02-01</Dt>"), extra=bomb))
    assert caught.value.text.key == "bills.hostile_xml"


def test_a_truncated_document_is_refused_by_name() -> None:
    with pytest.raises(InputError) as caught:
        read(CAMT, camt(entry("1.00", "DBIT", "<Dt>2024-02-01</Dt>"))[:-40])
    assert caught.value.text.key == "bills.broken_xml"


@given(st.text(alphabet="<>/STMRNAD0129.- \n&;aé中", max_size=200))
def test_noise_in_either_is_read_or_refused(noise: str) -> None:
    for reader, text in (
        (OFX, OFX_HEAD + f"<OFX><STMTRS>{noise}</STMTRS></OFX>"),
        (CAMT, camt(noise)),
        (CAMT, camt(entry(noise.replace("<", "").replace("&", ""), "DBIT", "<Dt>2024-13-01</Dt>"))),
    ):
        with contextlib.suppress(InputError):
            read(reader, text)
