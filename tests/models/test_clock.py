"""Time is injected, aware and UTC."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from models.clock import Clock, ManualClock, SystemClock, _boot, require_utc

START = datetime(2026, 11, 25, 8, 0, tzinfo=timezone(timedelta(hours=8)))


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        require_utc(START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="no time zone"):
        ManualClock(START.replace(tzinfo=None))


def test_an_aware_time_becomes_utc_and_stays_the_same_moment() -> None:
    moment = require_utc(START)
    assert moment == START
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "moment",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=8))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-8))),
    ],
)
def test_a_moment_beyond_the_calendar_is_refused_by_name(moment: datetime) -> None:
    with pytest.raises(ValueError, match="from 2 to 9998"):
        require_utc(moment)


def test_the_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock(START)
    assert clock.now() == START
    assert clock.now().tzinfo is UTC
    clock.advance(90.5)
    clock.advance(0)
    assert clock.now() == START + timedelta(seconds=90.5)
    assert clock.monotonic_s() == 90.5
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(-0.001)


def test_sleeping_on_the_manual_clock_takes_no_time() -> None:
    clock: Clock = ManualClock(START)
    asyncio.run(clock.sleep(3600.0))
    asyncio.run(clock.sleep(-5.0))
    assert clock.monotonic_s() == 3600.0


def test_a_machine_that_does_not_say_when_it_was_booted_has_a_scale_of_this_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock: Clock = SystemClock()
    assert clock.scale == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    monkeypatch.setattr("models.clock._BOOT", tmp_path / "none")
    _boot.cache_clear()
    try:
        alone = clock.scale
        assert len(alone) == 32
        assert alone == SystemClock().scale
    finally:
        _boot.cache_clear()


def test_the_system_clock_is_the_machines() -> None:
    clock: Clock = SystemClock()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC
    first = clock.monotonic_s()
    asyncio.run(clock.sleep(-1.0))
    assert clock.monotonic_s() >= first
