"""The judge of a camera that is turned: what it looks at decides nothing before it is known.

Times, repeats, damage and light are the camera's; outlook, stillness and view are kept for each
preset, for the same fog is usual here and not there. A picture made in motion is judged for damage
alone, and learned from by nobody.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from camera_gateway.patrol.course import Course
from camera_gateway.patrol.leg import Said, Seen
from camera_gateway.patrol.motion import LEAST_TEXTURE, Step, StepWatch, step_between, texture_of
from camera_gateway.patrol.sights import Sights
from camera_gateway.patrol.status import PatrolPhase
from camera_gateway.patrol.visits import VisitLog
from camera_gateway.source import RawFrame
from camera_gateway.truth.edges import Edges, edges_of
from camera_gateway.truth.judge import conditions_of
from camera_gateway.truth.judgement import Fault, Judgement
from camera_gateway.truth.outlook import Outlook, OutlookWatch, is_dense_fog
from camera_gateway.truth.senses import CameraSenses
from camera_gateway.truth.stillness import StillnessWatch
from camera_gateway.truth.thumb import Thumb
from models.condition import Condition
from models.frame import FrameMode

if TYPE_CHECKING:
    from models.light import Light

__all__ = ["PatrolJudge"]

T = TypeVar("T")
FOG_TEXTURE = 4.0
"""Mean edge, grey levels, with which a view can be told however pale it is."""


@dataclass(frozen=True, slots=True)
class _Question:
    """What the course wanted to know when the picture came."""

    generation: int
    expected: int | None
    view: int | None
    stands: bool
    proves: bool
    returns: bool


@dataclass(frozen=True, slots=True)
class _Look:
    """What was measured."""

    judgement: Judgement
    edges: Edges | None = None
    seen: Seen | None = None
    found: frozenset[Condition] = frozenset()


class PatrolJudge:
    """Judges the pictures of one camera that is turned; see :class:`FrameJudge`.

    Args:
        name: of the camera.
        course: of its tour.
        sights: what its presets look like.
        visits: take down what was looked at.
        known_mode: what kind of light, where it is configured.
        every_s: wanted seconds between two pictures.
        pool: where pictures are measured; None for at once, on the event loop.
    """

    def __init__(
        self,
        name: str,
        course: Course,
        sights: Sights,
        visits: VisitLog,
        *,
        known_mode: FrameMode | None = None,
        every_s: float = 5.0,
        pool: Executor | None = None,
    ) -> None:
        self._name = name
        self._course = course
        self._sights = sights
        self._visits = visits
        self._pool = pool
        self._senses = CameraSenses(name, known_mode=known_mode, every_s=every_s)
        self._outlooks: dict[int, OutlookWatch] = {}
        self._stills: dict[int, StillnessWatch] = {}
        self._steps = StepWatch()
        self._generation = -1
        self._last: Edges | None = None
        self._departure: Edges | None = None
        self._home: Edges | None = None
        self._in_fog = False

    async def look(self, raw: RawFrame, received_at: datetime, now_s: float) -> Judgement:
        """Judge the next picture."""
        first = self._senses.first(raw, received_at, now_s)
        if first.fault is not None:
            return first
        course = self._course
        question = _Question(
            course.generation,
            course.expected,
            course.shown if course.is_stuck else course.expected,
            course.phase in {PatrolPhase.WATCHING, PatrolPhase.UNREACHED, PatrolPhase.OFF},
            course.phase is PatrolPhase.PROVING,
            course.leg is not None and course.leg.returns,
        )
        look = await self._aside(lambda: self._measure(raw, first, question, now_s))
        if look.judgement.fault is not None or look.seen is None:
            return look.judgement
        if course.generation == question.generation:
            said = course.saw(look.seen, now_s)
        else:
            said = course.outdated()
        await self._learn(said, look)
        return self._judged(look, said)

    def _judged(self, look: _Look, said: Said) -> Judgement:
        sighted = said.sighted
        conditions = look.judgement.conditions | look.found | said.conditions
        if said.fault is None and sighted.pose is None:
            # Nothing that was drawn into its preset's picture may hold an alert of it back.
            conditions |= {Condition.MOVED}
        judged = self._senses.told(look.judgement, said.fault, conditions)
        judged = replace(judged, sighted=sighted, pose_doubtful=sighted.pose is None)
        if said.fault is None and sighted.pose is not None and sighted.trust is not None:
            at = judged.captured_at
            self._visits.note(
                self._name,
                sighted.preset,
                at,
                sighted.pose,
                sighted.trust,
                shows=judged.shows_land,
            )
        else:
            self._visits.left(self._name)
        return judged

    async def _learn(self, said: Said, look: _Look) -> None:
        edges, light = look.edges, look.seen.light if look.seen is not None else None
        proof = said.proof
        if proof is not None:
            await self._aside(
                lambda: self._sights.prove(
                    proof.preset, proof.light, holds=proof.holds, by_zoom=proof.by_zoom
                )
            )
        if said.learn is not None and edges is not None:
            number = said.learn
            await self._aside(lambda: self._sights.learn(number, edges, light))

    async def _aside(self, call: Callable[[], T]) -> T:
        if self._pool is None:
            return call()
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def _measure(
        self, raw: RawFrame, judgement: Judgement, question: _Question, now_s: float
    ) -> _Look:
        """In the pool: one picture at a time, so that what is kept here needs no lock."""
        senses = self._senses
        thumb = senses.thumb(raw)
        if thumb.is_tiny:
            return _Look(senses.told(judgement, None, judgement.conditions), seen=_nothing())
        fault, hidden = senses.empty(thumb, now_s)
        outlook, still = Outlook(fogged=self._in_fog and is_dense_fog(thumb)), False
        if fault is None and question.stands:
            outlook, fault, still = self._at_preset(thumb, question, now_s)
        if fault is not None:
            return _Look(senses.told(judgement, fault, judgement.conditions))
        found = conditions_of(outlook, still=still, hidden=hidden, moved=False)
        edges = edges_of(thumb)
        if outlook.fogged and texture_of(edges) < FOG_TEXTURE:
            edges = np.zeros_like(
                edges
            )  # what is left may be drops on the dome, everywhere the same
        clear = not outlook.blurred and texture_of(edges) >= LEAST_TEXTURE
        seen = self._seen(edges, question, now_s, clear=clear)
        return _Look(judgement, edges, seen, found)

    def _at_preset(
        self, thumb: Thumb, question: _Question, now_s: float
    ) -> tuple[Outlook, Fault | None, bool]:
        number = -1 if question.view is None else question.view
        outlook = self._outlooks.setdefault(number, OutlookWatch())
        said = outlook.look(thumb, self._senses.light, now_s)
        if said.covered and self._senses.known_mode is not FrameMode.THERMAL:
            return said, Fault.COVERED, False
        frozen, still = self._stills.setdefault(number, StillnessWatch()).look(thumb, now_s)
        return said, Fault.FROZEN if frozen else None, still

    def _seen(self, edges: Edges, question: _Question, now_s: float, *, clear: bool) -> Seen:
        light: Light | None = self._senses.light
        if question.generation != self._generation:
            self._generation = question.generation
            self._steps.clear()
            self._departure = self._last
            if question.proves:
                self._home = self._last
        step = self._steps.look(edges, now_s)
        self._last = edges
        return Seen(
            step=step,
            from_departure=Step() if question.stands else step_between(self._departure, edges),
            from_home=step_between(self._home, edges) if question.returns else Step(),
            sight=self._sights.look(edges, light, question.expected) if clear else None,
            light=light,
        )


def _nothing() -> Seen:
    """Of a picture too small to be told anything of."""
    return Seen(Step(known=True), Step(), Step(), None)
