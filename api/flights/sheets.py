"""Flights as one layer of a file: a row each, also those that were missed or skipped, with why.

A row's shape is the way of its mission, from home to home. It says where a flight was to go; the
column ``started`` says whether it did.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from api.exports.sheets import cut
from api.flights.schemas import FlightRow
from api.languages import console_words
from api.reports.csv_file import FORMULA
from geo.exchange import Format, Sheet, made_column, write_sheets
from models.errors import NotFound
from models.flight import Run, RunReason
from models.land import Fact

__all__ = ["FlightLayer", "write_flights"]

_HEADINGS: Final = (
    ("code", "编号", "code"),
    ("name", "名称", "name"),
    ("state", "状态代码", "state"),
    ("state_zh", "状态", "state_zh"),
    ("reason", "原因代码", "reason"),
    ("reason_zh", "原因", "reason_zh"),
    ("gates", "未通过的起飞条件", "gates"),
    ("aircraft", "航空器", "aircraft"),
    ("cause_zh", "事由", "cause_zh"),
    ("schedule", "飞行计划", "schedule"),
    ("incident", "核实的火情", "incident"),
    ("sweep", "巡飞", "sweep"),
    ("version", "巡飞版本", "version"),
    ("sortie", "架次", "sortie"),
    ("due", "时间窗开始", "due"),
    ("until", "时间窗结束", "until"),
    ("released_by", "放行人", "rel_by"),
    ("released", "放行时间", "released"),
    ("started", "起飞时间", "started"),
    ("ended", "结束时间", "ended"),
    ("minutes", "飞行时长(分钟)", "minutes"),
    ("told", "最后说明", "told"),
)


class FlightLayer(StrEnum):
    """What a layer of an export is called."""

    FLIGHT = "flight"


def write_flights(
    path: Path,
    flights: Sequence[tuple[FlightRow, Run]],
    format_: Format,
    *,
    way_of: Callable[[Run], Sequence[tuple[float, float]]],
    zone: tzinfo,
) -> None:
    """Write flights to a file, and read it back before anybody gets it.

    Args:
        path: replaced when everything is right.
        flights: in the order of their rows, each as it travels and as it is kept.
        format_: of the file.
        way_of: longitude and latitude of the corners of its mission, WGS 84; may be empty.
        zone: of the times that are written, each with its offset.

    Raises:
        NotFound: there is none; code ``flights_none``.
        InputRefused: as :func:`geo.exchange.write_sheets`.
    """
    if not flights:
        raise NotFound(
            "There are no flights in this span.",
            remedy="Choose a longer one.",
            code="flights_none",
        )
    rows = [_facts(row, run, zone) for row, run in flights]
    kept_as = _KEPT_AS.get(format_)
    if kept_as is not None:
        rows = [{key: kept_as(value) for key, value in facts.items()} for facts in rows]
    taken: set[str] = set()
    columns = [
        made_column(key, heading, short, [facts[key] for facts in rows], taken=taken)
        for key, heading, short in _HEADINGS
    ]
    drills = [row.is_drill for row, _ in flights]
    if any(drills):
        columns.append(made_column("drill", "演练", "drill", drills, taken=taken))
    kept = [one for one in columns if any(value is not None for value in one.values)]
    shapes = [_shape(way_of(run)) for _, run in flights]
    sheet = Sheet(FlightLayer.FLIGHT, kept, shapes, drill=any(drills), title="飞行")
    write_sheets(path, [sheet], format_, system="")


def _facts(row: FlightRow, run: Run, zone: tzinfo) -> dict[str, Fact]:
    words = console_words("zh")
    is_told = row.reason is not RunReason.NONE
    flown_s = None
    if row.started_at is not None and row.ended_at is not None:
        flown_s = (row.ended_at - row.started_at).total_seconds()
    return {
        "code": str(row.run_id),
        "name": f"{row.sweep_name} {row.sortie}",
        "state": row.state.value,
        "state_zh": words["flight_state"][row.state],
        "reason": row.reason.value if is_told else None,
        "reason_zh": words["flight_reason"][row.reason] if is_told else None,
        "gates": "、".join(words["flight_gate"][gate] for gate in row.closed) or None,
        "aircraft": row.aircraft,
        "cause_zh": words["flight_cause"][row.cause],
        "schedule": row.schedule_name,
        "incident": row.incident_id,
        "sweep": row.sweep_name,
        "version": row.sweep_version,
        "sortie": row.sortie,
        "due": _at(row.due_at, zone),
        "until": _at(row.until_at, zone),
        "released_by": row.released_by or None,
        "released": _at(row.released_at, zone),
        "started": _at(row.started_at, zone),
        "ended": _at(row.ended_at, zone),
        "minutes": None if flown_s is None else round(flown_s / 60.0, 1),
        "told": run.steps[-1].note or None if run.steps else None,
    }


def _plain(value: Fact) -> Fact:
    """No text that a spreadsheet would take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


_KEPT_AS: Final[dict[Format, Callable[[Fact], Fact]]] = {
    Format.CSV: _plain,
    Format.SHAPEFILE: cut,
}


def _shape(way: Sequence[tuple[float, float]]) -> BaseGeometry:
    if not way:
        return shapely.Point()
    return shapely.LineString(way) if len(way) > 1 else shapely.Point(way[0])


def _at(moment: datetime | None, zone: tzinfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")
