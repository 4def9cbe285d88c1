"""Says where each frame lies against the reference of its camera and preset.

A tower shakes in the wind, a PTZ comes back to its preset a few pixels beside it, somebody turns it
by hand. A plume must not seem to wander because the camera does, so tracks live in the coordinates
of a **reference**: the first picture of the view. What stands at ``(x, y)`` in the reference stands
at ``(x + dx_px, y + dy_px)`` in the frame.

- **Steady**: the frame was found near the reference.
- **Moved**: it was found further off than :data:`MOVED_SHARE`, or it shows another **place**: a
  picture rich in edges that fits no known place begins one of its own once the camera has stood
  still there for three frames and two seconds. A place's tracks wait for the camera's return.
- **Unknown**: fog, darkness, a lens full of drops. The last shift is assumed, with a wider reach.

The reference is renewed slowly, because light and season change it: frames that were found are
blended into it, each at its place against the very **first** picture as long as that can still be
found, so that renewals do not add up to a creep. Only shifts are measured, no rotation or zoom.

A place costs 104 kB at 1080p and 260 kB at the most (4:3), and a view has no more than
:data:`MAX_PLACES`.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.tracking.shift import Edges, Shift, edges_of, find_shift, small_size, spectrum_of
from models.detection import Box
from models.units import ImageBGR

__all__ = ["Registrar", "Registration", "RegistrationState"]

SURE = 0.5
"""Confidence from which a shift is believed: pictures of different places stay below 0.33."""
MOVED_SHARE = 0.08
"""Share of the longer side: 154 px at 1080p. Wind moves a picture by 20, a worn PTZ by a few."""
NEW_PLACE_FRAMES = 3
NEW_PLACE_S = 1.9
"""Three frames of live video are a tenth of a second, and in it every pan stands still."""
STILL_SHARE = 0.01
"""Over these frames the camera must stand still within this share: a pan is no place."""
LEAST_EDGES = 0.01
"""Richness below which a picture has nothing to know it by: fog clips have 0.2, a grey wall 0."""
MAX_PLACES = 3
RICH = 0.6
"""Share of the reference's edges that a strange picture must have before it is another place."""
POOR = 2.0
"""A picture with so many times the reference's edges says that the reference was fog or night: it
takes its place instead of being elsewhere."""

RENEW_S = 300.0
RENEWAL_S = 2400.0
"""The reference forgets over forty minutes; shadows take hours."""
MOST_RENEWED = 0.7

SLACK_SHARE = 0.001  # of the longer side, 2 px at 1080p: boxes tremble by that much
MOVED_SLACK_SHARE = 0.01  # a lens draws the border differently from the middle
UNKNOWN_SLACK_SHARE = 0.0125  # 24 px at 1080p

Stored = NDArray[np.int8]
NO_SHIFT = Shift(0.0, 0.0, 1.0)


class RegistrationState(StrEnum):
    """How a frame lies against its reference."""

    STEADY = "steady"
    MOVED = "moved"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Registration:
    """Where one frame lies.

    Attributes:
        state: see the module.
        place: number of the reference, 0 for the view's first; coordinates of different places
            have nothing in common.
        dx_px: what stands at x in the reference stands at ``x + dx_px`` in this picture, pixels of
            the upright picture; the last known shift when the state is unknown.
        dy_px: the same downwards.
        confidence: of the shift, 0 to 1.
        slack_px: how far beside its expected place a thing may be found.
        width_px: of the picture.
        height_px: of the picture.
    """

    state: RegistrationState
    place: int
    dx_px: float
    dy_px: float
    confidence: float
    slack_px: float
    width_px: int
    height_px: int

    def to_reference(self, box: Box) -> Box:
        """A box of this picture in the coordinates of the reference."""
        return _moved(box, -self.dx_px, -self.dy_px)

    def to_picture(self, box: Box) -> Box:
        """A box in the coordinates of the reference, in pixels of this picture."""
        return _moved(box, self.dx_px, self.dy_px)

    def shows(self, box: Box) -> bool:
        """Whether the middle of a box of the reference lies inside this picture."""
        x = (box.x_min + box.x_max) / 2.0 + self.dx_px
        y = (box.y_min + box.y_max) / 2.0 + self.dy_px
        return 0.0 <= x <= self.width_px and 0.0 <= y <= self.height_px


@dataclass(slots=True)
class _Place:
    """A reference, and the first picture that it must not creep away from."""

    number: int
    size_px: tuple[int, int]
    first: Stored
    reference: Stored
    renewed_at: datetime
    shift: Shift  # of the last frame that was found, small pixels

    def renew(self, edges: Edges, found: Shift, at: datetime) -> None:
        gap_s = abs((at - self.renewed_at).total_seconds())
        if gap_s < RENEW_S:
            return
        anchored = find_shift(_edges(self.first), edges)
        placed = anchored if anchored.confidence >= SURE else found
        share = min(1.0 - math.exp(-gap_s / RENEWAL_S), MOST_RENEWED)
        old = _edges(self.reference)
        back = np.array([[1.0, 0.0, -placed.dx], [0.0, 1.0, -placed.dy]], np.float32)
        size = (edges.shape[1], edges.shape[0])
        here = cv2.warpAffine(edges, back, size)
        # Outside of this picture the reference stays what it was.
        inside = cv2.warpAffine(np.ones(edges.shape[:2], np.float32), back, size)
        old += (np.float32(share) * inside)[..., None] * (here - old)
        self.reference = _stored(old)
        self.renewed_at = at


