"""``firewatch sweep`` as its user types it: plans, looks, checks, and one line of refusal."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import run_firewatch
from land_files import geojson, kml
from shapely.geometry import box

from drone_jobs.missions.reading import read_mission

LON, LAT = 106.55, 28.95
FIELD = box(LON, LAT, LON + 0.002, LAT + 0.002)
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    file = tmp_path / "firewatch.toml"
    file.write_text(f'data_dir = "{tmp_path}"\n', encoding="utf-8")

    def typed(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run_firewatch(monkeypatch, "sweep", *arguments, "--settings", file)
        told = capsys.readouterr()
        return code, told.out, told.err

    return typed


def area(folder: Path) -> Path:
    file = folder / "area.geojson"
    file.write_bytes(geojson(FIELD))
    return file


def test_an_area_is_planned_and_written(say: Say, tmp_path: Path) -> None:
    out = tmp_path / "out"
    level = ("--level", 400, "--out", out, "--aircraft", "Matrice 4T")
    code, told, err = say("plan", area(tmp_path), *level)
    assert code == 0, err
    assert "No home was told" in err
    assert "synthetic" in err
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["figures"]["covered_share"] >= 0.995
    assert summary["take_off_above_sea_m"] == 400.0
    assert set(summary["files"]) == {"flight-1.kmz", "flight-1.geojson", "flight-1.kml"}
    for name in summary["files"]:
        assert str(out / name) in told.splitlines()
        assert len(read_mission((out / name).read_bytes(), name).points) > 2
    whats = json.loads((out / "sweep.geojson").read_text(encoding="utf-8"))["features"]
    assert {one["properties"]["what"] for one in whats} >= {"target", "seen", "fence", "flight"}


def test_an_area_may_be_kml(say: Say, tmp_path: Path) -> None:
    corners = " ".join(f"{lon},{lat}" for lon, lat in FIELD.exterior.coords)
    ring = f"<LinearRing><coordinates>{corners}</coordinates></LinearRing>"
    ring = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
    file, out = tmp_path / "a.kml", tmp_path / "out"
    file.write_text(kml(f"<Placemark><name>北坡</name>{ring}</Placemark>"), encoding="utf-8")
    code, told, err = say(
        "plan", file, "--level", 0, "--out", out, "--aircraft", "PX4 example",
        "--home", f"{LON - 0.001},{LAT}", "--format", "plan",
    )  # fmt: skip
    assert code == 0, err
    assert told.startswith("北坡: ")
    assert "No home" not in err
    assert {one.name for one in out.iterdir()} == {"flight-1.plan", "sweep.geojson", "summary.json"}


def test_a_place_is_looked_at(say: Say, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for place, home in (((LON, LAT), f"{LON},{LAT - 0.004}"), ((-84.22, 36.3), "-84.224,36.3")):
        for views, least in (("2", 2), ("orbit", 6)):
            code, _, err = say(
                "look", *place, "--level", 400, "--out", out, "--aircraft", "Matrice 4T",
                "--home", home, "--views", views, "--format", "kml",
            )  # fmt: skip
            assert code == 0, err
            summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
            assert summary["kind"] == "look"
            assert summary["flights"][0]["points"] >= least + 2


def test_it_refuses_with_a_reason(say: Say, tmp_path: Path) -> None:
    file, out = area(tmp_path), tmp_path / "out"
    usual = ("--out", out, "--aircraft", "Matrice 4T")
    level = ("--level", 0, *usual)
    for arguments, words in (
        (("plan", "nowhere", *level), "is no file"),
        (("plan", file, *usual), "no elevation model"),
        (("plan", file, "--level", 0, "--out", out, "--aircraft", "x"), "There is no aircraft"),
        (("plan", file, *level, "--home", "here"), "is no place"),
        (("plan", file, *level, "--height", 300), "cannot be flown"),
        (("plan", file, *level, "--no-fly", file), "no-fly"),
        (("look", LON, LAT, *level), "Nobody has said where"),
        (("look", 200, LAT, *level), "is no place"),
        (("check", tmp_path / "gone.kmz"), "cannot be read"),
        (("check", tmp_path / "firewatch.toml"), "no mission file"),
    ):
        code, _, err = say(*arguments)
        assert code == 1, arguments
        assert words in err, (arguments, err)
    assert not out.exists()
