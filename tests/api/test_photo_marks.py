"""Photos that say where a fire was are marks for the calibration of views."""

from collections.abc import Callable

import pytest
from api_rig import ApiRig
from photo_rig import placed

from models.alert import Alert
from models.user import Role

PATH = "/api/calibration/photos"


def photograph(api: ApiRig, number: int, **facts: object) -> None:
    client = api.client(Role.MONITOR)
    address = f"/api/incidents/{number}"
    photo = client.post(f"{address}/photos", content=placed(**facts)).json()["photo"]
    assert client.post(f"{address}/notes", json={"photo": photo}).status_code == 200


def test_a_fire_with_a_placed_photo_is_a_mark(api: ApiRig, burn: Callable[[], Alert]) -> None:
    alert = burn()
    photograph(api, alert.incident_id, height_m=512.0)
    photograph(api, alert.incident_id, status="V")  # without a fix of its satellites
    client = api.client(Role.ADMIN)
    (mark,) = client.get(PATH).json()["marks"]
    assert (mark["lon_deg"], mark["lat_deg"], mark["height_m"]) == (
        pytest.approx(106.655),
        pytest.approx(28.86),
        512.0,
    )
    assert mark["off_m"] > 1e6, "the photo of the test was taken on another continent"
    assert len(mark["sights"]) == len(alert.evidence)
    sight = mark["sights"][0]
    box = alert.evidence[0].boxes[0]
    assert (sight["x_px"], sight["y_px"]) == ((box.x_min + box.x_max) / 2.0, box.y_max)
    assert client.get(sight["url"]).status_code == 200
    for query, count in (
        ({"camera_id": "t1-red"}, 1),
        ({"camera_id": "t1-red", "preset": alert.draft.preset}, 1),
        ({"camera_id": "t1-red", "preset": 999}, 0),
        ({"camera_id": "other"}, 0),
    ):
        assert len(client.get(PATH, params=query).json()["marks"]) == count
    assert api.client(Role.MONITOR).get(PATH).status_code == 403


def test_what_was_none_is_no_mark(api: ApiRig, burn: Callable[[], Alert]) -> None:
    number = burn().incident_id
    photograph(api, number)
    body = {"expected_state": "open", "to_state": "dismissed", "reason": "fog"}
    client = api.client(Role.ADMIN)
    assert client.post(f"/api/incidents/{number}/steps", json=body).status_code == 200
    assert client.get(PATH).json() == {"marks": []}
