"""Cameras that do not see, or do not look where they should, as their own rooms know it."""

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from api.context import Context
from api.poses import PoseFlag, flags_of
from api.poses.answers import FlagKind
from camera_gateway.patrol import PatrolPhase, PatrolStatus
from camera_gateway.status import GatewayState
from models.handover import HandoverItem, HandoverSection
from models.site import Camera

__all__ = ["blind_cameras"]

_SEEING: Final = frozenset({GatewayState.LIVE, GatewayState.ENDED})
"""An ended recording has nothing more to show; that is no fault of it."""


def blind_cameras(context: Context, now: datetime) -> Iterator[HandoverItem]:
    """What is to be told of every camera, in their order.

    A camera may be told more than once: its pictures, its tour and its poses are three things.

    Args:
        context: of the application.
        now: UTC.
    """
    patrols = context.patrols.statuses()
    for setup in context.store.links.all():
        camera = setup.camera
        yield from _pictures(context, camera)
        if camera.camera_id in patrols:
            yield from _tour(camera, patrols[camera.camera_id])
        for flag in flags_of(context.poses, (camera,), now):
            yield _pose(camera, flag)


def _pictures(context: Context, camera: Camera) -> Iterator[HandoverItem]:
    gateway = context.gateways.get(camera.camera_id)
    if gateway is None:  # it is told not to be read
        yield _item(camera, GatewayState.DISABLED.value)
        return
    status = gateway.status()
    if status.state not in _SEEING:
        yield _item(camera, status.state.value, since=status.since)


def _tour(camera: Camera, status: PatrolStatus) -> Iterator[HandoverItem]:
    lease = status.lease
    if lease is not None:
        yield _item(
            camera,
            "steered",
            since=lease.taken_at,
            until_at=lease.until_at,
            text=f"{camera.name} · {lease.holder}",
        )
    elif status.phase is PatrolPhase.OFF:
        yield _item(camera, "patrol_off", since=status.since)
    elif status.phase is PatrolPhase.UNREACHED:
        yield _item(camera, "unreached", since=status.since)
    if status.stuck:
        yield _item(camera, "stuck")


def _pose(camera: Camera, flag: PoseFlag) -> HandoverItem:
    off_deg = math.hypot(flag.azimuth_off_deg, flag.tilt_off_deg)
    return _item(
        camera,
        flag.kind.value,
        since=flag.at,
        text=f"{camera.name} · {flag.name or flag.preset}",
        value=off_deg if flag.kind is FlagKind.DRIFTED else None,
    )


def _item(
    camera: Camera,
    state: str,
    *,
    since: datetime | None = None,
    until_at: datetime | None = None,
    text: str = "",
    value: float | None = None,
) -> HandoverItem:
    return HandoverItem(
        HandoverSection.CAMERAS,
        camera.camera_id,
        since=since,
        until_at=until_at,
        state=state,
        text=text or camera.name,
        value=value,
    )
