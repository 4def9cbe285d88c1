"""Docks at the edges: brokers that are not there, answers that are none, simulated faults."""

import asyncio
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from dock_rig import AIRCRAFT, DOCK, Shelf, dock_mission, dock_of, until
from mission_rig import desk

from drone_jobs.links.dji.asking import Asking
from drone_jobs.links.dji.broker import BrokerSettings, MqttBroker
from drone_jobs.links.dji.bus import Listener, LocalBus
from drone_jobs.links.dji.dock import DockLink
from drone_jobs.links.dji.hearing import Hearing
from drone_jobs.links.dji.settings import DockSettings
from drone_jobs.links.dji.task import Window, prepare_words, task_of
from drone_jobs.links.dji.words import Envelope, TopicKind, topic, write_envelope
from drone_jobs.links.link import LinkLost, LinkRefused
from drone_jobs.links.simulated.dock import DockFault, DockPhase, SimulatedDock
from drone_jobs.links.simulated.dock_flight import Flight
from models.clock import ManualClock, SystemClock
from models.errors import InputRefused
from models.mission import Action, ActionKind, LostLink

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
_NUMBERS = count()


def test_settings_that_no_broker_has(tmp_path: Path) -> None:
    for wrong in (
        {"host": ""},
        {"host": "a b"},
        {"port": 0},
        {"port": 65_536},
        {"name": ""},
        {"keepalive_s": 1},
        {"first_wait_s": 0.0},
    ):
        with pytest.raises(InputRefused) as refused:
            BrokerSettings(**{"host": "broker", **wrong})  # type: ignore[arg-type]
        assert refused.value.code == "broker_settings"
    broken = tmp_path / "ca.pem"
    broken.write_text("no certificate")
    for path in (broken, tmp_path / "nothing.pem"):
        with pytest.raises(InputRefused) as refused:
            MqttBroker(BrokerSettings("broker", ca_file=str(path)), SystemClock())
        assert refused.value.code == "broker_certificate"
    assert "geheim" not in repr(BrokerSettings("broker", password="geheim"))


def test_a_broker_that_is_not_there() -> None:
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])

        async def story() -> None:
            chosen = BrokerSettings("127.0.0.1", port, has_tls=False, first_wait_s=0.01)
            async with MqttBroker(chosen, SystemClock()) as broker:
                listener = Listener(frozenset({"a"}), lambda _, __: None, lambda: None)
                await broker.listen(listener)
                await until(lambda: broker.last_fault)
                assert not broker.is_joined
                with pytest.raises(LinkLost) as lost:
                    await broker.send("a", b"")
                assert lost.value.code == "broker_lost"
                await broker.leave(listener)
                await broker.leave(listener)

        asyncio.run(story())


def test_a_bus_within_the_process() -> None:
    heard = list[bytes]()

    async def story() -> None:
        bus = LocalBus()
        listener = Listener(frozenset({"a"}), lambda _, told: heard.append(told), lambda: None)
        bus.cut()
        await bus.listen(listener)
        assert not bus.is_joined
        bus.mend()
        await bus.send("a", b"1")
        await bus.send("b", b"2")
        await bus.leave(listener)
        await bus.leave(listener)
        await bus.send("a", b"3")

    asyncio.run(story())
    assert heard == [b"1"]


def test_answers_that_are_none() -> None:
    """Of another question, of another order, without yes or no, and twice."""

    async def story() -> None:
        bus, sent = LocalBus(), list[bytes]()
        serve = Listener(
            frozenset({topic(TopicKind.SERVICES, DOCK)}),
            lambda _, payload: sent.append(payload),
            lambda: None,
        )
        await bus.listen(serve)
        asking = Asking(bus, DOCK, SystemClock(), iter("abcdef").__next__, answer_s=5.0)
        question = asyncio.create_task(asking.ask("flighttask_pause", {}))
        await until(lambda: sent)
        asked = json.loads(sent[0])
        assert (asked["tid"], asked["bid"], asked["gateway"]) == ("a", "b", DOCK)
        for wrong in (
            Envelope("flighttask_pause", {"result": 0}, "x"),
            Envelope("return_home", {"result": 0}, "a"),
            Envelope("flighttask_pause", {}, "a"),
            Envelope("flighttask_pause", {"result": "no"}, "a"),
            Envelope("flighttask_pause", {"result": True}, "a"),
        ):
            assert not asking.heard(wrong)
        assert asking.heard(Envelope("flighttask_pause", {"result": 0, "output": {"x": 1}}, "a"))
        assert not asking.heard(Envelope("flighttask_pause", {"result": 9}, "a"))
        asking.joined()
        assert await question == {"x": 1}
        assert asking.repeats == 0
        refusing = asyncio.create_task(asking.ask("flighttask_pause", {}))
        await until(lambda: len(sent) == 2)
        asking.heard(Envelope("flighttask_pause", {"result": 314004}, "c"))
        with pytest.raises(LinkRefused, match=r"314004: it could not give"):
            await refusing

    asyncio.run(story())


