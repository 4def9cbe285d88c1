"""A camera that was turned stays turned until its view is back, or somebody says it is right."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from camera_gateway.pictures import decode_jpeg
from camera_gateway.truth.thumb import Thumb
from camera_gateway.truth.view_check import LEARNED, PICTURES, ViewCheck, ViewVerdict
from camera_gateway.truth.view_memory import ViewMemory
from models.light import Light
from models.units import ImageBGR

RANDOM = np.random.default_rng(11)
GOOD, DOUBTFUL, MOVED = ViewVerdict(), ViewVerdict(False, True), ViewVerdict(True, True)  # noqa: FBT003


def view(seed: int = 0) -> ImageBGR:
    rough = np.random.default_rng(seed).integers(0, 255, (24, 40, 3), np.uint8)
    return np.asarray(cv2.resize(rough, (240, 135), interpolation=cv2.INTER_CUBIC), np.uint8)


def turned(image: ImageBGR) -> ImageBGR:
    return np.roll(image, 40, axis=1)


def seen(
    check: ViewCheck, image: ImageBGR, light: Light = Light.DAY, times: int = 1
) -> ViewVerdict:
    verdict = GOOD
    for _ in range(times):
        noisy = image + RANDOM.normal(0.0, 3.0, image.shape)
        thumb = Thumb.of(np.clip(noisy, 0, 255).astype(np.uint8))
        verdict = check.look(thumb, light)
    return verdict


def kept(folder: Path, key: str = "a") -> ViewMemory:
    return ViewMemory(folder / "views" / "north.npz", key)


def test_the_first_picture_of_another_view_has_no_pose_and_the_third_says_why() -> None:
    check = ViewCheck()
    assert seen(check, view(), times=LEARNED + 3) == GOOD
    assert [seen(check, turned(view())) for _ in range(4)] == [DOUBTFUL, DOUBTFUL, MOVED, MOVED]
    assert seen(check, view()) == GOOD
    # A single picture that shows something else altogether is doubtful, and nothing more.
    assert seen(check, view(9)) == DOUBTFUL
    assert seen(check, view()) == GOOD


def test_night_and_fog_turn_no_camera_back() -> None:
    check = ViewCheck()
    seen(check, view(), times=LEARNED + 3)
    seen(check, turned(view()), times=PICTURES)
    # By another light, of which nothing is known: what it shows is not learned as its view.
    assert seen(check, turned(view(2)), Light.INFRARED, times=20) == MOVED
    assert check.verdict == MOVED  # what is said of a picture in fog
    assert seen(check, turned(view()), times=20) == MOVED
    assert seen(check, view()) == GOOD
    assert seen(check, view(2), Light.INFRARED, times=20) == GOOD


def test_what_was_learned_by_night_after_the_camera_was_turned_is_forgotten() -> None:
    check = ViewCheck()
    seen(check, view(), times=LEARNED + 3)
    # It is turned in its first night: nobody can tell yet, and the wrong view is learned.
    assert seen(check, turned(view(2)), Light.INFRARED, times=20) == GOOD
    assert seen(check, turned(view()), times=PICTURES) == MOVED
    assert seen(check, turned(view(2)), Light.INFRARED, times=20) == MOVED


def test_a_night_view_that_was_known_before_is_kept() -> None:
    check = ViewCheck()
    seen(check, view(), times=LEARNED + 3)
    seen(check, view(2), Light.INFRARED, times=LEARNED + 3)
    seen(check, view(), times=3)
    assert seen(check, turned(view()), times=PICTURES) == MOVED
    assert seen(check, view(2), Light.INFRARED) == GOOD


def test_a_view_outlives_a_restart(tmp_path: Path) -> None:
    check = ViewCheck(kept(tmp_path))
    seen(check, view(), times=LEARNED + 3)
    # The power fails, and the camera is turned meanwhile.
    after = ViewCheck(kept(tmp_path))
    assert seen(after, turned(view()), times=PICTURES) == MOVED
    # It fails again: that it was turned is not forgotten, by no light.
    later = ViewCheck(kept(tmp_path))
    assert later.verdict == MOVED
    assert seen(later, turned(view(2)), Light.NIGHT, times=9) == MOVED
    assert seen(later, view()) == GOOD
    assert ViewCheck(kept(tmp_path)).verdict == GOOD


def test_a_view_belongs_to_its_pose(tmp_path: Path) -> None:
    check = ViewCheck(kept(tmp_path))
    seen(check, view(), times=LEARNED + 3)
    seen(check, turned(view()), times=PICTURES)
    # Somebody has entered the pose that it has now.
    after = ViewCheck(kept(tmp_path, "b"))
    assert seen(after, turned(view()), times=LEARNED + 3) == GOOD


def test_whoever_forgets_a_view_says_that_it_is_right_now(tmp_path: Path) -> None:
    memory = kept(tmp_path)
    check = ViewCheck(memory)
    seen(check, view(), times=LEARNED + 3)
    assert seen(check, turned(view()), times=PICTURES) == MOVED
    (tmp_path / "views" / "north.npz").unlink()
    assert seen(check, turned(view()), times=LEARNED + 3) == GOOD
    assert seen(check, view(), times=PICTURES) == MOVED


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"\x93NUMPY\x01\x00", b"{}"])
def test_a_file_that_cannot_be_read_costs_the_memory_and_nothing_else(
    content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "views" / "north.npz"
    path.parent.mkdir()
    path.write_bytes(content)
    check = ViewCheck(kept(tmp_path))
    assert check.verdict == GOOD
    assert seen(check, view(), times=LEARNED + 3) == GOOD
    assert seen(ViewCheck(kept(tmp_path)), turned(view()), times=PICTURES) == MOVED


@pytest.mark.parametrize("damage", ["head", "shape", "infinite", "light"])
def test_a_file_with_wrong_contents_is_no_memory(damage: str, tmp_path: Path) -> None:
    seen(ViewCheck(kept(tmp_path)), view(), times=LEARNED + 3)
    path = tmp_path / "views" / "north.npz"
    with np.load(path) as file:
        arrays = dict(file.items())
    if damage == "head":
        arrays["head"] = np.array('{"key": "a"}')
    elif damage == "shape":
        arrays["day"] = arrays["day"][:9]
    elif damage == "infinite":
        arrays["day"] = np.full_like(arrays["day"], np.nan)
    else:
        arrays["head"] = np.array(str(arrays["head"]).replace('"day"', '"dusk"'))
        arrays["dusk"] = arrays["day"]
    np.savez(path, **arrays)  # type: ignore[arg-type]
    check = ViewCheck(kept(tmp_path))
    assert seen(check, turned(view()), times=PICTURES) == GOOD


def test_a_disk_that_takes_nothing_costs_the_memory_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "views").write_text("a file where the folder should be")
    check = ViewCheck(kept(tmp_path))
    assert seen(check, view(), times=LEARNED + 3) == GOOD
    assert seen(check, turned(view()), times=PICTURES) == MOVED
    assert "cannot be kept" in caplog.text


def test_a_file_is_small_and_written_whole(tmp_path: Path) -> None:
    check = ViewCheck(kept(tmp_path))
    for light in Light:
        seen(check, view(), light, times=LEARNED + 3)
    (file,) = (tmp_path / "views").iterdir()
    assert file.stat().st_size < 100_000


@pytest.mark.footage
def test_a_real_tower_that_is_turned_by_a_twelfth_of_its_view(footage: Path) -> None:
    pictures = sorted((footage / "sequences_1min" / "20180728_FIRE_rm-w-mobo-c").glob("*.jpg"))
    assert len(pictures) > 60
    check = ViewCheck()
    verdicts = []
    for number, path in enumerate(pictures):
        small = decode_jpeg(path.read_bytes(), "tower", reduction=8)
        cut = small.shape[1] // 12
        # Half way through somebody turns it: what was at its left edge is gone.
        part = small[:, :-cut] if number < 40 else small[:, cut:]
        verdicts.append(check.look(Thumb.of(np.ascontiguousarray(part)), Light.DAY))
    assert set(verdicts[:40]) == {GOOD}
    assert all(one.doubtful for one in verdicts[40:])
    assert all(one.moved for one in verdicts[42:])
