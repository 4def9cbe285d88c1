"""The room flies a schedule: a simulated aircraft over UDP, from its window to the ground."""

import asyncio
from itertools import pairwise
from pathlib import Path

from mavlink_flight import HOME, mission
from room_rig import HEIGHT_M, office, running

from geo.crs import geodesic
from models.flight import AircraftState, RunReason, RunState
from models.mission import Autopilot

FLOWN = [
    RunState.PLANNED,
    RunState.CLAIMED,
    RunState.UPLOADING,
    RunState.READY,
    RunState.STARTING,
    RunState.FLYING,
]


def test_a_schedule_is_flown_from_its_window_to_the_ground(tmp_path: Path) -> None:
    link = {"aircraft": "quad", "kind": "simulated", "speedup": 8.0}

    async def day() -> None:
        async with office(tmp_path, [link]) as made:
            made.aircraft("quad")
            made.weather()
            schedule_id = made.schedule(made.sweep("quad"))
            assert made.room.drills == {"quad"}
            async with running(made):
                await made.until(lambda: made.run_of(schedule_id) is not None)
                run = made.run_of(schedule_id)
                assert run is not None
                made.store.runs.release(run.run_id, version=1, author="li")
                await made.until(lambda: made.is_in(run.run_id, RunState.LANDED))
                told = made.room.states()["quad"]
                assert told is not None
                assert told.is_in_the_air is False
            ended = made.store.runs.get(run.run_id)
            states = [step.state for step in ended.steps]
            assert [state for state in states if state in FLOWN][-6:] == FLOWN[-6:]
            assert ended.reason is RunReason.NONE
            assert ended.released_by == "li"
            assert all(check.may_fly for check in ended.checks[-1:])
            _has_flown_past_every_point(made.store.tracks.of(run.run_id))

    asyncio.run(day())


def _has_flown_past_every_point(track: list[AircraftState]) -> None:
    """By the track alone, held against the mission."""
    places = [(state.lon_deg or 0.0, state.lat_deg or 0.0) for state in track]
    for point in mission(Autopilot.PX4).points:
        away_m = min(geodesic(lon, lat, point.lon_deg, point.lat_deg)[2] for lon, lat in places)
        assert away_m < 60.0  # a state every second of 8 to 10 m/s, eight times as fast
    lon_deg, lat_deg = places[-1]
    assert geodesic(lon_deg, lat_deg, HOME.lon_deg, HOME.lat_deg)[2] < 30.0
    highest_m = max(state.above_take_off_m or 0.0 for state in track)
    assert HEIGHT_M - 5.0 < highest_m < HEIGHT_M + 10.0
    assert min(state.battery_share or 0.0 for state in track) > 0.5
    assert all(before.at <= after.at for before, after in pairwise(track))
