"""The desk that sends: claims messages, hands them to senders, says what came of each.

Every channel works by itself: one that hangs holds up no other. What fails is tried again after a
wait that doubles, with a jitter so that channels behind one dead line do not all come back at once,
up to five minutes, and for as long as it takes; how it fares is in ``/api/health``.
"""

import asyncio
import logging
import os
import socket
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import uuid4

from api.notices.cap import cap_message, cap_test
from api.notices.gbt35965 import gbt35965_message, gbt35965_test
from api.notices.lanes import Lanes
from api.notices.message import Message, Sender
from api.notices.trouble import DeliveryFailed, Trouble
from api.notices.writing import Writer
from models.clock import Clock
from models.config import NoticeRule
from models.errors import WatchError
from models.notice import Batch, Channel, ChannelHealth, ChannelKind, Failure, Payload, Secrets
from models.store import Store

__all__ = ["NoticeDesk", "Tried", "back_off_s"]

logger = logging.getLogger(__name__)

LOOK_S: Final = 0.5
LEASE_S: Final = 120.0  # longer than any sender takes
LONGEST_S: Final = 60.0  # that a sender may take
FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 300.0
REFUSED_WAIT_S: Final = 60.0  # whoever refuses a key may lock it after many tries
FORGET_EVERY_S: Final = 3600.0

MOST: Final = {
    ChannelKind.WECOM: 10,
    ChannelKind.DINGTALK: 20,
    ChannelKind.SMTP: 50,
    ChannelKind.WEBHOOK: 50,
    ChannelKind.SMS: 5,
    ChannelKind.APPRISE: 10,
}
"""Notices in one message: each fire keeps a line of its own within the channel's length."""

APART_S: Final = {ChannelKind.WECOM: 3.1, ChannelKind.DINGTALK: 3.1}
"""Robots take 20 messages a minute; DingTalk's is dumb for ten minutes after one more."""

