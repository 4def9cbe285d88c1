"""From what several pictures say to one check of a preset.

A mast sways by 0.05 to 0.1 degrees within seconds, and a turned camera comes back a little beside
its preset each time: the middle of several pictures counts, and how far they lie apart is part of
the doubt.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Final

from camera_gateway.pose_check.compare import Offset
from models.calibration import DRIFT_DEG, CheckOutcome, PoseCheck, PoseReference

__all__ = ["LEAST_PICTURES", "check_of"]

LEAST_PICTURES: Final = 5

DOUBTS: Final = 1.64
"""By so many standard deviations more than :data:`DRIFT_DEG` a preset must be off: at the limit
itself one check in twenty tells it."""

ZOOM_DRIFT: Final = 0.005
"""Share by which the land may look larger or smaller: lenses breathe by a thousandth with the
weather, and at the border of a view of 60 degrees this is 0.12 degrees."""

_TO_SIGMA: Final = 1.4826  # from the middle distance from the middle
_OF_MEDIAN: Final = 1.2533  # how much worse the middle of many is than their mean


def check_of(reference: PoseReference, offsets: Sequence[Offset], at: datetime) -> PoseCheck:
    """Judge a preset.

    Args:
        reference: that the pictures were compared with.
        offsets: what each of them says, :data:`LEAST_PICTURES` or more.
        at: UTC, when the last of them came.
    """
    azimuth_deg, azimuth_sigma = _middle([one.azimuth_deg for one in offsets])
    tilt_deg, tilt_sigma = _middle([one.tilt_deg for one in offsets])
    roll_deg, roll_sigma = _middle([one.roll_deg for one in offsets])
    zoom, zoom_sigma = _middle([one.zoom for one in offsets])
    each = median(one.sigma_deg for one in offsets)
    sigma_deg = math.hypot(max(azimuth_sigma, tilt_sigma), each)
    roll_sigma = math.hypot(roll_sigma, median(one.roll_sigma_deg for one in offsets))
    zoom_sigma = math.hypot(zoom_sigma, median(one.zoom_sigma for one in offsets))
    # A roll tells at the border of the picture, where it raises what is seen.
    border = math.tan(math.radians(reference.pose.horizontal_fov_deg) / 2.0)
    is_off = (
        abs(azimuth_deg) > DRIFT_DEG + DOUBTS * sigma_deg
        or abs(tilt_deg) > DRIFT_DEG + DOUBTS * sigma_deg
        or abs(roll_deg) * border > DRIFT_DEG + DOUBTS * math.hypot(roll_sigma * border, each)
        or abs(zoom) > ZOOM_DRIFT + DOUBTS * zoom_sigma
    )
    return PoseCheck(
        camera_id=reference.camera_id,
        preset=reference.preset,
        at=at,
        outcome=CheckOutcome.DRIFTED if is_off else CheckOutcome.STEADY,
        pictures=len(offsets),
        azimuth_off_deg=azimuth_deg,
        tilt_off_deg=tilt_deg,
        roll_off_deg=roll_deg,
        sigma_deg=sigma_deg,
        reference=reference.file,
        zoom_off=zoom,
    )


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """The middle, and its standard deviation."""
    middle = median(values)
    spread = _TO_SIGMA * median(abs(value - middle) for value in values)
    return middle, _OF_MEDIAN * spread / math.sqrt(len(values))
