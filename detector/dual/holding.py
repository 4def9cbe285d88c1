"""Smoke that waits for heat: which place of a view it is, and for how long it has waited.

Crowns, ridges and distance hide heat from the sensor that looks for it. So a want of heat holds
smoke for a time only (:data:`LONGEST`): what stands there longer is told, with or without heat.
Each place of a view is held by itself: two clouds of steam are no reason to let either pass, but a
second plume beside a held one is (:mod:`detector.suppression.rules`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.detection import Box

__all__ = ["LONGEST", "HeldPlaces", "Waiting"]

LONGEST: Final = timedelta(minutes=30)
PAUSE: Final = timedelta(minutes=30)
"""Unseen for so long, smoke begins to wait anew; a camera on its round comes by more often."""
FORGET: Final = timedelta(hours=24)
"""As :mod:`detector.suppression.memory` forgets its plumes: growth is measured over that time."""
MOST_PLACES: Final = 10_000
MOST_TRACKS: Final = 32
"""Of one place: a plume breaks up, and is found again."""

View = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a place waits.

    Attributes:
        reference: names it among those of its view.
        until: UTC, when it has waited for long enough.
        area_px: of its plume when it was first held, square pixels.
        is_over: it has waited for long enough.
    """

    reference: str
    until: datetime
    area_px: float
    is_over: bool


@dataclass(slots=True)
class _Place:
    reference: str
    anchor: Box
    since: datetime
    seen_at: datetime
    tracks: list[int]


class HeldPlaces:
    """Places of smoke without heat; bounded. When it is full nothing more is held.

    Args:
        most: places that are remembered at once.
    """

    def __init__(self, most: int = MOST_PLACES) -> None:
        self._most = most
        self._places: dict[View, list[_Place]] = {}
        self._count = 0
        self._begun = 0

    def __len__(self) -> int:
        """How many places are remembered."""
        return self._count

    def wait(
        self, view: View, thermal_id: str, track: int, box: Box, at: datetime
    ) -> Waiting | None:
        """Smoke is seen again and no heat with it.

        Args:
            view: camera and preset of the visible picture.
            thermal_id: key of the camera of heat.
            track: number of the track inside the view.
            box: of it, in the coordinates of the view's reference.
            at: UTC, by the machine's own clock; it may jump.

        Returns:
            None when too much is remembered already.
        """
        place = self._find(view, track, box, at)
        if place is None:
            if self._count >= self._most:
                self._forget(at)
            if self._count >= self._most:
                return None
            self._begun += 1
            place = _Place(f"{thermal_id}/{self._begun}", box, at, at, [])
            self._places.setdefault(view, []).append(place)
            self._count += 1
        if at - place.seen_at > PAUSE or at < place.since:
            place.since = at
        place.seen_at = at
        if track not in place.tracks:
            place.tracks = [*place.tracks, track][-MOST_TRACKS:]
        return _waiting(place, at)

    def waited(self, view: View, track: int, box: Box, at: datetime) -> Waiting | None:
        """What is remembered of smoke that waited there a moment ago; None where none did."""
        place = self._find(view, track, box, at)
        if place is None or at - place.seen_at > PAUSE:
            return None
        return _waiting(place, at)

    def _find(self, view: View, track: int, box: Box, at: datetime) -> _Place | None:
        known = [one for one in self._places.get(view, ()) if at - one.seen_at <= FORGET]
        mine = next((one for one in known if track in one.tracks), None)
        if mine is not None:
            return mine  # wherever it has moved to: that it did is for the rules to see
        return next((one for one in known if _beside(one.anchor, box)), None)

    def _forget(self, at: datetime) -> None:
        for view in list(self._places):
            kept = [one for one in self._places[view] if at - one.seen_at <= FORGET]
            if kept:
                self._places[view] = kept
            else:
                del self._places[view]
        self._count = sum(len(places) for places in self._places.values())


def _waiting(place: _Place, at: datetime) -> Waiting:
    until = place.since + LONGEST
    return Waiting(place.reference, until, place.anchor.area_px, at >= until)


def _beside(anchor: Box, box: Box) -> bool:
    """Whether a box meets another one that is widened by its own size to all sides."""
    size_px = max(anchor.x_max - anchor.x_min, anchor.y_max - anchor.y_min, 1.0)
    return (
        anchor.x_min - size_px < box.x_max
        and box.x_min < anchor.x_max + size_px
        and anchor.y_min - size_px < box.y_max
        and box.y_min < anchor.y_max + size_px
    )
