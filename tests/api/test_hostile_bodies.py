"""Whatever comes as a body, on every route that takes one, the answer is a refusal and no fault."""

import gzip
import io
import zipfile

import pytest
from api_rig import ApiRig
from route_walk import address, routes

from models.user import Role

DEEP = b"[" * 200_000
BOMB = gzip.compress(bytes(20_000_000))


def zip_bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(50_000_000))
    return made.getvalue()


BODIES = {
    "deep array": (DEEP, "application/json"),
    "deep object": (b'{"a":' * 100_000, "application/json"),
    "no object": (b'[1, "a", null]', "application/json"),
    "null": (b"null", "application/json"),
    "not a number": (b'{"a": NaN, "a": 1e999}', "application/json"),
    "long number": (b'{"expected_state": ' + b"9" * 50_000 + b"}", "application/json"),
    "no text": (b'{"note": "\xff\xfe"}', "application/json"),
    "half a character": (b'{"note": "\\ud800", "name": "\\ud800"}', "application/json"),
    "zeros": (b'{"note": "a\\u0000b", "name": "a\\u0000b"}', "application/json"),
    "zip bomb": (zip_bomb(), "application/zip"),
    "gzip bomb": (BOMB, "application/json"),
    "picture and page": (b"\xff\xd8\xff\xe0<html><script>alert(1)</script>", "image/jpeg"),
    "empty": (b"", "application/json"),
}

QUIET = {"/api/session"}
"""Signing in with nonsense counts as a wrong password at some time, and is tested by itself."""


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused_by_every_route(api: ApiRig, name: str) -> None:
    body, kind = BODIES[name]
    client, asked = api.client(Role.ADMIN), 0
    client = type(client)(client.app, raise_server_exceptions=False, cookies=client.cookies)
    for method, route in routes(api):
        if method not in {"POST", "PUT", "PATCH"} or route.path in QUIET:
            continue
        answer = client.request(
            method, address(route), content=body, headers={"content-type": kind}
        )
        assert answer.status_code < 500 or answer.status_code == 503, (
            f"{method} {route.path}: {answer.status_code} {answer.text[:300]}"
        )
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", route.path
        asked += 1
    assert asked >= 40


def test_what_is_too_large_is_refused_unread_by_every_route(api: ApiRig) -> None:
    client = api.client(Role.ADMIN)
    for method, route in routes(api):
        if method in {"POST", "PUT", "PATCH"}:
            headers = {"content-length": "100000000000", "content-type": "application/json"}
            answer = client.request(method, address(route), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
