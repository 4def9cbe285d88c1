"""What tests of real streams share."""

import time
from dataclasses import replace
from typing import Any

from coded_video import level_of
from rtsp_rig import RtspServer

from camera_gateway.pictures import decode_jpeg
from camera_gateway.source import RawFrame
from camera_gateway.sources.rtsp import RtspSource
from camera_gateway.sources.stream_open import StreamLimits
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import SystemClock
from models.errors import FrameCorrupt, SourceUnavailable

__all__ = ["LIMITS", "SPECIAL", "level_error", "loss_of", "now_s", "source_of"]

LIMITS = StreamLimits(open_s=3.0, read_s=1.5)
SPECIAL = Credential("admin", "p@ss#w/o:rd?1%")

now_s = time.monotonic


def source_of(
    server: RtspServer,
    path: str = "/cam",
    *,
    credential: Credential | None = None,
    limits: StreamLimits = LIMITS,
    **changes: Any,  # noqa: ANN401
) -> RtspSource:
    link = replace(CameraLink(Adapter.RTSP, server.address(path), every_s=1.0), **changes)
    return RtspSource(link, credential, SystemClock(), limits=limits)


def level_error(frame: RawFrame) -> float:
    """How far the upper part is from the nearest brightness that a coded picture has."""
    upper = decode_jpeg(frame.jpeg, "test")
    upper = upper[: upper.shape[0] // 3]
    level = float(upper.mean())
    return min(abs(level - level_of(number)) for number in range(50)) + float(upper.std())


async def loss_of(source: RtspSource) -> SourceUnavailable:
    """Read until the source is lost, and close it."""
    try:
        while True:
            try:
                await source.read()
            except FrameCorrupt:
                continue
    except SourceUnavailable as lost:
        return lost
    finally:
        await source.close()
