"""A whole simulated day: 13 windows, three aircraft over UDP, the real runtime, server and network.

It runs on a clock that is set on between the windows, with aircraft sixteen times as fast. A fire
is planted at 09:58; every flight photographs; the detector that is shipped scores what they saw.
Its figures are in ``figures.txt`` of its folder (``--basetemp``).
"""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import shapely
from day_rig import FIRE, FRAME, MIDNIGHT, SPEED, Day, DayClock, opened, remembered, running
from day_rig import settings_of as settings_with

from geo.crs import geodesic
from models.flight import FINAL, IN_THE_AIR, AircraftState, Gate, Run, RunReason, RunState
from models.imagery import ImageryState
from models.store import Store

pytestmark = pytest.mark.servers

FIGURES: list[str] = []
FIRE_AT = MIDNIGHT + timedelta(hours=9, minutes=58)
MISTAKEN = 1
"""Finds before anything burns: drawn forest is taken for smoke at times (0.53, once so far),
and where its pictures are taken differs from run to run."""
OWN = {
    "D1": (-150.0, -900.0, 150.0, -150.0),
    "D2": (450.0, -900.0, 750.0, -150.0),
    "D3": (-1000.0, -900.0, -700.0, -150.0),
}
"""Areas beside each other, metres from the fire; what is in front of D1 burns."""
SHARED = (-300.0, -900.0, 0.0, -150.0)
"""As far from the home of D2 as from that of D3, so that both would be over it at one time."""


@pytest.mark.timeout(900)
def test_a_day_of_flights_in_which_much_goes_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vehicles = remembered(monkeypatch)
    clock = DayClock(MIDNIGHT + timedelta(hours=7, minutes=58, seconds=25), SPEED)
    settings = settings_with(tmp_path, FIRE_AT)
    store = opened(settings, clock)

    async def whole() -> None:
        async with running(settings, store, clock, vehicles) as day:
            made = await _planned(day)
            await _morning(day, made)
            await _fire(day, made)
            await _wind_and_papers(day, made)
            await _cut_off_in_the_air(day, made)
        clock.set_on(MIDNIGHT + timedelta(hours=17, minutes=30))
        async with running(settings, store, clock, vehicles) as day:
            await _after_the_restart(day, made)
            await _all_scored(day)
            await day.at(23, 50)
            await _judged(day, made)

    try:
        asyncio.run(whole())
    finally:
        store.close()
        (tmp_path / "figures.txt").write_text("\n".join(FIGURES), encoding="utf-8")


def _say(figure: str) -> None:
    FIGURES.append(figure)


async def _planned(day: Day) -> dict[str, int]:
    """Schedules by name; the hour, the aircraft, and what it sees."""
    made: dict[str, int] = {}
    for hour in (8, 10, 13):
        for name, box_m in OWN.items():
            made[f"{name} {hour}"] = await _kept(day, name, hour, box_m)
    made["D1 16"] = await _kept(day, "D1", 16, OWN["D1"])
    made["D1 17"] = await _kept(day, "D1", 17, OWN["D1"], window_s=1200.0)
    for name in ("D2", "D3"):
        made[f"{name} 18"] = await _kept(day, name, 18, SHARED)
    await day.windows_made(made.values())
    return made


async def _kept(
    day: Day, name: str, hour: int, box_m: tuple[float, float, float, float], **how: float
) -> int:
    title = f"{name} {hour}:00"
    sweep_id = await day.sweep(title, name, box_m)
    return await day.schedule(title, sweep_id, hour * 60, **how)


async def _morning(day: Day, made: dict[str, int]) -> None:
    """All goes well, but that the battery of D3 has to be changed first."""
    await day.all_heard()
    day.vehicles["D3"].set_battery(0.5)
    day.weather(3.0)
    mine = [made[f"{name} 8"] for name in OWN]
    await day.release(*mine)
    await day.until("D3 waits", lambda: Gate.BATTERY in _closed(day.run_of(mine[2])))
    day.vehicles["D3"].set_battery(1.0)
    await day.ended(*mine)


async def _fire(day: Day, made: dict[str, int]) -> None:
    """D1 flies by a fire; D2 is not heard any more; the battery of D3 is worse than it said."""
    assert len(day.store.observations.newest(9)) <= MISTAKEN
    await day.at(9, 59, 48)
    await day.all_heard()
    day.weather(3.0)
    first, lost, weak = (made[f"{name} 10"] for name in OWN)
    await day.release(first, lost, weak)
    cut = day.vehicles["D2"]
    await _recording(day, "D2")
    cut.faults.is_link_cut = True
    await _recording(day, "D3")
    day.vehicles["D3"].set_battery(0.21)
    await day.until("it came home alone", lambda: not cut.craft.pilot.is_airborne)
    cut.faults.is_link_cut = False
    await day.ended(first, lost, weak)


