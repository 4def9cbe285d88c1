"""``/api/orders``: work orders, who is called for them, and what they tell.

All of it is about people who are called, so no answer is kept by anybody, and no token opens it.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from fastapi.responses import FileResponse

from api.auth.roles import MonitorScope, ViewerScope
from api.context import Context, context_of
from api.orders import service
from api.orders.answering import OrderTeller
from api.orders.bodies import CallRequest, CloseRequest, OpenRequest, OrderQuery, TellRequest
from api.orders.schemas import (
    FireOrderList,
    LinkUrl,
    OpenedOrders,
    OrderAnswer,
    OrderList,
    SuggestedOrder,
)
from models.errors import NotFound
from models.order import Order
from models.user import User

__all__ = ["of_fires", "router"]


def _not_kept(response: Response) -> None:
    """Telephones are in it: neither a browser nor the shelf of answers keeps it."""
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(prefix="/api/orders", tags=["orders"], dependencies=[Depends(_not_kept)])
of_fires = APIRouter(prefix="/api/incidents", tags=["orders"], dependencies=[Depends(_not_kept)])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]

# A photo never changes under its address.
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


@router.get("")
def list_orders(
    scope: ViewerScope, context: InContext, asked: Annotated[OrderQuery, Query()]
) -> OrderList:
    """Orders, newest first; open ones all at once, those that need somebody most first."""
    if asked.incident_id is not None:
        scope.check(asked.incident_id)
    teller = OrderTeller(context, scope.user)
    page = service.page(context, scope.user, asked)
    return OrderList(at=teller.at, orders=teller.all(page.orders), next_before=page.next_before)


@router.post("", status_code=201)
def open_orders(
    body: OpenRequest,
    scope: MonitorScope,
    context: InContext,
    idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> OpenedOrders:
    """Send people to a fire; who is first on duty is called at once."""
    incident = scope.check(body.incident_id)
    opened = service.open_orders(context, scope.user, incident, body, idempotency_key)
    return OpenedOrders(orders=OrderTeller(context, scope.user).all(opened))


@router.get("/{order_id}")
def get_order(order_id: Number, scope: ViewerScope, context: InContext) -> OrderAnswer:
    """One order with its clocks as of now, and its history."""
    return _answer(context, scope.user, service.get(context, scope.user, order_id))


@router.post("/{order_id}/tell")
def tell(
    order_id: Number, body: TellRequest, scope: MonitorScope, context: InContext
) -> OrderAnswer:
    """Write down what somebody told by telephone."""
    return _answer(context, scope.user, service.tell(context, scope.user, order_id, body))


@router.post("/{order_id}/call")
def call(
    order_id: Number, body: CallRequest, scope: MonitorScope, context: InContext
) -> OrderAnswer:
    """Call somebody now, or the next of the ladder."""
    after = service.call(context, scope.user, order_id, body.person_id)
    return _answer(context, scope.user, after)


@router.post("/{order_id}/close")
def close(
    order_id: Number, body: CloseRequest, scope: MonitorScope, context: InContext
) -> OrderAnswer:
    """It was done."""
    service.get(context, scope.user, order_id)
    after = context.store.orders.close(order_id, author=scope.user.name, note=body.note)
    return _answer(context, scope.user, after)


@router.post("/{order_id}/withdraw")
def withdraw(
    order_id: Number, body: CloseRequest, scope: MonitorScope, context: InContext
) -> OrderAnswer:
    """It was not needed."""
    service.get(context, scope.user, order_id)
    after = context.store.orders.withdraw(order_id, author=scope.user.name, note=body.note)
    return _answer(context, scope.user, after)


@router.get("/{order_id}/link")
def get_link(order_id: Number, scope: MonitorScope, context: InContext) -> LinkUrl:
    """The one-time link of the last call, to be read out or shown; that it was is kept."""
    return LinkUrl(url=service.link_url(context, scope.user, order_id))


@router.get("/{order_id}/photos/{file}")
def get_photo(
    order_id: Number,
    file: Annotated[str, Path(pattern=r"^[1-9][0-9]{0,18}\.(jpg|png)$")],
    scope: ViewerScope,
    context: InContext,
) -> FileResponse:
    """A photo that somebody took on the ground, byte for byte as it was given."""
    entry_id, _, ending = file.partition(".")
    for entry in service.get(context, scope.user, order_id).entries:
        photo = None if entry.told is None else entry.told.photo
        if entry.entry_id == int(entry_id) and photo is not None:
            if not photo.key.endswith(f".{ending}"):
                break
            kind = "image/png" if ending == "png" else "image/jpeg"
            return FileResponse(context.vault.path(photo.key), media_type=kind, headers=FOR_EVER)
    raise NotFound(f"Order {order_id} has no photo {file}.")


@of_fires.get("/{incident_id}/orders")
def list_of_fire(incident_id: Number, scope: ViewerScope, context: InContext) -> FireOrderList:
    """Orders of a fire, newest first, and townships that it may lie in and that have none."""
    incident = scope.check(incident_id)
    teller = OrderTeller(context, scope.user)
    return FireOrderList(
        at=teller.at,
        orders=teller.all(service.of_fire(context, scope.user, incident)),
        suggested=tuple(
            SuggestedOrder(
                township=one.township,
                name=one.name,
                probability=one.probability,
                villages=teller.villages(each.code for each in one.villages),
            )
            for one in service.suggested(context, scope.user, incident)
        ),
    )


def _answer(context: Context, user: User, order: Order) -> OrderAnswer:
    return OrderTeller(context, user).one(order)
