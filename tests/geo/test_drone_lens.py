"""Fields of view: by statement, measurement, table and equivalent, or refused."""

from dataclasses import replace

import pytest

from geo.drone import Optics, field_of_view
from models.errors import InputRefused

SEEN, HOT = False, True
WIDE = Optics("FC7303", SEEN, 4000, 3000, (4000, 3000), 4.49, 24.0)
THERMAL = Optics("M30T", HOT, 1280, 1024, (1280, 1024), 9.1, 40.0)


@pytest.mark.parametrize(
    ("optics", "expected_deg"),
    [
        # Each against the maker's data sheet, by another way than focal length and pitch.
        (Optics("FLIR", None, 640, 512, None, 19.0), 32.0),  # XT, XT2 of 19 mm: 32 x 26 degrees
        (Optics("FLIR", None, 640, 512, None, 13.0), 45.0),  # of 13 mm: 45 x 37
        (Optics("ZH20T", HOT, 640, 512, (640, 512), 13.5, 58.0), 31.7),  # DFOV 40.6
        (THERMAL, 45.8),
        (Optics("FC6310", None, 5472, 3648, (5472, 3648), 8.8, 24.0), 73.7),  # 84 by the diagonal
        (replace(WIDE, equivalent_mm=24.0), 71.6),  # 84 by the diagonal of 4:3
    ],
)
def test_a_known_lens_is_as_wide_as_its_data_sheet(optics: Optics, expected_deg: float) -> None:
    fov_deg, share = field_of_view(optics)
    assert fov_deg == pytest.approx(expected_deg, abs=0.6)
    assert 0.02 < share < 0.06


def test_one_name_carries_a_wide_and_a_thermal_camera() -> None:
    visible = Optics("M30T", SEEN, 4000, 3000, (4000, 3000), 4.4, 24.0)
    assert field_of_view(visible)[0] == pytest.approx(72.0, abs=0.6)
    with pytest.raises(InputRefused) as refused:
        field_of_view(replace(visible, infrared=None))
    assert refused.value.code == "drone_lens"


def test_a_wide_crop_keeps_the_width() -> None:
    whole, cut = WIDE, replace(WIDE, height_px=2250, sensor_px=(4000, 2250))
    assert field_of_view(cut) == field_of_view(whole)


def test_the_makers_own_measurement_goes_first_and_a_persons_word_before_it() -> None:
    measured = replace(WIDE, focal_px=2900.0)
    assert field_of_view(measured)[0] == pytest.approx(69.19, abs=0.01)
    half = replace(measured, width_px=2000, height_px=1500)  # the same picture, made smaller
    assert field_of_view(half) == field_of_view(measured)
    assert field_of_view(replace(measured, sensor_px=None)) == field_of_view(measured)
    assert field_of_view(measured, 60.0) == (60.0, 0.005)


def test_digital_zoom_narrows_a_known_lens_and_makes_an_equivalent_unsure() -> None:
    zoomed = Optics("ZH20N", HOT, 640, 512, (640, 512), 44.5, 196.0, 2.0)
    assert field_of_view(zoomed)[0] == pytest.approx(4.94, abs=0.02)
    with pytest.raises(InputRefused) as refused:
        field_of_view(replace(WIDE, digital_zoom=2.0))
    assert refused.value.code == "drone_lens"


@pytest.mark.parametrize(
    "optics",
    [
        replace(WIDE, infrared=None),  # nobody says that it is not thermal
        replace(WIDE, equivalent_mm=None),
        Optics("MAVIC2-ENTERPRISE-ADVANCED", HOT, 640, 512, (640, 512)),
        Optics("", HOT, 640, 512, None, 9.1, 40.0),
    ],
)
def test_an_unknown_lens_is_asked_for(optics: Optics) -> None:
    with pytest.raises(InputRefused) as refused:
        field_of_view(optics)
    assert refused.value.code == "drone_lens"
    assert "--fov" in refused.value.remedy
    assert field_of_view(optics, 50.0)[0] == 50.0


@pytest.mark.parametrize("stated_deg", [0.0, 0.4, 151.0, float("nan")])
def test_a_field_of_view_that_cannot_be_is_refused(stated_deg: float) -> None:
    with pytest.raises(InputRefused):
        field_of_view(WIDE, stated_deg)


def test_a_cut_picture_has_lost_its_middle() -> None:
    with pytest.raises(InputRefused) as refused:
        field_of_view(replace(WIDE, width_px=640, height_px=512))
    assert refused.value.code == "drone_cropped"
