"""Looks after the registrations of pairs: a first one, and every day whether it still holds.

One preset at a time, behind the live cameras, by the pictures that are at hand anyhow. What they
show too little of is tried again after an hour. A registration has **drifted** when two checks in
turn, each by other pictures, find it elsewhere and agree on where: a passing shadow says nothing.
Then it is told, and no rule waits for heat by it any more. What the pictures found themselves they
may find anew, when a third two of them say the same and far more parts agree there than a first
registration needs; the log of deeds says so. What a person has shown stays drifted until a person
shows it again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from api.behind import Behind, Stopped
from api.dual.at_hand import ThermalAtHand, VisibleAtHand
from api.dual.desk import hidden_in, start_of
from camera_gateway.pictures import decode_jpeg
from detector.dual.likeness import Outline
from detector.dual.registration import Found, Says, confirm, displaced_share, register
from models.audit import SYSTEM
from models.dual import DualPair, PairRegistration, RegistrationSource, RegistrationState
from models.dual_check import aged, confirmed, drifted, is_due
from models.errors import FrameCorrupt, NotFound, WatchError

if TYPE_CHECKING:
    from api.context import Context

__all__ = ["DualChecks"]

logger = logging.getLogger(__name__)

TOGETHER: Final = timedelta(minutes=30)
"""So far apart both pictures may be made: shadows and clouds wander, the land does not."""
SAME_SHARE: Final = 0.01
"""Share of the visible picture's width within which two checks have found the same other place."""
LEAST_SCORE: Final = 0.35
"""Share of the parts that must agree before a place replaces one. A first one needs 0.23, and below
this other pictures that say the same: a picture of heat that its device stretches by a fifth was
laid a twelfth of the width beside its place, with 0.27 to 0.30."""
LIVE_S: Final = 2.0

_Key = tuple[str, int]
_NONE: Final[tuple[float, ...]] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """Two pictures of one preset."""

    grey: np.ndarray
    heat: ThermalAtHand
    visible_at: datetime
    hidden: tuple[Outline, ...]

    @property
    def of(self) -> tuple[datetime, datetime]:
        """When both were made: the same again says nothing new."""
        return self.visible_at, self.heat.captured_at


@dataclass(frozen=True, slots=True)
class _Awaiting:
    """A check that found a place which others must confirm."""

    matrix: tuple[float, ...]  # of the registration; empty where there was none
    found: Found
    pictures: tuple[datetime, datetime]


