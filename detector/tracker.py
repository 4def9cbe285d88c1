"""Follows plumes and flames of one view from frame to frame.

One tracker serves one camera and preset and numbers its own tracks: two cameras never share an id.
Tracks live in the coordinates of the view's reference (:mod:`detector.registration`), so that a
shaking camera moves no plume; a track whose place the camera does not show waits. It decides
nothing: :mod:`detector.evidence` weighs what it collects.

A frame's boxes are shared out in this order, whatever order they come in:

1. each track takes the box that continues it best, the best pair first;
2. a box left over that overlaps such a plume, or stands above it in one column, is a **piece** of
   it: the plume's score is that of its best piece;
3. any other box left over begins a track of its own: a second plume beside the first is followed
   from its first frame;
4. a track that lies inside another one's box for :data:`MERGE_FRAMES` frames has **grown
   together** with it: the older one takes over what both have shown, the younger one ends.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from detector.registration import Registration
from detector.tracking.matching import (
    assign,
    boxes_touch,
    corners_of,
    costs_of,
    covered,
    is_piece,
)
from detector.tracking.track import MAX_REMEMBERED, Track
from detector.tracking.view_time import ViewTime
from models.alert import FrameScore, PlaceChange
from models.detection import Box, Label
from models.units import FloatArray

__all__ = ["MAX_REMEMBERED", "MAX_TRACKS", "PlumeTracker", "Track", "boxes_touch"]

MAX_TRACKS = 48
"""Living tracks of one view. A picture with more is noise; the weakest go."""
MERGE_FRAMES = 3
INSIDE = 0.7
"""Covered share of a track's last box from which it lies inside another one's."""


@dataclass(slots=True)
class _Plume:
    """A track seen in this frame, in the coordinates of the reference.

    Attributes:
        track: that is seen.
        own: the box that continues it.
        pieces: all its boxes in this frame, ``own`` first.
    """

    track: Track
    own: Box
    pieces: list[Box]

    @property
    def best(self) -> Box:
        """The piece with the best score."""
        return max(self.pieces, key=_rank)


class PlumeTracker:
    """Tracks of one camera at one preset.

    Args:
        forget_s: a track unseen for longer than this ends, by capture time as
            :class:`tracking.view_time.ViewTime` counts it.

    Attributes:
        dropped: tracks and boxes given up because :data:`MAX_TRACKS` stronger ones were alive.
    """

    def __init__(self, forget_s: float) -> None:
        self.dropped = 0
        self._forget_s = forget_s
        self._tracks: list[Track] = []
        self._ended: list[Track] = []
        self._next_number = 0
        self._time = ViewTime()
        self._inside: dict[tuple[int, int], int] = {}  # (track, other): frames it lay inside

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Living tracks, oldest first, those that wait for the camera included."""
        return tuple(self._tracks)

    @property
    def ended(self) -> tuple[Track, ...]:
        """Tracks that ended in the last frame: forgotten, dropped, or merged into an older one."""
        return tuple(self._ended)

    def update(
        self,
        boxes: Sequence[Box],
        frame_sequence: int,
        captured_at: datetime,
        registration: Registration | None = None,
        *,
        change_at: Callable[[Box], PlaceChange | None] = lambda _box: None,
    ) -> tuple[Track, ...]:
        """Take one frame's boxes.

        Args:
            boxes: above the floor score, pixels of this frame's upright picture, in any order.
            frame_sequence: of the frame.
            captured_at: UTC; a frame older than the last one is taken in its turn, so that a
                camera whose clock jumps loses no track.
            registration: how the frame lies against the view's reference; None takes the picture
                itself for the reference, for a camera that is known to stand still.
            change_at: what changed inside a box of this picture, asked once for each track seen.

        Returns:
            The tracks that were seen in this frame, oldest first.
        """
        elapsed_s = self._time.advance(captured_at)
        self._ended = []
        self._end(
            [
                track
                for track in self._tracks
                if elapsed_s - track.last_hit.elapsed_s > self._forget_s
            ]
        )
        place = 0 if registration is None else registration.place
        slack_px = 0.0 if registration is None else registration.slack_px
        here = [track for track in self._tracks if track.place == place]
        original: dict[int, Box] = {}
        moved = []
        for box in sorted(boxes, key=_rank, reverse=True):
            moved.append(box if registration is None else registration.to_reference(box))
            original[id(moved[-1])] = box
        plumes = [
            plume
            for label in Label
            for plume in self._share_out(
                [track for track in here if track.label is label],
                [box for box in moved if box.label is label],
                place,
                slack_px,
            )
        ]
        for plume in plumes:
            best = plume.best
            plume.track.add(
                FrameScore(
                    frame_sequence,
                    captured_at,
                    best.score,
                    original[id(best)],
                    change_at(original[id(best)]),
                    best,
                    elapsed_s,
                ),
                slack_px,
            )
        self._make_room()
        seen = {plume.track.number for plume in plumes}
        for track in self._tracks:
            if track.number not in seen and track.place == place and _in_view(track, registration):
                track.add(FrameScore(frame_sequence, captured_at, 0.0, None, elapsed_s=elapsed_s))
        seen |= self._merge([track for track in self._tracks if track.place == place], seen)
        return tuple(track for track in self._tracks if track.number in seen)

    def _share_out(
        self, tracks: Sequence[Track], boxes: Sequence[Box], place: int, slack_px: float
    ) -> list[_Plume]:
        """Boxes of one label, the best first, to tracks of it, the oldest first."""
        corners = corners_of(boxes)
        last = corners_of([track.last_reference_box for track in tracks])
        slack = np.array([max(slack_px, track.slack_px) for track in tracks])
        pairs = assign(costs_of(last, corners, slack)) if tracks and boxes else []
        plumes = [
            _Plume(tracks[row], boxes[column], [boxes[column]]) for row, column in sorted(pairs)
        ]
        taken = {column for _, column in pairs}
        left = [index for index in range(len(boxes)) if index not in taken]
        own = corners[[column for _, column in sorted(pairs)]].reshape(-1, 4)
        whole = _together(own, last[[row for row, _ in sorted(pairs)]].reshape(-1, 4))
        for done, index in enumerate(left):
            if len(plumes) - len(pairs) >= MAX_TRACKS:
                # The rest is weaker than all these new ones.
                self.dropped += len(left) - done
                break
            one = corners[index : index + 1]
            owners = np.flatnonzero(is_piece(one, own, whole))
            if len(owners):
                owner = owners[int(np.argmax(covered(one, own[owners])[0]))]
                plumes[owner].pieces.append(boxes[index])
            else:
                plumes.append(
                    _Plume(self._begin(boxes[index], place), boxes[index], [boxes[index]])
                )
                own, whole = np.vstack([own, one]), np.vstack([whole, one])
        return plumes

    def _begin(self, box: Box, place: int) -> Track:
        track = Track(self._next_number, box.label, place)
        self._next_number += 1
        self._tracks.append(track)
        return track

    def _make_room(self) -> None:
        excess = len(self._tracks) - MAX_TRACKS
        if excess > 0:
            weakest = sorted(self._tracks, key=lambda track: (track.strength, -track.number))
            self._end(weakest[:excess])
            self.dropped += excess

    def _end(self, tracks: Sequence[Track]) -> None:
        if not tracks:
            return
        numbers = {track.number for track in tracks}
        self._tracks = [track for track in self._tracks if track.number not in numbers]
        self._ended += tracks
        self._inside = {
            pair: frames for pair, frames in self._inside.items() if not numbers & set(pair)
        }

    def _merge(self, here: Sequence[Track], seen: AbstractSet[int]) -> set[int]:
        """End younger tracks that grew into older ones; numbers of those that took over."""
        corners = corners_of([track.last_reference_box for track in here])
        share = covered(corners, corners)
        area = np.prod(np.maximum(corners[:, 2:] - corners[:, :2], 0.0), axis=1)
        inside = (share >= INSIDE) & (area[:, None] <= area[None, :])
        lying: dict[tuple[int, int], int] = {}
        for row, column in zip(*(index.tolist() for index in np.nonzero(inside)), strict=True):
            track, other = here[row], here[column]
            if row != column and track.label is other.label:
                pair = (track.number, other.number)
                frames = self._inside.get(pair, 0) + (other.number in seen)
                if frames > 0:
                    lying[pair] = frames
        self._inside = lying
        by_number = {track.number: track for track in here}
        took_over = set()
        for pair in sorted(pair for pair, frames in lying.items() if frames >= MERGE_FRAMES):
            # Of three that become one, the second may have ended in the first a moment ago.
            numbers = sorted({_heir(by_number[number], by_number).number for number in pair})
            if len(numbers) == 2:
                older, younger = (by_number[number] for number in numbers)
                older.absorb(younger)
                self._end([younger])
                took_over.add(older.number)
        return took_over


def _heir(track: Track, by_number: Mapping[int, Track]) -> Track:
    while track.merged_into is not None:
        track = by_number[track.merged_into]
    return track


def _together(first: FloatArray, second: FloatArray) -> FloatArray:
    """The smallest boxes around pairs of boxes, (n, 4)."""
    low = np.minimum(first[:, :2], second[:, :2])
    return np.hstack([low, np.maximum(first[:, 2:], second[:, 2:])])


def _rank(box: Box) -> tuple[float, float, float, float, float]:
    """An order of boxes that does not depend on how they came."""
    return box.score, box.x_min, box.y_min, box.x_max, box.y_max


def _in_view(track: Track, registration: Registration | None) -> bool:
    return registration is None or registration.shows(track.last_reference_box)
