"""The one place where the personal side sends something: a query to a time-stamp authority that the
person named."""

from __future__ import annotations

from typing import Any

_TIMEOUT = 30  # seconds for an authority to answer
_ANSWER = 1 << 20  # bytes; a stamp with its certificates takes a few thousand


def post_query(url: str, data: bytes) -> bytes:
    """Send an RFC 3161 query (section 3.4) and return the answer. Only the address itself is asked:
    an answer that leads elsewhere is refused. Raises OSError where nobody can be reached,
    StampError where the address answers with an error."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    from notmyloan.evidence.errors import StampError

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: Any, **__: Any) -> None:
            return None

    headers = {"Content-Type": "application/timestamp-query"}
    try:
        with build_opener(Stay).open(
            Request(url, data, headers, method="POST"), timeout=_TIMEOUT
        ) as answer:
            return bytes(answer.read(_ANSWER))
    except HTTPError as error:
        where = error.headers.get("Location") if error.headers is not None else None
        if where:
            raise StampError("evidence.stamp.elsewhere", url=url, where=where) from error
        raise StampError("evidence.stamp.http", url=url, status=error.code) from error
    except HTTPException as error:
        raise StampError("evidence.stamp.no_reply") from error
