"""``firewatch geo seen``, ``blind`` and ``sites`` as a person types them, on the drill's relief."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rasterio
from command_line import run_firewatch
from rasterio.transform import from_origin

from api.commands import geo_coverage
from api.site import read_site
from geo.crs import Gcj02, Wgs84, from_wgs84
from geo.relief import drill_relief
from models.clock import SystemClock
from models.land import Layer
from models.patrol import PoseTrust
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store
from models.watching import Visit

Captured = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parents[2]
SIGHT = ("-84.205", "36.235")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def drill(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured) -> Store:
    """The drill district with its relief imported from a file."""
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "data"))
    terrain = drill_relief()
    rows, columns = terrain.values_m.shape
    file = tmp_path / "drill.tif"
    place = from_origin(terrain.west_deg, terrain.north_deg, terrain.cell_deg, terrain.cell_deg)
    options = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:4326"}
    with rasterio.open(
        file, "w", width=columns, height=rows, transform=place, **options
    ) as dataset:
        dataset.write(terrain.values_m, 1)
    assert run_firewatch(monkeypatch, "geo", "import-dem", file, "--heights", "egm96") == 0
    capsys.readouterr()
    store = Store.open(f"sqlite:///{tmp_path / 'data' / 'firewatch.db'}", clock=SystemClock())
    site = read_site(ROOT / "examples" / "drill")
    for camera in site.cameras.values():
        store.cameras.put(camera)
    for layer in Layer:
        store.land.replace(layer, [each for each in site.land if each.layer is layer])
    store.close()
    return store


def visited(tmp_path: Path, at: datetime) -> None:
    path = tmp_path / "data" / "firewatch.db"
    with closing(Store.open(f"sqlite:///{path}", clock=SystemClock())) as store:
        pose = store.cameras.get("t1-red").presets[0].pose
        visit = Visit("t1-red", 0, at - MINUTE, at, PoseTrust.VERIFIED, pose, 4, at - MINUTE, at)
        store.patrols.add_visits([visit])


@pytest.mark.usefixtures("drill")
def test_the_review_of_a_miss_is_told_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    assert run_firewatch(monkeypatch, "geo", "seen", *SIGHT, "--smoke", 60) == 0
    told = capsys.readouterr().out
    assert "NONE WAS LOOKING" in told
    assert "有塔能看到" in told
    assert "in the picture of preset 0" in told
    assert "nobody in the visits that are kept" in told

    moment = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
    visited(tmp_path, moment - 20 * MINUTE)
    local = "2026-04-05T11:00"  # by the site's clock
    asked = ["geo", "seen", *SIGHT, "--smoke", 60, "--at", local]
    assert run_firewatch(monkeypatch, *asked) == 0
    told = capsys.readouterr().out
    assert "IT WAS BEING WATCHED" in told
    assert "2026-04-05 10:40:00  t1-red  红岭塔 Red ridge  preset 0  verified" in told
    assert run_firewatch(monkeypatch, *asked[:-1], "2026-04-05T03:00Z", "--within", 10) == 0
    told = capsys.readouterr().out
    assert "NONE WAS LOOKING" in told
    assert "last watched before: 2026-04-05 10:40:00  t1-red" in told

    assert run_firewatch(monkeypatch, "geo", "blind", "--smoke", 90, "--most", 1) == 0
    hidden = capsys.readouterr().out.splitlines()[1].split("ha  ")[1].split("  ")[0].split(", ")
    assert run_firewatch(monkeypatch, "geo", "seen", *hidden, "--smoke", 60) == 0
    assert "NO TOWER COULD SEE THIS PLACE" in capsys.readouterr().out
    assert run_firewatch(monkeypatch, "geo", "seen", "106.65", "28.85") == 0
    told = capsys.readouterr().out
    assert "UNKNOWN" in told
    assert "no tower stands within 20 km" in told
    assert run_firewatch(monkeypatch, "geo", "seen", "-84.42", "36.235") == 0
    assert "deg  unknown  in no preset's picture" in capsys.readouterr().out


@pytest.mark.usefixtures("drill")
def test_coordinates_pass_the_door(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    place = from_wgs84(Wgs84.at(106.65, 28.85), Gcj02)
    assert isinstance(place, Gcj02)
    numbers = f"{float(place.lon_deg):.8f}", f"{float(place.lat_deg):.8f}"
    assert run_firewatch(monkeypatch, "geo", "seen", *numbers, "--crs", "GCJ-02") == 0
    assert "106.650000, 28.850000 (WGS 84)" in capsys.readouterr().out
    plane = ["36368261", "3193000", "--crs", "EPSG:4524"]
    assert run_firewatch(monkeypatch, "geo", "seen", *plane) == 0
    assert "106.65" in capsys.readouterr().out
    assert run_firewatch(monkeypatch, "geo", "seen", "28.85", "106.65") == 1
    assert "exchanged" in capsys.readouterr().err
    for wrong in (["--crs", "Beijing54"], ["--at", "gestern"], ["--at", "0001-01-01T00:00+14:00"]):
        assert run_firewatch(monkeypatch, "geo", "seen", *SIGHT, *wrong) == 1
        assert capsys.readouterr().err != ""


@pytest.mark.usefixtures("drill")
def test_blind_areas_and_new_sites_are_told_with_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    assert run_firewatch(monkeypatch, "geo", "blind", "--smoke", 50, "--most", 3) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 4
    assert "ha are blind" in told[0]
    assert "演练" in told[1]
    sizes = [float(line.split()[0]) for line in told[1:]]
    assert sizes == sorted(sizes, reverse=True)
    kept = sorted((tmp_path / "data" / "coverage").iterdir())
    assert len(kept) == 3

    box = ["--bounds", "-84.40,36.20,-84.25,36.40", "--road", 2500]
    assert run_firewatch(monkeypatch, "geo", "sites", "--count", 2, *box) == 0
    told = capsys.readouterr().out.splitlines()
    gains = [float(line.split(" m  ")[1].split()[0]) for line in told]
    assert len(gains) == 2
    assert gains == sorted(gains, reverse=True)
    assert sorted((tmp_path / "data" / "coverage").iterdir()) == kept
    assert run_firewatch(monkeypatch, "geo", "sites", "--bounds", "0,0,1,1") == 0
    assert "No hill top there" in capsys.readouterr().out
    assert run_firewatch(monkeypatch, "geo", "sites", "--bounds", "0,0") == 1


@pytest.mark.usefixtures("drill")
def test_many_towers_are_told_by_the_best_twelve(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "data" / "firewatch.db"
    with closing(Store.open(f"sqlite:///{path}", clock=SystemClock())) as store:
        for number in range(geo_coverage.MOST_TOLD):
            place = Position(-84.3 + number / 200, 36.3, 30.0, HeightDatum.GROUND)
            preset = Preset(0, "北", Pose(0.0, 0.0, 0.0, 60.0))
            key = f"n{number}"
            store.cameras.put(Camera(key, key, CameraKind.TOWER, place, (preset,)))
    assert run_firewatch(monkeypatch, "geo", "seen", *SIGHT) == 0
    assert "and 3 more towers in reach" in capsys.readouterr().out


def test_without_relief_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "data"))
    for command in (["seen", *SIGHT], ["blind"], ["sites"]):
        assert run_firewatch(monkeypatch, "geo", *command) == 1
        assert "No relief is imported" in capsys.readouterr().err
