"""When a suppression yields: values in, a word out; no clock, no store, no memory.

A suppression holds one plume: the one that stood there when it began. It yields

- to **growth**: two of the plume's last three boxes have :data:`REGROWN` times the area that it had
  when the suppression began (:data:`BURN_REGROWN` for a registered burn, which is expected to catch
  on). So a plume that has grown and stays grown is released in the second frame that shows it,
  whatever the cadence;
- to a **new position**: in two of the last three frames its foot, by the nearest of its lower
  corners and their middle, is farther from where it stood than its own size then. Wind widens a
  plume away from its fire, so one corner that stays is enough to call it the same;
- to a **second plume**: another track, apart from the held one, in one and the same frame;
- to a **second sensor**: a camera on another mast sees something there that nothing holds. Whoever
  judges it then knows of that: the second time nothing but the plume itself releases it;
- to **heat**, where smoke had only waited for it: in the frame with which heat is seen, and after
  half an hour also without (:mod:`detector.dual.holding`);
- to **flame at night**: at once. Only people who have just judged this very flame hold it, for a
  time that is short (:mod:`detector.suppression.sources`).

The detector's score appears nowhere here: a strong score never decays into a drop.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.detection import Box
from models.suppression import Held, Holder, Overcome, Release

__all__ = [
    "BURN_REGROWN",
    "CONFIRMING_HITS",
    "LATEST_HITS",
    "REGROWN",
    "Plume",
    "Ruling",
    "Seen",
    "Suppression",
    "release_of",
]

REGROWN = 2.0
BURN_REGROWN = 4.0
CONFIRMING_HITS = 2
LATEST_HITS = 3


@dataclass(frozen=True, slots=True)
class Suppression:
    """One thing that touches what is seen and may hold it back.

    Attributes:
        by: what kind.
        reference: which one, unique within its kind.
        until: UTC, when it ends by itself; None when only people end it.
        anchor: where its plume stood when it began, pixels of the upright picture; None for what
            covers an area: its plume is then the first that is seen under it.
        area_px: area of its plume when it began; None for the first that is seen under it.
        growth: area over that area at which it yields.
        holds_night_flame: people have judged this very flame.
        knows_others: people have judged it although another mast saw it too.
    """

    by: Holder
    reference: str
    until: datetime | None
    anchor: Box | None = None
    area_px: float | None = None
    growth: float = REGROWN
    holds_night_flame: bool = False
    knows_others: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What a decision about suppression needs to know of a sighting.

    Attributes:
        camera_id: of the camera.
        preset: of the view.
        track: number of the track inside its view.
        frame_sequence: of the frame.
        at: UTC, by the machine's own clock.
        boxes: the track's last boxes, oldest first, at least one; only the last
            :data:`LATEST_HITS` count.
        smallest_px: smaller areas count as this: a box of a few pixels doubles by rounding.
        flame_at_night: it is labelled flame and its own picture is dark.
        other_sensor: a camera on another mast sees something there that nothing holds.
    """

    camera_id: str
    preset: int
    track: int
    frame_sequence: int
    at: datetime
    boxes: Sequence[Box]
    smallest_px: float
    flame_at_night: bool = False
    other_sensor: bool = False


@dataclass(slots=True)
class Plume:
    """What a suppression remembers of the plume that it holds.

    Attributes:
        area_px: when the suppression began.
        anchor: where it stood then.
        since: UTC, when it was first held.
        track: number of the track that is held.
        box: where it was last held.
        frame_sequence: in which frame.
        seen_at: UTC, when.
        frames: how often it was held.
    """

    area_px: float
    anchor: Box
    since: datetime
    track: int
    box: Box
    frame_sequence: int
    seen_at: datetime
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What suppression says of a sighting.

    Attributes:
        held: what holds it back; None when it may alert.
        overcome: what yielded to it, and why.
    """

    held: Held | None
    overcome: tuple[Overcome, ...] = ()


def release_of(seen: Seen, suppression: Suppression, plume: Plume) -> Release | None:
    """Why the suppression yields to what is seen; None when it holds."""
    latest = tuple(seen.boxes)[-LATEST_HITS:]
    if suppression.anchor is None:
        # Its plume is what was first seen under it: what came before says nothing of it.
        latest = latest[-(plume.frames + 1) :]
    full_px = suppression.growth * plume.area_px
    grew = sum(box.area_px >= full_px for box in latest) >= CONFIRMING_HITS
    if seen.flame_at_night and not suppression.holds_night_flame:
        return Release.NIGHT_FLAME
    if grew:
        return Release.GREW
    if seen.other_sensor and not suppression.knows_others:
        return Release.SECOND_SENSOR
    if _is_second(seen, plume, latest[-1]):
        return Release.SECOND_PLUME
    reach_px = max(_size_px(plume.anchor), math.sqrt(seen.smallest_px))
    moved = sum(_shift_px(plume.anchor, box) > reach_px for box in latest) >= CONFIRMING_HITS
    return Release.NEW_POSITION if moved else None


def _is_second(seen: Seen, plume: Plume, box: Box) -> bool:
    return (
        plume.track != seen.track
        and plume.frame_sequence == seen.frame_sequence
        and not _overlap(plume.box, box)
    )


def _overlap(first: Box, second: Box) -> bool:
    return (
        first.x_min < second.x_max
        and second.x_min < first.x_max
        and first.y_min < second.y_max
        and second.y_min < first.y_max
    )


def _size_px(box: Box) -> float:
    return max(box.x_max - box.x_min, box.y_max - box.y_min)


def _shift_px(anchor: Box, box: Box) -> float:
    """Shortest way from a lower corner, or the middle between them, to the same one of another."""
    feet = zip(_feet(anchor), _feet(box), strict=True)
    return min(math.dist(before, now) for before, now in feet)


def _feet(box: Box) -> tuple[tuple[float, float], ...]:
    middle = (box.x_min + box.x_max) / 2.0
    return ((box.x_min, box.y_max), (middle, box.y_max), (box.x_max, box.y_max))
