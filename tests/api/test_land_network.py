import csv
import io
import json
import subprocess
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import shapely
from api_rig import ApiRig
from openpyxl import load_workbook

from api.coverage.desk import CoverageDesk, CoverageState
from api.land.network import desk as desk_module
from api.land.network.desk import NetworkDesk, NetworkState
from api.land.network.plan import PlanFormat, plan
from api.land.network.words import HEADINGS, KINDS, LAYERS
from geo.land.network import survey
from models.config import HelicopterRule, NetworkRule
from models.land import FindingKind, LandFeature, Layer, NetworkReport
from models.user import Role

ROOT = Path(__file__).resolve().parents[2]
PATH = "/api/land/network"


def settled(api: ApiRig, query: str = "") -> dict:  # type: ignore[type-arg]
    client = api.client(Role.VIEWER)
    for _ in range(60):
        answer = client.get(f"{PATH}{query}").json()
        if answer["state"] == "ready":
            return cast("dict", answer)  # type: ignore[type-arg]
    raise AssertionError(answer["state"])


def test_nobody_unknown_asks(api: ApiRig) -> None:
    for path in ("", "/shapes", "/export"):
        assert api.client().get(PATH + path).status_code == 401


def test_the_drill_district_is_surveyed_and_kept(api: ApiRig) -> None:
    answer = settled(api)
    assert answer["land_version"] == api.context.store.land.version()
    assert answer["drill"] is True
    assert answer["rule"]["water_minutes"] == 15.0
    assert answer["total"] == len(answer["findings"]) == sum(answer["counts"].values()) > 10
    assert {each["kind"] for each in answer["findings"]} == set(answer["counts"])
    order = list(FindingKind)
    places = [order.index(FindingKind(each["kind"])) for each in answer["findings"]]
    assert places == sorted(places)
    townships = {each["code"]: each["findings"] for each in answer["townships"]}
    assert sum(townships.values()) == answer["total"]
    again = settled(api)
    assert again["at"] == answer["at"], "kept: nothing has changed"


def test_it_is_asked_by_kind_and_township(api: ApiRig) -> None:
    everything = settled(api)
    kind = everything["findings"][0]["kind"]
    some = settled(api, f"?kind={kind}&limit=1")
    assert some["total"] == everything["counts"][kind]
    assert len(some["findings"]) == 1
    code = next(each["code"] for each in everything["townships"] if each["code"])
    there = settled(api, f"?township={code}")
    assert {each["township_code"] for each in there["findings"]} == {code}
    assert sum(there["counts"].values()) == there["total"]
    assert there["townships"] == everything["townships"], "the list to choose from stays whole"
    assert api.client(Role.VIEWER).get(f"{PATH}?kind=everything").status_code == 422


def test_another_land_is_surveyed_anew(api: ApiRig) -> None:
    before = settled(api)
    api.clock.advance(60.0)
    store = api.context.store
    hydrant = LandFeature(
        Layer.HYDRANT, "lonely", "孤栓", shapely.Point(-84.3, 36.3), drill=False, properties={}
    )
    store.land.replace(Layer.HYDRANT, [*store.land.all(Layer.HYDRANT), hydrant])
    after = settled(api)
    assert after["land_version"] > before["land_version"]
    assert after["at"] > before["at"]
    lonely = [each for each in after["findings"] if each["code"] == "lonely"]
    assert [each["kind"] for each in lonely] == ["hydrant_no_pipe"]


def test_shapes_are_geojson_for_the_map(api: ApiRig) -> None:
    everything = settled(api)
    answer = api.client(Role.VIEWER).get(f"{PATH}/shapes").json()
    assert answer["type"] == "FeatureCollection"
    assert len(answer["features"]) == everything["total"]
    kinds = {each["properties"]["kind"]: each["geometry"]["type"] for each in answer["features"]}
    assert kinds["belt_gap"] == "LineString"
    assert kinds["stand_no_belt"] in {"Polygon", "MultiPolygon"}
    west, south, east, north = shapely.total_bounds(
        [shapely.from_geojson(json.dumps(each["geometry"])) for each in answer["features"]]
    )
    assert -84.6 < west < east < -83.9
    assert 36.0 < south < north < 36.6


