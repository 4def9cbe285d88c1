"""Aircraft and the sweeps they fly."""

from dataclasses import dataclass

__all__ = ["Aircraft", "Sweep", "Waypoint"]


@dataclass(frozen=True, slots=True)
class Aircraft:
    """What a planner must know of an aircraft with its camera.

    Attributes:
        name: model, e.g. ``Matrice 4T``.
        speed_ms: ground speed on a sweep, m/s, > 0.
        climb_ms: vertical speed, m/s, > 0.
        endurance_s: usable flight time, reserve already taken off.
        ceiling_m: highest allowed height above ground.
        horizontal_fov_deg: of the camera, (0, 180).
        vertical_fov_deg: of the camera, (0, 180).
    """

    name: str
    speed_ms: float
    climb_ms: float
    endurance_s: float
    ceiling_m: float
    horizontal_fov_deg: float
    vertical_fov_deg: float


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A point of a sweep.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        height_above_ground_m: above the terrain below the point.
    """

    lon_deg: float
    lat_deg: float
    height_above_ground_m: float


@dataclass(frozen=True, slots=True)
class Sweep:
    """A planned flight along a belt.

    Attributes:
        target_code: code of the belt.
        aircraft: that flies it.
        waypoints: in order, at least two.
        length_m: ground length of the path.
        duration_s: flight time along the path, climb and descent included.
        footprint_width_m: width of the strip that the camera sees on level ground.
        footprint_lonlat: closed ring (first point repeated) of the strip.
        covered_share: share of the belt's ground (its length, for a belt without width) inside the
            strip, 0 to 1.
        fits_endurance: whether one battery is enough.
    """

    target_code: str
    aircraft: Aircraft
    waypoints: tuple[Waypoint, ...]
    length_m: float
    duration_s: float
    footprint_width_m: float
    footprint_lonlat: tuple[tuple[float, float], ...]
    covered_share: float
    fits_endurance: bool
