"""A sample has the same shape and none of the values."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.model.errors import InputError
from notmyloan.model.record import Unreadable
from notmyloan.read.detect import choose, walk
from notmyloan.read.make_up import MakeUp
from notmyloan.read.sample import write_sample
from notmyloan.read.source import ReadContext, Source
from notmyloan.story import write_life
from notmyloan.story.write import EVERY_FORMAT

# Long enough that a made-up one does not hit a real one by chance.
RUN = re.compile(r"\d{7,}|[A-Za-z]{6,}|[\u4e00-\u9fff]{4,}")
CONTEXT = ReadContext(now=datetime(2026, 11, 20, tzinfo=UTC))


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_life(folder, seed=31, years=1, formats=EVERY_FORMAT)
    return folder / "exports"


def sample_of(source: Source, seed: int = 1) -> Source:
    out = io.BytesIO()
    write_sample(source, out, seed)
    return Source(source.name, None, out.getvalue())


def test_every_sample_is_read_as_the_original_is(exports: Path) -> None:
    seen = set()
    for source in walk([exports]):
        assert isinstance(source, Source)
        if source.is_folder or source.name.startswith(("photos/", "credit/", "lists/")):
            continue
        made = sample_of(source)
        reader = choose(source)
        assert choose(made).format == reader.format, source.name
        counts = [
            sum(not isinstance(r, Unreadable) for r in reader.read(s, CONTEXT))
            for s in (source, made)
        ]
        assert counts[0] == counts[1], source.name
        seen.add(reader.format)
    assert len(seen) >= 8


def test_no_value_of_the_original_survives(exports: Path) -> None:
    for name in ("phone/sms.xml", "phone/messages.csv", "bills/alipay.csv", "phone/fossify.json"):
        source = Source(name, exports / name)
        encoding = "gb18030" if "alipay" in name else "utf-8"
        made = sample_of(source).open().read().decode(encoding)
        values = set()
        for record in choose(source).read(source, CONTEXT):
            for field in ("text", "party", "contact", "counterparty", "order", "summary"):
                value = getattr(record, field, None)
                if isinstance(value, str):
                    values |= set(RUN.findall(value))
        kept = MakeUp(1)
        survivors = {v for v in values & set(RUN.findall(made)) if kept.value(v) != v}
        assert not survivors, (name, sorted(survivors)[:10])


SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"


@pytest.mark.parametrize(
    "name",
    ["bills/abc*.csv", "bills/alipay*.csv", "bills/boc*.csv", "bills/cmb*.csv", "bills/icbc*.csv",
     "bills/wechat*.csv", "bills/citic*.xls", "android_backup/*backup.ab", "ios_backup"],
)  # fmt: skip
def test_samples_of_real_exports_are_read_as_they_are(name: str) -> None:
    found = sorted(SAMPLES.glob(name))
    if not found:
        pytest.skip("the real samples are absent")
    source = Source(found[0].name, found[0])
    made = sample_of(source)
    assert choose(made).format == choose(source).format
    kept, got = (
        [r for r in choose(s).read(s, CONTEXT) if not isinstance(r, Unreadable)]
        for s in (source, made)
    )
    assert [r.kind for r in got] == [r.kind for r in kept]
    values = {w for r in kept for w in RUN.findall(f"{getattr(r, 'counterparty', '') or ''} "
              f"{getattr(r, 'order', '') or ''} {getattr(r, 'text', '') or ''}")}  # fmt: skip
    again = {w for r in got for w in RUN.findall(f"{getattr(r, 'counterparty', '') or ''} "
             f"{getattr(r, 'order', '') or ''} {getattr(r, 'text', '') or ''}")}  # fmt: skip
    assert {w for w in values & again if MakeUp(1).value(w) != w} == set()


@pytest.mark.parametrize(
    "chat",
    [
        "2024/3/25 下午9:05 - 老张: 你好\n2024/3/26 上午9:00 - 老张: 早\n",
        "13/06/2024, 9:05\u202fPM - Li Lei: hi\n14/06/2024, 9:06\u202fam - Li Lei: bye\n",
    ],
)
def test_clock_words_of_a_chat_stay(chat: str) -> None:
    source = Source("chat.txt", None, chat.encode())
    before, after = (list(choose(s).read(s, CONTEXT)) for s in (source, sample_of(source)))
    assert [r.kind for r in after] == ["message", "message"]
    assert [r.at.time() for r in after] == [r.at.time() for r in before]
    assert {r.party for r in after}.isdisjoint({r.party for r in before})
    assert {r.text for r in after}.isdisjoint({r.text for r in before})


@given(st.text(alphabet="一二三甲乙丙abcXYZ0123456789-./ ,元", min_size=3, max_size=40))
def test_made_up_text_keeps_its_length_and_kinds(words: str) -> None:
    made = MakeUp(5).text(words)
    folds = [re.sub(r"[\u3400-\u9fff]", "字", re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "9", w)))
             for w in (words, made)]  # fmt: skip
    if not re.search(r"\d{4,}|(19|20)\d\d", words):  # dates and moments may change their width
        assert folds[0] == folds[1]


def test_the_same_value_gets_the_same_substitute() -> None:
    made = MakeUp(2)
    assert made.text("张三 13900001111") == made.text("张三 13900001111")
    assert made.text("张三 13900001111") != MakeUp(3).text("张三 13900001111")


def test_what_no_sample_can_be_made_of_is_refused(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    picture.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9)
    for path in (picture, tmp_path):
        with pytest.raises(InputError):
            sample_of(Source(path.name, path))
