import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.core.buffers import Buffers
from detector.core.preprocess import GREY, Letterbox, check_picture, write_planes
from models.errors import FrameCorrupt
from models.units import ImageBGR

SIDES = st.integers(1, 5000)


def fit(width: int, height: int, longer_side_px: int = 640) -> Letterbox:
    return Letterbox.fit(width, height, longer_side_px=longer_side_px, stride_px=32)


def planes_of(image: ImageBGR, letterbox: Letterbox) -> np.ndarray:
    planes = np.full((3, letterbox.height, letterbox.width), 7, np.uint8)
    write_planes(image, letterbox, planes, Buffers())
    return planes


@pytest.mark.parametrize(
    ("width", "height", "longer_side_px", "shape"),
    [
        (1920, 1080, 640, (384, 640)),
        (2048, 1536, 640, (480, 640)),
        (1024, 683, 640, (448, 640)),
        (1536, 2048, 640, (640, 480)),
        (640, 640, 640, (640, 640)),
        (2048, 1536, 1280, (960, 1280)),
        (320, 240, 640, (480, 640)),
        (50_000, 1, 640, (32, 640)),
        (1, 50_000, 640, (640, 32)),
        (1, 1, 64, (64, 64)),
    ],
)
def test_the_input_is_the_smallest_rectangle(
    width: int, height: int, longer_side_px: int, shape: tuple[int, int]
) -> None:
    letterbox = fit(width, height, longer_side_px)
    assert (letterbox.height, letterbox.width) == shape


@given(width=SIDES, height=SIDES, strides=st.integers(1, 60))
def test_a_letterbox_holds_its_picture(width: int, height: int, strides: int) -> None:
    letterbox = fit(width, height, strides * 32)
    assert letterbox.width % 32 == 0
    assert letterbox.height % 32 == 0
    assert max(letterbox.width, letterbox.height) == strides * 32
    assert 0 <= letterbox.left <= letterbox.width - letterbox.content_width < 32
    assert 0 <= letterbox.top <= letterbox.height - letterbox.content_height < 32
    # Centred: what is left over on the two sides differs by at most one pixel.
    assert letterbox.width - letterbox.content_width - 2 * letterbox.left in (0, 1)
    assert letterbox.height - letterbox.content_height - 2 * letterbox.top in (0, 1)


@given(width=SIDES, height=SIDES, edges=st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_a_box_survives_the_round_trip(width: int, height: int, edges: list[float]) -> None:
    letterbox = fit(width, height)
    x_min, x_max = sorted(edges[:2])
    y_min, y_max = sorted(edges[2:])
    boxes = np.array([[x_min * width, y_min * height, x_max * width, y_max * height]], np.float32)
    back = letterbox.to_picture(letterbox.to_input(boxes))
    # One float32 step of the input's pixels, seen through the scale of that axis.
    step_x = 1e-4 / letterbox.scale_x + 1e-6 * width
    step_y = 1e-4 / letterbox.scale_y + 1e-6 * height
    assert np.abs(back - boxes)[0, 0::2].max() <= step_x
    assert np.abs(back - boxes)[0, 1::2].max() <= step_y
    assert back.dtype == np.float32


@given(
    width=SIDES,
    height=SIDES,
    edges=st.lists(st.floats(-2000, 2000, width=32), min_size=4, max_size=4),
)
def test_boxes_come_back_inside_the_picture(width: int, height: int, edges: list[float]) -> None:
    back = fit(width, height).to_picture(np.array([edges], np.float32))
    assert (back >= 0).all()
    assert (back[:, 0::2] <= width).all()
    assert (back[:, 1::2] <= height).all()


def test_a_box_in_the_grey_has_no_size() -> None:
    letterbox = fit(640, 40)
    assert letterbox.top == 12
    back = letterbox.to_picture(np.array([[10, 0, 50, 11]], np.float32))
    assert back[0, 3] - back[0, 1] == 0


def test_corners_map_to_corners() -> None:
    letterbox = fit(1920, 1080)
    assert letterbox.to_input(np.array([[0, 0, 1920, 1080]], np.float32)).tolist() == [
        [0.0, 12.0, 640.0, 372.0]
    ]


def test_planes_are_red_green_blue_on_grey() -> None:
    image = np.empty((36, 64, 3), np.uint8)
    image[:] = (10, 20, 30)
    planes = planes_of(image, fit(64, 36, 64))
    assert planes.shape == (3, 64, 64)
    assert (planes[:, :14] == GREY).all()
    assert (planes[:, 50:] == GREY).all()
    assert [int(plane[20, 5]) for plane in planes] == [30, 20, 10]
    assert (planes[:, 14:50] == np.array([30, 20, 10], np.uint8)[:, None, None]).all()


def test_grey_stands_beside_a_portrait() -> None:
    planes = planes_of(np.zeros((64, 36, 3), np.uint8), fit(36, 64, 64))
    assert (planes[:, :, :14] == GREY).all()
    assert (planes[:, :, 50:] == GREY).all()
    assert (planes[:, :, 14:50] == 0).all()


def test_a_single_bright_pixel_is_not_skipped() -> None:
    image = np.zeros((512, 512, 3), np.uint8)
    image[100, 101] = 255  # between the samples of linear interpolation at 1/8
    assert planes_of(image, fit(512, 512, 64)).max() > 0


def test_views_into_other_arrays_are_taken() -> None:
    image = np.random.default_rng(5).integers(0, 256, (96, 64, 3), np.uint8)
    view = image[::-2, ::-1]
    assert (
        planes_of(view, fit(64, 48, 64)) == planes_of(np.ascontiguousarray(view), fit(64, 48, 64))
    ).all()


def test_every_picture_of_bytes_is_taken() -> None:
    check_picture(np.zeros((1, 1, 3), np.uint8))


@pytest.mark.parametrize(
    "image",
    [
        None,
        [[1, 2, 3]],
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4, 3), np.uint16),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 1), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((1, 4, 4, 3), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 0, 3), np.uint8),
        np.broadcast_to(np.uint8(0), (10_001, 10_000, 3)),
    ],
)
def test_what_is_not_a_picture_is_refused(image: object) -> None:
    with pytest.raises(FrameCorrupt):
        check_picture(image)


def test_a_hundred_megapixels_are_still_a_picture() -> None:
    check_picture(np.broadcast_to(np.uint8(0), (10_000, 10_000, 3)))
