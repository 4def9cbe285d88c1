"""Debian's ``ogrinfo`` and ``ogr2ogr`` on the map services, as docs/api.md says."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from api_rig import ApiRig, build_api
from gdal_rig import PACKAGES, OgrClient, why_no_gdal
from served import served

from api.auth.tokens import new_secret, secret_sha256, written
from models.crossing import Bearing, Report
from models.incident import DismissReason, IncidentState
from models.land import Layer
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.user import Role, TokenScope

pytestmark = pytest.mark.servers

CONFIRMED, DISMISSED, DIRECTIONS = {3, 7}, {5}, {10, 20}


def _fires(api: ApiRig) -> None:
    store = api.context.store
    for at in range(25):
        stand = Position(-84.3 + 0.001 * at, 36.2, 0.0, HeightDatum.GROUND)
        witness = Bearing(stand, 30.0, 2.0) if at + 1 in DIRECTIONS else Report(stand, 100.0)
        when = api.clock.now() - timedelta(hours=at)
        draft = ObservationDraft(ObservationSource.CALL, witness, when, "村民", "山坡冒烟")
        store.observations.add(draft, author="m", key=f"ogr-{at:06}")
    for number in CONFIRMED | DISMISSED:
        is_fire = number in CONFIRMED
        store.verdicts.step(
            number,
            expected=IncidentState.OPEN,
            to_state=IncidentState.CONFIRMED if is_fire else IncidentState.DISMISSED,
            reason=None if is_fire else DismissReason.OTHER,
            author="m",
            note="火在竹林边" if is_fire else "炊烟",
        )


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiRig]:
    rig = build_api(tmp_path)
    _fires(rig)
    yield rig
    rig.context.store.close()


@pytest.fixture
def ogr(api: ApiRig, tmp_path: Path) -> Iterator[OgrClient]:
    trouble = why_no_gdal()
    if trouble and os.environ.get("CI"):
        pytest.fail(f"CI must install {PACKAGES}: {trouble}")
    if trouble:
        pytest.skip(f"needs GDAL (apt-get install {PACKAGES}): {trouble}")
    secret = new_secret()
    token = api.context.store.tokens.add(
        "ogr",
        secret_sha256(secret),
        role=Role.VIEWER,
        scopes=(TokenScope.EXPORTS,),
        townships=(),
        expires_at=api.clock.now() + timedelta(days=9),
        actor="admin",
    )
    with served(api) as address:
        yield OgrClient(f"{address}/api/ogc", written(token.token_id, secret), tmp_path)


def _numbers(ogr: OgrClient, *arguments: str) -> set[int]:
    found = [one["properties"]["incident_id"] for one in ogr.features("incidents", *arguments)]
    assert len(found) == len(set(found))
    return set(found)


def test_layers_are_listed_with_their_chinese_titles(ogr: OgrClient) -> None:
    listed = re.findall(r"^\d+: (\w+) \(title: (\S+) ", ogr.ogrinfo(), flags=re.MULTILINE)
    assert [name for name, _ in listed] == ["incidents", "observations", *Layer]
    assert listed[0][1] == "火情"
    facts = ogr.ogrinfo("incidents", "-so")
    assert "Feature Count: 25" in facts
    assert 'ID["EPSG",4326]' in facts


def test_pages_are_read_to_the_end(ogr: OgrClient) -> None:
    assert _numbers(ogr, "-oo", "PAGE_SIZE=10") == set(range(1, 26))
    pages = [one for one in ogr.fetched("incidents", "-oo", "PAGE_SIZE=10") if "limit=10" in one]
    assert len({*pages}) >= 3, pages


def test_filters_are_asked_of_the_service_and_narrow(ogr: OgrClient) -> None:
    where = ("-where", "state = 'confirmed'")
    assert _numbers(ogr, *where) == CONFIRMED
    assert _numbers(ogr, "-where", "state = 'dismissed'") == DISMISSED
    assert _numbers(ogr, "-where", "state = 'open'") == set(range(1, 26)) - CONFIRMED - DISMISSED
    assert any("state=confirmed" in one for one in ogr.fetched("incidents", *where))
    box = ("-spat", "-84.3005", "36.1", "-84.2985", "36.3")
    assert _numbers(ogr, *box) == {1, 2}
    assert any("bbox=" in one for one in ogr.fetched("incidents", *box))


def test_places_and_directions_come_as_they_are(ogr: OgrClient) -> None:
    fires = {one["properties"]["incident_id"]: one for one in ogr.features("incidents")}
    assert {number for number, one in fires.items() if one["geometry"] is None} == DIRECTIONS
    lon_deg, lat_deg = fires[3]["geometry"]["coordinates"]
    assert (lon_deg, lat_deg) == pytest.approx((-84.298, 36.2), abs=1e-6)
    assert fires[10]["properties"]["bearing_deg"] == 30.0


def test_chinese_stays_whole_also_in_a_file(ogr: OgrClient, api: ApiRig, tmp_path: Path) -> None:
    land = api.context.store.land
    for layer in (Layer.TOWNSHIP, Layer.VILLAGE):
        names = {one["properties"]["name"] for one in ogr.features(layer.value)}
        assert names == {one.name for one in land.all(layer)}
    copied = tmp_path / "confirmed.gpkg"
    ogr.copied(copied, "incidents", "-where", "state = 'confirmed'")
    again = OgrClient.read(copied)
    assert {one["properties"]["note"] for one in again} == {"火在竹林边"}
    assert len(again) == len(CONFIRMED)
