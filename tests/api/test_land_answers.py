"""The land's full answer and the wind over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_rig import START, ApiRig
from crossing_rig import alert_of, fix_of, tower

from models.alert import Alert
from models.user import Role

Burn = Callable[[], Alert]
FIRE = (-84.3061900, 36.2463033)
RED = tower("t1-red", -84.2308333, 36.1983333)
FOG = tower("t2-fog", -84.2691667, 36.3116666)


def told(api: ApiRig, address: str) -> dict[str, Any]:
    answer = api.client(Role.VIEWER).get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def at_fire(api: ApiRig, radius_m: float = 200.0) -> dict[str, Any]:
    lon, lat = FIRE
    return told(api, f"/api/land/answer?lon_deg={lon}&lat_deg={lat}&radius_m={radius_m}")


def test_an_alert_is_answered_from_its_fix(api: ApiRig, burn: Burn) -> None:
    alert = burn()
    answer = told(api, f"/api/alerts/{alert.alert_id}/land")
    best = alert.draft.fix.clusters[0]
    place = answer["place"]
    assert (place["source"], place["count"]) == ("fix", len(alert.draft.fix.clusters))
    assert place["lon_deg"] == best.position.lon_deg
    report = answer["report"]
    # What the alert has kept says the same of the same land.
    kept = alert.draft.land
    assert report["units"]["township"] == [
        {"code": one.code, "name": one.name, "probability": pytest.approx(one.probability)}
        for one in kept.townships
    ]
    nearest = {one["layer"]: one for one in reversed(report["nearest"])}
    for asset in kept.nearest:
        if asset.layer in nearest and nearest[asset.layer]["route"] is None:
            assert nearest[asset.layer]["code"] == asset.code
    assert report["drill"]
    assert report["land_version"] == api.context.land_book.version
    assert report["water"]["month"] == 11
    assert report["wind"] is None
    assert not report["wind_used"]


def test_a_direction_is_answered_where_it_meets_another(api: ApiRig) -> None:
    alert_of(api, RED, fix_of(RED, FIRE))
    assert told(api, "/api/alerts/1/land") == {"place": None, "report": None}
    alert_of(api, FOG, fix_of(FOG, FIRE))
    answer = told(api, "/api/alerts/1/land")
    assert answer["place"]["source"] == "crossing"
    assert answer["place"]["lon_deg"] == pytest.approx(FIRE[0], abs=1e-3)
    assert answer["report"]["units"]["township"]


def test_an_alert_without_a_bearing_has_no_answer(api: ApiRig) -> None:
    from dataclasses import replace  # used once

    from models.fix import FixOutcome, NoFixReason

    fix = replace(
        fix_of(RED, FIRE), outcome=FixOutcome.UNKNOWN, reason=NoFixReason.NO_POSE,
        bearing_deg=None, bearing_sigma_deg=None, elevation_deg=None,
    )  # fmt: skip
    alert_of(api, RED, fix)
    assert told(api, "/api/alerts/1/land") == {"place": None, "report": None}


def test_no_such_alert_and_no_such_place(api: ApiRig) -> None:
    client = api.client(Role.VIEWER)
    assert client.get("/api/alerts/7/land").status_code == 404
    for query in ("lon_deg=181&lat_deg=0", "lon_deg=0&lat_deg=nan", "lon_deg=0", ""):
        assert client.get(f"/api/land/answer?{query}").status_code == 422
    far = "/api/land/answer?lon_deg=0&lat_deg=0&radius_m=20001"
    assert client.get(far).status_code == 422
    assert api.client().get("/api/land/answer?lon_deg=0&lat_deg=0").status_code == 401


def test_far_from_the_land_nothing_of_it_is_told(api: ApiRig) -> None:
    answer = told(api, "/api/land/answer?lon_deg=-83&lat_deg=36&radius_m=0")
    assert answer["place"]["r90_m"] == 1.0
    assert answer["report"]["elsewhere"] == pytest.approx(1.0)
    assert answer["report"]["units"]["township"] == []
    assert answer["report"]["at_risk"] == []


def test_the_wind_of_the_day_is_entered_by_a_monitor(api: ApiRig) -> None:
    monitor, viewer = api.client(Role.MONITOR), api.client(Role.VIEWER)
    assert viewer.get("/api/wind").json()["from_deg"] is None
    body = {"from_deg": 0.0, "speed_m_s": 4.0}
    assert viewer.put("/api/wind", json=body).status_code == 403
    entered = monitor.put("/api/wind", json=body).json()
    assert (entered["from_deg"], entered["author"], entered["used"]) == (0.0, "monitor", True)
    assert viewer.get("/api/wind").json() == entered
    for wrong in ({"from_deg": 360.0}, {"speed_m_s": -1.0}, {"speed_m_s": 61.0}, {"more": 1}):
        assert monitor.put("/api/wind", json={**body, **wrong}).status_code == 422
    (deed,) = api.context.store.audit.entries(5, None, "wind")
    assert (deed.actor, deed.action) == ("monitor", "wind.entered")


@pytest.mark.parametrize(
    ("speed_m_s", "age"),
    [
        (4.0, timedelta(hours=3)),
        (4.0, timedelta(hours=3, seconds=1)),
        (0.2, timedelta(0)),
        (0.0, timedelta(0)),
    ],
)
def test_a_wind_that_is_old_or_calm_is_told_and_not_used(
    api: ApiRig, speed_m_s: float, age: timedelta
) -> None:
    api.context.store.winds.enter(0.0, speed_m_s, author="li")
    api.clock.advance(age.total_seconds())
    now = told(api, "/api/wind")
    used = speed_m_s == 4.0 and age <= timedelta(hours=3)
    assert (now["used"], now["stale"], now["calm"]) == (
        used, age > timedelta(hours=3), speed_m_s < 0.3,
    )  # fmt: skip
    report = at_fire(api)["report"]
    assert report["wind_used"] is used
    assert report["wind"]["from_deg"] == 0.0
    assert report["at_risk"]
    assert all((one["downwind_deg"] is not None) is used for one in report["at_risk"])


def test_a_burn_in_force_beside_the_fire_is_told(api: ApiRig) -> None:
    place = {"kind": "ground", "lon_deg": FIRE[0], "lat_deg": FIRE[1] + 0.01, "radius_m": 300.0}
    body = {
        "kind": "burn", "place": place, "times": {}, "reason": "registered_burn",
        "until_at": (START + timedelta(hours=6)).isoformat(),
        "reported_by": "龙潭镇 张三", "responsible": "李四", "note": "烧草",
    }  # fmt: skip
    client = api.client(Role.MONITOR)
    made = client.post("/api/ledger", json=body)
    assert made.status_code == 201, made.text
    (burn,) = at_fire(api)["report"]["burns"]
    assert (burn["reported_by"], burn["note"]) == ("龙潭镇 张三", "烧草")
    assert burn["distance_m"] == pytest.approx(1_109.5 - 300.0, abs=2.0)
    assert burn["distance_min_m"] == pytest.approx(burn["distance_m"] - 200.0, abs=2.0)
    assert abs((burn["bearing_deg"] + 180.0) % 360.0 - 180.0) < 0.1
    client.post(f"/api/ledger/{made.json()['entry_id']}/end")
    assert at_fire(api)["report"]["burns"] == []


def test_the_answer_follows_edits_of_the_land(api: ApiRig) -> None:
    from models.land import Layer  # used once

    before = at_fire(api)["report"]
    assert any(one["layer"] == "helipad" for one in before["nearest"])
    api.context.store.land.replace(Layer.HELIPAD, [], actor="li")
    after = at_fire(api)["report"]
    assert not any(one["layer"] == "helipad" for one in after["nearest"])
    assert after["land_version"] > before["land_version"]
