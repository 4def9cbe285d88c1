"""What the library of footage looks like on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.footage.truth_schemas import Name
from models.footage import Conditions, FootageKind, Light, Rights, Season, Sky
from models.footage_library import Footage, FootageState, RecordingFacts
from models.frame import FrameMode

__all__ = [
    "ConditionsBody",
    "FactsAnswer",
    "FootageAnswer",
    "FootageChange",
    "FootageList",
    "FrameAnswer",
    "FrameList",
    "RightsBody",
]


class ConditionsBody(RequestBody):
    """Under what it was taken; see :class:`models.footage.Conditions`."""

    light: Light | None = None
    mode: FrameMode | None = None
    sky: Sky | None = None
    season: Season | None = None
    range_m: Annotated[float | None, Field(gt=0.0, le=1e6)] = None

    @classmethod
    def of(cls, conditions: Conditions) -> "ConditionsBody":
        """On the wire."""
        return cls(**{name: getattr(conditions, name) for name in Conditions.__slots__})

    def conditions(self) -> Conditions:
        """As the house has it."""
        return Conditions(**{name: getattr(self, name) for name in Conditions.__slots__})


class RightsBody(RequestBody):
    """What may be done with it; see :class:`models.footage.Rights`."""

    licence: Name = ""
    owner: Name = ""
    may_train: bool = False
    may_leave: bool = False

    @classmethod
    def of(cls, rights: Rights) -> "RightsBody":
        """On the wire."""
        return cls(**{name: getattr(rights, name) for name in Rights.__slots__})

    def rights(self) -> Rights:
        """As the house has it."""
        return Rights(**{name: getattr(self, name) for name in Rights.__slots__})


class FootageChange(RequestBody):
    """What is said anew; what is left out stays."""

    scene: Name | None = None
    conditions: ConditionsBody | None = None
    rights: RightsBody | None = None


class FactsAnswer(BaseModel):
    """What looking through it told; see :class:`models.footage_library.RecordingFacts`."""

    codec: str
    width_px: int
    height_px: int
    frames: int
    damaged: int
    first_at_s: float
    last_at_s: float
    rate_hz: float | None
    is_steady: bool
    begins_at: datetime | None
    claimed_rate_hz: float | None
    damage: str

    @classmethod
    def of(cls, facts: RecordingFacts) -> "FactsAnswer":
        """On the wire."""
        return cls(**{name: getattr(facts, name) for name in RecordingFacts.__slots__})


class FootageAnswer(BaseModel):
    """A recording of the library.

    Attributes:
        code: of a refusal; else empty.
        version: rises with every change of scene, conditions or rights.
        truth_version: of the newest truth; 0 while there is none.
        facts: None until it was looked through.
    """

    footage_id: int
    name: str
    kind: FootageKind
    scene: str
    conditions: ConditionsBody
    rights: RightsBody
    camera_id: str
    imagery_id: int | None
    size_bytes: int
    sha256: str
    state: FootageState
    code: str
    message: str
    remedy: str
    facts: FactsAnswer | None
    version: int
    truth_version: int
    author: str
    entered_at: datetime

    @classmethod
    def of(cls, footage: Footage) -> "FootageAnswer":
        """On the wire."""
        draft, result = footage.draft, footage.result
        facts = None if result is None else result.facts
        return cls(
            footage_id=footage.footage_id,
            name=draft.name,
            kind=draft.kind,
            scene=draft.scene,
            conditions=ConditionsBody.of(draft.conditions),
            rights=RightsBody.of(draft.rights),
            camera_id=draft.camera_id,
            imagery_id=draft.imagery_id,
            size_bytes=draft.size_bytes,
            sha256=draft.sha256,
            state=footage.state,
            code="" if result is None else result.code,
            message="" if result is None else result.message,
            remedy="" if result is None else result.remedy,
            facts=None if facts is None else FactsAnswer.of(facts),
            version=footage.version,
            truth_version=footage.truth_version,
            author=footage.author,
            entered_at=footage.entered_at,
        )


class FootageList(BaseModel):
    """Recordings, the newest first."""

    footage: tuple[FootageAnswer, ...]
    next_before: int | None


class FrameAnswer(BaseModel):
    """A frame; ``captured_at`` is None where nobody knows when the recording began."""

    number: int
    at_s: float
    captured_at: datetime | None


class FrameList(BaseModel):
    """Frames by time.

    Attributes:
        frames: of the part that was asked for.
        count: of the whole recording.
        next_from_s: where the next page begins; None on the last one.
    """

    frames: tuple[FrameAnswer, ...]
    count: int
    next_from_s: float | None
