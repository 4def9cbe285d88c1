"""How urgent a fire is, and why: values in, points with their reasons out; no clock, no store.

Reasons that hurry add up (:data:`detector.incidents.factors.MOST`). Then some things lower what
there is by a share of it: a registered burn, a known nuisance, that people have it under control,
a drill. None of them silences: a share is left, and never less than :data:`FLOOR` of what there
was. A burn and a nuisance lower nothing at all while it grows, has moved, is at night, on a day of
danger, in strong wind, or once a person has said that it burns: then it is taken for an escape.
"""

from collections.abc import Iterator
from typing import Final

from detector.incidents.evidence_factors import (
    GREW_TIMES,
    evidence_factors,
    growth_of,
    level_of,
)
from detector.incidents.factors import factor
from detector.incidents.place_factors import place_factors
from detector.incidents.surroundings import Surroundings
from models.incident import (
    FIRE_STATES,
    Incident,
    IncidentState,
    Urgency,
    UrgencyFactor,
    UrgencyReason,
)
from models.land import BurnNear
from models.patrol import DangerClass
from models.suppression import Holder, Release

__all__ = ["FLOOR", "reckon"]

FLOOR: Final = 5.0
"""So many points are left of whatever had as many, however much speaks against it."""

BURN_SHARE: Final = 0.4
NUISANCE_SHARE: Final = 0.3
CONTROLLED_SHARE: Final = 0.4
DRILL_SHARE: Final = 0.3

STRONG_WIND_M_S: Final = 8.0
"""Fresh breeze: whoever burns then, burns against the rules, and it jumps."""

FULL_WIND_M_S: Final = 10.8
BURN_REACH_M: Final = 1000.0
"""A burn explains a fire whose best place lies in its circle, and whose region ends so near."""

_MOVED: Final = frozenset({Release.NEW_POSITION, Release.SECOND_PLUME})
_HELD: Final = frozenset({Holder.BURN, Holder.NUISANCE})


def reckon(incident: Incident, around: Surroundings) -> Urgency:
    """How urgent a fire is now.

    Args:
        incident: with its evidence.
        around: what is known besides.
    """
    factors = [
        *evidence_factors(incident, around.sensors),
        *place_factors(around),
        *_weather(around),
    ]
    points = round(sum(one.points for one in factors), 1)
    floor = min(points, FLOOR)
    for reason, case, share, words in _lowering(incident, around):
        less = min(round(points * share, 1), round(points - floor, 1))
        named = {"case": case} if case else {}
        factors.append(UrgencyFactor(reason, -less + 0.0, {}, named | words))
        points = round(points - less, 1)
    order = list(UrgencyReason)
    factors.sort(key=lambda one: (-abs(one.points), order.index(one.reason)))
    return Urgency(min(100.0, points), level_of(around.sensors), tuple(factors), around.at)


def _weather(around: Surroundings) -> Iterator[UrgencyFactor]:
    wind = around.wind
    if wind is None:
        yield factor(UrgencyReason.WIND, 1.0, case="unknown")
    elif not wind.calm:
        values = {"speed_m_s": round(wind.speed_m_s, 1), "from_deg": float(round(wind.from_deg))}
        yield factor(UrgencyReason.WIND, wind.speed_m_s / FULL_WIND_M_S, values=values)
    danger = around.danger
    reckoned = danger.reckoned
    share = (reckoned - DangerClass.LOW) / (DangerClass.EXTREME - DangerClass.LOW)
    case = "stale" if danger.stale else str(danger.source)
    yield factor(UrgencyReason.DANGER, share, case=case, values={"danger": float(reckoned)})
    if around.is_night is None or around.is_night:
        yield factor(UrgencyReason.NIGHT, 1.0, case="unknown" if around.is_night is None else "")


_Lowered = tuple[UrgencyReason, str, float, dict[str, str]]


def _lowering(incident: Incident, around: Surroundings) -> Iterator[_Lowered]:
    """What speaks against hurrying: the reason, which sentence, and its share of what there is."""
    escape = _escape(incident, around)
    burn = _burn_of(around)
    if burn is not None:
        words = {"who": burn.reported_by}
        yield UrgencyReason.REGISTERED_BURN, escape, 0.0 if escape else BURN_SHARE, words
    if around.nuisances:
        words = {"what": around.nuisances[0]}
        yield UrgencyReason.NUISANCE, escape, 0.0 if escape else NUISANCE_SHARE, words
    if incident.state is IncidentState.CONTROLLED:
        yield UrgencyReason.PERSON_SAYS, "controlled", CONTROLLED_SHARE, {}
    if incident.is_drill:
        yield UrgencyReason.DRILL, "", DRILL_SHARE, {}


def _burn_of(around: Surroundings) -> BurnNear | None:
    if around.land is None:
        return None
    for burn in around.land.report.burns:
        if burn.distance_m <= 0.0 and burn.distance_max_m <= BURN_REACH_M:
            return burn
    return None


def _escape(incident: Incident, around: Surroundings) -> str:
    """Why a burn or a nuisance explains nothing any more; empty while it does."""
    times, _, grew = growth_of(incident.alerts)
    released = {
        one.release
        for alert in incident.alerts
        for one in alert.draft.decision.overcome
        if one.by in _HELD
    }
    wind = around.wind
    reasons = (
        ("person", incident.state in FIRE_STATES),
        ("growth", grew or times >= GREW_TIMES),
        ("moved", bool(released & _MOVED)),
        ("night", around.is_night is not False),
        ("danger", around.danger.reckoned >= DangerClass.VERY_HIGH),
        ("wind", wind is not None and wind.speed_m_s >= STRONG_WIND_M_S),
    )
    return next((why for why, holds in reasons if holds), "")
