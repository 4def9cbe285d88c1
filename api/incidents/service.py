"""From fires as they are stored to what is told of them, to whom."""

from collections.abc import Callable, Sequence
from datetime import datetime

from api.alerts.answering import alert_answers
from api.context import Context
from api.incidents.schemas import IncidentAnswer, PlaceAnswer, UndoAnswer
from api.observations.answering import observation_answer
from detector.incidents.placing import IncidentPlace
from geo.land import LandIndex
from models.incident import Incident
from models.store.verdicts import UNDO_WITHIN, last_verdict
from models.user import Role, User

__all__ = ["answer_of", "answers_of", "is_within", "place_answer"]


def answer_of(context: Context, incident: Incident, user: User) -> IncidentAnswer:
    """One fire, as it is told to somebody."""
    return answers_of(context, [incident], user)[0]


def answers_of(
    context: Context, incidents: Sequence[Incident], user: User
) -> tuple[IncidentAnswer, ...]:
    """Fires, as they are told to somebody."""
    cameras = context.store.cameras.standpoints()
    evidence = [alert for one in incidents for alert in one.alerts]
    alerts = {one.alert_id: one for one in alert_answers(context, evidence, cameras)}
    now = context.clock.now()
    index = context.land_book.refresh().index  # the store is asked once for all of them
    return tuple(
        IncidentAnswer.of(
            one,
            alerts=alerts,
            observations={
                each.observation_id: observation_answer(context, each, user, index)
                for each in one.observations
            },
            place=place_answer(index, context.places.of(one, cameras)),
            undo=_undo(one, user, now),
        )
        for one in incidents
    )


def place_answer(index: LandIndex, place: IncidentPlace) -> PlaceAnswer | None:
    """A place with the townships that it lies in; None where nothing is known."""
    best = place.best
    if best is not None:
        return PlaceAnswer(
            lon_deg=best.lon_deg,
            lat_deg=best.lat_deg,
            ring_lonlat=best.outline_lonlat,
            r90_m=best.r90_m,
            bearing_deg=None,
            townships=index.townships(place.places),
            direction_only=False,
        )
    if place.observer is None:
        return None
    return PlaceAnswer(
        lon_deg=place.observer.lon_deg,
        lat_deg=place.observer.lat_deg,
        ring_lonlat=(),
        r90_m=None,
        bearing_deg=place.bearing_deg,
        townships=(),
        direction_only=True,
    )


def is_within(context: Context, township: str) -> Callable[[Incident], bool]:
    """Whether a fire may lie in a township, by its code."""
    cameras = context.store.cameras.standpoints()
    index = context.land_book.refresh().index

    def check(incident: Incident) -> bool:
        places = context.places.of(incident, cameras).places
        return any(one.code == township for one in index.townships(places))

    return check


def _undo(incident: Incident, user: User, now: datetime) -> UndoAnswer | None:
    verdict = None if incident.merged_into is not None else last_verdict(incident)
    if verdict is None or not user.role.allows(Role.MONITOR):
        return None
    until = verdict.at + UNDO_WITHIN
    if user.role.allows(Role.ADMIN):
        return UndoAnswer(entry_id=verdict.entry_id, until=None)
    if verdict.author == user.name and now <= until:
        return UndoAnswer(entry_id=verdict.entry_id, until=until)
    return None
