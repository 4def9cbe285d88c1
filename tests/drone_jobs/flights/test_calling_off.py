"""A flight that a person calls off while it is being prepared never takes off."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flight_rig import FlightOffice, flight_office, in_the_world

from models.errors import Conflict
from models.flight import GateCheck, Run, RunReason, RunState


def released(office: FlightOffice) -> Run:
    """A flight that is due now, for twenty minutes."""
    now = office.clock.now()
    run = office.store.runs.add_by_hand(
        office.sweep(["one"]), 1, 1, "one",
        due_at=now, until_at=now + timedelta(minutes=20), key="wish-0001", author="wang",
    )  # fmt: skip
    return office.store.runs.release(run.run_id, version=1, author="wang")


def call_off(office: FlightOffice, run: Run) -> None:
    office.store.runs.step(
        run.run_id, RunState.CANCELLED, RunReason.PERSON, author="wang", fence=None
    )


async def day(office: FlightOffice, midway: Callable[[], None] = lambda: None) -> None:
    task = asyncio.create_task(office.desk().run())
    await office.clock.pass_(2.0)
    midway()
    await office.clock.pass_(25 * 60.0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def check_never_flown(office: FlightOffice, run: Run) -> None:
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.CANCELLED, RunReason.PERSON)
    assert office.fleet["one"].flights == 0
    with pytest.raises(Conflict):
        call_off(office, run)


def test_one_that_is_called_off_while_its_mission_is_uploaded(tmp_path: Path) -> None:
    with flight_office(tmp_path) as office:
        run = released(office)

        def midway() -> None:
            assert office.store.runs.get(run.run_id).state is RunState.UPLOADING
            call_off(office, run)

        in_the_world(day(office, midway))
        check_never_flown(office, run)


def test_one_that_is_called_off_between_its_last_gates_and_the_word_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with flight_office(tmp_path) as office:
        run = released(office)
        kept, rounds = office.store.runs.add_check, []

        def add_check(run_id: int, check: GateCheck, *, fence: int) -> bool:
            is_kept = kept(run_id, check, fence=fence)
            rounds.append(office.store.runs.get(run_id).state)
            if rounds[-1] is RunState.READY:
                call_off(office, run)
            return is_kept

        monkeypatch.setattr(office.store.runs, "add_check", add_check)
        in_the_world(day(office))
        assert rounds == [RunState.PLANNED, RunState.READY]
        check_never_flown(office, run)


def test_its_aircraft_is_free_for_the_next_flight(tmp_path: Path) -> None:
    with flight_office(tmp_path) as office:
        first = released(office)

        def midway() -> None:
            call_off(office, first)
            now = office.clock.now()
            second = office.store.runs.add_by_hand(
                first.sweep_id, 1, 1, "one",
                due_at=now, until_at=now + timedelta(minutes=20), key="wish-0002", author="wang",
            )  # fmt: skip
            office.store.runs.release(second.run_id, version=1, author="wang")

        in_the_world(day(office, midway))
        assert [run.state for run in office.store.runs.page()] == [
            RunState.LANDED,
            RunState.CANCELLED,
        ]
        assert office.fleet["one"].flights == 1
