"""How often it is checked that cameras look where they are believed to look."""

from typing import Annotated

from pydantic import Field

from models.config.section import Section

__all__ = ["PoseCheckRule"]


class PoseCheckRule(Section):
    """How often it is checked that presets look where they were calibrated: ``docs/geo.md``.

    Attributes:
        enabled: whether it is checked at all.
        every_s: after a check the next one begins so much later; it takes daylight and clear sight.
        pictures: of one check; their mean counts.
        apart_s: at least so long between two of them.
    """

    enabled: bool = True
    every_s: Annotated[float, Field(ge=1.0, le=7 * 86400.0)] = 6 * 3600.0
    pictures: Annotated[int, Field(ge=3, le=50)] = 9
    apart_s: Annotated[float, Field(ge=0.1, le=3600.0)] = 60.0
