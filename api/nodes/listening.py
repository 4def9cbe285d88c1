"""Hears what nodes push over MQTT, and answers; the same rules as over HTTP, by the same code.

The broker's own receipt says nothing: a frame is taken when the answer says so, and until then the
node keeps it. So nothing is asked of the broker: no session that it would keep, no order, no memory
over its restart. What comes while all hands are full and the waiting room is too, is let go and
counted; its node sends it again.
"""

import asyncio
import logging
import secrets
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from api.nodes.pushes import Push, PushRefused, Receipt
from api.nodes.wording import TOPIC, answer_topic, node_of, push_of, refusal_of, taken_of
from models.clock import Clock
from models.config.node_broker import NodeBrokerRule
from models.errors import WatchError

__all__ = ["ListenerFacts", "NodeListener"]

_logger: Final = logging.getLogger(__name__)
_LEAST_ONCE: Final = 1
_NEVER_RETAINED: Final = 2
_MOST_BYTES: Final = 16 * 2**20
"""Of a message; the broker keeps larger ones from us. A frame has half, so that one that is too
large is still heard, refused and counted."""
_BESIDE_BYTES: Final = 512
"""What a message costs beside its bytes: empty ones must fill the waiting room too."""
_MOST_PASSWORD: Final = 10_000
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class ListenerFacts:
    """How listening fares, since start.

    Attributes:
        is_joined: the broker is there.
        joins: so often it was joined.
        taken: pushes that were taken, repeated ones among them.
        refused: pushes that were answered with a refusal.
        failed: pushes that failed on our side: a full disk, a store that does not answer.
        let_go: pushes that found no room to wait.
        strangers: messages on a topic that names no node.
        unheard: answers that the broker did not take.
        last_fault: of the broker; empty for none.
    """

    is_joined: bool = False
    joins: int = 0
    taken: int = 0
    refused: int = 0
    failed: int = 0
    let_go: int = 0
    strangers: int = 0
    unheard: int = 0
    last_fault: str = ""


