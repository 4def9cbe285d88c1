"""What the API says of cameras; never a user or a password."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from api.cameras.probe_words import told
from api.poses.answers import PoseFlag
from camera_gateway.probe import Advice, ProbeReport
from camera_gateway.redaction import shown_address
from camera_gateway.status import GatewayState, GatewayStatus
from models.camera_link import Adapter, CameraLink, Decoding, Transport
from models.camera_setup import CameraSetup
from models.condition import Condition
from models.frame import FrameMode, Provenance, TimeSource
from models.light import Light
from models.site import CameraKind, Position, Preset
from models.thermal import ThermalEncoding

__all__ = ["CameraAnswer", "SetupAnswer", "TryAnswer", "link_shown"]


class CameraAnswer(BaseModel):
    """A camera as configured and as it is doing; see :class:`GatewayStatus`."""

    camera_id: str
    name: str
    kind: CameraKind
    position: Position
    presets: tuple[Preset, ...]
    linked: bool
    state: GatewayState
    since: datetime | None = None
    trouble: str = ""
    trouble_code: str = ""
    next_attempt_at: datetime | None = None
    conditions: tuple[Condition, ...] = ()
    light: Light | None = None
    usual_gap_s: float | None = None
    reconnects: int = 0
    hanging: int = 0
    mode: FrameMode | None = None
    provenance: Provenance | None = None
    captured_at: datetime | None = None
    received_at: datetime | None = None
    frames_received: int = 0
    frames_dropped: dict[str, int] = {}
    frames_said: dict[str, int] = {}
    has_still: bool = False
    privacy_masked: bool = False
    poses: tuple[PoseFlag, ...] = ()

    @classmethod
    def of(
        cls,
        setup: CameraSetup,
        status: GatewayStatus | None,
        *,
        privacy_masked: bool = False,
        poses: Sequence[PoseFlag] = (),
    ) -> "CameraAnswer":
        """One camera; without a gateway it is disabled."""
        camera = setup.camera
        doing: dict[str, Any] = {"state": GatewayState.DISABLED}
        if status is not None:
            doing = {
                name: getattr(status, name) for name in cls.model_fields if hasattr(status, name)
            }
            doing["frames_dropped"] = dict(status.frames_dropped)
            doing["frames_said"] = dict(status.frames_said)
            doing["conditions"] = tuple(sorted(status.conditions))
            doing["has_still"] = status.still is not None
        return cls(
            **doing
            | {
                "camera_id": camera.camera_id,
                "name": camera.name,
                "kind": camera.kind,
                "position": camera.position,
                "presets": camera.presets,
                "linked": setup.link is not None,
                "privacy_masked": privacy_masked,
                "poses": tuple(poses),
            }
        )


class LinkAnswer(BaseModel):
    """How a camera is read; secrets in the address are blotted out."""

    adapter: Adapter
    address: str
    every_s: float
    transport: Transport
    decoding: Decoding
    mode: FrameMode | None
    enabled: bool
    encoding: ThermalEncoding


class SetupAnswer(BaseModel):
    """A camera as an administrator edits it."""

    camera_id: str
    name: str
    kind: CameraKind
    position: Position
    presets: tuple[Preset, ...]
    link: LinkAnswer | None
    has_credential: bool

    @classmethod
    def of(cls, setup: CameraSetup) -> "SetupAnswer":
        """Without what must not be shown."""
        camera, link = setup.camera, setup.link
        return cls(
            camera_id=camera.camera_id,
            name=camera.name,
            kind=camera.kind,
            position=camera.position,
            presets=camera.presets,
            link=None
            if link is None
            else LinkAnswer(
                adapter=link.adapter,
                address=link_shown(link),
                every_s=link.every_s,
                transport=link.transport,
                decoding=link.decoding,
                mode=link.mode,
                enabled=link.enabled,
                encoding=link.encoding,
            ),
            has_credential=setup.credential is not None,
        )


class TryAnswer(BaseModel):
    """What a test of a camera found.

    Attributes:
        adapter: that worked.
        lines: the report in English, as ``firewatch camera probe`` prints it.
        advice: what to set, by code.
        picture: newest, JPEG in Base64; empty where something private could be in it.
    """

    adapter: Adapter
    width_px: int
    height_px: int
    codec: str
    first_picture_s: float
    gap_s: float | None
    key_interval_s: float | None
    bits_per_s: float | None
    time_source: TimeSource
    clock_offset_s: float | None
    light: Light | None
    advice: tuple[Advice, ...]
    lines: tuple[str, ...]
    picture: str

    @classmethod
    def of(cls, report: ProbeReport, *, hides_picture: bool) -> "TryAnswer":
        """The report as it travels."""
        stream = report.stream
        return cls(
            adapter=report.link.adapter,
            width_px=report.width_px,
            height_px=report.height_px,
            codec="" if stream is None else stream.codec,
            first_picture_s=report.first_picture_s,
            gap_s=report.gap_s,
            key_interval_s=None if stream is None else stream.key_interval_s,
            bits_per_s=None if stream is None else stream.bits_per_s,
            time_source=report.time_source,
            clock_offset_s=report.clock_offset_s,
            light=report.light,
            advice=report.advice,
            lines=tuple(told(report)),
            picture="" if hides_picture else base64.b64encode(report.jpeg).decode(),
        )


def link_shown(link: CameraLink) -> str:
    """The address as it may be shown."""
    return shown_address(link.address) if "://" in link.address else link.address
