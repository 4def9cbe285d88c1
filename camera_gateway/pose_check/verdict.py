"""From what several pictures say to one check of a preset.

A mast sways by 0.05 to 0.1 degrees within seconds, and a turned camera comes back a little beside
its preset each time: the mean of several pictures counts, and how far they lie apart is part of the
doubt. A sway is longest where it turns, so that its middle picture says little: of seven
pictures that sway by 0.05 degrees the median is wrong by 0.022 (``./run bench geo-drift``), the
mean by 0.014. A single picture that lies far from all others does not count.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from statistics import fmean, median, stdev
from typing import Final

from camera_gateway.pose_check.compare import Offset
from models.calibration import DRIFT_DEG, CheckOutcome, PoseCheck, PoseReference

__all__ = ["LEAST_PICTURES", "check_of", "mean_of"]

LEAST_PICTURES: Final = 5

DOUBTS: Final = 1.64
"""By so many standard deviations more than :data:`DRIFT_DEG` a preset must be off: at the limit
itself one check in twenty tells it."""

ZOOM_DRIFT: Final = 0.005
"""Share by which the land may look larger or smaller: lenses breathe by a thousandth with the
weather, and at the border of a view of 60 degrees this is 0.12 degrees."""

_TO_SIGMA: Final = 1.4826  # from the middle distance from the middle
_OUTSIDE: Final = 5.0  # standard deviations from the middle; a sway has nothing beyond 2
_LEAST_SPREAD: Final = 1e-4


def check_of(reference: PoseReference, offsets: Sequence[Offset], at: datetime) -> PoseCheck:
    """Judge a preset.

    Args:
        reference: that the pictures were compared with.
        offsets: what each of them says, :data:`LEAST_PICTURES` or more.
        at: UTC, when the last of them came.
    """
    azimuth_deg, azimuth_sigma = mean_of([one.azimuth_deg for one in offsets])
    tilt_deg, tilt_sigma = mean_of([one.tilt_deg for one in offsets])
    roll_deg, roll_sigma = mean_of([one.roll_deg for one in offsets])
    zoom, zoom_sigma = mean_of([one.zoom for one in offsets])
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


def mean_of(values: Sequence[float]) -> tuple[float, float]:
    """The mean without what lies far from all others, and its standard deviation."""
    middle = median(values)
    spread = _TO_SIGMA * median(abs(value - middle) for value in values)
    within = _OUTSIDE * max(spread, _LEAST_SPREAD)
    kept = [value for value in values if abs(value - middle) <= within]
    sigma = stdev(kept) / math.sqrt(len(kept)) if len(kept) > 1 else spread
    return fmean(kept), sigma
