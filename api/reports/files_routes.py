"""``/api/reports/…/file``: a report as PDF, Word or CSV; each is written down in the audit log."""

from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import BaseModel

from api.auth.roles import MonitorUser
from api.context import Context, context_of
from api.languages import Language, language_of
from api.reports.csv_file import csv_of
from api.reports.layout import document_of, file_name_of
from api.reports.making import report_of
from api.reports.pdf import pdf_of
from api.reports.word import word_of
from models.report import Report, ReportKind
from models.user import User

__all__ = ["MEDIA_TYPES", "ReportFormat", "attached", "router"]

router = APIRouter(prefix="/api/reports", tags=["reports"])


class ReportFormat(StrEnum):
    """Kinds of files, by their ending."""

    PDF = "pdf"
    DOCX = "docx"
    CSV = "csv"


MEDIA_TYPES: Final = {
    ReportFormat.PDF: "application/pdf",
    ReportFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ReportFormat.CSV: "text/csv; charset=utf-8",
}


class FileQuery(BaseModel):
    """Which file.

    Attributes:
        format_: its kind.
        lang: of its words; without, as the browser prefers.
    """

    format_: Annotated[ReportFormat, Query(alias="format")]
    lang: Language | None = None


InContext = Annotated[Context, Depends(context_of)]
Month = Annotated[str, Path(max_length=20, examples=["2026-11"])]
Year = Annotated[str, Path(max_length=20, examples=["2026"])]
Accepted = Annotated[str | None, Header(alias="Accept-Language", include_in_schema=False)]


@router.get("/monthly/{period}/file", response_class=Response)
def get_monthly_file(
    period: Month,
    user: MonitorUser,
    context: InContext,
    asked: Annotated[FileQuery, Query()],
    accepted: Accepted = None,
) -> Response:
    """The compliance page of a month as a file."""
    return _file(
        context,
        user,
        report_of(context, ReportKind.MONTHLY, period),
        asked.format_,
        _language(asked, accepted),
    )


@router.get("/yearly/{period}/file", response_class=Response)
def get_yearly_file(
    period: Year,
    user: MonitorUser,
    context: InContext,
    asked: Annotated[FileQuery, Query()],
    accepted: Accepted = None,
) -> Response:
    """The risk study of a year as a file."""
    return _file(
        context,
        user,
        report_of(context, ReportKind.YEARLY, period),
        asked.format_,
        _language(asked, accepted),
    )


def attached(name: str, plain: str) -> str:
    """A Content-Disposition that saves a file under a name (RFC 6266 4.3, appendix D).

    Args:
        name: with any characters.
        plain: of ASCII without quotes, for clients that know no others.
    """
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _language(asked: FileQuery, accepted: str | None) -> Language:
    return language_of(accepted) if asked.lang is None else asked.lang


def _file(
    context: Context,
    user: User,
    report: Report,
    format_: ReportFormat,
    language: Language,
) -> Response:
    data = _written(report, format_, language, context)
    context.store.audit.record(
        actor=user.name,
        action="report.exported",
        subject=f"{report.kind} {report.period}",
        details={"format": format_.value, "language": language},
    )
    name = file_name_of(report, language, format_.value)
    plain = f"firewatch-{report.kind}-{report.period}.{format_.value}"
    return Response(
        data,
        media_type=MEDIA_TYPES[format_],
        headers={"Content-Disposition": attached(name, plain), "Cache-Control": "no-store"},
    )


def _written(report: Report, format_: ReportFormat, language: Language, context: Context) -> bytes:
    zone, drill = ZoneInfo(context.settings.time_zone), context.site.drill
    if format_ is ReportFormat.CSV:
        return csv_of(report, language, zone, drill=drill)
    document = document_of(report, language, zone, drill=drill)
    return pdf_of(document) if format_ is ReportFormat.PDF else word_of(document)
