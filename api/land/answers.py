"""What the land says of a fire: of an alert, of a place that somebody points at."""

from collections.abc import Sequence
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from api.auth.roles import SharedViewer, ViewerScope
from api.context import Context, context_of
from api.crossings.service import places_met
from geo.joint import JointPlace
from geo.land import places_of, round_place
from models.land import LandReport

__all__ = ["FullAnswer", "answer_of", "router"]

router = APIRouter(prefix="/api", tags=["land"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]

FARTHEST_M = 20_000.0

PlaceSource = Literal["fix", "crossing", "asked"]


class PlaceAsked(BaseModel):
    """What was asked about.

    Attributes:
        lon_deg: WGS 84, of the best place.
        lat_deg: likewise.
        r90_m: around it.
        count: places in all; every one of them counts in the answer.
        source: the alert's own fix; where it has only a direction, the crossing with what others
            see; or the place that was asked about.
    """

    lon_deg: float
    lat_deg: float
    r90_m: float
    count: int
    source: PlaceSource


class FullAnswer(BaseModel):
    """The full answer; both are None where the fire has no place, only a direction.

    Attributes:
        place: that was asked about.
        report: what the land says of it.
    """

    place: PlaceAsked | None = None
    report: LandReport | None = None


@router.get("/alerts/{alert_id}/land")
def get_of_alert(alert_id: Number, scope: ViewerScope, context: InContext) -> FullAnswer:
    """Of an alert, from the land, the wind and the burns of now."""
    alert = scope.check_alert(alert_id)
    own = places_of(alert.draft.fix)
    if own:
        return answer_of(context, own, "fix")
    return answer_of(context, places_met(context, alert), "crossing")


@router.get("/land/answer")
def get_of_place(
    _user: SharedViewer,
    context: InContext,
    lon_deg: Annotated[float, Query(ge=-180.0, le=180.0, allow_inf_nan=False)],
    lat_deg: Annotated[float, Query(ge=-90.0, le=90.0, allow_inf_nan=False)],
    radius_m: Annotated[float, Query(ge=0.0, le=FARTHEST_M, allow_inf_nan=False)] = 100.0,
) -> FullAnswer:
    """Of a place, with the radius that the fire lies within."""
    return answer_of(context, [round_place(lon_deg, lat_deg, radius_m)], "asked")


def answer_of(context: Context, places: Sequence[JointPlace], source: PlaceSource) -> FullAnswer:
    """What the land says now of any places, the best first."""
    if not places:
        return FullAnswer()
    now = context.clock.now()
    best = places[0]
    asker = context.askers.asker(context.land_book, context.settings.helicopter, context.terrain)
    report = asker.report(
        places,
        wind=context.store.winds.last(),
        at=now,
        month=now.astimezone(ZoneInfo(context.settings.time_zone)).month,
        burns=context.store.ledger.unended(now),
    )
    place = PlaceAsked(
        lon_deg=best.lon_deg,
        lat_deg=best.lat_deg,
        r90_m=best.r90_m,
        count=len(places),
        source=source,
    )
    return FullAnswer(place=place, report=report)
