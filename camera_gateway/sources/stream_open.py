"""Connecting to a camera's stream, and saying in our own words why one cannot be had.

FFmpeg puts the address with the password into its errors, so no text of its errors is ever passed
on: they are told apart by their kind alone. Everything that can block has two limits, the
protocol's own and the one by which PyAV interrupts FFmpeg: each of them fails in some case that the
other one catches.
"""

import errno
import socket
from dataclasses import dataclass, replace
from typing import Final

import av
import av.container
import av.error

from camera_gateway.credentials import address_with, host_of
from models.camera_link import CameraLink, Credential, ListeningLink, Transport
from models.errors import InputRefused, SourceRefused, SourceUnavailable

__all__ = [
    "LONGEST_REST_S",
    "MOST_PIXELS",
    "NO_VIDEO",
    "StreamFailure",
    "StreamLimits",
    "failure_of",
    "no_video_of",
    "open_stream",
]

_MICROSECONDS: Final = 1_000_000
_RTSP: Final = frozenset({"rtsp", "rtsps"})
_RTMP: Final = frozenset({"rtmp", "rtmps"})
_NOT_OURS: Final = frozenset({errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES})
LONGEST_REST_S: Final = 0.2
"""A reader lets data gather for so long before it reads on; it is part of the time of silence."""

MOST_PIXELS: Final = 40_000_000
"""8K has 33 million. A stream that declares more is refused before memory is taken for it."""

RTMP_PROBE_S: Final = 1.0
"""There is no description: sound may come first, and the pictures a moment later."""

