"""The headline figures, each with what it counts and with its 95 % interval.

A share, a rate or a number states the wider of its exact interval (Wilson, Garwood) and the
bootstrap over scenes; all else states the bootstrap, and nothing where there is none.
"""

from collections.abc import Sequence
from typing import Any, Final

from detector.measures.intervals import middle
from detector.measures.part import Figure, Fires, Part
from detector.measures.recording import Recording
from detector.measures.rounding import rounded
from models.detection import Label

__all__ = ["HEADLINE", "figures_of_size", "figures_over", "measure"]

HEADLINE: Final = (
    *("event_recall", "time_to_detect_s", "time_to_detect_frames", "time_from_ignition_s"),
    *("precision", "false_alarms_per_camera_day", "early_alarms", "onfire_score"),
    *("ap50_smoke", "ap50_flame", "ap50_95_smoke", "ap50_95_flame"),
    *("calibration_error_smoke", "calibration_error_flame", "location_error_m", "region_holds"),
)
"""Names of the figures, in the order in which they stand."""


def measure(figure: Figure) -> dict[str, Any]:
    """A figure as ``result.json`` has it."""
    ends = [figure.exact, None if figure.drawn is None else middle(figure.drawn)]
    known = [] if figure.value is None else [one for one in ends if one is not None]
    return {
        "name": figure.name,
        "value": rounded(figure.value),
        "low": rounded(min((low for low, _ in known), default=None)),
        "high": rounded(max((high for _, high in known), default=None)),
        "count": figure.count,
        "of": figure.of,
        "unit": figure.unit,
        "better": "higher" if figure.is_better_higher else "lower",
    }


def figures_over(recordings: Sequence[Recording], *, fires: Fires) -> list[Figure]:
    """All figures, in the order of :data:`HEADLINE`.

    Args:
        recordings: judged.
        fires: which of a recording's fires enter.
    """
    part = Part(recordings, fires)
    return [
        part.recall(),
        *part.times(),
        part.precision(),
        part.false_alarms(),
        part.early_alarms(),
        part.onfire(),
        *(part.average_precision(f"ap50_{label.word}", label, 1) for label in Label),
        *(part.average_precision(f"ap50_95_{label.word}", label, 10) for label in Label),
        *(part.calibration(label) for label in Label),
        part.median("location_error_m", "m", lambda fire: fire.location_error_m),
        part.region_holds(),
    ]


def figures_of_size(
    recordings: Sequence[Recording],
    area_px: tuple[float, float],
    *,
    fires: Fires,
) -> list[Figure]:
    """Recall of fires, and average precision at an overlap of one half, of one size.

    Args:
        recordings: judged.
        area_px: least and greatest area of the true boxes, square pixels.
        fires: which of a recording's fires are of that size.
    """
    part = Part(recordings, fires)
    half = [part.average_precision(f"ap50_{one.word}", one, 1, area_px) for one in Label]
    return [part.recall(), *half]
