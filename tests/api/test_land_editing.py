"""The land by hand: who may change what, what is refused, and that nobody's work is lost."""

from typing import Any
from urllib.parse import quote

import pytest
import shapely
from api_rig import ApiRig
from fastapi.testclient import TestClient
from httpx2 import Response

from models.land import ChangeKind, LandEdit, LandFeature, Layer
from models.user import Role

LINE = {"type": "LineString", "coordinates": [[-84.10, 36.10], [-84.09, 36.11]]}
POINT = {"type": "Point", "coordinates": [-84.1, 36.1]}
AREA = {
    "type": "Polygon",
    "coordinates": [[[-84.1, 36.1], [-84.09, 36.1], [-84.09, 36.11], [-84.1, 36.1]]],
}


@pytest.fixture
def monitor(api: ApiRig) -> TestClient:
    return api.client(Role.MONITOR)


def draw(client: TestClient, layer: str = "forest_belt", **changes: Any) -> Response:  # noqa: ANN401
    geometry = {"forest_belt": LINE, "township": AREA, "road": LINE}.get(layer, POINT)
    body = {"name": " 新带 ", "code": "x/1 号", "geometry": geometry, **changes}
    return client.post(f"/api/land/features/{layer}", json=body)


def at(code: str = "x/1 号", layer: str = "forest_belt") -> str:
    return f"/api/land/features/{layer}/{quote(code, safe='')}"


def test_a_belt_is_drawn_changed_and_taken_away(api: ApiRig, monitor: TestClient) -> None:
    land = api.context.store.land
    version = land.version()
    made = draw(monitor, properties={"width_m": 30, "state": "good", "keeper": None}, note="新 ")
    assert made.status_code == 201
    told = made.json()
    assert told | {"tag": ""} == {
        "layer": "forest_belt", "code": "x/1 号", "name": "新带", "drill": False,
        "properties": {"width_m": 30.0, "state": "good"}, "geometry": LINE, "tag": "",
        "may_edit": True,
    }  # fmt: skip
    kept = land.get(Layer.FOREST_BELT, "x/1 号")
    assert kept is not None
    assert isinstance(kept.properties["width_m"], float)
    assert monitor.get(at()).json() == told

    body = {"before": told["tag"], "properties": {"width_m": 45, "state": None, "own": 7}}
    changed = monitor.patch(at(), json=body).json()
    assert changed["properties"] == {"width_m": 45.0, "own": 7}
    assert (changed["geometry"], changed["name"]) == (LINE, "新带")
    body = {"before": changed["tag"], "geometry": AREA, "name": "宽带", "drill": True}
    area = monitor.patch(at(), json=body).json()
    assert (area["geometry"], area["name"], area["drill"]) == (AREA, "宽带", True)

    same = monitor.patch(at(), json={"before": area["tag"], "properties": {"width_m": 45}})
    assert same.json() == area
    assert land.version() == version + 3

    assert monitor.delete(at(), params={"before": area["tag"], "note": "误"}).status_code == 204
    assert monitor.get(at()).json()["code"] == "land_no_feature"
    assert [change.note for change in land.changes(limit=4)] == ["误", "", "", "新"]

    history = monitor.get(at().replace("features", "history")).json()
    assert history["left_out"] == 0
    assert [
        (each["change"]["change_id"], each["before"] is None, each["after"] is None)
        for each in history["entries"]
    ] == [
        (version + 4, False, True),
        (version + 3, False, False),
        (version + 2, False, False),
        (version + 1, True, False),
    ]
    assert history["entries"][0]["before"]["tag"] == area["tag"]
    back = monitor.post(f"/api/land/changes/{version + 4}/undo", json={"note": "还要"}).json()
    assert (back["undoes"], back["kind"], back["note"]) == (version + 4, "undone", "还要")
    assert monitor.get(at()).json() == area


def test_without_a_code_it_gets_one(monitor: TestClient) -> None:
    made = draw(monitor, "water_point", code=" ").json()
    assert made["code"].startswith("WP-")
    again = draw(monitor, "water_point", code="")
    assert (again.status_code, again.json()["code"]) == (409, "land_code_taken")


def test_two_who_edit_the_same_lose_nothing(api: ApiRig, monitor: TestClient) -> None:
    tag = draw(monitor).json()["tag"]
    admin = api.client(Role.ADMIN)
    assert admin.patch(at(), json={"before": tag, "name": "管"}).status_code == 200
    for late in (
        monitor.patch(at(), json={"before": tag, "name": "监"}),
        monitor.delete(at(), params={"before": tag}),
    ):
        assert (late.status_code, late.json()["code"]) == (409, "land_changed_since")
        assert "by admin in change" in late.json()["detail"]
    assert monitor.get(at()).json()["name"] == "管"


