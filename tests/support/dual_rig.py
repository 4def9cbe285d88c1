"""Two cameras of one head, and pictures that both might have taken of one scene.

The scene is drawn: shapes of grey on a gradient. The picture of heat is that scene through another
lens (a homography) with levels that rise and fall with the grey, so that no brightness agrees.
"""

from dataclasses import dataclass, field
from datetime import datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from api.dual.at_hand import ThermalAtHand, VisibleAtHand
from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.dual import AgreementRule, DualPair
from models.frame import FrameMode
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store
from models.thermal import HeatLevels, ThermalImage, ThermalScale

__all__ = ["HERE", "LAID", "PAIR", "TARGETS", "Hand", "head", "heat_of", "put_camera", "scene"]

HERE = Position(-84.37, 36.22, 30.0, HeightDatum.GROUND)
PAIR = DualPair("head-v", "head-t", AgreementRule.ANY)
LAID = (0.55, 0.01, 0.22, -0.012, 0.733, 0.12, 0.0, 0.0, 1.0)
"""Where the picture of heat lies in the visible one."""


def _through(x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f, *_ = LAID
    return round(a * x + b * y + c, 6), round(d * x + e * y + f, 6)


TARGETS = tuple(
    ((x, y), _through(x, y))
    for x, y in ((0.1, 0.1), (0.9, 0.15), (0.85, 0.9), (0.12, 0.8), (0.5, 0.45))
)


def put_camera(
    store: Store, camera_id: str, mode: FrameMode | None = None, *, fov_deg: float = 60.0
) -> None:
    """A camera with one preset, 0."""
    view = Preset(0, "北坡", Pose(10.0, -2.0, 0.0, fov_deg))
    camera = Camera(camera_id, f"{camera_id} 号", CameraKind.TOWER, HERE, (view,))
    link = CameraLink(Adapter.SNAPSHOT, "http://10.0.0.5/1.jpg", mode=mode)
    store.links.put(CameraSetup(camera, link), actor="li")


def head(store: Store) -> None:
    """Both cameras of :data:`PAIR`, which are none yet."""
    put_camera(store, PAIR.visible_id)
    put_camera(store, PAIR.thermal_id, FrameMode.THERMAL, fov_deg=33.0)


def scene(seed: int = 1, size_px: tuple[int, int] = (960, 540)) -> NDArray[np.uint8]:
    """A visible picture in grey."""
    random = np.random.default_rng(seed)
    width, height = size_px
    across = np.linspace(60.0, 150.0, width)[None, :] + np.linspace(0.0, 40.0, height)[:, None]
    grey = np.ascontiguousarray(across.astype(np.uint8))
    for _ in range(90):
        middle = random.uniform((0.0, 0.0), size_px)
        radius = random.uniform(15.0, 70.0)
        angles = np.sort(random.uniform(0.0, 2.0 * np.pi, 6))
        ring = middle + radius * np.stack([np.cos(angles), np.sin(angles)], 1)
        cv2.fillPoly(grey, [ring.astype(np.int32)], int(random.integers(30, 230)))
    noise = random.normal(0.0, 3.0, grey.shape)
    return np.clip(grey + noise, 0.0, 255.0).astype(np.uint8)


def heat_of(grey: NDArray[np.uint8], size_px: tuple[int, int] = (320, 240)) -> HeatLevels:
    """What a camera of heat might see of it, degrees."""
    (height, width), (columns, rows) = grey.shape, size_px
    into = np.diag([width, height, 1.0]) @ np.reshape(LAID, (3, 3))
    table = into @ np.diag([1.0 / columns, 1.0 / rows, 1.0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpPerspective(grey.astype(np.float32), table, size_px, flags=flags)
    levels: HeatLevels = (18.0 + 6.0 * np.sin(seen / 40.0)).astype(np.float32)
    return levels


@dataclass
class Hand:
    """Pictures by view."""

    seen: dict[tuple[str, int], VisibleAtHand] = field(default_factory=dict)
    heat: dict[tuple[str, int], ThermalAtHand] = field(default_factory=dict)

    def show(self, grey: NDArray[np.uint8], levels: HeatLevels, at: datetime) -> None:
        """Of both cameras of :data:`PAIR` at preset 0."""
        jpeg = cv2.imencode(".jpg", cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))[1].tobytes()
        image = ThermalImage(levels, ThermalScale.CELSIUS)
        self.seen[PAIR.visible_id, 0] = VisibleAtHand(jpeg, at)
        self.heat[PAIR.thermal_id, 0] = ThermalAtHand(image, at)

    def visible(self, visible_id: str, preset: int) -> VisibleAtHand | None:
        """As :class:`api.dual.at_hand.AtHand`."""
        return self.seen.get((visible_id, preset))

    def thermal(self, thermal_id: str, preset: int) -> ThermalAtHand | None:
        """Likewise."""
        return self.heat.get((thermal_id, preset))
