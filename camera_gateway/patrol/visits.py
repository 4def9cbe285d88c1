"""What was looked at, written down in few words: one visit for all pictures of one stay.

Visits are handed over in batches. While they cannot be stored they are kept here, up to a bound,
and the oldest of them are let go of first.
"""

from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from models.frame import Frame, Provenance
from models.patrol import PoseTrust
from models.site import Pose
from models.watching import Visit

__all__ = ["Standing", "VisitLog"]

LONGEST: Final = timedelta(minutes=5)
"""A longer stay is several visits, so that it is known while it lasts."""

MOST_KEPT: Final = 5000
_RANK: Final = tuple(PoseTrust)


class VisitLog:
    """Of all cameras; used on the event loop alone."""

    def __init__(self) -> None:
        self._now: dict[str, Visit] = {}
        self._over: deque[Visit] = deque(maxlen=MOST_KEPT)

    def note(
        self,
        camera_id: str,
        preset: int,
        at: datetime,
        pose: Pose,
        trust: PoseTrust,
        *,
        shows: bool = True,
    ) -> None:
        """A picture goes to the detector.

        Args:
            camera_id: of the camera.
            preset: that it shows.
            at: UTC, when it was made.
            pose: that it carries.
            trust: on what that rests.
            shows: whether it shows the land; one of fog or of the night does not.
        """
        seen_at = at if shows else None
        visit = self._now.get(camera_id)
        goes_on = (
            visit is not None
            and visit.preset == preset
            and visit.pose == pose
            and visit.until_at <= at <= visit.from_at + LONGEST
        )
        if visit is None or not goes_on:
            self.left(camera_id)
            self._now[camera_id] = Visit(
                camera_id, preset, at, at, trust, pose, 1, seen_at, seen_at
            )
            return
        best = max(visit.trust, trust, key=_RANK.index)
        self._now[camera_id] = replace(
            visit,
            until_at=at,
            trust=best,
            frames=visit.frames + 1,
            seen_from_at=visit.seen_from_at or seen_at,
            seen_until_at=seen_at or visit.seen_until_at,
        )

    def running(self) -> list[Visit]:
        """Visits that last, as far as they have come."""
        return list(self._now.values())

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


class Standing:
    """Takes down what a camera that stands still looks at.

    Args:
        log: of all cameras.
        camera_id: of this one.
    """

    def __init__(self, log: VisitLog, camera_id: str) -> None:
        self._log = log
        self._camera_id = camera_id

    def published(self, frame: Frame, *, shows: bool) -> None:
        """A picture goes to the detector.

        Args:
            frame: the picture; without a pose nobody knows what it watches.
            shows: whether it shows the land.
        """
        if frame.pose is None:
            self.over()
            return
        # A recording that is played stands for a camera that looks now.
        at = frame.captured_at if frame.provenance is Provenance.LIVE else frame.received_at
        trust = frame.pose_trust or PoseTrust.COMMANDED
        self._log.note(self._camera_id, frame.preset, at, frame.pose, trust, shows=shows)

    def over(self) -> None:
        """It looks no longer: lost, stopped, or its picture says nothing."""
        self._log.left(self._camera_id)
