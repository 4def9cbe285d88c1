"""Nobody gets anything by default."""

from collections.abc import Iterator

import pytest
from api_rig import ApiRig
from fastapi.routing import APIRoute

from api.auth.roles import role_of
from models.user import Role

PUBLIC = {("POST", "/api/session"), ("DELETE", "/api/session"), ("GET", "/api/health")}


def routes(api: ApiRig) -> Iterator[APIRoute]:
    yield from _walk(api.client().app.routes)


def _walk(found: list) -> Iterator[APIRoute]:
    for route in found:
        if isinstance(route, APIRoute):
            yield route
        elif getattr(route, "routes", None):
            yield from _walk(route.routes)
        elif getattr(route, "original_router", None) is not None:
            yield from _walk(route.original_router.routes)


def test_every_route_names_its_role_or_is_on_the_public_list(api: ApiRig) -> None:
    found = [(method, route) for route in routes(api) for method in route.methods]
    assert len(found) >= 18, "the walk must see the routes, or it proves nothing"
    without_role = {
        (method, route.path) for method, route in found if role_of(route.dependant) is None
    }
    assert without_role == PUBLIC


def test_changing_routes_need_more_than_a_viewer(api: ApiRig) -> None:
    own_account = "/api/session/password"
    for route in routes(api):
        changing = route.methods - {"GET", "HEAD"}
        if changing and role_of(route.dependant) is not None and route.path != own_account:
            assert role_of(route.dependant) is not Role.VIEWER, route.path


@pytest.mark.parametrize(
    "path",
    [
        "/api/session",
        "/api/site",
        "/api/land",
        "/api/cameras",
        "/api/cameras/t1-red/still.jpg",
        "/api/alerts",
        "/api/alerts/1",
        "/api/alerts/1/evidence/0.jpg",
        "/api/alerts/1/clip.mp4",
        "/api/events",
        "/api/aircraft",
        "/api/terrain/9/136/200.png",
    ],
)
def test_a_stranger_gets_401(api: ApiRig, path: str) -> None:
    answer = api.client().get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_viewer_may_look_and_not_act(api: ApiRig) -> None:
    client = api.client(Role.VIEWER)
    assert client.get("/api/alerts").status_code == 200
    body = {"expected_state": "open", "to_state": "acknowledged"}
    refused = client.post("/api/alerts/1/steps", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")


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
