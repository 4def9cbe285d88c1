"""Keeps every fire that needs people ranked: by what happens, and by the hour.

Events of the store name the fires that changed; a change of the wind, of the danger, of the ledger
or of the land makes all of them due, and so does half a minute. A fire is reckoned from what is
stored and from an answer of the land that is kept while its place and all that shapes it stand. A
fire that cannot be reckoned is told in the log and keeps the rank that it has; the others go on.
What a store refuses that takes nothing now stays due.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from detector.incidents.evidence_factors import sensors_of
from detector.incidents.factors import case_of
from detector.incidents.nuisances import nuisances_at
from detector.incidents.placing import IncidentPlace
from detector.incidents.surroundings import LandSaid, Surroundings
from detector.incidents.testimony import camera_of
from detector.incidents.urgency import reckon
from detector.suppression.sensors import ground_distance_m
from geo.calibration import sun_direction
from geo.joint import JointPlace
from models.clock import Clock
from models.errors import Conflict, NotFound, StorageFull, StoreUnreachable, WatchError
from models.events import Event, EventKind
from models.incident import OPEN_STATES, Incident, Urgency
from models.ledger import LedgerEntry
from models.site import Camera, HeightDatum, Position
from models.store import Store
from models.weather import DangerNow
from models.wind import Wind

__all__ = ["LandOf", "PlaceOf", "Ranker"]

logger = logging.getLogger(__name__)

LandOf = Callable[[Sequence[JointPlace]], LandSaid | None]
"""The land's answer to places, with the wind and the burns of now; None without any land."""

PlaceOf = Callable[[Incident, Mapping[str, Camera]], IncidentPlace]

PACE_S: Final = 1.0
ALL_AGAIN_S: Final = 30.0
AT_ONCE: Final = 50
"""Fires of one step; the others follow in the next one."""

SUN_DOWN_DEG: Final = -6.0
"""End of civil twilight: below it the woods are dark."""

SAME_PLACE_M: Final = 20.0
SAME_SHARE: Final = 0.1
"""A place that moves less than either, the share being of its radius, has the same answer."""

_NOT_NOW: Final = (StorageFull, StoreUnreachable, Conflict)

STEADY_POINTS: Final = 1.0
"""Points that change by less are told with the next thing that changes, or with the half minute."""


@dataclass(frozen=True, slots=True)
class _Times:
    """What all fires share at a moment."""

    now: datetime
    wind: Wind | None
    danger: DangerNow
    ledger: tuple[LedgerEntry, ...]
    land_version: int

    @property
    def shapes_land(self) -> tuple[object, ...]:
        """What an answer of the land rests on, besides the place."""
        return self.wind, self.ledger, self.land_version, self.now.strftime("%Y-%m")

    @property
    def shapes_all(self) -> tuple[object, ...]:
        """What makes every fire due."""
        return self.wind, self.ledger, self.land_version, self.danger


