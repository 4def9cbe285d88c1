import re
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from camera_gateway.pictures import encode_jpeg
from detector.core import Detector
from detector.jpeg_picture import JpegPicture
from models.detection import Detections
from models.errors import FrameCorrupt
from models.units import ImageBGR
from models.zoo import load_card

ODDITIES = Path(__file__).resolve().parents[3] / "shared/data/footage/oddities"
CMYK = ODDITIES / "pillow_pil_sample_cmyk.jpg"


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.open(load_card("firewatch-yolo11n"), device="cpu", threads=2, width_px=320)


def scene(height: int, width: int) -> ImageBGR:
    small = np.random.default_rng(4).integers(0, 256, (9, 16, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("reduction", [1, 2, 4, 8])
def test_sides_are_divided_and_rounded_up(reduction: int) -> None:
    picture = JpegPicture.of(encode_jpeg(scene(203, 331)), "north")
    assert (picture.width_px, picture.height_px) == (331, 203)
    assert picture.decode(reduction).shape == (-(-203 // reduction), -(-331 // reduction), 3)


def test_the_reduced_picture_is_the_average_of_the_whole_one() -> None:
    picture = JpegPicture.of(encode_jpeg(scene(360, 640)), "north")
    halved = cv2.resize(picture.decode(1), (320, 180), interpolation=cv2.INTER_AREA)
    assert np.abs(picture.decode(2).astype(int) - halved).mean() < 1.0


def test_bytes_are_scored_like_pixels(detector: Detector) -> None:
    image = scene(720, 1280)
    data = encode_jpeg(image, 98)
    from_bytes, from_pixels = detector.detect_each(
        [JpegPicture.of(data, "north"), image], floor_score=0.001
    )
    assert isinstance(from_bytes, Detections)
    assert isinstance(from_pixels, Detections)
    assert from_bytes.scores[0] == pytest.approx(from_pixels.scores[0], abs=0.02)
    assert from_bytes.boxes_xyxy[0] == pytest.approx(from_pixels.boxes_xyxy[0], abs=8)


@pytest.mark.parametrize("size", [(90, 160), (720, 1280), (2160, 3840)])
def test_damage_inside_is_refused_at_every_reduction(
    detector: Detector, size: tuple[int, int]
) -> None:
    data = encode_jpeg(scene(*size))
    scan = data.index(b"\xff\xda")
    # The end marker stands, most of the coded bytes in front of it do not.
    hollow = data[: scan + 600] + data[-2:]
    whole, torn = detector.detect_each(
        [JpegPicture.of(data, "north"), JpegPicture.of(hollow, "south")], floor_score=0.5
    )
    assert isinstance(whole, Detections)
    assert isinstance(torn, FrameCorrupt)
    assert "south" in str(torn)


def test_what_is_no_whole_jpeg_is_refused_at_once() -> None:
    data = encode_jpeg(scene(90, 160))
    for cut in (b"", data[:-2], b"GIF89a"):
        with pytest.raises(FrameCorrupt):
            JpegPicture.of(cut, "north")


@pytest.mark.parametrize(
    ("width", "height", "small"),
    [(1920, 1080, (960, 540)), (1023, 600, (1023, 600)), (2048, 1, (2048, 1)), (90, 51, (90, 51))],
)
def test_a_small_copy_is_left_by_any_decoding(
    width: int, height: int, small: tuple[int, int]
) -> None:
    data = encode_jpeg(scene(height, width))
    undecoded, decoded = JpegPicture.of(data, "north"), JpegPicture.of(data, "north")
    decoded.decode(1)
    left, made = decoded.small(), undecoded.small()
    assert left.shape == (small[1], small[0], 3)
    assert left is decoded.small()
    assert max(made.shape) >= min(512, width)
    again = cv2.resize(made, small, interpolation=cv2.INTER_AREA)
    assert np.abs(again.astype(int) - left).mean() < 1.0


def test_the_small_copy_of_a_damaged_file_is_refused() -> None:
    whole = encode_jpeg(scene(360, 640))
    scan = whole.index(b"\xff\xda")
    hollow = JpegPicture.of(whole[: scan + 200] + whole[-2:], "north")
    with pytest.raises(FrameCorrupt, match="north"):
        hollow.small()


SMALL = encode_jpeg(scene(64, 96))
HEADER = SMALL.index(b"\xff\xc0")


def declaring(height_px: int, width_px: int) -> bytes:
    return SMALL[: HEADER + 5] + struct.pack(">HH", height_px, width_px) + SMALL[HEADER + 9 :]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "does not begin as a JPEG"),
        (declaring(0, 96), "declares no pixels"),
        (declaring(20_000, 20_000), "20000 x 20000 pixels, more than 100 million"),
        (SMALL[: len(SMALL) // 2], "ends before its end marker"),
        (cv2.imencode(".png", scene(8, 8))[1].tobytes(), "does not begin as a JPEG"),
        (declaring(640, 96), "damaged|Corrupt JPEG data"),
        # Twelve bits a sample, which no camera sends and the decoder does not know.
        (SMALL[: HEADER + 4] + b"\x0c" + SMALL[HEADER + 5 :], "cannot be decoded"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_with_a_remedy(
    detector: Detector, data: bytes, words: str
) -> None:
    try:
        (answer,) = detector.detect_each([JpegPicture.of(data, "north frame 7")], floor_score=0.5)
    except FrameCorrupt as error:
        answer = error
    assert isinstance(answer, FrameCorrupt)
    assert re.search(words, answer.message)
    assert "north frame 7" in answer.message
    assert answer.remedy
    assert "\n" not in str(answer)


def test_a_grey_file_is_looked_at_like_the_same_in_colour(detector: Detector) -> None:
    grey = cv2.cvtColor(scene(180, 320), cv2.COLOR_BGR2GRAY)
    data = cv2.imencode(".jpg", grey, (cv2.IMWRITE_JPEG_QUALITY, 100))[1].tobytes()
    from_file, from_array = detector.detect_each(
        [JpegPicture.of(data, "north"), cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)], floor_score=0.001
    )
    assert isinstance(from_file, Detections)
    assert isinstance(from_array, Detections)
    assert from_file.scores[0] == pytest.approx(from_array.scores[0], abs=0.02)


@pytest.mark.footage
@pytest.mark.skipif(not CMYK.is_file(), reason="the recorded footage is not beside the checkout")
def test_a_printer_s_colours_are_looked_at(detector: Detector) -> None:
    picture = JpegPicture.of(CMYK.read_bytes(), "north")
    assert picture.decode(1).shape == (picture.height_px, picture.width_px, 3)
    (answer,) = detector.detect_each([picture], floor_score=0.001)
    assert isinstance(answer, Detections)
