import pytest
from api_rig import PASSWORDS, ApiRig

from api.auth.passwords import hash_password, make_one_time_password, verify_password
from api.auth.roles import COOKIE
from models.errors import NotSignedIn
from models.user import Role, User


def credentials(role: Role, password: str | None = None) -> dict[str, str]:
    return {"name": role.value, "password": PASSWORDS[role] if password is None else password}


def test_signing_in_opens_a_session_whose_token_is_nowhere_stored(api: ApiRig) -> None:
    client = api.client()
    answer = client.post("/api/session", json=credentials(Role.MONITOR))
    assert answer.json() == {
        "name": "monitor",
        "role": "monitor",
        "must_change_password": False,
        "townships": [],
    }
    assert client.get("/api/session").json()["name"] == "monitor"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = client.cookies[COOKIE]
    database = (api.context.settings.data_dir / "firewatch.db").read_bytes()
    wal = (api.context.settings.data_dir / "firewatch.db-wal").read_bytes()
    assert token.encode() not in database + wal


@pytest.mark.parametrize("name", ["monitor", "nobody", "' OR 1=1 --"])
def test_a_wrong_name_and_a_wrong_password_sound_the_same(api: ApiRig, name: str) -> None:
    answer = api.client().post("/api/session", json={"name": name, "password": "wrong-wrong"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "wrong_credentials"
    assert answer.json()["detail"] == "Name or password is wrong."


def test_guessing_is_throttled_and_forgiven_after_a_minute(api: ApiRig) -> None:
    client = api.client()
    wrong, right = credentials(Role.MONITOR, "wrong-wrong"), credentials(Role.MONITOR)
    codes = [client.post("/api/session", json=wrong).status_code for _ in range(5)]
    assert codes == [401] * 5
    locked = client.post("/api/session", json=right)
    assert locked.status_code == 429
    assert locked.json()["code"] == "too_many_attempts"
    assert client.post("/api/session", json=credentials(Role.VIEWER)).status_code == 200
    api.clock.advance(61.0)
    assert client.post("/api/session", json=right).status_code == 200


def test_signing_out_ends_the_session_on_the_server(api: ApiRig) -> None:
    client = api.client(Role.VIEWER)
    token = client.cookies[COOKIE]
    assert client.delete("/api/session").status_code == 204
    client.cookies.set(COOKIE, token)
    assert client.get("/api/session").status_code == 401
    assert api.client().delete("/api/session").status_code == 204


def test_a_session_ends_with_the_shift(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    api.clock.advance(12 * 3600 + 1)
    assert client.get("/api/session").json()["code"] == "not_signed_in"


def test_a_one_time_password_is_good_for_choosing_a_password_only(api: ApiRig) -> None:
    once = make_one_time_password()
    user = User("li", Role.MONITOR, hash_password(once), must_change_password=True)
    api.context.store.users.add(user, actor="t")
    client = api.client()
    signed_in = client.post("/api/session", json={"name": "li", "password": once})
    assert signed_in.json()["must_change_password"] is True
    assert client.get("/api/session").status_code == 200
    refused = client.get("/api/alerts")
    assert (refused.status_code, refused.json()["code"]) == (403, "must_change_password")

    short = client.post("/api/session/password", json={"current": once, "new": "short"})
    assert (short.status_code, short.json()["code"]) == (422, "weak_password")
    wrong = client.post(
        "/api/session/password", json={"current": "x", "new": "four unrelated words"}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")

    other = api.client()
    other.post("/api/session", json={"name": "li", "password": once})
    body = {"current": once, "new": "four unrelated words"}
    assert client.post("/api/session/password", json=body).json()["must_change_password"] is False
    assert client.get("/api/alerts").status_code == 200
    assert other.get("/api/session").status_code == 401, "other browsers are signed out"
    assert client.post("/api/session", json={"name": "li", "password": once}).status_code == 401


def test_one_time_passwords_differ_and_carry_no_letter_that_is_misread() -> None:
    made = {make_one_time_password() for _ in range(100)}
    assert len(made) == 100
    assert all(len(password) == 19 and not set(password) & set("il1o0") for password in made)


def test_no_account_has_no_password() -> None:
    assert not verify_password(None, "")
    assert not verify_password("not a hash", "x")


def test_an_account_that_goes_while_its_password_changes(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = api.context.store.users.get("monitor")
    assert user is not None
    monkeypatch.setattr(api.context.store.users, "get", lambda _name: None)
    with pytest.raises(NotSignedIn, match="gone"):
        api.context.auth.change_password(user, PASSWORDS[Role.MONITOR], "four unrelated words")
