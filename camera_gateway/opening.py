"""From a configured link to the source that reads it."""

from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Final

from camera_gateway.aside import aside
from camera_gateway.source import FrameSource, RawFrame
from camera_gateway.sources.folder import FolderSource
from camera_gateway.sources.mjpeg import MjpegSource
from camera_gateway.sources.rtsp import rtsp_opener
from camera_gateway.sources.snapshot import SnapshotSource
from camera_gateway.sources.video import VideoSource
from camera_gateway.video.tap import VideoTap
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import Clock
from models.errors import SourceEnded
from models.frame import FrameMode

__all__ = ["RECORDED", "opener_of"]

RECORDED: Final = frozenset({Adapter.FOLDER, Adapter.VIDEO})
"""Adapters whose pictures end."""


def opener_of(
    link: CameraLink,
    credential: Credential | None,
    clock: Clock,
    *,
    pool: Executor | None = None,
    zone: tzinfo = UTC,
    tap: VideoTap | None = None,
) -> Callable[[], FrameSource]:
    """What makes a fresh source per call; it returns at once and connects with the first reading.

    Args:
        link: how the camera is read.
        credential: None for a camera that asks for none.
        clock: measures, waits and stamps.
        pool: where whole pictures are checked; the event loop's own when left out.
        zone: of times in the names and the Exif data of a folder that do not say their own.
        tap: hears the coded pictures of a stream; nobody when left out.
    """
    mode = link.mode or FrameMode.VISIBLE
    path = Path(link.address)
    match link.adapter:
        case Adapter.RTSP:
            return rtsp_opener(link, credential, clock, tap=tap)
        case Adapter.MJPEG:
            return lambda: MjpegSource(link, credential, clock, pool=pool)
        case Adapter.SNAPSHOT:
            return lambda: SnapshotSource(link, credential, clock, pool=pool)
        case Adapter.ONVIF:
            return lambda: _onvif(link, credential, clock, pool, tap)
        case Adapter.FOLDER:
            return lambda: _LateFolder(path, clock, mode, zone)
        case Adapter.VIDEO:
            return lambda: VideoSource(path, every_s=link.every_s, clock=clock, mode=mode)


def _onvif(
    link: CameraLink,
    credential: Credential | None,
    clock: Clock,
    pool: Executor | None,
    tap: VideoTap | None,
) -> FrameSource:
    # Its library reads a hundred schema files when it is imported: not for those without ONVIF.
    from camera_gateway.sources.onvif_source import OnvifSource  # noqa: PLC0415

    return OnvifSource(link, credential, clock, pool=pool, tap=tap)


class _LateFolder:
    """A folder that is listed with the first reading, in a thread: a share may hang for minutes."""

    def __init__(self, path: Path, clock: Clock, mode: FrameMode, zone: tzinfo) -> None:
        self._path = path
        self._clock = clock
        self._mode = mode
        self._zone = zone
        self._folder: FolderSource | None = None
        self._closed = False

    async def read(self) -> RawFrame:
        """As :meth:`FolderSource.read`; the first call raises what its opening raises."""
        if self._closed:
            raise SourceEnded("This source is closed.")
        if self._folder is None:
            self._folder = await aside(
                lambda: FolderSource(
                    self._path, clock=self._clock, mode=self._mode, name_zone=self._zone
                )
            )
        return await self._folder.read()

    async def close(self) -> None:
        """As :meth:`FolderSource.close`."""
        self._closed = True
        if self._folder is not None:
            await self._folder.close()
