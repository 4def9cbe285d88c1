"""Lists page by page: every row once, whatever comes in between; and answers with their tags."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_rig import ApiRig

from api.etags import Outdated, check_match, matches, tag_of
from api.paging import cursor_of, cut, number_of
from models.alert import Alert
from models.crossing import Report
from models.errors import InputRefused
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.user import Role


def tell(api: ApiRig, count: int, lon_deg: float = -84.3) -> None:
    for at in range(count):
        place = Report(Position(lon_deg + 0.02 * at, 36.2, 0.0, HeightDatum.GROUND), 50.0)
        when = api.clock.now() - timedelta(minutes=at)
        draft = ObservationDraft(ObservationSource.CALL, place, when, "t", "x")
        api.context.store.observations.add(draft, author="m", key=f"key-{lon_deg}-{at:04}")


def walk(api: ApiRig, path: str, rows: str, number: str, between: Callable[[], None]) -> list[Any]:
    client, seen, cursor = api.client(Role.ADMIN), [], None
    for turn in range(20):
        query = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
        answer = client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        seen += [one[number] for one in answer.json()[rows]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return seen
        if turn == 0:
            between()
    raise AssertionError(seen)


def test_observations_are_told_once_each(api: ApiRig) -> None:
    tell(api, 5)
    seen = walk(
        api, "/api/observations", "observations", "observation_id", lambda: tell(api, 2, -83.0)
    )
    assert seen == [5, 4, 3, 2, 1]


def test_deeds_are_told_once_each(api: ApiRig) -> None:
    tell(api, 3)
    newest = api.context.store.audit.entries(1)[0].number
    seen = walk(api, "/api/audit", "deeds", "number", lambda: tell(api, 2, -83.0))
    # signing in for this very walk is a deed too
    assert seen[-newest:] == list(range(newest, 0, -1))
    assert len(seen) == len(set(seen))


def test_alerts_and_candidates_have_cursors(api: ApiRig, burn: Callable[[], Alert]) -> None:
    alert = burn()
    client = api.client(Role.ADMIN)
    page = client.get("/api/alerts?scope=all&limit=1").json()
    assert [one["alert_id"] for one in page["alerts"]] == [alert.alert_id]
    assert page["next_cursor"] is None
    below = cursor_of(alert.alert_id)
    assert client.get(f"/api/alerts?scope=all&cursor={below}").json()["alerts"] == []
    assert client.get("/api/alerts").json()["next_cursor"] is None
    assert client.get("/api/candidates?limit=1").json()["next_cursor"] is None
    for path in ("alerts?scope=all&", "candidates?", "observations?", "audit?"):
        refused = client.get(f"/api/{path}cursor=nonsense")
        assert (refused.status_code, refused.json()["code"]) == (422, "cursor_refused")


def test_a_page_goes_on_only_when_there_is_more() -> None:
    assert cut([3, 2, 1], 3, lambda one: one) == ([3, 2, 1], None)
    page, cursor = cut([3, 2, 1], 2, lambda one: one)
    assert (page, number_of(cursor)) == ([3, 2], 2)
    assert cursor_of(None) is None
    assert number_of(None) is None
    with pytest.raises(InputRefused):
        number_of("b2")


def test_an_alert_has_its_tag(api: ApiRig, burn: Callable[[], Alert]) -> None:
    path = f"/api/alerts/{burn().alert_id}"
    client = api.client(Role.VIEWER)
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert client.get(path, headers={"If-None-Match": '"other"'}).json() == first.json()


def test_tags_are_compared_weakly() -> None:
    tag = tag_of("a", 1)
    assert tag != tag_of("a", 2)
    assert tag != tag_of("a1")
    bare = tag.removeprefix("W/")
    assert matches(f'"x", {bare}', tag)
    assert matches("*", tag)
    assert not matches('"x"', tag)
    assert not matches(None, tag)
    check_match(None, tag)
    check_match(bare, tag)
    with pytest.raises(Outdated):
        check_match('"x"', tag)


def test_a_camera_is_changed_only_as_it_was_read(api: ApiRig) -> None:
    client = api.client(Role.ADMIN)
    body = {"name": "一号塔"}
    path = "/api/cameras/t1-red"
    read = client.get(f"{path}/setup")
    tag = read.headers["etag"]
    same = client.get(f"{path}/setup", headers={"If-None-Match": tag})
    assert same.status_code == 304
    late = client.put(path, json=body, headers={"If-Match": '"old"'})
    assert (late.status_code, late.json()["code"]) == (412, "outdated")
    assert client.put(path, json=body, headers={"If-Match": tag}).json()["name"] == "一号塔"
    late = client.put(path, json={"name": "二号塔"}, headers={"If-Match": tag})
    assert late.status_code == 412
    none = client.put("/api/cameras/no-such", json=body, headers={"If-Match": tag})
    assert none.status_code == 404


def test_a_feature_of_the_land_has_its_tag(api: ApiRig) -> None:
    client = api.client(Role.VIEWER)
    one = api.context.store.land.all()[0]
    path = f"/api/land/features/{one.layer}/{one.code}"
    first = client.get(path)
    assert first.json()["code"] == one.code
    assert client.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
