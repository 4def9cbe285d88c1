"""Simulated presets whose true pose is known: what a camera shows of a skyline that was marched.

The skyline is read from the stored cells, every few metres of many geodesics, and is projected by
a rotation matrix; neither shares code with what is measured. Then come trees, noise and gross
errors, as in the bar.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from benchmarks.ground.fires import MAST_M, REFRACTION, SIZE, line_of, stored_m
from benchmarks.ground.land import Tower
from geo.terrain import Terrain
from models.site import Pose
from models.units import FloatArray

__all__ = ["Kind", "Marched", "Shown", "marched", "presets_of", "shown"]

AZIMUTH_STEP_DEG: Final = 0.05
STEPS: Final = np.concatenate((np.arange(50.0, 1_000.0, 2.0), np.arange(1_000.0, 20_000.0, 12.0)))
COLUMN_STEP_PX: Final = 4
NOISE_PX, TREES_PX, GROSS_SHARE, GROSS_PX = 1.5, 2.0, 0.15, 120.0
START_OFF_DEG: Final = 1.5
FOV_DEG: Final = (20.0, 60.0)
MOVED_M: Final = 300.0


class Kind(StrEnum):
    """What is the matter with a preset."""

    HONEST = "honest"
    FLAT = "flat"  # no relief in it
    FOGGY = "foggy"  # half of the skyline is missing
    MOVED = "moved"  # the lens stands 300 m from where it is said to
    ZOOMED = "zoomed"  # the field of view is a tenth wrong


@dataclass(frozen=True, slots=True, eq=False)
class Marched:
    """The true skyline from one lens.

    Attributes:
        azimuth_deg: (n,) all around.
        elevation_deg: (n,).
    """

    azimuth_deg: FloatArray
    elevation_deg: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a picture shows, and what is said about it.

    Attributes:
        kind: what is wrong.
        lens: where the lens is said to stand.
        true: pose.
        start: pose as entered.
        x_px: (n,).
        y_px: (n,) NaN where nothing is seen.
    """

    kind: Kind
    lens: Tower
    true: Pose
    start: Pose
    x_px: FloatArray
    y_px: FloatArray


def marched(terrain: Terrain, tower: Tower) -> Marched:
    """Highest ground in every direction, read step by step."""
    azimuths = np.arange(0.0, 360.0, AZIMUTH_STEP_DEG)
    bend = (1.0 - REFRACTION) / (2.0 * 6_371_000.0)
    foot_m = float(stored_m(terrain, np.array([tower[0]]), np.array([tower[1]]))[0])
    highest = np.empty(len(azimuths))
    for index, azimuth_deg in enumerate(azimuths):
        ground_m = line_of(terrain, tower, float(azimuth_deg), STEPS)[2]
        tangent = (ground_m - foot_m - MAST_M) / STEPS - bend * STEPS
        highest[index] = math.degrees(math.atan(np.fmax.reduce(tangent)))
    return Marched(azimuths, highest)


def shown(line: Marched, tower: Tower, kind: Kind, random: np.random.Generator) -> Shown | None:
    """One preset; None when the skyline leaves its picture, or is flat and should not be."""
    fov_deg = float(random.uniform(*FOV_DEG))
    azimuth_deg = float(random.uniform(0.0, 360.0))
    off_deg = (line.azimuth_deg - azimuth_deg + 180.0) % 360.0 - 180.0
    near = np.abs(off_deg) < fov_deg / 2.0 + 6.0
    order = np.argsort(off_deg[near])
    azimuths, elevations = off_deg[near][order], line.elevation_deg[near][order]
    if kind is Kind.FLAT:
        elevations = np.full_like(elevations, float(np.median(elevations)))
    within = np.abs(azimuths) < fov_deg / 2.0
    tilt_deg = float(np.median(elevations[within]) + random.uniform(-0.15, 0.15) * fov_deg)
    true = Pose(azimuth_deg, tilt_deg, float(random.normal(0.0, 0.4)), fov_deg)
    x_px, y_px = _projected(azimuths, elevations, true)
    columns = np.arange(COLUMN_STEP_PX / 2.0, SIZE[0], COLUMN_STEP_PX)
    rows = np.interp(columns, x_px, y_px)
    if rows.min() < 0.0 or rows.max() > SIZE[1]:
        return None
    rows += random.normal(0.0, NOISE_PX, len(rows)) - random.uniform(0.0, TREES_PX, len(rows))
    gross = random.random(len(rows)) < GROSS_SHARE
    rows[gross] += random.uniform(-GROSS_PX, GROSS_PX, int(gross.sum()))
    start = replace(
        true,
        azimuth_deg=(azimuth_deg + START_OFF_DEG * float(random.choice([-1.0, 1.0]))) % 360.0,
        tilt_deg=tilt_deg + float(random.uniform(-1.0, 1.0)),
        roll_deg=0.0,
    )
    lens = tower
    if kind is Kind.FOGGY:
        left = bool(random.integers(2))
        rows[(columns < SIZE[0] / 2.0) == left] = np.nan
    elif kind is Kind.MOVED:
        turn = float(random.uniform(0.0, 2.0 * np.pi))
        metre_deg = 1.0 / 111_195.0
        lens = (
            tower[0] + MOVED_M * math.sin(turn) * metre_deg / math.cos(math.radians(tower[1])),
            tower[1] + MOVED_M * math.cos(turn) * metre_deg,
        )
    elif kind is Kind.ZOOMED:
        start = replace(start, horizontal_fov_deg=fov_deg * float(random.choice([0.9, 1.1])))
    return Shown(kind, lens, true, start, columns, rows)


def presets_of(
    line: Marched, tower: Tower, kind: Kind, random: np.random.Generator
) -> Iterator[Shown]:
    """Presets without end."""
    while True:
        one = shown(line, tower, kind, random)
        if one is not None:
            yield one


def _projected(azimuth_deg: FloatArray, elevation_deg: FloatArray, pose: Pose) -> FloatArray:
    """(2, n) pixels of directions, ``azimuth_deg`` counted from the axis."""
    turn, rise = np.radians(azimuth_deg), np.radians(elevation_deg)
    world = np.stack((np.sin(turn) * np.cos(rise), np.cos(turn) * np.cos(rise), np.sin(rise)))
    tilt, roll = math.radians(pose.tilt_deg), math.radians(pose.roll_deg)
    pitched = np.array(
        [
            [1.0, 0.0, 0.0],
            [0.0, math.cos(tilt), math.sin(tilt)],
            [0.0, -math.sin(tilt), math.cos(tilt)],
        ]
    )
    rolled = np.array(
        [
            [math.cos(roll), 0.0, -math.sin(roll)],
            [0.0, 1.0, 0.0],
            [math.sin(roll), 0.0, math.cos(roll)],
        ]
    )
    right, ahead, up = rolled @ pitched @ world
    focal_px = SIZE[0] / 2.0 / math.tan(math.radians(pose.horizontal_fov_deg) / 2.0)
    return np.stack(
        (SIZE[0] / 2.0 + focal_px * right / ahead, SIZE[1] / 2.0 - focal_px * up / ahead)
    )
