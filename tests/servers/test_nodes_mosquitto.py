"""Nodes that push over a real Mosquitto: lost brokers, a broken store, strangers, TLS."""

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import aiomqtt
import pytest
from dock_rig import until
from heat_node_rig import KEY, heat_node, heat_node_mqtt, heat_node_of, picture, push_line
from mosquitto_rig import PACKAGES, PASSWORD, USER, MosquittoServer, why_no_mosquitto

from api.nodes.files import NodeFiles, path_of
from api.nodes.intake import Intake
from api.nodes.listening import NodeListener
from api.nodes.pushes import Push, Receipt
from models.clock import SystemClock
from models.config.node_broker import NodeBrokerRule
from models.config.nodes import NodesRule
from models.errors import StorageFull
from models.heat_node import FrameRefusal, NodeStanding
from models.patrol import DangerClass
from models.store import Store

pytestmark = pytest.mark.servers

NODE = "ridge-3"
MOST_S = 30.0


@pytest.fixture(scope="module", autouse=True)
def mosquitto() -> None:
    trouble = why_no_mosquitto()
    if trouble and os.environ.get("CI"):
        pytest.fail(f"CI must install {PACKAGES}: {trouble}")
    if trouble:
        pytest.skip(f"needs Mosquitto (apt-get install {PACKAGES}): {trouble}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MosquittoServer]:
    folder = tmp_path / "broker"
    folder.mkdir()
    running = MosquittoServer(folder)
    yield running
    running.stop()


class Watch:
    """Takes pushes by the watch's own intake; a closed gate holds them up, as a slow disk would."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        clock = SystemClock()
        self.folder = folder
        self.store = Store.open(f"sqlite:///{folder / 'firewatch.db'}", clock=clock)
        self.store.nodes.add(heat_node_of(NODE), KEY, author="t")
        files = NodeFiles(folder, clock, 0)
        self.intake = Intake(self.store, files, NodesRule(), clock, lambda: DangerClass.EXTREME)
        self.begun, self.gate = threading.Event(), threading.Event()
        self.gate.set()

    def take(self, push: Push) -> Receipt:
        self.begun.set()
        assert self.gate.wait(MOST_S)
        return self.intake.take(push)

    @property
    def frames(self) -> list[int]:
        """Numbers of what is kept, in the order in which it came; each has its file."""
        kept = self.store.nodes.frames(NODE, limit=1000)[::-1]
        for frame in kept:
            data = path_of(self.folder, frame).read_bytes()
            assert sha256(data).hexdigest() == frame.sha256
            assert data.startswith(picture(frame.sequence))
        return [frame.sequence for frame in kept]

    @property
    def standing(self) -> NodeStanding:
        self.intake.flush()
        return self.store.nodes.standing(NODE)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    running = Watch(tmp_path / "data")
    yield running
    running.intake.close()
    running.store.close()


def rule_of(server: MosquittoServer, folder: Path, password: str = PASSWORD) -> NodeBrokerRule:
    words = folder / "password"
    words.write_text(password + "\n", encoding="utf-8")
    kind = "mqtts" if server.has_tls else "mqtt"
    return NodeBrokerRule(
        url=f"{kind}://127.0.0.1:{server.port}",
        user=USER,
        password_file=words,
        ca_file=server.ca_file if server.has_tls else None,
        keepalive_s=5,
        hands=4,
        most_waiting_mib=16,
    )


@asynccontextmanager
async def listening(
    rule: NodeBrokerRule, take: Callable[[Push], Receipt]
) -> AsyncIterator[NodeListener]:
    listener = NodeListener(rule, take, SystemClock(), first_wait_s=0.05)
    running = asyncio.create_task(listener.run())
    try:
        yield listener
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def client(server: MosquittoServer, name: str) -> aiomqtt.Client:
    return aiomqtt.Client(
        "127.0.0.1", server.port, username=USER, password=PASSWORD, identifier=name
    )


def payload_of(push: Push) -> bytes:
    told = {name: getattr(push, name) for name in ("sequence", "captured_at", "reading")}
    return json.dumps({**told, "signature": push.signature}).encode() + b"\n" + push.body


def test_a_node_sends_what_it_kept_over_a_broker_that_dies(
    server: MosquittoServer, watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program of the example, on its own thread, as it would run on a node."""
    module, mqtt = heat_node(), heat_node_mqtt()
    monkeypatch.setenv("BROKER_USER", USER)
    monkeypatch.setenv("BROKER_PASSWORD", PASSWORD)
    monkeypatch.setattr(mqtt, "PATIENCE_S", 1.0)
    line = mqtt.Broker(f"mqtt://127.0.0.1:{server.port}", NODE, KEY)
    line.client.reconnect_delay_set(1, 1)
    node = module.Node(module.Outbox(tmp_path / "kept", 0), line)
    for number in range(12):
        node.take(picture(number), {"battery_v": 3.6})

    def send_all(most: int) -> None:
        while most > 0 and node.push() is not None:
            most -= 1

    async def story() -> None:
        async with listening(rule_of(server, tmp_path), watch.take) as listener:
            await until(lambda: listener.facts.is_joined, most_s=MOST_S)
            while len(node.outbox.waiting()) > 7:
                await asyncio.to_thread(send_all, 1)
            assert watch.frames == [11, 0, 1, 2, 3]  # the newest, then the oldest
            watch.begun.clear()
            watch.gate.clear()
            pushing = asyncio.create_task(asyncio.to_thread(node.push))
            await until(watch.begun.is_set, most_s=MOST_S)
            await asyncio.to_thread(server.stop)
            watch.gate.set()
            assert await pushing > 0.0  # no answer: it backs off
            await asyncio.to_thread(server.start)
            await until(lambda: listener.facts.joins == 2, most_s=MOST_S)
            while node.outbox.waiting():
                await asyncio.to_thread(send_all, 20)
        assert sorted(watch.frames) == list(range(12))
        standing = watch.standing
        assert standing.repeated >= 1  # the one whose answer died with the broker
        assert listener.facts.taken == 12 + standing.repeated
        assert standing.last_reading.battery_v == 3.6
        assert node.interval_s == 60.0
        assert not list((tmp_path / "kept" / "refused").iterdir())

    try:
        asyncio.run(story())
    finally:
        line.client.loop_stop()
        line.client.disconnect()


def test_strangers_on_the_broker(server: MosquittoServer, watch: Watch, tmp_path: Path) -> None:
    """Whoever has the broker's password may write anything; a push after it is taken."""

    async def story() -> None:
        heard = list[tuple[str, dict[str, object]]]()
        topic = f"firewatch/nodes/{NODE}/frames"
        now = SystemClock().now()
        push = push_line(NODE, 7, picture(7), now)
        lines = (b"", b"\xff\xfe\n", b"[]\n", b"{" * 20_000, b"[" * 8000 + b"\n", b"null\nx")
        forged = replace(push, sequence="8")
        large = push_line(NODE, 9, picture(9) + bytes(8 * 2**20), now)
        stale = push_line(NODE, 10, picture(10), now - timedelta(days=15))
        other = push_line(NODE, 7, picture(11), now)
        async with (
            listening(rule_of(server, tmp_path), watch.take) as listener,
            client(server, "stranger") as stranger,
        ):
            await stranger.subscribe("firewatch/nodes/+/answers", qos=1)
            await until(lambda: listener.facts.is_joined, most_s=MOST_S)
            for payload in lines:
                await stranger.publish(topic, payload, qos=1)
            for name in ("A", "a b", "..", "x" * 41, "ü"):
                await stranger.publish(f"firewatch/nodes/{name}/frames", b"x", qos=1)
            await stranger.publish("firewatch/nodes/nobody/frames", payload_of(push), qos=1)
            # Far too large: the broker was asked to keep such things from us.
            await stranger.publish(topic, b"0" * (16 * 2**20 + 1), qos=1)
            for one in (push, push):
                await stranger.publish(topic, payload_of(one), qos=1)
                await until(lambda: watch.frames, most_s=MOST_S)
            for one in (forged, large, stale, other):
                await stranger.publish(topic, payload_of(one), qos=1)
            async for message in stranger.messages:
                assert isinstance(message.payload, bytes)
                heard.append((message.topic.value, json.loads(message.payload)))
                if len(heard) == len(lines) + 7:
                    break
        mine = [told for about, told in heard if about == f"firewatch/nodes/{NODE}/answers"]
        assert sorted(str(told["status"]) for told in mine) == sorted(
            ["201", "200", "401", "413", "422", "409", *["401"] * len(lines)]
        )
        ((_, others),) = [one for one in heard if one[0] == "firewatch/nodes/nobody/answers"]
        assert (others["status"], others["code"]) == (404, "node_unknown")
        assert watch.frames == [7]
        facts, standing = listener.facts, watch.standing
        assert (facts.taken, facts.refused, facts.failed) == (2, len(lines) + 5, 0)
        assert facts.strangers == 5
        assert standing.repeated == 1
        assert standing.refused == {
            FrameRefusal.FORGED: len(lines) + 1,
            FrameRefusal.LARGE: 1,
            FrameRefusal.STALE: 1,
            FrameRefusal.CHANGED: 1,
        }

    asyncio.run(story())


def test_what_cannot_be_kept_is_told_as_ours(
    server: MosquittoServer, watch: Watch, tmp_path: Path
) -> None:
    async def story() -> None:
        errors: list[Exception] = [StorageFull("The disk is full."), RuntimeError("secret")]

        def take(push: Push) -> Receipt:
            if errors:
                raise errors.pop(0)
            return watch.take(push)

        async with (
            listening(rule_of(server, tmp_path), take) as listener,
            client(server, "node") as node,
        ):
            await node.subscribe(f"firewatch/nodes/{NODE}/answers", qos=1)
            await until(lambda: listener.facts.is_joined, most_s=MOST_S)
            payload = payload_of(push_line(NODE, 0, picture(0), SystemClock().now()))
            await node.publish(f"firewatch/nodes/{NODE}/frames", payload, qos=1)
            heard = list[tuple[object, object]]()
            async for message in node.messages:
                assert isinstance(message.payload, bytes)
                told = json.loads(message.payload)
                heard.append((told["status"], told.get("code")))
                if told["status"] == 201:
                    break
                await node.publish(f"firewatch/nodes/{NODE}/frames", payload, qos=1)
        assert heard == [(507, "storage_full"), (500, "internal"), (201, None)]
        assert listener.facts.failed == 2
        assert watch.frames == [0]

    asyncio.run(story())


def test_what_finds_no_room_is_let_go_and_can_be_sent_again(
    server: MosquittoServer, watch: Watch, tmp_path: Path
) -> None:
    async def story() -> None:
        watch.gate.clear()
        now = SystemClock().now()
        async with (
            listening(rule_of(server, tmp_path), watch.take) as listener,
            client(server, "node") as node,
        ):
            await until(lambda: listener.facts.is_joined, most_s=MOST_S)
            pushes = [  # 40 MiB for a room of 16
                push_line(NODE, number, picture(number) + bytes(2**20), now) for number in range(40)
            ]
            for push in pushes:
                await node.publish(f"firewatch/nodes/{NODE}/frames", payload_of(push), qos=1)
            await until(lambda: listener.facts.let_go >= 15, most_s=MOST_S)
            watch.gate.set()
            await until(lambda: listener.facts.taken + listener.facts.let_go == 40, most_s=MOST_S)
            kept = set(watch.frames)
            assert 16 <= len(kept) <= 25
            for push in pushes:
                if int(push.sequence) not in kept:
                    await node.publish(f"firewatch/nodes/{NODE}/frames", payload_of(push), qos=1)
                    wanted = len(kept := kept | {int(push.sequence)})
                    await until(lambda most=wanted: listener.facts.taken == most, most_s=MOST_S)
        assert sorted(watch.frames) == list(range(40))

    asyncio.run(story())


def test_a_frame_at_hand_is_finished_before_it_ends(
    server: MosquittoServer, watch: Watch, tmp_path: Path
) -> None:
    async def story() -> None:
        watch.gate.clear()
        async with client(server, "node") as node:
            async with listening(rule_of(server, tmp_path), watch.take) as listener:
                await until(lambda: listener.facts.is_joined, most_s=MOST_S)
                push = push_line(NODE, 1, picture(1), SystemClock().now())
                await node.publish(f"firewatch/nodes/{NODE}/frames", payload_of(push), qos=1)
                await until(watch.begun.is_set, most_s=MOST_S)
                asyncio.get_running_loop().call_later(0.2, watch.gate.set)
            assert watch.frames == [1]
            assert not listener.facts.is_joined

    asyncio.run(story())


def test_wrong_words_and_none_are_told_and_tried_again(
    server: MosquittoServer, watch: Watch, tmp_path: Path
) -> None:
    async def story() -> None:
        rule = rule_of(server, tmp_path, "wrong")
        async with listening(rule, watch.take) as listener:
            await until(lambda: listener.facts.last_fault, most_s=MOST_S)
            assert not listener.facts.is_joined
            assert "wrong" not in listener.facts.last_fault
            assert rule.password_file is not None
            rule.password_file.unlink()
            await until(lambda: "password" in listener.facts.last_fault, most_s=MOST_S)
            rule.password_file.write_text(PASSWORD, encoding="utf-8")
            await until(lambda: listener.facts.is_joined, most_s=MOST_S)

    asyncio.run(story())


# The MQTT library leaves the socket of a refused certificate to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls(watch: Watch, tmp_path: Path) -> None:
    server = MosquittoServer(tmp_path, has_tls=True)

    async def story() -> None:
        rule = rule_of(server, tmp_path)
        async with listening(rule, watch.take) as listener:
            await until(lambda: listener.facts.is_joined, most_s=MOST_S)
        unknown = rule.model_copy(update={"ca_file": None})
        async with listening(unknown, watch.take) as listener:
            await until(lambda: listener.facts.last_fault, most_s=MOST_S)
            assert not listener.facts.is_joined

    try:
        asyncio.run(story())
    finally:
        server.stop()
