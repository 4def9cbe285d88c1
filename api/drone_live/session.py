"""One time of looking: pictures of one flight, at most an hour of them, kept as one footage."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import shapely

from api.drone_live.blurring import blur_of, blurred
from api.drone_live.history import StateHistory
from api.drone_live.plumes import PlumeBook, PlumeFind, is_sure
from api.drone_live.telling import tell_plume
from api.imagery.finding import Placer, report_of
from api.imagery.flight_looks import Flight, flight_of
from api.imagery.shelf import ImageryShelf
from drone_jobs.imagery.gaps import with_gaps
from drone_jobs.imagery.telemetry_times import TelemetryTimes
from geo.drone import DroneView
from models.config.drone_links import DroneLinkRule
from models.detection import Box, ModelReference
from models.errors import NotFound
from models.flight import AttitudeSource, Look, LookGap
from models.imagery import HitGap, ImageryHitDraft, ImageryResult, ImageryState

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from api.context import Context

__all__ = ["LONGEST", "LiveSession", "SeenPicture"]

LONGEST: Final = timedelta(hours=1)
MOST_HITS: Final = 2000
KEEP_EVERY: Final = timedelta(seconds=10)
BETTER: Final = 0.05
FLIGHT_EVERY: Final = timedelta(minutes=2)
GROUND_EVERY: Final = timedelta(seconds=30)
MOST_GROUND: Final = 40
WRITE_EVERY: Final = timedelta(seconds=5)
_BEST: Final = tuple(AttitudeSource)


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """A picture that was scored and is not placed yet.

    Attributes:
        came_at: UTC, by our clock.
        at: UTC, when it was taken, as far as the stated delay tells.
        sigma_s: standard deviation of ``at``.
        size_px: width and height.
        boxes: what was found, by falling score.
        jpeg: the picture with its boxes; empty without any.
        model: the weights that looked; None where nobody says.
    """

    came_at: datetime
    at: datetime
    sigma_s: float
    size_px: tuple[int, int]
    boxes: tuple[Box, ...]
    jpeg: bytes
    model: ModelReference | None = None


class LiveSession:
    """Keeps and places what is found; used from one thread at a time.

    Args:
        context: of the application.
        rule: of the aircraft.
        run_id: of the flight that it is on; None where nobody knows of one.
        history: what the aircraft tells.
        shelf: where pictures lie.
        is_drill: the aircraft is simulated.
    """

    def __init__(
        self,
        context: "Context",
        rule: DroneLinkRule,
        run_id: int | None,
        *,
        history: StateHistory,
        shelf: ImageryShelf,
        is_drill: bool,
    ) -> None:
        self._context = context
        self._rule = rule
        self.run_id = run_id
        self._history = history
        self._shelf = shelf
        self._is_drill = is_drill
        self.began_at = context.clock.now()
        self.imagery_id = context.store.live_imagery.begin(
            rule.aircraft, run_id, stated_fov_deg=rule.live_fov_deg
        )
        self.frames = self.hits = 0
        self.gaps: tuple[HitGap, ...] = ()
        self.taken_at: datetime | None = None
        self._all_gaps: set[HitGap] = set()
        self._attitude = AttitudeSource.NONE
        self._first_at: datetime | None = None
        self._plumes = PlumeBook()
        self._untold: list[tuple[int, ImageryHitDraft, SeenPicture]] = []
        self._ground: list[BaseGeometry] = []
        self._ground_at: datetime | None = None
        self._kept_at: datetime | None = None
        self._kept_score = 0.0
        self._written_at = self.began_at
        self._flight: Flight | None = None
        self._flight_at: datetime | None = None
        self._fov_deg, self._home = _aircraft(context, rule.aircraft)

    @property
    def is_full(self) -> bool:
        """Whether another one is to begin."""
        is_long = self._context.clock.now() - self.began_at >= LONGEST
        return is_long or self.hits >= MOST_HITS

    def take(self, seen: SeenPicture) -> None:
        """Place and keep a picture.

        Raises:
            WatchError: the store or the disk failed; it may be tried again.
        """
        self._look_for_flight()
        look_at = self._looks()
        view, missing, look = self._view(seen, look_at)
        if not self._untold:  # else the store failed behind them, and this is another try
            self._keep(seen, view, missing)
        while self._untold:
            self._witness(*self._untold[0])
            del self._untold[0]
        self.frames += 1
        self.gaps, self.taken_at = missing, seen.at
        self._all_gaps |= set(missing)
        if self._first_at is None:
            self._first_at = seen.at
        if view is not None:
            self._attitude = min(self._attitude, look.attitude, key=_BEST.index)
            self._cover(seen.at, view)
        if self._context.clock.now() - self._written_at >= WRITE_EVERY:
            self.write()

    def write(self) -> None:
        """Keep how far it is. Raises as :meth:`take`."""
        self._written_at = self._context.clock.now()
        self._context.store.live_imagery.keep(self.imagery_id, self._result(ImageryState.LIVE))

    def end(self, code: str = "", message: str = "") -> None:
        """It is over.

        Args:
            code: why the stream was lost at the end; empty where it was not.
            message: of the same.

        Raises:
            WatchError: the store failed.
        """
        result = replace(self._result(ImageryState.SCORED), code=code, message=message)
        self._context.store.live_imagery.keep(self.imagery_id, result)

    def _result(self, state: ImageryState) -> ImageryResult:
        return ImageryResult(
            state,
            taken_at=self._first_at,
            frames=self.frames,
            gaps=tuple(gap for gap in HitGap if gap in self._all_gaps),
            attitude=self._attitude,
            footprint=shapely.union_all(self._ground) if self._ground else None,
        )

    def _look_for_flight(self) -> None:
        now = self._context.clock.now()
        if self._flight_at is not None and now - self._flight_at < FLIGHT_EVERY:
            return
        self._flight_at = now
        drills = {self._rule.aircraft} if self._is_drill else ()
        self._flight = flight_of(self._context.store, self.run_id, drills)

    def _looks(self) -> Callable[[datetime], Look]:
        """Where the camera looked at a time, by what was heard until now."""
        states = self._history.all()
        telemetry = TelemetryTimes(states, horizontal_fov_deg=self._fov_deg)
        flight = self._flight
        if flight is not None:
            flight = replace(flight, states=states or flight.states, telemetry=telemetry)

        def look_at(at: datetime) -> Look:
            told = telemetry.look_at(at)
            if LookGap.TIME in told.gaps:  # it is not known where the aircraft was then
                return with_gaps(Look(at=at, gaps=(LookGap.TIME,)))
            if flight is None:
                return told
            return flight.told(with_gaps(Look(at=at)), is_still=False)

        return look_at

    def _view(
        self, seen: SeenPicture, look_at: Callable[[datetime], Look]
    ) -> tuple[DroneView | None, tuple[HitGap, ...], Look]:
        take_off = self._home if self._flight is None else self._flight.take_off or self._home
        placer = self._placer(take_off)
        look = look_at(seen.at)
        view, missing = placer.view(look, seen.size_px)
        if view is not None:
            view = blurred(view, blur_of(look_at, seen.at, seen.sigma_s))
        return view, missing, look

    def _placer(self, take_off: tuple[float, float] | None) -> Placer:
        return Placer(self._context.locator, take_off, self._rule.live_fov_deg)

    def _keep(self, seen: SeenPicture, view: DroneView | None, missing: tuple[HitGap, ...]) -> None:
        """Keep what was found, unless it is what was kept a moment ago."""
        if not seen.boxes:
            return
        placer = self._placer(None)
        drafts = []
        for box in seen.boxes[: MOST_HITS - self.hits]:
            fix, gaps = (None, missing) if view is None else placer.fix(view, box)
            time_s = max(0.0, (seen.came_at - self.began_at).total_seconds())
            # Placed and alone, it is too weak to tell of a fire; others may join it.
            gaps = gaps or (HitGap.WEAK,)
            drafts.append(ImageryHitDraft(self.frames, time_s, box, fix, gaps, model=seen.model))
        if not drafts or not self._is_worth(seen, drafts):
            return
        self._shelf.keep_picture(self.imagery_id, 1, self.frames, seen.jpeg)
        numbers = self._context.store.live_imagery.add_hits(self.imagery_id, drafts)
        self.hits += len(numbers)
        self._kept_at = seen.at
        self._kept_score = max(self._kept_score, seen.boxes[0].score)
        self._untold = [(n, draft, seen) for n, draft in zip(numbers, drafts, strict=False)]

    def _is_worth(self, seen: SeenPicture, drafts: list[ImageryHitDraft]) -> bool:
        """Whether a picture shows something new: a place that is not told, or a surer find."""
        if self._kept_at is None or seen.at - self._kept_at >= KEEP_EVERY:
            return True
        if seen.boxes[0].score >= self._kept_score + BETTER:
            return True
        for draft in drafts:
            if draft.fix is None or not draft.fix.clusters or not is_sure(draft.box.score):
                continue
            plume = self._plumes.of(report_of(draft.fix))
            if plume is None or plume.told is None:
                return True
        return False

    def _witness(self, number: int, draft: ImageryHitDraft, seen: SeenPicture) -> None:
        if draft.fix is None or not draft.fix.clusters or not is_sure(draft.box.score):
            return
        word = f"{draft.box.label.word} {draft.box.score:.2f}"
        find = PlumeFind(number, seen.at, report_of(draft.fix), word)
        plume = self._plumes.take(find)
        if plume is None:
            return
        if plume.is_due:
            tell_plume(
                self._context,
                plume,
                imagery_id=self.imagery_id,
                aircraft=self._rule.aircraft,
                flight=self._flight,
                is_drill=self._is_drill or (self._flight is not None and self._flight.is_drill),
            )
        elif plume.observation_id is not None:
            self._context.store.live_imagery.tell([number], plume.observation_id)
            plume.finds.clear()

    def _cover(self, at: datetime, view: DroneView) -> None:
        """Take the ground of some pictures."""
        if len(self._ground) >= MOST_GROUND:
            return
        if self._ground_at is not None and at - self._ground_at < GROUND_EVERY:
            return
        self._ground_at = at
        ground = self._placer(None).footprint(view)
        if ground is not None:
            self._ground.append(ground)


def _aircraft(context: "Context", name: str) -> tuple[float | None, tuple[float, float] | None]:
    """Field of view of an aircraft that has one camera, and where it stands."""
    try:
        craft = context.store.aircraft.get(name).aircraft
    except NotFound:
        return None, None
    fov_deg = craft.cameras[0].horizontal_fov_deg if len(craft.cameras) == 1 else None
    if craft.home_lon_deg is None or craft.home_lat_deg is None:
        return fov_deg, None
    return fov_deg, (craft.home_lon_deg, craft.home_lat_deg)
