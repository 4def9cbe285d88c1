"""Which fires may be the same as one, as whoever merges them is told."""

from datetime import timedelta

from api_rig import ApiRig
from crossing_rig import alert_of, fix_of, tower

from geo.locate import Locator
from geo.relief import drill_relief
from models.frame import Provenance
from models.user import Role

WEST, EAST = tower("w1", -84.29, 36.23), tower("e1", -84.17, 36.25)
FIRE = (-84.23, 36.25)


def test_the_likeliest_neighbour_is_told_with_its_reason(api: ApiRig) -> None:
    locator = Locator(drill_relief())
    for camera in (WEST, EAST):
        api.context.store.cameras.put(camera)
    mine, same = (
        alert_of(api, camera, fix_of(camera, FIRE, locator=locator)).incident_id
        for camera in (WEST, EAST)
    )
    alert_of(api, EAST, fix_of(EAST, FIRE, locator=locator), provenance=Provenance.LIVE)
    api.clock.advance(timedelta(minutes=1).total_seconds())
    answer = api.client(Role.VIEWER).get(f"/api/incidents/{mine}/neighbours")
    assert answer.status_code == 200
    told = answer.json()["neighbours"]
    assert [one["incident_id"] for one in told] == [same], "a drill and a fire are never one"
    assert (told[0]["state"], told[0]["reason"]) == ("open", "crossing")


def test_a_fire_that_is_not_there_has_no_neighbours(api: ApiRig) -> None:
    assert api.client(Role.VIEWER).get("/api/incidents/77/neighbours").status_code == 404
    assert api.client().get("/api/incidents/77/neighbours").status_code == 401
