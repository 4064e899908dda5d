"""`notmyloan evidence`: taking evidence in, having it stamped, handing it over, checking it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from notmyloan.cli.app import App, current, existing
from notmyloan.cli.options import command, json_option
from notmyloan.model.errors import UsageError

if TYPE_CHECKING:
    from notmyloan.evidence.handwriting import Signature
    from notmyloan.evidence.verify import Report

_say = current().say
_GRADES = ("original", "export", "screenshot", "retyped")
_KINDS = ("report", "bill", "messages", "calls", "chat", "recording", "photo", "paper", "other")
_PARTS = ("profile", "continuous", "voice", "voucher", "raw_export", "unlock_recording")
_TIMEOUT = 30  # seconds for a time-stamp authority to answer


@click.group("evidence", help=_say("cli.evidence.help"))
def evidence_command() -> None:
    """Groups the verbs."""


@command("evidence.add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--case", type=int, help=_say("cli.evidence.case"))
@click.option("--note", default="", help=_say("cli.evidence.note"))
@click.option("--kind", type=click.Choice(_KINDS), default="other", help=_say("cli.evidence.kind"))
@click.option("--grade", type=click.Choice(_GRADES), default="export", show_default=True,
              help=_say("cli.evidence.grade"))  # fmt: skip
@click.option("--held-by", help=_say("cli.evidence.held_by"))
@click.option("--collector", help=_say("cli.evidence.collector"))
@click.option("--how", help=_say("cli.evidence.how"))
@click.option("--device", help=_say("cli.evidence.device"))
@click.option("--offset", type=float, help=_say("cli.evidence.offset"))
@click.option("--rooted", type=click.Choice(["yes", "no"]), help=_say("cli.evidence.rooted"))
@click.option("--notarised", is_flag=True, help=_say("cli.evidence.notarised"))
@click.option("--has", type=click.Choice(_PARTS), multiple=True, help=_say("cli.evidence.has"))
@json_option
def add_command(
    files: tuple[Path, ...],
    case: int | None,
    note: str,
    kind: str,
    grade: str,
    held_by: str | None,
    collector: str | None,
    how: str | None,
    device: str | None,
    offset: float | None,
    rooted: str | None,
    notarised: bool,
    has: tuple[str, ...],
    as_json: bool,
) -> int:
    from notmyloan.evidence.blanks import blanks_to_sign, text_of
    from notmyloan.guard.evidencing import add
    from notmyloan.model.serial import to_json
    from notmyloan.model.text import Text

    app = current()
    told = {
        "kind": kind, "grade": grade, "held_by": held_by, "collector": collector, "how": how,
        "device": device, "offset": str(offset) if offset is not None else None,
        "rooted": rooted, "notarised": "yes" if notarised else None, "has": ",".join(has) or None,
    }  # fmt: skip
    facts = {name: value for name, value in told.items() if value}
    with app.open_vault() as vault:
        found = add(vault, existing(files), note, facts, case, app.now())
    for exhibit, new in found:
        if as_json:
            app.emit(to_json(exhibit) | {"new": new})
        else:
            key = "cli.evidence.added" if new else "cli.evidence.known"
            number, name, sha256 = exhibit.number, exhibit.name, exhibit.sha256
            click.echo(app.say(key, number=number, name=name, sha256=sha256))
    for path in files if kind == "paper" else ():
        blank = blanks_to_sign(text_of(path.read_bytes()))
        if blank:
            names = tuple(Text(f"proof.blank.{name}") for name in blank)
            click.echo(app.say("cli.evidence.blank_sign", name=path.name, names=names))
    if any(exhibit.facts.get("grade") in ("screenshot", "retyped") for exhibit, _ in found):
        app.tell("cli.evidence.weak")
    app.tell("cli.evidence.add_done", n=sum(new for _, new in found))
    return 0


@command("evidence.list")
@click.option("--case", type=int, help=_say("cli.evidence.of_case"))
@json_option
def list_command(case: int | None, as_json: bool) -> int:
    from notmyloan.model.serial import to_json

    app = current()
    with app.open_vault() as vault:
        every = vault.exhibits.all(case)
        waiting = sum(s.reply is None for s in vault.exhibits.stamps())
    for exhibit in every:
        if as_json:
            app.emit(to_json(exhibit))
        else:
            grade = app.say(f"respond.evidence.grade.{exhibit.facts.get('grade', 'export')}")
            click.echo(
                app.say("cli.evidence.line", number=exhibit.number, case=exhibit.case or "—",
                        name=exhibit.name, grade=grade, size=exhibit.size, at=exhibit.added)
            )  # fmt: skip
    if waiting:
        app.tell("cli.evidence.waiting", n=waiting)
    app.tell("cli.evidence.listed", n=len(every))
    return 0


@command("evidence.stamp")
@click.option("--tsa", "url", required=True, metavar="URL", help=_say("cli.evidence.tsa"))
def stamp_command(url: str) -> int:
    from notmyloan.guard.evidencing import stamp

    app = current()
    if not url.startswith(("http://", "https://")):
        raise UsageError("cli.evidence.bad_url", url=url)
    app.tell("cli.evidence.connecting", url=url)
    with app.open_vault() as vault:
        done, waiting = stamp(vault, app.now(), url, _post)
    app.tell("cli.evidence.stamped", n=done)
    if waiting:
        app.tell("cli.evidence.queued", n=waiting)
    return 1 if waiting else 0


def _post(url: str, data: bytes) -> bytes:
    from urllib.request import Request, urlopen

    headers = {"Content-Type": "application/timestamp-query"}
    with urlopen(Request(url, data, headers, method="POST"), timeout=_TIMEOUT) as answer:
        return bytes(answer.read(1 << 20))


@command("evidence.pack")
@click.option("--case", type=int, required=True, help=_say("cli.evidence.case"))
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_say("cli.evidence.out"))
@click.option("--originals", multiple=True, type=click.Path(path_type=Path),
              help=_say("cli.evidence.originals"))  # fmt: skip
@click.option("--chain", type=click.Path(path_type=Path), help=_say("cli.evidence.chain"))
@json_option
def pack_command(
    case: int,
    output: Path | None,
    originals: tuple[Path, ...],
    chain: Path | None,
    as_json: bool,
) -> int:
    from notmyloan.guard.evidencing import find_originals, opposing, pack
    from notmyloan.report.typeset import document_pdf

    app = current()
    target = output or Path(f"evidence-{case}")
    certificates = existing((chain,))[0].read_bytes() if chain is not None else None
    folders = existing(originals)
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        matter = vault.cases.get(case)
        language = "zh" if matter.country == "cn" else "en"
        taken = find_originals(vault, dossier, matter, folders)
        made = pack(vault, dossier, matter, target, language, document_pdf, certificates)
        judged, _ = opposing(vault, dossier, matter, language)
    weak = [j.piece.name for j in judged if j.strength == "weak"]
    if as_json:
        app.emit(
            {"path": str(target), "manifest_sha256": made.manifest, "files": made.pieces,
             "stamps": made.stamps, "without_original": list(made.without_original),
             "originals_found": len(taken), "weak": weak}
        )  # fmt: skip
    else:
        click.echo(app.say("cli.evidence.packed", path=str(target), n=made.pieces))
        click.echo(app.say("cli.evidence.manifest", sha256=made.manifest))
        if made.without_original:
            names = tuple(made.without_original)
            click.echo(app.say("cli.evidence.without", names=names, case=case))
        if not made.stamps:
            click.echo(app.say("cli.evidence.no_stamp"))
        if weak:
            click.echo(app.say("cli.evidence.weak_pieces", names=tuple(weak), case=case))
    app.tell("cli.evidence.pack_done", path=str(target))
    return 1 if made.without_original else 0


@command("evidence.verify")
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--roots", type=click.Path(path_type=Path), help=_say("cli.evidence.roots"))
@json_option
def verify_command(package: Path, roots: Path | None, as_json: bool) -> int:
    from notmyloan.evidence.timestamp import roots_from
    from notmyloan.evidence.verify import verify

    app = current()
    (folder,) = existing((package,))
    trusted = roots_from(existing((roots,))[0].read_bytes()) if roots is not None else []
    report = verify(folder, trusted)
    if as_json:
        app.emit(_data(app, report))
        return 0 if report.whole else 1
    for fault in report.faults:
        click.echo(f"✗ {app.speaker.say(fault.what)}")
    for vouched in report.vouched:
        key = "trusted" if vouched.trusted else "chain" if vouched.chain else "unchecked"
        click.echo(app.say(f"cli.evidence.vouched.{key}", authority=vouched.authority or "?",
                           time=vouched.time))  # fmt: skip
    if report.ours and not report.vouched:
        click.echo(app.say("cli.evidence.nobody_vouches"))
    key = "cli.evidence.whole" if report.whole else "cli.evidence.broken"
    click.echo(app.say(key, n=report.files if report.whole else len(report.faults)))
    return 0 if report.whole else 1


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
             "chain": v.chain}
            for v in report.vouched
        ],
    }  # fmt: skip


@command("evidence.opposing")
@click.option("--case", type=int, required=True, help=_say("cli.evidence.case"))
@click.option("--pdf", type=click.Path(path_type=Path), help=_say("cli.evidence.opposing_pdf"))
@json_option
def opposing_command(case: int, pdf: Path | None, as_json: bool) -> int:
    from notmyloan import country
    from notmyloan.cli.files import write_atomically
    from notmyloan.guard.evidencing import opposing
    from notmyloan.report.typeset import document_pdf

    app = current()
    language = "zh" if app.speaker.chinese else "en"
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        judged, document = opposing(vault, dossier, vault.cases.get(case), language)
    statutes = country.load("cn").statutes
    for one in judged:
        if as_json:
            app.emit(
                {"number": one.piece.number, "name": one.piece.name, "strength": one.strength,
                 "by": one.by,
                 "attacks": [
                     {"rule": a.rule, "article": a.article, "says": app.speaker.say(a.says),
                      "mend": app.speaker.say(a.mend), "grave": a.grave}
                     for a in one.attacks
                 ]}
            )  # fmt: skip
            continue
        strength = app.say(f"proof.strength.{one.strength}")
        click.echo(
            app.say("cli.evidence.judged", number=one.piece.number, name=one.piece.name,
                    strength=strength, by=statutes[one.by].citation)
        )  # fmt: skip
        for a in one.attacks:
            by = statutes[a.article].citation
            said = app.say("cli.evidence.attack", by=by, says=a.says, mend=a.mend)
            click.echo(f"    - {said}")
    if pdf is not None:
        write_atomically(pdf, document_pdf(document))
        app.tell("cli.report.written", path=str(pdf.absolute()))
    return 0


@command("evidence.signatures")
@click.option("--questioned", multiple=True, required=True, metavar="PAPER",
              help=_say("cli.evidence.paper"))  # fmt: skip
@click.option("--sample", "samples", multiple=True, metavar="PAPER",
              help=_say("cli.evidence.paper"))  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("signatures.pdf"),
              show_default=True, help=_say("cli.evidence.sheet"))  # fmt: skip
@click.option("--case", type=int, help=_say("cli.evidence.signatures_case"))
def signatures_command(
    questioned: tuple[str, ...], samples: tuple[str, ...], output: Path, case: int | None
) -> int:
    from notmyloan.cli.files import write_atomically
    from notmyloan.evidence.handwriting import comparison, gather
    from notmyloan.guard.evidencing import add
    from notmyloan.model.text import Text
    from notmyloan.report.typeset import document_pdf

    app = current()

    def say(key: str, **args: object) -> str:
        return app.speaker.say(Text(f"proof.hand.{key}", **args))  # type: ignore[arg-type]

    sheet = gather([_paper(words) for words in questioned], [_paper(words) for words in samples])
    language = "zh" if app.speaker.chinese else "en"
    today = app.now().astimezone(app.zone).date()
    write_atomically(output, document_pdf(comparison(sheet, say, language, today)))
    if case is not None:
        with app.open_vault() as vault:
            for role, papers in (("questioned", questioned), ("sample", samples)):
                for words in papers:
                    one = _paper(words)
                    facts = {
                        "kind": "paper", "role": role,
                        "grade": "original" if one.original else "screenshot",
                        "written": one.written.isoformat() if one.written else "",
                    }  # fmt: skip
                    add(vault, [Path(words.partition(",")[0])], "", facts, case, app.now())
    for character, have in sheet.lacking:
        click.echo(say("lacking", character=character, have=have, want=3))
    app.tell("cli.report.written", path=str(output.absolute()))
    return 0


def _paper(words: str) -> Signature:
    """From `FILE[,page=2][,box=0.5:0.8:0.9:0.9][,date=2024-03-05][,copy][,text=…]`."""
    from datetime import date

    from notmyloan.evidence.handwriting import Signature

    name, *options = words.split(",")
    (path,) = existing((Path(name),))
    told: dict[str, str] = {}
    for option in options:
        key, _, value = option.partition("=")
        told[key] = value
    try:
        if set(told) - {"page", "box", "date", "copy", "text"}:
            raise ValueError(words)
        box = tuple(float(part) for part in told["box"].split(":")) if "box" in told else None
        if box is not None and not (len(box) == 4 and 0 <= box[0] < box[2] <= 1
                                    and 0 <= box[1] < box[3] <= 1):  # fmt: skip
            raise ValueError(words)
        return Signature(
            name=path.name,
            data=path.read_bytes(),
            page=int(told.get("page", 1)),
            box=(box[0], box[1], box[2], box[3]) if box is not None else None,
            written=date.fromisoformat(told["date"]) if "date" in told else None,
            original="copy" not in told,
            words=told.get("text", ""),
        )
    except ValueError as error:
        raise UsageError("cli.evidence.bad_paper", words=words) from error


for _verb in (
    add_command,
    signatures_command,
    list_command,
    stamp_command,
    pack_command,
    verify_command,
    opposing_command,
):
    evidence_command.add_command(_verb)
