"""An application with channels to servers on this machine."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from api_rig import ApiRig, build_api
from detector_rig import build_rig, smoke

from models.alert import Alert
from models.incident import Level, Urgency
from models.notice import ChannelDraft, ChannelKind, ChannelOptions, Rules, Secrets


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiRig]:
    rig = build_api(tmp_path)
    yield rig
    rig.context.store.close()


@pytest.fixture
def burn(api: ApiRig, tmp_path: Path) -> Callable[[], Alert]:
    """Let the pipeline see a fire at the red ridge; returns the alert."""

    def see() -> Alert:
        store = api.context.store
        rig = build_rig(store, tmp_path, {"t1-red": store.cameras.get("t1-red")})
        for step in range(4):
            frame = rig.frame(60.0 * step, "t1-red")
            rig.scorer.script[frame.sequence] = [smoke(0.8)]
            rig.pipeline.process([frame])
        store.incidents.rank(1, Urgency(72.0, Level.SINGLE, (), api.clock.now()))
        return store.alerts.working()[0]

    return see


class Hook:
    """A receiver of messages, by a thread of its own.

    Attributes:
        got: headers and body of each.
        status: of answers; one that was taken from the front, else 200.
    """

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status: list[int] = []
        self.url = ""

    def bodies(self) -> list[str]:
        return [body.decode() for _, body in self.got]

    def marks(self) -> list[str]:
        return [headers["x-firewatch-delivery"] for headers, _ in self.got]


@contextmanager
def listening() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hook.got.append((headers, body))
            self.send_response(hook.status.pop(0) if hook.status else 200)
            told = b'{"errcode":0}'
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hook.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hook
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def listen() -> Callable[[], AbstractContextManager[Hook]]:
    return listening


@pytest.fixture
def add(api: ApiRig, hook: Hook) -> Callable[..., int]:
    """Set up a channel to the hook; returns its number."""

    def put(
        kind: ChannelKind = ChannelKind.WEBHOOK,
        rules: Rules | None = None,
        name: str = "c",
        address: str = "",
        **options: Any,  # noqa: ANN401
    ) -> int:
        secrets = {"signing_key": "k"} if kind is ChannelKind.WEBHOOK else {"key": "k"}
        draft = ChannelDraft(
            name,
            kind,
            ChannelOptions(address=address or hook.url, **options),
            rules or Rules(cool_down_s=0.0),
        )
        return api.context.store.channels.add(draft, Secrets(secrets), actor="a").channel_id

    return put


@pytest.fixture
def send(api: ApiRig) -> Callable[[], int]:
    """Send what is due; returns how many messages were tried."""
    return lambda: asyncio.run(api.context.notices.desk.step())
