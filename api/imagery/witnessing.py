"""From placed finds to observations: each plume of a file once, joined with its fire.

A find of a single picture is no alert. It is told of a fire from a score that fog reaches in one
frame of twenty; below, it is shown and waits for a person. What one flight shows again and again at
one place is one plume and one witness, told by its sharpest find: a compass that is off is off in
every picture, and a bank of fog that looks like smoke does so from everywhere. What was told of it
before is taken back when a later file shows it twice as sharply.
"""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from api.context import Context
from api.imagery.finding import report_of
from api.imagery.flight_looks import Flight
from api.observations.telling import told
from detector.incidents.placing import place_of
from geo.crs import geodesic
from geo.meeting import HELD
from models.audit import SYSTEM
from models.crossing import Report
from models.errors import Conflict, InputRefused, NotFound
from models.imagery import HitGap, Imagery, ImageryHitDraft
from models.incident import OPEN_STATES, Link, LinkReason
from models.observation import Observation, ObservationDraft, ObservationSource

__all__ = ["TELL_SCORE", "WITHIN_99", "SeenHit", "link_of_flight", "tell"]

TELL_SCORE: Final = 0.5
WITHIN_99: Final = math.sqrt(math.log(0.01) / math.log(0.1))
"""Radius that holds 99 % over the one that holds 90 %, of a normal error on a plane."""

MOST_PLUMES: Final = 20
SHARPER: Final = 0.5
ONE_FLIGHT: Final = timedelta(minutes=45)
"""Files of which nobody says the flight are of one flight when they are no further apart."""


