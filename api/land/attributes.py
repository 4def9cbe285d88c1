"""``/api/land/attributes``: what features have beside their place, for forms and mappings."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.auth.roles import SharedViewer
from models.land import ATTRIBUTES, SHAPES, Attribute, AttributeKind, Layer

__all__ = ["router"]

router = APIRouter(prefix="/api/land/attributes", tags=["land"])


class AttributeAnswer(BaseModel):
    """One attribute; see :class:`models.land.Attribute`."""

    key: str
    kind: AttributeKind
    least: float | None
    most: float | None
    choices: tuple[str, ...]

    @classmethod
    def of(cls, attribute: Attribute) -> "AttributeAnswer":
        """Without what only files need."""
        return cls(
            key=attribute.key,
            kind=attribute.kind,
            least=attribute.least,
            most=attribute.most,
            choices=attribute.choices,
        )


class LayerAttributes(BaseModel):
    """What features of a layer may be and have.

    Attributes:
        layer: kind.
        shapes: GeoJSON geometry types, sorted.
        attributes: in the order of a form.
    """

    layer: Layer
    shapes: tuple[str, ...]
    attributes: tuple[AttributeAnswer, ...]


@router.get("")
def list_attributes(_user: SharedViewer) -> list[LayerAttributes]:
    """Every layer, in their order."""
    return [
        LayerAttributes(
            layer=layer,
            shapes=tuple(sorted(SHAPES[layer])),
            attributes=tuple(map(AttributeAnswer.of, ATTRIBUTES[layer])),
        )
        for layer in Layer
    ]
