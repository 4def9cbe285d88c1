"""Gateways as the watch composes them, of cameras that exist nowhere but on a test server."""

from collections.abc import Sequence
from concurrent.futures import Executor

from api.cameras.running import gateway_of
from camera_gateway.bus import FrameBus
from camera_gateway.gateway import Gateway
from camera_gateway.redaction import SecretFilter
from camera_gateway.ring import FrameRing
from camera_gateway.video.tap import TapBook
from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.clock import SystemClock
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

__all__ = ["gateways"]


def gateways(
    urls: Sequence[str],
    every_s: float,
    bus: FrameBus,
    judging: Executor,
    taps: TapBook | None = None,
) -> list[Gateway]:
    """One for each address, not yet running; their video can be heard at the taps of their keys."""
    taps = TapBook() if taps is None else taps
    clock, ring, secrets = SystemClock(), FrameRing(2**20, 2), SecretFilter()
    pose = Pose(azimuth_deg=0.0, tilt_deg=0.0, roll_deg=0.0, horizontal_fov_deg=60.0)
    place = Position(106.65, 29.03, 100.0, HeightDatum.SEA_LEVEL)
    preset = Preset(1, "front", pose)
    return [
        gateway_of(
            CameraSetup(
                Camera(f"bench-{number}", f"bench {number}", CameraKind.TOWER, place, (preset,)),
                CameraLink(Adapter.RTSP, url, every_s=every_s),
            ),
            bus=bus,
            ring=ring,
            clock=clock,
            first_sequence=0,
            clean=secrets.clean,
            pool=judging,
            tap=taps.of(f"bench-{number}"),
        )
        for number, url in enumerate(urls)
    ]
