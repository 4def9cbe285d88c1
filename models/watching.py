"""What was really watched: visits to presets, and the gaps in between.

A sweep is told from these alone, never from what a tour had planned.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.patrol import DangerClass, PoseTrust
from models.site import Pose

__all__ = ["DangerEntry", "GapCause", "LastLook", "Lease", "Visit", "WatchGap"]


@dataclass(frozen=True, slots=True)
class Visit:
    """A camera stood at a preset and its pictures were looked at.

    Attributes:
        camera_id: of the camera.
        preset: its number.
        from_at: UTC capture time of the first picture there.
        until_at: UTC capture time of the last one.
        trust: the best of its pictures' poses.
        pose: that its pictures carried; None when none of them had one.
        frames: pictures that went to the detector, >= 1.
        seen_from_at: UTC capture time of the first of them that showed the land; None when none of
            them did, for fog, blur, glare or the dark.
        seen_until_at: of the last one.
    """

    camera_id: str
    preset: int
    from_at: datetime
    until_at: datetime
    trust: PoseTrust
    pose: Pose | None
    frames: int
    seen_from_at: datetime | None = None
    seen_until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LastLook:
    """When a view was last held by a picture that showed the land.

    Attributes:
        camera_id: of the camera.
        preset: its number.
        pose: that its pictures carried.
        trust: on what that rests.
        at: UTC.
        visits: in how many visits of the span that was asked about.
    """

    camera_id: str
    preset: int
    pose: Pose
    trust: PoseTrust
    at: datetime
    visits: int


class GapCause(StrEnum):
    """Why nobody watched."""

    OPERATOR = "operator"  # somebody steers the camera by hand
    STUCK = "stuck"  # the mast does not turn
    UNREACHED = "unreached"  # the camera does not take its commands


@dataclass(frozen=True, slots=True)
class WatchGap:
    """A time in which a camera's tour did not run.

    Attributes:
        gap_id: number, rising.
        camera_id: of the camera.
        cause: why.
        who: user name of the operator; empty for other causes.
        from_at: UTC.
        until_at: UTC; None while it lasts.
    """

    gap_id: int
    camera_id: str
    cause: GapCause
    who: str
    from_at: datetime
    until_at: datetime | None

    def length(self, now: datetime) -> timedelta:
        """How long it lasted, or has until now."""
        return (now if self.until_at is None else self.until_at) - self.from_at


@dataclass(frozen=True, slots=True)
class Lease:
    """Somebody steers one camera; its tour waits until then, and no other camera's does.

    Attributes:
        camera_id: of the camera.
        holder: user name.
        taken_at: UTC.
        until_at: UTC, when it ends by itself.
    """

    camera_id: str
    holder: str
    taken_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class DangerEntry:
    """The danger class of the day, as somebody entered it.

    Attributes:
        danger: class.
        author: user name.
        at: UTC, from when it holds until the next entry.
    """

    danger: DangerClass
    author: str
    at: datetime
