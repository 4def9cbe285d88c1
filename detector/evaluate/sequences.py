"""Judge the watch on recorded sequences: what each frame scored, when it alerted and why.

The frames go through the watch's own pipeline; only where they come from, the clock and who takes
the alerts differ. ``sequences.json`` has, per sequence, every frame in time order with its best
scores, every alert with its time and its reasons, and, where the fire is known, the delay.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from detector.evaluate.alert_list import ListedAlert
from detector.evaluate.events import FireEvent, judge_fire
from detector.evaluate.footage import Recording, Sampling, find_recordings
from detector.evaluate.results import write_results
from detector.evaluate.watching import Watched, WatchedFrame, watch
from detector.evidence import decision_version
from detector.pipeline import Scorer
from models.config import Settings
from models.detection import Label
from models.errors import FrameCorrupt, InputRefused

__all__ = ["Listener", "evaluate_sequences", "sequence_row"]


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told how an evaluation goes.

    Attributes:
        on_frame: the sequence and how many of its frames are done.
        on_refused: what cannot be judged; the rest is.
        on_done: what ``sequences.json`` will say of a sequence.
    """

    on_frame: Callable[[str, int], None] = lambda _name, _done: None
    on_refused: Callable[[InputRefused], None] = lambda _error: None
    on_done: Callable[[Mapping[str, Any]], None] = lambda _row: None


def evaluate_sequences(
    scorer: Scorer,
    inputs: Sequence[Path],
    out: Path,
    settings: Settings,
    *,
    sampling: Sampling,
    events: Mapping[str, FireEvent],
    listener: Listener,
) -> dict[str, Any]:
    """Evaluate recordings, one after the other.

    Args:
        scorer: finds smoke and flame.
        inputs: folders of pictures with times in their names, videos, folders of them.
        out: folder for ``sequences.json``; made when it is not there.
        settings: of the decision.
        sampling: which frames are looked at.
        events: known fires by the name of their sequence.
        listener: who is told.

    Returns:
        What ``sequences.json`` says.

    Raises:
        InputRefused: nothing could be judged, or ``out`` cannot be written.
        StorageFull: the disk takes no more.
        WatchError: the network failed.
    """
    rows: list[dict[str, Any]] = []
    for found in find_recordings(inputs, leave_out=out):
        if isinstance(found, InputRefused):
            listener.on_refused(found)
            continue
        try:
            watched = _play(found, scorer, settings, sampling, listener)
        except InputRefused as error:
            listener.on_refused(error)
            continue
        event = events.get(found.name) or events.get(found.name.rsplit("/", 1)[-1])
        rows.append(sequence_row(found, watched, event))
        listener.on_done(rows[-1])
    if not rows:
        raise InputRefused(
            "There is no sequence that could be judged.",
            remedy="Name folders of pictures with times in their names, or videos.",
            code="no_sequence",
        )
    figures = {
        "model": asdict(scorer.reference),
        "config_version": decision_version(settings),
        "evidence": settings.evidence.model_dump(),
        "attention": settings.attention.model_dump(),
        "sampling": asdict(sampling),
        "sequences": rows,
    }
    write_results(out, {"sequences.json": figures})
    return figures


def _play(
    recording: Recording,
    scorer: Scorer,
    settings: Settings,
    sampling: Sampling,
    listener: Listener,
) -> Watched:
    watched = watch(
        recording,
        scorer,
        settings,
        sampling=sampling,
        on_frame=lambda done: listener.on_frame(recording.name, done),
    )
    if not watched.looked_at:
        raise InputRefused(
            f"None of the {len(watched.frames)} pictures of {recording.name} can be used.",
            remedy="Copy them again.",
            code="no_readable_picture",
        )
    return watched


def sequence_row(
    recording: Recording, watched: Watched, event: FireEvent | None = None
) -> dict[str, Any]:
    """What ``sequences.json`` says of a sequence.

    Args:
        recording: that was played.
        watched: what came of it.
        event: the fire that it shows, if one is known.
    """
    dated = recording.has_known_times
    row: dict[str, Any] = {
        "sequence": recording.name,
        "looked_at": len(watched.looked_at),
        "damaged": len(watched.frames) - len(watched.looked_at),
        "alerts": [
            _time(at_s, alert.opened.frame.captured_at, dated=dated) | _alert(at_s, alert)
            for at_s, alert in watched.alerts
        ],
    }
    if event is not None:
        verdict = judge_fire(
            event,
            [frame.at_s for frame in watched.looked_at],
            [at_s for at_s, _ in watched.alerts],
        )
        row["fire"] = asdict(event) | asdict(verdict)
    row["frames"] = [
        _time(frame.at_s, frame.captured_at, dated=dated) | _scores(frame)
        for frame in watched.frames
    ]
    return row


def _scores(frame: WatchedFrame) -> dict[str, Any]:
    found = frame.found
    if isinstance(found, FrameCorrupt):
        return {"damaged": found.message}
    best = {
        label.word: round(float(found.scores[found.labels == label].max(initial=0.0)), 5)
        for label in Label
    }
    log_odds = None if frame.log_odds is None else round(frame.log_odds, 4)
    return best | {"log_odds": log_odds, "sha256": frame.sha256}


def _alert(at_s: float, alert: ListedAlert) -> dict[str, Any]:
    opened, box = alert.opened, alert.first_box
    captured_at = opened.frame.captured_at
    sides = (box.x_min, box.y_min, box.x_max - box.x_min, box.y_max - box.y_min)
    return {
        "frame": opened.frame.sequence,
        "category": opened.track.label.word,
        "log_odds": round(opened.weighing.log_odds, 4),
        "findings": [finding.value for finding in opened.weighing.findings],
        "hits": alert.first_hits,
        "seen_for_s": (captured_at - alert.first_seen_at).total_seconds(),
        "score": round(box.score, 5),
        "bbox": [round(side, 2) for side in sides],
        "sightings": alert.sightings,
        "last_at_s": round(at_s + (alert.last_seen_at - captured_at).total_seconds(), 3),
        "most_log_odds": round(alert.most_log_odds, 4),
    }


def _time(at_s: float, captured_at: datetime, *, dated: bool) -> dict[str, Any]:
    if not dated:
        return {"at_s": round(at_s, 3)}
    text = captured_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"at_s": round(at_s, 3), "time": text}
