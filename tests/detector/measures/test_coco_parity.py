"""Average precision is the one of pycocotools and of faster-coco-eval, to the ninth digit."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from coco_rig import peers
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.evaluate.labelled_set import read_index
from detector.measures.boxes import Scene, judge_each
from detector.measures.precision import OVERLAPS, average_precision, precision_over_overlaps
from detector.measures.slices import SIZES

ROOT = Path(__file__).resolve().parents[3]
LABELLED = ROOT.parent / "shared/data/detection"
FOUND = ROOT / "tests/fixtures/measures/found_in_val.npz"
"""What ``evaluate images`` found in the val split with the first weights, from a score of 0.001,
rounded to whole pixels and to 1e-4."""
CASES_A_CALL = 50
CALLS = 24
"""1,200 random cases, each a class with a few pictures."""
PICTURES = 2
WHOLE = (0.0, 1e10)


def ours(scenes: list[Scene], label: int, area_px: tuple[float, float]) -> list[float]:
    each = [judge_each(scene, label, OVERLAPS.tolist(), area_px) for scene in scenes]
    return [average_precision([one[place] for one in each]) for place in range(len(OVERLAPS))]


def random_boxes(random: np.random.Generator, count: int, grid: float) -> NDArray[np.float64]:
    """Boxes on a grid, so that overlaps of exactly a half, equal overlaps and equal boxes occur."""
    corner = np.floor(random.uniform(0, 200, (count, 2)) / grid) * grid
    size = np.ceil(random.uniform(0, 120, (count, 2)) / grid) * grid
    return np.concatenate([corner, corner + size], 1)


def random_case(random: np.random.Generator) -> list[Scene]:
    grid = float(random.choice([0.25, 8.0, 32.0]))
    digits = int(random.choice([1, 2, 7]))  # of a score: one digit makes many ties
    most = int(
        random.choice([2, 4, 8, 130], p=[0.4, 0.4, 0.17, 0.03])
    )  # of detections: COCO counts a hundred
    scenes = []
    for place in range(PICTURES):
        true_boxes = random_boxes(random, int(random.integers(0, 5)), grid)
        near = np.repeat(true_boxes, random.integers(0, 3, len(true_boxes)), axis=0)
        near = near + np.round(random.normal(0, 8, near.shape) / grid) * grid
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2])  # some become lines
        boxes = np.concatenate([near, random_boxes(random, int(random.integers(0, most)), grid)])
        scenes.append(
            Scene(
                name=str(place),
                group="g",
                view="",
                source="",
                true_classes=np.zeros(len(true_boxes), np.int64),
                true_boxes=true_boxes,
                classes=np.zeros(len(boxes), np.int64),
                scores=random.uniform(0.001, 1, len(boxes)).round(digits),
                boxes=boxes,
            )
        )
    return scenes


def check(cases: list[tuple[list[Scene], int]], areas_px: list[tuple[float, float]]) -> None:
    theirs = peers(cases, areas_px)
    for place, area_px in enumerate(areas_px):
        mine = np.array([ours(scenes, label, area_px) for scenes, label in cases]).T
        for peer in (theirs.pycocotools, theirs.faster_coco_eval):
            np.testing.assert_allclose(mine, peer[..., place], rtol=0, atol=1e-9)


@given(st.integers(0, 2**32 - 1), st.sampled_from([*SIZES.values()]))
@settings(max_examples=CALLS, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_random_cases_agree(seed: int, area_px: tuple[float, float]) -> None:
    random = np.random.default_rng(seed)
    check([(random_case(random), 0) for _ in range(CASES_A_CALL)], [WHOLE, area_px])


def test_the_mean_over_overlaps_agrees() -> None:
    random = np.random.default_rng(1)
    cases = [random_case(random) for _ in range(20)]
    areas_px = [WHOLE, *SIZES.values()]
    theirs = peers([(scenes, 0) for scenes in cases], areas_px).pycocotools
    for case, scenes in enumerate(cases):
        for place, area_px in enumerate(areas_px):
            assert precision_over_overlaps(scenes, 0, area_px) == pytest.approx(
                theirs[:, case, place].mean(), abs=1e-9, nan_ok=True
            )


@pytest.mark.footage
@pytest.mark.skipif(not LABELLED.is_dir(), reason="the labelled pictures are not beside us")
def test_the_val_split_agrees() -> None:
    pictures = [one for one in read_index(LABELLED) if one.split == "val"]
    with np.load(FOUND) as found:
        names = "\n".join(one.name for one in pictures).encode()
        assert hashlib.sha256(names).digest() == found["names_sha256"].tobytes()
        scenes = []
        for place, (picture, size_px) in enumerate(zip(pictures, found["size_px"], strict=True)):
            mine = found["picture"] == place
            scenes.append(
                Scene(
                    name=picture.name,
                    group=picture.group,
                    view=picture.view,
                    source=picture.source,
                    true_classes=picture.classes,
                    true_boxes=picture.boxes * np.tile(size_px, 2).astype(np.float64),
                    classes=found["label"][mine].astype(np.int64),
                    scores=found["score_e4"][mine] / 1e4,
                    boxes=found["box_px"][mine].astype(np.float64),
                )
            )
    assert sum(len(scene.boxes) for scene in scenes) > 9000
    for view in sorted({scene.view for scene in scenes}):
        part = [scene for scene in scenes if scene.view == view]
        check([(part, 0), (part, 1)], [WHOLE])
    check([(scenes, 0), (scenes, 1)], [WHOLE, *SIZES.values()])


@pytest.mark.parametrize(("order", "hits"), [((0, 1), [True, False]), ((1, 0), [True, True])])
def test_of_equal_overlaps_the_later_is_taken(order: tuple[int, int], hits: list[bool]) -> None:
    """The first detection lies between two true boxes, the second on one of them."""
    true_boxes = np.array([[0.0, 0, 10, 10], [4, 0, 14, 10]])
    scene = Scene(
        name="between",
        group="g",
        view="",
        source="",
        true_classes=np.zeros(2, np.int64),
        true_boxes=true_boxes[list(order)],
        classes=np.zeros(2, np.int64),
        scores=np.array([0.9, 0.8]),
        boxes=np.array([[2.0, 0, 12, 10], [4, 0, 14, 10]]),
    )
    assert judge_each(scene, 0, [0.5])[0].hits.tolist() == hits
    check([([scene], 0)], [WHOLE])
