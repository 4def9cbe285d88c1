"""The judge of one camera's pictures: everything of this room in one look.

It costs one decoding at an eighth of the size, where the source has not done that already, and
half a millisecond besides; in a thread of a pool where one is given, so that a large picture of one
camera holds no other one up.
"""

import asyncio
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime

from camera_gateway.source import RawFrame
from camera_gateway.truth.capture_time import TimeVerdict, TimeWatch
from camera_gateway.truth.emptiness import emptiness_of
from camera_gateway.truth.judgement import Fault, Judgement
from camera_gateway.truth.light_watch import LightWatch
from camera_gateway.truth.outlook import OutlookWatch
from camera_gateway.truth.repeats import Repeats
from camera_gateway.truth.smear import SmearWatch
from camera_gateway.truth.stillness import StillnessWatch
from camera_gateway.truth.thumb import Thumb, thumb_of
from camera_gateway.truth.view_check import ViewCheck
from camera_gateway.truth.view_memory import ViewMemory
from models.condition import Condition
from models.frame import FrameMode, Provenance, TimeSource
from models.light import Light

__all__ = ["WORDS", "ViewJudge"]

WORDS = {
    Fault.DUPLICATE: "",
    Fault.FROZEN: "The picture does not change any more, not even by noise.",
    Fault.BLACK: "The picture is black all over.",
    Fault.WHITE: "The picture is white all over.",
    Fault.BLANK: "The picture is one colour all over.",
    Fault.SMEARED: "A part of the picture is painted over: it was damaged on its way.",
    Fault.COVERED: "Something dark covers the lens.",
    Fault.BACKLOG: "Old pictures arrive that the line held back.",
}


class ViewJudge:
    """Judges the pictures of one camera at one preset.

    Args:
        name: of the camera, for messages.
        known_mode: what kind of light, where it is configured; None to tell it by the picture.
        every_s: wanted seconds between two pictures.
        pool: where pictures are decoded; None for at once, on the event loop.
        memory: of the view before a restart; None to learn it anew.
    """

    def __init__(
        self,
        name: str,
        *,
        known_mode: FrameMode | None = None,
        every_s: float = 5.0,
        pool: Executor | None = None,
        memory: ViewMemory | None = None,
    ) -> None:
        self._name = name
        self._known_mode = known_mode
        self._pool = pool
        self._repeats = Repeats(max(30.0, 4.0 * every_s))
        self._times = TimeWatch(3.0 * every_s)
        self._smears = SmearWatch()
        self._stillness = StillnessWatch()
        self._outlook = OutlookWatch()
        self._view = ViewCheck(memory)
        self._lights = LightWatch()
        self._light: Light | None = None
        self._conditions: frozenset[Condition] = frozenset()

    async def look(self, raw: RawFrame, received_at: datetime, now_s: float) -> Judgement:
        """Judge the next picture; see :class:`FrameJudge`."""
        judgement = self._timed(raw, received_at, now_s)
        fault = judgement.fault or self._repeats.fault(raw.jpeg, now_s)
        if fault is not None:  # nothing that would have to be decoded for it
            conditions = self._conditions if fault.is_harmless else judgement.conditions
            return self._with(judgement, fault, conditions)
        if self._pool is None:
            return self._seen(raw, judgement, now_s)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._seen, raw, judgement, now_s)

    def _timed(self, raw: RawFrame, received_at: datetime, now_s: float) -> Judgement:
        judgement = Judgement.of(raw, received_at)
        if raw.provenance is not Provenance.LIVE:
            return judgement
        verdict = self._times.look(raw.captured_at, received_at, raw.time_source, now_s)
        if verdict.backlog:
            return replace(judgement, fault=Fault.BACKLOG)
        if verdict.clock_wrong:
            judgement = replace(
                judgement,
                captured_at=received_at,
                time_source=TimeSource.RECEIPT,
                captured_doubt_s=None,
            )
        return replace(judgement, conditions=_of_times(verdict))

    def _seen(self, raw: RawFrame, judgement: Judgement, now_s: float) -> Judgement:
        small = raw.small
        thumb = thumb_of(raw.jpeg, self._name) if small is None else Thumb.of(small)
        if thumb.is_tiny:
            return self._with(judgement, None, judgement.conditions)
        fault = emptiness_of(thumb)
        smeared, hidden = self._smears.look(thumb, now_s)
        if fault is None and smeared:
            fault = Fault.SMEARED
        if fault is not None:
            return self._with(judgement, fault, judgement.conditions)
        self._light = self._lights.look(thumb)
        outlook = self._outlook.look(thumb, self._light, now_s)
        if outlook.covered and self._known_mode is not FrameMode.THERMAL:
            return self._with(judgement, Fault.COVERED, judgement.conditions)
        frozen, still = self._stillness.look(thumb, now_s)
        if frozen:
            return self._with(judgement, Fault.FROZEN, judgement.conditions)
        clear = not (outlook.fogged or outlook.blurred)
        # A camera that was turned is not turned back by fog.
        view = self._view.look(thumb, self._light) if clear else self._view.verdict
        said = {
            Condition.FOGGED: outlook.fogged,
            Condition.BLURRED: outlook.blurred,
            Condition.OVEREXPOSED: outlook.overexposed,
            Condition.STILL: still,
            Condition.PARTLY_HIDDEN: hidden,
            Condition.MOVED: view.moved,
        }
        found = frozenset(condition for condition, holds in said.items() if holds)
        judged = self._with(judgement, None, judgement.conditions | found)
        return replace(judged, pose_doubtful=view.doubtful)

    def _with(
        self, judgement: Judgement, fault: Fault | None, conditions: frozenset[Condition]
    ) -> Judgement:
        mode = judgement.mode
        if self._known_mode is None and self._light is Light.INFRARED:
            mode = FrameMode.INFRARED
        self._conditions = conditions
        return replace(
            judgement,
            mode=mode,
            fault=fault,
            trouble="" if fault is None else WORDS[fault],
            conditions=conditions,
            light=self._light,
        )


def _of_times(verdict: TimeVerdict) -> frozenset[Condition]:
    if verdict.clock_wrong:
        return frozenset({Condition.CLOCK_WRONG})
    return frozenset({Condition.LATE}) if verdict.late else frozenset()
