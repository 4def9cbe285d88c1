"""A push as it comes, what becomes of it, and what its texts mean."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Final

from models.clock import require_utc
from models.errors import WatchError
from models.heat_node import FrameRefusal, NodeReading

__all__ = [
    "MOST_PICTURE_BYTES",
    "MOST_READING_BYTES",
    "Push",
    "PushRefused",
    "Receipt",
    "read_moment",
    "read_reading",
    "read_sequence",
]

MOST_PICTURE_BYTES: Final = 8 * 1024 * 1024
MOST_READING_BYTES: Final = 2048
MOST_FIRMWARE: Final = 40

_STATUS: Final = {
    FrameRefusal.UNKNOWN: 404,
    FrameRefusal.FORGED: 401,
    FrameRefusal.CHANGED: 409,
    FrameRefusal.STALE: 422,
    FrameRefusal.AHEAD: 422,
    FrameRefusal.LARGE: 413,
    FrameRefusal.DAMAGED: 422,
    FrameRefusal.FLOOD: 429,
}
_SEQUENCE: Final = re.compile(r"[0-9]{1,18}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
"""RFC 3339 section 5.6, to the microsecond."""

_RANGES: Final[dict[str, tuple[float, float]]] = {
    "battery_v": (0.0, 100.0),
    "battery_share": (0.0, 1.0),
    "solar_v": (0.0, 200.0),
    "signal_dbm": (-200.0, 50.0),
    "board_c": (-90.0, 200.0),
    "shutter_c": (-90.0, 500.0),
    "lon_deg": (-180.0, 180.0),
    "lat_deg": (-90.0, 90.0),
    "tilt_deg": (-180.0, 180.0),
}
_MOST_KEPT: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Push:
    """As it came: every text exactly as it was sent, for so it was signed.

    Attributes:
        node_id: who sends it.
        sequence: the node's number of the frame.
        captured_at: RFC 3339 with a zone.
        reading: JSON of a :class:`NodeReading`; empty for none.
        signature: see :mod:`api.nodes.signing`.
        body: the picture.
    """

    node_id: str
    sequence: str
    captured_at: str
    reading: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """A frame is kept: it is on the disk, and in the database.

    Attributes:
        sequence: the node's number of it.
        received_at: UTC, when it came first.
        interval_s: wanted seconds to the node's next frame.
        server_time: UTC, by which the node sets its clock.
        is_new: it was not there before.
    """

    sequence: int
    received_at: datetime
    interval_s: int
    server_time: datetime
    is_new: bool

    @property
    def status(self) -> int:
        """As HTTP has it: 201 for a new frame, 200 for one that was there."""
        return 201 if self.is_new else 200

    def answer(self) -> dict[str, str | int]:
        """For the node, as JSON."""
        return {
            "sequence": self.sequence,
            "received_at": self.received_at.isoformat(),
            "interval_s": self.interval_s,
            "server_time": self.server_time.isoformat(),
        }


class PushRefused(WatchError):
    """A push that is not taken; it is counted.

    Args:
        reason: why; its word is the code.
        message: what is wrong.
        remedy: what to do.
        retry_after_s: when it may be sent again, above 0; None where that changes nothing.
    """

    def __init__(
        self,
        reason: FrameRefusal,
        message: str,
        *,
        remedy: str = "",
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy, code=reason.value)
        self.reason = reason
        self.retry_after_s = retry_after_s

    @property
    def status(self) -> int:
        """As HTTP has it."""
        return _STATUS[self.reason]


def read_sequence(text: str) -> int | None:
    """A node's number of a frame; None for none."""
    return int(text) if _SEQUENCE.fullmatch(text) is not None else None


def read_moment(text: str) -> datetime | None:
    """A moment in UTC; None for none, and for one without a zone."""
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        return require_utc(datetime.fromisoformat(text.upper()))
    except ValueError:
        return None


def read_reading(text: str) -> NodeReading | None:
    """What a node says of itself; None for what is no object of JSON.

    A value that cannot be is left out: a sensor that says nonsense must not cost the picture.
    """
    if not text:
        return NodeReading()
    if len(text.encode("utf-8", "surrogatepass")) > MOST_READING_BYTES:
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    firmware, kept = told.get("firmware"), told.get("kept_frames")
    is_count = isinstance(kept, int) and not isinstance(kept, bool) and 0 <= kept <= _MOST_KEPT
    return NodeReading(
        **{name: _number(told.get(name), *ends) for name, ends in _RANGES.items()},
        kept_frames=kept if is_count else None,
        firmware=_words(firmware) if isinstance(firmware, str) else "",
        is_moved=False,
    )


def _number(value: object, least: float, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Before it becomes a float: a whole number of JSON has any length.
    return float(value) if least <= value <= most and isfinite(value) else None


def _words(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:MOST_FIRMWARE]
