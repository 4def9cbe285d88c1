"""Accounts and tokens over HTTP: who gets in, and what becomes of them."""

import logging
from datetime import timedelta

import pytest
from api_rig import ApiRig
from starlette.testclient import TestClient

from api.auth.roles import COOKIE
from models.user import Role

TOWNSHIP = "999001006"


def make(client: TestClient, name: str = "zhang", **more: object) -> str:
    body = {"name": name, "role": "monitor", **more}
    answer = client.post("/api/users", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["one_time_password"])


def enter(api: ApiRig, name: str, once: str) -> TestClient:
    """Sign in with a one-time password and choose one."""
    client = api.client()
    assert client.post("/api/session", json={"name": name, "password": once}).status_code == 200
    body = {"current": once, "new": "four unrelated words"}
    assert client.post("/api/session/password", json=body).status_code == 200
    return client


def token(client: TestClient, **more: object) -> tuple[int, str]:
    body = {"name": "duty-screen", "scopes": ["incidents"], **more}
    answer = client.post("/api/tokens", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]["token_id"], answer.json()["text"]


def test_an_account_from_its_making_to_its_end(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    zhang = enter(api, "zhang", make(admin, townships=[TOWNSHIP]))
    assert zhang.get("/api/session").json()["townships"] == [TOWNSHIP]
    assert zhang.get("/api/candidates").json()["code"] == "whole_district"

    wide = admin.patch("/api/users/zhang", json={"townships": []})
    assert wide.json()["townships"] == []
    assert zhang.get("/api/candidates").status_code == 200, "from the next request on"
    admin.patch("/api/users/zhang", json={"role": "viewer"})
    assert zhang.get("/api/candidates").json()["code"] == "not_permitted"

    assert admin.patch("/api/users/zhang", json={"disabled": True}).json()["disabled"] is True
    assert zhang.get("/api/session").status_code == 401
    body = {"name": "zhang", "password": "four unrelated words"}
    again = api.client().post("/api/session", json=body)
    assert (again.status_code, again.json()["code"]) == (401, "wrong_credentials")
    admin.patch("/api/users/zhang", json={"disabled": False})
    assert zhang.post("/api/session", json=body).status_code == 200

    assert admin.delete("/api/users/zhang/sessions").status_code == 204
    assert zhang.get("/api/session").status_code == 401
    once = admin.post("/api/users/zhang/password").json()["one_time_password"]
    enter(api, "zhang", once)

    assert admin.delete("/api/users/zhang").status_code == 204
    assert admin.post("/api/session", json=body).status_code == 401
    names = [each["name"] for each in admin.get("/api/users").json()["accounts"]]
    assert names == ["admin", "monitor", "viewer"]
    taken = admin.post("/api/users", json={"name": "zhang", "role": "viewer"})
    assert (taken.status_code, taken.json()["code"]) == (409, "user_former")

    actions = [each.action for each in api.context.store.audit.entries(50)]
    for action in ("added", "rights_changed", "disabled", "enabled", "sessions_ended", "removed"):
        assert f"user.{action}" in actions
    api.context.store.audit.verify()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "zhang", "role": "monitor", "townships": ["nope"]}, "township_unknown"),
        ({"name": "zhang", "role": "admin", "townships": [TOWNSHIP]}, "admin_scoped"),
        ({"name": "Zhang San", "role": "viewer"}, "user_name"),
        ({"name": "api:bot", "role": "viewer"}, "user_name"),
        ({"name": "admin", "role": "viewer"}, "user_exists"),
        ({"name": "zhang", "role": "king"}, "input_refused"),
        ({"name": "zhang", "role": "viewer", "password": "x"}, "input_refused"),
    ],
)
def test_an_account_that_cannot_be(api: ApiRig, body: dict[str, object], code: str) -> None:
    answer = api.client(Role.ADMIN).post("/api/users", json=body)
    assert answer.json()["code"] == code


