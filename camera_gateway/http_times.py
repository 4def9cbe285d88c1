"""When a picture that came over HTTP was made, by whose clock, and how sure that is.

A camera's clock is believed only while it agrees with this machine's: a stamp that runs an hour
late is as well formed as a true one. What never happens: receipt time for a picture that has been
here before. The same bytes were made when they were made.
"""

import math
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from camera_gateway.exif_time import exif_moment
from models.frame import TimeSource

__all__ = ["CaptureTime", "CaptureTimes", "date_of"]

BELIEVED_S: Final = 5.0
"""Largest difference to this machine's clock at which a camera's is believed."""
STEADY_S: Final = 1.5
"""Largest spread of that difference; a Date header alone is cut to whole seconds."""
OBSERVED_FROM: Final = 3
_OBSERVED_LAST: Final = 12
_ROUNDING: Final = 1.0 / math.sqrt(12.0)  # standard deviation of what is evenly spread over 1
_EARLIEST_YEAR: Final = 1990


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """A capture time.

    Attributes:
        at: UTC.
        source: whose clock told it.
        doubt_s: one standard deviation, >= 0.
    """

    at: datetime
    source: TimeSource
    doubt_s: float


class CaptureTimes:
    """Judges the clocks of one connection.

    A source makes a new one with every connection: a camera that restarts sets its clock anew.
    """

    def __init__(self) -> None:
        self._offsets_s: deque[float] = deque(maxlen=_OBSERVED_LAST)
        self._last: tuple[bytes, CaptureTime] | None = None

    def of(
        self,
        jpeg: bytes,
        *,
        begun_at: datetime,
        doubt_s: float,
        told_at: datetime | None,
        told_resolution_s: float = 1.0,
    ) -> CaptureTime:
        """Capture time of the next picture.

        Args:
            jpeg: the picture.
            begun_at: UTC by this machine: best guess from when the picture began to arrive.
            doubt_s: of that guess, one standard deviation.
            told_at: moment that the camera told beside the picture; None when it told none.
            told_resolution_s: step of that moment, cut off and not rounded.
        """
        if self._last is not None and self._last[0] == jpeg:
            return self._last[1]
        time = self._exif(jpeg, begun_at, doubt_s)
        told = None
        if told_at is not None:
            told = self._told(told_at, told_resolution_s, begun_at, doubt_s)
        if time is None:
            time = told or CaptureTime(begun_at, TimeSource.RECEIPT, doubt_s)
        self._last = (jpeg, time)
        return time

    def _exif(self, jpeg: bytes, begun_at: datetime, doubt_s: float) -> CaptureTime | None:
        found = exif_moment(jpeg)
        if found is None:
            return None
        moment, resolution_s = found
        at = moment + timedelta(seconds=resolution_s / 2.0)
        offset_s = (at - begun_at).total_seconds()
        if not -BELIEVED_S - doubt_s <= offset_s <= 1.0 + doubt_s:
            return None
        return CaptureTime(at, TimeSource.EXIF, _spread(resolution_s, offset_s))

    def _told(
        self, told_at: datetime, resolution_s: float, begun_at: datetime, doubt_s: float
    ) -> CaptureTime | None:
        at = told_at + timedelta(seconds=resolution_s / 2.0)
        offset_s = (at - begun_at).total_seconds()
        self._offsets_s.append(offset_s)
        spread_s = max(self._offsets_s) - min(self._offsets_s)
        if (
            len(self._offsets_s) < OBSERVED_FROM
            or max(map(abs, self._offsets_s)) > BELIEVED_S
            or spread_s > STEADY_S + doubt_s
        ):
            return None
        return CaptureTime(at, TimeSource.CAMERA_CLOCK, _spread(resolution_s, offset_s))


def date_of(header: str | None) -> datetime | None:
    """Moment of a ``Date`` header (RFC 9110 section 5.6.7), UTC; None when it is none."""
    try:
        moment = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:  # "-0000": no claim about a zone
        return None
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        return None
    return moment if moment.year >= _EARLIEST_YEAR else None


def _spread(resolution_s: float, offset_s: float) -> float:
    """Doubt of a stamp: its step, and what nobody can tell apart, delay and a wrong clock."""
    return math.hypot(resolution_s * _ROUNDING, offset_s * _ROUNDING)
