"""What a run plays: found, told apart by content, and what is known of it."""

import json
import shutil
from pathlib import Path

import av
import numpy as np
import pytest
from replay_rig import Hillside, hillside

from camera_gateway.pictures import encode_jpeg
from detector.evaluate.footage import PictureSequence
from detector.replay.plan import Order, Refused, plan
from detector.replay.playing import Footage
from detector.replay.run_file import RunFile
from detector.replay.truths import scene_of
from models.errors import InputRefused
from models.footage import Conditions, Light, TrueFire, Truth

TRUTH = {
    "firewatch_truth": 1,
    "fires": [{"name": "east", "first_visible_s": 60.0}],
    "conditions": {"light": "night", "range_m": 900.0},
    "scene": "east ridge",
}
SHARED = {"model": "a"}


def run_of(*entries: object, drills: tuple[object, ...] = ()) -> RunFile:
    return RunFile.model_validate({"name": "run", "footage": entries, "drill": drills})


def planned(*entries: object, drills: tuple[object, ...] = ()) -> list[Order | Refused]:
    return plan(run_of(*entries, drills=drills), leave_out=Path("nowhere"))


def only(*entries: object) -> tuple[Order, Footage]:
    (one,) = planned(*entries)
    assert isinstance(one, Order)
    assert isinstance(one.what, Footage)
    return one, one.what


def ridge(folder: Path, name: str = "ridge", minutes: int = 2) -> Path:
    hill = Hillside(folder, name)
    for minute in range(minutes):
        hill.put(minute, encode_jpeg(hillside(minute)[:60, :80], 80))
    return folder / name


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("where", ["named", "folder", "beside"])
def test_a_truth_file_is_found(tmp_path: Path, where: str) -> None:
    folder = ridge(tmp_path / "footage")
    place = {
        "named": tmp_path / "any.json",
        "folder": tmp_path / "truths" / "ridge.truth.json",
        "beside": tmp_path / "footage" / "ridge.truth.json",
    }[where]
    write(place, TRUTH)
    named = {"named": str(place), "folder": str(place.parent), "beside": ""}[where]
    _, footage = only({"path": str(folder), "truth": named, "conditions": {"light": "dusk"}})
    assert footage.truth == Truth((TrueFire("east", 60.0),))
    assert footage.scene == "east ridge"
    assert footage.conditions == Conditions(Light.DUSK, range_m=900.0)
    assert only({"path": str(folder), "truth": named, "scene": "own"})[1].scene == "own"


def test_events_beside_it_tell_the_fire(tmp_path: Path) -> None:
    folder = ridge(tmp_path, "20260405_ridge")
    lines = "sequence,first_visible_s,clear_s,cadence_s\n20260405_ridge,60,120,60\n"
    write(tmp_path / "events.csv", lines)
    _, footage = only({"path": str(folder)})
    assert footage.truth == Truth((TrueFire("fire", 60.0, ignition_s=0.0, clear_s=120.0),))
    assert footage.scene == "ridge"
    # The stamp was late: nobody knows when it was lit.
    write(tmp_path / "events.csv", lines.replace(",60,120", ",-60,120"))
    _, footage = only({"path": str(tmp_path)})
    assert footage.truth == Truth((TrueFire("fire", -60.0, clear_s=120.0),))


def test_footage_of_which_nothing_is_known_has_no_truth(tmp_path: Path) -> None:
    write(tmp_path / "events.csv", "sequence,first_visible_s,clear_s,cadence_s\nother,0,0,60\n")
    _, footage = only({"path": str(ridge(tmp_path))})
    assert footage.truth is None
    assert footage.conditions == Conditions()


def test_one_truth_for_many_says_that_nothing_burns_or_is_refused(tmp_path: Path) -> None:
    ridge(tmp_path / "two", "a")
    ridge(tmp_path / "two", "b")
    nothing = write(tmp_path / "nothing.json", {"firewatch_truth": 1, "fires": []})
    entry = {"path": str(tmp_path / "two"), "truth": str(nothing)}
    found = planned(entry)
    assert [one.name for one in found] == ["a", "b"]
    for one in found:
        assert isinstance(one, Order)
        assert isinstance(one.what, Footage)
        assert one.what.truth == Truth()
    write(nothing, TRUTH)
    for one in planned(entry):
        assert isinstance(one, Refused)
        assert one.error.code == "replay_truth"


def test_damaged_truth_costs_its_recording_and_not_the_rest(tmp_path: Path) -> None:
    ridge(tmp_path, "a")
    ridge(tmp_path, "b")
    write(tmp_path / "a.truth.json", "{")
    first, second = planned({"path": str(tmp_path)})
    assert isinstance(first, Refused)
    assert first.name == "a"
    assert "a.truth.json" in str(first.error)
    assert isinstance(second, Order)


def test_what_is_no_footage_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = planned({"path": str(tmp_path / "gone")}, {"path": str(tmp_path / "empty")})
    assert all(isinstance(one, Refused) for one in found)
    assert [one.name for one in found] == ["gone", "empty"]


