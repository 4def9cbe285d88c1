"""A decoded picture as JPEG, from the decoder's own planes.

JPEG stores brightness and two colour differences over the full range of 8 bits, by the matrix of
ITU-R BT.601. A stream that has them so goes to the encoder as it is; one with video levels (16 to
235) is stretched by a table; anything else (BT.709, 10 bits, 4:2:2) is converted by libswscale.
No step makes red, green and blue of the whole picture. Whoever judges it gets it at an eighth of
its size beside the file, for that costs a third of decoding the file again.
"""

from typing import Final

import av
import cv2
import numpy as np
import simplejpeg
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from camera_gateway.pictures import JPEG_QUALITY
from models.units import ImageBGR

__all__ = ["REDUCTION", "jpeg_of"]

REDUCTION: Final = 8

_LEVELS: Final = np.arange(256)
_STRETCH_LUMA: Final = np.clip(np.round((_LEVELS - 16) * (255 / 219)), 0, 255).astype(np.uint8)
_STRETCH_CHROMA: Final = np.clip(np.round((_LEVELS - 128) * (255 / 224) + 128), 0, 255).astype(
    np.uint8
)
_GREY: Final = frozenset({"gray", "gray8"})
# How FFmpeg numbers the matrices: BT.470 BG and SMPTE 170M are BT.601; 2 is "not said".
_BT601: Final = frozenset({2, 5, 6})


def jpeg_of(frame: av.VideoFrame, quality: int = JPEG_QUALITY) -> tuple[bytes, ImageBGR]:
    """Encode a frame.

    Args:
        frame: of any pixel format.
        quality: 1 to 100.

    Returns:
        (jpeg, small): the file, and the picture with its sides divided by 8 and rounded up.

    Raises:
        ValueError: the frame has no pixels, or more than a JPEG can hold a side.
    """
    width, height = frame.width, frame.height
    if not (0 < width <= 0xFFFF and 0 < height <= 0xFFFF):
        raise ValueError(f"{width} x {height} pixels are no JPEG")
    name = frame.format.name
    is_full = name == "yuvj420p" or frame.color_range == ColorRange.JPEG
    if name in _GREY:
        (luma,) = _planes(frame)
        jpeg = simplejpeg.encode_jpeg_yuv_planes(luma, None, None, quality)
        return bytes(jpeg), np.asarray(cv2.cvtColor(_small(luma, luma), cv2.COLOR_GRAY2BGR))
    if name not in {"yuv420p", "yuvj420p"} or int(frame.colorspace) not in _BT601:
        # libswscale reads range and matrix of the source from the frame.
        frame = frame.reformat(format="yuvj420p", dst_colorspace=Colorspace.ITU601)
        is_full = True
    luma, blue, red = _planes(frame)
    if not is_full:
        luma = _stretched(luma, _STRETCH_LUMA)
        blue, red = _stretched(blue, _STRETCH_CHROMA), _stretched(red, _STRETCH_CHROMA)
    jpeg = simplejpeg.encode_jpeg_yuv_planes(luma, blue, red, quality)
    small = cv2.merge([_small(luma, luma), _small(red, luma), _small(blue, luma)])
    return bytes(jpeg), np.asarray(cv2.cvtColor(small, cv2.COLOR_YCrCb2BGR), np.uint8)


def _small(plane: NDArray[np.uint8], whole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A plane at an eighth of the size of the whole picture."""
    height, width = whole.shape
    size = (-(-width // REDUCTION), -(-height // REDUCTION))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)


def _planes(frame: av.VideoFrame) -> list[NDArray[np.uint8]]:
    """Views of the decoder's memory, (height, width) each."""
    return [
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
            : plane.height, : plane.width
        ]
        for plane in frame.planes
    ]


def _stretched(plane: NDArray[np.uint8], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.LUT(plane, table), np.uint8)
