"""Footage in the watch's library: a recording that is kept, its truth, and what is proposed for it.

What people say of the truth of a recording is kept version by version, and none is overwritten.
What the detector sees in a frame is a proposal: it becomes truth when a person takes it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.detection import Label, ModelReference
from models.footage import Conditions, FootageKind, Rights, Truth

__all__ = [
    "Footage",
    "FootageDraft",
    "FootageResult",
    "FootageState",
    "KeptTruth",
    "Proposal",
    "ProposalDraft",
    "ProposalState",
    "ProposedBox",
    "RecordingFacts",
]

_UNSAID: Final = Conditions()
_NONE: Final = Rights()


class FootageState(StrEnum):
    """How far a recording is."""

    QUEUED = "queued"  # it waits to be looked through
    READY = "ready"
    REFUSED = "refused"


class ProposalState(StrEnum):
    """How far a proposal is."""

    QUEUED = "queued"  # it waits for the detector
    READY = "ready"  # it waits for a person
    REFUSED = "refused"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What looking through a recording told.

    Attributes:
        codec: of a video, by FFmpeg's name; ``pictures`` of pictures.
        width_px: of its upright pictures; 0 where none is whole.
        height_px: likewise.
        frames: whole ones, and damaged ones that are known to be missing.
        damaged: of them.
        last_at_s: of the last frame, seconds from the recording's zero.
        first_at_s: of the first; below 0 where the zero is an ignition.
        rate_hz: usual frames a second; None with fewer than two frames.
        is_steady: whether all frames are as far apart.
        begins_at: UTC, when the first frame was taken; None when nobody knows.
        claimed_rate_hz: what the container claims of the rate; None where it claims nothing.
        damage: what is wrong with a part of it; empty when all is whole.
    """

    codec: str
    width_px: int
    height_px: int
    frames: int
    damaged: int
    last_at_s: float
    first_at_s: float = 0.0
    rate_hz: float | None = None
    is_steady: bool = True
    begins_at: datetime | None = None
    claimed_rate_hz: float | None = None
    damage: str = ""


@dataclass(frozen=True, slots=True)
class FootageDraft:
    """A recording as it is handed in.

    Attributes:
        name: of its file, without folders; 1 to 120 letters.
        kind: how it came.
        sha256: of the content, 64 hexadecimal digits; pictures are those of the file in which they
            came.
        size_bytes: of that file, above 0.
        scene: whose pictures look alike; up to 120 letters, empty when nobody says.
        conditions: under which it was taken.
        rights: what may be done with it.
        camera_id: from whose recorder it is; else empty.
        begins_at: UTC, where whoever handed it in knows when it begins.
        imagery_id: of the flight's footage that it is; else None.
    """

    name: str
    kind: FootageKind
    sha256: str
    size_bytes: int
    scene: str = ""
    conditions: Conditions = _UNSAID
    rights: Rights = _NONE
    camera_id: str = ""
    begins_at: datetime | None = None
    imagery_id: int | None = None


@dataclass(frozen=True, slots=True)
class FootageResult:
    """What became of looking through it.

    Attributes:
        state: ready or refused.
        facts: of a recording that is ready.
        code: of a refusal; else empty.
        message: why, in English.
        remedy: what to do.
    """

    state: FootageState
    facts: RecordingFacts | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Footage:
    """A recording that is kept.

    Attributes:
        footage_id: number, rising.
        draft: as it was handed in, with what was changed since.
        version: rises with every change of scene, conditions or rights, from 1.
        author: who handed it in.
        entered_at: UTC.
        truth_version: of the newest truth; 0 while there is none.
        result: None while it waits.
    """

    footage_id: int
    draft: FootageDraft
    version: int
    author: str
    entered_at: datetime
    truth_version: int
    result: FootageResult | None

    @property
    def state(self) -> FootageState:
        """How far it is."""
        return FootageState.QUEUED if self.result is None else self.result.state


@dataclass(frozen=True, slots=True)
class KeptTruth:
    """What somebody said of a recording.

    Attributes:
        footage_id: of the recording.
        version: from 1, without a gap.
        truth: all of it, not what is new.
        author: who says so.
        at: UTC, when.
        note: in their words; may be empty.
    """

    footage_id: int
    version: int
    truth: Truth
    author: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProposedBox:
    """What the detector sees in a frame.

    Attributes:
        at_s: of the frame.
        label: smoke or flame.
        score: 0 to 1.
        x_min: left edge as a share of the width, 0 to 1, and so on for the other three.
    """

    at_s: float
    label: Label
    score: float
    x_min: float
    y_min: float
    x_max: float
    y_max: float


@dataclass(frozen=True, slots=True)
class ProposalDraft:
    """What somebody wants proposed.

    Attributes:
        footage_id: of a recording that is ready.
        frames: numbers of frames, rising, from 0; at least one.
        at_s: their times, in the same order.
    """

    footage_id: int
    frames: tuple[int, ...]
    at_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the detector proposes for some frames; nothing of it is truth until a person says so.

    Attributes:
        proposal_id: number, rising.
        draft: as it was asked for.
        author: who asked.
        asked_at: UTC.
        state: how far it is.
        boxes: by time, then by falling score.
        model: which weights saw them; None while nobody has looked.
        code: of a refusal, or of damage to one of the frames; else empty.
        message: why, in English.
        decided_by: who took or declined it; empty before.
        decided_at: UTC, when; None before.
    """

    proposal_id: int
    draft: ProposalDraft
    author: str
    asked_at: datetime
    state: ProposalState
    boxes: tuple[ProposedBox, ...] = ()
    model: ModelReference | None = None
    code: str = ""
    message: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
