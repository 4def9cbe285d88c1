import numpy as np
import pytest

from detector.attention.tiles import Tile, input_pixels


def test_a_cut_is_the_picture_itself() -> None:
    image = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    cut = Tile(1, 2, 3, 5).cut(image)
    assert cut.shape == (2, 3, 3)
    assert np.shares_memory(cut, image)
    assert cut[0, 0].tolist() == image[1, 2].tolist()


@pytest.mark.parametrize(
    ("width", "height", "side", "pixels"),
    [
        (1920, 1080, 640, 640 * 384),  # 360 rows, twelve strides of 32
        (640, 480, 640, 640 * 480),
        (1024, 205, 1280, 1280 * 256),
        (480, 640, 640, 480 * 640),
        (4000, 1, 640, 640 * 32),
        (1, 1, 640, 640 * 640),
    ],
)
def test_the_cost_is_that_of_the_letterbox(width: int, height: int, side: int, pixels: int) -> None:
    assert input_pixels(width, height, longer_side_px=side, stride_px=32) == pixels
