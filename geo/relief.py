"""The relief of drills: real mountains that are not the bureau's.

The 3-arc-second tile of the Jacksboro fault (Tennessee, NASA/USGS, public domain) comes with the
matplotlib distribution as sample data. It is read as a file; matplotlib itself is never imported.
Every position on it carries the caution ``drill``.
"""

import importlib.util
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from geo.terrain import Terrain
from models.errors import InputRefused

__all__ = ["drill_relief"]

_SAMPLE = Path("mpl-data", "sample_data", "jacksboro_fault_dem.npz")


def drill_relief() -> Terrain:
    """Load the drill relief, 344 x 403 cells, 236 to 1076 m, 36.16-36.45 N 84.41-84.08 W.

    Raises:
        InputRefused: the file is absent or damaged.
    """
    path = _sample_path()
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as sample:
            values = sample["elevation"].astype(np.float32)
            # Row 0 is the north; its edge is "ymax". The file's "ymin" is not the southern edge:
            # it lies as far north of "ymax" as the south lies south of it. Known heights tell: the
            # towns of LaFollette (323 m), Jacksboro (324 m) and Caryville (330 m) read 325, 327 and
            # 336 m this way, and lie outside the tile the other way.
            edges = (float(sample["xmin"]), float(sample["ymax"]), float(sample["dx"]))
    except (OSError, ValueError, KeyError, BadZipFile, EOFError) as error:
        raise InputRefused(
            f"The drill relief {path} cannot be read: {error}.",
            remedy="Set the watch up again (./run setup).",
            code="drill_relief",
        ) from error
    return Terrain("Jacksboro 3 arcsec", values, *edges, caution="drill")


def _sample_path() -> Path:
    specification = importlib.util.find_spec("matplotlib")
    if specification is None or specification.origin is None:
        raise InputRefused(
            "The drill relief is missing: the matplotlib distribution is not installed.",
            remedy="Set the watch up again (./run setup).",
            code="drill_relief",
        )
    return Path(specification.origin).parent / _SAMPLE
