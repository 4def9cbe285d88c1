"""What pictures of a plan show, by means that the planner does not use.

The target is a raster. From every place where a picture is taken each of its cells is put through a
pinhole camera by plain trigonometry, at the height that a linear flight between the plan's points
has there, and the ray to it must pass above the relief. The plane is a sphere's tangent with the
ellipsoid's two radii at the target, made here.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.terrain import Terrain
from models.mission import Camera, PlanPoint, PointRole, Sortie, SweepPlan
from models.units import FloatArray

__all__ = ["Raster", "flown_m", "seen_share"]

EQUATOR_M, FLATTENING = 6_378_137.0, 1.0 / 298.257_223_563  # WGS 84
RAY_SAMPLES = 24
WIDEST_M = 400.0  # from below the aircraft; no picture here reaches further


@dataclass(frozen=True, slots=True)
class Plane:
    """East and north metres around a place."""

    lon_deg: float
    lat_deg: float

    def metres(self, lon_deg: FloatArray, lat_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Of degrees."""
        squared = FLATTENING * (2.0 - FLATTENING)
        sine = math.sin(math.radians(self.lat_deg))
        across = EQUATOR_M / math.sqrt(1.0 - squared * sine**2)
        along = across * (1.0 - squared) / (1.0 - squared * sine**2)
        return (
            np.radians(lon_deg - self.lon_deg) * across * math.cos(math.radians(self.lat_deg)),
            np.radians(lat_deg - self.lat_deg) * along,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """Cells of a target: east, north and height in metres, by columns of a plane."""

    plane: Plane
    east_m: FloatArray
    north_m: FloatArray
    ground_m: FloatArray

    @classmethod
    def of(cls, target: BaseGeometry, terrain: Terrain, cell_m: float) -> "Raster":
        """Cells whose middle lies in the target."""
        west, south, east, north = target.bounds
        plane = Plane((west + east) / 2.0, (south + north) / 2.0)
        per_lon, per_lat = (
            float(each[0])
            for each in plane.metres(
                np.array([plane.lon_deg + 1.0]), np.array([plane.lat_deg + 1.0])
            )
        )
        lon_deg, lat_deg = np.meshgrid(
            np.arange(west, east, cell_m / per_lon), np.arange(south, north, cell_m / per_lat)
        )
        inside = shapely.contains_xy(target, lon_deg, lat_deg)
        lon_deg, lat_deg = lon_deg[inside].astype(np.float64), lat_deg[inside].astype(np.float64)
        ground_m = np.asarray(terrain.height_at(lon_deg, lat_deg))
        east_m, north_m = plane.metres(lon_deg, lat_deg)
        return cls(plane, east_m, north_m, ground_m)


def flown_m(plan: SweepPlan) -> float:
    """Ground length of all flights, home to home."""
    total = 0.0
    for sortie in plan.sorties:
        first = sortie.points[0]
        plane = Plane(first.lon_deg, first.lat_deg)
        east, north = plane.metres(
            np.array([point.lon_deg for point in sortie.points]),
            np.array([point.lat_deg for point in sortie.points]),
        )
        total += float(np.hypot(np.diff(east), np.diff(north)).sum())
    return total


def seen_share(plan: SweepPlan, raster: Raster, camera: Camera, terrain: Terrain) -> float:
    """Share of the cells that some picture shows."""
    seen = np.zeros(len(raster.east_m), bool)
    order = np.argsort(raster.east_m)
    sorted_east = raster.east_m[order]
    for sortie in plan.sorties:
        for east, north, height, heading, pitch in _pictures(sortie, raster.plane):
            near = order[slice(*np.searchsorted(sorted_east, (east - WIDEST_M, east + WIDEST_M)))]
            near = near[~seen[near] & (np.abs(raster.north_m[near] - north) < WIDEST_M)]
            shown = _shown(raster, near, (east, north, height), (heading, pitch), camera)
            seen[_unhidden(raster, near[shown], (east, north, height), terrain)] = True
    return float(seen.mean())


def _pictures(sortie: Sortie, plane: Plane) -> Iterator[tuple[float, float, float, float, float]]:
    """East, north, height above sea, heading and pitch of every picture, in order."""
    step_m = sortie.photo_distance_m or 5.0
    line: list[PlanPoint] = []
    for point in sortie.points:
        if point.role is PointRole.LINE_START:
            yield from _along(line, plane, step_m)
            line = [point]
        elif line:
            line.append(point)
            if point.role is PointRole.LINE_END:
                yield from _along(line, plane, step_m)
                line = []


def _along(
    line: list[PlanPoint], plane: Plane, step_m: float
) -> Iterator[tuple[float, float, float, float, float]]:
    if len(line) < 2:
        return
    east, north = plane.metres(
        np.array([point.lon_deg for point in line]), np.array([point.lat_deg for point in line])
    )
    legs = np.hypot(np.diff(east), np.diff(north))
    gone = np.append(0.0, np.cumsum(legs))
    height = np.array([point.above_sea_m for point in line])
    for at in np.append(np.arange(0.0, gone[-1], step_m), gone[-1]):
        leg = min(int(np.searchsorted(gone, at, side="right")) - 1, len(legs) - 1)
        heading = math.atan2(east[leg + 1] - east[leg], north[leg + 1] - north[leg])
        yield (
            float(np.interp(at, gone, east)),
            float(np.interp(at, gone, north)),
            float(np.interp(at, gone, height)),
            heading,
            math.radians(line[leg].gimbal_pitch_deg),
        )


def _shown(
    raster: Raster,
    cells: np.ndarray,
    eye: tuple[float, float, float],
    look: tuple[float, float],
    camera: Camera,
) -> np.ndarray:
    """Which cells lie in the picture; ``look`` is heading and pitch in radians."""
    heading, pitch = look
    east = raster.east_m[cells] - eye[0]
    north = raster.north_m[cells] - eye[1]
    up = raster.ground_m[cells] - eye[2]
    ahead = east * math.sin(heading) + north * math.cos(heading)
    right = east * math.cos(heading) - north * math.sin(heading)
    depth = ahead * math.cos(pitch) + up * math.sin(pitch)
    above = -ahead * math.sin(pitch) + up * math.cos(pitch)
    across = depth * math.tan(math.radians(camera.horizontal_fov_deg / 2.0))
    upright = depth * math.tan(math.radians(camera.vertical_fov_deg / 2.0))
    inside: np.ndarray = (depth > 0.0) & (np.abs(right) <= across) & (np.abs(above) <= upright)
    return inside


def _unhidden(
    raster: Raster, cells: np.ndarray, eye: tuple[float, float, float], terrain: Terrain
) -> np.ndarray:
    """Cells whose ray passes above the relief at every sample between."""
    if len(cells) == 0:
        return cells
    shares = (np.arange(RAY_SAMPLES) + 0.5)[:, None] / (RAY_SAMPLES + 1.0)
    plane = raster.plane
    per_lon, per_lat = (
        float(each[0])
        for each in plane.metres(np.array([plane.lon_deg + 1.0]), np.array([plane.lat_deg + 1.0]))
    )
    east = eye[0] + shares * (raster.east_m[cells] - eye[0])
    north = eye[1] + shares * (raster.north_m[cells] - eye[1])
    height = eye[2] + shares * (raster.ground_m[cells] - eye[2])
    ground = terrain.height_at(plane.lon_deg + east / per_lon, plane.lat_deg + north / per_lat)
    free: np.ndarray = (ground <= height + 0.5).all(axis=0)
    kept: np.ndarray = cells[free]
    return kept
