"""The address of what turns a camera: as it is entered, as it is likely, and where it may lead."""

from typing import Final
from urllib.parse import urlsplit

from api.cameras.keeping import check_same_host
from camera_gateway.credentials import split_address
from camera_gateway.redaction import shown_address
from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.errors import InputRefused

__all__ = ["mover_address", "usual_address"]

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
