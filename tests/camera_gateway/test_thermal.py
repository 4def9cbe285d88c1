"""Pictures of heat: FLIR's, floating point, declared whole numbers, levels, painted, damaged."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera_gateway.thermal import MOST_PX, read_thermal
from camera_gateway.thermal.flir import celsius_of, flir_file, raw_size
from models.errors import InputRefused
from models.thermal import ThermalEncoding, ThermalImage, ThermalScale

INFRARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage" / "infrared"
GOLDEN = json.loads(
    (Path(__file__).resolve().parents[1] / "fixtures" / "thermal" / "flir_celsius.json").read_text()
)["files"]
E40 = INFRARED / "flir_radiometric" / "FLIR_E40.jpg"
RAMP = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
LINEAR = [one for one in ThermalEncoding if one.step_and_zero_c is not None]


def coded(numbers: np.ndarray[Any, Any], kind: str = ".png") -> bytes:
    done, data = cv2.imencode(kind, numbers)
    assert done
    return data.tobytes()


def refused(data: bytes, encoding: ThermalEncoding = ThermalEncoding.AS_TOLD) -> str:
    with pytest.raises(InputRefused) as caught:
        read_thermal(data, "n-1", encoding)
    assert caught.value.remedy
    return caught.value.code


def rank_correlation(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> float:
    ranks = [np.argsort(np.argsort(one.ravel(), kind="stable")) for one in (first, second)]
    return float(np.atleast_2d(np.corrcoef(np.array(ranks, np.float64)))[0, 1])


@pytest.mark.parametrize("name", GOLDEN)
def test_temperatures_of_flir_are_those_of_another_reader(name: str) -> None:
    """The other reader (it stands in the fixture) took the pictures apart on its own."""
    golden = GOLDEN[name]
    data = (INFRARED / name).read_bytes()
    image = read_thermal(data, name)
    assert image.scale is ThermalScale.CELSIUS
    assert list(image.size_px) == golden["size_px"] == list(raw_size(flir_file(data)) or ())
    levels = image.levels
    told = [float(levels[y, x]) for x, y, _ in golden["readings"]]
    assert told == pytest.approx([celsius for *_, celsius in golden["readings"]], abs=1e-3)
    assert float(levels.min()) == pytest.approx(golden["least_c"], abs=1e-3)
    assert float(levels.max()) == pytest.approx(golden["most_c"], abs=1e-3)
    assert float(levels.mean()) == pytest.approx(golden["mean_c"], abs=1e-3)


def test_floating_point_is_degrees() -> None:
    path = INFRARED / "flame3_Sycan" / "TIFF" / "00006.TIFF"
    image = read_thermal(path.read_bytes(), "00006")
    assert image.scale is ThermalScale.CELSIUS
    assert image.top is None
    same = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert same is not None
    assert np.array_equal(image.levels, same)


def test_whole_numbers_that_nobody_declares_are_levels() -> None:
    data = (INFRARED / "ifth_flameT_pointD" / "A35_469.tiff").read_bytes()
    image = read_thermal(data, "A35")
    assert image.scale is ThermalScale.RELATIVE
    assert image.top == 16383.0 == image.levels.max()  # 14 bits, and the fire is beyond them


@pytest.mark.parametrize("number", ["00006", "00007"])
def test_a_painted_picture_is_ordered_as_its_temperatures(number: str) -> None:
    folder = INFRARED / "flame3_Sycan"
    painted = read_thermal((folder / "Thermal" / f"{number}.JPG").read_bytes(), number)
    true = read_thermal((folder / "TIFF" / f"{number}.TIFF").read_bytes(), number)
    assert painted.scale is ThermalScale.RELATIVE
    assert rank_correlation(painted.levels, true.levels) > 0.95


@pytest.mark.parametrize("palette", ["JET", "RAINBOW", "TURBO", "INFERNO", "HOT", "PLASMA"])
def test_palettes_are_turned_back(palette: str) -> None:
    painted = cv2.applyColorMap(RAMP, getattr(cv2, f"COLORMAP_{palette}"))
    image = read_thermal(coded(painted), palette)
    assert rank_correlation(image.levels, RAMP) > 0.99


@settings(max_examples=60, deadline=None)
@given(
    encoding=st.sampled_from(LINEAR),
    low_c=st.floats(-20.0, 30.0),
    span_k=st.floats(1.0, 200.0),
)
def test_declared_whole_numbers_are_temperatures(
    encoding: ThermalEncoding, low_c: float, span_k: float
) -> None:
    assert encoding.step_and_zero_c is not None
    step_c, zero_c = encoding.step_and_zero_c
    celsius = np.linspace(max(low_c, zero_c), max(low_c, zero_c) + span_k, 48).reshape(6, 8)
    numbers = np.rint((celsius - zero_c) / step_c)
    if numbers.min() < 0.0:
        return  # degrees without a shift know no frost
    for kind in (".png", ".tiff"):
        image = read_thermal(coded(numbers.astype(np.uint16), kind), "n", encoding)
        assert image.scale is ThermalScale.CELSIUS
        assert image.levels == pytest.approx(celsius, abs=step_c / 2.0 + 1e-3)


def test_a_reading_at_the_end_of_its_bits_may_be_hotter() -> None:
    numbers = np.full((8, 8), 29_315, np.uint16)
    numbers[3, 3] = 65_535
    image = read_thermal(coded(numbers), "n", ThermalEncoding.CENTIKELVIN)
    assert image.top == pytest.approx(382.2)
    numbers[3, 3] = 65_534
    assert read_thermal(coded(numbers), "n", ThermalEncoding.CENTIKELVIN).top is None


def test_black_may_be_hot() -> None:
    white = read_thermal(coded(RAMP), "n", ThermalEncoding.WHITE_HOT)
    black = read_thermal(coded(RAMP), "n", ThermalEncoding.BLACK_HOT)
    assert np.array_equal(black.levels, -white.levels)
    assert (white.top, black.top) == (255.0, 0.0)
    assert read_thermal(coded(RAMP + 1), "n", ThermalEncoding.BLACK_HOT).top == 0.0
    assert read_thermal(coded(RAMP // 2 + 1), "n", ThermalEncoding.BLACK_HOT).top is None
    assert white.scale is black.scale is ThermalScale.RELATIVE


def test_numbers_that_make_no_temperatures_are_refused() -> None:
    numbers = np.full((8, 8), 29_315, np.uint16)
    assert refused(coded(numbers), ThermalEncoding.DECIKELVIN) == "thermal_scale"
    assert refused(coded(numbers // 10), ThermalEncoding.CENTIKELVIN) == "thermal_scale"
    assert refused(coded(RAMP), ThermalEncoding.CENTIKELVIN) == "thermal_scale"
    assert refused(coded(np.full((8, 8), 400.0, np.float32), ".tiff")) == "thermal_scale"


def test_dead_pixels_are_neither_hot_nor_cold() -> None:
    celsius = np.full((20, 20), 12.5, np.float32)
    celsius[4, 4:9] = [np.nan, np.inf, -np.inf, 90.0, 11.0]
    image = read_thermal(coded(celsius, ".tiff"), "n")
    assert image.levels[4, 4:9].tolist() == [12.5, 12.5, 12.5, 90.0, 11.0]
    celsius[:2] = np.nan
    assert refused(coded(celsius, ".tiff")) == "thermal_dead"


def test_what_is_no_picture_is_refused() -> None:
    head = coded(np.zeros((4, 4), np.uint8))
    giant = head[:16] + (30_000).to_bytes(4, "big") * 2 + head[24:]
    for data in (b"", b"II*\x00", b"\xff\xd8\xff", b"no picture", head[:40], giant):
        assert refused(data) == "thermal_damaged"
    assert MOST_PX < 30_000**2


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_damaged_file_of_flir_is_read_or_refused(data: st.DataObject) -> None:
    whole = E40.read_bytes()
    end = data.draw(st.integers(0, len(whole)))
    changed = bytearray(whole[:end] if data.draw(st.booleans()) else whole)
    near = whole.index(b"FFF\x00")
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(near, near + 1200)) % max(1, len(changed))
        changed[at : at + 1] = bytes([data.draw(st.integers(0, 255))])
    image: ThermalImage | None = None
    with suppress(InputRefused):
        image = read_thermal(bytes(changed), "n")
    assert image is None or np.isfinite(image.levels).all()


def test_readings_beyond_the_limit_are_not_unpacked() -> None:
    content = flir_file(E40.read_bytes())
    with pytest.raises(ValueError, match="more than 100"):
        celsius_of(content, most_px=100)
    assert raw_size(content[:200]) is None
    assert flir_file(b"\xff\xd8\xff\xe1\x00\x01") == b""
