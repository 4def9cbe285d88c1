"""``firewatch report``: the page of a month and the study of a year, printed."""

from contextlib import closing
from typing import Annotated, Final

import typer

from api.commands.geo_coverage import network_of
from api.commands.terminal import speakable
from api.commands.user import SettingsFile, open_store
from api.coverage.desk import Network, towers_of
from api.incidents.places import PlaceShelf
from api.reports.making import made
from api.reports.material import Sources
from api.reports.telling import told
from geo.dem import read_terrain
from geo.land import LandBook
from geo.land.network import Sights, survey
from geo.terrain import Terrain
from models.clock import SystemClock
from models.config import Settings, load_settings
from models.land import NetworkReport
from models.report import Cell, Figure, Report, ReportKind, ReportSection, RowRef
from models.store import Store

__all__ = ["report"]

report = typer.Typer(
    help="Reports that an office files: figures of a month, risk study of a year.",
    no_args_is_help=True,
)

Rows = Annotated[bool, typer.Option("--rows", help="Print the rows behind each figure as well.")]
MOST_ROWS: Final = 500
"""Of one figure; a month has more visits than anybody reads. The API tells all of them."""


@report.command()
def monthly(
    month: Annotated[str, typer.Argument(help="Of the site's clock, such as 2026-11.")],
    *,
    rows: Rows = False,
    settings_file: SettingsFile = None,
) -> None:
    """Print the compliance page of a month 月度达标."""
    _print(ReportKind.MONTHLY, month, load_settings(settings_file), settings_file, rows=rows)


@report.command()
def yearly(
    year: Annotated[str, typer.Argument(help="Of the site's clock, such as 2026.")],
    *,
    rows: Rows = False,
    settings_file: SettingsFile = None,
) -> None:
    """Print the risk study of a year 年度火灾风险研判."""
    _print(ReportKind.YEARLY, year, load_settings(settings_file), settings_file, rows=rows)


def _print(
    kind: ReportKind, period: str, settings: Settings, settings_file: SettingsFile, *, rows: bool
) -> None:
    with closing(open_store(settings_file)) as store:
        sources = _sources(settings, store)
        found = made(sources, kind, period)
        for line in _head(found):
            typer.echo(speakable(line))
        for section in found.sections:
            for line in _section(section, sources if rows else None):
                typer.echo(speakable(line))


def _sources(settings: Settings, store: Store) -> Sources:
    terrain = read_terrain(settings.data_dir / "terrain")
    towers = towers_of(store.cameras.all())
    network = None if terrain is None or not towers else network_of(settings, store, terrain)
    clock = SystemClock()
    return Sources(
        settings=settings,
        clock=clock,
        store=store,
        site_name="",
        land_book=LandBook(store.land),
        places=PlaceShelf(),
        terrain=terrain,
        network=network,
        lacks=lambda: _surveyed(settings, store, terrain, network, clock),
    )


def _surveyed(
    settings: Settings,
    store: Store,
    terrain: Terrain | None,
    network: Network | None,
    clock: SystemClock,
) -> NetworkReport:
    version, features = store.land.at_once()
    towers = towers_of(store.cameras.all())
    return survey(
        features,
        settings.network,
        settings.helicopter,
        Sights(
            coverage=None if network is None else network.coverage,
            eyes=tuple(
                (each.name, each.position.lon_deg, each.position.lat_deg) for each in towers
            ),
            ground_m=None if terrain is None else terrain.height_at,
        ),
        at=clock.now(),
        land_version=version,
    )


def _head(found: Report) -> list[str]:
    whole = "" if found.is_whole else ", so far"
    return [
        f"{found.kind} {found.period}{whole}",
        f"{found.from_at.isoformat()} to {found.until_at.isoformat()}",
    ]


def _section(section: ReportSection, sources: Sources | None) -> list[str]:
    """Its lines; with the rows behind them where sources are given."""
    lines = ["", section.key, *(f"  ! {remark}" for remark in section.remarks)]
    for figure in section.figures:
        lines.append(f"  {figure.key:<40} {_figure(figure)}")
        lines += _rows(figure.rows, sources)
    for table in section.tables:
        lines.append(f"  {table.key}: {' | '.join(table.columns)}")
        for number, row in enumerate(table.rows):
            lines.append("    " + " | ".join(_cell(cell) for cell in row))
            lines += _rows(table.sources[number] if table.sources else (), sources)
    return lines


def _figure(figure: Figure) -> str:
    parts = [f"{_cell(figure.value)} {figure.unit}"]
    if figure.low is not None and figure.high is not None:
        parts.append(f"[{figure.low:.4g} to {figure.high:.4g}]")
    if figure.counted is not None:
        parts.append(f"{_cell(figure.counted)} of {_cell(figure.of)}")
    elif figure.of is not None:
        parts.append(f"of {_cell(figure.of)}")
    if figure.limit is not None:
        parts.append(f"limit {figure.limit:g}")
    return "  ".join(parts)


def _cell(cell: Cell) -> str:
    if cell is None:
        return "unknown"
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)


def _rows(rows: tuple[RowRef, ...], sources: Sources | None) -> list[str]:
    if sources is None:
        return []
    lines = [
        f"      {one.table} {one.number}  {one.text}"
        for one in told(sources, rows[:MOST_ROWS], "en")
    ]
    if len(rows) > MOST_ROWS:
        lines.append(f"      … and {len(rows) - MOST_ROWS} more")
    return lines
