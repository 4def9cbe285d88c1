"""Finds the fire that new evidence is of, and fires that turn out to be one.

Only fires that need people and were in sight at about the same capture time come into question; a
settled one is added to by nothing but what overcame its verdict
(:mod:`detector.incidents.reopening`). Where numbers fail, evidence has a fire of its own: that
costs a duplicate, never an alert. Two fires that no person has touched are merged by the watch;
once a person has, it is only said that they may be one: :meth:`Correlator.neighbours`.
"""

import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from detector.incidents.choosing import belongs
from detector.incidents.matching import AT_ONCE, LOOSE, Fit, Lot, match, one_plume
from detector.incidents.placing import place_by
from detector.incidents.reopening import judged_before, settled_by
from detector.incidents.testimony import Testimony, of_alert, of_incident, of_observation
from detector.suppression.sensors import same_mast
from geo.crs import geodesic
from geo.joint import AGAINST
from models.alert import Alert, AlertDraft
from models.audit import SYSTEM
from models.errors import Conflict
from models.fix import NoFixReason
from models.frame import Provenance
from models.incident import (
    OPEN_STATES,
    EntryKind,
    Incident,
    IncidentState,
    Link,
    LinkReason,
)
from models.observation import Observation, ObservationDraft
from models.site import Camera
from models.store import Store
from models.suppression import Held

__all__ = ["Correlator", "Neighbour"]

logger = logging.getLogger(__name__)

NEIGHBOUR_M: Final = 1000.0
"""Fires with places nearer than this are told as neighbours, whatever speaks against one fire."""

_BROUGHT: Final = frozenset({EntryKind.OPENED, EntryKind.JOINED})
"""Entries by which evidence comes; a person who tells of a fire has not judged it."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A fire that may be the same as another one.

    Attributes:
        incident_id: its number.
        state: of its life.
        last_seen_at: UTC capture time of the last sign of it.
        reason: why it may be.
        detail: numbers of the reason, in signs that need no translation; may be empty.
        apart_m: between their likeliest places; None when one has none.
        log_factor: how much better one fire explains both than two, natural logarithm; infinite
            where a mast sees both in one direction; None where they only lie near each other.
    """

    incident_id: int
    state: IncidentState
    last_seen_at: datetime
    reason: LinkReason
    detail: str
    apart_m: float | None
    log_factor: float | None


