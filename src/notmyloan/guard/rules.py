"""The finding rules that are installed: ours and other packages'."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from notmyloan.model.dossier import Rule


@cache
def rules() -> tuple[tuple[str, Rule], ...]:
    """Every registered rule with its entry point's name, in order of name."""
    points = sorted(entry_points(group="notmyloan.findings"), key=lambda point: point.name)
    return tuple((point.name, point.load()) for point in points)
