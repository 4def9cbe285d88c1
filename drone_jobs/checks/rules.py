"""What a mission is held against, and what is said of it."""

from dataclasses import dataclass
from typing import Final

from shapely.geometry.base import BaseGeometry

from models.mission import LEGAL_CEILING_M, Aircraft, AirWind, Finding, GroundKind, Home, NoFly
from models.units import FloatArray

__all__ = ["FlightProfile", "FlightRules", "MissionCheck"]

CALM: Final = AirWind()


@dataclass(frozen=True, slots=True, eq=False)
class FlightRules:
    """Rules.

    Attributes:
        ceiling_m: legal true height, above bare ground.
        canopy_m: height of the trees, >= 0.
        ground: what the elevation model is the height of.
        least_clearance_m: least height above the crowns along the way.
        fence: area that is not left, WGS 84; None for none but the mission's own.
        no_fly: zones.
        aircraft: that is to fly it; None when not known: battery and limits cannot be checked.
        wind: to reckon with.
        home: where it starts if the mission does not say.
    """

    ceiling_m: float = LEGAL_CEILING_M
    canopy_m: float = 20.0
    ground: GroundKind = GroundKind.BARE
    least_clearance_m: float = 30.0
    fence: BaseGeometry | None = None
    no_fly: tuple[NoFly, ...] = ()
    aircraft: Aircraft | None = None
    wind: AirWind = CALM
    home: Home | None = None

    @property
    def crowns_m(self) -> float:
        """How much higher than the elevation model things stand that must be cleared."""
        return self.canopy_m if self.ground is GroundKind.BARE else 0.0

    @property
    def below_m(self) -> float:
        """How much lower than the elevation model the ground may lie that the law counts from."""
        return self.canopy_m if self.ground is GroundKind.SURFACE else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class FlightProfile:
    """Ground and flight along a way, seen from the side.

    Attributes:
        distance_m: (n,) from the first point, rising, n <= 400.
        ground_m: (n,) elevation model, above sea level.
        flight_m: (n,) above sea level.
        lon_deg: (n,) WGS 84.
        lat_deg: (n,).
        least_above_ground_m: exact, along all of the way.
        most_above_ground_m: exact.
    """

    distance_m: FloatArray
    ground_m: FloatArray
    flight_m: FloatArray
    lon_deg: FloatArray
    lat_deg: FloatArray
    least_above_ground_m: float
    most_above_ground_m: float


@dataclass(frozen=True, slots=True, eq=False)
class MissionCheck:
    """What the rules say of a mission.

    Attributes:
        findings: gravest first.
        may_fly: whether none of them refuses it.
        profile: None where the way or the ground below it is not known.
        length_m: from the first point to the last, over ground.
        duration_s: take-off to landing; None when no aircraft is known, or it cannot fly it.
    """

    findings: tuple[Finding, ...]
    may_fly: bool
    profile: FlightProfile | None
    length_m: float
    duration_s: float | None
