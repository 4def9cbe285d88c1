"""``/api/cameras``: their health, their newest still and, for administrators, their set-up."""

import asyncio
from pathlib import PurePath
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from api.auth.roles import AdminUser, SharedViewer
from api.bodies import RequestBody
from api.cameras.answers import CameraAnswer, SetupAnswer, TryAnswer
from api.cameras.exchange import import_cameras, write_cameras
from api.cameras.list_answers import FaultAnswer, ImportAnswer
from api.cameras.list_faults import ListFault
from api.cameras.place import PlaceAnswer, PointBody
from api.cameras.schemas import CameraBody, CredentialBody, LinkBody
from api.cameras.service import is_private, put_camera, remove_camera, trust_view, try_link
from api.cameras.thumbs import Small, ThumbWidth
from api.context import Context, context_of
from api.dual.flags import heat_flags_of
from api.etags import NOT_CHANGED, IfMatch, check_match, tag_for, tagged
from api.poses import flags_of
from models.errors import NotFound

__all__ = ["router"]

router = APIRouter(prefix="/api/cameras", tags=["cameras"])

InContext = Annotated[Context, Depends(context_of)]
Key = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
Suffix = Literal["csv", "toml"]
Language = Literal["zh", "en"]
Width = Annotated[ThumbWidth | None, Query()]

_MEDIA_TYPES: Final = {"csv": "text/csv; charset=utf-8", "toml": "application/toml"}


class TryRequest(RequestBody):
    """What is to be tried; without a credential the stored one of the camera is used."""

    camera_id: Annotated[str, Field(max_length=40)] = ""
    link: LinkBody
    credential: CredentialBody | None = None


@router.get("")
def list_cameras(_user: SharedViewer, context: InContext) -> list[CameraAnswer]:
    """Every camera; one without a running gateway is disabled."""
    answers, now = [], context.clock.now()
    heat = heat_flags_of(context.store)
    for setup in context.store.links.all():
        gateway = context.gateways.get(setup.camera.camera_id)
        status = None if gateway is None else gateway.status()
        hides = context.masks.hides(setup.camera.camera_id)
        poses = flags_of(context.poses, (setup.camera,), now)
        poses += [flag for flag in heat if flag.camera_id == setup.camera.camera_id]
        answers.append(CameraAnswer.of(setup, status, privacy_masked=hides, poses=poses))
    return answers


@router.get("/export.{suffix}")
def export_list(
    suffix: Suffix, _user: AdminUser, context: InContext, language: Language = "zh"
) -> Response:
    """The list of cameras, as :func:`import_list` reads it; without users and passwords."""
    name = f"cameras.{suffix}"
    setups = context.store.links.all()
    data = write_cameras(setups, PurePath(name), chinese=language == "zh", with_passwords=False)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(data, media_type=_MEDIA_TYPES[suffix], headers=headers)


@router.post("/import")
async def import_list(
    user: AdminUser,
    request: Request,
    context: InContext,
    suffix: Suffix = "csv",
    *,
    write: bool = False,
    take_good: bool = False,
    coordinates: Annotated[str, Query(max_length=40)] = "",
) -> ImportAnswer:
    """Take a list of cameras, or say what would become of each; the body is the file itself."""
    data = await request.body()  # not before it is known who sends it
    toml = suffix == "toml"
    try:
        report = await asyncio.to_thread(
            import_cameras,
            context.store,
            data,
            toml=toml,
            actor=user.name,
            take_good=take_good,
            write=write,
            coordinates=coordinates,
        )
    except ListFault as fault:
        return ImportAnswer(written=False, lines=(), fault=FaultAnswer.of(fault))
    if report.written:
        context.cameras_changed()
    return ImportAnswer.of(report)


@router.post("/place")
def let_in(body: PointBody, _user: AdminUser, context: InContext) -> PlaceAnswer:
    """What coordinates of any known system become; changes nothing."""
    return PlaceAnswer.of(body, context.locator.terrain)


@router.post("/test")
async def try_camera(_user: AdminUser, body: TryRequest, context: InContext) -> TryAnswer:
    """Look at a camera for some seconds; changes nothing."""
    report = await try_link(context, body.camera_id, body.link, body.credential)
    hides = await asyncio.to_thread(is_private, context, body.camera_id, body.link)
    return TryAnswer.of(report, hides_picture=hides)


@router.get("/{camera_id}/setup", response_model=SetupAnswer, responses=NOT_CHANGED)
def get_setup(camera_id: Key, _user: AdminUser, context: InContext, request: Request) -> Response:
    """How a camera is configured, without its credential; its tag is for ``If-Match``."""
    return tagged(request, SetupAnswer.of(context.store.links.get(camera_id)))


@router.put("/{camera_id}")
def change_camera(
    camera_id: Key,
    body: CameraBody,
    user: AdminUser,
    context: InContext,
    if_match: IfMatch = None,
) -> SetupAnswer:
    """Add a camera or change it; takes effect on it alone, at once.

    With the tag of its setup in ``If-Match`` it is changed only as it was read, else 412.
    """
    if if_match is not None:
        check_match(if_match, tag_for(SetupAnswer.of(context.store.links.get(camera_id))))
    return SetupAnswer.of(put_camera(context, camera_id, body, user))


@router.post("/{camera_id}/trust-view", status_code=204)
def trust_camera(camera_id: Key, user: AdminUser, context: InContext) -> None:
    """Say that what a camera shows now is the view of its preset; for one told as turned."""
    trust_view(context, camera_id, user)


@router.delete("/{camera_id}", status_code=204)
def delete_camera(camera_id: Key, user: AdminUser, context: InContext) -> None:
    """Remove a camera; its alerts stay."""
    remove_camera(context, camera_id, user)


@router.get("/{camera_id}/still.jpg")
def newest_still(
    camera_id: Key, _user: SharedViewer, context: InContext, width: Width = None
) -> Response:
    """The newest believed picture of a camera: byte for byte, or no wider than ``width`` pixels."""
    gateway = context.gateways.get(camera_id)
    status = None if gateway is None else gateway.status()
    if status is None or status.still is None:
        raise NotFound(f"There is no picture of {camera_id} yet.", code="no_still")
    small = Small(status.still, status.captured_at, status.received_at)
    if width is not None:
        context.thumbs.forget_but(context.gateways.keys())
        small = context.thumbs.of(status, width) or small
    headers = {"Cache-Control": "no-store"}
    for name, moment in (("Captured", small.captured_at), ("Received", small.received_at)):
        if moment is not None:  # of this very picture, which a list asked for before may not be
            headers[f"X-{name}-At"] = moment.isoformat().replace("+00:00", "Z")
    return Response(small.jpeg, media_type="image/jpeg", headers=headers)
