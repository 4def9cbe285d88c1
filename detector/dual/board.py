"""What the cameras of heat of all pairs have seen of late, asked by what the visible ones see.

It lives in memory alone. After a restart a pair's sensor of heat is blind until its next frame, and
what is blind holds nothing back. Any thread may tell and ask.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median_low
from typing import Final

from detector.dual.places import Region, box_of_heat, fire_region, is_in_view, touches
from models.clock import Clock
from models.detection import Box
from models.dual import (
    DualPair,
    HeatVote,
    PairRegistration,
    RegistrationSource,
    RegistrationState,
    VoteWord,
)
from models.errors import WatchError
from models.heat_event import HeatEvent

__all__ = ["HeatBoard"]

logger = logging.getLogger(__name__)

AGAIN_S: Final = 1.0
"""The store is asked once a second; a chimney is seen in every frame of its camera."""
FRESH_S: Final = 180.0
FRESH_INTERVALS: Final = 3
LEAST_GAPS: Final = 3
"""Fewer say nothing of how often a view is seen: one of them may be an outage."""
MOST_FRESH_S: Final = 600.0
"""Also of a view that is visited seldom: in ten minutes a fire has begun that was not there."""
MOST_FRAMES: Final = 16
MOST_VIEWS: Final = 5_000
MOST_REGISTRATIONS: Final = 5_000

View = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame of heat: when it was captured, how large it is, what is hot in it."""

    captured_at: datetime
    size_px: tuple[int, int]
    events: tuple[HeatEvent, ...]
    sees: bool