def test_coming_home_is_said_until_all_tries_are_over() -> None:
    async def story() -> None:
        bus, sent = LocalBus(), list[bytes]()
        serve = Listener(
            frozenset({topic(TopicKind.SERVICES, DOCK)}),
            lambda _, payload: sent.append(payload),
            lambda: None,
        )
        await bus.listen(serve)
        times = DockSettings(answer_s=0.001, tries=2, home_tries=3)
        link = DockLink(bus, DOCK, AIRCRAFT, desk(), Shelf().put, SystemClock(), times)
        await link.open()
        with pytest.raises(LinkLost):
            await link.come_home()
        assert len(sent) == 6
        standing = await link.standing("x", wait_s=0.01)
        assert not standing.is_known
        assert standing.is_inside is None
        await link.close()

    asyncio.run(story())


def test_many_flights_fill_no_memory() -> None:
    told = Hearing(DOCK, AIRCRAFT, ManualClock(NOW), 15.0, 60.0, lambda _: False)
    for at in range(300):
        output = {"status": "ok", "ext": {"flight_id": f"f{at}"}}
        event = Envelope("flighttask_progress", {"output": output})
        told.heard(topic(TopicKind.EVENTS, DOCK), write_envelope(event))
    assert told.progress("f0") is None
    assert told.progress("f299") is not None
    told.heard(topic(TopicKind.SERVICES_REPLY, DOCK), write_envelope(Envelope("x", {}, "t")))
    assert told.unasked == 1
    for method in ("flighttask_progress", "flighttask_ready", "unheard_of"):
        told.heard(topic(TopicKind.EVENTS, DOCK), write_envelope(Envelope(method, {"x": 1})))
    assert told.damaged == 1
    assert told.ready == []
    told.heard("somewhere/else", b"{}")
    assert told.damaged == 2


def test_words_of_a_flight() -> None:
    task = task_of(dock_mission(), desk())
    told = prepare_words(task, "f", "http://h/f.kmz", NOW, None)
    assert told["execute_time"] == 1777622400000
    assert (told["task_type"], told["rth_mode"], told["rth_altitude"]) == (0, 1, 100)
    assert (told["out_of_control_action"], told["exit_wayline_when_rc_lost"]) == (0, 1)
    assert "ready_conditions" not in told
    assert told["file"] == {"url": "http://h/f.kmz", "fingerprint": task.md5}
    for lost, words in (
        (LostLink.CONTINUE, (0, 0)),
        (LostLink.HOVER, (1, 1)),
        (LostLink.LAND, (2, 1)),
    ):
        task = task_of(replace(dock_mission(), lost_link=lost), desk())
        window = Window(NOW, NOW + timedelta(hours=1), 0.55)
        told = prepare_words(task, "f", "http://h/f.kmz", NOW, window)
        found = (told["out_of_control_action"], told["exit_wayline_when_rc_lost"])
        assert found == words
        assert told["task_type"] == 2
        assert told["ready_conditions"] == {
            "battery_capacity": 55,
            "begin_time": 1777622400000,
            "end_time": 1777626000000,
        }


def order(dock: SimulatedDock, method: str, tid: str = "", **data: object) -> int | None:
    """What the dock answers; None for nothing."""
    asked = Envelope(method, data, tid or f"q{next(_NUMBERS)}")
    dock.said()
    dock.heard(topic(TopicKind.SERVICES, DOCK), write_envelope(asked))
    answers = [json.loads(payload) for name, payload in dock.said() if name.endswith("_reply")]
    return int(answers[0]["data"]["result"]) if answers else None


