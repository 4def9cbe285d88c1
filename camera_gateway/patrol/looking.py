"""What becomes of each picture of a tour: not scored, scored for a view, or the end of a leg.

The other half of :mod:`camera_gateway.patrol.course`, which says what the camera is told.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from camera_gateway.patrol.arrival import LEAST_S, arrival, has_moved
from camera_gateway.patrol.gap_notes import GapNotes
from camera_gateway.patrol.honesty import StatusSense
from camera_gateway.patrol.leg import Doubt, Leg, Proof, Said, Seen
from camera_gateway.patrol.proving import Proving
from camera_gateway.patrol.reading import Reading, reading_of
from camera_gateway.patrol.route import Route, Stop
from camera_gateway.patrol.status import PatrolPhase
from camera_gateway.patrol.stuck import StuckWatch, axis_stayed
from camera_gateway.truth.judgement import Fault, Sighted
from models.condition import Condition
from models.site import Pose
from models.watching import GapCause

if TYPE_CHECKING:
    from models.light import Light

__all__ = ["GAP_FROM", "Looking"]

OVERDUE_S: Final = 45.0
OVERDUE_PICTURES: Final = 3.0
GAP_FROM: Final = 3
"""Refused commands in a row from which on nobody is said to patrol."""

_P = PatrolPhase


class Looking:
    """The pictures' side of one camera's tour.

    Args:
        poses: of its presets.
        route: where it goes.
        every_s: wanted seconds between two pictures.
        phase: in which it begins.

    Attributes:
        senses: what the camera says of itself.
        phase: what it does.
        since_s: since when, monotonic.
        generation: rises with everything that the camera is told.
        leg: on which it is; None before the first, and while somebody steers.
        shown: preset for whose view the newest scored picture was taken; None for none.
        said: of the newest picture; None before the first.
        overdue: stops in a row at which it did not come to rest in time.
        gaps: when its tour did not run.
    """

    def __init__(
        self, poses: Mapping[int, Pose], route: Route, *, every_s: float, phase: PatrolPhase
    ) -> None:
        self._poses = poses
        self._route = route
        self._overdue_s = OVERDUE_S + OVERDUE_PICTURES * every_s
        self._stuck = StuckWatch()
        self._proving = Proving()
        self._in_flight = False
        self._longest_s: float | None = None
        self._failures = 0
        self._shut_out = False
        self._light: Light | None = None
        self._may_prove = self._has_turned = False
        self.senses = StatusSense()
        self.phase = phase
        self.since_s = 0.0
        self.generation = 0
        self.leg: Leg | None = None
        self.shown: int | None = None
        self.said: Said | None = None
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
        self._has_turned = sight is not None and sight.has_turned
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
        at_end = seen.sight is not None and seen.sight.shown == leg.stop.preset
        leg.matches = leg.matches + 1 if at_end else 0
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
        return replace(
            said, learn=None, proof=Proof(leg.stop.preset, seen.light, holds, self._proving.by_zoom)
        )

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

    def _nudging(self, leg: Leg, seen: Seen, now_s: float) -> None:
        taken_s = leg.taken_s
        if taken_s is not None and now_s - taken_s >= LEAST_S and seen.step.is_still:
            self._proving.seen(seen.from_departure.shift)
            self._tell_stuck(obeys=True)

    def _left_alone(self, seen: Seen) -> Said:
        """Nobody turns it: the view is what its picture shows, or the first preset without pose."""
        stop = Stop(min(self._poses, default=0), "", 0.0)
        known = Reading(self._poses, self.senses, distrusted=True, conditions=frozenset())
        return reading_of(Leg(stop, None), seen, known)

    def _unscored(self, fault: Fault) -> Said:
        return Said(Sighted(self.expected or 0, None, None), fault, self._known().conditions)

    def _known(self) -> Reading:
        unreached = self._failures >= GAP_FROM or self._shut_out
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
