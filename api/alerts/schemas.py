"""What an alert looks like on the wire."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, cast

from pydantic import BaseModel

from api.alerts.kept import ClearingAnswer, RecordingAnswer
from models.alert import Alert, Decision, Finding, FrameScore
from models.detection import Box, ModelReference
from models.dual import HeatVote, VoteWord
from models.fix import Fix
from models.frame import FrameMode, Provenance, TimeSource
from models.heat_event import HeatReason
from models.incident import IncidentState, Verdict
from models.land import LandAnswer
from models.recording import Clearing, Recording
from models.site import Camera, CameraKind, Pose
from models.suppression import Overcome

__all__ = ["AlertAnswer", "AlertList", "CameraName", "LabelWord", "ScoreAnswer"]

LabelWord = Literal["smoke", "flame"]


class BoxAnswer(BaseModel):
    """A detection in pixels of the upright picture."""

    label: LabelWord
    score: float
    x_min: float
    y_min: float
    x_max: float
    y_max: float

    @classmethod
    def of(cls, box: Box) -> "BoxAnswer":
        """With the label as a word."""
        return cls(
            label=cast("LabelWord", box.label.word),
            score=box.score,
            x_min=box.x_min,
            y_min=box.y_min,
            x_max=box.x_max,
            y_max=box.y_max,
        )


class ScoreAnswer(BaseModel):
    """What one frame contributed."""

    frame_sequence: int
    captured_at: datetime
    score: float
    box: BoxAnswer | None

    @classmethod
    def of(cls, score: FrameScore) -> "ScoreAnswer":
        """With the box on the wire's terms."""
        box = None if score.box is None else BoxAnswer.of(score.box)
        return cls(
            frame_sequence=score.frame_sequence,
            captured_at=score.captured_at,
            score=score.score,
            box=box,
        )


class VoteReasonAnswer(BaseModel):
    """What speaks for or against a fire, and how much, natural logarithm of odds."""

    code: HeatReason
    log_odds: float


class VoteAnswer(BaseModel):
    """What the camera of heat on the same head says of the place; see :class:`HeatVote`.

    Attributes:
        reasons: the weightiest first.
        box: of the heat, pixels of the visible picture; None where there is none.
    """

    camera_id: str
    says: VoteWord
    captured_at: datetime | None
    log_odds: float | None
    peak_c: float | None
    box: BoxAnswer | None
    reasons: tuple[VoteReasonAnswer, ...]

    @classmethod
    def of(cls, vote: HeatVote) -> "VoteAnswer":
        """With the box and the reasons on the wire's terms."""
        return cls(
            camera_id=vote.camera_id,
            says=vote.says,
            captured_at=vote.captured_at,
            log_odds=vote.log_odds,
            peak_c=vote.peak_c,
            box=None if vote.box is None else BoxAnswer.of(vote.box),
            reasons=tuple(
                VoteReasonAnswer(code=code, log_odds=log_odds) for code, log_odds in vote.reasons
            ),
        )


class DecisionAnswer(BaseModel):
    """Why it alerted."""

    decided_at: datetime
    log_odds: float
    threshold_log_odds: float
    findings: tuple[Finding, ...]
    scores: tuple[ScoreAnswer, ...]
    model: ModelReference
    config_version: str
    overcome: tuple[Overcome, ...]
    votes: tuple[VoteAnswer, ...]

    @classmethod
    def of(cls, decision: Decision) -> "DecisionAnswer":
        """With every frame's score."""
        return cls(
            decided_at=decision.decided_at,
            log_odds=decision.log_odds,
            threshold_log_odds=decision.threshold_log_odds,
            findings=decision.findings,
            scores=tuple(ScoreAnswer.of(score) for score in decision.scores),
            model=decision.model,
            config_version=decision.config_version,
            overcome=decision.overcome,
            votes=tuple(VoteAnswer.of(vote) for vote in decision.votes),
        )


class CameraName(BaseModel):
    """Which camera saw it."""

    camera_id: str
    name: str
    kind: CameraKind


class EvidenceAnswer(BaseModel):
    """A kept picture."""

    index: int
    captured_at: datetime
    received_at: datetime
    url: str
    width_px: int
    height_px: int
    boxes: tuple[BoxAnswer, ...]


class AlertAnswer(BaseModel):
    """One alert, whole."""

    alert_id: int
    incident_id: int
    state: IncidentState
    label: LabelWord
    score: float
    mode: FrameMode
    provenance: Provenance
    time_source: TimeSource
    camera: CameraName
    preset: int
    pose: Pose | None
    captured_at: datetime
    received_at: datetime
    first_seen_at: datetime
    opened_at: datetime
    last_seen_at: datetime
    decision: DecisionAnswer
    fix: Fix
    land: LandAnswer
    evidence: tuple[EvidenceAnswer, ...]
    clip_url: str | None
    recordings: tuple[RecordingAnswer, ...]
    cleared: tuple[ClearingAnswer, ...]
    verdicts: tuple[Verdict, ...]

    @classmethod
    def of(
        cls,
        alert: Alert,
        camera: Camera,
        recordings: Collection[Recording] = (),
        clearings: Collection[Clearing] = (),
    ) -> "AlertAnswer":
        """Join an alert with its camera's name and what is kept of its time."""
        draft, address = alert.draft, f"/api/alerts/{alert.alert_id}"
        clip_name = alert.clip_key.rsplit("/", 1)[-1]
        return cls(
            alert_id=alert.alert_id,
            incident_id=alert.incident_id,
            state=alert.state,
            label="smoke" if draft.label.word == "smoke" else "flame",
            score=draft.score,
            mode=draft.mode,
            provenance=draft.provenance,
            time_source=draft.time_source,
            camera=CameraName(camera_id=camera.camera_id, name=camera.name, kind=camera.kind),
            preset=draft.preset,
            pose=draft.pose,
            captured_at=draft.captured_at,
            received_at=draft.received_at,
            first_seen_at=draft.first_seen_at,
            opened_at=alert.opened_at,
            last_seen_at=alert.last_seen_at,
            decision=DecisionAnswer.of(draft.decision),
            fix=draft.fix,
            land=draft.land,
            evidence=tuple(
                EvidenceAnswer(
                    index=index,
                    captured_at=kept.captured_at,
                    received_at=kept.received_at,
                    url=f"{address}/evidence/{index}.jpg",
                    width_px=kept.width_px,
                    height_px=kept.height_px,
                    boxes=tuple(BoxAnswer.of(box) for box in kept.boxes),
                )
                for index, kept in enumerate(alert.evidence)
            ),
            # The name changes with every new cut, so that a browser never mixes two of them.
            clip_url=f"{address}/clip.mp4?cut={clip_name}" if clip_name else None,
            recordings=tuple(RecordingAnswer.of(one) for one in recordings),
            cleared=ClearingAnswer.all(clearings),
            verdicts=alert.verdicts,
        )


class AlertList(BaseModel):
    """Alerts, newest first, and where the live feed goes on from."""

    alerts: tuple[AlertAnswer, ...]
    next_cursor: str | None
    last_event_sequence: int
