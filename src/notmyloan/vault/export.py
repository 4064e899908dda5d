"""Everything in the vault as JSON, for leaving."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from notmyloan.model.serial import to_json
from notmyloan.vault import blobs, file
from notmyloan.vault.codec import stored_text

if TYPE_CHECKING:
    from notmyloan.vault.vault import Vault


def export(vault: Vault) -> Iterator[dict[str, Any]]:
    """Everything, one JSON object at a time, for leaving."""
    yield {"kind": "vault", "schema": vault._all("pragma user_version")[0][0]}
    for n, name, sha, form, size, done, items, begun in vault._all(
        "select n, name, sha256, format, size, done, items, begun from source order by n"
    ):
        yield {"kind": "source", "number": n, "name": stored_text(name), "sha256": sha,
               "format": form, "size": size, "complete": bool(done), "items": items,
               "begun": begun}  # fmt: skip
    for kind in [row[0] for row in vault._all("select distinct kind from record order by kind")]:
        for n, record, judgement in vault._records(kind):
            extra: dict[str, Any] = {"origins": [to_json(o) for o in vault._origins(n, record)]}
            if judgement is not None:
                extra["judgement"] = to_json(judgement)
            yield to_json(record) | extra
    for sha, place, why, shape in vault._all(
        "select s.sha256, u.place, u.why, u.shape from unreadable u join source s on s.n = u.source"
    ):
        yield {"kind": "unreadable", "source": sha, "place": stored_text(place),
               "why": json.loads(why), "shape": stored_text(shape)}  # fmt: skip
    for stored in vault.findings(None):
        yield {"kind": "finding"} | to_json(stored)
    for line in vault.owned():
        yield {"number": line.number} | to_json(line.owned)
    for given in vault.disclosures():
        yield {"number": given.number} | to_json(given.disclosure)
    seals = vault.seals
    for original in seals.originals():
        yield {"kind": "sealed_original", "number": original.number, "sha256": original.sha256,
               "paper": original.kind, "dpi": original.dpi, "picture": original.picture,
               "salt": original.salt.hex()}  # fmt: skip
        for copy in seals.copies(original):
            yield {"kind": "sealed_copy", "id": copy.id, "original": original.number,
                   "recipient": copy.recipient, "purpose": copy.purpose,
                   "made": copy.made.isoformat(), "digest": copy.digest,
                   "layout": base64.b64encode(copy.packed).decode()}  # fmt: skip
        for data in seals.commitments(original):
            yield {"kind": "seal_commitment", "original": original.number, "data": data.decode()}
    for alias in seals.aliases():
        yield {"kind": "alias", "number": alias.number, "id": alias.id, "field": alias.field,
               "recipient": alias.recipient, "value": alias.value,
               "made": alias.made.isoformat(), "words": list(alias.words)}  # fmt: skip
    for leak in seals.leaks():
        yield {"kind": "leak", "mark": leak.mark, "form": leak.kind, "recipient": leak.recipient,
               "error": leak.error, "source": leak.source,
               "found": leak.found.isoformat()}  # fmt: skip
    for case in vault.cases.all():
        yield {"kind": "case"} | to_json(case)
    for exhibit in vault.exhibits.all():
        yield {"kind": "exhibit"} | to_json(exhibit)
    for number, entry in enumerate(vault.exhibits.log()):
        yield {"kind": "evidence_log", "number": number, "entry": entry}
    for stamp in vault.exhibits.stamps():
        yield {"kind": "stamp", "number": stamp.number, "head": stamp.head, "url": stamp.url,
               "asked": stamp.asked.isoformat(),
               "got": stamp.got.isoformat() if stamp.got else None,
               "request": base64.b64encode(stamp.request or b"").decode(),
               "reply": base64.b64encode(stamp.reply or b"").decode()}  # fmt: skip
    for key, value in vault._all("select key, value from setting order by key"):
        yield {"kind": "setting", "key": key, "value": value}
    for sha, size, added in vault._all("select sha256, size, added from blob order by added"):
        with file.sentences(vault._name):
            data = b"".join(blobs.pieces(vault._db, sha))
        yield {"kind": "blob", "sha256": sha, "size": size, "added": added,
               "data": base64.b64encode(data).decode()}  # fmt: skip
