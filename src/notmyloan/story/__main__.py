"""`python -m notmyloan.story OUT --seed 7`: write a made-up life."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from notmyloan.story.write import EVERY_FORMAT, FORMATS, TODAY, make_messages_xml, write_life


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m notmyloan.story", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--years", type=int, default=4)
    parser.add_argument("--busy", type=float, default=1.0, help="scales how much happens a day")
    parser.add_argument("--difficult", action="store_true", help="a life that is hard to judge")
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY)
    parser.add_argument("--format", action="append", choices=EVERY_FORMAT, dest="formats")
    parser.add_argument("--every-format", action="store_true")
    parser.add_argument("--messages", type=int, help="only one XML of so many messages, for speed")
    asked = parser.parse_args()
    if asked.messages:
        asked.out.mkdir(parents=True, exist_ok=True)
        make_messages_xml(asked.out / "sms.xml", asked.messages, asked.seed)
        return
    formats = EVERY_FORMAT if asked.every_format else tuple(asked.formats or FORMATS)
    write_life(asked.out, asked.seed, asked.years, asked.busy, asked.today, formats,
               difficult=asked.difficult)  # fmt: skip
    print(f"{asked.out}/exports  what the person has\n{asked.out}/truth    what really happened")


if __name__ == "__main__":
    main()
