"""The land's full answer to a fire: whose it is, what stands between, which water, who is near.

Made anew whenever it is asked for, from the land, the wind and the month of that moment; what an
alert keeps is the shorter :class:`models.land.answer.LandAnswer`. Every distance is told as a range
over the region that the fire may lie in: ``distance_m`` from the best place, ``distance_min_m`` and
``distance_max_m`` over the 90 % outlines.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.land.answer import UnitShare
from models.land.feature import Fact
from models.land.layers import Layer
from models.wind import Wind

__all__ = [
    "Asset",
    "AtRisk",
    "Barrier",
    "BurnNear",
    "LandReport",
    "LostBecause",
    "Route",
    "WaterOption",
    "WaterReport",
]


@dataclass(frozen=True, slots=True)
class Route:
    """The way from a facility to the fire along known roads.

    Attributes:
        road_m: along roads.
        off_road_m: straight, from the facility to the road and from the road to the fire's best
            place.
        minutes: driving, by the class of each road; the ground beside roads on foot.
    """

    road_m: float
    off_road_m: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Asset:
    """A facility near the fire.

    Attributes:
        layer: kind.
        code: key inside the layer.
        name: of it.
        distance_m: straight, from the best place.
        distance_min_m: over the outlines.
        distance_max_m: over the outlines.
        bearing_deg: from the fire to it; None when the fire lies inside it.
        drill: invented.
        route: along roads; None where no road is known to lead there: the straight line is all.
        facts: its properties, for people.
    """

    layer: Layer
    code: str
    name: str
    distance_m: float
    distance_min_m: float
    distance_max_m: float
    bearing_deg: float | None
    drill: bool
    route: Route | None
    facts: dict[str, Fact]


class LostBecause(StrEnum):
    """Why a helicopter water point is not among the usable ones."""

    DEPTH = "depth"  # shallower than the bucket needs
    DEPTH_UNKNOWN = "depth_unknown"
    CAPACITY = "capacity"  # holds less than an hour's work takes
    MONTH = "month"  # dry or closed this month
    WIRES = "wires"  # wires and no clear approach stated
    CLEARANCE = "clearance"  # not enough free ground around
    STATE = "state"  # said to be unusable or only planned
    SLOWER = "slower"  # usable; its turn-round is longer though it lies nearer


@dataclass(frozen=True, slots=True)
class WaterOption:
    """A helicopter water point, weighed for a fire.

    Attributes:
        asset: which.
        usable: now, with this helicopter.
        because: why it lost, all reasons; empty for a usable one that is told.
        turn_round_minutes: there, filling, back and dropping, from the best place.
        turn_round_min_minutes: the least over the outlines.
        turn_round_max_minutes: the most over the outlines.
        litres_per_hour: at the fire, of one helicopter at the best place's turn-round.
        climb_m: from the water up to the fire; None without both heights.
    """

    asset: Asset
    usable: bool
    because: tuple[LostBecause, ...]
    turn_round_minutes: float
    turn_round_min_minutes: float
    turn_round_max_minutes: float
    litres_per_hour: float
    climb_m: float | None


@dataclass(frozen=True, slots=True)
class WaterReport:
    """Helicopter water for a fire.

    Attributes:
        best: usable ones by litres per hour at the fire, three at most.
        lost: those nearer than the farthest of the best that are not usable or slower, each with
            its reasons, nearest first; the nearest 30 when none is usable.
        month: of the answer, by the site's clock, 1 to 12.
    """

    best: tuple[WaterOption, ...]
    lost: tuple[WaterOption, ...]
    month: int


@dataclass(frozen=True, slots=True)
class Barrier:
    """A belt or break that the way from the fire to a village crosses.

    Attributes:
        code: of the belt.
        name: of it.
        kind: ``biological``, ``engineered``, ``natural``; empty when not stated.
        state: ``good``, ``worn``, ``unusable``, ``planned``; empty when not stated.
        width_m: stated, else as drawn; None when neither is known.
        from_fire_m: from the best place to the crossing.
        inside: the best place lies in it.
        holds: False when it is said to be unusable, worn or only planned, and when the best place
            lies in it: a fire that burns in a belt is not held by it.
        gap_m: how wide a gap of it lies in the corridor of the fire; 0 without one.
        drill: invented.
    """

    code: str
    name: str
    kind: str
    state: str
    width_m: float | None
    from_fire_m: float
    inside: bool
    holds: bool
    gap_m: float
    drill: bool


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A village that the fire may run to.

    Attributes:
        village: which, with its distances.
        downwind_deg: between the wind's way and the village's direction, [0, 180]; None without
            a wind to reckon with.
        barriers: between the fire and it, nearest to the fire first; empty: nothing stands between.
        open_share: share of the corridor's lines that reach the village without a barrier that
            holds, [0, 1].
    """

    village: Asset
    downwind_deg: float | None
    barriers: tuple[Barrier, ...]
    open_share: float


@dataclass(frozen=True, slots=True)
class BurnNear:
    """A registered burn near the fire.

    Attributes:
        entry_id: of the ledger.
        reported_by: who reported it.
        note: what was said.
        distance_m: from the best place to its circle; 0 inside.
        distance_min_m: over the outlines.
        distance_max_m: over the outlines.
        bearing_deg: from the fire to its middle; None inside the circle.
        until_at: UTC, when it ends.
        responsible: who is there and answers for it; empty where nobody said so.
    """

    entry_id: int
    reported_by: str
    note: str
    distance_m: float
    distance_min_m: float
    distance_max_m: float
    bearing_deg: float | None
    until_at: datetime
    responsible: str = ""


@dataclass(frozen=True, slots=True)
class LandReport:
    """All that the land says of a fire.

    Attributes:
        at: UTC, of the answer.
        land_version: change of the land that it rests on; 0 for a land never changed.
        units: by layer of :data:`models.land.UNITS`, each by falling probability.
        elsewhere: probability that the fire lies in no known township, [0, 1].
        at_risk: villages around, those downwind first when the wind is known.
        water: for helicopters.
        nearest: the nearest three of each other facility, in the order of the layers.
        burns: registered burns in force within 3 km.
        wind: last entered; None when nobody has.
        wind_used: False when it is too old, calm or missing.
        drill: something of it is invented.
        took_ms: to answer.
    """

    at: datetime
    land_version: int
    units: dict[Layer, tuple[UnitShare, ...]]
    elsewhere: float
    at_risk: tuple[AtRisk, ...]
    water: WaterReport
    nearest: tuple[Asset, ...]
    burns: tuple[BurnNear, ...]
    wind: Wind | None
    wind_used: bool
    drill: bool
    took_ms: float
