"""What was seen and did not become an alert: kept small, for people to look through.

A candidate is one track of one view. It is written while the track lives and updated as its
evidence rises, so that a power cut loses minutes of it and never the whole.
"""

from dataclasses import dataclass
from datetime import datetime

from models.alert import Finding, FrameScore
from models.detection import Label, ModelReference
from models.frame import FrameMode, Provenance, TimeSource
from models.site import Pose
from models.suppression import Held

__all__ = ["MOST_SCORES", "Candidate", "CandidateDraft"]

MOST_SCORES = 8
"""Frames kept with a candidate: its first, its best and its last ones."""


@dataclass(frozen=True, slots=True)
class CandidateDraft:
    """A candidate as the pipeline hands it to the store.

    Attributes:
        key: of the track; a later draft of the same track replaces an earlier one.
        camera_id: of the camera that saw it.
        preset: in force then; 0 is a value.
        pose: in force then; None when unknown.
        label: smoke or flame.
        mode: of the picture.
        provenance: live, recorded or drill.
        time_source: how the capture times are known.
        first_seen_at: UTC capture time of the track's first frame.
        last_seen_at: UTC capture time of the last frame in which it was seen.
        received_at: UTC, of that frame.
        frames_seen: in how many frames it was seen.
        best_score: best detector score.
        peak_log_odds: highest evidence that it reached, natural logarithm.
        log_odds: evidence after the last frame.
        threshold_log_odds: what it would have had to reach.
        findings: what spoke for and against at the peak.
        held: what held it back; by :attr:`~models.suppression.Holder.DECLINED` when its evidence
            did not suffice.
        scores: at most :data:`MOST_SCORES` frames, in time order.
        width_px: of the upright picture.
        height_px: of the upright picture.
        model: the weights that scored it.
        config_version: hash of the settings that shaped the decision.
    """

    key: str
    camera_id: str
    preset: int
    pose: Pose | None
    label: Label
    mode: FrameMode
    provenance: Provenance
    time_source: TimeSource
    first_seen_at: datetime
    last_seen_at: datetime
    received_at: datetime
    frames_seen: int
    best_score: float
    peak_log_odds: float
    log_odds: float
    threshold_log_odds: float
    findings: tuple[Finding, ...]
    held: Held
    scores: tuple[FrameScore, ...]
    width_px: int
    height_px: int
    model: ModelReference
    config_version: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate as the store knows it.

    Attributes:
        candidate_id: number, rising.
        draft: what the pipeline said last.
        noted_at: UTC, when that was.
        has_picture: a small picture of its best frame is kept.
        alert_id: the alert that it became, by a person or by growing; None while it has not.
        promoted_by: who made it an alert; empty when nobody had to.
    """

    candidate_id: int
    draft: CandidateDraft
    noted_at: datetime
    has_picture: bool
    alert_id: int | None = None
    promoted_by: str = ""
