"""A live view over HTTP: who gets one, what stands in it, and whatever ends it."""

import asyncio
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from api_rig import ApiRig
from asgi_viewer import Viewer
from mp4_rig import FORM, boxes_of, decoded, pictures_of

from api import listening
from api.app import create_app
from api.live_view import stream
from camera_gateway.video.live import LiveViews
from camera_gateway.video.tap import VideoTap
from models.camera_link import Adapter, CameraLink
from models.clock import SystemClock
from models.user import Role

PATH = "/api/cameras/t1-red/live.mp4"


@pytest.fixture
def tap(api: ApiRig) -> Iterator[VideoTap]:
    link(api, Adapter.RTSP)
    yield api.context.taps.of("t1-red")
    assert api.context.live.viewers == 0, "whatever ended it, nothing may be left"


def link(api: ApiRig, adapter: Adapter, *, enabled: bool = True) -> None:
    setup = api.context.store.links.get("t1-red")
    api.context.store.links.put(
        replace(setup, link=CameraLink(adapter, "rtsp://10.0.0.5/1", enabled=enabled)), actor="t"
    )


def cookie_of(api: ApiRig) -> str:
    return "; ".join(f"{key}={value}" for key, value in api.client(Role.VIEWER).cookies.items())


def watched(api: ApiRig, act: Callable[[Viewer], Awaitable[None]]) -> Viewer:
    """Watch, act while it goes on, go away."""
    cookie = cookie_of(api)

    async def watch() -> Viewer:
        app = create_app(api.context, console_dir=None)
        async with Viewer(app, PATH, cookie) as viewer:
            await viewer.until(lambda: len(viewer.messages) > 1)
            await act(viewer)
        return viewer

    return asyncio.run(watch())


def notes_of(viewer: Viewer) -> list[dict[str, object]]:
    return [json.loads(body) for kind, body in boxes_of(viewer.body) if kind == b"free"]


def test_video_comes_as_the_camera_sends_it_with_notes_between(api: ApiRig, tap: VideoTap) -> None:
    async def act(viewer: Viewer) -> None:
        assert [note["state"] for note in notes_of(viewer)] == ["no_camera"]
        tap.begin(FORM)
        await viewer.until(lambda: notes_of(viewer)[-1]["state"] == "waiting_key")
        for picture in pictures_of():
            tap.take(picture)
        await viewer.until(lambda: b"mdat" in viewer.body)
        tap.end()
        await viewer.until(lambda: notes_of(viewer)[-1]["state"] == "no_camera")

    viewer = watched(api, act)
    headers = dict(viewer.messages[0]["headers"])
    assert viewer.status == 200
    assert headers[b"content-type"] == b"video/mp4"
    assert headers[b"cache-control"] == b"no-store"
    assert b"content-encoding" not in headers
    assert b"content-length" not in headers
    assert len(decoded(viewer.body)) >= 9
    notes = notes_of(viewer)
    assert next(note for note in notes if "codec" in note)["codec"] == "avc1.42c00b"
    assert notes[0]["now"] == round(api.clock.now().timestamp() * 1000)
    assert viewer.is_over
    assert not tap.is_heard


def test_a_note_comes_each_second_so_that_silence_is_a_dead_line(
    api: ApiRig, tap: VideoTap
) -> None:
    async def act(viewer: Viewer) -> None:
        for count in (2, 3):
            api.clock.advance(stream.NOTE_EVERY_S)
            await viewer.until(lambda count=count: len(notes_of(viewer)) == count)
        assert tap.is_heard

    watched(api, act)


@pytest.mark.parametrize("what", ["signed_out", "removed", "switched_off", "no_stream", "long"])
def test_it_ends_with_the_right_to_it(api: ApiRig, tap: VideoTap, what: str) -> None:
    client = api.client(Role.VIEWER)

    async def act(viewer: Viewer) -> None:
        if what == "signed_out":
            api.context.store.sessions.delete_all_of("viewer")
        elif what == "removed":
            api.context.store.links.remove("t1-red", actor="t")
        elif what == "switched_off":
            link(api, Adapter.RTSP, enabled=False)
        elif what == "no_stream":
            link(api, Adapter.SNAPSHOT)
        api.clock.advance(stream.LONGEST_S if what == "long" else stream.ASK_EVERY_S)
        await viewer.until(lambda: viewer.is_over)
        assert not tap.is_heard

    assert client.cookies
    watched(api, act)


