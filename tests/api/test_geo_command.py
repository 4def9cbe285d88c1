"""``firewatch geo`` as a person types it, and the watch that stands on what it imported."""

import socket
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import rasterio
from command_line import run_firewatch
from rasterio.transform import from_origin

from api.watch import Watch
from models.clock import SystemClock
from models.store import Store

Captured = pytest.CaptureFixture[str]
LIST = """编号,名称,经度,纬度,高程,协议,地址
gn-1,古南一号,106.65,28.85,812.5,rtsp,rtsp://10.0.0.5/1
gn-2,远方,106.95,28.85,812.5,rtsp,rtsp://10.0.0.6/1
"""


@pytest.fixture(autouse=True)
def data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FIREWATCH_INFERENCE_THREADS", "1")


def firewatch(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    return run_firewatch(monkeypatch, *arguments)


def relief(path: Path, cell_deg: float) -> Path:
    side = round(0.2 / cell_deg)
    values = np.add.outer(np.arange(side), np.arange(side)).astype(np.float32) % 700 + 300.0
    values[0, 0] = np.nan
    options = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:4490"}
    place = from_origin(106.55, 28.95, cell_deg, cell_deg)
    with rasterio.open(path, "w", width=side, height=side, transform=place, **options) as dataset:
        dataset.write(values, 1)
    return path


def test_a_relief_is_imported_shown_and_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    table = tmp_path / "c.csv"
    table.write_text(LIST, encoding="utf-8")
    assert firewatch(monkeypatch, "camera", "import", table) == 0
    assert firewatch(monkeypatch, "geo", "terrain") == 1
    assert "No relief is imported" in capsys.readouterr().err
    file = relief(tmp_path / "綦江.tif", 0.001)
    assert firewatch(monkeypatch, "geo", "import-dem", file) == 1
    assert "--heights" in capsys.readouterr().err
    assert firewatch(monkeypatch, "geo", "import-dem", file, "--heights", "1985") == 0
    told = capsys.readouterr().out
    assert "綦江: 200 x 200 cells of 111.2 m" in told
    assert "COARSE" in told
    assert "sea level" in told
    assert "copied cell by cell" in told
    assert "gn-1" not in told
    assert "camera gn-2 stands outside it" in told
    assert firewatch(monkeypatch, "geo", "terrain") == 0
    assert "綦江" in capsys.readouterr().out
    assert firewatch(monkeypatch, "audit", "verify") == 0

    watches: list[Watch] = []

    def keep(watch: Watch, _listening: socket.socket) -> None:
        watches.append(watch)

    monkeypatch.setattr("api.commands.serve.run_server", keep)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert firewatch(monkeypatch, "serve", "--port", port) == 0
    terrain = watches[0].context.terrain
    assert terrain is not None
    assert (terrain.name, terrain.caution) == ("綦江", "coarse")
    with closing(Store.open(watches[0].context.settings.store_url, clock=SystemClock())) as store:
        deeds = {(entry.action, entry.subject) for entry in store.audit.entries(10)}
    assert ("terrain.imported", "綦江") in deeds


def test_every_wish_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    file = relief(tmp_path / "a.tif", 0.0005)
    wishes = ["--heights", "ellipsoid", "--name", "试", "--nodata", "301", "--synthetic"]
    part = ["--bounds", "106.60,28.80,106.70,28.90", "--crs", "EPSG:4490"]
    assert firewatch(monkeypatch, "geo", "import-dem", file, *wishes, *part) == 0
    told = capsys.readouterr().out
    assert "试: 200 x 200" in told
    assert "SYNTHETIC" in told
    assert "above the ellipsoid, taken to sea level" in told


@pytest.mark.parametrize("bounds", ["106.6,28.8", "a,b,c,d", "1,2,3,4,5"])
def test_bounds_that_are_none_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured, bounds: str
) -> None:
    file = relief(tmp_path / "a.tif", 0.001)
    assert firewatch(monkeypatch, "geo", "import-dem", file, "--bounds", bounds) == 1
    assert "four numbers" in capsys.readouterr().err


def test_a_damaged_terrain_stops_the_start_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    folder = tmp_path / "data" / "terrain"
    folder.mkdir(parents=True)
    (folder / "terrain.json").write_text("{", encoding="utf-8")
    assert firewatch(monkeypatch, "serve", "--port", 1) == 1
    capsys.readouterr()
    assert firewatch(monkeypatch, "geo", "terrain") == 1
    assert "Import it again" in capsys.readouterr().err


def test_what_the_towers_see_is_written_and_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "seen.tif"
    assert firewatch(monkeypatch, "geo", "viewshed", out) == 1
    assert "No relief is imported" in capsys.readouterr().err
    file = relief(tmp_path / "a.tif", 0.0005)
    assert firewatch(monkeypatch, "geo", "import-dem", file, "--heights", "1985") == 0
    assert firewatch(monkeypatch, "geo", "viewshed", out) == 1
    assert "There is no tower" in capsys.readouterr().err
    table = tmp_path / "c.csv"
    table.write_text(LIST, encoding="utf-8")
    assert firewatch(monkeypatch, "camera", "import", table) == 0
    short = ["--cell", 100, "--radius", 3000, "--bounds", "106.62,28.82,106.68,28.88"]
    assert firewatch(monkeypatch, "geo", "viewshed", out, *short) == 0
    told = capsys.readouterr().out
    assert "the ground itself  is seen over" in told
    assert "smoke of 100 m     is seen over" in told
    assert "camera gn-2 stands outside it" in told
    with rasterio.open(out) as dataset:
        assert dataset.tags()["TOWER_0"] == "gn-1"
        assert dataset.read(1).min() == 0.0
    assert firewatch(monkeypatch, "geo", "viewshed", out, *short, "--camera", "gn-1") == 0
    assert "gn-2" not in capsys.readouterr().out
    assert firewatch(monkeypatch, "geo", "viewshed", out, "--camera", "gn-9") == 1
    assert "There is no camera gn-9" in capsys.readouterr().err