def test_a_plan_in_csv_opens_in_excel_with_its_chinese(api: ApiRig) -> None:
    everything = settled(api)
    answer = api.client(Role.VIEWER).get(f"{PATH}/export?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "filename*=UTF-8''%E9%98%BB" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == [pair[0] for pair in HEADINGS]
    assert len(rows) == everything["total"] + 1
    first, row = everything["findings"][0], rows[1]
    assert row[0] == KINDS[FindingKind(first["kind"])][0]
    assert row[2:6] == [first["name"], first["code"], first["township"], first["township_code"]]
    assert (float(row[14]), float(row[15])) == pytest.approx(
        (first["lon_deg"], first["lat_deg"]), abs=1e-6
    )
    assert row[16] == "是"


def test_a_plan_in_excel_reads_back_cell_by_cell(api: ApiRig) -> None:
    everything = settled(api)
    answer = api.client(Role.VIEWER).get(f"{PATH}/export?format=xlsx&language=en")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == tuple(pair[1] for pair in HEADINGS)
    assert len(rows) == everything["total"] + 1
    assert [row[3] for row in rows[1:]] == [each["code"] for each in everything["findings"]]
    assert all(isinstance(row[14], float) for row in rows[1:])


def test_a_plan_in_geojson_is_read_by_others(api: ApiRig, tmp_path: Path) -> None:
    settled(api)
    answer = api.client(Role.VIEWER).get(f"{PATH}/export?format=geojson&kind=belt_gap")
    assert answer.headers["content-type"] == "application/geo+json"
    file = tmp_path / "gaps.geojson"
    file.write_bytes(answer.content)
    told = json.loads(file.read_text(encoding="utf-8"))
    assert {each["properties"]["kind"] for each in told["features"]} == {"belt_gap"}
    try:
        said = subprocess.run(  # noqa: S603 -- GDAL's own reader
            ["/usr/bin/ogrinfo", "-so", "-al", str(file)],
            capture_output=True, check=True, text=True, timeout=60,
        ).stdout  # fmt: skip
    except FileNotFoundError:
        pytest.skip("needs GDAL's tools (apt-get install gdal-bin)")
    assert f"Feature Count: {len(told['features'])}" in said


def report_of(*names: str) -> NetworkReport:
    features = [
        LandFeature(Layer.ROAD, "r", "r", shapely.LineString([(0, 0), (0.01, 0)]), drill=False),
        *(
            LandFeature(Layer.CHECKPOINT, f"c{at}", name, shapely.Point(0, 0.1), drill=False)
            for at, name in enumerate(names)
        ),
    ]
    at = cast("object", None)
    return survey(features, NetworkRule(), HelicopterRule(), at=at)  # type: ignore[arg-type]


def test_no_name_becomes_a_formula() -> None:
    names = ("=1+1", "@cmd", "-2", "名\x00称\x0b", '"quoted", 逗号')
    findings = report_of(*names).findings
    rows = list(csv.reader(io.StringIO(plan(findings, PlanFormat.CSV, "zh").decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:4]] == ["'=1+1", "'@cmd", "'-2"]
    assert rows[5][2] == names[4]
    book = load_workbook(io.BytesIO(plan(findings, PlanFormat.EXCEL, "zh")))
    sheet = book.active
    assert sheet is not None
    cells = [sheet.cell(line, 3) for line in range(2, 7)]
    assert [cell.value for cell in cells] == [*names[:3], "名称", names[4]]
    assert {cell.data_type for cell in cells} == {"s"}


def test_the_console_and_the_plan_say_the_same() -> None:
    assert set(KINDS) == set(FindingKind)
    assert set(LAYERS) == set(Layer)
    for at, language in enumerate(("zh", "en")):
        words = json.loads((ROOT / f"console/src/i18n/{language}.json").read_text(encoding="utf-8"))
        assert {kind.value: pair[at] for kind, pair in KINDS.items()} == words["network_kind"]
        assert {layer.value: pair[at] for layer, pair in LAYERS.items()} == words["layer"]


def ask(api: ApiRig, desk: NetworkDesk, coverage: CoverageDesk | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN201
    context = api.context
    return desk.ask(
        context.land_book,
        context.settings,
        now=context.clock.now(),
        cameras=context.store.cameras.all(),
        terrain=context.terrain,
        coverage=coverage,
    )


def test_while_it_is_surveyed_the_former_report_stands(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, gate = NetworkDesk(wait_s=0.05), threading.Event()
    true_survey = desk_module.survey

    def slow(*parts: object, **named: object) -> NetworkReport:
        assert gate.wait(30.0)
        return true_survey(*parts, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(desk_module, "survey", slow)
    first = ask(api, desk)
    assert (first.state, first.report) == (NetworkState.COMPUTING, None)
    gate.set()
    desk._wait_s = 60.0
    report = ask(api, desk).report
    gate.clear()
    desk._wait_s = 0.05
    store = api.context.store
    store.land.replace(Layer.QUAY, [])
    standing = ask(api, desk)
    assert (standing.state, standing.report) == (NetworkState.COMPUTING, report)
    gate.set()
    desk.close()


def test_a_survey_that_fails_says_so_and_is_tried_again_on_another_land(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk = NetworkDesk(wait_s=60.0)

    def broken(*_parts: object, **_named: object) -> NetworkReport:
        raise MemoryError

    monkeypatch.setattr(desk_module, "survey", broken)
    assert ask(api, desk).state is NetworkState.FAILED
    assert "not surveyed" in caplog.text
    monkeypatch.undo()
    assert ask(api, desk).state is NetworkState.FAILED, "the same land would fail again"
    api.context.store.land.replace(Layer.QUAY, [])
    assert ask(api, desk).state is NetworkState.READY
    desk.close()
    NetworkDesk().close()


def test_it_waits_for_what_the_towers_see(api: ApiRig) -> None:
    coverage = cast("CoverageDesk", SimpleNamespace(ready=None, state=CoverageState.COMPUTING))
    standing = ask(api, NetworkDesk(), coverage)
    assert (standing.state, standing.report) == (NetworkState.COVERAGE, None)


def test_without_a_report_there_is_nothing_to_draw_or_to_write(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pending(*_parts: object, **_named: object) -> object:
        return desk_module.Standing(NetworkState.COMPUTING, None)

    monkeypatch.setattr(NetworkDesk, "ask", pending)
    client = api.client(Role.VIEWER)
    answer = client.get(PATH).json()
    assert (answer["state"], answer["at"], answer["findings"]) == ("computing", None, [])
    for path in ("/shapes", "/export"):
        refused = client.get(PATH + path)
        assert (refused.status_code, refused.json()["code"]) == (409, "network_pending")