@dataclass(frozen=True, slots=True)
class SeenHit:
    """A find and when it was taken.

    Attributes:
        draft: of it.
        at: UTC; None when nobody knows.
        is_thermal: of a picture of warmth, where a hot rock shines like a flame.
    """

    draft: ImageryHitDraft
    at: datetime | None
    is_thermal: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether it tells of a fire without a person."""
        return self.draft.box.score >= TELL_SCORE and not self.is_thermal


@dataclass(slots=True)
class _Plume:
    lead: SeenHit
    report: Report
    members: list[int] = field(default_factory=list)


def tell(
    context: Context, imagery: Imagery, flight: Flight | None, hits: Sequence[SeenHit]
) -> list[ImageryHitDraft]:
    """Make observations of what is placed and sure enough.

    The same file, told again, gives the same observations.

    Args:
        context: of the application.
        imagery: whose finds they are.
        flight: that it was taken on; None when nobody says.
        hits: in the order of their pictures.

    Returns:
        The finds, each with its observation or the reason why it has none.

    Raises:
        WatchError: the store failed.
    """
    drafts = [hit.draft for hit in hits]
    for number, plume in enumerate(_plumes(hits)):
        observation_id = None
        why: tuple[HitGap, ...] = ()
        if number < MOST_PLUMES:
            observation_id, why = _observed(context, imagery, flight, plume, number)
        for at in plume.members:
            drafts[at] = replace(
                drafts[at], observation_id=observation_id, gaps=(*drafts[at].gaps, *why)
            )
    return [_with_reason(draft, hit) for draft, hit in zip(drafts, hits, strict=True)]


def _plumes(hits: Sequence[SeenHit]) -> list[_Plume]:
    sure = [
        (at, hit, report_of(fix))
        for at, hit in enumerate(hits)
        if (fix := hit.draft.fix) is not None
        and fix.clusters
        and hit.at is not None
        and hit.is_sure
    ]
    found: list[_Plume] = []
    for at, hit, report in sorted(sure, key=lambda one: (one[2].sigma_m, one[0])):
        mine = next((one for one in found if _agree(one.report, report)), None)
        if mine is None:
            found.append(_Plume(hit, report, [at]))
        else:
            mine.members.append(at)
    return found


def _agree(one: Report, other: Report) -> bool:
    at, there = one.position, other.position
    apart_m = geodesic(at.lon_deg, at.lat_deg, there.lon_deg, there.lat_deg)[2]
    return apart_m <= HELD * WITHIN_99 * math.hypot(one.sigma_m, other.sigma_m)


def _observed(
    context: Context, imagery: Imagery, flight: Flight | None, plume: _Plume, number: int
) -> tuple[int | None, tuple[HitGap, ...]]:
    hit, at = plume.lead.draft, plume.lead.at
    if at is None:
        return None, (HitGap.TIME,)
    before = _told_before(context, imagery, plume, at)
    if before is not None and _stands(context, before, plume.report):
        return before.observation_id, ()
    where = f", {hit.time_s:.1f} s" if hit.time_s > 0.0 else ""
    by = "" if flight is None else f", flight {flight.run.run_id}, {flight.run.aircraft}"
    draft = ObservationDraft(
        ObservationSource.DRONE,
        plume.report,
        at,
        f"{imagery.draft.name}{where}{by}: {hit.box.label.word} {hit.box.score:.2f}",
    )
    try:
        kept, _ = told(
            context,
            draft,
            author=imagery.author,
            key=f"imagery-{imagery.imagery_id}-{imagery.round}-{number}",
            link=_link(context, flight, plume.report, before),
            is_drill=flight is not None and flight.is_drill,
        )
    except InputRefused as refused:
        if refused.code != "observation_time":
            raise
        return None, (HitGap.OLD,)
    if before is not None:
        with suppress(Conflict):  # taken back before a restart
            context.store.observations.withdraw(before.observation_id, author=SYSTEM)
    return kept.observation_id, ()


def _told_before(
    context: Context, imagery: Imagery, plume: _Plume, at: datetime
) -> Observation | None:
    """What other files of the flight told of the same plume, the newest first."""
    told_already = context.store.imagery.witnesses(
        imagery, from_at=at - ONE_FLIGHT, until_at=at + ONE_FLIGHT
    )
    for one in told_already:
        witness = one.draft.witness
        if isinstance(witness, Report) and _agree(witness, plume.report):
            return one
    return None


def _stands(context: Context, before: Observation, report: Report) -> bool:
    """Whether it is left as it is: known as sharply, or people are done with it."""
    witness = before.draft.witness
    if isinstance(witness, Report) and report.sigma_m > SHARPER * witness.sigma_m:
        return True
    if before.withdrawn_at is not None or before.incident_id is None:
        return True
    return context.store.incidents.get(before.incident_id).state not in OPEN_STATES


def _link(
    context: Context, flight: Flight | None, report: Report, before: Observation | None
) -> Link | None:
    if before is not None and before.incident_id is not None:
        return Link(before.incident_id, LinkReason.NEAR, detail="one flight")
    return link_of_flight(context, flight, report)


def link_of_flight(context: Context, flight: Flight | None, report: Report) -> Link | None:
    """The fire that the flight was sent to look at, if the find lies where that may be."""
    if flight is None or flight.looks_at is None:
        return None
    store = context.store
    try:
        fire = store.incidents.get(flight.looks_at)
        while fire.merged_into is not None:
            fire = store.incidents.get(fire.merged_into)
    except NotFound:
        return None
    at = report.position
    for place in place_of(fire, store.cameras.standpoints()).places:
        apart_m = geodesic(at.lon_deg, at.lat_deg, place.lon_deg, place.lat_deg)[2]
        if apart_m <= WITHIN_99 * math.hypot(place.r90_m, HELD * report.sigma_m):
            return Link(fire.incident_id, LinkReason.NEAR, detail=f"{apart_m:.0f} m")
    return None


def _with_reason(draft: ImageryHitDraft, hit: SeenHit) -> ImageryHitDraft:
    """Why a placed find is no witness."""
    if draft.observation_id is not None or draft.gaps:
        return draft
    gaps = [] if hit.is_sure else [HitGap.WEAK]
    if hit.at is None:
        gaps.append(HitGap.TIME)
    return replace(draft, gaps=tuple(gaps))
