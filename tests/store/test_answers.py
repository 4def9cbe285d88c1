"""What was asked with a key is known after everything."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from models.clock import ManualClock
from models.errors import Conflict
from models.store import Store
from models.store.answers import ASKED, Asked, mark

ASK = Asked("li", "key-0001", "f" * 64)


@pytest.fixture
def asking() -> Iterator[None]:
    token = ASKED.set(ASK)
    yield
    ASKED.reset(token)


def deed(store: Store, subject: str = "7") -> None:
    store.audit.record(actor="li", action="incident.stepped", subject=subject)


def test_without_a_key_nothing_is_marked(store: Store) -> None:
    deed(store)
    assert store.answers.find("li", "key-0001") is None


@pytest.mark.usefixtures("asking")
def test_the_key_is_written_down_with_the_first_deed(
    store: Store, reopen: Callable[[], Store]
) -> None:
    deed(store, "7")
    deed(store, "8")
    store.close()
    kept = reopen().answers.find("li", "key-0001")
    assert kept is not None
    assert (kept.subject, kept.fingerprint, kept.status) == ("7", ASK.fingerprint, None)


@pytest.mark.usefixtures("asking")
def test_a_deed_that_fails_leaves_no_mark(store: Store) -> None:
    with pytest.raises(RuntimeError), store.answers._database.write() as connection:  # noqa: PT012
        mark(connection, store.answers._clock, "7")
        raise RuntimeError
    assert store.answers.find("li", "key-0001") is None


@pytest.mark.usefixtures("asking")
def test_another_request_of_the_same_key_does_nothing(store: Store) -> None:
    deed(store)
    entries = len(store.audit.entries(99))
    token = ASKED.set(Asked("li", "key-0001", "0" * 64))
    with pytest.raises(Conflict) as refusal:
        deed(store)
    ASKED.reset(token)
    assert refusal.value.code == "request_in_flight"
    assert len(store.audit.entries(99)) == entries


@pytest.mark.usefixtures("asking")
def test_an_answer_is_kept_once_and_forgotten_by_age(store: Store, clock: ManualClock) -> None:
    deed(store)
    store.answers.keep(ASK, 200, "application/json", b"{}")
    store.answers.keep(ASK, 500, "text/plain", b"other")
    other = Asked("li", "key-0002", "1" * 64)
    store.answers.keep(other, 404, "application/problem+json", b"none")
    kept, refused = store.answers.find("li", "key-0001"), store.answers.find("li", "key-0002")
    assert kept is not None
    assert (kept.subject, kept.status, kept.media_type, kept.body) == (
        "7",
        200,
        "application/json",
        b"{}",
    )
    assert refused is not None
    assert (refused.subject, refused.status) == ("", 404)
    assert store.answers.forget(clock.now()) == 0
    assert store.answers.forget(clock.now() + timedelta(seconds=1)) == 2
    assert store.answers.find("li", "key-0001") is None
