"""When an entry of the ledger holds, and what no entry may be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputRefused
from models.incident import DismissReason
from models.ledger import (
    LONGEST,
    EntryKind,
    GroundPlace,
    LedgerDraft,
    LedgerEntry,
    ViewPlace,
    check_entry,
)
from models.times import Season, Times

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
PLACE = ViewPlace("t1", 0, 0.0, 0.0, 1.0, 1.0)
NUISANCE = LedgerDraft(
    EntryKind.NUISANCE,
    PLACE,
    START,
    START + timedelta(days=1),
    Times(),
    DismissReason.LIGHT,
    "",
    "",
)
BURN = replace(
    NUISANCE, kind=EntryKind.BURN, place=GroundPlace(0.0, 0.0, 5000.0), reported_by="石角镇"
)


def local(day: int, hour: int, minute: int = 0, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("times", "hour", "covered"),
    [
        (Times(), 0, True),
        (Times(6 * 60, 18 * 60), 6, True),
        (Times(6 * 60, 18 * 60), 18, False),
        (Times(6 * 60, 18 * 60), 5, False),
        (Times(0, 60), 0, True),
        (Times(18 * 60, 6 * 60), 18, True),
        (Times(18 * 60, 6 * 60), 23, True),
        (Times(18 * 60, 6 * 60), 5, True),
        (Times(18 * 60, 6 * 60), 6, False),
        (Times(18 * 60, 6 * 60), 12, False),
    ],
)
def test_hours_are_those_of_the_site_and_may_pass_midnight(
    *, times: Times, hour: int, covered: bool
) -> None:
    assert times.cover(local(5, hour), SHANGHAI) is covered


def test_the_small_hours_belong_to_the_evening_before() -> None:
    friday_night = Times(22 * 60, 6 * 60, (5,))
    assert friday_night.cover(local(3, 23), SHANGHAI)  # 3 April 2026 is a Friday
    assert friday_night.cover(local(4, 5), SHANGHAI)
    assert not friday_night.cover(local(4, 23), SHANGHAI)
    assert not friday_night.cover(local(3, 5), SHANGHAI)


def test_a_season_may_pass_the_new_year() -> None:
    winter = Times(season=Season(11, 15, 2, 10))
    assert winter.cover(local(15, 0, month=11), SHANGHAI)
    assert winter.cover(local(10, 23, month=2), SHANGHAI)
    assert not winter.cover(local(11, 0, month=2), SHANGHAI)
    summer = Times(season=Season(5, 1, 9, 30))
    assert summer.cover(local(1, 0, month=5), SHANGHAI)
    assert not summer.cover(local(30, 0), SHANGHAI)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 1439))
def test_hours_and_the_hours_left_over_share_the_day(first: int, last: int, minute: int) -> None:
    if first != last:
        at = local(5, 0) + timedelta(minutes=minute)
        inside = Times(first, last).cover(at, SHANGHAI)
        assert Times(last, first).cover(at, SHANGHAI) is not inside


def test_an_entry_holds_from_its_beginning_until_its_end() -> None:
    entry = LedgerEntry(1, NUISANCE, "zhang", START)
    assert entry.in_span(START)
    assert not entry.in_span(START - timedelta(microseconds=1))
    assert not entry.in_span(NUISANCE.until_at)
    ended = replace(entry, ended_by="li", ended_at=START + timedelta(hours=1))
    assert ended.in_span(START + timedelta(minutes=59))
    assert not ended.in_span(START + timedelta(hours=1))


@pytest.mark.parametrize("draft", [NUISANCE, BURN, replace(NUISANCE, place=BURN.place)])
def test_what_can_be_is_taken(draft: LedgerDraft) -> None:
    check_entry(draft)


NAN = float("nan")


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (replace(BURN, place=PLACE), "ledger_place"),
        (replace(BURN, place=GroundPlace(0.0, 91.0, 10.0)), "ledger_place"),
        (replace(BURN, place=GroundPlace(181.0, 0.0, 10.0)), "ledger_place"),
        (replace(BURN, place=GroundPlace(0.0, 0.0, 0.0)), "ledger_place"),
        (replace(BURN, place=GroundPlace(0.0, 0.0, 5000.1)), "ledger_place"),
        (replace(BURN, place=GroundPlace(NAN, 0.0, 10.0)), "ledger_place"),
        (replace(NUISANCE, place=replace(PLACE, x_max=0.0)), "ledger_place"),
        (replace(NUISANCE, place=replace(PLACE, y_max=1.01)), "ledger_place"),
        (replace(NUISANCE, place=replace(PLACE, x_min=-0.01)), "ledger_place"),
        (replace(NUISANCE, place=replace(PLACE, y_min=NAN)), "ledger_place"),
        (replace(NUISANCE, until_at=START), "ledger_span"),
        (replace(NUISANCE, until_at=START + LONGEST + timedelta(seconds=1)), "ledger_span"),
        (replace(NUISANCE, times=Times(5, None)), "ledger_times"),
        (replace(NUISANCE, times=Times(5, 5)), "ledger_times"),
        (replace(NUISANCE, times=Times(5, 1440)), "ledger_times"),
        (replace(NUISANCE, times=Times(weekdays=(0,))), "ledger_times"),
        (replace(NUISANCE, times=Times(season=Season(2, 30, 3, 1))), "ledger_times"),
        (replace(NUISANCE, times=Times(season=Season(2, 29, 13, 1))), "ledger_times"),
        (replace(BURN, reported_by=" "), "ledger_reporter"),
        (replace(NUISANCE, reported_by="somebody"), "ledger_reporter"),
        (replace(NUISANCE, note="a\0"), "note_refused"),
        (replace(BURN, reported_by="x" * 2001), "note_refused"),
    ],
)
def test_what_cannot_be_is_refused_by_its_code(draft: LedgerDraft, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        check_entry(draft)
    assert refused.value.code == code
