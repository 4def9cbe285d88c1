"""``/api/land``: its layers, and one feature at a time by hand.

Whoever changes a feature says which state they saw (``before``, its ``tag``): nobody's work is lost
to somebody who was slower. Codes may hold any letters, also a slash.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.auth.roles import MonitorUser, SharedViewer
from api.context import Context, context_of
from api.etags import NOT_CHANGED, tagged
from api.land.attributes import AttributeAnswer
from api.land.editing import changed_by, drawn_by, feature_of, may_edit, removed_by
from api.land.schemas import (
    FeatureAnswer,
    FeatureChange,
    LayerAnswer,
    LayerList,
    NewFeature,
    Removal,
    StateAnswer,
)
from models.land import ATTRIBUTES, SHAPES, LandFeature, Layer
from models.user import User

__all__ = ["Code", "router"]

router = APIRouter(prefix="/api/land", tags=["land"])

InContext = Annotated[Context, Depends(context_of)]
Code = Annotated[str, Path(min_length=1, max_length=1000)]


@router.get("/layers")
def list_layers(user: SharedViewer, context: InContext) -> LayerList:
    """Every layer: what its features may be and have, and how many there are."""
    land = context.store.land
    version, counts = land.version(), land.counts()
    return LayerList(
        version=version,
        layers=tuple(
            LayerAnswer(
                layer=layer,
                shapes=tuple(sorted(SHAPES[layer])),
                attributes=tuple(map(AttributeAnswer.of, ATTRIBUTES[layer])),
                count=counts.get(layer, 0),
                may_edit=may_edit(user, layer),
            )
            for layer in Layer
        ),
    )


@router.post("/features/{layer}", status_code=201)
def draw_feature(
    layer: Layer, body: NewFeature, user: MonitorUser, context: InContext
) -> FeatureAnswer:
    """Draw one; units by an administrator, what is built by a monitor."""
    return _answer(user, drawn_by(context, user, layer, body))


@router.get("/features/{layer}/{code:path}", response_model=FeatureAnswer, responses=NOT_CHANGED)
def get_feature(
    layer: Layer, code: Code, user: SharedViewer, context: InContext, request: Request
) -> Response:
    """One feature as it is now, exactly; 304 for who has it as it is."""
    return tagged(request, _answer(user, feature_of(context, layer, code)))


@router.patch("/features/{layer}/{code:path}")
def change_feature(
    layer: Layer, code: Code, body: FeatureChange, user: MonitorUser, context: InContext
) -> FeatureAnswer:
    """Make it otherwise; the same again changes nothing."""
    before = feature_of(context, layer, code)
    return _answer(user, changed_by(context, user, before, body))


@router.delete("/features/{layer}/{code:path}", status_code=204)
def remove_feature(
    layer: Layer,
    code: Code,
    asked: Annotated[Removal, Query()],
    user: MonitorUser,
    context: InContext,
) -> None:
    """Take it away; its history stays, and it can be had back."""
    before = feature_of(context, layer, code)
    removed_by(context, user, before, seen=asked.before, note=asked.note)


def _answer(user: User, feature: LandFeature) -> FeatureAnswer:
    state = StateAnswer.of(feature)
    return FeatureAnswer(**state.model_dump(), may_edit=may_edit(user, feature.layer))
