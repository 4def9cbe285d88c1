"""What the district's facilities lack as a network, for the yearly plan: one value a finding."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from models.land.answer import UnitShare
from models.land.layers import Layer

__all__ = ["FindingKind", "NetworkFinding", "NetworkReport", "NotJudged", "Ref", "SeenBy"]


class FindingKind(StrEnum):
    """What is amiss, in the order in which it is told."""

    STAND_NO_BELT = "stand_no_belt"  # no belt along or within a stand; share of its border guarded
    STAND_NO_AIR_WATER = "stand_no_air_water"  # minutes of a helicopter's round
    STAND_NO_ROAD_WATER = "stand_no_road_water"  # minutes from the nearest water by road
    STAND_UNSEEN = "stand_unseen"  # share of it that towers see, or metres to the nearest
    BELT_GAP = "belt_gap"  # metres between ends that nearly meet
    BELT_FREE_END = "belt_free_end"  # metres from an end to the nearest that it could join
    BELT_ALONE = "belt_alone"  # metres from a belt to the nearest belt, road or water
    PIPE_NO_SOURCE = "pipe_no_source"  # metres from a main to the nearest pool or intake
    PIPE_NO_HYDRANT = "pipe_no_hydrant"  # metres from a main to the nearest hydrant
    HYDRANT_NO_PIPE = "hydrant_no_pipe"  # metres to the nearest main; so on below
    POOL_NO_ACCESS = "pool_no_access"
    INTAKE_NO_ACCESS = "intake_no_access"
    QUAY_NO_ROAD = "quay_no_road"
    CHECKPOINT_NO_ROAD = "checkpoint_no_road"
    PAD_NO_ROAD = "pad_no_road"
    STATION_NO_ROAD = "station_no_road"


class SeenBy(StrEnum):
    """How it is told what towers see."""

    RELIEF = "relief"  # smoke over the stand, line by line over the relief
    DISTANCE = "distance"  # no relief is loaded: as the crow flies


@dataclass(frozen=True, slots=True)
class Ref:
    """Another feature that a finding names.

    Attributes:
        layer: kind.
        code: key inside the layer.
        name: of it.
        distance_m: from the finding's place, or from the feature that it is about; 0 for touching.
    """

    layer: Layer
    code: str
    name: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class NetworkFinding:
    """One thing that the network lacks.

    Attributes:
        kind: what.
        layer: of the feature that it is about.
        code: of that feature.
        name: of it.
        lon_deg: where to look, WGS 84.
        lat_deg: where to look.
        measure: how much, in the unit that the kind tells: share, minutes or metres; None where
            there is nothing to measure to: no usable water, nothing to join.
        unit: ``share``, ``min`` or ``m``.
        township_code: of the township that holds most of it; empty outside all.
        township: its name.
        units: townships with their shares of the stand, the length or the place; by falling share.
        others: what it nearly meets, should touch, or what lies behind a gap; nearest first.
        members: codes of all features of the same part of the network; its own alone for most.
        months: of the year in which it holds; empty for always.
        shape: what to draw, WGS 84: the stand, the gap, the way to what is missing.
        drill: something of it is invented.
    """

    kind: FindingKind
    layer: Layer
    code: str
    name: str
    lon_deg: float
    lat_deg: float
    measure: float | None
    unit: str
    township_code: str
    township: str
    units: tuple[UnitShare, ...]
    others: tuple[Ref, ...]
    members: tuple[str, ...]
    months: tuple[int, ...]
    shape: BaseGeometry
    drill: bool


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A kind of which nothing can be said, because nobody has entered what it asks for.

    Attributes:
        kind: what was not judged.
        missing: layers without a feature.
    """

    kind: FindingKind
    missing: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """All findings on one land.

    Attributes:
        at: UTC, when it was made.
        land_version: change of the land that it rests on.
        findings: in the order of their kinds, the worst of each first.
        not_judged: kinds of which nothing can be said.
        seen_by: how it was told what towers see.
        stands: forest stands that were looked at.
        minutes: of a round or a drive that count as water at hand.
        took_ms: to compute.
        drill: something of it is invented.
    """

    at: datetime
    land_version: int
    findings: tuple[NetworkFinding, ...]
    not_judged: tuple[NotJudged, ...]
    seen_by: SeenBy
    stands: int
    minutes: float
    took_ms: float
    drill: bool
