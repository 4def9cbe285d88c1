"""``firewatch camera discover``, ``events`` and a look at an ONVIF camera, as people type them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from command_line import run_firewatch
from http_rig import HttpRig, answer, digest, stream
from onvif_sim import OnvifSim

from api.commands import camera_ask
from api.commands.camera_ask import told_event
from camera_gateway.sources.isapi_events import ALERT_STREAM, DeviceEvent
from camera_gateway.sources.isapi_facts import AlertFacts, AlertKind
from camera_gateway.sources.onvif_discovery import FoundCamera, own_addresses
from models.frame import TimeSource

Captured = pytest.CaptureFixture[str]
NOISE = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)
JPEG = cv2.imencode(".jpg", NOISE)[1].tobytes()


def firewatch(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    return run_firewatch(monkeypatch, "camera", *arguments)


@contextmanager
def serving(rig: HttpRig) -> Iterator[HttpRig]:
    """The rig in a thread of its own, for the tool runs its own loop."""
    up, stop = threading.Event(), threading.Event()

    async def run() -> None:
        async with rig:
            up.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert up.wait(10.0)
    try:
        yield rig
    finally:
        stop.set()
        thread.join()


def password_file(folder: Path, password: str) -> Path:
    file = folder / "password"
    file.write_text(password, encoding="utf-8")
    return file


def test_an_onvif_camera_is_told_with_its_own_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    sim = OnvifSim(
        snapshot=answer(JPEG),
        skew=-timedelta(hours=8),
        ir_cut="OFF",
        media=frozenset({1, 2}),
        site="192.168.1.64",
    )
    secret = password_file(tmp_path, sim.password)
    options = ["--user", sim.user, "--password-file", secret, "--seconds", "1", "--every", "0.3"]
    with serving(sim.open()) as rig:
        address = rig.url("/onvif/device_service?via=snapshot")
        assert firewatch(monkeypatch, "probe", address, *options) == 0
    # It tells whole seconds only, so that its clock is up to one more behind.
    said = capsys.readouterr().out.replace("28801", "28800")
    for words in (
        "Sim Tower, firmware 1.2; infrared filter: night",
        "its clock: 28800 s behind, zone CST-8, set by a time server",
        "profile Profile_1: H264 1920 x 1080",
        "profile Profile_3: H265 2560 x 1440",
        "set     The camera's clock is 28800 s off",
    ):
        assert words in said, said
    assert sim.password not in said


def test_an_onvif_camera_that_says_little_is_told_with_what_there_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    sim = OnvifSim(
        snapshot=answer(JPEG),
        tells_time=False,
        faults={"GetDeviceInformation", "GetImagingSettings"},
    )
    secret = password_file(tmp_path, sim.password)
    options = ["--user", sim.user, "--password-file", secret, "--seconds", "1", "--every", "0.3"]
    with serving(sim.open()) as rig:
        address = rig.url("/onvif/device_service?via=snapshot")
        assert firewatch(monkeypatch, "probe", address, *options) == 0
    said = capsys.readouterr().out
    assert "no maker told; infrared filter: unknown" in said
    assert "it does not tell its time" in said


def found(endpoint: str, name: str = "north", hardware: str = "") -> FoundCamera:
    address = f"http://10.0.0.{endpoint}/onvif"
    return FoundCamera(address, f"urn:uuid:{endpoint}", name, hardware, f"10.0.0.{endpoint}")


def test_every_network_is_asked_and_each_camera_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    networks = {
        "10.0.0.1": (found("7"), found("5", "北山\x1b[2J", "DS-2TD")),
        "10.0.9.1": (found("7"),),
        "10.0.8.1": OSError(99, "Cannot assign requested address"),
    }

    async def asked(*, wait_s: float, interface: str) -> tuple[FoundCamera, ...]:
        assert wait_s == 2.0
        answer_ = networks[interface]
        if isinstance(answer_, OSError):
            raise answer_
        return answer_

    monkeypatch.setattr(camera_ask, "discover_cameras", asked)
    monkeypatch.setattr(camera_ask, "own_addresses", lambda: tuple(networks))
    assert firewatch(monkeypatch, "discover", "--seconds", "2") == 0
    said = capsys.readouterr()
    first, second, last = said.out.splitlines()
    assert first.split() == ["http://10.0.0.5/onvif", "北山?[2J", "DS-2TD"]
    assert second.split() == ["http://10.0.0.7/onvif", "north"]
    assert last.startswith("2 found")
    assert "10.0.8.1 cannot be asked: Cannot assign" in said.err

    assert firewatch(monkeypatch, "discover", "--seconds", "2", "--interface", "10.0.8.1") == 1
    assert "None of these networks" in capsys.readouterr().err

    async def broken(*, wait_s: float, interface: str) -> tuple[FoundCamera, ...]:
        raise ZeroDivisionError(wait_s, interface)

    monkeypatch.setattr(camera_ask, "discover_cameras", broken)
    with pytest.raises(ZeroDivisionError):
        firewatch(monkeypatch, "discover", "--seconds", "2")


def test_silence_and_no_network_are_told(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr(camera_ask, "own_addresses", lambda: ())
    assert firewatch(monkeypatch, "discover") == 1
    assert "no network besides itself" in capsys.readouterr().err
    assert firewatch(monkeypatch, "discover", "--seconds", "0.5", "--interface", "127.0.0.1") == 0
    assert "nobody answered within 0.5 s on 127.0.0.1" in capsys.readouterr().out


def test_this_machine_knows_its_networks() -> None:
    assert "127.0.0.1" not in own_addresses()
    assert all(address.count(".") == 3 for address in own_addresses())


def alert(event: str, inner: str = "", channel: int = 2) -> bytes:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return (
        f"--boundary\r\nContent-Type: application/xml\r\n\r\n<EventNotificationAlert>"
        f"<channelID>{channel}</channelID><dateTime>{at}</dateTime><eventType>{event}</eventType>"
        f"<eventState>active</eventState>{inner}</EventNotificationAlert>\r\n"
    ).encode()


HOT = (
    "<DetectionRegionList><DetectionRegionEntry><TMPA><temperatureUnit>celsius</temperatureUnit>"
    "<currTemperature>81.5</currTemperature><targetDistance>2400</targetDistance><AbsoluteHigh>"
    "<elevation>35500</elevation><azimuth>12345</azimuth><absoluteZoom>200</absoluteZoom>"
    "</AbsoluteHigh></TMPA></DetectionRegionEntry></DetectionRegionList>"
    "<detectionPicturesNumber>1</detectionPicturesNumber>"
)
PICTURE = b"--boundary\r\nContent-Type: image/jpeg\r\n\r\n" + JPEG + b"\r\n"


def test_a_pre_alarm_is_no_alarm_and_their_pictures_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    pieces = (alert("TMPA", HOT), PICTURE, alert("TMA"), alert("VMD", channel=1), 30.0)
    route = digest(
        stream(*pieces, content_type="multipart/mixed; boundary=boundary"), "u", "geheim"
    )
    kept = tmp_path / "pictures"
    secret = password_file(tmp_path, "geheim")
    options = ["--user", "u", "--password-file", secret, "--seconds", "2"]
    with serving(HttpRig({ALERT_STREAM: route})) as rig:
        assert firewatch(monkeypatch, "events", rig.url(""), *options, "--pictures", kept) == 1
        assert "is no folder" in capsys.readouterr().err
        kept.mkdir()
        assert firewatch(monkeypatch, "events", rig.url(""), *options, "--pictures", kept) == 0
    said = capsys.readouterr().out
    first, second, third, last = said.splitlines()
    assert "temperature_prealarm" in first
    assert "TMPA  channel 2 (thermal)  81.5 degrees C  2400 m away" in first
    assert "pan 123.5 tilt -5.0 degrees (shifted)  1 pictures" in first
    assert "temperature_alarm " in second
    assert "channel 1 (visible)" in third
    assert last == "3 events in 2 s"
    assert [file.read_bytes() for file in kept.iterdir()] == [JPEG]
    assert "geheim" not in said


def test_a_camera_without_events_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    with serving(HttpRig({ALERT_STREAM: answer(status=404)})) as rig:
        assert firewatch(monkeypatch, "events", rig.url("")) == 1
    said = capsys.readouterr().err
    assert "no such address" in said
    assert said.count("\n") == 1


def test_an_event_that_is_over_and_says_little() -> None:
    facts = AlertFacts(
        AlertKind.FIRE,
        "fireDetection",
        active=False,
        channel=None,
        told_at=None,
        regions=(),
        pictures=0,
    )
    at = datetime(2026, 11, 26, tzinfo=UTC)
    event = DeviceEvent(
        facts,
        on_thermal=False,
        happened_at=at,
        time_source=TimeSource.RECEIPT,
        doubt_s=None,
        received_at=at,
        broken_pictures=2,
    )
    assert told_event(event) == (
        "2026-11-26 00:00:00Z  fire                  fireDetection is over  no channel told  "
        "0 pictures, 2 damaged"
    )
