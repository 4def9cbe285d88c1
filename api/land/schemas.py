"""Features and changes of the land on the wire."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, JsonValue, StrictBool, StrictFloat, StrictInt
from shapely.geometry import mapping

from api.bodies import RequestBody
from api.land.attributes import LayerAttributes
from models.land import (
    ChangeKind,
    Fact,
    LandChange,
    LandEdit,
    LandFeature,
    Layer,
    feature_tag,
)

__all__ = [
    "ChangeAnswer",
    "ChangeList",
    "EditAnswer",
    "EditList",
    "FeatureAnswer",
    "FeatureChange",
    "HistoryAnswer",
    "LayerAnswer",
    "LayerList",
    "NewFeature",
    "Removal",
    "StateAnswer",
    "UndoRequest",
]

Name = Annotated[str, Field(max_length=200)]
Code = Annotated[str, Field(max_length=100)]
Note = Annotated[str, Field(max_length=2000)]
Facts = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=100)],
        StrictBool
        | StrictInt
        | Annotated[StrictFloat, Field(allow_inf_nan=False)]
        | Annotated[str, Field(max_length=2000)]
        | None,
    ],
    Field(max_length=100),
]
Shape = dict[str, JsonValue]
"""GeoJSON geometry, WGS 84."""


class NewFeature(RequestBody):
    """A feature that somebody draws; without a code it gets one."""

    code: Code = ""
    name: Name
    geometry: Shape
    properties: Facts = Field(default_factory=dict)
    drill: bool = False
    note: Note = ""


class FeatureChange(RequestBody):
    """What is to be otherwise; what is left out stays as it is.

    Attributes:
        before: ``tag`` of the state that was seen.
        properties: those that change; null takes one away.
    """

    before: Annotated[str, Field(max_length=64)]
    name: Name | None = None
    geometry: Shape | None = None
    properties: Facts = Field(default_factory=dict)
    drill: bool | None = None
    note: Note = ""


class Removal(RequestBody):
    """Which state of a feature is taken away, and why."""

    before: Annotated[str, Field(max_length=64)]
    note: Note = ""


class UndoRequest(RequestBody):
    """Why a change is set back."""

    note: Note = ""


class StateAnswer(BaseModel):
    """A feature as it is or was; geometry is GeoJSON, every digit kept.

    Attributes:
        tag: short name of exactly this state.
    """

    layer: Layer
    code: str
    name: str
    drill: bool
    properties: dict[str, Fact]
    geometry: dict[str, Any]
    tag: str

    @classmethod
    def of(cls, feature: LandFeature) -> "StateAnswer":
        """The same."""
        return cls(
            layer=feature.layer,
            code=feature.code,
            name=feature.name,
            drill=feature.drill,
            properties=feature.properties,
            geometry=mapping(feature.geometry),
            tag=feature_tag(feature),
        )


class ChangeAnswer(BaseModel):
    """A change; see :class:`models.land.LandChange`.

    Attributes:
        may_undo: the person who asks may set it back, as far as roles go.
    """

    change_id: int
    kind: ChangeKind
    at: datetime
    author: str
    source: str
    note: str
    layers: tuple[Layer, ...]
    added: int
    changed: int
    removed: int
    undoes: int | None
    undone_by: int | None
    may_undo: bool

    @classmethod
    def of(cls, change: LandChange, *, may_undo: bool) -> "ChangeAnswer":
        """The same."""
        plain = {name: getattr(change, name) for name in cls.model_fields if name != "may_undo"}
        return cls(**plain, may_undo=may_undo)


class ChangeList(BaseModel):
    """Changes, newest first."""

    changes: tuple[ChangeAnswer, ...]


class EditAnswer(BaseModel):
    """What became of a feature, without its geometry.

    Attributes:
        before: name before; None for a new one.
        after: name now; None for one that was taken away.
        moved: its geometry is another.
        facts: keys of those that differ, sorted.
    """

    layer: Layer
    code: str
    before: str | None
    after: str | None
    moved: bool
    facts: tuple[str, ...]

    @classmethod
    def of(cls, edit: LandEdit) -> "EditAnswer":
        """In short."""
        before, after = edit.before, edit.after
        moved, facts = False, set[str]()
        if before is not None and after is not None:
            moved = before.geometry.wkb != after.geometry.wkb
            old, new = before.properties, after.properties
            facts = {key for key in {**old, **new} if _differs(old, new, key)}
        return cls(
            layer=edit.key[0],
            code=edit.key[1],
            before=None if before is None else before.name,
            after=None if after is None else after.name,
            moved=moved,
            facts=tuple(sorted(facts)),
        )


class EditList(BaseModel):
    """A change and its edits, by layer and code.

    Attributes:
        left_out: edits beyond those that are told.
    """

    change: ChangeAnswer
    edits: tuple[EditAnswer, ...]
    left_out: int


class HistoryEntry(BaseModel):
    """What a change did to one feature."""

    change: ChangeAnswer
    before: StateAnswer | None
    after: StateAnswer | None


class HistoryAnswer(BaseModel):
    """A feature through time, newest first; the oldest entries may be left out."""

    entries: tuple[HistoryEntry, ...]
    left_out: int


class FeatureAnswer(StateAnswer):
    """A feature as it is now, and what the person who asks may do with it."""

    may_edit: bool


class LayerAnswer(LayerAttributes):
    """A layer, how many features it has, and whether the person who asks may edit them."""

    count: int
    may_edit: bool


class LayerList(BaseModel):
    """All layers in their order, as of one version of the land."""

    version: int
    layers: tuple[LayerAnswer, ...]


def _differs(old: dict[str, Fact], new: dict[str, Fact], key: str) -> bool:
    if (key in old) != (key in new):
        return True
    return type(old[key]) is not type(new[key]) or old[key] != new[key]