def test_borders_are_an_administrators(api: ApiRig, monitor: TestClient) -> None:
    admin = api.client(Role.ADMIN)
    refused = draw(monitor, "township")
    assert (refused.status_code, refused.json()["code"]) == (403, "land_admin")
    made = draw(admin, "township")
    assert made.status_code == 201
    tag, path = made.json()["tag"], at(layer="township")
    assert monitor.get(path).json()["may_edit"] is False
    for refused in (
        monitor.patch(path, json={"before": tag, "name": "我"}),
        monitor.delete(path, params={"before": tag}),
    ):
        assert refused.json()["code"] == "land_admin"
    viewer = api.client(Role.VIEWER)
    assert draw(viewer).status_code == 403
    assert viewer.patch(path, json={"before": tag}).status_code == 403
    assert viewer.get(path).json()["may_edit"] is False
    assert draw(api.client()).status_code == 401


def test_layers_are_told_with_their_attributes_and_counts(api: ApiRig, monitor: TestClient) -> None:
    told = monitor.get("/api/land/layers").json()
    assert told["version"] == api.context.store.land.version()
    layers = {each["layer"]: each for each in told["layers"]}
    assert list(layers) == [layer.value for layer in Layer]
    counts = {layer: len(api.context.store.land.all(layer)) for layer in Layer}
    assert {name: each["count"] for name, each in layers.items()} == counts
    assert layers["township"]["may_edit"] is False
    assert layers["pool"]["may_edit"] is True
    assert layers["forest_belt"]["shapes"] == [
        "LineString", "MultiLineString", "MultiPolygon", "Polygon",
    ]  # fmt: skip
    width = next(each for each in layers["forest_belt"]["attributes"] if each["key"] == "width_m")
    assert (width["kind"], width["least"], width["most"]) == ("number", 0.0, 2000.0)
    admin = api.client(Role.ADMIN).get("/api/land/layers").json()
    assert all(each["may_edit"] for each in admin["layers"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "  "}, "land_no_name"),
        ({"properties": {"width_m": -1}}, "land_value_range"),
        ({"properties": {"width_m": "宽"}}, "land_value_kind"),
        ({"properties": {"state": "fine"}}, "land_value_choice"),
        ({"properties": {"species": "木" * 501}}, "land_value_long"),
        ({"properties": {"species": "木" * 2001}}, "input_refused"),
        ({"properties": {"": 1}}, "input_refused"),
        ({"properties": {f"k{n}": n for n in range(101)}}, "input_refused"),
        ({"geometry": POINT}, "land_shape_type"),
        ({"geometry": {"type": "GeometryCollection", "geometries": []}}, "land_shape_type"),
        ({"geometry": {"type": "LineString"}}, "land_shape_type"),
        ({"geometry": {"type": "LineString", "coordinates": [["a", 1], [2, 3]]}},
         "land_shape_type"),
        ({"geometry": {"type": ["LineString"]}}, "land_shape_type"),
        ({"geometry": {}}, "land_shape_type"),
        ({"geometry": {"type": "LineString", "coordinates": [[-84.1, 36.1], [-84.1, 36.1]]}},
         "land_shape_empty"),
        ({"geometry": {"type": "Polygon", "coordinates":
           [[[-84.1, 36.1], [-84.0, 36.2], [-84.0, 36.1], [-84.1, 36.3], [-84.1, 36.1]]]}},
         "land_shape_crossed"),
        ({"geometry": {"type": "LineString", "coordinates": [[106.1, 29.1], [106.2, 29.1]]}},
         "land_far"),
        ({"geometry": {"type": "LineString",
          "coordinates": [[-84.1 + n * 1e-7, 36.1] for n in range(20_001)]}},
         "land_shape_corners"),
        ({"before": "x"}, "input_refused"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    api: ApiRig,
    monitor: TestClient,
    changes: dict[str, Any],
    code: str,
) -> None:
    version = api.context.store.land.version()
    refused = draw(monitor, **changes)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert api.context.store.land.version() == version


def test_months_come_in_pairs(monitor: TestClient) -> None:
    one = draw(monitor, "water_point", properties={"usable_from_month": 11})
    assert one.json()["code"] == "land_months"
    both = draw(
        monitor, "water_point", properties={"usable_from_month": 11.0, "usable_to_month": 4}
    )
    assert both.json()["properties"] == {"usable_from_month": 11, "usable_to_month": 4}


