"""Drill fires of a run: made where they are played, always the same."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from detector.evaluate.footage import Sampling
from detector.replay.drills import FRAMES, DrillFootage, drill_footage, drill_orders, terrain_of
from detector.replay.run_file import DrillEntry
from geo.crs import HeightSystem
from geo.relief import drill_relief
from models.errors import InputRefused


def test_an_order_makes_a_fire_with_its_truth() -> None:
    (order,) = drill_orders(DrillEntry(count=1, seed=1))
    footage = drill_footage(order)
    assert footage.recording == DrillFootage(order)
    assert footage.recording.name == "drill-1-0000"
    assert footage.recording.has_known_times
    assert footage.is_drill
    assert footage.camera is not None
    assert footage.truth is not None
    (fire,) = footage.truth.fires
    assert fire.ignition_s == 0.0
    assert fire.lon_deg is not None
    found = list(footage.recording.moments(Sampling()))
    (again,) = islice(DrillFootage(order).moments(Sampling()), 1)
    assert found[0].picture == again.picture
    assert found[0].at_s < 0.0
    assert len(found) == FRAMES


def test_a_relief_is_read_from_a_file(tmp_path: Path) -> None:
    heights = np.arange(64, dtype=np.float32).reshape(8, 8) + 500.0
    path = tmp_path / "relief.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=8,
        height=8,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=from_origin(106.0, 29.0, 0.001, 0.001),
    ) as file:
        file.write(heights, 1)
    terrain = terrain_of(str(path), HeightSystem.EGM96)
    assert terrain.values_m.shape == (8, 8)
    assert np.allclose(terrain.values_m, heights, atol=1.0)
    with pytest.raises(InputRefused, match="does not say what its heights are above"):
        terrain_of(str(path), None)
    assert terrain_of("", None).name == drill_relief().name
