"""What is private is hidden whenever there is doubt; what is a nuisance holds only without any."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.masks import MaskBook
from models.clock import ManualClock
from models.mask import MaskKind, ViewMask

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRIVATE = ViewMask(
    "t1", 0, MaskKind.PRIVACY, ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)), "wang", NOW - HOUR
)
CHIMNEY = replace(PRIVATE, kind=MaskKind.NUISANCE)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def book(clock: ManualClock) -> MaskBook:
    return MaskBook(clock.now)


def test_a_book_that_was_never_read_hides_everything(book: MaskBook) -> None:
    assert book.hides("t1")
    assert book.private("t1", 0, None, NOW) is None
    assert book.nuisance("t1", 0) == ()
    assert book.in_force("t1", 0, None) == ()
    book.replace(())
    assert not book.hides("t1")
    assert book.private("t1", 0, None, NOW) == ()


def test_masks_are_those_of_their_camera_preset_and_kind(book: MaskBook) -> None:
    other = replace(PRIVATE, preset=3, note="3")
    book.replace([PRIVATE, CHIMNEY, other, replace(CHIMNEY, camera_id="t2")])
    assert book.private("t1", 0, None, NOW) == (PRIVATE,)
    assert book.private("t1", 3, None, NOW) == (other,)
    assert book.private("t1", 9, None, NOW) == ()
    assert book.private("t1", None, None, NOW) == (PRIVATE, other)
    assert book.private("t2", None, None, NOW) == ()
    assert book.nuisance("t1", 0) == (CHIMNEY,)
    assert book.nuisance("t1", 3) == ()
    assert book.in_force("t1", 0, None) == (PRIVATE, CHIMNEY)
    assert [book.hides(key) for key in ("t1", "t2", "t3")] == [True, False, False]


def test_what_is_private_holds_by_the_machines_time_or_by_the_pictures(
    book: MaskBook, clock: ManualClock
) -> None:
    ends = replace(PRIVATE, expires_at=NOW + HOUR)
    book.replace([ends])
    last_year = NOW - timedelta(days=365)
    assert book.private("t1", 0, None, last_year) == (ends,)  # a recording is played
    clock.advance(3600)
    assert not book.hides("t1")
    assert book.private("t1", 0, None, NOW) == (ends,)  # it comes late
    assert book.private("t1", 0, None, NOW + HOUR) == ()


def test_a_clock_that_was_set_back_bares_nothing(book: MaskBook) -> None:
    tomorrow = replace(PRIVATE, created_at=NOW + timedelta(days=1))
    book.replace([tomorrow])
    assert book.hides("t1")
    assert book.private("t1", 0, 50.0, NOW) == (tomorrow,)


@pytest.mark.parametrize(
    ("fov_deg", "private", "nuisance"),
    [(9.9, False, False), (10.0, True, True), (30.1, False, False), (None, True, False)],
)
def test_where_the_zoom_is_unknown_what_is_private_holds(
    book: MaskBook, fov_deg: float | None, *, private: bool, nuisance: bool
) -> None:
    zoomed = {"fov_min_deg": 10.0, "fov_max_deg": 30.0}
    masks = [replace(PRIVATE, **zoomed), replace(CHIMNEY, **zoomed)]
    book.replace(masks)
    assert book.private("t1", 0, fov_deg, NOW) == tuple(masks[:1] if private else ())
    assert (masks[1] in book.in_force("t1", 0, fov_deg)) is nuisance
    assert book.hides("t1")


def test_a_replacement_tells_where_more_is_hidden_than_before(book: MaskBook) -> None:
    assert book.replace([CHIMNEY]) == set()
    assert book.replace([CHIMNEY, PRIVATE]) == {"t1"}
    assert book.replace([PRIVATE]) == set()
    assert book.replace([PRIVATE, replace(PRIVATE, camera_id="t2")]) == {"t2"}
    assert book.replace([replace(PRIVATE, preset=1)]) == {"t1"}
    assert book.replace([]) == set()


@given(
    presets=st.lists(st.integers(0, 3), max_size=6),
    fov_deg=st.none() | st.floats(1.0, 179.0),
    late_s=st.floats(-1e6, 1e6),
    zooms=st.lists(st.tuples(st.floats(0, 90), st.floats(90, 180)), min_size=6, max_size=6),
)
def test_doubt_never_hides_less(
    presets: list[int],
    fov_deg: float | None,
    late_s: float,
    zooms: list[tuple[float, float]],
) -> None:
    book = MaskBook(ManualClock(NOW).now)
    book.replace(
        replace(PRIVATE, preset=preset, fov_min_deg=least, fov_max_deg=most, note=str(index))
        for index, (preset, (least, most)) in enumerate(zip(presets, zooms, strict=False))
    )
    at = NOW + timedelta(seconds=late_s)
    for preset in range(4):
        known = book.private("t1", preset, fov_deg, at)
        unzoomed, anywhere = (
            book.private("t1", preset, None, at),
            book.private("t1", None, None, at),
        )
        assert known is not None
        assert unzoomed is not None
        assert anywhere is not None
        assert set(known) <= set(unzoomed) <= set(anywhere)
        assert not anywhere or book.hides("t1")
