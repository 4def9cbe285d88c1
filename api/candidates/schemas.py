"""What a candidate looks like on the wire."""

from datetime import datetime

from pydantic import BaseModel

from api.alerts.schemas import CameraName, LabelWord, ScoreAnswer
from models.alert import Finding
from models.candidate import Candidate
from models.detection import ModelReference
from models.frame import FrameMode, Provenance
from models.site import Camera
from models.suppression import Held

__all__ = ["CandidateAnswer", "CandidateList"]


class CandidateAnswer(BaseModel):
    """One candidate: what was seen, and why it did not alert, in words and numbers."""

    candidate_id: int
    label: LabelWord
    camera: CameraName
    preset: int
    mode: FrameMode
    provenance: Provenance
    first_seen_at: datetime
    last_seen_at: datetime
    frames_seen: int
    best_score: float
    log_odds: float
    peak_log_odds: float
    threshold_log_odds: float
    findings: tuple[Finding, ...]
    held: Held
    scores: tuple[ScoreAnswer, ...]
    width_px: int
    height_px: int
    model: ModelReference
    config_version: str
    picture_url: str | None
    alert_id: int | None
    promoted_by: str

    @classmethod
    def of(cls, candidate: Candidate, camera: Camera) -> "CandidateAnswer":
        """Join a candidate with its camera's name."""
        draft = candidate.draft
        address = f"/api/candidates/{candidate.candidate_id}/picture.jpg"
        return cls(
            candidate_id=candidate.candidate_id,
            label="smoke" if draft.label.word == "smoke" else "flame",
            camera=CameraName(camera_id=camera.camera_id, name=camera.name, kind=camera.kind),
            preset=draft.preset,
            mode=draft.mode,
            provenance=draft.provenance,
            first_seen_at=draft.first_seen_at,
            last_seen_at=draft.last_seen_at,
            frames_seen=draft.frames_seen,
            best_score=draft.best_score,
            log_odds=draft.log_odds,
            peak_log_odds=draft.peak_log_odds,
            threshold_log_odds=draft.threshold_log_odds,
            findings=draft.findings,
            held=draft.held,
            scores=tuple(ScoreAnswer.of(score) for score in draft.scores),
            width_px=draft.width_px,
            height_px=draft.height_px,
            model=draft.model,
            config_version=draft.config_version,
            # The time makes the address new when the picture may be.
            picture_url=(
                f"{address}?t={candidate.noted_at.timestamp():.0f}"
                if candidate.has_picture
                else None
            ),
            alert_id=candidate.alert_id,
            promoted_by=candidate.promoted_by,
        )


class CandidateList(BaseModel):
    """Candidates, newest first."""

    candidates: tuple[CandidateAnswer, ...]
    next_cursor: str | None
