"""``/api/cameras``: their state in words and their newest still."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from api.auth.roles import ViewerUser
from api.context import Context, context_of
from models.errors import NotFound
from models.frame import FrameMode, Provenance
from models.site import CameraKind, Position, Preset

__all__ = ["router"]

router = APIRouter(prefix="/api/cameras", tags=["cameras"])

InContext = Annotated[Context, Depends(context_of)]


class CameraAnswer(BaseModel):
    """A camera as configured and as it is doing."""

    camera_id: str
    name: str
    kind: CameraKind
    position: Position
    presets: tuple[Preset, ...]
    state: str
    mode: FrameMode | None
    provenance: Provenance | None
    captured_at: datetime | None
    received_at: datetime | None
    frames_received: int
    frames_dropped: dict[str, int]
    has_still: bool


@router.get("")
def list_cameras(_user: ViewerUser, context: InContext) -> list[CameraAnswer]:
    """Every camera; one without a running gateway is disabled."""
    answers = []
    for camera in context.store.cameras.all():
        gateway = context.gateways.get(camera.camera_id)
        live: dict[str, Any] = {
            "state": "disabled",
            "mode": None,
            "provenance": None,
            "captured_at": None,
            "received_at": None,
            "frames_received": 0,
            "frames_dropped": {},
            "has_still": False,
        }
        if gateway is not None:
            status = gateway.status()
            live = {
                "state": status.state,
                "mode": status.mode,
                "provenance": status.provenance,
                "captured_at": status.captured_at,
                "received_at": status.received_at,
                "frames_received": status.frames_received,
                "frames_dropped": dict(status.frames_dropped),
                "has_still": status.still is not None,
            }
        answers.append(
            CameraAnswer(
                camera_id=camera.camera_id,
                name=camera.name,
                kind=camera.kind,
                position=camera.position,
                presets=camera.presets,
                **live,
            )
        )
    return answers


@router.get("/{camera_id}/still.jpg")
def newest_still(camera_id: str, _user: ViewerUser, context: InContext) -> Response:
    """The newest picture of a camera, byte for byte."""
    gateway = context.gateways.get(camera_id)
    still = gateway.status().still if gateway is not None else None
    if still is None:
        raise NotFound(f"There is no picture of {camera_id} yet.", code="no_still")
    return Response(still, media_type="image/jpeg", headers={"Cache-Control": "no-store"})
