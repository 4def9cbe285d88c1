"""What the exchange looks like on the wire; the rows themselves are as the mapping says."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.exchange.writing import Value

__all__ = ["ExchangePage", "ReportAnswer", "ReportsAnswer", "ReportsRequest"]

MOST_REPORTS = 100


class ExchangePage(BaseModel):
    """Rows that have changed since the cursor, in the order of their last change.

    Attributes:
        at: UTC, of the answer.
        rows: names, words, codes and times as the mapping has them.
        next_cursor: ``changed_after`` of the next question, also where there is nothing now.
        more: there are further rows already.
    """

    at: datetime
    rows: tuple[dict[str, Value], ...]
    next_cursor: str
    more: bool


class ReportsRequest(RequestBody):
    """Reports of the platform, each with the fields that the mapping names."""

    reports: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, max_length=MOST_REPORTS)]


class ReportAnswer(BaseModel):
    """What became of one report.

    Attributes:
        row: its place in the request, from 0.
        external_id: its number, as far as it could be read; empty otherwise.
        outcome: ``taken`` also of one that came before.
        observation_id: what it is to us; null of a refused one, like the next.
        incident_id: the fire that it tells of.
        code: why it was refused; null of a taken one, like the next three.
        title: the same in the language that is asked for.
        detail: it in English, naming the field.
        remedy: what to do about it.
    """

    row: int
    external_id: str
    outcome: Literal["taken", "refused"]
    observation_id: int | None = None
    incident_id: int | None = None
    code: str | None = None
    title: str | None = None
    detail: str | None = None
    remedy: str | None = None


class ReportsAnswer(BaseModel):
    """What became of all, in their order."""

    results: tuple[ReportAnswer, ...]