def test_a_simulated_dock_refuses_what_a_real_one_does() -> None:
    shelf = Shelf()
    dock = dock_of(shelf)
    task = task_of(dock_mission(), desk())
    shelf.files["http://h/f.kmz"] = task.kmz
    file = {"url": "http://h/f.kmz", "fingerprint": task.md5}
    # Numbers other than 0 are refusals; which ones is the maker's affair.
    assert order(dock, "flighttask_execute", flight_id="f") != 0
    assert order(dock, "flighttask_prepare", flight_id="", file=file) != 0
    wrong = {**file, "fingerprint": "0" * 32}
    assert order(dock, "flighttask_prepare", flight_id="f", file=wrong) != 0
    assert order(dock, "flighttask_prepare", flight_id="f", file=file) == 0
    assert order(dock, "flighttask_undo", flight_ids=["f", 7]) == 0
    assert order(dock, "flighttask_undo", flight_ids="f") == 0
    assert order(dock, "flighttask_execute", "t1", flight_id="f") != 0
    for flight_id in ("f", "g"):
        assert order(dock, "flighttask_prepare", "", flight_id=flight_id, file=file) == 0
    assert order(dock, "flighttask_execute", "t2", flight_id="f") == 0
    assert order(dock, "flighttask_execute", "t2", flight_id="f") == 0  # a repeat
    assert order(dock, "flighttask_execute", "t3", flight_id="g") != 0  # busy
    assert order(dock, "flighttask_execute", "t4", flight_id="f") != 0  # flown
    assert order(dock, "flighttask_prepare", "t5", flight_id="f", file=file) != 0
    for method in ("flighttask_pause", "flighttask_recovery", "return_home_cancel", "unheard_of"):
        assert order(dock, method) != 0
    dock.heard(topic(TopicKind.SERVICES, DOCK), b"nonsense")
    dock.heard(topic(TopicKind.SERVICES, DOCK), b'{"method": "return_home"}')  # of nobody
    dock.heard(topic(TopicKind.SERVICES, AIRCRAFT), b"{}")
    assert dock.said() == []
    while dock.phase is not DockPhase.FLYING:
        dock.tick(1.0)
    assert dock.starts == ["f"]
    dock.order(DockFault.REBOOT)
    assert order(dock, "return_home") is None  # it is away


def test_a_simulated_dock_speaks_of_health_and_files() -> None:
    dock = dock_of(Shelf())
    dock.tell_health({"code": "0x16100083", "level": 2, "device_type": "0-91-1"})
    dock.ask_for_file("f")
    told = Hearing(DOCK, AIRCRAFT, ManualClock(dock.at), 15.0, 60.0, lambda _: False)
    replies = [reply for name, payload in dock.said() for reply in told.heard(name, payload)]
    assert [reply.kind for reply in replies] == [TopicKind.EVENTS_REPLY, TopicKind.REQUESTS_REPLY]
    dock.tick(5.0)
    for name, payload in dock.said():
        told.heard(name, payload)
    assert told.state is not None
    assert [each.code for each in told.state.warnings] == ["0x16100083"]


def test_pictures_of_a_flight() -> None:
    mission = dock_mission()
    deeds = (
        Action(ActionKind.YAW, 400.0),
        Action(ActionKind.HOVER, 3.0),
        Action(ActionKind.PHOTO),
        Action(ActionKind.ZOOM, 2.0),
        Action(ActionKind.PHOTO_EVERY_S, 10.0),
    )
    plain = [replace(point, actions=()) for point in mission.points]
    plain[0] = replace(plain[0], actions=deeds)
    home = dock_of(Shelf()).home
    flight = Flight.of(replace(mission, points=tuple(plain)), home, desk())
    for _ in range(20):
        flight.fly(1.0)  # 100 m up at 5 m/s
    assert flight.spot.height_m == pytest.approx(home.height_m + 100.0)
    assert flight.spot.far_m(home) == 0.0
    flight.fly(0.001)
    assert [picture.yaw_deg for picture in flight.pictures] == [40.0]
    assert flight.flown_s == pytest.approx(23.0, abs=0.01)
    before = flight.flown_s
    while not flight.is_returning:
        flight.fly(0.5)
    took_s = flight.flown_s - before
    assert len(flight.pictures) == 1 + int(took_s / 10.0)
    gaps = [
        b.flown_s - a.flown_s for a, b in zip(flight.pictures, flight.pictures[1:], strict=False)
    ]
    assert gaps == pytest.approx([10.0] * len(gaps), abs=1e-6)
    left_s = flight.home_s
    begun = flight.flown_s
    while not flight.is_over:
        flight.fly(0.5)
    assert flight.flown_s - begun == pytest.approx(left_s, abs=1.0)
    assert flight.spot == home
