"""What is believed of a preset's pose, from its reference and the checks against it.

One check is a guess: a drift is told, and is over, when two checks in a row say the same. A check
that could say nothing stands between two others as if it were not there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from models.calibration import CheckOutcome, PoseCheck, PoseReference
from models.site import Pose

__all__ = ["ENOUGH_CHECKS", "UNCHECKED", "PoseState", "same_view", "state_of", "widened"]

UNCHECKED: Final = timedelta(days=7)
"""For so long fog may hide the far hills before it is told that a preset was not checked."""

ENOUGH_CHECKS: Final = 20
"""The newest checks that say all there is to say, unless a preset wavers for weeks."""


@dataclass(frozen=True, slots=True)
class PoseState:
    """What is believed.

    Attributes:
        reference: what the preset is checked against; None while there is nothing of its pose.
        latest: check that was made last; None before the first.
        known_at: UTC, when a check last could say something, or the reference was made; None
            without a reference.
        drift: what the preset is off, as the newest check of a told drift has it; None while none
            is told.
    """

    reference: PoseReference | None = None
    latest: PoseCheck | None = None
    known_at: datetime | None = None
    drift: PoseCheck | None = None

    def is_of(self, pose: Pose | None) -> bool:
        """Whether it tells of this pose."""
        reference = self.reference
        return pose is not None and reference is not None and same_view(pose, reference.pose)

    def is_unchecked(self, now: datetime) -> bool:
        """Whether nothing could be said for :data:`UNCHECKED` or longer."""
        return self.known_at is not None and now - self.known_at >= UNCHECKED


def same_view(pose: Pose, other: Pose) -> bool:
    """Whether two poses differ in nothing but how well they are known."""
    return pose == replace(
        other,
        azimuth_sigma_deg=pose.azimuth_sigma_deg,
        tilt_sigma_deg=pose.tilt_sigma_deg,
    )


def state_of(
    pose: Pose | None, reference: PoseReference | None, checks: Sequence[PoseCheck]
) -> PoseState:
    """Sum up.

    Args:
        pose: of the preset now; None when it has none.
        reference: of the preset; one of another pose says nothing.
        checks: of the preset, the last one first, :data:`ENOUGH_CHECKS` or more of them; those
            against another reference say nothing.
    """
    if reference is None or not PoseState(reference).is_of(pose):
        return PoseState()
    own = [check for check in checks if check.reference == reference.file]
    known = [check for check in own if check.outcome is not CheckOutcome.UNKNOWN]
    return PoseState(
        reference=reference,
        latest=own[0] if own else None,
        known_at=known[0].at if known else reference.captured_at,
        drift=_told(known),
    )


def widened(pose: Pose, state: PoseState) -> Pose:
    """A pose with what is told of its drift added to its doubt; itself while none is told."""
    drift = state.drift
    if drift is None or not state.is_of(pose):
        return pose
    # At the border of the picture a roll raises what is seen, and a zoom moves it sideways.
    half = math.radians(pose.horizontal_fov_deg) / 2.0
    roll_deg = abs(drift.roll_off_deg) * math.tan(half)
    zoom_deg = math.degrees(abs(drift.zoom_off) * math.sin(half) * math.cos(half))
    return replace(
        pose,
        azimuth_sigma_deg=math.hypot(pose.azimuth_sigma_deg, drift.azimuth_off_deg, zoom_deg),
        tilt_sigma_deg=math.hypot(pose.tilt_sigma_deg, drift.tilt_off_deg, roll_deg),
    )


def _told(known: Sequence[PoseCheck]) -> PoseCheck | None:
    """The newest check of the newest two in a row that agree, when they agree on a drift."""
    for check, before in pairwise(known):
        if check.outcome is before.outcome:
            return check if check.outcome is CheckOutcome.DRIFTED else None
    return None
