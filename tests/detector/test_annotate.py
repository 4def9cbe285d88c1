import numpy as np
import pytest

from detector.annotate import COLOURS, MAX_SIDE_PX, draw_boxes
from models.detection import Box, Label


def black(height: int, width: int) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def test_the_picture_itself_is_not_changed() -> None:
    image = black(100, 200)
    drawn = draw_boxes(image, (Box(Label.SMOKE, 0.9, 20, 40, 60, 80),))
    assert (image == 0).all()
    assert drawn.shape == image.shape


def test_a_box_is_drawn_where_it_is() -> None:
    drawn = draw_boxes(black(200, 400), (Box(Label.FLAME, 0.9, 100, 80, 180, 160),))
    for y, x in ((80, 140), (160, 140), (120, 100), (120, 180)):
        assert tuple(drawn[y, x]) == COLOURS[Label.FLAME]
    assert (drawn[90:150, 110:170] == 0).all()


@pytest.mark.parametrize(
    "box", [(0, 0, 400, 200), (390, 0, 400, 3), (0, 199, 5, 200), (0, 0, 0, 0)]
)
def test_a_box_at_the_border_stays_in_the_picture(box: tuple[int, int, int, int]) -> None:
    drawn = draw_boxes(black(200, 400), (Box(Label.SMOKE, 0.0, *box),))
    assert (drawn == COLOURS[Label.SMOKE]).all(axis=2).sum() > 200  # its label at least


def test_a_tiny_picture_takes_a_box() -> None:
    assert draw_boxes(black(1, 1), (Box(Label.SMOKE, 0.5, 0, 0, 1, 1),)).shape == (1, 1, 3)


def test_the_best_box_is_on_top() -> None:
    boxes = (Box(Label.FLAME, 0.9, 50, 50, 150, 150), Box(Label.SMOKE, 0.2, 50, 50, 150, 150))
    assert tuple(draw_boxes(black(200, 400), boxes)[150, 100]) == COLOURS[Label.FLAME]


def test_a_picture_too_long_for_a_jpeg_is_scaled() -> None:
    drawn = draw_boxes(black(2, 70_000), (Box(Label.SMOKE, 0.5, 69_000, 0, 70_000, 2),))
    assert drawn.shape[1] == MAX_SIDE_PX
    assert drawn[:, 64_600:].any()
