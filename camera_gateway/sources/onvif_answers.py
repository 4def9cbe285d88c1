"""What ONVIF cameras answer, taken as they send it: anything may be missing.

Addresses that a camera tells are its own view of itself: behind a router, or after its network
was changed, they name a host that nobody reaches. So the host that was entered is the one that is
asked, and a credential never goes to another.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from camera_gateway.credentials import host_of, split_address

__all__ = [
    "DeviceFacts",
    "IrCut",
    "OnvifProfile",
    "list_in",
    "profile_of",
    "reachable_address",
    "second_profile_of",
    "text_in",
]

_PORT_TWICE: Final = re.compile(r"^(\w+://[^/:]+:\d+):\d+(?=/|$)")


class IrCut(StrEnum):
    """Where the infrared-cut filter is: in front of the sensor by day, away from it by night."""

    DAY = "day"
    NIGHT = "night"
    AUTO = "auto"  # the camera decides, and does not say how
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """Who made the camera; each empty when it does not say."""

    manufacturer: str
    model: str
    firmware: str


@dataclass(frozen=True, slots=True)
class OnvifProfile:
    """One of the ways in which a camera sends pictures.

    Attributes:
        token: its key; names and order change, this does not.
        name: for people.
        encoding: ``H264``, ``H265``, ``JPEG`` or another word of the camera's; empty when unknown.
        width_px: 0 when unknown.
        height_px: 0 when unknown.
        source_token: of the sensor; empty when unknown.
        ptz_token: of what turns the camera that it shows; empty where nothing does.
    """

    token: str
    name: str
    encoding: str
    width_px: int
    height_px: int
    source_token: str
    ptz_token: str = ""


def reachable_address(told: str, camera_address: str) -> str:
    """What a camera tells as an address, on the host by which it is reached.

    A web address on another host takes the port that was entered too, since one port leads to the
    camera through a router; a stream keeps its own. Where the camera was entered with https, its
    web addresses are asked with it, on that port: its own view knows nothing of that.

    Args:
        told: by the camera; a credential in it is dropped.
        camera_address: as entered.

    Raises:
        InputRefused: it is no address.

    >>> reachable_address("http://192.168.1.64/onvif/media", "http://vpn.example:8081/x")
    'http://vpn.example:8081/onvif/media'
    >>> reachable_address("rtsp://192.168.1.64:554/1", "http://vpn.example:8081/x")
    'rtsp://vpn.example:554/1'
    >>> reachable_address("http://vpn.example/onvif/media", "https://vpn.example:8443/x")
    'https://vpn.example:8443/onvif/media'
    """
    told = _PORT_TWICE.sub(r"\1", told.strip())  # some write their port twice
    address, _credential = split_address(told)
    host, port = host_of(address)
    camera_host, camera_port = host_of(camera_address)
    scheme, site = address.split("://", 1)
    secured = scheme == "http" and camera_address.lower().startswith("https://")
    if host == camera_host and not secured:
        return address
    scheme = "https" if secured else scheme
    start = min((site.index(mark) for mark in "/?" if mark in site), default=len(site))
    shown_host = f"[{camera_host}]" if ":" in camera_host else camera_host
    own_port = port if scheme.startswith("rtsp") else camera_port
    return f"{scheme}://{shown_host}{'' if own_port is None else f':{own_port}'}{site[start:]}"


def list_in(answer: object) -> list[object]:
    """The answer itself when it is a list, else nothing."""
    return answer if isinstance(answer, list) else []


def profile_of(fields: object) -> OnvifProfile:
    """One profile; its token is empty when it is none."""
    encoder = ("VideoEncoderConfiguration",)
    return OnvifProfile(
        token=text_in(fields, "token"),
        name=text_in(fields, "Name"),
        encoding=text_in(fields, *encoder, "Encoding").upper(),
        width_px=_whole(fields, *encoder, "Resolution", "Width"),
        height_px=_whole(fields, *encoder, "Resolution", "Height"),
        source_token=text_in(fields, "VideoSourceConfiguration", "SourceToken"),
        ptz_token=text_in(fields, "PTZConfiguration", "token"),
    )


def second_profile_of(fields: object) -> OnvifProfile:
    """One profile as Media 2 tells it; its token is empty when it is none."""
    encoder = ("Configurations", "VideoEncoder")
    return OnvifProfile(
        token=text_in(fields, "token"),
        name=text_in(fields, "Name"),
        encoding=text_in(fields, *encoder, "Encoding").upper(),
        width_px=_whole(fields, *encoder, "Resolution", "Width"),
        height_px=_whole(fields, *encoder, "Resolution", "Height"),
        source_token=text_in(fields, "Configurations", "VideoSource", "SourceToken"),
        ptz_token=text_in(fields, "Configurations", "PTZ", "token"),
    )


def _at(fields: object, *path: str) -> object:
    for key in path:
        fields = fields.get(key) if isinstance(fields, Mapping) else None
    return fields


def text_in(fields: object, *path: str) -> str:
    """Text at that path of keys; empty when there is none."""
    value = _at(fields, *path)
    return value.strip() if isinstance(value, str) else ""


def _whole(fields: object, *path: str) -> int:
    value = _at(fields, *path)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    return value if isinstance(value, int) and value > 0 else 0
