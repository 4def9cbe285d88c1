"""The desk that keeps orders going: opens them, calls people, and closes what is over.

Every second it looks at each open order by itself: what fails for one holds up no other, is logged
once and told in ``/api/health``, and is tried again a second later. An order whose clocks run has
always somebody called and a moment at which the next one is, the duty room when nobody is on duty;
after a standstill of the watch the next call goes out at once, and only one.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from api.orders.assigning import Assigner
from api.orders.causes import cause_of, is_joined
from models.audit import SYSTEM
from models.clock import Clock
from models.config import OrdersRule
from models.duty import DISTRICT
from models.errors import Conflict, WatchError
from models.incident import OPEN_STATES, Entry, Incident, IncidentState
from models.notice import Channel, Occasion
from models.order import (
    OPEN_ORDER_STATES,
    ClockKind,
    Limits,
    Order,
    OrderDraft,
    escalation_of,
    next_of,
)
from models.store import Store

__all__ = ["DeskFaults", "OrderDesk"]

logger = logging.getLogger(__name__)

LOOK_S: Final = 1.0
KEEP_EVERY_S: Final = 60.0
LOOK_AGAIN_S: Final = 60.0
"""Fires are looked at when something has happened, and so often without: the land may change."""

STANDS_STILL_S: Final = 60.0
_FASTER: Final = frozenset({"incident_merged", "order_fire_settled", "order_over"})
"""Between reading and doing somebody settled it: no fault, and the next look sees it."""


@dataclass(frozen=True, slots=True)
class DeskFaults:
    """How the desk fares.

    Attributes:
        orders: open ones that could not be worked on at the last look.
        fires: of which it could not be said whether they need orders.
        others: the scale of time, the list of fires, the list of orders.
        since: UTC, since when the oldest of them lasts; None without any.
        stands_still: it has not looked for a minute; never while it was not started.
    """

    orders: int
    fires: int
    others: int
    since: datetime | None
    stands_still: bool

    @property
    def any(self) -> bool:
        """Whether somebody must look after it."""
        return self.since is not None or self.stands_still


@dataclass(frozen=True, slots=True)
class _Trouble:
    words: str
    since_s: float


class OrderDesk:
    """Opens, calls, escalates and closes.

    Args:
        store: with fires, orders and roster.
        clock: for its pace, and for who is on duty now.
        rule: settings.
        assigner: says where orders go.

    Attributes:
        assigner: likewise.
        limits: of the clocks.
    """

    def __init__(self, store: Store, clock: Clock, rule: OrdersRule, assigner: Assigner) -> None:
        self._store = store
        self._clock = clock
        self._rule = rule
        self.assigner = assigner
        self.limits = Limits(rule.push_s, rule.verify_s, rule.leave_s)
        self._faults: dict[str, _Trouble] = {}
        self._fresh: dict[str, _Trouble] = {}
        self._looked_s: float | None = None
        self._kept_s: float | None = None
        self._fires_seen: tuple[int, int, float] | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await asyncio.to_thread(self.step)
            await self._clock.sleep(LOOK_S)

    def step(self) -> None:
        """Do all that is due now; blocks. One thread at a time."""
        self._fresh = {}
        self._attempt("clock", self._look_at_clock)
        self._attempt("fires", self._open_what_is_due)
        self._attempt("orders", self._work)
        self._faults = self._fresh
        self._looked_s = self._clock.monotonic_s()

    def call(
        self,
        order: Order,
        *,
        author: str,
        person_id: int | None = None,
        by_name: bool = False,
        clock: ClockKind | None = None,
    ) -> Order:
        """Call somebody for an order.

        Args:
            order: as it was read; when somebody was called since, nothing is done.
            author: user name, or :data:`models.audit.SYSTEM`.
            person_id: whom, with ``by_name``; None for the duty room.
            by_name: False calls the next of the ladder.
            clock: that ran out for the last one who was called.
        """
        called = [one.person_id for one in order.calls]
        if by_name:
            round_ = called.count(person_id)
        else:
            ladder = self.assigner.ladder(order.draft, self._clock.now())
            person_id, round_ = next_of(ladder, called)
        return self._store.orders.call(
            order.order_id,
            person_id,
            expected_calls=len(called),
            clock=clock,
            round_=round_,
            author=author,
            link_s=self._rule.link_hours * 3600.0,
            channels=self._channels(order),
        )

    def open(self, drafts: Iterable[OrderDraft], *, author: str) -> list[Order]:
        """Open orders and call the first of each at once.

        Raises:
            Conflict: see :meth:`models.store.orders.OrderRepository.open`.
        """
        opened = self._store.orders.open(list(drafts), author=author)
        return [one if one.calls else self._first_call(one, author) for one in opened]

    def faults(self) -> DeskFaults:
        """How it fares; any thread."""
        found, now_s = dict(self._faults), self._clock.monotonic_s()
        oldest_s = min((one.since_s for one in found.values()), default=None)
        kinds = [key.partition(" ")[0] for key in found]
        return DeskFaults(
            orders=kinds.count("order"),
            fires=kinds.count("fire"),
            others=len(kinds) - kinds.count("order") - kinds.count("fire"),
            since=(
                None
                if oldest_s is None
                else self._clock.now() - timedelta(seconds=now_s - oldest_s)
            ),
            stands_still=self._looked_s is not None and now_s - self._looked_s > STANDS_STILL_S,
        )

    def _first_call(self, order: Order, author: str) -> Order:
        try:
            return self.call(order, author=author)
        except WatchError:  # the order is there: the next look calls, and tells what fails
            return order

    def _look_at_clock(self) -> None:
        self._store.steady.look()
        now_s = self._clock.monotonic_s()
        if self._kept_s is None or now_s - self._kept_s >= KEEP_EVERY_S:
            self._store.steady.keep()
            self._kept_s = now_s

    def _open_what_is_due(self) -> None:
        if self._rule.open_when == "by_hand":
            return
        # Read before the fires: a change in between is then looked at twice rather than never.
        seen = self._store.events.latest(), self.assigner.units_version()
        now_s, last = self._clock.monotonic_s(), self._fires_seen
        if last is not None and last[:2] == seen and now_s - last[2] < LOOK_AGAIN_S:
            return
        from_state = IncidentState(self._rule.open_when)
        causes = {
            fire.incident_id: (fire, cause)
            for fire in reversed(self._store.incidents.working())  # who waits longest is first
            if not fire.is_drill and (cause := cause_of(fire, from_state)) is not None
        }
        known = self._store.orders.of_fires(list(causes)) if causes else {}
        fine = [
            self._attempt(
                f"fire {number}", partial(self._open_for, fire, cause, known.get(number, []))
            )
            for number, (fire, cause) in causes.items()
        ]
        self._fires_seen = (*seen, now_s) if all(fine) else None

    def _open_for(self, fire: Incident, entry: Entry, there: Iterable[Order]) -> None:
        """Open what a fire lacks, by the entry that says why, next to the orders that it has."""
        cause = f"entry:{entry.entry_id}"
        served = {
            one.draft.township
            for one in there
            if is_joined(entry) or one.state in OPEN_ORDER_STATES or one.draft.cause == cause
        }
        drafts = [
            one.draft(fire, cause=cause)
            for one in self.assigner.of(fire)
            if one.township not in served
        ]
        if drafts:
            self._store.orders.open(drafts, author=SYSTEM)

    def _work(self) -> None:
        for order in self._store.orders.open_ones():
            self._attempt(f"order {order.order_id}", partial(self._work_on, order))

    def _work_on(self, order: Order) -> None:
        if self._standing(order.draft.incident_id).state not in OPEN_STATES:
            self._store.orders.close(order.order_id, author=SYSTEM)
            return
        calls = order.calls
        if not calls:
            self.call(order, author=SYSTEM)
            return
        last = calls[-1]
        due = escalation_of(order.opened_tick_s, last.tick_s, last.round, order.stops, self.limits)
        # A minute that is just used up is kept, as in the readings of the clocks.
        if due is not None and self._store.steady.tick_s() > due[1]:
            self.call(order, author=SYSTEM, clock=due[0])

    def _standing(self, incident_id: int) -> Incident:
        fire = self._store.incidents.get(incident_id)
        while fire.merged_into is not None:
            fire = self._store.incidents.get(fire.merged_into)
        return fire

    def _channels(self, order: Order) -> list[int]:
        return [one.channel_id for one in self._store.channels.all() if _takes_calls_of(one, order)]

    def _attempt(self, what: str, job: Callable[[], None]) -> bool:
        """Do something; what fails is kept in mind, and logged when it is new."""
        try:
            job()
        except Exception as error:  # noqa: BLE001  # whatever it is, the other orders go on
            # Only words of our own are logged: others may hold what stood in a row.
            ours = isinstance(error, WatchError)
            if isinstance(error, Conflict) and error.code in _FASTER:
                return False
            words = str(error) if ours else type(error).__name__
            before = self._faults.get(what)
            if before is None or before.words != words:
                where = "" if ours else "\n" + "".join(traceback.format_tb(error.__traceback__))
                logger.error("orders: %s failed: %s%s", what, words, where)  # noqa: TRY400  # as said
            since_s = self._clock.monotonic_s() if before is None else before.since_s
            self._fresh[what] = _Trouble(words, since_s)
            return False
        return True


def _takes_calls_of(channel: Channel, order: Order) -> bool:
    """Whether a call goes through a channel; one for no known township goes through all."""
    rules = channel.draft.rules
    return (
        channel.draft.enabled
        and rules.wants(Occasion.CALLED, is_drill=order.is_drill)
        and (
            not rules.townships
            or order.draft.township == DISTRICT
            or order.draft.township in rules.townships
        )
    )
