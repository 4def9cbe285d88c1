"""Nobody gets anything by default: every route of the application, one by one."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from api_rig import ApiRig
from fastapi.routing import APIRoute
from route_walk import address, routes
from starlette.testclient import TestClient

from api.auth.roles import Reach, reach_of, role_of
from api.auth.tokens import SCOPE_OF, new_secret, scope_of_path, secret_sha256, written
from api.field.devices import is_of_device
from models.alert import Alert
from models.crossing import Report
from models.observation import ObservationDraft, ObservationSource
from models.site import Position
from models.user import Role, TokenScope, User

PUBLIC = {
    ("POST", "/api/session"),
    ("DELETE", "/api/session"),
    ("GET", "/api/health"),
    ("GET", "/api/openapi.json"),  # it says what may be asked and nothing of anybody
    ("POST", "/api/nodes/{node_id}/frames"),  # a node's signature is its right: test_nodes.py
}
"""What anybody may ask."""

OF_PHONES, OPENS = "/api/field/", "/api/field/open"
"""For phones that have opened a one-time link, and for nobody else: tests/api/test_field.py."""

SHARED = {"aircraft", "calibration", "cameras", "coverage", "danger", "land", "ledger", "masks"}
SHARED |= {"gates"}  # which there are and when they told last; who passed is told by the fire
SHARED |= {"duals"}  # which cameras are a pair, as with cameras
SHARED |= {"nodes"}  # where they are and what they show, as with cameras; looks are scoped
SHARED |= {"notices"}  # how channels fare; what they tell is told by the fire
SHARED |= {"schedules"}  # when sweeps are flown; flights, which look at fires, are scoped
SHARED |= {"openapi.json", "patrols", "site", "sweeps", "terrain", "wall", "weather", "wind"}
"""Parts that are the district's as a whole. Nothing of a fire is among them."""

OUTSIDE, INSIDE = "999001001", "999001006"
"""A township that the fire at the red ridge does not touch, and the one that it is in."""

LISTS = {
    ("GET", "/api/incidents"): lambda answer: answer.json()["incidents"],
    ("GET", "/api/alerts"): lambda answer: answer.json()["alerts"],
    ("GET", "/api/observations"): lambda answer: answer.json()["observations"],
    ("GET", "/api/ogc/collections/{collection}/items"): lambda answer: answer.json()["features"],
    # A file of nothing is refused.
    ("GET", "/api/exports/incidents"): lambda answer: (
        [] if answer.status_code == 404 else answer.json()["features"]
    ),
}
"""Scoped lists, and what of the answer must be empty for somebody outside."""

ALIKE = {
    "/api/ogc",
    "/api/ogc/api",
    "/api/ogc/conformance",
    "/api/ogc/collections",
    "/api/ogc/collections/{collection}",
    "/api/ogc/collections/{collection}/queryables",
}
"""Scoped routes that tell of no fire: everybody gets the same."""

ELSEWHERE = {
    ("GET", "/api/imagery"),  # by the fire that it shows: tests/api/test_imagery.py
    ("POST", "/api/imagery"),
    ("GET", "/api/imagery/{imagery_id}"),
    ("GET", "/api/imagery/{imagery_id}/hits/{hit_id}/picture"),
    ("GET", "/api/events"),  # tests/api/test_scope.py follows it
    ("POST", "/api/observations"),  # whoever takes the call writes it down
    ("GET", "/api/exchange/orders"),  # all of the exchange: tests/api/test_exchange.py
    ("GET", "/api/exchange/orders/{order_id}"),
    ("GET", "/api/exchange/incidents"),
    ("GET", "/api/drones/live"),  # nothing for the limited: tests/api/drone_live
    ("GET", "/api/flights"),  # of the fire that a flight looks at: tests/api/test_flights.py
    ("GET", "/api/flights/now"),
    ("GET", "/api/flights/{run_id}"),
    ("GET", "/api/flights/{run_id}/track"),
    ("POST", "/api/exchange/reports"),
    ("GET", "/api/exchange/reports/{external_id}"),
}
OF_THE_ROSTER = "/api/duty/"
"""Scoped by whose row it is and not by a fire: tests/api/test_duty_scope.py."""

OF_ORDERS = "/api/orders"
"""Scoped by the township that an order was given to: tests/api/test_orders.py."""

OF_LOOKS = "/api/looks"
"""Scoped by the place of the heat: tests/api/test_heat_looks.py."""

"""Scoped routes that are proved in another place."""

