"""Hot places of a fixed view, followed from frame to frame.

A node does not move, so a fire, a rock and a chimney stay where they are in its picture, and what
leaves its place is an animal, a person or an engine. A place is met again where a spot lies within
its own size, or within a fortieth of the picture's width, of where it was seen last.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from models.thermal import HotSpot

__all__ = ["MOST_SAMPLES", "MOST_TRACKS", "Sample", "Track", "Tracks", "samples"]

MOST_SAMPLES: Final = 32
"""Kept of a place: at one frame a minute half an hour."""
MOST_TRACKS: Final = 200
MOST_NEW: Final = 100
"""Of one frame."""
COOLER_K: Final = 10.0
"""What falls by so much below what sun and air explain has gone out: a cloud takes less."""
SWAY: Final = 1.0 / 40.0
"""Of the width: what wind at the mount and a flickering outline move a spot by."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A place in one frame.

    Attributes:
        at_s: capture time, seconds since 1970.
        x: column of the middle of its box, as a share of the width.
        y: row of it, as a share of the width too.
        size: longer side of its box, as a share of the width.
        area: of it, as a share of the width squared.
        level: its peak above the air, K, or how it stands out where there are no temperatures.
        contrast: its peak above what lies around it, K, or how it stands out: levels change with
            the camera's gain from frame to frame.
        excess_k: beyond what sun and air explain; None without temperatures.
        looks: log-odds by its look; None without a classifier.
        sun_k: what the sun explained then.
    """

    at_s: float
    x: float
    y: float
    size: float
    area: float
    level: float
    contrast: float
    excess_k: float | None
    looks: float | None
    sun_k: float


@dataclass(slots=True)
class Track:
    """A place over time.

    Attributes:
        number: rising within a watch.
        first_at_s: of its first frame.
        first_frame: count of the watch's frames then.
        seen: frames in which it was seen.
        last_frame: count of the watch's frames when it was seen last.
        peak: its highest level ever, in the picture's own.
        was_due: people were told.
        hot_since_s: of the first frame since when sun and air do not explain it; None while they
            do. Without temperatures, of its first.
        samples: the latest, oldest first.
    """

    number: int
    first_at_s: float
    first_frame: int
    seen: int
    last_frame: int
    peak: float
    was_due: bool = False
    hot_since_s: float | None = None
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=MOST_SAMPLES))

    @property
    def minutes(self) -> float:
        """From its first to its latest frame."""
        return (self.samples[-1].at_s - self.first_at_s) / 60.0

    @property
    def hot_minutes(self) -> float:
        """For so long neither sun nor air has explained it; 0 while they do."""
        since_s = self.samples[-1].at_s if self.hot_since_s is None else self.hot_since_s
        return (self.samples[-1].at_s - since_s) / 60.0

    def add(self, sample: Sample) -> None:
        """One more frame has shown it."""
        self.samples.append(sample)
        self.seen += 1
        if sample.excess_k is not None and sample.excess_k <= -COOLER_K:
            self.hot_since_s = None
        elif self.hot_since_s is None and (sample.excess_k is None or sample.excess_k > 0.0):
            self.hot_since_s = sample.at_s


class Tracks:
    """All places of a view that are followed."""

    def __init__(self) -> None:
        self.living: list[Track] = []
        self.next_number = 1
        self.frames = 0

    def follow(
        self, seen: Sequence[Sample], spots: Sequence[HotSpot], *, at_s: float, forget_s: float
    ) -> list[tuple[Track, HotSpot]]:
        """Join a frame's spots, each with its sample, to places; new ones begin.

        Args:
            seen: of the frame, the weightiest first.
            spots: they are of, at most :data:`MOST_NEW`.
            at_s: capture time of the frame, seconds since 1970.
            forget_s: places unseen for longer end.

        Returns:
            The places seen in this frame, in the order of the spots.
        """
        self.frames += 1
        self._forget(at_s, forget_s)
        pairs = sorted(
            (
                (distance, track.number, row)
                for track in self.living
                for row, sample in enumerate(seen)
                if (distance := _distance(track.samples[-1], sample)) <= 1.0
            ),
        )
        by_number = {track.number: track for track in self.living}
        joined: dict[int, Track] = {}
        taken: set[int] = set()
        for _, number, row in pairs:
            if number not in taken and row not in joined:
                joined[row] = by_number[number]
                taken.add(number)
        found: list[tuple[Track, HotSpot]] = []
        for row, (sample, spot) in enumerate(zip(seen, spots, strict=True)):
            track = joined.get(row) or self._begin(sample.at_s, spot.peak)
            track.add(sample)
            track.last_frame = self.frames
            track.peak = max(track.peak, spot.peak)
            found.append((track, spot))
        return found

    def _begin(self, at_s: float, peak: float) -> Track:
        track = Track(self.next_number, at_s, self.frames, 0, self.frames, peak)
        self.next_number += 1
        self.living.append(track)
        return track

    def _forget(self, at_s: float, forget_s: float) -> None:
        kept = [track for track in self.living if at_s - track.samples[-1].at_s <= forget_s]
        # Of too many, those seen last and most often stay.
        kept.sort(key=lambda one: (-one.last_frame, -one.seen, one.number))
        self.living = sorted(kept[: MOST_TRACKS - MOST_NEW], key=lambda one: one.number)


def samples(
    spots: Sequence[HotSpot],
    *,
    width_px: int,
    at_s: float,
    air_c: float | None,
    limit_c: float | None,
    sun_k: float,
    looks: Sequence[float] | None,
) -> list[Sample]:
    """What a frame shows of each of its spots, rounded: it is remembered for hundreds of nodes.

    Args:
        spots: of the frame.
        width_px: of the picture.
        at_s: capture time, seconds since 1970.
        air_c: of the air; None where the picture has no temperatures.
        limit_c: what sun and air explain ends there; None likewise.
        sun_k: what the sun explains.
        looks: log-odds by the look of each; None without a classifier.
    """
    return [
        Sample(
            at_s=at_s,
            x=round((spot.x_min + spot.x_max) / 2.0 / width_px, 4),
            y=round((spot.y_min + spot.y_max) / 2.0 / width_px, 4),
            size=round(max(spot.x_max - spot.x_min, spot.y_max - spot.y_min) / width_px, 4),
            area=round(spot.area_px / width_px**2, 7),
            level=round(spot.prominence if air_c is None else spot.peak - air_c, 2),
            contrast=round(spot.prominence if air_c is None else spot.contrast, 2),
            excess_k=None if limit_c is None else round(spot.peak - limit_c, 2),
            looks=None if looks is None else round(float(looks[row]), 2),
            sun_k=round(sun_k, 1),
        )
        for row, spot in enumerate(spots)
    ]


def _distance(before: Sample, now: Sample) -> float:
    """In reaches: up to 1 it may be the same place."""
    reach = max(SWAY, before.size, now.size)
    return math.hypot(before.x - now.x, before.y - now.y) / reach
