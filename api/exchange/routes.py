"""``/api/exchange``: the city's grid platform reads orders and fires, and hands in reports."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from api.auth.roles import MonitorScope, ViewerScope
from api.context import Context, context_of
from api.exchange.schemas import ExchangePage, ReportsAnswer, ReportsRequest
from api.exchange.service import incidents_page, orders_page, told_order
from api.exchange.taking import result_of, take_all
from api.exchange.writing import Value
from api.languages import language_of

__all__ = ["router"]

router = APIRouter(prefix="/api/exchange", tags=["exchange"])

InContext = Annotated[Context, Depends(context_of)]
OrderNumber = Annotated[int, Path(ge=1, le=2**62)]
ExternalId = Annotated[str, Path(min_length=1, max_length=80)]
Limit = Annotated[int, Query(ge=1, le=500)]
ChangedAfter = Annotated[
    str | None,
    Query(max_length=64, description="`next_cursor` of the answer before; left out for the first."),
]


@router.get("/orders")
def list_orders(
    scope: ViewerScope, context: InContext, changed_after: ChangedAfter = None, limit: Limit = 100
) -> ExchangePage:
    """Orders that have changed, in the order of their last change; open and over."""
    return orders_page(context, scope, changed_after, limit)


@router.get("/orders/{order_id}")
def get_order(order_id: OrderNumber, scope: ViewerScope, context: InContext) -> dict[str, Value]:
    """One order, as it is now."""
    return told_order(context, scope, order_id)


@router.get("/incidents")
def list_incidents(
    scope: ViewerScope, context: InContext, changed_after: ChangedAfter = None, limit: Limit = 100
) -> ExchangePage:
    """Fires that have changed, likewise; of one that was merged, into which."""
    return incidents_page(context, scope, changed_after, limit)


@router.post("/reports")
def hand_in_reports(
    body: ReportsRequest, scope: MonitorScope, context: InContext, request: Request
) -> ReportsAnswer:
    """Hand in 1 to 100 reports: those that can be are taken, each refused one is told why."""
    language = language_of(request.headers.get("accept-language"))
    return take_all(context, scope, body.reports, language)


@router.get("/reports/{external_id}")
def get_report(external_id: ExternalId, scope: ViewerScope, context: InContext) -> dict[str, Value]:
    """What became of a report that the asker has handed in: the fire, its state, its orders."""
    return result_of(context, scope, external_id)
