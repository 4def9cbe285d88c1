"""What is told of presets that do not look where they should, or that nobody could check."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from camera_gateway.pose_check import PoseBook
from models.calibration import UnknownWhy
from models.pose_state import PoseState
from models.site import Camera, Preset

__all__ = ["FlagKind", "PoseFlag", "flags_of"]


class FlagKind(StrEnum):
    """What is the matter."""

    DRIFTED = "drifted"  # it looks beside where it was calibrated
    UNCHECKED = "unchecked"  # for days nothing could be said
    HEAT_DRIFTED = "heat_drifted"  # of a pair: heat lies elsewhere than it was registered
    HEAT_UNCHECKED = "heat_unchecked"  # of a pair: for days nothing has confirmed it


class PoseFlag(BaseModel):
    """What is told of one preset.

    Attributes:
        camera_id: of the camera.
        preset: its number.
        name: of the preset.
        kind: what is the matter.
        at: UTC; of the newest check, or since when nothing could be said.
        azimuth_off_deg: how far it looks to the right of where its pose says.
        tilt_off_deg: how far above it.
        roll_off_deg: how far it is turned clockwise against it.
        zoom_off: share by which the land looks larger.
        sigma_deg: standard deviation of the first two.
        why: nothing could be said.
    """

    camera_id: str
    preset: int
    name: str
    kind: FlagKind
    at: datetime
    azimuth_off_deg: float = 0.0
    tilt_off_deg: float = 0.0
    roll_off_deg: float = 0.0
    zoom_off: float = 0.0
    sigma_deg: float = 0.0
    why: UnknownWhy | None = None


def flags_of(book: PoseBook, cameras: Iterable[Camera], now: datetime) -> list[PoseFlag]:
    """What is to be told of some cameras, in their order; a drift before what is not checked."""
    flags = [
        flag
        for camera in cameras
        for preset in camera.presets
        for flag in _flags(
            camera, preset, book.state(camera.camera_id, preset.number, preset.pose), now
        )
    ]
    return sorted(flags, key=lambda flag: flag.kind is not FlagKind.DRIFTED)


def _flags(camera: Camera, preset: Preset, state: PoseState, now: datetime) -> list[PoseFlag]:
    found: list[PoseFlag] = []
    drift, latest = state.drift, state.latest
    if drift is not None:
        found.append(
            PoseFlag(
                camera_id=camera.camera_id,
                preset=preset.number,
                name=preset.name,
                kind=FlagKind.DRIFTED,
                at=drift.at,
                azimuth_off_deg=drift.azimuth_off_deg,
                tilt_off_deg=drift.tilt_off_deg,
                roll_off_deg=drift.roll_off_deg,
                zoom_off=drift.zoom_off,
                sigma_deg=drift.sigma_deg,
            )
        )
    if state.is_unchecked(now) and state.known_at is not None:
        found.append(
            PoseFlag(
                camera_id=camera.camera_id,
                preset=preset.number,
                name=preset.name,
                kind=FlagKind.UNCHECKED,
                at=state.known_at,
                why=None if latest is None else latest.why,
            )
        )
    return found
