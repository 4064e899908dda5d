"""Counts the network connections that this process opens, so that the report can say how many.

CPython tells its audit hooks of every socket before it is made (PEP 578); a hook cannot be taken
off again. Sockets between processes of one machine (the keyring's) are no network.
"""

from __future__ import annotations

import sys
from typing import Any

_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_opened: int | None = None


def watch() -> None:
    """Count from now on. Calling it again changes nothing."""
    global _opened
    if _opened is None:
        _opened = 0
        sys.addaudithook(_heard)


def opened() -> int | None:
    """How many sockets to a network and name look-ups there were since `watch`, None where it was
    never called."""
    return _opened


def _heard(event: str, args: tuple[Any, ...]) -> None:
    global _opened
    if event.startswith("socket.") and (event in _LOOKUPS or _to_a_network(event, args)):
        _opened = (_opened or 0) + 1


def _to_a_network(event: str, args: tuple[Any, ...]) -> bool:
    # Not imported for this: most commands never need the module, and it takes its time.
    local = getattr(sys.modules.get("_socket"), "AF_UNIX", None)
    return event == "socket.__new__" and args[1] != local
