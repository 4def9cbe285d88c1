"""Night pictures without fire on which confusers are drawn: real ones first."""

from functools import partial
from pathlib import Path

import cv2
import numpy as np

from benchmarks.night_light.confusing import Base
from benchmarks.night_light.labelled import turned
from camera_gateway.pictures import read_picture
from detector.evaluate.labelled_set import Picture, read_index
from models.units import ImageBGR
from training.near_infrared import Made

__all__ = ["bases"]

TOWERS = (
    "alertwildfire_20260108/nv-angel-peak-1_20260108_093634.jpg",
    "alertwildfire_20260108/nv-fairview-peak-2_20260108_093634.jpg",
    "alertwildfire_20260108/nv-montezuma-pk-1_20260108_093634.jpg",
    "phenocam_canadaojp/canadaojp_2016_01_02_180000.jpg",
    "roanoke_millmtn/20260726T084351Z.jpg",
    "roanoke_millmtn/20260802T062318Z.jpg",
)
TRAIL_CAMERAS = 4
"""Of the set's trail camera pictures, on which the weights learned that nothing burns there."""
TURNED = 4
"""Validation pictures of forests, turned into nights."""


def bases(detection: Path, footage: Path, *, quick: bool) -> list[Base]:
    """The pictures, each as (name, what makes it); quickly a third of them."""
    folder = footage / "sequences_nofire"
    found: list[Base] = [
        (name, partial(_grey_of, folder / name)) for name in TOWERS if (folder / name).is_file()
    ]
    index = read_index(detection)
    trail = [one for one in index if one.view == "neg_ir"]
    forest = [one for one in index if one.view == "neg_forest" and one.split == "val"]
    found += [(one.name, partial(_grey_of, one.path)) for one in _spread(trail, TRAIL_CAMERAS)]
    found += [(one.name, partial(turned, one, Made.NIGHT)) for one in _spread(forest, TURNED)]
    return found[::3] if quick else found


def _spread(pictures: list[Picture], count: int) -> list[Picture]:
    return pictures[:: max(1, len(pictures) // count)][:count]


def _grey_of(path: Path) -> ImageBGR:
    grey = cv2.cvtColor(read_picture(path), cv2.COLOR_BGR2GRAY)
    return np.repeat(np.asarray(grey, np.uint8)[..., None], 3, axis=2)
