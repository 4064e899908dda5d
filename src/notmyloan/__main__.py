"""`python -m notmyloan`."""

from notmyloan.cli.main import main

main()
