"""An alert: what one view of a camera saw, why that counts, and where it is.

Alerts are evidence. What people do about a fire, they do to its incident:
:mod:`models.incident`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.detection import Box, Label, ModelReference
from models.dual import HeatVote
from models.fix import Fix
from models.frame import FrameMode, Provenance, TimeSource
from models.incident.life import IncidentState, Verdict
from models.land import LandAnswer
from models.site import Pose
from models.suppression import Overcome

__all__ = [
    "Alert",
    "AlertDraft",
    "Decision",
    "EvidenceFrame",
    "Finding",
    "FrameScore",
    "PlaceChange",
]


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """How a picture differs, inside one box, from what its view has shown for the last half hour.

    Attributes:
        times_usual: change of brightness there, in units of what is usual at that place.
        whole: the same for the whole picture (its 90th percentile): clouds, rain, a camera's shake.
        texture: logarithm of the fine structure there over the usual one; below 0 it is veiled.
        colour: logarithm of the colourfulness there over the usual one; below 0 it has greyed.
        flicker: change of brightness there since the picture before, in grey values.
    """

    times_usual: float
    whole: float
    texture: float
    colour: float
    flicker: float


@dataclass(frozen=True, slots=True)
class FrameScore:
    """What one frame contributed to a decision.

    Attributes:
        frame_sequence: of the frame.
        captured_at: UTC.
        score: best detector score of the track in this frame; 0 when the track was missed.
        box: of the track in this frame, pixels of its upright picture; None when it was missed.
        change: of the picture inside the box; None when it was missed or nothing is known.
        reference_box: the same box in the coordinates of the view's reference, where the camera
            does not shake; None when the track was missed, and in decisions from before it was
            kept.
        elapsed_s: time that had passed in the view, seconds since its first frame; never goes back
            where capture time does. 0 in decisions from before it was kept.
    """

    frame_sequence: int
    captured_at: datetime
    score: float
    box: Box | None
    change: PlaceChange | None = None
    reference_box: Box | None = None
    elapsed_s: float = 0.0


class Finding(StrEnum):
    """Words of a decision, translated by the console."""

    PERSISTED = "persisted"  # seen in enough frames
    STRONG = "strong"  # one of the scores is far above the threshold
    GREW = "grew"  # area rose over the track's life
    STOOD_STILL = "stood_still"  # its base stayed where it was
    DRIFTED = "drifted"  # it moves sideways as fog and cloud do
    CHANGED = "changed"  # the picture changed there beyond what is usual
    LOOKED_SAME = "looked_same"  # the place looks as it has looked for half an hour
    REGREW = "regrew"  # it grew after it had been held back
    NEW_POSITION = "new_position"  # its foot moved away from what was held back
    SECOND_PLUME = "second_plume"  # it stands beside the one that is held back
    SECOND_SENSOR = "second_sensor"  # a camera on another mast sees it too
    NIGHT_FLAME = "night_flame"  # flame in the dark: nothing but a fresh verdict holds it back
    HEAT_THERE = "heat_there"  # the camera of heat on the same head has seen heat there
    OUTLASTED = "outlasted"  # no heat was seen there, and it has stood for too long to wait for any
    SECOND_AGREES = "second_agrees"  # the second stage, which looks at its crops, agrees
    SECOND_DOUBTS = "second_doubts"  # it does not
    SECOND_ABSENT = "second_absent"  # it is switched on, could not be asked, and was done without
    LATE = "late"  # it arrived long after it was captured
    PROMOTED = "promoted"  # a person made an alert of it


@dataclass(frozen=True, slots=True)
class Decision:
    """Why it alerted, in words and numbers.

    Attributes:
        decided_at: UTC.
        log_odds: evidence for a fire over the track so far, natural logarithm.
        threshold_log_odds: what it had to reach.
        findings: what spoke for and against, most important first.
        scores: the frames that were weighed, in time order.
        model: the weights that scored them.
        config_version: hash of the settings that shaped the decision, and version of the evidence's
            weights.
        overcome: suppressions that touched it and yielded; empty in decisions from before they
            were kept.
        votes: what other sensors of its head say of that place, at about the time of the latest
            frame; empty where it has none, and in decisions from before they were kept.
    """

    decided_at: datetime
    log_odds: float
    threshold_log_odds: float
    findings: tuple[Finding, ...]
    scores: tuple[FrameScore, ...]
    model: ModelReference
    config_version: str
    overcome: tuple[Overcome, ...] = ()
    votes: tuple[HeatVote, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceFrame:
    """A picture kept for an alert.

    Attributes:
        frame_sequence: of the frame.
        captured_at: UTC.
        received_at: UTC.
        key: object key in the evidence vault.
        sha256: of the stored bytes.
        width_px: of the upright picture.
        height_px: of the upright picture.
        boxes: the track's detections in it.
    """

    frame_sequence: int
    captured_at: datetime
    received_at: datetime
    key: str
    sha256: str
    width_px: int
    height_px: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """An alert as the pipeline hands it to the store.

    Attributes:
        idempotency_key: the same fire handed in twice (a crash, a replay) stays one alert.
        camera_id: of the camera that saw it.
        preset: in force then; 0 is a value.
        pose: in force then; None when unknown.
        label: smoke or flame.
        score: best detector score so far.
        mode: of the picture.
        provenance: live, recorded or drill.
        captured_at: UTC, of the frame that decided.
        received_at: UTC, of that frame.
        time_source: how the capture time is known.
        first_seen_at: UTC capture time of the track's first frame.
        decision: why.
        fix: where.
        land: against what.
    """

    idempotency_key: str
    camera_id: str
    preset: int
    pose: Pose | None
    label: Label
    score: float
    mode: FrameMode
    provenance: Provenance
    captured_at: datetime
    received_at: datetime
    time_source: TimeSource
    first_seen_at: datetime
    decision: Decision
    fix: Fix
    land: LandAnswer


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as the store knows it.

    Attributes:
        alert_id: number, given by the store, rising.
        draft: what the pipeline said, as last updated.
        incident_id: of the fire that it is evidence of.
        state: of the life of that fire.
        opened_at: UTC, when the store took it.
        last_seen_at: UTC capture time of the last frame in which the track was seen.
        evidence: pictures, by capture time.
        clip_key: object key of the evidence clip; empty until there is one.
        verdicts: on that fire, by time; those that were taken back are left out.
    """

    alert_id: int
    draft: AlertDraft
    incident_id: int
    state: IncidentState
    opened_at: datetime
    last_seen_at: datetime
    evidence: tuple[EvidenceFrame, ...]
    clip_key: str
    verdicts: tuple[Verdict, ...]
