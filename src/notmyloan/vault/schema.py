"""The vault's tables, as numbered migrations. A released migration is never edited."""

from __future__ import annotations

from typing import Any

from notmyloan.model.errors import VaultError

# Moments of records are microseconds since 1970-01-01 UTC, all other moments milliseconds.
# `source.items` is how many items of the file are stored, in its own order as `program` reads it.
# `record` keeps the first origin in place, `origin` only the further ones: most records have one.
# `way` is a message's direction or a call's outcome, `body` its text, `extra` everything else as
# JSON; `probabilities` are the judgement's, as unsigned 16-bit shares in the order of the labels.
_V1 = """
create table source (
  n integer primary key, sha256 text not null, format text not null, name text not null,
  size integer not null, begun integer, done integer not null default 0,
  items integer not null default 0, program text not null, unique (sha256, format)
);
create table model (n integer primary key, version text not null unique);
create table record (
  n integer primary key, id blob not null unique, kind text not null, at integer,
  way text, party text, contact text, body text, extra text,
  source integer not null, place text not null,
  label integer, probabilities blob, model integer
);
create index record_time on record (kind, at, n);
create index record_label on record (label, at, n) where label is not null;
create table origin (
  record integer not null, source integer not null, place text not null,
  primary key (record, source, place)
) without rowid;
create table unreadable (
  source integer not null, place text not null, why text not null, shape text not null,
  primary key (source, place, why)
) without rowid;
create table finding (
  number integer primary key autoincrement, id text not null unique, fingerprint text not null,
  payload text not null, state text not null, first_seen integer not null,
  last_seen integer not null, reason text, dismissed_at integer, dismissed_fingerprint text
);
create table owned (
  number integer primary key autoincrement, id blob not null unique, standing text not null,
  payload text not null
);
create table disclosure (
  number integer primary key autoincrement, id blob not null unique, standing text not null,
  payload text not null
);
create table setting (key text primary key, value text not null) without rowid;
create table blob (sha256 text primary key, size integer not null, added integer not null);
create table chunk (sha256 text not null, n integer not null, data blob not null,
  primary key (sha256, n));
"""

# `original` is a paper laid flat, its picture a kept file; `copy` one sealed copy of it, `packed`
# its layout; `digest` of a copy is its layout's. `commitment` is the log: lines are only added.
# `alias` is a canary field, `leak` a mark that was met again outside.
_V2 = """
create table original (
  n integer primary key, sha256 text not null unique, kind text not null, dpi real not null,
  picture text not null, salt blob not null
);
create table copy (
  n integer primary key, id text not null unique, original integer not null,
  recipient text not null, purpose text not null, made text not null, digest text not null,
  packed blob not null, sketch blob not null
);
create index copy_original on copy (original, n);
create table commitment (
  n integer primary key autoincrement, original integer not null, digest text not null unique,
  data blob not null, made integer not null
);
create table alias (
  n integer primary key autoincrement, id text not null unique, recipient text not null,
  field text not null, value text not null, made text not null, words text not null
);
create table leak (
  n integer primary key autoincrement, mark text not null, kind text not null,
  recipient text not null, error real not null, source text not null, found integer not null,
  unique (mark, source)
);
"""

# `matter` is a case; what happened in it are its events, and where it stands follows from them. A
# finding is in one case at most. `exhibit` is a piece of evidence, its bytes a kept file;
# `evidence_log` only grows, a line an entry, as the package writes it. `stamp` is a head of that
# log on its way to a time-stamp authority (no reply yet) or back from it.
_V3 = """
create table matter (
  number integer primary key autoincrement, playbook text not null, country text not null,
  against text not null, opened text not null, known_on text, closed text,
  facts text not null default '{}'
);
create table matter_finding (
  finding integer primary key, matter integer not null
);
create table matter_event (
  n integer primary key autoincrement, matter integer not null, step text not null,
  outcome text not null, day text not null, note text not null, made integer not null
);
create index matter_event_matter on matter_event (matter, n);
create table exhibit (
  number integer primary key autoincrement, matter integer, sha256 text not null,
  name text not null, size integer not null, note text not null, facts text not null,
  added integer not null
);
create table evidence_log (n integer primary key, entry text not null);
create table stamp (
  n integer primary key autoincrement, head text not null, url text not null,
  request blob, reply blob, asked integer not null, got integer
);
"""

MIGRATIONS: tuple[str, ...] = (_V1, _V2, _V3)
VERSION = len(MIGRATIONS)


def migrate(db: Any, name: str) -> None:
    """Bring an open database to VERSION, one migration a transaction.

    Raises VaultError for a vault made by a newer version of the program.
    """
    if _version(db, name) == VERSION:
        return
    for number in range(VERSION):
        db.execute("begin immediate")
        try:
            # Asked again inside: another process may have been quicker.
            if _version(db, name) == number:
                for statement in MIGRATIONS[number].split(";"):
                    if statement.strip():
                        db.execute(statement)
                db.execute(f"pragma user_version = {number + 1}")
            db.execute("commit")
        except BaseException:
            if db.in_transaction:
                db.execute("rollback")
            raise


def _version(db: Any, name: str) -> int:
    (version,) = db.execute("pragma user_version").fetchone()
    if version > VERSION:
        raise VaultError("vault.newer", name=name)
    return int(version)
