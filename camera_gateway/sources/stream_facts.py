"""What a stream turned out to be while it was read: for health, for a probe, for the next start."""

from collections import deque
from dataclasses import dataclass
from statistics import median

__all__ = ["KeyGaps", "StreamFacts", "StreamGauge"]

_KEPT = 5
_SHORTEST_RATE_SPAN_S = 0.5


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """A moment's view of one connection; counts since it was opened.

    Attributes:
        codec: as FFmpeg calls it (``h264``, ``hevc``); empty before the stream is open.
        width: of the last decoded picture, pixels; 0 before the first.
        height: of the last decoded picture, pixels; 0 before the first.
        open_s: from the call to the stream's description; None before.
        first_picture_s: from the call to the first whole picture; None before.
        key_interval_s: median of the last gaps between key frames; None before the second.
        rate_hz: coded pictures a second; None while there are too few.
        bits_per_s: of the coded video; None while there are too few.
        every_frame_decoded: whether every frame is decoded now, or key frames alone.
        packets: coded pictures that came.
        key_frames: of these, those that stand alone.
        decoded: pictures that the decoder gave.
        corrupt: of these, those that it had to make up in part.
        after_damage: pictures not used because they build on a damaged one.
        packet_errors: coded pictures that the decoder refused.
        missing_times: coded pictures without a presentation time; the first one of a connection
            has none.
        jumps_back: presentation times that went back.
        size_changes: of the picture, without a new connection.
        late: pictures passed over because they came late and newer ones were near.
        superseded: pictures that a newer one replaced before anybody took them.
        sender_offset_s: the sender's clock less ours, from its RTCP reports; None without them.
    """

    codec: str = ""
    width: int = 0
    height: int = 0
    open_s: float | None = None
    first_picture_s: float | None = None
    key_interval_s: float | None = None
    rate_hz: float | None = None
    bits_per_s: float | None = None
    every_frame_decoded: bool = False
    packets: int = 0
    key_frames: int = 0
    decoded: int = 0
    corrupt: int = 0
    after_damage: int = 0
    packet_errors: int = 0
    missing_times: int = 0
    jumps_back: int = 0
    size_changes: int = 0
    late: int = 0
    superseded: int = 0
    sender_offset_s: float | None = None

    @property
    def corrupt_share(self) -> float:
        """Of the pictures that the decoder gave or refused; 0 before the first."""
        tried = self.decoded + self.packet_errors
        return 0.0 if tried == 0 else (self.corrupt + self.packet_errors) / tried


class KeyGaps:
    """How far apart key frames are.

    Presentation times tell it best, for a busy line or machine delays arrival; arrival has the last
    word where they tell something else altogether.
    """

    MOST_TIMES = 8.0

    def __init__(self) -> None:
        self._last: tuple[float, float | None] | None = None

    def key(self, at_s: float, shown_s: float | None) -> float | None:
        """A key frame came.

        Args:
            at_s: when, monotonic.
            shown_s: its presentation time; None when it has none.

        Returns:
            The gap since the one before; None for the first.
        """
        gap_s = self.since(at_s, shown_s)
        self._last = (at_s, shown_s)
        return gap_s

    def since(self, at_s: float, shown_s: float | None) -> float | None:
        """The time from the last key frame to a picture; None before the first."""
        if self._last is None:
            return None
        gap_s = at_s - self._last[0]
        if shown_s is not None and self._last[1] is not None:
            shown_gap_s = shown_s - self._last[1]
            if gap_s / self.MOST_TIMES <= shown_gap_s <= gap_s * self.MOST_TIMES:
                return shown_gap_s
        return gap_s


class StreamGauge:
    """Counts; one thread writes, others may read :meth:`facts` at any time."""

    def __init__(self) -> None:
        self.codec = ""
        self.open_s: float | None = None
        self.first_picture_s: float | None = None
        self.every_frame_decoded = False
        self.decoded = 0
        self.corrupt = 0
        self.after_damage = 0
        self.packet_errors = 0
        self.missing_times = 0
        self.jumps_back = 0
        self.late = 0
        self.superseded = 0
        self.sender_offset_s: float | None = None
        self._packets = self._key_frames = self._bytes = 0
        self._first_s = self._last_s = 0.0
        self._key_gaps = KeyGaps()
        self._gaps: deque[float] = deque(maxlen=_KEPT)
        self._size = (0, 0)
        self._size_changes = 0

    @property
    def key_interval_s(self) -> float | None:
        """Median of the last gaps between key frames; None before the second."""
        gaps = tuple(self._gaps)
        return median(gaps) if gaps else None

    def packet(self, at_s: float, shown_s: float | None, size: int, *, is_key: bool) -> None:
        """One coded picture came.

        Args:
            at_s: when, monotonic.
            shown_s: its presentation time; None when it has none.
            size: bytes.
            is_key: whether it stands alone.
        """
        if self._packets == 0:
            self._first_s = at_s
        self._packets += 1
        self._bytes += size
        self.missing_times += shown_s is None
        self._last_s = at_s
        if is_key:
            self._key_frames += 1
            gap_s = self._key_gaps.key(at_s, shown_s)
            if gap_s is not None:
                self._gaps.append(gap_s)

    def picture(self, width: int, height: int) -> None:
        """The decoder gave one."""
        self.decoded += 1
        if self._size not in {(0, 0), (width, height)}:
            self._size_changes += 1
        self._size = (width, height)

    def facts(self) -> StreamFacts:
        """What is known by now."""
        span_s = self._last_s - self._first_s
        has_rate = span_s >= _SHORTEST_RATE_SPAN_S
        return StreamFacts(
            codec=self.codec,
            width=self._size[0],
            height=self._size[1],
            open_s=self.open_s,
            first_picture_s=self.first_picture_s,
            key_interval_s=self.key_interval_s,
            rate_hz=(self._packets - 1) / span_s if has_rate else None,
            bits_per_s=8 * self._bytes / span_s if has_rate else None,
            every_frame_decoded=self.every_frame_decoded,
            packets=self._packets,
            key_frames=self._key_frames,
            decoded=self.decoded,
            corrupt=self.corrupt,
            after_damage=self.after_damage,
            packet_errors=self.packet_errors,
            missing_times=self.missing_times,
            jumps_back=self.jumps_back,
            size_changes=self._size_changes,
            late=self.late,
            superseded=self.superseded,
            sender_offset_s=self.sender_offset_s,
        )
