"""The link of a MAVLink aircraft against a simulated one, over UDP: flown, held, home, lost."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from mavlink_flight import GROUND_M, HOME, TERRAIN, Flight, flight, mission

from drone_jobs.links.link import LinkLost, LinkRefused, Upload
from drone_jobs.links.mavlink.ready_to_start import check_ready
from drone_jobs.links.simulated.faults import Settings
from drone_jobs.links.simulated.quirks import Habits, Quirks, habits_of
from geo.terrain import Terrain
from models.errors import InputRefused
from models.flight import AircraftState, AircraftWarning, FlightPhase
from models.height import Height, HeightSystem
from models.mission import Autopilot, LostLink, MissionPlace

# Its refusal right after power-up is a matter of uploads, and is proved there.
ARDUPILOT = replace(habits_of(Quirks.ARDUPILOT), early_no_space_s=0.0)
PX4 = habits_of(Quirks.PX4)
BOTH = (PX4, ARDUPILOT)
RTL, LAND, SET_MODE, START, ARM = 20, 21, 176, 300, 400
DENIED = 2


SCENARIOS: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {}


def scenario(flown: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """One of those that fly at the same time: the file takes as long as its longest flight."""
    SCENARIOS[flown.__name__] = flown


@pytest.fixture(scope="module")
def outcomes() -> dict[str, BaseException | None]:
    async def all_of_them() -> list[BaseException | None]:
        flown = (each() for each in SCENARIOS.values())
        return await asyncio.gather(*flown, return_exceptions=True)

    return dict(zip(SCENARIOS, asyncio.run(all_of_them()), strict=True))


async def flying(up: Flight, autopilot: Autopilot, *, step_deg: float = 0.004) -> Upload:
    """Uploaded, started, and under way."""
    await up.standing()
    upload = await up.link.upload(mission(autopilot, step_deg=step_deg))
    await up.link.start(upload, released_by="wang")
    await up.until_phase(FlightPhase.MISSION)
    return upload


@scenario
async def a_whole_flight() -> None:
    async def whole(habits: Habits) -> None:
        async with flight(habits) as up:
            await up.standing()
            upload = await up.link.upload(mission(habits.autopilot, step_deg=0.003))
            assert upload.items == (6 if habits is PX4 else 7)
            assert await up.link.held() == upload.mission_key
            assert bool(upload.mission_key) is (habits is PX4)
            await up.link.start(upload, released_by="wang")
            points, phases = set(), set()
            while up.phase is not FlightPhase.GROUND:
                state = up.link.state
                assert state is not None
                points.add(state.mission_point)
                phases.add(state.phase)
                await asyncio.sleep(0.005)
            assert points - {None}  # it told at least one on its way
            assert points <= {0, 1, 2, None}
            assert FlightPhase.MISSION in phases
            state = up.link.state
            assert state is not None
            assert state.battery_share is not None
            assert 0.5 < state.battery_share < 0.95
            assert up.link.home is not None
            assert up.link.home.height == Height(GROUND_M, HeightSystem.EGM96)
            assert up.link.unreadable == up.vehicle.garbage == 0

    await asyncio.gather(*(whole(habits) for habits in BOTH))


@scenario
async def held_in_the_air_flown_on_and_called_home() -> None:
    async def held(habits: Habits) -> None:
        async with flight(habits, speedup=20.0) as up:
            await flying(up, habits.autopilot, step_deg=0.008)
            await up.link.pause()
            assert up.phase is FlightPhase.PAUSED
            before = up.link.state
            await asyncio.sleep(0.5)  # ten seconds of its time
            after = up.link.state
            assert before is not None
            assert after is not None
            assert after.lon_deg == pytest.approx(before.lon_deg, abs=2e-4)
            assert after.mission_point == before.mission_point
            with pytest.raises(LinkRefused) as caught:
                await up.link.upload(mission(habits.autopilot))
            assert caught.value.code == "link_in_the_air"
            await up.link.resume()
            with pytest.raises(LinkRefused) as caught:
                await up.link.resume()
            assert caught.value.code == "link_not_flying"
            await up.link.come_home()
            word = up.link.word_home
            assert word is not None
            assert (word.order, word.refused) == (RTL, ())
            await up.until_phase(FlightPhase.GROUND)

    await asyncio.gather(*(held(habits) for habits in BOTH))


@scenario
async def a_refused_way_home_is_a_landing() -> None:
    async def refused(habits: Habits) -> None:
        async with flight(habits) as up:
            await flying(up, habits.autopilot)
            up.vehicle.faults.command_results[RTL] = DENIED
            await up.link.come_home()
            assert up.link.word_home is not None
            assert up.link.word_home.order == LAND
            await up.until_phase(FlightPhase.GROUND)

    await asyncio.gather(*(refused(habits) for habits in BOTH))


@scenario
async def landed_where_it_is() -> None:
    async def landed() -> None:
        async with flight(PX4) as up:
            await flying(up, PX4.autopilot, step_deg=0.004)
            await up.until(lambda: up.lon_deg > HOME.lon_deg + 2e-4)
            await up.link.land()
            await up.until_phase(FlightPhase.GROUND)
            state = up.link.state
            assert state is not None
            assert state.lon_deg is not None
            assert state.lon_deg > HOME.lon_deg + 1e-4

    await asyncio.gather(landed())


@scenario
async def a_lost_link_is_known_and_it_comes_home_alone() -> None:
    async def lost(habits: Habits) -> None:
        settings = Settings(lost_link=LostLink.CONTINUE, lost_link_after_s=1.0)
        async with flight(habits, settings=settings, speedup=10.0) as up:
            await flying(up, habits.autopilot, step_deg=0.008)  # sets its way home without a link
            up.vehicle.faults.is_link_cut = True
            await up.until(lambda: not up.link.is_heard())
            with pytest.raises(LinkRefused, match="unknown"):
                await up.link.pause()
            up.vehicle.faults.is_link_cut = False
            await up.until(up.link.is_heard)
            await up.until(lambda: up.phase is not FlightPhase.MISSION)
            assert up.phase in {FlightPhase.RETURNING, FlightPhase.LANDING, FlightPhase.GROUND}

    await asyncio.gather(*(lost(habits) for habits in BOTH))


@scenario
async def a_flight_over_a_line_that_loses_a_fifth() -> None:
    async with flight(PX4, speedup=20.0) as up:
        await up.standing()
        upload = await up.link.upload(mission(PX4.autopilot, step_deg=0.008))
        up.vehicle.faults.loss_share = 0.2
        await up.link.start(upload, released_by="wang")
        await up.until_phase(FlightPhase.MISSION)
        await up.link.come_home()
        await up.until_phase(FlightPhase.GROUND)


@scenario
async def nothing_starts_without_a_person_and_a_read_back() -> None:
    async def unreleased() -> None:
        async with flight(PX4) as up:
            await up.standing()
            upload = await up.link.upload(mission(PX4.autopilot))
            for nobody in ("", "  "):
                with pytest.raises(InputRefused) as refused:
                    await up.link.start(upload, released_by=nobody)
                assert refused.value.code == "link_release"
            with pytest.raises(LinkRefused) as caught:
                await up.link.start(replace(upload), released_by="wang")
            assert caught.value.code == "link_not_uploaded"
            newer = await up.link.upload(mission(PX4.autopilot, step_deg=0.004))
            with pytest.raises(LinkRefused):
                await up.link.start(upload, released_by="wang")
            assert up.phase is FlightPhase.GROUND
            await up.link.start(newer, released_by="wang")
            await up.until_phase(FlightPhase.MISSION)
            await up.link.come_home()
            await up.until_phase(FlightPhase.GROUND)
            with pytest.raises(LinkRefused) as caught:  # once for each upload
                await up.link.start(newer, released_by="wang")
            assert caught.value.code == "link_not_uploaded"

    await asyncio.gather(unreleased())


@scenario
async def a_start_that_is_refused_leaves_it_on_the_ground() -> None:
    async def refused(habits: Habits, order: int) -> None:
        async with flight(habits) as up:
            await up.standing()
            upload = await up.link.upload(mission(habits.autopilot))
            up.vehicle.faults.command_results[order] = DENIED
            with pytest.raises(LinkRefused) as caught:
                await up.link.start(upload, released_by="wang")
            assert caught.value.code == "link_command"
            await asyncio.sleep(0.1)
            assert not up.vehicle.craft.pilot.is_armed

    await asyncio.gather(*(refused(habits, order) for habits in BOTH for order in (SET_MODE, ARM)))


@scenario
async def one_that_takes_off_as_it_is_armed_has_started_whatever_it_answers() -> None:
    async with flight(ARDUPILOT) as up:
        await up.standing()
        upload = await up.link.upload(mission(ARDUPILOT.autopilot, step_deg=0.004))
        up.vehicle.faults.command_results[START] = DENIED
        try:
            await up.link.start(upload, released_by="wang")
        except LinkRefused:  # it was disarmed before it took off
            assert not up.vehicle.craft.pilot.is_airborne
        else:
            assert up.vehicle.craft.pilot.is_airborne


@scenario
async def a_start_is_called_off() -> None:
    async def called_off() -> None:
        async with flight(PX4) as up:
            await up.standing()
            upload = await up.link.upload(mission(PX4.autopilot))
            up.vehicle.faults.deaf_to.add(ARM)
            starting = asyncio.create_task(up.link.start(upload, released_by="wang"))
            await asyncio.sleep(0.3)
            await up.link.come_home()
            up.vehicle.faults.deaf_to.clear()
            with pytest.raises(LinkRefused) as caught:
                await starting
            assert caught.value.code == "link_called_off"
            await asyncio.sleep(0.1)
            assert not up.vehicle.craft.pilot.is_airborne

    await asyncio.gather(called_off())


@scenario
async def another_aircraft_than_expected() -> None:
    async def other() -> None:
        async with flight(PX4, expected=Autopilot.ARDUPILOT) as up:
            await up.standing()
            with pytest.raises(LinkRefused, match="no ardupilot") as caught:
                await up.link.upload(mission(Autopilot.ARDUPILOT))
            assert caught.value.code == "link_other"

    await asyncio.gather(other())


@scenario
async def ground_comes_from_our_model_and_a_void_keeps_it_down() -> None:
    async def served() -> None:
        async with flight(ARDUPILOT, follows_terrain=True) as up:
            await flying(up, ARDUPILOT.autopilot, step_deg=0.002)
            await up.until_phase(FlightPhase.GROUND)
            assert up.vehicle.craft.pilot.is_crashed is False

    async def void() -> None:
        values = TERRAIN.values_m.copy()
        west, _, _, north = TERRAIN.bounds_deg
        row, column = round((north - 28.85) * 600), round((106.652 - west) * 600)
        values[row - 3 : row + 3, column : column + 3] = float("nan")
        holed = Terrain("holed", values, west, north, 1 / 600)
        async with flight(ARDUPILOT, terrain=holed, follows_terrain=True) as up:
            await up.standing()
            upload = await up.link.upload(mission(ARDUPILOT.autopilot))
            await up.until(lambda: (up.link._telemetry.terrain_pending or 0) > 0)
            with pytest.raises(LinkRefused) as caught:
                await up.link.start(upload, released_by="wang")
            assert caught.value.code == "link_terrain"
            assert not up.vehicle.craft.pilot.is_armed

    await asyncio.gather(served(), void())


@scenario
async def what_nobody_can_read_is_counted() -> None:
    async def unread() -> None:
        async with flight(PX4) as up:
            await up.standing()
            for listener in tuple(up.link._wire._listeners):
                if not listener._names:
                    listener.put(object())
            await up.until(lambda: up.link.unreadable == 1)
            assert up.link.is_heard()

    async def nobody() -> None:
        async with flight(PX4) as up:
            assert up.link.state is None or up.link.is_heard()
            up.vehicle.faults.is_link_cut = True
            await up.link.close()
            assert up.link.home is None or up.link.state is not None

    await asyncio.gather(unread(), nobody())


@scenario
async def silence_is_lost() -> None:
    async def silent() -> None:
        async with flight(PX4) as up:
            await up.standing()
            upload = await up.link.upload(mission(PX4.autopilot))
            up.vehicle.faults.is_link_cut = True
            await up.until(lambda: not up.link.is_heard())
            with pytest.raises(LinkLost):
                await up.link.start(upload, released_by="wang")

    await asyncio.gather(silent())


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_flown(name: str, outcomes: dict[str, BaseException | None]) -> None:
    outcome = outcomes[name]
    if outcome is not None:
        raise outcome


STANDS = AircraftState(
    datetime(2026, 3, 1, tzinfo=UTC),
    FlightPhase.GROUND,
    lon_deg=106.65,
    lat_deg=28.85,
    height=Height(605.0, HeightSystem.EGM96),
)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (None, "link_in_the_air"),
        (replace(STANDS, phase=FlightPhase.ARMED), "link_in_the_air"),
        (replace(STANDS, phase=FlightPhase.UNKNOWN), "link_in_the_air"),
        (replace(STANDS, warnings=(AircraftWarning("gps", 2, "no fix"),)), "link_health"),
        (replace(STANDS, lon_deg=None), "link_no_place"),
        (replace(STANDS, height=None), "link_no_place"),
        (replace(STANDS, lon_deg=106.654), "link_far"),  # 390 m
        (replace(STANDS, lat_deg=-28.85), "link_far"),
        (replace(STANDS, height=Height(564.6, HeightSystem.EGM96)), "link_height"),
        (replace(STANDS, height=Height(600.0, HeightSystem.ELLIPSOID)), "link_height"),
    ],
)
def test_not_ready(state: AircraftState | None, code: str) -> None:
    with pytest.raises(LinkRefused) as caught:
        check_ready(state, HOME, GROUND_M)
    assert caught.value.code == code
    assert caught.value.remedy


def test_ready() -> None:
    noted = replace(STANDS, warnings=(AircraftWarning("rc_receiver", 1, "none"),))
    check_ready(noted, HOME, GROUND_M)
    # 35.4 m is the geoid there: the same place above the ellipsoid is no other height
    check_ready(
        replace(STANDS, height=Height(GROUND_M - 35.4, HeightSystem.ELLIPSOID)), HOME, GROUND_M
    )
    check_ready(STANDS, MissionPlace(106.652, 28.85), GROUND_M)
