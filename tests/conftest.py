"""One made-up life for every test that wants a whole one."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `exports/` (what the person has) and `truth/` (what really happened)."""
    from notmyloan.story import write_life

    folder = tmp_path_factory.mktemp("life")
    write_life(folder, seed=7, years=3)
    return folder
