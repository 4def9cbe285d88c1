"""The whole watch in one process: real pictures, real network, real store, real server."""

import asyncio
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from api_rig import HASHES, ROOT
from detector_rig import jpeg_with_mark
from starlette.testclient import TestClient

from api.app import create_app
from api.listening import listen
from api.roles import keep_running, logged
from api.runtime import CameraFeed, build_watch
from api.site import read_site
from api.watch import Watch
from camera_gateway.sources.folder import FolderSource
from drone_jobs.fleet import catalogue
from geo.relief import drill_relief
from models.clock import SystemClock
from models.config import Settings
from models.errors import InputRefused, ModelMismatch
from models.mission import Autopilot
from models.store import Store
from models.user import Role, User


def make_recording(folder: Path, count: int = 3) -> Path:
    folder.mkdir()
    for index in range(count):
        (folder / f"{1532815146 + 60 * index}_.jpg").write_bytes(jpeg_with_mark(40 * index))
    return folder


@contextmanager
def building(folder: Path, settings: Settings) -> Iterator[Watch]:
    with closing(Store.open(settings.store_url, clock=SystemClock())) as store:
        yield build(folder, settings, store)


def build(folder: Path, settings: Settings, store: Store) -> Watch:
    site = read_site(ROOT / "examples/drill")
    camera = site.cameras["t1-red"]
    store.cameras.put(camera)
    store.users.add(
        User("li", Role.VIEWER, HASHES[Role.VIEWER], must_change_password=False), actor="t"
    )
    recording = make_recording(folder / "recording")
    feed = CameraFeed(camera, 0, lambda: FolderSource(recording, rate=200.0, clock=SystemClock()))
    return build_watch(
        settings, store, {"t1-red": feed}, site_name="s", drill=True, terrain=drill_relief()
    )


def test_a_recording_runs_through_the_whole_house_and_ends(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, inference_threads=1)
    with (
        building(tmp_path, settings) as watch,
        TestClient(create_app(watch.context, lifespan=watch.running, console_dir=None)) as client,
    ):
        for _ in range(400):
            health = client.get("/api/health").json()
            if health["cameras"] == {"ended": 1} and health["frames_scored"] >= 1:
                break
            time.sleep(0.05)
        assert health["status"] == "ok"
        assert health["cameras"] == {"ended": 1}
        assert health["frames_scored"] >= 1
        assert health["frames_failed"] == 0
        body = {"name": "li", "password": "viewer-viewer"}
        assert client.post("/api/session", json=body).status_code == 200
        (camera,) = client.get("/api/cameras").json()
        assert camera["state"] == "ended"
        assert camera["frames_received"] == 3
        assert camera["provenance"] == "recorded"
        assert camera["captured_at"] == "2018-07-28T22:01:06Z"
        dropped = sum(camera["frames_dropped"].values())
        assert dropped <= 2
        still = client.get("/api/cameras/t1-red/still.jpg")
        assert still.content == jpeg_with_mark(80)
        assert client.get("/api/alerts").json()["alerts"] == []


def test_a_simulated_aircraft_is_a_drill_and_the_site_is_none(tmp_path: Path) -> None:
    """Beside a real one: what flies is told apart, and fires of the towers stay real."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        real = {"kind": "mavlink", "url": f"udpin:127.0.0.1:{probe.getsockname()[1]}"}
    links = [
        {"aircraft": "drill", "kind": "simulated"},
        {"aircraft": "real", **real},
        {"aircraft": "unknown", "kind": "simulated"},
    ]
    settings = Settings.model_validate(
        {"data_dir": tmp_path, "inference_threads": 1, "drones": {"links": links}}
    )
    relief = drill_relief()
    west, south, east, north = relief.bounds_deg
    example = next(one for one in catalogue() if one.autopilot is Autopilot.PX4)
    with closing(Store.open(settings.store_url, clock=SystemClock())) as store:
        for name in ("drill", "real"):
            aircraft = replace(
                example,
                name=name,
                home_lon_deg=(west + east) / 2,
                home_lat_deg=(south + north) / 2,
            )
            store.aircraft.put(aircraft, version=None, author="t")
        store.users.add(
            User("li", Role.VIEWER, HASHES[Role.VIEWER], must_change_password=False), actor="t"
        )
        watch = build_watch(settings, store, {}, site_name="s", drill=False, terrain=relief)
        app = create_app(watch.context, lifespan=watch.running, console_dir=None)
        with TestClient(app) as client:
            body = {"name": "li", "password": "viewer-viewer"}
            assert client.post("/api/session", json=body).status_code == 200
            assert client.get("/api/site").json()["drill"] is False
            for _ in range(400):
                told = {
                    one["aircraft"]: one
                    for one in client.get("/api/flights/now").json()["aircraft"]
                }
                if told["drill"]["is_heard"] and told["real"]["has_link"]:
                    break
                time.sleep(0.05)
        assert {name: one["is_drill"] for name, one in told.items()} == {
            "drill": True, "real": False, "unknown": True,
        }  # fmt: skip
        assert [told[name]["has_link"] for name in ("drill", "real", "unknown")] == [
            True, True, False,
        ]  # fmt: skip
        assert told["drill"]["is_heard"]
        assert not told["real"]["is_heard"]
        flights = watch.context.flights
        assert flights is not None
        assert "entered" in flights.links.faults["unknown"]
        assert flights.links.link_of("drill") is None  # closed with the watch


def test_the_console_is_served_when_it_is_built(tmp_path: Path) -> None:
    page = tmp_path / "static"
    page.mkdir()
    (page / "index.html").write_text("<title>Firewatch</title>", encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", inference_threads=1)
    with building(tmp_path, settings) as watch:
        answer = TestClient(create_app(watch.context, console_dir=page)).get("/")
    assert "Firewatch" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_wrong_weights_stop_the_watch_before_it_starts(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, model_card="nobody-made-this")
    with pytest.raises(ModelMismatch, match="nobody-made-this"), building(tmp_path, settings):
        pytest.fail("it was built")


def test_a_port_in_use_is_said_with_what_to_do() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(InputRefused, match=f"port {port}") as caught:
            listen("127.0.0.1", port)
    assert "--port" in caught.value.remedy


def test_an_answer_leaves_at_once() -> None:
    """Each of its writes waited for the other end's acknowledgement, 42 ms, before."""
    at_once: list[int] = []

    async def taken(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = writer.get_extra_info("socket")
        at_once.append(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()
        await writer.wait_closed()

    async def ask() -> None:
        listening = listen("127.0.0.1", 0)
        async with await asyncio.start_server(taken, sock=listening):
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()

    asyncio.run(ask())
    assert at_once == [1]


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(InputRefused, match="Cannot listen"):
        listen("192.0.2.1", 8000)


def test_a_role_that_fails_in_a_way_nobody_foresaw_is_started_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("api.roles.RESTART_S", 0.0)
    attempts: list[int] = []

    async def fails_twice() -> None:
        attempts.append(1)
        if len(attempts) < 3:
            raise RuntimeError("boom")

    with caplog.at_level(logging.ERROR):
        asyncio.run(keep_running("role", fails_twice))
    assert len(attempts) == 3
    assert "role failed and is started again" in caplog.text


def test_a_job_aside_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> None:
        raise RuntimeError("boom")

    with caplog.at_level(logging.ERROR):
        logged(fails)
    assert "a job aside failed" in caplog.text
