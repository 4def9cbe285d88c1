"""What the commands about relief share: its words, its bounds, and what to do without any."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from geo.dem import read_terrain
from geo.terrain import Terrain
from models.errors import InputRefused
from models.site import Camera

__all__ = ["bounds_in", "described", "relief_of", "without_ground"]

_WARNINGS: Final = {
    "coarse": "COARSE: its cells are too large to place a fire; every position says so.",
    "synthetic": "SYNTHETIC: invented relief; every position says that nobody may be sent by it.",
}


def bounds_in(text: str) -> tuple[float, float, float, float] | None:
    """Four numbers as somebody typed them: west, south, east, north; None for nothing.

    Raises:
        InputRefused: they are none; code ``dem_bounds``.
    """
    if not text.strip():
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputRefused(
            f"The bounds {text[:60]!r} are not four numbers.",
            remedy="Give WEST,SOUTH,EAST,NORTH in degrees: 106.3,28.4,107.1,29.3",
            code="dem_bounds",
        ) from error
    return west, south, east, north


def described(terrain: Terrain) -> list[str]:
    """What a relief is, in lines."""
    west, south, east, north = terrain.bounds_deg
    rows, columns = terrain.values_m.shape
    lines = [
        f"{terrain.name}: {rows} x {columns} cells of {terrain.cell_m:.1f} m",
        f"{west:.4f} to {east:.4f} east, {south:.4f} to {north:.4f} north",
    ]
    if terrain.caution:
        lines.append(_WARNINGS.get(terrain.caution, terrain.caution))
    return lines


def relief_of(data_dir: Path) -> Terrain:
    """The relief in force.

    Raises:
        InputRefused: there is none (``no_terrain``), or what is stored is damaged.
    """
    terrain = read_terrain(data_dir / "terrain")
    if terrain is None:
        raise InputRefused(
            "No relief is imported: fires get a direction and no place.",
            remedy="firewatch geo import-dem FILE…",
            code="no_terrain",
        )
    return terrain


def without_ground(cameras: Sequence[Camera], terrain: Terrain) -> list[str]:
    """A line for each camera that stands on no height: it will get directions only."""
    return [
        f"camera {camera.camera_id} stands outside it, or on a void: it gets directions only"
        for camera in cameras
        if np.isnan(terrain.height_at(camera.position.lon_deg, camera.position.lat_deg))
    ]
