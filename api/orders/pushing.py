"""The desk that pushes calls: claims them, hands them to the senders of notices, notes the outcome.

Every channel works by itself: one that hangs holds up no other. A text message goes to the
telephone of who is called, with their link; everything else names whom to reach, and holds neither.
What fails is tried again as notices are, until somebody has the order or it is over.
"""

import asyncio
import logging
import os
import socket
from dataclasses import replace
from typing import Final
from uuid import uuid4

from api.notices.desk import APART_S, LEASE_S, LOOK_S, NoticeDesk
from api.notices.lanes import Lanes
from api.notices.message import Message
from api.notices.trouble import DeliveryFailed, Trouble
from api.notices.writing import Writer
from api.orders.links import LinkMaker
from api.orders.push_words import Call, call_message
from models.clock import Clock
from models.config import Settings
from models.notice import Channel, ChannelKind
from models.order import Limits, OrderEntry, PushJob
from models.store import Store

__all__ = ["PushDesk"]

logger = logging.getLogger(__name__)

MOST_IN_A_ROW: Final = 100


class PushDesk:
    """Sends calls that are due.

    Args:
        store: with orders and channels.
        clock: for waits.
        notices: whose senders and back-off it uses.
        writer: of messages; knows the land.
        links: makes what stands in a link.
        settings: limits, how long a link can be opened, whether anything is sent at all.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        notices: NoticeDesk,
        writer: Writer,
        *,
        links: LinkMaker,
        settings: Settings,
    ) -> None:
        self._store = store
        self._clock = clock
        self._notices = notices
        self._writer = writer
        self._links = links
        self._settings = settings
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._lanes = Lanes(store.orders.due_pushes, self._empty, what="calls")

    async def run(self) -> None:
        """Send until cancelled; what is in hand then is sent again under its mark."""
        if not self._settings.notices.enabled:
            return
        try:
            while True:
                await self._lanes.look()
                await self._clock.sleep(LOOK_S)
        finally:
            await self._lanes.stop()

    async def step(self) -> int:
        """Send all that is due now, each channel until nothing of it is.

        Returns:
            How many calls were tried.
        """
        return await self._lanes.step()

    async def _empty(self, channel_id: int) -> int:
        for tried in range(MOST_IN_A_ROW):
            job = await asyncio.to_thread(
                self._store.orders.claim_push, channel_id, holder=self._holder, lease_s=LEASE_S
            )
            if job is None:
                return tried
            await self._deliver(job)
            # Robots take so many messages a minute, and are dumb for a while after one more.
            await self._clock.sleep(APART_S.get(job.channel.draft.kind, 0.0))
        return MOST_IN_A_ROW

    async def _deliver(self, job: PushJob) -> None:
        push = job.push
        try:
            channel, message = await asyncio.to_thread(self._written, job)
            receipt = await self._notices.send(message, channel, job.secrets)
        except DeliveryFailed as error:
            await asyncio.to_thread(
                self._store.orders.push_failed,
                push.push_id,
                holder=self._holder,
                error=error.code,
                detail=error.message,
                retry_in_s=self._notices.retry_in_s(push.attempts, error),
            )
            logger.warning(
                "call %d, channel %d: %s: %s",
                push.push_id,
                push.channel_id,
                error.code,
                error.message,
            )
            return
        await asyncio.to_thread(self._store.orders.push_sent, push.push_id, receipt)

    def _written(self, job: PushJob) -> tuple[Channel, Message]:
        """The channel as this call goes through it, and the message."""
        channel, person = job.channel, job.person
        if not channel.draft.bundles:
            raise DeliveryFailed(Trouble.SETTING, "CAP and GB/T 35965 know no words for a call.")
        is_own = channel.draft.kind is ChannelKind.SMS and person is not None
        if is_own and person is not None:
            if not person.draft.phone:
                raise DeliveryFailed(Trouble.RECIPIENTS, "Who is called has no telephone any more.")
            options = replace(channel.draft.options, recipients=(person.draft.phone,))
            channel = replace(channel, draft=replace(channel.draft, options=options))
        order, finder = job.order, self._writer.finder
        incident = self._store.incidents.get(order.draft.incident_id)
        fire, rule = finder.of(incident, ()), self._settings.orders
        call = Call(
            message_id=job.push.message_id,
            order=order,
            entry=_entry_of(job),
            incident=incident,
            place=fire.place,
            name="" if person is None else person.draft.name,
            names=finder.names(),
            limits=Limits(rule.push_s, rule.verify_s, rule.leave_s),
            link=self._links.url(job.link) if is_own and self._links.has_address else "",
            link_hours=rule.link_hours,
            is_own=is_own,
        )
        return channel, call_message(call, self._writer, channel.draft.language, self._clock.now())


def _entry_of(job: PushJob) -> OrderEntry:
    return next(one for one in job.order.entries if one.entry_id == job.push.entry_id)
