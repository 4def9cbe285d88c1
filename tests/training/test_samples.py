from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.evaluate.labelled_set import Picture
from models.errors import InputRefused
from training.framing import Labelled, crop_away, letterbox, mosaic, zoom
from training.pixels import damage
from training.recipe import Recipe
from training.samples import Samples
from training.smoke import cut_donor, draw_plume, paste_donor, ridge_point


def hill(height: int = 240, width: int = 320) -> np.ndarray:
    """Bright sky over dark rough ground."""
    random = np.random.default_rng(0)
    image = np.full((height, width, 3), 190, np.uint8)
    ground = random.integers(40, 70, (height // 2, width, 1))
    image[height // 2 :] = ground
    return image


def smoky() -> Labelled:
    image = hill()
    box = draw_plume(image, 160, 130, 50, np.random.default_rng(4))
    assert box is not None
    return Labelled(image, np.array([0]), np.array([box]))


def test_letterbox_keeps_boxes_on_their_pixels() -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[20:40, 50:90] = 255
    framed = letterbox(Labelled(image, np.array([1]), np.array([[50.0, 20, 90, 40]])), 480, 640)
    x0, y0, x1, y1 = framed.boxes[0]
    assert framed.boxes[0].tolist() == pytest.approx([160, 144, 288, 208])
    assert framed.image[int(y0) + 8 : int(y1) - 8, int(x0) + 8 : int(x1) - 8].min() > 250
    outside = framed.image[100:140, 100:500]
    assert outside.max() == 0
    assert np.all(framed.image[:70] == 114)


def test_zoom_never_leaves_a_sliver_of_a_box() -> None:
    picture = smoky()
    area = np.prod(picture.boxes[0, 2:] - picture.boxes[0, :2])
    for seed in range(200):
        random = np.random.default_rng(seed)
        framed = zoom(picture, 384, 640, random, (0.4, 2.2))
        assert framed.image.shape == (384, 640, 3)
        assert len(framed.boxes) == 1
        assert framed.boxes.min() >= 0
        assert np.all(framed.boxes[:, 2:] <= (640, 384))
        scale = (framed.boxes[0, 2:] - framed.boxes[0, :2]).min()
        assert scale >= 2
    assert area > 0


def test_a_box_too_small_for_its_canvas_is_left_out_and_the_shape_stays() -> None:
    picture = Labelled(hill(640, 368), np.array([0]), np.array([[100.0, 100, 103, 300]]))
    for seed in range(20):
        framed = zoom(picture, 204, 304, np.random.default_rng(seed), (0.9, 1.9))
        assert framed.image.shape == (204, 304, 3)
    assert letterbox(picture, 204, 304).image.shape == (204, 304, 3)
    assert len(letterbox(picture, 204, 304).boxes) == 0


def test_a_crop_away_shows_no_box() -> None:
    picture = smoky()
    seen = 0
    for seed in range(30):
        away = crop_away(picture, 384, 640, np.random.default_rng(seed))
        if away is not None:
            assert len(away.boxes) == 0
            assert not np.any(np.all(away.image == 114, axis=2).mean() > 0.01)
            seen += 1
    assert seen > 0
    whole = Labelled(picture.image, np.array([0]), np.array([[0.0, 0, 320, 240]]))
    assert crop_away(whole, 384, 640, np.random.default_rng(0)) is None


def test_a_mosaic_holds_boxes_in_their_quarters() -> None:
    parts = [smoky() for _ in range(4)]
    for seed in range(20):
        made = mosaic(parts, 480, 640, np.random.default_rng(seed))
        assert made.image.shape == (480, 640, 3)
        assert len(made.boxes) == 4
        assert np.all((made.boxes >= 0) & (made.boxes <= (640, 480, 640, 480)))


def test_a_drawn_plume_fills_its_box_and_nothing_else() -> None:
    shown = 0
    for seed in range(60):
        before = hill()
        after = before.copy()
        box = draw_plume(after, 160, 130, 30, np.random.default_rng(seed))
        changed = np.abs(after.astype(int) - before).sum(axis=2)
        if box is None:
            assert changed.sum() == 0
            continue
        shown += 1
        ys, xs = np.nonzero(changed > 40)
        assert box[0] - 12 <= xs.min()
        assert xs.max() <= box[2] + 12
        assert box[1] - 12 <= ys.min()
        assert ys.max() <= box[3] + 12
    assert shown > 30


def test_no_smoke_is_drawn_across_the_border_or_on_grey() -> None:
    random = np.random.default_rng(0)
    assert draw_plume(hill(), 5, 130, 50, random) is None
    grey = np.full((240, 320, 3), 114, np.uint8)
    assert draw_plume(grey, 160, 130, 40, random) is None
    assert np.all(grey == 114)


def test_a_donor_carries_smoke_and_leaves_the_ground() -> None:
    ground = np.random.default_rng(1).integers(40, 60, (240, 320, 1)).repeat(3, 2).astype(np.uint8)
    drawn = draw_plume(ground, 160, 180, 50, np.random.default_rng(4))
    assert drawn is not None
    donor = cut_donor(ground, np.array(drawn))
    assert donor is not None
    before = hill()[:, ::-1].copy()
    after = before.copy()
    box = paste_donor(after, donor, x=100, base_y=140, width_px=20, gain=1.0)
    assert box is not None
    assert box[2] - box[0] == pytest.approx(20, abs=2)
    assert box[3] == pytest.approx(140, abs=2)
    inside = np.abs(after.astype(int) - before)[
        int(box[1]) : int(box[3]), int(box[0]) : int(box[2])
    ]
    assert inside.mean() >= 6
    changed = np.argwhere((after != before).any(axis=2))
    reach_px = (box[3] - box[1]) + (box[2] - box[0])
    assert np.abs(changed - ((box[1] + box[3]) / 2, (box[0] + box[2]) / 2)).max() < reach_px


def test_no_donor_is_cut_from_bare_ground_or_from_the_edge() -> None:
    rough = np.random.default_rng(0).integers(40, 120, (240, 320, 3)).astype(np.uint8)
    assert cut_donor(rough, np.array([100.0, 100, 150, 150])) is None
    assert cut_donor(smoky().image, np.array([0.0, 60, 60, 130])) is None


def test_smoke_stands_on_the_ridge() -> None:
    random = np.random.default_rng(0)
    for slope, share in ((0.0, 1.0), (1.0, 0.3)):
        rows = np.array([ridge_point(hill(), random, slope=slope)[1] for _ in range(200)])
        assert rows.min() >= 110
        assert rows.max() <= 230
        assert np.mean(rows < 140) == pytest.approx(share, abs=0.12)


def test_damage_keeps_shape_and_is_repeatable() -> None:
    image = smoky().image
    for seed in range(30):
        first = damage(image, np.random.default_rng(seed))
        assert first.shape == image.shape
        assert first.dtype == np.uint8
        assert np.array_equal(first, damage(image, np.random.default_rng(seed)))


def make_samples(folder: Path, recipe: Recipe) -> Samples:
    picture = smoky()
    cv2.imwrite(str(folder / "x.png"), picture.image)
    share = picture.boxes / (320, 240, 320, 240)
    views = {
        "tower": "tower",
        "ground": "rf",
        "urban": "liuzifan_fire_smoke",
        "drone": "d",
        "neg_tower": "w",
        "neg_forest": "f",
        "neg_sky": "s",
        "thermal": "t",
    }
    pictures = []
    for view, source in views.items():
        burns = not view.startswith(("neg", "thermal"))
        pictures.append(
            Picture(
                name=view,
                path=folder / "x.png",
                group=view,
                source=source,
                view="ground" if view == "urban" else view,
                split="train",
                classes=picture.classes if burns else picture.classes[:0],
                boxes=share if burns else share[:0],
            )
        )
    return Samples(tuple(pictures), recipe)


def test_a_sample_is_made_from_its_number_alone(tmp_path: Path) -> None:
    recipe = Recipe()
    samples = make_samples(tmp_path, recipe)
    again = make_samples(tmp_path, recipe)
    shapes = set()
    for number in range(48):
        one = samples.make(number, with_mosaic=number % 2 == 0)
        two = again.make(number, with_mosaic=number % 2 == 0)
        assert np.array_equal(one.image, two.image)
        assert np.array_equal(one.boxes, two.boxes)
        height, width = samples.shape(number // recipe.batch)
        assert one.image.shape == (height, width, 3)
        assert height % 32 == width % 32 == 0
        assert np.all((one.boxes >= 0) & (one.boxes <= (width, height, width, height)))
        assert len(one.classes) == len(one.boxes)
        shapes.add((height, width))
    assert len(shapes) >= 1


def test_a_stratum_without_pictures_is_refused(tmp_path: Path) -> None:
    samples = make_samples(tmp_path, Recipe())
    rest = tuple(p for pool in samples.pools.values() for p in pool if p.view != "thermal")
    with pytest.raises(InputRefused, match="belongs to 'infrared'"):
        Samples(rest, Recipe())


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    samples = make_samples(tmp_path, Recipe())
    (tmp_path / "x.png").write_bytes(b"no picture")
    with pytest.raises(InputRefused, match=r"x\.png is not a picture"):
        samples.make(0, with_mosaic=False)
