"""Labels find their frames, and what they say of a recording contradicts nothing."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_rig import picture_folder, video_file

from detector.footage.labelled import Labelled, LabelledBox
from detector.footage.labels import FIRE, UNLABELLED, FrameTimes, frame_times, truth_of
from models.detection import Label
from models.errors import InputRefused
from models.footage import Ignored, Span, Truth

SIDES = (0.1, 0.2, 0.3, 0.4)
BOX = LabelledBox(Label.SMOKE, SIDES)
TIMES = FrameTimes((-120.0, -60.0, 0.0, 60.0, 120.0), {f"p{number}": number for number in range(5)})


def said(*labels: Labelled, times: FrameTimes = TIMES) -> Truth:
    return truth_of(labels, times)


def of(name: str, *boxes: LabelledBox, burns: bool | None = None, **_: object) -> Labelled:
    return Labelled(name, None, None, boxes, burns=burns)


def test_boxes_stand_at_the_times_of_their_pictures() -> None:
    truth = said(of("in/p0.png"), of("p1.jpg", BOX, BOX), of("p2", BOX), of("p3"), of("p4"))
    (fire,) = truth.fires
    assert (fire.name, fire.first_visible_s, fire.ignition_s, fire.until_s) == (
        FIRE,
        -60.0,
        None,
        60.0,
    )
    assert [(box.at_s, box.fire) for box in truth.boxes] == [(-60.0, FIRE)] * 2 + [(0.0, FIRE)]
    assert truth.boxed_at_s == TIMES.at_s
    assert truth.ignored == ()


def test_where_no_label_shows_fire_nothing_burns_while_labels_last() -> None:
    truth = said(of("p1"), of("p3"))
    assert truth.shows_nothing
    assert truth.ignored == (
        Ignored(Span(-120.0, -60.0), why=UNLABELLED),
        Ignored(Span(120.0), why=UNLABELLED),
    )


def test_an_ignored_region_lasts_one_frame() -> None:
    part = (0.0, 0.0, 1.0, 0.1)
    labels = [of(f"p{number}") for number in (0, 1, 2, 3)]
    labels[1] = Labelled("p1", None, None, ignored=(part,))
    labels.append(Labelled("p4", None, None, ignored=(part,)))
    assert truth_of(labels, TIMES).ignored == (
        Ignored(Span(-60.0, 0.0), *part),
        Ignored(Span(120.0), *part),
    )


def test_seconds_from_ignition_say_when_it_was_lit() -> None:
    before = [Labelled("a", None, at_s, burns=False) for at_s in (-120.0, -60.0)]
    since = [
        Labelled(name, None, at_s, is_boxed=False, burns=True)
        for name, at_s in (("b", 0.02), ("c", 60.0), ("d", 120.0))
    ]
    truth = truth_of([*before, *since], FrameTimes(TIMES.at_s, {"x": 0}))
    (fire,) = truth.fires
    assert (fire.ignition_s, fire.first_visible_s, fire.until_s) == (0.0, 0.0, None)
    assert truth.boxed_at_s == (-120.0, -60.0)


def test_a_recording_that_burns_before_its_ignition_says_so() -> None:
    labels = [Labelled(f"p{number}", None, TIMES.at_s[number], (BOX,)) for number in range(5)]
    (fire,) = truth_of(labels, TIMES).fires
    assert (fire.ignition_s, fire.first_visible_s) == (-120.0, -120.0)


def test_a_name_of_a_video_ends_with_the_number_of_its_frame() -> None:
    video = FrameTimes((0.0, 0.04, 0.5), {})
    labels = [of("frame_000002.jpg", BOX), Labelled("v.mp4#0", None, None, frame=0)]
    assert truth_of(labels, video).boxed_at_s == (0.0, 0.5)


@pytest.mark.parametrize(
    ("label", "times", "word"),
    [
        (of("other"), TIMES, "no picture of this name"),
        (of("other5"), TIMES, "no picture of this name"),
        (of("words"), FrameTimes((0.0,), {}), "no picture of this name"),
        (of("frame_5"), FrameTimes((0.0,), {}), "has 1 frames, numbered from 0"),
        (Labelled("x", None, None, frame=5), TIMES, "has 5 frames"),
        (Labelled("x", None, 30.0), TIMES, "no picture of this name"),
        (of("in/p0"), TIMES, "another label stands at its frame"),
    ],
)
def test_a_label_without_a_frame_of_its_own_is_told(
    label: Labelled, times: FrameTimes, word: str
) -> None:
    good = Labelled("p0", None, None, frame=0)
    with pytest.raises(InputRefused, match=word):
        truth_of([good, label], times)
    told: list[InputRefused] = []
    assert truth_of([good, label], times, on_refused=told.append).boxed_at_s == (times.at_s[0],)
    assert [error.code for error in told] == ["label_without_frame"]
    if "another" not in word:
        with pytest.raises(InputRefused) as caught:
            truth_of([label], times, on_refused=told.append)
        assert caught.value.code == "no_labels"


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 500), min_size=0, max_size=12),
    st.data(),
)
def test_what_is_said_holds_for_any_labels(gaps: list[int], data: st.DataObject) -> None:
    at_s = tuple(float(sum(gaps[:number])) for number in range(len(gaps) + 1))
    frames = sorted(data.draw(st.sets(st.integers(0, len(gaps)), min_size=1)))
    labels = [
        Labelled(f"x#{frame}", None, None, (BOX,) * data.draw(st.integers(0, 2)), frame=frame)
        for frame in data.draw(st.permutations(frames))
    ]
    truth = truth_of(labels, FrameTimes(at_s, {}))  # the truth itself refuses what contradicts
    assert len(truth.boxes) == sum(len(label.boxes) for label in labels)
    assert truth.boxed_at_s == tuple(at_s[frame] for frame in frames)
    for index, moment_s in enumerate(at_s):
        unlabelled = not frames[0] <= index <= frames[-1]
        assert any(region.span.holds(moment_s) for region in truth.ignored) == unlabelled
    for box in truth.boxes:
        (fire,) = truth.fires
        assert fire.first_visible_s is not None
        assert fire.first_visible_s <= box.at_s < (fire.until_s or float("inf"))


def test_times_are_those_of_the_frames(tmp_path: Path) -> None:
    pictures = frame_times(picture_folder(tmp_path / "tower", [0, 60, 90]))
    assert pictures.at_s == (0.0, 60.0, 90.0)
    assert pictures.by_stem["t_20260405T030100Z"] == 1
    video = video_file(tmp_path / "uneven.mp4", [0, 40, 400])
    assert frame_times(video) == FrameTimes((0.0, 0.04, 0.4), {})


def test_a_cut_video_has_the_frames_before_the_damage(tmp_path: Path) -> None:
    video = video_file(tmp_path / "cut.avi", range(0, 1000, 40), (160, 128))
    video.path.write_bytes(video.path.read_bytes()[:-30_000])
    assert 3 < len(frame_times(video).at_s) < 25
