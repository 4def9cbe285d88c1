"""Plays footage through the watch and turns what comes of it into measures."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from benchmarks.decision.recordings import FIRE_CLIPS, QUIET_CLIPS, Circle, clip
from benchmarks.support.report import Measure, figure, limit, skipped
from detector.evaluate.alert_list import ListedAlert
from detector.evaluate.events import FireEvent, FireVerdict, judge_fire
from detector.evaluate.footage import PictureSequence, Recording, Sampling
from detector.evaluate.watching import Watched, watch
from detector.pipeline import Scorer
from models.config import Settings
from models.detection import Detections

__all__ = ["FIRE_BARS", "Judge", "Judged", "clips", "fires", "quiet"]

FIRE_BARS = (
    "later_than_3_frames_after_visible",
    "later_than_2_frames_after_clear",
    "alarms_before_ignition",
)
LATE_ALLOWED = 1.0
"""Of six ignitions, one may alert later than three frames after a person could see it."""
CLIP_S = 60.0
TELL_EVERY = 25


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


def quiet(judge: Judge, key: str, recordings: Sequence[Recording], every: int = 1) -> list[Measure]:
    """How often recordings without fire alert, and each of these alerts with its reasons."""
    alerts, frames = [], 0
    for number, recording in enumerate(recordings, 1):
        watched = judge.play(recording, Sampling(every=every))
        if watched is None:
            return [skipped(f"false_alerts_{key}", "alerts", "no time left")]
        alerts += [_false(recording.name, *alert) for alert in watched.alerts]
        frames += len(watched.looked_at)
        if number % TELL_EVERY == 0:
            print(
                f"{key}: {number} of {len(recordings)} sequences, {len(alerts)} alerts",
                file=sys.stderr,
                flush=True,
            )
    against = f"{len(recordings)} sequences, {frames} frames"
    return [*alerts, limit(f"false_alerts_{key}", len(alerts), "alerts", against, 0.0)]


def _false(name: str, at_s: float, alert: ListedAlert) -> Measure:
    """An alert where nothing burns: what was seen where, and what spoke for it."""
    box, weighing = alert.first_box, alert.opened.weighing
    reasons = ", ".join(finding.value for finding in weighing.findings)
    number = alert.opened.frame.sequence
    scores = [one for one in alert.opened.track.scores if one.frame_sequence == number]
    change = scores[0].change if scores else None
    changed = "unknown" if change is None else f"{change.times_usual:.1f}, whole {change.whole:.1f}"
    words = (
        f"{box.label.word} {box.score:.2f} at {box.x_min:.0f},{box.y_min:.0f} to "
        f"{box.x_max:.0f},{box.y_max:.0f}; log-odds {weighing.log_odds:.2f} of "
        f"{alert.first_hits} sightings; change {changed}; {reasons}"
    )
    return figure(f"false_alert_{name}", at_s, "s", words)


def clips(judge: Judge, footage: Path, *, quick: bool) -> list[Measure]:
    """Clips without fire that alert, and clips with fire that do not."""
    measures = []
    for name, shows in QUIET_CLIPS.items():
        measures += _quiet_clip(judge, clip(footage, name), shows, quick=quick)
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


def _quiet_clip(judge: Judge, path: Path, shows: str, *, quick: bool) -> list[Measure]:
    """One frame a second for a minute; quickly the fog only, every third second of it."""
    if quick and path.name != next(iter(QUIET_CLIPS)):
        return []
    if not path.is_file():
        return [skipped(f"false_alerts_{path.name}", "alerts", "no such footage")]
    step_s = 3.0 if quick else 1.0
    circle = Circle.of(path, longest_lap_s=CLIP_S, length_s=CLIP_S, step_s=step_s)
    *alerts, measure = quiet(judge, path.name, [circle])
    return [*alerts, replace(measure, against=f"{shows}; {measure.against}")]
