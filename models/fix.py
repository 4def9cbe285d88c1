"""Where a hit is on the ground: a place with an honest error, or an honest refusal."""

from dataclasses import dataclass, field
from enum import StrEnum

from models.site import Position

__all__ = [
    "Fix",
    "FixCluster",
    "FixOutcome",
    "HiddenStretch",
    "NoFixReason",
    "TerrainReference",
]


class FixOutcome(StrEnum):
    """How much is known."""

    LOCATED = "located"  # at least one cluster on the terrain
    DIRECTION_ONLY = "direction_only"  # a bearing, no place: see the reason
    UNKNOWN = "unknown"  # not even a bearing: the camera has no pose


class NoFixReason(StrEnum):
    """Why a place is refused."""

    SKY = "sky"  # the ray clears the terrain
    NEAR_FIELD = "near_field"  # the ray ends on the tower's own hill top
    OUTSIDE_TERRAIN = "outside_terrain"  # the ray leaves the DEM before it meets ground
    NO_TERRAIN = "no_terrain"  # no DEM is loaded here
    NO_POSE = "no_pose"  # the preset has no pose
    MOVED = "moved"  # it has one, and the camera does not show its view: it was turned


@dataclass(frozen=True, slots=True)
class TerrainReference:
    """Which terrain a fix stands on.

    Attributes:
        name: of the DEM.
        cell_m: size of its cells.
        caution: empty, or why the position must not be trusted like a surveyed one
            (``drill``, ``synthetic``, ``coarse``).
    """

    name: str
    cell_m: float
    caution: str


@dataclass(frozen=True, slots=True)
class FixCluster:
    """One place where the fire may be.

    Attributes:
        position: median of the samples, height above sea level on the terrain.
        weight: share of all samples that fell here, (0, 1].
        r90_m: radius around the position that holds 90 % of this cluster's samples.
        range_m: ground distance from the camera to the position.
        range_min_m: 5th percentile of the samples' ranges.
        range_max_m: 95th percentile.
        outline_lonlat: closed ring (first point repeated) of (lon, lat) around 90 % of the samples,
            unless the locator was asked for another share.
    """

    position: Position
    weight: float
    r90_m: float
    range_m: float
    range_min_m: float
    range_max_m: float
    outline_lonlat: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class HiddenStretch:
    """Ground along the bearing, behind a ridge that the ray grazes: no ray gets there, smoke does.

    Attributes:
        from_m: ground distance from the camera where it begins.
        to_m: where it ends.
        smoke_m: the most that smoke must have risen to be seen over any of it.
        line_lonlat: its two ends, (lon, lat).
    """

    from_m: float
    to_m: float
    smoke_m: float
    line_lonlat: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Fix:
    """The answer to "where is it".

    Attributes:
        outcome: located, direction only, or unknown.
        reason: why there is no place; None when located.
        observer: position of the camera.
        bearing_deg: true bearing of the ray, [0, 360); None when unknown.
        bearing_sigma_deg: its standard deviation; None when unknown.
        elevation_deg: of the ray above the horizontal; None when unknown.
        clusters: by falling weight; empty unless located. More than one means that the ray grazes a
            ridge and every one of them must be told.
        unresolved_weight: share of the samples that met no ground, [0, 1].
        terrain: what it stands on; None without terrain.
        hidden: where else the fire may be, should its foot be hidden; by distance.
        took_ms: time that finding it took; 0 in fixes from before it was kept.
    """

    outcome: FixOutcome
    reason: NoFixReason | None
    observer: Position
    bearing_deg: float | None
    bearing_sigma_deg: float | None
    elevation_deg: float | None
    clusters: tuple[FixCluster, ...] = ()
    unresolved_weight: float = 0.0
    terrain: TerrainReference | None = None
    hidden: tuple[HiddenStretch, ...] = ()
    took_ms: float = field(default=0.0, compare=False)
