"""Words of persons to an aircraft in the air, over HTTP and from the command line, and unheard."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random

import httpx
import pytest
from api_rig import QUICK
from command_line import run_firewatch
from mavlink_flight import HOME, TERRAIN, mission
from pymavlink.dialects.v20 import common as mavlink
from room_http import person, served_room
from room_rig import Office, lawful, office, running

from api.auth import passwords
from api.commands import flight_words
from drone_jobs.links.simulated.quirks import Quirks
from drone_jobs.links.simulated.vehicle import SimulatedVehicle
from models.flight import IN_THE_AIR, FlightPhase, Run, RunReason, RunState
from models.mission import Autopilot
from models.user import Role

Said = tuple[int, str, str]
Say = Callable[[str, str, int], Said]
IMPATIENT_S = 1.0
DONE = {FlightPhase.PAUSED, FlightPhase.MISSION, FlightPhase.RETURNING, FlightPhase.LANDING}


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """``firewatch flight`` as a monitor types it: exit status, what is printed, what goes wrong."""
    secret = tmp_path / "password"
    secret.write_text("monitor-monitor\n", encoding="utf-8")
    monkeypatch.setattr(flight_words, "LOOK_S", 0.1)
    monkeypatch.setattr(passwords, "_hasher", QUICK)

    def typed(address: str, word: str, number: int) -> Said:
        capsys.readouterr()
        who = ("--user", "monitor", "--password-file", secret)
        code = run_firewatch(monkeypatch, "flight", word, number, *who, "--server", address)
        told = capsys.readouterr()
        return code, told.out, told.err

    return typed


@dataclass
class InTheAir:
    """A flight that has begun, its aircraft, and those who speak to it."""

    made: Office
    vehicle: SimulatedVehicle
    address: str
    run_id: int
    say: Say

    async def posted(self, client: httpx.Client, word: str, key: str) -> tuple[int, str]:
        """A word over HTTP: status and code."""
        answer = await asyncio.to_thread(
            client.post,
            f"/api/flights/{self.run_id}/words",
            json={"word": word},
            headers={"Idempotency-Key": key},
        )
        return answer.status_code, answer.json().get("code", "")

    async def typed(self, word: str) -> Said:
        """A word on the command line."""
        return await asyncio.to_thread(self.say, self.address, word, self.run_id)

    def is_in(self, *states: RunState) -> bool:
        return self.made.is_in(self.run_id, *states)


@asynccontextmanager
async def flying(folder: Path, say: Say) -> AsyncIterator[InTheAir]:
    """On its way eastwards, for some minutes of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    link = {"aircraft": "quad", "kind": "mavlink", "url": f"udpin:127.0.0.1:{port}"}
    async with office(folder, [link]) as made:
        aircraft = made.aircraft("quad", Autopilot.ARDUPILOT)
        made.weather()
        far = lawful(mission(Autopilot.ARDUPILOT, step_deg=0.008))
        run_id = made.by_hand(made.sweep("quad", mission=far), "quad").run_id
        vehicle = SimulatedVehicle(
            f"udpout:127.0.0.1:{port}",
            aircraft,
            HOME,
            quirks=Quirks.ARDUPILOT,
            terrain=TERRAIN,
            speedup=16.0,
            clock=made.clock,
            random=Random(7),
        )
        with served_room(made, folder / "web") as address:
            async with running(made), vehicle:
                flight = InTheAir(made, vehicle, address, run_id, say)
                await made.until(lambda: flight.is_in(RunState.FLYING))
                yield flight


def test_persons_hold_send_on_call_home_and_land_what_flies(
    tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def day() -> None:
        async with flying(tmp_path, say) as flight:
            with (
                person(flight.address, Role.MONITOR) as monitor,
                person(flight.address, Role.VIEWER) as viewer,
            ):
                refused = await flight.posted(viewer, "land", "viewer-0001")
                assert refused == (403, "not_permitted")
                for _ in range(2):  # a browser that heard no answer asks again
                    assert await flight.posted(monitor, "pause", "pause-0001") == (202, "")
                await flight.made.until(lambda: flight.is_in(RunState.PAUSED))
                code, out, err = await flight.typed("resume")
                assert (code, out) == (0, f"{flight.run_id}  told to resume; it is flying\n"), err
                await refuses(flight, monkeypatch)
                for word in ("home", "land"):
                    code, out, err = await flight.typed(word)
                    assert code == 0, err
                await flight.made.until(lambda: not flight.is_in(*IN_THE_AIR))
                late = await flight.posted(monitor, "resume", "late-0001")
                assert late == (409, "run_state")
                assert (await flight.typed("home"))[0] == 1
            await asyncio.to_thread(flight.made.room.tracks.keep)  # as it does every ten seconds
            check_told(flight.made, flight.made.store.runs.get(flight.run_id))

    asyncio.run(day())


async def refuses(flight: InTheAir, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that the aircraft denies: whoever said it is told so, with its words."""
    monkeypatch.setattr(flight_words, "WAIT_S", IMPATIENT_S)
    faults, denied = flight.vehicle.faults, mavlink.MAV_RESULT_DENIED
    faults.command_results[mavlink.MAV_CMD_DO_SET_MODE] = denied
    code, out, err = await flight.typed("pause")
    assert (code, out) == (1, ""), err
    assert f"does not pause after {IMPATIENT_S:.0f} s" in err
    assert "pause: " in err
    assert flight.is_in(RunState.FLYING)
    faults.command_results.clear()
    monkeypatch.setattr(flight_words, "WAIT_S", 20.0)


def check_told(made: Office, ended: Run) -> None:
    """It ended where a person said so, and every word has its author, in the flight and the log."""
    words = ["pause", "resume", "pause", "come_home", "land"]
    assert (ended.state, ended.reason) == (RunState.ABORTED, RunReason.PERSON)
    asked = [step for step in ended.steps if " asked for " in step.note]
    assert [step.note for step in asked] == [f"monitor asked for {word}." for word in words]
    assert {step.author for step in asked} == {"monitor"}
    deeds = [deed for deed in made.store.audit.entries(99) if deed.action == "flight.told"]
    assert [(deed.actor, deed.details["word"]) for deed in reversed(deeds)] == [
        ("monitor", word) for word in words
    ]
    told = [state.phase for state in made.store.tracks.of(ended.run_id)]
    phases = [phase for phase, _ in groupby(told) if phase in DONE]
    assert phases[-2:] == [FlightPhase.RETURNING, FlightPhase.LANDING]
    assert phases.index(FlightPhase.PAUSED) < len(phases) - 3, "it flew on before it came home"
