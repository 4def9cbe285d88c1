"""With which of several fires evidence belongs, and when nobody may say.

A wrong marriage hides a second fire and sends people to the wrong valley; a duplicate costs a
glance. So evidence joins a fire only when one fire explains them about as well as two, and clearly
better where relief can tell (:attr:`detector.incidents.matching.Fit.joins`), and when nothing else
explains either of them nearly as well. Measured with ``./run bench incidents``, see
``docs/incidents.md``.
"""

import math
from collections.abc import Mapping

from detector.incidents.matching import Fit, Lot, match
from geo.joint import AGAINST
from geo.meeting import NEARLY

__all__ = ["belongs"]


def belongs(subject: Lot, fires: Mapping[int, Lot]) -> tuple[int, Fit] | None:
    """The fire that some evidence is of; None when it is of none, or when two could be it.

    Args:
        subject: one piece of evidence, or all of a fire.
        fires: evidence of each by number, the subject's own left out.
    """
    fits = {number: fit for number, lot in fires.items() if (fit := match(subject, lot))}
    if not fits:
        return None
    best = max(fits, key=lambda number: _rank(fits[number]))
    fit = fits[best]
    if fit.log_factor == math.inf:
        return best, fit
    if not fit.joins:
        return None
    married = Lot((*subject.evidence, *fires[best].evidence))
    for number, lot in fires.items():
        if number == best:
            continue
        rivals = (fits.get(number), match(fires[best], lot))
        if any(_competes(rival, fit) for rival in rivals) and not _joins(match(married, lot)):
            return None
    return best, fit


def _rank(fit: Fit) -> tuple[float, float]:
    return fit.log_factor, -(fit.turn_deg or 0.0)


def _competes(rival: Fit | None, fit: Fit) -> bool:
    return rival is not None and rival.log_factor > max(AGAINST, fit.log_factor - NEARLY)


def _joins(fit: Fit | None) -> bool:
    return fit is not None and fit.joins