BODIES = {
    "steps": {"expected_state": "open", "to_state": "acknowledged"},
    "agree": {"entry_id": 1},
    "decline": {"entry_id": 1},
    "undo": {"entry_id": 1},
    "reopen": {"note": "smoke again"},
    "notes": {"note": "seen"},
    "merge": {"into": 2},
    "unmerge": {"note": ""},
    "split": {"alerts": [1], "note": ""},
    "withdraw": {},
    "looks": {},
    "fly": {"aircraft": "M4T-01", "key": "key-00000001"},
}
"""By the last word of the address; a new deed on a fire needs a line here."""

SUBJECTS = {"alert_id", "incident_id", "observation_id", "item"}


def ask(client: TestClient, method: str, route: APIRoute, **more: object) -> tuple[int, str]:
    answer = client.request(method, address(route), **more)  # type: ignore[arg-type]
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return answer.status_code, answer.json()["code"] if is_problem else ""


def somebody(api: ApiRig, role: Role, *townships: str) -> TestClient:
    """Signed in, limited to townships."""
    name = f"{role}-{'-'.join(townships)}"
    known = api.context.store.users.get(role.value)
    assert known is not None
    limited = User(name, role, known.password_hash, must_change_password=False, townships=townships)
    api.context.store.users.add(limited, actor="t")
    client = api.client()
    body = {"name": name, "password": f"{role}-{role}"}
    assert client.post("/api/session", json=body).status_code == 200
    return client


def told(api: ApiRig, alert: Alert) -> None:
    """Somebody tells of the fire where the alert is; a fire of its own."""
    at = alert.draft.fix.clusters[0].position
    witness = Report(Position(at.lon_deg, at.lat_deg, 0.0, at.height_datum), 100.0)
    draft = ObservationDraft(ObservationSource.CALL, witness, api.clock.now(), "there", "smoke")
    api.context.store.observations.add(draft, author="monitor", key="told-1234")


def test_every_route_names_its_role_and_reach_or_is_on_the_public_list(api: ApiRig) -> None:
    found = routes(api)
    assert len(found) >= 100, "the walk must see the routes, or it proves nothing"
    undeclared = {
        (method, route.path)
        for method, route in found
        if role_of(route.dependant) is None or reach_of(route.dependant) is None
    }
    assert undeclared <= PUBLIC | {where for where in undeclared if where[1].startswith(OF_PHONES)}


def test_every_route_of_a_phone_asks_for_one_that_has_opened_a_link(api: ApiRig) -> None:
    asked = 0
    for method, route in routes(api):
        of_phones = route.path.startswith(OF_PHONES)
        assert is_of_device(route.dependant) is (of_phones and route.path != OPENS), route.path
        if not of_phones:
            continue
        assert role_of(route.dependant) is None, "no account of the console opens it"
        for client in (api.client(), api.client(Role.ADMIN)):
            if route.path == OPENS:
                refused = ask(client, method, route, json={"token": "x"})
                assert refused == (403, "link_unknown")
            else:
                assert ask(client, method, route) == (401, "device_unknown"), route.path
        asked += 1
    assert asked == 6


def test_a_stranger_gets_401_from_every_route(api: ApiRig) -> None:
    client = api.client()
    for method, route in routes(api):
        if (method, route.path) not in PUBLIC and not route.path.startswith(OF_PHONES):
            assert ask(client, method, route) == (401, "not_signed_in"), (method, route.path)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MONITOR])
def test_a_lower_role_gets_403_from_every_route_above_it(api: ApiRig, role: Role) -> None:
    client, asked = api.client(role), 0
    for method, route in routes(api):
        needed = role_of(route.dependant)
        if needed is not None and not role.allows(needed):
            assert ask(client, method, route) == (403, "not_permitted"), (method, route.path)
            asked += 1
    assert asked >= 20


def test_changing_routes_need_more_than_a_viewer(api: ApiRig) -> None:
    for method, route in routes(api):
        reach = reach_of(route.dependant)
        if method not in {"GET", "HEAD"} and reach not in {None, Reach.OWN}:
            assert role_of(route.dependant) is not Role.VIEWER, route.path


def test_nothing_of_a_fire_is_shared(api: ApiRig) -> None:
    shared = {
        route.path.split("/")[2]
        for _, route in routes(api)
        if reach_of(route.dependant) is Reach.SHARED
    }
    assert shared <= SHARED


def test_somebody_of_a_township_gets_403_from_every_route_of_the_whole_district(
    api: ApiRig,
) -> None:
    client, asked = somebody(api, Role.MONITOR, INSIDE), 0
    for method, route in routes(api):
        role, reach = role_of(route.dependant), reach_of(route.dependant)
        if reach is Reach.DISTRICT and role is not Role.ADMIN:
            assert ask(client, method, route) == (403, "whole_district"), (method, route.path)
            asked += 1
    assert asked >= 15


