"""Gateways of cameras that exist nowhere but on a test server."""

import random
from collections.abc import Sequence

from camera_gateway.bus import FrameBus
from camera_gateway.gateway import Gateway
from camera_gateway.limits import Limits
from camera_gateway.ring import FrameRing
from camera_gateway.sources.rtsp import rtsp_opener
from models.camera_link import Adapter, CameraLink
from models.clock import SystemClock
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

__all__ = ["gateways"]


def gateways(
    urls: Sequence[str], every_s: float, bus: FrameBus, chance: random.Random
) -> list[Gateway]:
    """One for each address, not yet running."""
    clock, ring = SystemClock(), FrameRing(2**20, 2)
    pose = Pose(azimuth_deg=0.0, tilt_deg=0.0, roll_deg=0.0, horizontal_fov_deg=60.0)
    made = []
    for number, url in enumerate(urls):
        camera = Camera(
            camera_id=f"bench-{number}",
            name=f"bench {number}",
            kind=CameraKind.TOWER,
            position=Position(114.0, 23.0, 100.0, HeightDatum.SEA_LEVEL),
            presets=(Preset(1, "front", pose),),
        )
        link = CameraLink(Adapter.RTSP, url, every_s=every_s)
        made.append(
            Gateway(
                camera,
                1,
                rtsp_opener(link, None, clock),
                bus=bus,
                ring=ring,
                clock=clock,
                random=chance.random,
                limits=Limits.of_cadence(every_s),
                may_end=False,
            )
        )
    return made