class DualChecks:
    """Of one installation.

    Args:
        context: of the application.
        backlog: how many live frames of cameras wait.
    """

    def __init__(self, context: "Context", backlog: Callable[[], int]) -> None:
        self._context = context
        self._tried: dict[_Key, datetime] = {}
        self._awaiting: dict[_Key, _Awaiting] = {}
        self.behind = Behind(context.clock, backlog)

    async def run(self) -> None:
        """Work until cancelled."""
        await self.behind.run(self.work_once, "a registration was not checked; it is tried again")

    def work_once(self) -> bool:
        """Check one preset that is due.

        Returns:
            Whether there was one.

        Raises:
            WatchError: the store cannot be used.
        """
        store, now = self._context.store, self._context.clock.now()
        pairs = store.duals.pairs()
        keys = {(pair.visible_id, number) for pair in pairs for number in self._presets(pair)}
        for known in (self._tried, self._awaiting):
            for key in known.keys() - keys:
                known.pop(key)
        for pair in pairs:
            for number in self._presets(pair):
                before = store.duals.registration(pair.visible_id, number)
                if is_due(before, self._tried.get((pair.visible_id, number)), now):
                    try:
                        self.behind.wait(LIVE_S)
                    except Stopped:
                        return False
                    self._tried[pair.visible_id, number] = now
                    self._look_safely(pair, number, before)
                    return True
        return False

    def _presets(self, pair: DualPair) -> Sequence[int]:
        try:
            camera = self._context.store.cameras.get(pair.visible_id)
        except NotFound:
            return ()
        return [preset.number for preset in camera.presets]

    def _look_safely(self, pair: DualPair, preset: int, before: PairRegistration | None) -> None:
        try:
            self._look(pair, preset, before)
        except (NotFound, FrameCorrupt):  # removed meanwhile, or a damaged picture
            logger.info("%s/%d could not be checked now", pair.visible_id, preset)
        except WatchError:
            self._tried.pop((pair.visible_id, preset), None)
            raise
        except Exception:  # what nobody foresaw of one view must not end the checks of all others
            logger.exception("the registration of %s/%d cannot be checked", pair.visible_id, preset)

    def _look(self, pair: DualPair, preset: int, before: PairRegistration | None) -> None:
        now = self._context.clock.now()
        seen = self._seen(pair, preset)
        if before is None:
            if seen is not None:
                self._first(pair, preset, seen, now)
            return
        if seen is None:
            self._keep(aged(before, now), before)
            return
        says = confirm(
            seen.grey,
            seen.heat.image.levels,
            before.matrix,
            doubt_share=before.doubt_share,
            hidden=seen.hidden,
        )
        if says.says is Says.CONFIRMED:
            self._awaiting.pop((pair.visible_id, preset), None)
            self._keep(confirmed(before, now), before)
        elif says.says is Says.ELSEWHERE and says.found is not None:
            self._beside(before, seen, says.found, now)
        else:
            self._keep(aged(before, now), before)

    def _first(self, pair: DualPair, preset: int, seen: _Seen, now: datetime) -> None:
        """A registration where there is none yet, by both lenses and these pictures."""
        height, width = seen.grey.shape
        start = start_of(
            self._context.store,
            pair,
            preset,
            None,
            visible_px=(width, height),
            thermal_px=seen.heat.image.size_px,
        )
        found = register(seen.grey, seen.heat.image.levels, start, hidden=seen.hidden)
        # Only where nobody has registered it meanwhile.
        if found is None or self._context.store.duals.registration(pair.visible_id, preset):
            return
        key = pair.visible_id, preset
        agrees = self._agrees(key, _NONE, found, seen)
        self._awaiting[key] = _Awaiting(_NONE, found, seen.of)
        if found.score < LEAST_SCORE and not agrees:
            return  # another hour, other pictures
        self._awaiting.pop(key)
        made = PairRegistration(
            pair.visible_id,
            preset,
            found.matrix,
            found.doubt_share,
            found.score,
            RegistrationSource.MUTUAL,
            RegistrationState.GOOD,
            made_at=now,
            checked_at=now,
        )
        self._context.store.duals.keep(made, SYSTEM)

    def _beside(self, before: PairRegistration, seen: _Seen, found: Found, now: datetime) -> None:
        """It was found elsewhere: told once another two pictures say the same."""
        key = before.visible_id, before.preset
        agrees = self._agrees(key, before.matrix, found, seen)
        self._awaiting[key] = _Awaiting(before.matrix, found, seen.of)
        if not agrees:
            self._keep(aged(before, now), before)
            return
        if before.state is not RegistrationState.DRIFTED:
            off = displaced_share(before.matrix, found.matrix, seen.grey.shape[1::-1])
            logger.warning("%s/%d: heat lies %.3f of the width beside where it was", *key, off)
            self._keep(drifted(before), before)
            return  # another hour, another picture, before anything is put in its place
        if before.source is not RegistrationSource.TARGETS and found.score >= LEAST_SCORE:
            made = replace(
                before,
                matrix=found.matrix,
                doubt_share=found.doubt_share,
                score=found.score,
                source=RegistrationSource.MUTUAL,
                state=RegistrationState.GOOD,
                made_at=now,
                checked_at=now,
            )
            self._awaiting.pop(key)
            self._keep(made, before)

    def _agrees(self, key: _Key, matrix: tuple[float, ...], found: Found, seen: _Seen) -> bool:
        """Whether the check before this one, by other pictures, has found the same place."""
        last = self._awaiting.get(key)
        return (
            last is not None
            and last.matrix == matrix
            and all(new > old for new, old in zip(seen.of, last.pictures, strict=True))
            and displaced_share(last.found.matrix, found.matrix, seen.grey.shape[1::-1])
            <= SAME_SHARE
        )

    def _keep(self, after: PairRegistration, before: PairRegistration) -> None:
        """Unless somebody has put another one meanwhile, or nothing is new."""
        if after != before:
            self._context.store.duals.keep(after, SYSTEM, instead_of=before)

    def _seen(self, pair: DualPair, preset: int) -> _Seen | None:
        """Two pictures made about together; None where there are none."""
        at_hand = self._context.dual_pictures
        visible: VisibleAtHand | None = at_hand.visible(pair.visible_id, preset)
        heat = at_hand.thermal(pair.thermal_id, preset)
        if visible is None or heat is None:
            return None
        if abs(visible.captured_at - heat.captured_at) > TOGETHER:
            return None
        hidden = hidden_in(self._context, visible, pair.visible_id, preset)
        image = decode_jpeg(visible.jpeg, pair.visible_id)
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        return _Seen(grey, heat, visible.captured_at, hidden)
