"""What aircraft tell on their way is kept, also when the store cannot write for a while."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from room_rig import MORNING, office

from api.flights import tracking
from api.flights.tracking import TrackKeeper
from models.clock import ManualClock
from models.flight import AircraftState, FlightPhase, RunState
from models.store.leases import FLIGHTS


def told(second: int, point: int | None = None) -> AircraftState:
    at = MORNING + timedelta(seconds=second)
    return AircraftState(at, FlightPhase.MISSION, 106.65, 28.85, mission_point=point)


def test_they_are_kept_in_their_order_and_what_is_left_at_the_end(tmp_path: Path) -> None:
    async def watch() -> None:
        async with office(tmp_path, []) as made:
            made.aircraft("quad")
            run_id = made.by_hand(made.sweep("quad"), "quad").run_id
            keeper = TrackKeeper(made.store, made.clock)
            working = asyncio.create_task(keeper.run())
            await asyncio.sleep(0)
            for second in range(25):
                keeper.heard(run_id, told(second))
            keeper.heard(9999, told(0))  # of no flight: told in the log, and no trouble
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            assert made.store.tracks.of(run_id) == [told(second) for second in range(25)]
            assert made.store.tracks.of(9999) == []

    asyncio.run(watch())


def test_a_store_that_cannot_write_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest of what waits are kept, however long it takes."""

    async def watch() -> None:
        async with office(tmp_path, []) as made:
            made.aircraft("quad")
            run_id = made.by_hand(made.sweep("quad"), "quad").run_id
            keeper = TrackKeeper(made.store, ManualClock(MORNING))
            keeper.heard(run_id, told(0))
            keeper.keep()
            with closing(sqlite3.connect(tmp_path / "flights.db")) as other:
                other.execute("BEGIN IMMEDIATE")
                for second in range(1, 8):
                    keeper.heard(run_id, told(second))
                keeper.keep()
                monkeypatch.setattr(tracking, "MOST_WAITING", 3)
                keeper.heard(run_id, told(8))
            keeper.keep()
            kept = made.store.tracks.of(run_id)
            assert kept == [told(second) for second in (0, 6, 7, 8)]

    asyncio.run(watch())


def test_how_far_a_flight_had_come_is_known_from_its_track(tmp_path: Path) -> None:
    """Whoever takes it over did not see it: a flight flown to its end is not told as broken off."""

    async def watch() -> None:
        async with office(tmp_path, []) as made:
            made.aircraft("quad")
            run = made.by_hand(made.sweep("quad"), "quad")
            made.clock.begin()
            await made.until(lambda: made.clock.now() > run.due_at)
            lease = made.store.leases.take(FLIGHTS, "first", 60.0)
            assert lease is not None
            keeper, runs = TrackKeeper(made.store, made.clock), made.store.runs
            runs.claim(run.run_id, lease.fence)
            keeper.heard(run.run_id, told(0, 1))
            keeper.keep()
            assert keeper.reached(runs.get(run.run_id)) is None  # it has not started
            for state in (RunState.UPLOADING, RunState.READY, RunState.STARTING):
                runs.step(run.run_id, state, author="system", fence=lease.fence)
            for second, point in enumerate((None, 0, 1, 2, 1, None)):
                keeper.heard(run.run_id, told(second, point))
            keeper.keep()
            started = runs.get(run.run_id)
            assert keeper.reached(started) == 2
            assert made.room.order_of(started).limits.reached == 2

    asyncio.run(watch())