def test_somebody_of_another_township_is_refused_the_fire_by_every_route(
    api: ApiRig, burn: Callable[[], Alert]
) -> None:
    told(api, burn())
    outside, inside = (somebody(api, Role.MONITOR, code) for code in (OUTSIDE, INSIDE))
    asked = 0
    for method, route in routes(api):
        where = (method, route.path)
        others = OF_THE_ROSTER, OF_ORDERS, OF_LOOKS
        elsewhere = where in ELSEWHERE or route.path.startswith(others)
        if reach_of(route.dependant) is not Reach.SCOPED or elsewhere:
            continue
        if where in LISTS:
            seen = LISTS[where](inside.request(method, address(route)))
            assert len(seen) > 0, where
            assert len(LISTS[where](outside.request(method, address(route)))) == 0, where
            continue
        if route.path in ALIKE:
            path = address(route)
            assert outside.get(path).content == inside.get(path).content, where
            continue
        assert SUBJECTS & set(re.findall(r"\{(\w+)", route.path)), (
            f"{where} is about fires: say in LISTS or ELSEWHERE how that is proved"
        )
        body: dict[str, object] = {}
        if route.path.endswith("/photos"):
            body = {"content": b"\xff\xd8\xff"}
        elif method != "GET":
            body = {"json": BODIES[route.path.rsplit("/", 1)[1]]}
        assert ask(outside, method, route, **body) == (403, "outside_townships"), where
        if method == "GET":
            status, code = ask(inside, method, route)
            assert (status, code) in {(200, ""), (404, "not_found")}, where
        asked += 1
    assert asked >= 20
    assert inside.get("/api/alerts/1/evidence/0.jpg").status_code == 200
    assert api.context.store.incidents.get(1).state == "open", "nothing was stepped"


def test_a_program_opens_what_its_scopes_name_and_nothing_else(api: ApiRig) -> None:
    store = api.context.store
    for scope in TokenScope:
        secret = new_secret()
        token = store.tokens.add(
            scope.value,
            secret_sha256(secret),
            role=Role.MONITOR,
            scopes=(scope,),
            townships=(),
            expires_at=api.clock.now() + timedelta(days=1),
            actor="admin",
        )
        client = api.client()
        client.headers["Authorization"] = f"Bearer {written(token.token_id, secret)}"
        for method, route in routes(api):
            role = role_of(route.dependant)
            if role is None:
                continue
            if scope_of_path(route.path) is not scope:
                refused = ask(client, method, route)
                assert refused == (403, "token_scope"), (scope, method, route.path)
            elif role is Role.ADMIN:
                refused = ask(client, method, route)
                assert refused == (403, "not_permitted"), (scope, method, route.path)


def test_every_part_of_the_api_belongs_to_a_scope_or_is_for_people(api: ApiRig) -> None:
    people = {"audit", "duty", "session", "tokens", "users", "health", "openapi.json"}
    people |= {"field"}  # for phones, by a link
    people |= {"drones", "flights", "schedules"}  # no program releases a flight
    people |= {"footage"}  # what is true is said by people
    people |= {"replays"}  # so is what is played, for hours of the machine
    people |= {"learning"}  # likewise, and who said it
    people |= {"models"}  # what is in force is signed for
    people |= {"handovers", "orders", "reports"}  # names and telephones are in them
    parts = {route.path.split("/")[2] for _, route in routes(api) if route.path[:5] == "/api/"}
    assert parts <= people | set(SCOPE_OF)
    assert not people & set(SCOPE_OF)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"sec-fetch-site": "cross-site"}, "cross_site"),
        ({"sec-fetch-site": "same-site"}, "cross_site"),
        ({"sec-fetch-site": "same-origin"}, "wrong_credentials"),
        ({"sec-fetch-site": "none"}, "wrong_credentials"),
        ({"origin": "http://evil.example"}, "cross_site"),
        ({"origin": "null"}, "cross_site"),
        ({"origin": "http://testserver"}, "wrong_credentials"),
        ({}, "wrong_credentials"),
    ],
)
def test_a_changing_request_from_another_site_is_refused(
    api: ApiRig, headers: dict[str, str], code: str
) -> None:
    answer = api.client().post("/api/session", json={"name": "a", "password": "b"}, headers=headers)
    assert answer.json()["code"] == code


def test_reading_from_another_site_is_left_to_the_browser(api: ApiRig) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    assert api.client().get("/api/health", headers=headers).status_code == 200


def test_every_answer_carries_the_security_headers(api: ApiRig) -> None:
    for path in ("/api/health", "/api/nothing", "/api/alerts"):
        headers = api.client().get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
