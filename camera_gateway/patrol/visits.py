"""What was looked at, written down in few words: one visit for all pictures of one stay.

Visits are handed over in batches. While they cannot be stored they are kept here, up to a bound,
and the oldest of them are let go of first.
"""

from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from models.patrol import PoseTrust
from models.site import Pose
from models.watching import Visit

__all__ = ["VisitLog"]

LONGEST: Final = timedelta(minutes=5)
"""A longer stay is several visits, so that it is known while it lasts."""

MOST_KEPT: Final = 5000
_RANK: Final = tuple(PoseTrust)


class VisitLog:
    """Of all cameras; used on the event loop alone."""

    def __init__(self) -> None:
        self._now: dict[str, Visit] = {}
        self._over: deque[Visit] = deque(maxlen=MOST_KEPT)

    def note(self, camera_id: str, preset: int, at: datetime, pose: Pose, trust: PoseTrust) -> None:
        """A picture goes to the detector.

        Args:
            camera_id: of the camera.
            preset: that it shows.
            at: UTC, when it was made.
            pose: that it carries.
            trust: on what that rests.
        """
        visit = self._now.get(camera_id)
        goes_on = (
            visit is not None
            and visit.preset == preset
            and visit.pose == pose
            and visit.until_at <= at <= visit.from_at + LONGEST
        )
        if visit is None or not goes_on:
            self.left(camera_id)
            self._now[camera_id] = Visit(camera_id, preset, at, at, trust, pose, 1)
            return
        best = max(visit.trust, trust, key=_RANK.index)
        self._now[camera_id] = replace(visit, until_at=at, trust=best, frames=visit.frames + 1)

    def left(self, camera_id: str) -> None:
        """The camera no longer shows what it did."""
        visit = self._now.pop(camera_id, None)
        if visit is not None:
            self._over.append(visit)

    def leave_all(self) -> None:
        """The program ends."""
        for camera_id in list(self._now):
            self.left(camera_id)

    def take(self) -> list[Visit]:
        """Visits that are over, to be stored, or given back with :meth:`put_back`."""
        visits = list(self._over)
        self._over.clear()
        return visits

    def put_back(self, visits: list[Visit]) -> None:
        """They could not be stored; the newest are kept."""
        kept = (visits + list(self._over))[-MOST_KEPT:]
        self._over = deque(kept, maxlen=MOST_KEPT)
