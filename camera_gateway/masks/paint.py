"""Paints regions of a JPEG over so that nothing of what was under them can be found in the result.

The picture is decoded, painted upright and coded anew: what a file carries besides its pixels (Exif
with its thumbnail, previews behind the end) stays behind. The pixels of a coded unit blur into each
other, and colours into the next unit, so the painted region is larger than the drawn one by as much
as that reaches: nothing that remains visible depends on anything under the mask.

The paint is a mosaic of dull greens that depends on the picture's width alone: whatever is under it
and around it, it is the same. A plain colour is less like a forest: beside it the network takes
half as much again for smoke, measured in ``docs/gateway.md``.

Source of what reaches how far: ITU-T T.81 (units); libjpeg-turbo's triangle filter for colours (one
sample) and its smoothing of pictures whose passes are missing (two units).
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.jpeg_structure import scan_jpeg
from camera_gateway.pictures import decode_jpeg, encode_jpeg
from models.mask import ViewMask
from models.units import ImageBGR

__all__ = ["PAINT_BGR", "PAINT_SPREAD", "paint_over", "painted"]

PAINT_BGR: Final = (55, 75, 70)
PAINT_SPREAD: Final = 25
"""Grey levels by which a cell of the mosaic may be brighter or darker."""
CELLS_A_ROW: Final = 160
_CELLS: Final = np.random.default_rng(0).integers(
    -PAINT_SPREAD, PAINT_SPREAD, (256, 256, 1), np.int16
)
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
    part = image[first[1] : last[1], first[0] : last[0]]
    np.copyto(part, _mosaic(first, last, width), where=grown[inside][..., None])


def _mosaic(first: NDArray[np.int64], last: NDArray[np.int64], width_px: int) -> ImageBGR:
    """The paint of a part of a picture, from one corner to before another."""
    side = max(2, round(width_px / CELLS_A_ROW))
    rows, columns = (
        np.arange(first[axis] // side, -(-last[axis] // side)) % len(_CELLS) for axis in (1, 0)
    )
    cells = (_CELLS[rows[:, None], columns] + np.array(PAINT_BGR)).astype(np.uint8)
    size = (len(columns) * side, len(rows) * side)
    large = cv2.resize(cells, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)
    left, top = first[0] % side, first[1] % side
    mosaic: ImageBGR = large[top : top + last[1] - first[1], left : left + last[0] - first[0]]
    return mosaic
