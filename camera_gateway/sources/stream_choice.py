"""Which coded pictures of a stream are decoded, so that pictures come as often as they are wanted.

A key frame stands alone; decoding nothing else costs a quarter of decoding all. It serves while key
frames come about as often as pictures are wanted. Cameras with a "smart codec" stretch the gap
between key frames to tens of seconds while nothing moves: then every frame is decoded, beginning
with those that were kept since the last key frame, so that the change itself leaves no gap.
"""

from enum import Enum, auto

from models.camera_link import Decoding

__all__ = ["PictureChooser", "Step"]

LONG_INTERVAL = 1.25
"""Key frames further apart than so many cadences do not suffice."""

OVERDUE = 0.75
"""So many cadences after a picture was due, what was kept is decoded."""

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
        self._last_key_s: float | None = None
        self._due_s: float | None = None
        self._feeding = decoding is Decoding.ALL

    @property
    def feeding(self) -> bool:
        """Whether every frame is decoded now."""
        return self._feeding

    def step(self, at_s: float, *, is_key: bool) -> Step:
        """What to do with the next coded picture.

        Args:
            at_s: when it came, monotonic.
            is_key: whether it stands alone.
        """
        if is_key:
            self._note_key(at_s)
        elif self._last_key_s is None:
            return Step.DROP  # builds on what came before we did
        if self._feeding:
            return Step.PICTURE if self._is_due(at_s, _TOLERANCE_S) else Step.FEED
        if is_key:
            # The key frame nearest to the due moment serves, be it a little early.
            early_s = _TOLERANCE_S if self._interval_s is None else self._interval_s / 2.0
            return Step.KEY if self._is_due(at_s, early_s) else Step.KEEP
        if self._decoding is Decoding.KEY_FRAMES:
            return Step.DROP
        if self._due_s is not None and at_s >= self._due_s + OVERDUE * self._every_s:
            self._feeding = True
            return Step.CATCH_UP
        return Step.KEEP

    def taken(self, at_s: float) -> None:
        """A whole picture was had; the next one is due a cadence after this one was."""
        ideal_s = at_s if self._due_s is None else self._due_s
        self._due_s = max(ideal_s + self._every_s, at_s + self._every_s / 2.0)

    def _is_due(self, at_s: float, early_s: float) -> bool:
        return self._due_s is None or at_s >= self._due_s - early_s

    def _note_key(self, at_s: float) -> None:
        if self._last_key_s is not None:
            self._interval_s = at_s - self._last_key_s
        self._last_key_s = at_s
        if self._decoding is not Decoding.AUTO or self._interval_s is None:
            return
        is_short = self._interval_s <= LONG_INTERVAL * self._every_s
        # One long gap is enough to decode all; it takes two short ones to trust key frames again.
        self._feeding = not is_short or (self._feeding and not self._was_short)
        self._was_short = is_short
