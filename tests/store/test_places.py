"""Cameras and land layers."""

from dataclasses import replace

import pytest
import shapely

from models.errors import InputRefused, NotFound
from models.land import LandFeature, Layer
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store

HERE = Position(106.65, 29.03, 0.1 + 0.2, HeightDatum.ELLIPSOID)
CAMERA = Camera(
    "gu-nan-1",
    "古南一号",
    CameraKind.TOWER,
    HERE,
    (Preset(0, "北", Pose(0.0, 0.0, 0.0, 60.0)), Preset(7, "南", Pose(180.0, -3.3, 0.1, 2.3))),
)
POINT = LandFeature(
    Layer.WATER_POINT,
    "w1",
    "取水点",
    shapely.Point(106.6, 29.0, 430.0),
    drill=True,
    properties={"depth_m": 0.0},
)
BELT = LandFeature(
    Layer.FOREST_BELT,
    "b1",
    "阻隔带",
    shapely.LineString([(106.1, 29.1), (106.2, 29.3)]),
    drill=False,
    properties={"width_m": 30.5, "mown": True, "owner": "林场", "year": None},
)


def test_a_camera_reads_back_with_its_presets_in_order(store: Store) -> None:
    store.cameras.put(replace(CAMERA, presets=CAMERA.presets[::-1]))
    assert store.cameras.get("gu-nan-1") == CAMERA
    other = Camera("a", "林下", CameraKind.CANOPY, HERE, ())
    store.cameras.put(other)
    assert store.cameras.all() == [other, CAMERA]


def test_a_changed_camera_replaces_the_old_one(store: Store) -> None:
    store.cameras.put(CAMERA)
    moved = replace(CAMERA, position=replace(HERE, height_m=0.0), presets=CAMERA.presets[:1])
    store.cameras.put(moved, actor="li")
    assert store.cameras.all() == [moved]
    assert [(entry.actor, entry.action) for entry in store.audit.entries(9)] == [
        ("li", "camera.changed"),
        ("system", "camera.added"),
    ]


def test_the_same_camera_again_is_no_deed(store: Store) -> None:
    store.cameras.put(CAMERA)
    store.cameras.put(CAMERA)
    assert len(store.audit.entries(9)) == 1


def test_a_camera_that_cannot_be_one(store: Store) -> None:
    for key in ("", "A", "a" * 41, "a_b", "塔", "a\n"):
        with pytest.raises(InputRefused):
            store.cameras.put(replace(CAMERA, camera_id=key))
    with pytest.raises(InputRefused, match="twice"):
        store.cameras.put(replace(CAMERA, presets=CAMERA.presets[:1] * 2))
    assert store.cameras.all() == []
    with pytest.raises(NotFound):
        store.cameras.get("gu-nan-1")


def test_layers_are_kept_whole_and_in_order(store: Store) -> None:
    second = replace(POINT, code="a")
    store.land.replace(Layer.WATER_POINT, [POINT, second])
    store.land.replace(Layer.FOREST_BELT, [BELT])
    assert store.land.all() == [BELT, POINT, second]  # in the order of Layer
    assert store.land.all(Layer.WATER_POINT) == [POINT, second]
    read = store.land.all(Layer.WATER_POINT)[0]
    assert shapely.equals_identical(read.geometry, POINT.geometry)  # heights too


def test_replacing_a_layer_leaves_the_others(store: Store) -> None:
    store.land.replace(Layer.WATER_POINT, [POINT])
    store.land.replace(Layer.FOREST_BELT, [BELT])
    store.land.replace(Layer.WATER_POINT, [], actor="li")
    assert store.land.all() == [BELT]
    store.land.replace(Layer.FOREST_BELT, [BELT])
    assert [(entry.actor, entry.subject, entry.details) for entry in store.audit.entries(9)] == [
        ("li", "water_point/w1", {"change": 3, "removed": 1}),
        ("system", "forest_belt/b1", {"added": 1, "change": 2}),
        ("system", "water_point/w1", {"added": 1, "change": 1}),
    ]


@pytest.mark.parametrize(
    ("feature", "why"),
    [
        (BELT, "belongs to layer forest_belt"),
        (POINT, "has a code that another one has"),
        (replace(POINT, code="x", geometry=shapely.Point()), "no geometry"),
        (replace(POINT, code="x", geometry=shapely.Point(29.0, 106.6)), "outside"),
        (
            replace(POINT, code="x", geometry=shapely.Point(0.0, float("nan"))),
            "no geometry|not a number",
        ),
        (replace(POINT, code="x", properties={"depth_m": float("inf")}), "not a finite number"),
    ],
)
def test_a_refused_feature_leaves_the_layer_as_it_was(
    store: Store, feature: LandFeature, why: str
) -> None:
    store.land.replace(Layer.WATER_POINT, [POINT])
    with pytest.raises(InputRefused, match=why):
        store.land.replace(Layer.WATER_POINT, [replace(POINT, name="new"), feature])
    assert store.land.all() == [POINT]
