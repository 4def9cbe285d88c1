"""Follows plumes and flames of one view from frame to frame.

One tracker serves one camera and preset and numbers its own tracks: two cameras never share an id.
Plumes change shape, split into several boxes and hide for a frame, so boxes are matched by overlap
of their surroundings rather than by equal shape, and several boxes of one frame may belong to one
track. It decides nothing: :mod:`detector.evidence` weighs what it collects.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.alert import FrameScore
from models.detection import Box, Label

__all__ = ["PlumeTracker", "Track", "boxes_touch"]

REACH = 0.5
"""A box reaches this share of its own size beyond each edge: smoke that doubles between two frames
one minute apart still touches itself."""

MAX_REMEMBERED = 240
"""Frames remembered per track: four hours of one-minute frames, enough to see any growth."""


@dataclass(slots=True)
class Track:
    """What is known of one plume or flame.

    Attributes:
        number: of the track inside its tracker, from 0.
        label: smoke or flame.
        scores: one entry a frame since the track began, misses included, oldest first.
    """

    number: int
    label: Label
    scores: list[FrameScore] = field(default_factory=list)

    @property
    def hits(self) -> list[FrameScore]:
        """The frames in which it was seen."""
        return [score for score in self.scores if score.box is not None]

    @property
    def last_box(self) -> Box:
        """Box of the last frame in which it was seen."""
        return next(score.box for score in reversed(self.scores) if score.box is not None)

    @property
    def last_seen_at(self) -> datetime:
        """Capture time of the last frame in which it was seen."""
        return self.hits[-1].captured_at

    @property
    def first_seen_at(self) -> datetime:
        """Capture time of the first frame that is remembered."""
        return self.hits[0].captured_at


class PlumeTracker:
    """Tracks of one camera at one preset.

    Args:
        forget_s: a track unseen for longer than this, by capture time, ends.
    """

    def __init__(self, forget_s: float) -> None:
        self._forget = timedelta(seconds=forget_s)
        self._tracks: list[Track] = []
        self._next_number = 0

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Living tracks, oldest first."""
        return tuple(self._tracks)

    def update(
        self, boxes: Sequence[Box], frame_sequence: int, captured_at: datetime
    ) -> tuple[Track, ...]:
        """Take one frame's boxes.

        Args:
            boxes: above the floor score, in any order.
            frame_sequence: of the frame.
            captured_at: UTC; a frame older than the last one is taken in its turn, so that a
                camera whose clock jumps loses no track.

        Returns:
            The tracks that were seen in this frame, oldest first.
        """
        self._tracks = [
            track for track in self._tracks if captured_at - track.last_seen_at <= self._forget
        ]
        best_of: dict[int, Box] = {}
        for box in sorted(boxes, key=lambda candidate: -candidate.score):
            track = self._owner(box)
            if track is None:
                track = Track(self._next_number, box.label)
                self._next_number += 1
                self._tracks.append(track)
            if track.number not in best_of:
                best_of[track.number] = box
                if not track.scores:
                    _remember(track, frame_sequence, captured_at, box)
        seen = []
        for track in self._tracks:
            found = best_of.get(track.number)
            if track.scores[-1].frame_sequence != frame_sequence:
                _remember(track, frame_sequence, captured_at, found)
            if found is not None:
                seen.append(track)
        return tuple(seen)

    def _owner(self, box: Box) -> Track | None:
        """The track that this box continues: of those that it touches, the longest seen."""
        touching = [
            track
            for track in self._tracks
            if track.label is box.label and boxes_touch(track.last_box, box)
        ]
        return max(touching, key=lambda track: len(track.hits), default=None)


def boxes_touch(first: Box, second: Box) -> bool:
    """Whether two boxes overlap once each reaches half its own size beyond its edges.

    Symmetric; a box always touches itself, a degenerate one included.
    """
    return _reach_overlap(first.x_min, first.x_max, second.x_min, second.x_max) and _reach_overlap(
        first.y_min, first.y_max, second.y_min, second.y_max
    )


def _reach_overlap(low: float, high: float, other_low: float, other_high: float) -> bool:
    reach = REACH * (high - low)
    other_reach = REACH * (other_high - other_low)
    return low - reach <= other_high + other_reach and other_low - other_reach <= high + reach


def _remember(track: Track, frame_sequence: int, captured_at: datetime, box: Box | None) -> None:
    score = 0.0 if box is None else box.score
    track.scores.append(FrameScore(frame_sequence, captured_at, score, box))
    if len(track.scores) > MAX_REMEMBERED:
        # The oldest sighting stays: growth is measured against how it began.
        del track.scores[1]
