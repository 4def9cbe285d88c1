"""What a benchmark says: measures with their bars, as JSON and as lines for a person.

The shape is fixed in the design: ``{benchmark, machine, quick, measures: [{name, value, unit,
against, ratio, bar, holds}]}``. ``ratio`` is ours over theirs, larger is better, and only there
where a measure is a comparison; then the bar is for the ratio. Otherwise the bar is for the value,
and less is better, unless the measure is a rate. A measure that could not be taken has no value,
and ``against`` says why.
"""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

__all__ = [
    "Measure",
    "comparison",
    "conclude",
    "figure",
    "limit",
    "machine",
    "rate",
    "render",
    "skipped",
    "write",
]

_DISTRIBUTIONS = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-openvino",
    "opencv-python-headless",
    "numpy",
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of a report; see the head of this module."""

    name: str
    value: float | None
    unit: str
    against: str
    ratio: float | None
    bar: float | None
    holds: bool | None


def comparison(
    name: str, value: float, unit: str, against: str, *, ratio: float, bar: float | None = None
) -> Measure:
    """Ours beside theirs.

    Args:
        name: stable key.
        value: ours.
        unit: of the value.
        against: what it is compared with, in words that let a reader repeat it.
        ratio: ours over theirs in speed; above 1 we are faster.
        bar: least ratio.
    """
    holds = None if bar is None else ratio >= bar
    return Measure(name, _round(value), unit, against, _round(ratio), bar, holds)


def limit(name: str, value: float, unit: str, against: str, bar: float) -> Measure:
    """A value that must not exceed a bar."""
    return Measure(name, _round(value), unit, against, None, bar, value <= bar)


def rate(
    name: str, value: float, unit: str, against: str, *, bar: float, ratio: float | None = None
) -> Measure:
    """A value that must reach a bar; ``ratio`` is told beside it where it is also a comparison."""
    told = None if ratio is None else _round(ratio)
    return Measure(name, _round(value), unit, against, told, bar, value >= bar)


def figure(name: str, value: float, unit: str, against: str = "") -> Measure:
    """A value that is good to know."""
    return Measure(name, _round(value), unit, against, None, None, None)


def skipped(name: str, unit: str, reason: str) -> Measure:
    """A measure that could not be taken here."""
    return Measure(name, None, unit, f"skipped: {reason}", None, None, None)


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    versions = {}
    for name in _DISTRIBUTIONS:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": versions,
        "load_average_at_start": round(os.getloadavg()[0], 2),
    }


def write(
    path: Path, *, benchmark: str, about: dict[str, Any], quick: bool, measures: Sequence[Measure]
) -> None:
    """Write the report as JSON."""
    report = {
        "benchmark": benchmark,
        "machine": about,
        "quick": quick,
        "measures": [asdict(measure) for measure in measures],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def conclude(
    measures: Sequence[Measure],
    *,
    benchmark: str,
    about: dict[str, Any],
    quick: bool,
    path: Path | None,
) -> int:
    """Print the measures, write them where a path is given; 1 when a bar does not hold."""
    for measure in measures:
        print(render(measure))
    if path is not None:
        write(path, benchmark=benchmark, about=about, quick=quick, measures=measures)
    return int(any(measure.holds is False for measure in measures))


def render(measure: Measure) -> str:
    """One line for a terminal."""
    value = "-" if measure.value is None else f"{measure.value:g}"
    ratio = "" if measure.ratio is None else f"x {measure.ratio:.2f}"
    verdict = ""
    if measure.bar is not None:
        verdict = f"{'holds' if measure.holds else 'FAILS'} (bar {measure.bar:g})"
    line = f"{measure.name:<36} {value:>9} {measure.unit:<12} {ratio:>7} {verdict:<18}"
    return f"{line} {measure.against}".rstrip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _round(number: float) -> float:
    return float(f"{number:.4g}")
