"""The referee of plans counts what plain sums say, and a quick run has all its measures."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from shapely.geometry import box
from sweep_rig import CAMERA, FRAME, GEOD, hills, lonlat, wish

from benchmarks.flying import command
from benchmarks.flying.referee import Raster, flown_m, seen_share
from drone_jobs.planning import plan_sweep
from models.mission import PlanPoint, PointRole, SweepPlan

LEVEL = hills(0.0)
SWATH_M = 200.0 * math.tan(math.radians(CAMERA.horizontal_fov_deg / 2.0))
PICTURE_M = 200.0 * math.tan(math.radians(CAMERA.vertical_fov_deg / 2.0))


def straight(plan: SweepPlan, length_m: float, gimbal_deg: float = -90.0) -> SweepPlan:
    """One line eastwards from (100, 0), 100 m above level ground, a picture every 5 m."""

    def at(x_m: float, role: PointRole, template: PlanPoint) -> PlanPoint:
        lon_deg, lat_deg = FRAME.to_lonlat(x_m, 0.0)
        return replace(
            template,
            lon_deg=lon_deg,
            lat_deg=lat_deg,
            above_sea_m=600.0,
            role=role,
            gimbal_pitch_deg=gimbal_deg,
        )

    sortie = plan.sorties[0]
    first = sortie.points[0]
    ends = (at(100.0, PointRole.LINE_START, first), at(100.0 + length_m, PointRole.LINE_END, first))
    return replace(plan, sorties=(replace(sortie, points=ends, photo_distance_m=5.0),))


@pytest.fixture(scope="module")
def plan() -> SweepPlan:
    return plan_sweep(wish(box(0.0, 0.0, 300.0, 200.0)), LEVEL)


@pytest.mark.parametrize("length_m", [50.0, 300.0])
def test_a_straight_line_shows_its_strip(plan: SweepPlan, length_m: float) -> None:
    flown = straight(plan, length_m)
    area = box(-300.0, -250.0, 900.0, 250.0)
    share = seen_share(flown, Raster.of(lonlat(area), LEVEL, 3.0), CAMERA, LEVEL)
    assert share == pytest.approx(SWATH_M * (length_m + PICTURE_M) / area.area, rel=0.02)
    here, there = flown.sorties[0].points
    away_m = GEOD.inv(here.lon_deg, here.lat_deg, there.lon_deg, there.lat_deg)[2]
    assert flown_m(flown) == pytest.approx(away_m, rel=1e-6)


def test_a_camera_that_looks_ahead_shows_what_lies_ahead(plan: SweepPlan) -> None:
    ahead = straight(plan, 10.0, -45.0)
    reach = 1.0 / math.tan(math.radians(45.0 - CAMERA.vertical_fov_deg / 2.0))
    near = 1.0 / math.tan(math.radians(45.0 + CAMERA.vertical_fov_deg / 2.0))
    below = box(90.0, -20.0, 100.0 + 95.0 * near, 20.0)
    beyond = box(115.0 + 100.0 * near, -20.0, 100.0 + 95.0 * reach, 20.0)
    assert seen_share(ahead, Raster.of(lonlat(below), LEVEL, 2.0), CAMERA, LEVEL) == 0.0
    assert seen_share(ahead, Raster.of(lonlat(beyond), LEVEL, 2.0), CAMERA, LEVEL) == 1.0


def test_a_ridge_hides_what_lies_behind_it(plan: SweepPlan) -> None:
    walls = hills(0.0)
    walls.values_m[:, walls.values_m.shape[1] // 2 + 8] = 590.0
    ahead = straight(plan, 10.0, -30.0)
    behind = lonlat(box(330.0, -30.0, 400.0, 30.0))
    assert seen_share(ahead, Raster.of(behind, LEVEL, 3.0), CAMERA, LEVEL) == 1.0
    assert seen_share(ahead, Raster.of(behind, walls, 3.0), CAMERA, walls) == 0.0


def test_a_quick_run_holds_its_bars_but_for_the_clock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.main(["--quick", "--json", str(tmp_path / "drone.json")])
    assert "field_length_ratio" in capsys.readouterr().out
    report = json.loads((tmp_path / "drone.json").read_text(encoding="utf-8"))
    assert report["benchmark"] == "drone"
    held = {each["name"]: each["holds"] for each in report["measures"] if each["bar"] is not None}
    assert {"field_length_ratio", "belt_length_ratio", "holes_coverage"} <= set(held)
    assert [name for name, holds in held.items() if not holds and not name.endswith("_s")] == []
