"""``/api/footage/N/proposals``: what the detector proposes, and what a person makes of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.auth.roles import MonitorUser, ViewerUser, check_person
from api.context import Context, context_of
from api.footage.proposal_schemas import AcceptBody, ProposalAnswer, ProposalBody, ProposalList
from api.footage.proposing import truth_with
from api.footage.service import shelf_of
from api.footage.truth_schemas import TruthVersion
from models.errors import NotFound
from models.footage import Truth
from models.footage_library import ProposalDraft

__all__ = ["router"]

router = APIRouter(prefix="/api/footage/{footage_id:int}/proposals", tags=["footage"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]


@router.get("")
def list_proposals(footage_id: Number, _user: ViewerUser, context: InContext) -> ProposalList:
    """Of a recording, the newest first."""
    found = context.store.proposals.of(footage_id)
    return ProposalList(proposals=tuple(ProposalAnswer.of(one) for one in found))


@router.post("", status_code=201)
def ask_proposal(
    footage_id: Number, body: ProposalBody, user: MonitorUser, context: InContext
) -> ProposalAnswer:
    """Have the detector look at some frames, in its turn; nothing of it is truth by itself."""
    footage = context.store.footage.get(footage_id)
    frames = tuple(sorted(set(body.frames)))
    times: tuple[float, ...] = (0.0,) * len(frames)
    if footage.result is not None and footage.result.facts is not None:
        at_s = shelf_of(context.settings).index(footage.draft).at_s
        if frames[-1] >= len(at_s):
            raise NotFound(f"{footage.draft.name} has no frame {frames[-1]}.", code="no_such_frame")
        times = tuple(float(at_s[number]) for number in frames)
    draft = ProposalDraft(footage_id, frames, times)
    return ProposalAnswer.of(context.store.proposals.ask(draft, author=user.name))


@router.get("/{proposal_id:int}")
def get_proposal(
    footage_id: Number, proposal_id: Number, _user: ViewerUser, context: InContext
) -> ProposalAnswer:
    """One of them."""
    return ProposalAnswer.of(context.store.proposals.get(footage_id, proposal_id))


@router.post("/{proposal_id:int}/accept")
def accept_proposal(
    footage_id: Number,
    proposal_id: Number,
    body: AcceptBody,
    user: MonitorUser,
    context: InContext,
) -> TruthVersion:
    """A person takes what is right of it: a new version of the truth, by their name.

    Its frames count as boxed then, with the boxes that are kept and no others.
    """
    check_person(user)
    store = context.store
    proposal = store.proposals.get(footage_id, proposal_id)
    # Of the version that was read: on a newer one nobody has looked at it.
    kept = None if body.base == 0 else store.footage.truth(footage_id, body.base)
    truth = truth_with(Truth() if kept is None else kept.truth, proposal, body.keep, fire=body.fire)
    taken = store.proposals.accept(
        footage_id, proposal_id, truth, base=body.base, author=user.name, note=body.note
    )
    return TruthVersion.of(taken)


@router.post("/{proposal_id:int}/decline")
def decline_proposal(
    footage_id: Number, proposal_id: Number, user: MonitorUser, context: InContext
) -> ProposalAnswer:
    """Nobody has use for it."""
    check_person(user)
    return ProposalAnswer.of(
        context.store.proposals.decline(footage_id, proposal_id, author=user.name)
    )