def test_what_a_person_leaves_alone_is_kept_to_the_last_bit(
    api: ApiRig, monitor: TestClient
) -> None:
    odd = LandFeature(
        Layer.FOREST_BELT,
        "odd",
        "旧带",
        shapely.LineString([(-84.1, 36.1, 812.25), (-84.1 + 1e-9, 36.1 + 1e-7, 1.0)]),
        drill=True,
        properties={"width_m": -5.0, "number": 2**70, "none": None, "count": 30.0, "yes": True},
    )
    land = api.context.store.land
    land.apply([LandEdit(None, odd)], kind=ChangeKind.IMPORTED, author="li")
    path = at("odd")
    told = monitor.get(path).json()
    body = {"before": told["tag"], "geometry": told["geometry"], "properties": {"count": 30}}
    assert monitor.patch(path, json=body).json() == told
    body = {"before": told["tag"], "name": "旧", "properties": {"yes": False}}
    assert monitor.patch(path, json=body).status_code == 200
    after = land.get(Layer.FOREST_BELT, "odd")
    assert after is not None
    assert after.geometry.wkb == odd.geometry.wkb
    assert after.properties == {**odd.properties, "yes": False}
    assert [type(after.properties[key]) for key in ("count", "number")] == [float, int]


def test_a_land_of_which_nothing_is_known_takes_any_place(api: ApiRig, monitor: TestClient) -> None:
    for layer in Layer:
        api.context.store.land.replace(layer, [])
    for camera in api.context.store.cameras.all():
        api.context.store.links.remove(camera.camera_id, actor="li")
    far = {"type": "LineString", "coordinates": [[106.1, 29.1], [106.2, 29.1]]}
    assert draw(monitor, geometry=far).status_code == 201


def test_changes_are_listed_and_told(monitor: TestClient) -> None:
    tag = draw(monitor, properties={"width_m": 3}).json()["tag"]
    body = {"before": tag, "name": "改", "properties": {"width_m": 4.0, "own": 1}}
    monitor.patch(at(), json=body)
    first, second = monitor.get("/api/land/changes", params={"limit": 2}).json()["changes"]
    assert (first["kind"], first["author"], first["changed"]) == ("edited", "monitor", 1)
    assert first["may_undo"] is True
    older = monitor.get("/api/land/changes", params={"before": second["change_id"]}).json()
    assert older["changes"][0]["change_id"] == second["change_id"] - 1
    assert older["changes"][0]["kind"] == "replaced"
    assert older["changes"][0]["may_undo"] is False  # a whole layer: an administrator's
    told = monitor.get(f"/api/land/changes/{first['change_id']}").json()
    assert told == {
        "change": first,
        "edits": [
            {"layer": "forest_belt", "code": "x/1 号", "before": "新带", "after": "改",
             "moved": False, "facts": ["own", "width_m"]},
        ],
        "left_out": 0,
    }  # fmt: skip
    (born,) = monitor.get(f"/api/land/changes/{second['change_id']}").json()["edits"]
    assert (born["before"], born["after"], born["facts"]) == (None, "新带", [])
    assert monitor.get("/api/land/changes/99999").status_code == 404


def test_undo_is_by_role_and_names_who_went_on(api: ApiRig, monitor: TestClient) -> None:
    admin = api.client(Role.ADMIN)
    first = api.context.store.land.changes(limit=1)[0].change_id
    refused = monitor.post(f"/api/land/changes/{first}/undo")
    assert (refused.status_code, refused.json()["code"]) == (403, "land_admin")
    assert api.client(Role.VIEWER).post(f"/api/land/changes/{first}/undo").status_code == 403
    tag = draw(monitor).json()["tag"]
    admin.patch(at(), json={"before": tag, "name": "管"})
    drawn = api.context.store.land.changes(limit=2)[1].change_id
    conflict = monitor.post(f"/api/land/changes/{drawn}/undo")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "land_changed_since")
    assert "forest_belt/x/1 号 (管), last by admin" in conflict.json()["detail"]
    assert monitor.post(f"/api/land/changes/{drawn + 1}/undo").status_code == 200
    assert monitor.get(f"/api/land/changes/{drawn + 1}").json()["change"]["may_undo"] is False
    again = monitor.post(f"/api/land/changes/{drawn + 1}/undo")
    assert again.json()["code"] == "land_undone_already"
    assert admin.post(f"/api/land/changes/{first}/undo").status_code == 200


def test_the_answer_of_a_fire_follows_an_edit(monitor: TestClient) -> None:
    place = {"lon_deg": -84.0995, "lat_deg": 36.1}
    before = monitor.get("/api/land/answer", params=place).json()["report"]
    draw(monitor, "pool", name="新池")
    report = monitor.get("/api/land/answer", params=place).json()["report"]
    assert report["land_version"] == before["land_version"] + 1
    assert "新池" in {each["name"] for each in report["nearest"]}
