"""The audit log shows every edit, removal, addition and change of order."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.audit import AuditEntry
from models.clock import ManualClock
from models.errors import InputRefused, StoreDamaged
from models.store import Store
from models.user import Role, User

Attack = Callable[..., None]


@pytest.fixture
def attack(store: Store) -> Attack:
    """Five entries, and a hand on the database itself."""
    for number in range(1, 6):
        store.audit.record(
            actor="li", action="user.signed_in", subject=f"s{number}", details={"n": number}
        )
    store.audit.verify()

    def run(*statements: str) -> None:
        with store._database.write() as connection:
            for statement in statements:
                assert connection.exec_driver_sql(statement).rowcount >= 1

    return run


def test_an_empty_log_is_whole(store: Store) -> None:
    store.audit.verify()
    assert store.audit.entries(5) == []


def test_entries_page_newest_first(store: Store, attack: Attack, clock: ManualClock) -> None:
    del attack
    assert [entry.number for entry in store.audit.entries(2)] == [5, 4]
    page = store.audit.entries(10, before=4)
    assert [entry.number for entry in page] == [3, 2, 1]
    assert page[0] == AuditEntry(
        3, clock.now(), "li", "user.signed_in", "s3", {"n": 3}, page[0].sha256
    )
    with pytest.raises(InputRefused):
        store.audit.entries(0)


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'wang'",
        "action = 'user.signed_out'",
        "subject = 's9'",
        "at = at + 1",
        "details = '{\"n\":4}'",
        "details = '{\"n\": 3}'",  # the same facts, another text
        "sha256 = '0000000000000000000000000000000000000000000000000000000000000000'",
    ],
)
def test_an_edit_shows(store: Store, attack: Attack, change: str) -> None:
    attack(f"UPDATE audit_entry SET {change} WHERE number = 3")  # noqa: S608  # our own words
    with pytest.raises(StoreDamaged, match="entry 3 was changed") as damage:
        store.audit.verify()
    assert damage.value.code == "audit_broken"


def test_a_time_that_is_none_shows(path: Path, store: Store, attack: Attack) -> None:
    assert path.exists()  # a server refuses such a value by itself
    attack("UPDATE audit_entry SET at = 'noon' WHERE number = 2")
    with pytest.raises(StoreDamaged, match="noon"):
        store.audit.verify()


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_removal_shows(store: Store, attack: Attack, number: int) -> None:
    attack(f"DELETE FROM audit_entry WHERE number = {number}")  # noqa: S608  # our own number
    with pytest.raises(StoreDamaged, match=f"entry {number} is missing"):
        store.audit.verify()


def test_a_removal_with_the_gap_closed_shows(store: Store, attack: Attack) -> None:
    attack(
        "DELETE FROM audit_entry WHERE number = 3",
        "UPDATE audit_entry SET number = 3 WHERE number = 4",
        "UPDATE audit_entry SET number = 4 WHERE number = 5",
        "UPDATE audit_head SET entries = 4",
    )
    with pytest.raises(StoreDamaged, match="entry 3 was changed"):
        store.audit.verify()


def test_a_change_of_order_shows(store: Store, attack: Attack) -> None:
    attack(
        "UPDATE audit_entry SET number = 99 WHERE number = 2",
        "UPDATE audit_entry SET number = 2 WHERE number = 3",
        "UPDATE audit_entry SET number = 3 WHERE number = 99",
    )
    with pytest.raises(StoreDamaged, match="entry 2 was changed"):
        store.audit.verify()


def test_an_addition_shows(store: Store, attack: Attack) -> None:
    attack(
        "INSERT INTO audit_entry SELECT 6, at, actor, action, subject, details, sha256 "
        "FROM audit_entry WHERE number = 5"
    )
    with pytest.raises(StoreDamaged, match="entry 6 was changed"):
        store.audit.verify()


def test_an_entry_beyond_the_head_shows(store: Store, attack: Attack) -> None:
    attack("UPDATE audit_head SET entries = 4")
    with pytest.raises(StoreDamaged, match="entry 5 was added by somebody else"):
        store.audit.verify()


def test_a_changed_head_shows(store: Store, attack: Attack) -> None:
    attack("UPDATE audit_head SET sha256 = 'x'")
    with pytest.raises(StoreDamaged, match="entry 5 was changed"):
        store.audit.verify()


def test_without_its_head_the_log_takes_nothing(store: Store, attack: Attack) -> None:
    attack("DELETE FROM audit_head")
    with pytest.raises(StoreDamaged, match="head is missing"):
        store.audit.verify()
    with pytest.raises(StoreDamaged, match="head is missing"):
        store.users.add(User("li", Role.VIEWER, "$argon2id$x", must_change_password=False), "cli")
    assert store.users.all() == []  # no deed without its entry


def test_a_deed_needs_an_actor(store: Store) -> None:
    with pytest.raises(InputRefused) as refused:
        store.audit.record(actor=" ", action="user.signed_in", subject="x")
    assert refused.value.code == "author_missing"
    assert store.audit.entries(1) == []


def _words(min_size: int = 0) -> st.SearchStrategy[str]:
    """A server keeps every character but this one."""
    kept = st.characters(codec="utf-8", exclude_characters="\0")
    return st.text(kept, min_size=min_size, max_size=10)


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    actor=_words(min_size=1).filter(lambda text: text.strip()),
    subject=_words(),
    details=st.dictionaries(
        st.text(max_size=5), st.none() | st.integers() | st.text(max_size=10), max_size=3
    ),
)
def test_any_text_stays_verifiable(
    store: Store, actor: str, subject: str, details: dict[str, str | int | None]
) -> None:
    store.audit.record(actor=actor, action="a.b", subject=subject, details=details)
    store.audit.verify()
    entry = store.audit.entries(1)[0]
    assert (entry.actor, entry.subject, entry.details) == (actor, subject, details)