_SIZE_LIMIT: Final = {"max_pixels": str(MOST_PIXELS)}
MOST_STREAMS: Final = 8
PROBE_S: Final = 0.3
"""FFmpeg looks at the stream for so long before it is open. The session description says enough;
with key frames far apart it would look for five seconds in vain."""


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How long a camera may take; a loss is noticed within twice the limit.

    Attributes:
        open_s: until the stream is described and playing, > 0.
        read_s: between two pieces of data, > 0.
        first_picture_s: until the first whole picture while data comes and nothing is known of the
            gap between key frames, > 0. Some cameras send one in 40 s.
    """

    open_s: float = 8.0
    read_s: float = 4.0
    first_picture_s: float = 60.0

    def picture_s(self, key_interval_s: float | None, every_s: float) -> float:
        """How long data may come without one whole picture.

        Args:
            key_interval_s: the known gap between key frames.
            every_s: how often pictures are wanted.
        """
        if key_interval_s is None:
            return max(self.first_picture_s, 3.0 * every_s)
        return max(2.5 * key_interval_s + 5.0, 3.0 * every_s)


@dataclass(frozen=True, slots=True)
class StreamFailure:
    """Why there are no pictures; without address, user and password.

    Attributes:
        message: what is wrong.
        remedy: what to do.
        code: stable key.
        refused: whether trying again soon is useless or harmful.
    """

    message: str
    remedy: str
    code: str
    refused: bool = False

    def error(self) -> SourceUnavailable:
        """As the error of a source."""
        kind = SourceRefused if self.refused else SourceUnavailable
        return kind(self.message, remedy=self.remedy, code=self.code)


NO_VIDEO: Final = StreamFailure(
    "The stream carries no video.", "Choose another path of the camera.", "no_video", refused=True
)


def open_stream(
    link: CameraLink, credential: Credential | None, limits: StreamLimits
) -> av.container.InputContainer:
    """Connect, describe and play; blocks for at most about ``limits.open_s``.

    Args:
        link: address without credential, transport.
        credential: for Basic or Digest; None for none.
        limits: of time.

    Raises:
        InputRefused: the address is none.
        av.error.FFmpegError: see :func:`failure_of`; its text holds the password.
        socket.gaierror: this machine finds no address for the host.
        ValueError: PyAV's own, not FFmpeg's: there is no stream whose size could be bounded.
    """
    scheme = link.address.partition("://")[0].lower()
    if scheme not in _RTSP | _RTMP:
        raise InputRefused(
            "The address of a stream begins with rtsp:// or rtsps://, rtmp:// or rtmps://.",
            remedy="Correct the camera's address or choose another kind of source.",
            code="address_scheme",
        )
    # FFmpeg tells an unknown host as it tells a camera that does not answer, so it is looked up
    # before; as bytes, for that is how FFmpeg does.
    host, port = host_of(link.address)
    socket.getaddrinfo(host.encode(), port, type=socket.SOCK_STREAM)
    # FFmpeg hands out what it still holds before it tells of silence: twice the limit.
    silence_s = max(limits.read_s / 2.0, limits.read_s - LONGEST_REST_S)
    if scheme in _RTMP:
        return av.open(
            address_with(link.address, credential),
            format="flv",
            options=_rtmp_options(link),
            timeout=(limits.open_s, silence_s),
        )
    options = {
        "rtsp_transport": link.transport.value,
        "timeout": str(round(limits.open_s * _MICROSECONDS)),
        # Sound and metadata are never asked for: they cost, and would pass for life.
        "allowed_media_types": "video",
        "analyzeduration": str(round(PROBE_S * _MICROSECONDS)),
        "probesize": "300000",
        "protocol_whitelist": "rtsp,rtsps,rtp,srtp,tcp,tls,udp,crypto",
    }
    if link.transport is Transport.UDP:
        options["buffer_size"] = str(2**20)  # a key frame comes as one burst of datagrams
    return av.open(
        address_with(link.address, credential),
        format="rtsp",
        options=options,
        # FFmpeg decodes a little to see what it has: a huge picture would cost its memory then.
        stream_options=[_SIZE_LIMIT] * MOST_STREAMS,  # type: ignore[list-item]  # the stub is wrong
        timeout=(limits.open_s, silence_s),
    )


def _rtmp_options(link: CameraLink) -> dict[str, str]:
    """Options of FFmpeg; the streams of FLV appear as they come, and none can be bounded before."""
    options = {
        "rtmp_live": "live",
        "analyzeduration": str(round(RTMP_PROBE_S * _MICROSECONDS)),
        "protocol_whitelist": "rtmp,rtmps,tcp,tls,crypto",
    }
    return options | {"listen": "1"} if isinstance(link, ListeningLink) else options


def no_video_of(link: CameraLink) -> StreamFailure:
    """What a stream without video is: RTMP begins with what comes first, so it is tried again."""
    return replace(NO_VIDEO, refused=link.address.partition("://")[0].lower() in _RTSP)


def failure_of(error: Exception, link: CameraLink, *, opening: bool) -> StreamFailure:
    """Why opening or reading failed, told from the kind of the error alone.

    Args:
        error: of PyAV or the system.
        link: of the camera.
        opening: whether the stream was not playing yet.
    """
    where = _site(link)
    for kinds, message, remedy, code in _REFUSALS:
        if isinstance(error, kinds):
            return StreamFailure(message.format(where), remedy, code, refused=True)
    if isinstance(error, socket.gaierror):
        return StreamFailure(
            f"This machine finds no address for the host of {where}.",
            "Check its name, or enter the camera's IP address.",
            "host_unknown",
        )
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EPROTONOSUPPORT:
        other = "UDP" if link.transport is Transport.TCP else "TCP"
        return StreamFailure(
            f"The camera at {where} does not send over {link.transport.value.upper()}.",
            f"Set the camera's transport to {other}.",
            "transport_refused",
            refused=True,
        )
    if isinstance(error, av.error.HTTPOtherClientError | av.error.HTTPServerError):
        return StreamFailure(
            f"The camera at {where} serves no further stream now.",
            "Close other viewers of this camera, or raise its number of connections.",
            "camera_busy",
        )
    if not opening:
        return _silent(where)
    return (
        _unsent(where, number)
        if isinstance(link, ListeningLink)
        else _unanswered(where, link, number)
    )


def _unsent(where: str, number: int | None) -> StreamFailure:
    if number in _NOT_OURS:
        return StreamFailure(
            f"Nobody can listen at {where}: the address is taken, or not of this machine.",
            "Choose another port, or an address of this machine.",
            "address_unusable",
        )
    return StreamFailure(
        f"Nobody has sent pictures to {where} yet.",
        "Have the sender push them to this address; a firewall must let them through.",
        "no_answer",
    )


def _silent(where: str) -> StreamFailure:
    return StreamFailure(
        f"The camera at {where} sends nothing any more.",
        "Check its power and its line.",
        "stream_silent",
    )


def _unanswered(where: str, link: CameraLink, number: int | None) -> StreamFailure:
    if number == errno.ECONNREFUSED:
        return StreamFailure(
            f"Nothing listens at {where}.",
            "Check address and port; the camera may be restarting.",
            "connection_refused",
        )
    spoken = "RTMP" if link.address.partition("://")[0].lower() in _RTMP else "RTSP"
    return StreamFailure(
        f"The camera at {where} does not answer as an {spoken} server should.",
        "Check power, line, address and port.",
        "no_answer",
    )


def _site(link: CameraLink) -> str:
    host, port = host_of(link.address)
    return host if port is None else f"{host}:{port}"


_REFUSALS: Final[tuple[tuple[tuple[type[Exception], ...], str, str, str], ...]] = (
    (
        (av.error.HTTPUnauthorizedError,),
        "The camera at {} does not take this user and password.",
        "Correct them; most cameras lock an account after a few wrong attempts.",
        "credentials_refused",
    ),
    (
        (av.error.HTTPForbiddenError,),
        "The camera at {} does not let this user see the stream.",
        "Give the user the right to live view on the camera.",
        "access_refused",
    ),
    (
        (av.error.HTTPNotFoundError,),
        "The camera at {} has no stream under this path.",
        "Look the path up in the camera's manual, or ask it over ONVIF.",
        "no_such_stream",
    ),
    (
        (av.error.ArgumentError, av.error.ProtocolNotFoundError),
        "The address of the camera at {} cannot be used.",
        "Correct it: rtsp://HOST:PORT/PATH.",
        "address_unusable",
    ),
)
