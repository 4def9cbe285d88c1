"""What a schedule may not be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drone_jobs.calendar import check_schedule
from models.errors import InputRefused
from models.flight import DangerEvery, Schedule, SunEvent, Timing, Weekday
from models.patrol import DangerClass
from models.times import Season

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
GOOD = Schedule(
    "东岭晨巡",
    7,
    Timing(at_minutes=(0, 570, 1439), weekdays=(Weekday.MON,), seasons=(Season(2, 29, 2, 29),)),
    1800.0,
    sweep_version=1,
    aircraft=((1, "M4T-01"), (2, "M4T-01")),
    approval_number="渝空批 2026-17 号",
    approved_from_at=NOON,
    approved_until_at=NOON + timedelta(days=30),
)


@pytest.mark.parametrize(
    "schedule",
    [
        GOOD,
        replace(GOOD, approval_number="", approved_from_at=None, approved_until_at=None),
        replace(GOOD, approved_from_at=None, approved_until_at=None),
        replace(GOOD, sweep_version=None, note="两行\n备注"),
        replace(GOOD, timing=Timing(sun=SunEvent.SUNSET, sun_offset_s=-43_200.0)),
        replace(GOOD, timing=Timing(by_danger=(DangerEvery(DangerClass.HIGH, 300.0),))),
    ],
)
def test_what_can_be_is_taken(schedule: Schedule) -> None:
    check_schedule(schedule)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "schedule_text"),
        ({"name": " a"}, "schedule_text"),
        ({"name": "a\nb"}, "schedule_text"),
        ({"name": "a" * 81}, "schedule_text"),
        ({"note": "a" * 1001}, "schedule_text"),
        ({"note": "a\0"}, "schedule_text"),
        ({"sweep_id": 0}, "schedule_sweep"),
        ({"sweep_id": 2**31}, "schedule_sweep"),
        ({"sweep_version": 0}, "schedule_sweep"),
        ({"window_s": 299.0}, "schedule_window"),
        ({"window_s": 86_401.0}, "schedule_window"),
        ({"window_s": float("nan")}, "schedule_window"),
        ({"aircraft": ((1, "a"), (1, "b"))}, "schedule_aircraft"),
        ({"aircraft": ((0, "a"),)}, "schedule_aircraft"),
        ({"aircraft": ((1, ""),)}, "schedule_aircraft"),
        ({"aircraft": ((1, "a\n"),)}, "schedule_aircraft"),
        ({"aircraft": ((1, "a" * 41),)}, "schedule_aircraft"),
        ({"approval_number": ""}, "schedule_approval"),
        ({"approval_number": " 1"}, "schedule_approval"),
        ({"approval_number": "1" * 121}, "schedule_approval"),
        ({"approval_number": "1\n2"}, "schedule_approval"),
        ({"approved_from_at": None}, "schedule_approval"),
        ({"approved_until_at": None}, "schedule_approval"),
        ({"approved_until_at": NOON}, "schedule_approval"),
        ({"approved_from_at": NOON.replace(tzinfo=None)}, "schedule_approval"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], code: str) -> None:
    refused_as(replace(GOOD, **changes), code)


ONE = DangerEvery(DangerClass.HIGH, 3600.0)


@pytest.mark.parametrize(
    ("timing", "code"),
    [
        (Timing(), "schedule_ways"),
        (Timing(at_minutes=(0,), sun=SunEvent.SUNRISE), "schedule_ways"),
        (Timing(at_minutes=(0,), by_danger=(ONE,)), "schedule_ways"),
        (Timing(at_minutes=(1440,)), "schedule_minutes"),
        (Timing(at_minutes=(-1,)), "schedule_minutes"),
        (Timing(at_minutes=(5, 5)), "schedule_minutes"),
        (Timing(at_minutes=(6, 5)), "schedule_minutes"),
        (Timing(at_minutes=tuple(range(289))), "schedule_minutes"),
        (Timing(sun=SunEvent.SUNRISE, sun_offset_s=43_201.0), "schedule_sun"),
        (Timing(sun=SunEvent.SUNRISE, sun_offset_s=float("nan")), "schedule_sun"),
        (Timing(by_danger=(ONE, ONE)), "schedule_danger"),
        (Timing(by_danger=(ONE, DangerEvery(DangerClass.LOW, None))), "schedule_danger"),
        (Timing(by_danger=(DangerEvery(DangerClass.LOW, None),)), "schedule_danger"),
        (Timing(by_danger=(DangerEvery(DangerClass.LOW, 0.0),)), "schedule_danger"),
        (Timing(by_danger=(DangerEvery(DangerClass.LOW, float("nan")),)), "schedule_danger"),
        (Timing(by_danger=(DangerEvery(DangerClass.LOW, 86_401.0),)), "schedule_danger"),
        (Timing(by_danger=(ONE,), from_minute=60, until_minute=60), "schedule_hours"),
        (Timing(by_danger=(ONE,), from_minute=-1), "schedule_hours"),
        (Timing(by_danger=(ONE,), until_minute=1441), "schedule_hours"),
        (Timing(at_minutes=(0,), weekdays=(Weekday.MON, Weekday.MON)), "schedule_weekdays"),
        (Timing(at_minutes=(0,), seasons=(Season(2, 30, 3, 1),)), "schedule_seasons"),
        (Timing(at_minutes=(0,), seasons=(Season(1, 1, 13, 1),)), "schedule_seasons"),
        (Timing(at_minutes=(0,), seasons=(Season(1, 0, 2, 1),)), "schedule_seasons"),
        (Timing(at_minutes=(0,), seasons=(Season(1, 1, 2, 1),) * 13), "schedule_seasons"),
    ],
)
def test_times_that_cannot_be_are_refused(timing: Timing, code: str) -> None:
    refused_as(replace(GOOD, timing=timing), code)


def refused_as(schedule: Schedule, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        check_schedule(schedule)
    assert caught.value.code == code
    assert caught.value.remedy
