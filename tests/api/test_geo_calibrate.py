"""``firewatch geo calibrate`` as a person types it: it tells, and stores nothing unasked."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import rasterio
from calibration_rig import SIZE, TRUE, WRONG, drill_jpeg, masts, position
from command_line import run_firewatch
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Proj
from rasterio.transform import from_origin

from api.calibration.marks_csv import read_marks
from camera_gateway.pictures import decode_jpeg, encode_jpeg
from geo.relief import drill_relief
from models.clock import SystemClock
from models.errors import InputRefused
from models.mask import MaskKind, ViewMask
from models.site import Camera, CameraKind, HeightDatum, Preset
from models.store import Store

Captured = pytest.CaptureFixture[str]
Run = Callable[..., int]
HEAD = "name,x_px,y_px,lon,lat,height_m\n"


@pytest.fixture(scope="module")
def dem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    terrain, path = drill_relief(), tmp_path_factory.mktemp("dem") / "drill.tif"
    place = from_origin(terrain.west_deg, terrain.north_deg, terrain.cell_deg, terrain.cell_deg)
    rows, columns = terrain.values_m.shape
    options = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:4326"}
    with rasterio.open(path, "w", width=columns, height=rows, transform=place, **options) as file:
        file.write(terrain.values_m.astype(np.float32), 1)
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FIREWATCH_INFERENCE_THREADS", "1")
    return lambda *arguments: run_firewatch(monkeypatch, *arguments)


@pytest.fixture
def store(run: Run, tmp_path: Path, dem: Path) -> Iterator[Store]:
    """The drill tower with a wrong pose, on its relief."""
    assert run("geo", "import-dem", dem, "--heights", "egm96") == 0
    url = f"sqlite:///{tmp_path / 'data' / 'firewatch.db'}"
    with closing(Store.open(url, clock=SystemClock())) as opened:
        presets = (Preset(0, "群岭", WRONG),)
        opened.cameras.put(Camera("t3", "演练塔", CameraKind.TOWER, position(), presets))
        yield opened


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "t3_20261126_093000.jpg"
    file.write_bytes(drill_jpeg())
    return file


def table(rows: list[dict[str, float]], head: str = HEAD) -> str:
    keys = ("x_px", "y_px", "lon", "lat", "height_m")
    lines = (
        ",".join([f"mast {number}", *(repr(float(row[key])) for key in keys)])
        for number, row in enumerate(rows, 1)
    )
    return head + "\n".join(lines) + "\n"


def test_landmarks_are_told_and_put_in_force_when_asked(
    run: Run, store: Store, picture: Path, tmp_path: Path, capsys: Captured
) -> None:
    rows = masts()
    rows[2]["x_px"] += 40.0
    marks = tmp_path / "marks.csv"
    marks.write_text(table(rows), encoding="utf-8")
    asked = ("geo", "calibrate", "t3", "0", picture, "--landmarks", marks, "--crs", "WGS84")
    capsys.readouterr()
    assert run(*asked) == 0
    told = capsys.readouterr().out
    assert "mast 3" in told.split("DOES NOT AGREE")[0].splitlines()[-1]
    assert "4 points, 80 % agree" in told
    assert "Nothing is stored" in told
    assert store.cameras.get("t3").presets[0].pose == WRONG
    marks.write_text(table(masts()), encoding="utf-8")
    assert run(*asked, "--apply") == 0
    assert "In force as calibration 1" in capsys.readouterr().out
    pose = store.cameras.get("t3").presets[0].pose
    assert pose.azimuth_deg == pytest.approx(TRUE.azimuth_deg, abs=0.002)
    assert pose.tilt_deg == pytest.approx(TRUE.tilt_deg, abs=0.002)
    (kept,) = store.calibrations.of("t3", 0)
    assert (kept.author, kept.points, kept.width_px, kept.height_px) == ("command line", 5, *SIZE)
    assert kept.captured_at.isoformat() == "2026-11-26T01:30:00+00:00"  # of its name, here
    assert kept.known_as == WRONG  # 1.2 degrees of 60 are the same view
    reference = store.pose_checks.reference("t3", 0)
    assert reference is not None
    assert (reference.pose, reference.calibrated) == (pose, True)
    # By hand it is turned further than pictures could tell apart: found again, it begins anew.
    camera = store.cameras.get("t3")
    away = replace(pose, azimuth_deg=66.0)
    store.cameras.put(replace(camera, presets=(Preset(0, "", away),)))
    assert run(*asked, "--at", "2026-11-26T10:00:00", "--apply") == 0
    assert store.calibrations.of("t3", 0)[0].known_as is None
    assert store.calibrations.of("t3", 0)[0].captured_at.hour == 2


def test_the_skyline_finds_the_pose_of_a_picture(
    run: Run, store: Store, picture: Path, capsys: Captured
) -> None:
    assert run("geo", "calibrate", "t3", "0", picture, "--skyline", "--canopy", "6", "--apply") == 0
    told = capsys.readouterr().out
    assert "by skyline" in told
    pose = store.cameras.get("t3").presets[0].pose
    assert pose.azimuth_deg == pytest.approx(TRUE.azimuth_deg, abs=0.05)
    assert pose.tilt_deg == pytest.approx(TRUE.tilt_deg, abs=0.05)
    assert store.calibrations.of("t3", 0)[0].terrain == "drill"


def test_the_sun_needs_a_time_and_what_is_private_is_not_kept(
    run: Run, store: Store, tmp_path: Path, capsys: Captured
) -> None:
    corners = ((0.0, 0.0), (0.1, 0.0), (0.0, 0.1))
    store.masks.add(ViewMask("t3", 0, MaskKind.PRIVACY, corners, "wang", SystemClock().now()))
    image = np.zeros((540, 960, 3), np.uint8)
    silent = tmp_path / "sun.jpg"
    silent.write_bytes(encode_jpeg(image))
    asked = ("geo", "calibrate", "t3", "0", silent, "--sun", "480,270")
    assert run(*asked) == 1
    assert "does not say when" in capsys.readouterr().err
    assert run(*asked, "--at", "yesterday") == 1
    assert "is no time" in capsys.readouterr().err
    assert run(*asked[:-1], "here", "--at", "2026-11-26T08:00:00Z") == 1
    assert "is no pixel" in capsys.readouterr().err
    # At 36 N 84 W the sun rises there at 07:30 local time near midsummer's azimuth of 62.
    rising = "2026-06-20T10:23:00Z"
    assert run(*asked, "--at", rising, "--clock-sigma", "1") in {0, 1}
    both = capsys.readouterr()
    assert "sun" in (both.out + both.err).lower()
    pose = replace(WRONG, azimuth_deg=61.0, tilt_deg=1.0)
    camera = store.cameras.get("t3")
    store.cameras.put(replace(camera, presets=(Preset(0, "", pose),)))
    assert run(*asked, "--at", rising, "--clock-sigma", "1", "--apply") == 0
    assert "private" in capsys.readouterr().out
    (kept,) = store.calibrations.of("t3", 0)
    assert (kept.method, kept.picture, kept.terrain) == ("sun", "", "")
    assert store.pose_checks.reference("t3", 0) is None


def test_a_picture_that_is_no_jpeg_is_kept_as_one(
    run: Run, store: Store, tmp_path: Path, capsys: Captured
) -> None:
    png = tmp_path / "t3.png"
    cv2.imwrite(str(png), decode_jpeg(drill_jpeg(), "t3"))
    assert run("geo", "calibrate", "t3", "0", png, "--skyline", "--apply") == 0
    capsys.readouterr()
    (kept,) = store.calibrations.of("t3", 0)
    jpeg = (tmp_path / "data" / "calibrations" / kept.picture).read_bytes()
    assert decode_jpeg(jpeg, "kept").shape == (540, 960, 3)


def test_what_cannot_be_is_refused(
    run: Run, store: Store, picture: Path, tmp_path: Path, capsys: Captured
) -> None:
    marks = tmp_path / "marks.csv"
    marks.write_text(table(masts()), encoding="utf-8")
    base = ("geo", "calibrate", "t3", "0", picture)
    listed = ("--landmarks", marks)
    for asked, words in (
        (base, "exactly one"),
        ((*base, "--skyline", "--sun", "1,1"), "exactly one"),
        ((*base, *listed), "which coordinate system"),
        ((*base, *listed, "--crs", "Xian80"), "Line 2 of the landmarks: mast 1: Xian80"),
        ((*base, *listed, "--crs", "GCJ-02"), "Line 2 of the landmarks: mast 1: "),
        ((*base[:3], "7", picture, "--skyline"), "no preset 7"),
        (("geo", "calibrate", "nowhere", "0", picture, "--skyline"), "no camera"),
        ((*base[:4], tmp_path / "none.jpg", "--skyline"), "none.jpg"),
        ((*base, "--landmarks", tmp_path / "none.csv", "--crs", "WGS84"), "cannot be read"),
    ):
        assert run(*asked) == 1
        assert words in capsys.readouterr().err
    rows = masts()
    rows[1]["y_px"] = 541.0
    marks.write_text(table(rows), encoding="utf-8")
    assert run(*base, *listed, "--crs", "WGS84") == 1
    assert "Line 3 of the landmarks: mast 2 lies outside" in capsys.readouterr().err
    rows = masts()
    for number, row in enumerate(rows):
        row["x_px"] = 150.0 * number + 100.0
    marks.write_text(table(rows), encoding="utf-8")
    assert run(*base, *listed, "--crs", "WGS84") == 1
    assert "do not agree" in capsys.readouterr().err
    assert store.calibrations.of("t3", 0) == []


def test_one_that_spoils_the_rest_is_named(
    run: Run, store: Store, picture: Path, tmp_path: Path, capsys: Captured
) -> None:
    rows = masts()
    rows[0]["x_px"] += 500.0
    rows[0]["y_px"] += 200.0
    marks = tmp_path / "marks.csv"
    marks.write_text(table(rows), encoding="utf-8")
    done = run("geo", "calibrate", "t3", "0", picture, "--landmarks", marks, "--crs", "WGS84")
    told = capsys.readouterr()
    assert "mast 1" in (told.out.split("DOES NOT AGREE")[0] if done == 0 else told.err)
    assert store.calibrations.of("t3", 0) == []


def test_lists_come_in_other_words_systems_and_codings() -> None:
    east_m, north_m = Proj(32616)(-84.3, 36.24)
    text = (
        "名称;x;y;东坐标;北坐标;高度;高度基准;坐标系\r\n"
        f"信号塔;10.5;0;{east_m};{north_m};25;离地;EPSG:32616\r\n\r\n"
        "水塔;900;20;106.65;29.03;812.5;;WGS84\r\n"
    )
    for data in (text.encode("gb18030"), text.encode("utf-8-sig")):
        (first, one), (second, other) = read_marks(data)
        assert (first, one.name, one.x_px, one.y_px) == (2, "信号塔", 10.5, 0.0)
        assert (one.coordinates, one.height_datum) == ("EPSG:32616", HeightDatum.GROUND)
        assert (second, other.height_datum) == (4, HeightDatum.SEA_LEVEL)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("name,x_px\n", "no column y_px"),
        ("name,name\n", "twice"),
        ("name,colour\n", "'colour' means nothing"),
        (HEAD + 'a,1,1,1,1,1\nb,"unclosed', "not a table"),
        (HEAD + "a,1,1,106,29\n", "Line 2 of the landmarks: height_m"),
        (HEAD + "a,nan,1,106,29,1\n", "Line 2 of the landmarks: x_px"),
        (HEAD + "a,1,inf,106,29,1\n", "Line 2 of the landmarks: y_px"),
        (HEAD + "a,1,1,106,29,99999\n", "Line 2 of the landmarks: height_m"),
        (
            HEAD + "ok,1,1,106,29,9\n" + "a" * 81 + ",1,1,106,29,1\n",
            "Line 3 of the landmarks: name",
        ),
        (HEAD + "a,1,1,106,29,1,extra\n", "7 cells under 6 columns"),
        (HEAD + "a,1,1,106,29,1\n" * 101, "101 landmarks"),
        (HEAD + "x" * 1_000_001, "more than 1000000 bytes"),
    ],
)
def test_hostile_lists_are_refused_by_line(text: str, words: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read_marks(text.encode(), system="WGS84")
    assert words in refused.value.message


def test_bytes_of_no_text_are_refused() -> None:
    with pytest.raises(InputRefused, match="neither UTF-8 nor GBK"):
        read_marks(b"name\xff\xff\x00", system="WGS84")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for head in (b"", HEAD.encode()):
        with suppress(InputRefused):
            read_marks(head + data, system="WGS84")
