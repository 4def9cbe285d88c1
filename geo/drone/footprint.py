"""The ground that a picture shows, as a polygon on the terrain.

From the pixel that looks down most steeply, the picture is walked outwards to points of its edge,
up to where rays cease to meet ground: at the horizon, at the end of the relief, or at the edge.
Ground that hides behind a ridge inside the outline is not cut out.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.camera import ray_of_pixel
from geo.crs import LocalFrame
from geo.horizon import PolarGround
from geo.rays import Ending, Rays, walk
from models.errors import InputRefused
from models.site import Pose, Position
from models.units import FloatArray

__all__ = ["Footprint", "FootprintEnd", "footprint"]

EDGE_POINTS: Final = 32  # of each side
STEPS: Final = 24
REFINEMENTS: Final = 8
REFRACTION: Final = 0.13


class FootprintEnd(StrEnum):
    """Where the outline ends somewhere short of the picture's edge."""

    SKY = "sky"
    RELIEF = "relief"  # its end, a void, or the longest range


@dataclass(frozen=True, slots=True)
class Footprint:
    """Ground in a picture.

    Attributes:
        outline_lonlat: closed rings (first point repeated), one for each part.
        area_m2: of all parts.
        ends: what cut it short; empty when the whole picture shows ground.
    """

    outline_lonlat: tuple[tuple[tuple[float, float], ...], ...]
    area_m2: float
    ends: frozenset[FootprintEnd]


def footprint(
    ground: PolarGround,
    lens: Position,
    pose: Pose,
    size_px: tuple[int, int],
    max_range_m: float = 20_000.0,
) -> Footprint:
    """The ground that a whole picture shows.

    Args:
        ground: profiles around the lens.
        lens: above sea level.
        pose: of the camera.
        size_px: of the picture.
        max_range_m: how far ground is looked for, at most the reach of the profiles.

    Raises:
        InputRefused: nothing in the picture meets ground (``footprint_none``).
    """
    cast = _Cast(ground, lens, pose, size_px, max_range_m)
    edge = _edge(*size_px)
    start = _steepest(pose, size_px, edge)
    if not (cast.endings(start[None]) == Ending.GROUND)[0]:
        raise InputRefused(
            "Nothing in the picture meets ground that the relief knows.",
            remedy="It shows sky, or ground beyond the relief.",
            code="footprint_none",
        )
    # The first step outwards that meets no ground, then the same between it and the one before.
    near, far = np.zeros(len(edge)), np.ones(len(edge))
    ends: set[FootprintEnd] = set()
    shares = np.arange(1, STEPS + 1) / STEPS
    endings = cast.endings(start + (edge - start)[:, None] * shares[:, None])
    for index, row in enumerate(endings):
        missed = np.flatnonzero(row != Ending.GROUND)
        if len(missed) == 0:
            near[index] = 1.0
            continue
        near[index], far[index] = missed[0] / STEPS, shares[missed[0]]
        is_sky = row[missed[0]] == Ending.SKY
        ends.add(FootprintEnd.SKY if is_sky else FootprintEnd.RELIEF)
    for _ in range(REFINEMENTS):
        middle = (near + far) / 2.0
        met = cast.endings(start + (edge - start) * middle[:, None]) == Ending.GROUND
        near, far = np.where(met, middle, near), np.where(met, far, middle)
    frame = LocalFrame(lens.lon_deg, lens.lat_deg)
    ring = shapely.Polygon(cast.places(start + (edge - start) * near[:, None]))
    whole = ring if ring.is_valid else shapely.make_valid(ring)
    parts = [each for each in shapely.get_parts(whole) if isinstance(each, shapely.Polygon)]
    outlines = [
        np.column_stack(frame.to_lonlat(*shapely.get_coordinates(part.exterior).T))
        for part in (shapely.orient_polygons(each) for each in parts)
    ]
    return Footprint(
        tuple(tuple(map(tuple, outline.tolist())) for outline in outlines),
        float(sum(part.area for part in parts)),
        frozenset(ends),
    )


@dataclass(frozen=True, slots=True)
class _Cast:
    """Rays of pixels, without their errors."""

    ground: PolarGround
    lens: Position
    pose: Pose
    size_px: tuple[int, int]
    max_range_m: float

    def endings(self, pixels: FloatArray) -> NDArray[np.int8]:
        """How the rays of (..., 2) pixels end."""
        return self._walked(pixels.reshape(-1, 2))[1].reshape(pixels.shape[:-1])

    def places(self, pixels: FloatArray) -> FloatArray:
        """(n, 2) metres east and north of where the rays of (n, 2) pixels meet ground."""
        metres, ending = self._walked(pixels)
        met: FloatArray = metres[ending == Ending.GROUND]
        return met

    def _walked(self, pixels: FloatArray) -> tuple[FloatArray, NDArray[np.int8]]:
        bearing_deg, elevation_deg = ray_of_pixel(
            pixels[:, 0], pixels[:, 1], *self.size_px, self.pose
        )
        turn_deg = np.mod(bearing_deg - self.pose.azimuth_deg + 180.0, 360.0) - 180.0
        azimuth_deg = self.pose.azimuth_deg + turn_deg
        same = np.ones(len(pixels))
        rays = Rays(
            azimuth_deg=azimuth_deg,
            elevation_deg=np.clip(elevation_deg, -89.9, 89.9),
            lens_m=self.lens.height_m * same,
            refraction=REFRACTION * same,
            ground_bias_m=0.0 * same,
            bias_ramp_m=0.0,
        )
        walked = walk(self.ground, rays, self.max_range_m)
        angle = np.radians(azimuth_deg)
        east_m, north_m = walked.range_m * np.sin(angle), walked.range_m * np.cos(angle)
        return np.column_stack((east_m, north_m)), walked.ending


def _edge(width_px: int, height_px: int) -> FloatArray:
    """(4 x EDGE_POINTS, 2) pixels around the picture, clockwise from the upper left corner."""
    share = np.arange(EDGE_POINTS) / EDGE_POINTS
    zero, one = np.zeros(EDGE_POINTS), np.ones(EDGE_POINTS)
    across = np.concatenate((share, one, 1.0 - share, zero)) * width_px
    down = np.concatenate((zero, share, one, 1.0 - share)) * height_px
    return np.column_stack((across, down))


def _steepest(pose: Pose, size_px: tuple[int, int], edge: FloatArray) -> FloatArray:
    """The pixel that looks down most steeply: the one below the lens, or one of the edge."""
    _, elevation_deg = ray_of_pixel(edge[:, 0], edge[:, 1], *size_px, pose)
    _, centre_deg = ray_of_pixel(size_px[0] / 2.0, size_px[1] / 2.0, *size_px, pose)
    if centre_deg <= elevation_deg.min():
        return np.array(size_px) / 2.0
    lowest: FloatArray = edge[int(elevation_deg.argmin())]
    return lowest
