"""A mast that does not turn as it is told.

Three things say so at the end of a journey between two places: the picture is still the one from
before; it is the one from before but for one axis, where the other should have turned too; or it is
not the view that was proven to be this preset's. Only pictures by which it can be told say
anything: fog, night and a blank wall look the same everywhere. Field reports:
pyronear/pyro-engine#347 (every pose the same picture), #421.
"""

from collections import deque
from typing import Final

from camera_gateway.truth.edges import ALIKE, LEAST_PEAK, SAME_SHARE, Shift
from models.site import Pose

__all__ = ["StuckWatch", "axis_stayed"]

FEW_PLACES: Final = 3
HEALED_BY: Final = 3
LONGEST_TOUR: Final = 64
TOLD_SHARE: Final = 0.1
MOST_SHARE: Final = 0.5
HEIGHT: Final = 9.0 / 16.0


class StuckWatch:
    """Of one camera."""

    def __init__(self) -> None:
        self._failed: deque[bool] = deque(maxlen=LONGEST_TOUR)
        self.is_stuck = False

    def journey(self, *, failed: bool | None, places: int) -> None:
        """A journey between two places is over.

        One axis that is stuck may be right for some of the presets, so it is counted over as many
        journeys as there are places; what obeys again does so several times in a row.

        Args:
            failed: whether the camera did not turn as told; None when nobody can tell.
            places: different ones in the tour, >= 1.
        """
        if failed is None:
            return
        self._failed.append(failed)
        last = list(self._failed)
        if self.is_stuck:
            self.is_stuck = any(last[-min(max(places, 2), HEALED_BY) :])
        else:
            needed = 2 if places <= FEW_PLACES else 3
            self.is_stuck = sum(last[-max(places, 2) :]) >= needed


def axis_stayed(shift: Shift | None, there: Pose, here: Pose) -> bool:
    """Whether one axis has not turned though it should have, by the picture from before.

    Args:
        shift: from the picture before to this one; None when nobody can tell.
        there: pose from which the camera came.
        here: where it was told to look.
    """
    if shift is None or shift.peak < LEAST_PEAK or shift.alike < ALIKE:
        return False
    fov_deg = min(there.horizontal_fov_deg, here.horizontal_fov_deg)
    pan_deg = (here.azimuth_deg - there.azimuth_deg + 180.0) % 360.0 - 180.0
    pan = abs(pan_deg) / fov_deg
    tilt = abs(here.tilt_deg - there.tilt_deg) / (HEIGHT * fov_deg)
    if pan >= TOLD_SHARE and abs(shift.x_share) <= SAME_SHARE:
        return True
    overlaps = pan <= MOST_SHARE
    return overlaps and tilt >= TOLD_SHARE and abs(shift.y_share) <= SAME_SHARE
