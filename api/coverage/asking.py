"""Who could see a place, and who looked: asked by the console, and by ``firewatch geo seen``."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from api.coverage.desk import REACH_M, towers_of
from api.coverage.looks import lasting
from geo.coverage import USUAL_ASPECT, PlaceSight, SeenVerdict, see_place, watchers
from geo.coverage.blind import names_at
from geo.terrain import Terrain
from models.errors import InputRefused
from models.site import Camera
from models.store import Store
from models.watching import LastLook, Visit

__all__ = ["Asked", "Question", "ask"]

VISIT_AT_MOST: Final = timedelta(minutes=6)
BACK: Final = (timedelta(days=1), timedelta(days=32))


@dataclass(frozen=True, slots=True)
class Question:
    """About one place.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        smoke_m: how high the smoke was.
        at: UTC.
        within: it was being watched when somebody looked in so long before.
    """

    lon_deg: float
    lat_deg: float
    smoke_m: float
    at: datetime
    within: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        """Refuse what is no place, no height or no time.

        Raises:
            InputRefused: with the code ``coverage_question``.
        """
        numbers = np.array([self.lon_deg, self.lat_deg, self.smoke_m])
        good = bool(np.isfinite(numbers).all()) and 0.0 <= self.smoke_m <= 100.0
        good = good and abs(self.lon_deg) <= 180.0 and abs(self.lat_deg) <= 90.0
        if not (good and timedelta(0) < self.within <= timedelta(days=1)):
            raise InputRefused(
                "A place is asked about with smoke of 0 to 100 m and a time of up to a day.",
                remedy="Give longitude, then latitude, in degrees.",
                code="coverage_question",
            )


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer.

    Attributes:
        question: that was asked.
        sight: who could see the place.
        verdict: what may be said.
        watched: who looked in time, the newest first.
        last: who looked last before the moment; None for nobody in the visits that are kept.
        township: in which it lies; empty for none.
        village: the nearest; empty for none.
        village_m: how far that is.
    """

    question: Question
    sight: PlaceSight
    verdict: SeenVerdict
    watched: tuple[LastLook, ...]
    last: LastLook | None
    township: str
    village: str
    village_m: float | None


def ask(
    question: Question,
    store: Store,
    terrain: Terrain,
    *,
    cameras: Sequence[Camera],
    aspect_of: Callable[[str], float] = lambda _camera: USUAL_ASPECT,
    running: Iterable[Visit] = (),
) -> Asked:
    """Answer it.

    Args:
        question: about a place.
        store: visits and land.
        terrain: relief.
        cameras: towers, and others, which are passed over.
        aspect_of: width of a camera's picture over its height.
        running: visits that are under way.

    Raises:
        InputRefused: a lens's height is above the ellipsoid where the geoid is not known.
    """
    place = question.lon_deg, question.lat_deg
    sight = see_place(
        terrain,
        towers_of(cameras),
        place,
        smoke_m=question.smoke_m,
        reach_m=REACH_M,
        aspect_of=aspect_of,
    )
    names = [tower.camera.camera_id for tower in sight.seeing]
    began = [one for one in running if one.seen_from_at is not None]
    now_on = [
        look
        for look in lasting(one for one in began if _before(one.seen_from_at, question.at))
        if look.camera_id in names and look.at >= question.at - question.within
    ]

    def looks(back: timedelta) -> list[LastLook]:
        since = question.at - back
        kept = store.patrols.last_looks(since - VISIT_AT_MOST, question.at, names)
        found = watchers(sight, [*kept, *now_on], aspect_of)
        # A view may have been held on several grounds, and by a pose that was mended since.
        newest: dict[tuple[str, int], LastLook] = {}
        for look in found:
            newest.setdefault((look.camera_id, look.preset), look)
        return [look for look in newest.values() if look.at >= since]

    watched = looks(question.within) if names else []
    last = watched[0] if watched else None
    for back in BACK:
        if last is None and names:
            last = next(iter(looks(back)), None)
    township, village, village_m = names_at(store.land.all(), *place)
    verdict = sight.verdict(watched=bool(watched))
    return Asked(question, sight, verdict, tuple(watched), last, township, village, village_m)


def _before(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at
