"""The person's side put together: the only place that joins the parts to the vault."""

from notmyloan.guard.guard import Guard
from notmyloan.guard.progress import Progress, Silent

__all__ = ["Guard", "Progress", "Silent"]
