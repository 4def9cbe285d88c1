import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputRefused
from models.mask import LONGEST_NOTE, KeptMask, MaskKind, MaskPoint, ViewMask, masks_in_force

BORN = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
TRIANGLE: tuple[MaskPoint, ...] = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))


def mask(polygon: tuple[MaskPoint, ...] = TRIANGLE, **facts: object) -> ViewMask:
    plain = ViewMask("t1", 0, MaskKind.NUISANCE, polygon, "li", BORN)
    return replace(plain, **facts)  # type: ignore[arg-type]  # facts are named as the fields are


@pytest.mark.parametrize(
    ("polygon", "code"),
    [
        ((), "mask_corner_count"),
        (TRIANGLE[:2], "mask_corner_count"),
        (TRIANGLE * 400, "mask_corner_count"),
        ((*TRIANGLE[:2], (0.0, 1.000001)), "mask_outside_picture"),
        ((*TRIANGLE[:2], (-0.1, 1.0)), "mask_outside_picture"),
        ((*TRIANGLE[:2], (math.nan, 1.0)), "mask_outside_picture"),
        ((*TRIANGLE[:2], (0.5, math.inf)), "mask_outside_picture"),
        (((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)), "mask_crosses_itself"),
        (((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)), "mask_crosses_itself"),
        (((0.2, 0.2),) * 3, "mask_crosses_itself"),
    ],
)
def test_what_is_no_region_is_refused(polygon: tuple[MaskPoint, ...], code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        mask(polygon)
    assert caught.value.code == code
    assert "nuisance mask of t1, preset 0" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"created_at": BORN.replace(tzinfo=None)}, "mask_time_without_zone"),
        ({"expires_at": (BORN + timedelta(1)).replace(tzinfo=None)}, "mask_time_without_zone"),
        ({"expires_at": BORN}, "mask_expired_at_birth"),
        ({"fov_min_deg": 10.0, "fov_max_deg": 9.0}, "mask_zoom_range"),
        ({"fov_min_deg": -1.0}, "mask_zoom_range"),
        ({"fov_max_deg": 180.5}, "mask_zoom_range"),
        ({"fov_max_deg": math.nan}, "mask_zoom_range"),
        ({"note": "x" * (LONGEST_NOTE + 1)}, "mask_note_long"),
    ],
)
def test_times_and_zoom_that_mean_nothing_are_refused(facts: dict[str, object], code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        mask(**facts)
    assert caught.value.code == code


def test_a_mask_holds_from_its_birth_until_the_moment_it_expires() -> None:
    second = timedelta(seconds=1)
    lasting, brief = mask(), mask(expires_at=BORN + second)
    assert not lasting.in_force(BORN - second, None)
    assert lasting.in_force(BORN, None)
    assert lasting.in_force(BORN + timedelta(3650), 40.0)
    assert brief.in_force(BORN, 40.0)
    assert not brief.in_force(BORN + second, 40.0)
    assert masks_in_force([brief, lasting], BORN + second, None) == (lasting,)


def test_zoom_ends_are_included_and_zero_is_a_limit() -> None:
    between = mask(fov_min_deg=5.0, fov_max_deg=20.0)
    at = [4.9, 5.0, 20.0, 20.1]
    assert [between.in_force(BORN, fov) for fov in at] == [False, True, True, False]
    never = mask(fov_min_deg=0.0, fov_max_deg=0.0)  # not "no limit"
    assert not never.in_force(BORN, 5.0)


@pytest.mark.parametrize(("kind", "holds"), [(MaskKind.PRIVACY, True), (MaskKind.NUISANCE, False)])
def test_where_the_zoom_is_unknown_the_safe_side_is_taken(kind: MaskKind, *, holds: bool) -> None:
    assert mask(kind=kind, fov_max_deg=20.0).in_force(BORN, None) is holds
    assert mask(kind=kind, fov_min_deg=20.0).in_force(BORN, None) is holds
    assert mask(kind=kind).in_force(BORN, None)


@given(st.sets(st.integers(0, 359), min_size=3, max_size=40))
def test_any_star_around_a_middle_is_a_region_of_the_picture(degrees: set[int]) -> None:
    turns = [math.radians(degree) for degree in sorted(degrees)]
    corners = tuple((0.5 + 0.5 * math.cos(turn), 0.5 + 0.5 * math.sin(turn)) for turn in turns)
    region = mask(corners).region(1920, 1080)
    assert region.is_valid
    low_x, low_y, high_x, high_y = region.bounds
    assert 0.0 <= low_x < high_x <= 1920.0
    assert 0.0 <= low_y < high_y <= 1080.0


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [(0.0, 0.0, True), (0.5, 0.5, True), (0.25, 0.25, True), (0.6, 0.5, False), (-0.1, 0.0, False)],
)
def test_a_point_lies_in_the_region_its_border_included(
    *, x: float, y: float, inside: bool
) -> None:
    assert mask().covers(x, y) is inside


def test_a_mask_is_over_at_its_end_or_when_somebody_ends_it() -> None:
    end = BORN + timedelta(hours=1)
    stays, expires = KeptMask(1, mask()), KeptMask(2, mask(expires_at=end))
    assert not stays.is_over(BORN + timedelta(days=9999))
    assert not expires.is_over(end - timedelta(microseconds=1))
    assert expires.is_over(end)
    assert KeptMask(3, mask(), "li", BORN).is_over(BORN)
