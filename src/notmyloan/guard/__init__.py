"""The person's side put together: the only place that joins the parts to the vault."""

from notmyloan.guard.guard import Guard

__all__ = ["Guard"]
