"""What pictures show, picture by picture: each place turned into a camera's axes by a matrix.

Nothing of the planner is used: no swath, no closed form. A picture is taken every few metres of a
way; a place is seen when its direction lies between the picture's edges, it lies within reach, and
no sample of the ground on the line of sight stands above it.
"""

import math
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from models.mission import Camera

Ground = Callable[[np.ndarray, np.ndarray], np.ndarray]


def level(x_m: np.ndarray, _y_m: np.ndarray) -> np.ndarray:
    return np.zeros_like(x_m)


def places_in(ground: BaseGeometry, count: int, seed: int = 0) -> np.ndarray:
    """(k, 2) places of an area: a jittered raster, about ``count`` of them."""
    west, south, east, north = ground.bounds
    cell = math.sqrt(ground.area / count)
    x, y = np.meshgrid(np.arange(west, east, cell), np.arange(south, north, cell))
    rng = np.random.default_rng(seed)
    x, y = x + cell * rng.random(x.shape), y + cell * rng.random(y.shape)
    inside = shapely.contains_xy(ground, x, y)
    return np.column_stack((x[inside], y[inside]))


def pictures(way_m: np.ndarray, step_m: float) -> Iterable[tuple[np.ndarray, float]]:
    """Place (3,) and heading of each picture; at a corner one for either leg."""
    for start, end in pairwise(way_m):
        length = math.hypot(*(end - start)[:2])
        if length == 0.0:
            continue
        heading = math.atan2(end[0] - start[0], end[1] - start[1])
        for share in np.linspace(0.0, 1.0, math.ceil(length / step_m) + 1):
            yield start + share * (end - start), heading


def shown(
    places: np.ndarray,
    ways: Iterable[np.ndarray],
    camera: Camera,
    pitch_deg: float,
    *,
    reach_m: float | None = None,
    ground: Ground = level,
    step_m: float = 5.0,
    slack: float = 1e-9,
) -> np.ndarray:
    """Which places some picture of (n, 3) ways shows; ``slack`` widens the picture's edges."""
    up = ground(places[:, 0], places[:, 1])
    world = np.column_stack((places, up))
    found = np.zeros(len(places), bool)
    pitch = math.radians(pitch_deg)
    across = math.tan(math.radians(camera.horizontal_fov_deg) / 2.0) + slack
    upright = math.tan(math.radians(camera.vertical_fov_deg) / 2.0) + slack
    for way in ways:
        for eye, heading in pictures(way, step_m):
            ahead = np.array([math.sin(heading), math.cos(heading), 0.0])
            axis = ahead * math.cos(pitch) + np.array([0.0, 0.0, math.sin(pitch)])
            right = np.array([math.cos(heading), -math.sin(heading), 0.0])
            axes = np.column_stack((right, np.cross(right, axis), axis))
            todo = np.flatnonzero(~found)
            offset = world[todo] - eye
            seen_as = offset @ axes
            depth = seen_as[:, 2]
            hit = (depth > 0.0) & (np.abs(seen_as[:, 0]) <= across * depth)
            hit &= np.abs(seen_as[:, 1]) <= upright * depth
            if reach_m is not None:
                hit &= np.linalg.norm(offset, axis=1) <= reach_m * (1.0 + slack)
            hits = todo[hit]
            if ground is not level and len(hits):
                shares = np.linspace(0.02, 0.98, 25)[:, None, None]
                sight = eye + shares * (world[hits] - eye)
                free = (ground(sight[..., 0], sight[..., 1]) <= sight[..., 2] + 0.5).all(axis=0)
                hits = hits[free]
            found[hits] = True
    return found


def at_height(line_m: np.ndarray, height_m: float) -> np.ndarray:
    """(n, 3) of a line over level ground."""
    return np.column_stack((line_m, np.full(len(line_m), height_m)))