class Registrar:
    """Registration of one camera at one preset."""

    def __init__(self) -> None:
        self._places: list[_Place] = []  # the first view's first, then the latest used last
        self._here = 0  # number of the place last looked at
        self._next_number = 0
        self._stranger: Stored | None = None
        self._stranger_frames = 0
        self._stranger_since: datetime | None = None

    def register(
        self,
        picture: ImageBGR | NDArray[np.uint8],
        captured_at: datetime,
        width_px: int,
        height_px: int,
    ) -> Registration:
        """Find a frame's place and let the reference learn it.

        Args:
            picture: the whole upright picture or a smaller copy of it, in colour or its brightness
                alone; it is looked at with no more than :data:`tracking.shift.LONGEST_SIDE_PX`
                pixels a side.
            captured_at: UTC; may jump.
            width_px: of the upright picture as the camera made it, at least 1.
            height_px: the same downwards.
        """
        size_px = (width_px, height_px)
        edges = edges_of(_small_grey(picture, small_size(width_px, height_px)))
        spectrum = spectrum_of(edges)
        place, shift = self._find(edges, spectrum, size_px)
        if place is None or not _sure(shift):
            place, shift = self._strange(edges, spectrum, size_px, captured_at, place)
        else:
            self._stranger = None
        if _sure(shift):
            place.shift = shift
            place.renew(edges, shift, captured_at)
        self._here = place.number
        return self._answer(place, shift)

    def _find(
        self, edges: Edges, spectrum: Edges, size_px: tuple[int, int]
    ) -> tuple[_Place | None, Shift]:
        """The place that the frame shows, else the one that the camera was last seen at."""
        fitting = [place for place in self._places if place.size_px == size_px]
        fitting.sort(key=lambda place: place.number != self._here)
        for place in fitting:
            shift = find_shift(_edges(place.reference), edges, spectrum)
            if _sure(shift):
                return place, shift
        return (fitting[0] if fitting else None), Shift(0.0, 0.0, 0.0)

    def _strange(
        self,
        edges: Edges,
        spectrum: Edges,
        size_px: tuple[int, int],
        at: datetime,
        last: _Place | None,
    ) -> tuple[_Place, Shift]:
        """A frame that shows no known place."""
        if last is None:
            self._stranger = None
            return self._begin(edges, size_px, at), NO_SHIFT
        if (
            self._stranger is None
            or self._stranger.shape != edges.shape
            or not _still(find_shift(_edges(self._stranger), edges, spectrum), edges)
        ):
            self._stranger, self._stranger_frames = _stored(edges), 0
            self._stranger_since = at
        self._stranger_frames += 1
        since = at if self._stranger_since is None else self._stranger_since
        stays = (
            self._stranger_frames >= NEW_PLACE_FRAMES
            and abs((at - since).total_seconds()) >= NEW_PLACE_S
        )
        known, here = _richness(_edges(last.reference)), _richness(edges)
        if not stays or here < max(LEAST_EDGES, RICH * known):
            return last, Shift(last.shift.dx, last.shift.dy, 0.0)
        if here >= POOR * known:
            last.first = last.reference = _stored(edges)
            last.renewed_at, last.shift = at, NO_SHIFT
        else:
            last = self._begin(edges, size_px, at)
        self._stranger = None
        return last, NO_SHIFT

    def _begin(self, edges: Edges, size_px: tuple[int, int], at: datetime) -> _Place:
        stored = _stored(edges)
        place = _Place(self._next_number, size_px, stored, stored, at, NO_SHIFT)
        self._next_number += 1
        self._places.append(place)
        if len(self._places) > MAX_PLACES:
            # Never the preset's own; of the others the one begun first.
            del self._places[1]
        return place

    def _answer(self, place: _Place, shift: Shift) -> Registration:
        width_px, height_px = place.size_px
        longer_px = max(place.size_px)
        # Edges are as wide as the small picture, but less high.
        small = small_size(width_px, height_px)
        dx_px, dy_px = shift.dx * width_px / small[0], shift.dy * height_px / small[1]
        if not _sure(shift):
            state, slack = RegistrationState.UNKNOWN, UNKNOWN_SLACK_SHARE
        elif max(abs(dx_px), abs(dy_px)) > MOVED_SHARE * longer_px:
            state, slack = RegistrationState.MOVED, MOVED_SLACK_SHARE
        else:
            home = place is self._places[0]
            state = RegistrationState.STEADY if home else RegistrationState.MOVED
            slack = SLACK_SHARE
        return Registration(
            state,
            place.number,
            dx_px,
            dy_px,
            shift.confidence,
            slack * longer_px,
            width_px,
            height_px,
        )


def _small_grey(picture: ImageBGR | NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    while grey.shape[1] >= 2 * size[0] and grey.shape[0] >= 2 * size[1]:
        rows, columns = grey.shape[0] // 2, grey.shape[1] // 2
        grey = cv2.resize(
            grey[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA
        )
    if grey.shape != size[::-1]:
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR)
    return grey.astype(np.uint8, copy=False)


def _sure(shift: Shift) -> bool:
    return shift.confidence >= SURE


def _still(shift: Shift, edges: Edges) -> bool:
    return _sure(shift) and max(abs(shift.dx), abs(shift.dy)) <= STILL_SHARE * max(edges.shape)


def _moved(box: Box, dx_px: float, dy_px: float) -> Box:
    if dx_px == 0.0 and dy_px == 0.0:
        return box
    return Box(
        box.label,
        box.score,
        box.x_min + dx_px,
        box.y_min + dy_px,
        box.x_max + dx_px,
        box.y_max + dy_px,
    )


def _richness(edges: Edges) -> float:
    """Mean squared length of the edges, 0 to 1."""
    return float(np.mean(np.square(edges))) * 2.0


def _stored(edges: Edges) -> Stored:
    stored: Stored = np.rint(edges * 127.0).astype(np.int8)
    return stored


def _edges(stored: Stored) -> Edges:
    return stored.astype(np.float32) / np.float32(127.0)
