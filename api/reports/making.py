"""Both reports, section by section."""

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from api.context import Context
from api.reports.material import Material, Sources
from api.reports.periods import Period, period_of
from api.reports.sections.causes import causes
from api.reports.sections.duty import duty_gaps
from api.reports.sections.false_alarms import false_alarms
from api.reports.sections.fire_counts import drills, fire_counts
from api.reports.sections.holes import holes
from api.reports.sections.lacks import lacks
from api.reports.sections.missed import missed
from api.reports.sections.notices import notices
from api.reports.sections.order_clocks import clocks, clocks_of_year
from api.reports.sections.response import response
from api.reports.sections.sweep import sweep, watch_gaps
from api.reports.sections.townships import townships
from api.reports.sections.when import when
from api.reports.sections.where import where
from models.report import Report, ReportKind, ReportSection

__all__ = ["made", "monthly", "report_of", "yearly"]

Part = Callable[[Material], ReportSection]

MONTHLY: Final[tuple[Part, ...]] = (
    fire_counts,
    sweep,
    watch_gaps,
    missed,
    false_alarms,
    clocks,
    notices,
    response,
    duty_gaps,
    drills,
    townships,
)
YEARLY: Final[tuple[Part, ...]] = (
    fire_counts,
    where,
    when,
    causes,
    response,
    clocks_of_year,
    holes,
    lacks,
    drills,
)


def monthly(context: Context, month: str) -> Report:
    """The compliance page of a month 月度达标.

    Args:
        context: of the application.
        month: ``2026-11``, of the site's clock.

    Raises:
        InputRefused: no month, or one that has not begun; code ``report_period``.
    """
    return report_of(context, ReportKind.MONTHLY, month)


def yearly(context: Context, year: str) -> Report:
    """The risk study of a year 年度火灾风险研判.

    Args:
        context: of the application.
        year: ``2026``, of the site's clock.

    Raises:
        InputRefused: no year, or one that has not begun; code ``report_period``.
    """
    return report_of(context, ReportKind.YEARLY, year)


def report_of(context: Context, kind: ReportKind, name: str) -> Report:
    """A report as it was made at most a minute ago, or now. Raises as :func:`monthly`."""
    return context.reports.get(
        kind,
        name,
        stamp=(context.store.events.latest(), context.store.land.version()),
        now=context.clock.now(),
        make=lambda: made(Sources.of(context), kind, name),
    )


def made(sources: Sources, kind: ReportKind, name: str) -> Report:
    """A report of what the sources say now. Raises as :func:`monthly`."""
    now = sources.clock.now()
    period = period_of(kind, name, ZoneInfo(sources.settings.time_zone), now)
    material = Material(sources, period, now)
    parts = MONTHLY if kind is ReportKind.MONTHLY else YEARLY
    return _report(material, period, tuple(part(material) for part in parts))


def _report(material: Material, period: Period, sections: tuple[ReportSection, ...]) -> Report:
    return Report(
        kind=period.kind,
        period=period.name,
        from_at=period.from_at,
        until_at=period.until_at,
        made_at=material.now,
        site_name=material.sources.site_name,
        is_whole=period.is_whole,
        sections=sections,
    )
