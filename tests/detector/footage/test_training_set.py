"""Boxed recordings become a set that our reader trusts, with whose each picture is."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_rig import SIZE_PX, START, picture_folder, video_file

from detector.evaluate.footage import Moment, Sampling
from detector.evaluate.labelled_set import read_index
from detector.footage import Exported, Labelling, export_for_training
from detector.footage.boxed_frames import WITHIN_S, boxed_frames
from models.detection import Label
from models.errors import FrameCorrupt, InputRefused
from models.footage import Conditions, Ignored, Rights, Span, TrueBox, TrueFire, Truth
from models.frame import FrameMode

FREE = Rights("CC BY 4.0", "=the bureau", may_train=True)
SIDES = (0.25, 0.5, 0.5, 0.75)


@dataclass(frozen=True)
class Frames:
    """A recording of moments."""

    name: str
    shown: tuple[Moment, ...]
    error: InputRefused | None = None

    @property
    def has_known_times(self) -> bool:
        return False

    def moments(self, sampling: Sampling) -> Iterator[Moment]:
        assert sampling == Sampling()
        yield from self.shown
        if self.error is not None:
            raise self.error


def frames(*at_s: float, name: str = "made", error: InputRefused | None = None) -> Frames:
    shown = (Moment(at, START + timedelta(seconds=at), f"{at}".encode()) for at in at_s)
    return Frames(name, tuple(shown), error)


def burning(*at_s: float, until: int = 1) -> Truth:
    boxes = [TrueBox(at, Label.FLAME, *SIDES, fire="a") for at in at_s[:until]]
    return Truth((TrueFire("a", at_s[0]),), tuple(boxes), at_s)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def taken(recording: Frames, truth: Truth) -> tuple[list[tuple[float, bytes]], Counter[str]]:
    left_out: Counter[str] = Counter()
    told: list[InputRefused] = []
    found = list(boxed_frames(recording, truth, left_out, told.append))
    assert [error for error in told if error is not recording.error] == []
    return [(frame.at_s, frame.jpeg) for frame in found], +left_out


def test_a_set_is_what_our_reader_and_others_read(tmp_path: Path) -> None:
    tower = picture_folder(tmp_path / "tower7", [0, 60, 120])
    clip = video_file(tmp_path / "ridge 1.mp4", [0, 40, 80])
    footage = [
        Labelling(tower, "valley", burning(0.0, 60.0), FREE, labelled_by="Li"),
        Labelling(clip, "ridge", burning(0.04), replace(FREE, may_leave=True), view="drone"),
        Labelling(frames(0.0, name="shut"), "valley", burning(0.0)),
        Labelling(frames(0.0, name="bare"), "valley", Truth(), FREE),
        Labelling(tower, "valley", burning(0.0), FREE),
        Labelling(replace(tower, name="tower7!"), "valley", burning(120.0), FREE),
    ]
    told: list[InputRefused] = []
    done: list[int] = []
    out = tmp_path / "set"
    exported = export_for_training(
        footage, out, on_refused=told.append, on_picture=done.append, shares={"train": 1.0}
    )
    assert exported == Exported({"train": 4}, {"train": 2}, 3, {})
    assert done == [1, 2, 3, 4]
    assert [error.code for error in told] == [
        "footage_not_for_training",
        "nothing_to_export",
        "footage_twice",
    ]

    pictures = read_index(out)
    assert [(one.source, one.view, len(one.boxes)) for one in pictures[:3]] == [
        ("tower7", "tower", 1),
        ("tower7", "neg_tower", 0),
        ("ridge_1_mp4", "drone", 1),
    ]
    assert pictures[3].source.startswith("tower7_")
    assert pictures[0].group == pictures[3].group != pictures[2].group
    assert pictures[0].boxes.tolist() == [pytest.approx(SIDES)]
    assert pictures[0].classes.tolist() == [Label.FLAME]
    assert pictures[0].path.read_bytes() == tower.pictures[0][1].read_bytes()

    origins = {row["name"]: row for row in rows_of(out / "provenance.csv")}
    for picture in pictures:
        row = origins[picture.name]
        assert row["sha256"] == hashlib.sha256(picture.path.read_bytes()).hexdigest()
        assert (row["licence"], row["owner"]) == ("CC BY 4.0", "'=the bureau")
    assert origins[pictures[1].name]["at_s"] == "60.000"
    assert origins[pictures[1].name]["labelled_by"] == "Li"
    assert (origins[pictures[0].name]["may_leave"], origins[pictures[2].name]["may_leave"]) == (
        "no",
        "yes",
    )

    listed = (out / "train.txt").read_text(encoding="utf-8").split()
    assert [out / line for line in listed] == [picture.path for picture in pictures]
    coco = json.loads((out / "coco_train.json").read_text(encoding="utf-8"))
    assert [(row["width"], row["height"]) for row in coco["images"]] == [SIZE_PX] * 4
    assert (out / "images" / coco["images"][0]["file_name"]) == pictures[0].path
    yaml = (out / "data.yaml").read_text(encoding="utf-8")
    assert "train: train.txt\nnames:\n  0: smoke\n  1: flame\n" in yaml


def test_a_scene_of_several_recordings_lies_in_one_part(tmp_path: Path) -> None:
    footage = [
        Labelling(
            replace(picture_folder(tmp_path / f"r{number}", [0]), name=f"r{number}"),
            f"scene {number % 6}",
            burning(0.0),
            FREE,
        )
        for number in range(18)
    ]
    told: list[InputRefused] = []
    export_for_training(footage[:1], tmp_path / "one", on_refused=told.append)
    assert [error.code for error in told] == ["split_empty"]
    exported = export_for_training(
        footage, tmp_path / "set", shares={"train": 0.5, "val": 0.5}, draw="2"
    )
    assert sum(exported.scenes.values()) == 6
    assert all(count == 3 * exported.scenes[part] for part, count in exported.pictures.items())
    assert min(exported.pictures.values()) > 0
    assert {row["split"] for row in rows_of(tmp_path / "set/index.csv")} == {"train", "val"}


@pytest.mark.parametrize(
    ("mode", "view", "expected"),
    [
        (FrameMode.THERMAL, "tower", ["thermal", "neg_ir"]),
        (FrameMode.INFRARED, "tower", ["tower", "neg_ir"]),
        (None, "ground", ["ground", "neg_forest"]),
        (FrameMode.VISIBLE, "drone", ["drone", "neg_forest"]),
    ],
)
def test_a_view_is_named_as_training_knows_it(
    tmp_path: Path, mode: FrameMode | None, view: str, expected: list[str]
) -> None:
    tower = picture_folder(tmp_path / "tower7", [0, 60])
    one = Labelling(tower, "", burning(0.0, 60.0), FREE, Conditions(mode=mode), view)
    export_for_training([one], tmp_path / "set")
    assert [picture.view for picture in read_index(tmp_path / "set")] == expected


def test_nothing_to_write_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        export_for_training([], tmp_path / "set")
    assert caught.value.code == "nothing_to_export"


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    for out in (tmp_path, tmp_path / "note.txt"):
        with pytest.raises(InputRefused) as caught:
            export_for_training([], out)
        assert caught.value.code == "folder_not_empty"
    with pytest.raises(InputRefused) as caught:
        export_for_training([], tmp_path / ("x" * 300))
    assert caught.value.code == "file_unreadable"


def test_shares_that_cannot_be_write_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputRefused):
        export_for_training([], tmp_path / "set", shares={"train": 0.7})
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_taken_is_counted_by_its_reason() -> None:
    damaged = replace(frames(0.0, 1.0, 2.0, 3.0).shown[1], picture=FrameCorrupt("half a picture"))
    whole = frames(0.0, 1.0, 2.0, 3.0)
    shown = Frames("made", (whole.shown[0], damaged, *whole.shown[2:]))
    truth = replace(
        burning(0.0, 1.0, 2.0, 9.0), ignored=(Ignored(Span(2.0, 3.0), 0.0, 0.0, 0.5, 0.5),)
    )
    found, left_out = taken(shown, truth)
    assert found == [(0.0, b"0.0")]
    assert left_out == {"damaged": 1, "ignored": 1, "missing": 1}


def test_a_recording_that_breaks_off_is_told_and_the_rest_is_missing() -> None:
    error = InputRefused("gone")
    found, left_out = taken(frames(0.0, error=error), burning(0.0, 5.0))
    assert (found, left_out) == ([(0.0, b"0.0")], {"missing": 1})


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 400), unique=True, max_size=25).map(sorted),
    st.lists(st.integers(0, 400), unique=True, min_size=1, max_size=25).map(sorted),
)
def test_each_boxed_moment_takes_a_near_frame_and_no_frame_serves_twice(
    shown_cs: list[int], wanted_cs: list[int]
) -> None:
    shown, wanted = [at / 100 for at in shown_cs], [at / 100 for at in wanted_cs]
    found, left_out = taken(frames(*shown), burning(*wanted))
    assert len({jpeg for _, jpeg in found}) == len(found)
    assert len(found) + left_out["missing"] == len(wanted)
    for at_s, jpeg in found:
        assert abs(float(jpeg) - at_s) <= WITHIN_S + 1e-9
    # where times lie further apart than the reach, each takes the nearest frame there is
    alone = [
        at
        for at in wanted
        if all(other == at or abs(other - at) > 3 * WITHIN_S for other in wanted)
    ]
    taken_at = {at_s: float(jpeg) for at_s, jpeg in found}
    for at in alone:
        nearest = min((abs(frame - at) for frame in shown), default=9.0)
        if nearest <= WITHIN_S - 1e-9:
            assert abs(taken_at[at] - at) == pytest.approx(nearest)
        elif nearest > WITHIN_S + 1e-9:
            assert at not in taken_at
