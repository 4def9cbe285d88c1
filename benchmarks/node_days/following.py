"""One node's days: each frame as it would be pushed, read, followed; and what became due.

A look is opened by a due event as people would get it: one for each place, which stays open while
it is seen again within six hours. It is right while the start burns and its box, three pixels
wider, touches that of the burning ground; any other is false. Half an hour later somebody answers a
false one, which teaches the node as in the watch: a stove and the sun's warmth for two weeks,
whoever passed for two hours. Where a hut is in view, its stove pipe was drawn as warm by nature
when the node was set up.
"""

import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import numpy as np

from camera_gateway.thermal import read_thermal
from camera_gateway.thermal.scene import Eye, HeatScene, encode_frame
from detector.thermal.watch import HeatWatch, Looks
from models.config.heat import HeatRule
from models.heat_event import HeatEvent
from models.thermal import HotSpot, ThermalEncoding
from models.warm_place import WarmPlace

__all__ = ["Case", "DaysOfNode", "cases", "follow_days"]

STAYS_OPEN: Final = timedelta(hours=6)
NEAR_PX: Final = 3.0
SAME_SHARE: Final = 0.05
"""Of the width, between the middles of one place."""
ANSWERED: Final = timedelta(minutes=30)
STANDING, PASSING = timedelta(days=14), timedelta(hours=2)
STATION_K: Final = 1.0
"""By which the station's air differs from the stand's, one standard deviation."""
HAND: Final = 0.01
MORE: Final = 0.02
LEAST_DRAWN: Final = 0.005
CHINA: Final = timezone(timedelta(hours=8))
BEGINS: Final = {
    4: datetime(2026, 4, 10, tzinfo=CHINA),
    8: datetime(2026, 8, 5, tzinfo=CHINA),
    1: datetime(2026, 1, 12, tzinfo=CHINA),
    11: datetime(2026, 11, 3, tzinfo=CHINA),
}
FINE: Final = Eye(width_px=384, height_px=288, horizontal_fov_deg=50.0)
INTERVALS_S: Final = (1800, 900, 300, 120, 60)
"""As a node's usual ones, by danger class (`models.heat_node`)."""


@dataclass(frozen=True, slots=True)
class Case:
    """Which days.

    Attributes:
        seed: of the scene.
        month: of the year, one of :data:`BEGINS`.
        is_fine: 384 x 288 instead of 160 x 120.
        is_hidden: trunks and undergrowth hide more than half of the start.
        is_levels: 8-bit levels instead of degrees.
        days: of it.
    """

    seed: int
    month: int
    is_fine: bool
    is_hidden: bool
    is_levels: bool
    days: int

    @property
    def name(self) -> str:
        """Stable key."""
        kind = ("levels" if self.is_levels else "degrees") + ("-fine" if self.is_fine else "")
        return f"{self.seed}-{self.month}-{kind}{'-hidden' if self.is_hidden else ''}-{self.days}"


@dataclass(frozen=True, slots=True)
class DaysOfNode:
    """What came of them.

    Attributes:
        name: of the case.
        is_levels: as of the case.
        days: simulated.
        frames: pushed.
        in_view: whether 0.1 m2 above 150 degrees ever came into view.
        found_min: from then to the first right look, below 0 before it; None for never.
        false_looks: number of them.
        falses: when and where each was, what was there, and its reasons.
        spots: candidates in all frames.
        seconds: of processor time.
    """

    name: str
    is_levels: bool
    days: int
    frames: int
    in_view: bool
    found_min: float | None
    false_looks: int
    falses: tuple[str, ...]
    spots: int
    seconds: float

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def cases(count: int, first_seed: int, days: int) -> tuple[Case, ...]:
    """So many nodes: every fourth fine, every third hidden, every fifth without degrees."""
    return tuple(
        Case(
            seed=first_seed + number,
            month=tuple(BEGINS)[number % len(BEGINS)],
            is_fine=number % 4 == 2,
            is_hidden=number % 3 == 1,
            is_levels=number % 5 == 4,
            days=days,
        )
        for number in range(count)
    )


def follow_days(
    case: Case,
    classifier: Looks | None,
    rule: HeatRule,
    *,
    is_answered: bool = True,
    is_drawn: bool = True,
    least_s: int = 0,
) -> DaysOfNode:
    """Play a node's days.

    Args:
        case: which.
        classifier: of spots by one frame; None for none.
        rule: in force.
        is_answered: somebody answers false looks; without, nothing is taught.
        is_drawn: who set the node up has drawn the pipe of a hut in view; without, nobody has.
        least_s: between two frames at least, for a quick try.
    """
    started_s = time.process_time()
    scene = _scene(case)
    rng = np.random.default_rng((case.seed, 77))
    station_k = float(rng.normal(0.0, STATION_K))
    encoding = ThermalEncoding.WHITE_HOT if case.is_levels else ThermalEncoding.CENTIKELVIN
    watch = HeatWatch(classifier, rule)
    desk = _Desk(scene)
    drawn = _drawn(scene, np.random.default_rng((case.seed, 78))) if is_drawn else ()
    at = scene.weather.begins_at.astimezone(UTC) + timedelta(seconds=int(rng.integers(0, 60)))
    ends_at = scene.weather.begins_at + timedelta(days=case.days)
    frames = spots = 0
    while at < ends_at:
        data = encode_frame(scene.frame(at))
        image = read_thermal(data, case.name, encoding)
        moment = scene.weather_at(at)
        events = watch.follow(
            image,
            at,
            air_c=moment.air_c + station_k,
            sun_elevation_deg=moment.sun_elevation_deg,
            warm_places=drawn,
        )
        desk.take(at, events)
        if is_answered:
            for event, until_at in desk.answers(at):
                watch.teach(event, image.size_px[0], until_at)
        frames, spots = frames + 1, spots + len(events)
        at += timedelta(seconds=max(least_s, INTERVALS_S[scene.danger_class(at) - 1]))
    return DaysOfNode(
        name=case.name,
        is_levels=case.is_levels,
        days=case.days,
        frames=frames,
        in_view=desk.in_view_at is not None,
        found_min=desk.found_min,
        false_looks=len(desk.falses),
        falses=tuple(desk.falses),
        spots=spots,
        seconds=round(time.process_time() - started_s, 2),
    )


