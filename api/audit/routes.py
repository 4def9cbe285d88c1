"""``/api/audit``: who did what, newest first; read only, and by administrators only."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from api.auth.roles import AdminUser
from api.context import Context, context_of
from api.paging import Cursor, cut, number_of
from models.audit import AuditEntry

__all__ = ["DeedKind", "router"]

router = APIRouter(prefix="/api/audit", tags=["audit"])


class DeedKind(StrEnum):
    """What deeds are done to: the noun of their action."""

    AIRCRAFT = "aircraft"
    ALERT = "alert"
    BACKUP = "backup"
    CALIBRATION = "calibration"
    CAMERA = "camera"
    CANDIDATE = "candidate"
    CHANNEL = "channel"
    CLOCK = "clock"
    DANGER = "danger"
    DUAL = "dual"
    DUTY = "duty"
    EVIDENCE = "evidence"
    FLIGHT = "flight"
    FOOTAGE = "footage"
    HANDOVER = "handover"
    IMAGERY = "imagery"
    INCIDENT = "incident"
    LAND = "land"
    LEARNING = "learning"
    LEDGER = "ledger"
    LINK = "link"
    LOOK = "look"
    MASK = "mask"
    MODEL = "model"
    NODE = "node"
    NUISANCE = "nuisance"
    OBSERVATION = "observation"
    ORDER = "order"
    PASSAGES = "passages"
    REPLAY = "replay"
    REPORT = "report"
    SCHEDULE = "schedule"
    SWEEP = "sweep"
    TERRAIN = "terrain"
    TOKEN = "token"  # noqa: S105  # a noun
    USER = "user"
    WEATHER = "weather"
    WIND = "wind"


class DeedAnswer(BaseModel):
    """One deed; see :class:`AuditEntry`."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, str | int | None]

    @classmethod
    def of(cls, entry: AuditEntry) -> "DeedAnswer":
        """Without its place in the chain: that is for ``firewatch audit verify``."""
        return cls(**{name: getattr(entry, name) for name in cls.model_fields})


class DeedList(BaseModel):
    """A page of the log.

    Attributes:
        deeds: newest first.
        before: asks for the next page; None on the last one.
        next_cursor: the same as a cursor.
    """

    deeds: tuple[DeedAnswer, ...]
    before: int | None
    next_cursor: str | None


@router.get("")
def list_deeds(
    _user: AdminUser,
    context: Annotated[Context, Depends(context_of)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    cursor: Cursor = None,
    kind: DeedKind | None = None,
) -> DeedList:
    """A page of deeds, of one kind or of all; with ``before`` those below that number."""
    noun = None if kind is None else kind.value
    below = before if cursor is None else number_of(cursor)
    found = context.store.audit.entries(limit + 1, below, noun)
    page, next_cursor = cut(found, limit, lambda entry: entry.number)
    return DeedList(
        deeds=tuple(DeedAnswer.of(entry) for entry in page),
        before=number_of(next_cursor),
        next_cursor=next_cursor,
    )
