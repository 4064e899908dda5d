"""`python -m notmyloan.story OUT --seed 7`: write a made-up life."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from notmyloan.locale import Speaker, choose_language
from notmyloan.model.errors import NotMyLoanError
from notmyloan.story.write import EVERY_FORMAT, FORMATS, TODAY, make_messages_xml, write_life


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code: 0, 2 wrong usage, 3 a file that cannot be written, 5 the extra `story`."""
    asked = _parser().parse_args(argv)
    try:
        if asked.messages:
            asked.out.mkdir(parents=True, exist_ok=True)
            make_messages_xml(asked.out / "sms.xml", asked.messages, asked.seed)
            print(f"{asked.out / 'sms.xml'}  {asked.messages} messages")
            return 0
        formats = EVERY_FORMAT if asked.every_format else tuple(asked.formats or FORMATS)
        write_life(asked.out, asked.seed, asked.years, asked.busy, asked.today, formats,
                   difficult=asked.difficult)  # fmt: skip
    except NotMyLoanError as error:
        print(Speaker(choose_language(None)).say(error.text), file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"{error.filename}: {error.strerror}. Name another folder.", file=sys.stderr)
        return 3
    print(f"{asked.out}/exports  what the person has\n{asked.out}/truth    what really happened")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m notmyloan.story",
        description="Make up a consistent life and write what its person could export: messages, "
        "calls, bills, credit reports, lists and ID pictures. Nobody in it is real. "
        "For trying things out, for the demo, the tests and the benchmarks.",
        epilog='Needs the extra: pip install "notmyloan[story]"',
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write to")
    parser.add_argument(
        "--seed", type=int, default=7, help="the same number gives the same life (default: 7)"
    )
    parser.add_argument(
        "--years", type=_at_least(1), default=4, help="how long the life is told (default: 4)"
    )
    parser.add_argument(
        "--busy", type=_positive, default=1.0, help="scales how much happens a day (default: 1)"
    )
    parser.add_argument("--difficult", action="store_true", help="a life that is hard to judge")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=TODAY, metavar="YYYY-MM-DD",
        help=f"the day the exports are made (default: {TODAY})",
    )  # fmt: skip
    parser.add_argument(
        "--format", action="append", choices=EVERY_FORMAT, dest="formats", metavar="NAME",
        help="write this one only; may be repeated: " + ", ".join(EVERY_FORMAT),
    )  # fmt: skip
    parser.add_argument("--every-format", action="store_true", help="write them all")
    parser.add_argument(
        "--messages", type=_at_least(1), metavar="N", help="only one XML of N messages, for speed"
    )
    return parser


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"{text} is less than {least}")
        return int(text)

    return number


def _positive(text: str) -> float:
    if not float(text) > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return float(text)


if __name__ == "__main__":
    sys.exit(main())
