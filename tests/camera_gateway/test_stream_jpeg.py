import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from camera_gateway.pictures import check_jpeg, decode_jpeg
from camera_gateway.sources.stream_jpeg import REDUCTION, jpeg_of
from models.units import ImageBGR


def scene(width: int = 322, height: int = 182) -> ImageBGR:
    """Smooth colours of all hues and brightnesses, so that chroma is not lost by halving."""
    small = np.random.default_rng(3).integers(0, 255, (6, 9, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def worst(ours: ImageBGR, theirs: ImageBGR) -> float:
    """Largest mean difference of a channel: a wrong range or matrix shifts whole areas."""
    return float(np.abs(ours.astype(np.int16) - theirs).mean(axis=(0, 1)).max())


@pytest.mark.parametrize(
    ("pixels", "matrix", "levels"),
    [
        ("yuv420p", Colorspace.ITU601, ColorRange.MPEG),
        ("yuv420p", Colorspace.ITU601, ColorRange.UNSPECIFIED),
        ("yuv420p", Colorspace.ITU601, ColorRange.JPEG),
        ("yuv420p", Colorspace.ITU709, ColorRange.MPEG),
        ("yuvj420p", Colorspace.ITU601, ColorRange.JPEG),
        ("yuvj420p", Colorspace.ITU709, ColorRange.JPEG),
        ("yuv422p", Colorspace.ITU601, ColorRange.MPEG),
        ("yuvj422p", Colorspace.ITU601, ColorRange.JPEG),
        ("yuv420p10le", Colorspace.ITU709, ColorRange.MPEG),
        ("nv12", Colorspace.ITU601, ColorRange.MPEG),
    ],
)
@pytest.mark.parametrize("size", [(322, 182), (321, 181)])
def test_the_picture_is_what_the_camera_saw(
    pixels: str, matrix: Colorspace, levels: ColorRange, size: tuple[int, int]
) -> None:
    image = scene(*size)
    to_range = ColorRange.MPEG if levels is ColorRange.UNSPECIFIED else levels
    frame = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(
        format=pixels, dst_colorspace=matrix, dst_color_range=to_range
    )
    frame.color_range = levels
    jpeg, small = jpeg_of(frame)
    seen = decode_jpeg(jpeg, "scene")
    assert seen.shape == image.shape
    assert worst(seen, image) < 4.0
    assert small.shape == decode_jpeg(jpeg, "scene", reduction=REDUCTION).shape
    reduced = cv2.resize(seen, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert worst(small, np.asarray(reduced, np.uint8)) < 4.0


def test_a_thermal_picture_without_colour_stays_so() -> None:
    grey = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    frame = av.VideoFrame.from_ndarray(grey, format="gray")
    jpeg, small = jpeg_of(frame, 95)
    seen = decode_jpeg(jpeg, "thermal")
    assert small.shape == (6, 8, 3)
    assert worst(small, decode_jpeg(jpeg, "thermal", reduction=REDUCTION)) < 2.0
    assert worst(seen, np.repeat(grey[:, :, None], 3, axis=2)) < 2.0


def test_it_is_a_whole_file() -> None:
    frame = av.VideoFrame.from_ndarray(scene(), format="bgr24").reformat(format="yuv420p")
    check_jpeg(jpeg_of(frame)[0], "scene")
    assert len(jpeg_of(frame, 50)[0]) < len(jpeg_of(frame)[0])


def test_no_pixels_are_refused() -> None:
    with pytest.raises(ValueError, match="no JPEG"):
        jpeg_of(av.VideoFrame())
