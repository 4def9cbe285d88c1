"""What is remembered of one plume or flame."""

import math
from dataclasses import dataclass, field
from datetime import datetime

from models.alert import FrameScore
from models.detection import Box, Label

__all__ = ["MAX_REMEMBERED", "Track"]

MAX_REMEMBERED = 240
"""Most frames remembered per track: hours of one-minute frames, enough to see any growth."""
THINNED = 24
"""So many go at once, no two neighbours, when there are more."""
RECENT = 60
"""The last frames are all kept; of the older ones those go first that lie closest in time, so that
live video remembers hours too, only more coarsely."""


@dataclass(slots=True)
class Track:
    """What is known of one plume or flame.

    Every entry of ``scores`` holds its box twice: ``box`` in pixels of its own picture, for showing
    and for locating, and ``reference_box`` in the coordinates of the view's reference, in which the
    camera's shake is taken out: growth and steadiness are measured there.

    Attributes:
        number: of the track inside its tracker, from 0.
        label: smoke or flame.
        place: number of the reference that it lives in; see :mod:`detector.registration`.
        scores: one entry for each frame that showed its place since the track began, misses
            included, in the order of arrival; thinned when there are many, the first one stays.
        strength: best score so far, 0 to 1.
        slack_px: how far its last reference box may lie from where it truly stands.
        absorbed: numbers of the younger tracks that grew into this one, in that order. Whatever was
            decided about them concerns this plume too.
        merged_into: number of the older track that this one grew into; None while it lives.
    """

    number: int
    label: Label
    place: int = 0
    scores: list[FrameScore] = field(default_factory=list)
    strength: float = 0.0
    slack_px: float = 0.0
    absorbed: tuple[int, ...] = ()
    merged_into: int | None = None
    _last_hit: FrameScore | None = None

    @property
    def hits(self) -> list[FrameScore]:
        """The frames in which it was seen."""
        return [score for score in self.scores if score.box is not None]

    @property
    def last_hit(self) -> FrameScore:
        """The last frame in which it was seen."""
        if self._last_hit is None:
            raise ValueError(f"track {self.number} was never seen")
        return self._last_hit

    @property
    def last_box(self) -> Box:
        """Box of the last frame in which it was seen, in pixels of that picture."""
        return _known(self.last_hit.box)

    @property
    def last_reference_box(self) -> Box:
        """The same box in the coordinates of the view's reference."""
        return _known(self.last_hit.reference_box)

    @property
    def last_seen_at(self) -> datetime:
        """Capture time of the last frame in which it was seen."""
        return self.last_hit.captured_at

    @property
    def first_seen_at(self) -> datetime:
        """Capture time of the first frame that is remembered."""
        return self.hits[0].captured_at

    def add(self, score: FrameScore, slack_px: float = 0.0) -> None:
        """Remember one more frame.

        Args:
            score: of the frame.
            slack_px: how far its reference box may lie from where it truly stands.
        """
        self.scores.append(score)
        if score.box is not None:
            self._last_hit, self.slack_px = score, slack_px
            self.strength = max(self.strength, score.score)
        self._thin()

    def absorb(self, younger: "Track") -> None:
        """Take over what a younger track has shown: of each frame the better score counts."""
        theirs = {_key(score): score for score in younger.scores}
        merged = [max(score, theirs.pop(_key(score), score), key=_worth) for score in self.scores]
        merged += theirs.values()
        merged.sort(key=lambda score: score.elapsed_s)
        self.scores = merged
        self.strength = max(self.strength, younger.strength)
        self.absorbed += (*younger.absorbed, younger.number)
        if _freshness(younger.last_hit) > _freshness(self.last_hit):
            self._last_hit, self.slack_px = younger.last_hit, younger.slack_px
        younger.merged_into = self.number
        self._thin()

    def _thin(self) -> None:
        if len(self.scores) <= MAX_REMEMBERED:
            return
        # The first sighting stays: growth is measured against how it began.
        old = sorted(range(1, len(self.scores) - RECENT), key=self._dispensable)
        gone: set[int] = set()
        for index in old:
            if len(self.scores) - len(gone) <= MAX_REMEMBERED - THINNED:
                break
            if not {index - 1, index + 1} & gone:
                gone.add(index)
        self.scores = [score for index, score in enumerate(self.scores) if index not in gone]

    def _dispensable(self, index: int) -> tuple[int, int]:
        """Order in which entries go: small gaps before them first, in powers of two.

        Among equals the number is scattered: every second or fourth frame of a thing that swings
        would show it standing still.
        """
        gap_s = self.scores[index].elapsed_s - self.scores[index - 1].elapsed_s
        scattered = self.scores[index].frame_sequence * 2_654_435_761 % 2**32
        return math.frexp(gap_s)[1] if gap_s > 0.0 else -1100, scattered


def _key(score: FrameScore) -> tuple[int, datetime]:
    return score.frame_sequence, score.captured_at


def _worth(score: FrameScore) -> tuple[bool, float]:
    return score.box is not None, score.score


def _freshness(hit: FrameScore) -> tuple[float, float]:
    return hit.elapsed_s, hit.score


def _known(box: Box | None) -> Box:
    if box is None:
        raise ValueError("a hit has a box")
    return box
