"""Orders and fires for the city's platform: what the asker may see, in the platform's words."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from api.auth.scope import Scope, outside
from api.context import Context
from api.exchange.fields import CAMERA, Row
from api.exchange.mapping import Mapping
from api.exchange.schemas import ExchangePage
from api.exchange.writing import Value, written
from api.incidents.facts import facts_of
from detector.incidents.placing import IncidentPlace
from geo.crs import Gcj02, Wgs84, from_wgs84
from geo.joint import JointPlace
from geo.land import LandMoment
from models.errors import InputRefused
from models.incident import Incident
from models.land import Layer
from models.order import Limits, Order, OrderEntryKind, readings
from models.store.exchange import Told

__all__ = ["Desk", "incidents_page", "order_values", "orders_page", "place_values", "told_order"]

_CURSOR: Final = re.compile(r"([of])([0-9]{1,19})-([0-9]{1,19})")


@dataclass(frozen=True, slots=True)
class Desk:
    """What one answer is made with: one mapping, one land, one moment.

    Attributes:
        context: of the application.
        mapping: of the platform.
        land: as it is.
        names: of townships and villages by their codes.
        now: UTC.
        tick_s: the same on the scale that never jumps.
    """

    context: Context
    mapping: Mapping
    land: LandMoment
    names: dict[str, str]
    now: datetime
    tick_s: float

    @classmethod
    def of(cls, context: Context) -> "Desk":
        """By the mapping in force.

        Raises:
            ExchangeStopped: the mapping file cannot be used.
        """
        mapping = context.exchange.of(context.settings.exchange.mapping_file)
        land = context.land_book.refresh()
        units = {Layer.TOWNSHIP, Layer.VILLAGE}
        names = {one.code: one.name for one in land.features if one.layer in units}
        return cls(
            context, mapping, land, names, context.clock.now(), context.store.steady.tick_s()
        )

    def place_of(self, incident: Incident) -> IncidentPlace:
        """Where a fire is."""
        return self.context.places.of(incident, self.context.store.cameras.standpoints())


def orders_page(context: Context, scope: Scope, cursor: str | None, limit: int) -> ExchangePage:
    """Orders that have changed since the cursor.

    A page may have fewer rows than the limit, and none, where others are not the asker's.

    Raises:
        InputRefused: the cursor is none of this list; code ``cursor_refused``.
        ExchangeStopped: the mapping file cannot be used.
    """
    desk = Desk.of(context)
    found = context.store.exchange.orders(_after("o", cursor), limit)
    rows = [
        _order_row(desk, one)
        for one in found.rows
        if _is_theirs(scope, one) and (desk.mapping.drills or not one.is_drill)
    ]
    return _page(desk, "o", rows, found.told, more=found.more)


def incidents_page(context: Context, scope: Scope, cursor: str | None, limit: int) -> ExchangePage:
    """Fires that have changed since the cursor; otherwise as :func:`orders_page`."""
    desk = Desk.of(context)
    found = context.store.exchange.incidents(_after("f", cursor), limit)
    rows = [
        written(desk.mapping, Row.INCIDENTS, _incident_values(desk, one))
        for one in found.rows
        if scope.sees(one) and (desk.mapping.drills or not one.is_drill)
    ]
    return _page(desk, "f", rows, found.told, more=found.more)


def told_order(context: Context, scope: Scope, order_id: int) -> dict[str, Value]:
    """One order, also of a drill: whoever asks for a number has it from somewhere.

    Raises:
        NotFound: no such order.
        NotPermitted: it is another township's; code ``outside_townships``.
        ExchangeStopped: the mapping file cannot be used.
    """
    desk = Desk.of(context)
    order = context.store.orders.get(order_id)
    if not _is_theirs(scope, order):
        raise outside()
    return _order_row(desk, order)


def order_values(
    order: Order,
    *,
    site_code: str,
    clocks: dict[str, str],
    names: dict[str, str],
    place: dict[str, float | None],
) -> dict[str, Any]:
    """An order by our names.

    Args:
        order: as the store has it.
        site_code: of the settings.
        clocks: words of the states of its clocks, by theirs.
        names: of townships and villages by their codes.
        place: of its fire, as :func:`place_values` has it.
    """
    first: dict[OrderEntryKind, datetime] = {}
    reason = None
    for entry in order.entries:
        first.setdefault(entry.kind, entry.at)
        if entry.kind is OrderEntryKind.ANSWERED and entry.told is not None:
            reason = entry.told.reason
    draft = order.draft
    return {
        "site_code": site_code,
        "order_id": order.order_id,
        "incident_id": draft.incident_id,
        "version": order.version,
        "is_drill": order.is_drill,
        "state": order.state.value,
        "answer": None if order.answer is None else order.answer.value,
        "reason": None if reason is None else reason.value,
        "township": draft.township,
        "township_name": names.get(draft.township, ""),
        "villages": draft.villages,
        "village_names": tuple(names.get(one, "") for one in draft.villages),
        "probability": draft.probability,
        "opened_at": order.opened_at,
        "seen_at": first.get(OrderEntryKind.SEEN),
        "answered_at": first.get(OrderEntryKind.ANSWERED),
        "left_at": first.get(OrderEntryKind.LEFT),
        "arrived_at": first.get(OrderEntryKind.ARRIVED),
        "closed_at": order.closed_at,
        **{f"{kind}_clock": state for kind, state in clocks.items()},
        **place,
    }


def _order_row(desk: Desk, order: Order) -> dict[str, Value]:
    context = desk.context
    rule = context.settings.orders
    limits = Limits(rule.push_s, rule.verify_s, rule.leave_s)
    read = readings(order.opened_tick_s, order.stops, limits, desk.tick_s)
    incident = context.store.incidents.get(order.draft.incident_id)
    values = order_values(
        order,
        site_code=context.settings.exchange.site_code,
        clocks={one.kind.value: one.state.value for one in read},
        names=desk.names,
        place=place_values(desk.place_of(incident).best),
    )
    return written(desk.mapping, Row.ORDERS, values)


def _incident_values(desk: Desk, incident: Incident) -> dict[str, Any]:
    place = desk.place_of(incident)
    facts = facts_of(incident, place, desk.land.index).values
    units = () if place.best is None else desk.land.index.townships(place.places)
    told = {one.draft.source.value for one in incident.observations if one.withdrawn_at is None}
    return {
        "site_code": desk.context.settings.exchange.site_code,
        "incident_id": incident.incident_id,
        "version": incident.version,
        "is_drill": incident.is_drill,
        "state": incident.state.value,
        "reason": facts["reason"],
        "merged_into": incident.merged_into,
        "level": facts["level"],
        "sources": tuple(sorted(told | ({CAMERA} if incident.alerts else set()))),
        "townships": tuple(one.code for one in units),
        "township_names": tuple(one.name for one in units),
        "probabilities": tuple(one.probability for one in units),
        "opened_at": incident.opened_at,
        "first_seen_at": incident.first_seen_at,
        "last_seen_at": incident.last_seen_at,
        "changed_at": incident.changed_at,
        "direction_only": place.direction_only,
        **place_values(place.best),
    }


def place_values(best: JointPlace | None) -> dict[str, float | None]:
    """The likeliest place of a fire in both systems; a mere direction has none."""
    there: tuple[float | None, float | None] = None, None
    if best is not None:
        with suppress(InputRefused):  # outside China there is no such system
            there = from_wgs84(Wgs84.at(best.lon_deg, best.lat_deg), Gcj02).pair
    return {
        "lon_wgs84_deg": None if best is None else best.lon_deg,
        "lat_wgs84_deg": None if best is None else best.lat_deg,
        "lon_gcj02_deg": there[0],
        "lat_gcj02_deg": there[1],
        "radius_m": None if best is None else round(best.r90_m, 1),
    }


def _is_theirs(scope: Scope, order: Order) -> bool:
    return scope.is_whole or order.draft.township in scope.user.townships


def _page(
    desk: Desk, mark: str, rows: Iterable[dict[str, Value]], told: Told, *, more: bool
) -> ExchangePage:
    cursor = f"{mark}{told.sequence}-{told.number}"
    return ExchangePage(at=desk.now, rows=tuple(rows), next_cursor=cursor, more=more)


def _after(mark: str, cursor: str | None) -> Told:
    if cursor is None:
        return Told()
    found = _CURSOR.fullmatch(cursor)
    if found is None or found[1] != mark:
        raise InputRefused(
            "That is no place in this list.",
            remedy="Take next_cursor of the page before, or begin anew without one.",
            code="cursor_refused",
        )
    return Told(int(found[2]), int(found[3]))
