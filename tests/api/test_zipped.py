"""Answers travel compressed, and what is small already or must not wait does not."""

import asyncio
import gzip
from collections.abc import Callable

import pytest
from api_rig import ApiRig
from starlette.testclient import TestClient
from starlette.types import Message

from api.app import CONSOLE_DIR, create_app
from api.headers import HEADERS
from models.alert import Alert
from models.camera_setup import CameraSetup
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.user import Role

POSE = Pose(28.0, -3.1, 0.0, 62.0, 0.0, 0.1, 0.1)


def district(api: ApiRig) -> None:
    """A hundred cameras."""
    for number in range(100):
        position = Position(106.0 + number / 1000, 29.0, 30.0, HeightDatum.GROUND)
        presets = tuple(Preset(each, f"预置位{each}", POSE) for each in range(3))
        camera = Camera(f"tower-{number}", f"塔{number}", CameraKind.TOWER, position, presets)
        api.context.store.links.put(CameraSetup(camera), actor="t")


def test_a_hundred_cameras_are_a_few_kilobytes_and_carry_the_same_headers(api: ApiRig) -> None:
    district(api)
    client = api.client(Role.VIEWER)
    with client.stream("GET", "/api/cameras", headers={"accept-encoding": "gzip"}) as zipped:
        raw = b"".join(zipped.iter_raw())
    plain = client.get("/api/cameras", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < 10_000
    assert len(plain.content) > 80_000
    for answer in (zipped, plain):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.headers["vary"] == "Accept-Encoding"


def test_small_answers_and_refusals_are_left_as_they_are(api: ApiRig) -> None:
    for answer in (api.client().get("/api/health"), api.client().get("/api/cameras")):
        assert "content-encoding" not in answer.headers


def test_pictures_and_clips_are_left_as_they_are(api: ApiRig, burn: Callable[[], Alert]) -> None:
    alert_id = burn().alert_id
    client = api.client(Role.VIEWER)
    evidence = client.get(f"/api/alerts/{alert_id}").json()["evidence"]
    answers = [client.get(each["url"]) for each in evidence]
    answers.append(client.get("/api/terrain/11/544/803.png"))
    assert len(answers) > 1
    for answer in answers:
        assert (answer.status_code, "content-encoding" in answer.headers) == (200, False)
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_live_feed_is_neither_compressed_nor_held_back(
    api: ApiRig, burn: Callable[[], Alert]
) -> None:
    """The first event is here while the answer goes on without end."""
    burn()
    cookie = "; ".join(f"{k}={v}" for k, v in api.client(Role.VIEWER).cookies.items())
    messages: list[Message] = []

    async def listen() -> None:
        arrived = asyncio.Event()

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            messages.append(message)
            if b"alert" in message.get("body", b""):
                arrived.set()

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/api/events",
            "raw_path": b"/api/events",
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"host", b"testserver"),
                (b"cookie", cookie.encode()),
                (b"accept-encoding", b"gzip"),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("testserver", 80),
        }
        task = asyncio.create_task(create_app(api.context, console_dir=None)(scope, receive, send))
        async with asyncio.timeout(20.0):
            await arrived.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(listen())
    headers = dict(messages[0]["headers"])
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert b"content-encoding" not in headers


@pytest.mark.skipif(not (CONSOLE_DIR / "index.html").is_file(), reason="the console is not built")
def test_the_console_itself_travels_compressed_and_is_not_sent_twice(api: ApiRig) -> None:
    client = TestClient(create_app(api.context), base_url="http://testserver")
    script = max((CONSOLE_DIR / "assets").glob("*.js"), key=lambda path: path.stat().st_size)
    address = f"/assets/{script.name}"
    with client.stream("GET", address, headers={"accept-encoding": "gzip"}) as zipped:
        raw = b"".join(zipped.iter_raw())
    assert gzip.decompress(raw) == script.read_bytes()
    assert len(raw) < script.stat().st_size / 2
    again = client.get(address, headers={"if-none-match": zipped.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
