"""Gives an aircraft a mission with its fence, or leaves it what it held before, or nothing.

Everything is looked at, and what is held is read, before the first item goes. Then fence, gathering
places, mission, each read back by meaning. When any of it fails, what was held is given back; where
that does not go, it is cleared, and a mission never stays without the fence that it came with. What
cannot be put right because the line is dead stays :attr:`Uploading.unsettled`: it must not start,
and :meth:`Uploading.settle` is called once it is heard again.
"""

from collections.abc import Mapping
from typing import Final

from drone_jobs.links.link import LinkLost, LinkRefused, Upload
from drone_jobs.links.mavlink.items import MissionItem, MissionKind, check_items
from drone_jobs.links.mavlink.patience import Patience, RoundTrip
from drone_jobs.links.mavlink.read_back import is_nothing, read_back_differences
from drone_jobs.links.mavlink.reading import Receiving
from drone_jobs.links.mavlink.transfer import Ended, Outcome, Sending
from drone_jobs.links.mavlink.wire import MavlinkWire
from drone_jobs.links.mavlink.words import HEARD_OF_MISSIONS, MissionResult
from models.clock import Clock
from models.errors import InputRefused
from models.mission import Autopilot

__all__ = ["Uploading", "upload"]

_ORDER: Final = (MissionKind.FENCE, MissionKind.RALLY, MissionKind.MISSION)
_WAIT_S: Final = 0.5  # the longest sleep of a transfer, so that its own times are looked at
_SURE: Final = 2  # read back differently so often is meant
_NAMES: Final = {
    MissionKind.MISSION: "mission",
    MissionKind.FENCE: "fence",
    MissionKind.RALLY: "list of gathering places",
}
_UNKNOWN: Final = frozenset({MissionResult.UNSUPPORTED})
Items = tuple[MissionItem, ...]


async def upload(
    wire: MavlinkWire,
    mission_items: Items,
    fence_items: Items,
    rally_items: Items,
    *,
    clock: Clock,
    patience: Patience | None = None,
) -> Upload:
    """Upload once; see :class:`Uploading`, which also puts right what a dead line left behind."""
    uploading = Uploading(wire, clock=clock, patience=patience)
    return await uploading.upload(mission_items, fence_items, rally_items)


