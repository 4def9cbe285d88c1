"""``/api/models``: the models there are, sets that judge them, releases, and what is in force."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.auth.roles import AdminUser, MonitorUser, ViewerUser, check_person
from api.context import Context, context_of
from api.releases import service
from api.releases.desk import ModelDesk
from api.releases.schemas import (
    ActivationAnswer,
    DecisionBody,
    GoBackBody,
    ModelsAnswer,
    ReferenceAnswer,
    ReleaseAnswer,
    ReleaseBody,
    ReleaseList,
    SetAnswer,
    SetBody,
    SetList,
    ZooModel,
)
from detector.release.cards import bureau_folder, find_cards
from models.errors import Conflict
from models.release import ReleaseDraft

__all__ = ["router"]

router = APIRouter(prefix="/api/models", tags=["models"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("")
def list_models(_user: ViewerUser, context: InContext) -> ModelsAnswer:
    """All cards with what they say, what is in force, and what was so before."""
    in_force, settings = context.site.model, context.settings
    folder = str(bureau_folder(settings))
    resolved = str(bureau_folder(settings).resolve())
    activations = [ActivationAnswer.of(one) for one in context.store.releases.activations()]
    problem = "" if context.models is None else context.models.problem
    return ModelsAnswer(
        models=tuple(
            ZooModel.of(found, in_force, resolved if resolved in found.problem else folder)
            for found in find_cards(settings)
        ),
        in_force=ReferenceAnswer.of(in_force),
        active=activations[0] if activations else None,
        activations=tuple(activations),
        problem=problem.replace(resolved, "models").replace(folder, "models"),
        began_with=settings.model_card,
    )


@router.get("/sets")
def list_sets(_user: ViewerUser, context: InContext, limit: Limit = 100) -> SetList:
    """Frozen sets, the newest first, retired ones included."""
    return SetList(sets=tuple(map(SetAnswer.of, context.store.releases.sets(limit=limit))))


@router.post("/sets", status_code=201)
def freeze_set(body: SetBody, user: AdminUser, context: InContext) -> SetAnswer:
    """Freeze recordings, with what is true of them now, as what models are judged by."""
    check_person(user)
    kept = service.freeze(
        context.store,
        name=body.name,
        footage_ids=body.footage_ids,
        drill_fires=body.drill_fires,
        drill_seed=body.drill_seed,
        note=body.note,
        author=user.name,
    )
    return SetAnswer.of(kept)


@router.post("/sets/{gate_id:int}/retire")
def retire_set(gate_id: Number, user: AdminUser, context: InContext) -> SetAnswer:
    """Judge by it no more."""
    check_person(user)
    return SetAnswer.of(context.store.releases.retire(gate_id, author=user.name))


@router.get("/releases")
def list_releases(_user: ViewerUser, context: InContext, limit: Limit = 50) -> ReleaseList:
    """Releases with their verdicts, the newest first."""
    found = context.store.releases.releases(limit=limit)
    return ReleaseList(releases=tuple(map(ReleaseAnswer.of, found)))


@router.post("/releases", status_code=201)
def propose_release(body: ReleaseBody, user: MonitorUser, context: InContext) -> ReleaseAnswer:
    """Have the gate judge a model by two replays of a set, its own and that of the one in force."""
    check_person(user)
    draft = ReleaseDraft(body.gate_id, body.candidate_run, body.incumbent_run, body.note)
    return ReleaseAnswer.of(
        service.propose(
            context.settings, context.store, context.site.model, draft, author=user.name
        )
    )


@router.post("/releases/{release_id:int}/sign")
def sign_release(
    release_id: Number, body: DecisionBody, user: AdminUser, context: InContext
) -> ReleaseAnswer:
    """Sign a release that the gate has let pass; none that it holds back."""
    check_person(user)
    releases = context.store.releases
    return ReleaseAnswer.of(
        releases.decide(release_id, signs=True, author=user.name, note=body.note)
    )


@router.post("/releases/{release_id:int}/decline")
def decline_release(
    release_id: Number, body: DecisionBody, user: AdminUser, context: InContext
) -> ReleaseAnswer:
    """Decline one that has passed."""
    check_person(user)
    releases = context.store.releases
    return ReleaseAnswer.of(
        releases.decide(release_id, signs=False, author=user.name, note=body.note)
    )


@router.post("/releases/{release_id:int}/activate")
def activate_release(release_id: Number, user: AdminUser, context: InContext) -> ActivationAnswer:
    """Put a signed release into force, while the watch goes on."""
    check_person(user)
    return ActivationAnswer.of(_desk(context).activate(release_id, author=user.name))


@router.post("/roll-back")
def roll_back(body: GoBackBody, user: AdminUser, context: InContext) -> ActivationAnswer:
    """Go back to a model that was in force before."""
    check_person(user)
    desk = _desk(context)
    return ActivationAnswer.of(desk.go_back(body.activation_id, note=body.note, author=user.name))


def _desk(context: Context) -> ModelDesk:
    if context.models is None:
        raise Conflict(
            "Nothing looks here, so that no model can go into force.",
            remedy="Ask the watch.",
            code="model_no_watch",
        )
    return context.models
