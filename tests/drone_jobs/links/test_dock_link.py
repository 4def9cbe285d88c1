"""The link to a dock, flown on a bus within this process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from dock_rig import QUICK, Shelf, dock_mission, dock_of, linked, until

from drone_jobs.links.dji.bus import LocalBus
from drone_jobs.links.dji.dock import DockLink
from drone_jobs.links.dji.live import LiveQuality
from drone_jobs.links.dji.progress import TaskStatus, reason_of
from drone_jobs.links.dji.settings import DockSettings
from drone_jobs.links.dji.task import Window
from drone_jobs.links.link import AircraftLink, LinkLost, LinkRefused
from drone_jobs.links.simulated.dock import DockFault, DockPhase, SimulatedDock
from models.clock import SystemClock
from models.errors import InputRefused
from models.flight import FlightPhase, RunReason
from models.mission import ActionKind

Story = Callable[[DockLink, SimulatedDock, LocalBus], Awaitable[None]]


def play(
    story: Story,
    *,
    settings: DockSettings = QUICK,
    speedup: float = 1000.0,
    step_s: float = 2.0,
) -> None:
    async def all_of_it() -> None:
        shelf, bus = Shelf(), LocalBus()
        dock = dock_of(shelf)
        async with linked(
            dock, shelf, bus, bus, settings=settings, speedup=speedup, step_s=step_s
        ) as link:
            await story(link, dock, bus)

    asyncio.run(all_of_it())


def over(link: DockLink, flight_id: str) -> Callable[[], bool]:
    def holds() -> bool:
        progress = link.progress(flight_id)
        return progress is not None and progress.is_over

    return holds


def ended(link: DockLink, flight_id: str) -> tuple[TaskStatus, RunReason]:
    progress = link.progress(flight_id)
    assert progress is not None
    return progress.status, reason_of(progress)


def test_a_flight_to_its_end() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        as_any: AircraftLink = link
        assert link.state is not None
        assert link.state.phase is FlightPhase.GROUND
        assert link.state.battery_share == 1.0
        upload = await as_any.upload(dock_mission())
        assert upload.items == len(dock_mission().points)
        assert await as_any.held() == upload.mission_key
        await as_any.start(upload, released_by="zhang")
        phases = set[FlightPhase]()
        points = set[int | None]()

        def is_over() -> bool:
            assert link.state is not None
            phases.add(link.state.phase)
            points.add(link.state.mission_point)
            return over(link, upload.mission_key)()

        await until(is_over)
        assert {FlightPhase.MISSION, FlightPhase.RETURNING} <= phases
        assert {0, 1, 2, 3, 4, 5} <= points
        assert ended(link, upload.mission_key) == (TaskStatus.OK, RunReason.NONE)
        assert dock.starts == [upload.mission_key]
        assert await link.held() == ""
        # 35.5 m apart along two lines of 0.005 degrees (486 m): 13 on each.
        pictures = dock.landed[upload.mission_key]
        assert len(pictures) == 26
        assert {picture.pitch_deg for picture in pictures} == {-90.0}

    play(story, speedup=500.0, step_s=1.0)


def test_the_dock_flies_what_the_mission_says() -> None:
    mission = dock_mission()
    every = [
        action.value
        for point in mission.points
        for action in point.actions
        if action.kind is ActionKind.PHOTO_EVERY_M
    ]
    assert 35.5 in every

    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        upload = await link.upload(mission)
        await link.start(upload, released_by="zhang")
        seen = list[tuple[float, float, float]]()

        def look() -> bool:
            state = link.state
            if state is not None and state.lon_deg is not None and state.lat_deg is not None:
                assert state.above_take_off_m is not None or state.phase is FlightPhase.GROUND
                seen.append((state.lon_deg, state.lat_deg, state.above_take_off_m or 0.0))
            return over(link, upload.mission_key)()

        await until(look)
        assert dock.phase is DockPhase.INSIDE
        # The sweep is at 490 m above the sea, the dock at 390 m.
        assert max(height_m for _, _, height_m in seen) == pytest.approx(100.0, abs=0.5)
        wests, easts = min(lon for lon, _, _ in seen), max(lon for lon, _, _ in seen)
        assert wests < 106.552
        assert easts > 106.555

    play(story, speedup=500.0)


def test_nothing_starts_by_itself() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        upload = await link.upload(dock_mission())
        for nobody in ("", "  "):
            with pytest.raises(InputRefused) as refused:
                await link.start(upload, released_by=nobody)
            assert refused.value.code == "link_release"
        assert dock.phase is DockPhase.INSIDE
        assert dock.starts == []

    play(story)


def test_a_flight_is_flown_once() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        upload = await link.upload(dock_mission(), flight_id="run-7-1")
        again = await link.upload(dock_mission(), flight_id="run-7-1")
        assert upload.mission_key == again.mission_key == "run-7-1"
        await link.start(upload, released_by="zhang")
        for _again in range(2):
            with pytest.raises(LinkRefused) as refused:
                await link.start(upload, released_by="zhang")
            assert refused.value.code == "dock_started"
            await until(over(link, "run-7-1"))
        with pytest.raises(LinkRefused) as refused:
            await link.upload(dock_mission(), flight_id="run-7-1")
        assert refused.value.code == "dock_started"
        assert dock.starts == ["run-7-1"]

    play(story)


def test_a_new_process_does_not_fly_it_again() -> None:
    async def all_of_it() -> None:
        shelf, bus = Shelf(), LocalBus()
        dock = dock_of(shelf)
        async with linked(dock, shelf, bus, bus) as link:
            await link.start(
                await link.upload(dock_mission(), flight_id="run-8-1"), released_by="x"
            )
            await until(lambda: dock.phase is DockPhase.FLYING)
        async with linked(dock, shelf, bus, bus) as link:
            standing = await link.standing("run-8-1", wait_s=3.0)
            assert standing.is_in_the_air
            assert standing.is_inside is False
            with pytest.raises(LinkRefused):
                await link.start(
                    await link.upload(dock_mission(), flight_id="run-8-1"), released_by="x"
                )
            await until(lambda: dock.phase is DockPhase.INSIDE)
        async with linked(dock, shelf, bus, bus) as link:
            standing = await link.standing("run-8-1", wait_s=3.0)
            assert standing.is_known
            assert not standing.is_in_the_air
            # It has heard nothing of the flight; the dock itself knows that it was flown.
            with pytest.raises(LinkRefused) as refused:
                await link.upload(dock_mission(), flight_id="run-8-1")
            assert refused.value.code == "dock_refused"
        assert dock.starts == ["run-8-1"]

    asyncio.run(all_of_it())


def test_a_lost_answer_is_asked_for_again() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        dock.order(DockFault.SILENT)
        upload = await link.upload(dock_mission())
        assert upload.repeats == 1
        dock.order(DockFault.SILENT)
        await link.start(upload, released_by="zhang")
        await until(over(link, upload.mission_key))
        assert dock.starts == [upload.mission_key]

    play(story)


def test_an_order_survives_a_lost_broker() -> None:
    async def story(link: DockLink, dock: SimulatedDock, bus: LocalBus) -> None:
        upload = await link.upload(dock_mission())
        bus.cut()
        assert not link.is_heard()
        starting = asyncio.create_task(link.start(upload, released_by="zhang"))
        await asyncio.sleep(0.05)
        bus.mend()
        await starting
        await until(over(link, upload.mission_key))
        assert dock.starts == [upload.mission_key]

    play(story)


def test_an_order_does_not_outlive_its_time() -> None:
    async def story(link: DockLink, dock: SimulatedDock, bus: LocalBus) -> None:
        upload = await link.upload(dock_mission())
        bus.cut()
        with pytest.raises(LinkLost) as lost:
            await link.start(upload, released_by="zhang")
        assert lost.value.code == "dock_silent"
        bus.mend()
        await asyncio.sleep(0.1)
        assert dock.starts == []
        # It may have started, for all the link knows.
        with pytest.raises(LinkRefused):
            await link.start(upload, released_by="zhang")

    play(story, settings=DockSettings(answer_s=0.05, tries=2, heard_s=1.0))


def test_pause_and_resume() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        upload = await link.upload(dock_mission())
        await link.start(upload, released_by="zhang")
        await until(lambda: link.state is not None and (link.state.mission_point or 0) >= 2)
        await link.pause()
        await until(lambda: link.state is not None and link.state.phase is FlightPhase.PAUSED)
        assert link.state is not None
        assert link.state.is_in_the_air
        before = dock.flight.spot if dock.flight is not None else None
        await asyncio.sleep(0.05)
        assert dock.flight is not None
        assert dock.flight.spot == before
        await link.resume()
        await until(over(link, upload.mission_key))
        assert ended(link, upload.mission_key) == (TaskStatus.OK, RunReason.NONE)

    play(story)


def test_home_by_a_persons_word() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        with pytest.raises(LinkRefused):
            await link.come_home()  # it stands inside
        upload = await link.upload(dock_mission())
        await link.start(upload, released_by="zhang")
        await until(lambda: dock.phase is DockPhase.FLYING)
        await link.come_home()
        await link.cancel_home()
        await until(lambda: link.state is not None and link.state.phase is FlightPhase.BY_HAND)
        dock.order(DockFault.SILENT)
        await link.come_home()
        await until(over(link, upload.mission_key))
        assert ended(link, upload.mission_key) == (TaskStatus.CANCELED, RunReason.PERSON)
        assert dock.phase is DockPhase.INSIDE

    play(story)


def test_stop_hovers_until_it_is_called_home() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        upload = await link.upload(dock_mission())
        await link.start(upload, released_by="zhang")
        await until(lambda: dock.phase is DockPhase.FLYING)
        await link.stop()
        with pytest.raises(LinkRefused):
            await link.resume()
        with pytest.raises(LinkRefused) as refused:
            await link.land()
        assert refused.value.code == "dock_land"
        await link.come_home()
        await until(over(link, upload.mission_key))
        assert ended(link, upload.mission_key)[1] is RunReason.PERSON

    play(story)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (DockFault.LOW_BATTERY, (TaskStatus.PARTIALLY_DONE, RunReason.LOW_BATTERY)),
        (DockFault.WIND, (TaskStatus.PARTIALLY_DONE, RunReason.AIRCRAFT)),
        (DockFault.LOST_AIRCRAFT, (TaskStatus.FAILED, RunReason.LINK_LOST)),
        (DockFault.REBOOT, (TaskStatus.OK, RunReason.NONE)),
    ],
)
def test_what_goes_wrong_in_the_air(
    fault: DockFault, expected: tuple[TaskStatus, RunReason]
) -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        upload = await link.upload(dock_mission())
        await link.start(upload, released_by="zhang")
        await until(lambda: link.state is not None and (link.state.mission_point or 0) >= 2)
        dock.order(fault)
        await until(over(link, upload.mission_key))
        assert ended(link, upload.mission_key) == expected
        if fault is DockFault.LOST_AIRCRAFT:
            await until(lambda: not link.is_heard())
        else:
            await until(lambda: link.dock is not None and bool(link.dock.is_aircraft_inside))

    play(story)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (DockFault.MISSION, (TaskStatus.FAILED, RunReason.AIRCRAFT)),
        (DockFault.TIMEOUT, (TaskStatus.TIMEOUT, RunReason.AIRCRAFT)),
    ],
)
def test_what_goes_wrong_on_the_ground(
    fault: DockFault, expected: tuple[TaskStatus, RunReason]
) -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        upload = await link.upload(dock_mission())
        dock.order(fault)
        await link.start(upload, released_by="zhang")
        await until(over(link, upload.mission_key))
        assert ended(link, upload.mission_key) == expected
        progress = link.progress(upload.mission_key)
        assert progress is not None
        assert progress.result == (314004 if fault is DockFault.MISSION else 0)
        assert dock.starts == []

    play(story)


def test_a_refused_start_may_be_said_again() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        upload = await link.upload(dock_mission())
        dock.order(DockFault.REJECTED)
        with pytest.raises(LinkRefused) as refused:
            await link.start(upload, released_by="zhang")
        assert refused.value.code == "dock_refused"
        await link.start(upload, released_by="zhang")
        await until(over(link, upload.mission_key))

    play(story)


def test_a_file_that_the_dock_cannot_have_is_not_held() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        good = dock.fetch
        wrongs: list[bytes | None] = [None, b"", b"PK\3\4 something else"]
        for wrong in wrongs:
            dock.fetch = lambda _, wrong=wrong: wrong  # type: ignore[misc]
            with pytest.raises(LinkRefused):
                await link.upload(dock_mission(), flight_id="run-9-1")
            assert await link.held() == ""
        dock.fetch = good
        upload = await link.upload(dock_mission(), flight_id="run-9-1")
        await link.forget("run-9-1")
        with pytest.raises(LinkRefused) as refused:
            await link.start(upload, released_by="zhang")
        assert refused.value.code == "link_not_uploaded"

    play(story)


def test_a_flight_waits_for_its_window_and_the_docks_word() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        begins = dock.at + timedelta(seconds=60)
        window = Window(begins, begins + timedelta(hours=1), 0.5)
        upload = await link.upload(dock_mission(), window=window)
        await link.start(upload, released_by="zhang")
        assert dock.at >= begins
        await until(over(link, upload.mission_key))

        dock.battery_share = 0.3
        late = Window(dock.at, dock.at + timedelta(hours=1), 0.9)
        upload = await link.upload(dock_mission(), window=late)
        with pytest.raises(LinkRefused) as refused:
            await link.start(upload, released_by="zhang")
        assert refused.value.code == "dock_not_ready"

    play(story, settings=DockSettings(answer_s=0.4, heard_s=1.0, ready_s=1.0))


def test_a_flight_that_waited_is_announced_again() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        upload = await link.upload(dock_mission())
        dock.order(DockFault.REBOOT)  # and it has forgotten the flight
        await until(lambda: dock.at >= SystemClock().now() + timedelta(seconds=60))
        await link.start(upload, released_by="zhang")
        await until(over(link, upload.mission_key))

    play(story, settings=DockSettings(answer_s=0.4, heard_s=1.0, fresh_s=0.001))


def test_missions_that_cannot_be_said_are_not_sent() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        mission = dock_mission()
        for wrong in (
            replace(mission, wpml=None),
            replace(mission, points=mission.points[:1]),
            replace(mission, return_to_m=15.0),
            replace(mission, climb_to_m=5.0),
        ):
            with pytest.raises(InputRefused):
                await link.upload(wrong)
        for name in ("a b", "x" * 65, "../x"):
            with pytest.raises(InputRefused):
                await link.upload(mission, flight_id=name)
        await link.upload(mission, flight_id="one")
        with pytest.raises(LinkRefused) as refused:
            await link.upload(replace(mission, speed_ms=9.0), flight_id="one")
        assert refused.value.code == "dock_flight_taken"

        async def nowhere(_: str, __: bytes) -> str:
            return "file:///etc/passwd"

        link.files = nowhere
        with pytest.raises(InputRefused) as no_address:
            await link.upload(mission)
        assert no_address.value.code == "dock_file_url"
        assert dock.starts == []

    play(story)


def test_live_pictures_and_questions_of_the_dock() -> None:
    async def story(link: DockLink, dock: SimulatedDock, _: LocalBus) -> None:
        video = f"{dock.aircraft_serial}/81-0-0/normal-0"
        await link.start_live("rtmp://10.0.0.5/live/key", video, LiveQuality.HIGH)
        lives = [dock.is_live]
        await link.stop_live(video)
        lives.append(dock.is_live)
        assert lives == [True, False]
        with pytest.raises(LinkRefused):
            await link.stop_live(video)
        for url in ("http://10.0.0.5/", "rtmp://", "rtmp://[", "rtmp://a b/"):
            with pytest.raises(InputRefused):
                await link.start_live(url, video, LiveQuality.HIGH)
        with pytest.raises(InputRefused):
            await link.stop_live("everything/#")

    play(story)