class Correlator:
    """Puts the evidence of one store together.

    Args:
        store: with fires and their evidence.
        cameras: by key, as they stand now.
    """

    def __init__(self, store: Store, cameras: Mapping[str, Camera]) -> None:
        self._store = store
        self._cameras = cameras

    def link_of(self, draft: AlertDraft) -> Link | None:
        """The fire that a new alert belongs to; None for one of its own.

        Raises:
            WatchError: the store failed.
        """
        reopened = settled_by(draft.decision.overcome, self._store)
        if reopened is not None:
            return reopened
        same = self._seen_in_one_view(draft)
        if same is not None:
            return same
        at = draft.captured_at
        alert = Alert(0, draft, 0, IncidentState.OPEN, at, at, (), "", ())
        testimony = of_alert(alert, self._cameras)
        is_drill = draft.provenance is Provenance.DRILL
        found = None if testimony is None else self._link_by(testimony, is_drill=is_drill)
        return found or settled_by(draft.decision.overcome, self._store, by_others=True)

    def link_of_promoted(self, draft: AlertDraft, held: Held) -> Link | None:
        """The fire of an alert that a person made of what was held back.

        What was held by a verdict takes up the fire again that was judged: a person has seen more.

        Raises:
            WatchError: the store failed.
        """
        return judged_before(held, self._store) or self.link_of(draft)

    def link_of_told(self, draft: ObservationDraft, *, is_drill: bool = False) -> Link | None:
        """The fire that somebody tells of; None for one of its own.

        Args:
            draft: what was told.
            is_drill: it is of an invented fire.

        Raises:
            WatchError: the store failed.
        """
        told = of_observation(Observation(0, draft, "", draft.seen_at))
        return self._link_by(told, is_drill=is_drill)

    def settle(self, incident_id: int) -> int:
        """Merge a fire with others that turn out to be the same, while no person has touched them.

        Args:
            incident_id: of a fire whose evidence has changed.

        Returns:
            The number under which it stands then.

        Raises:
            WatchError: the store failed.
        """
        while True:
            fire = self._store.incidents.get(incident_id)
            if fire.merged_into is not None:
                incident_id = fire.merged_into
                continue
            other = self._twin(fire)
            if other is None:
                return incident_id
            twin, fit = other
            gone, stays = max(incident_id, twin), min(incident_id, twin)
            try:
                self._store.incident_joins.merge(
                    gone, stays, author=SYSTEM, note=f"{fit.reason}: {_words(fit)}"
                )
            except Conflict:  # somebody was faster
                return incident_id
            logger.info("fire %d turned out to be fire %d (%s)", gone, stays, fit.reason)
            incident_id = stays

    def neighbours(self, incident: Incident) -> list[Neighbour]:
        """Fires of about its time that may be the same, settled ones included; the likeliest first.

        Raises:
            WatchError: the store failed.
        """
        mine = Lot(of_incident(incident, self._cameras))
        place = place_by(mine.evidence).best
        found = []
        for fire in self._around(incident.first_seen_at, incident.last_seen_at):
            if fire.incident_id == incident.incident_id or fire.is_drill is not incident.is_drill:
                continue
            yours = Lot(of_incident(fire, self._cameras))
            why: tuple[LinkReason, str, float | None, float | None]
            fit, there = match(mine, yours), place_by(yours.evidence).best
            apart_m = None
            if place is not None and there is not None:
                apart_m = geodesic(place.lon_deg, place.lat_deg, there.lon_deg, there.lat_deg)[2]
            if fit is not None and fit.log_factor > AGAINST:
                why = fit.reason, _words(fit), apart_m, fit.log_factor
            elif apart_m is not None and apart_m <= NEIGHBOUR_M:
                why = LinkReason.NEAR, "", apart_m, None
            else:
                continue
            found.append(Neighbour(fire.incident_id, fire.state, fire.last_seen_at, *why))
        return sorted(found, key=_likeliest)

    def _link_by(self, testimony: Testimony, *, is_drill: bool) -> Link | None:
        seen = testimony.seen
        lots = {
            fire.incident_id: Lot(of_incident(fire, self._cameras))
            for fire in self._working(seen.from_at, seen.until_at)
            if fire.is_drill is is_drill
        }
        found = _belongs(Lot([testimony]), lots)
        return None if found is None else Link(found[0], found[1].reason, detail=_words(found[1]))

    def _seen_in_one_view(self, draft: AlertDraft) -> Link | None:
        """What another track of the same view is of: smoke over its flame.

        While a camera does not show its view, its pictures are alike for a short time only.
        """
        is_drill = draft.provenance is Provenance.DRILL
        for alert in self._store.alerts.find_working(draft.camera_id, draft.preset):
            known = alert.draft
            moved = NoFixReason.MOVED in {known.fix.reason, draft.fix.reason}
            if (
                (known.provenance is Provenance.DRILL) is is_drill
                and not (moved and abs(draft.captured_at - alert.last_seen_at) > AT_ONCE)
                and same_mast(known.fix.observer, draft.fix.observer)
                and one_plume(known, draft)
            ):
                return Link(alert.incident_id, LinkReason.SAME_PLUME)
        return None

    def _twin(self, fire: Incident) -> tuple[int, Fit] | None:
        if not _is_untouched(fire):
            return None
        others = [
            one
            for one in self._working(fire.first_seen_at, fire.last_seen_at)
            if one.incident_id != fire.incident_id and one.is_drill is fire.is_drill
        ]
        lots = {one.incident_id: Lot(of_incident(one, self._cameras)) for one in others}
        found = _belongs(Lot(of_incident(fire, self._cameras)), lots)
        if found is None:
            return None
        twin = next(one for one in others if one.incident_id == found[0])
        return found if _is_untouched(twin) else None

    def _working(self, from_at: datetime, until_at: datetime) -> Iterable[Incident]:
        return (one for one in self._around(from_at, until_at) if one.state in OPEN_STATES)

    def _around(self, from_at: datetime, until_at: datetime) -> list[Incident]:
        earliest, latest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        return self._store.incidents.seen_between(
            max(from_at, earliest + LOOSE) - LOOSE, min(until_at, latest - LOOSE) + LOOSE
        )


def _belongs(subject: Lot, fires: Mapping[int, Lot]) -> tuple[int, Fit] | None:
    try:
        return belongs(subject, fires)
    except (ArithmeticError, ValueError):
        logger.exception("the fire of %s is not found", subject.evidence[0].seen.key)
        return None


def _is_untouched(fire: Incident) -> bool:
    """Whether no person has judged, joined or parted it."""
    return fire.state is IncidentState.OPEN and all(
        entry.author == SYSTEM or (entry.kind in _BROUGHT and entry.link != LinkReason.BY_HAND)
        for entry in fire.entries
    )


def _words(fit: Fit) -> str:
    """The numbers of a reason, in signs that need no translation."""
    if fit.turn_deg is not None:
        return f"{fit.turn_deg:.1f}°"
    return f"{math.exp(min(fit.log_factor, 20.0)):.3g} : 1"


def _likeliest(neighbour: Neighbour) -> tuple[float, float]:
    factor = -math.inf if neighbour.log_factor is None else neighbour.log_factor
    return -factor, math.inf if neighbour.apart_m is None else neighbour.apart_m
