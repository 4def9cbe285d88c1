"""Whether a live camera's own clock can be believed, and what an old picture means.

The difference between receipt and capture is small and steady while all is well. Where it is not:

* pictures that a line held back come in a burst after a silence, each a little less late than the
  one before: a **backlog**, which shows the past and is not scored as the present;
* pictures that stay late, without a silence and without a burst, come over a slow line: **late**,
  and scored with the time at which they were made;
* a capture time that goes back, or lies in the future, or began far off: the **clock is wrong**;
  receipt is taken instead, and said to be that.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final

from models.frame import TimeSource

__all__ = ["TimeVerdict", "TimeWatch"]

BELIEVED: Final = frozenset({TimeSource.SENDER, TimeSource.CAMERA_CLOCK, TimeSource.EXIF})
AHEAD_S: Final = 3.0
LATE_S: Final = 10.0
BACK_S: Final = 1.0
FIRST_OFF_S: Final = 10.0
SLACK_S: Final = 3.0
LONGEST_BURST_S: Final = 60.0
RIGHT_AGAIN: Final = 5
KEPT: Final = 15


@dataclass(frozen=True, slots=True)
class TimeVerdict:
    """What is said of a capture time; at most one is true."""

    backlog: bool = False
    late: bool = False
    clock_wrong: bool = False


class TimeWatch:
    """One camera's clock.

    Args:
        late_s: how much later than usual a picture may come and still be of now.
    """

    def __init__(self, late_s: float = LATE_S) -> None:
        self._late_s = max(LATE_S, late_s)
        self._offsets_s: deque[float] = deque(maxlen=KEPT)
        self._captured: datetime | None = None
        self._received_s = 0.0
        self._wrong = False
        self._right = 0
        self._burst_since_s: float | None = None
        self._lag_s = 0.0

    def look(
        self, captured_at: datetime, received_at: datetime, source: TimeSource, now_s: float
    ) -> TimeVerdict:
        """Judge the next picture's times."""
        if source not in BELIEVED:
            return TimeVerdict()
        offset_s = (received_at - captured_at).total_seconds()
        verdict = self._verdict(captured_at, offset_s, now_s)
        self._captured, self._received_s = captured_at, now_s
        if verdict == TimeVerdict():
            self._offsets_s.append(offset_s)
        return verdict

    def _verdict(self, captured_at: datetime, offset_s: float, now_s: float) -> TimeVerdict:
        usual_s = median(self._offsets_s) if self._offsets_s else 0.0
        lag_s, before_s = offset_s - usual_s, self._lag_s
        self._lag_s = lag_s
        # Before anything is known of it, a clock that is far off is wrong, not late.
        limit_s = self._late_s if self._offsets_s else FIRST_OFF_S
        if -AHEAD_S <= lag_s <= limit_s:
            self._burst_since_s = None
            return self._recovering()
        self._right = 0
        if self._wrong or lag_s < -AHEAD_S or not self._offsets_s or self._goes_back(captured_at):
            self._wrong, self._burst_since_s = True, None
            return TimeVerdict(clock_wrong=True)
        silence_s = now_s - self._received_s
        if self._burst_since_s is None:
            if silence_s + SLACK_S < lag_s:
                return TimeVerdict(late=True)
            self._burst_since_s = now_s
            return TimeVerdict(backlog=True)
        draining = lag_s < before_s and now_s - self._burst_since_s < LONGEST_BURST_S
        return TimeVerdict(backlog=draining, late=not draining)

    def _goes_back(self, captured_at: datetime) -> bool:
        return (
            self._captured is not None and (captured_at - self._captured).total_seconds() < -BACK_S
        )

    def _recovering(self) -> TimeVerdict:
        """A clock that was wrong is believed again when it has been right for some pictures."""
        if not self._wrong:
            return TimeVerdict()
        self._right += 1
        if self._right < RIGHT_AGAIN:
            return TimeVerdict(clock_wrong=True)
        self._wrong, self._right = False, 0
        return TimeVerdict()
