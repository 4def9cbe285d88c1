"""Plays footage through the watch and turns what comes of it into measures."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from benchmarks.decision.recordings import CADENCE_CLIPS, FIRE_CLIPS, QUIET_CLIPS, Circle, clip
from benchmarks.support.report import Measure, figure, limit, skipped
from detector.evaluate.events import FireEvent, FireVerdict, judge_fire
from detector.evaluate.footage import PictureSequence, Recording, Sampling
from detector.evaluate.watching import Watched, watch
from detector.pipeline import Scorer
from models.config import Settings
from models.detection import Detections

__all__ = ["FIRE_BARS", "Judge", "Judged", "cadences", "clips", "fires", "quiet"]

FIRE_BARS = (
    "later_than_3_frames_after_visible",
    "later_than_2_frames_after_clear",
    "alarms_before_ignition",
)
LATE_ALLOWED = 1.0
"""Of six ignitions, one may alert later than three frames after a person could see it."""
CADENCES_FPS = {"25 fps": 25.0, "1 fps": 1.0, "0.2 fps": 0.2, "1 a minute": 1.0 / 60.0}
CADENCE_LAP_S = 10.0
CADENCE_LENGTH_S = 180.0
CLIP_S = 60.0
BOUND_FRAMES = 3.0
"""How many of its own frames later than at 25 fps a slower cadence may alert."""


@dataclass(slots=True)
class Judge:
    """Plays recordings, as long as there is time.

    Attributes:
        scorer: finds smoke and flame.
        settings: in force.
        until_s: monotonic moment after which nothing more is begun.
        known: what was found in each frame, by its sha256.
        out_of_time: recordings that were not begun.
    """

    scorer: Scorer
    settings: Settings
    until_s: float
    known: dict[str, Detections] = field(default_factory=dict)
    out_of_time: list[str] = field(default_factory=list)

    def play(self, recording: Recording, sampling: Sampling | None = None) -> Watched | None:
        """Play one; None when there is no time left."""
        if time.monotonic() > self.until_s:
            self.out_of_time.append(recording.name)
            return None
        watched = watch(recording, self.scorer, self.settings, sampling=sampling or Sampling())
        for frame in watched.frames:
            if isinstance(frame.found, Detections):
                self.known[frame.sha256] = frame.found
        return watched


Judged: TypeAlias = tuple[str, FireVerdict]


def fires(judge: Judge, sequences: Sequence[tuple[PictureSequence, FireEvent]]) -> list[Measure]:
    """How late the ignitions alert."""
    verdicts: list[Judged] = []
    for sequence, event in sequences:
        watched = judge.play(sequence)
        if watched is not None:
            frames = [frame.at_s for frame in watched.looked_at]
            alerts = [at_s for at_s, _ in watched.alerts]
            verdicts.append((sequence.name, judge_fire(event, frames, alerts)))
    if len(verdicts) < len(sequences):
        return [skipped(name, "", "no time left") for name in FIRE_BARS]
    late_first = [name for name, one in verdicts if not _within(one, 3, clear=False)]
    late_clear = [name for name, one in verdicts if not _within(one, 2, clear=True)]
    early = sum(one.false_alarms for _, one in verdicts)
    of = f"of {len(verdicts)}"
    return [
        *(_delay(name, verdict) for name, verdict in verdicts),
        limit(FIRE_BARS[0], len(late_first), of, ", ".join(late_first), LATE_ALLOWED),
        limit(FIRE_BARS[1], len(late_clear), of, ", ".join(late_clear), 0.0),
        limit(FIRE_BARS[2], early, "alerts", "", 0.0),
    ]


def _within(verdict: FireVerdict, frames: int, *, clear: bool) -> bool:
    delay = verdict.from_clear if clear else verdict.from_first_visible
    return delay is not None and delay.frames <= frames


def _delay(name: str, verdict: FireVerdict) -> Measure:
    first, clear = verdict.from_first_visible, verdict.from_clear
    if first is None or clear is None:
        return _missed(name, "no alert in what was played")
    words = f"{first.frames} frames after first visible, {clear.frames} after clear"
    return figure(f"delay_{name}", first.seconds, "s", words)


def _missed(name: str, words: str) -> Measure:
    return Measure(f"delay_{name}", None, "s", words, None, None, None)


def quiet(judge: Judge, key: str, recordings: Sequence[Recording], every: int = 1) -> Measure:
    """How often recordings without fire alert."""
    alerts, frames, names = 0, 0, []
    for recording in recordings:
        watched = judge.play(recording, Sampling(every=every))
        if watched is None:
            return skipped(f"false_alerts_{key}", "alerts", "no time left")
        alerts += len(watched.alerts)
        frames += len(watched.looked_at)
        if watched.alerts:
            names.append(f"{recording.name} at {watched.alerts[0][0]:g} s")
    against = f"{len(recordings)} sequences, {frames} frames"
    if names:
        against += f": {', '.join(names[:8])}{' and more' if len(names) > 8 else ''}"
    return limit(f"false_alerts_{key}", alerts, "alerts", against, 0.0)


def clips(judge: Judge, footage: Path, *, quick: bool) -> list[Measure]:
    """Clips without fire that alert, and clips with fire that do not."""
    measures = []
    for name, shows in QUIET_CLIPS.items():
        measure = _quiet_clip(judge, clip(footage, name), shows, quick=quick)
        if measure is not None:
            measures.append(measure)
    if quick:
        return measures
    for name, shows in FIRE_CLIPS.items():
        if not clip(footage, name).is_file():
            measures.append(skipped(f"delay_{name}", "s", "no such footage"))
            continue
        circle = Circle.of(clip(footage, name), longest_lap_s=CLIP_S, length_s=CLIP_S, step_s=1.0)
        watched = judge.play(circle)
        if watched is None or not watched.alerts:
            measures.append(_missed(name, f"{shows}; no alert in {CLIP_S:g} s"))
        else:
            measures.append(figure(f"delay_{name}", watched.alerts[0][0], "s", shows))
    return measures


def _quiet_clip(judge: Judge, path: Path, shows: str, *, quick: bool) -> Measure | None:
    """One frame a second for a minute; quickly the fog only, every third second of it."""
    if quick and path.name != next(iter(QUIET_CLIPS)):
        return None
    if not path.is_file():
        return skipped(f"false_alerts_{path.name}", "alerts", "no such footage")
    step_s = 3.0 if quick else 1.0
    circle = Circle.of(path, longest_lap_s=CLIP_S, length_s=CLIP_S, step_s=step_s)
    measure = quiet(judge, path.name, [circle])
    return Measure(
        measure.name,
        measure.value,
        measure.unit,
        f"{shows}; {measure.against}",
        measure.ratio,
        measure.bar,
        measure.holds,
    )


def cadences(judge: Judge, footage: Path) -> list[Measure]:
    """Whether the same footage means the same at every cadence."""
    measures, differ, excess = [], [], 0.0
    for name, burns in CADENCE_CLIPS.items():
        path = clip(footage, name)
        circle = Circle.of(path, longest_lap_s=CADENCE_LAP_S, length_s=CADENCE_LENGTH_S, step_s=0.0)
        found: dict[str, float | None] = {}
        for cadence, fps in CADENCES_FPS.items():
            watched = judge.play(circle, Sampling(fps=fps))
            if watched is None:
                return [skipped("cadences_that_are_wrong", "clips", "no time left")]
            found[cadence] = watched.alerts[0][0] if watched.alerts else None
        words = ", ".join(
            f"{cadence} {'never' if at_s is None else f'{at_s:.4g} s'}"
            for cadence, at_s in found.items()
        )
        measures.append(
            figure(
                f"cadences_{name}",
                sum(at_s is not None for at_s in found.values()),
                "of 4 alert",
                words,
            )
        )
        if any((at_s is not None) is not burns for at_s in found.values()):
            differ.append(name)
        excess = max(excess, _excess(found))
    return [
        *measures,
        limit("cadences_that_are_wrong", len(differ), "clips", ", ".join(differ), 0.0),
        limit(
            "cadence_delay",
            excess,
            "own frames",
            "most that any is later than 25 fps",
            BOUND_FRAMES,
        ),
    ]


def _excess(found: dict[str, float | None]) -> float:
    """How much later than the finest cadence the others alert, in frames of their own."""
    finest_s = found["25 fps"]
    if finest_s is None:
        return 0.0
    return max(
        (
            (at_s - finest_s) * CADENCES_FPS[cadence]
            for cadence, at_s in found.items()
            if at_s is not None
        ),
        default=0.0,
    )
