"""The audit log shows every edit, removal, addition and change of order."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from models.audit import AuditEntry
from models.clock import ManualClock
from models.errors import InputRefused, StoreDamaged
from models.store import Store, audit
from models.store.tables import audit_entry, audit_head
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


def test_a_chain_computed_anew_shows_only_against_a_head_that_was_noted(
    store: Store, attack: Attack
) -> None:
    """Whoever can write the file and knows how the chain is made."""
    noted = store.audit.verify()
    assert noted == (5, store.audit.verify(noted)[1])
    attack("UPDATE audit_entry SET actor = 'somebody else' WHERE number = 2")
    with store._database.write() as connection:
        previous = audit.GENESIS
        for row in connection.execute(select(audit_entry).order_by(audit_entry.c.number)).all():
            entry = {key: value for key, value in row._mapping.items() if key != "sha256"}
            previous = audit._chained(previous, **entry)
            connection.execute(
                update(audit_entry)
                .where(audit_entry.c.number == row.number)
                .values(sha256=previous)
            )
        connection.execute(update(audit_head).values(sha256=previous))
    assert store.audit.verify()[0] == 5, "by itself it looks whole"
    with pytest.raises(StoreDamaged, match="entry 5 is another than was noted"):
        store.audit.verify(noted)


def test_a_log_that_was_cut_and_headed_anew_shows_against_a_noted_head(
    store: Store, attack: Attack
) -> None:
    noted = store.audit.verify()
    attack(
        "DELETE FROM audit_entry WHERE number = 5",
        "UPDATE audit_head SET entries = 4, sha256 = "
        "(SELECT sha256 FROM audit_entry WHERE number = 4)",
    )
    assert store.audit.verify()[0] == 4
    with pytest.raises(StoreDamaged, match="entry 5 is missing"):
        store.audit.verify(noted)


@pytest.mark.usefixtures("attack")
def test_what_is_exported_can_be_chained_by_anybody(store: Store) -> None:
    previous = audit.GENESIS
    lines = [json.loads(line) for line in store.audit.lines()]
    assert [line["number"] for line in lines] == [1, 2, 3, 4, 5]
    for line in lines:
        sha256 = line.pop("sha256")
        text = json.dumps(line, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
        assert previous == sha256


def test_numbers_of_persons_are_not_kept_for_ever(store: Store) -> None:
    words = {"note": "call 13800001234", "told": "from 023-48612345", "place": "106.65,29.03"}
    store.audit.record(actor="li", action="fire.noted", subject="1", details=words)
    (entry,) = store.audit.entries(1)
    assert entry.details == {"note": "call […]", "told": "from […]", "place": "106.65,29.03"}
