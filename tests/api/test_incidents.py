"""Fires over HTTP: the list, one of them, what people do about it, and its photos."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from api_rig import START, ApiRig
from photo_rig import jpeg, placed

from models.alert import Alert
from models.config import IncidentRule
from models.crossing import Report
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.user import Role

See = Callable[[], Alert]
STEP = {"expected_state": "open", "to_state": "confirmed"}


def tell(api: ApiRig, count: int = 1, lon_deg: float = -84.25) -> list[int]:
    """Somebody tells of fires; numbers of the fires."""
    found = []
    for at in range(count):
        place = Report(Position(lon_deg + 0.01 * at, 36.25, 0.0, HeightDatum.GROUND), 200.0)
        draft = ObservationDraft(ObservationSource.CALL, place, api.clock.now(), "t", "冒烟")
        store = api.context.store.observations
        key = f"told-{lon_deg}-{at}-{api.clock.now().isoformat()}"
        kept, _ = store.add(draft, author="m", key=key)
        assert kept.incident_id is not None
        found.append(kept.incident_id)
    return found


def post(api: ApiRig, path: str, body: dict[str, Any], role: Role = Role.MONITOR) -> dict[str, Any]:
    answer = api.client(role).post(f"/api/incidents/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_fire_is_told_with_all_its_evidence(api: ApiRig, burn: See) -> None:
    alert = burn()
    told = api.client(Role.VIEWER).get(f"/api/incidents/{alert.incident_id}").json()
    version = api.context.store.incidents.get(alert.incident_id).version
    assert (told["incident_id"], told["state"], told["version"]) == (
        alert.incident_id,
        "open",
        version,
    )
    assert [each["alert_id"] for each in told["alerts"]] == [alert.alert_id]
    assert told["alerts"][0]["incident_id"] == alert.incident_id
    assert told["entries"][0]["kind"] == "opened"
    assert told["entries"][0]["subject"] == {"kind": "alert", "number": alert.alert_id}
    best = alert.draft.fix.clusters[0]
    assert told["place"]["lon_deg"] == pytest.approx(best.position.lon_deg)
    assert told["place"]["direction_only"] is False
    assert told["place"]["townships"][0]["probability"] > 0.5
    assert (told["undo"], told["proposal"], told["urgency"]) == (None, None, None)
    assert told["merged_into"] is None


def test_the_etag_spares_the_answer_until_something_changes(api: ApiRig, burn: See) -> None:
    path = f"/api/incidents/{burn().incident_id}"
    client = api.client(Role.MONITOR)
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    client.post(f"{path}/steps", json=STEP)
    later = client.get(path, headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
    assert later.status_code == 200
    assert later.headers["etag"] != first.headers["etag"]


def test_the_working_list_is_whole_and_the_other_one_paged(api: ApiRig) -> None:
    numbers = tell(api, 5)
    client = api.client(Role.MONITOR)
    client.post(f"/api/incidents/{numbers[0]}/steps", json=STEP)
    body = {"expected_state": "open", "to_state": "dismissed", "reason": "fog"}
    client.post(f"/api/incidents/{numbers[1]}/steps", json=body)
    working = client.get("/api/incidents?limit=1").json()
    assert [one["incident_id"] for one in working["incidents"]] == [5, 4, 3, 1]
    assert working["next_cursor"] is None
    assert working["last_event_sequence"] == api.context.store.events.latest()
    seen, cursor = [], ""
    while True:
        page = client.get(f"/api/incidents?scope=all&limit=2{cursor}").json()
        seen += [one["incident_id"] for one in page["incidents"]]
        if len(seen) == 2:
            tell(api, 1, -84.0)  # what comes meanwhile moves nothing
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("cursor", ["x", "YjE", "Yg", "YmI", "Yi0x", "ö", "YjE=x", "YzE"])
def test_a_cursor_of_somebody_s_making_is_refused(api: ApiRig, cursor: str) -> None:
    tell(api, 1)
    answer = api.client(Role.VIEWER).get(
        "/api/incidents", params={"scope": "all", "cursor": cursor}
    )
    if cursor == "YjE":  # b1: there is nothing below the first
        assert answer.json()["incidents"] == []
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_refused")


def test_lists_are_narrowed_by_state_time_and_township(api: ApiRig, burn: See) -> None:
    tell(api, 2, -83.9)
    alert = burn()
    client = api.client(Role.MONITOR)
    post(api, f"{alert.incident_id}/steps", STEP)
    township = client.get(f"/api/incidents/{alert.incident_id}").json()["place"]["townships"][0]

    def asked(**query: object) -> list[int]:
        answer = client.get("/api/incidents", params=query)
        assert answer.status_code == 200, answer.text
        return [one["incident_id"] for one in answer.json()["incidents"]]

    for scope in ("working", "all"):
        assert asked(scope=scope, state="confirmed") == [alert.incident_id]
        assert asked(scope=scope, state=["open", "closed"]) == [2, 1]
        assert asked(scope=scope, township=township["code"]) == [alert.incident_id]
        assert asked(scope=scope, township="nowhere") == []
        later = (START + timedelta(days=365)).isoformat()
        assert asked(scope=scope, **{"from": later}) == []
        earlier = (START - timedelta(days=365)).isoformat()
        assert asked(scope=scope, until=earlier) == []
        assert asked(scope=scope, **{"from": earlier, "until": later}) == [3, 2, 1]
    assert asked(scope="all", township=township["code"], limit=1) == [alert.incident_id]


def test_a_page_of_a_township_goes_on_where_it_was_full(api: ApiRig, burn: See) -> None:
    alert = burn()
    at = alert.draft.fix.clusters[0].position
    tell(api, 1, at.lon_deg)
    # two more in the very place, apart from each other by what the store knows
    place = Report(Position(at.lon_deg, at.lat_deg, 0.0, HeightDatum.GROUND), 50.0)
    for key in ("one-more-1", "one-more-2"):
        draft = ObservationDraft(ObservationSource.CALL, place, api.clock.now(), "t", "")
        api.context.store.observations.add(draft, author="m", key=key)
    client = api.client(Role.VIEWER)
    code = client.get(f"/api/incidents/{alert.incident_id}").json()["place"]["townships"][0]["code"]
    seen: list[int] = []
    cursor = None
    for _ in range(9):
        query = {"scope": "all", "limit": 1, "township": code}
        page = client.get("/api/incidents", params=query | ({"cursor": cursor} if cursor else {}))
        seen += [one["incident_id"] for one in page.json()["incidents"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) >= 3
    assert alert.incident_id in seen


def test_a_life_from_verdict_to_close(api: ApiRig, burn: See) -> None:
    number = burn().incident_id
    state = "open"
    for wanted in ("confirmed", "dispatched", "arrived", "controlled", "closed"):
        told = post(api, f"{number}/steps", {"expected_state": state, "to_state": wanted})
        assert told["state"] == state.replace(state, wanted)
        state = wanted
    refused = api.client(Role.MONITOR).post(f"/api/incidents/{number}/steps", json=STEP)
    assert (refused.status_code, refused.json()["code"]) == (409, "incident_step")
    told = post(api, f"{number}/reopen", {"note": "又冒烟"})
    assert (told["state"], told["entries"][-1]["kind"]) == ("open", "reopened")
    assert told["entries"][-1]["note"] == "又冒烟"


def test_one_s_own_verdict_is_taken_back_within_its_time(api: ApiRig, burn: See) -> None:
    number = burn().incident_id
    told = post(api, f"{number}/steps", STEP)
    undo = told["undo"]
    until = (START + timedelta(minutes=10)).isoformat().replace("+00:00", "Z")
    assert undo == {"entry_id": told["entries"][-1]["entry_id"], "until": until}
    path = f"/api/incidents/{number}"
    assert api.client(Role.VIEWER).get(path).json()["undo"] is None
    assert api.client(Role.ADMIN).get(path).json()["undo"] == {**undo, "until": None}
    back = post(api, f"{number}/undo", {"entry_id": undo["entry_id"]})
    assert back["state"] == "acknowledged"
    again = post(
        api, f"{number}/steps", {"expected_state": "acknowledged", "to_state": "confirmed"}
    )
    api.clock.advance(timedelta(minutes=11).total_seconds())
    assert api.client(Role.MONITOR).get(path).json()["undo"] is None
    late = api.client(Role.MONITOR).post(
        f"{path}/undo", json={"entry_id": again["entries"][-1]["entry_id"]}
    )
    assert (late.status_code, late.json()["code"]) == (403, "undo_not_yours")


def test_a_second_person_checks_where_the_district_asks_for_it(api: ApiRig, burn: See) -> None:
    from dataclasses import replace

    rule = IncidentRule(second_check=("confirmed",))
    settings = api.context.settings.model_copy(update={"incidents": rule})
    api.context = replace(api.context, settings=settings)
    number = burn().incident_id
    told = post(api, f"{number}/steps", STEP | {"note": "黑烟"})
    proposal = told["proposal"]
    assert (told["state"], proposal["to_state"], proposal["author"]) == (
        "acknowledged",
        "confirmed",
        "monitor",
    )
    path = f"/api/incidents/{number}"
    own = api.client(Role.MONITOR).post(f"{path}/agree", json={"entry_id": proposal["entry_id"]})
    assert (own.status_code, own.json()["code"]) == (403, "second_person")
    declined = post(
        api, f"{number}/decline", {"entry_id": proposal["entry_id"], "note": "雾"}, Role.ADMIN
    )
    assert (declined["proposal"], declined["state"]) == (None, "acknowledged")
    told = post(api, f"{number}/steps", {"expected_state": "acknowledged", "to_state": "confirmed"})
    agreed = post(api, f"{number}/agree", {"entry_id": told["proposal"]["entry_id"]}, Role.ADMIN)
    assert (agreed["state"], agreed["proposal"]) == ("confirmed", None)
    # what is not checked takes effect at once
    assert (
        post(api, f"{number}/steps", {"expected_state": "confirmed", "to_state": "dispatched"})[
            "state"
        ]
        == "dispatched"
    )


def test_fires_are_merged_and_parted(api: ApiRig) -> None:
    first, second = tell(api, 2)
    whole = post(api, f"{second}/merge", {"into": first, "note": "同一处"})
    assert (whole["incident_id"], len(whole["observations"])) == (first, 2)
    gone = api.client(Role.VIEWER).get(f"/api/incidents/{second}").json()
    assert (gone["merged_into"], gone["observations"]) == (first, [])
    assert (gone["place"], gone["undo"]) == (None, None)
    back = post(api, f"{second}/unmerge", {"note": ""})
    assert (back["merged_into"], len(back["observations"])) == (None, 1)
    whole = post(api, f"{second}/merge", {"into": first})
    number = whole["observations"][1]["observation_id"]
    new = post(api, f"{first}/split", {"observations": [number]})
    assert new["incident_id"] == 3
    assert [one["observation_id"] for one in new["observations"]] == [number]
    refused = api.client(Role.MONITOR).post(f"/api/incidents/{first}/split", json={"alerts": [9]})
    assert (refused.status_code, refused.json()["code"]) == (422, "split_refused")


def test_the_land_answers_for_the_place_of_a_fire(api: ApiRig, burn: See) -> None:
    alert = burn()
    client = api.client(Role.VIEWER)
    of_fire = client.get(f"/api/incidents/{alert.incident_id}/land").json()
    of_alert = client.get(f"/api/alerts/{alert.alert_id}/land").json()
    for answer in (of_fire, of_alert):
        assert answer["report"].pop("took_ms") > 0.0
    assert of_fire == of_alert
    assert of_fire["place"]["source"] == "fix"


def test_a_photo_is_kept_and_tells_where_and_when_it_was_taken(api: ApiRig, burn: See) -> None:
    number = burn().incident_id
    client = api.client(Role.MONITOR)
    photo = placed(looks=("T", 123.5), datum="WGS-84", height_m=512.0)
    sent = client.post(
        f"/api/incidents/{number}/photos", content=photo, headers={"content-type": "image/jpeg"}
    )
    assert sent.status_code == 200
    token = sent.json()
    position = {
        "lon_deg": pytest.approx(106.655),
        "lat_deg": pytest.approx(28.86),
        "height_m": 512.0,
        "height_datum": "sea_level",
    }
    assert (token["is_placed"], token["position"]) == (True, position)
    assert token["taken_at"] == "2026-11-25T02:30:00Z"
    told = post(api, f"{number}/steps", STEP | {"photo": token["photo"]})
    kept = told["entries"][-1]["photo"]
    assert kept["position"] == position
    assert (kept["bearing_deg"], kept["width_px"], kept["height_px"]) == (123.5, 64, 48)
    picture = api.client(Role.VIEWER).get(kept["url"])
    assert (picture.headers["content-type"], picture.content) == ("image/jpeg", photo)
    as_png = api.client(Role.VIEWER).get(kept["url"].replace(".jpg", ".png"))
    assert as_png.status_code == 404
    assert client.get(f"/api/incidents/{number}/photos/1.jpg").status_code == 404


def test_a_png_says_nothing_of_itself(api: ApiRig, burn: See) -> None:
    number = burn().incident_id
    client = api.client(Role.MONITOR)
    png = cv2.imencode(".png", np.zeros((30, 40, 3), np.uint8))[1].tobytes()
    token = client.post(f"/api/incidents/{number}/photos", content=png).json()
    assert (token["width_px"], token["height_px"], token["position"]) == (40, 30, None)
    told = post(api, f"{number}/notes", {"photo": token["photo"]})
    kept = told["entries"][-1]["photo"]
    picture = client.get(kept["url"])
    assert (picture.headers["content-type"], picture.content) == ("image/png", png)


@pytest.mark.parametrize(
    ("facts", "position", "bearing"),
    [
        ({"datum": "GCJ-02"}, False, None),
        ({"status": "V"}, False, None),
        ({"lat": (0, 0, 0), "lon": (0, 0, 0)}, False, None),
        ({"lat": (91, 0, 0)}, False, None),
        ({"looks": ("T", 361.0)}, True, None),
        ({"looks": ("M", 90.0)}, True, 87.2),
        ({"looks": ("M", 90.0), "lat": (50, 0, 0)}, True, None),
        ({"looks": ("M", 90.0), "status": "V"}, False, None),
        ({"offset": None}, True, None),
        ({"height_m": -3.0}, True, None),
    ],
)
def test_what_a_photo_tells_is_taken_for_no_more_than_it_is(
    api: ApiRig, facts: dict[str, Any], *, position: bool, bearing: float | None
) -> None:
    (number,) = tell(api, 1)
    sent = api.client(Role.MONITOR).post(f"/api/incidents/{number}/photos", content=placed(**facts))
    token = sent.json()
    assert token["is_placed"] is position
    assert token["bearing_deg"] == (None if bearing is None else pytest.approx(bearing, abs=0.1))
    assert token["taken_at"] == "2026-11-25T02:30:00Z"  # of the site's clock where none is told
    if "height_m" in facts:
        assert token["position"]["height_m"] == -3.0


def test_the_southern_and_western_halves_are_negative(api: ApiRig) -> None:
    (number,) = tell(api, 1)
    photo = placed(refs=("S", "W"))
    told = api.client(Role.MONITOR).post(f"/api/incidents/{number}/photos", content=photo).json()
    assert told["position"]["lat_deg"] == pytest.approx(-28.86)
    assert told["position"]["lon_deg"] == pytest.approx(-106.655)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "photo_kind"),
        (b"GIF89a\x01\x00\x01\x00" + bytes(60), "photo_kind"),
        (b"<svg/>", "photo_kind"),
        (b"\xff\xd8\xff\xe0", "photo_damaged"),
        (jpeg()[:-40], "photo_damaged"),
        (b"\x89PNG\r\n\x1a\n", "photo_damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\x00\x00\xff\xff\x00\x00\xff\xff", "photo_too_large"),
        (b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\x00\x00\x00\xff\x00\x00\x00\xff", "photo_damaged"),
    ],
)
def test_what_is_no_whole_photo_is_refused(api: ApiRig, data: bytes, code: str) -> None:
    (number,) = tell(api, 1)
    answer = api.client(Role.MONITOR).post(f"/api/incidents/{number}/photos", content=data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not list(api.context.vault.files())


def test_a_photo_too_large_is_not_read(api: ApiRig) -> None:
    (number,) = tell(api, 1)
    client = api.client(Role.MONITOR)
    answer = client.post(f"/api/incidents/{number}/photos", content=bytes(30_000_001))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    answer = client.post(f"/api/incidents/{number}/notes", content=bytes(2_000_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_photo_is_of_the_fire_that_it_was_sent_for(api: ApiRig) -> None:
    first, second = tell(api, 2)
    client = api.client(Role.MONITOR)
    token = client.post(f"/api/incidents/{first}/photos", content=jpeg()).json()["photo"]
    answer = client.post(f"/api/incidents/{second}/notes", json={"photo": token})
    assert (answer.status_code, answer.json()["code"]) == (422, "photo_unknown")
    answer = client.post(f"/api/incidents/{first}/notes", json={"photo": "../../etc/passwd"})
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    missing = client.post("/api/incidents/99/photos", content=jpeg())
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_a_fire_of_directions_alone_has_no_place_and_says_so(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    spot = {"kind": "coordinates", "system": "WGS84", "first": -84.25, "second": 36.25}
    sighting = {"kind": "direction", "spot": spot, "bearing_deg": 45.0, "north": "true"}
    body = {
        "key": "key-0000001",
        "source": "call",
        "sighting": sighting,
        "seen_at": START.isoformat(),
        "words": "",
    }
    number = client.post("/api/observations", json=body).json()["incident_id"]
    place = client.get(f"/api/incidents/{number}").json()["place"]
    assert (place["direction_only"], place["bearing_deg"], place["r90_m"]) == (True, 45.0, None)
    assert (place["ring_lonlat"], place["townships"]) == ([], [])
    assert client.get(f"/api/incidents/{number}/land").json() == {"place": None, "report": None}


def test_places_are_reckoned_once_and_forgotten_when_many(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.incidents import places

    monkeypatch.setattr(places, "MOST_KEPT", 2)
    counted = []
    real = places.place_among
    monkeypatch.setattr(places, "place_among", lambda *given: counted.append(1) or real(*given))
    tell(api, 2)
    client = api.client(Role.VIEWER)
    for _ in range(3):
        client.get("/api/incidents")
    assert len(counted) == 2
    tell(api, 1, -84.0)
    assert len(client.get("/api/incidents").json()["incidents"]) == 3
    assert len(counted) >= 3
