"""What models, sets, releases and activations look like on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from detector.release.cards import FoundCard, Origin
from models.detection import ModelReference
from models.release import (
    Activation,
    FrozenSet,
    GateCheck,
    GateRule,
    Release,
    ReleaseState,
)
from models.store.release_rows import MOST_DRILLS, MOST_FOOTAGE, MOST_NAME, MOST_NOTE, MOST_SEED

__all__ = [
    "ActivationAnswer",
    "DecisionBody",
    "GoBackBody",
    "ModelsAnswer",
    "ReleaseAnswer",
    "ReleaseBody",
    "ReleaseList",
    "SetAnswer",
    "SetBody",
    "SetList",
    "ZooModel",
]

Number = Annotated[int, Field(ge=1, le=2**62)]
Note = Annotated[str, Field(max_length=MOST_NOTE)]


class ReferenceAnswer(BaseModel):
    """Which weights."""

    name: str
    version: str
    sha256: str

    @classmethod
    def of(cls, model: ModelReference) -> "ReferenceAnswer":
        """On the wire."""
        return cls(name=model.name, version=model.version, sha256=model.sha256)


class MetricAnswer(BaseModel):
    """A figure of a card."""

    name: str
    value: float
    source: str


class ZooModel(BaseModel):
    """A card and what it says; of a refused one hardly anything.

    Attributes:
        title: name and version.
        is_active: it is in force.
        problem: why it cannot be used, in English; empty when it can.
        width_px: longer side of the network's input; None of a refused one.
        data: what it was trained on, with licences.
        non_commercial: something of that may not be used commercially.
    """

    name: str
    version: str
    sha256: str
    title: str
    origin: Origin
    is_active: bool
    problem: str
    licence: str
    trained_with: str
    notes: tuple[str, ...]
    classes: tuple[str, ...]
    width_px: int | None
    metrics: tuple[MetricAnswer, ...]
    data: tuple[str, ...]
    non_commercial: bool

    @classmethod
    def of(cls, found: FoundCard, in_force: ModelReference, folder: str) -> "ZooModel":
        """On the wire; paths of this machine stay on it.

        Args:
            found: the card.
            in_force: the weights in force.
            folder: that holds the bureau's own.
        """
        card = found.card
        return cls(
            name=found.name,
            version=found.version,
            sha256=found.sha256,
            title=f"{found.name} {found.version}".strip(),
            origin=found.origin,
            is_active=card is not None and card.reference == in_force,
            problem=found.problem.replace(folder, "models"),
            licence="" if card is None else card.licence,
            trained_with="" if card is None else card.trained_with,
            notes=() if card is None else card.notes,
            classes=() if card is None else card.classes,
            width_px=None if card is None else card.operating.width_px,
            metrics=()
            if card is None
            else tuple(
                MetricAnswer(name=one.name, value=one.value, source=one.source)
                for one in card.metrics
            ),
            data=() if card is None else tuple(f"{one.name} ({one.licence})" for one in card.data),
            non_commercial=card is not None and any(one.non_commercial for one in card.data),
        )


class ActivationAnswer(BaseModel):
    """That a model went into force; ``release_id`` is None of one that went back."""

    activation_id: int
    model: ReferenceAnswer
    release_id: int | None
    author: str
    at: datetime
    note: str

    @classmethod
    def of(cls, one: Activation) -> "ActivationAnswer":
        """On the wire."""
        return cls(
            activation_id=one.activation_id,
            model=ReferenceAnswer.of(one.model),
            release_id=one.release_id,
            author=one.author,
            at=one.at,
            note=one.note,
        )


class ModelsAnswer(BaseModel):
    """All models.

    Attributes:
        in_force: the weights that look now.
        active: the newest activation; None before the first release went live.
        activations: the newest first, at most 50.
        problem: why the newest activation is not in force here; empty when it is.
        began_with: name of the settings' card.
    """

    models: tuple[ZooModel, ...]
    in_force: ReferenceAnswer
    active: ActivationAnswer | None
    activations: tuple[ActivationAnswer, ...]
    problem: str
    began_with: str


class PlayedAnswer(BaseModel):
    """A recording of a set."""

    footage_id: int
    name: str
    sha256: str
    truth_version: int


class SetAnswer(BaseModel):
    """A frozen set."""

    gate_id: int
    name: str
    footage: tuple[PlayedAnswer, ...]
    drill_fires: int
    drill_seed: int
    note: str
    sha256: str
    author: str
    frozen_at: datetime
    retired_by: str
    retired_at: datetime | None

    @classmethod
    def of(cls, one: FrozenSet) -> "SetAnswer":
        """On the wire."""
        draft = one.draft
        return cls(
            gate_id=one.gate_id,
            name=draft.name,
            footage=tuple(
                PlayedAnswer(
                    footage_id=each.footage_id,
                    name=each.name,
                    sha256=each.sha256,
                    truth_version=each.truth_version,
                )
                for each in draft.footage
            ),
            drill_fires=draft.drill_fires,
            drill_seed=draft.drill_seed,
            note=draft.note,
            sha256=one.sha256,
            author=one.author,
            frozen_at=one.frozen_at,
            retired_by=one.retired_by,
            retired_at=one.retired_at,
        )


class SetList(BaseModel):
    """Sets, the newest first."""

    sets: tuple[SetAnswer, ...]


class SetBody(RequestBody):
    """What is to be frozen; truths are taken as they are now."""

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    footage_ids: Annotated[tuple[Number, ...], Field(max_length=MOST_FOOTAGE)] = ()
    drill_fires: Annotated[int, Field(ge=0, le=MOST_DRILLS)] = 0
    drill_seed: Annotated[int, Field(ge=0, le=MOST_SEED)] = 0
    note: Note = ""


class CheckAnswer(BaseModel):
    """What one rule says; words by ``code``."""

    rule: GateRule
    passes: bool
    code: str
    values: dict[str, float | str | None]
    names: tuple[str, ...]

    @classmethod
    def of(cls, one: GateCheck) -> "CheckAnswer":
        """On the wire."""
        return cls(
            rule=one.rule, passes=one.passes, code=one.code, values=one.values, names=one.names
        )


class ReleaseAnswer(BaseModel):
    """A release with its verdict."""

    release_id: int
    gate_id: int
    candidate_run: int
    incumbent_run: int
    note: str
    candidate: ReferenceAnswer
    incumbent: ReferenceAnswer
    checks: tuple[CheckAnswer, ...]
    state: ReleaseState
    author: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_note: str

    @classmethod
    def of(cls, one: Release) -> "ReleaseAnswer":
        """On the wire."""
        return cls(
            release_id=one.release_id,
            gate_id=one.draft.gate_id,
            candidate_run=one.draft.candidate_run,
            incumbent_run=one.draft.incumbent_run,
            note=one.draft.note,
            candidate=ReferenceAnswer.of(one.candidate),
            incumbent=ReferenceAnswer.of(one.incumbent),
            checks=tuple(map(CheckAnswer.of, one.checks)),
            state=one.state,
            author=one.author,
            asked_at=one.asked_at,
            decided_by=one.decided_by,
            decided_at=one.decided_at,
            decision_note=one.decision_note,
        )


class ReleaseList(BaseModel):
    """Releases, the newest first."""

    releases: tuple[ReleaseAnswer, ...]


class ReleaseBody(RequestBody):
    """Which model is to be judged, by which replays."""

    gate_id: Number
    candidate_run: Number
    incumbent_run: Number
    note: Note = ""


class DecisionBody(RequestBody):
    """Why it is signed or declined."""

    note: Note = ""


class GoBackBody(RequestBody):
    """What to go back to, and why."""

    activation_id: Number
    note: Annotated[str, Field(min_length=1, max_length=MOST_NOTE)]
