"""What the days of nodes come to: minutes to the look, false looks a node-day, with intervals."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from scipy.stats import chi2

from benchmarks.node_days.following import DaysOfNode
from benchmarks.support.report import Measure, figure, limit, skipped

__all__ = ["measures_of", "poisson_interval"]

FOUND_BAR_MIN: Final = 10.0
FALSE_BAR: Final = 0.05
NEVER_MIN: Final = 1440.0
"""A start that was never found counts as found a day later."""


def poisson_interval(count: int) -> tuple[float, float]:
    """Garwood's 95 per cent interval (1936) of the mean of which a count was drawn."""
    low = 0.0 if count == 0 else float(chi2.ppf(0.025, 2 * count)) / 2.0
    return low, float(chi2.ppf(0.975, 2 * count + 2)) / 2.0


def measures_of(rows: Sequence[DaysOfNode]) -> list[Measure]:
    """The measures; those of nodes with degrees have bars, those with levels are told beside."""
    degrees = [row for row in rows if not row.is_levels]
    levels = [row for row in rows if row.is_levels]
    measures = [*_of(degrees, "", barred=True), *_of(levels, "_levels", barred=False)]
    frames = sum(row.frames for row in rows)
    if frames > 0:
        cost = 1e3 * sum(row.seconds for row in rows) / frames
        measures.append(
            figure("frame_ms", cost, "ms", "of processor: simulated, encoded, read and followed")
        )
        measures.append(
            figure("spots_a_frame", sum(row.spots for row in rows) / frames, "", f"{frames} frames")
        )
    return measures


def _of(rows: Sequence[DaysOfNode], kind: str, *, barred: bool) -> list[Measure]:
    found_name, false_name = f"heat_start_found{kind}_min", f"heat_false_looks{kind}"
    if len(rows) == 0:
        return [skipped(name, "", "no such node was played") for name in (found_name, false_name)]
    seen = [row for row in rows if row.in_view]
    waits = [max(0.0, row.found_min) for row in seen if row.found_min is not None]
    late = sum(wait > FOUND_BAR_MIN for wait in waits)
    missed = len(seen) - len(waits)
    usual = f", median {median(waits):.1f} min" if len(waits) > 0 else ""
    told = (
        f"the slowest of {len(seen)} starts in view; {missed} never found, {late} after "
        f"{FOUND_BAR_MIN:g} min{usual}"
    )
    slowest = NEVER_MIN if missed > 0 else max(waits, default=0.0)
    node_days = sum(row.days for row in rows)
    false = sum(row.false_looks for row in rows)
    low, high = poisson_interval(false)
    between = (
        f"{false} in {node_days} node-days of {len(rows)} nodes, 95 % interval "
        f"{low / node_days:.3f} to {high / node_days:.3f}"
    )
    rate = false / node_days
    measures = []
    if len(seen) == 0:
        measures.append(skipped(found_name, "min", "no start came into view"))
    elif barred:
        measures.append(limit(found_name, slowest, "min", told, FOUND_BAR_MIN))
    else:
        measures.append(figure(found_name, slowest, "min", told))
    if barred:
        measures.append(limit(false_name, rate, "/node-day", between, FALSE_BAR))
    else:
        measures.append(figure(false_name, rate, "/node-day", between))
    return measures
