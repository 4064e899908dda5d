"""The library alone, as docs/seal.md shows it: no vault, public names only."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from papers import paper
from PIL import Image

import notmyloan.seal
from notmyloan.model.errors import InputError
from notmyloan.seal.fonts import find_face
from notmyloan.seal.kinds import Kind

try:
    find_face()
except InputError:
    pytest.skip("no CJK font is installed", allow_module_level=True)

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["seal.md", "seal.zh-CN.md"])
def test_the_page_s_example_seals_and_names(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.S)
    monkeypatch.chdir(tmp_path)
    Image.fromarray(paper(Kind.ID_FRONT, 5)).save("ID.png")
    before, leak = code.split("# LEAK\n")
    names: dict[str, object] = {}
    exec(before, names)
    given = Image.open(io.BytesIO((tmp_path / "copy-1.jpg").read_bytes()))
    given.resize((640, 404)).convert("L").save("leaked.jpg", quality=60)
    exec(leak, names)
    assert names["answer"] == notmyloan.seal.Answer.ONE
    made = names["made"]
    assert isinstance(made, list)
    assert names["named"] == [made[1].copy.id]


def test_every_public_name_is_there_and_no_other() -> None:
    for name in notmyloan.seal.__all__:
        assert getattr(notmyloan.seal, name) is not None
    with pytest.raises(AttributeError):
        notmyloan.seal.nothing  # noqa: B018
