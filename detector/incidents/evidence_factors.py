"""What the evidence itself says about hurrying: how sure, who says so, how it grows."""

import math
from collections.abc import Iterable, Iterator, Mapping
from statistics import median
from typing import Final

from detector.incidents.factors import factor
from detector.incidents.surroundings import Sensors
from detector.incidents.testimony import camera_of
from detector.suppression.sensors import same_mast
from models.alert import Alert, Finding
from models.detection import Label
from models.incident import (
    FIRE_STATES,
    Incident,
    IncidentState,
    Level,
    UrgencyFactor,
    UrgencyReason,
)
from models.observation import Observation, ObservationSource
from models.site import Camera, CameraKind, Position

__all__ = ["GREW_TIMES", "evidence_factors", "growth_of", "level_of", "sensors_of"]

SURE_LOG_ODDS: Final = 4.0
"""At this much evidence, natural logarithm, 63 % of the points are reached."""

GREW_TIMES: Final = 1.5
"""A plume whose area reaches this multiple grows; less is how boxes breathe."""

FULL_GROWTH: Final = 2.0  # doublings
LEAST_GROWN: Final = 0.5  # share, for one that the tracker says grew
SMOOTHED: Final = 3
ONE_PLACE_SHARE: Final = 0.8
"""Two kinds of sensors on one head: what stands in front of it deceives both."""

_STAFF: Final = frozenset({ObservationSource.PATROL, ObservationSource.PILOT})
_DEVICES: Final = frozenset({ObservationSource.DRONE, ObservationSource.NODE})
_KINDS_AGREE: Final = 2


def sensors_of(incident: Incident, cameras: Mapping[str, Camera]) -> Sensors:
    """Who speaks for a fire; cameras of one mast are one sensor, people are one, drones one.

    Every node under the trees is one, however often its heat was told, and so is every camera of
    heat on a tower, whichever of its views told it. Heat and smoke of one head are of two kinds and
    were seen from one place.
    """
    masts: list[tuple[Position, CameraKind]] = []
    for alert in incident.alerts:
        camera = camera_of(alert, cameras)
        if not any(
            kind is camera.kind and same_mast(position, camera.position) for position, kind in masts
        ):
            masts.append((camera.position, camera.kind))
    canopy = sum(kind is CameraKind.CANOPY for _, kind in masts)
    # What it told by is the node's key; that of a view has a point behind its camera's.
    nodes = {one.draft.told.partition(".")[0] for one in _felt(incident)}
    drones = any(_shown(incident))
    people = any(_told(incident))
    stands = [cameras[key].position for key in nodes if key in cameras]
    one_place = (
        len(masts) == 1
        and len(stands) == len(nodes) > 0
        and all(same_mast(masts[0][0], stand) for stand in stands)
    )
    return Sensors(
        len(masts) - canopy,
        canopy + len(nodes),
        drones=drones,
        people=people,
        one_place=one_place and not drones and not people,
    )


def level_of(sensors: Sensors) -> Level:
    """How many independent sensors speak for it, and whether they are of different kinds."""
    if sensors.kinds >= _KINDS_AGREE:
        return Level.STRONG
    return Level.CORROBORATED if sensors.count > 1 else Level.SINGLE


def growth_of(alerts: Iterable[Alert]) -> tuple[float, float, bool]:
    """The strongest growth of them: area at the end over that at the beginning, and the time.

    Returns:
        Times, minutes, and whether a tracker says that it grew.
    """
    times, minutes, grew = 1.0, 0.0, False
    for alert in alerts:
        decision = alert.draft.decision
        grew = grew or Finding.GREW in decision.findings or Finding.REGREW in decision.findings
        seen = [
            (score.elapsed_s, box.area_px)
            for score in decision.scores
            if (box := score.box if score.reference_box is None else score.reference_box)
            is not None
        ]
        if len(seen) < 2:  # one box does not grow
            continue
        count = min(SMOOTHED, len(seen) // 2)
        before = median(area for _, area in seen[:count])
        after = median(area for _, area in seen[-count:])
        if before > 0.0 and after / before > times:
            times, minutes = after / before, max(0.0, seen[-1][0] - seen[0][0]) / 60.0
    return times, minutes, grew


def evidence_factors(incident: Incident, sensors: Sensors) -> Iterator[UrgencyFactor]:
    """All that the evidence adds."""
    if incident.alerts:
        yield _probability(incident)
    said = list(_said(incident))
    if said:
        yield max(said, key=lambda one: one.points)
    level = level_of(sensors)
    if level is not Level.SINGLE:
        share, case = (1.0 if level is Level.STRONG else 0.6), str(level)
        if sensors.one_place:
            share, case = ONE_PLACE_SHARE, "one_place"
        values = {"sensors": float(sensors.count)}
        yield factor(UrgencyReason.INDEPENDENT, share, case=case, values=values)
    times, minutes, grew = growth_of(incident.alerts)
    if grew or times >= GREW_TIMES:
        share = max(LEAST_GROWN if grew else 0.0, math.log2(times) / FULL_GROWTH)
        values = {"times": round(times, 1), "minutes": float(round(minutes))}
        case = "measured" if times >= GREW_TIMES else ""
        yield factor(UrgencyReason.GROWTH, share, case=case, values=values)
    if any(alert.draft.label is Label.FLAME for alert in incident.alerts):
        yield factor(UrgencyReason.FLAME, 1.0)


def _probability(incident: Incident) -> UrgencyFactor:
    """By the surest of its alerts: how many there are is told by the sensors."""
    log_odds = max(alert.draft.decision.log_odds for alert in incident.alerts)
    share = 1.0 - math.exp(-max(0.0, log_odds) / SURE_LOG_ODDS)
    percent = 100.0 / (1.0 + math.exp(-min(50.0, max(-50.0, log_odds))))
    values = {"percent": float(min(99, max(1, round(percent))))}
    return factor(UrgencyReason.PROBABILITY, share, values=values)


def _said(incident: Incident) -> Iterator[UrgencyFactor]:
    reason = UrgencyReason.PERSON_SAYS
    if incident.state in FIRE_STATES and incident.state is not IncidentState.CONTROLLED:
        yield factor(reason, 1.0, case="confirmed")
    told = list(_told(incident))
    if any(one.draft.source in _STAFF for one in told):
        yield factor(reason, 0.85, case="staff", values={"count": float(len(told))})
    elif told:
        yield factor(reason, 0.7, case="told", values={"count": float(len(told))})
    shown = list(_shown(incident))
    if shown:  # a network's word, and no person's: of itself it is worth less than theirs
        yield factor(reason, 0.6, case="drone", values={"count": float(len(shown))})
    felt = {one.draft.told for one in _felt(incident)}
    if felt:  # no person's word either, and no more than a drone's
        yield factor(reason, 0.6, case="node", values={"count": float(len(felt))})
    if any(Finding.PROMOTED in alert.draft.decision.findings for alert in incident.alerts):
        yield factor(reason, 0.85, case="promoted")


def _told(incident: Incident) -> Iterator[Observation]:
    """What people told."""
    return (one for one in _standing(incident) if one.draft.source not in _DEVICES)


def _shown(incident: Incident) -> Iterator[Observation]:
    """What the detector found in pictures of drones."""
    return (one for one in _standing(incident) if one.draft.source is ObservationSource.DRONE)


def _felt(incident: Incident) -> Iterator[Observation]:
    """Heat that nodes under the trees have seen."""
    return (one for one in _standing(incident) if one.draft.source is ObservationSource.NODE)


def _standing(incident: Incident) -> Iterator[Observation]:
    return (one for one in incident.observations if one.withdrawn_at is None)
