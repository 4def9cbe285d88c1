"""Array aliases and the few angle helpers that every floor shares.

Units: degrees clockwise from true north for every bearing and azimuth, metres for every length,
pixels with (0, 0) at the top-left corner of the picture as shown upright.
"""

from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray

BoxesXYXY: TypeAlias = Annotated[NDArray[np.float32], "(n, 4) x_min y_min x_max y_max, pixels"]
Scores: TypeAlias = Annotated[NDArray[np.float32], "(n,) 0..1"]
Labels: TypeAlias = Annotated[NDArray[np.int64], "(n,) values of detection.Label"]
ImageBGR: TypeAlias = Annotated[NDArray[np.uint8], "(height, width, 3) blue green red"]
FloatArray: TypeAlias = NDArray[np.float64]

__all__ = [
    "BoxesXYXY",
    "FloatArray",
    "ImageBGR",
    "Labels",
    "Scores",
    "angle_between_deg",
    "wrap_bearing_deg",
]


def wrap_bearing_deg(angle_deg: float) -> float:
    """Bring any finite angle into [0, 360).

    >>> wrap_bearing_deg(-0.5), wrap_bearing_deg(360.0), wrap_bearing_deg(725.0)
    (359.5, 0.0, 5.0)
    """
    wrapped = angle_deg % 360.0
    # -1e-17 % 360 is exactly 360.0 in floating point, outside the half-open range.
    return 0.0 if wrapped >= 360.0 else wrapped


def angle_between_deg(first_deg: float, second_deg: float) -> float:
    """Signed turn from the first bearing to the second, in [-180, 180).

    >>> angle_between_deg(350.0, 10.0), angle_between_deg(10.0, 350.0)
    (20.0, -20.0)
    """
    return (second_deg - first_deg + 180.0) % 360.0 - 180.0
