"""Rows of the library of footage: what may stand in them, and how they are read."""

import re
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.footage import MOST_NAME, Rights, Truth
from models.footage_library import (
    Footage,
    FootageDraft,
    FootageResult,
    FootageState,
    KeptTruth,
)
from models.store import audit
from models.store.columns import number_of
from models.store.tables import footage, footage_truth

__all__ = [
    "MOST_NOTE",
    "add_truth",
    "check_draft",
    "check_words",
    "footage_of",
    "load_footage",
    "load_truths",
    "values_of",
]

MOST_NOTE: Final = 500
MOST_FIRES: Final = 200
MOST_BOXES: Final = 50_000
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_NO_RIGHTS: Final = Rights()


def add_truth(
    connection: Connection,
    clock: Clock,
    known: Footage,
    truth: Truth,
    *,
    base: int,
    author: str,
    note: str,
) -> KeptTruth:
    """Within a writing transaction; see :meth:`FootageRepository.put_truth`."""
    if len(note) > MOST_NOTE:
        raise InputRefused(f"A note has up to {MOST_NOTE} letters.", code="footage_note")
    if len(truth.fires) > MOST_FIRES or len(truth.boxes) + len(truth.boxed_at_s) > MOST_BOXES:
        raise InputRefused(
            f"A recording has up to {MOST_FIRES} fires and {MOST_BOXES} boxes and boxed frames.",
            remedy="Cut the recording into parts.",
            code="truth_size",
        )
    if known.truth_version != base:
        raise Conflict(
            f"Somebody has said what is true of footage {known.footage_id} since it was read.",
            remedy="Read it anew, and change that.",
            code="truth_changed",
        )
    version = base + 1
    kept = KeptTruth(known.footage_id, version, truth, author, clock.now(), note)
    audit.append(
        connection,
        clock,
        actor=author,
        action="footage.labelled",
        subject=str(known.footage_id),
        details={"version": version, "count": len(truth.boxes), "note": note},
    )
    connection.execute(
        insert(footage_truth).values(
            **{name: getattr(kept, name) for name in KeptTruth.__slots__},
        )
    )
    connection.execute(
        update(footage)
        .where(footage.c.footage_id == known.footage_id)
        .values(truth_version=version)
    )
    return kept


def load_footage(connection: Connection, footage_id: int) -> Footage:
    """One recording, within a transaction.

    Raises:
        NotFound: no such one, or it was removed; code ``no_such_footage``.
    """
    query = select(footage).where(
        footage.c.footage_id == number_of(footage_id), footage.c.removed_at.is_(None)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no footage {footage_id}.", code="no_such_footage")
    return footage_of(row)


def check_words(name: str, scene: str, rights: Rights = _NO_RIGHTS) -> None:
    """Refuse words that no recording can have, before its content is there.

    Raises:
        InputRefused: code ``footage_name``, ``footage_scene`` or ``footage_rights``.
    """
    is_name = 0 < len(name) <= MOST_NAME and name.isprintable() and name.strip(" .") == name
    if not is_name or "/" in name or "\\" in name:
        raise InputRefused(
            f"A file's name has 1 to {MOST_NAME} letters and no folders.",
            remedy="Give the file another name.",
            code="footage_name",
        )
    if not _is_text(scene):
        raise InputRefused(
            f"A scene has up to {MOST_NAME} letters.", remedy="Shorten it.", code="footage_scene"
        )
    if not (_is_text(rights.licence) and _is_text(rights.owner)):
        raise InputRefused(
            f"A licence and an owner have up to {MOST_NAME} letters.",
            remedy="Shorten them.",
            code="footage_rights",
        )


def check_draft(draft: FootageDraft) -> None:
    """Refuse what no recording can be; as :func:`check_words`, and code ``footage_content``."""
    check_words(draft.name, draft.scene, draft.rights)
    if _SHA256.fullmatch(draft.sha256) is None or draft.size_bytes <= 0:
        raise InputRefused("The file has no content.", remedy="Copy it.", code="footage_content")


def _is_text(text: str) -> bool:
    return len(text) <= MOST_NAME and (not text or text.isprintable())


def values_of(result: FootageResult) -> dict[str, Any]:
    """Columns of a result."""
    return {name: getattr(result, name) for name in FootageResult.__slots__}


def load_truths(
    connection: Connection, footage_id: int, *wanted: ColumnElement[bool], limit: int = 1
) -> list[KeptTruth]:
    """Truths of a recording that meet every condition, the newest first; at most so many."""
    query = (
        select(footage_truth)
        .where(footage_truth.c.footage_id == footage_id, *wanted)
        .order_by(footage_truth.c.version.desc())
        .limit(limit)
    )
    return [
        KeptTruth(*(getattr(row, name) for name in KeptTruth.__slots__))
        for row in connection.execute(query)
    ]


def footage_of(row: Row[Any]) -> Footage:
    """The recording of a row."""
    draft = FootageDraft(**{name: getattr(row, name) for name in FootageDraft.__slots__})
    result = None
    if row.state is not FootageState.QUEUED:
        result = FootageResult(**{name: getattr(row, name) for name in FootageResult.__slots__})
    return Footage(
        row.footage_id, draft, row.version, row.author, row.entered_at, row.truth_version, result
    )
