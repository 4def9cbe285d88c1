"""What every flight is planned and checked with, unless a wish says otherwise."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from models.config.drone_drill import DroneDrillRule
from models.config.drone_links import DroneLinkKind, DroneLinkRule
from models.config.flight_gates import FlightGatesRule
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
        gates: what is asked before every flight.
        links: how aircraft are reached, one entry of ``[[drones.links]]`` for each.
        drill: the fire that simulated aircraft see; None: they see a quiet forest.
    """

    ceiling_m: Annotated[float, Field(gt=0.0, le=1500.0)] = LEGAL_CEILING_M
    canopy_m: Annotated[float, Field(ge=0.0, le=100.0)] = 20.0
    ground: GroundKind = GroundKind.BARE
    least_clearance_m: Annotated[float, Field(ge=0.0, le=500.0)] = 30.0
    side_overlap: Annotated[float, Field(ge=0.0, le=0.9)] = 0.1
    gates: FlightGatesRule = FlightGatesRule()
    links: tuple[DroneLinkRule, ...] = ()
    drill: DroneDrillRule | None = None

    @model_validator(mode="after")
    def _check_links(self) -> Self:
        names = [link.aircraft for link in self.links]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            msg = f"{', '.join(twice)[:80]} has two links"
            raise ValueError(msg)
        docks = [link.dock_serial for link in self.links if link.kind is DroneLinkKind.DOCK]
        shared = sorted({serial for serial in docks if docks.count(serial) > 1})
        if shared:
            msg = f"the dock {shared[0]} has two links"
            raise ValueError(msg)
        return self
