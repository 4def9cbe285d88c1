"""Changing and testing cameras on behalf of an administrator."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Final

from api.cameras.keeping import check_same_host, completed, stored_for
from api.cameras.running import forget_view
from api.cameras.schemas import CameraBody, CredentialBody, LinkBody, link_of
from api.context import Context
from camera_gateway.credentials import host_of
from camera_gateway.probe import ProbeReport, probe
from models.camera_link import Adapter, CameraLink, Credential
from models.camera_setup import CameraSetup
from models.clock import Clock
from models.errors import Conflict, NotFound, WatchError
from models.site import Pose
from models.store import Kept
from models.user import User

__all__ = ["is_private", "put_camera", "remove_camera", "trust_view", "try_link"]

TEST_S: Final = 4.0
TESTS_AT_ONCE: Final = 2
_MISTAKEN: Final = {
    (Adapter.SNAPSHOT, "camera_silent"): Adapter.MJPEG,  # a stream never ends
    (Adapter.SNAPSHOT, "camera_oversize"): Adapter.MJPEG,
    (Adapter.SNAPSHOT, "camera_no_picture"): Adapter.MJPEG,
    (Adapter.MJPEG, "camera_ended"): Adapter.SNAPSHOT,  # a snapshot does
}
"""How a failure looks when a stream was taken for a snapshot, or the other way round."""

_BY_HAND: Final = Pose(0.0, 0.0, 0.0, 60.0)
"""How well a pose is known that somebody enters: the defaults."""

_testing: set[object] = set()


def put_camera(context: Context, camera_id: str, body: CameraBody, user: User) -> CameraSetup:
    """Add a camera or change it; what runs follows at once.

    Raises:
        InputRefused: see :meth:`CameraBody.setup`; or the address names another host and the
            password is not given again, code ``camera_credential_again``: a stored password is
            never sent to a host for which nobody entered it.
    """
    before = _before(context, camera_id)
    body = completed(body, before)
    setup = _doubted(context, body.setup(camera_id, before))
    keep = body.keeps_credential
    if keep and before is not None and before.credential is not None and setup.link is not None:
        check_same_host(before, setup.link)
    stored = context.store.links.put(setup, actor=user.name, credential=Kept.KEPT if keep else None)
    context.cameras_changed()
    return stored


def remove_camera(context: Context, camera_id: str, user: User) -> None:
    """Remove a camera; its alerts stay.

    Raises:
        NotFound: no such camera.
    """
    context.store.links.remove(camera_id, actor=user.name)
    context.cameras_changed()


def trust_view(context: Context, camera_id: str, user: User) -> None:
    """Take what a camera shows now for the view of its preset, with its pose.

    Raises:
        NotFound: no such camera.
    """
    context.store.links.get(camera_id)
    if forget_view(context.settings.data_dir / "views", camera_id):
        context.store.audit.record(actor=user.name, action="camera.view_trusted", subject=camera_id)


async def try_link(
    context: Context, camera_id: str, link: LinkBody, given: CredentialBody | None
) -> ProbeReport:
    """Look at a camera for some seconds without changing anything.

    Args:
        context: of the application.
        camera_id: whose stored credential is used where none is given; empty for a new camera.
        link: to be tried.
        given: instead of the stored credential.

    Raises:
        Conflict: two tests run already; code ``camera_tests_busy``.
        WatchError: it cannot be read, see :func:`probe`.
    """
    before = await asyncio.to_thread(_before, context, camera_id)
    body = completed(CameraBody(name="?", link=link, credential=given), before)
    found, inside = link_of(body.link or link)
    credential = inside if body.credential is None else body.credential.credential()
    if given is None and inside is None and before is not None:
        credential = stored_for(before, found)
    if len(_testing) >= TESTS_AT_ONCE:
        raise Conflict(
            "Two cameras are being tested already.",
            remedy="Try again in some seconds.",
            code="camera_tests_busy",
        )
    mark = object()
    _testing.add(mark)
    try:
        return await _looked_at(found, credential, context.clock)
    finally:
        _testing.discard(mark)


def is_private(context: Context, camera_id: str, link: LinkBody) -> bool:
    """Whether a picture from there may show what a privacy mask of a stored camera hides.

    Args:
        context: of the application.
        camera_id: that is being edited; empty for a new one.
        link: that was tried: the same host is the same camera, under whatever name.
    """
    if context.masks.hides(camera_id):
        return True
    return any(
        setup.link is not None
        and context.masks.hides(setup.camera.camera_id)
        and _place_of(setup.link.address) == _place_of(link.address)
        for setup in context.store.links.all()
    )


def _doubted(context: Context, setup: CameraSetup) -> CameraSetup:
    """What was changed by hand is no longer known as well as its calibration knew it."""
    camera = setup.camera
    presets = []
    for preset in camera.presets:
        pose = preset.pose
        known = context.store.calibrations.in_force(camera.camera_id, preset.number)
        if known is not None and (pose, camera.position) != (known.after, known.lens):
            sigmas = pose.azimuth_sigma_deg, pose.tilt_sigma_deg
            if sigmas == (known.after.azimuth_sigma_deg, known.after.tilt_sigma_deg):
                pose = replace(
                    pose,
                    azimuth_sigma_deg=_BY_HAND.azimuth_sigma_deg,
                    tilt_sigma_deg=_BY_HAND.tilt_sigma_deg,
                )
        presets.append(replace(preset, pose=pose))
    return replace(setup, camera=replace(camera, presets=tuple(presets)))


def _place_of(address: str) -> str:
    return host_of(address)[0].lower() if "://" in address else address


async def _looked_at(link: CameraLink, credential: Credential | None, clock: Clock) -> ProbeReport:
    """Probe a link, and should it fail the way for which it may have been taken by mistake."""
    try:
        return await probe([link], credential, clock, for_s=TEST_S)
    except WatchError as error:
        other = _MISTAKEN.get((link.adapter, error.code))
        if other is not None:
            with suppress(WatchError):
                return await probe([replace(link, adapter=other)], credential, clock, for_s=TEST_S)
        raise


def _before(context: Context, camera_id: str) -> CameraSetup | None:
    try:
        return context.store.links.get(camera_id)
    except NotFound:
        return None