def test_recordings_of_one_name_are_told_apart_without_their_paths(tmp_path: Path) -> None:
    paths = [ridge(tmp_path / place) for place in ("x", "y", "z")]
    found = planned(*({"path": str(path)} for path in paths))
    assert [one.name for one in found] == ["ridge", "ridge (2)", "ridge (3)"]
    for one in found:
        assert isinstance(one, Order)
        assert isinstance(one.what, Footage)
        assert one.what.recording.name == one.name


def test_content_is_hashed_and_not_its_place(tmp_path: Path) -> None:
    folder = ridge(tmp_path / "x")
    before, footage = only({"path": str(folder)})
    moved = Path(shutil.move(folder, tmp_path / "ridge"))
    after, _ = only({"path": str(moved)})
    assert (after.sha256, after.key(SHARED)) == (before.sha256, before.key(SHARED))
    assert before.size_bytes == sum(path.stat().st_size for path in moved.iterdir())
    assert before.frames == 2
    assert isinstance(footage.recording, PictureSequence)
    picture = next(moved.iterdir())
    picture.write_bytes(picture.read_bytes() + b"\0")
    changed, _ = only({"path": str(moved)})
    assert changed.sha256 != before.sha256
    picture.rename(picture.with_name(picture.name.replace("153281", "153282")))
    renamed, _ = only({"path": str(moved)})
    assert renamed.sha256 != changed.sha256  # a name carries the capture time


@pytest.mark.parametrize(
    "change",
    [
        {"every": 2},
        {"fps": 1.0},
        {"video_s": 5.0},
        {"scene": "other"},
        {"conditions": {"light": "day"}},
        {
            "camera": {
                "lon_deg": 0.0,
                "lat_deg": 0.0,
                "height_m": 0.0,
                "height_datum": "ground",
                "azimuth_deg": 0.0,
                "tilt_deg": 0.0,
                "horizontal_fov_deg": 40.0,
            }
        },
    ],
)
def test_whatever_shapes_a_result_is_in_its_key(tmp_path: Path, change: dict[str, object]) -> None:
    path = str(ridge(tmp_path))
    plain, _ = only({"path": path})
    other, _ = only({"path": path} | change)
    assert plain.key(SHARED) != other.key(SHARED)
    assert plain.key(SHARED) != plain.key({"model": "b"})
    assert plain.sha256 == other.sha256


def test_a_truth_is_in_the_key(tmp_path: Path) -> None:
    path = ridge(tmp_path)
    before, _ = only({"path": str(path)})
    write(tmp_path / "ridge.truth.json", TRUTH)
    after, _ = only({"path": str(path)})
    assert before.key(SHARED) != after.key(SHARED)


def test_how_many_frames_are_expected(tmp_path: Path) -> None:
    path = str(ridge(tmp_path, minutes=7))
    assert [
        only({"path": path} | how)[0].frames
        for how in ({}, {"every": 3}, {"fps": 1 / 120}, {"fps": 10.0})
    ] == [7, 3, 4, 7]


def test_of_a_video_its_header_tells_and_nobody_believes_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(20):
            image = np.full((48, 64, 3), 10 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    assert [
        only({"path": str(path)} | how)[0].frames
        for how in ({}, {"every": 4}, {"fps": 1.0}, {"video_s": 40.0, "fps": 1.0})
    ] == [20, 5, 5, 41]
    order, footage = only({"path": str(path)})
    assert order.size_bytes == path.stat().st_size
    assert footage.scene == "clip"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    assert only({"path": str(path)})[0].frames is None


def test_a_picture_that_is_gone_is_told_when_it_is_played(tmp_path: Path) -> None:
    folder = ridge(tmp_path)
    (folder / "1532815926_+00300.jpg").symlink_to(tmp_path / "nowhere.jpg")
    order, _ = only({"path": str(folder)})
    assert order.frames == 3


def test_drills_have_a_name_and_a_hash_of_their_own(tmp_path: Path) -> None:
    found = planned(drills=({"count": 2, "seed": 5}, {"count": 1, "dem": str(tmp_path / "gone")}))
    first, second, refused = found
    assert isinstance(first, Order)
    assert isinstance(second, Order)
    assert [first.name, second.name] == ["drill-5-0000", "drill-5-0001"]
    assert first.sha256 != second.sha256
    assert first.key(SHARED) != second.key(SHARED)
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, InputRefused)
    more = planned(drills=({"count": 3, "seed": 5},))[0]
    assert isinstance(more, Order)
    assert more.key(SHARED) == first.key(SHARED)  # the first of more are those of fewer


@pytest.mark.parametrize(
    ("name", "scene"),
    [
        ("20180728_FIRE_rm-w-mobo-c", "FIRE_rm-w-mobo-c"),
        ("towers/t7_2026-04-05T0300Z", "t7"),
        ("ridge.mp4", "ridge"),
        ("20260405.mp4", "20260405"),
        ("tower12345678", "tower12345678"),
        ("塔七 20260405", "塔七"),
    ],
)
def test_a_scene_is_a_name_without_its_date(name: str, scene: str) -> None:
    assert scene_of(name) == scene