async def _wind_and_papers(day: Day, made: dict[str, int]) -> None:
    """Too much wind for all of them, then for none; D2 lacks its activation; D1 is called home."""
    await day.at(12, 59, 48)
    day.activated("D2", is_activated=False)
    await day.all_heard()
    day.weather(14.0)
    called, illegal, calm = (made[f"{name} 13"] for name in OWN)
    await day.release(called, illegal, calm)
    waiting = RunState.WAITING
    await day.until("all wait", lambda: all(day.is_in(each, waiting) for each in (called, calm)))
    assert Gate.WIND in _closed(day.run_of(calm))
    await day.at(13, 5)
    day.weather(4.0)
    await _recording(day, "D1")
    path = f"/api/flights/{day.run_of(called).run_id}/words"
    await day.asked(path, {"word": "come_home"}, 202)
    await day.ended(called, calm)
    assert Gate.IDENTIFICATION in _closed(day.run_of(illegal))
    await day.at(14, 1)
    await day.ended(illegal)
    day.activated("D2", is_activated=True)


async def _cut_off_in_the_air(day: Day, made: dict[str, int]) -> None:
    """The process ends while D1 flies; its aircraft, which is simulated in it, ends too."""
    await day.at(15, 59, 48)
    await day.all_heard()
    day.weather(3.0)
    await day.release(made["D1 16"], made["D1 17"])
    await _photographed(day, made["D1 16"])
    assert day.is_in(made["D1 16"], *IN_THE_AIR)


async def _after_the_restart(day: Day, made: dict[str, int]) -> None:
    """D2 and D3 want the same air at the same time."""
    await day.ended(made["D1 16"], made["D1 17"])
    await day.at(17, 59, 48)
    await day.all_heard()
    day.weather(3.0)
    both = made["D2 18"], made["D3 18"]
    await day.release(*both)
    await day.ended(*both)


async def _recording(day: Day, name: str) -> None:
    """What it sees goes on its card."""
    vehicle = day.vehicles[name]
    await day.until(f"{name} records", lambda: vehicle.craft.pilot.camera.is_recording)


async def _photographed(day: Day, schedule_id: int) -> None:
    run_id = day.run_of(schedule_id).run_id
    await day.until(f"pictures of {run_id}", lambda: bool(day.store.imagery.page(run_id=run_id)))


async def _all_scored(day: Day) -> None:
    await day.until("all scored", lambda: day.store.imagery.next_queued() is None, 240.0)


def _flew_through(run: Run) -> bool:
    """To its end; so fast, its last points may lie between two words of the aircraft."""
    points = re.search(r"after point (\d+) of (\d+)", run.steps[-1].note)
    is_last = points is not None and int(points[1]) >= int(points[2]) - 2
    return run.state is RunState.LANDED or (run.reason is RunReason.AIRCRAFT and is_last)


def _closed(run: Run) -> set[Gate]:
    """Gates that ever kept it on the ground."""
    return {reading.gate for check in run.checks for reading in check.closed}


async def _judged(day: Day, made: dict[str, int]) -> None:
    """What the day came to."""
    store = day.store
    runs = {name: day.run_of(schedule_id) for name, schedule_id in made.items()}
    for name, run in runs.items():
        _say(f"{name:6} {run.state.value:10} {run.reason.value:12} {run.steps[-1].note}")
    flown = {name: run for name, run in runs.items() if run.started_at is not None}
    assert all(run.state in FINAL for run in runs.values())
    _were_apart(store, list(flown.values()))
    _were_scored(store, flown)
    await _was_found(day, flown)
    ended = {name: (run.state, run.reason) for name, run in runs.items()}
    whole = {name for name, run in runs.items() if _flew_through(run)}
    assert whole >= {"D1 8", "D2 8", "D3 8", "D1 10", "D3 13", "D2 18", "D3 18"}
    assert ended["D2 10"][0] in {RunState.LANDED, RunState.ABORTED}
    assert ended["D3 10"] in {  # called home, or home by itself before that: the faster one
        (RunState.ABORTED, RunReason.LOW_BATTERY),
        (RunState.ABORTED, RunReason.AIRCRAFT),
    }
    assert ended["D1 13"] == (RunState.ABORTED, RunReason.PERSON)
    assert ended["D2 13"] == (RunState.SKIPPED, RunReason.GATES)
    assert ended["D1 16"][1] is RunReason.RESTARTED
    assert ended["D1 17"] == (RunState.MISSED, RunReason.DOWN)
    assert Gate.BATTERY in _closed(runs["D3 8"])
    assert Gate.CONFLICT in _closed(runs["D2 18"]) | _closed(runs["D3 18"])
    assert set(flown) == set(runs) - {"D2 13", "D1 17"}


