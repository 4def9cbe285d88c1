"""From what is stored to who sees one fire with whom."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from api.auth.scope import Scope
from api.context import Context
from api.crossings.schemas import (
    CrossingsAnswer,
    FireCrossingsAnswer,
    MatchAnswer,
    MemberAnswer,
    PartingAnswer,
    WitnessAnswer,
)
from geo.joint import JointPlace
from geo.meeting import (
    HELD,
    WINDOW,
    Meeting,
    Meetings,
    Seen,
    meetings_of,
    residual_of,
    seen_by_alert,
    seen_by_observation,
)
from models.alert import Alert
from models.crossing import Bearing, NoCrossing
from models.frame import Provenance
from models.incident import OPEN_STATES, Incident, IncidentState
from models.observation import Observation
from models.site import Camera, CameraKind

__all__ = ["of_alert", "of_incident", "of_observation", "places_met"]

_NEAREST_FIRST: Final = (
    NoCrossing.DISAGREE,
    NoCrossing.PARALLEL,
    NoCrossing.TOO_FAR,
    NoCrossing.APART,
    NoCrossing.ONE_MAST,
)
"""Of several misses, which one says most."""

MOST_PARTINGS: Final = 50


class _Gathered:
    """Who saw anything about one time, and what is to be told of them."""

    def __init__(self, context: Context, about: Seen, *, drill: bool | None) -> None:
        self.about = about
        self.others: list[Seen] = []
        self.told: dict[str, WitnessAnswer] = {}
        self.subjects: dict[str, Alert | Observation] = {}
        span = about.from_at - WINDOW, about.until_at + WINDOW
        cameras = context.store.cameras.standpoints()
        for alert in context.store.alerts.seen_between(*span):
            is_drill = alert.draft.provenance is Provenance.DRILL
            if _is_witness(alert) and drill in {None, is_drill}:
                camera = _camera_of(alert, cameras)
                self._take(seen_by_alert(_key(alert), alert, camera), camera.name, alert)
        for observation in context.store.observations.seen_between(*span):
            seen = seen_by_observation(_key(observation), observation)
            self._take(seen, observation.draft.told, observation)

    def is_seen_by(self, key: str, scope: Scope) -> bool:
        """Whether somebody sees one of the others by itself."""
        if scope.is_whole:
            return True
        what = self.subjects[key]
        if isinstance(what, Alert):
            return scope.sees_alert(what)
        return scope.sees_observation(what)

    def _take(self, seen: Seen | None, name: str, what: Alert | Observation) -> None:
        if seen is not None and seen.key != self.about.key:
            self.others.append(seen)
            self.told[seen.key] = _witness(seen, name, what)
            self.subjects[seen.key] = what


def of_alert(context: Context, alert_id: int, scope: Scope) -> CrossingsAnswer:
    """Who else sees what an alert is about.

    Raises:
        NotFound: no such alert.
    """
    alert = context.store.alerts.get(alert_id)
    camera = _camera_of(alert, context.store.cameras.standpoints())
    gathered = _around(context, alert, camera)
    if gathered is None:
        return CrossingsAnswer(
            key=_key(alert), reason="no_bearing", window_s=WINDOW.total_seconds(), witnesses=()
        )
    about = gathered.about
    gathered.told[about.key] = _witness(about, camera.name, alert)
    return _answer(context, gathered, scope)


def places_met(context: Context, alert: Alert) -> Sequence[JointPlace]:
    """Where an alert's bearing meets what others see, the best first; none where it meets none."""
    gathered = _around(context, alert, _camera_of(alert, context.store.cameras.standpoints()))
    if gathered is None:
        return ()
    meetings = meetings_of(gathered.about, gathered.others).meetings
    return meetings[0].joint.places if meetings else ()


def _around(context: Context, alert: Alert, camera: Camera) -> _Gathered | None:
    """Who may see the same; None for an alert without a bearing."""
    about = seen_by_alert(_key(alert), alert, camera)
    if about is None:
        return None
    return _Gathered(context, about, drill=alert.draft.provenance is Provenance.DRILL)


