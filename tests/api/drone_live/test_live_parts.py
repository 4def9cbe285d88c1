"""Orders, telemetry, plumes, secrets and the word to a dock, each by itself."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dock_rig import AIRCRAFT, DOCK, Shelf, dock_of, linked, until

from api.drone_live.book import LiveBook, LiveMode, LiveOrder, LiveState, LiveStatus
from api.drone_live.history import StateHistory
from api.drone_live.plumes import PlumeBook, PlumeFind
from api.drone_live.pushing import AGAIN_S, DockPush
from api.drone_live.secrets import link_of, push_url_of
from api.drone_live.watching import flying
from drone_jobs.links.dji.bus import LocalBus
from models.camera_link import CameraLink, ListeningLink
from models.clock import ManualClock
from models.config.drone_links import DroneLinkRule
from models.crossing import Report
from models.errors import InputRefused
from models.flight import AircraftState, FlightPhase
from models.site import HeightDatum, Position

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def rule(**told: object) -> DroneLinkRule:
    base = {"aircraft": "quad", "kind": "simulated", "live_url": "rtsp://10.0.0.5/1"}
    return DroneLinkRule.model_validate(base | told)


def test_a_word_counts_until_its_end_and_then_the_flight_does() -> None:
    book = LiveBook.of(["quad"])
    assert [book.wants("quad", NOW, is_flying=is_flying) for is_flying in (True, False)] == [
        True, False,
    ]  # fmt: skip
    book.order("quad", LiveOrder(LiveMode.ON, after(60.0), "li"))
    assert book.wants("quad", after(59.0), is_flying=False)
    assert not book.wants("quad", after(60.0), is_flying=False)
    book.order("quad", LiveOrder(LiveMode.OFF, None, "li"))
    assert not book.wants("quad", after(9e6), is_flying=True)
    assert book.status_of("quad").state is LiveState.IDLE
    book.note("quad", LiveStatus(LiveState.LIVE, frames=3))
    assert book.status_of("quad").frames == 3


def test_states_are_kept_for_minutes_and_a_clock_that_was_set_back_begins_anew() -> None:
    history = StateHistory()
    history.hear(None)
    history.hear(AircraftState(datetime(2026, 11, 25, 3, 0)))  # noqa: DTZ001 -- as a vehicle may
    assert history.newest is None
    for second in range(400):
        history.hear(AircraftState(after(second), FlightPhase.MISSION))
        history.hear(AircraftState(after(second), FlightPhase.GROUND))  # heard before
    assert [history.all()[0].at, history.all()[-1].at] == [after(219), after(399)]
    assert {state.phase for state in history.all()} == {FlightPhase.MISSION}
    history.hear(AircraftState(after(300.0)))  # late
    assert len(history.all()) == 181
    history.hear(AircraftState(after(-1000.0)))
    assert [state.at for state in history.all()] == [after(-1000.0)]


@pytest.mark.parametrize(
    ("phase", "old_s", "is_flying"),
    [
        (FlightPhase.MISSION, 0.0, True),
        (FlightPhase.RETURNING, 60.0, True),
        (FlightPhase.MISSION, 61.0, False),
        (FlightPhase.GROUND, 0.0, False),
        (FlightPhase.UNKNOWN, 0.0, False),
    ],
)
def test_an_aircraft_flies_when_it_was_heard_to_fly_lately(
    phase: FlightPhase, old_s: float, is_flying: object
) -> None:
    history = StateHistory()
    assert not flying(NOW, history, timedelta(seconds=60))
    history.hear(AircraftState(NOW, phase))
    assert flying(after(old_s), history, timedelta(seconds=60)) is is_flying


def find(number: int, second: float, east_m: float = 0.0, sigma_m: float = 20.0) -> PlumeFind:
    place = Position(106.65 + east_m / 97_500.0, 28.85, 0.0, HeightDatum.GROUND)
    return PlumeFind(number, after(second), Report(place, sigma_m), "smoke 0.80")


def test_a_plume_is_due_by_its_third_picture_within_half_a_minute() -> None:
    book = PlumeBook()
    due = []
    for number, second in enumerate([0.0, 0.0, 5.0, 40.0, 41.0, 42.0]):
        plume = book.take(find(number, second))
        assert plume is not None
        due.append(plume.is_due)
    assert due == [False, False, False, False, False, True]  # two finds of one picture count once


def test_plumes_apart_are_two_and_what_is_not_seen_again_is_forgotten() -> None:
    book = PlumeBook()
    near, far = book.take(find(0, 0.0)), book.take(find(1, 0.0, east_m=800.0))
    assert near is not far
    assert book.take(find(2, 1.0, east_m=15.0)) is near
    assert book.of(find(3, 1.0, east_m=790.0).report) is far
    again = book.take(find(4, 60.0, east_m=3000.0))
    assert again is not None
    assert book.of(find(5, 60.0).report) is None


def test_a_told_plume_is_due_again_when_it_is_twice_as_sharp() -> None:
    book = PlumeBook()
    plume = book.take(find(0, 0.0, sigma_m=100.0))
    assert plume is not None
    plume.told, plume.observation_id = plume.lead.report, 7
    plume.finds.clear()
    assert not plume.is_due
    assert book.take(find(1, 1.0, sigma_m=60.0)) is plume
    assert not plume.is_due
    assert book.take(find(2, 2.0, sigma_m=49.0)) is plume
    assert plume.is_due


def test_of_very_many_places_none_is_told_any_more() -> None:
    book = PlumeBook()
    for number in range(20):
        plume = book.take(find(number, 0.0, east_m=1000.0 * number))
        assert plume is not None
        plume.told = plume.lead.report
    assert book.take(find(30, 1.0, east_m=-5000.0)) is None
    assert book.take(find(31, 1.0, east_m=3000.0)) is not None


def test_credentials_and_keys_come_from_files(tmp_path: Path) -> None:
    secret, key = tmp_path / "p", tmp_path / "k"
    secret.write_text("p@ss/1\n", encoding="utf-8")
    key.write_text("geheim 1", encoding="utf-8")
    link, credential = link_of(rule(live_user="li", live_password_file=str(secret)))
    assert type(link) is CameraLink
    assert (link.address, link.every_s) == ("rtsp://10.0.0.5/1", 1.0)
    assert credential is not None
    assert (credential.user, credential.password) == ("li", "p@ss/1")
    pushed = rule(
        live_url="rtmp://127.0.0.1:1935/live/",
        live_listen=True,
        live_key_file=str(key),
        live_push_url="rtmp://10.0.0.5/live",
        live_video="80-0-0/normal-0",
    )
    link, credential = link_of(pushed)
    assert isinstance(link, ListeningLink)
    assert (link.address, credential) == ("rtmp://127.0.0.1:1935/live/geheim%201", None)
    assert push_url_of(pushed) == "rtmp://10.0.0.5/live/geheim%201"
    assert push_url_of(rule()) == ""


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe", b"a\nb"])
def test_a_secret_that_cannot_be_read_is_told_without_its_words(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "p"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        link_of(rule(live_password_file=str(path)))
    assert refused.value.code == "live_secret"
    assert str(path) in refused.value.message


def dock_rule(key_file: Path) -> DroneLinkRule:
    return DroneLinkRule.model_validate(
        {
            "aircraft": "quad",
            "kind": "dock",
            "url": "mqtt://127.0.0.1",
            "dock_serial": DOCK,
            "aircraft_serial": AIRCRAFT,
            "files_folder": str(key_file.parent),
            "files_url": "http://127.0.0.1/",
            "live_url": "rtsp://10.0.0.5/1",
            "live_push_url": "rtmp://10.0.0.5/live",
            "live_video": "80-0-0/normal-0",
            "live_key_file": str(key_file),
        }
    )


def test_a_dock_is_told_to_push_and_to_stop(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("k1", encoding="utf-8")

    async def story() -> None:
        shelf, bus, clock = Shelf(), LocalBus(), ManualClock(NOW)
        dock = dock_of(shelf)
        async with linked(dock, shelf, bus, bus) as link:
            push = DockPush(dock_rule(key), clock)
            await push.end(link)  # nothing was begun
            await push.ask(None)
            assert push.code == "live_no_dock"
            await push.ask(link)
            assert not dock.is_live, "not before its time"
            clock.advance(AGAIN_S)
            await push.ask(link)
            assert (dock.is_live, push.code) == (True, "")
            assert dock._live == {f"{AIRCRAFT}/80-0-0/normal-0": "rtmp://10.0.0.5/live/k1"}
            await push.end(link)
            await until(lambda: not dock.is_live)
            key.unlink()
            await push.ask(link)
            assert push.code == "live_secret"
            key.write_text("k1", encoding="utf-8")
            bus.cut()
            clock.advance(AGAIN_S)
            await push.ask(link)
            assert push.code == "dock_silent"
            bus.mend()
            await push.end(link)  # it may have heard it all the same
            assert not dock.is_live

    asyncio.run(story())


def test_no_dock_is_told_where_nobody_said_so() -> None:
    async def story() -> None:
        push = DockPush(rule(), ManualClock(NOW))
        await push.ask(None)
        await push.end(None)
        assert push.code == ""

    asyncio.run(story())