class HeatBoard:
    """Remembers the latest frames of heat of each view, and votes with them.

    Args:
        pairs: all pairs there are; read again after a second.
        registrations: of a visible camera's key and a preset's number; likewise.
        clock: paces the reading.
    """

    def __init__(
        self,
        pairs: Callable[[], Sequence[DualPair]],
        registrations: Callable[[str, int], PairRegistration | None],
        clock: Clock,
    ) -> None:
        self._read_pairs = pairs
        self._read_registration = registrations
        self._clock = clock
        self._lock = threading.Lock()
        self._frames: OrderedDict[View, list[_Frame]] = OrderedDict()  # the longest untold first
        self._by_visible: dict[str, DualPair] = {}
        self._by_thermal: dict[str, DualPair] = {}
        self._pairs_again_s = clock.monotonic_s()
        self._known: OrderedDict[View, tuple[float, PairRegistration | None]] = OrderedDict()

    def tell(
        self,
        thermal_id: str,
        preset: int,
        events: Sequence[HeatEvent],
        size_px: tuple[int, int],
        captured_at: datetime,
        *,
        sees: bool = True,
    ) -> None:
        """Take a frame of heat, in any order of capture; the same one again takes its place.

        Args:
            thermal_id: of the camera of heat.
            preset: in force then.
            events: every hot place in it.
            size_px: width and height of the picture.
            captured_at: UTC.
            sees: the picture shows a scene; False of one that is blank.
        """
        frame = _Frame(captured_at, size_px, tuple(events), sees or bool(events))
        with self._lock:
            kept = self._frames.pop((thermal_id, preset), [])
            frames = [one for one in kept if one.captured_at != captured_at]
            frames.append(frame)
            frames.sort(key=lambda one: one.captured_at)
            self._frames[thermal_id, preset] = frames[-MOST_FRAMES:]
            while len(self._frames) > MOST_VIEWS:
                self._frames.popitem(last=False)

    def pair_of(self, visible_id: str) -> DualPair | None:
        """The pair of a visible camera; None where it is in none."""
        with self._lock:
            self._refresh()
            return self._by_visible.get(visible_id)

    def pair_of_heat(self, thermal_id: str) -> DualPair | None:
        """The pair of a camera of heat; None where it is in none."""
        with self._lock:
            self._refresh()
            return self._by_thermal.get(thermal_id)

    def vote(
        self, visible_id: str, preset: int, box: Box, size_px: tuple[int, int], at: datetime
    ) -> HeatVote | None:
        """What the sensor of heat says of a plume.

        Heat in any fresh frame counts, the weightiest for a fire: what flickers or is hidden by its
        own smoke for a minute was seen. None is said to be there only by a sensor that shows a
        scene, whose picture holds all of the place, and whose registration was measured.

        Args:
            visible_id: of the visible camera.
            preset: in force; 0 is a value.
            box: of the plume, pixels of the upright picture.
            size_px: width and height of that picture.
            at: UTC, capture time of that frame.

        Returns:
            None where the camera is in no pair.
        """
        with self._lock:
            self._refresh()
            pair = self._by_visible.get(visible_id)
            if pair is None:
                return None
            frames = _fresh(self._frames.get((pair.thermal_id, preset), ()), at)
            found = self._registration(visible_id, preset)
        latest_at = frames[-1].captured_at if frames else None
        if found is None or found.state is RegistrationState.DRIFTED:
            return HeatVote(pair.thermal_id, VoteWord.UNREGISTERED, latest_at)
        if not frames:
            return HeatVote(pair.thermal_id, VoteWord.BLIND)
        region = fire_region(box, found.doubt_share * size_px[0])
        heat = _hottest(frames, region, found, size_px)
        if heat is not None:
            event, captured_at, there = heat
            says = VoteWord.FIRE if event.is_due else VoteWord.WARM
            return HeatVote(
                pair.thermal_id,
                says,
                captured_at,
                event.log_odds,
                event.peak_c,
                there,
                event.reasons,
            )
        says = VoteWord.NOTHING
        if not frames[-1].sees or not is_in_view(region, found, size_px):
            says = VoteWord.BLIND
        elif found.source is RegistrationSource.LENSES and found.checked_at is None:
            says = VoteWord.UNREGISTERED
        return HeatVote(pair.thermal_id, says, latest_at)

    def where(
        self,
        visible_id: str,
        preset: int,
        event: HeatEvent,
        heat_size_px: tuple[int, int],
        size_px: tuple[int, int],
    ) -> Box | None:
        """Where heat lies in the visible picture; None where nobody knows, or outside of it.

        Args:
            visible_id: of the visible camera.
            preset: in force; 0 is a value.
            event: with its place in the picture of heat.
            heat_size_px: width and height of that picture.
            size_px: of the visible one; 1 by 1 gives shares.
        """
        with self._lock:
            found = self._registration(visible_id, preset)
        if found is None or found.state is RegistrationState.DRIFTED:
            return None
        return box_of_heat(event, heat_size_px, found, size_px)

    def _refresh(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s < self._pairs_again_s:
            return
        self._pairs_again_s = now_s + AGAIN_S
        try:
            pairs = self._read_pairs()
        except WatchError:  # an alert does not wait for it
            logger.exception("the pairs of cameras are those that were known")
            return
        self._by_visible = {pair.visible_id: pair for pair in pairs}
        self._by_thermal = {pair.thermal_id: pair for pair in pairs}

    def _registration(self, visible_id: str, preset: int) -> PairRegistration | None:
        now_s, view = self._clock.monotonic_s(), (visible_id, preset)
        again_s, known = self._known.pop(view, (now_s, None))
        if now_s >= again_s:
            again_s = now_s + AGAIN_S
            try:
                known = self._read_registration(visible_id, preset)
            except WatchError:
                logger.exception("the registration of %s is the one that was known", visible_id)
        self._known[view] = (again_s, known)
        while len(self._known) > MOST_REGISTRATIONS:
            self._known.popitem(last=False)
        return known


def _fresh(frames: Sequence[_Frame], at: datetime) -> list[_Frame]:
    """Those that tell of a moment, the oldest first."""
    gaps_s = [
        (later.captured_at - before.captured_at).total_seconds()
        for before, later in pairwise(frames)
    ]
    usual_s = median_low(gaps_s) if len(gaps_s) >= LEAST_GAPS else 0.0
    reach_s = min(max(FRESH_INTERVALS * usual_s, FRESH_S), MOST_FRESH_S)
    return [one for one in frames if abs((one.captured_at - at).total_seconds()) <= reach_s]


_Heat = tuple[HeatEvent, datetime, Box]


def _hottest(
    frames: Sequence[_Frame],
    region: Region,
    registration: PairRegistration,
    size_px: tuple[int, int],
) -> _Heat | None:
    """The heat in a region that speaks most for a fire, the latest of equals."""
    found: list[_Heat] = []
    for frame in frames:
        for event in frame.events:
            there = box_of_heat(event, frame.size_px, registration, size_px)
            if there is not None and touches(region, there):
                found.append((event, frame.captured_at, there))
    return max(found, key=lambda one: (one[0].is_due, one[0].log_odds, one[1]), default=None)
