"""Docks over a real Mosquitto: lost brokers, refused credentials, TLS, strangers."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest
from dock_rig import AIRCRAFT, DOCK, Shelf, dock_mission, dock_of, linked, until
from mosquitto_rig import PACKAGES, PASSWORD, USER, MosquittoServer, why_no_mosquitto

from drone_jobs.links.dji.broker import BrokerSettings, MqttBroker
from drone_jobs.links.dji.bus import Listener
from drone_jobs.links.dji.dock import DockLink
from drone_jobs.links.dji.progress import TaskStatus
from drone_jobs.links.dji.settings import DockSettings
from drone_jobs.links.link import LinkLost
from drone_jobs.links.simulated.dock import DockFault, DockPhase
from models.clock import SystemClock

pytestmark = pytest.mark.servers

PATIENT = DockSettings(answer_s=1.0, tries=6, heard_s=2.0, ready_s=5.0)


@pytest.fixture(scope="module", autouse=True)
def mosquitto() -> None:
    trouble = why_no_mosquitto()
    if trouble and os.environ.get("CI"):
        pytest.fail(f"CI must install {PACKAGES}: {trouble}")
    if trouble:
        pytest.skip(f"needs Mosquitto (apt-get install {PACKAGES}): {trouble}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MosquittoServer]:
    running = MosquittoServer(tmp_path)
    yield running
    running.stop()


def reach(server: MosquittoServer, name: str, password: str = PASSWORD) -> MqttBroker:
    settings = BrokerSettings(
        "127.0.0.1",
        server.port,
        name,
        USER,
        password,
        has_tls=server.has_tls,
        ca_file=str(server.ca_file) if server.has_tls else "",
        first_wait_s=0.05,
        longest_wait_s=0.2,
    )
    return MqttBroker(settings, SystemClock())


@asynccontextmanager
async def both(server: MosquittoServer) -> AsyncIterator[tuple[MqttBroker, MqttBroker]]:
    async with reach(server, "watch") as ours, reach(server, "dock") as theirs:
        await until(lambda: ours.is_joined and theirs.is_joined)
        yield ours, theirs


def over(link: DockLink, flight_id: str) -> Callable[[], bool]:
    def holds() -> bool:
        progress = link.progress(flight_id)
        return progress is not None and progress.is_over

    return holds


def test_a_flight_to_its_end(server: MosquittoServer) -> None:
    async def story() -> None:
        shelf = Shelf()
        dock = dock_of(shelf)
        async with (
            both(server) as (ours, theirs),
            linked(dock, shelf, ours, theirs, settings=PATIENT, speedup=200.0) as link,
        ):
            upload = await link.upload(dock_mission())
            await link.start(upload, released_by="zhang")
            await until(over(link, upload.mission_key), most_s=20.0)
            progress = link.progress(upload.mission_key)
            assert progress is not None
            assert progress.status is TaskStatus.OK
            assert dock.starts == [upload.mission_key]

    asyncio.run(story())


def test_the_broker_dies_while_it_flies(server: MosquittoServer) -> None:
    async def story() -> None:
        shelf = Shelf()
        dock = dock_of(shelf)
        async with (
            both(server) as (ours, theirs),
            linked(dock, shelf, ours, theirs, settings=PATIENT, speedup=50.0) as link,
        ):
            upload = await link.upload(dock_mission())
            await link.start(upload, released_by="zhang")
            await until(lambda: dock.phase is DockPhase.FLYING)
            await asyncio.to_thread(server.stop)
            await until(lambda: not ours.is_joined)
            assert not link.is_heard()
            with pytest.raises(LinkLost):
                await ours.send("thing/product/x/services", b"{}")
            going_home = asyncio.create_task(link.come_home())
            await asyncio.sleep(0.1)
            assert not going_home.done()
            await asyncio.to_thread(server.start)
            await going_home
            await until(lambda: dock.phase is DockPhase.RETURNING)
            await until(over(link, upload.mission_key), most_s=30.0)
            assert ours.joins == 2
            assert dock.starts == [upload.mission_key]

    asyncio.run(story())


def test_a_watch_that_comes_back_hears_the_end(server: MosquittoServer) -> None:
    async def story() -> None:
        shelf = Shelf()
        dock = dock_of(shelf)
        async with (
            reach(server, "dock") as theirs,
            reach(server, "watch") as ours,
            linked(dock, shelf, ours, theirs, settings=PATIENT, speedup=100.0) as link,
        ):
            upload = await link.upload(dock_mission(), flight_id="run-1-1")
            await link.start(upload, released_by="zhang")
            await until(lambda: dock.phase is DockPhase.FLYING)
        # The watch was down; the rig let the dock stand still with it.
        dock.order(DockFault.LOW_BATTERY)
        async with reach(server, "dock") as theirs, reach(server, "watch") as ours:
            await until(lambda: ours.is_joined and theirs.is_joined)
            async with linked(dock, shelf, ours, theirs, settings=PATIENT, speedup=100.0) as link:
                await until(over(link, "run-1-1"), most_s=20.0)
                progress = link.progress("run-1-1")
                assert progress is not None
                assert progress.status is TaskStatus.PARTIALLY_DONE
        assert dock.starts == ["run-1-1"]

    asyncio.run(story())


def test_what_is_said_while_the_watch_is_away_is_kept_for_it(server: MosquittoServer) -> None:
    async def story() -> None:
        heard = list[bytes]()
        name = f"thing/product/{DOCK}/events"
        listener = Listener(frozenset({name}), lambda _, told: heard.append(told), lambda: None)
        async with reach(server, "dock") as theirs:
            async with reach(server, "watch") as ours:
                await ours.listen(listener)
                await until(lambda: ours.is_joined and theirs.is_joined)
                await theirs.send(name, b"1")
                await until(lambda: heard)
            await theirs.send(name, b"2")
            async with reach(server, "watch") as ours:
                await ours.listen(listener)
                await until(lambda: len(heard) == 2)
        assert heard == [b"1", b"2"]

    asyncio.run(story())


def test_wrong_credentials_are_told_and_tried_again(server: MosquittoServer) -> None:
    async def story() -> None:
        async with reach(server, "watch", "wrong") as ours:
            await until(lambda: ours.last_fault)
            assert not ours.is_joined
            assert "wrong" not in ours.last_fault
            assert PASSWORD not in repr(BrokerSettings("h", password=PASSWORD))

    asyncio.run(story())


# The MQTT library leaves the socket of a refused certificate to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls(tmp_path: Path) -> None:
    server = MosquittoServer(tmp_path, has_tls=True)

    async def story() -> None:
        shelf = Shelf()
        dock = dock_of(shelf)
        async with (
            both(server) as (ours, theirs),
            linked(dock, shelf, ours, theirs, settings=PATIENT) as link,
        ):
            assert (await link.upload(dock_mission())).items > 0
        stranger = BrokerSettings("127.0.0.1", server.port, "x", USER, PASSWORD, first_wait_s=0.05)
        async with MqttBroker(stranger, SystemClock()) as unknown_authority:
            await until(lambda: unknown_authority.last_fault)
            assert not unknown_authority.is_joined

    try:
        asyncio.run(story())
    finally:
        server.stop()


def test_strangers_on_the_broker(server: MosquittoServer) -> None:
    """Whoever has the password may write anything; nothing of it stops the link."""

    async def story() -> None:
        shelf = Shelf()
        dock = dock_of(shelf)
        async with (
            both(server) as (ours, theirs),
            linked(dock, shelf, ours, theirs, settings=PATIENT) as link,
            aiomqtt.Client(
                "127.0.0.1", server.port, username=USER, password=PASSWORD, identifier="stranger"
            ) as stranger,
        ):
            for payload in (
                *(b"", b"\xff\xfe", b"[]", b"{" * 20_000, b'{"data": 7}', b"[" * 100_000),
                *(
                    b'{"data": {"latitude": 1e999, "mode_code": "x", "battery": []}}',
                    b"0" * 300_000,
                ),
            ):
                for topic in (
                    *(f"thing/product/{DOCK}/{kind}" for kind in ("osd", "events", "requests")),
                    *(f"thing/product/{AIRCRAFT}/osd", f"thing/product/{DOCK}/services_reply"),
                ):
                    await stranger.publish(topic, payload, qos=1)
            await until(lambda: link.hearing.damaged >= 30)
            upload = await link.upload(dock_mission())
            await link.start(upload, released_by="zhang")
            await until(over(link, upload.mission_key), most_s=20.0)
            assert ours.faults == 0

    asyncio.run(story())


def test_a_failing_listener_silences_nobody(server: MosquittoServer) -> None:
    async def story() -> None:
        heard = list[bytes]()

        def fail(_: str, __: bytes) -> None:
            raise RuntimeError

        topics = frozenset({"thing/product/a/osd"})
        async with both(server) as (ours, theirs):
            bad = Listener(topics, fail, lambda: None)
            good = Listener(topics, lambda _, payload: heard.append(payload), lambda: None)
            await ours.listen(bad)
            await ours.listen(good)
            await theirs.send("thing/product/a/osd", b"1")
            await until(lambda: heard)
            assert ours.faults == 1
            await ours.leave(bad)
            await ours.leave(good)

    asyncio.run(story())