def test_it_ends_at_once_when_something_of_the_view_becomes_private(
    api: ApiRig, tap: VideoTap
) -> None:
    async def act(viewer: Viewer) -> None:
        tap.begin(FORM)
        for picture in pictures_of():
            tap.take(picture)
        await viewer.until(lambda: b"mdat" in viewer.body)
        tap.close()
        await viewer.until(lambda: viewer.is_over)
        for picture in pictures_of(first=60):
            tap.take(picture)

    watched(api, act)
    tap.open()


def test_somebody_who_takes_nothing_is_cut_off(
    api: ApiRig,
    tap: VideoTap,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(stream, "STUCK_S", 0.05)

    async def act(viewer: Viewer) -> None:
        viewer.stuck = True
        tap.begin(FORM)
        for picture in pictures_of():
            tap.take(picture)
        async with asyncio.timeout(10.0):
            await asyncio.wait({viewer.task})
        assert not viewer.is_over
        assert not tap.is_heard

    watched(api, act)
    assert "a live view ended: TimeoutError" in caplog.text


def test_opened_and_closed_a_hundred_times(api: ApiRig, tap: VideoTap) -> None:
    cookie = cookie_of(api)

    async def watch() -> None:
        app = create_app(api.context, console_dir=None)
        tap.begin(FORM)
        tasks = asyncio.all_tasks()
        for _ in range(100):
            async with Viewer(app, PATH, cookie) as viewer:
                await viewer.until(lambda viewer=viewer: len(viewer.messages) > 1)
                assert tap.is_heard
        assert not tap.is_heard
        assert asyncio.all_tasks() == tasks

    asyncio.run(watch())


@pytest.mark.parametrize(
    ("adapter", "how", "code"),
    [
        (Adapter.SNAPSHOT, "", "live_view_stills_only"),
        (Adapter.FOLDER, "", "live_view_stills_only"),
        (Adapter.RTSP, "off", "live_view_off"),
        (Adapter.RTSP, "hevc", "live_view_codec"),
        (Adapter.ONVIF, "private", "live_view_masked"),
    ],
)
def test_where_there_is_no_video_it_is_said_why(
    api: ApiRig, adapter: Adapter, how: str, code: str
) -> None:
    link(api, adapter, enabled=how != "off")
    tap = api.context.taps.of("t1-red")
    if how in {"hevc", "private"}:
        tap.begin(replace(FORM, codec="hevc" if how == "hevc" else "h264"))
    if how == "private":
        tap.close()
    answer = api.client(Role.VIEWER).get(PATH)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.json()["remedy"]


def test_a_camera_that_runs_without_a_link_has_pictures_and_one_that_does_not_is_off(
    api: ApiRig,
) -> None:
    viewer = api.client(Role.VIEWER)
    assert viewer.get(PATH).json()["code"] == "live_view_off"
    demo: Any = object()
    api.context.gateways["t1-red"] = demo
    assert viewer.get(PATH).json()["code"] == "live_view_stills_only"


def test_a_line_that_takes_nothing_more_is_let_go_of_by_the_system() -> None:
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        pytest.skip("this system has no such limit")
    with listening.listen("127.0.0.1", 0) as waiting:
        waiting.settimeout(5.0)
        with socket.create_connection(waiting.getsockname()):
            taken, _ = waiting.accept()
            with taken:
                told = taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert told == listening.DEAD_LINE_MS


def test_strangers_and_cameras_that_are_not_there(api: ApiRig) -> None:
    assert api.client().get(PATH).status_code == 401
    assert api.client(Role.VIEWER).get("/api/cameras/nobody/live.mp4").status_code == 404


@pytest.mark.parametrize(
    ("most", "code"),
    [({"most_per_camera": 0}, "live_view_full"), ({"most": 0}, "live_views_full")],
)
def test_too_many_are_told_so(api: ApiRig, most: dict[str, int], code: str) -> None:
    link(api, Adapter.RTSP)
    api.context = replace(api.context, live=LiveViews(SystemClock(), **most))
    answer = api.client(Role.VIEWER).get(PATH)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert not api.context.taps.of("t1-red").is_heard
