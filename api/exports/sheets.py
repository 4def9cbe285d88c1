"""Fires as one layer of a file: a row each, whatever is known of its place.

A row's shape is where the fire is; of one with a direction alone the line of sight, 20 km long; of
one that nobody can place where it was seen from. The column ``placed`` says which of the three it
is: no shape is taken for a place that is none.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from api.incidents.facts import facts_of
from api.languages import console_words
from detector.incidents.placing import IncidentPlace
from geo.crs import went
from geo.exchange import Format, Sheet, made_column, write_sheets
from geo.land.index import LandIndex
from models.crossing import Report
from models.errors import NotFound
from models.incident import EntryKind, Incident
from models.land import Fact

__all__ = ["ExportLayer", "cut", "write_incidents"]

SIGHT_M: Final = 20_000.0
LONGEST_BYTES: Final = 250
"""Of a text in a shapefile, in its largest encoding; what is longer ends with an ellipsis."""

_PLACED: Final = {"fire": "火点", "direction": "方向线", "observer": "观测点"}
_HEADINGS: Final = (
    ("state", "状态代码", "state"),
    ("state_zh", "状态", "state_zh"),
    ("placed", "几何含义代码", "placed"),
    ("placed_zh", "几何含义", "placed_zh"),
    ("reason", "原因代码", "reason"),
    ("reason_zh", "排除原因", "reason_zh"),
    ("township", "乡镇", "township"),
    ("township_code", "乡镇编码", "town_code"),
    ("first_seen", "首次发现时间", "first_seen"),
    ("last_seen", "最近发现时间", "last_seen"),
    ("opened", "立案时间", "opened"),
    ("changed", "最近变动时间", "changed"),
    ("r90_m", "误差半径(m)", "r90_m"),
    ("bearing_deg", "方位角(度)", "bearing"),
    ("urgency", "紧急度", "urgency"),
    ("level", "印证等级", "level"),
    ("alerts", "告警数", "alerts"),
    ("observations", "人工报告数", "reports"),
    ("verdict_by", "最近处置人", "verdict_by"),
    ("verdict_at", "最近处置时间", "verdict_at"),
    ("note", "处置说明", "note"),
    ("verdicts", "处置经过", "verdicts"),
)


class ExportLayer(StrEnum):
    """What a layer of an export is called."""

    INCIDENT = "incident"


def write_incidents(
    path: Path,
    incidents: Sequence[Incident],
    format_: Format,
    *,
    place_of: Callable[[Incident], IncidentPlace],
    index: LandIndex,
    zone: tzinfo,
    system: str = "",
) -> None:
    """Write fires to a file, and read it back before anybody gets it.

    Args:
        path: replaced when everything is right.
        incidents: in the order of their rows.
        format_: of the file.
        place_of: where one is.
        index: of the land.
        zone: of the times that are written, each with its offset.
        system: as :func:`geo.exchange.write_file`.

    Raises:
        NotFound: there is none; code ``incidents_none``.
        InputRefused: as :func:`geo.exchange.write_file`.
    """
    if not incidents:
        raise NotFound(
            "There are no such fires to be exported.",
            remedy="Choose a longer span of time or more states.",
            code="incidents_none",
        )
    rows = [_row(one, place_of(one), index, zone) for one in incidents]
    if format_ is Format.SHAPEFILE:
        rows = [({key: cut(value) for key, value in facts.items()}, at) for facts, at in rows]
    taken: set[str] = set()
    columns = [
        made_column(key, heading, short, [facts[key] for facts, _ in rows], taken=taken)
        for key, heading, short in (("code", "编号", "code"), ("name", "名称", "name"), *_HEADINGS)
    ]
    drill = any(one.is_drill for one in incidents)
    if drill:
        values = [one.is_drill for one in incidents]
        columns.append(made_column("drill", "演练", "drill", values, taken=taken))
    kept = [one for one in columns if any(value is not None for value in one.values)]
    shapes = [shape for _, shape in rows]
    sheet = Sheet(ExportLayer.INCIDENT, kept, shapes, drill=drill, title="火情")
    write_sheets(path, [sheet], format_, system=system)


def _row(
    one: Incident, place: IncidentPlace, index: LandIndex, zone: tzinfo
) -> tuple[dict[str, Fact], BaseGeometry]:
    facts = facts_of(one, place, index).values
    words = console_words("zh")
    placed, shape = _shape(one, place)
    state, reason = str(facts["state"]), facts["reason"]
    values: dict[str, Fact] = {
        "code": str(one.incident_id),
        "name": f"火情{one.incident_id}{facts['township'] or ''}",
        "state": state,
        "state_zh": words["state"][state],
        "placed": placed,
        "placed_zh": _PLACED[placed],
        "reason": reason,
        "reason_zh": None if reason is None else words["reason"][reason],
        "first_seen": _at(one.first_seen_at, zone),
        "last_seen": _at(one.last_seen_at, zone),
        "opened": _at(one.opened_at, zone),
        "changed": _at(one.changed_at, zone),
        "verdicts": _verdicts(one, words, zone),
    }
    for key in ("township", "township_code", "r90_m", "bearing_deg", "urgency", "level"):
        values[key] = facts[key]
    for key in ("alerts", "observations", "verdict_by", "note"):
        values[key] = facts[key]
    verdict_at = facts["verdict_at"]
    values["verdict_at"] = (
        None if verdict_at is None else _at(datetime.fromisoformat(verdict_at), zone)
    )
    return values, shape


def _shape(one: Incident, place: IncidentPlace) -> tuple[str, BaseGeometry]:
    best, observer = place.best, place.observer
    if best is not None:
        return "fire", shapely.Point(best.lon_deg, best.lat_deg)
    if observer is not None and place.bearing_deg is not None:
        end = went(observer.lon_deg, observer.lat_deg, place.bearing_deg, SIGHT_M)
        return "direction", shapely.LineString([(observer.lon_deg, observer.lat_deg), end])
    if one.alerts:
        seen_from = one.alerts[0].draft.fix.observer
    else:
        told = [each.draft.witness for each in one.observations]
        positions = [each.position if isinstance(each, Report) else each.observer for each in told]
        if not positions:
            return "observer", shapely.Point()
        seen_from = positions[0]
    return "observer", shapely.Point(seen_from.lon_deg, seen_from.lat_deg)


def _verdicts(one: Incident, words: dict[str, Any], zone: tzinfo) -> str:
    told = []
    for entry in one.entries:
        if entry.kind in _TOLD and entry.to_state is not None:
            reason = "" if entry.reason is None else f"({words['reason'][entry.reason]})"
            kind = words["entry_kind"][entry.kind.value]
            state = words["state"][entry.to_state.value]
            at = entry.at.astimezone(zone).strftime("%m-%d %H:%M")
            told.append(f"{at} {entry.author} {kind} {state}{reason}")
    return "; ".join(told)


_TOLD: Final = frozenset(
    {EntryKind.STEPPED, EntryKind.PROPOSED, EntryKind.DECLINED, EntryKind.UNDONE}
    | {EntryKind.REOPENED}
)


def _at(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def cut(value: Fact) -> Fact:
    """A text as long as a shapefile takes it; everything else as it is."""
    if not isinstance(value, str) or len(value.encode()) <= LONGEST_BYTES:
        return value
    return value.encode()[: LONGEST_BYTES - 3].decode(errors="ignore") + "…"
