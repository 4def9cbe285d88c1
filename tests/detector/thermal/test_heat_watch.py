"""A node's frames over time: a fire is due, what is warm for other reasons is not."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.thermal.watch import HeatWatch
from models.config.heat import HeatRule
from models.heat_event import HeatEvent, HeatReason
from models.thermal import HeatLevels, ThermalImage, ThermalScale
from models.warm_place import WarmPlace

BEGIN = datetime(2026, 4, 10, 2, tzinfo=UTC)
AIR_C = 24.0
Drawn = Callable[[HeatLevels, int], None]


def frame(seed: int, draw: Drawn | None = None, minute: int = 0) -> ThermalImage:
    """Ground at the air's temperature with what is drawn on it."""
    rng = np.random.default_rng(seed)
    waves = np.add.outer(np.sin(np.arange(120) / 9.0), np.cos(np.arange(160) / 7.0))
    levels = (AIR_C + 2.0 * waves + rng.normal(0.0, 0.08, (120, 160))).astype(np.float32)
    if draw is not None:
        draw(levels, minute)
    return ThermalImage(levels, ThermalScale.CELSIUS)


def followed(
    watch: HeatWatch,
    draw: Drawn | None,
    minutes: int,
    *,
    begin: datetime = BEGIN,
    every: int = 1,
    sun_deg: float = 50.0,
) -> list[tuple[HeatEvent, ...]]:
    """Events of every frame."""
    return [
        watch.follow(
            frame(minute, draw, minute),
            begin + timedelta(minutes=minute),
            air_c=AIR_C,
            sun_elevation_deg=sun_deg,
        )
        for minute in range(0, minutes, every)
    ]


def due(events: list[tuple[HeatEvent, ...]]) -> list[int]:
    """In which frames something was due."""
    return [row for row, frame_ in enumerate(events) if any(one.is_due for one in frame_)]


