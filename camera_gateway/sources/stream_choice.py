"""Which coded pictures of a stream are decoded, so that pictures come as often as they are wanted.

A key frame stands alone; decoding nothing else costs a quarter of decoding all. It serves while key
frames come about as often as pictures are wanted. Cameras with a "smart codec" stretch the gap
between key frames to tens of seconds while nothing moves: then every frame is decoded, beginning
with those that were kept since the last key frame, so that the change itself leaves no gap.
"""

from enum import Enum, auto

from camera_gateway.sources.stream_facts import KeyGaps
from models.camera_link import Decoding

__all__ = ["PictureChooser", "Step"]

LONG_GAP = 1.25
"""In cadences: a gap between pictures that is let pass if key frames alone can then be decoded."""

OVERDUE_GAP = 1.6
"""In cadences: after such a gap, what was kept is decoded."""

_TOLERANCE_S = 0.01


class Step(Enum):
    """What to do with a coded picture."""

    DROP = auto()  # not needed for anything
    KEEP = auto()  # undecoded, behind the key frame before it, in case all frames are needed
    KEY = auto()  # a picture is due: decode this one alone, keep it as the first of its group
    FEED = auto()  # decode it, because later ones build on it
    PICTURE = auto()  # decode it, and take what comes out
    CATCH_UP = auto()  # decode what was kept and this one, take the last, and feed from now on


class PictureChooser:
    """Decides picture by picture.

    Args:
        every_s: wanted seconds between two pictures, > 0.
        decoding: key frames, all, or whatever serves.
        known_key_interval_s: of an earlier connection; None when there was none.
    """

    def __init__(
        self, every_s: float, decoding: Decoding, known_key_interval_s: float | None = None
    ) -> None:
        self._every_s = every_s
        self._decoding = decoding
        self._interval_s = known_key_interval_s
        self._was_short = False
        self._key_gaps = KeyGaps()
        self._has_key = False
        self._due_s: float | None = None
        self._taken_s: float | None = None
        self._feeding = decoding is Decoding.ALL

    @property
    def feeding(self) -> bool:
        """Whether every frame is decoded now."""
        return self._feeding

    def step(self, at_s: float, shown_s: float | None = None, *, is_key: bool) -> Step:
        """What to do with the next coded picture.

        Args:
            at_s: when it came, monotonic.
            shown_s: its presentation time; None when it has none.
            is_key: whether it stands alone.
        """
        if is_key:
            self._note_key(at_s, shown_s)
        elif not self._has_key:
            return Step.DROP  # builds on what we do not have
        if self._feeding:
            return Step.PICTURE if self._is_due(at_s, _TOLERANCE_S) else Step.FEED
        if is_key:
            return Step.KEY if self._serves(at_s) else Step.KEEP
        if self._decoding is Decoding.KEY_FRAMES:
            return Step.DROP
        if self._is_overdue(at_s, shown_s):
            self._feeding = True
            return Step.CATCH_UP
        return Step.KEEP

    def taken(self, at_s: float) -> None:
        """A whole picture was had; the next one is due a cadence after this one was."""
        ideal_s = (at_s if self._due_s is None else self._due_s) + self._every_s
        nearest_s, furthest_s = at_s + self._every_s / 2.0, at_s + LONG_GAP * self._every_s
        self._due_s = min(max(ideal_s, nearest_s), furthest_s)
        self._taken_s = at_s

    def broken(self) -> None:
        """What was decoded last is damaged: until the next key frame nothing can be built on it."""
        self._has_key = False

    def _serves(self, at_s: float) -> bool:
        """Whether this key frame is the nearest to the due moment, or the next one is too late."""
        if self._taken_s is None or self._interval_s is None:
            return self._is_due(at_s, _TOLERANCE_S)
        if self._is_due(at_s, self._interval_s / 2.0):
            return True
        return at_s + self._interval_s - self._taken_s > LONG_GAP * self._every_s

    def _is_overdue(self, at_s: float, shown_s: float | None) -> bool:
        """Whether a picture is missing because the camera makes no key frame.

        One that is only late, on a busy line or machine, is no reason to decode more.
        """
        if self._taken_s is None or at_s < self._taken_s + OVERDUE_GAP * self._every_s:
            return False
        group_s = self._key_gaps.since(at_s, shown_s)
        return group_s is not None and group_s > LONG_GAP * self._every_s

    def _is_due(self, at_s: float, early_s: float) -> bool:
        return self._due_s is None or at_s >= self._due_s - early_s

    def _note_key(self, at_s: float, shown_s: float | None) -> None:
        self._has_key = True
        gap_s = self._key_gaps.key(at_s, shown_s)
        self._interval_s = self._interval_s if gap_s is None else gap_s
        if self._decoding is not Decoding.AUTO or self._interval_s is None:
            return
        is_short = self._interval_s <= LONG_GAP * self._every_s
        # One long gap is enough to decode all; it takes two short ones to trust key frames again.
        self._feeding = not is_short or (self._feeding and not self._was_short)
        self._was_short = is_short
