"""``/api/ledger``: read it, write into it, change or end an entry; nothing is ever deleted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.auth.roles import MonitorUser, SharedViewer
from api.context import Context, context_of
from api.ledger.schemas import EntryAnswer, EntryList, EntryRequest
from api.ledger.service import draft_of
from models.ledger import LedgerEntry
from models.user import Role

__all__ = ["router"]

router = APIRouter(prefix="/api/ledger", tags=["ledger"])

InContext = Annotated[Context, Depends(context_of)]
EntryNumber = Annotated[int, Path(ge=1, le=2**62)]


@router.get("")
def list_entries(user: SharedViewer, context: InContext, *, ended: bool = False) -> EntryList:
    """What holds now or later, newest first; with ``ended`` also what is over."""
    ledger, now = context.store.ledger, context.clock.now()
    found = ledger.all() if ended else ledger.unended(now)
    calls = user.role.allows(Role.MONITOR)
    return EntryList(entries=tuple(EntryAnswer.of(entry, now, with_phone=calls) for entry in found))


@router.post("", status_code=201)
def add_entry(
    body: EntryRequest, user: MonitorUser, context: InContext, response: Response
) -> EntryAnswer:
    """Declare a nuisance or register a burn; a monitor for a fortnight at most."""
    entry = context.store.ledger.add(draft_of(context, body, user), author=user.name)
    return _answer(context, entry, response)


@router.put("/{entry_id}")
def change_entry(
    entry_id: EntryNumber,
    body: EntryRequest,
    user: MonitorUser,
    context: InContext,
    response: Response,
) -> EntryAnswer:
    """Say something else in an entry that has not ended."""
    draft = draft_of(context, body, user)
    return _answer(
        context, context.store.ledger.change(entry_id, draft, author=user.name), response
    )


@router.post("/{entry_id}/end")
def end_entry(
    entry_id: EntryNumber, user: MonitorUser, context: InContext, response: Response
) -> EntryAnswer:
    """End it now: whatever it holds may alert again."""
    return _answer(context, context.store.ledger.end(entry_id, author=user.name), response)


def _answer(context: Context, entry: LedgerEntry, response: Response) -> EntryAnswer:
    if entry.draft.phone:
        response.headers["Cache-Control"] = "no-store"  # kept for no repetition either
    return EntryAnswer.of(entry, context.clock.now(), with_phone=True)
