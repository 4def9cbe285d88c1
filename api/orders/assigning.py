"""Which townships and villages a fire's orders go to, and who of them is called, in which order.

The likeliest township always gets one, the others from ``orders.least_probability`` on. What lies
in no township that is known, or has a direction only, is the district's own duty room's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import shapely

from api.duty.units import Unit, Units
from api.duty.villages import villages_of
from api.incidents.places import PlaceShelf
from geo.joint import JointPlace
from geo.land import LandBook, LandIndex
from geo.land.region import FireRegion
from geo.land.shares import shares_of
from models.config import OrdersRule
from models.duty import DISTRICT, ladder
from models.incident import FIRE_STATES, Incident, Level
from models.land import Layer
from models.order import ClosesAt, OrderDraft
from models.store import Store

__all__ = ["Assigner", "Assignment", "closes_at"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A township that a fire may lie in.

    Attributes:
        township: code; :data:`models.duty.DISTRICT` for what lies in none that is known.
        name: of the township; empty for the district.
        villages: of the township that the fire may lie in, the likeliest first.
        probability: that the fire lies in the township, 0 to 1; None when nobody reckoned it.
    """

    township: str
    name: str = ""
    villages: tuple[Unit, ...] = ()
    probability: float | None = None

    def draft(self, incident: Incident, *, cause: str, note: str = "") -> OrderDraft:
        """An order for it; see :class:`models.order.OrderDraft`."""
        return OrderDraft(
            incident_id=incident.incident_id,
            township=self.township,
            villages=tuple(one.code for one in self.villages),
            probability=self.probability,
            closes_at=closes_at(incident),
            cause=cause,
            note=note,
        )


def closes_at(incident: Incident) -> ClosesAt:
    """Who may close an order of a fire.

    A general hazard does not leave the grid: what nobody has confirmed and no second sensor speaks
    for is closed by whoever looks at it on the ground. Everything else is the district's.
    """
    if incident.state in FIRE_STATES:
        return ClosesAt.DISTRICT
    urgency = incident.urgency
    low = urgency is None or urgency.level is Level.SINGLE
    return ClosesAt.VILLAGE if low else ClosesAt.DISTRICT


class Assigner:
    """Says where orders go; any thread may use it.

    Args:
        store: with cameras and roster.
        land_book: with townships and villages.
        places: where fires are, reckoned once.
        rule: settings.
    """

    def __init__(
        self, store: Store, land_book: LandBook, places: PlaceShelf, rule: OrdersRule
    ) -> None:
        self._store = store
        self._land_book = land_book
        self._places = places
        self._rule = rule
        self._units: tuple[int, Units] | None = None

    def units(self) -> Units:
        """Townships and villages of the land as it is."""
        moment = self._land_book.refresh()
        kept = self._units
        if kept is None or kept[0] != moment.version:
            kept = self._units = moment.version, Units.of(moment.features)
        return kept[1]

    def units_version(self) -> int:
        """Of the land that orders go by."""
        return self._land_book.refresh().version

    def of(self, incident: Incident) -> tuple[Assignment, ...]:
        """Every township that gets an order for a fire, the likeliest first; at least one."""
        found = self._found(incident)
        index = self._land_book.refresh().index
        shares = index.townships(found)
        least = self._rule.least_probability
        villages = self._villages(index, found)
        chosen = [
            Assignment(one.code, one.name, _within(villages, one.code), one.probability)
            for rank, one in enumerate(shares)
            if rank == 0 or one.probability >= least
        ]
        elsewhere = min(1.0, max(0.0, 1.0 - sum(one.probability for one in shares)))
        if not chosen or elsewhere >= least:
            chosen.append(Assignment(DISTRICT, probability=elsewhere))
        return tuple(chosen)

    def at(self, incident: Incident, township: str) -> Assignment:
        """A township that a person names, with what is known of the fire there.

        Raises:
            InputRefused: the land does not have it; code ``duty_township``.
        """
        self.units().check(township, "")
        for one in self.of(incident):
            if one.township == township:
                return one
        found = self._found(incident)
        index = self._land_book.refresh().index
        shares = {one.code: one.probability for one in index.townships(found)}
        villages = _within(self._villages(index, found), township) if township else ()
        name = self.units().townships.get(township, "")
        probability = None if township == DISTRICT else shares.get(township)
        return Assignment(township, name, villages, probability)

    def ladder(self, draft: OrderDraft, at: datetime) -> list[int]:
        """Whom to call for an order at a moment (UTC), by number; empty when nobody is on."""
        on = self._store.duty.roster(at, at).on_at(at)
        return [one.person.person_id for one in ladder(on, draft.township, draft.villages)]

    def _found(self, incident: Incident) -> Sequence[JointPlace]:
        return self._places.of(incident, self._store.cameras.standpoints()).places

    def _villages(self, index: LandIndex, found: Sequence[JointPlace]) -> tuple[Unit, ...]:
        """Villages that the fire may lie in: areas by their share, then points by distance."""
        near = villages_of(index, found) if found else frozenset()
        if not near:
            return ()
        layer = index.land.layers[Layer.VILLAGE]
        region = FireRegion(tuple(found), index.land.frame)
        share = {one.code: one.probability for one in shares_of(layer, region)[0]}
        apart_m = {
            one.code: float(shapely.distance(shape, region.point))
            for one, shape in zip(layer.features, layer.shapes, strict=True)
            if one.code in near
        }
        known = [one for one in self.units().villages if one.code in near]
        known.sort(key=lambda one: (-share.get(one.code, 0.0), apart_m[one.code], one.code))
        return tuple(known)


def _within(villages: Sequence[Unit], township: str) -> tuple[Unit, ...]:
    return tuple(one for one in villages if one.township == township)
