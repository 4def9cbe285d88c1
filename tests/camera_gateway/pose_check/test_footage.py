"""Real towers over hours and days: steady is steady, a turn is found, and fog says nothing."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.ground.drift import WIDE, WIDER
from benchmarks.ground.turned import turned
from camera_gateway.pictures import read_picture
from camera_gateway.pose_check.compare import Offset, offset_of
from camera_gateway.pose_check.scene import Scene, grey_of, scene_of, work_size
from models.site import Pose

FOOTAGE = Path(__file__).resolve().parents[4] / "shared" / "data" / "footage"
ROANOKE = FOOTAGE / "sequences_nofire" / "roanoke_millmtn"
MINUTES = FOOTAGE / "sequences_1min"

pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not ROANOKE.is_dir(), reason="the footage is not at hand"),
]


def said(reference: Path, seen: Path, pose: Pose, *off_deg: float) -> Offset | None:
    """What a picture says against a reference, of a camera that was turned so much."""
    known, picture = read_picture(reference), read_picture(seen)
    if off_deg:
        picture = turned(picture, pose, *off_deg)
    size_px = work_size(known.shape[1::-1])
    scene: Scene = scene_of(grey_of(known, size_px))
    return offset_of(scene, grey_of(picture, size_px), pose)


@pytest.mark.parametrize(
    "name",
    [
        "20260725T121245Z",  # fog
        "20260802T001340Z",  # fog
        "20260802T062318Z",  # fog by night
        "20260726T084351Z",  # near infrared
        "20260727T081725Z",  # a town's lamps
    ],
)
def test_fog_and_night_say_nothing(name: str) -> None:
    assert said(ROANOKE / "20260722T142639Z.jpg", ROANOKE / f"{name}.jpg", WIDE) is None


@pytest.mark.parametrize(
    "off", [(0.0, 0.0, 0.0), (0.1, 0.0, 0.0), (-0.2, 0.1, 0.0), (0.0, 0.0, 0.3)]
)
@pytest.mark.parametrize(
    ("known", "seen"),
    [
        ("20260722T142639Z", "20260805T131630Z"),  # a fortnight
        ("20260722T142639Z", "20260727T204500Z"),  # the morning and the hottest hour
        ("20260801T124235Z", "20260806T152716Z"),  # rain and fog in between
    ],
)
def test_a_turn_is_found_over_days_and_weathers(
    known: str, seen: str, off: tuple[float, float, float]
) -> None:
    found = said(ROANOKE / f"{known}.jpg", ROANOKE / f"{seen}.jpg", WIDE, *off)
    assert found is not None
    # What the tower itself does between morning and afternoon is in it: up to 0.04 degrees.
    assert found.azimuth_deg == pytest.approx(off[0], abs=0.04)
    assert found.tilt_deg == pytest.approx(off[1], abs=0.04)
    assert found.roll_deg == pytest.approx(off[2], abs=0.05)


@pytest.mark.parametrize("tower", ["rm-n", "smer", "om-e", "pi-s", "syp-w", "rm-w"])
def test_a_turn_is_found_within_an_hour_while_smoke_rises(tower: str) -> None:
    (folder,) = MINUTES.glob(f"*{tower}*")
    files = sorted(folder.glob("*.jpg"))
    for off in ((), (0.1, -0.1, 0.0)):
        found = said(files[0], files[-1], WIDER, *off)
        assert found is not None
        azimuth, tilt, roll = off or (0.0, 0.0, 0.0)
        assert found.azimuth_deg == pytest.approx(azimuth, abs=0.03)
        assert found.tilt_deg == pytest.approx(tilt, abs=0.03)
        assert found.roll_deg == pytest.approx(roll, abs=0.03)


def test_a_smaller_stream_of_a_real_tower_says_the_same() -> None:
    known = read_picture(ROANOKE / "20260722T142639Z.jpg")
    seen = turned(read_picture(ROANOKE / "20260801T151724Z.jpg"), WIDE, 0.2)
    small = np.asarray(cv2.resize(seen, (480, 360), interpolation=cv2.INTER_AREA), np.uint8)
    scene = scene_of(grey_of(known, (480, 360)))
    found = offset_of(scene, grey_of(small, (480, 360)), WIDE)
    assert found is not None
    assert found.azimuth_deg == pytest.approx(0.2, abs=0.04)
