"""What each tower sees, kept on disk: computed once for a relief, a tower and the cells."""

import hashlib
import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np

from geo.coverage.grid import Grid
from geo.coverage.sight import lens_above_sea_m
from geo.coverage.tower import TowerView
from geo.terrain import Terrain
from models.site import Position

__all__ = ["ViewShelf"]

_log = logging.getLogger(__name__)
_SUFFIX: Final = ".view.npy"
_VERSION: Final = 1  # of what is computed; another one finds nothing of the former


class ViewShelf:
    """The views of a network's towers.

    Args:
        folder: where they are kept; None, or a terrain without a fingerprint, for nowhere.
        terrain: that they are of.
        grid: cells.
        reach_m: how far towers look.
    """

    def __init__(self, folder: Path | None, terrain: Terrain, grid: Grid, reach_m: float) -> None:
        self._folder = folder if terrain.fingerprint else None
        self._terrain = terrain
        self._grid = grid
        self._reach_m = reach_m

    def _name(self, lens: Position) -> str:
        what = repr((_VERSION, self._terrain.fingerprint, self._grid, self._reach_m, lens))
        return hashlib.sha256(what.encode()).hexdigest()[:32] + _SUFFIX

    def get(self, lens: Position) -> TowerView | None:
        """What was kept of a tower; None for nothing, or what is damaged."""
        window = self._grid.around(lens, self._reach_m)
        if self._folder is None or window is None:
            return None
        path = self._folder / self._name(lens)
        if not path.exists():
            return None
        rows, columns = window
        shape = rows.stop - rows.start, columns.stop - columns.start
        try:
            values = np.load(path, allow_pickle=False)
            if (values.shape, values.dtype) == (shape, np.float16):
                lens_m = lens_above_sea_m(self._terrain, lens)
                return TowerView(lens, lens_m, rows, columns, values)
        except (OSError, ValueError, EOFError):
            pass
        _log.warning("What is kept of a tower in %s is damaged and is computed again.", path.name)
        return None

    def put(self, view: TowerView) -> None:
        """Keep it; a disk that is full costs time later and nothing else."""
        if self._folder is None:
            return
        beside = self._folder / f"{uuid4().hex}.being-written"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                np.save(file, view.smoke_m, allow_pickle=False)
            beside.replace(self._folder / self._name(view.lens))
        except OSError as error:
            _log.warning("What towers see cannot be kept in %s: %s.", self._folder, error.strerror)
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def tidy(self, lenses: Iterable[Position]) -> None:
        """Take away what is of other towers, other cells or another relief."""
        if self._folder is None:
            return
        wanted = {self._name(lens) for lens in lenses}
        with suppress(OSError):
            for path in self._folder.glob(f"*{_SUFFIX}"):
                if path.name not in wanted:
                    path.unlink(missing_ok=True)
