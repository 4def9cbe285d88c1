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
from camera_gateway.truth.judgement import Fault, Judgement
from camera_gateway.truth.outlook import Outlook, OutlookWatch
from camera_gateway.truth.senses import WORDS, CameraSenses
from camera_gateway.truth.stillness import StillnessWatch
from camera_gateway.truth.view_check import ViewCheck
from camera_gateway.truth.view_memory import ViewMemory
from models.condition import Condition
from models.frame import FrameMode
from models.patrol import PoseTrust

__all__ = ["WORDS", "ViewJudge", "conditions_of"]


class ViewJudge:
    """Judges the pictures of one camera that stands still.

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
        self._senses = CameraSenses(name, known_mode=known_mode, every_s=every_s)
        self._pool = pool
        self._stillness = StillnessWatch()
        self._outlook = OutlookWatch()
        self._view = ViewCheck(memory)

    async def look(self, raw: RawFrame, received_at: datetime, now_s: float) -> Judgement:
        """Judge the next picture; see :class:`FrameJudge`."""
        judgement = self._senses.first(raw, received_at, now_s)
        if judgement.fault is not None:  # nothing that would have to be decoded for it
            return judgement
        if self._pool is None:
            return self._seen(raw, judgement, now_s)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._seen, raw, judgement, now_s)

    def _seen(self, raw: RawFrame, judgement: Judgement, now_s: float) -> Judgement:
        senses = self._senses
        thumb = senses.thumb(raw)
        if thumb.is_tiny:
            return senses.told(judgement, None, judgement.conditions)
        fault, hidden = senses.empty(thumb, now_s)
        if fault is not None:
            return senses.told(judgement, fault, judgement.conditions)
        outlook = self._outlook.look(thumb, senses.light, now_s)
        if outlook.covered and senses.known_mode is not FrameMode.THERMAL:
            return senses.told(judgement, Fault.COVERED, judgement.conditions)
        frozen, still = self._stillness.look(thumb, now_s)
        if frozen:
            return senses.told(judgement, Fault.FROZEN, judgement.conditions)
        clear = not (outlook.fogged or outlook.blurred)
        # A camera that was turned is not turned back by fog.
        view = self._view.look(thumb, senses.light) if clear else self._view.verdict
        found = conditions_of(outlook, still=still, hidden=hidden, moved=view.moved)
        judged = senses.told(judgement, None, judgement.conditions | found)
        trust = PoseTrust.VERIFIED if view.matched else PoseTrust.COMMANDED
        return replace(judged, pose_doubtful=view.doubtful, trust=trust)


def conditions_of(
    outlook: Outlook, *, still: bool, hidden: bool, moved: bool
) -> frozenset[Condition]:
    """What a picture suffers from, by what was told of it."""
    said = {
        Condition.FOGGED: outlook.fogged,
        Condition.BLURRED: outlook.blurred,
        Condition.OVEREXPOSED: outlook.overexposed,
        Condition.STILL: still,
        Condition.PARTLY_HIDDEN: hidden,
        Condition.MOVED: moved,
    }
    return frozenset(condition for condition, holds in said.items() if holds)
