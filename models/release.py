"""How a model goes live: a frozen set of footage, a verdict with reasons, a signature, and back.

No model passes the gate that loses a fire which the one in force finds. What is in force is the
newest activation; going back is another activation.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.detection import ModelReference
from models.replay_run import PlayedFootage

__all__ = [
    "Activation",
    "FrozenSet",
    "FrozenSetDraft",
    "GateCheck",
    "GateRule",
    "Release",
    "ReleaseDraft",
    "ReleaseState",
]


class GateRule(StrEnum):
    """What a model must not do to pass."""

    SAME_SET = "same_set"  # both runs played the frozen set, all of it, as it was frozen
    SAME_DECISION = "same_decision"  # with the same settings and code
    LOST_FIRES = "lost_fires"  # it finds every fire that the model in force found
    FALSE_ALARMS = "false_alarms"  # no more a camera-day than chance explains
    SPEED = "speed"  # it is fast enough for the cameras of this watch


class ReleaseState(StrEnum):
    """How far a release is."""

    FAILED = "failed"  # the gate holds it back
    PASSED = "passed"  # it waits for a signature
    SIGNED = "signed"  # it may be activated
    DECLINED = "declined"  # by a person


@dataclass(frozen=True, slots=True)
class FrozenSetDraft:
    """Footage by which models are judged.

    Attributes:
        name: 1 to 120 letters.
        footage: recordings with the version of their truth, in rising order of their numbers.
        drill_fires: fires of the drill scene besides, 0 to 1,000.
        drill_seed: of all that is drawn for them.
        note: why these; may be empty.
    """

    name: str
    footage: tuple[PlayedFootage, ...]
    drill_fires: int = 0
    drill_seed: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class FrozenSet:
    """A set that nobody changes any more.

    Attributes:
        gate_id: number, rising.
        draft: as it was frozen.
        sha256: of what it holds (contents, truths, conditions, drills), 64 hexadecimal digits.
        author: who froze it.
        frozen_at: UTC.
        retired_by: who retired it; empty while it is in use.
        retired_at: UTC; None likewise.
    """

    gate_id: int
    draft: FrozenSetDraft
    sha256: str
    author: str
    frozen_at: datetime
    retired_by: str = ""
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GateCheck:
    """What one rule says.

    Attributes:
        rule: which.
        passes: whether the model keeps it.
        code: why, as a word that the console has in both languages.
        values: numbers and names that the words want, by name.
        names: fires, recordings or settings that it is about; may be empty.
    """

    rule: GateRule
    passes: bool
    code: str
    values: dict[str, float | str | None]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseDraft:
    """A model that somebody wants to take live.

    Attributes:
        gate_id: of the frozen set.
        candidate_run: number of the replay of the new model on it.
        incumbent_run: number of the replay of the model in force on it.
        note: free text.
    """

    gate_id: int
    candidate_run: int
    incumbent_run: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A release as it is kept.

    Attributes:
        release_id: number, rising.
        draft: as it was asked for.
        candidate: the new weights.
        incumbent: the weights that they were held against.
        checks: what each rule says, all of them.
        state: how far it is.
        author: who asked.
        asked_at: UTC.
        decided_by: who signed or declined it; empty before.
        decided_at: UTC; None before.
        decision_note: in their words.
    """

    release_id: int
    draft: ReleaseDraft
    candidate: ModelReference
    incumbent: ModelReference
    checks: tuple[GateCheck, ...]
    state: ReleaseState
    author: str
    asked_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_note: str = ""


@dataclass(frozen=True, slots=True)
class Activation:
    """That a model went into force.

    Attributes:
        activation_id: number, rising; the newest is in force.
        model: the weights.
        release_id: by which release; None for one that goes back.
        author: who did it.
        at: UTC.
        note: why; said by whoever goes back.
    """

    activation_id: int
    model: ModelReference
    release_id: int | None
    author: str
    at: datetime
    note: str = ""
