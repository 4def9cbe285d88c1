"""Drill fires of a run: each is made where it is played, from a seed and a number."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import numpy as np

from detector.evaluate.footage import Moment, Sampling
from detector.replay.drill import DrillFire, drill_fires
from detector.replay.drill_recording import (
    BEFORE_S,
    BURNS_S,
    EVERY_S,
    DrillRecording,
    Views,
)
from detector.replay.playing import Footage
from detector.replay.run_file import DrillEntry
from geo.crs import HeightSystem
from geo.dem import Wish, import_dem, read_terrain
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.errors import InputRefused

__all__ = [
    "FRAMES",
    "DrillFootage",
    "DrillOrder",
    "drill_footage",
    "drill_orders",
    "imported_terrain",
    "terrain_of",
]

FRAMES = int((BEFORE_S + BURNS_S) / EVERY_S) + 1
"""Of a drill fire."""


@dataclass(frozen=True, slots=True)
class DrillOrder:
    """One drill fire.

    Attributes:
        number: which of its seed's fires, from 0.
        count: how many of them the run plays.
        seed: of all of them.
        dem: on which it burns; the built-in relief when empty.
        dem_heights: what its heights are above, where the file does not say.
        dem_sha256: of that file's content; empty for the built-in one.
    """

    number: int
    count: int
    seed: int
    dem: str
    dem_heights: HeightSystem | None
    dem_sha256: str

    @property
    def name(self) -> str:
        """Of the recording that it makes."""
        return f"drill-{self.seed}-{self.number:04}"

    @property
    def sha256(self) -> str:
        """Of what it is made from; the first of more fires are those of fewer."""
        told = f"drill {self.seed} {self.number} {self.dem_sha256} {self.dem_heights}"
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DrillFootage:
    """A drill's recording, made when it is played; a :class:`detector.evaluate.footage.Recording`.

    Attributes:
        order: what is made.
    """

    order: DrillOrder

    @property
    def name(self) -> str:
        """Of the order."""
        return self.order.name

    @property
    def has_known_times(self) -> bool:
        """Always: they are the scene's."""
        return True

    def moments(self, sampling: Sampling) -> Iterator[Moment]:
        """Its frames.

        Raises:
            InputRefused: the elevation model shows no place for fires.
        """
        return DrillRecording(_fire(self.order), _VIEWS).moments(sampling)


def drill_orders(entry: DrillEntry) -> list[DrillOrder]:
    """The fires of one ``[[drill]]``.

    Raises:
        InputRefused: its elevation model cannot be read.
    """
    digest = ""
    if entry.dem:
        try:
            digest = hashlib.sha256(Path(entry.dem).read_bytes()).hexdigest()
        except OSError as error:
            raise InputRefused(
                f"The elevation model {entry.dem} cannot be read: {error.strerror}.",
                remedy="Name an existing GeoTIFF or .hgt file.",
                code="file_unreadable",
            ) from error
    return [
        DrillOrder(number, entry.count, entry.seed, entry.dem, entry.dem_heights, digest)
        for number in range(entry.count)
    ]


def drill_footage(order: DrillOrder) -> Footage:
    """Draw a fire and what is known of it; takes about as long as playing it.

    Raises:
        InputRefused: the elevation model shows no place for fires.
    """
    fire = _fire(order)
    return Footage(
        recording=DrillFootage(order),
        scene=fire.scene,
        sampling=Sampling(),
        conditions=fire.conditions,
        truth=DrillRecording(fire, _VIEWS).truth(),
        camera=fire.camera,
        is_drill=True,
    )


_VIEWS = Views()
"""Fires of one view follow each other, and rendering it is most of the work."""


@lru_cache(maxsize=4)
def terrain_of(dem: str, heights: HeightSystem | None) -> Terrain:
    """An elevation model in memory; the built-in relief when nothing is named.

    Args:
        dem: its file, or the folder of one that was imported.
        heights: what they are above, where the file does not say.

    Raises:
        InputRefused: the file is none, or nobody says what its heights are above.
    """
    if not dem:
        return drill_relief()
    if Path(dem).is_dir():
        return imported_terrain(Path(dem))
    with tempfile.TemporaryDirectory() as folder:
        terrain = import_dem(
            [Path(dem)], Path(folder), wish=Wish(heights=heights), now=datetime.now(UTC)
        ).terrain
        values = np.array(terrain.values_m)  # the mapped file goes with the folder
    return Terrain(
        terrain.name,
        values,
        terrain.west_deg,
        terrain.north_deg,
        terrain.cell_deg,
        caution=terrain.caution,
    )


def _fire(order: DrillOrder) -> DrillFire:
    return _fires(order.dem, order.dem_heights, order.count, order.seed)[order.number]


@lru_cache(maxsize=4)
def _fires(dem: str, heights: HeightSystem | None, count: int, seed: int) -> Sequence[DrillFire]:
    return drill_fires(terrain_of(dem, heights), count, seed)


def imported_terrain(folder: Path) -> Terrain:
    """The elevation model that a watch has imported into a folder.

    Raises:
        InputRefused: there is none (``replay_dem``), or it is damaged (``terrain_stored``).
    """
    terrain = read_terrain(folder)
    if terrain is None:
        raise InputRefused(
            f"The folder {folder} holds no terrain that was imported.",
            remedy="Import it first: firewatch geo import-dem FILE…; or name its file.",
            code="replay_dem",
        )
    return terrain
