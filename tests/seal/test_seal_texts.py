"""Every sentence of the visible half can be said in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import notmyloan.seal
from notmyloan.locale import LANGUAGES, Speaker

KEY = re.compile(r'(?:Text|Error)\(\s*"(seal\.[a-z0-9_.]+)"')
MODULES = ("card", "corners", "endorsement", "fonts", "heic", "lines", "picture", "wording")


def test_every_sentence_is_there() -> None:
    folder = Path(notmyloan.seal.__file__).parent
    for module in MODULES:
        for key in KEY.findall((folder / f"{module}.py").read_text(encoding="utf-8")):
            for language in LANGUAGES:
                assert Speaker(language).knows(key), (module, key, language)
