"""`notmyloan evidence`: taking evidence in, having it stamped, handing it over, checking it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from notmyloan.cli.app import App, current, existing
from notmyloan.cli.evidence_papers import (
    alibi_command,
    money_command,
    opposing_command,
    signatures_command,
)
from notmyloan.cli.options import Words, argument, command, json_option
from notmyloan.model.errors import InputError, UsageError

if TYPE_CHECKING:
    from cryptography import x509

    from notmyloan.evidence.package import Stamped
    from notmyloan.evidence.verify import Report, Vouched
    from notmyloan.vault import Exhibit

_say = current().say
_GRADES = ("original", "export", "screenshot", "retyped")
_KINDS = ("report", "bill", "messages", "calls", "chat", "recording", "photo", "paper", "other")
_PARTS = ("profile", "continuous", "voice", "voucher", "raw_export", "unlock_recording")
_WHOLE = ("messages", "calls", "bill")  # exports that hold far more than the case
_SHOWN = 40  # attacks after taking files in, before the rest is only counted
_LISTED = 3  # files that a stamp does not speak of, by name
F = TypeVar("F", bound=Callable[..., Any])


@click.group("evidence", help=_say("cli.evidence.help"))
def evidence_command() -> None:
    """Groups the verbs."""


def _about(function: F) -> F:
    """The options that say how a piece came to be."""
    yes_no = Words(["yes", "no"], "yes_no")
    for option in reversed((
        click.option("--kind", type=Words(_KINDS, "proof_kind"), help=_say("cli.evidence.kind")),
        click.option("--grade", type=Words(_GRADES, "proof_grade"),
                     help=_say("cli.evidence.grade")),
        click.option("--held-by", help=_say("cli.evidence.held_by")),
        click.option("--collector", help=_say("cli.evidence.collector")),
        click.option("--how", help=_say("cli.evidence.how")),
        click.option("--device", help=_say("cli.evidence.device")),
        click.option("--offset", type=float, help=_say("cli.evidence.offset")),
        click.option("--rooted", type=yes_no, help=_say("cli.evidence.rooted")),
        click.option("--notarised/--not-notarised", default=None,
                     help=_say("cli.evidence.notarised")),
        click.option("--third-party/--no-third-party", default=None,
                     help=_say("cli.evidence.third_party")),
        click.option("--has", type=Words(_PARTS, "proof_part"), multiple=True,
                     help=_say("cli.evidence.has")),
    )):  # fmt: skip
        function = option(function)
    return function


def _facts(told: dict[str, Any]) -> dict[str, str]:
    """What the options of `_about` said; what was not said is left out."""
    found: dict[str, str] = {}
    for name, value in told.items():
        if value is None or value == ():
            continue
        if isinstance(value, bool):
            value = "yes" if value else ""
        found[name] = ",".join(value) if isinstance(value, tuple) else str(value)
    return found


@command("evidence.add")
@argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--case", type=int, help=_say("cli.evidence.case"))
@click.option("--note", default="", help=_say("cli.evidence.note"))
@_about
@json_option
def add_command(
    files: tuple[Path, ...], case: int | None, note: str, as_json: bool, **about: Any
) -> int:
    from notmyloan.guard.evidencing import add, files_in
    from notmyloan.model.serial import to_json

    app = current()
    every = files_in(existing(files))
    if not every:
        raise InputError("cli.evidence.no_files", path=str(files[0]))
    with app.open_vault() as vault:
        found = add(vault, every, note, _facts(about), case, app.now())
    for exhibit, new in found:
        if as_json:
            app.emit(to_json(exhibit) | {"new": new})
            continue
        number, name, sha256 = exhibit.number, exhibit.name, exhibit.sha256
        key = "cli.evidence.added" if new else "cli.evidence.known"
        click.echo(app.say(key, number=number, name=name, sha256=sha256))
        if new:
            click.echo(app.say("cli.evidence.seen", kind=_kind(app, exhibit),
                               grade=_grade(app, exhibit)))  # fmt: skip
    blank = _blank(app, every, found)
    _hints(app, [exhibit for exhibit, new in found if new])
    app.tell("cli.evidence.add_done", n=sum(new for _, new in found))
    return 1 if blank else 0


def _kind(app: App, exhibit: Exhibit) -> str:
    return app.say(f"proof.kind.{exhibit.facts.get('kind', 'other')}")


def _grade(app: App, exhibit: Exhibit) -> str:
    from notmyloan.guard.evidencing import origin_of

    return origin_of(exhibit, app.say)


def _blank(app: App, paths: Sequence[Path], found: Sequence[tuple[Exhibit, bool]]) -> bool:
    """Names papers that must not be signed; whether there was one."""
    from notmyloan.evidence.blanks import blanks_to_sign, text_of
    from notmyloan.model.text import Text

    any_ = False
    for path, (exhibit, _) in zip(paths, found, strict=True):
        if exhibit.facts.get("kind") != "paper":
            continue
        blank = blanks_to_sign(text_of(path))
        if blank:
            names = tuple(Text(f"proof.blank.{name}") for name in blank)
            click.echo(app.say("cli.evidence.blank_sign", name=path.name, names=names))
            any_ = True
    return any_


def _hints(app: App, exhibits: Sequence[Exhibit]) -> None:
    """What the rules of evidence would say against new pieces, while there is time to mend it;
    each once, with the pieces it is about. To standard error, as it is advice."""
    from notmyloan.evidence.opposing import attack
    from notmyloan.guard.evidencing import piece_of

    about: dict[tuple[str, str], list[int]] = {}
    for exhibit in exhibits:
        if not exhibit.size:
            app.tell("cli.evidence.empty", name=exhibit.name)
        (judged,) = attack([piece_of(exhibit)])
        for a in judged.attacks:
            said = (app.speaker.say(a.says), app.speaker.say(a.mend))
            about.setdefault(said, []).append(exhibit.number)
    for (says, mend), numbers in list(about.items())[:_SHOWN]:
        listed = tuple(f"[{number}]" for number in numbers[:_LISTED])
        more = len(numbers) - len(listed)
        which = listed if not more else (*listed, app.say("cli.evidence.more", n=more))
        app.tell("cli.evidence.hint", which=which, says=says, mend=mend)


@command("evidence.describe")
@argument("numbers", nargs=-1, required=True, type=int)
@click.option("--case", type=int, help=_say("cli.evidence.case"))
@click.option("--note", help=_say("cli.evidence.note"))
@_about
@json_option
def describe_command(
    numbers: tuple[int, ...], case: int | None, note: str | None, as_json: bool, **about: Any
) -> int:
    from notmyloan.guard.evidencing import describe
    from notmyloan.model.serial import to_json

    app = current()
    facts = _facts(about)
    if not facts and note is None and case is None:
        raise UsageError("cli.evidence.nothing_said")
    with app.open_vault() as vault:
        changed = describe(vault, numbers, note, facts, case, app.now())
    for exhibit in changed:
        if as_json:
            app.emit(to_json(exhibit))
        else:
            _line(app, exhibit)
    app.tell("cli.evidence.described", n=len(changed))
    return 0


@command("evidence.list")
@click.option("--case", type=int, help=_say("cli.evidence.of_case"))
@json_option
def list_command(case: int | None, as_json: bool) -> int:
    from notmyloan.model.serial import to_json

    app = current()
    with app.open_vault() as vault:
        if case is not None:
            vault.cases.get(case)
        every = vault.exhibits.all(case)
        waiting = sum(s.reply is None for s in vault.exhibits.stamps())
    for exhibit in every:
        if as_json:
            app.emit(to_json(exhibit))
        else:
            _line(app, exhibit)
    if waiting:
        app.tell("cli.evidence.waiting", n=waiting)
    app.tell("cli.evidence.listed", n=len(every))
    return 0


def _line(app: App, exhibit: Exhibit) -> None:
    case = exhibit.case or app.say("cli.evidence.every_case")
    click.echo(
        app.say("cli.evidence.line", number=exhibit.number, case=case, name=exhibit.name,
                grade=_grade(app, exhibit), size=f"{exhibit.size:,}", at=exhibit.added)
    )  # fmt: skip
    if exhibit.note:
        click.echo(f"    {exhibit.note}")


def _address(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        good = False
    if not good:
        raise UsageError("cli.evidence.bad_url", url=url)
    return url


def _roots(path: Path | None) -> list[x509.Certificate]:
    from notmyloan.evidence.timestamp import roots_from

    return roots_from(existing((path,))[0].read_bytes()) if path is not None else []


@command("evidence.stamp")
@click.option(
    "--tsa", "url", required=True, metavar=_say("cli.metavar.url"), help=_say("cli.evidence.tsa")
)
@click.option("--roots", type=click.Path(path_type=Path), help=_say("cli.evidence.roots"))
@json_option
def stamp_command(url: str, roots: Path | None, as_json: bool) -> int:
    from notmyloan.guard.evidencing import stamp

    app = current()
    trusted = _roots(roots)
    address = _address(url)
    with app.open_vault() as vault:
        if not vault.exhibits.log():
            raise UsageError("cli.evidence.nothing_to_stamp")
        asked = stamp(vault, app.now(), address, _post(app), trusted)
    if as_json:
        app.emit({"came": asked.came, "wait": asked.wait, "current": asked.current,
                  "lines": asked.lines})  # fmt: skip
    if not asked.came and not asked.wait:
        app.tell("cli.evidence.stamp_current")
        return 0
    app.tell("cli.evidence.stamped", n=asked.came)
    if asked.wait:
        app.tell("cli.evidence.queued", n=asked.wait)
    if asked.came and not trusted:
        app.tell("cli.evidence.stamp_unchecked")
    return 1 if asked.wait else 0


def _post(app: App) -> Callable[[str, bytes], bytes]:
    """Sends to an authority, and says where before the first connection is opened."""
    said: set[str] = set()

    def post(url: str, data: bytes) -> bytes:
        from notmyloan.cli.post import post_query

        if url not in said:
            app.tell("cli.evidence.connecting", url=url)
            said.add(url)
        return post_query(url, data)

    return post


@command("evidence.pack")
@click.option("--case", type=int, required=True, help=_say("cli.evidence.case"))
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_say("cli.evidence.out"))
@click.option("--originals", multiple=True, type=click.Path(path_type=Path),
              help=_say("cli.evidence.originals"))  # fmt: skip
@click.option("--tsa", "url", metavar=_say("cli.metavar.url"), help=_say("cli.evidence.pack_tsa"))
@click.option("--chain", type=click.Path(path_type=Path), help=_say("cli.evidence.chain"))
@json_option
def pack_command(
    case: int,
    output: Path | None,
    originals: tuple[Path, ...],
    url: str | None,
    chain: Path | None,
    as_json: bool,
) -> int:
    from notmyloan.evidence.package import check_target
    from notmyloan.guard.evidencing import find_originals
    from notmyloan.guard.evidencing_pack import Writers, opposing, pack
    from notmyloan.report.docx import document_docx
    from notmyloan.report.typeset import document_pdf

    app = current()
    target = output or Path(f"evidence-{case}")
    check_target(target)
    certificates = existing((chain,))[0].read_bytes() if chain is not None else None
    _roots(chain)
    folders = existing(originals)
    address = _address(url) if url is not None else None
    unreached: list[str] = []

    def ask(data: bytes) -> Stamped | None:
        from notmyloan.evidence.package import Stamped
        from notmyloan.evidence.timestamp import obtain

        assert address is not None
        try:
            made, got = obtain(data, address, _post(app))
        except OSError:
            unreached.append(address)
            return None
        return Stamped(data, made.der, got.reply, certificates)

    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        matter = vault.cases.get(case)
        language = "zh" if matter.country == "cn" else "en"
        taken = find_originals(vault, dossier, matter, folders)
        made = pack(vault, dossier, matter, target, language,
                    Writers(document_pdf, document_docx), certificates,
                    ask if address is not None else None)  # fmt: skip
        judged, _ = opposing(vault, dossier, matter, language)
    weak = [j.piece.name for j in judged if j.strength == "weak" and j.piece.present]
    if as_json:
        app.emit(
            {"path": str(target), "manifest_sha256": made.manifest, "files": made.pieces,
             "stamps": made.stamps, "own_stamp": made.own_stamp,
             "without_original": list(made.without_original),
             "originals_found": len(taken), "weak": weak,
             "proves_nothing": list(made.proves_nothing),
             "could_be_paid": list(made.could_be_paid)}
        )  # fmt: skip
    else:
        click.echo(app.say("cli.evidence.packed", path=str(target), n=made.pieces))
        click.echo(app.say("cli.evidence.manifest", sha256=made.manifest))
        if made.without_original:
            names = tuple(made.without_original)
            click.echo(app.say("cli.evidence.without", names=names, case=case))
        whole = tuple(j.piece.name for j in judged if j.piece.present and j.piece.kind in _WHOLE)
        if whole:
            click.echo(app.say("cli.evidence.whole_exports", names=whole))
        if made.proves_nothing:
            numbers = tuple(made.proves_nothing)
            click.echo(app.say("cli.evidence.proves_nothing", numbers=numbers, first=numbers[0]))
        if unreached:
            click.echo(app.say("cli.evidence.pack_unreached", url=unreached[0]))
        elif not made.stamps:
            click.echo(app.say("cli.evidence.no_stamp"))
        elif not made.own_stamp:
            click.echo(app.say("cli.evidence.no_own_stamp"))
        if made.could_be_paid:
            names = made.could_be_paid
            click.echo(app.say("cli.evidence.could_be_paid", names=names, case=case))
        if weak:
            click.echo(app.say("cli.evidence.weak_pieces", names=tuple(weak), case=case))
    app.tell("cli.evidence.pack_done", path=str(target))
    return 1 if made.without_original or unreached else 0


@command("evidence.verify")
@argument("package", type=click.Path(path_type=Path))
@click.option("--roots", type=click.Path(path_type=Path), help=_say("cli.evidence.roots"))
@json_option
def verify_command(package: Path, roots: Path | None, as_json: bool) -> int:
    from notmyloan.cli.progress import Bars
    from notmyloan.evidence.verify import verify

    app = current()
    (folder,) = existing((package,))
    trusted = _roots(roots)
    with Bars(app) as bars:
        total = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) >> 20
        bars.start("verify", folder.name, total)
        read = 0

        def advance(n: int) -> None:
            nonlocal read
            read += n
            bars.advance((read >> 20) - ((read - n) >> 20))

        report = verify(folder, trusted, advance)
        bars.finish()
    if as_json:
        app.emit(_data(app, report))
        return 0 if report.whole else 1
    for fault in report.faults:
        click.echo(f"✗ {app.speaker.say(fault.what)}")
    for vouched in report.vouched:
        _vouched(app, vouched, report)
    if report.ours and not report.stamps:
        click.echo(app.say("cli.evidence.nobody_vouches"))
    elif report.stamps and not report.vouched and not report.whole:
        click.echo(app.say("cli.evidence.stamps_unchecked"))
    if not report.ours:
        click.echo(app.say("cli.evidence.plain_bag"))
    key = "cli.evidence.whole" if report.whole else "cli.evidence.broken"
    click.echo(app.say(key, n=report.files if report.whole else len(report.faults)))
    return 0 if report.whole else 1


def _vouched(app: App, vouched: Vouched, report: Report) -> None:
    key = "trusted" if vouched.trusted else "chain" if vouched.chain else "unchecked"
    click.echo(app.say(f"cli.evidence.vouched.{key}", authority=vouched.authority or "?",
                       time=vouched.time, count=len(vouched.files), of=report.payload))  # fmt: skip


def _data(app: App, report: Report) -> dict[str, object]:
    return {
        "whole": report.whole,
        "ours": report.ours,
        "files": report.files,
        "bytes": report.size,
        "faults": [
            {"kind": fault.kind, "path": fault.path, "what": app.speaker.say(fault.what),
             "first": fault.where.first if fault.where else None,
             "last": fault.where.last if fault.where else None,
             "expected": fault.where.expected if fault.where else None,
             "found": fault.where.found if fault.where else None}
            for fault in report.faults
        ],
        "stamps": [
            {"authority": v.authority, "time": v.time.isoformat(), "trusted": v.trusted,
             "chain": v.chain, "files": list(v.files)}
            for v in report.vouched
        ],
    }  # fmt: skip


for _verb in (
    add_command,
    describe_command,
    list_command,
    stamp_command,
    pack_command,
    verify_command,
    alibi_command,
    money_command,
    opposing_command,
    signatures_command,
):
    evidence_command.add_command(_verb)
