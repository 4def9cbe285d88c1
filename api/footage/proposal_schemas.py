"""What the detector proposes for a recording, on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.footage.truth_schemas import Name, Number, Sides, Word
from models.detection import Label
from models.footage_library import Proposal, ProposalState
from models.store.footage_proposals import MOST_FRAMES
from models.store.footage_rows import MOST_NOTE

__all__ = ["AcceptBody", "ProposalAnswer", "ProposalBody", "ProposalList"]


class ProposalBody(RequestBody):
    """Which frames the detector is to look at, by their numbers."""

    frames: Annotated[tuple[Number, ...], Field(min_length=1, max_length=MOST_FRAMES)]


class AcceptBody(RequestBody):
    """What of a proposal is right.

    Attributes:
        keep: numbers of its boxes, from 0; none where its frames show nothing.
        base: version of the truth that was read; 0 while there is none.
        fire: name of the fire that they show; empty when nobody says.
    """

    keep: Annotated[tuple[Number, ...], Field(max_length=10_000)]
    base: Number
    fire: Name = ""
    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""


class ProposedBoxAnswer(BaseModel):
    """What the detector sees."""

    at_s: float
    label: Word
    score: float
    box: Sides


class ProposalAnswer(BaseModel):
    """A proposal, which is no truth until a person takes it.

    Attributes:
        model: name and version of the weights; empty while nobody has looked.
        code: of a refusal, or of damage to one of its frames.
    """

    proposal_id: int
    footage_id: int
    frames: tuple[int, ...]
    at_s: tuple[float, ...]
    state: ProposalState
    boxes: tuple[ProposedBoxAnswer, ...]
    model: str
    code: str
    message: str
    author: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None

    @classmethod
    def of(cls, proposal: Proposal) -> "ProposalAnswer":
        """On the wire."""
        draft, model = proposal.draft, proposal.model
        return cls(
            proposal_id=proposal.proposal_id,
            footage_id=draft.footage_id,
            frames=draft.frames,
            at_s=draft.at_s,
            state=proposal.state,
            boxes=tuple(
                ProposedBoxAnswer(
                    at_s=box.at_s,
                    label="smoke" if box.label is Label.SMOKE else "flame",
                    score=box.score,
                    box=(box.x_min, box.y_min, box.x_max, box.y_max),
                )
                for box in proposal.boxes
            ),
            model="" if model is None else f"{model.name} {model.version}",
            code=proposal.code,
            message=proposal.message,
            author=proposal.author,
            asked_at=proposal.asked_at,
            decided_by=proposal.decided_by,
            decided_at=proposal.decided_at,
        )


class ProposalList(BaseModel):
    """Proposals, the newest first."""

    proposals: tuple[ProposalAnswer, ...]
