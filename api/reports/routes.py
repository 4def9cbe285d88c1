"""``/api/reports``: the page of a month, the study of a year, and the rows behind each figure.

For people of the whole district from the role monitor on: figures are of all townships.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import BaseModel, Field

from api.auth.roles import MonitorUser
from api.context import Context, context_of
from api.languages import Language, language_of
from api.reports.answers import ReportAnswer, RowsAnswer
from api.reports.making import report_of
from api.reports.material import Sources
from api.reports.telling import rows_of, told
from models.report import Report, ReportKind

__all__ = ["router"]

router = APIRouter(prefix="/api/reports", tags=["reports"])

InContext = Annotated[Context, Depends(context_of)]
Month = Annotated[str, Path(max_length=20, examples=["2026-11"])]
Year = Annotated[str, Path(max_length=20, examples=["2026"])]
Accepted = Annotated[str | None, Header(alias="Accept-Language", include_in_schema=False)]


class RowsQuery(BaseModel):
    """Which rows.

    Attributes:
        figure: that they are behind.
        table: likewise, with ``row``.
        row: line of the table, from 0.
        first: rows that are passed over.
        limit: most that are told.
        lang: of their words; without, as the browser prefers.
    """

    figure: Annotated[str | None, Field(max_length=80)] = None
    table: Annotated[str | None, Field(max_length=80)] = None
    row: Annotated[int | None, Field(ge=0, le=1_000_000)] = None
    first: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 200
    lang: Language | None = None


@router.get("/monthly/{period}")
def get_monthly(period: Month, _user: MonitorUser, context: InContext) -> ReportAnswer:
    """The compliance page of a month of the site's clock, such as ``2026-11``."""
    return ReportAnswer.of_report(report_of(context, ReportKind.MONTHLY, period))


@router.get("/yearly/{period}")
def get_yearly(period: Year, _user: MonitorUser, context: InContext) -> ReportAnswer:
    """The risk study of a year of the site's clock, such as ``2026``."""
    return ReportAnswer.of_report(report_of(context, ReportKind.YEARLY, period))


@router.get("/monthly/{period}/rows")
def get_monthly_rows(
    period: Month,
    _user: MonitorUser,
    context: InContext,
    asked: Annotated[RowsQuery, Query()],
    accepted: Accepted = None,
) -> RowsAnswer:
    """The rows that a figure, or line ``row`` of a table, was reckoned from."""
    report = report_of(context, ReportKind.MONTHLY, period)
    return _rows(report, context, asked, accepted)


@router.get("/yearly/{period}/rows")
def get_yearly_rows(
    period: Year,
    _user: MonitorUser,
    context: InContext,
    asked: Annotated[RowsQuery, Query()],
    accepted: Accepted = None,
) -> RowsAnswer:
    """The same of a year."""
    report = report_of(context, ReportKind.YEARLY, period)
    return _rows(report, context, asked, accepted)


def _rows(report: Report, context: Context, asked: RowsQuery, accepted: str | None) -> RowsAnswer:
    rows = rows_of(report, asked.figure, asked.table, asked.row)
    page = rows[asked.first : asked.first + asked.limit]
    language = language_of(accepted) if asked.lang is None else asked.lang
    return RowsAnswer(total=len(rows), rows=told(Sources.of(context), page, language))