def _were_apart(store: Store, flown: list[Run]) -> None:
    """By their tracks alone: 100 m over ground or 30 m of height, whenever two were in the air."""
    nearest_m, compared = np.inf, 0
    tracks = {run.run_id: [one for one in store.tracks.of(run.run_id) if one.is_in_the_air]
              for run in flown}  # fmt: skip
    for one, other in combinations(flown, 2):
        if one.aircraft == other.aircraft or not (tracks[one.run_id] and tracks[other.run_id]):
            continue
        for here in tracks[one.run_id]:
            there = min(tracks[other.run_id], key=_away_from(here.at))
            if abs((there.at - here.at).total_seconds()) > 1.0:
                continue
            across_m, up_m = _apart(here, there)
            compared += 1
            if up_m < 30.0:
                nearest_m = min(nearest_m, across_m)
    _say(f"{compared} moments with two in the air; nearest {nearest_m:.0f} m")
    assert compared > 20
    assert nearest_m >= 100.0


def _away_from(at: datetime) -> Callable[[AircraftState], timedelta]:
    return lambda state: abs(state.at - at)


def _apart(here: AircraftState, there: AircraftState) -> tuple[float, float]:
    assert here.lon_deg is not None
    assert here.lat_deg is not None
    assert there.lon_deg is not None
    assert there.lat_deg is not None
    assert here.height is not None
    assert there.height is not None
    across_m = geodesic(here.lon_deg, here.lat_deg, there.lon_deg, there.lat_deg)[2]
    return across_m, abs(here.height.value_m - there.height.value_m)


def _were_scored(store: Store, flown: dict[str, Run]) -> None:
    """What every flight saw went through the detector."""
    quiet = 0
    for name, run in flown.items():
        imagery = store.imagery.page(run_id=run.run_id, limit=100)
        hits = [hit for one in imagery for hit in store.imagery.hits(one.imagery_id)]
        scores = sorted((round(hit.draft.box.score, 2) for hit in hits), reverse=True)
        _say(f"{name:6} {len(imagery):3} pictures, {len(hits)} finds {scores[:8]}")
        assert imagery, name
        assert {one.state for one in imagery} == {ImageryState.SCORED}
        if run.started_at is not None and run.started_at < FIRE_AT:
            quiet += len(hits)
    assert quiet <= MISTAKEN


async def _was_found(day: Day, flown: dict[str, Run]) -> None:
    """Nothing but the planted fire is told, as a drill, and it lies where that says."""
    truth = shapely.Point(FIRE)
    held = []
    for run in flown.values():
        for one in day.store.imagery.page(run_id=run.run_id, limit=100):
            got = await day.told(f"/api/imagery/{one.imagery_id}")
            for hit in got["hits"]:
                if hit["observation_id"] is None:
                    _say(f"run {run.run_id}: {hit['score']:.2f} is no witness: {hit['gaps']}")
                    continue
                off_m = geodesic(hit["lon_deg"], hit["lat_deg"], *FIRE)[2]
                held.append(bool(shapely.geometry.shape(hit["region"]).covers(truth)))
                _say(
                    f"run {run.run_id}: {hit['score']:.2f}, {off_m:.0f} m off, "
                    f"stated {hit['radius_m']:.0f} m, region holds it: {held[-1]}"
                )
    _say(f"regions of {sum(held)} of {len(held)} finds hold the fire")
    told = day.store.observations.newest(200)
    mistaken = {one.incident_id for one in told if one.draft.seen_at < FIRE_AT}
    assert len(mistaken) <= MISTAKEN
    every = (await day.told("/api/incidents"))["incidents"]
    assert all(fire["is_drill"] is True for fire in every)
    incidents = [fire for fire in every if fire["incident_id"] not in mistaken]
    for fire in incidents:
        place = fire["place"]
        ring = shapely.Polygon(place["ring_lonlat"])
        east_m, north_m = FRAME.to_metric(place["lon_deg"], place["lat_deg"])
        _say(
            f"incident {fire['incident_id']}: {len(fire['observations'])} witnesses, "
            f"{np.hypot(east_m, north_m):.0f} m off, holds it: {ring.covers(truth)}"
        )
        assert ring.covers(truth)
    # Looked at again after three and after five hours it is told anew.
    assert 1 <= len(incidents) <= 3
    assert sum(held) >= 0.8 * len(held) > 0.0
