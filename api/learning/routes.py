"""``/api/learning``: verdicts as labelled data, digests of the nights, and what they propose."""

import tempfile
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.auth.roles import MonitorUser, ViewerUser, check_person
from api.context import Context, context_of
from api.footage.service import shelf_of
from api.footage.shelf import on_disk
from api.learning import service
from api.learning.exporting import ExportWish, export_verdicts
from api.learning.schemas import (
    MOST_SAMPLES,
    AcceptRequest,
    DeclineRequest,
    DigestAnswer,
    DigestList,
    ProposalAnswer,
    ProposalList,
)
from api.moments import Moment
from models.errors import NotPermitted
from models.nuisance_digest import NuisanceProposal, NuisanceState
from models.user import Role

__all__ = ["router"]

router = APIRouter(prefix="/api/learning", tags=["learning"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/digests")
def list_digests(
    _user: ViewerUser,
    context: InContext,
    limit: Annotated[int, Query(ge=1, le=200)] = 30,
) -> DigestList:
    """The digests of the last nights, and by which rule they are made."""
    rule = context.settings.learning
    return DigestList(
        digests=tuple(DigestAnswer.of(one) for one in context.store.digests.newest(limit)),
        hour=rule.hour,
        look_back_days=rule.look_back_days,
        least_alarms=rule.least_alarms,
        least_days=rule.least_days,
    )


@router.get("/proposals")
def list_proposals(
    _user: ViewerUser,
    context: InContext,
    state: NuisanceState | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> ProposalList:
    """What the digests propose, the newest first; in one state or in all."""
    digests = context.store.digests
    found = digests.page(state=state, before=before, limit=limit + 1)
    return ProposalList(
        proposals=tuple(_answer(context, one) for one in found[:limit]),
        next_before=found[limit - 1].proposal_id if len(found) > limit else None,
        open=digests.count_open(),
    )


@router.post("/proposals/{proposal_id}/accept")
def accept_proposal(
    proposal_id: Number, body: AcceptRequest, user: MonitorUser, context: InContext
) -> ProposalAnswer:
    """Write the entry of the ledger that is proposed, from now on and by the asker's name."""
    check_person(user)
    return _answer(context, service.accept(context, proposal_id, body, user))


@router.post("/proposals/{proposal_id}/decline")
def decline_proposal(
    proposal_id: Number, body: DeclineRequest, user: MonitorUser, context: InContext
) -> ProposalAnswer:
    """Leave the ledger as it is; the same alarms are not brought again."""
    check_person(user)
    declined = context.store.digests.decline(proposal_id, author=user.name, note=body.note.strip())
    return _answer(context, declined)


@router.get("/export", response_class=FileResponse)
def export_learning(
    user: MonitorUser,
    context: InContext,
    *,
    from_at: Annotated[Moment | None, Query(alias="from")] = None,
    until_at: Annotated[Moment | None, Query(alias="until")] = None,
    val_share: Annotated[float, Query(ge=0.05, le=0.5)] = 0.2,
    names: Annotated[bool, Query()] = False,
) -> FileResponse:
    """What people said of alerts, as a set to train on; a zip. ``names`` is for administrators."""
    if names and not user.role.allows(Role.ADMIN):
        raise NotPermitted(
            "Names of people leave the watch with an administrator only.",
            remedy="Leave names out: people are numbered then.",
            code="learning_names",
        )
    shelf = shelf_of(context.settings)
    wish = ExportWish(from_at, until_at, val_share=val_share, names=names)
    with context.footage.export(), on_disk():
        descriptor, path = tempfile.mkstemp(dir=shelf.workplace(), suffix=".zip")
        out = FilePath(path)
        try:
            open(descriptor, "wb").close()  # noqa: PTH123  # only its name is wanted
            export_verdicts(
                context.store,
                context.vault,
                shelf,
                out,
                wish=wish,
                owner=context.site.name,
                clock=context.clock,
                author=user.name,
            )
        except BaseException:
            out.unlink(missing_ok=True)
            raise
    return FileResponse(
        out,
        media_type="application/zip",
        filename="firewatch-verdicts.zip",
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(out.unlink, missing_ok=True),
    )


def _answer(context: Context, proposal: NuisanceProposal) -> ProposalAnswer:
    newest = proposal.alert_ids[: -MOST_SAMPLES - 1 : -1]
    alerts = tuple(context.store.alerts.get(number) for number in newest)
    return ProposalAnswer.of(proposal, alerts)
