"""Paints regions of a JPEG over so that nothing of what was under them can be found in the result.

The picture is decoded, painted upright and coded anew: what a file carries besides its pixels (Exif
with its thumbnail, previews behind the end) stays behind. The pixels of a coded unit blur into each
other, and colours into the next unit, so the painted region is larger than the drawn one by as much
as that reaches: nothing that remains visible depends on anything under the mask. The paint is one
colour, the same whatever is under it and around it.

Source of what reaches how far: ITU-T T.81 (units); libjpeg-turbo's triangle filter for colours (one
sample) and its smoothing of pictures whose passes are missing (two units).
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from camera_gateway.jpeg_structure import scan_jpeg
from camera_gateway.pictures import decode_jpeg, encode_jpeg
from models.mask import ViewMask
from models.units import ImageBGR

__all__ = ["PAINT_BGR", "paint_over", "painted"]

PAINT_BGR: Final = (40, 40, 40)
SLACK_PX: Final = 6
"""Colours reach 4 pixels into the next unit at the most, rounding of a corner 2."""
UNITS_OF_PASSES: Final = 3


def painted(jpeg: bytes, masks: Sequence[ViewMask], name: str) -> bytes:
    """A picture without what the masks hide.

    Args:
        jpeg: a whole JPEG file.
        masks: at least one.
        name: of the camera, for the message.

    Returns:
        A new file, upright, with nothing but pixels.

    Raises:
        FrameCorrupt: it does not decode to its end.
        ValueError: it cannot be coded anew.
    """
    image = decode_jpeg(jpeg, name)
    header = scan_jpeg(jpeg)  # decodes, so it has one
    units = UNITS_OF_PASSES if header.progressive else 1
    width_px, height_px = (units * side + SLACK_PX for side in header.unit_px)
    if header.orientation >= 5:
        width_px, height_px = height_px, width_px
    for mask in masks:
        paint_over(image, mask, (width_px, height_px))
    return encode_jpeg(image)


def paint_over(image: ImageBGR, mask: ViewMask, margin_px: tuple[int, int]) -> None:
    """Paint one region, in place.

    Args:
        image: upright, (height, width, 3) uint8.
        mask: whose region.
        margin_px: by how much more to the sides and up and down.
    """
    height, width = image.shape[:2]
    corners = np.array(mask.polygon, np.float64) * (width, height)
    low = np.floor(corners.min(axis=0)).astype(int) - margin_px
    high = np.ceil(corners.max(axis=0)).astype(int) + np.array(margin_px) + 1
    # On a sheet of its own that reaches beyond the picture: a corner on its border counts, too.
    drawn = np.zeros((high - low)[::-1], np.uint8)
    # Filling includes the border, so the slack covers what rounding leaves out.
    cv2.fillPoly(drawn, [np.rint(corners - low).astype(np.int32)], 1)
    kernel = np.ones((2 * margin_px[1] + 1, 2 * margin_px[0] + 1), np.uint8)
    grown = cv2.dilate(drawn, kernel).astype(np.bool_)
    first, last = np.maximum(low, 0), np.minimum(high, (width, height))
    inside = slice(first[1] - low[1], last[1] - low[1]), slice(first[0] - low[0], last[0] - low[0])
    image[first[1] : last[1], first[0] : last[0]][grown[inside]] = PAINT_BGR
