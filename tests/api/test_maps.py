from dataclasses import replace

import cv2
import numpy as np
import pytest
from api_rig import ApiRig

from models.user import Role


def test_the_site_is_told_with_its_caution_and_datum(api: ApiRig) -> None:
    site = api.client(Role.VIEWER).get("/api/site").json()
    assert site["drill"] is True
    assert site["datum"] == "WGS 84"
    assert site["time_zone"] == "Asia/Shanghai"
    assert site["terrain"]["caution"] == "drill"
    west, south, east, north = site["bounds"]
    assert -84.5 < west < east < -84.0
    assert 36.1 < south < north < 36.5


def test_land_is_one_geojson_collection_that_says_what_is_invented(api: ApiRig) -> None:
    land = api.client(Role.VIEWER).get("/api/land").json()
    assert land["type"] == "FeatureCollection"
    layers = {feature["properties"]["layer"] for feature in land["features"]}
    assert layers == {feature.layer.value for feature in api.context.store.land.all()}
    assert all(feature["properties"]["drill"] is True for feature in land["features"])
    assert len(
        {(f["properties"]["layer"], f["properties"]["code"]) for f in land["features"]}
    ) == len(land["features"])


def test_a_tile_decodes_to_the_relief(api: ApiRig) -> None:
    tile = api.client(Role.VIEWER).get("/api/terrain/11/544/803.png")
    assert tile.status_code == 200
    image = cv2.imdecode(np.frombuffer(tile.content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    blue, green, red = (image[..., band].astype(np.float64) for band in range(3))
    heights_m = red * 256 + green + blue / 256 - 32768
    assert 200 < heights_m.min() < heights_m.max() < 1100


@pytest.mark.parametrize(
    ("path", "status"), [("8/0/0", 204), ("3/0/0", 422), ("9/1/-1", 422), ("9/1/x", 422)]
)
def test_a_tile_that_is_not_there(api: ApiRig, path: str, status: int) -> None:
    assert api.client(Role.VIEWER).get(f"/api/terrain/{path}.png").status_code == status


def test_a_site_without_relief_or_land_says_so(api: ApiRig) -> None:
    bare = replace(api.context, terrain=None)
    client = ApiRig(bare, api.clock).client(Role.VIEWER)
    assert client.get("/api/site").json()["terrain"] is None
    assert client.get("/api/terrain/9/136/200.png").json()["code"] == "no_terrain"


def test_a_camera_without_a_gateway_is_disabled_and_has_no_still(api: ApiRig) -> None:
    client = api.client(Role.VIEWER)
    cameras = client.get("/api/cameras").json()
    assert {camera["state"] for camera in cameras} == {"disabled"}
    assert all(camera["has_still"] is False for camera in cameras)
    still = client.get("/api/cameras/t1-red/still.jpg")
    assert (still.status_code, still.json()["code"]) == (404, "no_still")
