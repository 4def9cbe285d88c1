"""The small values: what they refuse, what they compute, that nothing changes them."""

import dataclasses
import importlib
import math
import pkgutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models
from models import errors
from models.detection import Box, Detections, Label
from models.events import EventKind
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.units import angle_between_deg, wrap_bearing_deg
from models.user import Role

MODULES = sorted(
    name for _, name, is_package in pkgutil.iter_modules(models.__path__) if not is_package
)
ORIGIN = Position(0.0, 0.0, 0.0, HeightDatum.GROUND)
angles = st.floats(-1e6, 1e6)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_shows(name: str) -> None:
    module = importlib.import_module(f"models.{name}")
    assert module.__doc__
    assert list(module.__all__) == sorted(
        module.__all__, key=lambda word: (not word.isupper(), word)
    )
    for word in module.__all__:
        assert hasattr(module, word)


@pytest.mark.parametrize("name", MODULES)
def test_every_dataclass_is_frozen_and_slotted(name: str) -> None:
    module = importlib.import_module(f"models.{name}")
    for word in module.__all__:
        shown = getattr(module, word)
        if isinstance(shown, type) and dataclasses.is_dataclass(shown):
            assert shown.__dataclass_params__.frozen, word
            assert "__slots__" in vars(shown), word


@pytest.mark.parametrize(
    ("lon_deg", "lat_deg"), [(29.0, 106.65), (180.1, 0.0), (math.nan, 0.0), (0.0, math.nan)]
)
def test_what_is_no_place(lon_deg: float, lat_deg: float) -> None:
    with pytest.raises(ValueError, match="is not a place"):
        Position(lon_deg, lat_deg, 0.0, HeightDatum.SEA_LEVEL)


def test_the_ends_of_the_earth_are_places() -> None:
    for lon_deg, lat_deg in ((-180.0, -90.0), (180.0, 90.0), (0.0, 0.0)):
        assert Position(lon_deg, lat_deg, 0.0, HeightDatum.SEA_LEVEL).lon_deg == lon_deg


@pytest.mark.parametrize(
    "changes",
    [
        {"azimuth_deg": 360.0},
        {"azimuth_deg": -0.1},
        {"azimuth_deg": math.nan},
        {"tilt_deg": 90.1},
        {"tilt_deg": -90.1},
        {"horizontal_fov_deg": 0.0},
        {"horizontal_fov_deg": 180.0},
        {"azimuth_sigma_deg": -0.1},
        {"tilt_sigma_deg": math.nan},
    ],
)
def test_what_is_no_pose(changes: dict[str, float]) -> None:
    pose = Pose(0.0, 0.0, 0.0, 60.0, azimuth_sigma_deg=0.0, tilt_sigma_deg=0.0)
    with pytest.raises(ValueError, match="not a pose"):
        dataclasses.replace(pose, **changes)


def test_preset_0_is_a_preset() -> None:
    presets = tuple(Preset(number, str(number), Pose(0.0, 0.0, 0.0, 60.0)) for number in (0, 3))
    camera = Camera("a", "A", CameraKind.TOWER, ORIGIN, presets)
    assert camera.preset(0) == presets[0]
    assert camera.preset(3) == presets[1]
    assert camera.preset(1) is None


def test_detections_that_do_not_belong_together() -> None:
    boxes = np.zeros((2, 4), np.float32)
    scores, labels = np.zeros(2, np.float32), np.zeros(2, np.int64)
    for wrong in (
        (boxes[:1], scores, labels),
        (boxes, scores, labels[:1]),
        (scores, scores, labels),
    ):
        with pytest.raises(ValueError, match="do not describe the same detections"):
            Detections(*wrong)


def test_detections_as_boxes() -> None:
    detections = Detections(
        np.array([[1, 2, 3, 4], [0, 0, 0.5, 0]], np.float32),
        np.array([0.5, 0.0], np.float32),
        np.array([1, 0], np.int64),
    )
    assert len(detections) == 2
    assert detections.to_boxes() == (
        Box(Label.FLAME, 0.5, 1.0, 2.0, 3.0, 4.0),
        Box(Label.SMOKE, 0.0, 0.0, 0.0, 0.5, 0.0),
    )
    assert all(type(box.x_min) is float for box in detections.to_boxes())
    assert len(Detections.empty()) == 0
    assert Detections.empty().to_boxes() == ()


def test_the_area_of_a_box() -> None:
    assert Box(Label.SMOKE, 0.5, 1.0, 2.0, 3.0, 5.0).area_px == 6.0
    assert Box(Label.SMOKE, 0.5, 3.0, 2.0, 1.0, 5.0).area_px == 0.0
    assert Box(Label.SMOKE, 0.5, 3.0, 5.0, 1.0, 2.0).area_px == 0.0  # not 6: both edges turned


def test_labels_have_words() -> None:
    assert [label.word for label in Label] == ["smoke", "flame"]


@settings(deadline=None)
@given(angles)
def test_a_wrapped_bearing_is_the_same_direction(angle_deg: float) -> None:
    wrapped = wrap_bearing_deg(angle_deg)
    assert 0.0 <= wrapped < 360.0
    turns = (angle_deg - wrapped) / 360.0
    assert turns == pytest.approx(round(turns), abs=1e-9)


def test_a_bearing_just_below_north_is_north() -> None:
    assert wrap_bearing_deg(-1e-17) == 0.0


@settings(deadline=None)
@given(angles, angles)
def test_the_turn_between_two_bearings_leads_from_one_to_the_other(
    first_deg: float, second_deg: float
) -> None:
    turn_deg = angle_between_deg(first_deg, second_deg)
    assert -180.0 <= turn_deg < 180.0
    miss = math.radians(first_deg + turn_deg - second_deg)
    assert math.cos(miss) == pytest.approx(1.0, abs=1e-9)


def test_each_role_may_do_what_the_one_before_it_may() -> None:
    allowed = [[role.allows(needed) for needed in Role] for role in Role]
    assert allowed == [[True, False, False], [True, True, False], [True, True, True]]


def test_an_error_is_one_line_with_a_stable_code() -> None:
    error = errors.InputRefused("The file x is empty.", remedy="Name another.")
    assert str(error) == "The file x is empty. Name another."
    assert error.code == "input_refused"
    assert str(errors.NotFound("Gone.")) == "Gone."
    assert errors.Conflict("Moved on.", code="alert_step").code == "alert_step"


def test_every_error_has_a_code_of_its_own_and_stands_in_the_tree() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__]
    assert all(issubclass(kind, errors.WatchError) for kind in kinds)
    assert len({kind.default_code for kind in kinds}) == len(kinds)
    assert errors.__doc__ is not None
    for name in errors.__all__:
        assert name in errors.__doc__


def test_event_kinds_are_names_of_the_live_feed() -> None:
    assert [kind.value for kind in EventKind] == [
        *("alert.opened", "alert.updated", "incident.opened", "incident.changed"),
        *("observation.added", "observation.withdrawn", "order.changed"),
        "handover.changed",
        "sweep.changed",
        *("schedule.changed", "flight.changed"),
        *("replay.changed", "model.changed"),
        *("node.changed", "look.changed", "camera.changed"),
    ]
