"""When a picture of a stream was made.

Two clocks speak. The *sender's* comes with its RTCP reports, picture by picture (FFmpeg's producer
reference time); it is believed while it stays close to ours and steady, for cameras lose their time
at every power cut. Otherwise there is only the moment of *receipt*, less the time by which this
picture came later than others: presentation times tell a backlog that bursts in after an outage
from pictures of now.

Doubts are one standard deviation. How long a camera takes to encode and a line to carry cannot be
measured from here: :data:`USUAL_DELAY_S` stands for it.

Sources: RFC 3550 section 6.4.1; the limit of 5 s between clocks is this project's.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from models.frame import TimeSource

__all__ = ["USUAL_DELAY_S", "CaptureClock", "Captured"]

USUAL_DELAY_S: Final = 1.0
MOST_OFFSET_S: Final = 5.0
MOST_WANDER_S: Final = 0.5
LEAST_DOUBT_S: Final = 0.05
REORDERED_S: Final = 0.5
"""Pictures that build on later ones come after them: so far back is no jump."""

AFTER_JUMP_SAMPLES: Final = 60
"""After presentation times went back the sender's last report is of the time before: for so many
samples (half a minute) it has to say what it said then, or is not believed; one that had not spoken
often enough by then is not believed for as long."""

_SAMPLES = 9
_ENOUGH = 3
_BUCKET_S = 15.0


@dataclass(frozen=True, slots=True)
class Captured:
    """When a picture was made.

    Attributes:
        at: UTC.
        source: whose clock says so.
        doubt_s: one standard deviation.
    """

    at: datetime
    source: TimeSource
    doubt_s: float


class CaptureClock:
    """Judges the clocks of one connection."""

    def __init__(self) -> None:
        self.jumps_back = 0
        self._last_shown_s: float | None = None
        # Smallest arrival less presentation time of this span of time and of the one before it:
        # what came without delay. Two spans, so that a drift between the clocks is forgotten.
        self._floor_s = self._older_floor_s = float("inf")
        self._bucket_began_s = float("-inf")
        self._offsets_s: deque[float] = deque(maxlen=_SAMPLES)
        self._before_jump_s: float | None = None
        self._since_jump: int | None = None

    @property
    def sender_offset_s(self) -> float | None:
        """The sender's clock less ours, median; None while it has not spoken often enough."""
        return median(self._offsets_s) if len(self._offsets_s) >= _ENOUGH else None

    def lateness_s(self, shown_s: float | None, at_s: float) -> float:
        """By how much a picture came later than the promptest of the last half minute.

        Args:
            shown_s: presentation time; None when it has none.
            at_s: when it came, monotonic.

        Returns:
            At least 0; 0 without a presentation time, and after one that went back.
        """
        if shown_s is None:
            return 0.0
        last_s = self._last_shown_s
        jumps = last_s is not None and shown_s < last_s - REORDERED_S
        if jumps:
            self.jumps_back += 1
            if self._since_jump is None:
                self._before_jump_s = self.sender_offset_s
            self._since_jump = 0
            self._offsets_s.clear()
            self._floor_s = self._older_floor_s = float("inf")
        self._last_shown_s = shown_s if jumps or last_s is None else max(last_s, shown_s)
        if at_s - self._bucket_began_s >= _BUCKET_S:
            self._older_floor_s, self._floor_s = self._floor_s, float("inf")
            self._bucket_began_s = at_s
        self._floor_s = min(self._floor_s, at_s - shown_s)
        return at_s - shown_s - min(self._floor_s, self._older_floor_s)

    def sample(self, sender_at: datetime, received_at: datetime, late_s: float) -> None:
        """Hear what the sender's clock says of one picture, without using the picture."""
        self._offsets_s.append(self._offset_s(sender_at, received_at, late_s))
        if self._since_jump is None:
            return
        self._since_jump += 1
        usual_s, before_s = self.sender_offset_s, self._before_jump_s
        same = (
            usual_s is not None
            and before_s is not None
            and abs(usual_s - before_s) <= MOST_WANDER_S
        )
        if same or self._since_jump > AFTER_JUMP_SAMPLES:
            self._since_jump = None

    def captured(
        self, received_at: datetime, late_s: float, sender_at: datetime | None, *, has_time: bool
    ) -> Captured:
        """When a picture was made.

        Args:
            received_at: UTC.
            late_s: from :meth:`lateness_s`.
            sender_at: what the sender's clock says of it; None when it says nothing.
            has_time: whether it has a presentation time.
        """
        usual_s = self.sender_offset_s if self._since_jump is None else None
        if sender_at is not None and usual_s is not None and abs(usual_s) <= MOST_OFFSET_S:
            offset_s = self._offset_s(sender_at, received_at, late_s)
            if abs(offset_s - usual_s) <= MOST_WANDER_S:
                # What looks like an offset may be delay, and the other way round.
                spread_s = (max(self._offsets_s) - min(self._offsets_s)) / 2.0
                doubt_s = max(LEAST_DOUBT_S, abs(usual_s) + min(spread_s, MOST_WANDER_S))
                return Captured(sender_at, TimeSource.SENDER, doubt_s)
        at = received_at - timedelta(seconds=late_s)
        doubt_s = USUAL_DELAY_S * (1.0 if has_time else 2.0) + late_s / 2.0
        return Captured(at, TimeSource.RECEIPT, doubt_s)

    @staticmethod
    def _offset_s(sender_at: datetime, received_at: datetime, late_s: float) -> float:
        return (sender_at - received_at).total_seconds() + late_s