_SHY: Final = frozenset({Trouble.REFUSED, Trouble.SETTING, Trouble.TLS, Trouble.RECIPIENTS})


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a test.

    Attributes:
        sent: whether the other end took it.
        receipt: what it said.
        code: of the failure; empty when it was sent.
        detail: in words, without secrets.
    """

    sent: bool
    receipt: str = ""
    code: str = ""
    detail: str = ""


class NoticeDesk:
    """Sends what is due.

    Args:
        store: with channels and outbox.
        clock: for waits and leases.
        writer: of messages.
        senders: one for each kind of channel.
        rule: settings.
        random: of [0, 1), for the jitter.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        writer: Writer,
        senders: Mapping[ChannelKind, Sender],
        *,
        rule: NoticeRule,
        random: Callable[[], float],
    ) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer
        self._senders = senders
        self._rule = rule
        self._random = random
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._lanes = Lanes(store.deliveries.due, self._empty, what="notices")

    async def run(self) -> None:
        """Send until cancelled; what is in hand then is sent again under its mark."""
        if not self._rule.enabled:
            return
        forget_at_s = self._clock.monotonic_s()
        try:
            while True:
                await self._lanes.look()
                if self._clock.monotonic_s() >= forget_at_s:
                    forget_at_s = self._clock.monotonic_s() + FORGET_EVERY_S
                    await self._forget()
                await self._clock.sleep(LOOK_S)
        finally:
            await self._lanes.stop()

    async def step(self) -> int:
        """Send all that is due now, each channel until nothing of it is.

        Returns:
            How many messages were tried.
        """
        return await self._lanes.step()

    async def test(self, channel_id: int, *, actor: str) -> Tried:
        """Send a test message at once, and note what came of it.

        Raises:
            NotFound: no such channel.
        """
        channel, secrets = await asyncio.to_thread(self._store.channels.with_secrets, channel_id)
        draft, now = channel.draft, self._clock.now()
        message = self._writer.test(uuid4().hex, draft.name, draft.language, now)
        if draft.options.payload is Payload.CAP:
            xml = cap_test(message.message_id, self._writer, now, sender=self._rule.sender)
            message = replace(message, xml=xml)
        elif draft.options.payload is Payload.GBT35965:
            xml = gbt35965_test(self._writer, now, unit_code=self._rule.unit_code)
            message = replace(message, xml=xml)
        try:
            tried = Tried(sent=True, receipt=await self.send(message, channel, secrets))
        except DeliveryFailed as error:
            tried = Tried(sent=False, code=error.code, detail=error.message)
        await asyncio.to_thread(
            self._store.channels.tested,
            channel_id,
            actor=actor,
            error=tried.code,
            detail=tried.detail,
        )
        return tried

    def health(self) -> list[ChannelHealth]:
        """How every channel fares; blocks."""
        return self._store.channels.health()

    def fails(self, health: ChannelHealth) -> bool:
        """Whether a channel has failed so often that people must look after it."""
        return health.channel.draft.enabled and health.failures >= self._rule.failing_tries

    async def _empty(self, channel_id: int) -> int:
        tried = 0
        while True:
            batch = await asyncio.to_thread(self._claim, channel_id)
            if batch is None:
                return tried
            await self._deliver(batch)
            tried += 1

    def _claim(self, channel_id: int) -> Batch | None:
        draft = self._store.channels.get(channel_id).draft
        return self._store.deliveries.claim(
            channel_id,
            holder=self._holder,
            lease_s=LEASE_S,
            zone=self._writer.finder.zone,
            most=MOST[draft.kind] if draft.bundles else 1,
            apart_s=APART_S.get(draft.kind, 0.0),
        )

    async def _deliver(self, batch: Batch) -> None:
        try:
            message = await asyncio.to_thread(self._written, batch)
            receipt = await self.send(message, batch.channel, batch.secrets)
        except DeliveryFailed as error:
            failure = self._failure(batch, error)
            await asyncio.to_thread(
                self._store.deliveries.failed, batch.message_id, self._holder, failure
            )
            logger.warning(
                "channel %d: %s: %s", batch.channel.channel_id, error.code, error.message
            )
            return
        await asyncio.to_thread(self._store.deliveries.sent, batch.message_id, receipt)

    def _written(self, batch: Batch) -> Message:
        draft = batch.channel.draft
        fires = self._writer.facts_of(batch)
        now = self._clock.now()
        message = self._writer.message(batch.message_id, fires, draft.language, now)
        if draft.bundles:
            return message
        if draft.options.payload is Payload.CAP:
            sender, language = self._rule.sender, draft.language
            xml = cap_message(fires[0], self._writer, sender=sender, language=language)
        else:
            xml = gbt35965_message(
                fires[0],
                self._writer,
                unit_code=self._rule.unit_code,
                event_code=self._rule.event_code,
            )
        return replace(message, xml=xml)

    async def send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        """Send one message at once, within :data:`LONGEST_S`; the store is told nothing of it.

        Returns:
            What the other end said, without secrets.

        Raises:
            DeliveryFailed: it was not sent, or nobody knows whether it was.
        """
        try:
            async with asyncio.timeout(LONGEST_S):
                return await self._senders[channel.draft.kind].send(message, channel, secrets)
        except DeliveryFailed:
            raise
        except TimeoutError as error:
            raise DeliveryFailed(
                Trouble.TIMEOUT, f"It was not sent within {LONGEST_S:g} s."
            ) from error
        except Exception as error:
            # Its words may hold an address with a key in it: what it is and where says enough.
            where = "".join(traceback.format_tb(error.__traceback__))
            kind = type(error).__name__
            logger.error(  # noqa: TRY400  # without its words
                "channel %d: a sender failed: %s\n%s", channel.channel_id, kind, where
            )
            raise DeliveryFailed(
                Trouble.UNEXPECTED, "The sender failed; see the service's log.", maybe_sent=True
            ) from error

    def retry_in_s(self, attempts: int, error: DeliveryFailed) -> float:
        """How long to wait after a failure, when so many tries had failed before it."""
        wait_s = back_off_s(attempts, self._random())
        if error.trouble in _SHY:
            wait_s = max(wait_s, REFUSED_WAIT_S)
        return max(wait_s, error.retry_after_s)

    def _failure(self, batch: Batch, error: DeliveryFailed) -> Failure:
        return Failure(
            code=error.code,
            detail=error.message,
            retry_in_s=self.retry_in_s(batch.attempts, error),
            maybe_sent=error.maybe_sent,
            alone=error.trouble is Trouble.CONTENT and len(batch.waiting) > 1,
        )

    async def _forget(self) -> None:
        before = self._clock.now() - timedelta(days=self._rule.keep_days)
        try:
            gone = await asyncio.to_thread(self._store.deliveries.forget, before)
        except WatchError:
            logger.exception("old receipts cannot be cleared")
        else:
            if gone:
                logger.info("%d receipts are over and were cleared", gone)


def back_off_s(attempts: int, random: float) -> float:
    """How long to wait after a failure.

    Args:
        attempts: failures before it, at least 0.
        random: of [0, 1).

    >>> back_off_s(0, 0.0), back_off_s(3, 0.0), back_off_s(99, 0.5)
    (1.0, 8.0, 225.0)
    """
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempts, 20))
    return longest * (0.5 + random / 2.0)
