"""What of a report rests on relief, towers and land: holes, the area that is watched, lacks."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from api_rig import ApiRig

from api.coverage.desk import Network
from api.coverage.room import CoverageRoom
from api.land.network.desk import NetworkDesk
from api.reports.making import monthly, yearly
from camera_gateway.ring import FrameRing
from geo.locate import Locator
from geo.relief import drill_relief
from models.land import Layer
from models.report import Figure, Report, ReportTable
from models.user import Role


@pytest.fixture
def network(api: ApiRig, tmp_path: Path) -> Network:
    """What the towers of the drill district see; the application knows it."""
    terrain = replace(drill_relief(), fingerprint="heights-0123456789ab")
    room = CoverageRoom.of(
        api.context.store,
        api.context.clock,
        locator=Locator(terrain, folder=tmp_path / "horizons"),
        ring=FrameRing(10**6, 4),
        folder=tmp_path / "coverage",
        running=list,
    )
    while room.desk.step():
        pass
    desk = NetworkDesk(wait_s=60.0)
    api.context = replace(api.context, coverage=room, terrain=terrain, network=desk)
    assert room.desk.ready is not None
    return room.desk.ready


def figure(report: Report, key: str) -> Figure:
    (found,) = [one for part in report.sections for one in part.figures if one.key == key]
    return found


def table(report: Report, key: str) -> ReportTable:
    (found,) = [one for part in report.sections for one in part.tables if one.key == key]
    return found


def hectares(api: ApiRig, network: Network, layer: Layer) -> tuple[float, float]:
    """Blind and seen land of a layer, cell by cell by the places of their middles."""
    grid, coverage = network.coverage.grid, network.coverage
    townships = api.context.store.land.all(Layer.TOWNSHIP)
    land = shapely.union_all([one.geometry for one in townships])
    shape = shapely.union_all([one.geometry for one in api.context.store.land.all(layer)])
    blind_ha = seen_ha = 0.0
    for row in range(grid.rows):
        places = np.array([grid.centre_of(row, column) for column in range(grid.columns)])
        inside = shapely.contains_xy(land, places) & shapely.contains_xy(shape, places)
        smoke_m, doubt = coverage.smoke_m[row], coverage.doubt[row]
        seen_ha += grid.row_ha[row] * np.count_nonzero(inside & (smoke_m <= 30.0))
        blind_ha += grid.row_ha[row] * np.count_nonzero(inside & (smoke_m > 30.0) & ~doubt)
    return float(blind_ha), float(seen_ha)


def test_holes_are_what_is_not_seen_of_the_land_and_of_the_forest(
    api: ApiRig, network: Network
) -> None:
    report = yearly(api.context, "2026")
    for key, layer in (("land_blind", Layer.TOWNSHIP), ("forest_blind", Layer.FOREST_STAND)):
        blind_ha, seen_ha = hectares(api, network, layer)
        found = figure(report, key)
        assert found.value == pytest.approx(blind_ha / (blind_ha + seen_ha), rel=1e-3), key
        assert 0.0 < blind_ha < blind_ha + seen_ha
    areas = table(report, "blind_areas")
    assert 0 < len(areas.rows) <= 20
    sizes = [row[2] for row in areas.rows]
    assert sizes == sorted(sizes, reverse=True)  # type: ignore[type-var]
    told = api.client(Role.VIEWER).get("/api/coverage/blind", params={"smoke": 30}).json()
    assert figure(report, "land_blind_area").value == pytest.approx(told["blind_ha"], abs=0.06)
    assert {row.table for row in figure(report, "forest_blind").rows} == {"camera", "land_feature"}


def test_false_alarms_are_held_against_the_land_that_is_seen(api: ApiRig, network: Network) -> None:
    report = monthly(api.context, "2026-11")
    _, seen_ha = hectares(api, network, Layer.TOWNSHIP)
    assert figure(report, "area_watched").value == pytest.approx(seen_ha, rel=1e-3)
    remarks = {remark for part in report.sections for remark in part.remarks}
    assert "area_is_seen" in remarks


def test_lacks_are_the_findings_of_the_network_view(api: ApiRig, network: Network) -> None:
    del network
    report = yearly(api.context, "2026")
    told = api.client(Role.VIEWER).get("/api/land/network").json()
    assert told["state"] == "ready"
    counts: Counter[object] = Counter()
    townships: Counter[object] = Counter()
    for kind, township, _, findings in table(report, "lacks").rows:
        counts[kind] += findings  # type: ignore[assignment, operator]
        townships[township] += findings  # type: ignore[assignment, operator]
    assert counts == told["counts"]
    assert townships == {one["code"]: one["findings"] for one in told["townships"]}
    assert figure(report, "facilities_missing").value == told["total"] > 0
    api.context.network.close()
