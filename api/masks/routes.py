"""``/api/masks``: read them, draw, redraw and end one; nothing is ever deleted.

What is drawn or ended is in force when the answer comes.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.auth.roles import MonitorUser, SharedViewer
from api.context import Context, context_of
from api.masks.schemas import MaskAnswer, MaskList, MaskRequest, ShapeRequest
from api.masks.service import check_kind, drawn_by, redrawn_by
from models.errors import NotFound
from models.mask import KeptMask

__all__ = ["router"]

router = APIRouter(prefix="/api/masks", tags=["masks"])

InContext = Annotated[Context, Depends(context_of)]
MaskNumber = Annotated[int, Path(ge=1, le=2**62)]
Key = Annotated[str | None, Query(max_length=40)]


@router.get("")
def list_masks(
    _user: SharedViewer, context: InContext, camera_id: Key = None, *, over: bool = False
) -> MaskList:
    """Masks of all cameras or of one, newest first; with ``over`` also those of before."""
    masks, now = context.store.masks, context.clock.now()
    found = masks.all() if camera_id is None else masks.of_camera(camera_id)
    return MaskList(
        masks=tuple(MaskAnswer.of(each, now) for each in found if over or not each.is_over(now))
    )


@router.get("/view/{camera_id}/{preset}.jpg")
def view_of(camera_id: str, preset: int, _user: SharedViewer, context: InContext) -> Response:
    """The newest picture of a preset, to draw on: as it left the gateway, masked."""
    found = context.ring.recent(camera_id, 1, preset)
    if not found:
        raise NotFound(f"There is no picture of {camera_id}, preset {preset}.", code="no_still")
    moment = found[0].captured_at.isoformat().replace("+00:00", "Z")
    headers = {"Cache-Control": "no-store", "X-Captured-At": moment}
    return Response(found[0].jpeg, media_type="image/jpeg", headers=headers)


@router.post("", status_code=201)
def add_mask(body: MaskRequest, user: MonitorUser, context: InContext) -> MaskAnswer:
    """Draw one; what is private by an administrator, a nuisance by a monitor for a fortnight."""
    return _in_force(context, context.store.masks.add(drawn_by(user, body, context)))


@router.put("/{mask_id}")
def change_mask(
    mask_id: MaskNumber, body: ShapeRequest, user: MonitorUser, context: InContext
) -> MaskAnswer:
    """Draw one in the place of another, which ends."""
    before = context.store.masks.get(mask_id).mask
    mask = redrawn_by(user, before, body, context)
    return _in_force(context, context.store.masks.change(mask_id, mask))


@router.post("/{mask_id}/end")
def end_mask(mask_id: MaskNumber, user: MonitorUser, context: InContext) -> MaskAnswer:
    """End one now: what is private is to be seen again, what is a nuisance may alert."""
    check_kind(user, context.store.masks.get(mask_id).mask.kind)
    return _in_force(context, context.store.masks.end(mask_id, author=user.name))


def _in_force(context: Context, kept: KeptMask) -> MaskAnswer:
    context.masks_changed()
    return MaskAnswer.of(kept, context.clock.now())
