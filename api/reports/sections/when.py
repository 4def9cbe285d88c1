"""When it burnt: month and hour, weekday, season, danger class. All by the site's clock.

The moment of a fire is the first sign of it. The class is what held at that moment: what somebody
entered that day or the day before, else what the weather says.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from api.reports.fires import Became, Fire
from api.reports.material import Material
from geo.danger_of_day import danger_now
from geo.fire_weather import fire_days
from models.patrol import DangerClass
from models.report import Cell, ReportSection, ReportTable, RowRef
from models.watching import DangerEntry
from models.weather import FireDay

__all__ = ["SEASONS", "when"]

MEMORY: Final = timedelta(days=400)
"""Readings older than this before the period are not reckoned with."""

SEASONS: Final = {
    "spring": (3, 4, 5),
    "summer": (6, 7, 8),
    "autumn": (9, 10, 11),
    "winter": (12, 1, 2),
}
HOURS: Final = 24
WEEK: Final = 7


def when(material: Material) -> ReportSection:
    """Fires that somebody has said burn, by the first sign of each."""
    real = [one for one in material.fires if one.became is Became.REAL]
    local = {one.row: one.incident.first_seen_at.astimezone(material.zone) for one in real}

    def those(
        key: str, columns: tuple[str, ...], groups: Sequence[tuple[Cell, list[Fire]]]
    ) -> ReportTable:
        return ReportTable(
            key,
            columns,
            tuple((name, len(fires)) for name, fires in groups),
            tuple(tuple(one.row for one in fires) for _, fires in groups),
        )

    days = [
        (day + 1, [one for one in real if local[one.row].weekday() == day]) for day in range(WEEK)
    ]
    seasons = [
        (season, [one for one in real if local[one.row].month in months])
        for season, months in SEASONS.items()
    ]
    classes = _classes(material, real)
    dangers: list[tuple[Cell, list[Fire]]] = [
        (int(danger), [one for one in real if classes[one.row] is danger]) for danger in DangerClass
    ]
    dangers.append((None, [one for one in real if classes[one.row] is None]))
    tables = (
        _months(real, local),
        those("when_weekdays", ("weekday", "fires"), days),
        those("when_seasons", ("season", "fires"), seasons),
        those("when_danger", ("danger", "fires"), dangers),
    )
    return ReportSection("when", (), tables)


def _months(real: list[Fire], local: dict[RowRef, datetime]) -> ReportTable:
    lines: list[tuple[Cell, ...]] = []
    sources: list[tuple[RowRef, ...]] = []
    for month in range(1, 13):
        fires = [one for one in real if local[one.row].month == month]
        hours = [sum(local[one.row].hour == hour for one in fires) for hour in range(HOURS)]
        lines.append((month, *hours, len(fires)))
        sources.append(tuple(one.row for one in fires))
    columns = ("month", *(f"hour_{hour:02d}" for hour in range(HOURS)), "fires")
    return ReportTable("when_months", columns, tuple(lines), tuple(sources))


def _classes(material: Material, real: list[Fire]) -> dict[RowRef, DangerClass | None]:
    if not real:
        return {}
    store, zone = material.sources.store, material.zone
    first = min(one.incident.first_seen_at for one in real)
    last = max(one.incident.first_seen_at for one in real)
    entries = store.patrols.dangers(first, last + timedelta.resolution)
    readings = (one.reading for one in store.weather.holding(first - MEMORY))
    stations = fire_days(readings, material.sources.settings.weather, zone)
    return {
        one.row: _class_at(one.incident.first_seen_at, entries, stations, material) for one in real
    }


def _class_at(
    at: datetime,
    entries: Sequence[DangerEntry],
    stations: dict[str, list[FireDay]],
    material: Material,
) -> DangerClass | None:
    entered = [one for one in entries if one.at <= at]
    known = {name: [one for one in days if one.reading.at <= at] for name, days in stations.items()}
    newest = max(entered, key=lambda one: one.at, default=None)
    found = danger_now(newest, known, at, material.zone)
    return None if found.stale else found.danger
