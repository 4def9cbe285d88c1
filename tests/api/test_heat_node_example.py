"""The program of a node: what it keeps, in which order it sends, and what it learns of answers."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from api_rig import build_api
from heat_node_rig import KEY, heat_node, heat_node_of, picture
from hypothesis import given, settings
from hypothesis import strategies as st
from served import served

from models.heat_node import FrameRefusal

NODE = "ridge-3"
START_S = datetime(2026, 11, 25, 3, 0, tzinfo=UTC).timestamp()


@dataclass
class Clock:
    """Of a node, right or wrong."""

    at_s: float = START_S

    def __call__(self) -> float:
        return self.at_s


@dataclass
class Answers:
    """A line whose other end says what it is told to; without orders it takes all."""

    clock: Clock
    ahead_s: float = 0.0  # of the node's
    orders: list[Any] = field(default_factory=list)
    sent: list[tuple[int, str, bytes]] = field(default_factory=list)

    def send(self, told: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        self.sent.append((int(told["sequence"]), told["captured_at"], body))
        assert set(told) == {"sequence", "captured_at", "reading"}
        order = self.orders.pop(0) if self.orders else (201, {})
        if told["captured_at"].startswith("1970"):
            order = 422, {"code": "node_stale"}
        if isinstance(order, Exception):
            raise order
        status, said = order
        at = datetime.fromtimestamp(self.clock.at_s - self.ahead_s, UTC)
        return status, {"interval_s": 120, "server_time": at.isoformat(), **said}


@pytest.fixture
def clock() -> Clock:
    return Clock()


def node_of(folder: Path, line: Any, clock: Clock) -> Any:  # noqa: ANN401 -- of the example
    module = heat_node()
    return module.Node(module.Outbox(folder, 0), line, clock)


def test_the_newest_once_and_then_the_oldest(tmp_path: Path, clock: Clock) -> None:
    line = Answers(clock)
    node = node_of(tmp_path, line, clock)
    for number in range(4):
        assert node.take(picture(number), {}) == number
        clock.at_s += 60.0
    assert node.push() == 0.0
    assert node.push() == 0.0
    assert node.take(picture(4), {}) == 4
    while node.push() is not None:
        pass
    assert [number for number, _, _ in line.sent] == [3, 0, 4, 1, 2]
    assert [body for _, _, body in line.sent] == [picture(number) for number in (3, 0, 4, 1, 2)]
    assert line.sent[1][1] == "2026-11-25T03:00:00.000+00:00"
    assert node.interval_s == 120.0


def test_nothing_is_let_go_without_an_answer(tmp_path: Path, clock: Clock) -> None:
    lost = [TimeoutError(), ConnectionResetError(), ValueError("no JSON"), (500, {}), (507, {})]
    line = Answers(clock, orders=[*lost, (401, {}), (404, {}), (429, {"retry_after_s": 40})])
    node = node_of(tmp_path, line, clock)
    node.take(picture(0), {})
    waits = [node.push() for _ in range(8)]
    assert all(
        0.8 * wanted <= wait <= 1.2 * wanted
        for wanted, wait in zip((5, 10, 20, 40, 80, 160, 320, 40), waits, strict=True)
    )
    assert node.push() == 0.0
    assert node.push() is None
    assert len({number for number, _, _ in line.sent}) == 1
    node.take(picture(1), {})
    line.orders = [TimeoutError()]
    assert node.push() <= 6.0  # it begins anew after an answer


def test_it_waits_a_quarter_of_an_hour_at_most(tmp_path: Path, clock: Clock) -> None:
    line = Answers(clock, orders=[TimeoutError()] * 20 + [(429, {"retry_after_s": "99999999"})])
    node = node_of(tmp_path, line, clock)
    node.take(picture(0), {})
    assert max(node.push() for _ in range(21)) <= 1080.0


def test_what_will_never_be_taken_makes_way(tmp_path: Path, clock: Clock) -> None:
    orders = [(409, {"code": "node_sequence"}), (413, {}), (422, {"code": "node_damaged"})]
    line = Answers(clock, orders=orders)
    node = node_of(tmp_path, line, clock)
    for number in range(4):
        node.take(picture(number), {})
    while node.push() is not None:
        pass
    assert [number for number, _, _ in line.sent] == [3, 0, 1, 2]
    assert sorted(path.name for path in (tmp_path / "refused").iterdir()) == [
        f"{number:016d}.frame" for number in (0, 1, 3)
    ]


def test_a_wrong_clock_is_put_right_and_so_are_its_frames(tmp_path: Path, clock: Clock) -> None:
    """After a loss of power a clock without battery stands at 1970."""
    now_s, clock.at_s = clock.at_s, 100.0
    line = Answers(clock, ahead_s=100.0 - now_s)
    node = node_of(tmp_path, line, clock)
    for number in range(3):
        node.take(picture(number), {})
        clock.at_s += 60.0
    while node.push() is not None:
        pass
    taken = {number: at for number, at, _ in line.sent if not at.startswith("1970")}
    truth = datetime.fromtimestamp(now_s, UTC)
    assert sorted(taken) == [0, 1, 2]
    for number, at in taken.items():
        off = datetime.fromisoformat(at) - truth - timedelta(minutes=number)
        assert abs(off) < timedelta(seconds=5)
    assert not list((tmp_path / "refused").iterdir())


def test_a_wrong_time_of_an_earlier_run_is_nobodys_guess(tmp_path: Path, clock: Clock) -> None:
    line = Answers(clock, ahead_s=-1e8, orders=[(422, {"code": "node_stale"})])
    node_of(tmp_path, line, clock).take(picture(0), {})
    node = node_of(tmp_path, line, clock)
    assert node.push() == 0.0
    assert [path.name for path in (tmp_path / "refused").iterdir()] == ["0000000000000000.frame"]
    assert node.take(picture(1), {}) == 1  # and its number is not used again


def test_a_slow_line_moves_no_clock(tmp_path: Path, clock: Clock) -> None:
    line = Answers(clock, ahead_s=1.5)
    node = node_of(tmp_path, line, clock)
    node.take(picture(0), {})
    node.push()
    assert node.offset_s == 0.0
    line.ahead_s = 30.0
    node.take(picture(1), {})
    node.push()
    assert node.now() == datetime.fromtimestamp(clock.at_s - 30.0, UTC)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["take", "push", "lost", "die"]), max_size=40))
def test_every_frame_comes_at_last(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[str]
) -> None:
    """Whatever fails and however often it begins anew; a lost answer only sends a frame again."""
    folder, clock, taken = tmp_path_factory.mktemp("kept"), Clock(), dict[int, bytes]()
    line = Answers(clock)
    node, kept = node_of(folder, line, clock), 0

    class Losing:
        def send(self, told: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
            number = int(told["sequence"])
            assert taken.setdefault(number, body) == body
            return line.send(told, body)

    node.line = Losing()
    for deed in [*deeds, "take"]:
        if deed == "take":
            assert node.take(picture(kept), {}) == kept
            kept += 1
        elif deed == "push":
            node.push()
        elif deed == "lost":
            line.orders = [TimeoutError()]  # it was taken, and nobody heard of it
            node.push()
            line.orders = []
        else:
            node = node_of(folder, Losing(), clock)
    while node.push() is not None:
        pass
    assert taken == {number: picture(number) for number in range(kept)}


def wait_for(address: str) -> None:
    """Until somebody listens: the address is taken before it is served."""
    host, port = address.removeprefix("http://").split(":")
    until_s = time.monotonic() + 60.0
    while True:
        try:
            socket.create_connection((host, int(port)), 1.0).close()
        except OSError:
            assert time.monotonic() < until_s
            time.sleep(0.02)
        else:
            return


def test_over_the_watch_itself(tmp_path: Path, clock: Clock) -> None:
    """From a node's disk to the store, by the protocol as it is documented."""
    rig = build_api(tmp_path)
    store = rig.context.store
    store.nodes.add(heat_node_of(NODE), KEY, author="t")
    module = heat_node()
    with served(rig) as address:
        wait_for(address)
        line = module.Web(address, NODE, KEY)
        node = module.Node(module.Outbox(tmp_path / "kept"), line, clock)
        numbers = [node.take(picture(number), {"battery_v": 3.6}) for number in range(3)]
        assert numbers == list(range(numbers[0], numbers[0] + 3))
        assert [node.push() for _ in range(4)] == [0.0, 0.0, 0.0, None]
        frames = store.nodes.frames(NODE)[::-1]
        assert [frame.sequence for frame in frames] == [numbers[2], numbers[0], numbers[1]]
        assert {frame.captured_at for frame in frames} == {datetime.fromtimestamp(START_S, UTC)}
        assert frames[0].reading.battery_v == 3.6
        assert [frame.reading.kept_frames for frame in frames] == [2, 0, 1]
        assert node.interval_s in heat_node_of(NODE).intervals_s
        assert node.offset_s == 0.0

        node.take(picture(3), {})
        line.key = "another" + KEY
        assert node.push() > 0.0
        assert len(node.outbox.waiting()) == 1
        line.key = KEY
        assert node.push() == 0.0
        line.line.close()
    rig.context.nodes.intake.close()
    standing = store.nodes.standing(NODE)
    assert (standing.frames, standing.refused) == (4, {FrameRefusal.FORGED: 1})


