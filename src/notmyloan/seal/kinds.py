"""The kinds of paper that a copy is made of, and how large each is in print."""

from __future__ import annotations

from enum import StrEnum

DPI = 300  # of a rectified card; ISO/IEC 7810 ID-1 is 1011 x 638 pixels then


class Kind(StrEnum):
    """What kind of paper a picture shows."""

    ID_FRONT = "id_front"  # resident ID card: portrait, name, number
    ID_BACK = "id_back"  # resident ID card: emblem, issuer, validity
    TEMPORARY_ID = "temporary_id"
    PASSPORT = "passport"  # the data page
    HOUSEHOLD = "household"  # one page of the household register
    BANK_CARD = "bank_card"
    PAGE = "page"  # any whole page or picture


# Width and height in millimetres. ID cards and bank cards: ISO/IEC 7810 ID-1. Passport: ICAO
# Doc 9303, TD3. Household register: the size of a booklet's page, known but unverified. A page
# counts as A4, whatever it is, so that letters grow with the picture.
MILLIMETRES: dict[Kind, tuple[float, float]] = {
    Kind.ID_FRONT: (85.6, 54.0),
    Kind.ID_BACK: (85.6, 54.0),
    Kind.TEMPORARY_ID: (85.6, 54.0),
    Kind.BANK_CARD: (85.6, 54.0),
    Kind.PASSPORT: (125.0, 88.0),
    Kind.HOUSEHOLD: (143.0, 105.0),
    Kind.PAGE: (210.0, 297.0),
}


def canonical_size(kind: Kind) -> tuple[int, int]:
    """Width and height in pixels of a rectified paper at 300 dpi: 1011 x 638 for a card."""
    wide, high = MILLIMETRES[kind]
    return round(wide / 25.4 * DPI), round(high / 25.4 * DPI)


def pixels_a_millimetre(kind: Kind, size: tuple[int, int]) -> float:
    """The scale of a picture of `size` (width, height) that shows the whole paper."""
    wide, high = MILLIMETRES[kind]
    if kind is Kind.PAGE:  # either way up
        return min(size) / min(wide, high)
    return size[0] / wide
