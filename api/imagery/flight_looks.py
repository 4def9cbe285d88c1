"""Where the pictures of a flight looked, by what the file tells and by what the flight told.

A file is believed before the flight's telemetry, and telemetry before the mission's orders. What
nobody tells stays a gap.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from drone_jobs.imagery.flight_gimbal import with_mission_gimbal
from drone_jobs.imagery.gaps import gaps_of, with_gaps
from drone_jobs.imagery.telemetry_times import TelemetryTimes
from drone_jobs.imagery.video import LookSource
from models.errors import NotFound
from models.flight import AircraftState, FlightPhase, Look, LookGap, Run, RunCause
from models.mission import Mission
from models.store import Store

__all__ = ["Flight", "VideoLooks", "flight_of", "still_look"]

NEAR: Final = timedelta(seconds=2.5)
AROUND: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """What is known of a flight.

    Attributes:
        run: of it.
        states: that its aircraft told, by time.
        mission: that was flown; None when it is not kept.
        take_off: longitude and latitude; None when nobody knows.
        telemetry: the states as looks.
        is_drill: it looks at an invented fire, or its aircraft is simulated.
    """

    run: Run
    states: tuple[AircraftState, ...]
    mission: Mission | None
    take_off: tuple[float, float] | None
    telemetry: TelemetryTimes
    is_drill: bool

    @property
    def looks_at(self) -> int | None:
        """The fire that it was sent to look at."""
        return self.run.incident_id if self.run.cause is RunCause.VERIFICATION else None

    def told(self, look: Look, *, is_still: bool) -> Look:
        """A look with what the flight knows of its moment."""
        if look.at is None:
            return look
        at = look.at
        look = _filled(look, self.telemetry.look_at(at))
        nearest = min(self.states, key=lambda one: abs(one.at - at), default=None)
        if self.mission is None or nearest is None or abs(nearest.at - at) > NEAR:
            return look
        return with_mission_gimbal(
            look,
            self.mission,
            nearest.mission_point,
            heading_deg=nearest.heading_deg,
            is_still=is_still,
        )

    def may_have_begun(self, at: datetime) -> bool:
        """Whether a video may have begun then; a local time that is told for UTC is hours off."""
        began = self.run.started_at
        ended = self.run.ended_at or (self.states[-1].at if self.states else None)
        return began is not None and ended is not None and began - AROUND <= at <= ended + AROUND


@dataclass(frozen=True, slots=True)
class VideoLooks:
    """Where a video looked.

    Attributes:
        own: what the file or its subtitles tell; None when nothing does.
        flight: that it was taken on; None when nobody says.
        begins_at: UTC, of its first picture by the file; None when it cannot be believed.
    """

    own: LookSource | None
    flight: Flight | None
    begins_at: datetime | None = None

    def look_at(self, time_s: float, /) -> Look:
        """See :class:`drone_jobs.imagery.video.LookSource`."""
        look = with_gaps(Look(at=None)) if self.own is None else self.own.look_at(time_s)
        if look.at is None and self.begins_at is not None:
            look = replace(look, at=self.begins_at + timedelta(seconds=time_s))
        return look if self.flight is None else self.flight.told(look, is_still=False)


def still_look(look: Look, flight: Flight | None) -> Look:
    """Where a photo looked."""
    return look if flight is None else flight.told(look, is_still=True)


def flight_of(store: Store, run_id: int | None, drills: Collection[str] = ()) -> Flight | None:
    """What is known of a flight; None without one.

    Args:
        store: where it is kept.
        run_id: of it; None for no flight.
        drills: aircraft that are simulated.

    Raises:
        WatchError: the store failed.
    """
    if run_id is None:
        return None
    run = store.runs.get(run_id)
    states = tuple(
        sorted((one for one in store.tracks.of(run_id) if one.at.tzinfo), key=lambda one: one.at)
    )
    fov_deg, home = _aircraft(store, run)
    of_drill = run.incident_id is not None and store.incidents.get(run.incident_id).is_drill
    return Flight(
        run,
        states,
        _mission(store, run),
        _took_off(states) or home,
        TelemetryTimes(states, horizontal_fov_deg=fov_deg),
        of_drill or run.aircraft in drills,
    )


def _aircraft(store: Store, run: Run) -> tuple[float | None, tuple[float, float] | None]:
    """Field of view of an aircraft that has one camera, and where it stands."""
    try:
        craft = store.aircraft.get(run.aircraft).aircraft
    except NotFound:
        return None, None
    fov_deg = craft.cameras[0].horizontal_fov_deg if len(craft.cameras) == 1 else None
    if craft.home_lon_deg is None or craft.home_lat_deg is None:
        return fov_deg, None
    return fov_deg, (craft.home_lon_deg, craft.home_lat_deg)


def _mission(store: Store, run: Run) -> Mission | None:
    try:
        missions = store.sweeps.get(run.sweep_id, run.sweep_version).missions
    except NotFound:
        return None
    return missions[run.sortie - 1] if 1 <= run.sortie <= len(missions) else None


def _took_off(states: tuple[AircraftState, ...]) -> tuple[float, float] | None:
    """The last place on the ground before it flew."""
    place = None
    for state in states:
        if state.phase not in {FlightPhase.GROUND, FlightPhase.ARMED}:
            break
        if state.lon_deg is not None and state.lat_deg is not None:
            place = state.lon_deg, state.lat_deg
    return place


def _filled(look: Look, told: Look) -> Look:
    """A look with what telemetry of its moment tells and itself lacks."""
    lacks = set(gaps_of(look))
    if not lacks or LookGap.TIME in told.gaps:
        return look
    knows_place = told.lon_deg is not None and told.lat_deg is not None
    if lacks & {LookGap.PLACE, LookGap.ORDER} and knows_place:
        look = replace(look, lon_deg=told.lon_deg, lat_deg=told.lat_deg)
    if LookGap.HEIGHT in lacks:
        look = replace(look, height=told.height, above_take_off_m=told.above_take_off_m)
    if LookGap.ATTITUDE in lacks and LookGap.ATTITUDE not in told.gaps:
        look = replace(
            look,
            yaw_deg=told.yaw_deg,
            pitch_deg=told.pitch_deg,
            roll_deg=told.roll_deg,
            attitude=told.attitude,
        )
    if LookGap.LENS in lacks:
        look = replace(look, horizontal_fov_deg=told.horizontal_fov_deg)
    ordered = (LookGap.ORDER,) if LookGap.ORDER in lacks and not knows_place else ()
    return with_gaps(replace(look, gaps=ordered))
