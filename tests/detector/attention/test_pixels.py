import cv2
import numpy as np
import pytest

from detector.attention.pixels import decode_all, on_picture
from detector.jpeg_picture import JpegPicture
from models.detection import Detections
from models.errors import FrameCorrupt


def jpeg(width: int, height: int) -> JpegPicture:
    done, data = cv2.imencode(".jpg", np.full((height, width, 3), 90, np.uint8))
    assert done
    return JpegPicture.of(bytes(data), "t1 frame 0")


@pytest.mark.parametrize(
    ("size", "decoded"),
    [
        ((640, 480), (640, 480)),
        ((1920, 1080), (1920, 1080)),  # a half would be smaller than a band needs
        ((2561, 1441), (1281, 721)),
        ((4352, 2448), (1088, 612)),
        ((1440, 2560), (1440, 2560)),  # a band is as wide as the picture, not as long
        ((2176, 2), (1088, 1)),
    ],
)
def test_a_picture_is_decoded_no_smaller_than_a_band_needs(
    size: tuple[int, int], decoded: tuple[int, int]
) -> None:
    (image,) = decode_all([jpeg(*size)], 1088)
    assert not isinstance(image, FrameCorrupt)
    assert (image.shape[1], image.shape[0]) == decoded


def test_answers_keep_their_order_and_damage_costs_only_itself() -> None:
    array = np.zeros((5, 6, 3), np.uint8)
    broken = JpegPicture(b"\xff\xd8\xff", "broken", 640, 480)
    first, second, third = decode_all([jpeg(64, 48), broken, array], 1088)
    assert not isinstance(first, FrameCorrupt)
    assert first.shape == (48, 64, 3)
    assert isinstance(second, FrameCorrupt)
    assert third is array
    assert decode_all([], 1088) == []


def test_boxes_come_back_in_pixels_of_the_whole_picture() -> None:
    picture = jpeg(2561, 1441)
    image = np.zeros((721, 1281, 3), np.uint8)
    found = Detections(
        np.array([[0, 0, 1281, 721], [100, 50, 200, 60]], np.float32),
        np.array([0.5, 0.4], np.float32),
        np.array([0, 1]),
    )
    there = on_picture(found, image, picture)
    assert there.boxes_xyxy[0].tolist() == [0, 0, 2561, 1441]
    assert there.boxes_xyxy[1] == pytest.approx([199.92, 99.93, 399.84, 119.92], abs=0.01)
    assert there.scores is found.scores
    assert on_picture(found, image, image) is found