class Uploading:
    """Uploads of one wire, one at a time.

    Args:
        wire: open.
        clock: of the watch.
        patience: of the transfers.
    """

    def __init__(
        self, wire: MavlinkWire, *, clock: Clock, patience: Patience | None = None
    ) -> None:
        self._wire, self._clock = wire, clock
        self._patience = patience or Patience()
        self._trip = RoundTrip(self._patience)
        self._before: dict[MissionKind, Items] = {}
        self._repeats = 0

    @property
    def unsettled(self) -> bool:
        """Whether an upload ended without that what the aircraft holds is known."""
        return bool(self._before)

    def distrust(self) -> None:
        """Take what is held for the rest of a broken upload: :meth:`settle` clears all of it."""
        self._before = dict.fromkeys(_ORDER, ())

    async def upload(self, mission_items: Items, fence_items: Items, rally_items: Items) -> Upload:
        """Give it a mission; what is held of fence and places is replaced too.

        Raises:
            InputRefused: an item cannot be sent (``link_item``, ``mission_items``), or there is no
                mission (``mission_no_points``); nothing was sent.
            LinkRefused: the aircraft refused (``link_refused``), takes no fence (``link_no_fence``)
                or read back something else (``link_read_back``); it holds what it held before, or
                nothing.
            LinkLost: it does not answer (``link_silent``, ``link_transfer``); while
                :attr:`unsettled`, what it holds is not known.
        """
        wished = {
            MissionKind.MISSION: mission_items,
            MissionKind.FENCE: fence_items,
            MissionKind.RALLY: rally_items,
        }
        if not mission_items:
            raise InputRefused(
                "There is no mission to send.",
                remedy="Plan it again.",
                code="mission_no_points",
            )
        for kind, items in wished.items():
            check_items(items, kind)
        await self._wire.find()
        await self.settle()
        began_s, self._repeats = self._clock.monotonic_s(), 0
        before = await self._held(wished)
        self._before = before
        try:
            opaque_id = await self._give_all(wished, before)
        except (LinkLost, LinkRefused) as error:
            if self._wire.is_heard():
                await self._settle_after(error)
            raise
        self._before = {}
        return Upload(
            mission_key=str(opaque_id) if opaque_id else "",
            items=len(mission_items),
            took_s=self._clock.monotonic_s() - began_s,
            repeats=self._repeats,
        )

    async def read(self, kind: MissionKind) -> Outcome | None:
        """What the aircraft holds; None where it knows no such list.

        Raises:
            LinkLost: it does not answer (``link_transfer``).
            LinkRefused: it does not tell (``link_refused``).
        """
        for _ in range(self._patience.attempts):
            outcome = await self._run(
                Receiving(kind, self._clock.monotonic_s(), route=self._wire.route, trip=self._trip)
            )
            if outcome.ended is Ended.DONE:
                return outcome
            if outcome.ended is Ended.REFUSED:
                if outcome.result in _UNKNOWN and kind is not MissionKind.MISSION:
                    return None
                raise _refused(kind, outcome)
            if not self._wire.is_heard():
                break
        raise _lost(kind)

    async def settle(self) -> None:
        """Put back what was held before an upload that failed, or clear it; nothing to do else.

        Raises:
            LinkLost: it does not answer; still unsettled.
            LinkRefused: it lets itself be neither restored nor cleared; still unsettled.
        """
        before, is_whole = self._before, True
        for kind in _ORDER:
            if kind not in before:
                continue
            wished = before[kind] if is_whole or kind is not MissionKind.MISSION else ()
            is_whole = await self._put_back(kind, wished) and is_whole
        self._before = {}

    async def _settle_after(self, error: LinkLost | LinkRefused) -> None:
        try:
            await self.settle()
        except (LinkLost, LinkRefused) as worse:
            raise LinkLost(
                f"{error.message} What the aircraft held before could not be put back.",
                remedy="Do not start it; send the mission again, or clear it by hand.",
                code="link_unsettled",
            ) from worse

    async def _held(self, wished: Mapping[MissionKind, Items]) -> dict[MissionKind, Items]:
        before: dict[MissionKind, Items] = {}
        for kind in _ORDER:
            outcome = await self.read(kind)
            if outcome is not None:
                before[kind] = outcome.items
            elif wished[kind]:
                raise LinkRefused(
                    f"The aircraft takes no {_NAMES[kind]}, and the mission has one.",
                    remedy="Use an aircraft that keeps its fence itself, or take it out.",
                    code="link_no_fence",
                )
        return before

    async def _give_all(
        self, wished: Mapping[MissionKind, Items], before: Mapping[MissionKind, Items]
    ) -> int:
        opaque_id = 0
        for kind in _ORDER:
            if kind not in before:
                continue
            items = wished[kind]
            is_there = kind is not MissionKind.MISSION and not self._differences(
                items, before[kind], kind
            )
            if not is_there:
                opaque_id = await self._give(kind, items)
        return opaque_id

    async def _give(self, kind: MissionKind, items: Items) -> int:
        """Send and read back; the opaque id that the aircraft gave it, 0 for none."""
        differed = 0
        for _ in range(self._patience.attempts):
            outcome = await self._run(
                Sending(
                    items, kind, self._clock.monotonic_s(), route=self._wire.route, trip=self._trip
                )
            )
            if outcome.ended is Ended.REFUSED:
                raise _refused(kind, outcome)
            if outcome.ended in (Ended.DONE, Ended.UNSURE):
                read = await self.read(kind)
                differences = self._differences(items, read.items if read else (), kind)
                if not differences:
                    return outcome.opaque_id or (read.opaque_id if read else 0)
                differed += outcome.ended is Ended.DONE
                if differed >= _SURE:
                    raise LinkRefused(
                        f"The aircraft read back another {_NAMES[kind]}: {'; '.join(differences)}.",
                        remedy="Do not fly it; look whether another program uploads as well.",
                        code="link_read_back",
                    )
            elif not self._wire.is_heard():
                break
        raise _lost(kind)

    async def _put_back(self, kind: MissionKind, wished: Items) -> bool:
        """Whether it holds what it held before; else it is cleared."""
        read = await self.read(kind)
        if read is None and not wished:
            return True  # it knows no such list
        if read is not None and not self._differences(wished, read.items, kind):
            return True
        if is_nothing(wished, kind, self._autopilot):
            await self._give(kind, ())
            return True
        try:
            await self._give(kind, wished)
        except LinkRefused:
            await self._give(kind, ())
            return False
        return True

    def _differences(self, ours: Items, theirs: Items, kind: MissionKind) -> list[str]:
        return read_back_differences(ours, theirs, kind, self._autopilot)

    @property
    def _autopilot(self) -> Autopilot | None:
        return None if self._wire.aircraft is None else self._wire.aircraft.autopilot

    async def _run(self, transfer: Sending | Receiving) -> Outcome:
        route = self._wire.route
        with self._wire.messages(*HEARD_OF_MISSIONS) as heard:
            while transfer.outcome is None:
                for word in transfer.tick(self._clock.monotonic_s()):
                    self._wire.send(word)
                wait_s = transfer.due_s - self._clock.monotonic_s()
                message = await heard.next(min(max(wait_s, 0.0), _WAIT_S))
                if heard.is_over:
                    raise LinkLost(
                        "The line to the aircraft was closed in the middle of an upload.",
                        remedy="Open it again, then send the mission again.",
                        code="link_transfer",
                    )
                if message is not None and message.get_srcComponent() == route.component:
                    for word in transfer.heard(message, self._clock.monotonic_s()):
                        self._wire.send(word)
        self._repeats += transfer.outcome.repeats
        return transfer.outcome


def _refused(kind: MissionKind, outcome: Outcome) -> LinkRefused:
    try:
        reason = MissionResult(outcome.result).name
    except ValueError:
        reason = f"result {outcome.result}"
    at = f" after item {outcome.at_item}" if outcome.at_item >= 0 else ""
    return LinkRefused(
        f"The aircraft refused the {_NAMES[kind]}{at}: {reason}.",
        remedy="Look at its own messages; a shorter mission or a simpler fence may be taken.",
        code="link_refused",
    )


def _lost(kind: MissionKind) -> LinkLost:
    return LinkLost(
        f"The aircraft's line broke while the {_NAMES[kind]} was sent or read back.",
        remedy="Bring its radio nearer, then send it again.",
        code="link_transfer",
    )
