import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.sources.pacing import Pacer
from models.clock import ManualClock
from models.errors import InputRefused


def play(clock: ManualClock, pacer: Pacer, times_s: list[float]) -> list[float]:
    async def scenario() -> list[float]:
        sent = []
        for time_s in times_s:
            await pacer.wait_for(time_s)
            sent.append(clock.monotonic_s())
        return sent

    return asyncio.run(scenario())


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan])
def test_impossible_rates_are_refused(clock: ManualClock, rate: float) -> None:
    with pytest.raises(InputRefused, match="rate"):
        Pacer(clock, rate)


@pytest.mark.parametrize("gap_s", [-1.0, math.nan])
def test_impossible_gaps_are_refused(clock: ManualClock, gap_s: float) -> None:
    with pytest.raises(InputRefused, match="gap"):
        Pacer(clock, 1.0, gap_s)


def test_gaps_are_divided_by_the_rate_and_capped(clock: ManualClock) -> None:
    assert play(clock, Pacer(clock, 10.0, 60.0), [100, 130, 1330, 1330, 1320, 1380]) == [
        0.0,
        3.0,
        9.0,
        9.0,
        9.0,
        15.0,
    ]


def test_no_rate_is_too_fast_and_a_gap_may_be_nothing(clock: ManualClock) -> None:
    assert play(clock, Pacer(clock, math.inf), [0, 1e6]) == [0.0, 0.0]
    assert play(clock, Pacer(clock, 1.0, 0.0), [0, 1e6]) == [0.0, 0.0]


def test_a_late_consumer_gets_the_cadence_and_no_burst(clock: ManualClock) -> None:
    async def scenario() -> list[float]:
        pacer, sent = Pacer(clock, 1.0), []
        for time_s in (0, 10, 20, 30, 40):
            await pacer.wait_for(time_s)
            sent.append(clock.monotonic_s())
            clock.advance(35.0 if time_s == 10 else 0.5)
        return sent

    assert asyncio.run(scenario()) == [0.0, 10.0, 45.0, 55.0, 65.0]


@given(
    gaps=st.lists(st.floats(0.0, 1e4), min_size=1, max_size=30),
    rate=st.floats(0.1, 1e3),
)
def test_the_whole_recording_takes_its_length_over_the_rate(gaps: list[float], rate: float) -> None:
    from datetime import UTC, datetime

    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    times = [0.0]
    for gap in gaps:
        times.append(times[-1] + gap)
    sent = play(clock, Pacer(clock, rate), times)
    assert sent[-1] == pytest.approx(times[-1] / rate, rel=1e-6, abs=1e-6)
    assert sent == sorted(sent)
