"""The person's side put together: import, check, ask. The only place that joins parts to the vault."""

from notmyloan.guard.guard import Guard

__all__ = ["Guard"]