def _scene(case: Case) -> HeatScene:
    return HeatScene(
        case.seed,
        begins_at=BEGINS[case.month],
        days=case.days,
        eye=FINE if case.is_fine else None,
        is_hidden=case.is_hidden,
        is_levels=case.is_levels,
    )


def _drawn(scene: HeatScene, rng: np.random.Generator) -> tuple[WarmPlace, ...]:
    """The pipe as a hand draws it: a fiftieth of the width too wide, and off by some pixels."""
    box = scene.stove_box_px()
    if box is None:
        return ()
    width, height = scene.eye.width_px, scene.eye.height_px
    right, down = rng.normal(0.0, HAND, 2) * width
    left, top = box[0] + right - MORE * width, box[1] + down - MORE * width
    ends = box[2] + right + MORE * width, box[3] + down + MORE * width
    sides = (left / width, top / height, ends[0] / width, ends[1] / height)
    x_min, y_min, x_max, y_max = (min(1.0, max(0.0, side)) for side in sides)
    if x_max - x_min < LEAST_DRAWN or y_max - y_min < LEAST_DRAWN:  # it is out of the picture
        return ()
    return (WarmPlace(x_min, y_min, x_max, y_max),)


@dataclass(slots=True)
class _Look:
    number: int
    x: float
    y: float
    last_at: datetime


class _Desk:
    """Opens looks and says of each whether it is right."""

    def __init__(self, scene: HeatScene) -> None:
        self._scene = scene
        self._looks: list[_Look] = []
        self.in_view_at = scene.in_view_at()
        self.found_min: float | None = None
        self.falses: list[str] = []
        self._unanswered: list[tuple[datetime, HeatEvent, str]] = []

    def take(self, at: datetime, events: tuple[HeatEvent, ...]) -> None:
        """The events of one frame."""
        self._looks = [look for look in self._looks if at - look.last_at <= STAYS_OPEN]
        for event in events:
            if not event.is_due:
                continue
            x, y = _middle(event.spot)
            right = self._is_right(at, event.spot)
            look = self._open_one(event.number, x, y)
            if right and self.found_min is None and self.in_view_at is not None:
                self.found_min = (at - self.in_view_at).total_seconds() / 60.0
            if look is None:
                self._looks.append(_Look(event.number, x, y, at))
                if not right:
                    what = self._what(at, event.spot)
                    self.falses.append(_told(at, event, what))
                    self._unanswered.append((at + ANSWERED, event, what))
            else:
                look.number, look.x, look.y, look.last_at = event.number, x, y, at

    def answers(self, at: datetime) -> list[tuple[HeatEvent, datetime]]:
        """False looks that are answered by now, and until when each teaches its place."""
        ready = [one for one in self._unanswered if one[0] <= at]
        self._unanswered = [one for one in self._unanswered if one[0] > at]
        return [
            (event, when + (STANDING if what in {"stove", "sun"} else PASSING))
            for when, event, what in ready
        ]

    def _what(self, at: datetime, spot: HotSpot) -> str:
        x, y = _middle(spot)
        near = 0.1 * self._scene.eye.width_px
        for one in self._scene.passing(at):
            if np.hypot(one.place_px[0] - x, one.place_px[1] - y) <= near:
                return one.kind
        return "sun"

    def _open_one(self, number: int, x: float, y: float) -> _Look | None:
        near = SAME_SHARE * self._scene.eye.width_px
        for look in self._looks:
            if look.number == number or np.hypot(look.x - x, look.y - y) <= near:
                return look
        return None

    def _is_right(self, at: datetime, spot: HotSpot) -> bool:
        start = self._scene.start
        if start is None or not start.begins_at <= at <= start.ends_at:
            return False
        box = self._scene.truth(at).box_px
        if box is None:
            return False
        left, top, right, bottom = box
        return (
            spot.x_min - NEAR_PX <= right
            and left <= spot.x_max + NEAR_PX
            and spot.y_min - NEAR_PX <= bottom
            and top <= spot.y_max + NEAR_PX
        )


def _middle(spot: HotSpot) -> tuple[float, float]:
    return (spot.x_min + spot.x_max) / 2.0, (spot.y_min + spot.y_max) / 2.0


def _told(at: datetime, event: HeatEvent, what: str) -> str:
    local = at.astimezone(CHINA)
    spot = event.spot
    reasons = " ".join(f"{reason.value}{weight:+.1f}" for reason, weight in event.reasons)
    peak = "" if event.peak_c is None else f" {event.peak_c:.0f} C"
    return f"{local:%m-%d %H:%M} {what} ({spot.x_min},{spot.y_min}){peak} x{event.frames} {reasons}"
