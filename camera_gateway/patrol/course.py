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
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from camera_gateway.backoff import BackOff
from camera_gateway.patrol.arrival import LEAST_S, arrival, has_moved
from camera_gateway.patrol.gap_notes import GapNotes
from camera_gateway.patrol.honesty import StatusSense
from camera_gateway.patrol.leg import Command, Doubt, Go, Leg, Nudge, Said, Seen
from camera_gateway.patrol.proving import Proving
from camera_gateway.patrol.reading import Reading, reading_of
from camera_gateway.patrol.route import RECHECK_S, Route, Stop
from camera_gateway.patrol.sights import same_place
from camera_gateway.patrol.status import PatrolPhase
from camera_gateway.patrol.stuck import StuckWatch, axis_stayed
from camera_gateway.truth.judgement import Fault, Sighted
from models.condition import Condition
from models.site import Pose
from models.watching import GapCause

if TYPE_CHECKING:
    from models.light import Light

__all__ = ["Course"]

OVERDUE_S: Final = 45.0
OVERDUE_PICTURES: Final = 3.0
GAP_FROM: Final = 3
"""Refused commands in a row from which on nobody is said to patrol."""

_P = PatrolPhase


class Course:
    """Of one camera.

    Args:
        poses: of its presets.
        route: where it goes.
        every_s: wanted seconds between two pictures.
        random: numbers in [0, 1) for the jitter of retries.
        is_on: False to leave the camera where it stands.
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
        self._poses = poses
        self._route = route
        self._overdue_s = OVERDUE_S + OVERDUE_PICTURES * every_s
        self._retry = BackOff(random, first_s=2.0)
        self._is_on = is_on
        self._stuck = StuckWatch()
        self._proving = Proving()
        self._in_flight = False
        self._longest_s: float | None = None
        self._retry_s = 0.0
        self._failures = 0
        self._light: Light | None = None
        self._may_prove = False
        self.senses = StatusSense()
        self.phase = _P.WAITING if is_on else _P.OFF
        self.since_s = 0.0
        self.generation = 0
        self.leg: Leg | None = None
        self.shown: int | None = None
        self.said: Said | None = None
        self.refused_code = ""
        self.overdue = 0
        self.gaps = GapNotes()

    @property
    def is_stuck(self) -> bool:
        """Whether the camera does not turn as it is told."""
        return self._stuck.is_stuck or self._proving.is_dead

    @property
    def expected(self) -> int | None:
        """Preset whose view the pictures should show, or will."""
        return None if self.leg is None else self.leg.stop.preset

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
                came_deg = self._came_deg(self.leg)
                return self._proving.nudge(self.leg.stop.preset, self._light, came_deg, now_s)
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
        self._failures, self.refused_code = 0, ""
        self._retry.reset()
        self.gaps.end(GapCause.UNREACHED)
        if self.leg is not None:
            self.leg.taken_s = now_s

    def declined(self, code: str, now_s: float) -> None:
        """It did not, or nobody knows."""
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
        self.refused_code = code
        self._retry_s = now_s + self._retry.next_wait_s()
        if self._failures >= GAP_FROM:
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
            self._enter(_P.WAITING if self._is_on else _P.OFF, now_s)

    def saw(self, seen: Seen, now_s: float) -> Said:
        """The next picture; what becomes of it."""
        if seen.light is not None:
            self._light = seen.light
        said = self._said(seen, now_s)
        if said.fault is None:
            self.shown = said.sighted.preset
        self.said = said
        return said

    def outdated(self) -> Said:
        """Of a picture that was looked at while the camera was told something else."""
        return self._unscored(Fault.STEERED if self.phase is _P.STEERED else Fault.MOVING)

    def _said(self, seen: Seen, now_s: float) -> Said:
        leg = self.leg
        if self.phase is _P.STEERED:
            return self._unscored(Fault.STEERED)
        if self.phase is _P.OFF:
            return self._left_alone(seen)
        obeys = self._failures == 0
        if leg is None or self.phase is _P.WAITING or (self._in_flight and obeys):
            return self._unscored(Fault.MOVING)
        if self.phase is _P.MOVING and not self._in_flight:
            return self._under_way(leg, seen, now_s)
        if self.phase is _P.PROVING:
            self._nudging(leg, seen, now_s)
            return self._unscored(Fault.MOVING)
        leg.disturbed |= seen.step.is_turn and leg.doubt is not Doubt.UNSETTLED
        return self._watched(leg, seen)

    def _watched(self, leg: Leg, seen: Seen) -> Said:
        said = reading_of(leg, seen, self._known())
        sight = seen.sight
        own = leg.stop.preset
        self._may_prove = (
            sight is not None
            and sight.shown == own
            and not sight.is_proven
            and (said.sighted.pose is not None or sight.unrepeatable or self.is_stuck)
            and seen.step.is_still
        )
        return said

    def _under_way(self, leg: Leg, seen: Seen, now_s: float) -> Said:
        if leg.taken_s is None or now_s - leg.taken_s < LEAST_S:
            return self._unscored(Fault.MOVING)
        leg.seen_s = now_s if leg.seen_s is None else leg.seen_s
        if seen.step.is_turn:
            self.senses.turned(now_s)
        leg.stills = leg.stills + 1 if seen.step.is_still else 0
        late = now_s - leg.seen_s >= self._overdue_s
        doubt = arrival(
            leg,
            seen,
            self.senses,
            under_way_s=now_s - leg.taken_s,
            late=late,
            longest_s=self._longest_s,
        )
        if doubt is None:
            if self.is_stuck and seen.step.is_still:
                leg.doubt = Doubt.NOT_LEFT if has_moved(seen) is False else Doubt.NONE
                return self._watched(leg, seen)  # it stands somewhere: go on looking
            return self._unscored(Fault.MOVING)
        leg.doubt, leg.is_late = doubt, late
        if doubt is Doubt.NONE and not late and seen.step.is_still:
            self._longest_s = max(self._longest_s or 0.0, now_s - leg.taken_s)
        holds = self._settle(leg, seen, now_s)
        said = self._watched(leg, seen)
        if holds is None:
            return said
        return replace(said, learn=None, proof=(leg.stop.preset, seen.light, holds))

    def _settle(self, leg: Leg, seen: Seen, now_s: float) -> bool | None:
        """The leg is over; what a return has shown of its preset, None for nothing."""
        self.senses.arrived()
        if self.senses.says_still() and not leg.is_late:
            self.senses.found(leg.stop.preset)
        self.overdue = self.overdue + 1 if leg.is_late else 0
        leg.until_s = now_s + leg.stop.dwell_s
        if leg.needs_move:
            failed = self._has_failed(leg, seen)
            self._stuck.journey(failed=failed, places=self._route.places())
            self._tell_stuck(obeys=failed is False)
        self._enter(_P.WATCHING, now_s)
        self.gaps.end(GapCause.OPERATOR)
        if not leg.returns:
            return None
        leg.until_s = now_s
        return self._proving.back(seen.from_home.shift, late=leg.is_late)

    def _has_failed(self, leg: Leg, seen: Seen) -> bool | None:
        """Whether the camera has not turned as told; None when nobody can tell."""
        moved, sight = has_moved(seen), seen.sight
        if moved is None or leg.origin is None:
            return None
        wrong = sight is not None and sight.is_proven and sight.against
        here, there = self._poses[leg.stop.preset], self._poses[leg.origin]
        return not moved or wrong or axis_stayed(seen.from_departure.shift, there, here)

    def _tell_stuck(self, *, obeys: bool) -> None:
        if self.is_stuck:
            self.gaps.begin(GapCause.STUCK)
        elif obeys:
            self.gaps.end(GapCause.STUCK)

    def _go_on(self, now_s: float) -> Command | None:
        leg = self.leg
        following = self._route.peek()
        if following is None:
            self._retry_s = now_s + RECHECK_S
            if self.phase is _P.WAITING:
                self._enter(_P.OFF, now_s)
            return None
        if leg is not None and self._stays(leg, following):
            stop = self._route.next()
            leg.stop = leg.stop if stop is None else stop
            leg.until_s = now_s + leg.stop.dwell_s
            return None
        stop = self._route.next()
        return None if stop is None else Go(stop)

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

    def _nudging(self, leg: Leg, seen: Seen, now_s: float) -> None:
        taken_s = leg.taken_s
        if taken_s is not None and now_s - taken_s >= LEAST_S and seen.step.is_still:
            self._proving.seen(seen.from_departure.shift)
            self._tell_stuck(obeys=True)

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

    def _left_alone(self, seen: Seen) -> Said:
        """Nobody turns it: the view is what its picture shows, or the first preset without pose."""
        stop = Stop(min(self._poses, default=0), "", 0.0)
        known = Reading(self._poses, self.senses, distrusted=True, conditions=frozenset())
        return reading_of(Leg(stop, None), seen, known)

    def _unscored(self, fault: Fault) -> Said:
        return Said(Sighted(self.expected or 0, None, None), fault, self._known().conditions)

    def _known(self) -> Reading:
        unreached = self._failures >= GAP_FROM
        said = {Condition.STUCK: self.is_stuck, Condition.UNREACHED: unreached}
        return Reading(
            self._poses,
            self.senses,
            distrusted=self.is_stuck or self._failures > 0,
            conditions=frozenset(condition for condition, holds in said.items() if holds),
        )

    def _enter(self, phase: PatrolPhase, now_s: float) -> None:
        if phase is not self.phase:
            self.phase, self.since_s = phase, now_s
