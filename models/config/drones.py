"""What every flight is planned and checked with, unless a wish says otherwise."""

from typing import Annotated

from pydantic import Field

from models.config.section import Section
from models.mission import LEGAL_CEILING_M, GroundKind

__all__ = ["DronesRule"]


class DronesRule(Section):
    """The rules for drones: ``docs/drone.md``.

    Attributes:
        ceiling_m: most true height, above the ground straight below.
        canopy_m: height of the trees.
        ground: what the elevation model is the height of: ``bare`` ground, or a ``surface`` that
            has the crowns in it.
        least_clearance_m: least height above the crowns.
        side_overlap: share of a swath that the next line sees again.
    """

    ceiling_m: Annotated[float, Field(gt=0.0, le=1500.0)] = LEGAL_CEILING_M
    canopy_m: Annotated[float, Field(ge=0.0, le=100.0)] = 20.0
    ground: GroundKind = GroundKind.BARE
    least_clearance_m: Annotated[float, Field(ge=0.0, le=500.0)] = 30.0
    side_overlap: Annotated[float, Field(ge=0.0, le=0.9)] = 0.1
