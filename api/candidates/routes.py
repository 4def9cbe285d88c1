"""``/api/candidates``: what was seen and did not become an alert."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.alerts.schemas import AlertAnswer
from api.auth.roles import MonitorUser
from api.candidates.schemas import CandidateAnswer, CandidateList
from api.context import Context, context_of
from api.paging import Cursor, cut, number_of
from detector.drafting import Drafter
from detector.promotion import promote
from geo.locate import Locator
from models.errors import NotFound
from models.suppression import Holder

__all__ = ["router"]

router = APIRouter(prefix="/api/candidates", tags=["candidates"])

InContext = Annotated[Context, Depends(context_of)]
CandidateNumber = Annotated[int, Path(ge=1, le=2**62)]


@router.get("")
def list_candidates(
    _user: MonitorUser,
    context: InContext,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    cursor: Cursor = None,
    held_by: Holder | None = None,
) -> CandidateList:
    """Candidates, newest first; those that are cleared away by age and number are gone."""
    cameras = context.store.cameras.standpoints()
    below = before if cursor is None else number_of(cursor)
    more = context.store.candidates.newest(limit + 1, below, held_by)
    found, next_cursor = cut(more, limit, lambda one: one.candidate_id)
    return CandidateList(
        candidates=tuple(
            CandidateAnswer.of(candidate, cameras[candidate.draft.camera_id])
            for candidate in found
            if candidate.draft.camera_id in cameras
        ),
        next_cursor=next_cursor,
    )


@router.get("/{candidate_id}/picture.jpg")
def get_picture(candidate_id: CandidateNumber, _user: MonitorUser, context: InContext) -> Response:
    """The small picture of its best frame."""
    return Response(
        context.store.candidates.picture(candidate_id),
        media_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=3600"},
    )


@router.post("/{candidate_id}/promote")
def promote_candidate(
    candidate_id: CandidateNumber, user: MonitorUser, context: InContext
) -> AlertAnswer:
    """Make an alert of it; the second person who asks gets the alert of the first."""
    store = context.store
    candidate = store.candidates.get(candidate_id)
    camera = store.cameras.standpoints().get(candidate.draft.camera_id)
    if camera is None:
        raise NotFound(f"Nobody remembers the camera {candidate.draft.camera_id}.")
    drafter = Drafter(
        {camera.camera_id: camera},
        Locator(context.terrain, folder=context.settings.data_dir / "horizons"),
        context.land_book,
        context.settings,
        context.clock,
    )
    alert = promote(candidate, store=store, vault=context.vault, drafter=drafter, author=user.name)
    return AlertAnswer.of(alert, camera)
