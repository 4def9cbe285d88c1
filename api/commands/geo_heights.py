"""What people may say of the heights in a relief file."""

from enum import StrEnum

__all__ = ["HeightsAbove"]


class HeightsAbove(StrEnum):
    """What the heights of a file are above."""

    EGM96 = "egm96"
    NATIONAL_1985 = "1985"
    ELLIPSOID = "ellipsoid"
