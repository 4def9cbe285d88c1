"""``firewatch geo cross`` as a duty officer types it."""

import io
import sys
from pathlib import Path

import pytest
from command_line import run_firewatch
from pyproj import Geod

from geo.crs import Gcj02, Wgs84, from_wgs84

GEOD = Geod(ellps="WGS84")
FIRE = (106.68, 28.99)
TOWERS = {"老瀛山": (106.60, 29.00), "古剑山": (106.70, 29.05), "横山": (106.65, 28.93)}
HEAD = "name,lon,lat,bearing_deg,sigma_deg,sigma_m\n"

Captured = pytest.CaptureFixture[str]


def looks(name: str, off_deg: float = 0.0, sigma_deg: float = 0.2) -> str:
    at = TOWERS[name]
    azimuth_deg = (GEOD.inv(*at, *FIRE)[0] + off_deg) % 360.0
    return f"{name},{at[0]},{at[1]},{azimuth_deg:.4f},{sigma_deg},\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "方位.csv"


def cross(monkeypatch: pytest.MonkeyPatch, file: object, system: str = "WGS84") -> int:
    return run_firewatch(monkeypatch, "geo", "cross", file, "--system", system)


def test_three_bearings_and_a_call_meet(
    monkeypatch: pytest.MonkeyPatch, table: Path, capsys: Captured
) -> None:
    rows = "".join(looks(name) for name in TOWERS) + f"来电,{FIRE[0]},{FIRE[1]},,,400\n"
    table.write_text(HEAD + rows, encoding="gb18030")
    assert cross(monkeypatch, table) == 0
    told = capsys.readouterr().out
    assert "28.990000 N, 106.680000 E  (WGS 84)" in told
    assert "90 % ellipse: half axes" in told
    assert "likelihood 100 %" in told
    assert len([line for line in told.splitlines() if "sigma" in line]) == 4
    assert "老瀛山" in told


def test_two_bearings_tell_no_likelihood(
    monkeypatch: pytest.MonkeyPatch, table: Path, capsys: Captured
) -> None:
    table.write_text("\ufeff" + HEAD + looks("老瀛山") + looks("古剑山"), encoding="utf-8")
    assert cross(monkeypatch, table) == 0
    assert "chi2" not in capsys.readouterr().out


def test_another_system_passes_its_door(
    monkeypatch: pytest.MonkeyPatch, table: Path, capsys: Captured
) -> None:
    rows = []
    for name in ("老瀛山", "古剑山"):
        shifted = from_wgs84(Wgs84.at(*TOWERS[name]), Gcj02)
        assert isinstance(shifted, Gcj02)
        lon, lat = shifted.pair
        rows.append(f"{name},{lon:.7f},{lat:.7f},{looks(name).split(',')[3]},0.2,\n")
    table.write_text(HEAD + "".join(rows), encoding="utf-8")
    assert cross(monkeypatch, table, "GCJ-02") == 0
    assert "28.9900" in capsys.readouterr().out


def test_one_mast_and_lines_that_part_are_a_direction_only(
    monkeypatch: pytest.MonkeyPatch, table: Path, capsys: Captured
) -> None:
    table.write_text(HEAD + looks("老瀛山") + looks("老瀛山", 20.0), encoding="utf-8")
    assert cross(monkeypatch, table) == 1
    assert "one mast" in capsys.readouterr().out
    table.write_text(HEAD + looks("老瀛山", 180.0) + looks("古剑山"), encoding="utf-8")
    assert cross(monkeypatch, table) == 1
    assert "they part" in capsys.readouterr().out


def test_those_who_do_not_see_one_fire_are_refused_and_the_pairs_are_told(
    monkeypatch: pytest.MonkeyPatch, table: Path, capsys: Captured
) -> None:
    rows = looks("老瀛山") + looks("古剑山") + looks("横山", 6.0)
    table.write_text(HEAD + rows, encoding="utf-8")
    assert cross(monkeypatch, table) == 0
    told = capsys.readouterr().out
    assert "No place: they do not see one fire." in told
    assert "chi2" in told
    assert told.count("(WGS 84)") == 3  # each two of them meet somewhere


def test_a_table_comes_over_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    text = HEAD + looks("老瀛山") + looks("古剑山")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert cross(monkeypatch, "-") == 0
    assert "28.99" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "system", "words"),
    [
        (HEAD + "a,1,2,3,4,\nb,1,2,3,4,\n", "", "which system"),
        (HEAD + "a,28.85,106.65,3,4,\nb,1,2,3,4,\n", "WGS84", "exchanged"),
        ("name,lon\na,1\n", "WGS84", "no column lat"),
        ("", "WGS84", "no column name"),
        (HEAD, "WGS84", "0 witnesses"),
        (HEAD + "a,106,29,3,0.1,\n", "WGS84", "1 witnesses"),
        (HEAD + "a,106,29,3,0.1,\n" * 201, "WGS84", "201 witnesses"),
        (HEAD + "a,,29,3,0.1,\n", "WGS84", "Row 2 needs lon and lat"),
        (HEAD + "a,106,29,,,\n", "WGS84", "Row 2 needs sigma_m"),
        (HEAD + "a,106,29,,,-5\n", "WGS84", "Row 2 needs sigma_m"),
        (HEAD + "a,106,29,3,,\n", "WGS84", "Row 2 needs sigma_deg"),
        (HEAD + "a,106,29,3,nan,\n", "WGS84", "Row 2 needs sigma_deg"),
        (HEAD + "a,106,29,361,1,\n", "WGS84", "Row 2 needs bearing_deg"),
        (HEAD + "a,106,29,东北,1,\n", "WGS84", "Row 2 needs a number in bearing_deg"),
        (HEAD + "a,inf,29,3,1,\n", "WGS84", "not a finite number"),
        (HEAD + '"' + "a" * 200_000 + '",106,29,3,1,\n', "WGS84", "no table"),
    ],
)
def test_what_cannot_be_crossed_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
    table: Path,
    capsys: Captured,
    *,
    text: str,
    system: str,
    words: str,
) -> None:
    table.write_text(text, encoding="utf-8")
    assert cross(monkeypatch, table, system) == 1
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.out == ""


def test_a_file_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    assert cross(monkeypatch, tmp_path / "none.csv") == 1
    assert "cannot be read" in capsys.readouterr().err
    picture = tmp_path / "a.csv"
    picture.write_bytes(b"\xff\xd8\xff\xff\x80")
    assert cross(monkeypatch, picture) == 1
    assert "no text" in capsys.readouterr().err
    picture.write_bytes(b"a" * 1_000_001)
    assert cross(monkeypatch, picture) == 1
    assert "1 MB" in capsys.readouterr().err
