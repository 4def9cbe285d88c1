"""A camera of which only the ONVIF address is known: it is asked where its pictures are.

The address may name a profile and a way: ``http://HOST/onvif/device_service?profile=TOKEN`` and
``&via=snapshot``. Without a token the first profile with a video encoder is taken, or the first one
at all; without a way, the stream, and the still picture where there is none. It is asked anew with
every connection, for the answer may change when the camera restarts.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from urllib.parse import parse_qs

from camera_gateway.source import FrameSource, MayBlock, RawFrame
from camera_gateway.sources.onvif_answers import OnvifProfile
from camera_gateway.sources.onvif_camera import OnvifCamera
from camera_gateway.sources.rtsp import RtspSource
from camera_gateway.sources.snapshot import SnapshotSource
from camera_gateway.video.tap import VideoTap
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import Clock
from models.errors import SourceRefused, SourceUnavailable

__all__ = ["OnvifSource"]

OpenSource = Callable[[CameraLink, Credential | None, Clock], FrameSource]


class OnvifSource:
    """Pictures of an ONVIF camera.

    Args:
        link: address of its device service, and the wishes for its pictures.
        credential: None when the camera asks for none.
        clock: measures, waits and stamps.
        openers: what reads a stream and a still picture.
        pool: where pictures are checked; the event loop's own when left out.
        tap: hears the coded pictures of a stream; nobody when left out.

    Raises:
        SourceRefused: the address is not one of HTTP.
    """

    def __init__(
        self,
        link: CameraLink,
        credential: Credential | None,
        clock: Clock,
        *,
        openers: dict[Adapter, OpenSource] | None = None,
        pool: Executor | None = None,
        tap: VideoTap | None = None,
    ) -> None:
        self._link = link
        self._credential = credential
        self._clock = clock
        self._openers: dict[Adapter, OpenSource] = openers or {
            Adapter.RTSP: partial(RtspSource, tap=tap),
            Adapter.SNAPSHOT: partial(SnapshotSource, pool=pool),
        }
        self._inner: FrameSource | None = None
        self._left: FrameSource | None = None
        self._closed = False

    async def read(self) -> RawFrame:
        """Ask the camera once where its pictures are, and read them.

        Raises:
            SourceUnavailable: nobody answers, or not as ONVIF says; and what the stream raises.
            SourceRefused: the credential is not taken, or there is no such profile.
            FrameCorrupt: one picture is damaged.
        """
        if self._closed:
            raise SourceUnavailable("This source is closed.", code="source_closed")
        if self._inner is None:
            link = await self.resolve()
            self._inner = self._openers[link.adapter](link, self._credential, self._clock)
        return await self._inner.read()

    async def close(self) -> None:
        """Let go of the stream."""
        self._closed = True
        inner, self._inner = self._inner, None
        if inner is not None:
            self._left = inner
            await inner.close()

    @property
    def is_blocked(self) -> bool:
        """Whether this is closed and the stream's reader has not come back."""
        left: object = self._left
        return isinstance(left, MayBlock) and left.is_blocked

    async def resolve(self) -> CameraLink:
        """Where the pictures are: the same link with another adapter and address.

        Raises:
            SourceUnavailable, SourceRefused: as :meth:`read`.
        """
        address, _mark, query = self._link.address.partition("?")
        wishes = parse_qs(query)
        async with OnvifCamera(address, self._credential, self._clock) as camera:
            profile = _chosen(await camera.profiles(), wishes.get("profile", [""])[0])
            adapter, found = await _pictures_of(camera, profile, wishes.get("via", [""])[0])
        return replace(self._link, adapter=adapter, address=found)


def _chosen(profiles: tuple[OnvifProfile, ...], token: str) -> OnvifProfile:
    if token:
        wanted = [profile for profile in profiles if profile.token == token]
    else:
        # Some do not tell how a profile is encoded, and send pictures all the same.
        wanted = [profile for profile in profiles if profile.encoding] or list(profiles)
    if not wanted:
        there = ", ".join(profile.token[:40] for profile in profiles[:8]) or "none"
        raise SourceRefused(
            f"The camera has no profile{f' {token}' if token else ''}; it has {there}.",
            remedy="Enter one of these as ?profile= behind the address.",
            code="camera_profile",
        )
    return wanted[0]


async def _pictures_of(camera: OnvifCamera, profile: OnvifProfile, way: str) -> tuple[Adapter, str]:
    if way != "snapshot":
        try:
            return Adapter.RTSP, await camera.stream_address(profile.token)
        except SourceUnavailable as error:
            if way or error.code != "camera_answer":
                raise
    return Adapter.SNAPSHOT, await camera.snapshot_address(profile.token)
