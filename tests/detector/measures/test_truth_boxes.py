"""Which frames are judged box by box, and what of them."""

from dataclasses import replace

import pytest
from measures_rig import frames, recording

from detector.measures.truth_boxes import boxed_scenes, nearest
from models.detection import Box, Label
from models.footage import Ignored, Span, TrueBox, TrueFire, Truth
from models.replay import Played

FOUND = (
    Box(Label.SMOKE, 0.9, 100.0, 100.0, 200.0, 200.0),
    Box(Label.FLAME, 0.4, 700.0, 300.0, 800.0, 400.0),
)


def shown(truth: Truth | None, *, refused: tuple[int, ...] = ()) -> Played:
    times = frames([0.0, 60.0, 120.0], refused=refused)
    return recording(truth, of=[replace(frame, found=FOUND) for frame in times])


def boxed(at_s: float, *, ignored: tuple[Ignored, ...] = ()) -> Truth:
    boxes = (
        TrueBox(at_s, Label.SMOKE, 0.1, 0.2, 0.2, 0.4),
        TrueBox(at_s, Label.FLAME, 0.7, 0.6, 0.8, 0.8),
    )
    return Truth((TrueFire("a", 0.0),), boxes, (at_s,), ignored)


def test_truth_is_in_pixels_beside_what_was_found() -> None:
    (scene,) = boxed_scenes(shown(boxed(60.0)))
    assert scene.true_boxes.tolist() == [[100, 100, 200, 200], [700, 300, 800, 400]]
    assert scene.boxes.tolist() == scene.true_boxes.tolist()
    assert (scene.true_classes.tolist(), scene.classes.tolist()) == ([0, 1], [0, 1])
    assert (scene.scores.tolist(), scene.group) == ([0.9, 0.4], "r")


@pytest.mark.parametrize(("at_s", "count"), [(60.05, 1), (59.95, 1), (60.06, 0), (59.94, 0)])
def test_a_time_names_a_frame_to_a_twentieth_of_a_second(at_s: float, count: int) -> None:
    assert len(boxed_scenes(shown(boxed(at_s)))) == count


def test_two_times_do_not_name_one_frame() -> None:
    truth = Truth(boxed_at_s=(59.99, 60.0))
    assert len(boxed_scenes(shown(truth))) == 1


def test_what_nobody_scored_or_boxed_or_could_open_is_not_judged() -> None:
    assert boxed_scenes(shown(boxed(60.0), refused=(1,))) == []
    assert boxed_scenes(shown(None)) == []
    assert boxed_scenes(shown(Truth())) == []
    assert boxed_scenes(replace(shown(boxed(60.0)), size_px=(0, 0))) == []


def test_an_ignored_part_is_left_out_on_both_sides() -> None:
    part = Ignored(Span(0.0, 100.0), 0.6, 0.0, 0.76, 1.0)  # six tenths of the flame
    (scene,) = boxed_scenes(shown(boxed(60.0, ignored=(part,))))
    assert (scene.true_classes.tolist(), scene.classes.tolist()) == ([0], [0])
    (later,) = boxed_scenes(shown(boxed(120.0, ignored=(part,))))
    assert later.true_classes.tolist() == [0, 1]
    whole = Ignored(Span(0.0, 100.0))
    (nothing,) = boxed_scenes(shown(boxed(60.0, ignored=(whole,))))
    assert (len(nothing.true_boxes), len(nothing.boxes)) == (0, 0)


def test_the_nearest_of_equals_is_the_earlier() -> None:
    assert nearest([0.0, 2.0], 1.0, 1.0) == 0
    assert nearest([0.0, 2.0], 1.1, 1.0) == 1
    assert nearest([0.0, 2.0], 3.1, 1.0) is None
    assert nearest([], 0.0, 1.0) is None
