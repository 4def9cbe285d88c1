"""Whether two lots of evidence are of one fire, and how sure that is.

What one mast tells apart are two fires, and what it sees in one direction, at one range, is one.
Directions and places of several masts are weighed by :func:`geo.joint.joined`: how much better one
fire explains all of them than a fire for each lot does. Everything goes by capture time.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from detector.incidents.placing import place_by
from detector.incidents.testimony import Testimony
from detector.sighting import reference_boxes
from detector.suppression.sensors import BEARING_MARGIN_DEG, same_mast, same_place
from detector.tracker import boxes_touch
from geo.joint import joined
from geo.triangulate import triangulate
from models.alert import Alert, AlertDraft
from models.crossing import Bearing, Report
from models.fix import Fix
from models.incident import LinkReason
from models.site import CameraKind
from models.units import angle_between_deg

__all__ = ["AT_ONCE", "LOOSE", "ROUND", "Fit", "match", "one_plume"]

ROUND: Final = timedelta(minutes=30)
"""Of a patrol (LY/T 2581): so long may one tower see it after another one lost it from its view."""

LOOSE: Final = timedelta(hours=1)
"""Callers tell late and round the hour; heat under the trees is smoke over them only later."""

AT_ONCE: Final = timedelta(minutes=5)
"""Two plumes of one view that are seen within this time of each other stand there together."""

TILT_MARGIN_DEG: Final = 1.0
"""By which the feet of one plume differ between two cameras of a mast. From 200 m above, a fire at
2 km lies 3.4 degrees below one at 5 km, and that one 1.2 degrees below one at 10 km."""


@dataclass(frozen=True, slots=True)
class Fit:
    """That two lots of evidence may be of one fire.

    Attributes:
        reason: why.
        log_factor: how much better one fire explains them than two, natural logarithm; infinite
            where a mast itself says so.
        turn_deg: between their directions, of one mast; None of several.
    """

    reason: LinkReason
    log_factor: float
    turn_deg: float | None = None


def match(first: Sequence[Testimony], second: Sequence[Testimony]) -> Fit | None:
    """How well two lots of evidence are one fire; None where they cannot be.

    Args:
        first: of one fire.
        second: of one fire.
    """
    mine = [one for one in first if any(_of_one_time(one, other) for other in second)]
    yours = [one for one in second if any(_of_one_time(one, other) for other in first)]
    if not mine or not yours:
        return None
    turns_deg = []
    for one in mine:
        for other in yours:
            if _one_mast(one, other):
                turn_deg = _turn_deg(one, other)
                if turn_deg is None:
                    return None
                turns_deg.append(turn_deg)
    if turns_deg:
        return Fit(LinkReason.SAME_MAST, math.inf, min(turns_deg))
    return _met(_agreeing(mine), _agreeing(yours))


def one_plume(first: AlertDraft, second: AlertDraft) -> bool:
    """Whether the boxes of two tracks of one view touch, flame below its smoke included."""
    boxes = [reference_boxes(each.decision.scores, 1) for each in (first, second)]
    return all(boxes) and boxes_touch(boxes[0][0], boxes[1][0])


def _met(mine: Sequence[Testimony], yours: Sequence[Testimony]) -> Fit | None:
    together = [*mine, *yours]
    crossing = triangulate([each.seen.account.witness for each in together])
    if not crossing.is_located:
        return None
    log_factor = joined([each.seen.account for each in together], crossing).log_factor
    return Fit(_reason(together), log_factor - _factor_of(mine) - _factor_of(yours))


def _agreeing(lot: Sequence[Testimony]) -> list[Testimony]:
    """Those on whom the place of a fire stands."""
    agree = place_by(lot).agree
    return [each for each in lot if each.seen.key in agree]


def _factor_of(members: Sequence[Testimony]) -> float:
    if len(members) == 1:
        return 0.0
    accounts = [each.seen.account for each in members]
    return joined(accounts, triangulate([each.witness for each in accounts])).log_factor


def _reason(everybody: Iterable[Testimony]) -> LinkReason:
    kinds = {each.kind for each in everybody}
    if CameraKind.CANOPY in kinds:
        return LinkReason.HEAT
    if any(isinstance(each.seen.account.witness, Report) for each in everybody):
        return LinkReason.NEAR
    return LinkReason.CROSSING


def _of_one_time(one: Testimony, other: Testimony) -> bool:
    loose = any(each.kind is not CameraKind.TOWER for each in (one, other))
    return one.seen.overlaps(other.seen, LOOSE if loose else ROUND)


def _one_mast(one: Testimony, other: Testimony) -> bool:
    here, there = one.observer, other.observer
    return here is not None and there is not None and same_mast(here, there)


def _turn_deg(one: Testimony, other: Testimony) -> float | None:
    """Between two directions of one mast that are of one plume; None of two."""
    first, second = one.what, other.what
    if isinstance(first, Alert) and isinstance(second, Alert):
        mine, yours = first.draft, second.draft
        if (mine.camera_id, mine.preset) == (yours.camera_id, yours.preset):
            if one_plume(mine, yours):
                return 0.0
            if one.seen.overlaps(other.seen, AT_ONCE):
                return None
        if not _one_range(mine.fix, yours.fix):
            return None
    return _between_deg(one.seen.account.witness, other.seen.account.witness)


def _one_range(mine: Fix, yours: Fix) -> bool:
    """Whether two fixes of one mast lie as far away, by their places or by how low they look."""
    if mine.clusters and yours.clusters:
        return same_place(mine, yours)
    if mine.elevation_deg is None or yours.elevation_deg is None:
        return True
    return abs(mine.elevation_deg - yours.elevation_deg) <= TILT_MARGIN_DEG


def _between_deg(mine: Bearing | Report, yours: Bearing | Report) -> float | None:
    if isinstance(mine, Report) or isinstance(yours, Report):
        return None
    turn_deg = abs(angle_between_deg(mine.bearing_deg, yours.bearing_deg))
    sigma_deg = math.hypot(mine.sigma_deg, yours.sigma_deg)
    return turn_deg if turn_deg <= BEARING_MARGIN_DEG + 2.0 * sigma_deg else None