def of_observation(context: Context, observation_id: int, scope: Scope) -> CrossingsAnswer:
    """Who else sees what somebody told.

    Raises:
        NotFound: no such observation.
    """
    observation = context.store.observations.get(observation_id)
    about = seen_by_observation(_key(observation), observation)
    gathered = _Gathered(context, about, drill=None)
    gathered.told[about.key] = _witness(about, observation.draft.told, observation)
    return _answer(context, gathered, scope)


def of_incident(context: Context, incident: Incident, scope: Scope) -> FireCrossingsAnswer:
    """Who else sees what the evidence of a fire is about."""
    return FireCrossingsAnswer(
        members=(
            *(of_alert(context, one.alert_id, scope) for one in incident.alerts),
            *(of_observation(context, one.observation_id, scope) for one in incident.observations),
        )
    )


def _answer(context: Context, gathered: _Gathered, scope: Scope) -> CrossingsAnswer:
    about = gathered.about
    found = meetings_of(about, gathered.others)
    land = context.land_book.refresh().index
    seen = {each.key: each for each in (about, *gathered.others)}
    matches = tuple(
        MatchAnswer.of(
            meeting,
            _members(meeting, seen),
            land.around(meeting.joint.places),
        )
        for meeting in found.meetings
    )
    partings = tuple(
        PartingAnswer(key=each.other, reason=each.reason)
        for each in found.partings
        if gathered.is_seen_by(each.other, scope)  # what meets it is the same fire, and theirs
    )[:MOST_PARTINGS]
    named = {about.key, *(each.key for each in partings)}
    for match in matches:
        named |= {each.key for each in match.members}
        named |= {key for rival in match.rivals for key in rival.members}
    return CrossingsAnswer(
        key=about.key,
        reason=_reason(found),
        window_s=WINDOW.total_seconds(),
        witnesses=tuple(each for key, each in gathered.told.items() if key in named),
        matches=matches,
        partings=partings,
        left_out=found.left_out,
    )


def _reason(found: Meetings) -> NoCrossing | Literal["alone"] | None:
    if found.meetings:
        return None
    reasons = {each.reason for each in found.partings}
    for reason in _NEAREST_FIRST:
        if reason in reasons:
            return reason
    return "alone"


def _members(meeting: Meeting, seen: Mapping[str, Seen]) -> tuple[MemberAnswer, ...]:
    best = meeting.joint.places[0]
    return tuple(
        MemberAnswer.of(
            key, residual_of(seen[key].account.witness, best.lon_deg, best.lat_deg), alternatives
        )
        for key, alternatives in zip(meeting.members, meeting.joint.alternatives, strict=True)
    )


def _witness(seen: Seen, name: str, what: Alert | Observation) -> WitnessAnswer:
    witness = seen.account.witness
    is_alert = isinstance(what, Alert)
    at = witness.observer if isinstance(witness, Bearing) else witness.position
    return WitnessAnswer(
        key=seen.key,
        kind="alert" if is_alert else "observation",
        number=what.alert_id if isinstance(what, Alert) else what.observation_id,
        name=name,
        camera_id=what.draft.camera_id if isinstance(what, Alert) else None,
        state=what.state if isinstance(what, Alert) else None,
        lon_deg=at.lon_deg,
        lat_deg=at.lat_deg,
        bearing_deg=witness.bearing_deg if isinstance(witness, Bearing) else None,
        sigma_deg=witness.sigma_deg if isinstance(witness, Bearing) else None,
        radius_m=None if isinstance(witness, Bearing) else witness.sigma_m * HELD,
        from_at=seen.from_at,
        until_at=seen.until_at,
    )


def _key(what: Alert | Observation) -> str:
    if isinstance(what, Alert):
        return f"alert-{what.alert_id}"
    return f"observation-{what.observation_id}"


def _is_witness(alert: Alert) -> bool:
    """Whether people take it for a fire, or have not said: what was dismissed crosses nothing."""
    confirmed = any(verdict.to_state is IncidentState.CONFIRMED for verdict in alert.verdicts)
    return alert.state in OPEN_STATES or confirmed


def _camera_of(alert: Alert, cameras: Mapping[str, Camera]) -> Camera:
    """Of one that nobody remembers, what its alert knows."""
    key = alert.draft.camera_id
    unknown = Camera(key, key, CameraKind.TOWER, alert.draft.fix.observer, ())
    return cameras.get(key, unknown)
