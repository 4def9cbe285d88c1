"""Which tour runs when, and what no patrol may be."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from models.errors import InputRefused
from models.patrol import DangerClass, Mover, Patrol, Tour, TourStop, check_patrol
from models.times import Season, Times

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)
MOVER = Mover("http://10.0.0.1/onvif/device_service", tokens=((0, "1"), (1, "2"), (2, "3")))
DAY = Tour("day", (TourStop(0, 20.0), TourStop(1, 20.0)), Times(6 * 60, 20 * 60))
DRY = Tour("dry", (TourStop(2, 20.0),), least_danger=DangerClass.VERY_HIGH)
ANY = Tour("any", (TourStop(0, 60.0), TourStop(2, 1.0), TourStop(0, 60.0)))
PATROL = Patrol(MOVER, (DRY, DAY, ANY))


@pytest.mark.parametrize(
    ("hour", "danger", "runs"),
    [(4, 4, DRY), (4, 5, DRY), (4, 3, DAY), (16, 1, ANY), (16, 4, DRY), (11, 1, DAY), (12, 1, ANY)],
)
def test_the_first_tour_that_holds_runs(hour: int, danger: int, runs: Tour) -> None:
    at = NOON.replace(hour=hour)
    assert PATROL.tour_at(at, SHANGHAI, DangerClass(danger)) is runs


def test_none_runs_out_of_season_or_when_the_patrol_is_off() -> None:
    winter = replace(DAY, times=Times(season=Season(11, 1, 2, 28)))
    assert Patrol(MOVER, (winter,)).tour_at(NOON, SHANGHAI, DangerClass.LOW) is None
    assert replace(PATROL, is_on=False).tour_at(NOON, SHANGHAI, DangerClass.LOW) is None


def test_a_tour_names_its_presets_once_and_the_mover_their_tokens() -> None:
    assert ANY.presets == (0, 2)
    assert MOVER.token_of(0) == "1"
    assert MOVER.token_of(3) is None
    check_patrol(PATROL, (0, 1, 2, 7))
    check_patrol(Patrol(Mover("http://a")), ())


@pytest.mark.parametrize(
    ("patrol", "code"),
    [
        (Patrol(MOVER, (ANY,) * 21), "patrol_tours"),
        (Patrol(replace(MOVER, tokens=((0, "1"), (0, "2")))), "patrol_token"),
        (Patrol(replace(MOVER, tokens=((9, "1"),))), "patrol_token"),
        (Patrol(replace(MOVER, tokens=((1, "1"),)), (ANY,)), "patrol_token"),
        (Patrol(MOVER, (replace(ANY, name=" "),)), "patrol_stops"),
        (Patrol(MOVER, (replace(ANY, name="n" * 81),)), "patrol_stops"),
        (Patrol(MOVER, (replace(ANY, stops=()),)), "patrol_stops"),
        (Patrol(MOVER, (replace(ANY, stops=(TourStop(0, 1.0),) * 65),)), "patrol_stops"),
        (Patrol(MOVER, (replace(ANY, stops=(TourStop(0, 0.0),)),)), "patrol_dwell"),
        (Patrol(MOVER, (replace(ANY, stops=(TourStop(0, float("nan")),)),)), "patrol_dwell"),
        (Patrol(MOVER, (replace(ANY, stops=(TourStop(0, 3601.0),)),)), "patrol_dwell"),
        (Patrol(MOVER, (replace(ANY, stops=(TourStop(9, 1.0),)),)), "patrol_preset"),
        (Patrol(MOVER, (replace(ANY, times=Times(5, None)),)), "patrol_times"),
        (Patrol(MOVER, (replace(DRY, most_danger=DangerClass.LOW),)), "patrol_danger"),
    ],
)
def test_what_cannot_be_walked_is_refused(patrol: Patrol, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        check_patrol(patrol, (0, 1, 2))
    assert refused.value.code == code
