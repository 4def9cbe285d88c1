"""Fires as files: every format is read again by somebody else's reader."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pytest
from api_rig import ApiRig

from geo.exchange import Format
from models.alert import Alert
from models.crossing import Bearing, Report
from models.incident import DismissReason, IncidentState
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.user import Role

WORDS = "綦江区双凤村后山坡冒烟"


def tell(api: ApiRig, *, direction: bool = False, lon_deg: float = -84.25) -> int:
    stand = Position(lon_deg, 36.25, 0.0, HeightDatum.GROUND)
    witness = Bearing(stand, 30.0, 2.0) if direction else Report(stand, 100.0)
    draft = ObservationDraft(ObservationSource.CALL, witness, api.clock.now(), "t", WORDS)
    store = api.context.store.observations
    kept, _ = store.add(draft, author="m", key=f"key-{direction}-{lon_deg}")
    assert kept.incident_id is not None
    return kept.incident_id


@pytest.fixture
def filled(api: ApiRig, burn: Callable[[], Alert]) -> ApiRig:
    """A located fire, a direction, one that nobody can place, and a dismissed one."""
    burn()
    tell(api, direction=True)
    taken_back = tell(api, lon_deg=-84.0)
    number = api.context.store.incidents.get(taken_back).observations[0].observation_id
    api.context.store.observations.withdraw(number, author="m")
    gone = tell(api, lon_deg=-83.5)
    api.context.store.verdicts.step(
        gone,
        expected=IncidentState.OPEN,
        to_state=IncidentState.DISMISSED,
        author="王五",
        reason=DismissReason.OTHER,
        note="祭祀后余烬, 已扑灭" * 20,
    )
    return api


def export(api: ApiRig, format_: str, **query: object) -> Any:  # noqa: ANN401
    client = api.client(Role.MONITOR)
    return client.get("/api/exports/incidents", params={"format": format_, "scope": "all", **query})


def rows_of(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_table_says_everything_in_chinese(filled: ApiRig) -> None:
    answer = export(filled, "csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "firewatch-incidents-20261125" in answer.headers["content-disposition"]
    rows = rows_of(answer.content)
    assert len(rows) == 4
    by_place = {row["几何含义"]: row for row in rows}
    assert set(by_place) == {"火点", "方向线", "观测点"}
    dismissed = next(row for row in rows if row["状态"] == "已排除")
    assert dismissed["排除原因"] == "其他"
    assert dismissed["最近处置人"] == "王五"
    assert dismissed["处置说明"].startswith("祭祀后余烬, 已扑灭祭祀")
    assert "王五" in dismissed["处置经过"]
    located = next(row for row in rows if row["告警数"] == "1")
    assert located["乡镇"]
    assert located["首次发现时间"].endswith("+08:00")
    log = filled.context.store.audit.entries(1)[0]
    assert (log.action, log.actor, log.details["incidents"]) == ("incident.exported", "monitor", 4)


def test_a_workbook_holds_the_same(filled: ApiRig) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export(filled, "xlsx").content))
    (page,) = book.worksheets
    assert page.title == "火情"
    rows = list(page.iter_rows(values_only=True))
    assert len(rows) == 5
    assert {"状态", "乡镇", "处置经过"} < set(rows[0])


@pytest.mark.parametrize("format_", ["geojson", "gpkg", "kml", "shp"])
def test_maps_read_it_again_with_every_letter(filled: ApiRig, tmp_path: Path, format_: str) -> None:
    answer = export(filled, format_)
    assert answer.status_code == 200, answer.text
    ending = ".zip" if format_ == "shp" else f".{format_}"
    path = tmp_path / f"fires{ending}"
    path.write_bytes(answer.content)
    source = f"/vsizip/{path}" if format_ == "shp" else str(path)
    notes, count = [], 0
    for name, _ in pyogrio.list_layers(source):
        meta, _, _, columns = pyogrio.raw.read(source, layer=name)
        fields = list(meta["fields"])
        count += len(columns[0])
        notes += [note for note in columns[fields.index("note")] if note]
    assert count == 4
    assert notes[0].startswith("祭祀后余烬, 已扑灭祭祀后余烬")


def test_the_shapefile_is_gbk_byte_for_byte(filled: ApiRig) -> None:
    with zipfile.ZipFile(io.BytesIO(export(filled, "shp").content)) as packed:
        names = packed.namelist()
        tables = b"".join(packed.read(name) for name in names if name.endswith(".dbf"))
        pages = {packed.read(name) for name in names if name.endswith(".cpg")}
    assert "祭祀后余烬, 已扑灭".encode("gbk") in tables
    assert "已排除".encode("gbk") in tables
    assert "已排除".encode() not in tables
    assert len(pages) == 1


def test_geojson_says_what_its_shapes_mean(filled: ApiRig) -> None:
    document = json.loads(export(filled, "geojson").content)
    kinds = {one["properties"]["placed"]: one["geometry"]["type"] for one in document["features"]}
    assert kinds == {"fire": "Point", "direction": "LineString", "observer": "Point"}


def test_what_is_exported_can_be_chosen(filled: ApiRig) -> None:
    every = filled.context.store.incidents.page(9).incidents
    gone = [one for one in every if one.state is IncidentState.DISMISSED]
    assert 1 <= len(gone) < len(every) == 4
    working = rows_of(export(filled, "csv", scope="working").content)
    assert len(working) == len(every) - len(gone)
    assert len(rows_of(export(filled, "csv", state="dismissed").content)) == len(gone)
    later = (filled.clock.now() + timedelta(days=2)).isoformat()
    none = export(filled, "csv", **{"from": later})
    assert (none.status_code, none.json()["code"]) == (404, "incidents_none")
    refused = export(filled, "dwg")
    assert (refused.status_code, refused.json()["code"]) == (422, "input_refused")
    assert filled.client(Role.VIEWER).get("/api/exports/incidents?format=csv").status_code == 403


def test_a_drill_says_so(filled: ApiRig) -> None:
    rows = rows_of(export(filled, "csv").content)
    told = {row.get("演练") for row in rows}
    drills = any(one.is_drill for one in filled.context.store.incidents.page(9).incidents)
    assert told == ({"是", "否"} if drills else {None})


def test_every_format_is_made(filled: ApiRig) -> None:
    for format_ in Format:
        assert export(filled, format_.value).status_code == 200, format_
