"""A camera's head over ONVIF, against a camera that really turns and answers as cameras do."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from ptz_sim import PtzSim, head_of
from ptz_world import Target

from camera_gateway.sources.onvif_ptz import OnvifTurner
from camera_gateway.turner import CameraPreset, Position3, TurnerStatus
from models.camera_link import Credential
from models.clock import SystemClock
from models.errors import SourceRefused, SourceUnavailable

TARGETS = {0: Target(0.0, -3.0), 1: Target(90.0, 5.0)}


def with_turner(
    sim: PtzSim,
    use: Callable[[OnvifTurner], Awaitable[None]],
    *,
    profile: str = "",
    password: str | None = None,
) -> None:
    async def run() -> None:
        async with sim.open() as rig:
            who = Credential(sim.user, sim.password if password is None else password)
            async with OnvifTurner(rig.url(""), who, SystemClock(), profile=profile) as turner:
                await use(turner)

    asyncio.run(run())


def test_a_head_is_turned_and_tells_where_it_is() -> None:
    sim = PtzSim(head=head_of(TARGETS, speed_deg_s=400.0, delay_s=0.0))

    async def use(turner: OnvifTurner) -> None:
        assert await turner.presets() == (
            CameraPreset("P0", "to P0", Position3(-1.0, -0.033333, 0.0)),
            CameraPreset("P1", "to P1", Position3(-0.5, 0.055556, 0.0)),
        )
        await turner.goto("P1")
        status = await turner.status()
        deadline_s = time.monotonic() + 5.0
        while status.moving and time.monotonic() < deadline_s:
            status = await turner.status()
        assert status.moving is False
        assert status.position == Position3(-0.5, 0.055556, 0.0)
        assert status.at is not None
        await turner.move(-0.2, 0.1, 0.0, for_s=1.0)
        assert sim.head.velocity == (-20.0, 10.0)
        assert sim.timeouts == ["1.0"]
        await turner.move(0.0, 0.0, 0.0, for_s=1.0)
        assert sim.head.velocity == (0.0, 0.0)
        token = await turner.set_preset("东坡")
        assert token == "new2"
        assert await turner.set_preset("东坡", "P0") == "P0"
        await turner.close()
        await turner.close()
        await turner.stop()  # and is opened again by the next question

    with_turner(sim, use)
    assert sim.refused == 0
    assert sim.head.commands == ["goto P1", "move", "stop", "stop"]


def test_a_zoom_alone_and_a_named_profile() -> None:
    sim = PtzSim(head=head_of(TARGETS))

    async def use(turner: OnvifTurner) -> None:
        await turner.move(0.0, 0.0, 0.5, for_s=0.0)
        assert sim.timeouts == ["0.1"]

    with_turner(sim, use, profile="Profile_2")
    assert "GetProfiles" not in sim.operations


@pytest.mark.parametrize(
    ("says", "status"),
    [
        ("mute", TurnerStatus(None, None)),
        ("idle", TurnerStatus(Position3(-0.888889, 0.0, 0.0), False)),  # noqa: FBT003
    ],
)
def test_what_a_camera_does_not_say_is_not_known(says: str, status: TurnerStatus) -> None:
    sim = PtzSim(head=head_of(TARGETS, says=says))

    async def use(turner: OnvifTurner) -> None:
        await turner.goto("P1")
        told = await turner.status()
        assert (told.moving, told.position is None) == (status.moving, status.position is None)
        if says == "mute":
            assert [one.position for one in await turner.presets()] == [None, None]

    with_turner(sim, use)


RUBBISH = {
    "GetStatus": (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetStatusResponse>'
        b'<PTZStatus><Position><PanTilt x="NaN" y="up"/></Position><MoveStatus><PanTilt>UNKNOWN'
        b"</PanTilt></MoveStatus><UtcTime>yesterday</UtcTime></PTZStatus></GetStatusResponse>"
        b"</s:Body></s:Envelope>"
    ),
    "GetPresets": (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetPresetsResponse>'
        b'<Preset><Name>no token</Name></Preset><Preset token="7"/></GetPresetsResponse></s:Body>'
        b"</s:Envelope>"
    ),
    "Stop": b"<html>busy</html>",
}


def test_answers_that_are_none_say_nothing() -> None:
    sim = PtzSim(head=head_of(TARGETS), raw=dict(RUBBISH))

    async def use(turner: OnvifTurner) -> None:
        assert await turner.status() == TurnerStatus()
        assert await turner.presets() == (CameraPreset("7", ""),)
        with pytest.raises(SourceUnavailable) as failed:
            await turner.stop()
        assert failed.value.code == "camera_answer"

    with_turner(sim, use)


def test_a_preset_that_is_gone_is_told_and_everything_else_that_is_refused() -> None:
    sim = PtzSim(head=head_of(TARGETS), faults={"ContinuousMove"})

    async def use(turner: OnvifTurner) -> None:
        with pytest.raises(SourceUnavailable) as gone:
            await turner.goto("P9")
        assert gone.value.code == "preset_unknown"
        with pytest.raises(SourceUnavailable) as refused:
            await turner.move(0.1, 0.0, 0.0, for_s=1.0)
        assert refused.value.code == "camera_answer"
        sim.faults.add("GotoPreset")
        with pytest.raises(SourceUnavailable) as failed:
            await turner.goto("P1")
        assert failed.value.code == "camera_answer"
        sim.faults.clear()
        sim.head.refuses = True
        with pytest.raises(SourceUnavailable):
            await turner.goto("P1")
        sim.head.refuses = False
        await turner.goto("P1")  # asked anew from the beginning

    with_turner(sim, use)


def test_a_wrong_password_is_refused_and_nothing_turns() -> None:
    sim = PtzSim(head=head_of(TARGETS))

    async def use(turner: OnvifTurner) -> None:
        with pytest.raises(SourceRefused) as refused:
            await turner.goto("P1")
        assert refused.value.code == "camera_login"

    with_turner(sim, use, password="wrong")
    assert sim.head.commands == []


def test_a_camera_that_cannot_be_turned_says_so() -> None:
    sim = PtzSim(head=head_of(TARGETS), has_ptz=False)

    async def use(turner: OnvifTurner) -> None:
        with pytest.raises(SourceUnavailable, match="no ptz service"):
            await turner.goto("P1")

    with_turner(sim, use)
    sim = PtzSim(head=head_of(TARGETS), media=frozenset())
    sim.raw["GetProfiles"] = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><trt:GetProfiles'
        b'Response xmlns:trt="http://www.onvif.org/ver10/media/wsdl"/></s:Body></s:Envelope>'
    )

    async def none(turner: OnvifTurner) -> None:
        with pytest.raises(SourceUnavailable):
            await turner.goto("P1")

    with_turner(sim, none)
