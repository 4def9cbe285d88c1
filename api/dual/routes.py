"""``/api/duals`` and ``/api/cameras/{visible_id}/dual``: pairs and their registrations."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Response

from api.auth.roles import AdminUser, SharedViewer
from api.context import Context, context_of
from api.dual.desk import by_pictures, by_targets, thermal_picture, visible_picture
from api.dual.schemas import DualsAnswer, PairAnswer, PairBody, RegistrationAnswer, TargetsBody
from api.nodes.painting import paint
from models.dual import DualPair, PairRegistration
from models.site import Camera

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["duals"])

InContext = Annotated[Context, Depends(context_of)]
Key = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
Preset = Annotated[int, Path(ge=0, le=9999)]

_PAIR: Final = "/cameras/{visible_id}/dual"


@router.get("/duals")
def list_pairs(_user: SharedViewer, context: InContext) -> DualsAnswer:
    """Every pair of a visible camera and one of heat, with what is known of each preset."""
    pairs = context.store.duals.pairs()
    found = context.store.cameras.some([key for one in pairs for key in _keys(one)])
    cameras = {camera.camera_id: camera for camera in found}
    # One that was removed in between has no pair any more.
    return DualsAnswer(
        pairs=[_told(context, one, cameras) for one in pairs if cameras.keys() >= set(_keys(one))]
    )


@router.put(_PAIR)
def put_pair(visible_id: Key, body: PairBody, user: AdminUser, context: InContext) -> PairAnswer:
    """Make two cameras a pair or change their rule; with another camera registrations go."""
    pair = DualPair(visible_id, body.thermal_id, body.rule)
    context.store.duals.put(pair, user.name)
    cameras = {key: context.store.cameras.get(key) for key in _keys(pair)}
    return _told(context, pair, cameras)


@router.delete(_PAIR, status_code=204)
def delete_pair(visible_id: Key, user: AdminUser, context: InContext) -> None:
    """Part a pair: each camera alarms by itself, and the registrations go."""
    context.store.duals.remove(visible_id, user.name)


@router.post(_PAIR + "/{preset}/targets")
def register_by_targets(
    visible_id: Key, preset: Preset, body: TargetsBody, user: AdminUser, context: InContext
) -> RegistrationAnswer:
    """Register a preset by things that somebody shows in both pictures, four at the least."""
    targets = [(one.thermal, one.visible) for one in body.pairs]
    found = by_targets(context.store, context.clock, visible_id, preset, targets, author=user.name)
    return _registered(context, found)


@router.post(_PAIR + "/{preset}/register")
def register_by_pictures(
    visible_id: Key, preset: Preset, user: AdminUser, context: InContext
) -> RegistrationAnswer:
    """Register a preset by the newest pictures of both cameras; takes some seconds."""
    return _registered(context, by_pictures(context, visible_id, preset, author=user.name))


@router.get(_PAIR + "/{preset}/visible.jpg")
def get_visible(
    visible_id: Key, preset: Preset, _user: SharedViewer, context: InContext
) -> Response:
    """The newest visible picture of a preset, small; what is private stays painted over."""
    seen = visible_picture(context, visible_id, preset)
    return Response(seen.jpeg, media_type="image/jpeg", headers=_headers(seen.captured_at))


@router.get(_PAIR + "/{preset}/thermal.png")
def get_thermal(
    visible_id: Key, preset: Preset, _user: SharedViewer, context: InContext
) -> Response:
    """The newest picture of heat of a preset, painted for people."""
    with context.nodes.picture():
        heat = thermal_picture(context, visible_id, preset)
        png = paint(heat.image).png
    return Response(png, media_type="image/png", headers=_headers(heat.captured_at))


def _keys(pair: DualPair) -> tuple[str, str]:
    return pair.visible_id, pair.thermal_id


def _told(context: Context, pair: DualPair, cameras: dict[str, Camera]) -> PairAnswer:
    return PairAnswer.of(pair, cameras, list(context.store.duals.registrations(pair.visible_id)))


def _registered(context: Context, found: PairRegistration) -> RegistrationAnswer:
    return RegistrationAnswer.of(found, context.store.cameras.get(found.visible_id))


def _headers(captured_at: datetime) -> dict[str, str]:
    return {
        "Firewatch-Captured-At": captured_at.isoformat().replace("+00:00", "Z"),
        "Cache-Control": "no-store",
    }
