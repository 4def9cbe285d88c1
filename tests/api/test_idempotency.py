"""The same request twice is done once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_rig import START, ApiRig
from run_rig import keep_sweep

from models.alert import Alert
from models.errors import StorageFull
from models.store.answers import AnswerRepository
from models.user import Role

KEY = {"Idempotency-Key": "0f8fad5b-d9cb-469f-a165-70867728950e"}
STEP = {"expected_state": "open", "to_state": "confirmed"}


def told(api: ApiRig, number: int) -> int:
    return len(api.context.store.incidents.get(number).entries)


def body(key: str = "key-0000001") -> dict[str, Any]:
    spot = {"kind": "coordinates", "system": "WGS84", "first": -84.25, "second": 36.25}
    return {
        "key": key,
        "source": "call",
        "sighting": {"kind": "place", "spot": spot, "radius_m": 500.0},
        "seen_at": START.isoformat(),
        "words": "冒烟",
    }


@pytest.fixture
def fire(burn: Callable[[], Alert]) -> int:
    return burn().incident_id


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The machine goes down after the deed and before its answer is kept; call it to come back."""
    real = AnswerRepository.keep

    def fail(*_given: object) -> None:
        raise StorageFull("it went down")

    monkeypatch.setattr(AnswerRepository, "keep", fail)
    return lambda: monkeypatch.setattr(AnswerRepository, "keep", real)


def test_a_step_is_done_once_and_answered_twice(api: ApiRig, fire: int) -> None:
    path = f"/api/incidents/{fire}/steps"
    first = api.client(Role.MONITOR).post(path, json=STEP, headers=KEY)
    count = told(api, fire)
    # another process, another session of the same person
    again = api.client(Role.MONITOR).post(path, json=STEP, headers=KEY)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (
        None,
        "true",
    )
    assert told(api, fire) == count


def test_without_a_key_the_second_is_refused(api: ApiRig, fire: int) -> None:
    client = api.client(Role.MONITOR)
    path = f"/api/incidents/{fire}/steps"
    assert client.post(path, json=STEP).status_code == 200
    assert client.post(path, json=STEP).status_code == 409


def test_refusals_are_kept_too(api: ApiRig, fire: int) -> None:
    client = api.client(Role.MONITOR)
    path = f"/api/incidents/{fire}/steps"
    wrong = {"expected_state": "closed", "to_state": "confirmed"}
    first = client.post(path, json=wrong, headers=KEY)
    assert (first.status_code, first.json()["code"]) == (409, "incident_step")
    again = client.post(path, json=wrong, headers=KEY)
    assert (again.status_code, again.json()) == (409, first.json())
    assert again.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("change", ["body", "path"])