def smoulder(levels: HeatLevels, minute: int) -> None:
    """A pixel at first, one more in three minutes."""
    levels[60:63, 80 : 82 + minute // 3] = 160.0 + 3.0 * minute


def stove(levels: HeatLevels, minute: int) -> None:
    """As hot in every frame."""
    del minute
    levels[20:25, 100:106] = 200.0


def rock(levels: HeatLevels, minute: int) -> None:
    """As hot as the sun makes it."""
    del minute
    levels[50:60, 30:45] = AIR_C + 44.0


def rider(levels: HeatLevels, minute: int) -> None:
    """An engine that crosses the view."""
    at = 5 + minute * 12
    levels[70:74, at % 150 : at % 150 + 4] = 120.0


def reasons(event: HeatEvent) -> dict[HeatReason, float]:
    return dict(event.reasons)


def test_a_smouldering_start_is_due_within_ten_minutes() -> None:
    events = followed(HeatWatch(None, HeatRule()), smoulder, 12)
    assert due(events)
    assert due(events)[0] <= 10
    event = events[-1][0]
    assert event.spot.x_min <= 81 < event.spot.x_max
    assert event.frames == 12
    assert event.first_at == BEGIN
    assert event.last_at == BEGIN + timedelta(minutes=11)
    assert event.peak_c == pytest.approx(193.0)
    assert reasons(event)[HeatReason.HOT] == pytest.approx(4.5)
    assert reasons(event)[HeatReason.GROWS] > 0.0
    weights = [abs(weight) for _, weight in event.reasons]
    assert weights == sorted(weights, reverse=True)
    told = sum(weight for _, weight in event.reasons)
    assert event.log_odds == pytest.approx(HeatRule().prior_log_odds + told)


def test_a_node_that_wakes_every_half_hour_needs_two_frames() -> None:
    events = followed(HeatWatch(None, HeatRule()), stove, 61, every=30)
    assert due(events)[0] in {1, 2}


@pytest.mark.parametrize("draw", [rock, rider, None])
def test_what_the_sun_explains_and_what_passes_is_never_due(draw: Drawn | None) -> None:
    assert due(followed(HeatWatch(None, HeatRule()), draw, 60)) == []


def test_what_burns_every_day_at_that_hour_becomes_a_habit() -> None:
    watch = HeatWatch(None, HeatRule())
    days = [
        followed(watch, stove, 30, begin=BEGIN + timedelta(days=day), every=2) for day in range(4)
    ]
    assert due(days[0])
    assert not due(days[3])
    assert reasons(days[3][-1][0])[HeatReason.HABIT] < -3.0

    def hotter(levels: HeatLevels, minute: int) -> None:
        levels[20:25, 100:106] = 260.0 + minute

    later = followed(watch, hotter, 20, begin=BEGIN + timedelta(days=4))
    assert due(later)  # a habit hides nothing that is hotter
    off = followed(watch, stove, 20, begin=BEGIN + timedelta(days=5, hours=9), sun_deg=-10.0)
    assert due(off)  # nor what comes at another hour


def pipe(levels: HeatLevels, minute: int) -> None:
    """Of a stove that is lit: it warms for a quarter of an hour and stays as it is."""
    levels[20:23, 100:102] = AIR_C + 80.0 * (1.0 - math.exp(-minute / 6.0))


def test_a_stove_that_is_lit_is_waited_for_and_looked_at_after_hours() -> None:
    watch = HeatWatch(None, HeatRule(habit_days=0))
    events = followed(watch, pipe, 250, every=2, sun_deg=-10.0)
    first = due(events)[0]
    assert 2 * first >= 150
    assert reasons(events[60][0])[HeatReason.STEADY] < -2.5


def test_a_fire_beside_a_warm_place_is_due_and_the_stove_in_it_is_not() -> None:
    drawn = (WarmPlace(0.6, 0.15, 0.68, 0.23, "灶房烟囱"),)

    def played(draw: Drawn, minutes: int) -> list[tuple[HeatEvent, ...]]:
        watch = HeatWatch(None, HeatRule())
        return [
            watch.follow(
                frame(minute, draw, minute),
                BEGIN + timedelta(minutes=minute),
                air_c=AIR_C,
                sun_elevation_deg=-10.0,
                warm_places=drawn,
            )
            for minute in range(minutes)
        ]

    assert not due(played(pipe, 60))
    assert not due(played(stove, 60))  # 200 degrees are a pipe's
    assert due(played(smoulder, 14))

    def spreading(levels: HeatLevels, minute: int) -> None:
        levels[20:25, 100 : 106 + minute] = 200.0 + minute

    def blazing(levels: HeatLevels, minute: int) -> None:
        levels[20:25, 100:106] = 300.0 + minute

    assert due(played(spreading, 14))  # beyond its box it is judged as any other
    assert due(played(blazing, 14))
    (late,) = HeatWatch(None, HeatRule()).alone(
        frame(1, stove), BEGIN, air_c=AIR_C, sun_elevation_deg=-10.0, warm_places=drawn
    )
    assert not late.is_due


def test_people_teach_a_place_until_a_time() -> None:
    watch = HeatWatch(None, HeatRule(habit_days=0))
    event = followed(watch, stove, 10)[-1][0]
    assert event.is_due
    watch.teach(event, 160, BEGIN + timedelta(days=2))
    watch = HeatWatch.from_bytes(watch.to_bytes(), None, HeatRule(habit_days=0))
    assert not due(followed(watch, stove, 20, begin=BEGIN + timedelta(days=1)))
    assert due(followed(watch, stove, 20, begin=BEGIN + timedelta(days=3)))


def test_a_late_frame_is_looked_at_alone() -> None:
    watch = HeatWatch(None, HeatRule())
    followed(watch, None, 5)
    late = BEGIN - timedelta(hours=1)
    before = watch.to_bytes()
    with pytest.raises(ValueError, match="order of capture"):
        watch.follow(frame(1), late, air_c=AIR_C, sun_elevation_deg=50.0)
    events = watch.alone(frame(1, smoulder), late, air_c=AIR_C, sun_elevation_deg=50.0)
    assert [one.number for one in events] == [0]
    assert events[0].is_due
    assert watch.to_bytes() == before
    assert watch.followed_until == BEGIN + timedelta(minutes=4)


def test_without_temperatures_no_degree_is_told() -> None:
    watch = HeatWatch(None, HeatRule())
    image = frame(1, smoulder)
    levels = np.rint(np.clip(image.levels * 1.5, 0.0, 255.0)).astype(np.float32)
    events = watch.follow(
        ThermalImage(levels, ThermalScale.RELATIVE), BEGIN, air_c=30.0, sun_elevation_deg=None
    )
    assert events
    assert events[0].peak_c is None
    assert HeatReason.HOT not in reasons(events[0])


def test_unknown_air_and_sun_are_taken_from_the_frame_and_from_noon() -> None:
    watch = HeatWatch(None, HeatRule())
    events = [
        watch.follow(
            frame(minute, smoulder, minute),
            BEGIN + timedelta(minutes=minute),
            air_c=None,
            sun_elevation_deg=None,
        )
        for minute in range(12)
    ]
    assert due(events)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.sampled_from([smoulder, stove, rock, rider]), min_size=4, max_size=8))
def test_a_restart_between_any_two_frames_changes_nothing(drawn: list[Drawn]) -> None:
    kept, anew = HeatWatch(None, HeatRule()), HeatWatch(None, HeatRule())
    for minute, draw in enumerate(drawn):
        at = BEGIN + timedelta(minutes=minute)
        image = frame(minute, draw, minute)
        first = kept.follow(image, at, air_c=AIR_C, sun_elevation_deg=50.0)
        assert anew.follow(image, at, air_c=AIR_C, sun_elevation_deg=50.0) == first
        data = anew.to_bytes()
        anew = HeatWatch.from_bytes(data, None, HeatRule())
        assert anew.to_bytes() == data == kept.to_bytes()


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_damaged_memory_is_begun_anew(data: bytes) -> None:
    watch = HeatWatch.from_bytes(data, None, HeatRule())
    assert watch.followed_until is None


def test_memory_that_was_cut_is_begun_anew() -> None:
    watch = HeatWatch(None, HeatRule())
    followed(watch, stove, 5)
    data = watch.to_bytes()
    for cut in range(0, len(data), 97):
        assert HeatWatch.from_bytes(data[:cut], None, HeatRule()).followed_until is None
    assert HeatWatch.from_bytes(data, None, HeatRule()).followed_until is not None


def test_memory_stays_small_however_much_is_hot() -> None:
    watch = HeatWatch(None, HeatRule())
    rng = np.random.default_rng(7)
    for minute in range(20):
        image = frame(minute)
        for _ in range(60):
            x, y = int(rng.integers(0, 156)), int(rng.integers(0, 116))
            image.levels[y : y + 2, x : x + 2] = 150.0
        watch.follow(image, BEGIN + timedelta(minutes=minute), air_c=AIR_C, sun_elevation_deg=50.0)
    assert len(watch.to_bytes()) < 2**20
