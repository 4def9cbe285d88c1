import numpy as np
from numpy.typing import NDArray

from detector.attention.background import LIMIT, WIDTH_PX, RecentBackground, thinned_grey

RANDOM = np.random.default_rng(5)
SCENE = np.clip(
    110 + 30 * np.sin(np.arange(640) / 40.0)[None, :] + RANDOM.normal(0, 10, (480, 640)), 0, 255
)


def seen(scene: NDArray[np.float64], seed: int, noise: float = 4.0) -> NDArray[np.uint8]:
    grain = np.random.default_rng(seed).normal(0.0, noise, scene.shape)
    return np.clip(scene + grain, 0, 255).astype(np.uint8)


def with_plume(scene: NDArray[np.float64], lift: float = 40.0) -> NDArray[np.float64]:
    burning = scene.copy()
    burning[200:260, 400:440] += lift
    return burning


def settled(frames: int = 20) -> RecentBackground:
    background = RecentBackground()
    for frame in range(frames):
        background.change(seen(SCENE, frame))
    return background


def test_the_first_picture_and_a_new_shape_have_nothing_to_compare_with() -> None:
    background = RecentBackground()
    assert background.change(seen(SCENE, 0)) is None
    assert background.change(seen(SCENE, 1)) is not None
    assert background.change(seen(SCENE[:240], 2)) is None


def test_noise_is_no_change() -> None:
    change = settled().change(seen(SCENE, 99))
    assert change is not None
    assert change.shape == (96, WIDTH_PX)
    assert float(change.max()) == 0.0


def test_a_step_of_the_exposure_is_no_change() -> None:
    change = settled().change(seen(SCENE + 25.0, 99))
    assert change is not None
    assert float(change.sum()) < 5.0


def test_a_plume_is_change_where_it_stands() -> None:
    change = settled().change(seen(with_plume(SCENE), 99))
    assert change is not None
    row, column = np.unravel_index(int(np.argmax(change)), change.shape)
    assert 200 / 5 - 2 <= row <= 260 / 5 + 2
    assert 400 / 5 - 2 <= column <= 440 / 5 + 2
    assert change[40:52, 80:88].sum() > 0.7 * change.sum()
    assert float(change.max()) <= LIMIT


def test_what_stays_is_learnt_and_what_comes_slowly_was_never_news() -> None:
    background = settled()
    for frame in range(60):
        last = background.change(seen(with_plume(SCENE), 100 + frame))
    assert last is not None
    assert float(last.sum()) < 5.0

    slow = settled()
    for frame in range(240):
        change = slow.change(seen(with_plume(SCENE, 40.0 * frame / 240), 100 + frame))
        assert change is not None
        assert float(change.sum()) < 20.0


def test_a_large_picture_is_thinned_and_stays_the_same_picture() -> None:
    grey = np.repeat(np.repeat(seen(SCENE, 0), 3, axis=0), 3, axis=1)
    large = np.stack([grey] * 3, axis=2)
    thin = thinned_grey(large)
    assert thin.shape == (480, 640)
    assert np.abs(thin.astype(int) - seen(SCENE, 0)).max() <= 1
    assert thinned_grey(large[:7, :639]).shape == (7, 639)
    assert thinned_grey(large[:1, :1281]).shape == (1, 641)