class NodeListener:
    """Listens at the broker of the settings.

    Args:
        rule: how the broker is reached; without a url nothing is listened to.
        take: takes one push in; blocks, called from several threads at once.
        clock: of the watch.
        first_wait_s: before a lost broker is tried again; doubled up to half a minute.
    """

    def __init__(
        self,
        rule: NodeBrokerRule,
        take: Callable[[Push], Receipt],
        clock: Clock,
        *,
        first_wait_s: float = _FIRST_WAIT_S,
    ) -> None:
        self._rule = rule
        self._take = take
        self._clock = clock
        self._first_wait_s = first_wait_s
        # Two clients of one name cut each other off for ever, and nothing is kept under it.
        self._name = f"firewatch-nodes-{secrets.token_hex(6)}"
        self._hands = asyncio.Semaphore(rule.hands)
        self._is_joined = False
        self._last_fault = ""
        self._counts = dict.fromkeys(
            ("joins", "taken", "refused", "failed", "let_go", "strangers", "unheard"), 0
        )

    @property
    def facts(self) -> ListenerFacts:
        """How it fares now; from any thread."""
        return ListenerFacts(is_joined=self._is_joined, last_fault=self._last_fault, **self._counts)

    async def run(self) -> None:
        """Listen until cancelled; a lost broker is joined again. Returns where there is none."""
        if not self._rule.url:
            return
        wait_s = self._first_wait_s
        with ThreadPoolExecutor(self._rule.hands, thread_name_prefix="nodes") as pool:
            while True:
                joins = self._counts["joins"]
                try:
                    await self._listen(pool)
                except (aiomqtt.MqttError, OSError, UnicodeDecodeError) as error:
                    # Its words may hold the address or a file's name, and never the password.
                    self._last_fault = str(error)[:200]
                    _logger.warning("the broker of the nodes is lost: %s", self._last_fault)
                finally:
                    self._is_joined = False
                if self._counts["joins"] != joins:
                    wait_s = self._first_wait_s
                await self._clock.sleep(wait_s)
                wait_s = min(2.0 * wait_s, _LONGEST_WAIT_S)

    async def _listen(self, pool: ThreadPoolExecutor) -> None:
        rule = self._rule
        password = await asyncio.to_thread(_password, rule)
        at_work: set[asyncio.Task[None]] = set()
        async with aiomqtt.Client(
            rule.host,
            rule.port,
            username=rule.user or None,
            password=password or None,
            identifier=self._name,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=True,
            properties=_wishes(),
            keepalive=rule.keepalive_s,
            timeout=rule.keepalive_s,
            tls_context=await asyncio.to_thread(_tls, rule),
            queue_type=cast("Any", partial(_WaitingRoom, let_go=partial(self._count, "let_go"))),
            max_queued_incoming_messages=rule.most_waiting_mib * 2**20,
        ) as client:
            options = SubscribeOptions(qos=_LEAST_ONCE, retainHandling=_NEVER_RETAINED)
            await client.subscribe(TOPIC, options=options)
            self._is_joined = True
            self._count("joins")
            try:
                async for message in client.messages:
                    await self._hands.acquire()
                    task = asyncio.create_task(self._handle(client, message, pool))
                    at_work.add(task)
                    task.add_done_callback(at_work.discard)
                    task.add_done_callback(lambda _: self._hands.release())
            finally:
                # Frames that are being taken in are finished; a lost answer only costs a repeat.
                if at_work:
                    await asyncio.wait(at_work)

    async def _handle(
        self, client: aiomqtt.Client, message: aiomqtt.Message, pool: ThreadPoolExecutor
    ) -> None:
        node_id = node_of(message.topic.value)
        if node_id is None:
            self._count("strangers")
            return
        push = push_of(node_id, bytes(message.payload))
        loop = asyncio.get_running_loop()
        outcome, answer = await loop.run_in_executor(pool, self._answer, push)
        self._count(outcome)
        try:
            await client.publish(answer_topic(node_id), answer, qos=_LEAST_ONCE)
        except (aiomqtt.MqttError, ValueError):  # ValueError: its queue is full
            self._count("unheard")

    def _answer(self, push: Push) -> tuple[str, bytes]:
        """Take it in, in a thread aside; whatever happens, the node hears of it."""
        try:
            return "taken", taken_of(self._take(push))
        except PushRefused as refused:
            return "refused", refusal_of(push, refused, self._clock.now())
        except WatchError as error:
            return "failed", refusal_of(push, error, self._clock.now())
        except Exception as error:
            _logger.exception("a frame of node %s could not be taken in", push.node_id)
            return "failed", refusal_of(push, error, self._clock.now())

    def _count(self, name: str) -> None:
        self._counts[name] += 1


class _WaitingRoom(asyncio.Queue[aiomqtt.Message]):
    """Messages up to so many bytes; the library counts messages, and one may have 16 MiB."""

    def __init__(self, maxsize: int, *, let_go: Callable[[], None]) -> None:
        self._bytes = 0
        self._let_go = let_go
        super().__init__(maxsize)

    def full(self) -> bool:
        return self._bytes >= self.maxsize

    def put_nowait(self, item: aiomqtt.Message) -> None:
        try:
            super().put_nowait(item)
        except asyncio.QueueFull:
            self._let_go()  # the library would write a line for each of them

    def _put(self, item: aiomqtt.Message) -> None:
        self._bytes += _size(item)
        super()._put(item)

    def _get(self) -> aiomqtt.Message:
        item = super()._get()
        self._bytes -= _size(item)
        return item


def _size(message: aiomqtt.Message) -> int:
    return _BESIDE_BYTES + len(message.payload)


def _wishes() -> Properties:
    """What the broker is asked to keep to."""
    wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    wishes.MaximumPacketSize = _MOST_BYTES
    return wishes


def _password(rule: NodeBrokerRule) -> str:
    if rule.password_file is None:
        return ""
    with rule.password_file.open(encoding="utf-8") as opened:
        return opened.read(_MOST_PASSWORD).strip()


def _tls(rule: NodeBrokerRule) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=rule.ca_file) if rule.has_tls else None
