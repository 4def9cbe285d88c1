"""The clocks of an order: pushed in one minute, verified in three, a team on its way in five.

The promise 1 分钟推送、3 分钟核查、5 分钟出动 (Dazu, 2025). All three run from the opening of the
order and are what reports count; when one runs out, the next person is called. So is the next one
when somebody lets as much time pass since their own call. Moments are on the scale that never jumps
(:mod:`models.steady`): a server whose clock is set neither shortens nor lengthens a minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = [
    "ClockKind",
    "ClockReading",
    "ClockState",
    "Limits",
    "Stops",
    "escalation_of",
    "next_of",
    "readings",
]

LONGEST_S: Final = 900.0


class ClockKind(StrEnum):
    """What must have happened."""

    PUSH = "push"  # somebody has said that they have it
    VERIFY = "verify"  # somebody has said whether it burns
    LEAVE = "leave"  # a team is on its way, or nobody has to go


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    OVERDUE = "overdue"  # it runs, and its time is over
    KEPT = "kept"
    MISSED = "missed"  # it was stopped too late, or never
    VOID = "void"  # the order ended before its time was over


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for each clock, in force.

    Attributes:
        push_s: above 0.
        verify_s: likewise.
        leave_s: likewise.
    """

    push_s: float = 60.0
    verify_s: float = 180.0
    leave_s: float = 300.0

    def of(self, kind: ClockKind) -> float:
        """The limit of one clock."""
        return {
            ClockKind.PUSH: self.push_s,
            ClockKind.VERIFY: self.verify_s,
            ClockKind.LEAVE: self.leave_s,
        }[kind]


@dataclass(frozen=True, slots=True)
class Stops:
    """When clocks were stopped, on the scale that never jumps; None while they run.

    Attributes:
        push_tick_s: somebody had it.
        verify_tick_s: somebody had said whether it burns.
        leave_tick_s: a team had left, or nobody had to.
        over_tick_s: the order was closed or withdrawn.
    """

    push_tick_s: float | None = None
    verify_tick_s: float | None = None
    leave_tick_s: float | None = None
    over_tick_s: float | None = None

    def of(self, kind: ClockKind) -> float | None:
        """When one clock was stopped."""
        return {
            ClockKind.PUSH: self.push_tick_s,
            ClockKind.VERIFY: self.verify_tick_s,
            ClockKind.LEAVE: self.leave_tick_s,
        }[kind]

    @property
    def running(self) -> tuple[ClockKind, ...]:
        """Clocks that run, in their order; none once the order is over."""
        if self.over_tick_s is not None:
            return ()
        return tuple(kind for kind in ClockKind if self.of(kind) is None)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One clock, read.

    Attributes:
        kind: which.
        limit_s: its time.
        elapsed_s: since the opening: until it was stopped, until the order was over, or until now.
        state: how it stands.
    """

    kind: ClockKind
    limit_s: float
    elapsed_s: float
    state: ClockState


def readings(
    opened_tick_s: float, stops: Stops, limits: Limits, now_tick_s: float
) -> tuple[ClockReading, ...]:
    """All three clocks of an order, read.

    A time that is just used up is kept: three minutes are three minutes.

    >>> one = readings(0.0, Stops(push_tick_s=60.0), Limits(), 200.0)
    >>> [(clock.kind.value, clock.state.value, clock.elapsed_s) for clock in one]
    [('push', 'kept', 60.0), ('verify', 'overdue', 200.0), ('leave', 'running', 200.0)]
    """
    found = []
    for kind in ClockKind:
        limit_s, stopped = limits.of(kind), stops.of(kind)
        over = stops.over_tick_s
        if stopped is not None:
            elapsed_s = stopped - opened_tick_s
            state = ClockState.KEPT if elapsed_s <= limit_s else ClockState.MISSED
        elif over is not None:
            elapsed_s = over - opened_tick_s
            state = ClockState.VOID if elapsed_s <= limit_s else ClockState.MISSED
        else:
            elapsed_s = now_tick_s - opened_tick_s
            state = ClockState.RUNNING if elapsed_s <= limit_s else ClockState.OVERDUE
        found.append(ClockReading(kind, limit_s, elapsed_s, state))
    return tuple(found)


def escalation_of(
    opened_tick_s: float, called_tick_s: float, round_: int, stops: Stops, limits: Limits
) -> tuple[ClockKind, float] | None:
    """Which clock runs out first, and when the next person is called for it; None when none runs.

    The clocks of the order call the next one when their time is over, whoever was called last;
    whoever was called last has the same times from their call on.

    Args:
        opened_tick_s: of the order.
        called_tick_s: of the last call.
        round_: how often the same person was called before: with each round the patience with them
            doubles, up to a quarter of an hour, so that nobody is rung every minute of a night.
        stops: of the order.
        limits: in force.

    >>> escalation_of(0.0, 61.0, 0, Stops(push_tick_s=90.0), Limits())
    (<ClockKind.VERIFY: 'verify'>, 180.0)
    >>> escalation_of(0.0, 400.0, 1, Stops(push_tick_s=90.0), Limits())
    (<ClockKind.VERIFY: 'verify'>, 760.0)
    """
    stretch = 2.0 ** min(round_, 16)
    moments = []
    for kind in stops.running:
        limit_s = limits.of(kind)
        moments.append((called_tick_s + max(limit_s, min(limit_s * stretch, LONGEST_S)), kind))
        if opened_tick_s + limit_s > called_tick_s:
            moments.append((opened_tick_s + limit_s, kind))
    if not moments:
        return None
    due_s, kind = min(moments, key=lambda one: one[0])
    return kind, due_s


def next_of(ladder: Sequence[int | None], called: Sequence[int | None]) -> tuple[int | None, int]:
    """Whom to call next, and how often they were called before.

    The first of the ladder among those who were called least; nobody twice running while there is
    somebody else. The duty room (None) is the last resort of every round, also of a ladder that
    does not name it.

    >>> next_of([4, 7], []), next_of([4, 7], [4]), next_of([4, 7], [4, 7]), next_of([], [None])
    ((4, 0), (7, 0), (None, 0), (None, 1))
    >>> next_of([9, 4], [4, None, 4, None, 9])
    (4, 2)
    """
    people = [one for one in dict.fromkeys(ladder) if one is not None] + [None]
    times = {one: called.count(one) for one in people}
    others = [one for one in people if one not in called[-1:]] or people
    chosen = min(others, key=lambda one: times[one])
    return chosen, times[chosen]
