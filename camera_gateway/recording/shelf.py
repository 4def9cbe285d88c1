"""All closed pieces of all cameras: what there is of a span, and which go when room is needed."""

import logging
import threading
from bisect import insort
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from camera_gateway.recording.segment import Segment

__all__ = ["Hold", "Shelf"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hold:
    """A span of a camera's time that somebody is going to cut: its pieces stay.

    Attributes:
        camera_id: of the camera.
        from_at: UTC.
        until_at: UTC.
    """

    camera_id: str
    from_at: datetime
    until_at: datetime

    def meets(self, piece: Segment) -> bool:
        """Whether the piece has something of the span."""
        return (
            piece.camera_id == self.camera_id
            and piece.from_at < self.until_at
            and piece.until_at > self.from_at
        )


class Shelf:
    """Safe from any thread.

    Args:
        pieces: that are there at the beginning.
    """

    def __init__(self, pieces: Iterable[Segment] = ()) -> None:
        self._lock = threading.Lock()
        self._pieces: dict[str, list[Segment]] = {}
        self._holds: tuple[Hold, ...] = ()
        self._bytes = 0
        self.cleared = 0
        for piece in pieces:
            self.add(piece)

    @property
    def size_bytes(self) -> int:
        """Of all pieces."""
        return self._bytes

    @property
    def count(self) -> int:
        """Number of pieces."""
        with self._lock:
            return sum(len(pieces) for pieces in self._pieces.values())

    def add(self, piece: Segment) -> None:
        """Take a closed piece."""
        with self._lock:
            insort(self._pieces.setdefault(piece.camera_id, []), piece, key=_by_time)
            self._bytes += piece.size_bytes

    def between(self, camera_id: str, from_at: datetime, until_at: datetime) -> list[Segment]:
        """The pieces of a camera that have something of a span, by time."""
        span = Hold(camera_id, from_at, until_at)
        with self._lock:
            return [piece for piece in self._pieces.get(camera_id, ()) if span.meets(piece)]

    def has(self, camera_id: str) -> bool:
        """Whether there is anything of a camera."""
        with self._lock:
            return bool(self._pieces.get(camera_id))

    def latest(self, camera_id: str) -> datetime | None:
        """Until when there is video of a camera, UTC."""
        with self._lock:
            pieces = self._pieces.get(camera_id)
            return max(piece.until_at for piece in pieces) if pieces else None

    def hold(self, holds: Iterable[Hold]) -> None:
        """From now on these spans are going to be cut, and no others."""
        with self._lock:
            self._holds = tuple(holds)

    def age_out(self, before: datetime) -> int:
        """Remove what was over before a moment and is not held; how many pieces."""
        with self._lock:
            old = [piece for piece in self._free() if piece.until_at < before]
            return self._remove(old)

    def make_room(self, wanted_bytes: int) -> int:
        """Remove the oldest pieces of all cameras that are not held, until so much is freed.

        Returns:
            How many bytes were freed; less than wanted when no more may go.
        """
        with self._lock:
            free, chosen = 0, []
            for piece in sorted(self._free(), key=_by_time):
                if free >= wanted_bytes:
                    break
                chosen.append(piece)
                free += piece.size_bytes
            before = self._bytes
            self._remove(chosen)
            return before - self._bytes

    def span(self, camera_id: str) -> timedelta:
        """How much time there is of a camera, gaps left out."""
        with self._lock:
            pieces = self._pieces.get(camera_id, ())
            return timedelta(seconds=sum(piece.duration_s for piece in pieces))

    def _free(self) -> list[Segment]:
        return [
            piece
            for pieces in self._pieces.values()
            for piece in pieces
            if not any(hold.meets(piece) for hold in self._holds)
        ]

    def _remove(self, pieces: Collection[Segment]) -> int:
        removed = 0
        for piece in pieces:
            try:
                piece.path.unlink(missing_ok=True)
            except OSError as error:
                _logger.warning("%s cannot be removed: %s", piece.path, error)
                continue
            self._pieces[piece.camera_id].remove(piece)
            self._bytes -= piece.size_bytes
            removed += 1
        self.cleared += removed
        return removed


def _by_time(piece: Segment) -> tuple[datetime, str]:
    return piece.from_at, piece.camera_id
