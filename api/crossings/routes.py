"""``/api/alerts/…/crossings`` and ``/lookouts``: who else sees it, and who could."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.auth.roles import ViewerScope
from api.context import Context, context_of
from api.crossings.lookouts import lookouts_of
from api.crossings.schemas import CrossingsAnswer, LookoutsAnswer
from api.crossings.service import of_alert

__all__ = ["router"]

router = APIRouter(prefix="/api/alerts", tags=["crossings"])

InContext = Annotated[Context, Depends(context_of)]
AlertNumber = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/{alert_id}/crossings")
def get_crossings(alert_id: AlertNumber, scope: ViewerScope, context: InContext) -> CrossingsAnswer:
    """Alerts and observations of the same time, and where they meet with this one."""
    scope.check_alert(alert_id)
    return of_alert(context, alert_id, scope)


@router.get("/{alert_id}/lookouts")
def get_lookouts(alert_id: AlertNumber, scope: ViewerScope, context: InContext) -> LookoutsAnswer:
    """Towers that see the place and do not say so yet."""
    alert = scope.check_alert(alert_id)
    return lookouts_of(context, alert, of_alert(context, alert_id, scope))
