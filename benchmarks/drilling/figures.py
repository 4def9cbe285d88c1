"""Figures of drill fires that were watched: shares with Wilson's intervals, by range and condition.

What counts for the bars is what somebody could see (by the pictures, no detector asked), by day and
at dusk. For the regions it is what was located of it and whose place itself is in sight: of smoke
over a ridge the watch says so, and names the ground that is hidden.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from benchmarks.support.report import Measure, figure
from detector.measures.intervals import wilson
from models.footage import Light

__all__ = ["ALERTED_BAR", "BANDS_KM", "REGION_BAR", "measures_of"]

Row: TypeAlias = dict[str, Any]

ALERTED_BAR: Final = 0.95
REGION_BAR: Final = (0.93, 0.97)
BANDS_KM: Final = ((0.8, 3.0), (3.0, 6.0), (6.0, 9.0), (9.0, 12.0))


def measures_of(rows: Sequence[Row]) -> list[Measure]:
    """All measures of watched fires; none of what was not measured."""
    counted = [row for row in rows if row["light"] != Light.NIGHT]
    night = [row for row in rows if row["light"] == Light.NIGHT]
    seen, placed = _visible(counted), _placed(counted)
    measures = [figure("drill_fires", len(counted), "", f"{len(seen)} of them visible")]
    measures += _share("drill_alerted", seen, _alerted, low=ALERTED_BAR)
    low, high = REGION_BAR
    measures += _share("drill_region95_holds", placed, _of("holds_95"), low=low, high=high)
    measures += _share("drill_region90_holds", placed, _of("holds_90"))
    measures += _share("drill_located", [row for row in seen if _alerted(row)], _located)
    measures += _middles(seen, placed)
    measures.append(
        figure(
            "drill_false_alarms",
            sum(row["false_alarms"] for row in rows),
            "",
            f"in {len(rows)} recordings, up to the alert of the fire or the end",
        )
    )
    for name, sliced in _slices(counted):
        measures += _share(f"drill_alerted_{name}", _visible(sliced), _alerted)
        measures += _share(f"drill_region95_{name}", _placed(sliced), _of("holds_95"))
    behind = [row for row in seen if row["is_hidden"]]
    measures += _share("drill_alerted_over_ridge", behind, _alerted)
    measures += _share("drill_alerted_night_infrared", _visible(night), _alerted)
    measures += _share("drill_region95_night_infrared", _placed(night), _of("holds_95"))
    unseen = [row for row in rows if row["unseen"]]
    words = sorted({row["unseen"] for row in unseen})
    told = ", ".join(f"{sum(row['unseen'] == word for row in unseen)} {word}" for word in words)
    measures.append(figure("drill_nobody_could_see", len(unseen), "", told))
    return measures


def _middles(seen: Sequence[Row], placed: Sequence[Row]) -> list[Measure]:
    delays = [row["alert_s"] - row["first_visible_s"] for row in seen if _alerted(row)]
    measures = []
    if delays:
        worst = f"95th percentile {np.percentile(delays, 95):.0f}"
        measures.append(figure("drill_delay_median", float(np.median(delays)), "s", worst))
    if placed:
        errors = [row["error_m"] for row in placed]
        worst = f"95th percentile {np.percentile(errors, 95):.0f}"
        measures.append(figure("drill_error_median", float(np.median(errors)), "m", worst))
    return measures


def _slices(rows: Sequence[Row]) -> Iterable[tuple[str, list[Row]]]:
    for near_km, far_km in BANDS_KM:
        mine = [row for row in rows if near_km * 1e3 <= row["range_m"] < far_km * 1e3]
        yield f"{near_km:g}_{far_km:g}km", mine
    for key in ("light", "sky", "season"):
        for word in sorted({row[key] for row in rows}):
            yield word, [row for row in rows if row[key] == word]


def _share(
    name: str,
    rows: Sequence[Row],
    test: Callable[[Row], bool],
    *,
    low: float | None = None,
    high: float = 1.0,
) -> list[Measure]:
    """A share with its interval; a bar where ``low`` is one; nothing of nothing."""
    if not rows:
        return []
    hits = sum(map(test, rows))
    value = hits / len(rows)
    least, most = wilson(hits, len(rows))
    words = f"{hits} of {len(rows)}, 95 % interval {least:.3f} to {most:.3f}"
    if low is not None and high < 1.0:
        words += f"; must be {low:g} to {high:g}"
    holds = None if low is None else low <= value <= high
    return [Measure(name, round(value, 4), "", words, None, low, holds)]


def _visible(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if not row["unseen"]]


def _placed(rows: Iterable[Row]) -> list[Row]:
    return [row for row in _visible(rows) if not row["is_hidden"] and _located(row)]


def _alerted(row: Row) -> bool:
    return row["alert_s"] is not None


def _located(row: Row) -> bool:
    return row["error_m"] is not None


def _of(key: str) -> Callable[[Row], bool]:
    return lambda row: bool(row[key])
