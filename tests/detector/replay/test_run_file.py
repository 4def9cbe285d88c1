"""RUN.toml: every key is checked, paths are the file's."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.evaluate.footage import Sampling
from detector.replay.run_file import RunFile, read_run
from models.errors import InputRefused
from models.footage import Conditions, Light, Sky
from models.frame import FrameMode
from models.site import HeightDatum

ROOT = Path(__file__).resolve().parents[3]
WHOLE = """
name = "autumn"
model = "cards/own.toml"
settings = "decision.toml"
workers = 3
rate = 60.0
device = "cpu"
dem = "relief.tif"
[[footage]]
path = "tower7"
truth = "truths"
scene = "tower7"
every = 2
fps = 0.5
video_s = 60.0
[footage.conditions]
light = "day"
sky = "fog"
range_m = 4000.0
[footage.camera]
lon_deg = 106.65
lat_deg = 29.0
height_m = 30.0
height_datum = "ground"
azimuth_deg = 0.0
tilt_deg = -2.0
horizontal_fov_deg = 40.0
tilt_sigma_deg = 0.0
[[drill]]
count = 3
seed = 0
dem = "relief.tif"
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "RUN.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_whole_run_is_read_and_paths_are_seen_from_it(tmp_path: Path) -> None:
    run = read_run(written(tmp_path, WHOLE))
    assert (run.name, run.workers, run.rate, run.device) == ("autumn", 3, 60.0, "cpu")
    assert run.model == str(tmp_path / "cards/own.toml")
    assert (run.settings, run.dem) == (
        str(tmp_path / "decision.toml"),
        str(tmp_path / "relief.tif"),
    )
    (footage,) = run.footage
    assert (footage.path, footage.truth) == (str(tmp_path / "tower7"), str(tmp_path / "truths"))
    assert footage.sampling == Sampling(2, 0.5, 60.0)
    known = Conditions(mode=FrameMode.INFRARED, sky=Sky.CLEAR, range_m=1.0)
    assert footage.conditions.over(known) == Conditions(
        Light.DAY, FrameMode.INFRARED, Sky.FOG, None, 4000.0
    )
    assert footage.camera is not None
    camera = footage.camera.camera()
    assert camera.position.height_datum is HeightDatum.GROUND
    assert camera.presets[0].pose.azimuth_deg == 0.0
    assert camera.presets[0].pose.tilt_sigma_deg == 0.0
    assert (run.drill[0].count, run.drill[0].dem) == (3, str(tmp_path / "relief.tif"))


def test_what_is_left_out_has_a_default_and_a_cards_name_is_no_path(tmp_path: Path) -> None:
    text = 'name = "a"\nmodel = "firewatch-yolo26n"\n[[footage]]\npath = "/there"\n'
    run = read_run(written(tmp_path, text))
    assert (run.model, run.settings, run.dem) == ("firewatch-yolo26n", "", "")
    assert (run.workers, run.rate, run.device) == (0, 0.0, "auto")
    assert (run.footage[0].path, run.footage[0].truth) == ("/there", "")
    assert run.footage[0].sampling == Sampling()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (WHOLE.replace("name =", "nam ="), r"\bnam is not known"),
        (WHOLE.replace("every =", "evry ="), r"footage\.0\.evry is not known"),
        (WHOLE.replace("light =", "licht ="), r"footage\.0\.conditions\.licht is not known"),
        (WHOLE.replace("tilt_deg", "tlt_deg"), r"footage\.0\.camera\.tlt_deg is not known"),
        (WHOLE.replace('"day"', '"noon"'), r"footage\.0\.conditions\.light"),
        (WHOLE.replace("azimuth_deg = 0.0", "azimuth_deg = 360.0"), r"azimuth_deg"),
        (WHOLE.replace("rate = 60.0", "rate = nan"), "rate"),
        (WHOLE.replace("workers = 3", "workers = -1"), "workers"),
        (WHOLE.replace("count = 3", "count = 0"), r"drill\.0\.count"),
        (WHOLE.replace('device = "cpu"', 'device = "abacus"'), "device"),
        ('name = "a"', "names no"),
        ('name = ""\n[[drill]]\ncount = 1', "name"),
        ('name = "a"\nfootage = 3', "footage"),
        ('name = "a"\nfootage = [3]', "footage"),
        ("name = ", "not TOML"),
        (b"\xff\xfe", "not TOML"),
        (b" " * 1_000_001, "larger"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str | bytes, named: str) -> None:
    with pytest.raises(InputRefused, match=named) as caught:
        read_run(written(tmp_path, text))
    assert caught.value.code == "replay_run"
    assert "docs/evaluation.md" in str(caught.value)


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be read"):
        read_run(tmp_path / "none.toml")


@settings(max_examples=60)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_rubbish_is_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    with pytest.raises(InputRefused):
        read_run(written(tmp_path_factory.mktemp("rubbish"), data))


def test_the_run_of_the_benchmark_and_that_of_the_page_are_runs(tmp_path: Path) -> None:
    assert read_run(ROOT / "benchmarks/replay/RUN.toml").footage
    page = (ROOT / "docs/evaluation.md").read_text(encoding="utf-8")
    shown = page.split("```toml\n", 1)[1].split("```", 1)[0]
    run = read_run(written(tmp_path, shown))
    given_keys = set(tomllib.loads(shown))
    assert given_keys == set(RunFile.model_fields)
    assert set(tomllib.loads(shown)["footage"][0]) == set(type(run.footage[0]).model_fields)
    assert set(tomllib.loads(shown)["drill"][0]) == set(type(run.drill[0]).model_fields)
