"""Moments as they come over HTTP: with their zone, and within this century and the next.

The bound is not taste: near the years 1 and 9999 a moment has no date in another zone.
"""

from datetime import datetime
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, AwareDatetime

from models.clock import require_utc

__all__ = ["Moment", "SiteMoment"]

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199


def _plausible(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        msg = f"the year lies outside {FIRST_YEAR} to {LAST_YEAR}"
        raise ValueError(msg)
    return moment


Moment: TypeAlias = Annotated[
    AwareDatetime, AfterValidator(_plausible), AfterValidator(require_utc)
]
"""A moment that says its zone; inside it is UTC."""

SiteMoment: TypeAlias = Annotated[datetime, AfterValidator(_plausible)]
"""A moment that may leave its zone out, and is then one of the site's clock."""
