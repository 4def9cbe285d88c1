"""Whether two lots of evidence are of one fire, and how sure that is.

What one mast tells apart are two fires, and what it sees in one direction, at one range, is one.
Directions and places of several masts are weighed by :func:`geo.joint.joined`: how much better one
fire explains all of them than a fire for each lot does. Everything goes by capture time.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from detector.incidents.placing import place_by
from detector.incidents.testimony import Testimony
from detector.sighting import reference_boxes
from detector.suppression.sensors import BEARING_MARGIN_DEG, same_mast, same_place
from detector.tracker import boxes_touch
from geo.alternatives import pieces_of
from geo.joint import joined
from geo.meeting import HELD, residual_of
from geo.triangulate import triangulate
from models.alert import Alert, AlertDraft
from models.crossing import Bearing, Crossing, Report
from models.fix import Fix
from models.incident import LinkReason
from models.site import CameraKind
from models.units import angle_between_deg

__all__ = ["AT_ONCE", "LOOSE", "ROUND", "Fit", "Lot", "match", "one_plume", "says_more"]

ROUND: Final = timedelta(minutes=30)
"""Of a patrol (LY/T 2581): so long may one tower see it after another one lost it from its view."""

LOOSE: Final = timedelta(hours=1)
"""Callers tell late and round the hour; heat under the trees is smoke over them only later."""

AT_ONCE: Final = timedelta(minutes=5)
"""Two plumes of one view that are seen within this time of each other stand there together."""

TILT_MARGIN_DEG: Final = 1.0
"""By which the feet of one plume differ between two cameras of a mast. From 200 m above, a fire at
2 km lies 3.4 degrees below one at 5 km, and that one 1.2 degrees below one at 10 km."""


JOIN: Final = math.log(0.75)
"""Log factor from which two lots join. Two directions without relief say nothing for or against:
where they cross at a right angle their factor is 0.79, elsewhere it is higher."""

JOIN_ON_RELIEF: Final = 1.0
"""The same where relief could speak for it: then it has to."""

_GATE: Final = 5.0
"""Standard deviations beyond which triangulation would refuse as well: it does so from 3 on."""

_NEWS: Final = 0.5
"""Of a fix's own error: by less than this share it may move and tell nothing new."""


@dataclass(frozen=True, slots=True)
class Fit:
    """That two lots of evidence may be of one fire.

    Attributes:
        reason: why.
        log_factor: how much better one fire explains them than two, natural logarithm; infinite
            where a mast itself says so.
        turn_deg: between their directions, of one mast; None of several.
        on_relief: every witness knows what lies along its direction, or names a place.
    """

    reason: LinkReason
    log_factor: float
    turn_deg: float | None = None
    on_relief: bool = False

    @property
    def joins(self) -> bool:
        """Whether it is enough to take the two for one, if nothing competes."""
        return self.log_factor >= (JOIN_ON_RELIEF if self.on_relief else JOIN)


class Lot:
    """Evidence that is taken for one fire, and what follows from it, reckoned once.

    Args:
        evidence: of it.
    """

    def __init__(self, evidence: Iterable[Testimony]) -> None:
        self.evidence = tuple(evidence)

    @cached_property
    def agreeing(self) -> tuple[Testimony, ...]:
        """Those on whom its place stands."""
        agree = place_by(self.evidence).agree
        return tuple(each for each in self.evidence if each.seen.key in agree)

    @cached_property
    def crossing(self) -> Crossing:
        """Of those that agree."""
        return triangulate([each.seen.account.witness for each in self.agreeing])

    @cached_property
    def log_factor(self) -> float:
        """How much better one fire explains those that agree than one for each of them does."""
        if len(self.agreeing) == 1:
            return 0.0
        return joined([each.seen.account for each in self.agreeing], self.crossing).log_factor

    def of_the_time_of(self, other: "Lot") -> "Lot":
        """What of it may be of one time with any of the other's."""
        near = [
            one
            for one in self.evidence
            if any(_of_one_time(one, another) for another in other.evidence)
        ]
        return self if len(near) == len(self.evidence) else Lot(near)


def match(first: Lot, second: Lot) -> Fit | None:
    """How well two lots of evidence are one fire; None where they cannot be.

    Args:
        first: of one fire.
        second: of one fire.
    """
    mine, yours = first.of_the_time_of(second), second.of_the_time_of(first)
    if not mine.evidence or not yours.evidence:
        return None
    turns_deg = []
    for one in mine.evidence:
        for other in yours.evidence:
            if _one_mast(one, other):
                turn_deg = _turn_deg(one, other)
                if turn_deg is None:
                    return None
                turns_deg.append(turn_deg)
    if turns_deg:
        return Fit(LinkReason.SAME_MAST, math.inf, min(turns_deg))
    return _met(mine, yours)


def one_plume(first: AlertDraft, second: AlertDraft) -> bool:
    """Whether the boxes of two tracks of one view touch, flame below its smoke included."""
    boxes = [reference_boxes(each.decision.scores, 1) for each in (first, second)]
    return all(boxes) and boxes_touch(boxes[0][0], boxes[1][0])


def says_more(before: Fix, now: Fix) -> bool:
    """Whether a fix tells anything about who is who that an earlier one of its alert did not."""
    if before.bearing_deg is None or now.bearing_deg is None:
        return before.bearing_deg is not now.bearing_deg
    if len(before.clusters) != len(now.clusters):
        return True
    sigma_deg = now.bearing_sigma_deg or 0.0
    if abs(angle_between_deg(before.bearing_deg, now.bearing_deg)) > _NEWS * sigma_deg:
        return True
    return any(
        abs(one.range_m - other.range_m) > _NEWS * one.r90_m
        for one, other in zip(before.clusters, now.clusters, strict=True)
    )


def _met(mine: Lot, yours: Lot) -> Fit | None:
    if _looks_elsewhere(mine, yours) or _looks_elsewhere(yours, mine):
        return None
    together = [*mine.agreeing, *yours.agreeing]
    crossing = triangulate([each.seen.account.witness for each in together])
    if not crossing.is_located:
        return None
    log_factor = joined([each.seen.account for each in together], crossing).log_factor
    log_factor -= mine.log_factor + yours.log_factor
    on_relief = all(
        isinstance(each.seen.account.witness, Report) or pieces_of(each.seen.account.fix)
        for each in together
    )
    return Fit(_reason(together), log_factor, on_relief=on_relief)


def _looks_elsewhere(lot: Lot, located: Lot) -> bool:
    """Whether one of a lot is so far off from where another one lies that nothing need be tried."""
    crossing = located.crossing
    if crossing.lon_deg is None or crossing.lat_deg is None:
        return False
    for each in lot.agreeing:
        witness = each.seen.account.witness
        off = residual_of(witness, crossing.lon_deg, crossing.lat_deg)
        if isinstance(witness, Bearing):
            own_m = math.radians(witness.sigma_deg) * off.range_m
        else:
            own_m = witness.sigma_m
        if abs(off.off_m) > _GATE * math.hypot(own_m, crossing.semi_major_m / HELD):
            return True
    return False


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
