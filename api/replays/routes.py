"""``/api/replays``: recorded footage played through the watch, and what came of it."""

from pathlib import Path as FilePath
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import FileResponse

from api.auth.roles import AdminUser, MonitorUser, ViewerUser
from api.context import Context, context_of
from api.replays import service
from api.replays.results import compared, comparison_json, page_policy
from api.replays.schemas import ComparisonAnswer, ReplayAnswer, ReplayBody, ReplayList
from models.replay_run import ReplayRun

__all__ = ["router"]

router = APIRouter(prefix="/api/replays", tags=["replays"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Chosen = Annotated[int, Query(ge=1, le=2**62)]
_JSON_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "application/json": {"schema": {"type": "object", "required": ["format"]}},
        },
    },
}
"""What stands in them is written down in docs/evaluation.md."""
_KINDS: Final = {
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}


@router.get("")
def list_replays(
    _user: ViewerUser,
    context: InContext,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
    gate_id: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> ReplayList:
    """The newest first; all, or those of a frozen set."""
    found = context.store.replays.page(before=before, limit=limit + 1, gate_id=gate_id)
    more = found[limit - 1].run_id if len(found) > limit else None
    return ReplayList(
        replays=tuple(ReplayAnswer.of(one) for one in found[:limit]), next_before=more
    )


@router.post("", status_code=201)
def ask_replay(body: ReplayBody, user: MonitorUser, context: InContext) -> ReplayAnswer:
    """Have recordings, and fires of the drill scene, played through the watch in their turn.

    What is known of each recording is fixed now. With an ``Idempotency-Key`` it is asked for once,
    however often it is sent.
    """
    wanted = service.Wanted(**{name: getattr(body, name) for name in ReplayBody.model_fields})
    run = service.ask(
        context.store,
        context.settings,
        wanted,
        in_force=context.site.model.name,
        author=user.name,
    )
    return ReplayAnswer.of(run)


@router.get("/compare")
def compare_replays(
    _user: ViewerUser, context: InContext, first: Chosen, second: Chosen
) -> ComparisonAnswer:
    """Two replays of the same recordings side by side: differences are second less first."""
    folder, runs = _compared(context, first, second)
    return ComparisonAnswer(**comparison_json(folder, runs))


@router.get("/compare.html", response_class=FileResponse)
def compare_page(
    _user: ViewerUser, context: InContext, first: Chosen, second: Chosen
) -> FileResponse:
    """The same as one page."""
    folder, _ = _compared(context, first, second)
    return _page(folder / "comparison.html")


@router.get("/{run_id:int}")
def get_replay(run_id: Number, _user: ViewerUser, context: InContext) -> ReplayAnswer:
    """A replay, and how far it is."""
    return ReplayAnswer.of(context.store.replays.get(run_id))


@router.post("/{run_id:int}/cancel")
def cancel_replay(run_id: Number, user: MonitorUser, context: InContext) -> ReplayAnswer:
    """Play it no further; what is finished of it is kept."""
    return ReplayAnswer.of(context.store.replays.cancel(run_id, author=user.name))


@router.post("/{run_id:int}/resume")
def resume_replay(run_id: Number, user: MonitorUser, context: InContext) -> ReplayAnswer:
    """Have one that was refused or cancelled go on from where it stopped."""
    return ReplayAnswer.of(context.store.replays.resume(run_id, author=user.name))


@router.delete("/{run_id:int}", status_code=204)
def remove_replay(run_id: Number, user: AdminUser, context: InContext) -> None:
    """Take it out of the list, and its files from the disk; not what a release rests on."""
    shelf = service.shelf_of(context.settings)
    service.remove(context.store, shelf, run_id, author=user.name)


@router.get("/{run_id:int}/result.json", response_class=FileResponse, responses=_JSON_FILE)
def get_result(run_id: Number, _user: ViewerUser, context: InContext) -> FileResponse:
    """All that came of it; docs/evaluation.md says what stands in it."""
    return _file(context, run_id, "result.json")


@router.get("/{run_id:int}/cost.json", response_class=FileResponse, responses=_JSON_FILE)
def get_cost(run_id: Number, _user: ViewerUser, context: InContext) -> FileResponse:
    """What it took."""
    return _file(context, run_id, "cost.json")


@router.get("/{run_id:int}/figures.csv", response_class=FileResponse)
def get_figures(run_id: Number, _user: ViewerUser, context: InContext) -> FileResponse:
    """Its figures as a table."""
    return _file(context, run_id, "figures.csv")


@router.get("/{run_id:int}/report.html", response_class=FileResponse)
def get_report(run_id: Number, _user: ViewerUser, context: InContext) -> FileResponse:
    """Its report, one page that opens anywhere."""
    run = service.done_run(context.store, run_id)
    return _page(service.shelf_of(context.settings).file(run.run_id, "report.html"))


def _file(context: Context, run_id: int, name: str) -> FileResponse:
    run = service.done_run(context.store, run_id)
    path = service.shelf_of(context.settings).file(run.run_id, name)
    return FileResponse(path, media_type=_KINDS[path.suffix])


def _page(path: FilePath) -> FileResponse:
    """A page of ours as the browser shows it: with its own style and script and nothing else."""
    headers = {"Content-Security-Policy": page_policy(path)}
    return FileResponse(path, media_type=_KINDS[".html"], headers=headers)


def _compared(context: Context, first: int, second: int) -> tuple[FilePath, list[ReplayRun]]:
    runs = [service.done_run(context.store, one) for one in (first, second)]
    with context.replays.comparing():
        folder = compared(service.shelf_of(context.settings), *runs)
    return folder, runs
