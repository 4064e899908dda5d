"""The fuzz targets themselves work: each takes its seeds, cut and noised, without complaint."""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TARGETS = sorted(path.stem for path in HERE.glob("fuzz_*.py"))


@pytest.mark.parametrize("name", TARGETS)
def test_target(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))
    module = importlib.import_module(name)
    rng = random.Random(name)
    for seed in module.SEEDS:
        for _ in range(60):
            data = bytearray(seed)
            for _ in range(rng.randrange(4)):
                at = rng.randrange(len(data) + 1)
                data[at : at + rng.randrange(3)] = rng.randbytes(rng.randrange(4))
            module.one_input(
                bytes(data[: rng.randrange(len(data) + 1)] if rng.random() < 0.3 else data)
            )
    sys.modules.pop(name, None)
