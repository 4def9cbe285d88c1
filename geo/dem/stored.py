"""The imported terrain in the data folder: one file of heights, mapped into memory, and what it is.

``terrain.json`` names the heights' file, which is named after its content. It is replaced in one
step, so that a watch finds the old terrain or the new one, and a running watch keeps what it has.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np

from geo.crs import HeightSystem
from geo.terrain import Terrain
from models.errors import InputRefused, StorageFull

__all__ = ["StoredSource", "StoredTerrain", "Writing", "read_terrain", "write_terrain"]

_DESCRIPTION: Final = "terrain.json"


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A file that the terrain was made of."""

    file: str
    sha256: str
    system: str
    cell_m: float


@dataclass(frozen=True, slots=True)
class StoredTerrain:
    """What ``terrain.json`` says; see :class:`geo.terrain.Terrain`."""

    name: str
    west_deg: float
    north_deg: float
    cell_deg: float
    caution: str
    heights: HeightSystem
    imported_at: datetime
    sources: tuple[StoredSource, ...]

    def written(self, heights_file: str) -> str:
        """As JSON."""
        told = asdict(self) | {
            "imported_at": self.imported_at.isoformat(),
            "heights_file": heights_file,
        }
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


@dataclass(slots=True, eq=False)
class Writing:
    """Heights that are being written.

    Attributes:
        folder: of the terrain.
        values: to be filled, row 0 in the north.
    """

    folder: Path
    values: "np.memmap[Any, np.dtype[np.float32]]"

    def keep(self, stored: StoredTerrain) -> Terrain:
        """Make what was written the terrain, and take the older one away."""
        name = f"heights-{uuid4().hex[:12]}.npy"
        self.values.flush()
        (self.folder / _BEING_WRITTEN).rename(self.folder / name)
        beside = self.folder / f"{_DESCRIPTION}.new"
        beside.write_text(stored.written(name), encoding="utf-8")
        beside.replace(self.folder / _DESCRIPTION)
        for older in self.folder.glob("heights-*.npy"):
            if older.name != name:
                older.unlink(missing_ok=True)
        return _terrain(self.folder, json.loads(stored.written(name)))


_BEING_WRITTEN: Final = "being-written.npy"


@contextmanager
def write_terrain(folder: Path, shape: tuple[int, int]) -> Iterator[Writing]:
    """Write heights beside the terrain in force; without :meth:`Writing.keep` nothing changes.

    Raises:
        InputRefused: the folder cannot be written.
        StorageFull: the disk is full.
    """
    path = folder / _BEING_WRITTEN
    try:
        folder.mkdir(parents=True, exist_ok=True)
        values = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
        # A mapped file has its blocks only when they are written to: a full disk would end the
        # process instead of the import.
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        if error.errno == _NO_SPACE:
            raise StorageFull(
                f"The disk has no room for {np.prod(shape) * 4 / 1e6:.0f} MB of heights.",
                remedy="Free some, or take a part of the terrain with --bounds.",
            ) from error
        raise InputRefused(
            f"The folder {folder} cannot be written: {error.strerror}.",
            remedy="Set data_dir to a folder that you may write.",
        ) from error
    try:
        yield Writing(folder, values)
    finally:
        path.unlink(missing_ok=True)


_NO_SPACE: Final = 28


def read_terrain(folder: Path) -> Terrain | None:
    """The terrain that was imported; None when there is none.

    Raises:
        InputRefused: what is stored there is damaged (``terrain_stored``).
    """
    path = folder / _DESCRIPTION
    if not path.exists():
        return None
    try:
        return _terrain(folder, json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputRefused(
            f"The terrain in {folder} is damaged: {str(error).splitlines()[0]}.",
            remedy="Import it again: firewatch geo import-dem FILE…",
            code="terrain_stored",
        ) from error


def _terrain(folder: Path, told: Any) -> Terrain:  # noqa: ANN401 -- JSON is anything
    """Map the heights that a description names.

    Raises:
        ValueError: or KeyError or TypeError: it is not one of ours.
    """
    if not re.fullmatch(r"heights-[0-9a-f]{12}\.npy", told["heights_file"]):
        raise ValueError("its heights lie elsewhere")
    values: Any = np.load(folder / told["heights_file"], mmap_mode="r", allow_pickle=False)
    if values.dtype != np.float32:
        raise ValueError(f"its heights are {values.dtype}")
    west, north, cell = (float(told[key]) for key in ("west_deg", "north_deg", "cell_deg"))
    fingerprint = told["heights_file"].removesuffix(".npy")
    return Terrain(str(told["name"]), values, west, north, cell, str(told["caution"]), fingerprint)
