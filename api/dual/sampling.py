"""The newest pictures of a view of both kinds of light: found where the watch has them anyhow.

The visible one comes from the ring of newest frames, as it left its gateway with what is private
painted over; the one of heat from the newest frame of the view's node. Nothing else is kept, so
that a mask that somebody draws is forgotten nowhere.
"""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from api.dual.at_hand import ThermalAtHand, VisibleAtHand
from api.nodes.files import path_of
from camera_gateway.pictures import decode_jpeg, encode_jpeg
from camera_gateway.ring import FrameRing
from camera_gateway.thermal import read_thermal
from models.condition import Condition
from models.errors import FrameCorrupt, InputRefused, NotFound
from models.frame import FrameMode
from models.heat_node import key_of_view
from models.store import Store

__all__ = ["WIDEST_PX", "PicturesAtHand"]

WIDEST_PX: Final = 960
FRAMES: Final = 48
"""Of the ring; as many as it has of a camera."""
NODE_FRAMES: Final = 10
_OTHER_VIEW: Final = frozenset({Condition.STUCK, Condition.UNREACHED, Condition.UNSETTLED})
"""What such a frame shows need not be its preset."""


class PicturesAtHand:
    """Of one installation; see :class:`api.dual.at_hand.AtHand`. Any thread may ask.

    Args:
        ring: newest frames of all cameras.
        store: with the nodes of views.
        data_dir: where frames of nodes lie.
    """

    def __init__(self, ring: FrameRing, store: Store, data_dir: Path) -> None:
        self._ring = ring
        self._store = store
        self._data_dir = data_dir

    def visible(self, visible_id: str, preset: int) -> VisibleAtHand | None:
        """The newest picture of a preset that decodes, at most 960 pixels wide; None without."""
        for frame in reversed(self._ring.recent(visible_id, FRAMES, preset=preset)):
            if frame.mode is FrameMode.THERMAL or frame.conditions & _OTHER_VIEW:
                continue
            try:
                image = decode_jpeg(frame.jpeg, frame.camera_id)
            except FrameCorrupt:
                continue
            height, width = image.shape[:2]
            if width > WIDEST_PX:
                size = (WIDEST_PX, max(1, round(height * WIDEST_PX / width)))
                image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
            return VisibleAtHand(encode_jpeg(image), frame.captured_at)
        return None

    def thermal(self, thermal_id: str, preset: int) -> ThermalAtHand | None:
        """The newest frame of a view that can be read; None without."""
        key = key_of_view(thermal_id, preset)
        try:
            node = self._store.nodes.get(key)
            frames = self._store.nodes.frames(key, limit=NODE_FRAMES)
        except NotFound:  # the camera has not been told as one of heat yet, or is gone
            return None
        for frame in sorted(frames, key=lambda one: (one.captured_at, one.frame_id), reverse=True):
            try:
                data = path_of(self._data_dir, frame).read_bytes()
                image = read_thermal(data, f"{key} {frame.sequence}", node.encoding)
            except (OSError, InputRefused):  # cleared away, or no picture
                continue
            return ThermalAtHand(image, frame.captured_at)
        return None
