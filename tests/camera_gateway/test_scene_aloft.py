"""What a drill's aircraft sees: the relief where it is, the fire where it was set."""

import cv2
import numpy as np
import pytest

from camera_gateway.scene import Plume
from camera_gateway.scene.aloft import AloftScene, Burning
from geo.camera import pixel_of_ray
from geo.crs import LocalFrame
from geo.relief import drill_relief
from models.site import HeightDatum, Pose, Position

RELIEF = drill_relief()
FIRE = (-84.3061900, 36.2463033)
FRAME = LocalFrame(*FIRE)
SIZE = (320, 240)


@pytest.fixture(scope="module")
def scene() -> AloftScene:
    return AloftScene(RELIEF, FIRE)


def lens(east_m: float, north_m: float, above_m: float = 100.0) -> Position:
    lon_deg, lat_deg = (float(value) for value in FRAME.to_lonlat(east_m, north_m))
    ground_m = float(RELIEF.height_at(lon_deg, lat_deg))
    return Position(lon_deg, lat_deg, ground_m + above_m, HeightDatum.SEA_LEVEL)


def test_smoke_stands_on_its_place(scene: AloftScene) -> None:
    """Held against a ray to the ground there, by what the smoke changed in the picture."""
    for bearing_deg, away_m, pitch_deg in ((66.0, 400.0, -15.0), (180.0, 500.0, -25.0)):
        bearing = np.radians(bearing_deg)
        eye = lens(-away_m * np.sin(bearing), -away_m * np.cos(bearing))
        pose = Pose(bearing_deg, pitch_deg, 0.0, 66.0)
        fire = Burning(*FIRE, 60.0)
        quiet, burning = (scene.still(eye, pose, SIZE, each) for each in (None, fire))
        changed = np.abs(burning.astype(int) - quiet.astype(int)).max(axis=2) > 12
        rows = np.flatnonzero(changed.any(axis=1))
        lowest = np.flatnonzero(changed[rows[-1] - 2])
        rise_m = float(RELIEF.height_at(*FIRE)) - eye.height_m
        foot = pixel_of_ray(bearing_deg, np.degrees(np.arctan2(rise_m, away_m)), *SIZE, pose)
        assert rows[-1] == pytest.approx(foot[1], abs=14)
        assert lowest.mean() == pytest.approx(foot[0], abs=14)
        assert scene.shows(eye, pose, SIZE, fire)
        assert not scene.shows(eye, pose, SIZE, None)


def test_behind_it_far_away_and_straight_below_nothing_is_drawn(scene: AloftScene) -> None:
    fire = Burning(*FIRE, 60.0)
    eye = lens(0.0, -500.0)
    for at, pose in (
        (eye, Pose(180.0, -15.0, 0.0, 66.0)),
        (eye, Pose(0.0, -90.0, 0.0, 66.0)),
        (lens(0.0, -9_000.0, 400.0), Pose(0.0, -2.0, 0.0, 66.0)),
        (lens(0.0, 0.0, 10.0), Pose(0.0, -60.0, 0.0, 66.0)),
    ):
        assert not scene.shows(at, pose, SIZE, fire)
        assert (scene.still(at, pose, SIZE, fire) == scene.still(at, pose, SIZE, None)).all()
    nowhere = Burning(-80.0, 36.0, 60.0)
    assert not scene.shows(eye, Pose(0.0, -15.0, 0.0, 66.0), SIZE, nowhere)


def test_trees_stay_where_they_are_when_the_aircraft_moves(scene: AloftScene) -> None:
    """Straight down, 30 m northwards move the picture by 30 m and nothing else."""
    south, north = lens(0.0, -500.0, 120.0), lens(0.0, -470.0, 120.0)
    level = Position(north.lon_deg, north.lat_deg, south.height_m, HeightDatum.SEA_LEVEL)
    down = Pose(0.0, -90.0, 0.0, 66.0)
    before, after = (
        cv2.GaussianBlur(scene.still(eye, down, SIZE, None).mean(axis=2), (0, 0), 3.0)
        for eye in (south, level)
    )
    moved_px = round(30.0 * SIZE[0] / 2.0 / np.tan(np.radians(33.0)) / 115.0)
    alike = {
        shift_px: np.corrcoef(
            before[: SIZE[1] - shift_px, 60:-60].ravel(), after[shift_px:, 60:-60].ravel()
        )[0, 1]
        for shift_px in range(0, 2 * moved_px, 2)
    }
    assert max(alike, key=lambda shift_px: alike[shift_px]) == pytest.approx(moved_px, rel=0.2)


def test_from_above_a_plume_is_a_patch_and_from_the_side_it_stands() -> None:
    def height_of(up_share: float, away_wind: float) -> float:
        plume = Plume(
            (240.0, 300.0),
            range_m=500.0,
            pixels_per_metre=0.5,
            cross_wind=0.0,
            seed=7,
            up_share=up_share,
            away_wind=away_wind,
        )
        reach = [puff.up_m for puff in plume._puffs(90.0)]
        return max(reach) - min(reach)

    assert height_of(0.0, 0.0) < 0.05 * height_of(1.0, 0.0)
    assert height_of(0.0, 0.9) > 50.0
