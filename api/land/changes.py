"""``/api/land/changes`` and ``/api/land/history``: who changed what, and how it is set back."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query

from api.auth.roles import MonitorUser, SharedViewer
from api.context import Context, context_of
from api.land.editing import check_may_undo, may_undo
from api.land.features import Code
from api.land.schemas import (
    ChangeAnswer,
    ChangeList,
    EditAnswer,
    EditList,
    HistoryAnswer,
    HistoryEntry,
    StateAnswer,
    UndoRequest,
)
from models.land import LandChange, LandFeature, Layer
from models.user import User

__all__ = ["router"]

router = APIRouter(prefix="/api/land", tags=["land"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]
MOST_EDITS: Final = 500
MOST_ENTRIES: Final = 200


@router.get("/changes")
def list_changes(
    user: SharedViewer,
    context: InContext,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ChangeList:
    """The newest changes, newest first."""
    found = context.store.land.changes(before_id=before, limit=limit)
    return ChangeList(changes=tuple(_change(user, change) for change in found))


@router.get("/changes/{change_id}")
def get_change(change_id: Number, user: SharedViewer, context: InContext) -> EditList:
    """One change with what it did, at most 500 edits."""
    land = context.store.land
    change, edits = land.change(change_id), land.edits(change_id)
    return EditList(
        change=_change(user, change),
        edits=tuple(map(EditAnswer.of, edits[:MOST_EDITS])),
        left_out=max(0, len(edits) - MOST_EDITS),
    )


@router.post("/changes/{change_id}/undo")
def undo_change(
    change_id: Number, user: MonitorUser, context: InContext, body: UndoRequest | None = None
) -> ChangeAnswer:
    """Set it back, whole or not at all; refused where somebody has gone on from it."""
    land = context.store.land
    check_may_undo(user, land.change(change_id))
    note = "" if body is None else body.note.strip()
    return _change(user, land.undo(change_id, author=user.name, note=note))


@router.get("/history/{layer}/{code:path}")
def get_history(layer: Layer, code: Code, user: SharedViewer, context: InContext) -> HistoryAnswer:
    """What was done to a feature, newest first, also to one that is there no more."""
    found = context.store.land.history(layer, code)
    return HistoryAnswer(
        entries=tuple(
            HistoryEntry(
                change=_change(user, change), before=_state(edit.before), after=_state(edit.after)
            )
            for change, edit in found[:MOST_ENTRIES]
        ),
        left_out=max(0, len(found) - MOST_ENTRIES),
    )


def _change(user: User, change: LandChange) -> ChangeAnswer:
    return ChangeAnswer.of(change, may_undo=change.undone_by is None and may_undo(user, change))


def _state(feature: LandFeature | None) -> StateAnswer | None:
    return None if feature is None else StateAnswer.of(feature)