def test_the_last_administrator_stays(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    refused = [
        admin.delete("/api/users/admin"),
        admin.patch("/api/users/admin", json={"role": "monitor"}),
        admin.patch("/api/users/admin", json={"disabled": True}),
    ]
    assert {(each.status_code, each.json()["code"]) for each in refused} == {(409, "last_admin")}
    assert admin.get("/api/users/").status_code in {200, 307, 404}
    assert admin.get("/api/users").status_code == 200
    assert admin.patch("/api/users/nobody", json={}).status_code == 404
    assert admin.delete("/api/users/nobody").status_code == 404


def test_a_token_opens_its_part_until_it_is_revoked(
    api: ApiRig, caplog: pytest.LogCaptureFixture
) -> None:
    admin = api.client(Role.ADMIN)
    number, text = token(admin, role="monitor")
    assert text.startswith(f"ffw_{number}_")
    program = api.client()
    program.headers["Authorization"] = f"Bearer {text}"
    with caplog.at_level(logging.DEBUG):
        assert program.get("/api/alerts").status_code == 200
    assert text not in caplog.text
    assert text.rsplit("_", 1)[1] not in str(admin.get("/api/tokens").json())
    assert program.get("/api/land").json()["code"] == "token_scope"
    assert program.get("/api/users").json()["code"] == "token_scope"
    assert program.get("/api/session").json()["code"] == "token_scope"
    (listed,) = admin.get("/api/tokens").json()["tokens"]
    assert listed["last_used_at"] is not None
    assert listed["holds"] is True

    ended = admin.delete(f"/api/tokens/{number}").json()
    assert (ended["holds"], ended["revoked_by"]) == (False, "admin")
    assert program.get("/api/alerts").json()["code"] == "token_bad"
    assert admin.delete(f"/api/tokens/{number}").status_code == 200
    assert admin.delete("/api/tokens/99").status_code == 404


def test_a_token_is_over_when_its_days_are(api: ApiRig) -> None:
    _, text = token(api.client(Role.ADMIN), days=1)
    program = api.client()
    program.headers["Authorization"] = f"bearer {text}"
    assert program.get("/api/alerts").status_code == 200
    api.clock.advance(timedelta(days=1).total_seconds())
    assert program.get("/api/alerts").status_code == 401


def test_with_a_token_the_cookie_counts_for_nothing_and_no_site_is_asked_for(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    _, text = token(admin, role="monitor")
    headers = {"sec-fetch-site": "cross-site", "authorization": f"Bearer {text}"}
    body = {"expected_state": "open", "to_state": "acknowledged"}
    assert api.client().post("/api/alerts/1/steps", json=body, headers=headers).status_code == 404
    both = admin.get("/api/audit", headers={"authorization": f"Bearer {text}"})
    assert both.json()["code"] == "token_scope"
    fake = admin.post("/api/users", json={}, headers=headers | {"authorization": "Bearer x"})
    assert fake.json()["code"] == "token_bad"


@pytest.mark.parametrize(
    "text",
    ["", "ffw_1_", "ffw_0_" + "a" * 43, "ffw_1_" + "a" * 43, "ffw_9999999999999999999_x", "王"],
)
@pytest.mark.parametrize("scheme", ["Bearer", "Basic", ""])
def test_what_is_no_token_opens_nothing(api: ApiRig, scheme: str, text: str) -> None:
    header = f"{scheme} {text}".strip().encode()
    answer = api.client().get("/api/alerts", headers={b"authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_bad")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"role": "admin"}, "token_refused"),
        ({"scopes": []}, "input_refused"),
        ({"scopes": ["everything"]}, "input_refused"),
        ({"days": 0}, "input_refused"),
        ({"days": 5000}, "input_refused"),
        ({"name": "a b"}, "token_name"),
        ({"townships": ["nope"]}, "township_unknown"),
    ],
)
def test_a_token_that_cannot_be(api: ApiRig, more: dict[str, object], code: str) -> None:
    body = {"name": "bot", "scopes": ["incidents"], **more}
    assert api.client(Role.ADMIN).post("/api/tokens", json=body).json()["code"] == code


def test_a_name_of_a_token_is_taken_while_it_holds(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    number, _ = token(admin)
    body = {"name": "duty-screen", "scopes": ["land"]}
    assert admin.post("/api/tokens", json=body).json()["code"] == "token_exists"
    admin.delete(f"/api/tokens/{number}")
    assert token(admin)[0] == number + 1


def test_an_idle_browser_is_signed_out_and_a_busy_one_is_not(api: ApiRig) -> None:
    busy, idle = api.client(Role.MONITOR), api.client(Role.MONITOR)
    for _ in range(3):
        api.clock.advance(3600.0)
        assert busy.get("/api/session").status_code == 200
    assert idle.get("/api/session").status_code == 401
    assert busy.cookies[COOKIE]
