"""The tour of one camera, step by step; it waits for nothing and reads no clock.

::

    waiting ─► moving ─► watching ─► moving …       tour: goto, come to rest, be watched, go on
                 ▲          │
                 └─ proving ◄┘                       once for each preset and light
    unreached ◄─ a command is refused ─► moving      retried with back-off
    steered ◄─ somebody takes over ─► waiting        and the tour returns by itself

That a camera has come to rest is told by its pictures (:mod:`camera_gateway.patrol.arrival`), and
never by a timer alone. A leg that takes too long is ended, told, and its pictures are scored
without a pose unless they show a verified view.
"""

from collections.abc import Callable, Mapping
from typing import Final

from camera_gateway.backoff import BackOff, slow_lane
from camera_gateway.patrol.leg import Command, Doubt, Go, Leg, Nudge
from camera_gateway.patrol.looking import GAP_FROM, Looking
from camera_gateway.patrol.route import RECHECK_S, Route, Stop
from camera_gateway.patrol.sights import same_place
from camera_gateway.patrol.status import PatrolPhase
from models.site import Pose
from models.watching import GapCause

__all__ = ["Course"]

FIRST_RETRY_S: Final = 2.0
_P = PatrolPhase


class Course(Looking):
    """Of one camera.

    Args:
        poses: of its presets.
        route: where it goes.
        every_s: wanted seconds between two pictures.
        random: numbers in [0, 1) for the jitter of retries.
        is_on: False to leave the camera where it stands.

    Attributes:
        refused_code: of the last command that was refused; empty while it obeys.
    """

    def __init__(
        self,
        poses: Mapping[int, Pose],
        route: Route,
        *,
        every_s: float,
        random: Callable[[], float],
        is_on: bool = True,
    ) -> None:
        super().__init__(poses, route, every_s=every_s, phase=_P.WAITING if is_on else _P.OFF)
        self._retry = BackOff(random, first_s=FIRST_RETRY_S)
        self._slow_lane = slow_lane(random)
        self._is_on = is_on
        self._retry_s = 0.0
        self.refused_code = ""

    @property
    def wants_word(self) -> bool:
        """Whether what the camera says of itself matters: under way, and once it has arrived."""
        if self.phase in {_P.MOVING, _P.STEERED}:
            return True
        return self.phase is _P.WATCHING and self.leg is not None and not self.leg.asked

    def due(self, now_s: float) -> Command | None:
        """What the camera is to be told now; None for nothing."""
        if self._in_flight or self._waits(now_s):
            return None
        if self.phase is _P.PROVING:
            return self._back(now_s)
        if self.phase is _P.WATCHING and self.leg is not None:
            if now_s < self.leg.until_s:
                return None
            if self._is_to_be_proven(self.leg, now_s):
                return self._proving.nudge(
                    self.leg.stop.preset,
                    self._light,
                    self._came_deg(self.leg),
                    now_s,
                    by_zoom=self._has_turned,
                )
        return self._go_on(now_s)

    def _waits(self, now_s: float) -> bool:
        if self.phase is _P.OFF:
            return not (self._is_on and self._route.peek() is not None)
        retry_later = self.phase is _P.UNREACHED and now_s < self._retry_s
        return retry_later or self.phase in {_P.STEERED, _P.MOVING}

    def sent(self, command: Command, now_s: float) -> None:
        """A command is about to be sent: no picture counts until it is known what became of it."""
        self.generation += 1
        self._in_flight = True
        self._may_prove = False
        self.senses.under_way()
        if isinstance(command, Nudge) and self.leg is not None:
            self._proving.begin(self.leg)
            self.leg.taken_s = None
            self._enter(_P.PROVING, now_s)
        elif isinstance(command, Go):
            self.leg = self._leg(command.stop)
            self._enter(_P.MOVING, now_s)

    def _leg(self, stop: Stop) -> Leg:
        home = self._proving.leg
        if home is not None:
            return Leg(stop, home.origin, returns=True)
        here, there = self._poses[stop.preset], self._poses.get(self.shown or 0)
        needs_move = self.shown is not None and there is not None and not same_place(here, there)
        return Leg(stop, self.shown, needs_move)

    def taken(self, now_s: float) -> None:
        """The camera took the command."""
        self._in_flight = False
        self._failures, self._shut_out, self.refused_code = 0, False, ""
        self._retry.reset()
        self._slow_lane.reset()
        self.gaps.end(GapCause.UNREACHED)
        if self.leg is not None:
            self.leg.taken_s = now_s

    def declined(self, code: str, now_s: float, *, for_long: bool = False) -> None:
        """It did not, or nobody knows.

        Args:
            code: of the trouble.
            now_s: monotonic.
            for_long: it does not let us in; trying fast would lock us out.
        """
        self._in_flight = False
        if self.phase is _P.STEERED:
            return
        if self.phase is _P.PROVING:
            self._proving.refused(now_s)
            self._enter(_P.WATCHING, now_s)
            return
        self._proving.forget()
        if code == "preset_unknown" and self.leg is not None:
            self._route.skipped.add(self.leg.stop.preset)
            if self._route.peek() is not None:
                self._enter(_P.WAITING, now_s)
                return
            self._route.skipped.clear()  # somebody may have put them back
        self._route.again()
        self._failures += 1
        self._shut_out = for_long
        self.refused_code = code
        self._retry_s = now_s + (self._slow_lane if for_long else self._retry).next_wait_s()
        if self._failures >= GAP_FROM or for_long:
            self.gaps.begin(GapCause.UNREACHED)
        self._enter(_P.UNREACHED, now_s)

    def steered(self, who: str, now_s: float) -> None:
        """Somebody takes over; may be said again."""
        if self.phase is not _P.STEERED:
            self.generation += 1
            self.leg, self.shown = None, None
            self._proving.forget()
            self.gaps.begin(GapCause.OPERATOR, who)
            self._enter(_P.STEERED, now_s)

    def released(self, now_s: float) -> None:
        """The camera is its tour's again, wherever it looks."""
        if self.phase is _P.STEERED:
            self.generation += 1
            self._route.again()
            self._enter(_P.WAITING, now_s)
            if not self._is_on:
                self._leave_alone(now_s)

    def _go_on(self, now_s: float) -> Command | None:
        leg = self.leg
        following = self._route.peek()
        if following is None:
            self._retry_s = now_s + RECHECK_S
            if self.phase is _P.WAITING:
                self._leave_alone(now_s)
            return None
        if leg is not None and self._stays(leg, following):
            stop = self._route.next()
            leg.stop = leg.stop if stop is None else stop
            leg.until_s = now_s + leg.stop.dwell_s
            return None
        stop = self._route.next()
        return None if stop is None else Go(stop)

    def _leave_alone(self, now_s: float) -> None:
        """There is no tour to which it could return."""
        self.gaps.end(GapCause.OPERATOR)
        self._enter(_P.OFF, now_s)

    def _stays(self, leg: Leg, following: int) -> bool:
        """Whether the next stop is the one at which the camera stands, and well."""
        well = not leg.disturbed and not leg.is_late and leg.doubt is Doubt.NONE
        here = following == leg.stop.preset == self.shown
        return well and here and self.phase is _P.WATCHING

    def _back(self, now_s: float) -> Command | None:
        leg = self.leg
        if leg is None or leg.taken_s is None or not self._proving.is_over(now_s - leg.taken_s):
            return None
        return Go(leg.stop)

    def _is_to_be_proven(self, leg: Leg, now_s: float) -> bool:
        return (
            self._may_prove
            and not self._stuck.is_stuck
            and leg.doubt is Doubt.NONE
            and not leg.disturbed
            and not leg.returns
            and self._proving.is_due(leg.stop.preset, self._light, now_s)
        )

    def _came_deg(self, leg: Leg) -> float:
        if leg.origin is None:
            return 0.0
        here, there = self._poses[leg.stop.preset], self._poses[leg.origin]
        return (here.azimuth_deg - there.azimuth_deg + 180.0) % 360.0 - 180.0
