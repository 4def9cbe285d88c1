"""The MQTT broker that docks talk to: joined again whenever it was lost, with TLS and credentials.

The session is kept by the broker: what docks said while this machine was away is heard afterwards
(quality of service 1), by who listens before the broker is joined. Two machines of one name would
cut each other off for ever, so the name belongs to whoever holds the lease of the docks. A password
is never printed.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiomqtt

from drone_jobs.links.dji.bus import Listener
from drone_jobs.links.link import LinkLost
from models.clock import Clock
from models.errors import InputRefused

__all__ = ["BrokerSettings", "MqttBroker"]

_logger: Final = logging.getLogger(__name__)
_LEAST_ONCE: Final = 1
_MOST_WAITING: Final = 10_000
"""Messages that are not looked at yet; what is more, is dropped: half a day of one dock."""


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """How to reach it.

    Attributes:
        host: name or address.
        port: 1 to 65535; usually 8883 with TLS and 1883 without.
        name: of this client, unique at the broker.
        user: empty for none.
        password: never printed.
        has_tls: whether the connection is sealed.
        ca_file: certificate that signed the broker's; empty for the system's own.
        keepalive_s: silence after which the broker counts as lost, >= 5.
        first_wait_s: before it is tried again; doubled each time.
        longest_wait_s: at most.
    """

    host: str
    port: int = 8883
    name: str = "firewatch"
    user: str = ""
    password: str = field(default="", repr=False)
    has_tls: bool = True
    ca_file: str = ""
    keepalive_s: int = 20
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what no broker can have.

        Raises:
            InputRefused: no host, or a port, name or time out of its range (``broker_settings``).
        """
        faults = {
            "host": not self.host or not self.host.isprintable() or " " in self.host,
            "port": not 1 <= self.port <= 65_535,
            "name": not 1 <= len(self.name) <= 64 or not self.name.isprintable(),
            "keepalive_s": not 5 <= self.keepalive_s <= 3600,
            "waits": not 0.0 < self.first_wait_s <= self.longest_wait_s <= 3600.0,
        }
        found = [name for name, is_fault in faults.items() if is_fault]
        if found:
            raise InputRefused(
                f"The docks' broker cannot be reached so: {', '.join(found)}.",
                remedy="Give host, port and name as the broker has them.",
                code="broker_settings",
            )


class MqttBroker:
    """A broker; use as an asynchronous context.

    Args:
        settings: how to reach it.
        clock: waits between two tries.
    """

    def __init__(self, settings: BrokerSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._tls = _tls(settings)
        self._listeners: list[Listener] = []
        self._client: aiomqtt.Client | None = None
        self._gone = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.joins = 0
        self.faults = 0
        self.last_fault = ""

    async def __aenter__(self) -> Self:
        """Begin to join; the broker need not be there."""
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    @property
    def is_joined(self) -> bool:
        """Whether it is there."""
        return self._client is not None

    async def send(self, to: str, payload: bytes) -> None:
        """Give a message to the broker; returns when it has it."""
        client = self._client
        if client is None:
            raise self._lost()
        publishing = asyncio.ensure_future(client.publish(to, payload, qos=_LEAST_ONCE))
        losing = asyncio.ensure_future(self._gone.wait())  # the library waits on, for its time
        first: set[asyncio.Future[Any]] = {publishing, losing}
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if not publishing.done():
                raise self._lost()
            publishing.result()
        except (aiomqtt.MqttError, ValueError) as error:  # ValueError: its queue is full
            raise self._lost() from error
        finally:
            publishing.cancel()
            losing.cancel()

    async def listen(self, listener: Listener) -> None:
        """Hear from now on; subscribed at once where the broker is there."""
        self._listeners.append(listener)
        client = self._client
        if client is not None:
            with suppress(aiomqtt.MqttError):  # the loop notices, and subscribes when it is back
                await self._subscribe(client, listener.topics)
                listener.joined()

    async def leave(self, listener: Listener) -> None:
        """Hear nothing more."""
        if listener in self._listeners:
            self._listeners.remove(listener)
        wanted = {name for each in self._listeners for name in each.topics}
        client = self._client
        gone = sorted(listener.topics - wanted)
        if client is not None and gone:
            with suppress(aiomqtt.MqttError):
                await client.unsubscribe(gone)

    async def _run(self) -> None:
        wait_s = self._settings.first_wait_s
        while True:
            joins = self.joins
            try:
                await self._serve()
            except (aiomqtt.MqttError, OSError) as error:
                # Its words may hold the address, and never the password.
                self.last_fault = str(error)[:200]
                _logger.warning("broker %s lost: %s", self._settings.host, self.last_fault)
            finally:
                self._client = None
                self._gone.set()
            if self.joins != joins:
                wait_s = self._settings.first_wait_s
            await self._clock.sleep(wait_s)
            wait_s = min(2 * wait_s, self._settings.longest_wait_s)

    async def _serve(self) -> None:
        settings = self._settings
        async with aiomqtt.Client(
            settings.host,
            settings.port,
            username=settings.user or None,
            password=settings.password or None,
            identifier=settings.name,
            clean_session=False,
            protocol=aiomqtt.ProtocolVersion.V311,
            keepalive=settings.keepalive_s,
            timeout=settings.keepalive_s,
            tls_context=self._tls,
            max_queued_incoming_messages=_MOST_WAITING,
        ) as client:
            topics = frozenset(name for each in self._listeners for name in each.topics)
            await self._subscribe(client, topics)
            self._client = client
            self._gone.clear()
            self.joins += 1
            for listener in tuple(self._listeners):
                self._call(listener.joined)
            async for message in client.messages:
                payload = message.payload
                name = message.topic.value
                if isinstance(payload, bytes | bytearray):
                    self._hand_on(name, bytes(payload))

    def _hand_on(self, name: str, payload: bytes) -> None:
        for listener in tuple(self._listeners):
            if name in listener.topics:
                self._call(partial(listener.heard, name, payload))

    def _call(self, what: Callable[[], None]) -> None:
        """One listener's fault must not silence the others."""
        try:
            what()
        except Exception:
            self.faults += 1
            _logger.exception("a listener of the broker failed")

    async def _subscribe(self, client: aiomqtt.Client, topics: frozenset[str]) -> None:
        if topics:
            await client.subscribe([(name, _LEAST_ONCE) for name in sorted(topics)])

    def _lost(self) -> LinkLost:
        return LinkLost(
            f"The broker of the docks at {self._settings.host}:{self._settings.port} is not there.",
            remedy="Look whether it runs, and whether this machine reaches it.",
            code="broker_lost",
        )


def _tls(settings: BrokerSettings) -> ssl.SSLContext | None:
    if not settings.has_tls:
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise InputRefused(
            f"The certificate {Path(settings.ca_file).name} of the docks' broker cannot be read.",
            remedy="Give a PEM file that this service may read.",
            code="broker_certificate",
        ) from error
