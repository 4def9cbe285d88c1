"""What time says of a hot place, reason by reason, and that what is remembered stays bounded."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.thermal.habits import MOST_SQUARES, MOST_TAUGHT, Habits, TaughtPlace
from detector.thermal.patience import least_minutes
from detector.thermal.tracks import MOST_TRACKS, Sample, Track, Tracks
from detector.thermal.weighing import reasons_of
from models.config.heat import HeatRule
from models.heat_event import HeatReason
from models.thermal import HotSpot

RULE = HeatRule()
BEGIN_S = 1_775_000_000.0


def sample(minute: float, **changed: float | None) -> Sample:
    values: dict[str, float | None] = {
        "x": 0.5,
        "y": 0.4,
        "size": 0.05,
        "area": 0.0002,
        "level": 80.0,
        "contrast": 70.0,
        "excess_k": 40.0,
        "looks": None,
        "sun_k": 20.0,
    }
    values |= changed
    return Sample(at_s=BEGIN_S + 60.0 * minute, **values)  # type: ignore[arg-type]


def tracked(of_minute: Callable[[int], Sample], minutes: int = 20) -> Track:
    track = Track(1, BEGIN_S, 1, 0, 0, 100.0)
    for minute in range(minutes):
        track.add(of_minute(minute))
        track.last_frame = minute + 1
    return track


def told(
    of_minute: Callable[[int], Sample], minutes: int = 20, *, is_known: bool = False
) -> dict[HeatReason, float]:
    track = tracked(of_minute, minutes)
    return dict(reasons_of(track, minutes, Habits(), RULE, is_known=is_known))


def test_what_is_as_hot_as_only_a_fire_stays_and_says_nothing_else() -> None:
    found = told(lambda minute: sample(minute, excess_k=120.0))
    assert found == {HeatReason.HOT: 4.5, HeatReason.STAYS: pytest.approx(2.48, abs=0.01)}


def test_what_is_no_hotter_than_a_pipe_and_does_not_grow_needs_more() -> None:
    assert told(sample)[HeatReason.STEADY] == pytest.approx(-3.0)
    half = told(lambda minute: sample(minute, excess_k=80.0))
    assert half[HeatReason.STEADY] == pytest.approx(-1.5)
    grown = told(lambda minute: sample(minute, contrast=70.0 * 1.031**minute))
    assert HeatReason.STEADY not in grown
    assert HeatReason.STEADY not in told(lambda minute: sample(minute, area=0.0004))
    # It says nothing of what sun and air explain, nor where no temperature is known.
    assert HeatReason.STEADY not in told(lambda minute: sample(minute, excess_k=-1.0))
    assert HeatReason.STEADY not in told(lambda minute: sample(minute, excess_k=None))


def test_being_steady_takes_back_what_it_grew_by_as_it_was_lit() -> None:
    lit = told(lambda minute: sample(minute, contrast=70.0 * min(1.0, 0.1 + 0.15 * minute)), 24)
    assert lit[HeatReason.GROWS] > 0.5
    assert lit[HeatReason.STEADY] < -3.0 - 0.8 * lit[HeatReason.GROWS]


def test_what_is_steady_for_hours_is_looked_at_all_the_same() -> None:
    weights = [told(sample, minutes).get(HeatReason.STEADY, 0.0) for minutes in (150, 195, 241)]
    assert weights == [pytest.approx(-3.0), pytest.approx(-1.53, abs=0.05), 0.0]


def test_a_place_that_was_drawn_as_warm_needs_lasting_growth_a_fires_heat_or_hours() -> None:
    def weight(minutes: int = 45, **changed: float | None) -> float:
        found = told(lambda minute: sample(minute, **changed), minutes, is_known=True)
        return found.get(HeatReason.KNOWN, 0.0)

    assert weight() == weight(excess_k=150.0) == weight(excess_k=None) == pytest.approx(-4.0)
    assert weight(excess_k=190.0) == pytest.approx(-2.0)
    assert weight(excess_k=220.0) == 0.0
    assert weight(361) == 0.0
    assert HeatReason.KNOWN not in told(sample)

    def rising(minutes: int) -> dict[HeatReason, float]:
        return told(
            lambda minute: sample(minute, contrast=70.0 * 1.04**minute), minutes, is_known=True
        )

    kindled = rising(20)
    assert kindled[HeatReason.KNOWN] == pytest.approx(-4.0 - kindled[HeatReason.GROWS])
    assert HeatReason.KNOWN not in rising(40)


def test_so_long_is_waited_as_it_is_cool_and_no_longer() -> None:
    def waits(excess_k: float | None, least: float = 3.0) -> float:
        return least_minutes(tracked(lambda minute: sample(minute, excess_k=excess_k)), least)

    assert [waits(k) for k in (20.0, 60.0, 80.0, 100.0, 300.0)] == [30.0, 30.0, 17.5, 5.0, 5.0]
    assert waits(None) == 3.0
    assert waits(20.0, 45.0) == 45.0
    assert waits(20.0, 0.0) == 0.0


def test_how_long_it_is_hot_counts_from_when_sun_and_air_no_longer_explain_it() -> None:
    excess = [-5.0, 3.0, -4.0, 8.0, -12.0, -3.0, 1.0, 2.0]
    track = tracked(lambda minute: sample(minute, excess_k=excess[minute]), 4)
    assert track.hot_minutes == 2.0  # a cloud is no end
    track = tracked(lambda minute: sample(minute, excess_k=excess[minute]), 6)
    assert track.hot_minutes == 0.0
    track = tracked(lambda minute: sample(minute, excess_k=excess[minute]), 8)
    assert track.hot_minutes == 1.0
    assert tracked(lambda minute: sample(minute, excess_k=None), 8).hot_minutes == 7.0


def test_growth_speaks_for_and_cooling_against_a_fire() -> None:
    grown = told(lambda minute: sample(minute, area=0.0002 * 1.1**minute))
    cooled = told(lambda minute: sample(minute, contrast=70.0 * 0.93**minute))
    assert grown[HeatReason.GROWS] == 2.0
    assert cooled[HeatReason.GROWS] < -1.0


def test_flicker_is_what_a_line_leaves() -> None:
    found = told(lambda minute: sample(minute, contrast=70.0 * (1.6 if minute % 2 else 0.7)))
    assert found[HeatReason.FLICKERS] == 1.0


def test_what_walks_off_wanders_and_what_creeps_does_not() -> None:
    walked = told(lambda minute: sample(minute, x=0.2 + 0.02 * minute))
    crept = told(lambda minute: sample(minute, x=0.2 + 0.001 * minute))
    assert walked[HeatReason.WANDERS] == -4.0
    assert HeatReason.WANDERS not in crept


def test_what_rises_and_falls_with_the_sun_follows_it() -> None:
    found = told(
        lambda minute: sample(minute, sun_k=10.0 + minute, level=30.0 + minute, excess_k=-5.0)
    )
    other = told(
        lambda minute: sample(minute, sun_k=10.0 + minute, level=60.0 - minute, excess_k=-5.0)
    )
    assert found[HeatReason.FOLLOWS_SUN] == -2.0
    assert HeatReason.FOLLOWS_SUN not in other


def test_a_fire_that_grows_of_a_morning_does_not_follow_the_sun() -> None:
    def hotter(minute: int, excess_k: float | None) -> Sample:
        grown = 1.05**minute
        return sample(
            minute, sun_k=float(minute), level=80.0 * grown, contrast=70.0 * grown,
            excess_k=excess_k, looks=3.0,
        )  # fmt: skip

    assert HeatReason.FOLLOWS_SUN not in told(lambda minute: hotter(minute, 20.0 + minute))
    # Levels do not tell how hot it is: only what it has grown by is taken back, and a little.
    levels = told(lambda minute: hotter(minute, None))
    assert levels[HeatReason.GROWS] > 0.0
    assert levels[HeatReason.FOLLOWS_SUN] == pytest.approx(
        -0.5 - levels[HeatReason.GROWS], abs=0.01
    )


def test_the_look_says_less_where_there_are_temperatures() -> None:
    hot = told(lambda minute: sample(minute, looks=5.0))
    levels = told(lambda minute: sample(minute, looks=5.0, excess_k=None))
    cold = told(lambda minute: sample(minute, looks=-5.0, excess_k=None))
    assert hot[HeatReason.LOOKS] == 0.5
    assert levels[HeatReason.LOOKS] == 3.0
    assert HeatReason.HOT not in levels
    assert cold == {HeatReason.LOOKS: -3.0}  # what looks like no fire may stay as long as it will


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.0, 0.999), st.floats(0.0, 0.999), st.integers(0, 40 * 1440)),
        max_size=60,
    )
)
def test_habits_are_bounded_and_forgotten(seen: list[tuple[float, float, int]]) -> None:
    habits = Habits()
    for x, y, minute in sorted(seen, key=lambda one: one[2]):
        habits.learn(sample(minute, x=x, y=y), keep_days=14)
    days = {day for square in habits.days.values() for day in square}
    assert not days or max(days) - min(days) <= 14
    for x, y, minute in seen:
        now = sample(minute, x=x, y=y)
        assert habits.days_alike(now, before_s=now.at_s, keep_days=14) <= 14


def test_neither_squares_nor_taught_places_grow_without_end() -> None:
    habits = Habits()
    for row in range(32):
        for column in range(20):
            habits.learn(sample(0, x=row / 32, y=column / 32), keep_days=14)
    assert len(habits.days) == MOST_SQUARES
    for number in range(MOST_TAUGHT + 5):
        habits.teach(TaughtPlace(0.5, 0.4, 0.05, 80.0, BEGIN_S + number))
    assert len(habits.taught) == MOST_TAUGHT
    assert habits.is_taught(sample(0))
    assert not habits.is_taught(sample(0, level=120.0))
    assert not habits.is_taught(sample(2))
    assert not habits.is_taught(sample(0, x=0.9))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=12), min_size=1, max_size=12
    )
)
def test_each_spot_has_one_place_and_each_place_one_spot(
    frames: list[list[tuple[float, float]]],
) -> None:
    spot = HotSpot(0, 0, 2, 2, 4, 100.0, 0, 0, 20.0, 1.0)
    tracks = Tracks()
    numbers: set[int] = set()
    for minute, places in enumerate(frames):
        seen = [sample(minute, x=x, y=y) for x, y in places]
        found = tracks.follow(
            seen, [spot] * len(seen), at_s=BEGIN_S + 60.0 * minute, forget_s=300.0
        )
        of_frame = [track.number for track, _ in found]
        assert len(set(of_frame)) == len(of_frame) == len(seen)
        assert [track.samples[-1] for track, _ in found] == seen
        numbers |= set(of_frame)
        assert len(tracks.living) <= MOST_TRACKS
        assert all(BEGIN_S + 60.0 * minute - one.samples[-1].at_s <= 300.0 for one in tracks.living)
    assert tracks.next_number == len(numbers) + 1
