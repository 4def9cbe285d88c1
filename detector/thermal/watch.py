"""A node's frames over time: hot places, and which of them people should look at."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Protocol

import numpy as np

from detector.thermal.habits import Habits, TaughtPlace
from detector.thermal.limits import MARGIN_K, sunlit_excess_k
from detector.thermal.memory import Memory, read_memory, write_memory
from detector.thermal.patience import least_minutes
from detector.thermal.spots import find_spots
from detector.thermal.tracks import Sample, Track, Tracks, samples
from detector.thermal.warm import is_of_warm
from detector.thermal.weighing import BODY_C, MOST_STAYS, Reasons, reasons_of
from models.config.heat import HeatRule
from models.heat_event import HeatEvent
from models.thermal import HotSpot, ThermalImage, ThermalScale
from models.warm_place import WarmPlace

__all__ = ["HeatWatch", "Looks"]

HIGH_SUN_DEG: Final = 90.0
"""Taken where nobody knows it: the sun explains the most."""


class Looks(Protocol):
    """Whatever judges spots by one frame."""

    def log_odds(self, image: ThermalImage, spots: Sequence[HotSpot]) -> Sequence[float]:
        """Of a fire, of each spot; all spots of the frame together."""


class HeatWatch:
    """Follows one node.

    Frames come in order of capture. A gap of hours ends what was followed and nothing else: habits
    stay. The same frames give the same answers, also over :meth:`to_bytes` between any two.
    """

    def __init__(self, classifier: Looks | None, rule: HeatRule) -> None:
        self._classifier = classifier
        self._rule = rule
        self._tracks = Tracks()
        self._habits = Habits()
        self._followed_until: datetime | None = None

    @property
    def followed_until(self) -> datetime | None:
        """Capture time of the latest frame, UTC; None before the first."""
        return self._followed_until

    def follow(
        self,
        image: ThermalImage,
        captured_at: datetime,
        *,
        air_c: float | None,
        sun_elevation_deg: float | None,
        warm_places: Sequence[WarmPlace] = (),
    ) -> tuple[HeatEvent, ...]:
        """Take the next frame.

        Args:
            image: as it was read.
            captured_at: with a zone, not before that of the frame before.
            air_c: temperature of the air; None where nobody knows: the frame's median is taken.
            sun_elevation_deg: None where nobody knows: the sun is taken to stand high.
            warm_places: what of the view is warm by nature.

        Returns:
            All places seen in this frame, those of the highest log-odds first.

        Raises:
            ValueError: the frame is older than the one before; see :meth:`alone`.
        """
        if self._followed_until is not None and captured_at < self._followed_until:
            raise ValueError("frames come in order of capture")
        spots, seen = self._seen(image, captured_at, air_c, sun_elevation_deg)
        self._followed_until = captured_at
        found = self._tracks.follow(
            seen,
            spots,
            at_s=captured_at.timestamp(),
            forget_s=60.0 * self._rule.forget_minutes,
        )
        events = []
        for track, spot in found:
            is_known = is_of_warm(spot, image.size_px, warm_places)
            event = self._event(track, spot, image.scale, is_known=is_known)
            events.append(event)
            track.was_due = event.is_due
            if track.seen >= 2 and event.log_odds > self._rule.prior_log_odds - 2.0:
                self._habits.learn(track.samples[-1], keep_days=self._rule.habit_days)
        return tuple(sorted(events, key=lambda one: (-one.log_odds, one.number)))

    def alone(
        self,
        image: ThermalImage,
        captured_at: datetime,
        *,
        air_c: float | None,
        sun_elevation_deg: float | None,
        warm_places: Sequence[WarmPlace] = (),
    ) -> tuple[HeatEvent, ...]:
        """Look at one frame by itself, as :meth:`follow` but without time; nothing is remembered.

        Its events have the number 0. One is due if it would be by any length of time.
        """
        spots, seen = self._seen(image, captured_at, air_c, sun_elevation_deg)
        found = Tracks().follow(seen, spots, at_s=captured_at.timestamp(), forget_s=0.0)
        events = []
        for track, spot in found:
            is_known = is_of_warm(spot, image.size_px, warm_places)
            reasons = reasons_of(track, 1, self._habits, self._rule, is_known=is_known)
            log_odds = self._rule.prior_log_odds + sum(weight for _, weight in reasons)
            due = log_odds + MOST_STAYS >= self._rule.due_log_odds
            event = _event(track, spot, image.scale, (log_odds, reasons), is_due=due)
            events.append(replace(event, number=0))
        return tuple(sorted(events, key=lambda one: -one.log_odds))

    def teach(self, event: HeatEvent, width_px: int, until_at: datetime) -> None:
        """Somebody has looked at an event's place: no fire. It counts until then or until hotter.

        Args:
            event: of this node.
            width_px: of its pictures.
            until_at: with a zone.
        """
        level = next(
            (
                max(sample.level for sample in track.samples)
                for track in self._tracks.living
                if track.number == event.number
            ),
            event.spot.prominence if event.peak_c is None else event.peak_c,
        )
        spot = event.spot
        self._habits.teach(
            TaughtPlace(
                x=(spot.x_min + spot.x_max) / 2.0 / width_px,
                y=(spot.y_min + spot.y_max) / 2.0 / width_px,
                size=max(spot.x_max - spot.x_min, spot.y_max - spot.y_min) / width_px,
                level=level,
                until_s=until_at.timestamp(),
            )
        )

    def to_bytes(self) -> bytes:
        """What it remembers, to be kept over a restart."""
        return write_memory(Memory(self._tracks, self._habits, self._followed_until))

    @classmethod
    def from_bytes(cls, data: bytes, classifier: Looks | None, rule: HeatRule) -> "HeatWatch":
        """Go on where :meth:`to_bytes` was taken; what is damaged is begun anew."""
        watch = cls(classifier, rule)
        memory = read_memory(data)
        if memory is not None:
            watch._tracks = memory.tracks
            watch._habits = memory.habits
            watch._followed_until = memory.followed_until
        return watch

    def _seen(
        self,
        image: ThermalImage,
        captured_at: datetime,
        air_c: float | None,
        sun_elevation_deg: float | None,
    ) -> tuple[list[HotSpot], list[Sample]]:
        """The spots worth following, the weightiest first, with their samples."""
        sun_deg = HIGH_SUN_DEG if sun_elevation_deg is None else sun_elevation_deg
        sun_k = sunlit_excess_k(sun_deg)
        limit_c = None
        if image.scale is ThermalScale.CELSIUS:
            air_c = float(np.median(image.levels)) if air_c is None else air_c
            limit_c = air_c + sun_k + MARGIN_K
        else:
            air_c = None
        spots = find_spots(image, warm_limit_c=limit_c)
        looks = None
        if self._classifier is not None:
            looks = self._classifier.log_odds(image, spots)
        seen = samples(
            spots,
            width_px=image.size_px[0],
            at_s=captured_at.timestamp(),
            air_c=air_c,
            limit_c=None if limit_c is None else max(limit_c, BODY_C),
            sun_k=sun_k,
            looks=looks,
        )
        order = sorted(range(len(spots)), key=lambda row: (-_weight(seen[row]), row))
        order = order[: self._rule.most_spots]
        return [spots[row] for row in order], [seen[row] for row in order]

    def _event(
        self, track: Track, spot: HotSpot, scale: ThermalScale, *, is_known: bool
    ) -> HeatEvent:
        frames = self._tracks.frames
        reasons = reasons_of(track, frames, self._habits, self._rule, is_known=is_known)
        log_odds = self._rule.prior_log_odds + sum(weight for _, weight in reasons)
        # What is due does not blink: it stays so until a log-odd below where it began.
        needed = self._rule.due_log_odds - (1.0 if track.was_due else 0.0)
        waits_min = 0.0 if track.was_due else least_minutes(track, self._rule.least_minutes)
        is_due = log_odds >= needed and track.seen >= 2 and track.hot_minutes >= waits_min
        return _event(track, spot, scale, (log_odds, reasons), is_due=is_due)


def _weight(sample: Sample) -> float:
    """By which spots are chosen where a frame has too many."""
    hot = 0.0 if sample.excess_k is None else sample.excess_k / 8.0
    return max(-4.5, min(hot, 4.5)) + (0.0 if sample.looks is None else sample.looks)


def _event(
    track: Track,
    spot: HotSpot,
    scale: ThermalScale,
    weighed: tuple[float, Reasons],
    *,
    is_due: bool,
) -> HeatEvent:
    return HeatEvent(
        number=track.number,
        first_at=datetime.fromtimestamp(track.first_at_s, UTC),
        last_at=datetime.fromtimestamp(track.samples[-1].at_s, UTC),
        frames=track.seen,
        spot=spot,
        peak_c=track.peak if scale is ThermalScale.CELSIUS else None,
        log_odds=weighed[0],
        reasons=weighed[1],
        is_due=is_due,
    )
