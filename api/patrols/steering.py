"""``/api/patrols``: what the towers do now, and taking one over."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.auth.roles import AdminUser, MonitorUser, SharedViewer
from api.bodies import RequestBody
from api.patrols.addresses import mover_address
from api.patrols.asking import InContext, Key
from camera_gateway.patrol import PatrolPhase, PatrolStatus, turner_of
from models.errors import InputRefused, NotPermitted
from models.patrol import Mover, PoseTrust
from models.user import Role

__all__ = ["router"]

router = APIRouter(prefix="/api/patrols", tags=["patrols"])


class ReadRequest(RequestBody):
    """Which mount is asked; as it stands in a form that is not saved yet."""

    address: Annotated[str, Field(min_length=1, max_length=2000)]
    profile: Annotated[str, Field(max_length=64)] = ""


class LeaseRequest(RequestBody):
    """For how long somebody steers a camera."""

    minutes: Annotated[float, Field(gt=0.0, le=60.0)]


class SteerRequest(RequestBody):
    """Speeds, -1 to 1: right, up, in. It stops by itself 2 s after the last request."""

    pan: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    tilt: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    zoom: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0


class GotoRequest(RequestBody):
    """Number of one of the camera's presets."""

    preset: Annotated[int, Field(ge=0, le=9999)]


class ViewRequest(RequestBody):
    """What a camera is to remember, and under which of its tokens; empty for a new one."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    token: Annotated[str, Field(max_length=64)] = ""


class OwnPreset(BaseModel):
    """A preset as the camera itself tells of it."""

    token: str
    name: str


class StatusAnswer(BaseModel):
    """What a camera's patrol does now; see :class:`PatrolStatus`."""

    camera_id: str
    phase: PatrolPhase
    since: datetime
    tour: str
    stop: int | None
    preset: int | None
    shown: int | None
    trust: PoseTrust | None
    next_at: datetime | None
    next_preset: int | None
    holder: str
    until_at: datetime | None
    stuck: bool
    unreached: str
    overdue: int
    skipped: tuple[int, ...]

    @classmethod
    def of(cls, status: PatrolStatus) -> "StatusAnswer":
        """As it travels."""
        lease = status.lease
        told = {name: getattr(status, name) for name in cls.model_fields if hasattr(status, name)}
        return cls(
            **told,
            holder="" if lease is None else lease.holder,
            until_at=None if lease is None else lease.until_at,
        )


@router.get("")
def list_statuses(_user: SharedViewer, context: InContext) -> list[StatusAnswer]:
    """Every camera that can be turned."""
    return [StatusAnswer.of(each) for each in context.patrols.statuses().values()]


@router.post("/{camera_id}/read")
async def read_presets(
    camera_id: Key, body: ReadRequest, _user: AdminUser, context: InContext
) -> list[OwnPreset]:
    """Ask a camera which presets it knows itself; changes nothing."""
    setup = await asyncio.to_thread(context.store.links.get, camera_id)
    mover = Mover(mover_address(body.address, setup), body.profile.strip())
    async with turner_of(mover, setup.credential, context.clock) as turner:
        return [OwnPreset(token=own.token, name=own.name) for own in await turner.presets()]


@router.post("/{camera_id}/lease", status_code=204)
async def take_over(
    camera_id: Key, body: LeaseRequest, user: MonitorUser, context: InContext
) -> None:
    """Steer a camera from now on, or for longer; its tour waits, and goes on by itself."""
    if context.patrols.status(camera_id) is None:
        raise InputRefused(
            f"Camera {camera_id} is not one that can be turned.",
            remedy="Set its patrol up first, and enable the camera.",
            code="camera_not_turned",
        )
    lasts = timedelta(minutes=body.minutes)
    await asyncio.to_thread(context.store.patrols.take, camera_id, user.name, lasts)
    await context.patrols.look()


@router.delete("/{camera_id}/lease", status_code=204)
async def give_back(camera_id: Key, user: MonitorUser, context: InContext) -> None:
    """End a take-over: one's own, or as an administrator anybody's."""
    patrols = context.store.patrols
    lease = (await asyncio.to_thread(patrols.leases)).get(camera_id)
    if lease is not None and lease.holder != user.name and not user.role.allows(Role.ADMIN):
        raise NotPermitted(
            f"{lease.holder} steers camera {camera_id}.",
            remedy="Ask them, or an administrator.",
            code="lease_not_yours",
        )
    await asyncio.to_thread(partial(patrols.give_back, camera_id, actor=user.name))
    await context.patrols.look()


@router.post("/{camera_id}/steer", status_code=204)
async def steer(camera_id: Key, body: SteerRequest, user: MonitorUser, context: InContext) -> None:
    """Turn a camera that one has taken over."""
    speeds = {"pan": body.pan, "tilt": body.tilt, "zoom": body.zoom}
    await context.patrols.steer(camera_id, user.name, **speeds)


@router.post("/{camera_id}/goto", status_code=204)
async def go_to(camera_id: Key, body: GotoRequest, user: MonitorUser, context: InContext) -> None:
    """Send a camera that one has taken over to one of its presets."""
    await context.patrols.goto(camera_id, user.name, body.preset)


@router.post("/{camera_id}/presets")
async def keep_view(
    camera_id: Key, body: ViewRequest, user: AdminUser, context: InContext
) -> OwnPreset:
    """Have a camera that one has taken over remember what it shows, as a new preset or an old one.

    What our preset of that token looks like is learned anew; where it looks is for the form.
    """
    token = await context.patrols.set_preset(camera_id, user.name, body.name, body.token)
    return OwnPreset(token=token, name=body.name)
