"""Simulated fires that two towers see, each with errors of its own, over one error of the relief.

The line between a tower and a fire is read every ten metres of the geodesic, as for a single tower:
what rises above everything before it is seen; of what does not, smoke is seen over the ridge.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyproj import Geod

from benchmarks.ground.fires import (
    LENS_SIGMA_M,
    MAST_M,
    REFRACTION,
    REFRACTION_SIGMA,
    STEP_M,
    TERRAIN_SIGMA_M,
    Fire,
    line_of,
    recorded,
    stored_m,
)
from benchmarks.ground.land import Tower
from geo.terrain import Terrain

__all__ = ["FARTHEST_M", "MOST_SMOKE_M", "NEAREST_M", "Pair", "line_between", "pairs_of"]

NEAREST_M, FARTHEST_M = 2_000.0, 14_000.0
MOST_SMOKE_M = 100.0
_EARTH = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Pair:
    """One fire, seen twice.

    Attributes:
        first: sees its foot.
        second: likewise, or its smoke over a ridge.
        opening_deg: angle between the two lines of sight.
    """

    first: Fire
    second: Fire
    opening_deg: float


@dataclass(frozen=True, slots=True)
class _Line:
    azimuth_deg: float
    elevation_deg: float
    range_m: float
    smoke_m: float


def pairs_of(
    terrain: Terrain,
    towers: list[Tower],
    sigma_deg: float,
    random: np.random.Generator,
    *,
    hidden: bool,
) -> Iterator[Pair]:
    """Pairs without end, spread evenly over the land that the first tower sees.

    Args:
        terrain: real relief.
        towers: at least two.
        sigma_deg: of pointing.
        random: seeded.
        hidden: the second tower sees smoke over a ridge and not the foot.
    """
    while True:
        near, far = (towers[int(index)] for index in random.choice(len(towers), 2, replace=False))
        range_m = math.sqrt(random.uniform(NEAREST_M**2, FARTHEST_M**2))
        place = _EARTH.fwd(*near, random.uniform(0.0, 360.0), range_m)[:2]
        bias_m = float(random.normal(0.0, TERRAIN_SIGMA_M))
        one = line_between(terrain, near, place, bias_m, random)
        if one is None or one.smoke_m > 0.0:
            continue
        other = line_between(terrain, far, place, bias_m, random)
        if (
            other is None
            or not NEAREST_M <= other.range_m < FARTHEST_M
            or (other.smoke_m > 0.0) is not hidden
            or other.smoke_m > MOST_SMOKE_M
        ):
            continue
        first, second = (
            recorded(
                tower,
                0,
                place,
                ray_deg=(line.azimuth_deg, line.elevation_deg),
                sigma_deg=sigma_deg,
                random=random,
            )
            for tower, line in ((near, one), (far, other))
        )
        turn_deg = (one.azimuth_deg - other.azimuth_deg + 180.0) % 360.0 - 180.0
        yield Pair(first, second, abs(turn_deg))


def line_between(
    terrain: Terrain, tower: Tower, place: Tower, bias_m: float, random: np.random.Generator
) -> _Line | None:
    """To a place, or to the ridge before it; None over a void."""
    azimuth_deg, _, range_m = _EARTH.inv(*tower, *place)
    steps = np.append(np.arange(STEP_M, range_m - 1.0, STEP_M), range_m)
    _, _, ground_m = line_of(terrain, tower, azimuth_deg, steps)
    if np.isnan(ground_m).any():
        return None
    foot_m = float(stored_m(terrain, np.array([tower[0]]), np.array([tower[1]]))[0])
    lens_m = foot_m + MAST_M + random.normal(0.0, LENS_SIGMA_M)
    bend = (1.0 - random.normal(REFRACTION, REFRACTION_SIGMA)) / (2.0 * 6_371_000.0)
    tangent = (ground_m + bias_m - lens_m) / steps - bend * steps
    ridge = float(tangent[:-1].max())
    top = max(ridge, float(tangent[-1]))
    smoke_m = max(0.0, (ridge - float(tangent[-1])) * range_m)
    return _Line(azimuth_deg % 360.0, math.degrees(math.atan(top)), range_m, smoke_m)
