"""``/api/gates``: gates hand in who passed them; ``/api/incidents/{id}/passages``: who did."""

import asyncio
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.auth.roles import MonitorUser, SharedViewer, ViewerScope
from api.context import Context, context_of
from api.gates.schemas import (
    AddedAnswer,
    FirePassagesAnswer,
    FoundAnswer,
    GatesAnswer,
    ImportAnswer,
    PassagesRequest,
    SearchRequest,
)
from api.gates.service import found, gates_now, of_fire
from api.gates.sheets import read_sheet
from api.gates.taking import add
from api.languages import Language, language_of

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["gates"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]

LONGEST_NAME = 120
NOT_STORED = "no-store"
"""No browser keeps a plate on its disk."""


@router.get("/gates")
def list_gates(_user: SharedViewer, context: InContext) -> GatesAnswer:
    """The checkpoints of the land and whoever else tells of passages, with the last one of each."""
    return gates_now(context)


@router.post("/gates/passages")
def push_passages(body: PassagesRequest, user: MonitorUser, context: InContext) -> AddedAnswer:
    """Hand in who passed, at most 1000 at once, all or none; with a key again and again.

    Raises:
        InputRefused: one of them cannot be.
    """
    drafts = [one.draft() for one in body.passages]
    return AddedAnswer.of(add(context, drafts, origin=user.name))


@router.post("/gates/import")
async def import_passages(
    request: Request,
    user: MonitorUser,
    context: InContext,
    name: Annotated[str, Query(min_length=1, max_length=LONGEST_NAME)] = "passages.csv",
) -> ImportAnswer:
    """Take the rows of a CSV or Excel file, sent as the body; rows that cannot be are told."""
    data = await request.body()  # not before it is known who sends it
    language = language_of(request.headers.get("accept-language"))
    return await asyncio.to_thread(_imported, context, data, user.name, name, language)


@router.post("/gates/search")
def search_passages(
    body: SearchRequest, user: MonitorUser, context: InContext, response: Response
) -> FoundAnswer:
    """Where a plate or a code was; for a role that may see it, and told in the log of deeds.

    It is asked in the body: addresses are written down by proxies and browsers.
    """
    response.headers["Cache-Control"] = NOT_STORED
    return found(context, user, body.who, body.from_at, body.until_at)


@router.get("/incidents/{incident_id}/passages")
def get_passages_of_fire(
    incident_id: Number, scope: ViewerScope, context: InContext, response: Response
) -> FirePassagesAnswer:
    """Who passed the nearest gates, within the time that they are away from a fire."""
    response.headers["Cache-Control"] = NOT_STORED
    return of_fire(context, scope.check(incident_id), scope.user)


def _imported(
    context: Context, data: bytes, author: str, name: str, language: Language
) -> ImportAnswer:
    zone = ZoneInfo(context.settings.time_zone)
    drafts, left_out = read_sheet(data, zone=zone, now=context.clock.now())
    return ImportAnswer.of_file(
        add(context, drafts, origin=name, author=author), left_out, language
    )
