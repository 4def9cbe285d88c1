"""What a report is made of: a run's figures and what came of each of its recordings.

Read out of ``result.json``, whoever wrote it: everything is checked, nothing is believed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = [
    "OUTCOMES",
    "VERDICTS",
    "AlertRow",
    "BoxPx",
    "Curve",
    "FireRow",
    "FootageRow",
    "FrameRow",
    "IgnoredRow",
    "Measure",
    "Result",
    "Run",
    "SequenceRow",
    "Slice",
    "TrueBoxRow",
]

VERDICTS = ("right", "false", "early", "ignored", "unjudged")
"""What an alert can turn out to be."""
OUTCOMES = ("found", "missed", "unseen")
"""What can become of a fire; nobody could see an unseen one."""

BoxPx: TypeAlias = tuple[float, float, float, float]
"""Left, upper, right and lower edge."""
Curve: TypeAlias = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure with what it rests on.

    Attributes:
        name: which, e.g. ``event_recall``.
        value: None where nothing tells.
        low: lower end of its 95 % interval; None without one.
        high: upper end.
        count: how many it counts; None where it counts nothing.
        of: out of how many.
        unit: empty, ``s``, ``frames``, ``m`` or ``1/camera-day``.
        better: ``higher`` or ``lower``.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    count: int | None
    of: int | None
    unit: str
    better: str


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of a part of the footage.

    Attributes:
        by: what it was cut by, e.g. ``light``.
        word: which part, e.g. ``night``.
        measures: of that part.
    """

    by: str
    word: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One frame; see :class:`models.replay.PlayedFrame`."""

    at_s: float
    refused: str
    smoke: float
    flame: float
    log_odds: float | None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert and its verdict; see :class:`models.replay.PlayedAlert`.

    Attributes:
        box: in the frame that opened it, pixels; None where nobody wrote it down.
        verdict: one of :data:`VERDICTS`.
    """

    frame: int
    at_s: float
    captured_at: str
    label: str
    score: float
    log_odds: float
    findings: tuple[str, ...]
    hits: int
    seen_for_s: float
    box: BoxPx | None
    verdict: str


@dataclass(frozen=True, slots=True)
class FireRow:
    """A fire and what became of it.

    Attributes:
        outcome: one of :data:`OUTCOMES`.
        alert: index of the alert that found it; None otherwise.
        unseen: why nobody could see it; empty where somebody could.
    """

    name: str
    first_visible_s: float | None
    ignition_s: float | None
    clear_s: float | None
    until_s: float | None
    unseen: str
    outcome: str
    alert: int | None
    from_visible_s: float | None
    from_visible_frames: float | None
    from_ignition_s: float | None
    location_error_m: float | None
    in_region: bool | None


@dataclass(frozen=True, slots=True)
class TrueBoxRow:
    """A box that a person drew, shares of the picture."""

    at_s: float
    label: str
    box: BoxPx


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    """What nobody is judged by."""

    from_s: float
    until_s: float | None
    why: str


@dataclass(frozen=True, slots=True)
class SequenceRow:
    """What came of one recording; see :class:`models.replay.Played`.

    Attributes:
        conditions: what is known of them, by name.
        is_known: whether anything is known of its fires.
        is_dated: whether capture times are the world's.
    """

    name: str
    scene: str
    conditions: Mapping[str, str | float]
    is_known: bool
    is_dated: bool
    fires: tuple[FireRow, ...]
    boxes: tuple[TrueBoxRow, ...]
    ignored: tuple[IgnoredRow, ...]
    frames: tuple[FrameRow, ...]
    alerts: tuple[AlertRow, ...]

    @property
    def from_s(self) -> float:
        """Time of its first frame; 0 without one."""
        return self.frames[0].at_s if self.frames else 0.0

    @property
    def until_s(self) -> float:
        """Time of its last frame; 0 without one."""
        return self.frames[-1].at_s if self.frames else 0.0

    @property
    def troubles(self) -> int:
        """Fires missed, and alerts that should not have been."""
        missed = sum(fire.outcome == "missed" for fire in self.fires)
        return missed + sum(alert.verdict in {"false", "early"} for alert in self.alerts)


@dataclass(frozen=True, slots=True)
class FootageRow:
    """One recording that was played.

    Attributes:
        is_drill: made by the drill scene, not taken by a camera.
    """

    name: str
    sha256: str
    is_drill: bool


@dataclass(frozen=True, slots=True)
class Run:
    """What was run.

    Attributes:
        footage: what was played.
        refused: names of footage that could not be judged, each with the code of its trouble.
    """

    name: str
    model: str
    model_version: str
    model_sha256: str
    config_version: str
    settings: Mapping[str, Any]
    footage: tuple[FootageRow, ...]
    refused: tuple[tuple[str, str], ...]

    @property
    def alert_log_odds(self) -> float | None:
        """From which evidence on a track alerts; None where the settings do not say."""
        evidence = self.settings.get("evidence")
        value = evidence.get("alert_log_odds") if isinstance(evidence, Mapping) else None
        return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True)
class Result:
    """A whole ``result.json``.

    Attributes:
        counts: by name.
        refused: frames that were not scored, by the gateway's word.
        curves: precision over recall and reliability by class, and FROC under ``froc``.
    """

    run: Run
    counts: Mapping[str, float]
    refused: Mapping[str, int]
    headline: tuple[Measure, ...]
    slices: tuple[Slice, ...]
    precision_recall: Mapping[str, Curve]
    reliability: Mapping[str, Curve]
    froc: Curve
    sequences: tuple[SequenceRow, ...]
