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
    """Load the drill relief, 344 x 403 cells, 236 to 1076 m, 36.4-36.7 N 84.4-84.1 W.

    Raises:
        InputRefused: the file is absent or damaged.
    """
    path = _sample_path()
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as sample:
            values = sample["elevation"].astype(np.float32)
            # The file's "ymin" belongs to row 0, which is the northern edge.
            edges = (float(sample["xmin"]), float(sample["ymin"]), float(sample["dx"]))
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
