"""People, and the browsers that they signed in."""

import hashlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.store import Store
from models.user import Role, Session, User

LI = User("li", Role.MONITOR, "$argon2id$first", must_change_password=True)
TOKEN = hashlib.sha256(b"token").hexdigest()


def test_people_are_added_found_and_counted(store: Store) -> None:
    assert store.users.count() == 0
    wang = User("王芳", Role.ADMIN, "$argon2id$w", must_change_password=False)
    store.users.add(LI, "cli")
    store.users.add(wang, "li")
    assert store.users.count() == 2
    assert store.users.all() == [LI, wang]
    assert store.users.get("王芳") == wang
    assert store.users.get("zhao") is None


def test_a_name_is_taken_once(store: Store) -> None:
    store.users.add(LI, "cli")
    with pytest.raises(Conflict) as conflict:
        store.users.add(User("li", Role.ADMIN, "x", must_change_password=False), "cli")
    assert conflict.value.code == "user_exists"
    assert store.users.get("li") == LI


@pytest.mark.parametrize("name", ["", "Li", "a b", "a" * 41, "li\n", "li\0", "\ud800", "../x"])
def test_a_name_that_cannot_be_one(store: Store, name: str) -> None:
    with pytest.raises(InputRefused) as refused:
        store.users.add(User(name, Role.VIEWER, "x", must_change_password=False), "cli")
    assert refused.value.code == "user_name"
    assert store.users.get(name) is None


def test_a_new_password(store: Store) -> None:
    store.users.add(LI, "cli")
    store.users.set_password("li", "$argon2id$second", must_change=False, actor="li")
    assert store.users.get("li") == User(
        "li", Role.MONITOR, "$argon2id$second", must_change_password=False
    )
    with pytest.raises(NotFound):
        store.users.set_password("wang", "x", must_change=False, actor="li")


def test_the_audit_log_knows_the_deed_and_no_secret(store: Store) -> None:
    store.users.add(LI, "cli")
    store.users.set_password("li", "$argon2id$second", must_change=False, actor="li")
    entries = store.audit.entries(10)
    assert [(entry.actor, entry.action, entry.subject) for entry in entries] == [
        ("li", "user.password_set", "li"),
        ("cli", "user.added", "li"),
    ]
    assert "argon2id" not in repr(entries)


def test_a_session_lasts_until_it_expires(store: Store, clock: ManualClock) -> None:
    store.users.add(LI, "cli")
    expires_at = clock.now() + timedelta(hours=8)
    store.sessions.create(TOKEN, "li", expires_at)
    assert store.sessions.get(TOKEN) == Session(LI, expires_at, seen_at=clock.now())
    clock.advance(8 * 3600 - 1)
    assert store.sessions.get(TOKEN) is not None
    clock.advance(1)
    assert store.sessions.get(TOKEN) is None


def test_a_session_shows_the_person_as_they_are_now(store: Store, clock: ManualClock) -> None:
    store.users.add(LI, "cli")
    store.sessions.create(TOKEN, "li", clock.now() + timedelta(hours=8))
    store.users.set_password("li", "new", must_change=False, actor="li")
    session = store.sessions.get(TOKEN)
    assert session is not None
    assert session.user.password_hash == "new"


def test_expired_sessions_are_forgotten_when_somebody_signs_in(
    store: Store, clock: ManualClock
) -> None:
    store.users.add(LI, "cli")
    store.sessions.create(TOKEN, "li", clock.now() + timedelta(hours=1))
    clock.advance(3600)
    store.sessions.create("f" * 64, "li", clock.now() + timedelta(hours=1))
    store.sessions.create(TOKEN, "li", clock.now() + timedelta(hours=1))  # its row is gone
    assert store.sessions.get(TOKEN) is not None


def test_signing_out(store: Store, clock: ManualClock) -> None:
    store.users.add(LI, "cli")
    store.users.add(User("wang", Role.VIEWER, "x", must_change_password=False), "cli")
    expires_at = clock.now() + timedelta(hours=1)
    for token, name in (("a" * 64, "li"), ("b" * 64, "li"), ("c" * 64, "wang"), (TOKEN, "li")):
        store.sessions.create(token, name, expires_at)
    store.sessions.delete(TOKEN)
    store.sessions.delete(TOKEN)
    assert store.sessions.get(TOKEN) is None
    assert store.sessions.get("a" * 64) is not None
    store.sessions.delete_all_of("li")
    assert store.sessions.get("a" * 64) is None
    assert store.sessions.get("b" * 64) is None
    assert store.sessions.get("c" * 64) is not None


def test_a_session_needs_a_hash_and_a_person(store: Store, clock: ManualClock) -> None:
    with pytest.raises(NotFound):
        store.sessions.create(TOKEN, "li", clock.now())
    store.users.add(LI, "cli")
    with pytest.raises(InputRefused):
        store.sessions.create("the token itself", "li", clock.now())
    assert store.sessions.get("the token itself") is None
    assert store.sessions.get(TOKEN) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_any_text_may_be_asked_for(store: Store, text: str) -> None:
    assert store.users.get(text) is None
    assert store.sessions.get(text) is None
