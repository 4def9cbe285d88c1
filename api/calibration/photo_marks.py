"""``/api/calibration/photos``: fires whose place somebody's photo knows, as landmarks for views.

A photo that was taken at a fire, with a position of its satellites, says where that fire was; the
camera's pictures of the same fire show it. Together they are a mark, as a church or a mast is. A
photo without a position, of a drill, or of what turned out to be none, is no mark.
"""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from api.auth.roles import AdminUser
from api.context import Context, context_of
from geo.crs import geodesic
from models.alert import Alert
from models.incident import Entry, Incident, IncidentState
from models.site import HeightDatum

__all__ = ["router"]

router = APIRouter(prefix="/api/calibration", tags=["calibration"])

PHOTO_SIGMA_M: Final = 10.0
"""Of a telephone's place under trees; a standard deviation along each axis."""

MOST_ASKED: Final = 500


class SightAnswer(BaseModel):
    """A picture of a camera that shows the fire.

    Attributes:
        x_px: of the foot of its box, across; None without a box.
        y_px: likewise, down.
    """

    alert_id: int
    camera_id: str
    preset: int
    captured_at: datetime
    url: str
    width_px: int
    height_px: int
    x_px: float | None
    y_px: float | None


class PhotoMarkAnswer(BaseModel):
    """A fire whose place a photo knows.

    Attributes:
        lon_deg: WGS 84, where the photo was taken.
        lat_deg: likewise.
        height_m: above sea level, as the photo says; None when it does not.
        sigma_m: of the place, along each axis.
        off_m: from the best place that cameras told; None where they told none.
        sights: pictures of cameras that show it.
    """

    incident_id: int
    entry_id: int
    name: str
    lon_deg: float
    lat_deg: float
    height_m: float | None
    sigma_m: float
    taken_at: datetime | None
    off_m: float | None
    sights: tuple[SightAnswer, ...]


class PhotoMarkList(BaseModel):
    """Marks, newest first."""

    marks: tuple[PhotoMarkAnswer, ...]


@router.get("/photos")
def list_photo_marks(
    _user: AdminUser,
    context: Annotated[Context, Depends(context_of)],
    camera_id: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,40}$")] = None,
    preset: Annotated[int | None, Query(ge=0, le=9999)] = None,
) -> PhotoMarkList:
    """Fires whose place a photo knows, of all cameras or of one view."""
    marks = []
    for one in context.store.incidents.page(MOST_ASKED).incidents:
        if one.is_drill or one.state is IncidentState.DISMISSED:
            continue
        sights = tuple(
            sight
            for alert in one.alerts
            if camera_id in {None, alert.draft.camera_id} and preset in {None, alert.draft.preset}
            for sight in _sights(alert)
        )
        if sights:
            marks += [_mark(context, one, entry, sights) for entry in _placed(one)]
    return PhotoMarkList(marks=tuple(marks))


def _placed(one: Incident) -> list[Entry]:
    undone = {entry.undoes for entry in one.entries}
    return [
        entry
        for entry in one.entries
        if entry.photo is not None
        and entry.photo.position is not None
        and entry.entry_id not in undone
    ]


def _mark(
    context: Context, one: Incident, entry: Entry, sights: tuple[SightAnswer, ...]
) -> PhotoMarkAnswer:
    photo = entry.photo
    position = None if photo is None else photo.position
    assert photo is not None  # noqa: S101  # _placed takes no other
    assert position is not None  # noqa: S101
    best = context.places.of(one, context.store.cameras.standpoints()).best
    return PhotoMarkAnswer(
        incident_id=one.incident_id,
        entry_id=entry.entry_id,
        name=f"{one.incident_id}-{entry.entry_id}",
        lon_deg=position.lon_deg,
        lat_deg=position.lat_deg,
        height_m=position.height_m if position.height_datum is HeightDatum.SEA_LEVEL else None,
        sigma_m=PHOTO_SIGMA_M,
        taken_at=photo.taken_at,
        off_m=(
            None
            if best is None
            else geodesic(best.lon_deg, best.lat_deg, position.lon_deg, position.lat_deg)[2]
        ),
        sights=sights,
    )


def _sights(alert: Alert) -> list[SightAnswer]:
    found = []
    for index, kept in enumerate(alert.evidence):
        box = max(kept.boxes, key=lambda each: each.score, default=None)
        found.append(
            SightAnswer(
                alert_id=alert.alert_id,
                camera_id=alert.draft.camera_id,
                preset=alert.draft.preset,
                captured_at=kept.captured_at,
                url=f"/api/alerts/{alert.alert_id}/evidence/{index}.jpg",
                width_px=kept.width_px,
                height_px=kept.height_px,
                x_px=None if box is None else (box.x_min + box.x_max) / 2.0,
                y_px=None if box is None else box.y_max,
            )
        )
    return found
