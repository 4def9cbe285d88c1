import numpy as np
import pytest

from training.night_confusers import Confuser, draw, frames_of

NIGHT = np.full((180, 320, 3), 30, np.uint8)


@pytest.mark.parametrize("kind", list(Confuser))
def test_what_is_drawn_shines_inside_its_box(kind: Confuser) -> None:
    lit, box = draw(NIGHT, kind, (0.5, 0.6), 1.0, np.random.default_rng(5))
    assert lit.shape == NIGHT.shape
    assert np.all(NIGHT == 30)
    assert 0 <= box.x_min < box.x_max <= 320
    assert 0 <= box.y_min < box.y_max <= 180
    rows, columns = np.nonzero(lit[..., 0] > 80)
    assert len(rows) > 0
    assert columns.min() >= box.x_min - 4
    assert columns.max() <= box.x_max + 4
    assert rows.min() >= box.y_min - 4


def boxes(kind: Confuser) -> list[float | None]:
    frames = frames_of(NIGHT, kind, 10, np.random.default_rng(2))
    return [None if box is None else (box.x_min + box.x_max) / 2 for _, box in frames]


def test_time_tells_them() -> None:
    assert all(boxes(kind)[:2] == [None, None] for kind in Confuser)  # it was not there before
    assert [place is not None for place in boxes(Confuser.INSECT)].count(True) == 1
    assert [place is not None for place in boxes(Confuser.EYES)[2:]] == [True, False] * 4
    lamp = [place for place in boxes(Confuser.LAMP) if place is not None]
    assert max(lamp) - min(lamp) < 1e-6
    car = [place for place in boxes(Confuser.HEADLIGHT) if place is not None]
    assert len(car) == 6
    assert max(car) - min(car) > 20
    fire = frames_of(NIGHT, Confuser.FIRE, 10, np.random.default_rng(2))
    areas = [box.area_px for _, box in fire if box is not None]
    assert areas[-1] > 3 * areas[0]


def test_the_same_seed_draws_the_same() -> None:
    first, second = (frames_of(NIGHT, Confuser.RAIN, 4, np.random.default_rng(7)) for _ in range(2))
    assert all(
        np.array_equal(one, other) for (one, _), (other, _) in zip(first, second, strict=True)
    )
