"""A painted picture of a thermal camera, without what the paint would say of heat.

What is private is painted over in a mosaic of middling brightness before a picture leaves its
gateway. To whoever looks for heat that is a warm thing with sharp edges, or with black for hot a
hot one. Here the painted regions take the middle level of the frame: they are neither hot nor cold.
A painted file has no readings of temperature any more, so its frames are levels.
"""

from typing import Final

import cv2
import numpy as np

from camera_gateway.thermal import read_thermal
from models.frame import Frame
from models.thermal import ThermalEncoding

__all__ = ["without_paint"]

MARGIN_SHARE: Final = 0.02
"""Of the width: the paint reaches three coded units and six pixels beyond what was drawn."""
LEAST_MARGIN_PX: Final = 30


def without_paint(frame: Frame, encoding: ThermalEncoding) -> bytes:
    """The frame as a grey PNG of 8 bits, to be read as its view is.

    Args:
        frame: with what is hidden in it.
        encoding: how its pictures are to be read.

    Raises:
        InputRefused: the picture cannot be read.
    """
    image = read_thermal(frame.jpeg, frame.camera_id, encoding)
    turned = image.levels * (-1.0 if encoding is ThermalEncoding.BLACK_HOT else 1.0)
    levels = np.clip(np.rint(turned), 0, 255).astype(np.uint8)
    height, width = levels.shape
    drawn = np.zeros(levels.shape, np.uint8)
    for mask in frame.hidden:
        corners = np.rint(np.array(mask.polygon, np.float64) * (width, height)).astype(np.int32)
        cv2.fillPoly(drawn, [corners], 1)
    margin_px = max(LEAST_MARGIN_PX, round(MARGIN_SHARE * width))
    kernel = np.ones((2 * margin_px + 1, 2 * margin_px + 1), np.uint8)
    under = cv2.dilate(drawn, kernel).astype(np.bool_)
    seen = levels[~under]
    levels[under] = np.uint8(np.median(seen)) if seen.size else 0
    return cv2.imencode(".png", levels)[1].tobytes()