class Odd(BaseHTTPRequestHandler):
    """Answers that no Firewatch gives, as a proxy before it might."""

    protocol_version = "HTTP/1.1"
    script: list[tuple[int, dict[str, str], bytes]]
    asked: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.path, dict(self.headers), body))
        status, headers, answer = self.script.pop(0)
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(answer)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def odd() -> Iterator[tuple[str, type[Odd]]]:
    handler = type("Handler", (Odd,), {"script": [], "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/fire", handler
    server.shutdown()
    server.server_close()


def test_over_http(tmp_path: Path, clock: Clock, odd: tuple[str, type[Odd]]) -> None:
    address, handler = odd
    is_json = {"Content-Type": "application/json"}
    date = format_datetime(datetime.fromtimestamp(clock.at_s + 3600.0, UTC), usegmt=True)
    handler.script += [
        (502, {"Content-Type": "text/html"}, b"<html>"),
        (201, is_json, b"{"),  # cut off on its way: perhaps it was taken
        (503, {"Date": date, "Retry-After": "7", **is_json}, b"{}"),
        (201, is_json, json.dumps({"sequence": 0, "interval_s": 300}).encode()),
    ]
    line = heat_node().Web(address, NODE, KEY)
    node = node_of(tmp_path, line, clock)
    node.take(picture(0), {"battery_v": 3.7, "firmware": "温度"})
    assert [node.push() == 0.0 for _ in range(4)] == [False, False, False, True]
    assert abs(node.offset_s - 3600.0) < 2.0
    assert {path for path, _, _ in handler.asked} == {f"/fire/api/nodes/{NODE}/frames"}
    assert len({headers["Firewatch-Signature"] for _, headers, _ in handler.asked}) == 1
    told = json.loads(handler.asked[0][1]["Firewatch-Reading"])
    assert told == {"kept_frames": 0, "battery_v": 3.7, "firmware": "温度"}
    line.line.close()
