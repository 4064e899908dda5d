"""Where this package's catalogues lie."""

from pathlib import Path

FOLDER = Path(__file__).parent / "locale"
