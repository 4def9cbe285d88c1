"""What the routes of work orders do, within somebody's rights."""

from uuid import uuid4

from api.context import Context
from api.duty.rights import check_reads
from api.incidents.photos import PhotoDesk
from api.orders.assigning import Assignment
from api.orders.bodies import OpenRequest, OrderQuery, TellRequest
from api.orders.rights import check_township, is_theirs
from models.errors import Conflict
from models.incident import FIRE_STATES, OPEN_STATES, Incident
from models.order import (
    OPEN_ORDER_STATES,
    Answer,
    ClockState,
    Order,
    OrderPage,
    Told,
    check_open,
    readings,
)
from models.user import User

__all__ = [
    "call",
    "get",
    "link_url",
    "of_fire",
    "open_orders",
    "page",
    "suggested",
    "tell",
]


def get(context: Context, user: User, order_id: int) -> Order:
    """One order.

    Raises:
        NotFound: no such order.
        NotPermitted: it is another township's; code ``outside_townships``.
    """
    found = context.store.orders.get(order_id)
    check_township(user, found)
    return found


def page(context: Context, user: User, asked: OrderQuery) -> OrderPage:
    """Orders that the asker sees; open ones all at once, the most urgent first."""
    township, orders = asked.township, context.store.orders
    if township is not None:
        check_township(user, township)
    if asked.state != "open":
        return orders.page(
            before=asked.before,
            limit=asked.limit,
            state=asked.state,
            township=township if township is not None else user.townships or None,
            incident_id=asked.incident_id,
        )
    number = asked.incident_id
    found = orders.open_ones() if number is None else orders.of_fires([number])[number]
    mine = [
        one
        for one in found
        if one.state in OPEN_ORDER_STATES
        and is_theirs(user, one.draft.township)
        and (township is None or one.draft.township == township)
    ]
    return OrderPage(tuple(_urgent_first(context, mine)), None)


def of_fire(context: Context, user: User, incident: Incident) -> list[Order]:
    """Orders of a fire that the asker sees, newest first."""
    found = context.store.orders.of_fires([incident.incident_id])[incident.incident_id]
    return [one for one in reversed(found) if is_theirs(user, one.draft.township)]


def suggested(context: Context, user: User, incident: Incident) -> list[Assignment]:
    """Townships that a fire may lie in and that have no open order of it, the asker's only."""
    if incident.merged_into is not None or incident.state not in OPEN_STATES:
        return []
    there = context.store.orders.of_fires([incident.incident_id])[incident.incident_id]
    served = {one.draft.township for one in there if one.state in OPEN_ORDER_STATES}
    return [
        one
        for one in context.orders.assigner.of(incident)
        if one.township not in served and is_theirs(user, one.township)
    ]


def open_orders(
    context: Context, user: User, incident: Incident, body: OpenRequest, key: str | None
) -> list[Order]:
    """Open orders by hand, and call the first of each.

    Args:
        context: of the application.
        user: who asks.
        incident: the fire.
        body: of the request.
        key: of the request, so that it opens nothing twice; None for one that has none.

    Raises:
        NotPermitted: a township is not the asker's; code ``outside_townships``.
        InputRefused: the land does not have one; code ``duty_township``.
        Conflict: see :meth:`models.store.orders.OrderRepository.open`.
    """
    cause = f"hand:{user.name}:{key or uuid4().hex}"
    if body.townships is None:
        # What this very request has opened before is among them, or it would open others.
        there = context.store.orders.of_fires([incident.incident_id])[incident.incident_id]
        again = [one for one in there if one.draft.cause == cause]
        if again:
            return again
        chosen = suggested(context, user, incident)
        if not chosen:
            raise _nothing_left(incident)
    else:
        for township in body.townships:
            check_township(user, township)
        assigner = context.orders.assigner
        chosen = [assigner.at(incident, one) for one in dict.fromkeys(body.townships)]
    drafts = [one.draft(incident, cause=cause, note=body.note) for one in chosen]
    return context.orders.open(drafts, author=user.name)


def tell(context: Context, user: User, order_id: int, body: TellRequest) -> Order:
    """Write down what somebody told by telephone."""
    order = get(context, user, order_id)
    photo = None
    if body.photo is not None:
        desk = PhotoDesk(context.vault, context.settings.time_zone)
        photo = desk.named(order.draft.incident_id, body.photo)
    told = Told(
        kind=body.kind,
        answer=body.answer,
        reason=body.reason,
        note=body.note,
        photo=photo,
        key=f"hand:{body.key}" if body.key else "",
    )
    return context.store.orders.tell(order_id, told, author=user.name)


def call(context: Context, user: User, order_id: int, person_id: int | None) -> Order:
    """Call somebody now: a person of the roster, or the next of the ladder.

    Raises:
        NotPermitted: the order or the person is another township's; code ``outside_townships``.
        NotFound: nobody of that number.
        Conflict: the order is over (``order_over``), or they were removed from the roster
            (``duty_person_gone``).
    """
    order = get(context, user, order_id)
    check_open(order.state)
    if person_id is None:
        return context.orders.call(order, author=user.name)
    check_reads(user, context.store.duty.person(person_id).draft.township)
    return context.orders.call(order, author=user.name, person_id=person_id, by_name=True)


def link_url(context: Context, user: User, order_id: int) -> str:
    """The link of the last call, to be read out or shown; each time it is in the log of deeds.

    Raises:
        Conflict: nobody was called yet (``order_no_link``), or the order is over (``order_over``).
    """
    order = get(context, user, order_id)
    check_open(order.state)
    link = context.store.orders.link_of_call(order.calls[-1].entry_id) if order.calls else None
    if link is None:
        raise Conflict(
            "Nobody was called for this order yet.",
            remedy="Call somebody first; the link belongs to a call.",
            code="order_no_link",
        )
    context.store.audit.record(
        actor=user.name,
        action="link.shown",
        subject=str(link.link_id),
        details={"of": f"order {order_id}", "person": link.person_id},
    )
    return context.links.url(link)


def _urgent_first(context: Context, orders: list[Order]) -> list[Order]:
    """Those that say that it burns while no monitor has, then those that are late, then others."""
    tick_s, limits = context.store.steady.tick_s(), context.orders.limits
    fires = {one.incident_id: one.state for one in context.store.incidents.working()}

    def rank(order: Order) -> tuple[int, int]:
        state = fires.get(order.draft.incident_id)
        if order.answer is Answer.REAL and state is not None and state not in FIRE_STATES:
            return 0, -order.order_id
        clocks = readings(order.opened_tick_s, order.stops, limits, tick_s)
        late = any(one.state is ClockState.OVERDUE for one in clocks)
        return (1 if late else 2), -order.order_id

    return sorted(orders, key=rank)


def _nothing_left(incident: Incident) -> Conflict:
    if incident.state not in OPEN_STATES:
        return Conflict(
            f"Fire {incident.incident_id} is {incident.state}: nobody has to go there.",
            remedy="Reopen the fire if it burns again.",
            code="order_fire_settled",
        )
    return Conflict(
        "Every township that the fire may lie in has an open order.",
        remedy="Call somebody else in one of them, or name a township.",
        code="order_there",
    )
