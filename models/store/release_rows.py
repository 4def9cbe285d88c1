"""Rows of the release gate: what may stand in them, and how they are read."""

import re
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from models.detection import ModelReference
from models.errors import Conflict, InputRefused, NotFound
from models.release import (
    Activation,
    FrozenSet,
    FrozenSetDraft,
    Release,
    ReleaseDraft,
    ReleaseState,
)
from models.store.columns import number_of
from models.store.tables import frozen_set, model_activation, model_release

__all__ = [
    "MOST_DRILLS",
    "MOST_FOOTAGE",
    "MOST_NAME",
    "MOST_NOTE",
    "MOST_SEED",
    "activation_of",
    "check_in_force",
    "check_note",
    "check_set",
    "check_state",
    "load_activation",
    "load_release",
    "load_set",
    "newest",
    "release_of",
    "set_of",
]

MOST_NAME: Final = 120
MOST_NOTE: Final = 500
MOST_FOOTAGE: Final = 1000
MOST_DRILLS: Final = 1000
MOST_SEED: Final = 2**53 - 1
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def check_note(note: str, *, needed: bool = False) -> None:
    """Refuse a note that is too long, or missing where one is needed; code ``model_note``."""
    if len(note) > MOST_NOTE or (needed and not note.strip()):
        least = "1" if needed else "0"
        raise InputRefused(
            f"A note has {least} to {MOST_NOTE} letters.",
            remedy="Say in short words why.",
            code="model_note",
        )


def check_set(draft: FrozenSetDraft, sha256: str) -> None:
    """Refuse what no set can be; codes ``set_name``, ``set_footage``, ``set_drills``."""
    check_note(draft.note)
    name = draft.name
    if not (0 < len(name) <= MOST_NAME and name.isprintable() and name.strip() == name):
        raise InputRefused(
            f"The name of a set has 1 to {MOST_NAME} letters.",
            remedy="Give it another name.",
            code="set_name",
        )
    numbers = [one.footage_id for one in draft.footage]
    names = {one.name for one in draft.footage}
    is_rising = numbers == sorted(set(numbers)) and len(names) == len(numbers)
    is_some = draft.footage or draft.drill_fires > 0
    if not is_rising or not is_some or len(numbers) > MOST_FOOTAGE:
        raise InputRefused(
            f"A set has up to {MOST_FOOTAGE} recordings, each once, or fires of the drill.",
            remedy="Choose recordings that are labelled.",
            code="set_footage",
        )
    is_whole = all(
        one.truth_version > 0 and _SHA256.fullmatch(one.sha256) is not None for one in draft.footage
    )
    if not is_whole or _SHA256.fullmatch(sha256) is None:
        raise InputRefused(
            "A recording of which nothing is known judges nobody.",
            remedy="Say first what is true of it.",
            code="set_unlabelled",
        )
    if not (0 <= draft.drill_fires <= MOST_DRILLS and 0 <= draft.drill_seed <= MOST_SEED):
        raise InputRefused(
            f"A set has 0 to {MOST_DRILLS} fires of the drill.",
            remedy="Ask for fewer.",
            code="set_drills",
        )


def load_set(connection: Connection, gate_id: int) -> FrozenSet:
    """One set; NotFound ``no_such_set``."""
    query = select(frozen_set).where(frozen_set.c.gate_id == number_of(gate_id))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no frozen set {gate_id}.", code="no_such_set")
    return set_of(row)


def load_release(connection: Connection, release_id: int) -> Release:
    """One release; NotFound ``no_such_release``."""
    query = select(model_release).where(model_release.c.release_id == number_of(release_id))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no release {release_id}.", code="no_such_release")
    return release_of(row)


def load_activation(connection: Connection, activation_id: int) -> Activation:
    """One activation; NotFound ``no_such_activation``."""
    key = model_activation.c.activation_id == number_of(activation_id)
    row = connection.execute(select(model_activation).where(key)).one_or_none()
    if row is None:
        raise NotFound(f"There is no activation {activation_id}.", code="no_such_activation")
    return activation_of(row)


def newest(connection: Connection) -> Activation | None:
    """What is in force; None before the first release went live."""
    query = select(model_activation).order_by(model_activation.c.activation_id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else activation_of(row)


def check_in_force(in_force: ModelReference, release: Release) -> None:
    """Refuse a release whose verdict is about another model than the one in force."""
    if release.incumbent != in_force:
        raise Conflict(
            f"The release {release.release_id} was judged against {release.incumbent.name} "
            f"{release.incumbent.version}, which is not in force.",
            remedy="Replay the model in force on the set, and propose the release again.",
            code="release_outdated",
        )


def check_state(release: Release, wanted: ReleaseState) -> None:
    """Refuse a deed that needs another state; codes ``release_failed``, ``release_not_passed``."""
    if release.state is wanted:
        return
    if release.state is ReleaseState.FAILED:
        raise Conflict(
            f"The gate holds release {release.release_id} back; nobody can sign that.",
            remedy="Train or set the model otherwise, and replay it again.",
            code="release_failed",
        )
    if wanted is ReleaseState.SIGNED:
        raise Conflict(
            f"The release {release.release_id} is not signed.",
            remedy="Let an administrator sign it first.",
            code="release_not_signed",
        )
    raise Conflict(
        f"The release {release.release_id} is {release.state} already.",
        remedy="Read it anew.",
        code="release_not_passed",
    )


def set_of(row: Row[Any]) -> FrozenSet:
    """The set of a row."""
    draft = FrozenSetDraft(**{name: getattr(row, name) for name in FrozenSetDraft.__slots__})
    return FrozenSet(
        row.gate_id,
        draft,
        row.sha256,
        row.author,
        row.frozen_at,
        row.retired_by,
        row.retired_at,
    )


def release_of(row: Row[Any]) -> Release:
    """The release of a row."""
    draft = ReleaseDraft(**{name: getattr(row, name) for name in ReleaseDraft.__slots__})
    rest = {name: getattr(row, name) for name in Release.__slots__ if name != "draft"}
    return Release(draft=draft, **rest)


def activation_of(row: Row[Any]) -> Activation:
    """The activation of a row."""
    return Activation(**{name: getattr(row, name) for name in Activation.__slots__})
