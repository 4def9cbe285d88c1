"""How the live pictures of an aircraft are had."""

import ipaddress
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from models.config.section import Section

__all__ = ["DroneLiveRule"]

_ADDRESS: Final = r"^((rtsp|rtsps|rtmp|rtmps)://[^\s@/?#]+(/\S*)?)?$"
_PUSH: Final = r"^(rtmps?://[^\s@/?#]+(/\S*)?)?$"
_VIDEO: Final = r"^([0-9]{1,5}-[0-9]{1,3}-[0-9]{1,3}/[a-z]{1,16}-[0-9])?$"


class DroneLiveRule(Section):
    """The part of one entry of ``[[drones.links]]`` that is about live pictures.

    Attributes:
        live_url: ``rtsp://``, ``rtsps://``, ``rtmp://`` or ``rtmps://`` of the stream, without user
            and password; empty for none.
        live_listen: the watch listens at ``live_url`` and the sender connects to it: ``rtmp://``, a
            private address of this machine and a port, for whoever reaches it may send.
        live_user: at the server of the stream; empty for none.
        live_password_file: with the password of it.
        live_key_file: with a secret part of the path, which is put behind ``live_url`` (of RTMP)
            and ``live_push_url``.
        live_delay_s: from the lens to this machine, as somebody measured it.
        live_delay_sigma_s: how well that is known, one standard deviation.
        live_fov_deg: full horizontal field of view of the stream; the aircraft's only camera tells
            it where this is left out.
        live_push_url: to which a dock is told to push, ``rtmp://`` or ``rtmps://``; it is told
            nothing where this is empty.
        live_video: which camera and lens of a dock's aircraft, such as ``80-0-0/normal-0``.
    """

    live_url: Annotated[str, Field(max_length=500, pattern=_ADDRESS)] = ""
    live_listen: bool = False
    live_user: Annotated[str, Field(max_length=200)] = ""
    live_password_file: Path | None = None
    live_key_file: Path | None = None
    live_delay_s: Annotated[float, Field(ge=0.0, le=60.0)] = 2.0
    live_delay_sigma_s: Annotated[float, Field(ge=0.05, le=30.0)] = 1.0
    live_fov_deg: Annotated[float, Field(gt=0.0, lt=180.0)] | None = None
    live_push_url: Annotated[str, Field(max_length=500, pattern=_PUSH)] = ""
    live_video: Annotated[str, Field(pattern=_VIDEO)] = ""

    @model_validator(mode="after")
    def _check_live(self) -> Self:
        wrong = self._wrong_live()
        if wrong:
            msg = f"the live pictures: {wrong}"
            raise ValueError(msg)
        return self

    def _wrong_live(self) -> str:
        if self.live_listen and not _is_private(self.live_url):
            return "to listen takes rtmp://, a private address of this machine and a port"
        if bool(self.live_push_url) != bool(self.live_video):
            return "a dock is told live_push_url and live_video, both or none"
        if self.live_push_url and not self.live_url:
            return "live_push_url without live_url is read by nobody"
        return ""


def _is_private(url: str) -> bool:
    """Whether the address is ``rtmp://`` on a numeric address that the wide world does not reach.

    Nobody is asked for a password there: see ``docs/drone.md``.
    """
    try:
        told = urlsplit(url)
        host, port = ipaddress.ip_address(told.hostname or ""), told.port
    except ValueError:
        return False
    is_inner = host.is_private and not host.is_unspecified
    return told.scheme == "rtmp" and port is not None and is_inner
