"""How the pictures of a camera are had: by which protocol, from where, how often.

Credentials stand apart from the address, so that an address may be shown, logged and exported.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from models.frame import FrameMode
from models.thermal import ThermalEncoding

__all__ = ["Adapter", "CameraLink", "Credential", "Decoding", "ListeningLink", "Transport"]

_LONGEST_CADENCE_S: Final = 3600.0


class Adapter(StrEnum):
    """Which source reads the camera."""

    RTSP = "rtsp"  # also GB/T 28181 cameras, through their media server
    MJPEG = "mjpeg"
    SNAPSHOT = "snapshot"
    ONVIF = "onvif"  # asks the camera for its stream or snapshot address
    FOLDER = "folder"
    VIDEO = "video"


class Transport(StrEnum):
    """What carries RTP."""

    TCP = "tcp"
    UDP = "udp"


class Decoding(StrEnum):
    """Which frames of a stream are decoded."""

    AUTO = "auto"  # key frames while they come as often as pictures are wanted, else all
    KEY_FRAMES = "key_frames"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Credential:
    """Who a camera takes us for. Neither word enters a log, an error or a process list.

    Attributes:
        user: name, may be empty.
        password: may be empty.
    """

    user: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CameraLink:
    """How one camera is read.

    Attributes:
        adapter: which source reads it.
        address: ``rtsp://``, ``rtmp://``, ``http://`` or ``https://`` without user and password; a
            path for recordings.
        every_s: wanted seconds between two pictures, > 0.
        transport: of RTP.
        decoding: which frames of a stream are decoded.
        mode: what kind of light, where it is known; None to judge it by the picture.
        enabled: False keeps the configuration and reads nothing.
        encoding: how the numbers of its pictures are to be read where they are pictures of heat.
    """

    adapter: Adapter
    address: str
    every_s: float = 5.0
    transport: Transport = Transport.TCP
    decoding: Decoding = Decoding.AUTO
    mode: FrameMode | None = None
    enabled: bool = True
    encoding: ThermalEncoding = ThermalEncoding.AS_TOLD

    def __post_init__(self) -> None:
        """Refuse a cadence that cannot be kept."""
        if not 0.0 < self.every_s <= _LONGEST_CADENCE_S:
            msg = f"every_s is {self.every_s}, not above 0 and at most {_LONGEST_CADENCE_S:g}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class ListeningLink(CameraLink):
    """A link whose address is ours, and whoever has the pictures connects to it: RTMP only."""