class Ranker:
    """Ranks fires; one thread at a time.

    Args:
        store: of fires.
        clock: the installation's.
        zone: of the site's clock.
        place_of: where a fire is.
        land_of: what the land says of places.
        land_version: rises with every change of the land.
        danger: class of the day.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        zone: ZoneInfo,
        *,
        place_of: PlaceOf,
        land_of: LandOf,
        land_version: Callable[[], int] = lambda: 0,
        danger: Callable[[], DangerNow] = DangerNow,
    ) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._place_of = place_of
        self._land_of = land_of
        self._land_version = land_version
        self._danger = danger
        self._sequence: int | None = None
        self._due: dict[int, None] = {}  # in the order in which they became due
        self._shaped_by: tuple[object, ...] | None = None
        self._all_at_s = 0.0
        self._answers: dict[int, tuple[tuple[object, ...], tuple[JointPlace, ...], LandSaid]] = {}

    async def run(self) -> None:
        """Rank until cancelled; a store that fails for a moment is asked again."""
        said = ""
        while True:
            try:
                await asyncio.to_thread(self.step)
                said = ""
            except WatchError as error:
                if str(error) != said:  # once, not every second
                    logger.exception("fires cannot be ranked now")
                said = str(error)
            await self._clock.sleep(PACE_S)

    def step(self) -> int:
        """Rank what is due, at most :data:`AT_ONCE` fires.

        Returns:
            How many have another rank than before.

        Raises:
            WatchError: the store cannot be read, or takes nothing now.
        """
        self._listen()
        times = self._times()
        hourly = self._clock.monotonic_s() >= self._all_at_s
        if hourly or times.shapes_all != self._shaped_by:
            working = [one.incident_id for one in self._store.incidents.working()]
            self._due.update(dict.fromkeys(reversed(working)))
            self._answers = {key: self._answers[key] for key in working if key in self._answers}
            self._shaped_by = times.shapes_all
            self._all_at_s = self._clock.monotonic_s() + ALL_AGAIN_S
        batch = list(self._due)[:AT_ONCE]
        if not batch:
            return 0
        cameras = self._store.cameras.standpoints()
        ranked = 0
        for incident_id in batch:
            del self._due[incident_id]
            try:
                ranked += self._rank(incident_id, cameras, times)
            except NotFound:
                continue
            except _NOT_NOW:  # no fault of this fire: the next one would fare alike
                self._due[incident_id] = None
                raise
            except Exception:
                logger.exception("fire %d could not be ranked", incident_id)
        return ranked

    def _listen(self) -> None:
        if self._sequence is None:
            self._sequence = self._store.events.latest()
            return
        events = self._store.events.after(self._sequence)
        for event in events:
            incident_id = self._incident_of(event)
            if incident_id is not None:
                self._due[incident_id] = None
            self._sequence = event.sequence

    def _incident_of(self, event: Event) -> int | None:
        if event.kind in {EventKind.INCIDENT_OPENED, EventKind.INCIDENT_CHANGED}:
            return event.subject_id
        try:
            if event.kind in {EventKind.ALERT_OPENED, EventKind.ALERT_UPDATED}:
                return self._store.alerts.incident_of(event.subject_id)
            return self._store.observations.get(event.subject_id).incident_id
        except NotFound:
            return None

    def _times(self) -> _Times:
        now = self._clock.now()
        wind = self._store.winds.last()
        return _Times(
            now,
            None if wind is None or wind.stale(now) else wind,
            self._danger(),
            tuple(entry for entry in self._store.ledger.unended(now) if entry.in_span(now)),
            self._land_version(),
        )

    def _rank(self, incident_id: int, cameras: Mapping[str, Camera], times: _Times) -> bool:
        incident = self._store.incidents.get(incident_id)
        if incident.state not in OPEN_STATES or incident.merged_into is not None:
            self._answers.pop(incident_id, None)
            return False
        place = self._place_of(incident, cameras)
        around = Surroundings(
            at=times.now,
            sensors=sensors_of(incident, cameras),
            land=self._land(incident_id, place.places, times),
            located=bool(place.places),
            wind=times.wind,
            danger=times.danger,
            is_night=_is_night(incident, place, cameras, times.now),
            nuisances=nuisances_at(incident, place, times.ledger, times.now, self._zone),
        )
        urgency = reckon(incident, around)
        if not _says_more(incident.urgency, urgency):
            return False
        return self._store.incidents.rank(incident_id, urgency)

    def _land(
        self, incident_id: int, places: tuple[JointPlace, ...], times: _Times
    ) -> LandSaid | None:
        if not places:
            return None
        kept = self._answers.get(incident_id)
        if kept is not None and kept[0] == times.shapes_land and _same_places(kept[1], places):
            return kept[2]
        said = self._land_of(places)
        if said is not None:
            self._answers[incident_id] = (times.shapes_land, places, said)
        return said


def _same_places(before: Sequence[JointPlace], now: Sequence[JointPlace]) -> bool:
    return len(before) == len(now) and all(
        ground_distance_m(_at(old), new.lon_deg, new.lat_deg)
        <= max(SAME_PLACE_M, SAME_SHARE * old.r90_m)
        and abs(old.r90_m - new.r90_m) <= max(SAME_PLACE_M, SAME_SHARE * old.r90_m)
        for old, new in zip(before, now, strict=True)
    )


def _is_night(
    incident: Incident, place: IncidentPlace, cameras: Mapping[str, Camera], now: datetime
) -> bool | None:
    """Whether the sun is down where it burns, else where it is seen from; None when unknown."""
    if place.best is not None:
        at: Position | None = _at(place.best)
    elif place.observer is not None:
        at = place.observer
    else:
        at = next((camera_of(alert, cameras).position for alert in incident.alerts), None)
    return None if at is None else sun_direction(at, now)[1] < SUN_DOWN_DEG


def _at(place: JointPlace) -> Position:
    return Position(place.lon_deg, place.lat_deg, 0.0, HeightDatum.SEA_LEVEL)


def _says_more(before: Urgency | None, now: Urgency) -> bool:
    """Whether it is worth telling: a picture a second would change the last digit each time."""
    if before is None or before.level is not now.level:
        return True
    if abs(before.points - now.points) >= STEADY_POINTS:
        return True
    if [(one.reason, case_of(one)) for one in before.factors] != [
        (one.reason, case_of(one)) for one in now.factors
    ]:
        return True
    return (now.at - before.at).total_seconds() >= ALL_AGAIN_S
