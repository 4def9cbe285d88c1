"""The fire of drills, as the settings file tells it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.config import Settings, load_settings
from models.errors import InputRefused


def settings(folder: Path, text: str) -> Settings:
    file = folder / "firewatch.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, {})


def test_a_fire_has_a_place_and_a_beginning(tmp_path: Path) -> None:
    assert settings(tmp_path, "").drones.drill is None
    since = "since = 2026-03-02T09:58:00+08:00"
    drill = settings(
        tmp_path, f"[drones.drill]\nlon_deg = 106.65\nlat_deg = 0\n{since}"
    ).drones.drill
    assert drill is not None
    assert (drill.lon_deg, drill.lat_deg) == (106.65, 0.0)
    assert drill.since == datetime(2026, 3, 2, 1, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    "lines",
    [
        "lon_deg = 106.65\nlat_deg = 28.9",
        "lon_deg = 106.65\nlat_deg = 28.9\nsince = 2026-03-02T09:58:00",
        "lon_deg = 186.65\nlat_deg = 28.9\nsince = 2026-03-02T09:58:00Z",
        "lon_deg = 106.65\nlat_deg = nan\nsince = 2026-03-02T09:58:00Z",
        'lon_deg = 106.65\nlat_deg = 28.9\nsince = 2026-03-02T09:58:00Z\nname = "x"',
    ],
)
def test_half_a_fire_and_one_that_cannot_be_are_refused(tmp_path: Path, lines: str) -> None:
    with pytest.raises(InputRefused, match=r"drones\.drill"):
        settings(tmp_path, f"[drones.drill]\n{lines}")