def test_another_request_with_the_key_is_refused(api: ApiRig, fire: int, change: str) -> None:
    client = api.client(Role.MONITOR)
    path = f"/api/incidents/{fire}/notes"
    assert client.post(path, json={"note": "one"}, headers=KEY).status_code == 200
    other = f"/api/incidents/{fire}/reopen" if change == "path" else path
    answer = client.post(other, json={"note": "one" if change == "path" else "two"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert answer.json()["remedy"]


def test_keys_are_each_asker_s_own(api: ApiRig, fire: int) -> None:
    path = f"/api/incidents/{fire}/notes"
    for role in (Role.MONITOR, Role.ADMIN):
        answer = api.client(role).post(path, json={"note": role.value}, headers=KEY)
        assert answer.status_code == 200
    assert [one.author for one in api.context.store.incidents.get(fire).entries[-2:]] == [
        "monitor",
        "admin",
    ]


@pytest.mark.parametrize("key", ["short", "with space", "ключ-ключ", "x" * 129, ""])
def test_a_key_that_is_none_is_refused(api: ApiRig, fire: int, key: str) -> None:
    answer = api.client(Role.MONITOR).post(
        f"/api/incidents/{fire}/notes",
        json={"note": "x"},
        headers={"Idempotency-Key": key.encode(), "Accept-Language": "zh"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key")
    assert answer.headers["content-language"] == "zh"


def test_a_stranger_s_key_is_nobody_s(api: ApiRig, fire: int) -> None:
    answer = api.client().post(f"/api/incidents/{fire}/notes", json={"note": "x"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert (
        api.client(Role.MONITOR)
        .post(f"/api/incidents/{fire}/notes", json={"note": "x"}, headers=KEY)
        .is_success
    )


def test_what_is_not_permitted_may_be_permitted_later(api: ApiRig, fire: int) -> None:
    client = api.client(Role.VIEWER)
    answer = client.post(f"/api/incidents/{fire}/notes", json={"note": "x"}, headers=KEY)
    assert answer.status_code == 403
    assert api.context.store.answers.find("viewer", KEY["Idempotency-Key"]) is None


def test_signing_in_has_no_key(api: ApiRig) -> None:
    wrong = {"name": "viewer", "password": "not this one"}
    answer = api.client().post("/api/session", json=wrong, headers=KEY)
    assert answer.json()["code"] == "wrong_credentials"


def test_a_step_that_lost_its_answer_is_answered_and_not_done_again(
    api: ApiRig, fire: int, forgetful: Callable[[], None]
) -> None:
    path = f"/api/incidents/{fire}/steps"
    first = api.client(Role.MONITOR).post(path, json=STEP, headers=KEY)
    assert first.status_code == 200, "the deed stands, and is answered"
    count = told(api, fire)
    kept = api.context.store.answers.find("monitor", KEY["Idempotency-Key"])
    assert kept is not None
    assert (kept.status, kept.subject) == (None, str(fire))
    forgetful()
    again = api.client(Role.MONITOR).post(path, json=STEP, headers=KEY)
    assert (again.status_code, again.json()) == (200, first.json())
    assert told(api, fire) == count
    third = api.client(Role.MONITOR).post(path, json=STEP, headers=KEY)
    assert third.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("deed", ["merge", "split"])
def test_merges_and_splits_answer_with_the_same_fire(
    api: ApiRig, forgetful: Callable[[], None], deed: str
) -> None:
    client = api.client(Role.MONITOR)
    for at in range(2):
        made = body(f"key-000000{at}")
        made["sighting"]["spot"]["first"] = -84.25 + 0.4 * at
        assert client.post("/api/observations", json=made).status_code == 201
    if deed == "split":
        assert client.post("/api/incidents/2/merge", json={"into": 1}).status_code == 200
        given: dict[str, Any] = {"observations": [2]}
        path = "/api/incidents/1/split"
    else:
        path, given = "/api/incidents/2/merge", {"into": 1}
    first = client.post(path, json=given, headers=KEY)
    assert first.status_code == 200, first.text
    forgetful()
    again = client.post(path, json=given, headers=KEY)
    assert (again.status_code, again.json()) == (200, first.json())


def test_an_observation_that_lost_its_answer_stays_one(
    api: ApiRig, forgetful: Callable[[], None]
) -> None:
    client = api.client(Role.MONITOR)
    first = client.post("/api/observations", json=body(), headers=KEY)
    forgetful()
    again = client.post("/api/observations", json=body(), headers=KEY)
    assert again.json() == first.json()
    assert len(api.context.store.observations.newest(9)) == 1


def test_a_wish_for_a_flight_that_lost_its_answer_stays_one(
    api: ApiRig, forgetful: Callable[[], None]
) -> None:
    client, sweep_id = api.client(Role.MONITOR), keep_sweep(api.context.store)
    wish = {"sweep_id": sweep_id, "version": 1, "sortie": 1, "aircraft": "Matrice 4T"}
    wish |= {"due_at": None, "window_s": 1800, "key": "wish-0001"}
    first = client.post("/api/flights", json=wish, headers=KEY)
    assert first.status_code == 201, first.text
    forgetful()
    api.clock.advance(60.0)
    again = client.post("/api/flights", json=wish, headers=KEY)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(api.context.store.runs.page()) == 1


def test_whatever_else_lost_its_answer_says_so(api: ApiRig, forgetful: Callable[[], None]) -> None:
    client = api.client(Role.MONITOR)
    made = client.post("/api/observations", json=body()).json()
    path = f"/api/observations/{made['observation_id']}/withdraw"
    assert client.post(path, headers=KEY).status_code == 200
    forgetful()
    answer = client.post(path, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "answer_lost")


def test_two_at_once_are_one(api: ApiRig, fire: int, monkeypatch: pytest.MonkeyPatch) -> None:
    store = api.context.store.incidents
    real, inside, go_on = store.note, threading.Event(), threading.Event()

    def slow(*given: Any, **more: Any) -> object:  # noqa: ANN401
        inside.set()
        assert go_on.wait(20.0)
        return real(*given, **more)

    monkeypatch.setattr(store, "note", slow)
    client, answers = api.client(Role.MONITOR), []
    path = f"/api/incidents/{fire}/notes"

    def send() -> None:
        answers.append(client.post(path, json={"note": "x"}, headers=KEY))

    with client:
        thread = threading.Thread(target=send)
        thread.start()
        assert inside.wait(20.0)
        second = client.post(path, json={"note": "x"}, headers=KEY)
        go_on.set()
        thread.join(20.0)
    assert (second.status_code, second.json()["code"]) == (409, "request_in_flight")
    assert answers[0].status_code == 200


def test_keys_are_forgotten_after_a_week(api: ApiRig, fire: int) -> None:
    client = api.client(Role.MONITOR)
    path = f"/api/incidents/{fire}/notes"
    assert client.post(path, json={"note": "x"}, headers=KEY).status_code == 200
    api.clock.advance(timedelta(days=8).total_seconds())
    other = {"Idempotency-Key": "another-key-1"}
    client = api.client(Role.MONITOR)
    assert client.post(path, json={"note": "y"}, headers=other).status_code == 200
    assert api.context.store.answers.find("monitor", KEY["Idempotency-Key"]) is None
    assert api.context.store.answers.find("monitor", "another-key-1") is not None


def test_what_is_very_long_is_not_kept(
    api: ApiRig, fire: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api import idempotency

    monkeypatch.setattr(idempotency, "LARGEST_ANSWER", 10)
    client = api.client(Role.MONITOR)
    answer = client.post(f"/api/incidents/{fire}/notes", json={"note": "x"}, headers=KEY)
    assert answer.status_code == 200
    kept = api.context.store.answers.find("monitor", KEY["Idempotency-Key"])
    assert kept is not None
    assert kept.status is None
