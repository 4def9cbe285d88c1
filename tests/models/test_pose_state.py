"""What is believed of a preset's pose: two checks in a row, of this reference, of this pose."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibration import CheckOutcome, PoseCheck, PoseReference
from models.pose_state import UNCHECKED, PoseState, same_view, state_of, widened
from models.site import Pose

NOON = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)
POSE = Pose(0.0, 0.0, 0.0, 60.0)
REFERENCE = PoseReference("t1", 0, POSE, NOON, 1920, 1080, "a.jpg", calibrated=True)
STEADY, DRIFTED, UNKNOWN = CheckOutcome.STEADY, CheckOutcome.DRIFTED, CheckOutcome.UNKNOWN


def checks(*outcomes: CheckOutcome, reference: str = "a.jpg") -> list[PoseCheck]:
    """The first is the oldest; the last comes first."""
    return [
        PoseCheck(
            "t1", 0, NOON + timedelta(days=day + 1), outcome, 7, 0.12, -0.05, 0.2, 0.01, reference
        )
        for day, outcome in enumerate(outcomes)
    ][::-1]


@pytest.mark.parametrize(
    ("outcomes", "drifted"),
    [
        ([], False),
        ([DRIFTED], False),
        ([STEADY, DRIFTED], False),
        ([DRIFTED, DRIFTED], True),
        ([DRIFTED, UNKNOWN, DRIFTED, UNKNOWN], True),
        ([DRIFTED, DRIFTED, STEADY], True),
        ([DRIFTED, DRIFTED, STEADY, STEADY], False),
        ([DRIFTED, DRIFTED, STEADY, DRIFTED, STEADY], True),
        ([STEADY, STEADY, DRIFTED, STEADY], False),
    ],
)
def test_a_drift_is_told_and_ends_by_two_checks(
    outcomes: list[CheckOutcome], *, drifted: bool
) -> None:
    state = state_of(POSE, REFERENCE, checks(*outcomes))
    assert (state.drift is not None) == drifted


@given(st.lists(st.sampled_from(list(CheckOutcome)), max_size=20))
def test_what_cannot_be_said_changes_nothing(outcomes: list[CheckOutcome]) -> None:
    said = [one for one in outcomes if one is not UNKNOWN]
    state, plain = (state_of(POSE, REFERENCE, checks(*each)) for each in (outcomes, said))
    assert (state.drift is None) == (plain.drift is None)


def test_when_it_was_last_known_is_told() -> None:
    assert state_of(POSE, REFERENCE, []) == PoseState(REFERENCE, None, NOON, None)
    state = state_of(POSE, REFERENCE, checks(STEADY, UNKNOWN, UNKNOWN))
    assert state.latest is not None
    assert state.latest.outcome is UNKNOWN
    assert state.known_at == NOON + timedelta(days=1)
    assert not state.is_unchecked(NOON + timedelta(days=1) + UNCHECKED - timedelta(seconds=1))
    assert state.is_unchecked(NOON + timedelta(days=1) + UNCHECKED)
    assert not state.is_unchecked(NOON - timedelta(days=999))  # the clock went back
    assert not PoseState().is_unchecked(NOON)


def test_checks_of_another_reference_and_references_of_another_pose_say_nothing() -> None:
    state = state_of(POSE, REFERENCE, checks(DRIFTED, DRIFTED, reference="b.jpg"))
    assert state == PoseState(REFERENCE, None, NOON, None)
    drifted = checks(DRIFTED, DRIFTED)
    assert state_of(None, REFERENCE, drifted) == PoseState()
    assert state_of(POSE, None, drifted) == PoseState()
    assert state_of(replace(POSE, azimuth_deg=0.001), REFERENCE, drifted) == PoseState()
    assert state_of(replace(POSE, tilt_sigma_deg=0.0), REFERENCE, drifted).drift is not None


def test_poses_are_the_same_view_whatever_their_doubt() -> None:
    assert same_view(POSE, replace(POSE, azimuth_sigma_deg=0.0, tilt_sigma_deg=2.0))
    for name in ("azimuth_deg", "tilt_deg", "roll_deg", "radial_k1"):
        assert not same_view(POSE, replace(POSE, **{name: 0.01}))
    assert not same_view(POSE, replace(POSE, horizontal_fov_deg=60.01))


def test_a_drifted_pose_is_believed_less() -> None:
    state = state_of(POSE, REFERENCE, checks(DRIFTED, DRIFTED))
    believed = widened(POSE, state)
    assert same_view(believed, POSE)
    assert believed.azimuth_sigma_deg == pytest.approx(math.hypot(0.3, 0.12))
    at_the_border = 0.2 * math.tan(math.radians(30.0))
    assert believed.tilt_sigma_deg == pytest.approx(math.hypot(0.3, 0.05, at_the_border))
    assert widened(replace(POSE, tilt_deg=1.0), state) == replace(POSE, tilt_deg=1.0)
    assert widened(POSE, state_of(POSE, REFERENCE, checks(STEADY))) == POSE
    zoomed = [replace(check, zoom_off=0.01) for check in checks(DRIFTED, DRIFTED)]
    wider = widened(POSE, state_of(POSE, REFERENCE, zoomed))
    assert wider.azimuth_sigma_deg > believed.azimuth_sigma_deg
