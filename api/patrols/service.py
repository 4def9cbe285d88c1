"""Changing patrols on behalf of an administrator, and the address of what turns a camera."""

from typing import Final
from urllib.parse import urlsplit

from api.cameras.keeping import check_same_host
from api.context import Context
from api.patrols.schemas import PatrolBody
from camera_gateway.credentials import split_address
from camera_gateway.redaction import shown_address
from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.errors import InputRefused
from models.user import User

__all__ = ["mover_address", "put_patrol", "remove_patrol", "usual_address"]

DEVICE_SERVICE: Final = "/onvif/device_service"


def usual_address(setup: CameraSetup) -> str:
    """Where a camera's device service most likely is; empty where nothing speaks for any."""
    link = setup.link
    if link is None or "://" not in link.address:
        return ""
    if link.adapter is Adapter.ONVIF:
        return link.address.partition("?")[0]
    host = urlsplit(link.address).hostname
    shown = f"[{host}]" if host and ":" in host else host
    return f"http://{shown}{DEVICE_SERVICE}" if host else ""


def mover_address(typed: str, setup: CameraSetup) -> str:
    """The whole address of what turns a camera.

    Args:
        typed: as it came; what was shown with its secrets blotted out stays as it is stored.
        setup: of the camera.

    Raises:
        InputRefused: it is none of HTTP, carries a credential of its own (code
            ``link_credential_inside``), or leads to another host than the camera's pictures come
            from while a password is stored for that one (code ``camera_credential_again``).
    """
    known = setup.patrol.mover.address if setup.patrol is not None else usual_address(setup)
    if known and typed.strip() == shown_address(known):
        address = known
    else:
        address, inside = split_address(typed)
        if inside is not None:
            raise InputRefused(
                "The address carries a user or a password.",
                remedy="The camera's own are used; enter them in its form.",
                code="link_credential_inside",
            )
    if address.partition("://")[0].lower() not in {"http", "https"}:
        raise InputRefused(
            "What turns a camera has an address that begins with http:// or https://.",
            remedy="Enter the address of its ONVIF device service.",
            code="address_scheme",
        )
    if setup.credential is not None:
        check_same_host(setup, CameraLink(Adapter.ONVIF, address))
    return address


def put_patrol(context: Context, camera_id: str, body: PatrolBody, user: User) -> CameraSetup:
    """Change how a camera patrols, with its presets; takes effect on it alone, at once.

    Raises:
        NotFound: no such camera.
        InputRefused: as :func:`mover_address` and :func:`models.patrol.check_patrol`.
    """
    before = context.store.links.get(camera_id)
    patrol = body.patrol(mover_address(body.address, before))
    presets = tuple(preset.preset() for preset in body.presets)
    stored = context.store.links.put_patrol(camera_id, patrol, actor=user.name, presets=presets)
    context.cameras_changed()
    return stored


def remove_patrol(context: Context, camera_id: str, user: User) -> None:
    """Let a camera stand still; its presets stay.

    Raises:
        NotFound: no such camera.
    """
    context.store.links.put_patrol(camera_id, None, actor=user.name)
    context.cameras_changed()
